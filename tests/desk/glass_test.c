/*
 * Breaking the glass (docs/safeguards.md g9): one restricted case opens for reading, for an hour, and nothing else with it. No
 * act but the reads takes it, no protected person, no other case, officer or agreement is shown, the partner hears nothing,
 * and it is an alarm until somebody else has looked at it; another one wants the head of desk.
 * covers: glass
 */
#include "check.h"
#include "desk/alarm.h"
#include "desk/duty.h"
#include "desk/glass.h"
#include "desk/own_form.h"
#include "desk/roles.h"
#include "desk/support/asked.h"
#include "journal/private.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    (24 * 60 * MINUTE_MS)

static struct pair pair;
static struct error err;
static struct buffer out;
static int64_t ahead_ms;
static struct env moved;
static const struct env *before;
static unsigned used; /* officers: each test breaks its first glass */

#define ROMANIA (&pair.nodes[0])
#define ALBANIA (&pair.nodes[1])

static int64_t now_moved(void *context)
{
    return before->now_ms(context) + ahead_ms;
}

/* The node's clock is the test's, also after a start. */
static void clock_take(void)
{
    if (ROMANIA->journal.env == &moved)
        return;
    before = ROMANIA->journal.env;
    moved = *before;
    moved.now_ms = now_moved;
    ROMANIA->journal.env = &moved;
}

static bool act_with(const char *officer, const char *name, const char *arguments,
                     const char *case_number, const char *approver)
{
    struct asked asked = {
        .officer = officer, .act = name, .arguments = arguments, .case_number = case_number};

    return asked_run_two(ROMANIA, &asked, approver, false, &out, &err);
}

static bool act(const char *officer, const char *name, const char *arguments)
{
    return act_with(officer, name, arguments, NULL, NULL);
}

static bool is_closed(bool was_done)
{
    bool ok = !was_done && err.kind == ERROR_RULE && strstr(err.text, "restricted") != NULL;

    if (!ok)
        printf("  %s: %s\n", was_done ? "done" : "not done", err.text);
    return ok;
}

static const char *newcomer(void)
{
    static char names[16][16];
    char *name = names[used % 16];

    snprintf(name, 16, "guest-%u", used++);
    return asked_officer(ROMANIA, name, "border-3", "investigator", &out, &err) ? name : "";
}

static bool opens(const char *officer, const char *number)
{
    char arguments[60];

    snprintf(arguments, sizeof arguments, "{\"number\":\"%s\"}", number);
    return act(officer, "glass-open", arguments);
}

static bool shows(const char *officer, const char *number)
{
    char arguments[60];

    snprintf(arguments, sizeof arguments, "{\"number\":\"%s\"}", number);
    return act(officer, "case-show", arguments);
}

static long long number_in(const char *field)
{
    long long found = 0;
    char wanted[40];

    buffer_byte(&out, '\0');
    snprintf(wanted, sizeof wanted, "\"%s\":", field);
    const char *at = strstr((const char *)out.data, wanted);
    return at != NULL && sscanf(at + strlen(wanted), "%lld", &found) == 1 ? found : 0;
}

static bool reviews(const char *officer, long long glass, const char *what)
{
    char arguments[80];

    snprintf(arguments, sizeof arguments, "{\"glass\":%lld,\"review\":\"%s\"}", glass, what);
    return act(officer, "glass-review", arguments);
}

/* The newest domestic entry by this act. */
static bool entry_names(const char *name, const char *words)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct journal *journal = &ROMANIA->journal;
    struct error missing = {0};

    for (int64_t id = journal->next_entry - 1; id > 0; id--) {
        struct entry_row row;
        struct span body;
        char found[80];
        error_clear(&missing);
        if (!entry_find(journal->db, &arena, id, &row, &missing) || row.type != MESSAGE_ACT ||
            !journal_body(journal, &row, &arena, &body, &missing))
            continue;
        snprintf(found, sizeof found, "\"act\":\"%s\"", name);
        if (memmem(body.data, body.size, found, strlen(found)) != NULL)
            return memmem(body.data, body.size, words, strlen(words)) != NULL;
    }
    return false;
}

struct standing {
    const char *case_number;
    const char *item;
};

