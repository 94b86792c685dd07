/*
 * Log-in and back-off. A log-in is two jobs of the writer with the slow hash between them, on one of two threads. Who fails
 * again and again waits longer each time: per officer at an address, so that a name cannot be guessed at and yet nobody
 * elsewhere keeps its officer out, and per address, so that not every name can be tried. The counters live in memory
 * alone; a restart forgets them, and the log keeps the attempts.
 */
#include "web/private.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

#define OFFICER_FREE_MAX 5u  /* failures before one waits */
#define ADDRESS_FREE_MAX 20u /* a desk behind one address mistypes more often */
#define WAIT_MAX_MS      (INT64_C(15) * 60 * 1000)
#define DOUBLE_MAX       20u

/* --- back-off --- */

static int64_t now_ms(const struct web *web)
{
    return web->options.env->monotonic_ms(web->options.env->context);
}

static struct backoff_slot *slot_find(struct web *web, const char *key)
{
    for (size_t i = 0; i < BACKOFF_SLOTS; i++)
        if (web->backoff[i].failures > 0 && strcmp(web->backoff[i].key, key) == 0)
            return &web->backoff[i];
    return NULL;
}

static struct backoff_slot *slot_take(struct web *web, const char *key)
{
    struct backoff_slot *oldest = &web->backoff[0];
    struct backoff_slot *slot = slot_find(web, key);

    if (slot != NULL)
        return slot;
    for (size_t i = 0; i < BACKOFF_SLOTS; i++) {
        if (web->backoff[i].failures == 0) {
            oldest = &web->backoff[i];
            break;
        }
        if (web->backoff[i].last_ms < oldest->last_ms)
            oldest = &web->backoff[i];
    }
    *oldest = (struct backoff_slot){.failures = 0};
    snprintf(oldest->key, sizeof oldest->key, "%s", key);
    return oldest;
}

static int64_t slot_wait_ms(const struct web *web, const struct backoff_slot *slot, unsigned free)
{
    if (slot == NULL || slot->failures < free)
        return 0;
    unsigned doubled = slot->failures - free;
    int64_t wait_ms = INT64_C(1000) << (doubled > DOUBLE_MAX ? DOUBLE_MAX : doubled);
    int64_t left_ms = slot->last_ms + (wait_ms > WAIT_MAX_MS ? WAIT_MAX_MS : wait_ms) - now_ms(web);
    return left_ms > 0 ? left_ms : 0;
}

/* An address has no space, so that no name reads as another's key. */
static void keys_write(char officer_key[BACKOFF_KEY_SIZE], char address_key[BACKOFF_KEY_SIZE],
                       struct span officer, struct span client)
{
    struct span address = span_part(client, 0, HTTP_CLIENT_SIZE);
    struct span name = span_part(officer, 0, NAME_SIZE_MAX);

    snprintf(officer_key, BACKOFF_KEY_SIZE, "o %.*s %.*s", SPAN_ARG(address), SPAN_ARG(name));
    snprintf(address_key, BACKOFF_KEY_SIZE, "a %.*s", SPAN_ARG(address));
}

int64_t backoff_wait_s(struct web *web, struct span officer, struct span client)
{
    char officer_key[BACKOFF_KEY_SIZE];
    char address_key[BACKOFF_KEY_SIZE];

    keys_write(officer_key, address_key, officer, client);
    pthread_mutex_lock(&web->login_mutex);
    int64_t wait_ms = slot_wait_ms(web, slot_find(web, officer_key), OFFICER_FREE_MAX);
    int64_t address_ms = slot_wait_ms(web, slot_find(web, address_key), ADDRESS_FREE_MAX);
    pthread_mutex_unlock(&web->login_mutex);
    return ((address_ms > wait_ms ? address_ms : wait_ms) + 999) / 1000;
}

static void slot_note(struct web *web, const char *key)
{
    struct backoff_slot *slot = slot_take(web, key);

    slot->failures++;
    slot->last_ms = now_ms(web);
}

void backoff_note(struct web *web, struct span officer, struct span client, bool is_right)
{
    char officer_key[BACKOFF_KEY_SIZE];
    char address_key[BACKOFF_KEY_SIZE];

    keys_write(officer_key, address_key, officer, client);
    pthread_mutex_lock(&web->login_mutex);
    struct backoff_slot *slot = slot_find(web, officer_key);
    /* A right password clears the officer's count, not the address's: one account must not free an attacker's. */
    if (is_right && slot != NULL)
        slot->failures = 0;
    if (!is_right) {
        slot_note(web, officer_key);
        slot_note(web, address_key);
    }
    pthread_mutex_unlock(&web->login_mutex);
}

/* --- the two jobs, waited for on a log-in thread --- */

static bool hash_run(struct journal *journal, struct job *base, struct error *err)
{
    struct web_job *job = (struct web_job *)base;

    return desk_login_hash(journal, job->officer, &job->arena, &job->hash, err);
}

static bool end_run(struct journal *journal, struct job *base, struct error *err)
{
    struct web_job *job = (struct web_job *)base;
    struct span now;

    /* The password may have been changed, or its officer have left, while the old hash was worked on. */
    if (!desk_login_hash(journal, job->officer, &job->arena, &now, err))
        return false;
    job->is_right = job->is_right && span_equal(now, job->hash);
    return desk_login_end(journal, job->officer, job->call.client, job->is_right, &job->arena,
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

static bool step(struct web_job *job, bool (*run)(struct journal *, struct job *, struct error *),
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
    job_answer(job, job->call.route->status, "application/json", buffer_span(&job->out), cookie);
}

static void login_work(struct web_job *job)
{
    struct error err = {0};

    if (!step(job, hash_run, &err)) {
        job_fail(job, error_http_status(err.kind), &err);
        return;
    }
    job->is_right = desk_password_verify(job->hash, job->password);
    backoff_note(job->web, job->officer, job->call.client, job->is_right);
    if (!step(job, end_run, &err)) {
        job_fail(job, error_http_status(err.kind), &err);
    } else if (job->session.until_ms == 0) {
        error_set(&err, ERROR_RULE, "officer or password is wrong");
        job_fail(job, 401, &err);
    } else {
        login_answer(job);
    }
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
        login_work(job);
        pthread_mutex_lock(&web->login_mutex);
    }
    pthread_mutex_unlock(&web->login_mutex);
    return NULL;
}

/* Under the lock. */
static size_t waiting_from(const struct web *web, struct span client)
{
    size_t count = 0;

    for (const struct web_job *job = web->first; job != NULL; job = job->next)
        count += span_equal(job->call.client, client);
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
