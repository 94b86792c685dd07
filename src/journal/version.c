/* Versions: see version.h. */
#include "journal/version.h"

#include "agreement/clause.h"
#include "message/type.h"

#include <inttypes.h>
#include <stdio.h>

#define TYPE_TEXT_SIZE 80 /* name/version */

struct version_range version_software(void)
{
    return (struct version_range){.oldest = PROTOCOL_OLDEST, .newest = PROTOCOL_NEWEST};
}

struct version_range version_own(const struct journal *journal)
{
    struct version_range own = version_software();

    if (journal->options.protocol_newest != 0)
        own = (struct version_range){.oldest = journal->options.protocol_oldest,
                                     .newest = journal->options.protocol_newest};
    return own;
}

void version_text(struct version_range range, char out[VERSION_TEXT_SIZE])
{
    if (range.oldest == range.newest)
        snprintf(out, VERSION_TEXT_SIZE, "protocol %u", range.newest);
    else
        snprintf(out, VERSION_TEXT_SIZE, "protocols %u to %u", range.oldest, range.newest);
}

static void type_text(size_t type, char out[TYPE_TEXT_SIZE])
{
    snprintf(out, TYPE_TEXT_SIZE, "%s/%u", message_types[type].name, message_types[type].version);
}

void version_show(const struct journal *journal, struct json_writer *writer)
{
    struct version_range own = version_own(journal);
    char text[TYPE_TEXT_SIZE];

    json_integer_field(writer, "protocol", own.newest);
    json_integer_field(writer, "protocol_oldest", own.oldest);
    json_key(writer, "types");
    json_begin_array(writer);
    for (size_t type = 1; type < MESSAGE_TYPE_COUNT; type++) {
        if (!message_type_is_exchanged((enum message_type)type) ||
            (journal->options.hidden_types >> type & 1) != 0)
            continue;
        type_text(type, text);
        json_write_text(writer, span_text(text));
    }
    json_end_array(writer);
}

struct version_range version_read(struct json_object *object)
{
    int64_t newest = json_get_integer(object, "protocol", 1, PROTOCOL_MAX);
    int64_t oldest = json_get_integer_optional(object, "protocol_oldest", 1, PROTOCOL_MAX, newest);

    if (oldest > newest)
        json_problem(object, "protocol_oldest", ERROR_INPUT, "above \"protocol\"");
    return (struct version_range){.oldest = (unsigned)oldest, .newest = (unsigned)newest};
}

uint64_t version_read_types(struct json_object *object)
{
    struct json_list list = json_get_array(object, "types", 0, TYPE_COUNT_SHOWN);
    char text[TYPE_TEXT_SIZE];
    uint64_t known = list.count == 0 ? UINT64_MAX : 0;

    for (size_t i = 0; i < list.count; i++) {
        struct span name = json_array_text(&list, i, 1, TYPE_TEXT_SIZE);
        for (size_t type = 1; type < MESSAGE_TYPE_COUNT; type++) {
            type_text(type, text);
            if (message_types[type].name != NULL && span_is(name, text))
                known |= UINT64_C(1) << type;
        }
    }
    return known;
}

/* What either party demands binds both. */
static int64_t demanded(const struct agreement *agreement)
{
    const struct agreement_party *parties = agreement->parties;

    return parties[0].minimum_protocol > parties[1].minimum_protocol ? parties[0].minimum_protocol
                                                                     : parties[1].minimum_protocol;
}

bool version_permits(struct version_range own, const struct agreement *agreement, struct error *err)
{
    char text[VERSION_TEXT_SIZE];
    int64_t least = demanded(agreement);

    if (least <= (int64_t)own.newest)
        return true;
    version_text(own, text);
    return error_set(err, ERROR_RULE,
                     "agreement %.*s/%" PRId64 ", clause %s: it demands at least protocol %" PRId64
                     ", this version of Besa speaks %s: upgrade first",
                     SPAN_ARG(agreement->id), agreement->version,
                     agreement_clauses[CLAUSE_PARTIES].number, least, text);
}

bool version_agree(struct journal *journal, struct journal_line *line, struct version_range theirs,
                   struct error *err)
{
    struct version_range own = version_own(journal);
    char ours_text[VERSION_TEXT_SIZE];
    char theirs_text[VERSION_TEXT_SIZE];
    unsigned used = own.newest < theirs.newest ? own.newest : theirs.newest;
    unsigned least = own.oldest > theirs.oldest ? own.oldest : theirs.oldest;
    int64_t allowed = demanded(&line->agreement);

    line->protocol = 0;
    version_text(own, ours_text);
    version_text(theirs, theirs_text);
    if (used < least)
        return error_set(err, ERROR_RULE,
                         "%s speaks %s, we speak %s: none in common; the line waits until one side "
                         "is upgraded",
                         line->partner, theirs_text, ours_text);
    if (used < allowed)
        return error_set(err, ERROR_RULE,
                         "%s speaks %s, we speak %s; agreement %s demands at least protocol "
                         "%lld: the line waits until one side is upgraded",
                         line->partner, theirs_text, ours_text, line->agreement_id,
                         (long long)allowed);
    line->protocol = used;
    return true;
}
