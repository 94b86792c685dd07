/*
 * One request: read in the HTTP thread, run in the writer, answered when it is committed. The session is looked up in the
 * same transaction as the act, so that an officer who has just left does nothing more.
 */
#include "web/private.h"

#include "base/text.h"
#include "desk/approval.h"
#include "desk/roles.h"
#include "web/console.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Room for a body with a document, and arguments of path and query; bodies of messages go beside it. */
#define RETRY_S       INT64_C(5) /* whoever hears that there is no room comes again after so long */
#define TEXT_SIZE_MAX (WEB_DOCUMENT_SIZE_MAX + WEB_ARGUMENTS_SIZE_MAX)

struct web_job *job_make(struct web *web, const struct web_call *call)
{
    struct web_job *job = calloc(1, sizeof *job);

    if (job == NULL)
        return NULL;
    job->web = web;
    job->call = *call;
    job->arena = arena_make(WEB_ARENA_SIZE);
    job->text = buffer_make(TEXT_SIZE_MAX);
    job->out = buffer_make(WEB_RESULT_SIZE_MAX);
    job->job.size = call->body.size;
    problems_clear(&job->problems);
    return job;
}

void job_free(struct web_job *job)
{
    waiting_remove(job);
    watch_remove(job);
    desk_upload_end(&job->upload);
    json_free(&job->json);
    buffer_free(&job->text);
    buffer_free(&job->out);
    arena_free(&job->arena);
    free(job);
}

void job_answer(struct web_job *job, unsigned status, const char *content_type, struct span body,
                const char *cookie)
{
    struct http_header headers[] = {{"Set-Cookie", cookie}};
    struct http_answer answer = {.status = status,
                                 .content_type = content_type,
                                 .headers = headers,
                                 .header_count = cookie == NULL ? 0 : 1,
                                 .body = body};

    job->call.answer(job->call.context, &answer);
    job_free(job);
}

void job_fail(struct web_job *job, unsigned status, const struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(256u * 1024);
    char after[24];
    struct http_header headers[] = {{"Retry-After", after}};
    bool says_when = status == 429 || status == 503;

    snprintf(after, sizeof after, "%" PRId64, job->retry_s > 0 ? job->retry_s : RETRY_S);

    __atomic_add_fetch(&job->web->problems[err->kind], 1, __ATOMIC_RELAXED);
    problem_write(&text, status, job->wants_proof ? HTTP_PROBLEM_STEP_UP : HTTP_PROBLEM_PLAIN, err,
                  &job->problems);
    struct http_answer answer = {.status = status,
                                 .content_type = HTTP_PROBLEM_TYPE,
                                 .headers = headers,
                                 .header_count = says_when ? 1 : 0,
                                 .body = buffer_span(&text)};
    job->call.answer(job->call.context, &answer);
    job_free(job);
}

unsigned job_status(const struct web_job *job, const struct error *err)
{
    if (job->status != 0)
        return job->status;
    return err->kind == ERROR_INPUT && job->problems.count > 0 ? 422 : error_http_status(err->kind);
}

void session_write(const struct web_job *job, struct json_writer *out)
{
    json_begin_object(out);
    json_string_field(out, "party", job->web->options.party);
    json_text_field(out, "officer", job->session.officer);
    json_text_field(out, "name", job->session.name);
    json_text_field(out, "unit", job->session.unit);
    json_text_field(out, "role", job->session.role);
    json_hex_field(out, "csrf", span_make(job->session.csrf, LOGIN_CSRF_SIZE));
    json_time_field(out, "until", job->session.until_ms);
    json_time_field(out, "ends", job->session.made_ms + LOGIN_TOTAL_MS);
    if (job->session.must_change)
        json_boolean_field(out, "must_change", true);
    if (job->session.password_set_ms > 0) {
        json_time_field(out, "password_set", job->session.password_set_ms);
        json_text_field_optional(out, "password_set_by", job->session.password_set_by);
        json_text_field_optional(out, "password_confirmed_by", job->session.password_confirmed_by);
    }
    json_end_object(out);
}

void session_tell(const struct web_job *job)
{
    if (job->call.request != NULL)
        http_request_known(job->call.request, job->session.officer);
}

/* --- in the writer --- */

/* A one-time password opens the door to this and nothing else. */
static bool is_open_to_limited(const struct web_route *route)
{
    return route->kind == WEB_PASSWORD || route->kind == WEB_SESSION || route->kind == WEB_LOGOUT;
}

bool web_session_check(struct web_job *job, struct journal *journal, struct error *err)
{
    /* An open page and its stream of events are no officer at work. */
    bool is_use = job->call.automatic.data == NULL && job->call.route->kind != WEB_EVENTS;
    bool is_valid = false;

    job->is_over = false;
    if (!desk_session_find(journal, job->token, job->call.client, is_use, &job->arena, &is_valid,
                           &job->session, err))
        return false;
    if (!is_valid) {
        /* What ended it must be committed: the job has not failed. */
        job->is_over = true;
        error_set(&job->over, ERROR_SESSION, "the session is over");
        return true;
    }
    job->access.officer = job->session.officer;
    session_tell(job);
    if (web_route_changes(job->call.route) && !desk_csrf_is(&job->session, job->call.csrf))
        return error_set(err, ERROR_RULE, "X-Besa-CSRF does not belong to this session");
    return !job->session.must_change || is_open_to_limited(job->call.route) ||
           error_set(err, ERROR_RULE,
                     "this password is good for one thing: to set your own (POST "
                     "/api/v1/password)");
}