static bool standing_run(struct journal *journal, void *context, struct error *e)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    const struct standing *standing = context;
    struct journal_line *line = NULL;
    struct entry_row row;

    return item_find(journal, span_text(standing->item), &arena, &line, &row, e) &&
           case_add_item(journal->db, span_text(standing->case_number), row.id, e);
}

/* A request of Albania that stands in the case and that nobody has opened: its opening would be told. */
static bool request_in(const char *case_number, unsigned number, char item[UUID_TEXT_SIZE])
{
    struct standing standing = {case_number, item};

    if (!pair_request(ALBANIA, number, item, &err))
        return false;
    pair_settle(&pair);
    return pair_work(ROMANIA, standing_run, &standing, &err);
}

/* --- the tests --- */

CHECK_TEST(one_case_opens_for_reading_and_each_read_names_it)
{
    const char *guest = newcomer();
    char words[40];

    CHECK(is_closed(shows(guest, "k-9")));
    CHECK_OK(opens(guest, "k-9"), err);
    long long glass = number_in("glass");
    CHECK(answer_has(&out, "\"case\":\"k-9\"") && answer_has(&out, "\"review\":\"open\""));
    snprintf(words, sizeof words, "\"glass %lld\"", glass);
    CHECK(entry_names("glass-open", words) && entry_names("glass-open", "\"case_id\":\"k-9\""));
    CHECK(entry_names("glass-open", "\"reason\":\"test\""));
    CHECK_OK(shows(guest, "k-9"), err);
    CHECK(answer_has(&out, "\"title\":\"Drugs\"") && answer_has(&out, "a note of narcotics"));
    snprintf(words, sizeof words, "\"under-glass %lld\"", glass);
    CHECK(entry_names("case-show", words));
    /* Theirs alone, this case alone. */
    CHECK(is_closed(shows(guest, "k-8")));
    CHECK(is_closed(shows(newcomer(), "k-9")));
    CHECK(!opens(guest, "k-7")); /* not closed to anybody */
    CHECK_INT(err.kind, ERROR_CONFLICT);
}

CHECK_TEST(its_messages_are_read_and_the_partner_hears_nothing)
{
    const char *guest = newcomer();
    char item[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE], arguments[80], words[40];

    CHECK_OK(request_in("k-9", 501, item), err);
    CHECK_OR_RETURN(pair_request(ALBANIA, 502, other, &err));
    pair_settle(&pair);
    CHECK_OK(opens(guest, "k-9"), err);
    snprintf(words, sizeof words, "\"under-glass %lld\"", number_in("glass"));
    int64_t there = ALBANIA->journal.next_entry;
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK_OK(act_with(guest, "item-show", arguments, "k-9", NULL), err);
    CHECK(entry_names("item-show", words));
    /* What does not stand in the case is not read for it, nor put into it. */
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", other);
    CHECK(!act_with(guest, "item-show", arguments, "k-9", NULL));
    CHECK_ERROR(err, ERROR_RULE, "safeguard g9");
    CHECK_OK(shows(guest, "k-9"), err);
    CHECK(answer_has(&out, item) && answer_lacks(&out, other));
    pair_settle(&pair);
    CHECK_INT(ALBANIA->journal.next_entry, there);
    /* The items of another agreement are not of it. */
    snprintf(ROMANIA->journal.lines[0].agreement_id, sizeof ROMANIA->journal.lines[0].agreement_id,
             "ro-xx");
    CHECK_OK(shows(guest, "k-9"), err);
    CHECK(answer_lacks(&out, item) && answer_has(&out, "\"withheld\":true"));
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    CHECK(!act_with(guest, "item-show", arguments, "k-9", NULL));
    snprintf(ROMANIA->journal.lines[0].agreement_id, sizeof ROMANIA->journal.lines[0].agreement_id,
             "ro-al");
}

