/*
 * Versions: the newest that both speak and the agreement allows; N speaks N-1. Two nodes of different versions exchange in
 * tests/exchange/denied_test.c.
 * covers: version
 */
#include "check.h"
#include "base/attributes.h"
#include "journal/version.h"

static const struct agreement_party parties[2] = {{.minimum_protocol = 1}, {.minimum_protocol = 1}};

static unsigned agreed(unsigned own_oldest, unsigned own_newest, unsigned oldest, unsigned newest,
                       const struct agreement_party *bound, struct error *err)
{
    static struct journal journal;
    static struct journal_line line;

    journal.options.protocol_oldest = own_oldest;
    journal.options.protocol_newest = own_newest;
    line = (struct journal_line){.agreement.parties = bound, .partner = "al"};
    error_clear(err);
    bool ok = version_agree(&journal, &line, (struct version_range){oldest, newest}, err);
    CHECK(ok == (line.protocol != 0));
    return line.protocol;
}

CHECK_TEST(the_newest_common_version_is_used)
{
    struct error err = {0};

    CHECK_INT(agreed(0, 0, 1, 1, parties, &err), 1);
    CHECK_INT(agreed(1, 1, 1, 2, parties, &err), 1);
    CHECK_INT(agreed(1, 2, 1, 1, parties, &err), 1);
    CHECK_INT(agreed(1, 2, 2, 3, parties, &err), 2);
    CHECK_INT(agreed(3, 9, 1, 4, parties, &err), 4);
    CHECK_INT(agreed(1, 1, 2, 3, parties, &err), 0);
    CHECK_ERROR(err, ERROR_RULE, "al speaks protocols 2 to 3, we speak protocol 1: none in common");
    CHECK_INT(agreed(4, 5, 2, 3, parties, &err), 0);
}

CHECK_TEST(what_the_agreement_demands_of_either_party_binds_both)
{
    struct error err = {0};
    struct agreement_party bound[2] = {{.minimum_protocol = 1}, {.minimum_protocol = 3}};

    CHECK_INT(agreed(1, 3, 1, 4, bound, &err), 3);
    CHECK_INT(agreed(1, 2, 1, 4, bound, &err), 0);
    CHECK_ERROR(err, ERROR_RULE, "demands at least protocol 3");
    bound[0].minimum_protocol = 3;
    bound[1].minimum_protocol = 1;
    CHECK_INT(agreed(1, 4, 1, 2, bound, &err), 0);
}

CHECK_TEST(an_agreement_that_demands_more_than_we_speak_is_named)
{
    struct error err = {0};
    struct agreement_party bound[2] = {{.minimum_protocol = 1}, {.minimum_protocol = 3}};
    struct agreement agreement = {.id = span_text("ro-al"), .version = 7, .parties = bound};

    CHECK_OK(version_permits((struct version_range){2, 3}, &agreement, &err), err);
    CHECK(!version_permits((struct version_range){1, 2}, &agreement, &err));
    CHECK_ERROR(err, ERROR_RULE,
                "agreement ro-al/7, clause 1.1: it demands at least protocol 3, this version of "
                "Besa speaks protocols 1 to 2: upgrade first");
    error_clear(&err);
    bound[0].minimum_protocol = 4;
    CHECK(!version_permits((struct version_range){1, 3}, &agreement, &err));
    CHECK_ERROR(err, ERROR_RULE, "at least protocol 4");
    error_clear(&err);
    bound[0].minimum_protocol = bound[1].minimum_protocol = version_software().newest;
    CHECK_OK(version_permits(version_software(), &agreement, &err), err);
}

/* Reads a probe's fields; the problems in it are counted. */
static size_t reads(const char *text, struct version_range *range, uint64_t *types)
{
    static struct problems problems;
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct error err = {0};

    problems_clear(&problems);
    CHECK(json_parse(span_text(text), &json, &err));
    json_object_begin(&object, json_root(json), &arena, &problems);
    *range = version_read(&object);
    *types = version_read_types(&object);
    return problems.count;
}

CHECK_TEST(what_is_shown_is_read)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 16);
    struct json_writer writer = json_writer_make(&out);
    static struct journal journal;
    struct version_range range;
    uint64_t types;

    json_begin_object(&writer);
    version_show(&journal, &writer);
    json_end_object(&writer);
    CHECK(buffer_byte(&out, 0));
    CHECK_INT(reads((const char *)out.data, &range, &types), 0);
    CHECK(range.oldest == PROTOCOL_OLDEST && range.newest == PROTOCOL_NEWEST);
    for (size_t type = 1; type < MESSAGE_TYPE_COUNT; type++)
        CHECK(message_type_is_exchanged((enum message_type)type) == ((types >> type & 1) != 0));
}

CHECK_TEST(an_older_node_says_less_and_a_newer_one_more)
{
    struct version_range range;
    uint64_t types;

    CHECK_INT(reads("{\"protocol\":2}", &range, &types), 0);
    CHECK(range.oldest == 2 && range.newest == 2 && types == UINT64_MAX);
    CHECK_INT(reads("{\"protocol\":5,\"protocol_oldest\":4,\"types\":[\"request/1\",\"duel/7\"]}",
                    &range, &types),
              0);
    CHECK(range.oldest == 4 && range.newest == 5 && types == UINT64_C(1) << MESSAGE_REQUEST);
    CHECK(reads("{\"protocol\":1,\"protocol_oldest\":2}", &range, &types) > 0);
    CHECK(reads("{\"protocol\":0}", &range, &types) > 0);
    CHECK(reads("{\"protocol\":1001}", &range, &types) > 0);
    CHECK(reads("{}", &range, &types) > 0);
}

int main(void)
{
    CHECK_RUN(the_newest_common_version_is_used);
    CHECK_RUN(what_the_agreement_demands_of_either_party_binds_both);
    CHECK_RUN(an_agreement_that_demands_more_than_we_speak_is_named);
    CHECK_RUN(what_is_shown_is_read);
    CHECK_RUN(an_older_node_says_less_and_a_newer_one_more);
    return check_end();
}