static unsigned status_done(const struct web_job *job)
{
    return job->is_asking ? 202 : job->call.route->status;
}

/* What makes a request the same: what it does, upon what, why and in which case, and for a file that came what it holds. */
static bool identity_write(const struct web_job *job, struct buffer *out, struct error *err)
{
    const struct web_call *call = &job->call;
    const struct span pieces[] = {span_text(call->route->method),
                                  call->path,
                                  call->query,
                                  job->access.reason,
                                  job->access.case_number,
                                  job->upload == NULL ? call->body
                                                      : desk_upload_sha256(job->upload)};

    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++) {
        buffer_format(out, "%zu:", pieces[i].size);
        buffer_add(out, pieces[i]);
    }
    return !out->failed || error_set(err, ERROR_LIMIT, "the request is too long");
}

/* The object in the body against the route's table: every field that is wrong, missing or unknown. After the role: whom an
 * act is not for hears nothing of its fields. */
static bool arguments_check(struct web_job *job, struct error *err)
{
    const struct web_route *route = job->call.route;
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;

    if (route->takes == NULL)
        return true;
    if (!role_check(job->session.role, route->act, err) || !json_parse(job->call.body, &json, err))
        return false;
    json_object_begin(&object, json_root(json), &job->arena, &job->problems);
    shape_check(route->takes, &object);
    json_object_end(&object);
    return problems_to_error(&job->problems, err);
}

static bool proof_check(struct web_job *job, struct error *err)
{
    const struct web_route *route = job->call.route;

    if (!web_route_needs_proof(route) || proof_is_fresh(job))
        return true;
    if (!role_check(job->session.role, route->act, err))
        return false;
    job->wants_proof = true;
    return error_set(err, ERROR_RULE,
                     "%s: prove your password again (POST /api/v1/session/proof); the last time is "
                     "more than %d minutes ago",
                     route->act, (int)(PROOF_MS / 60000));
}

/* The act itself, or, where a second officer is asked, the draft of it that waits for them. */
static bool act_run(struct web_job *job, struct journal *journal, struct error *err)
{
    const struct web_route *route = job->call.route;
    struct json_writer writer = json_writer_make(&job->out);
    struct desk_call call = {.access = job->access,
                             .arguments = &job->arguments,
                             .problems = &job->problems,
                             .arena = &job->arena,
                             .is_told_once = &job->is_told_once};

    if (!proof_check(job, err) || !arguments_check(job, err))
        return false;
    if (route->body == WEB_BODY_MESSAGE)
        call.body = job->call.body;
    if (job->is_asking) {
        const struct desk_act *act = desk_act_find(span_text(route->act));
        return act != NULL &&
               approval_ask(journal, act, &call, buffer_span(&job->text), &writer, err);
    }
    if (!job->web->options.door.act(job->web->options.door.context, span_text(route->act), &call,
                                    &writer, err))
        return false;
    json_object_end(&job->arguments);
    if (!problems_to_error(&job->problems, err))
        return false;
    return !job->out.failed || error_set(err, ERROR_LIMIT, "the result is too long");
}

/* The act and its kept answer are one transaction: both stand or neither. */
static bool act_run_once(struct web_job *job, struct journal *journal, struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(2u * WEB_MESSAGE_SIZE_MAX);
    struct once_rooms *rooms = &job->web->rooms;
    struct once_request request = {.officer = job->session.officer, .key = job->call.key};
    struct span kept;
    bool is_kept = false;

    if (!identity_write(job, &text, err))
        return false;
    request.text = buffer_span(&text);
    if (!once_look(journal, rooms, &request, &job->arena, &is_kept, &job->kept_status, &kept, err))
        return false;
    if (is_kept) {
        buffer_add(&job->out, kept);
        return true;
    }
    if (!(job->upload != NULL ? upload_enter(job, journal, err) : act_run(job, journal, err)))
        return false;
    if (job->is_told_once)
        return once_keep_untold(journal, rooms, &request, err);
    return once_keep(journal, rooms, &request, status_done(job), buffer_span(&job->out), err);
}

