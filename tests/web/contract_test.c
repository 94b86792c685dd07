/*
 * The API keeps to its document: every route is called with success over a real listener, and status, type and body of each
 * answer, and of each problem, are held against the schemas of the document that the node itself gives out. A route that is
 * not called here fails the test. Arguments that do not fit their schema are refused, each field by its name.
 * covers: openapi schema shape shapes_case shapes_codes shapes_crosscheck shapes_duty shapes_governance shapes_item shapes_node shapes_office shapes_own shapes_register
 */
#include "check.h"
#include "web/contract/contract.h"

#include "crypto/password.h"
#include "desk/own_form.h"
#include "journal/support/amend.h"
#include "journal/support/hostile.h"
#include "match/ident.h"
#include "message/support/samples.h"
#include "store/governance_rows.h"
#include "store/held_rows.h"
#include "store/log_rows.h"
#include "store/own_rows.h"
#include "store/session_rows.h"

#include <stdio.h>
#include <stdlib.h>

#define PASSWORD "a long enough one"

/* --- messages to be sent and received --- */

static char body_text[BODY_SIZE_MAX];

static const char *request_text(unsigned number)
{
    char reference[24];
    struct request request = sample_request_numbered(number, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    request.authority = span_text("Centrul de Cooperare (test)");
    if (!request_write(&request, &body))
        exit(1);
    snprintf(body_text, sizeof body_text, "%.*s", SPAN_ARG(buffer_span(&body)));
    return body_text;
}

static const char *answer_text(void)
{
    struct answer answer = sample_answer();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    if (!answer_write(&answer, &body))
        exit(1);
    snprintf(body_text, sizeof body_text, "%.*s", SPAN_ARG(buffer_span(&body)));
    return body_text;
}

static const char *urgent_text(const char *authority, const char *reference)
{
    struct request request = sample_request_urgent();
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    request.authority = span_text(authority);
    request.reference = span_text(reference);
    if (!request_write(&request, &body))
        exit(1);
    snprintf(body_text, sizeof body_text, "%.*s", SPAN_ARG(buffer_span(&body)));
    return body_text;
}

/* What one item says of itself, and its body and the contents of its parts by the schemas of their types. */
static bool item_holds(const char *item)
{
    struct live_answer answer;
    char why[SCHEMA_WHY_SIZE] = "";
    bool ok = ask(&(struct ask){.method = "GET",
                                .route = "/api/v1/items/{id}",
                                .id = item,
                                .session = as(ROLE_INVESTIGATOR),
                                .status = 200},
                  &answer);
    json_t *shown = ok ? schema_document_read(buffer_span(&answer.body)) : NULL;
    const json_t *body = json_object_get(shown, "body");
    const json_t *parts = json_object_get(shown, "parts");
    const char *type = json_string_value(json_object_get(shown, "type"));

    ok = ok && type != NULL && body != NULL &&
         schema_fits(document, schema_find(document, type), body, why);
    for (size_t i = 0; ok && i < json_array_size(parts); i++) {
        const json_t *content = json_object_get(json_array_get(parts, i), "content");
        ok = content == NULL || schema_fits(document, schema_find(document, "item"), content, why);
    }
    if (!ok)
        printf("item: %s\n", why);
    json_decref(shown);
    live_answer_free(&answer);
    return ok;
}

/* --- every route, with success --- */

CHECK_TEST(the_page_and_the_document_are_given_to_anyone)
{
    CHECK(done(&(struct ask){.method = "GET", .route = "/", .status = 200}));
    CHECK(done(&(struct ask){.method = "GET", .route = "/console", .status = 200}));
    CHECK(done(&(struct ask){.method = "GET", .route = "/console/app.css", .status = 200}));
    CHECK(done(&(struct ask){.method = "GET", .route = "/console/app.js", .status = 200}));
    CHECK(done(&(struct ask){.method = "GET", .route = "/console/icon.svg", .status = 200}));
    CHECK(done(&(struct ask){.method = "GET", .route = "/api/v1/openapi.json", .status = 200}));
}

static bool password_run(struct journal *journal, void *context, struct error *e)
{
    char hash[PASSWORD_HASH_SIZE];
    (void)context;

    if (!password_hash(span_text(PASSWORD), hash, e))
        return false;
    struct credential_row row = {.officer = span_text("analyst"),
                                 .kind = CREDENTIAL_PASSWORD,
                                 .secret = span_text(hash),
                                 .made_ms = journal->env->now_ms(journal->env->context),
                                 .set_by = span_text("administrator"),
                                 .confirmed_by = span_text("head-of-desk")};
    return credential_put(journal->db, &row, e);
}

CHECK_TEST(an_officer_logs_in_looks_changes_the_password_and_logs_out)
{
    struct live_answer answer;
    struct live_session session = {.cookie = ""};
    struct ask login = {.method = "POST",
                        .route = "/api/v1/session",
                        .body = "{\"officer\":\"analyst\",\"password\":\"" PASSWORD "\"}",
                        .status = 201};

    live_hold(&live);
    bool ok = hostile_run(&live.pair.nodes[0], password_run, NULL, &err);
    live_release(&live);
    CHECK_OK(ok, err);
    CHECK_OR_RETURN(ask(&login, &answer));
    CHECK(field_take(&answer, "csrf", session.csrf, sizeof session.csrf));
    const char *cookie = strstr(answer.head, "__Host-besa=");
    CHECK_OR_RETURN(cookie != NULL);
    snprintf(session.cookie, sizeof session.cookie, "%.76s", cookie);
    live_answer_free(&answer);
    CHECK(done(&(struct ask){
        .method = "GET", .route = "/api/v1/session", .session = &session, .status = 200}));
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/session/proof",
                             .session = &session,
                             .body = "{\"password\":\"" PASSWORD "\"}",
                             .status = 204}));
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/password",
                             .session = &session,
                             .body = "{\"old\":\"" PASSWORD "\",\"new\":\"another long one\"}",
                             .status = 204}));
    CHECK(done(&(struct ask){
        .method = "DELETE", .route = "/api/v1/session", .session = &session, .status = 204}));
    CHECK(done(&(struct ask){
        .method = "GET", .route = "/api/v1/session", .session = &session, .status = 401}));
    CHECK(done(&(struct ask){
        .method = "GET", .route = "/api/v1/events", .session = as(ROLE_DPO), .status = 200}));
}

