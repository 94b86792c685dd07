/* Plain words: see agreement_words.h. */
#include "cmd/agreement_words.h"

#include "base/attributes.h"
#include "base/text.h"

#include <inttypes.h>

#define WORDS_SIZE_MAX (32u * 1024u)

/* "a, b and c" over the names of the bits set; underscores become spaces. */
static void bits_write(struct buffer *out, const char *const *names, size_t count, uint64_t set)
{
    bool is_first = true;

    for (size_t i = 0; i < count; i++) {
        if ((set >> i & 1) == 0 || names[i] == NULL)
            continue;
        buffer_text(out, is_first ? "" : ", ");
        for (const char *c = names[i]; *c != '\0'; c++)
            buffer_byte(out, *c == '_' ? ' ' : (uint8_t)*c);
        is_first = false;
    }
    if (is_first)
        buffer_text(out, "none");
}

static void time_words(struct buffer *out, int64_t time_ms)
{
    char text[TIME_TEXT_SIZE];

    time_write(time_ms, text);
    buffer_format(out, "%.10s", text);
}

static void parties_words(const struct agreement *agreement, struct buffer *out)
{
    for (size_t i = 0; i < agreement->party_count; i++) {
        const struct agreement_party *party = &agreement->parties[i];
        buffer_format(out, "%s%.*s (%.*s, %s; desk: %.*s", i == 0 ? "" : " and ",
                      SPAN_ARG(party->state), SPAN_ARG(party->party),
                      party->status == PARTY_EU_MEMBER ? "member of the Union"
                                                       : "third country to the Union",
                      SPAN_ARG(party->contact));
        if (party->fallback.size > 0)
            buffer_format(out, "; when nobody answers there: %.*s", SPAN_ARG(party->fallback));
        buffer_byte(out, ')');
    }
}

static void bases_words(const struct agreement *agreement, int64_t now_ms, struct buffer *out)
{
    for (size_t i = 0; i < agreement->legal_basis_count; i++) {
        const struct agreement_legal_basis *basis = &agreement->legal_bases[i];
        buffer_format(out, "%s%.*s, article %.*s", i == 0 ? "" : "; ", SPAN_ARG(basis->instrument),
                      SPAN_ARG(basis->article));
        if (basis->in_force_from_ms == 0) {
            buffer_text(out, " (not confirmed in force: carries no real data)");
        } else {
            buffer_text(out, legal_basis_is_in_force(basis, now_ms) ? " (in force since "
                                                                    : " (not in force; from ");
            time_words(out, basis->in_force_from_ms);
            buffer_byte(out, ')');
        }
    }
}

static void authorities_words(const struct agreement *agreement, struct buffer *out)
{
    for (size_t i = 0; i < agreement->party_count; i++)
        for (size_t k = 0; k < agreement->parties[i].authority_count; k++)
            buffer_format(out, "%s%.*s (%.*s)", i + k == 0 ? "" : "; ",
                          SPAN_ARG(agreement->parties[i].authorities[k].name),
                          SPAN_ARG(agreement->parties[i].authorities[k].code));
}

static void languages_words(const struct agreement *agreement, struct buffer *out)
{
    for (size_t i = 0; i < agreement->party_count; i++) {
        const struct agreement_party *party = &agreement->parties[i];
        buffer_format(out, "%s%.*s accepts", i == 0 ? "" : "; ", SPAN_ARG(party->party));
        for (size_t k = 0; k < party->language_count; k++)
            buffer_format(out, " %.*s", SPAN_ARG(party->languages[k]));
    }
}

static void offences_words(const struct agreement *agreement, struct buffer *out)
{
    uint64_t set = 0;

    for (size_t i = 0; i < agreement->offence_count; i++)
        set |= OFFENCE_BIT(agreement->offences[i].offence);
    bits_write(out, offence_names, OFFENCE_COUNT, set);
    buffer_format(out, "; maximum penalty at least %" PRId64 " years",
                  agreement->offence_minimum_years);
}

