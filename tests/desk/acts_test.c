/*
 * Acts: none without officer, reason and case; each with its access entry, committed with it; errors name object, clause
 * and rule, never a person.
 * covers: access acts enclose item manage notice read send
 */
#include "check.h"
#include "crypto/secret.h"
#include "desk/roles.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"
#include "store/log_rows.h"

static struct pair pair;

/* One act under a given access. */
struct attempt {
    struct job job;
    const struct desk_act *act;
    struct desk_access access;
    const char *arguments;
    struct span body;
    struct buffer out;
    struct error err;
    bool is_done;
    bool ok;
};

static bool attempt_run(struct journal *journal, struct job *job, struct error *err)
{
    static struct problems problems;
    struct attempt *attempt = (struct attempt *)job;
    struct arena arena CLEANUP(arena_free) = arena_make(64u * 1024 * 1024);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct json_writer writer = json_writer_make(&attempt->out);

    problems_clear(&problems);
    if (!json_parse(span_text(attempt->arguments), &json, err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {.access = attempt->access,
                             .arguments = &object,
                             .body = attempt->body,
                             .problems = &problems,
                             .arena = &arena};
    return desk_run(journal, attempt->act, &call, &writer, err);
}

static void attempt_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct attempt *attempt = (struct attempt *)job;
    (void)journal;
    attempt->is_done = true;
    attempt->ok = ok;
    if (!ok)
        attempt->err = *err;
}

static bool try_act(struct attempt *attempt, const char *act, const char *arguments,
                    const char *officer, const char *reason, const char *case_number,
                    const char *approver)
{
    struct journal *journal = &pair.nodes[0].journal;
    struct span body = attempt->body;

    buffer_free(&attempt->out);
    *attempt = (struct attempt){.job = {.run = attempt_run, .done = attempt_done},
                                .act = desk_act_find(span_text(act)),
                                .access = {.officer = span_text(officer),
                                           .reason = span_text(reason),
                                           .case_number = span_text(case_number),
                                           .approver = span_text(approver)},
                                .arguments = arguments,
                                .body = body,
                                .out = buffer_make(1 << 20)};
    if (!journal_submit(journal, &attempt->job, &attempt->err))
        return false;
    while (!attempt->is_done)
        journal_pump(journal);
    return attempt->ok;
}

CHECK_TEST(no_act_without_officer_reason_and_case)
{
    struct attempt attempt = {.out = buffer_make(1)};

    CHECK(try_act(&attempt, "officer-put",
                  "{\"id\":\"dora\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"dpo\"}", "admin",
                  "personnel", "", ""));
    for (size_t i = 0; i < desk_act_count; i++) {
        const char *act = desk_acts[i].name;
        const char *who = role_permits(ROLE_HEAD_OF_DESK, act) ? "ana"
                          : role_permits(ROLE_DPO, act)        ? "dora"
                                                               : "admin";
        CHECK(!try_act(&attempt, act, "{}", "", "duty", "c-1", ""));
        CHECK_INT(attempt.err.kind, ERROR_INPUT);
        CHECK(!try_act(&attempt, act, "{}", "nobody", "duty", "c-1", ""));
        CHECK_INT(attempt.err.kind, ERROR_MISSING);
        CHECK(!try_act(&attempt, act, "{}", who, "", "c-1", ""));
        CHECK_ERROR(attempt.err, ERROR_INPUT, "reason");
        CHECK(!try_act(&attempt, act, "{}", who, "duty", "no-such-case", ""));
        CHECK_INT(attempt.err.kind, ERROR_MISSING);
        if (desk_acts[i].needs_case) {
            CHECK(!try_act(&attempt, act, "{}", who, "duty", "", ""));
            CHECK_ERROR(attempt.err, ERROR_INPUT, "case");
        }
    }
    buffer_free(&attempt.out);
}

CHECK_TEST(an_officer_who_left_acts_no_more)
{
    struct attempt attempt = {.out = buffer_make(1)};

    CHECK(try_act(
        &attempt, "officer-put",
        "{\"id\":\"left\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"analyst\",\"active\":false}",
        "admin", "personnel", "", ""));
    CHECK(!try_act(&attempt, "inbox-list", "{}", "left", "duty", "", ""));
    CHECK_ERROR(attempt.err, ERROR_RULE, "not active");
    buffer_free(&attempt.out);
}

CHECK_TEST(nobody_changes_their_own_role)
{
    struct attempt attempt = {.out = buffer_make(1)};

    CHECK(
        !try_act(&attempt, "officer-put",
                 "{\"id\":\"admin\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"head_of_desk\"}",
                 "admin", "personnel", "", ""));
    CHECK_ERROR(attempt.err, ERROR_RULE, "own role");
    CHECK(
        try_act(&attempt, "officer-put",
                "{\"id\":\"admin\",\"name\":\"New\",\"unit\":\"desk\",\"role\":\"administrator\"}",
                "admin", "personnel", "", ""));
    buffer_free(&attempt.out);
}

CHECK_TEST(nobody_approves_their_own_draft)
{
    struct attempt attempt = {.out = buffer_make(1)};

    CHECK(!try_act(&attempt, "request-send", "{}", "ana", "duty", "c-1", "ana"));
    CHECK_ERROR(attempt.err, ERROR_RULE, "nobody approves");
    buffer_free(&attempt.out);
}

CHECK_TEST(each_act_leaves_one_access_entry)
{
    struct attempt attempt = {.out = buffer_make(1)};
    struct journal *journal = &pair.nodes[0].journal;
    char item[UUID_TEXT_SIZE];
    char arguments[160];
    struct error err = {0};

    CHECK_OK(pair_request(&pair.nodes[0], 50, item, &err), err);
    uint64_t before = journal->domestic.size;
    CHECK(try_act(&attempt, "inbox-list", "{}", "ana", "duty", "", ""));
    CHECK_INT(journal->domestic.size, before + 1);
    CHECK(try_act(&attempt, "sent-list", "{\"limit\":5}", "ana", "duty", "", ""));
    CHECK_INT(journal->domestic.size, before + 2);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK(try_act(&attempt, "item-show", arguments, "ana", "duty", "c-1", ""));
    CHECK_INT(journal->domestic.size, before + 3);
    CHECK(!try_act(&attempt, "item-show", "{\"item\":\"01890a5d-ac96-774b-bcce-b302099a8057\"}",
                   "ana", "duty", "c-1", ""));
    CHECK_INT(attempt.err.kind, ERROR_MISSING);
    CHECK_INT(journal->domestic.size, before + 3);
    CHECK(try_act(&attempt, "agreement-suspend", "{}", "ana", "order", "", ""));
    CHECK(try_act(&attempt, "agreement-resume", "{}", "ana", "order", "", ""));
    CHECK_INT(journal->domestic.size, before + 5);
    buffer_free(&attempt.out);
}

/* The access entry's body of the newest domestic entry. */
static bool newest_access(struct arena *arena, struct act *out)
{
    static struct problems problems;
    struct journal *journal = &pair.nodes[0].journal;
    struct entry_row row;
    struct span body;
    struct error err = {0};

    problems_clear(&problems);
    return entry_find_index(journal->db, arena, journal->domestic.id,
                            (int64_t)journal->domestic.size - 1, &row, &err) &&
           journal_body(journal, &row, arena, &body, &err) && act_read(body, arena, out, &problems);
}

//= dir-2016-680 art 25(1)
CHECK_TEST(the_access_entry_says_who_why_where_and_what)
{
    struct attempt attempt = {.out = buffer_make(1)};
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 22);
    char item[UUID_TEXT_SIZE];
    char arguments[160];
    struct act act;
    struct error err = {0};

    CHECK_OK(pair_request(&pair.nodes[0], 51, item, &err), err);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK(try_act(&attempt, "item-show", arguments, "ana", "check before the briefing", "c-1", ""));
    CHECK_OR_RETURN(newest_access(&arena, &act));
    CHECK_SPAN(act.officer, "ana");
    CHECK_SPAN(act.reason, "check before the briefing");
    CHECK_SPAN(act.case_id, "c-1");
    CHECK_SPAN(act.act, "item-show");
    CHECK_INT(act.object_count, 1);
    CHECK(span_part(act.objects[0], act.objects[0].size - 36, 36).size == 36);
    CHECK(span_is(span_part(act.objects[0], act.objects[0].size - 36, 36), item));
    buffer_free(&attempt.out);
}