CHECK_TEST(a_file_goes_with_its_request_and_a_request_is_withdrawn)
{
    char upload[64], item[UUID_TEXT_SIZE], other[UUID_TEXT_SIZE], query[128];
    const struct live_session *duty = as(ROLE_DUTY_OFFICER);
    struct ask send = {.method = "POST",
                       .route = "/api/v1/requests",
                       .session = duty,
                       .query = query,
                       .status = 201};

    CHECK_OR_RETURN(made(&(struct ask){.method = "POST",
                                       .route = "/api/v1/uploads",
                                       .query = "name=a.txt",
                                       .session = duty,
                                       .body = "bytes of a file",
                                       .status = 201},
                         "upload", upload, sizeof upload));
    snprintf(query, sizeof query, "attachments=%s", upload);
    send.body = request_text(11);
    CHECK_OR_RETURN(made(&send, "item", item, sizeof item));
    send.query = NULL;
    send.body = request_text(12);
    CHECK_OR_RETURN(made(&send, "item", other, sizeof other));
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/items/{id}/withdrawal",
                             .id = other,
                             .session = duty,
                             .status = 200}));
    settle();
    struct ask part = {.method = "GET",
                       .route = "/api/v1/items/{id}/parts/{n}",
                       .id = item,
                       .session = duty,
                       .status = 200};
    CHECK(done(&part));
    part.fields = "Range: bytes=0-3\r\n";
    part.status = 206;
    CHECK(done(&part));
    part.fields = "Range: bytes=900-\r\n";
    part.status = 416;
    CHECK(done(&part));
    CHECK(item_holds(item));
    CHECK(done(
        &(struct ask){.method = "POST",
                      .route = "/api/v1/items/{id}/export",
                      .id = item,
                      .session = duty,
                      .body = "{\"channel\":\"interpol\",\"recipient\":\"NCB of Skopje (test)\","
                              "\"recipient_kind\":\"police\",\"reference\":\"I-7\","
                              "\"ground\":\"art38_1d\",\"instrument\":\"Law 1\",\"article\":\"2\","
                              "\"ground_reason\":\"the same van\",\"no_death_penalty\":true}",
                      .status = 403})); /* two people stand in it */
    CHECK(done(
        &(struct ask){.method = "POST",
                      .route = "/api/v1/items/{id}/export",
                      .id = item,
                      .session = duty,
                      .body = "{\"channel\":\"interpol\",\"recipient\":\"NCB of Skopje (test)\","
                              "\"recipient_kind\":\"police\",\"reference\":\"I-7\","
                              "\"ground\":\"art37_1a\",\"instrument\":\"Law 1\",\"article\":\"2\","
                              "\"no_death_penalty\":true}",
                      .status = 200}));
    struct ask sent = {.method = "GET",
                       .route = "/api/v1/sent",
                       .session = duty,
                       .query = "limit=1",
                       .status = 200};
    CHECK(done(&sent));
}

static bool returned_run(struct journal *journal, void *context, struct error *e)
{
    const char *item = context;
    struct journal_line *line = &journal->lines[0];
    uint8_t id[UUID_SIZE];
    struct entry_row entry;

    if (!uuid_read(span_text(item), id) ||
        !journal_find_message(journal, line, SIDE_OWN, span_make(id, sizeof id), &live.arena,
                              &entry, e))
        return false;
    struct returned_row row = {.entry = entry.id,
                               .agreement = span_text(line->agreement_id),
                               .message_id = entry.message_id,
                               .type = entry.type,
                               .reference = span_text("RO-13"),
                               .created_ms = entry.created_ms,
                               .returned_ms = journal->env->now_ms(journal->env->context),
                               .ground = span_text("the log ended before it was sent")};
    return returned_insert(journal->db, &row, e);
}

CHECK_TEST(what_came_back_stands_on_the_list_of_what_was_sent)
{
    char item[UUID_TEXT_SIZE];
    struct live_answer answer;

    CHECK_OR_RETURN(made(&(struct ask){.method = "POST",
                                       .route = "/api/v1/requests",
                                       .session = as(ROLE_DUTY_OFFICER),
                                       .body = request_text(13),
                                       .status = 201},
                         "item", item, sizeof item));
    live_hold(&live);
    bool ok = hostile_run(&live.pair.nodes[0], returned_run, item, &err);
    live_release(&live);
    CHECK_OK(ok, err);
    CHECK_OR_RETURN(ask(&(struct ask){.method = "GET",
                                      .route = "/api/v1/sent",
                                      .session = as(ROLE_DUTY_OFFICER),
                                      .status = 200},
                        &answer));
    CHECK(live_answer_has(&answer, "\"state\":\"returned\""));
    live_answer_free(&answer);
    settle();
}

static bool crosscheck_run(struct journal *journal, void *context, struct error *e)
{
    bool more = true;
    (void)context;

    while (more)
        if (!desk_crosscheck_step(journal, &more, e))
            return false;
    return true;
}

/* Before it there were others on the same persons. */
static void crosschecked(const char *item)
{
    struct live_answer answer;

    live_hold(&live);
    bool ok = pair_work(&live.pair.nodes[0], crosscheck_run, NULL, &err);
    live_release(&live);
    CHECK_OK(ok, err);
    CHECK_OR_RETURN(ask(&(struct ask){.method = "GET",
                                      .route = "/api/v1/items/{id}/crosscheck",
                                      .id = item,
                                      .session = as(ROLE_DUTY_OFFICER),
                                      .status = 200},
                        &answer));
    CHECK(live_answer_has(&answer, "\"what\":\"request\""));
    live_answer_free(&answer);
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/requests/check",
                             .session = as(ROLE_DUTY_OFFICER),
                             .body = request_text(99),
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/crosscheck/touched",
                             .session = as(ROLE_DUTY_OFFICER),
                             .query = "limit=1",
                             .status = 200}));
}

static const char *given_text(void)
{
    static char text[8192];
    struct spontaneous given = sample_spontaneous();
    struct buffer body CLEANUP(buffer_free) = buffer_make(sizeof text);

    given.authority = span_text("Centrul de Cooperare (test)");
    if (!spontaneous_write(&given, &body))
        return "";
    snprintf(text, sizeof text, "%.*s", SPAN_ARG(buffer_span(&body)));
    return text;
}

/* Given by us and to us; what came stands in the inbox before the requests. */
CHECK_TEST(what_is_given_unasked_is_listed_on_both_sides)
{
    char item[UUID_TEXT_SIZE];
    struct live_answer answer;
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct spontaneous given = sample_spontaneous();

    live_hold(&live);
    uint64_t four_eyes = live.pair.nodes[0].journal.lines[0].agreement.four_eyes;
    live.pair.nodes[0].journal.lines[0].agreement.four_eyes = 0;
    given.authority = span_text("Qendra e Bashk\xc3\xabpunimit (test)");
    bool ok = spontaneous_write(&given, &body) && pair_act(&live.pair.nodes[1], "spontaneous-send",
                                                           "{}", buffer_span(&body), &out, &err);
    live_release(&live);
    CHECK_OK(ok, err);
    settle();
    CHECK(made(&(struct ask){.method = "POST",
                             .route = "/api/v1/spontaneous",
                             .session = as(ROLE_DUTY_OFFICER),
                             .query = "elsewhere=yes",
                             .body = given_text(),
                             .status = 201},
               "item", item, sizeof item));
    CHECK_OR_RETURN(ask(&(struct ask){.method = "GET",
                                      .route = "/api/v1/inbox",
                                      .session = as(ROLE_DUTY_OFFICER),
                                      .status = 200},
                        &answer));
    CHECK(live_answer_has(&answer, "\"type\":\"spontaneous\",\"partner\":\"al\""));
    live_answer_free(&answer);
    CHECK_OR_RETURN(ask(&(struct ask){.method = "GET",
                                      .route = "/api/v1/spontaneous",
                                      .session = as(ROLE_DUTY_OFFICER),
                                      .query = "own=true&limit=5",
                                      .status = 200},
                        &answer));
    CHECK(live_answer_has(&answer, item));
    live_answer_free(&answer);
    CHECK_OR_RETURN(ask(&(struct ask){.method = "GET",
                                      .route = "/api/v1/copies",
                                      .session = as(ROLE_DPO),
                                      .query = "limit=5",
                                      .status = 200},
                        &answer));
    CHECK(live_answer_has(&answer, item));
    live_answer_free(&answer);
    live_hold(&live);
    live.pair.nodes[0].journal.lines[0].agreement.four_eyes = four_eyes;
    live_release(&live);
    settle();
}

