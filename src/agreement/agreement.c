/*
 * The agreement: reading, writing, and the rules that join several fields. What no agreement may agree to (wider fields
 * for protected persons, systems that never leave the Union) is a table here, so that a document signed by both chiefs
 * still cannot carry it. See agreement.h.
 */
#include "agreement/agreement.h"

#include "agreement/calendar.h"
#include "base/attributes.h"
#include "crypto/cms.h"
#include "message/form.h"

#include <inttypes.h>
#include <stdio.h>

#define BIT(n) (UINT64_C(1) << (n))
#define DAY_MS INT64_C(86400000)

/* docs/safeguards.md b15: what identifies a person; nothing of contacts, places or means. */
#define FIELDS_NAMED                                                                               \
    (BIT(PERSON_FIELD_NAMES) | BIT(PERSON_FIELD_SEX) | BIT(PERSON_FIELD_BIRTH_DATE) |              \
     BIT(PERSON_FIELD_NATIONALITY))
#define FIELDS_PROTECTED                                                                           \
    (FIELDS_NAMED | BIT(PERSON_FIELD_MAIDEN_NAME) | BIT(PERSON_FIELD_BIRTH_PLACE) |                \
     BIT(PERSON_FIELD_BIRTH_COUNTRY) | BIT(PERSON_FIELD_DOCUMENTS))
#define FIELDS_ALL (BIT(PERSON_FIELD_COUNT) - 1)

struct category_rule {
    bool is_protected;
    uint64_t fields_max;
};

/* The most that any agreement may allow. */
//= dir-2016-680 art 6
//= dir-2023-977 art 10(b)
static const struct category_rule category_rules[PERSON_CATEGORY_COUNT] = {
    [PERSON_SUSPECT] = {false, FIELDS_ALL},
    [PERSON_CONVICTED] = {false, FIELDS_ALL},
    [PERSON_VICTIM] = {true, FIELDS_PROTECTED},
    [PERSON_WITNESS] = {true, FIELDS_PROTECTED},
    [PERSON_INFORMANT_PERSON] = {true, FIELDS_NAMED},
    [PERSON_CONTACT_ASSOCIATE] = {false, FIELDS_ALL & ~BIT(PERSON_FIELD_SPECIAL_CATEGORIES)},
    /* Who looks for a missing person needs how they look, are reached and what they suffer from. */
    [PERSON_MISSING_PERSON] = {true, FIELDS_ALL & ~BIT(PERSON_FIELD_OCCUPATION)},
    [PERSON_SMUGGLED_MIGRANT] = {true, FIELDS_PROTECTED},
    [PERSON_UNIDENTIFIED] = {false, FIELDS_ALL},
    [PERSON_OFFICER] = {false, BIT(PERSON_FIELD_NAMES) | BIT(PERSON_FIELD_PHONES) |
                                   BIT(PERSON_FIELD_OCCUPATION)},
};

bool person_category_is_protected(enum person_category category)
{
    return (unsigned)category < PERSON_CATEGORY_COUNT && category_rules[category].is_protected;
}

uint64_t person_category_fields_max(enum person_category category)
{
    return (unsigned)category < PERSON_CATEGORY_COUNT ? category_rules[category].fields_max : 0;
}

/* Systems whose own law closes them to third countries; no agreement opens them. */
//= reg-2018-1240 art 65
bool source_system_may_leave_union(enum source_system source)
{
    return source != SOURCE_SIS && source != SOURCE_ETIAS && source != SOURCE_EURODAC;
}

/* --- reading and writing --- */

bool agreement_read(struct span document, struct arena *arena, struct agreement *out,
                    struct problems *problems)
{
    memset(out, 0, sizeof *out);
    if (document.size > AGREEMENT_SIZE_MAX)
        return problems_add(problems, "", ERROR_LIMIT, "has %zu bytes; %u allowed", document.size,
                            AGREEMENT_SIZE_MAX);
    /* Rules over several fields only once each field is sound: their problems would follow from the first ones. */
    return form_read(&agreement_form, document, arena, out, problems) &&
           agreement_check(out, problems);
}

