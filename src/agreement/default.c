/*
 * The first draft between two parties: a training agreement with every default of the requirements, so that two desks
 * begin with the narrow rules and widen them by signature. See agreement.h.
 */
#include "agreement/agreement.h"

#include "base/attributes.h"

#include <stdio.h>

#define BIT(n) (UINT64_C(1) << (n))
#define GIBI   INT64_C(1073741824)

/* What a person is called and where they come from. */
#define FIELDS_IDENTITY                                                                            \
    (BIT(PERSON_FIELD_NAMES) | BIT(PERSON_FIELD_FATHER_NAME) | BIT(PERSON_FIELD_MAIDEN_NAME) |     \
     BIT(PERSON_FIELD_ALIASES) | BIT(PERSON_FIELD_SEX) | BIT(PERSON_FIELD_BIRTH_DATE) |            \
     BIT(PERSON_FIELD_BIRTH_PLACE) | BIT(PERSON_FIELD_BIRTH_COUNTRY) |                             \
     BIT(PERSON_FIELD_NATIONALITY))
/* How they are found. */
#define FIELDS_REACH                                                                               \
    (BIT(PERSON_FIELD_DOCUMENTS) | BIT(PERSON_FIELD_PHONES) | BIT(PERSON_FIELD_ADDRESSES))
#define FIELDS_LOOKS (BIT(PERSON_FIELD_DESCRIPTION) | BIT(PERSON_FIELD_SPECIAL_CATEGORIES))
#define FIELDS_FULL                                                                                \
    (FIELDS_IDENTITY | FIELDS_REACH | FIELDS_LOOKS | BIT(PERSON_FIELD_PERSONAL_NUMBER) |           \
     BIT(PERSON_FIELD_OCCUPATION))
#define FIELDS_WITNESS                                                                             \
    (BIT(PERSON_FIELD_NAMES) | BIT(PERSON_FIELD_SEX) | BIT(PERSON_FIELD_BIRTH_DATE) |              \
     BIT(PERSON_FIELD_NATIONALITY))
#define FIELDS_VICTIM                                                                              \
    (FIELDS_WITNESS | BIT(PERSON_FIELD_MAIDEN_NAME) | BIT(PERSON_FIELD_BIRTH_PLACE) |              \
     BIT(PERSON_FIELD_BIRTH_COUNTRY) | BIT(PERSON_FIELD_DOCUMENTS))

/* docs/safeguards.md b15, narrower where b9 protects; no row for informants and officers: a desk that needs them adds it. */
static const struct agreement_category default_categories[] = {
    {PERSON_SUSPECT, FIELDS_FULL},
    {PERSON_CONVICTED, FIELDS_FULL},
    {PERSON_VICTIM, FIELDS_VICTIM},
    {PERSON_WITNESS, FIELDS_WITNESS},
    {PERSON_CONTACT_ASSOCIATE, FIELDS_IDENTITY | FIELDS_REACH | BIT(PERSON_FIELD_OCCUPATION)},
    {PERSON_MISSING_PERSON, FIELDS_IDENTITY | FIELDS_REACH | FIELDS_LOOKS},
    {PERSON_SMUGGLED_MIGRANT, FIELDS_VICTIM},
    {PERSON_UNIDENTIFIED, BIT(PERSON_FIELD_ALIASES) | BIT(PERSON_FIELD_SEX) |
                              BIT(PERSON_FIELD_NATIONALITY) | BIT(PERSON_FIELD_PHONES) |
                              FIELDS_LOOKS},
};

/* docs/safeguards.md b14: five years with a review at three, one year, six months. */
static const struct agreement_retention default_retention[] = {
    {PERSON_SUSPECT, 1826, 1095},
    {PERSON_CONVICTED, 1826, 1095},
    {PERSON_VICTIM, 183, 183},
    {PERSON_WITNESS, 365, 183},
    {PERSON_CONTACT_ASSOCIATE, 365, 183},
    {PERSON_MISSING_PERSON, 365, 183},
    {PERSON_SMUGGLED_MIGRANT, 183, 183},
    {PERSON_UNIDENTIFIED, 365, 183},
};

static const struct {
    enum clause clause;
    const char *text;
} default_notes[] = {
    {CLAUSE_LEGAL_BASES,
     "To confirm: entry into force between the parties, the article carried out, and the "
     "authorities competent to apply it. Until then no real data passes."},
    {CLAUSE_OFFENCES, "To confirm: the maximum penalty of each offence in both states."},
    {CLAUSE_PERSON_FIELDS,
     "To confirm: Law 363/2018 / Law 124/2024; Regulation (EU) 2016/794, Annex II.B."},
    {CLAUSE_RETENTION,
     "To confirm: Law 363/2018 / Law 124/2024; retention of access entries and the cap for minors "
     "are national law."},
    {CLAUSE_SOURCE_SYSTEMS,
     "National systems only. Any other needs the law of that system to allow the transfer."},
    {CLAUSE_TRANSFER_GROUND,
     "To confirm by counsel: whether the convention is an agreement under LED Art. 61."},
    {CLAUSE_URGENCY, "To confirm: Law 363/2018 / Law 124/2024."},
};

/* The instrument that the design names; without in_force_from it carries nothing. */
static const struct agreement_legal_basis default_basis = {
    .instrument = {(const uint8_t *)"Police Cooperation Convention for Southeast Europe, Vienna, "
                                    "5 May 2006",
                   sizeof "Police Cooperation Convention for Southeast Europe, Vienna, 5 May 2006" -
                       1},
    .article = {(const uint8_t *)"to confirm", sizeof "to confirm" - 1},
};