/* By an officer, and by the head of desk, whose unit becomes the Single Point of Contact's. */
static void flagged_and_decided(const char *item)
{
    live_hold(&live);
    CHECK_OK(database_run(live.pair.nodes[0].db,
                          "update officers set unit = 'spoc' where role = 'head_of_desk'", &err),
             err);
    live_release(&live);
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/items/{id}/rights-flag",
                             .id = item,
                             .session = as(ROLE_INVESTIGATOR),
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/alarms",
                             .session = as(ROLE_HEAD_OF_DESK),
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/items/{id}",
                             .id = item,
                             .session = as(ROLE_INVESTIGATOR),
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/items/{id}/rights-decision",
                             .id = item,
                             .session = as(ROLE_HEAD_OF_DESK),
                             .body = "{\"decision\":\"must_be_refused\"}",
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/inbox",
                             .session = as(ROLE_INVESTIGATOR),
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/rights",
                             .session = as(ROLE_DPO),
                             .query = "all=true&limit=1",
                             .status = 200}));
}

CHECK_TEST(requests_to_us_are_answered_refused_assigned_held_and_erased)
{
    char item[3][UUID_TEXT_SIZE];
    char answer[UUID_TEXT_SIZE];
    const struct live_session *officer = as(ROLE_INVESTIGATOR);

    CHECK_OR_RETURN(arrived(21, item[0]) && arrived(22, item[1]) && arrived(23, item[2]));
    CHECK(done(&(struct ask){
        .method = "GET", .route = "/api/v1/inbox", .session = officer, .status = 200}));
    CHECK(done(&(struct ask){
        .method = "GET",
        .route = "/api/v1/inbox",
        .session = officer,
        .query = "state=open&urgent=false&training=true&partner=al&unassigned=true&limit=2",
        .status = 200}));
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/items/{id}/assignment",
                             .id = item[0],
                             .session = officer,
                             .body = "{\"unit\":\"desk\"}",
                             .status = 200}));
    CHECK_OR_RETURN(made(&(struct ask){.method = "POST",
                                       .route = "/api/v1/items/{id}/answer",
                                       .id = item[0],
                                       .session = officer,
                                       .query = "approver=approver",
                                       .body = answer_text(),
                                       .status = 202},
                         "approval", answer, sizeof answer));
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/approvals/{id}/refusal",
                             .id = answer,
                             .session = officer, /* her own: withdrawn */
                             .status = 200}));
    live_hold(&live); /* from here on one officer is enough */
    live.pair.nodes[0].journal.lines[0].agreement.four_eyes = 0;
    live_release(&live);
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/items/{id}/answer",
                             .id = item[0],
                             .session = officer,
                             .body = answer_text(),
                             .status = 201}));
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/items/{id}/forwarding",
                             .id = item[0],
                             .session = officer,
                             .body = "{\"authority\":\"spoc-ro\",\"use\":\"police\"}",
                             .status = 200}));
    flagged_and_decided(item[1]);
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/items/{id}/refusal",
                             .id = item[1],
                             .session = officer,
                             .body = "{\"grounds\":[\"a\"],\"reason_text\":\"not ours\"}",
                             .status = 201}));
    settle();
    for (size_t i = 0; i < ARRAY_COUNT(item); i++)
        CHECK(item_holds(item[i]));
    crosschecked(item[2]);
    CHECK(done(&(struct ask){.method = "PUT",
                             .route = "/api/v1/items/{id}/hold",
                             .id = item[2],
                             .session = as(ROLE_DPO),
                             .body = "{\"hold\":\"exculpatory\"}",
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/retention/items",
                             .session = as(ROLE_DPO),
                             .query = "days=3650&limit=2",
                             .status = 200}));
    CHECK(done(&(struct ask){
        .method = "GET", .route = "/api/v1/retention", .session = as(ROLE_DPO), .status = 200}));
    CHECK(done(&(struct ask){.method = "DELETE",
                             .route = "/api/v1/items/{id}/hold",
                             .id = item[2],
                             .session = as(ROLE_DPO),
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/items/{id}/erasure",
                             .id = item[2],
                             .session = as(ROLE_DPO),
                             .body = "{\"erase_reason\":\"order\"}",
                             .status = 200}));
}

/* Albania's officer does it, beside the API; the id of the message. */
static bool they_send(const char *act, const char *arguments, const char *text,
                      char said[UUID_TEXT_SIZE])
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(1 << 16);

    live_hold(&live);
    error_clear(&err);
    bool ok = pair_act(&live.pair.nodes[1], act, arguments, span_text(text), &result, &err);
    pair_settle(&live.pair);
    live_release(&live);
    if (ok)
        snprintf(said, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)result.data + 9);
    else
        printf("%s: %s\n", act, err.text);
    return ok;
}

static bool they_say(const char *act, const char *item, const char *rest, char said[UUID_TEXT_SIZE])
{
    char arguments[300];

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, rest);
    return they_send(act, arguments, "", said);
}

CHECK_TEST(limits_are_moved_and_suspended)
{
    char ours[UUID_TEXT_SIZE], question[UUID_TEXT_SIZE], doubt[UUID_TEXT_SIZE];
    char theirs[UUID_TEXT_SIZE];
    const struct live_session *officer = as(ROLE_INVESTIGATOR);
    const struct {
        const char *route, *item, *body;
    } asks[] = {
        {"/api/v1/items/{id}/clarification-reply", question,
         "{\"reply\":\"The second one.\",\"language\":\"en\"}"},
        {"/api/v1/items/{id}/urgency-reply", doubt, "{\"urgency\":\"given_up\"}"},
        {"/api/v1/items/{id}/clarification", theirs,
         "{\"question\":\"Which plate?\",\"language\":\"en\"}"},
        {"/api/v1/items/{id}/access", theirs,
         "{\"access\":\"indirectly\",\"held_by\":\"private_party\",\"source\":\"Bank (test)\"}"},
        {"/api/v1/items/{id}/delay", theirs,
         "{\"authorisation\":\"applied\",\"delay_reason\":\"authorisation_needed\","
         "\"authority\":\"Court (test)\","
         "\"expected_by\":\"2099-01-01T00:00:00Z\"}"},
        {"/api/v1/items/{id}/urgency-doubt", theirs, "{\"doubt\":\"facts_do_not_show_it\"}"},
    };

    CHECK_OR_RETURN(made(&(struct ask){.method = "POST",
                                       .route = "/api/v1/requests",
                                       .session = officer,
                                       .body = urgent_text("Centrul de Cooperare (test)", "RO-51"),
                                       .status = 201},
                         "item", ours, sizeof ours));
    settle();
    CHECK_OR_RETURN(they_send("request-send", "{}",
                              urgent_text("Qendra e Bashk\xc3\xabpunimit (test)", "AL-51"),
                              theirs) &&
                    they_say("clarification-ask", ours,
                             ",\"question\":\"Which?\",\"language\":\"en\"", question) &&
                    they_say("urgency-doubt", ours, ",\"doubt\":\"ground_does_not_fit\"", doubt));
    for (size_t i = 0; i < ARRAY_COUNT(asks); i++)
        CHECK(done(&(struct ask){.method = "POST",
                                 .route = asks[i].route,
                                 .id = asks[i].item,
                                 .session = officer,
                                 .body = asks[i].body,
                                 .status = 201}));
    settle();
    CHECK(item_holds(ours) && item_holds(theirs));
    CHECK(done(&(struct ask){
        .method = "GET", .route = "/api/v1/inbox", .session = officer, .status = 200}));
    CHECK(done(&(struct ask){
        .method = "GET", .route = "/api/v1/alarms", .session = officer, .status = 200}));
}

