/*
 * The night: who is on call is told with each draft; one officer sends alone only when nobody approved in time, in an
 * emergency and where that is agreed; the partner reads that it was so, and it is an alarm until somebody else reviewed it.
 * covers: emergency on_call refused
 */
#include "desk/duty.h"

#include "base/text.h"
#include "check.h"
#include "desk/alarm.h"
#include "desk/approval.h"
#include "desk/support/asked.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "message/act.h"
#include "message/support/samples.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)

static struct pair pair;
static struct arena arena;
static struct error err;
static struct buffer out;
static struct buffer body;
static int64_t ahead_ms;
static struct env moved;
static const struct env *before;

static int64_t now_moved(void *context)
{
    return before->now_ms(context) + ahead_ms;
}

static bool act_in(const char *number, const char *officer, const char *name, const char *arguments)
{
    struct asked asked = {
        .officer = officer, .act = name, .arguments = arguments, .case_number = number};

    return asked_run(&pair.nodes[0], &asked, &out, &err);
}

static bool act(const char *officer, const char *name, const char *arguments)
{
    return act_in("c-1", officer, name, arguments);
}

/* Text of a field of the answer, valid until the next call but three. */
static const char *field(const char *name)
{
    static char texts[4][80];
    static unsigned at;
    char *text = texts[at++ % 4];
    char wanted[48];

    snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *found = memmem(out.data, out.size, wanted, strlen(wanted));
    if (found == NULL)
        return "";
    found += strlen(wanted);
    size_t size = 0;
    while (size < 79 && found[size] != '"')
        size++;
    snprintf(text, 80, "%.*s", (int)size, found);
    return text;
}

/* --- a request of the partner, and ana's draft of its answer --- */

static bool partner_asks(unsigned number, enum urgency_ground ground, char item[UUID_TEXT_SIZE])
{
    char reference[24];
    struct request request = sample_request_urgent();

    snprintf(reference, sizeof reference, "AL-%u", number);
    request.reference = span_text(reference);
    request.authority = span_text("Qendra e Bashk\xc3\xabpunimit (test)");
    request.urgency_ground = ground;
    if (ground == URGENCY_NONE) {
        request.is_urgent = false;
        request.urgency_reason = span_text("");
    }
    buffer_clear(&body);
    bool ok = request_write(&request, &body) &&
              pair_act(&pair.nodes[1], "request-send", "{}", buffer_span(&body), &out, &err);
    snprintf(item, UUID_TEXT_SIZE, "%s", field("item"));
    pair_settle(&pair);
    return ok;
}

struct asking {
    const char *item;
    struct span body;
};

static const char *drafter = "ana";
static const char *drafted_in = "c-1";
static const char *drafted_why = "for a test";

static bool asking_run(struct journal *journal, void *context, struct error *e)
{
    static struct problems problems;
    const struct asking *asking = context;
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct json_writer writer = json_writer_make(&out);
    char arguments[96];

    problems_clear(&problems);
    buffer_clear(&out);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", asking->item);
    if (!json_parse(span_text(arguments), &json, e))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {.access = {.officer = span_text(drafter),
                                        .reason = span_text(drafted_why),
                                        .case_number = span_text(drafted_in)},
                             .arguments = &object,
                             .body = asking->body,
                             .problems = &problems,
                             .arena = &arena};
    return approval_ask(journal, desk_act_find(span_text("answer-send")), &call,
                        span_text(arguments), &writer, e);
}

/* What differs when a form is filled in anew. */
static unsigned draft_number;

