/*
 * Who may order a resume, and who may allow one; and that nothing is shown of books that are older than the partner's.
 * covers: recover
 */
#include "check.h"
#include "journal/resume.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"

static struct pair pair;

static struct buffer out;

static bool officer(size_t side, const char *role)
{
    struct error err = {0};
    char first[200];
    char second[200];

    snprintf(first, sizeof first,
             "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"%s\"}",
             side == 0 ? "ana" : "blerim", role);
    snprintf(second, sizeof second,
             "{\"id\":\"second\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"%s\"}", role);
    return pair_act(&pair.nodes[side], "officer-put", first, span_text(""), &out, &err) &&
           pair_act(&pair.nodes[side], "officer-put", second, span_text(""), &out, &err);
}

static bool notice_run(struct journal *journal, void *context, struct error *err)
{
    const uint64_t *size = context;
    return resume_notice(journal, &journal->lines[0], *size, 0, err);
}

CHECK_TEST(an_order_needs_two_heads_of_desk_and_books_that_are_behind)
{
    struct error err = {0};
    uint64_t size = 100;

    CHECK(officer(0, "investigator"));
    CHECK(!pair_act(&pair.nodes[0], "resume-order", "{}", span_text(""), &out, &err));
    CHECK_ERROR(err, ERROR_RULE, "not for the role");
    CHECK(officer(0, "head_of_desk"));
    CHECK(!pair_act(&pair.nodes[0], "resume-order", "{}", span_text(""), &out, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "not behind");
    CHECK_OK(hostile_run(&pair.nodes[0], notice_run, &size, &err), err);
    CHECK_OK(pair_act(&pair.nodes[0], "resume-order", "{}", span_text(""), &out, &err), err);
    CHECK_INT(pair.nodes[0].journal.lines[0].resume.state, RESUME_ORDERED);
}

CHECK_TEST(nothing_is_shown_of_books_that_are_behind)
{
    static const char *const shown[] = {"inbox-list", "sent-list", "item-show", "attachment-find"};
    struct error err = {0};

    for (size_t i = 0; i < ARRAY_COUNT(shown); i++) {
        CHECK(!pair_act(&pair.nodes[0], shown[i], "{}", span_text(""), &out, &err));
        CHECK_ERROR(err, ERROR_CONFLICT, "besa resume order");
    }
    CHECK_OK(pair_act(&pair.nodes[0], "officer-list", "{}", span_text(""), &out, &err), err);
    CHECK_OK(pair_act(&pair.nodes[0], "resume-status", "{}", span_text(""), &out, &err), err);
    CHECK(memmem(out.data, out.size, "ordered", 7) != NULL);
}

CHECK_TEST(an_allowance_has_an_end)
{
    struct error err = {0};
    struct pair_node *node = &pair.nodes[1];
    int64_t until_ms = 0;

    CHECK(officer(1, "investigator"));
    CHECK(!pair_act(node, "resume-allow", "{\"partner\":\"ro\",\"until\":\"2026-01-20T00:00:00Z\"}",
                    span_text(""), &out, &err));
    CHECK_ERROR(err, ERROR_RULE, "not for the role");
    CHECK(officer(1, "head_of_desk"));
    CHECK(!pair_act(node, "resume-allow", "{\"partner\":\"ro\",\"until\":\"2027-01-20T00:00:00Z\"}",
                    span_text(""), &out, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "7 days");
    CHECK(!pair_act(node, "resume-allow", "{\"partner\":\"mk\",\"until\":\"2026-01-20T00:00:00Z\"}",
                    span_text(""), &out, &err));
    CHECK_ERROR(err, ERROR_MISSING, "mk");
    CHECK(!pair_act(node, "resume-allow", "{\"partner\":\"ro\",\"until\":\"soon\"}", span_text(""),
                    &out, &err));
    CHECK_ERROR(err, ERROR_INPUT, "until");
    CHECK_OK(pair_act(node, "resume-allow",
                      "{\"partner\":\"ro\",\"until\":\"2026-01-18T00:00:00Z\"}", span_text(""),
                      &out, &err),
             err);
    CHECK_OK(journal_resume_allowed_until(&node->journal, &node->journal.lines[0], &until_ms, &err),
             err);
    CHECK_INT(until_ms, INT64_C(1768694400000));
    CHECK_OK(pair_act(node, "resume-allow", "{\"partner\":\"ro\",\"until\":\"now\"}", span_text(""),
                      &out, &err),
             err);
}

int main(void)
{
    out = buffer_make(1 << 20);
    if (!pair_make(&pair))
        return 1;
    CHECK_RUN(an_order_needs_two_heads_of_desk_and_books_that_are_behind);
    CHECK_RUN(nothing_is_shown_of_books_that_are_behind);
    CHECK_RUN(an_allowance_has_an_end);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