/* A draft, seen by the one who is asked; its id, and the arguments that confirm it. */
static bool draft_see(const struct ask *asking, const struct live_session *second, char id[64],
                      char arguments[128])
{
    char sha256[80];

    if (!made(asking, "approval", id, 64) || !made(&(struct ask){.method = "GET",
                                                                 .route = "/api/v1/approvals/{id}",
                                                                 .id = id,
                                                                 .session = second,
                                                                 .status = 200},
                                                   "sha256", sha256, sizeof sha256))
        return false;
    snprintf(arguments, 128, "{\"sha256\":\"%.64s\"}", sha256);
    return true;
}

CHECK_TEST(drafts_are_listed_shown_confirmed_and_refused)
{
    char id[64], arguments[128];
    struct ask send = {.method = "POST",
                       .route = "/api/v1/requests",
                       .session = as(ROLE_INVESTIGATOR),
                       .query = "approver=*",
                       .status = 202};
    struct ask confirm = {.method = "POST",
                          .route = "/api/v1/approvals/{id}/confirmation",
                          .id = id,
                          .session = as(ROLE_APPROVER),
                          .body = arguments,
                          .status = 200};

    send.body = request_text(31);
    CHECK_OR_RETURN(draft_see(&send, as(ROLE_APPROVER), id, arguments));
    CHECK(done(&confirm));
    confirm.status = 409; /* once */
    CHECK(done(&confirm));
    send.body = request_text(32);
    CHECK_OR_RETURN(draft_see(&send, as(ROLE_APPROVER), id, arguments));
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/approvals/{id}/refusal",
                             .id = id,
                             .session = as(ROLE_APPROVER),
                             .status = 200}));
    struct ask password = {.method = "POST",
                           .route = "/api/v1/officers/{id}/password",
                           .id = "auditor",
                           .session = as(ROLE_ADMINISTRATOR),
                           .status = 202};
    CHECK_OR_RETURN(draft_see(&password, as(ROLE_SECURITY_OFFICER), id, arguments));
    confirm.session = as(ROLE_SECURITY_OFFICER);
    confirm.status = 200;
    CHECK(done(&confirm));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/approvals",
                             .session = as(ROLE_INVESTIGATOR),
                             .query = "limit=1",
                             .status = 200}));
}

/* Half an hour before now: the draft has waited. */
static bool drafts_wait_longer(void)
{
    live_hold(&live);
    bool ok = database_run(live.pair.nodes[0].db,
                           "update approvals set made_ms = made_ms - 2000000", &err);
    live.pair.nodes[0].journal.lines[0].agreement.four_eyes = 1; /* an answer */
    live.pair.nodes[0].journal.lines[0].agreement.emergency_single = true;
    live_release(&live);
    return ok;
}

static const char *plain_answer_text(void)
{
    struct answer answer = sample_answer();
    struct item items[2];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    memcpy(items, answer.items, sizeof items);
    items[0].person.marking.handling = HANDLING_BIT(HANDLING_H0);
    items[1].text.marking.handling = HANDLING_BIT(HANDLING_H0);
    answer.items = items;
    if (!answer_write(&answer, &body))
        exit(1);
    snprintf(body_text, sizeof body_text, "%.*s", SPAN_ARG(buffer_span(&body)));
    return body_text;
}

CHECK_TEST(the_night_has_its_roster_and_its_emergencies)
{
    const struct live_session *head = as(ROLE_HEAD_OF_DESK);
    char from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE], arguments[256];
    char item[UUID_TEXT_SIZE], id[64], sent[UUID_TEXT_SIZE];
    const struct env *env = live.pair.nodes[0].journal.env;
    int64_t now_ms = env->now_ms(env->context);

    time_write(now_ms, from);
    time_write(now_ms + 36000000, until);
    snprintf(arguments, sizeof arguments,
             "{\"officer\":\"approver\",\"from\":\"%s\",\"until\":\"%s\",\"telephone\":\"112\"}",
             from, until);
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/on-call",
                             .session = head,
                             .body = arguments,
                             .status = 201}));
    CHECK(done(&(struct ask){
        .method = "GET", .route = "/api/v1/on-call", .session = head, .status = 200}));
    CHECK_OR_RETURN(they_send("request-send", "{}",
                              urgent_text("Qendra e Bashk\xc3\xabpunimit (test)", "AL-71"), item));
    CHECK_OR_RETURN(made(&(struct ask){.method = "POST",
                                       .route = "/api/v1/items/{id}/answer",
                                       .id = item,
                                       .session = as(ROLE_INVESTIGATOR),
                                       .query = "approver=*",
                                       .body = plain_answer_text(),
                                       .status = 202},
                         "approval", id, sizeof id));
    CHECK(done(
        &(struct ask){.method = "GET", .route = "/api/v1/alarms", .session = head, .status = 200}));
    CHECK_OR_RETURN(drafts_wait_longer());
    CHECK_OR_RETURN(made(&(struct ask){.method = "POST",
                                       .route = "/api/v1/approvals/{id}/emergency",
                                       .id = id,
                                       .session = as(ROLE_INVESTIGATOR),
                                       .status = 201},
                         "item", sent, sizeof sent));
    CHECK(done(
        &(struct ask){.method = "GET", .route = "/api/v1/alarms", .session = head, .status = 200}));
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/items/{id}/emergency-review",
                             .id = sent,
                             .session = as(ROLE_DPO),
                             .body = "{\"review\":\"questioned\"}",
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/emergencies",
                             .session = as(ROLE_DPO),
                             .query = "all=true",
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/statistics",
                             .session = head,
                             .query = "year=2026",
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "DELETE",
                             .route = "/api/v1/on-call/{n}",
                             .id = "1",
                             .session = head,
                             .status = 200}));
    live_hold(&live);
    live.pair.nodes[0].journal.lines[0].agreement.four_eyes = 0;
    live_release(&live);
}