/* Every act that the officer's role has, for this case. */
CHECK_TEST(no_act_but_the_reads_takes_it)
{
    static const char *const of_case[] = {
        "case-put",  "case-assign",    "case-close",         "case-reopen",           "case-note",
        "case-task", "case-reference", "case-person-remove", "case-person-protection"};
    const char *guest = newcomer();
    size_t tried = 0;

    CHECK_OK(opens(guest, "k-9"), err);
    for (size_t i = 0; i < desk_act_count; i++) {
        if (!role_permits(ROLE_INVESTIGATOR, desk_acts[i].name) || glass_is_read(&desk_acts[i]))
            continue;
        tried++;
        CHECK(is_closed(act_with(guest, desk_acts[i].name, "{}", "k-9", NULL)));
    }
    CHECK(tried > 40);
    for (size_t i = 0; i < ARRAY_COUNT(of_case); i++)
        CHECK(is_closed(
            act(guest, of_case[i],
                "{\"number\":\"k-9\",\"title\":\"x\",\"officer\":\"ana\",\"text\":\"x\","
                "\"until\":\"2099-01-01T00:00:00Z\",\"channel\":\"siena\",\"reference\":\"x\","
                "\"person\":1,\"status\":\"none_known\"}")));
}

CHECK_TEST(it_ends_after_an_hour_also_across_a_start_and_with_a_clock_that_is_moved)
{
    const char *guest = newcomer();

    /* Nothing was read in its hour, and something else was written behind it: no clock brings it back. */
    CHECK_OK(opens(guest, "k-9"), err);
    ahead_ms += 61 * MINUTE_MS;
    CHECK_OK(act("nora", "case-list", "{\"limit\":1}"), err);
    ahead_ms -= 30 * MINUTE_MS;
    CHECK(is_closed(shows(guest, "k-9")));
    ahead_ms += 30 * MINUTE_MS;
    guest = newcomer();
    CHECK_OK(opens(guest, "k-9"), err);
    ahead_ms += 59 * MINUTE_MS;
    CHECK_OK(shows(guest, "k-9"), err);
    /* Set back, it is closed; what was read is not read again. */
    ahead_ms -= 10 * MINUTE_MS;
    CHECK(is_closed(shows(guest, "k-9")));
    ahead_ms += 10 * MINUTE_MS;
    CHECK_OR_RETURN(pair_reopen(ROMANIA));
    clock_take();
    CHECK_OK(shows(guest, "k-9"), err);
    ahead_ms += MINUTE_MS;
    CHECK(is_closed(shows(guest, "k-9")));
    ahead_ms -= 30 * MINUTE_MS;
    CHECK(is_closed(shows(guest, "k-9")));
    ahead_ms += 30 * MINUTE_MS;
    CHECK_OR_RETURN(pair_reopen(ROMANIA));
    clock_take();
    CHECK(is_closed(shows(guest, "k-9")));
}

static bool expire_run(struct journal *journal, void *context, struct error *e)
{
    (void)context;
    return duty_expire(journal, e);
}

CHECK_TEST(what_has_ended_stays_so)
{
    const char *guest = newcomer();

    CHECK_OK(opens(guest, "k-9"), err);
    ahead_ms += 61 * MINUTE_MS;
    CHECK_OK(pair_work(ROMANIA, expire_run, NULL, &err), err);
    ahead_ms -= 30 * MINUTE_MS;
    CHECK(is_closed(shows(guest, "k-9")));
    ahead_ms += 30 * MINUTE_MS;
}

CHECK_TEST(another_one_wants_the_review_and_the_head_of_desk)
{
    const char *guest = newcomer();

    CHECK_OK(opens(guest, "k-9"), err);
    long long glass = number_in("glass");
    CHECK(!opens(guest, "k-8"));
    CHECK_ERROR(err, ERROR_RULE, "nobody has reviewed");
    CHECK(!act_with(guest, "glass-open", "{\"number\":\"k-8\"}", NULL, "ana"));
    CHECK_ERROR(err, ERROR_RULE, "nobody has reviewed");
    CHECK(!reviews(guest, glass, "confirmed"));
    CHECK_ERROR(err, ERROR_RULE, "not for the role");
    CHECK_OK(reviews("dora", glass, "questioned"), err);
    CHECK(answer_has(&out, "\"reviewed_by\":\"dora\""));
    CHECK(!reviews("ana", glass, "confirmed"));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    ahead_ms += 29 * DAY_MS;
    CHECK(!opens(guest, "k-8"));
    CHECK_ERROR(err, ERROR_RULE, "head of desk");
    CHECK(!act_with(guest, "glass-open", "{\"number\":\"k-8\"}", NULL, "second"));
    CHECK_ERROR(err, ERROR_RULE, "does not approve");
    CHECK_OK(act_with(guest, "glass-open", "{\"number\":\"k-8\"}", NULL, "ana"), err);
    CHECK(entry_names("glass-open", "\"approved-by ana\""));
    glass = number_in("glass");
    CHECK_OK(shows(guest, "k-8"), err);
    CHECK(is_closed(shows(guest, "k-9")));
    CHECK(!reviews("ana", glass, "confirmed")); /* who allowed it */
    CHECK_ERROR(err, ERROR_RULE, "nobody reviews");
    CHECK_OK(reviews("dora", glass, "confirmed"), err);
    ahead_ms += 31 * DAY_MS;
    CHECK_OK(opens(guest, "k-8"), err);
}