CHECK_TEST(a_sent_request_names_a_pseudonym_and_never_the_officer)
{
    struct attempt attempt = {.out = buffer_make(1)};
    char item[UUID_TEXT_SIZE];
    char arguments[160];
    struct error err = {0};

    CHECK_OK(pair_request(&pair.nodes[0], 52, item, &err), err);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK(try_act(&attempt, "item-show", arguments, "ana", "duty", "c-1", ""));
    buffer_byte(&attempt.out, 0);
    CHECK(strstr((const char *)attempt.out.data, "\"officer\":\"o-") != NULL);
    CHECK(strstr((const char *)attempt.out.data, "\"ana\"") == NULL);
    buffer_free(&attempt.out);
}

CHECK_TEST(a_refused_form_says_where_and_not_whom)
{
    struct attempt attempt = {.out = buffer_make(1)};
    struct request request = sample_request();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    request.authority = span_text("An authority of nowhere");
    CHECK(request_write(&request, &body));
    attempt.body = buffer_span(&body);
    CHECK(!try_act(&attempt, "request-send", "{}", "ana", "duty", "c-1", "second"));
    CHECK_ERROR(attempt.err, ERROR_RULE, "2.2");
    for (size_t i = 0; i < request.persons[0].name_count; i++) {
        char family[200];
        snprintf(family, sizeof family, "%.*s", SPAN_ARG(request.persons[0].names[i].family));
        CHECK(strstr(attempt.err.text, family) == NULL);
    }
    attempt.body = span_text("{\"reference\":\"x\",\"zzz\":1}");
    CHECK(!try_act(&attempt, "request-send", "{}", "ana", "duty", "c-1", "second"));
    CHECK_INT(attempt.err.kind, ERROR_INPUT);
    buffer_free(&attempt.out);
}

