/*
 * The courier: one thread drives all partners; no call waits for another partner. A partner that cannot be reached is
 * probed with back-off; only when it answers are entries numbered and sent.
 */
#include "exchange/private.h"

#include "journal/contact.h"
#include "journal/resume.h"

#include <stdio.h>
#include <stdlib.h>

int64_t exchange_now_ms(const struct exchange *exchange)
{
    return exchange->journal->env->now_ms(exchange->journal->env->context);
}

int64_t exchange_ticks_ms(const struct exchange *exchange)
{
    return exchange->journal->env->monotonic_ms(exchange->journal->env->context);
}

static void want(struct exchange *exchange, size_t partner, enum operation_kind kind)
{
    pthread_mutex_lock(&exchange->mutex);
    exchange->wants[partner][kind] = true;
    pthread_mutex_unlock(&exchange->mutex);
}

void exchange_notice(struct exchange *exchange, const struct journal_event *event)
{
    if (event->line >= exchange->partner_count)
        return;
    if (event->kind == JOURNAL_PARTS || event->kind == JOURNAL_ARRIVED)
        want(exchange, event->line, OPERATION_FETCH);
    if (event->kind == JOURNAL_SUSPENDED)
        want(exchange, event->line, OPERATION_PROBE);
    if (event->kind == JOURNAL_RESUME)
        want(exchange, event->line, OPERATION_RESUME);
    if (event->kind != JOURNAL_ALARM)
        want(exchange, event->line, OPERATION_POST);
    exchange->line.wake(exchange->line.context);
}

/* --- between threads: a finished job comes into the inbox --- */

static void inbox_put(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct operation *operation = (struct operation *)job;
    struct exchange *exchange = operation->exchange;
    (void)journal;

    pthread_mutex_lock(&exchange->mutex);
    operation->ok = ok;
    if (!ok)
        operation->error = *err;
    operation->phase = operation->phase == PHASE_PREPARING ? PHASE_READY : PHASE_DONE;
    operation->next = exchange->inbox;
    exchange->inbox = operation;
    pthread_mutex_unlock(&exchange->mutex);
    exchange->line.wake(exchange->line.context);
}

static bool job_put(struct operation *operation,
                    bool (*run)(struct journal *, struct job *, struct error *),
                    enum operation_phase phase)
{
    struct error err = {0};

    operation->job = (struct job){.run = run, .done = inbox_put, .size = operation->answer.size};
    operation->phase = phase;
    return journal_submit(operation->exchange->journal, &operation->job, &err);
}

void operation_want(struct operation *operation, enum operation_kind kind)
{
    want(operation->exchange, (size_t)(operation->partner - operation->exchange->partners), kind);
}

void operation_back_off(struct operation *operation, int64_t wait_ms)
{
    operation->phase = PHASE_IDLE;
    operation->not_before_ms = exchange_ticks_ms(operation->exchange) + wait_ms;
    operation_want(operation, operation->kind);
}

/* --- reachability --- */

static bool unreachable_run(struct journal *journal, struct job *job, struct error *err)
{
    struct courier_partner *partner =
        (struct courier_partner *)(void *)((uint8_t *)job -
                                           offsetof(struct courier_partner, unreachable));
    (void)err;
    contact_set(&journal->lines[partner->line], false);
    return true;
}

static void unreachable_done(struct journal *journal, struct job *job, bool ok,
                             const struct error *err)
{
    struct courier_partner *partner =
        (struct courier_partner *)(void *)((uint8_t *)job -
                                           offsetof(struct courier_partner, unreachable));
    (void)journal;
    (void)ok;
    (void)err;
    __atomic_store_n(&partner->unreachable_busy, false, __ATOMIC_RELEASE);
}

