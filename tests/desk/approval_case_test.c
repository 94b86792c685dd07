/*
 * Drafts of acts on a case (approval.h): that what protects somebody is to be taken back tells that somebody is protected. Its
 * case is the one that the act is on, and who keeps it sees and decides it, nobody else, by no way.
 */
#include "check.h"
#include "desk/approval.h"
#include "desk/own_form.h"
#include "desk/support/asked.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include <stdio.h>
#include <string.h>

static struct pair pair;
static struct error err;
static struct buffer out;

#define ROMANIA (&pair.nodes[0])

static bool act_in(const char *case_number, const char *officer, const char *name,
                   const char *arguments)
{
    struct asked asked = {officer, name, arguments, case_number, {NULL, 0}};

    return asked_run(ROMANIA, &asked, &out, &err);
}

static bool act(const char *officer, const char *name, const char *arguments)
{
    return act_in(NULL, officer, name, arguments);
}

/* Somebody of the restricted case k-1 of narcotics who seeks protection. */
static int64_t protected_person(void)
{
    struct person person = sample_persons[0];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct asked asked = {"nora", "case-person-put", "{\"number\":\"k-1\"}", NULL, {NULL, 0}};
    char arguments[160];
    long long id = 0;

    person.birth_place = person.description = person.occupation = span_text("");
    if (!own_person_write(&person, &body))
        return 0;
    asked.body = buffer_span(&body);
    if (!asked_run(ROMANIA, &asked, &out, &err))
        return 0;
    buffer_byte(&out, '\0');
    const char *at = strstr((const char *)out.data, "\"person\":");
    if (at == NULL || sscanf(at + 9, "%lld", &id) != 1)
        return 0;
    snprintf(arguments, sizeof arguments,
             "{\"number\":\"k-1\",\"person\":%lld,\"status\":\"applicant\",\"fears\":[\"AL\"]}",
             id);
    return act("nora", "case-person-protection", arguments) ? id : 0;
}

/* Of taking it back; `arguments` to decide it. */
static bool draft(int64_t person, const char *case_number, char arguments[200])
{
    char text[120], id[40], sha256[80];
    struct asked asked = {"nora", "case-person-protection", text, case_number, {NULL, 0}};

    snprintf(text, sizeof text, "{\"number\":\"k-1\",\"person\":%lld,\"status\":\"none_known\"}",
             (long long)person);
    if (!asked_run_two(ROMANIA, &asked, NULL, true, &out, &err))
        return false;
    const char *at = memmem(out.data, out.size, "\"approval\":\"", 12);
    const char *digest = memmem(out.data, out.size, "\"sha256\":\"", 10);
    if (at == NULL || digest == NULL)
        return false;
    snprintf(id, sizeof id, "%.32s", at + 12);
    snprintf(sha256, sizeof sha256, "%.64s", digest + 10);
    snprintf(arguments, 200, "{\"approval\":\"%s\",\"sha256\":\"%s\"}", id, sha256);
    return true;
}

static const char *shown_by(const char *arguments)
{
    static char text[80];

    snprintf(text, sizeof text, "%.46s}", arguments); /* without the digest */
    return text;
}

static const char *const cases[] = {NULL, "k-1", "k-2"};

CHECK_TEST(its_case_is_that_of_the_act_whichever_is_named)
{
    int64_t person = protected_person();
    char arguments[200];

    CHECK_OR_RETURN(person > 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CHECK_OK(draft(person, cases[i], arguments), err);
        CHECK(answer_has(&out, "\"case\":\"k-1\""));
        CHECK(answer_lacks(&out, "on_call")); /* whoever is telephoned would be told */
        CHECK(!act_in("k-2", "nina", "approval-show", shown_by(arguments)));
        CHECK_OK(act_in("k-1", "nina", "approval-show", shown_by(arguments)), err);
        CHECK(answer_has(&out, "none_known"));
        CHECK_OK(act("nora", "approval-refuse", shown_by(arguments)), err);
    }
}

CHECK_TEST(who_does_not_keep_the_case_sees_and_decides_nothing_of_it)
{
    static const char *const acts[] = {"approval-show", "approval-refuse", "approval-confirm"};
    int64_t person = protected_person();
    char arguments[200];

    CHECK_OR_RETURN(person > 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CHECK_OK(draft(person, cases[i], arguments), err);
        CHECK_OK(act("pia", "approval-list", "{}"), err);
        CHECK(answer_has(&out, "\"list\":[]"));
        for (size_t k = 0; k < ARRAY_COUNT(acts); k++)
            for (size_t c = 0; c < ARRAY_COUNT(cases); c++) {
                CHECK(!act_in(cases[c], "pia", acts[k], k == 2 ? arguments : shown_by(arguments)));
                CHECK(err.kind == ERROR_RULE);
                CHECK(strstr(err.text, "k-1") == NULL);
            }
        CHECK_OK(act("nina", "approval-list", "{}"), err);
        CHECK(answer_has(&out, "\"waits_for_me\":true"));
        CHECK_OK(act("nora", "approval-refuse", shown_by(arguments)), err);
    }
}