bool agreement_write(const struct agreement *agreement, struct buffer *out, struct error *err)
{
    if (form_write(&agreement_form, agreement, out))
        return true;
    return error_set(err, ERROR_BUG, "agreement %.*s: does not fit its buffer",
                     SPAN_ARG(agreement->id));
}

/* --- rules that join several fields --- */

static void keys_check(const struct agreement_party *a, const struct agreement_party *b,
                       struct problems *problems)
{
    const uint8_t *keys[] = {a->log_key, a->custody_key, a->witness_key,
                             b->log_key, b->custody_key, b->witness_key};
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++)
        for (size_t j = 0; j < i; j++)
            if (memcmp(keys[i], keys[j], SIGNATURE_PUBLIC_SIZE) == 0)
                problems_add(problems, "parties", ERROR_INPUT,
                             "one key stands for two; no key serves two purposes");
    if (memcmp(a->sealing_key, b->sealing_key, AGREE_PUBLIC_SIZE) == 0)
        problems_add(problems, "parties", ERROR_INPUT, "both parties name the same sealing key");
    if (span_equal(a->certificate_pem, b->certificate_pem))
        problems_add(problems, "parties", ERROR_INPUT, "both parties name the same certificate");
    if (a->next_certificate_pem.size > 0 &&
        span_equal(a->next_certificate_pem, b->next_certificate_pem))
        problems_add(problems, "parties", ERROR_INPUT, "both parties name the same certificate");
}

/* It will be believed: it must be one. */
static void next_certificate_check(const struct agreement_party *party, const char *path,
                                   struct problems *problems)
{
    uint8_t fingerprint[DIGEST_SIZE];
    struct error err = {0};

    if (party->next_certificate_pem.size == 0)
        return;
    if (span_equal(party->next_certificate_pem, party->certificate_pem))
        problems_add(problems, path, ERROR_INPUT, "the next certificate is the present one");
    else if (!certificate_fingerprint(party->next_certificate_pem, fingerprint, &err))
        problems_add(problems, path, ERROR_INPUT, "%s", err.text);
}

static bool party_accepts(const struct agreement_party *party, const char *language)
{
    for (size_t i = 0; i < party->language_count; i++)
        if (span_is(party->languages[i], language))
            return true;
    return false;
}

static void party_check(const struct agreement_party *party, const struct agreement_party *partner,
                        size_t index, struct problems *problems)
{
    char path[64];

    snprintf(path, sizeof path, "parties[%zu].next_certificate", index);
    next_certificate_check(party, path, problems);
    //= dir-2023-977 art 11
    snprintf(path, sizeof path, "parties[%zu].languages", index);
    if (party->status == PARTY_EU_MEMBER && !party_accepts(party, "en"))
        problems_add(problems, path, ERROR_RULE, "a Member State also accepts English ('en')");
    snprintf(path, sizeof path, "parties[%zu].source_systems", index);
    for (size_t i = 0; i < SOURCE_SYSTEM_COUNT && agreement_leaves_union(party, partner); i++)
        if (party->source_systems & BIT(i) && !source_system_may_leave_union((enum source_system)i))
            problems_add(problems, path, ERROR_RULE, "'%s' never goes to a third country",
                         source_system_names[i]);
    snprintf(path, sizeof path, "parties[%zu].authorities", index);
    for (size_t i = 0; i < party->authority_count; i++)
        for (size_t j = 0; j < i; j++)
            if (span_equal(party->authorities[i].code, party->authorities[j].code))
                problems_add(problems, path, ERROR_INPUT, "'%.*s' stands twice",
                             SPAN_ARG(party->authorities[i].code));
}

static bool authority_code_is_known(const struct agreement *agreement, struct span code)
{
    for (size_t i = 0; i < agreement->party_count; i++)
        for (size_t j = 0; j < agreement->parties[i].authority_count; j++)
            if (span_equal(agreement->parties[i].authorities[j].code, code))
                return true;
    return false;
}