static void categories_words(const struct agreement *agreement, bool is_protected,
                             struct buffer *out)
{
    bool is_first = true;

    for (size_t i = 0; i < agreement->category_count; i++) {
        const struct agreement_category *category = &agreement->categories[i];
        if (person_category_is_protected(category->category) != is_protected)
            continue;
        buffer_text(out, is_first ? "" : "; ");
        bits_write(out, person_category_names, PERSON_CATEGORY_COUNT,
                   UINT64_C(1) << category->category);
        buffer_text(out, ": ");
        bits_write(out, person_field_names, PERSON_FIELD_COUNT, category->fields);
        is_first = false;
    }
}

static void retention_words(const struct agreement *agreement, struct buffer *out)
{
    for (size_t i = 0; i < agreement->retention_count; i++) {
        const struct agreement_retention *retention = &agreement->retention[i];
        buffer_text(out, i == 0 ? "" : "; ");
        bits_write(out, person_category_names, PERSON_CATEGORY_COUNT,
                   UINT64_C(1) << retention->category);
        buffer_format(out, " %" PRId64 " days, reviewed at %" PRId64, retention->erase_days,
                      retention->review_days);
    }
    buffer_format(out,
                  "; minors at most %" PRId64 " days; texts %" PRId64 " days; a request %" PRId64
                  " days after its exchange ended",
                  agreement->retention_other.minor_days, agreement->retention_other.text_days,
                  agreement->retention_other.request_days);
}

static void sources_words(const struct agreement *agreement, struct buffer *out)
{
    for (size_t i = 0; i < agreement->party_count; i++) {
        buffer_format(out, "%sfrom %.*s: ", i == 0 ? "" : "; ",
                      SPAN_ARG(agreement->parties[i].party));
        bits_write(out, source_system_names, SOURCE_SYSTEM_COUNT,
                   agreement->parties[i].source_systems);
    }
}

static void sizes_words(const struct agreement *agreement, struct buffer *out)
{
    buffer_format(out,
                  "a body of at most %" PRId64 " KiB, %" PRId64 " attachments of at most %" PRId64
                  " MiB each",
                  agreement->limits.body_size / 1024, agreement->limits.attachment_count,
                  agreement->limits.attachment_size / 1048576);
}

static void deadlines_words(const struct agreement *agreement, struct buffer *out)
{
    buffer_format(out,
                  "urgent and directly at hand %" PRId64 " hours, urgent otherwise %" PRId64
                  " hours, all else %" PRId64 " hours",
                  agreement->deadlines.urgent_direct_hours,
                  agreement->deadlines.urgent_indirect_hours, agreement->deadlines.other_hours);
    if (agreement->deadlines.count == CLOCK_CALENDAR)
        buffer_format(
            out, "; what is longer, in calendar days of the requested party, to the end of the %s",
            agreement->deadlines.end == CALENDAR_END_WORKING_DAY
                ? "last day, or of the next working day when that one is free"
                : "last day");
}

static void termination_words(const struct agreement *agreement, struct buffer *out)
{
    struct agreement_termination rule = agreement_termination_of(agreement);

    buffer_format(out, "%" PRId64 " days of notice; what is held is ", rule.notice_days);
    if (rule.held == TERMINATION_ERASED)
        buffer_format(out, "erased within %" PRId64 " days after the end", rule.erase_days);
    else
        buffer_text(out, "kept until its caps");
}