/* {"approval":"<id>"} of the draft that waits now. */
static bool draft_of(const char *item, size_t first, size_t count, char arguments[64])
{
    struct answer answer = sample_answer();
    struct item items[2];
    struct asking asking = {.item = item};

    memcpy(items, answer.items, sizeof items); /* as they are, but for their handling code */
    items[0].person.marking.handling = HANDLING_BIT(HANDLING_H0);
    items[1].text.marking.handling = HANDLING_BIT(HANDLING_H0);
    for (size_t i = 0; i < 2; i++) {
        struct marking *marking = i == 0 ? &items[0].person.marking : &items[1].text.marking;
        marking->id[0] = (uint8_t)++draft_number;
        marking->recorded_at_ms += draft_number;
    }
    answer.items = items + first;
    answer.item_count = count;
    answer.handling = HANDLING_BIT(HANDLING_H0);
    answer.emergency = URGENCY_THREAT_LIFE; /* what the body says counts for nothing */
    buffer_clear(&body);
    if (!answer_write(&answer, &body))
        return false;
    asking.body = buffer_span(&body);
    if (!hostile_run(&pair.nodes[0], asking_run, &asking, &err)) {
        printf("%s\n", err.text);
        return false;
    }
    snprintf(arguments, 64, "{\"approval\":\"%s\"}", field("approval"));
    return true;
}

static bool draft(const char *item, char arguments[64])
{
    return draft_of(item, 0, 2, arguments);
}

static void agree(bool is_allowed)
{
    for (size_t i = 0; i < 2; i++)
        pair.nodes[i].journal.lines[0].agreement.emergency_single = is_allowed;
}

static size_t alarms_of(enum alarm_kind kind)
{
    static struct alarm alarms[ALARM_COUNT_MAX];
    size_t count = 0, found = 0;

    CHECK(desk_alarms(&pair.nodes[0].journal, &arena, NULL, alarms, ALARM_COUNT_MAX, &count, &err));
    for (size_t i = 0; i < count; i++)
        found += alarms[i].kind == kind;
    return found;
}

CHECK_TEST(who_is_on_call_is_told_with_the_draft)
{
    char item[UUID_TEXT_SIZE], approval[64], arguments[256], from[TIME_TEXT_SIZE],
        until[TIME_TEXT_SIZE];
    int64_t now_ms = pair.nodes[0].journal.env->now_ms(pair.nodes[0].journal.env->context);

    time_write(now_ms - 60 * MINUTE_MS, from);
    time_write(now_ms + 60 * MINUTE_MS, until);
    snprintf(arguments, sizeof arguments,
             "{\"officer\":\"second\",\"from\":\"%s\",\"until\":\"%s\",\"telephone\":\"+40 700 000 "
             "002\"}",
             from, until);
    CHECK(!act("ana2", "on-call-put", arguments)); /* a duty officer enters nobody */
    CHECK_ERROR(err, ERROR_RULE, "on-call-put");
    CHECK_OK(act("hera", "on-call-put", arguments), err);
    CHECK(answer_has(&out, "\"now\":true"));
    /* One who approves nothing is not on call, nor is a turn of a month. */
    snprintf(arguments, sizeof arguments,
             "{\"officer\":\"ana2\",\"from\":\"%s\",\"until\":\"%s\",\"telephone\":\"112\"}", from,
             until);
    CHECK(!act("hera", "on-call-put", arguments));
    CHECK_ERROR(err, ERROR_RULE, "does not approve");
    time_write(now_ms + 30 * 24 * 60 * MINUTE_MS, until);
    snprintf(arguments, sizeof arguments,
             "{\"officer\":\"second\",\"from\":\"%s\",\"until\":\"%s\",\"telephone\":\"112\"}",
             from, until);
    CHECK(!act("hera", "on-call-put", arguments));
    CHECK_ERROR(err, ERROR_INPUT, "at most 7 days");

    CHECK_OR_RETURN(partner_asks(1, URGENCY_THREAT_LIFE, item) && draft(item, approval));
    CHECK(
        answer_has(&out, "\"on_call\":[{\"officer\":\"second\",\"telephone\":\"+40 700 000 002\""));
    CHECK_OK(act("second", "alarm-list", "{}"), err);
    CHECK(answer_has(&out, "\"alarm\":\"unapproved\"") && answer_has(&out, "+40 700 000 002"));
    CHECK_OK(act("second", "approval-refuse", approval), err);
    CHECK_OK(act("second", "alarm-list", "{}"), err);
    CHECK(answer_lacks(&out, "\"alarm\":\"unapproved\""));
    CHECK_OK(act("hera", "on-call-list", "{}"), err);
    CHECK(answer_has(&out, "\"turn\":1"));
    CHECK_OK(act("hera", "on-call-remove", "{\"turn\":1}"), err);
    CHECK_OK(act("hera", "on-call-list", "{}"), err);
    CHECK(answer_lacks(&out, "\"turn\""));
}