static void bases_check(const struct agreement *agreement, struct problems *problems)
{
    char path[64];

    if (!agreement->is_training && agreement->legal_basis_count == 0)
        problems_add(problems, "legal_bases", ERROR_RULE,
                     "only a training agreement may do without a legal basis");
    for (size_t i = 0; i < agreement->legal_basis_count; i++) {
        const struct agreement_legal_basis *basis = &agreement->legal_bases[i];
        snprintf(path, sizeof path, "legal_bases[%zu]", i);
        if (basis->in_force_to_ms != 0 && basis->in_force_to_ms <= basis->in_force_from_ms)
            problems_add(problems, path, ERROR_INPUT, "ends before it begins");
        for (size_t j = 0; j < basis->authority_count; j++)
            if (!authority_code_is_known(agreement, basis->authorities[j]))
                problems_add(problems, path, ERROR_INPUT,
                             "authority '%.*s' is none of the parties'",
                             SPAN_ARG(basis->authorities[j]));
    }
}

static void offences_check(const struct agreement *agreement, struct problems *problems)
{
    uint64_t seen = 0;
    char path[64];

    for (size_t i = 0; i < agreement->offence_count; i++) {
        const struct agreement_offence *offence = &agreement->offences[i];
        snprintf(path, sizeof path, "offences[%zu]", i);
        if (seen & BIT(offence->offence))
            problems_add(problems, path, ERROR_INPUT, "'%s' stands twice",
                         offence_names[offence->offence]);
        seen |= BIT(offence->offence);
        if (offence->penalty_years < agreement->offence_minimum_years)
            problems_add(problems, path, ERROR_RULE,
                         "a maximum penalty of %" PRId64 " years; at least %" PRId64 " agreed",
                         offence->penalty_years, agreement->offence_minimum_years);
    }
}

static void categories_check(const struct agreement *agreement, struct problems *problems)
{
    uint64_t seen = 0;
    char path[64];

    for (size_t i = 0; i < agreement->category_count; i++) {
        const struct agreement_category *row = &agreement->categories[i];
        uint64_t excess = row->fields & ~person_category_fields_max(row->category);
        snprintf(path, sizeof path, "categories[%zu]", i);
        if (seen & BIT(row->category))
            problems_add(problems, path, ERROR_INPUT, "'%s' stands twice",
                         person_category_names[row->category]);
        seen |= BIT(row->category);
        for (size_t j = 0; j < PERSON_FIELD_COUNT; j++)
            if (excess & BIT(j))
                problems_add(problems, path, ERROR_RULE, "no agreement may allow '%s' about '%s'",
                             person_field_names[j], person_category_names[row->category]);
        if (agreement_erase_after_ms(agreement, row->category) == 0)
            problems_add(problems, path, ERROR_INPUT, "'%s' has no row in retention",
                         person_category_names[row->category]);
    }
}

static void retention_check(const struct agreement *agreement, struct problems *problems)
{
    uint64_t seen = 0;
    char path[64];

    for (size_t i = 0; i < agreement->retention_count; i++) {
        const struct agreement_retention *row = &agreement->retention[i];
        snprintf(path, sizeof path, "retention[%zu]", i);
        if (seen & BIT(row->category))
            problems_add(problems, path, ERROR_INPUT, "'%s' stands twice",
                         person_category_names[row->category]);
        seen |= BIT(row->category);
        if (row->review_days > row->erase_days)
            problems_add(problems, path, ERROR_INPUT, "is reviewed after it is erased");
    }
}

static void times_check(const struct agreement *agreement, struct problems *problems)
{
    const struct agreement_deadlines *rows = &agreement->deadlines;

    if (agreement->valid_to_ms <= agreement->valid_from_ms)
        problems_add(problems, "valid_to", ERROR_INPUT, "is not after valid_from");
    if (rows->urgent_direct_hours > rows->urgent_indirect_hours ||
        rows->urgent_indirect_hours > rows->other_hours)
        problems_add(problems, "deadlines", ERROR_INPUT,
                     "must rise from urgent_direct to urgent_indirect to other");
}