CHECK_TEST(suspension_stops_sending_at_once)
{
    struct attempt attempt = {.out = buffer_make(1)};
    char item[UUID_TEXT_SIZE];
    struct error err = {0};

    CHECK(try_act(&attempt, "agreement-suspend", "{}", "ana", "order", "", ""));
    CHECK(!pair_request(&pair.nodes[0], 53, item, &err));
    CHECK_ERROR(err, ERROR_RULE, "suspend");
    CHECK(try_act(&attempt, "agreement-resume", "{}", "ana", "order", "", ""));
    CHECK_OK(pair_request(&pair.nodes[0], 54, item, &err), err);
    buffer_free(&attempt.out);
}

int main(void)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(4096);
    struct error err = {0};

    if (!pair_make(&pair) ||
        !pair_act(
            &pair.nodes[0], "officer-put",
            "{\"id\":\"admin\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"administrator\"}",
            span_text(""), &out, &err))
        return 1;
    CHECK_RUN(no_act_without_officer_reason_and_case);
    CHECK_RUN(an_officer_who_left_acts_no_more);
    CHECK_RUN(nobody_changes_their_own_role);
    CHECK_RUN(nobody_approves_their_own_draft);
    CHECK_RUN(each_act_leaves_one_access_entry);
    CHECK_RUN(the_access_entry_says_who_why_where_and_what);
    CHECK_RUN(a_sent_request_names_a_pseudonym_and_never_the_officer);
    CHECK_RUN(a_refused_form_says_where_and_not_whom);
    CHECK_RUN(suspension_stops_sending_at_once);
    pair_free(&pair);
    return check_end();
}