/* --- lists that are longer than a page --- */

static size_t said_count(const char *words)
{
    const uint8_t *at = out.data, *end = out.data + out.size;
    size_t count = 0;

    for (; (at = memmem(at, (size_t)(end - at), words, strlen(words))) != NULL; at++)
        count++;
    return count;
}

/* All pages of a list; how often it says this. */
static size_t pages_count(const char *list, size_t limit, const char *words, size_t *pages)
{
    char arguments[160];
    size_t found = 0;
    bool more = true;

    snprintf(arguments, sizeof arguments, "{\"limit\":%zu}", limit);
    for (*pages = 0; more && *pages < 20; (*pages)++) {
        if (!act("hera", list, arguments)) {
            printf("%s: %s\n", list, err.text);
            return SIZE_MAX;
        }
        found += said_count(words);
        more = field("next")[0] != '\0';
        snprintf(arguments, sizeof arguments, "{\"limit\":%zu,\"after\":\"%s\"}", limit,
                 field("next"));
    }
    return found;
}

CHECK_TEST(no_draft_that_waits_is_left_out_of_the_alarms)
{
    char sql[700], arguments[160];
    size_t pages = 0;
    int64_t now_ms = pair.nodes[0].journal.env->now_ms(pair.nodes[0].journal.env->context);

    /* 150 that wait, some of them since the same moment, and 70 whose time is over */
    snprintf(
        sql, sizeof sql,
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 220)"
        " insert into approvals (id, act, officer, approver, case_number, digest, sealed, salt,"
        " draft_key, made_ms, until_ms, state, decided_by, decided_ms, decided_reason)"
        " select randomblob(16), 'answer-send', 'ana', '', '', x'00', x'00', x'00', x'00',"
        " %lld - i / 4, case when i <= 150 then %lld else 5 end, 0, '', 0, '' from n",
        (long long)now_ms, (long long)now_ms + 60 * 60 * MINUTE_MS);
    CHECK_OR_RETURN(database_run(pair.nodes[0].db, sql, &err));
    CHECK_INT(pages_count("alarm-list", 40, "\"alarm\":\"unapproved\"", &pages), 150);
    CHECK_INT(pages, 4);
    CHECK_INT(pages_count("alarm-list", 200, "\"alarm\":\"unapproved\"", &pages), 150);
    CHECK_INT(pages, 1);
    CHECK_INT(pages_count("alarm-list", 150, "\"alarm\":\"unapproved\"", &pages), 150);
    CHECK_INT(pages, 1);
    snprintf(arguments, sizeof arguments, "{\"after\":\"draft.x\"}");
    CHECK(!act("hera", "alarm-list", arguments));
    CHECK_ERROR(err, ERROR_INPUT, "not a place");
    CHECK_OK(database_run(pair.nodes[0].db, "delete from approvals", &err), err);
}

CHECK_TEST(no_emergency_is_left_out_of_its_list)
{
    char item[UUID_TEXT_SIZE];
    size_t pages = 0;

    /* As if each entry of these books had been an answer that one officer sent alone: two of three reviewed, all due at one
     * time. */
    for (unsigned i = 0; i < 230; i++)
        CHECK_OR_RETURN(pair_request(&pair.nodes[0], 5000 + i, item, &err));
    CHECK_OK(database_run(pair.nodes[0].db,
                          "insert into emergencies select id, 2, 'ana', '', 1, 1000, id % 3, '', 0,"
                          " '' from entries where type = 1 order by id desc limit 230",
                          &err),
             err);
    CHECK_INT(pages_count("emergency-list", 50, "\"review\":\"open\"", &pages),
              pages_count("alarm-list", 200, "\"alarm\":\"unreviewed\"", &pages));
    CHECK_OK(act("hera", "emergency-list", "{\"all\":true}"), err);
    CHECK_INT(said_count("\"review\":\""), 200);
    CHECK(field("next")[0] != '\0');
    char arguments[160];
    snprintf(arguments, sizeof arguments, "{\"all\":true,\"after\":\"%s\"}", field("next"));
    CHECK_OK(act("hera", "emergency-list", arguments), err);
    CHECK_INT(said_count("\"review\":\""), 30);
    CHECK(field("next")[0] == '\0');
    CHECK_OK(database_run(pair.nodes[0].db, "delete from emergencies", &err), err);
}