static bool job_run(struct journal *journal, struct job *base, struct error *err)
{
    struct web_job *job = (struct web_job *)base;
    struct json_writer writer = json_writer_make(&job->out);

    job->status = 0;
    if (!web_session_check(job, journal, err))
        return false;
    if (job->is_over)
        return true;
    switch (job->call.route->kind) {
    case WEB_ACT:
        /* Never for what only reads: its answer would be given again without its access entry. */
        return job->call.route->needs_key ? act_run_once(job, journal, err)
                                          : act_run(job, journal, err);
    case WEB_PART:
        return act_run(job, journal, err);
    case WEB_UPLOAD:
        return act_run_once(job, journal, err);
    case WEB_SESSION:
        session_write(job, &writer);
        return true;
    case WEB_LOGOUT:
        return desk_logout(journal, job->token, job->call.client, &job->arena, err);
    case WEB_EVENTS:
        return true;
    case WEB_LOGIN:
    case WEB_PASSWORD:
    case WEB_PROOF:
    case WEB_DOCUMENT:
    case WEB_PAGE:
    case WEB_CONSOLE:
        break;
    }
    return error_set(err, ERROR_BUG, "a route that is no act came to the writer");
}

/* In the writer, after the commit: answering copies and does not wait. */
static void job_done(struct journal *journal, struct job *base, bool ok, const struct error *err)
{
    struct web_job *job = (struct web_job *)base;
    const struct web_route *route = job->call.route;
    (void)journal;

    waiting_remove(job);
    if (!ok) {
        job_fail(job, job_status(job, err), err);
        return;
    }
    if (job->is_over) {
        job_fail(job, 401, &job->over);
        return;
    }
    if (route->kind == WEB_EVENTS) {
        events_open(job);
        return;
    }
    if (route->kind == WEB_PART) {
        part_answer(job);
        return;
    }
    /* The same file under the same key once more: the first one stays, this one goes. */
    if (job->upload != NULL && job->kept_status == 0)
        desk_upload_stay(job->upload);
    if (route->kind == WEB_LOGOUT) {
        job_answer(job, 204, NULL, span_make(NULL, 0),
                   WEB_COOKIE "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
        return;
    }
    if (job->is_asking && job->kept_status == 0)
        web_publish(job->web, "approval", "", 0, 1);
    job_answer(job, job->kept_status != 0 ? job->kept_status : status_done(job), "application/json",
               buffer_span(&job->out), NULL);
}

void job_submit(struct web_job *job)
{
    struct error err = {0};

    job->job = (struct job){.run = job_run, .done = job_done, .size = job->call.body.size};
    if (!waiting_add(job, &err) ||
        !job->web->options.door.submit(job->web->options.door.context, &job->job, &err))
        job_fail(job, job_status(job, &err), &err);
}

/* --- in the HTTP thread --- */

static void console_serve(struct web_job *job)
{
    struct console_ask asked = {.query = job->call.query,
                                .accept_encoding = job->call.accept_encoding,
                                .if_none_match = job->call.if_none_match};
    const struct console_file *file = console_find(job->call.route->path);
    struct console_answer found;
    struct http_header headers[5];
    struct http_answer answer = {.content_type = file->type, .headers = headers};

    console_answer(file, &asked, &found);
    headers[answer.header_count++] = (struct http_header){"Cache-Control", found.cache};
    headers[answer.header_count++] = (struct http_header){"ETag", found.etag};
    headers[answer.header_count++] = (struct http_header){"Vary", "Accept-Encoding"};
    if (found.encoding != NULL && found.status == 200)
        headers[answer.header_count++] = (struct http_header){"Content-Encoding", found.encoding};
    if (found.policy != NULL)
        headers[answer.header_count++] =
            (struct http_header){"Content-Security-Policy", found.policy};
    answer.status = found.status;
    answer.body = found.body;
    job->call.answer(job->call.context, &answer);
    job_free(job);
}

static void serve_static(struct web_job *job)
{
    struct error err = {0};

    if (job->call.route->kind == WEB_CONSOLE) {
        console_serve(job);
    } else if (job->call.route->kind == WEB_PAGE) {
        landing_write(job->web, &job->out);
        job_answer(job, 200, "text/html; charset=utf-8", buffer_span(&job->out), NULL);
    } else if (web_document(&job->out)) {
        job_answer(job, 200, "application/json", buffer_span(&job->out), NULL);
    } else {
        error_set(&err, ERROR_LIMIT, "the document is too long");
        job_fail(job, 500, &err);
    }
}

static void serve_out_of_memory(const struct web_call *call)
{
    struct http_answer answer = {.status = 503};

    call->answer(call->context, &answer);
}

void web_serve(struct web *web, const struct web_call *call)
{
    struct web_job *job = job_make(web, call);
    struct error err = {0};

    if (job == NULL) {
        serve_out_of_memory(call);
        return;
    }
    if (web_route_is_open(call->route)) {
        serve_static(job);
        return;
    }
    if (!call_read(job, &err)) {
        job_fail(job, job_status(job, &err), &err);
        return;
    }
    if (call->route->kind == WEB_LOGIN) {
        login_begin(job);
        return;
    }
    if (call->route->kind == WEB_PASSWORD || call->route->kind == WEB_PROOF) {
        password_begin(job);
        return;
    }
    if (call->route->kind == WEB_UPLOAD) {
        error_set(&err, ERROR_BUG, "a file is taken as it comes");
        job_fail(job, 500, &err);
        return;
    }
    job_submit(job);
}
