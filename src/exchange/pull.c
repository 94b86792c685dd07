/* The end that is asked: calls to a partner wait here for its pulls. See pull.h; the asking end is puller.c. */
#include "exchange/private.h"

#include <stdio.h>
#include <stdlib.h>

#define PULL_TYPE "application/octet-stream"

/* Answers a pull: with a call, or with none. */
static void pull_reply(struct pull *pull, const struct held_call *held)
{
    struct buffer frame CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX + PULL_CALL_HEADER_SIZE);
    struct pull_call call = {.id = 0};

    if (held != NULL)
        call =
            (struct pull_call){.id = held->id, .path = span_text(held->path), .body = held->body};
    bool ok = pull_call_write(&call, &frame);
    /* Out of memory: the lane pulls again, and its call is handed over then. */
    pull->reply(pull->context, ok ? 200 : 503, PULL_TYPE,
                ok ? buffer_span(&frame) : span_make(NULL, 0));
    free(pull);
}

static void parked_release(struct holder *holder, size_t lane)
{
    struct pull *pull = holder->parked[lane];

    holder->parked[lane] = NULL;
    if (pull != NULL)
        pull_reply(pull, NULL);
}

/* --- arrival: on the server's thread --- */

void pull_arrive(struct exchange *exchange, struct courier_partner *partner, struct span body,
                 exchange_reply *reply, void *context)
{
    struct holder *holder = &partner->holder;
    struct pull *pull = malloc(sizeof *pull);
    struct error err = {0};
    struct pull_request request;

    if (!pull_request_read(body, &request, &err) || pull == NULL) {
        free(pull);
        receiver_refuse(reply, context, err.kind == ERROR_NONE ? ERROR_BUSY : err.kind, err.text);
        return;
    }
    *pull = (struct pull){.request = request, .reply = reply, .context = context};
    pthread_mutex_lock(&exchange->mutex);
    bool is_full = holder->inbox_count >= PULL_INBOX_MAX;
    if (!is_full) {
        pull->next = holder->inbox;
        holder->inbox = pull;
        holder->inbox_count++;
    }
    pthread_mutex_unlock(&exchange->mutex);
    if (is_full) {
        free(pull);
        receiver_refuse(reply, context, ERROR_BUSY, "too many pulls at once");
        return;
    }
    exchange->line.wake(exchange->line.context);
}

/* --- calls --- */

bool pull_is_present(const struct courier_partner *partner, int64_t now_ms)
{
    return __atomic_load_n(&partner->holder.present_until_ms, __ATOMIC_RELAXED) > now_ms;
}

bool pull_call(struct exchange *exchange, struct courier_partner *partner, const char *path,
               struct span body, size_t response_size_max, int64_t deadline_ms, line_done *done,
               void *context, struct error *err)
{
    struct holder *holder = &partner->holder;
    int64_t now_ms = exchange_ticks_ms(exchange);
    size_t at = 0;

    while (at < PULL_HELD_MAX && holder->calls[at].id != 0)
        at++;
    if (at == PULL_HELD_MAX)
        return error_set(err, ERROR_BUSY, "%u calls wait for %s already", PULL_HELD_MAX,
                         partner->name);
    holder->calls[at] = (struct held_call){.id = ++holder->last_id,
                                           .body = body,
                                           .response_size_max = response_size_max,
                                           .take_by_ms = now_ms + PULL_TAKE_MS,
                                           .deadline_ms = now_ms + deadline_ms,
                                           .done = done,
                                           .context = context};
    snprintf(holder->calls[at].path, sizeof holder->calls[at].path, "%s", path);
    return true;
}

/* The place is free again before `done`, which may begin the next call. */
static void call_end(struct held_call *held, unsigned status, struct span answer,
                     const struct error *error)
{
    struct held_call ended = *held;

    held->id = 0;
    ended.done(ended.context, status, answer, error);
}

static void call_fail(struct held_call *held, const char *partner, const char *why)
{
    struct error error = {0};

    error_set(&error, ERROR_LINK, "%s %s", partner, why);
    call_end(held, 0, span_make(NULL, 0), &error);
}

static void call_answer(struct courier_partner *partner, const struct pull_request *request)
{
    for (size_t i = 0; i < PULL_HELD_MAX; i++) {
        struct held_call *held = &partner->holder.calls[i];
        if (held->id != request->id)
            continue;
        if (request->answer.size > held->response_size_max)
            call_fail(held, partner->name, "answered with more than was asked for");
        else
            call_end(held, request->status, request->answer, NULL);
        return; /* what is not found came too late, or twice */
    }
}

/* What was handed to this lane never arrived there. */
static void lane_give_back(struct holder *holder, size_t lane)
{
    for (size_t i = 0; i < PULL_HELD_MAX; i++)
        if (holder->calls[i].id != 0 && holder->calls[i].is_taken && holder->calls[i].lane == lane)
            holder->calls[i].is_taken = false;
}

/* --- a pull is taken in: on the courier's thread --- */

static void session_follow(struct holder *holder, uint64_t session)
{
    if (session == holder->session)
        return;
    for (size_t i = 0; i < PULL_LANE_MAX; i++) {
        parked_release(holder, i);
        lane_give_back(holder, i);
        holder->turns[i] = 0;
    }
    holder->session = session;
}