CHECK_TEST(one_officer_sends_alone_when_nobody_came_and_it_is_reviewed)
{
    char item[UUID_TEXT_SIZE], approval[64], arguments[128], sent[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(partner_asks(2, URGENCY_THREAT_LIFE, item) && draft(item, approval));
    agree(true);
    CHECK(!act("ana", "emergency-send", approval));
    CHECK_ERROR(err, ERROR_RULE, "30 are left");
    ahead_ms = 29 * MINUTE_MS;
    CHECK(!act("ana", "emergency-send", approval));
    ahead_ms = 31 * MINUTE_MS;
    CHECK(!act("hera", "emergency-send", approval)); /* not her draft */
    CHECK_ERROR(err, ERROR_RULE, "another officer drafted this");
    CHECK_INT(alarms_of(ALARM_UNREVIEWED), 0);
    CHECK_OK(act("ana", "emergency-send", approval), err);
    snprintf(sent, sizeof sent, "%s", field("item"));
    CHECK(!act("ana", "emergency-send", approval)); /* once */
    CHECK_ERROR(err, ERROR_CONFLICT, "decided already");
    CHECK_OK(act("ana", "approval-list", "{}"), err);
    CHECK(answer_has(&out, "\"state\":\"sent alone\""));
    /* The partner accepts it, and reads that it was so. */
    ahead_ms = 0; /* the two clocks agree while it is delivered */
    pair_settle(&pair);
    ahead_ms = 31 * MINUTE_MS;
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", sent);
    buffer_clear(&out);
    CHECK_OK(pair_act(&pair.nodes[1], "item-show", arguments, span_text(""), &out, &err), err);
    CHECK(answer_has(&out, "emergency_single") && answer_has(&out, "threat_life"));
    /* An alarm until somebody else has looked at it. */
    CHECK_INT(alarms_of(ALARM_UNREVIEWED), 1);
    CHECK_OK(act("dana", "alarm-list", "{}"), err);
    CHECK(answer_has(&out, "\"alarm\":\"unreviewed\"") && answer_has(&out, sent));
    CHECK_OK(act("dana", "emergency-list", "{}"), err);
    CHECK(answer_has(&out, sent) && answer_has(&out, "\"minutes_left\":7"));
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"review\":\"confirmed\"}", sent);
    CHECK(!act("ana", "emergency-review", arguments)); /* a head of desk, and her own */
    CHECK_ERROR(err, ERROR_RULE, "nobody reviews what they sent alone");
    CHECK_OK(act("second", "emergency-review", arguments), err);
    CHECK(answer_has(&out, "\"review\":\"confirmed\"") && answer_has(&out, "\"second\""));
    CHECK(!act("hera", "emergency-review", arguments));
    CHECK_ERROR(err, ERROR_CONFLICT, "reviewed already");
    CHECK_INT(alarms_of(ALARM_UNREVIEWED), 0);
    CHECK_OK(act("dana", "emergency-list", "{}"), err);
    CHECK(answer_lacks(&out, sent));
    CHECK_OK(act("dana", "emergency-list", "{\"all\":true}"), err);
    CHECK(answer_has(&out, sent));
    ahead_ms = 0;
}