static bool parties_fill(const struct agreement_draft *draft, struct arena *arena,
                         struct agreement *out)
{
    struct agreement_party *parties = arena_array(arena, 2, sizeof *parties);
    if (parties == NULL)
        return false;
    for (size_t i = 0; i < 2; i++) {
        parties[i] = *draft->parties[i];
        if (parties[i].source_systems == 0)
            parties[i].source_systems = BIT(SOURCE_NATIONAL);
        if (parties[i].minimum_protocol == 0)
            parties[i].minimum_protocol = 1;
    }
    out->parties = parties;
    out->party_count = 2;
    return true;
}

static bool id_fill(const struct agreement_draft *draft, struct arena *arena, struct agreement *out)
{
    char id[2 * NAME_SIZE_MAX + 2];
    snprintf(id, sizeof id, "%.*s-%.*s", SPAN_ARG(draft->parties[0]->party),
             SPAN_ARG(draft->parties[1]->party));
    return arena_copy(arena, span_text(id), &out->id);
}

/* All authorities of both parties; each side strikes out those that may not apply the instrument. */
static bool basis_fill(struct arena *arena, struct agreement *out)
{
    struct agreement_legal_basis *basis = arena_alloc(arena, sizeof *basis);
    size_t count = out->parties[0].authority_count + out->parties[1].authority_count;
    struct span *codes = arena_array(arena, count, sizeof *codes);
    size_t at = 0;

    if (basis == NULL || codes == NULL)
        return false;
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < out->parties[i].authority_count; j++)
            codes[at++] = out->parties[i].authorities[j].code;
    *basis = default_basis;
    basis->authorities = codes;
    basis->authority_count = count;
    out->legal_bases = basis;
    out->legal_basis_count = 1;
    return true;
}

static bool offences_fill(struct arena *arena, struct agreement *out)
{
    struct agreement_offence *offences = arena_array(arena, OFFENCE_COUNT, sizeof *offences);
    if (offences == NULL)
        return false;
    out->offence_minimum_years = 3;
    for (size_t i = 0; i < OFFENCE_COUNT; i++)
        offences[i] = (struct agreement_offence){(enum offence)i, out->offence_minimum_years};
    out->offences = offences;
    out->offence_count = OFFENCE_COUNT;
    return true;
}

static bool notes_fill(struct arena *arena, struct agreement *out)
{
    struct agreement_note *notes = arena_array(arena, ARRAY_COUNT(default_notes), sizeof *notes);
    if (notes == NULL)
        return false;
    for (size_t i = 0; i < ARRAY_COUNT(default_notes); i++)
        notes[i] =
            (struct agreement_note){span_text(agreement_clauses[default_notes[i].clause].number),
                                    span_text(default_notes[i].text)};
    out->notes = notes;
    out->note_count = ARRAY_COUNT(default_notes);
    return true;
}

/* What needs no memory. */
static void rules_fill(struct agreement *out)
{
    for (size_t i = 0; i < MESSAGE_TYPE_COUNT; i++)
        if (agreed_type_names[i] != NULL)
            out->message_types |= BIT(i);
    out->opened_notice = true;
    out->purposes = BIT(PURPOSE_COUNT) - 1;
    out->handling_codes = BIT(HANDLING_COUNT) - 1;
    out->classification_ceiling = CLASSIFICATION_UNCLASSIFIED;
    //= dir-2023-977 art 5(1)
    out->deadlines = (struct agreement_deadlines){CLOCK_ELAPSED, CALENDAR_END_NONE, 8, 72, 168};
    out->categories = default_categories;
    out->category_count = ARRAY_COUNT(default_categories);
    out->retention = default_retention;
    out->retention_count = ARRAY_COUNT(default_retention);
    out->retention_other = (struct agreement_retention_other){.request_days = 183,
                                                              .text_days = 1826,
                                                              .minor_days = 365,
                                                              .domestic_days = 1096,
                                                              .head_days = 3653};
    out->limits = (struct agreement_limits){.body_size = BODY_SIZE_MAX,
                                            .attachment_size = ATTACHMENT_SIZE_MAX,
                                            .attachment_count = ATTACHMENT_COUNT_MAX,
                                            .day_size = 64 * GIBI,
                                            .request_count = 10000};
    out->four_eyes = BIT(FOUR_EYES_ANSWER) | BIT(FOUR_EYES_PROTECTED_PERSON) |
                     BIT(FOUR_EYES_SPECIAL_CATEGORY) | BIT(FOUR_EYES_SINGLE_TRANSFER);
    out->transfer_grounds = BIT(TRANSFER_ART61_TREATY) | BIT(TRANSFER_ART37_1A) |
                            BIT(TRANSFER_ART38_1A) | BIT(TRANSFER_ART38_1C);
    out->has_termination = true;
    out->termination = agreement_termination_of(&(struct agreement){.has_termination = false});
    out->clock_bound_s = 30;
}

bool agreement_default(const struct agreement_draft *draft, struct arena *arena,
                       struct agreement *out, struct error *err)
{
    *out = (struct agreement){.format = AGREEMENT_FORMAT_1,
                              .version = 1,
                              .valid_from_ms = draft->valid_from_ms,
                              .valid_to_ms = draft->valid_to_ms,
                              .is_training = true,
                              .custody_statement = CUSTODY_STATEMENT_HOLD};
    memcpy(out->psk_hash, draft->psk_hash, DIGEST_SIZE);
    rules_fill(out);
    if (parties_fill(draft, arena, out) && id_fill(draft, arena, out) && basis_fill(arena, out) &&
        offences_fill(arena, out) && notes_fill(arena, out))
        return true;
    return error_set(err, ERROR_LIMIT, "drafting an agreement: out of memory");
}
