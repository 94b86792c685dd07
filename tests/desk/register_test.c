/*
 * Register: numbers of a year without a gap, the true time of receipt; what is urgent and came by word of mouth is owed in
 * writing within twelve hours; a scan is kept from its officer's upload and goes with the case; plates in a subject are
 * known to the cross-check; translations bear the original's marking and go with it.
 * covers: register register_rows
 */
#include "check.h"
#include "desk/register.h"
#include "desk/support/asked.h"
#include "journal/private.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"
#include "store/part_rows.h"

#include <stdio.h>

static struct pair pair;
static struct buffer answer;
static struct error err;

static bool as(const char *officer, const char *act, const char *arguments, const char *number)
{
    struct asked asked = {officer, act, arguments, number, {NULL, 0}};

    return asked_run(&pair.nodes[0], &asked, &answer, &err);
}

static bool has(const char *text)
{
    return answer_has(&answer, text);
}

static bool lacks(const char *text)
{
    return answer_lacks(&answer, text);
}

/* Received so many hours ago. */
static bool put(const char *officer, const char *channel, int64_t hours, const char *subject,
                const char *more, const char *number)
{
    char text[600], received[TIME_TEXT_SIZE];

    time_write(pair_clock_ms() - hours * 3600000, received);
    snprintf(
        text, sizeof text,
        "{\"channel\":\"%s\",\"received\":\"%s\",\"sender\":\"Port (test)\",\"subject\":\"%s\","
        "\"original\":\"shelf 3\"%s}",
        channel, received, subject, more);
    return as(officer, "register-put", text, number);
}

//= dir-2023-977 art 16(1)(b)
CHECK_TEST(numbers_have_no_gap_and_times_are_true)
{
    CHECK_OK(put("duty", "paper", 30, "a letter", "", "c-1"), err);
    CHECK(has("\"register\":1,\"number\":\"2026/1\",\"case\":\"c-1\",\"channel\":\"paper\""));
    CHECK(has("\"registrar\":\"duty\"") && lacks("confirmation_due"));
    CHECK(!put("duty", "paper", -1, "from tomorrow", "", "c-1"));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!put("duty", "pigeon", 1, "x", "", "c-1"));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!put("duty", "paper", 1, "x", ",\"confirms\":99", "c-1"));
    CHECK_INT(err.kind, ERROR_MISSING);
    CHECK_OK(put("duty", "liaison", 2, "a note", "", "c-1"), err);
    CHECK(has("\"number\":\"2026/2\"")); /* what failed took none */
}

CHECK_TEST(what_is_urgent_and_oral_is_owed_in_writing_within_twelve_hours)
{
    CHECK_OK(put("duty", "phone", 2, "lorry AA 123 BB, call +40 721 345 678",
                 ",\"oral\":true,\"urgent\":true", "c-1"),
             err);
    CHECK(has("\"confirmation_due\":") && has("\"minutes_left\":600"));
    CHECK_OK(as("duty", "task-list", "{\"officer\":\"duty\"}", ""), err);
    CHECK(has("\"kind\":\"confirm_in_writing\"") && has("2026/3") && has("\"minutes_left\":600"));
    CHECK(!as("ana", "case-close", "{\"number\":\"c-1\"}", ""));
    CHECK_INT(err.kind, ERROR_RULE);
    CHECK_OK(as("duty", "alarm-list", "{}", ""), err);
    CHECK(lacks("unconfirmed"));
    pair_wait(11 * 3600000);
    CHECK_OK(as("duty", "task-list", "{}", ""), err);
    CHECK(has("\"overdue\":true"));
    CHECK_OK(as("duty", "alarm-list", "{}", ""), err);
    CHECK(has("{\"alarm\":\"unconfirmed\",\"task\":1,\"case\":\"c-1\",\"officer\":\"duty\""));
    CHECK_OK(as("other", "alarm-list", "{\"after\":\"oral.\",\"limit\":1}", ""), err);
    CHECK(has("\"alarm\":\"unconfirmed\""));
    /* Word of mouth confirms nothing; a letter does, once. */
    CHECK(!put("duty", "phone", 0, "again", ",\"oral\":true,\"confirms\":3", "c-1"));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK_OK(put("other", "paper", 0, "the letter", ",\"confirms\":3", "c-1"), err);
    CHECK(has("\"number\":\"2026/4\"") && has("\"confirms\":3"));
    CHECK(!put("other", "paper", 0, "the letter", ",\"confirms\":3", "c-1"));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    CHECK_OK(as("duty", "register-show", "{\"register\":3}", ""), err);
    CHECK(has("\"confirmed_by\":4") && lacks("confirmation_due"));
    CHECK_OK(as("duty", "alarm-list", "{}", ""), err);
    CHECK(lacks("unconfirmed"));
    CHECK_OK(as("duty", "task-list", "{\"officer\":\"duty\"}", ""), err);
    CHECK(has("\"list\":[]"));
}

