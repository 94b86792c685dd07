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

void courier_want(struct exchange *exchange, size_t partner, enum operation_kind kind)
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
        courier_want(exchange, event->line, OPERATION_FETCH);
    if (event->kind == JOURNAL_SUSPENDED)
        courier_want(exchange, event->line, OPERATION_PROBE);
    if (event->kind == JOURNAL_RESUME)
        courier_want(exchange, event->line, OPERATION_RESUME);
    if (event->kind == JOURNAL_RESUME)
        courier_want(exchange, event->line, OPERATION_FRESH);
    if (event->kind != JOURNAL_ALARM)
        courier_want(exchange, event->line, OPERATION_POST);
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
    courier_want(operation->exchange, (size_t)(operation->partner - operation->exchange->partners),
                 kind);
}

void operation_back_off(struct operation *operation, int64_t wait_ms)
{
    const struct env *env = operation->exchange->journal->env;
    int64_t asked_ms = operation->retry_ms == 0 ? 0 : backoff_stretch_ms(env, operation->retry_ms);

    operation->phase = PHASE_IDLE;
    operation->retry_ms = 0;
    operation->not_before_ms =
        exchange_ticks_ms(operation->exchange) + (asked_ms > wait_ms ? asked_ms : wait_ms);
    operation_want(operation, operation->kind);
}

/* --- one operation --- */

static const char *const paths[OPERATION_COUNT] = {
    [OPERATION_PROBE] = PATH_PROBE,
    [OPERATION_POST] = PATH_PUSH,
    [OPERATION_WITNESS] = PATH_ADD_CHECKPOINT,
    [OPERATION_FETCH] = PATH_RANGES,
    [OPERATION_RESUME] = PATH_RESUME_PIECE,
    [OPERATION_FRESH] = PATH_FRESH,
};

static bool is_plain_resume(const struct operation *operation)
{
    return operation->kind == OPERATION_RESUME && operation->gather.is_plain;
}

static size_t answer_size_max(const struct operation *operation)
{
    return is_plain_resume(operation) ? RESUME_ANSWER_SIZE_MAX : RANGE_SIZE_MAX;
}

/* What the answer may weigh; those not named are a few lines. */
static size_t answer_size_expected(const struct operation *operation)
{
    if (operation->kind == OPERATION_FETCH)
        return operation->fetch.slice;
    if (operation->kind == OPERATION_RESUME)
        return operation->gather.is_plain ? RESUME_ANSWER_SIZE_MAX : operation->gather.slice;
    return 0;
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
    int64_t deadline_ms = call_deadline_ms(body.size + answer_size_expected(operation));
    char path[PULL_PATH_SIZE_MAX + 1];

    operation->called_ms = exchange_ticks_ms(exchange);
    operation->retry_ms = 0;
    path_write(operation->protocol,
               is_plain_resume(operation) ? PATH_RESUME : paths[operation->kind], path);
    operation->is_direct = !way.may_wait || !pull_is_present(partner, exchange_ticks_ms(exchange));
    if (!operation->is_direct)
        return pull_call(exchange, partner, path, body, answer_size_max(operation), deadline_ms,
                         call_done, operation, err);
    if (way.may_call)
        return exchange->line.call(exchange->line.context, partner->name, path, body,
                                   answer_size_max(operation), deadline_ms, call_done, operation,
                                   err);
    return error_set(err, ERROR_LINK,
                     way.may_wait ? "%s has to call us, and does not"
                                  : "no address of %s is known here",
                     partner->name);
}

void call_begin(struct operation *operation)
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

void completion_put(struct operation *operation)
{
    if (!job_put(operation, operation_complete, PHASE_COMPLETING))
        operation_back_off(operation, BACKOFF_MIN_MS);
}