/* Whatever forbids it, nothing goes, and the draft waits on. */
CHECK_TEST(nobody_sends_alone_without_agreement_or_emergency)
{
    static const struct {
        bool is_allowed;
        enum urgency_ground ground;
        const char *why;
    } cases[] = {{false, URGENCY_THREAT_LIFE, "is not agreed"},
                 {true, URGENCY_LOSS_OF_RELEVANCE, "only when life or public security"},
                 {true, URGENCY_NONE, "the request is not urgent"}};
    struct journal *journal = &pair.nodes[0].journal;

    for (size_t i = 0; i < 3; i++) {
        char item[UUID_TEXT_SIZE], approval[64];
        ahead_ms = 0;
        CHECK_OR_RETURN(partner_asks(10 + (unsigned)i, cases[i].ground, item) &&
                        draft(item, approval));
        agree(cases[i].is_allowed);
        uint64_t size = journal->lines[0].out.size;
        ahead_ms = 40 * MINUTE_MS;
        CHECK(!act("ana", "emergency-send", approval));
        CHECK_ERROR(err, ERROR_RULE, cases[i].why);
        CHECK_ERROR(err, ERROR_RULE, "9.2");
        pair_settle(&pair);
        CHECK_INT(journal->lines[0].out.size, size);
        CHECK_OK(act("ana", "approval-show", approval), err);
        CHECK_OK(act("ana", "approval-refuse", approval), err);
    }
    ahead_ms = 0;
}

/* By whom, why and how often it is drafted anew does not matter; nor that one draft waited already. */
CHECK_TEST(what_an_approver_refused_is_not_sent_alone)
{
    char item[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE];
    char refused[64], waiting[64], again[64], anew[64], less[64], elsewhere[64];

    agree(true);
    ahead_ms = 0;
    CHECK_OR_RETURN(partner_asks(30, URGENCY_THREAT_LIFE, item) &&
                    partner_asks(31, URGENCY_THREAT_LIFE, other));
    /* Its own officer's withdrawal is no refusal. */
    CHECK_OR_RETURN(draft(other, elsewhere));
    CHECK_OK(act("ana", "approval-refuse", elsewhere), err);
    CHECK_OR_RETURN(draft(item, refused) && draft(item, waiting));
    CHECK_OK(act("second", "approval-refuse", refused), err);
    CHECK_OR_RETURN(draft(item, again));
    drafter = "ana2";
    drafted_why = "somebody else, for another reason";
    CHECK_OR_RETURN(draft(item, anew));
    drafter = "ana";
    CHECK_OR_RETURN(draft_of(item, 1, 1, less) && draft(other, elsewhere));
    ahead_ms = 40 * MINUTE_MS;
    const struct {
        const char *officer;
        const char *approval;
    } barred[] = {{"ana", waiting}, {"ana", again}, {"ana2", anew}};
    for (size_t i = 0; i < 3; i++) {
        CHECK(!act(barred[i].officer, "emergency-send", barred[i].approval));
        CHECK_ERROR(err, ERROR_RULE, "refused it; it is not sent alone");
    }
    /* Less than it, and the same to another request, is another act. */
    CHECK_OK(act("ana", "emergency-send", less), err);
    CHECK_OK(act("ana", "emergency-send", elsewhere), err);
    /* The bar outlives what is told of the draft. */
    CHECK_OK(database_run(pair.nodes[0].db,
                          "update approvals set made_ms = made_ms - 3000000000 where state = 2",
                          &err),
             err);
    CHECK_OK(act("ana", "approval-list", "{}"), err);
    CHECK(answer_lacks(&out, "\"state\":\"refused\""));
    CHECK(!act("ana", "emergency-send", waiting));
    CHECK_ERROR(err, ERROR_RULE, "refused it; it is not sent alone");
    CHECK_OK(act("ana", "approval-refuse", waiting), err);
    CHECK_OK(act("ana", "approval-refuse", again), err);
    CHECK_OK(act("ana2", "approval-refuse", anew), err);
    ahead_ms = 0;
    pair_settle(&pair);
}

/* The newest domestic entry of this act names the item. */
static bool entry_names(const char *name, const char *item)
{
    static struct problems problems;
    struct journal *journal = &pair.nodes[0].journal;

    for (uint64_t n = journal->domestic.size; n > 0; n--) {
        struct entry_row row;
        struct act entry;
        struct span bytes;
        problems_clear(&problems);
        if (!entry_find_index(journal->db, &arena, journal->domestic.id, (int64_t)n - 1, &row,
                              &err))
            return false;
        if (!journal_body(journal, &row, &arena, &bytes, &err) ||
            !act_read(bytes, &arena, &entry, &problems) || !span_is(entry.act, name))
            continue;
        for (size_t i = 0; i < entry.object_count; i++)
            if (memmem(entry.objects[i].data, entry.objects[i].size, item, strlen(item)) != NULL)
                return true;
        return false;
    }
    return false;
}