/* `began_ms`: of the call that failed. What was under way when the line went down went down with it: one failure. */
static void partner_failed(struct exchange *exchange, struct courier_partner *partner,
                           int64_t began_ms, const struct error *error)
{
    struct error err = {0};
    bool is_another = partner->failures == 0 || began_ms > partner->failed_ms;

    pthread_mutex_lock(&exchange->mutex);
    partner->failures += is_another;
    snprintf(partner->last_error, sizeof partner->last_error, "%s",
             error == NULL ? "" : error->text);
    bool was_reachable = partner->is_reachable;
    partner->is_reachable = false;
    pthread_mutex_unlock(&exchange->mutex);
    if (is_another) {
        partner->failed_ms = exchange_ticks_ms(exchange);
        partner->retry_at_ms = partner->failed_ms + backoff_ms(exchange->journal->env,
                                                               partner->failures, BACKOFF_MAX_MS);
    }
    want(exchange, (size_t)(partner - exchange->partners), OPERATION_PROBE);
    if (!was_reachable || __atomic_exchange_n(&partner->unreachable_busy, true, __ATOMIC_ACQ_REL))
        return;
    partner->unreachable = (struct job){.run = unreachable_run, .done = unreachable_done};
    if (!journal_submit(exchange->journal, &partner->unreachable, &err))
        __atomic_store_n(&partner->unreachable_busy, false, __ATOMIC_RELEASE);
}

static void partner_reached(struct exchange *exchange, struct courier_partner *partner)
{
    size_t at = (size_t)(partner - exchange->partners);

    pthread_mutex_lock(&exchange->mutex);
    partner->is_reachable = true;
    partner->must_show = false;
    partner->failures = 0;
    partner->last_error[0] = '\0';
    pthread_mutex_unlock(&exchange->mutex);
    want(exchange, at, OPERATION_POST);
    want(exchange, at, OPERATION_FETCH);
    want(exchange, at, OPERATION_WITNESS);
    want(exchange, at, OPERATION_RESUME);
}

/* --- one operation --- */

static const char *const paths[OPERATION_COUNT] = {
    [OPERATION_PROBE] = PATH_PROBE,
    [OPERATION_POST] = PATH_PUSH,
    [OPERATION_WITNESS] = PATH_ADD_CHECKPOINT,
    [OPERATION_FETCH] = PATH_RANGES,
    [OPERATION_RESUME] = PATH_RESUME,
};

static size_t answer_size_max(enum operation_kind kind)
{
    return kind == OPERATION_RESUME ? RESUME_ANSWER_SIZE_MAX : RANGE_SIZE_MAX;
}

static void call_done(void *context, unsigned status, struct span response,
                      const struct error *error);

struct exchange_way exchange_way_to(struct exchange *exchange,
                                    const struct courier_partner *partner)
{
    if (exchange->line.way == NULL)
        return (struct exchange_way){.may_call = true};
    return exchange->line.way(exchange->line.context, partner->name);
}

void path_write(unsigned protocol, const char *path, char out[PULL_PATH_SIZE_MAX + 1])
{
    snprintf(out, PULL_PATH_SIZE_MAX + 1, "/%u%s", protocol, path + strlen("/1"));
}

int64_t call_deadline_ms(size_t size)
{
    int64_t deadline_ms = CALL_MS + (int64_t)(size / CALL_RATE_MIN) * 1000;
    return deadline_ms < PULL_MS ? deadline_ms : PULL_MS;
}

/* Who keeps pulls open here says that it cannot be called; everyone else is called where an address is known. */
static bool partner_call(struct operation *operation, struct error *err)
{
    struct exchange *exchange = operation->exchange;
    struct courier_partner *partner = operation->partner;
    struct exchange_way way = exchange_way_to(exchange, partner);
    struct span body = buffer_span(&operation->body);
    int64_t deadline_ms = call_deadline_ms(body.size);
    char path[PULL_PATH_SIZE_MAX + 1];

    operation->called_ms = exchange_ticks_ms(exchange);
    path_write(operation->protocol, paths[operation->kind], path);
    if (way.may_wait && pull_is_present(partner, exchange_ticks_ms(exchange)))
        return pull_call(exchange, partner, path, body, answer_size_max(operation->kind),
                         deadline_ms, call_done, operation, err);
    if (way.may_call)
        return exchange->line.call(exchange->line.context, partner->name, path, body,
                                   answer_size_max(operation->kind), deadline_ms, call_done,
                                   operation, err);
    return error_set(err, ERROR_LINK,
                     way.may_wait ? "%s has to call us, and does not"
                                  : "no address of %s is known here",
                     partner->name);
}