static void notes_check(const struct agreement *agreement, struct problems *problems)
{
    char path[64];
    enum clause clause;

    for (size_t i = 0; i < agreement->note_count; i++) {
        snprintf(path, sizeof path, "notes[%zu].clause", i);
        if (!clause_find(agreement->notes[i].clause, &clause))
            problems_add(problems, path, ERROR_INPUT, "is the number of no clause");
    }
}

bool agreement_check(const struct agreement *agreement, struct problems *problems)
{
    size_t before = problems->total;

    if (agreement->party_count != 2)
        return problems_add(problems, "parties", ERROR_INPUT, "must be two");
    const struct agreement_party *a = &agreement->parties[0], *b = &agreement->parties[1];
    if (span_equal(a->party, b->party))
        problems_add(problems, "parties", ERROR_INPUT, "must have two names");
    party_check(a, b, 0, problems);
    party_check(b, a, 1, problems);
    keys_check(a, b, problems);
    if ((agreement_leaves_union(a, b) || agreement_leaves_union(b, a)) &&
        agreement->transfer_grounds == 0)
        problems_add(problems, "transfer_grounds", ERROR_RULE,
                     "an agreement with a third country names at least one");
    bases_check(agreement, problems);
    offences_check(agreement, problems);
    categories_check(agreement, problems);
    retention_check(agreement, problems);
    times_check(agreement, problems);
    calendars_check(agreement, problems);
    notes_check(agreement, problems);
    return problems->total == before;
}

/* --- asking --- */

const struct agreement_party *agreement_party_find(const struct agreement *agreement,
                                                   struct span party)
{
    for (size_t i = 0; i < agreement->party_count; i++)
        if (span_equal(agreement->parties[i].party, party))
            return &agreement->parties[i];
    return NULL;
}

const struct agreement_party *agreement_partner(const struct agreement *agreement,
                                                struct span party)
{
    const struct agreement_party *own = agreement_party_find(agreement, party);
    if (own == NULL || agreement->party_count != 2)
        return NULL;
    return own == &agreement->parties[0] ? &agreement->parties[1] : &agreement->parties[0];
}

bool agreement_leaves_union(const struct agreement_party *sender,
                            const struct agreement_party *receiver)
{
    return sender->status == PARTY_EU_MEMBER && receiver->status == PARTY_THIRD_COUNTRY;
}

uint64_t agreement_person_fields(const struct agreement *agreement, enum person_category category)
{
    for (size_t i = 0; i < agreement->category_count; i++)
        if (agreement->categories[i].category == category)
            return agreement->categories[i].fields;
    return 0;
}

struct agreement_termination agreement_termination_of(const struct agreement *agreement)
{
    static const struct agreement_termination usual = {
        .notice_days = 90, .held = TERMINATION_KEPT, .erase_days = 183};
    return agreement->has_termination ? agreement->termination : usual;
}

static const struct agreement_retention *retention_find(const struct agreement *agreement,
                                                        enum person_category category)
{
    for (size_t i = 0; i < agreement->retention_count; i++)
        if (agreement->retention[i].category == category)
            return &agreement->retention[i];
    return NULL;
}

//= dir-2016-680 art 5
int64_t agreement_erase_after_ms(const struct agreement *agreement, enum person_category category)
{
    const struct agreement_retention *row = retention_find(agreement, category);
    return row == NULL ? 0 : row->erase_days * DAY_MS;
}

int64_t agreement_review_after_ms(const struct agreement *agreement, enum person_category category)
{
    const struct agreement_retention *row = retention_find(agreement, category);
    return row == NULL ? 0 : row->review_days * DAY_MS;
}

bool legal_basis_is_in_force(const struct agreement_legal_basis *basis, int64_t time_ms)
{
    return basis->in_force_from_ms != 0 && basis->in_force_from_ms <= time_ms &&
           (basis->in_force_to_ms == 0 || time_ms < basis->in_force_to_ms);
}

const struct agreement_legal_basis *agreement_basis_in_force(const struct agreement *agreement,
                                                             int64_t time_ms)
{
    for (size_t i = 0; i < agreement->legal_basis_count; i++)
        if (legal_basis_is_in_force(&agreement->legal_bases[i], time_ms))
            return &agreement->legal_bases[i];
    return NULL;
}
