/*
 * Log-in, and the change of one's own password: each is two jobs of the writer with the slow hash between them, on one of
 * two threads. Who fails at either waits (backoff.c).
 */
#include "web/private.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

/* --- the two jobs, waited for on a log-in thread --- */

static bool hash_run(struct journal *journal, struct job *base, struct error *err)
{
    struct web_job *job = (struct web_job *)base;

    return desk_login_hash(journal, job->officer, &job->arena, &job->hash, err);
}

/* What the counting of failures has found is written with the failure that showed it. */
static bool guess_write(struct web_job *job, struct journal *journal, struct error *err)
{
    return job->guess == GUESS_NONE ||
           desk_login_alarm(journal, guess_words[job->guess], job->call.client, err);
}

static bool end_run(struct journal *journal, struct job *base, struct error *err)
{
    struct web_job *job = (struct web_job *)base;
    struct span now;

    /* The password may have been changed, or its officer have left, while the old hash was worked on. */
    if (!desk_login_hash(journal, job->officer, &job->arena, &now, err))
        return false;
    job->is_right = job->is_right && span_equal(now, job->hash);
    return guess_write(job, journal, err) &&
           desk_login_end(journal, job->officer, job->call.client, job->is_right, &job->arena,
                          job->fresh, &job->session, err);
}

static void step_done(struct journal *journal, struct job *base, bool ok, const struct error *err)
{
    struct web_job *job = (struct web_job *)base;
    struct web *web = job->web;
    (void)journal;

    pthread_mutex_lock(&web->login_mutex);
    job->ok = ok;
    if (!ok)
        job->error = *err;
    job->is_done = true;
    pthread_cond_broadcast(&web->login_wake);
    pthread_mutex_unlock(&web->login_mutex);
}

bool job_step(struct web_job *job, bool (*run)(struct journal *, struct job *, struct error *),
              struct error *err)
{
    struct web *web = job->web;

    job->job = (struct job){.run = run, .done = step_done};
    job->is_done = false;
    if (!web->options.door.submit(web->options.door.context, &job->job, err))
        return false;
    pthread_mutex_lock(&web->login_mutex);
    while (!job->is_done)
        pthread_cond_wait(&web->login_wake, &web->login_mutex);
    pthread_mutex_unlock(&web->login_mutex);
    if (!job->ok)
        *err = job->error;
    return job->ok;
}

static void login_answer(struct web_job *job)
{
    char hex[2 * LOGIN_TOKEN_SIZE + 1];
    char cookie[sizeof WEB_COOKIE + sizeof hex + 64];
    struct json_writer writer = json_writer_make(&job->out);

    hex_write(span_make(job->fresh, LOGIN_TOKEN_SIZE), hex);
    snprintf(cookie, sizeof cookie, WEB_COOKIE "%s; Path=/; Secure; HttpOnly; SameSite=Strict",
             hex);
    session_write(job, &writer);
    session_tell(job);
    job_answer(job, job->call.route->status, "application/json", buffer_span(&job->out), cookie);
}

static void guess_tell(struct web_job *job)
{
    const struct web_door *door = &job->web->options.door;

    if (job->guess == GUESS_NONE)
        return;
    web_publish(job->web, "guessing", "", 0, 1);
    if (door->alarm != NULL)
        door->alarm(door->context, guess_words[job->guess]);
}

static void login_work(struct web_job *job)
{
    struct error err = {0};

    if (!job_step(job, hash_run, &err)) {
        job_fail(job, error_http_status(err.kind), &err);
        return;
    }
    job->is_right = desk_password_verify(job->hash, job->password);
    job->guess = backoff_note(job->web, job->officer, job->call.client, job->is_right);
    guess_tell(job);
    if (!job_step(job, end_run, &err)) {
        job_fail(job, error_http_status(err.kind), &err);
    } else if (job->session.until_ms == 0) {
        error_set(&err, ERROR_SESSION, "officer or password is wrong");
        job_fail(job, job_status(job, &err), &err);
    } else {
        login_answer(job);
    }
}