static void call_begin(struct operation *operation)
{
    struct exchange *exchange = operation->exchange;
    struct error err = {0};

    operation->phase = PHASE_CALLING;
    operation->partner->tried_ms = exchange_ticks_ms(exchange);
    if (partner_call(operation, &err))
        return;
    operation->phase = PHASE_IDLE;
    partner_failed(exchange, operation->partner, operation->called_ms, &err);
    operation_back_off(operation, backoff_ms(exchange->journal->env, operation->partner->failures,
                                             BACKOFF_MAX_MS));
}

static void completion_put(struct operation *operation)
{
    if (!job_put(operation, operation_complete, PHASE_COMPLETING))
        operation_back_off(operation, BACKOFF_MIN_MS);
}

static void fetch_go_on(struct operation *operation);

static void fetch_failed(struct operation *operation, const struct error *err)
{
    struct courier_partner *partner = operation->partner;

    pthread_mutex_lock(&operation->exchange->mutex);
    snprintf(partner->last_error, sizeof partner->last_error, "%s", err->text);
    pthread_mutex_unlock(&operation->exchange->mutex);
    fetch_end(&operation->fetch);
    operation->fetch.failed_entry = operation->fetch.wanted.entry;
    operation->fetch.failed_number = operation->fetch.wanted.number;
    if (err->kind == ERROR_INPUT) { /* not the file that was named: never asked for again */
        operation->ok = false;
        completion_put(operation);
        return;
    }
    operation->failures++;
    operation_back_off(operation, backoff_ms(operation->exchange->journal->env, operation->failures,
                                             BACKOFF_MAX_MS));
}

static void fetch_whole(struct operation *operation)
{
    struct fetch *fetch = &operation->fetch;
    struct error err = {0};
    uint8_t sha256[DIGEST_SIZE];

    bool ok = attachment_finish(&fetch->writer, sha256, &err);
    fetch_end(fetch);
    if (!ok) {
        fetch_failed(operation, &err);
        return;
    }
    operation->ok = digest_is_equal(sha256, fetch->wanted.sha256);
    completion_put(operation);
}

static void fetch_go_on(struct operation *operation)
{
    struct error err = {0};
    bool is_whole = false;

    if (!fetch_next(operation, &is_whole, &err))
        fetch_failed(operation, &err);
    else if (is_whole)
        fetch_whole(operation);
    else
        call_begin(operation);
}

static void fetch_answered(struct operation *operation)
{
    struct error err = {0};

    if (operation->status == 0)
        fetch_unanswered(&operation->fetch);
    if (operation->status != 200) {
        error_set(&err, ERROR_LINK, "%s answered %u to a question for an attachment",
                  operation->partner->name, operation->status);
        fetch_failed(operation, &err);
        return;
    }
    if (!fetch_take(operation, &err)) {
        fetch_failed(operation, &err);
        return;
    }
    operation->failures = 0;
    fetch_go_on(operation);
}

static void call_done(void *context, unsigned status, struct span response,
                      const struct error *error)
{
    struct operation *operation = context;

    operation->status = status;
    operation->took_ms = exchange_ticks_ms(operation->exchange) - operation->called_ms;
    operation->ended_ms = exchange_now_ms(operation->exchange);
    buffer_clear(&operation->answer);
    buffer_add(&operation->answer, response);
    if (status == 0)
        partner_failed(operation->exchange, operation->partner, operation->called_ms, error);
    if (operation->kind == OPERATION_FETCH)
        fetch_answered(operation);
    else if (status == 0 && operation->kind != OPERATION_POST)
        operation_back_off(operation, 0);
    else
        completion_put(operation);
}