CHECK_TEST(officers_sessions_and_agreements_are_kept)
{
    const struct live_session *boss = as(ROLE_ADMINISTRATOR);
    const struct live_session *head = as(ROLE_HEAD_OF_DESK);

    CHECK(done(&(struct ask){
        .method = "PUT",
        .route = "/api/v1/officers/{id}",
        .id = "newcomer",
        .session = boss,
        .body = "{\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"analyst\",\"active\":true}",
        .status = 200}));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/officers",
                             .session = boss,
                             .query = "limit=3",
                             .status = 200}));
    CHECK(done(&(struct ask){
        .method = "GET", .route = "/api/v1/sessions", .session = boss, .status = 200}));
    CHECK(done(&(struct ask){.method = "DELETE",
                             .route = "/api/v1/officers/{id}/sessions",
                             .id = "newcomer",
                             .session = boss,
                             .status = 200}));
    CHECK(done(&(struct ask){
        .method = "GET", .route = "/api/v1/agreements", .session = head, .status = 200}));
    CHECK(done(&(struct ask){.method = "PUT",
                             .route = "/api/v1/agreements/{id}/suspension",
                             .id = "ro-al",
                             .session = head,
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "DELETE",
                             .route = "/api/v1/agreements/{id}/suspension",
                             .id = "ro-al",
                             .session = head,
                             .status = 200}));
}

/* --- cases --- */

static bool of_case(const char *method, const char *route, const char *query, const char *body,
                    unsigned status)
{
    return done(&(struct ask){.method = method,
                              .route = route,
                              .id = "c-2",
                              .session = as(ROLE_HEAD_OF_DESK),
                              .query = query,
                              .body = body,
                              .status = status});
}

static const char *person_text(void)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    if (!own_person_write(&sample_persons[0], &body))
        exit(1);
    snprintf(body_text, sizeof body_text, "%.*s", SPAN_ARG(buffer_span(&body)));
    return body_text;
}

CHECK_TEST(cases_and_all_that_is_kept_of_them)
{
    static const char one[] = "/api/v1/cases/{id}";

    CHECK(of_case("PUT", one, NULL,
                  "{\"title\":\"A case (test)\",\"offences\":[\"migrant_smuggling\"],"
                  "\"authority\":\"Police (test)\",\"restricted\":true}",
                  200));
    CHECK(
        of_case("PUT", one, NULL, "{\"title\":\"A case (test)\",\"offences\":[\"opinion\"]}", 422));
    CHECK(of_case("POST", "/api/v1/cases/{id}/people", "shielded=true", person_text(), 201));
    CHECK(of_case("POST", "/api/v1/cases/{id}/people/{n}/protection", NULL,
                  "{\"status\":\"sought\"}", 422));
    CHECK(of_case("POST", "/api/v1/cases/{id}/people/{n}/protection", NULL,
                  "{\"status\":\"none_known\"}", 200));
    CHECK(of_case("POST", "/api/v1/cases/{id}/notes", NULL, "{\"text\":\"a note\"}", 201));
    CHECK(of_case("POST", "/api/v1/cases/{id}/references", NULL,
                  "{\"channel\":\"siena\",\"reference\":\"S-1\"}", 201));
    CHECK(of_case("POST", "/api/v1/cases/{id}/assignment", NULL, "{\"officer\":\"head-of-desk\"}",
                  200));
    CHECK(of_case("POST", "/api/v1/cases/{id}/tasks", NULL,
                  "{\"officer\":\"head-of-desk\",\"text\":\"ask the port\","
                  "\"until\":\"2026-03-01T08:00:00Z\"}",
                  201));
    CHECK(of_case("GET", one, NULL, NULL, 200));
    CHECK(of_case("GET", "/api/v1/cases", "limit=1&state=open&unit=desk", NULL, 200));
    CHECK(of_case("GET", "/api/v1/cases", "officer=head-of-desk", NULL, 200));
    CHECK(of_case("GET", "/api/v1/tasks", "officer=head-of-desk&limit=1", NULL, 200));
    CHECK(of_case("POST", "/api/v1/cases/{id}/closing", NULL, "", 403)); /* a task is owed */
    CHECK(of_case("POST", "/api/v1/cases/{id}/tasks/{n}/completion", NULL, NULL, 200));
    CHECK(of_case("DELETE", "/api/v1/cases/{id}/people/{n}", NULL, NULL, 200));
    CHECK(of_case("POST", "/api/v1/cases/{id}/closing", NULL, "", 200));
    CHECK(of_case("GET", one, NULL, NULL, 200));
    CHECK(of_case("GET", "/api/v1/cases", "state=closed", NULL, 200));
    CHECK(of_case("DELETE", "/api/v1/cases/{id}/closing", NULL, NULL, 200));
    CHECK(of_case("POST", "/api/v1/cases/{id}/closing", NULL, "", 200));
    CHECK(of_case("POST", "/api/v1/cases/{id}/erasure", NULL, NULL, 200));
    CHECK(of_case("GET", one, NULL, NULL, 410));
}

/* A restricted case of another unit is opened, read, told as an alarm, and looked at. */
CHECK_TEST(the_glass_is_broken_and_reviewed)
{
    struct ask ask = {.method = "PUT",
                      .route = "/api/v1/cases/{id}",
                      .id = "c-9",
                      .session = as(ROLE_HEAD_OF_DESK),
                      .body = "{\"title\":\"Closed (test)\",\"restricted\":true}",
                      .status = 200};

    CHECK(done(&ask));
    live_hold(&live);
    CHECK_OK(database_run(live.pair.nodes[0].db,
                          "update cases set unit = 'narcotics', officer = '' where number = 'c-9'",
                          &err),
             err);
    live_release(&live);
    ask = (struct ask){.method = "GET",
                       .route = "/api/v1/cases/{id}",
                       .id = "c-9",
                       .session = as(ROLE_INVESTIGATOR),
                       .status = 403};
    CHECK(done(&ask));
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/cases/{id}/glass",
                             .id = "c-9",
                             .session = as(ROLE_INVESTIGATOR),
                             .body = "{\"agreement\":\"ro-al\"}",
                             .status = 201}));
    ask.status = 200;
    CHECK(done(&ask));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/alarms",
                             .session = as(ROLE_HEAD_OF_DESK),
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/glass",
                             .session = as(ROLE_HEAD_OF_DESK),
                             .query = "limit=1",
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/glass/{n}/review",
                             .id = "1",
                             .session = as(ROLE_DPO),
                             .body = "{\"review\":\"confirmed\"}",
                             .status = 200}));
}

/* On the books of one route after the other: a scan, what is registered with it, its translation. */
CHECK_TEST(what_came_by_telephone_is_registered)
{
    static const char translation[] =
        "{\"language\":\"en\",\"translator\":\"Test\",\"certified\":true,\"text\":\"a lorry\"}";
    const struct live_session *duty = as(ROLE_DUTY_OFFICER);
    char upload[64], arguments[400], item[UUID_TEXT_SIZE];
    struct ask asking = {.method = "POST", .session = duty, .status = 201};

    CHECK_OR_RETURN(made(&(struct ask){.method = "POST",
                                       .route = "/api/v1/uploads",
                                       .query = "name=scan.pdf",
                                       .session = duty,
                                       .body = "bytes of a scan",
                                       .status = 201},
                         "upload", upload, sizeof upload));
    snprintf(arguments, sizeof arguments,
             "{\"channel\":\"phone\",\"received\":\"2025-12-15T08:00:00Z\",\"sender\":\"Port\","
             "\"subject\":\"lorry\",\"original\":\"shelf 3\",\"oral\":true,\"urgent\":true,"
             "\"scan\":\"%s\"}",
             upload);
    asking.route = "/api/v1/register";
    asking.body = arguments;
    CHECK(done(&asking));
    asking.route = "/api/v1/register/{n}/translations";
    asking.id = "1";
    asking.body = translation;
    CHECK(done(&asking));
    CHECK_OR_RETURN(arrived(71, item));
    asking.route = "/api/v1/items/{id}/translations";
    asking.id = item;
    CHECK(done(&asking));
    asking = (struct ask){.method = "GET", .session = duty, .id = item, .status = 200};
    asking.route = "/api/v1/items/{id}/translations";
    CHECK(done(&asking));
    asking.id = "1";
    asking.route = "/api/v1/register/{n}";
    CHECK(done(&asking));
    asking.route = "/api/v1/register/{n}/scan";
    CHECK(done(&asking));
    asking.route = "/api/v1/register";
    asking.query = "number=c-1&limit=1";
    CHECK(done(&asking));
}