CHECK_TEST(no_alarm_tells_others_that_it_waits)
{
    static const char *const others[] = {"duty", "pia", "auditor"};
    int64_t person = protected_person();
    char arguments[200];

    CHECK_OR_RETURN(person > 0);
    CHECK_OK(draft(person, NULL, arguments), err);
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        CHECK_OK(act(others[i], "alarm-list", "{}"), err);
        CHECK(answer_lacks(&out, "unapproved") && answer_lacks(&out, "protection"));
    }
    CHECK_OK(act("nora", "alarm-list", "{}"), err);
    CHECK(answer_has(&out, "\"act\":\"case-person-protection\"") && answer_lacks(&out, "on_call"));
    CHECK_OK(act("nina", "alarm-list", "{}"), err);
    CHECK(answer_has(&out, "\"act\":\"case-person-protection\""));
    CHECK_OK(act_in("k-1", "nina", "approval-confirm", arguments), err);
    CHECK(answer_has(&out, "\"case\":\"k-1\""));
}

CHECK_TEST(beside_the_officer_stands_who_keeps_the_case_too)
{
    int64_t person = protected_person();
    char text[120];
    struct asked asked = {"nora", "case-person-protection", text, NULL, {NULL, 0}};

    CHECK_OR_RETURN(person > 0);
    snprintf(text, sizeof text, "{\"number\":\"k-1\",\"person\":%lld,\"status\":\"none_known\"}",
             (long long)person);
    for (int is_asking = 0; is_asking < 2; is_asking++) {
        CHECK(!asked_run_two(ROMANIA, &asked, "pia", is_asking == 1, &out, &err));
        CHECK_ERROR(err, ERROR_RULE, "who keeps the case");
    }
    CHECK_OK(asked_run_two(ROMANIA, &asked, "nina", false, &out, &err), err);
}

/* That a message waits is every duty officer's to know, with who is on call. */
CHECK_TEST(a_message_that_waits_is_told_to_all)
{
    struct request request = sample_request();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct asked asked = {"nora", "request-send", "{}", "k-1", {NULL, 0}};

    request.persons = NULL; /* nobody of the case */
    request.person_count = 0;
    request.authority = span_text("Centrul de Cooperare (test)");
    CHECK_OR_RETURN(request_write(&request, &body));
    asked.body = buffer_span(&body);
    CHECK_OK(asked_run_two(ROMANIA, &asked, NULL, true, &out, &err), err);
    CHECK(answer_has(&out, "on_call"));
    CHECK_OK(act("duty", "alarm-list", "{}"), err);
    CHECK(answer_has(&out, "\"act\":\"request-send\"") && answer_has(&out, "on_call"));
    CHECK(answer_lacks(&out, "k-1"));
}

int main(void)
{
    static const char *const officers[][3] = {{"nora", "narcotics", "investigator"},
                                              {"nina", "narcotics", "approver"},
                                              {"pia", "ports", "approver"},
                                              {"duty", "desk", "duty_officer"},
                                              {"auditor", "oversight", "auditor"}};
    out = buffer_make(8 << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    bool ok = true;
    for (size_t i = 0; i < ARRAY_COUNT(officers); i++)
        ok = ok &&
             asked_officer(ROMANIA, officers[i][0], officers[i][1], officers[i][2], &out, &err);
    ok = ok &&
         act("nora", "case-put", "{\"number\":\"k-1\",\"title\":\"Camp\",\"restricted\":true}") &&
         act("nora", "case-put", "{\"number\":\"k-2\",\"title\":\"Open\"}");
    if (!ok)
        printf("%s\n", err.text);
    CHECK(ok);
    CHECK_RUN(its_case_is_that_of_the_act_whichever_is_named);
    CHECK_RUN(who_does_not_keep_the_case_sees_and_decides_nothing_of_it);
    CHECK_RUN(no_alarm_tells_others_that_it_waits);
    CHECK_RUN(beside_the_officer_stands_who_keeps_the_case_too);
    CHECK_RUN(a_message_that_waits_is_told_to_all);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