/* The job before the call is done. */
static void operation_ready(struct operation *operation)
{
    if (!operation->ok) {
        operation->phase = PHASE_IDLE;
        if (operation->error.kind == ERROR_MISSING)
            return;
        pthread_mutex_lock(&operation->exchange->mutex);
        snprintf(operation->partner->last_error, sizeof operation->partner->last_error, "%s",
                 operation->error.text);
        pthread_mutex_unlock(&operation->exchange->mutex);
        operation_back_off(operation, 1000);
        return;
    }
    if (operation->kind == OPERATION_FETCH)
        fetch_go_on(operation);
    else
        call_begin(operation);
}

static bool is_success(const struct operation *operation)
{
    return operation->ok && operation->status == 200;
}

#define RESUME_RETRY_MS 5000 /* an officer of the partner has to allow it: nobody waits for less */

static void resume_done(struct operation *operation)
{
    struct courier_partner *partner = operation->partner;
    size_t at = (size_t)(partner - operation->exchange->partners);

    if (is_success(operation)) {
        want(operation->exchange, at, OPERATION_RESUME); /* the next range */
        return;
    }
    pthread_mutex_lock(&operation->exchange->mutex);
    snprintf(partner->last_error, sizeof partner->last_error, "%s", operation->error.text);
    pthread_mutex_unlock(&operation->exchange->mutex);
    operation_back_off(operation, RESUME_RETRY_MS);
}

/* The job behind the answer is done. */
static void operation_done(struct operation *operation)
{
    struct exchange *exchange = operation->exchange;
    size_t at = (size_t)(operation->partner - exchange->partners);

    operation->phase = PHASE_IDLE;
    if (operation->kind == OPERATION_FETCH) {
        if (operation->ok)
            want(exchange, at, OPERATION_FETCH); /* the next one */
        else
            operation_back_off(operation, 5000);
        return;
    }
    if (operation->kind == OPERATION_PROBE) {
        if (is_success(operation))
            partner_reached(exchange, operation->partner);
        else
            partner_failed(exchange, operation->partner, operation->called_ms, &operation->error);
        return;
    }
    if (operation->kind == OPERATION_RESUME) {
        resume_done(operation);
        return;
    }
    if (!is_success(operation)) {
        operation_refused(operation);
        return;
    }
    operation->failures = 0;
    operation->partner->failures = 0;
    if (operation->kind != OPERATION_POST)
        return;
    pthread_mutex_lock(&exchange->mutex);
    operation->partner->refused[0] = '\0';
    pthread_mutex_unlock(&exchange->mutex);
    want(exchange, at, OPERATION_POST);
}

/* Something there keeps our entries here. */
static bool is_held_up(struct exchange *exchange, size_t at)
{
    return exchange->partners[at].refused[0] != '\0' ||
           __atomic_load_n(&exchange->journal->lines[at].is_suspended_there, __ATOMIC_RELAXED);
}

static bool inbox_empty(struct exchange *exchange)
{
    pthread_mutex_lock(&exchange->mutex);
    struct operation *operation = exchange->inbox;
    exchange->inbox = NULL;
    pthread_mutex_unlock(&exchange->mutex);
    bool did = operation != NULL;
    while (operation != NULL) {
        struct operation *next = operation->next;
        if (operation == &exchange->beat) {
            operation->phase = PHASE_IDLE;
            for (size_t i = 0; i < exchange->partner_count; i++) {
                want(exchange, i, OPERATION_WITNESS);
                if (is_held_up(exchange, i))
                    want(exchange, i, OPERATION_PROBE); /* it may have changed there since */
            }
        } else if (operation->phase == PHASE_READY) {
            operation_ready(operation);
        } else {
            operation_done(operation);
        }
        operation = next;
    }
    return did;
}