CHECK_TEST(a_shift_is_handed_over)
{
    char sha256[80], arguments[128];
    struct ask take = {.method = "POST",
                       .route = "/api/v1/handovers/{n}/taking",
                       .id = "1",
                       .session = as(ROLE_DUTY_OFFICER),
                       .body = arguments,
                       .status = 200};

    CHECK_OR_RETURN(made(&(struct ask){.method = "POST",
                                       .route = "/api/v1/handovers",
                                       .session = as(ROLE_HEAD_OF_DESK),
                                       .body = "{\"taker\":\"duty-officer\",\"note\":\"quiet\"}",
                                       .status = 201},
                         "sha256", sha256, sizeof sha256));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/handovers/{n}",
                             .id = "1",
                             .session = as(ROLE_DUTY_OFFICER),
                             .status = 200}));
    snprintf(arguments, sizeof arguments, "{\"sha256\":\"%.64s\"}", sha256);
    CHECK(done(&take));
    take.status = 409;
    CHECK(done(&take));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/handovers",
                             .session = as(ROLE_DPO),
                             .query = "limit=1",
                             .status = 200}));
}

CHECK_TEST(access_entries_are_kept_for_an_inquiry)
{
    char until[TIME_TEXT_SIZE], arguments[200];

    time_write(env_real()->now_ms(env_real()->context) + INT64_C(30) * 86400000, until);
    snprintf(arguments, sizeof arguments,
             "{\"about_officer\":\"duty-officer\",\"from\":\"2020-01-01\",\"until\":\"%.10s\"}",
             until);
    CHECK(done(&(struct ask){.method = "POST",
                             .route = "/api/v1/retention/acts/holds",
                             .session = as(ROLE_DPO),
                             .body = arguments,
                             .status = 201}));
    CHECK(done(&(struct ask){.method = "GET",
                             .route = "/api/v1/retention/acts/holds",
                             .session = as(ROLE_SUPERVISORY_AUTHORITY),
                             .query = "limit=1",
                             .status = 200}));
    CHECK(done(&(struct ask){.method = "DELETE",
                             .route = "/api/v1/retention/acts/holds/{n}",
                             .id = "1",
                             .session = as(ROLE_DPO),
                             .status = 200}));
}

/* --- the agreement's versions, and the end of a log --- */

static struct buffer document_text;

/* {"signed": ...} with our institution's signature on the next version. */
static const char *proposal_text(void)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(1u << 20);

    buffer_clear(&document_text);
    live_hold(&live);
    bool ok = amend_sign(&live.pair.nodes[0], 0, amend_shorter, &once, &err) &&
              amend_arguments(buffer_span(&once), &document_text) &&
              buffer_byte(&document_text, '\0');
    live_release(&live);
    return ok ? (const char *)document_text.data : NULL;
}

/* The partner proposes; {"signed": ...} with both signatures, for whoever accepts. */
static const char *proposed_text(void)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(1u << 20);
    struct buffer both CLEANUP(buffer_free) = buffer_make(1u << 20);

    buffer_clear(&document_text);
    live_hold(&live);
    bool ok = amend_propose(&live.pair.nodes[1], amend_shorter, &once, &err);
    if (ok)
        pair_settle(&live.pair);
    ok = ok && amend_countersign(&live.pair, 0, buffer_span(&once), &both, &err) &&
         amend_arguments(buffer_span(&both), &document_text) && buffer_byte(&document_text, '\0');
    live_release(&live);
    if (!ok)
        printf("proposal: %s\n", err.text);
    return ok ? (const char *)document_text.data : NULL;
}

/* A call upon the agreement by one who signs. */
static bool signs(const char *method, const char *route, const char *query, const char *body,
                  unsigned status)
{
    return done(&(struct ask){.method = method,
                              .route = route,
                              .id = "ro-al",
                              .session = as(ROLE_SIGNATORY),
                              .query = query,
                              .body = body,
                              .status = status});
}

static const char *day_ahead(int days)
{
    static char text[64];
    char time[TIME_TEXT_SIZE];
    const struct env *env = live.pair.nodes[0].journal.env;

    time_write(env->now_ms(env->context) + days * INT64_C(86400000), time);
    snprintf(text, sizeof text, "{\"ends\":\"%.10s\"}", time);
    return text;
}

CHECK_TEST(agreements_are_tried_proposed_compared_refused_accepted_and_ended)
{
    const char *text;

    CHECK(signs("POST", "/api/v1/agreements/{id}/trial", "type=request", request_text(51), 200));
    CHECK(signs("POST", "/api/v1/agreements/{id}/trial", "receive=true", answer_text(), 200));
    CHECK_OR_RETURN((text = proposal_text()) != NULL);
    CHECK(signs("POST", "/api/v1/agreements/{id}/proposal", NULL, text, 201));
    CHECK(signs("GET", "/api/v1/agreements/{id}/proposal", "own=true", NULL, 200));
    CHECK(signs("POST", "/api/v1/agreements/{id}/difference", NULL, "{\"own\":true}", 200));
    settle();
    CHECK(signs("POST", "/api/v1/agreements/{id}/withdrawal", NULL, NULL, 201));
    settle();
    CHECK_OR_RETURN(proposed_text() != NULL);
    CHECK(signs("GET", "/api/v1/agreements/{id}/proposal", NULL, NULL, 200));
    CHECK(signs("POST", "/api/v1/agreements/{id}/difference", NULL, "", 200));
    CHECK(signs("POST", "/api/v1/agreements/{id}/refusal", NULL, "{\"ground\":\"content\"}", 201));
    settle();
    CHECK_OR_RETURN((text = proposed_text()) != NULL);
    CHECK(signs("POST", "/api/v1/agreements/{id}/acceptance", NULL, text, 201));
    settle();
    CHECK(signs("GET", "/api/v1/agreements/{id}/history", NULL, NULL, 200));
}

/* One asks, another confirms, and the answer is the act's. */
static bool two_do(const struct ask *asking, enum role confirms)
{
    char id[64], arguments[128];

    return draft_see(asking, as(confirms), id, arguments) &&
           done(&(struct ask){.method = "POST",
                              .route = "/api/v1/approvals/{id}/confirmation",
                              .id = id,
                              .session = as(confirms),
                              .body = arguments,
                              .status = 200});
}