static void call_done(void *context, unsigned status, struct span response,
                      const struct error *error)
{
    struct operation *operation = context;

    operation->status = status;
    operation->retry_ms = operation->is_direct ? retry_asked_ms(operation->exchange, status) : 0;
    operation->took_ms = exchange_ticks_ms(operation->exchange) - operation->called_ms;
    operation->ended_ms = exchange_now_ms(operation->exchange);
    buffer_clear(&operation->answer);
    buffer_add(&operation->answer, response);
    if (status == 0)
        partner_failed(operation->exchange, operation->partner, operation->called_ms, error);
    if (operation->kind == OPERATION_FETCH)
        fetch_answered(operation);
    else if (operation->kind == OPERATION_RESUME)
        resume_answered(operation);
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
        if (operation->protocol == 0) { /* since its own last probe: asked again from the start */
            partner_failed(operation->exchange, operation->partner,
                           exchange_ticks_ms(operation->exchange), &operation->error);
            return;
        }
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

/* It is there and does not show what it holds: as if it were away, for as long as it asked at least. */
static void probe_refused(struct operation *operation)
{
    struct courier_partner *partner = operation->partner;
    int64_t retry_ms = operation->retry_ms;

    partner_failed(operation->exchange, partner, operation->called_ms, &operation->error);
    operation->retry_ms = 0;
    if (retry_ms == 0)
        return;
    partner->spared_until_ms = exchange_ticks_ms(operation->exchange) +
                               backoff_stretch_ms(operation->exchange->journal->env, retry_ms);
    if (partner->retry_at_ms < partner->spared_until_ms)
        partner->retry_at_ms = partner->spared_until_ms;
}

/* The job behind the answer is done. */
static void operation_done(struct operation *operation)
{
    struct exchange *exchange = operation->exchange;
    size_t at = (size_t)(operation->partner - exchange->partners);

    operation->phase = PHASE_IDLE;
    if (operation->kind == OPERATION_FETCH) {
        if (operation->ok)
            courier_want(exchange, at, OPERATION_FETCH); /* the next one */
        else
            operation_back_off(operation, 5000);
        return;
    }
    if (operation->kind == OPERATION_PROBE) {
        if (operation_succeeded(operation))
            partner_reached(exchange, operation->partner);
        else
            probe_refused(operation);
        return;
    }
    if (operation->kind == OPERATION_RESUME || operation->kind == OPERATION_FRESH) {
        operation_mended(operation);
        return;
    }
    if (!operation_succeeded(operation)) {
        operation_refused(operation);
        return;
    }
    operation->failures = 0;
    operation->partner->failures = 0;
    if (operation->kind == OPERATION_WITNESS)
        witness_tell(operation);
    if (operation->kind != OPERATION_POST)
        return;
    pthread_mutex_lock(&exchange->mutex);
    operation->partner->refused[0] = '\0';
    pthread_mutex_unlock(&exchange->mutex);
    courier_want(exchange, at, OPERATION_POST);
}

/* Something there keeps our entries here. */
static bool is_held_up(struct exchange *exchange, size_t at)
{
    return exchange->partners[at].refused[0] != '\0' ||
           __atomic_load_n(&exchange->journal->lines[at].is_suspended_there, __ATOMIC_RELAXED);
}

/* Of two machines with the same keys one may have nothing to say, and the partner gives and takes all with the other: only what
 * it shows tells this one. */
static bool is_due_to_show(struct exchange *exchange, size_t at)
{
    const struct courier_partner *partner = &exchange->partners[at];

    return partner->is_reachable && exchange_ticks_ms(exchange) >= partner->showed_ms + SHOW_MS;
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
            if (exchange->is_beat_early)
                exchange->next_beat_ms = exchange_ticks_ms(exchange) + BEAT_EARLY_MS;
            for (size_t i = 0; i < exchange->partner_count; i++) {
                courier_want(exchange, i, OPERATION_WITNESS);
                if (is_held_up(exchange, i) || is_due_to_show(exchange, i))
                    courier_want(exchange, i,
                                 OPERATION_PROBE); /* it may have changed there since */
            }
        } else if (operation->phase == PHASE_READY) {
            operation_ready(operation);
        } else {
            operation_done(operation);
        }
        if (operation->phase == PHASE_IDLE) {
            buffer_trim(&operation->body, BUFFER_KEEP_SIZE);
            buffer_trim(&operation->answer, BUFFER_KEEP_SIZE);
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
    struct exchange *exchange = ((struct operation *)job)->exchange;
    size_t count = __atomic_load_n(&exchange->partner_count, __ATOMIC_ACQUIRE);

    for (size_t i = 0; i < count; i++)
        piece_held_tidy(&exchange->partners[i].held, exchange_ticks_ms(exchange));
    exchange->is_beat_early = !journal_may_beat(journal);
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
        partner->lost_ms = partner->steady_ms = exchange_ticks_ms(exchange);
        snprintf(partner->name, sizeof partner->name, "%s", exchange->journal->lines[at].partner);
        for (size_t kind = 0; kind < OPERATION_COUNT; kind++)
            partner->operations[kind] = (struct operation){
                .exchange = exchange,
                .partner = partner,
                .kind = (enum operation_kind)kind,
                .protocol = 1,
                .body = buffer_make(POST_SIZE_MAX),
                .answer =
                    buffer_make(kind == OPERATION_RESUME ? RESUME_ANSWER_SIZE_MAX : RANGE_SIZE_MAX),
                .fetch.wanted.segments = buffer_make(BODY_SIZE_MAX),
                .fetch.piece = buffer_make(SEGMENT_SIZE)};
        gather_make(&partner->operations[OPERATION_RESUME].gather);
        pull_start(exchange, partner);
        courier_want(exchange, at, OPERATION_PROBE);
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
    exchange->next_beat_ms = exchange_ticks_ms(exchange) + BEAT_EARLY_MS;
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
        piece_held_end(&(*exchange)->partners[i].held);
        for (size_t kind = 0; kind < OPERATION_COUNT; kind++) {
            struct operation *operation = &(*exchange)->partners[i].operations[kind];
            fetch_end(&operation->fetch);
            gather_free(&operation->gather);
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
    if (out->is_reachable)
        out->steady_ms = exchange_ticks_ms(exchange) - exchange->partners[line].steady_ms;
    snprintf(out->unwitnessed, sizeof out->unwitnessed, "%s", exchange->partners[line].unwitnessed);
    snprintf(out->last_error, sizeof out->last_error, "%s", exchange->partners[line].last_error);
    snprintf(out->refused, sizeof out->refused, "%s", exchange->partners[line].refused);
    snprintf(out->contact_error, sizeof out->contact_error, "%s",
             exchange->partners[line].contact_error);
    snprintf(out->pull_error, sizeof out->pull_error, "%s", exchange->partners[line].pull_error);
    out->is_pulled = pull_is_present(&exchange->partners[line], exchange_ticks_ms(exchange));
    pthread_mutex_unlock(&exchange->mutex);
}