/* The writer moves a phase on when its job is done. */
static bool is_busy(struct operation *operation)
{
    pthread_mutex_lock(&operation->exchange->mutex);
    bool busy = operation->phase != PHASE_IDLE;
    pthread_mutex_unlock(&operation->exchange->mutex);
    return busy;
}

static bool is_wanted(struct exchange *exchange, struct courier_partner *partner,
                      enum operation_kind kind)
{
    size_t at = (size_t)(partner - exchange->partners);
    struct operation *operation = &partner->operations[kind];
    int64_t now_ms = exchange_ticks_ms(exchange);

    if (is_busy(operation) || operation->not_before_ms > now_ms)
        return false;
    if (kind == OPERATION_PROBE ? partner->retry_at_ms > now_ms : !partner->is_reachable)
        return false;
    if (kind == OPERATION_POST && partner->must_show)
        return false;
    pthread_mutex_lock(&exchange->mutex);
    bool wanted = exchange->wants[at][kind];
    exchange->wants[at][kind] = false;
    pthread_mutex_unlock(&exchange->mutex);
    return wanted;
}

void courier_knock(struct exchange *exchange, struct courier_partner *partner)
{
    pthread_mutex_lock(&exchange->mutex);
    bool is_news = !partner->is_reachable && !partner->has_knocked;
    partner->has_knocked = partner->has_knocked || is_news;
    pthread_mutex_unlock(&exchange->mutex);
    if (is_news)
        exchange->line.wake(exchange->line.context);
}

/* A partner that calls us is there: we try now, whatever the back-off says, but not at each of its calls. */
static void knock_hear(struct exchange *exchange, struct courier_partner *partner)
{
    int64_t now_ms = exchange_ticks_ms(exchange);

    pthread_mutex_lock(&exchange->mutex);
    bool is_heard = partner->has_knocked && partner->tried_ms + KNOCK_MS <= now_ms;
    if (is_heard)
        partner->has_knocked = false;
    pthread_mutex_unlock(&exchange->mutex);
    if (!is_heard)
        return;
    if (partner->retry_at_ms > now_ms)
        partner->retry_at_ms = now_ms;
    if (partner->operations[OPERATION_PROBE].not_before_ms > now_ms)
        partner->operations[OPERATION_PROBE].not_before_ms = now_ms;
}

static bool partner_pump(struct exchange *exchange, struct courier_partner *partner)
{
    knock_hear(exchange, partner);
    bool did = pull_pump(exchange, partner);
    for (size_t kind = 0; kind < OPERATION_COUNT; kind++) {
        struct operation *operation = &partner->operations[kind];
        if (!is_wanted(exchange, partner, (enum operation_kind)kind))
            continue;
        did = true;
        operation->status = 0;
        if (!job_put(operation, operation_prepare, PHASE_PREPARING))
            operation_back_off(operation, BACKOFF_MIN_MS);
    }
    return did;
}

static bool beat_run(struct journal *journal, struct job *job, struct error *err)
{
    (void)job;
    return journal_beat(journal, err);
}

static bool beat_pump(struct exchange *exchange)
{
    if (is_busy(&exchange->beat) || exchange->next_beat_ms > exchange_ticks_ms(exchange))
        return false;
    exchange->next_beat_ms = exchange_ticks_ms(exchange) + BEAT_MS;
    if (!job_put(&exchange->beat, beat_run, PHASE_COMPLETING))
        exchange->beat.phase = PHASE_IDLE;
    return true;
}