CHECK_TEST(what_two_officers_do_waits_and_is_done)
{
    struct ask asking = {.method = "POST", .session = as(ROLE_HEAD_OF_DESK), .status = 202};

    asking.route = "/api/v1/officers/{id}/revocation";
    asking.id = "newcomer";
    CHECK(two_do(&asking, ROLE_ADMINISTRATOR));
    asking.route = "/api/v1/keys/revocation";
    asking.body = "{\"certificate\":"
                  "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\","
                  "\"revoked_for\":\"theft\"}";
    CHECK(two_do(&asking, ROLE_SECURITY_OFFICER));
    asking.route = "/api/v1/retention/clock";
    asking.body = NULL;
    CHECK(two_do(&asking, ROLE_SECURITY_OFFICER));
    asking.route = "/api/v1/agreements/{id}/termination";
    asking.id = "ro-al";
    asking.body = day_ahead(300);
    CHECK(two_do(&asking, ROLE_SIGNATORY));
    settle();
    asking.route = "/api/v1/successions/preparation";
    asking.body = "{\"log\":\"ro/domestic/0\",\"why\":\"yearly_closing\"}";
    CHECK(two_do(&asking, ROLE_SECURITY_OFFICER));
    asking.route = "/api/v1/agreements/{id}/resume";
    asking.id = "ro-al";
    asking.body = NULL;
    CHECK(done(&asking)); /* it is level with its partner: asked for, and confirmed by nobody */
}

struct ending {
    size_t side;
    struct succession_document document;
};

static bool ending_run(struct journal *journal, void *context, struct error *e)
{
    struct ending *ending = context;

    return journal_succession_prepare(
        journal,
        span_text(ending->side == 0 ? journal->domestic.origin : journal->lines[0].out.origin),
        SUCCESSION_YEARLY_CLOSING, NULL, &ending->document, e);
}

/* {"document": ...}, signed by the institution of one side. */
static const char *ending_text(size_t side)
{
    struct ending ending = {.side = side};
    struct buffer cms CLEANUP(buffer_free) = buffer_make(1u << 20);
    struct json_writer writer = json_writer_make(&document_text);

    buffer_clear(&document_text);
    live_hold(&live);
    bool ok = pair_work(&live.pair.nodes[side], ending_run, &ending, &err) &&
              pair_sign_succession(&live.pair, side, 1, &ending.document, &cms, &err);
    live_release(&live);
    json_begin_object(&writer);
    json_base64_field(&writer, "document", buffer_span(&cms));
    json_end_object(&writer);
    return ok && buffer_byte(&document_text, '\0') ? (const char *)document_text.data : NULL;
}

CHECK_TEST(the_end_of_a_log_is_allowed_to_the_partner_and_asked_for_here)
{
    struct ask asking = {.method = "POST",
                         .route = "/api/v1/successions/allowance",
                         .session = as(ROLE_HEAD_OF_DESK),
                         .status = 200};

    CHECK_OR_RETURN((asking.body = ending_text(1)) != NULL);
    CHECK(done(&asking));
    asking.route = "/api/v1/successions";
    asking.status = 202;
    CHECK_OR_RETURN((asking.body = ending_text(0)) != NULL);
    CHECK(two_do(&asking, ROLE_SECURITY_OFFICER));
}

static const char *const held_grounds[] = {"type", "thread", "failed"};

/* The first entries of the partner's log serve as held ones; `context` not NULL: they are no longer. */
static bool held_run(struct journal *journal, void *context, struct error *e)
{
    int64_t log = journal->lines[0].in.id;

    for (size_t i = 0; i < ARRAY_COUNT(held_grounds); i++) {
        struct entry_row row;
        if (!entry_find_index(journal->db, &live.arena, log, (int64_t)i, &row, e))
            return false;
        struct held_row held = {.entry = row.id,
                                .log = log,
                                .thread_log = log,
                                .thread = row.message_id,
                                .ground = span_text(held_grounds[i])};
        if (context != NULL ? !held_delete(journal->db, row.id, e)
                            : !held_insert(journal->db, &held, e))
            return false;
    }
    return true;
}

static bool books_run(bool (*run)(struct journal *, void *, struct error *), void *context)
{
    live_hold(&live);
    bool ok = hostile_run(&live.pair.nodes[0], run, context, &err);
    live_release(&live);
    return ok;
}

CHECK_TEST(what_is_held_is_listed_with_its_ground)
{
    struct ask asking = {.method = "GET",
                         .route = "/api/v1/held",
                         .session = as(ROLE_HEAD_OF_DESK),
                         .query = "limit=2",
                         .status = 200};
    struct live_answer answer;
    char next[160], query[192];

    CHECK_OK(books_run(held_run, NULL), err);
    CHECK_OR_RETURN(ask(&asking, &answer));
    CHECK(live_answer_has(&answer, "\"held_for\":\"type\"") &&
          live_answer_has(&answer, "\"held_for\":\"thread\""));
    CHECK_OR_RETURN(field_take(&answer, "next", next, sizeof next));
    live_answer_free(&answer);
    snprintf(query, sizeof query, "limit=2&after=%s", next);
    asking.query = query;
    CHECK_OR_RETURN(ask(&asking, &answer));
    CHECK(live_answer_has(&answer, "\"held_for\":\"failed\""));
    live_answer_free(&answer);
    CHECK_OK(books_run(held_run, &asking), err);
}

static const char *until_text(void)
{
    static char text[64];
    char time[TIME_TEXT_SIZE];
    const struct env *env = live.pair.nodes[0].journal.env;

    time_write(env->now_ms(env->context) + INT64_C(86400000), time);
    snprintf(text, sizeof text, "{\"until\":\"%s\"}", time);
    return text;
}

/* The state of a line whose books are behind, in memory alone. */
static void behind_set(enum resume_state state)
{
    struct journal_line *line = &live.pair.nodes[0].journal.lines[0];

    live_hold(&live);
    line->resume = (struct line_resume){.state = state};
    if (state != RESUME_NONE) {
        line->resume.out_target = line->out.size + 7;
        line->resume.in_target = line->in.size + 3;
        line->resume.domestic_behind = 2;
    }
    if (state == RESUME_DONE) {
        line->resume.own_back = 7;
        line->resume.partner_back = 3;
        line->resume.lost_bodies = 1;
    }
    live_release(&live);
}

CHECK_TEST(how_far_the_books_are_behind_is_told_in_each_state)
{
    static const char *const wanted[] = {"\"level\"", "\"behind: two officers order the resume\"",
                                         "\"ordered: the partner is asked\"",
                                         "\"resumed: the log needs a successor\""};
    struct ask asking = {.method = "GET",
                         .route = "/api/v1/resume",
                         .session = as(ROLE_HEAD_OF_DESK),
                         .status = 200};

    for (int state = RESUME_NONE; state <= RESUME_DONE; state++) {
        struct live_answer answer;
        behind_set((enum resume_state)state);
        bool ok =
            ask(&asking, &answer) && live_answer_has(&answer, wanted[state]) &&
            (state == RESUME_NONE || live_answer_has(&answer, "\"lost_domestic_entries\":2")) &&
            (state != RESUME_DONE || live_answer_has(&answer, "\"lost_bodies\":1"));
        behind_set(RESUME_NONE);
        CHECK(ok);
        live_answer_free(&answer);
    }
    struct ask allow = {.method = "PUT",
                        .route = "/api/v1/partners/{id}/resume",
                        .id = "al",
                        .session = as(ROLE_HEAD_OF_DESK),
                        .body = until_text(),
                        .status = 200};
    CHECK(done(&allow));
    CHECK(done(&asking)); /* with the time until which it may */
    allow.body = "{\"until\":\"now\"}";
    CHECK(done(&allow));
}