/* --- one's own password --- */

static bool old_run(struct journal *journal, struct job *base, struct error *err)
{
    struct web_job *job = (struct web_job *)base;

    if (!web_session_check(job, journal, err))
        return false;
    job->officer = job->session.officer;
    return job->is_over || desk_login_hash(journal, job->officer, &job->arena, &job->hash, err);
}

/* Looked up again: session and password may have gone while the hash was worked on. */
static bool change_run(struct journal *journal, struct job *base, struct error *err)
{
    struct web_job *job = (struct web_job *)base;
    struct span now;

    if (!web_session_check(job, journal, err))
        return false;
    if (job->is_over || !desk_login_hash(journal, job->officer, &job->arena, &now, err))
        return job->is_over;
    job->is_right = job->is_right && span_equal(now, job->hash);
    struct desk_password_change change = {.officer = job->officer,
                                          .client = job->call.client,
                                          .token = job->token,
                                          .hash = span_text(job->new_hash),
                                          .is_right = job->is_right};
    return guess_write(job, journal, err) &&
           desk_password_change(journal, &change, &job->arena, err);
}

/* One job of the two; false: it is answered. */
static bool password_step(struct web_job *job,
                          bool (*run)(struct journal *, struct job *, struct error *))
{
    struct error err = {0};

    if (!job_step(job, run, &err)) {
        job_fail(job, job->status != 0 ? job->status : error_http_status(err.kind), &err);
        return false;
    }
    if (job->is_over) {
        job_fail(job, 401, &job->over);
        return false;
    }
    return true;
}

/* After the session: who has none hears nothing else. */
static bool passwords_read(struct web_job *job, struct error *err)
{
    job->password = json_get_text(&job->arguments, "old", 1, LOGIN_PASSWORD_SIZE_MAX);
    job->new_password =
        json_get_text(&job->arguments, "new", LOGIN_PASSWORD_SIZE_MIN, LOGIN_PASSWORD_SIZE_MAX);
    json_object_end(&job->arguments);
    if (job->problems.count == 0 && span_equal(job->password, job->new_password))
        json_problem(&job->arguments, "new", ERROR_INPUT, "it is the old one");
    return problems_to_error(&job->problems, err);
}

static void password_work(struct web_job *job)
{
    struct error err = {0};

    if (!password_step(job, old_run))
        return;
    if (!passwords_read(job, &err)) {
        job_fail(job, 422, &err);
        return;
    }
    int64_t wait_s = backoff_wait_s(job->web, job->officer, job->call.client);
    if (wait_s > 0) {
        error_set(&err, ERROR_BUSY, "too many failures; wait %d seconds", (int)wait_s);
        job_fail(job, 429, &err);
        return;
    }
    job->is_right = desk_password_verify(job->hash, job->password);
    job->guess = backoff_note(job->web, job->officer, job->call.client, job->is_right);
    guess_tell(job);
    if (job->is_right && !desk_password_hash(job->new_password, job->new_hash, &err)) {
        job_fail(job, error_http_status(err.kind), &err);
        return;
    }
    if (!password_step(job, change_run))
        return;
    if (!job->is_right) {
        error_set(&err, ERROR_RULE, "the old password is wrong");
        job_fail(job, 403, &err);
        return;
    }
    job_answer(job, job->call.route->status, NULL, span_make(NULL, 0), NULL);
}

/* --- the same once more --- */

/* A failure leaves its entry as at log-in; a proof is seen by the act that it was for. */
static bool failure_run(struct journal *journal, struct job *base, struct error *err)
{
    struct web_job *job = (struct web_job *)base;
    struct desk_session none;

    return guess_write(job, journal, err) &&
           desk_login_end(journal, job->officer, job->call.client, false, &job->arena, job->fresh,
                          &none, err);
}