/* Partners that came since: an agreement was adopted while the node runs. */
static void partners_follow(struct exchange *exchange)
{
    size_t count = __atomic_load_n(&exchange->journal->line_count, __ATOMIC_ACQUIRE);
    while (exchange->partner_count < count) {
        size_t at = exchange->partner_count;
        struct courier_partner *partner = &exchange->partners[at];
        partner->line = at;
        snprintf(partner->name, sizeof partner->name, "%s", exchange->journal->lines[at].partner);
        for (size_t kind = 0; kind < OPERATION_COUNT; kind++)
            partner->operations[kind] = (struct operation){
                .exchange = exchange,
                .partner = partner,
                .kind = (enum operation_kind)kind,
                .protocol = 1,
                .body = buffer_make(POST_SIZE_MAX),
                .answer = buffer_make(answer_size_max((enum operation_kind)kind)),
                .fetch.wanted.segments = buffer_make(BODY_SIZE_MAX),
                .fetch.piece = buffer_make(SEGMENT_SIZE)};
        pull_start(exchange, partner);
        want(exchange, at, OPERATION_PROBE);
        __atomic_store_n(&exchange->partner_count, at + 1, __ATOMIC_RELEASE);
    }
}

bool courier_pump(struct exchange *exchange)
{
    partners_follow(exchange);
    bool did = inbox_empty(exchange);
    for (size_t i = 0; i < exchange->partner_count; i++)
        did = partner_pump(exchange, &exchange->partners[i]) || did;
    return beat_pump(exchange) || did;
}

int64_t courier_timeout_ms(struct exchange *exchange)
{
    int64_t now_ms = exchange_ticks_ms(exchange);
    int64_t least = 1000;

    for (size_t i = 0; i < exchange->partner_count; i++) {
        struct courier_partner *partner = &exchange->partners[i];
        if (!partner->is_reachable && partner->retry_at_ms - now_ms < least)
            least = partner->retry_at_ms - now_ms;
        for (size_t kind = 0; kind < OPERATION_COUNT; kind++) {
            int64_t wait = partner->operations[kind].not_before_ms - now_ms;
            if (wait > 0 && wait < least)
                least = wait;
        }
        least = pull_timeout_ms(partner, now_ms, least);
    }
    return least < 1 ? 1 : least;
}

bool exchange_make(struct journal *journal, const struct exchange_line *line, struct exchange **out,
                   struct error *err)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);

    if (exchange == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    exchange->journal = journal;
    exchange->line = *line;
    exchange->beat = (struct operation){.exchange = exchange, .kind = OPERATION_WITNESS};
    exchange->next_beat_ms = exchange_ticks_ms(exchange) + 1000;
    pthread_mutex_init(&exchange->mutex, NULL);
    partners_follow(exchange);
    *out = exchange;
    return true;
}

void exchange_free(struct exchange **exchange)
{
    if (*exchange == NULL)
        return;
    for (size_t i = 0; i < (*exchange)->partner_count; i++) {
        pull_end(*exchange, &(*exchange)->partners[i]);
        for (size_t kind = 0; kind < OPERATION_COUNT; kind++) {
            struct operation *operation = &(*exchange)->partners[i].operations[kind];
            fetch_end(&operation->fetch);
            buffer_free(&operation->fetch.wanted.segments);
            buffer_free(&operation->fetch.piece);
            buffer_free(&operation->body);
            buffer_free(&operation->answer);
        }
    }
    pthread_mutex_destroy(&(*exchange)->mutex);
    free(*exchange);
    *exchange = NULL;
}

void exchange_state(struct exchange *exchange, size_t line, struct exchange_state *out)
{
    *out = (struct exchange_state){.is_reachable = false};
    if (line >= __atomic_load_n(&exchange->partner_count, __ATOMIC_ACQUIRE))
        return;
    pthread_mutex_lock(&exchange->mutex);
    out->is_reachable = exchange->partners[line].is_reachable;
    out->failures = exchange->partners[line].failures;
    snprintf(out->last_error, sizeof out->last_error, "%s", exchange->partners[line].last_error);
    snprintf(out->refused, sizeof out->refused, "%s", exchange->partners[line].refused);
    snprintf(out->contact_error, sizeof out->contact_error, "%s",
             exchange->partners[line].contact_error);
    snprintf(out->pull_error, sizeof out->pull_error, "%s", exchange->partners[line].pull_error);
    out->is_pulled = pull_is_present(&exchange->partners[line], exchange_ticks_ms(exchange));
    pthread_mutex_unlock(&exchange->mutex);
}
