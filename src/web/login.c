/*
 * Log-in, and what wants the password of an officer in a session, the proof and its change: each is two jobs of the writer
 * with the slow hash between them, on one of two threads. Who fails at either waits (backoff.c); who waits for a thread,
 * and in which order, is entrance.c. An officer's session is looked up before the password comes that far, so that a
 * cookie that is none, or a field that is wrong, takes nobody's place.
 */
#include "web/private.h"

#include "base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static struct web_job *job_of_place(struct entrance_place *place)
{
    return (struct web_job *)((char *)place - offsetof(struct web_job, place));
}

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

/* Who logs in from there again comes before strangers. */
static void address_know(const struct web_job *job)
{
    struct web *web = job->web;
    char place[HTTP_CLIENT_SIZE];

    pthread_mutex_lock(&web->login_mutex);
    entrance_know(&web->entrance, client_place(job->call.client, place));
    pthread_mutex_unlock(&web->login_mutex);
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
        address_know(job);
        login_answer(job);
    }
}

/* --- the way to a thread --- */

/* Too many failures there, or no room: told at once, since a flood of passwords is no work to be done later. */
static void enter(struct web_job *job, struct span session_of)
{
    struct web *web = job->web;
    char address[HTTP_CLIENT_SIZE];
    char network[DESK_NETWORK_SIZE];
    struct entrance_place *displaced = NULL;
    struct error err = {0};
    bool has_room = false;

    int64_t wait_s = backoff_wait_s(web, job->officer, job->call.client);
    if (wait_s > 0) {
        job->retry_s = wait_s;
        error_set(&err, ERROR_BUSY, "too many failures; wait %d seconds", (int)wait_s);
        job_fail(job, 429, &err);
        return;
    }
    struct span place = client_place(job->call.client, address);
    struct span net = desk_network(job->call.client, network);
    pthread_mutex_lock(&web->login_mutex);
    entrance_place_make(&web->entrance, session_of, place, net, &job->place);
    has_room = !web->is_stopping && entrance_add(&web->entrance, &job->place, &displaced);
    pthread_cond_broadcast(&web->login_wake);
    pthread_mutex_unlock(&web->login_mutex);
    error_set(&err, ERROR_BUSY, "too many log-ins at once");
    if (!has_room)
        job_fail(job, 503, &err);
    if (displaced != NULL)
        job_fail(job_of_place(displaced), 503, &err);
}

void login_begin(struct web_job *job)
{
    struct error err = {0};

    job->officer = json_get_text(&job->arguments, "officer", 1, NAME_SIZE_MAX);
    job->password = json_get_text(&job->arguments, "password", 1, LOGIN_PASSWORD_SIZE_MAX);
    json_object_end(&job->arguments);
    if (problems_to_error(&job->problems, &err))
        enter(job, span_text(""));
    else
        job_fail(job, 422, &err);
}

/* --- the password of an officer in a session --- */

/* After the session: who has none hears nothing else. */
static bool passwords_read(struct web_job *job, struct error *err)
{
    if (job->call.route->kind == WEB_PROOF) {
        job->password = json_get_text(&job->arguments, "password", 1, LOGIN_PASSWORD_SIZE_MAX);
    } else {
        job->password = json_get_text(&job->arguments, "old", 1, LOGIN_PASSWORD_SIZE_MAX);
        job->new_password =
            json_get_text(&job->arguments, "new", LOGIN_PASSWORD_SIZE_MIN, LOGIN_PASSWORD_SIZE_MAX);
    }
    json_object_end(&job->arguments);
    if (job->problems.count == 0 && span_equal(job->password, job->new_password))
        json_problem(&job->arguments, "new", ERROR_INPUT, "it is the old one");
    return problems_to_error(&job->problems, err);
}

static bool session_run(struct journal *journal, struct job *base, struct error *err)
{
    struct web_job *job = (struct web_job *)base;

    if (!web_session_check(job, journal, err))
        return false;
    job->officer = job->session.officer;
    return job->is_over || desk_login_hash(journal, job->officer, &job->arena, &job->hash, err);
}