static void proof_work(struct web_job *job)
{
    struct error err = {0};

    if (!password_step(job, old_run))
        return;
    job->password = json_get_text(&job->arguments, "password", 1, LOGIN_PASSWORD_SIZE_MAX);
    json_object_end(&job->arguments);
    if (!problems_to_error(&job->problems, &err)) {
        job_fail(job, 422, &err);
        return;
    }
    int64_t wait_s = backoff_wait_s(job->web, job->officer, job->call.client);
    if (wait_s > 0) {
        error_set(&err, ERROR_BUSY, "too many failures; wait %d seconds", (int)wait_s);
        job_fail(job, 429, &err);
        return;
    }
    job->is_right = desk_password_verify(job->hash, job->password);
    job->guess = backoff_note(job->web, job->officer, job->call.client, job->is_right);
    guess_tell(job);
    if (job->is_right) {
        proof_note(job);
        job_answer(job, job->call.route->status, NULL, span_make(NULL, 0), NULL);
    } else if (password_step(job, failure_run)) {
        error_set(&err, ERROR_RULE, "the password is wrong");
        job_fail(job, 403, &err);
    }
}

/* --- the threads --- */

static void work(struct web_job *job)
{
    if (job->call.route->kind == WEB_PASSWORD)
        password_work(job);
    else if (job->call.route->kind == WEB_PROOF)
        proof_work(job);
    else
        login_work(job);
}

void *login_run(void *context)
{
    struct web *web = context;

    pthread_mutex_lock(&web->login_mutex);
    for (;;) {
        while (web->first == NULL && !web->is_stopping)
            pthread_cond_wait(&web->login_wake, &web->login_mutex);
        struct web_job *job = web->first;
        if (job == NULL)
            break;
        web->first = job->next;
        if (web->first == NULL)
            web->last = NULL;
        web->waiting--;
        pthread_mutex_unlock(&web->login_mutex);
        work(job);
        pthread_mutex_lock(&web->login_mutex);
    }
    pthread_mutex_unlock(&web->login_mutex);
    return NULL;
}

/* Under the lock. */
static size_t waiting_from(const struct web *web, struct span client)
{
    char place[HTTP_CLIENT_SIZE];
    char other[HTTP_CLIENT_SIZE];
    size_t count = 0;

    client_place(client, place);
    for (const struct web_job *job = web->first; job != NULL; job = job->next)
        count += span_is(client_place(job->call.client, other), place);
    return count;
}

static bool login_queue(struct web_job *job)
{
    struct web *web = job->web;

    pthread_mutex_lock(&web->login_mutex);
    bool has_room = web->waiting < LOGIN_QUEUE_MAX && !web->is_stopping &&
                    waiting_from(web, job->call.client) < LOGIN_ADDRESS_MAX;
    if (has_room) {
        if (web->last != NULL)
            web->last->next = job;
        else
            web->first = job;
        web->last = job;
        web->waiting++;
        pthread_cond_broadcast(&web->login_wake);
    }
    pthread_mutex_unlock(&web->login_mutex);
    return has_room;
}

void login_begin(struct web_job *job)
{
    struct error err = {0};

    job->officer = json_get_text(&job->arguments, "officer", 1, NAME_SIZE_MAX);
    job->password = json_get_text(&job->arguments, "password", 1, LOGIN_PASSWORD_SIZE_MAX);
    json_object_end(&job->arguments);
    if (!problems_to_error(&job->problems, &err)) {
        job_fail(job, 422, &err);
        return;
    }
    int64_t wait_s = backoff_wait_s(job->web, job->officer, job->call.client);
    if (wait_s > 0) {
        error_set(&err, ERROR_BUSY, "too many failures; wait %d seconds", (int)wait_s);
        job_fail(job, 429, &err);
    } else if (!login_queue(job)) {
        error_set(&err, ERROR_BUSY, "too many log-ins at once");
        job_fail(job, 503, &err);
    }
}

void password_begin(struct web_job *job)
{
    struct error err = {0};

    if (!login_queue(job)) {
        error_set(&err, ERROR_BUSY, "too many log-ins at once");
        job_fail(job, 503, &err);
    }
}