static void pull_enter(struct courier_partner *partner, struct pull *pull, int64_t now_ms)
{
    struct holder *holder = &partner->holder;
    const struct pull_request *request = &pull->request;
    size_t lane = request->lane;

    session_follow(holder, request->session);
    if (request->turn <= holder->turns[lane]) { /* doubled or overtaken on the way */
        pull_reply(pull, NULL);
        return;
    }
    holder->turns[lane] = request->turn;
    parked_release(holder, lane);
    if (request->id != 0)
        call_answer(partner, request);
    lane_give_back(holder, lane);
    pull->until_ms = now_ms + request->wait_s * INT64_C(1000);
    holder->parked[lane] = pull;
    if (pull->until_ms + PULL_SLACK_MS > holder->present_until_ms)
        __atomic_store_n(&holder->present_until_ms, pull->until_ms + PULL_SLACK_MS,
                         __ATOMIC_RELAXED);
}

static bool inbox_enter(struct exchange *exchange, struct courier_partner *partner, int64_t now_ms)
{
    struct holder *holder = &partner->holder;
    struct pull *oldest = NULL;

    pthread_mutex_lock(&exchange->mutex);
    struct pull *newest = holder->inbox;
    holder->inbox = NULL;
    holder->inbox_count = 0;
    pthread_mutex_unlock(&exchange->mutex);
    if (newest == NULL)
        return false;
    while (newest != NULL) {
        struct pull *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest != NULL) {
        struct pull *next = oldest->next;
        pull_enter(partner, oldest, now_ms);
        oldest = next;
    }
    courier_knock(exchange, partner);
    return true;
}

/* --- handing over --- */

static struct held_call *call_waiting(struct holder *holder)
{
    struct held_call *first = NULL;

    for (size_t i = 0; i < PULL_HELD_MAX; i++) {
        struct held_call *held = &holder->calls[i];
        if (held->id != 0 && !held->is_taken && (first == NULL || held->id < first->id))
            first = held;
    }
    return first;
}

static bool calls_hand_over(struct holder *holder)
{
    bool did = false;

    for (size_t lane = 0; lane < PULL_LANE_MAX; lane++) {
        struct held_call *held = call_waiting(holder);
        if (held == NULL || holder->parked[lane] == NULL)
            continue;
        struct pull *pull = holder->parked[lane];
        holder->parked[lane] = NULL;
        held->is_taken = true;
        held->lane = (uint8_t)lane;
        pull_reply(pull, held);
        did = true;
    }
    return did;
}

static bool times_end(struct courier_partner *partner, int64_t now_ms)
{
    struct holder *holder = &partner->holder;
    bool did = false;

    for (size_t i = 0; i < PULL_HELD_MAX; i++) {
        struct held_call *held = &holder->calls[i];
        if (held->id == 0)
            continue;
        bool is_late = held->deadline_ms <= now_ms;
        if (!is_late && (held->is_taken || held->take_by_ms > now_ms))
            continue;
        did = true;
        call_fail(held, partner->name,
                  is_late ? "gave no answer in time" : "did not come for its call in time");
    }
    for (size_t lane = 0; lane < PULL_LANE_MAX; lane++)
        if (holder->parked[lane] != NULL && holder->parked[lane]->until_ms <= now_ms) {
            parked_release(holder, lane);
            did = true;
        }
    return did;
}

/* --- both ends --- */

bool pull_pump(struct exchange *exchange, struct courier_partner *partner)
{
    int64_t now_ms = exchange_ticks_ms(exchange);

    bool did = inbox_enter(exchange, partner, now_ms);
    did = calls_hand_over(&partner->holder) || did;
    did = times_end(partner, now_ms) || did;
    return puller_pump(exchange, partner) || did;
}

static int64_t sooner(int64_t least, int64_t at_ms, int64_t now_ms)
{
    return at_ms > 0 && at_ms - now_ms < least ? at_ms - now_ms : least;
}

int64_t pull_timeout_ms(const struct courier_partner *partner, int64_t now_ms, int64_t most)
{
    const struct holder *holder = &partner->holder;
    int64_t least = most;

    for (size_t i = 0; i < PULL_HELD_MAX; i++)
        if (holder->calls[i].id != 0)
            least = sooner(least,
                           holder->calls[i].is_taken ? holder->calls[i].deadline_ms
                                                     : holder->calls[i].take_by_ms,
                           now_ms);
    for (size_t lane = 0; lane < PULL_LANE_MAX; lane++)
        if (holder->parked[lane] != NULL)
            least = sooner(least, holder->parked[lane]->until_ms, now_ms);
    if (partner->puller.not_before_ms > now_ms)
        least = sooner(least, partner->puller.not_before_ms, now_ms);
    return least;
}

void pull_start(struct exchange *exchange, struct courier_partner *partner)
{
    const struct env *env = exchange->journal->env;

    partner->holder = (struct holder){.inbox = NULL};
    /* Ids of an earlier life of this node mean nothing now. */
    env->random(env->context, (uint8_t *)&partner->holder.last_id, sizeof partner->holder.last_id);
    partner->holder.last_id >>= 2; /* it never comes round to 0 */
    puller_start(exchange, partner);
}

void pull_end(struct exchange *exchange, struct courier_partner *partner)
{
    struct holder *holder = &partner->holder;
    (void)exchange;

    for (size_t lane = 0; lane < PULL_LANE_MAX; lane++)
        parked_release(holder, lane);
    while (holder->inbox != NULL) {
        struct pull *pull = holder->inbox;
        holder->inbox = pull->next;
        pull_reply(pull, NULL);
    }
    puller_end(partner);
}
