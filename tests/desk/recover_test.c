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

/* What each act shows, written here a second time: whoever adds an act decides it. */
static const char *const shut[] = {"rights-list",     "spontaneous-list", "copy-list",
                                   "inbox-list",      "sent-list",        "item-show",
                                   "attachment-find", "item-forward",     "item-export",
                                   "emergency-list",  "crosscheck-show",  "crosscheck-touched",
                                   "duplicate-check", "translation-list", "retention-list"};
static const char *const in_part[] = {"alarm-list", "case-show"};
static const char *const open_acts[] = {"request-send",
                                        "answer-send",
                                        "refuse-send",
                                        "spontaneous-send",
                                        "rights-flag",
                                        "rights-decide",
                                        "assign",
                                        "clarification-ask",
                                        "clarification-reply",
                                        "access-decide",
                                        "delay-tell",
                                        "urgency-doubt",
                                        "urgency-reply",
                                        "item-erase",
                                        "item-withdraw",
                                        "agreement-suspend",
                                        "agreement-resume",
                                        "agreement-list",
                                        "agreement-propose",
                                        "agreement-accept",
                                        "agreement-refuse",
                                        "agreement-withdraw",
                                        "agreement-terminate",
                                        "agreement-history",
                                        "agreement-diff",
                                        "agreement-try",
                                        "agreement-proposal",
                                        "statistics",
                                        "officer-put",
                                        "officer-list",
                                        "officer-password",
                                        "officer-sessions",
                                        "officer-end",
                                        "approval-list",
                                        "approval-show",
                                        "approval-confirm",
                                        "approval-refuse",
                                        "emergency-send",
                                        "emergency-review",
                                        "glass-open",
                                        "glass-review",
                                        "glass-list",
                                        "on-call-put",
                                        "on-call-list",
                                        "on-call-remove",
                                        "case-list",
                                        "case-put",
                                        "case-assign",
                                        "case-close",
                                        "case-reopen",
                                        "case-erase",
                                        "case-note",
                                        "case-reference",
                                        "case-person-put",
                                        "case-person-remove",
                                        "case-person-protection",
                                        "case-task",
                                        "case-task-done",
                                        "task-list",
                                        "handover-give",
                                        "handover-show",
                                        "handover-take",
                                        "handover-list",
                                        "register-put",
                                        "register-list",
                                        "register-show",
                                        "register-scan",
                                        "translation-put",
                                        "held-list",
                                        "held-retry",
                                        "succession-prepare",
                                        "succession-allow",
                                        "succession-import",
                                        "resume-order",
                                        "resume-allow",
                                        "resume-status",
                                        "key-revoke",
                                        "officer-revoke",
                                        "retention-status",
                                        "retention-run",
                                        "retention-hold",
                                        "retention-release",
                                        "retention-clock",
                                        "acts-hold",
                                        "acts-release",
                                        "acts-holds",
                                        "own-search",
                                        "own-link",
                                        "own-show",
                                        "own-remove",
                                        "own-join",
                                        "own-part",
                                        "own-due",
                                        "own-review",
                                        "own-import-begin",
                                        "own-import-take",
                                        "own-import-end",
                                        "own-import-list",
                                        "rebuild"};

static size_t named(const char *const *list, size_t count, const char *name)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += strcmp(list[i], name) == 0;
    return found;
}

CHECK_TEST(of_each_act_it_is_decided_whether_it_shows_what_was_exchanged)
{
    for (size_t i = 0; i < desk_act_count; i++) {
        const struct desk_act *act = &desk_acts[i];
        size_t counts[] = {named(open_acts, ARRAY_COUNT(open_acts), act->name),
                           named(shut, ARRAY_COUNT(shut), act->name),
                           named(in_part, ARRAY_COUNT(in_part), act->name)};
        bool is_so = counts[0] + counts[1] + counts[2] == 1 && counts[act->shows] == 1;
        if (!is_so)
            printf("%s\n", act->name);
        CHECK(is_so);
    }
    CHECK_INT(ARRAY_COUNT(open_acts) + ARRAY_COUNT(shut) + ARRAY_COUNT(in_part), desk_act_count);
}

static bool says(const char *text)
{
    return memmem(out.data, out.size, text, strlen(text)) != NULL;
}

static bool act(const char *name, const char *arguments)
{
    struct error err = {0};
    bool ok = pair_act(&pair.nodes[0], name, arguments, span_text(""), &out, &err);

    if (!ok)
        printf("%s: %s\n", name, err.text);
    return ok;
}

/* A request of the partner's, opened for a case, whose limit is over. */
CHECK_TEST(case_and_alarm_tell_of_an_item)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    char arguments[80];

    CHECK(officer(0, "head_of_desk"));
    pair_settle(&pair);
    CHECK_OK(pair_request(&pair.nodes[1], 801, item, &err), err);
    pair_settle(&pair);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK(act("item-show", arguments));
    pair_wait(INT64_C(9) * 24 * 3600 * 1000);
    CHECK(act("case-show", "{\"number\":\"c-1\"}") && says(item) && says("\"reference\":\""));
    CHECK(!says("items_shut"));
    CHECK(act("alarm-list", "{}") && says(item) && says("\"reference\":\""));
}

CHECK_TEST(nothing_is_shown_of_books_that_are_behind)
{
    struct error err = {0};

    for (size_t i = 0; i < ARRAY_COUNT(shut); i++) {
        error_clear(&err);
        CHECK(!pair_act(&pair.nodes[0], shut[i], "{}", span_text(""), &out, &err));
        CHECK_ERROR(err, ERROR_CONFLICT, "besa resume order");
    }
    CHECK_OK(pair_act(&pair.nodes[0], "officer-list", "{}", span_text(""), &out, &err), err);
    CHECK_OK(pair_act(&pair.nodes[0], "resume-status", "{}", span_text(""), &out, &err), err);
    CHECK(says("ordered"));
}

/* The desk's own work goes on, and no alarm is silent in the night. */
CHECK_TEST(of_books_that_are_behind_case_and_alarm_show_nothing_of_a_message)
{
    CHECK(act("case-show", "{\"number\":\"c-1\"}") && says("\"items\":[]"));
    CHECK(says("\"items_shut\":\"items: this node was restored from an older backup"));
    CHECK(says("\"title\":") && !says("\"reference\":\""));
    CHECK(act("alarm-list", "{}") && says("\"alarm\":\"overdue\"") && says("\"due\":"));
    CHECK(says("\"type\":\"request\"") && !says("\"reference\":"));
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
    CHECK_RUN(of_each_act_it_is_decided_whether_it_shows_what_was_exchanged);
    CHECK_RUN(case_and_alarm_tell_of_an_item);
    CHECK_RUN(an_order_needs_two_heads_of_desk_and_books_that_are_behind);
    CHECK_RUN(nothing_is_shown_of_books_that_are_behind);
    CHECK_RUN(of_books_that_are_behind_case_and_alarm_show_nothing_of_a_message);
    CHECK_RUN(an_allowance_has_an_end);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