CHECK_TEST(what_waits_is_tried_again)
{
    struct ask asking = {.method = "POST", .session = as(ROLE_HEAD_OF_DESK), .status = 200};

    asking.route = "/api/v1/held/retry";
    CHECK(done(&asking));
    asking.route = "/api/v1/retention/run";
    CHECK(done(&asking));
}

/* A person with a telephone, and the file that they came from. */
static bool own_run(struct journal *journal, void *context, struct error *why)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(65536);
    struct own_row row = {.source = span_text("register"),
                          .external = span_text("x-1"),
                          .case_number = span_text("c-1"),
                          .changed = 1,
                          .put_ms = pair_clock_ms()};
    struct own_import_row import = {.digest = span_make(live.pair.fingerprint, DIGEST_SIZE),
                                    .source = row.source,
                                    .officer = span_text("analyst"),
                                    .case_number = row.case_number,
                                    .lines = 2,
                                    .people = 1,
                                    .began_ms = row.put_ms,
                                    .ended_ms = row.put_ms};
    struct own_mark mark = {.kind = IDENT_PHONE, .key = span_text("91234567")};
    int64_t id = 0;
    bool is_new = false;
    (void)context;

    if (!own_person_write(&sample_persons[0], &body))
        return false;
    row.body = buffer_span(&body);
    row.review_ms = row.put_ms;
    row.erase_ms = row.put_ms + 300 * SAMPLE_DAY_MS;
    struct own_row other = row;

    other.external = span_text("x-2");
    other.changed = 2;
    return own_put(journal->db, &row, &id, &is_new, why) && id == 1 &&
           own_put(journal->db, &other, &id, &is_new, why) && id == 2 &&
           own_mark_put(journal->db, &mark, 1, why) && own_import_put(journal->db, &import, why);
}

CHECK_TEST(people_of_our_own_cases_are_searched_shown_and_removed)
{
    struct ask asking = {
        .method = "POST",
        .route = "/api/v1/own/search",
        .session = as(ROLE_INVESTIGATOR),
        .body =
            "{\"query\":\"phone:+355691234567 born:1984 country:AL\",\"purpose\":\"investigation\"}",
        .status = 200};

    live_hold(&live);
    bool ok = hostile_run(&live.pair.nodes[0], own_run, NULL, &err);
    live_release(&live);
    CHECK_OK(ok, err);
    asking.route = "/api/v1/own/joins";
    asking.body = "{\"person\":1,\"other\":2,\"purpose\":\"investigation\"}";
    asking.status = 201;
    CHECK(done(&asking));
    asking.route = "/api/v1/own/partings";
    CHECK(done(&asking));
    asking.route = "/api/v1/own/joins";
    CHECK(done(&asking)); /* what is shown and found below is joined, and was parted */
    asking.route = "/api/v1/own/search";
    asking.body =
        "{\"query\":\"phone:+355691234567 born:1984 country:AL\",\"purpose\":\"investigation\"}";
    asking.status = 200;
    CHECK(done(&asking));
    asking.body = "{\"query\":\"phone:never\",\"purpose\":\"investigation\"}";
    asking.status = 400;
    CHECK(done(&asking));
    asking = (struct ask){.method = "GET",
                          .route = "/api/v1/own/imports",
                          .session = as(ROLE_INVESTIGATOR),
                          .status = 200};
    CHECK(done(&asking));
    asking.route = "/api/v1/own/people/{n}";
    asking.id = "1";
    asking.query = "purpose=investigation";
    CHECK(done(&asking));
    asking = (struct ask){.method = "GET",
                          .route = "/api/v1/own/due",
                          .session = as(ROLE_DPO),
                          .query = "date=erase&days=300",
                          .status = 200};
    CHECK(done(&asking));
    asking = (struct ask){.method = "PUT",
                          .route = "/api/v1/own/people/{n}/review",
                          .id = "1",
                          .session = as(ROLE_INVESTIGATOR),
                          .body = "{\"purpose\":\"investigation\",\"next\":\"2026-06-01\"}",
                          .status = 200};
    CHECK(done(&asking));
    asking = (struct ask){.method = "DELETE",
                          .route = "/api/v1/own/people/{n}",
                          .id = "1",
                          .session = as(ROLE_DPO),
                          .query = "purpose=investigation",
                          .status = 200};
    CHECK(done(&asking));
    asking.status = 404;
    CHECK(done(&asking));
}

/* The acts of the node itself are called by tests/cmd/desk_tls_test.c, where they are. */
static bool is_of_node(const struct web_route *route)
{
    return route->kind == WEB_ACT && desk_act_find(span_text(route->act)) == NULL;
}

CHECK_TEST(every_route_was_called_with_success)
{
    unsigned count = 0, left = 0;

    for (size_t i = 0; i < web_route_count; i++) {
        if (is_of_node(&web_routes[i])) {
            left++;
            continue;
        }
        count += called[i] > 0;
        if (called[i] == 0)
            printf("%s %s was not called\n", web_routes[i].method, web_routes[i].path);
        CHECK(called[i] > 0);
    }
    printf("%u routes called with success and held to the document, %u are the node's own\n", count,
           left);
}

int main(void)
{
    document_text = buffer_make(1u << 20);
    if (!contract_open())
        return 1;
    RUN(the_page_and_the_document_are_given_to_anyone);
    RUN(an_officer_logs_in_looks_changes_the_password_and_logs_out);
    RUN(a_file_goes_with_its_request_and_a_request_is_withdrawn);
    RUN(what_came_back_stands_on_the_list_of_what_was_sent);
    RUN(what_is_given_unasked_is_listed_on_both_sides);
    RUN(requests_to_us_are_answered_refused_assigned_held_and_erased);
    RUN(limits_are_moved_and_suspended);
    RUN(drafts_are_listed_shown_confirmed_and_refused);
    RUN(the_night_has_its_roster_and_its_emergencies);
    RUN(officers_sessions_and_agreements_are_kept);
    RUN(cases_and_all_that_is_kept_of_them);
    RUN(the_glass_is_broken_and_reviewed);
    RUN(what_came_by_telephone_is_registered);
    RUN(a_shift_is_handed_over);
    RUN(access_entries_are_kept_for_an_inquiry);
    RUN(agreements_are_tried_proposed_compared_refused_accepted_and_ended);
    RUN(what_two_officers_do_waits_and_is_done);
    RUN(what_is_held_is_listed_with_its_ground);
    RUN(how_far_the_books_are_behind_is_told_in_each_state);
    RUN(what_waits_is_tried_again);
    RUN(the_end_of_a_log_is_allowed_to_the_partner_and_asked_for_here);
    RUN(people_of_our_own_cases_are_searched_shown_and_removed);
    RUN(every_route_was_called_with_success);
    contract_close();
    buffer_free(&document_text);
    return check_end();
}