static int64_t person_in_case(const char *number, enum person_category category)
{
    struct person person = sample_persons[0];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char arguments[60];
    struct asked asked = {.officer = "nora", .act = "case-person-put", .arguments = arguments};

    person.category = category;
    person.birth_place = person.description = person.occupation = span_text("");
    snprintf(arguments, sizeof arguments, "{\"number\":\"%s\"}", number);
    if (!own_person_write(&person, &body))
        return 0;
    asked.body = buffer_span(&body);
    return asked_run(ROMANIA, &asked, &out, &err) ? number_in("person") : 0;
}

/* Neither the person, nor what is known of their protection, nor words that may be about them. */
CHECK_TEST(a_protected_person_stays_closed)
{
    const char *guest = newcomer();
    char arguments[160];

    CHECK_OK(act("nora", "case-put", "{\"number\":\"k-6\",\"title\":\"Camp\",\"restricted\":true}"),
             err);
    CHECK_OK(act("nora", "case-note", "{\"number\":\"k-6\",\"text\":\"he is afraid\"}"), err);
    int64_t person = person_in_case("k-6", PERSON_SUSPECT);
    CHECK_OR_RETURN(person > 0);
    snprintf(arguments, sizeof arguments,
             "{\"number\":\"k-6\",\"person\":%lld,\"status\":\"applicant\",\"fears\":[\"AL\"]}",
             (long long)person);
    CHECK_OK(act("nora", "case-person-protection", arguments), err);
    CHECK_OK(opens(guest, "k-6"), err);
    CHECK_OK(shows(guest, "k-6"), err);
    CHECK(answer_has(&out, "\"ask_unit\":\"narcotics\"") && answer_has(&out, "\"withheld\":true"));
    CHECK(answer_lacks(&out, "Vranaj") && answer_lacks(&out, "protection_status") &&
          answer_lacks(&out, "afraid") && answer_lacks(&out, "Camp"));
    CHECK(is_closed(act(guest, "case-person-protection", arguments)));
}

CHECK_TEST(an_officer_who_is_ended_reads_nothing)
{
    const char *guest = newcomer();
    char arguments[160];

    CHECK_OK(opens(guest, "k-9"), err);
    snprintf(arguments, sizeof arguments,
             "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"border-3\",\"role\":\"investigator\","
             "\"active\":false}",
             guest);
    CHECK_OK(act("node", "officer-put", arguments), err);
    CHECK(!shows(guest, "k-9"));
    CHECK_ERROR(err, ERROR_RULE, "not active");
}