bool agreement_words(const struct agreement *agreement, enum clause clause, struct buffer *out)
{
    switch (clause) {
    case CLAUSE_PARTIES:
        parties_words(agreement, out);
        break;
    case CLAUSE_PERIOD:
        buffer_text(out, "from ");
        time_words(out, agreement->valid_from_ms);
        buffer_text(out, " until ");
        time_words(out, agreement->valid_to_ms);
        break;
    case CLAUSE_TRAINING:
        buffer_text(out, agreement->is_training ? "for training: fictional data only"
                                                : "real data; training data is refused");
        break;
    case CLAUSE_LEGAL_BASES:
        bases_words(agreement, agreement->valid_from_ms, out);
        break;
    case CLAUSE_AUTHORITIES:
        authorities_words(agreement, out);
        break;
    case CLAUSE_MESSAGE_TYPES:
        bits_write(out, agreed_type_names, MESSAGE_TYPE_COUNT, agreement->message_types);
        break;
    case CLAUSE_LANGUAGES:
        languages_words(agreement, out);
        break;
    case CLAUSE_SIZES:
        sizes_words(agreement, out);
        break;
    case CLAUSE_QUOTAS:
        buffer_format(out, "%" PRId64 " requests and %" PRId64 " MiB a day in one direction",
                      agreement->limits.request_count, agreement->limits.day_size / 1048576);
        break;
    case CLAUSE_PURPOSES:
        bits_write(out, purpose_names, PURPOSE_COUNT, agreement->purposes);
        break;
    case CLAUSE_OFFENCES:
        offences_words(agreement, out);
        break;
    case CLAUSE_PERSON_FIELDS:
        categories_words(agreement, false, out);
        break;
    case CLAUSE_PROTECTED_PERSONS:
        categories_words(agreement, true, out);
        break;
    case CLAUSE_RETENTION:
        retention_words(agreement, out);
        break;
    case CLAUSE_HANDLING_CODES:
        bits_write(out, handling_names, HANDLING_COUNT, agreement->handling_codes);
        break;
    case CLAUSE_CLASSIFICATION:
        buffer_text(out, classification_names[agreement->classification_ceiling]);
        break;
    case CLAUSE_SOURCE_SYSTEMS:
        sources_words(agreement, out);
        break;
    case CLAUSE_TRANSFER_GROUND:
        bits_write(out, transfer_ground_names, TRANSFER_GROUND_COUNT, agreement->transfer_grounds);
        break;
    case CLAUSE_DEADLINES:
        deadlines_words(agreement, out);
        break;
    case CLAUSE_SECOND_APPROVAL:
        bits_write(out, four_eyes_names, FOUR_EYES_COUNT, agreement->four_eyes);
        break;
    case CLAUSE_EMERGENCY:
        buffer_text(out, agreement->emergency_single
                             ? agreement_clauses[clause].rule
                             : "nobody sends alone what a second officer approves");
        break;
    case CLAUSE_TERMINATION:
        termination_words(agreement, out);
        break;
    case CLAUSE_SUSPENSION:
    case CLAUSE_AMENDMENT:
    case CLAUSE_DECLARATIONS:
    case CLAUSE_TRANSFER_SINGLE:
    case CLAUSE_TRANSFER_RIGHTS:
    case CLAUSE_URGENCY:
    case CLAUSE_CLARIFICATION:
    case CLAUSE_DELAY:
        buffer_text(out, agreement_clauses[clause].rule);
        break;
    case CLAUSE_COUNT:
        return false;
    }
    return !out->failed;
}

void agreement_words_write(const struct agreement *agreement, struct json_writer *out)
{
    json_text_field(out, "agreement", agreement->id);
    json_integer_field(out, "version", agreement->version);
    json_boolean_field(out, "training", agreement->is_training);
    json_key(out, "clauses");
    json_begin_array(out);
    for (size_t i = 0; i < CLAUSE_COUNT; i++) {
        struct buffer words CLEANUP(buffer_free) = buffer_make(WORDS_SIZE_MAX);
        agreement_words(agreement, (enum clause)i, &words);
        json_begin_object(out);
        json_string_field(out, "clause", agreement_clauses[i].number);
        json_string_field(out, "title", agreement_clauses[i].title);
        json_text_field(out, "says", buffer_span(&words));
        json_end_object(out);
    }
    json_end_array(out);
    json_key(out, "notes");
    json_begin_array(out);
    for (size_t i = 0; i < agreement->note_count; i++) {
        json_begin_object(out);
        json_text_field(out, "clause", agreement->notes[i].clause);
        json_text_field(out, "note", agreement->notes[i].text);
        json_end_object(out);
    }
    json_end_array(out);
}