/* In the writer, after the commit. */
static void session_done(struct journal *journal, struct job *base, bool ok,
                         const struct error *err)
{
    struct web_job *job = (struct web_job *)base;
    struct error wrong = {0};
    (void)journal;

    waiting_remove(job);
    if (!ok)
        job_fail(job, job_status(job, err), err);
    else if (job->is_over)
        job_fail(job, 401, &job->over);
    else if (!passwords_read(job, &wrong))
        job_fail(job, 422, &wrong);
    else
        enter(job, job->officer);
}

void password_begin(struct web_job *job)
{
    struct error err = {0};

    job->job = (struct job){.run = session_run, .done = session_done};
    if (!waiting_add(job, &err) ||
        !job->web->options.door.submit(job->web->options.door.context, &job->job, &err))
        job_fail(job, job_status(job, &err), &err);
}

/* The hash is compared; what came of it is counted, and *is_right is set. */
static void password_compare(struct web_job *job)
{
    job->is_right = desk_password_verify(job->hash, job->password);
    job->guess = backoff_note(job->web, job->officer, job->call.client, job->is_right);
    guess_tell(job);
}

/* Session and password are looked up again: both may have gone while the hash was worked on. False: an error, or the
 * session is over. */
static bool still_right(struct web_job *job, struct journal *journal, struct error *err)
{
    struct span now;

    if (!web_session_check(job, journal, err) || job->is_over ||
        !desk_login_hash(journal, job->officer, &job->arena, &now, err))
        return false;
    job->is_right = job->is_right && span_equal(now, job->hash);
    return true;
}

static bool change_run(struct journal *journal, struct job *base, struct error *err)
{
    struct web_job *job = (struct web_job *)base;

    if (!still_right(job, journal, err))
        return job->is_over;
    struct desk_password_change change = {.officer = job->officer,
                                          .client = job->call.client,
                                          .token = job->token,
                                          .hash = span_text(job->new_hash),
                                          .is_right = job->is_right};
    return guess_write(job, journal, err) &&
           desk_password_change(journal, &change, &job->arena, err);
}

/* A failure leaves its entry as at log-in; a proof is seen by the act that it was for. */
static bool proof_run(struct journal *journal, struct job *base, struct error *err)
{
    struct web_job *job = (struct web_job *)base;
    struct desk_session none;

    if (!still_right(job, journal, err))
        return job->is_over;
    return job->is_right || (guess_write(job, journal, err) &&
                             desk_login_end(journal, job->officer, job->call.client, false,
                                            &job->arena, job->fresh, &none, err));
}

/* The second job; false: it is answered. */
static bool password_step(struct web_job *job,
                          bool (*run)(struct journal *, struct job *, struct error *))
{
    struct error err = {0};

    if (!job_step(job, run, &err)) {
        job_fail(job, job_status(job, &err), &err);
        return false;
    }
    if (job->is_over) {
        job_fail(job, 401, &job->over);
        return false;
    }
    return true;
}

static void password_work(struct web_job *job)
{
    struct error err = {0};

    password_compare(job);
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

static void proof_work(struct web_job *job)
{
    struct error err = {0};

    password_compare(job);
    if (!password_step(job, proof_run))
        return;
    if (!job->is_right) {
        error_set(&err, ERROR_RULE, "the password is wrong");
        job_fail(job, 403, &err);
        return;
    }
    proof_note(job);
    job_answer(job, job->call.route->status, NULL, span_make(NULL, 0), NULL);
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
        struct entrance_place *place = entrance_take(&web->entrance);
        if (place == NULL && web->is_stopping)
            break;
        if (place == NULL) {
            pthread_cond_wait(&web->login_wake, &web->login_mutex);
            continue;
        }
        enum entrance_kind kind = place->kind;
        pthread_mutex_unlock(&web->login_mutex);
        work(job_of_place(place)); /* which frees it */
        pthread_mutex_lock(&web->login_mutex);
        entrance_done(&web->entrance, kind);
    }
    pthread_mutex_unlock(&web->login_mutex);
    return NULL;
}