CHECK_TEST(what_a_subject_names_is_known_to_the_cross_check)
{
    struct request request;
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    char reference[24], text[80], item[UUID_TEXT_SIZE];

    request = sample_request_numbered(5, reference);
    request.authority = span_text("Qendra e Bashkëpunimit (test)");
    request.asked = span_text("Who calls +40721345678?");
    CHECK(request_write(&request, &body));
    CHECK_OK(pair_act(&pair.nodes[1], "request-send", "{}", buffer_span(&body), &out, &err), err);
    snprintf(item, sizeof item, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    snprintf(text, sizeof text, "{\"item\":\"%s\"}", item);
    CHECK_OK(as("duty", "crosscheck-show", text, "c-1"), err);
    CHECK(has("{\"what\":\"registered\",\"register\":3,\"case\":\"c-1\"") && has("\"phone\""));
}

static bool upload_run(struct journal *journal, void *context, struct error *e)
{
    struct upload_row row = {.id = span_text("0123456789abcdef"),
                             .officer = span_text("duty"),
                             .name = span_text("scan.pdf"),
                             .size = 4,
                             .sha256 = span_make(pair.fingerprint, DIGEST_SIZE),
                             .segments = span_text("segments"),
                             .part_key = span_text("key"),
                             .created_ms = journal->env->now_ms(journal->env->context)};
    (void)context;

    return upload_insert(journal->db, &row, e);
}

static bool expire_run(struct journal *journal, void *context, struct error *e)
{
    size_t removed = 0;
    (void)context;

    return desk_uploads_expire(journal, &removed, e);
}

#define SCAN ",\"scan\":\"30313233343536373839616263646566\""

CHECK_TEST(a_scan_is_kept_and_goes_with_its_case)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct database *db = pair.nodes[0].db;
    struct upload_row upload;

    CHECK_OK(as("duty", "case-put", "{\"number\":\"s-1\",\"title\":\"Scans\"}", ""), err);
    CHECK_OK(pair_work(&pair.nodes[0], upload_run, NULL, &err), err);
    CHECK(!put("other", "paper", 0, "a letter", SCAN, "s-1")); /* not theirs */
    CHECK_INT(err.kind, ERROR_RULE);
    CHECK_OK(put("duty", "paper", 0, "a letter", SCAN, "s-1"), err);
    CHECK(has("\"scan\":true"));
    CHECK(!put("duty", "paper", 0, "a letter", SCAN, "s-1")); /* nobody's any more */
    CHECK_INT(err.kind, ERROR_RULE);
    pair_wait(60 * INT64_C(3600000));
    CHECK_OK(pair_work(&pair.nodes[0], expire_run, NULL, &err), err);
    CHECK_OK(upload_find(db, &arena, span_text("0123456789abcdef"), &upload, &err), err);
    CHECK_OK(as("duty", "register-scan", "{\"register\":5}", ""), err);
    CHECK(has("\"name\":\"scan.pdf\",\"size\":4"));
    CHECK(!as("duty", "register-scan", "{\"register\":1}", ""));
    CHECK_INT(err.kind, ERROR_MISSING);
    CHECK_OK(as("ana", "case-close", "{\"number\":\"s-1\"}", ""), err);
    CHECK_OK(as("ana", "case-erase", "{\"number\":\"s-1\"}", ""), err);
    CHECK(!upload_find(db, &arena, span_text("0123456789abcdef"), &upload, &err));
    CHECK(!as("duty", "register-show", "{\"register\":5}", ""));
    CHECK_INT(err.kind, ERROR_GONE);
}

CHECK_TEST(a_restricted_case_leaves_its_numbers_in_the_list)
{
    CHECK_OK(
        as("duty", "case-put", "{\"number\":\"r-1\",\"title\":\"Secret\",\"restricted\":true}", ""),
        err);
    CHECK_OK(put("duty", "interpol", 1, "a secret", "", "r-1"), err);
    CHECK(!put("other", "paper", 1, "x", "", "r-1"));
    CHECK_ERROR(err, ERROR_RULE, "ask unit");
    CHECK_OK(as("other", "register-list", "{\"limit\":1}", ""), err);
    CHECK(has("\"register\":6,\"number\":\"2026/6\"") && has("\"ask_unit\":\"border\""));
    CHECK(lacks("a secret") && lacks("r-1"));
    CHECK(!as("other", "register-show", "{\"register\":6}", ""));
    CHECK_INT(err.kind, ERROR_RULE);
    CHECK(!as("other", "register-list", "{\"number\":\"r-1\"}", ""));
    CHECK_ERROR(err, ERROR_RULE, "ask unit border"); /* nor how much came in it */
    CHECK_OK(as("duty", "register-list", "{\"number\":\"r-1\"}", ""), err);
    CHECK(has("a secret"));
}