/* That a case stands, and under which number, is for those who may see it; who looked at what is on record. */
CHECK_TEST(a_restricted_case_is_named_to_those_who_see_it)
{
    char item[UUID_TEXT_SIZE], approval[64], sent[UUID_TEXT_SIZE], arguments[128];

    CHECK_OK(act_in("", "bora", "case-put",
                    "{\"number\":\"quay-7\",\"title\":\"Secret\",\"restricted\":true}"),
             err);
    agree(true);
    ahead_ms = 0;
    drafter = "bora";
    drafted_in = "quay-7";
    CHECK_OR_RETURN(partner_asks(40, URGENCY_THREAT_LIFE, item) && draft(item, approval));
    drafter = "ana";
    drafted_in = "c-1";
    ahead_ms = 31 * MINUTE_MS;
    CHECK_OK(act_in("quay-7", "bora", "emergency-send", approval), err);
    snprintf(sent, sizeof sent, "%s", field("item"));
    CHECK_OK(act("bora", "emergency-list", "{}"), err);
    CHECK(answer_has(&out, "\"case\":\"quay-7\"") && answer_lacks(&out, "ask_unit"));
    CHECK_OK(act("ana2", "emergency-list", "{}"), err);
    CHECK(answer_has(&out, sent) && answer_lacks(&out, "quay-7"));
    CHECK(answer_has(&out, "\"ask_unit\":\"border\""));
    pair_settle(&pair);
    CHECK(entry_names("emergency-list", sent));
    CHECK_OK(act("dana", "emergency-list", "{}"), err); /* looks over all of them */
    CHECK(answer_has(&out, "\"case\":\"quay-7\""));
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"review\":\"confirmed\"}", sent);
    CHECK_OK(act("second", "emergency-review", arguments), err);
    CHECK(answer_lacks(&out, "quay-7") && answer_has(&out, "\"ask_unit\":\"border\""));
    ahead_ms = 0;
    pair_settle(&pair);
    CHECK(entry_names("emergency-review", sent));
}

CHECK_TEST(a_request_goes_by_no_emergency)
{
    char item[UUID_TEXT_SIZE], arguments[96];

    CHECK_OR_RETURN(partner_asks(20, URGENCY_THREAT_LIFE, item));
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"review\":\"confirmed\"}", item);
    CHECK(!act("second", "emergency-review", arguments));
    CHECK_ERROR(err, ERROR_CONFLICT, "was not sent by one officer alone");
}

int main(void)
{
    arena = arena_make(256u * 1024 * 1024);
    out = buffer_make(1024 * 1024);
    body = buffer_make(BODY_SIZE_MAX);
    if (!pair_make(&pair) ||
        !asked_officer(&pair.nodes[0], "hera", "desk", "head_of_desk", &out, &err) ||
        !asked_officer(&pair.nodes[0], "ana2", "desk", "duty_officer", &out, &err) ||
        !asked_officer(&pair.nodes[0], "bora", "border", "duty_officer", &out, &err) ||
        !asked_officer(&pair.nodes[0], "dana", "desk", "dpo", &out, &err))
        return 1;
    before = pair.nodes[0].journal.env;
    moved = *before;
    moved.now_ms = now_moved;
    pair.nodes[0].journal.env = &moved;
    CHECK_RUN(who_is_on_call_is_told_with_the_draft);
    CHECK_RUN(no_draft_that_waits_is_left_out_of_the_alarms);
    CHECK_RUN(no_emergency_is_left_out_of_its_list);
    CHECK_RUN(one_officer_sends_alone_when_nobody_came_and_it_is_reviewed);
    CHECK_RUN(nobody_sends_alone_without_agreement_or_emergency);
    CHECK_RUN(what_an_approver_refused_is_not_sent_alone);
    CHECK_RUN(a_restricted_case_is_named_to_those_who_see_it);
    CHECK_RUN(a_request_goes_by_no_emergency);
    pair.nodes[0].journal.env = before;
    pair_free(&pair);
    buffer_free(&out);
    buffer_free(&body);
    arena_free(&arena);
    return check_end();
}