CHECK_TEST(it_is_an_alarm_until_it_is_reviewed)
{
    const char *guest = newcomer();
    size_t count = 0, later = 0;
    int64_t newest = 0;
    char words[60];

    CHECK_OK(opens(guest, "k-9"), err);
    long long glass = number_in("glass");
    snprintf(words, sizeof words, "\"alarm\":\"glass\",\"glass\":%lld", glass);
    CHECK_OK(act("ana", "alarm-list", "{}"), err);
    CHECK(answer_has(&out, words));
    CHECK_OK(act("dora", "alarm-list", "{}"), err);
    CHECK(answer_has(&out, words));
    snprintf(words, sizeof words, "\"glass %lld\"", glass);
    CHECK(entry_names("alarm-list", words)); /* what was shown, by number */
    CHECK_OK(act("nora", "alarm-list", "{}"), err);
    CHECK(answer_lacks(&out, "\"alarm\":\"glass\""));
    CHECK_OK(desk_glass_unreviewed(&ROMANIA->journal, &count, &newest, &err), err);
    CHECK_INT(newest, glass);
    snprintf(words, sizeof words, "\"glass\":%lld,\"case\":\"k-9\"", glass);
    CHECK_OK(act("dora", "glass-list", "{}"), err);
    CHECK(answer_has(&out, words));
    CHECK_OK(act("auditor", "glass-list", "{}"), err);
    CHECK(answer_lacks(&out, "k-9") && answer_has(&out, "\"ask_unit\":\"narcotics\""));
    CHECK_OK(reviews("ana", glass, "confirmed"), err);
    CHECK_OK(desk_glass_unreviewed(&ROMANIA->journal, &later, &newest, &err), err);
    CHECK_INT(later, count - 1);
    CHECK_OK(act("dora", "glass-list", "{\"all\":true,\"limit\":200}"), err);
    CHECK(answer_has(&out, words));
}

static bool many_run(struct journal *journal, void *context, struct error *e)
{
    struct glass_row row = {.case_number = span_text("k-9"),
                            .agreement = span_text("ro-al"),
                            .officer = span_text("guest"),
                            .reason = span_text("life"),
                            .made_ms = 1};
    (void)context;

    for (int i = 0; i < 70; i++)
        if (!counter_next(journal->db, "glass", &row.id, e) || !glass_insert(journal->db, &row, e))
            return false;
    return true;
}

/* The node's log tells of each new one by the number of the newest. */
CHECK_TEST(a_new_one_behind_many_is_still_the_newest)
{
    size_t count = 0, later = 0;
    int64_t newest = 0;

    CHECK_OK(desk_glass_unreviewed(&ROMANIA->journal, &count, &newest, &err), err);
    CHECK_OK(pair_work(ROMANIA, many_run, NULL, &err), err);
    CHECK_OK(opens(newcomer(), "k-9"), err);
    long long glass = number_in("glass");
    CHECK_OK(desk_glass_unreviewed(&ROMANIA->journal, &later, &newest, &err), err);
    CHECK_INT(newest, glass);
    CHECK_INT(later, count + 71);
}

int main(void)
{
    static const char *const officers[][3] = {{"nora", "narcotics", "investigator"},
                                              {"auditor", "oversight", "auditor"},
                                              {"dora", "oversight", "dpo"}};
    out = buffer_make(8 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    bool ok = true;
    for (size_t i = 0; i < ARRAY_COUNT(officers); i++)
        ok = ok &&
             asked_officer(ROMANIA, officers[i][0], officers[i][1], officers[i][2], &out, &err);
    ok = ok &&
         act("nora", "case-put", "{\"number\":\"k-9\",\"title\":\"Drugs\",\"restricted\":true}") &&
         act("nora", "case-note", "{\"number\":\"k-9\",\"text\":\"a note of narcotics\"}") &&
         act("nora", "case-put", "{\"number\":\"k-8\",\"title\":\"More\",\"restricted\":true}") &&
         act("nora", "case-put", "{\"number\":\"k-7\",\"title\":\"Open\"}");
    if (!ok)
        printf("%s\n", err.text);
    clock_take();
    CHECK_RUN(one_case_opens_for_reading_and_each_read_names_it);
    CHECK_RUN(its_messages_are_read_and_the_partner_hears_nothing);
    CHECK_RUN(no_act_but_the_reads_takes_it);
    CHECK_RUN(it_ends_after_an_hour_also_across_a_start_and_with_a_clock_that_is_moved);
    CHECK_RUN(what_has_ended_stays_so);
    CHECK_RUN(another_one_wants_the_review_and_the_head_of_desk);
    CHECK_RUN(a_protected_person_stays_closed);
    CHECK_RUN(an_officer_who_is_ended_reads_nothing);
    CHECK_RUN(it_is_an_alarm_until_it_is_reviewed);
    CHECK_RUN(a_new_one_behind_many_is_still_the_newest);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