CHECK_TEST(a_translation_bears_the_marking_and_goes_with_its_original)
{
    char item[UUID_TEXT_SIZE], text[300];

    CHECK_OK(pair_request(&pair.nodes[1], 61, item, &err), err);
    pair_settle(&pair);
    snprintf(text, sizeof text,
             "{\"item\":\"%s\",\"language\":\"en\",\"translator\":\"Test\",\"certified\":true,"
             "\"text\":\"in English\"}",
             item);
    CHECK_OK(as("duty", "translation-put", text, "c-1"), err);
    snprintf(text, sizeof text, "{\"item\":\"%s\"}", item);
    CHECK_OK(as("duty", "translation-list", text, "c-1"), err);
    CHECK(has("\"original_prevails\":true,\"handling\":[\"H1\"]")); /* the request's */
    CHECK(has("\"translator\":\"Test\",\"certified\":true,\"text\":\"in English\""));
    CHECK_OK(
        as("duty", "translation-put",
           "{\"register\":1,\"language\":\"ro\",\"translator\":\"Test\",\"text\":\"scrisoare\"}",
           "c-1"),
        err);
    CHECK_OK(as("duty", "register-show", "{\"register\":1}", ""), err);
    CHECK(has("scrisoare") && has("\"certified\":false"));
    snprintf(text, sizeof text, "{\"item\":\"%s\",\"erase_reason\":\"order\"}", item);
    CHECK_OK(as("ana", "item-erase", text, "c-1"), err);
    snprintf(text, sizeof text, "{\"item\":\"%s\"}", item);
    CHECK(!as("duty", "translation-list", text, "c-1"));
    CHECK_INT(err.kind, ERROR_GONE);
}

/* Two a page of five, each once, with the marking on each page; a place that no list gave is refused. */
CHECK_TEST(translations_come_page_by_page)
{
    static const char *const bad[] = {"x", "1.2", "-1", "99999999999999999999"};
    char item[UUID_TEXT_SIZE], text[300], wanted[40];

    CHECK_OK(pair_request(&pair.nodes[1], 62, item, &err), err);
    pair_settle(&pair);
    for (int i = 0; i < 5; i++) {
        snprintf(text, sizeof text,
                 "{\"item\":\"%s\",\"language\":\"en\",\"translator\":\"Test\","
                 "\"text\":\"version %d.\"}",
                 item, i);
        CHECK_OK(as("duty", "translation-put", text, "c-1"), err);
    }
    char next[40] = "";
    for (int page = 0; page < 3; page++) {
        snprintf(text, sizeof text, "{\"item\":\"%s\",\"limit\":2%s%s%s}", item,
                 page == 0 ? "" : ",\"after\":\"", next, page == 0 ? "" : "\"");
        CHECK_OK(as("duty", "translation-list", text, "c-1"), err);
        CHECK(has("\"original_prevails\":true,\"handling\":"));
        for (int i = 0; i < 5; i++) {
            snprintf(wanted, sizeof wanted, "\"version %d.\"", i);
            CHECK(has(wanted) == (i / 2 == page));
        }
        CHECK(has("\"next\":\"") == (page < 2));
        const char *at = memmem(answer.data, answer.size, "\"next\":\"", 8);
        snprintf(next, sizeof next, "%.*s", at == NULL ? 0 : (int)strcspn(at + 8, "\""),
                 at == NULL ? "" : at + 8);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        snprintf(text, sizeof text, "{\"item\":\"%s\",\"after\":\"%s\"}", item, bad[i]);
        CHECK(!as("duty", "translation-list", text, "c-1"));
        CHECK_INT(err.kind, ERROR_INPUT);
    }
}

static bool officer_enter(const char *id, const char *unit, const char *role)
{
    return asked_officer(&pair.nodes[0], id, unit, role, &answer, &err);
}

int main(void)
{
    answer = buffer_make(4u << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    if (!officer_enter("duty", "border", "duty_officer") ||
        !officer_enter("other", "ports", "investigator")) {
        printf("%s\n", err.text);
        return 1;
    }
    CHECK_RUN(numbers_have_no_gap_and_times_are_true);
    CHECK_RUN(what_is_urgent_and_oral_is_owed_in_writing_within_twelve_hours);
    CHECK_RUN(what_a_subject_names_is_known_to_the_cross_check);
    CHECK_RUN(a_scan_is_kept_and_goes_with_its_case);
    CHECK_RUN(a_restricted_case_leaves_its_numbers_in_the_list);
    CHECK_RUN(a_translation_bears_the_marking_and_goes_with_its_original);
    CHECK_RUN(translations_come_page_by_page);
    pair_free(&pair);
    buffer_free(&answer);
    return check_end();
}
