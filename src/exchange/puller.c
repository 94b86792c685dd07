/* The end that asks: lanes in which a partner hands us its calls. See pull.h. */
#include "exchange/private.h"

#include <stdio.h>

#define NOT_TAKEN     404  /* what may not come through a pull */
#define PULL_LEAST_MS 1000 /* a partner that holds no pull is asked at most so often */
#define VAIN_MAX      8    /* so many in a row, and it may take them for doubles of earlier ones */

/* Turns count anew: what the partner remembers of an earlier session means nothing in this one. */
static void session_begin(const struct exchange *exchange, struct puller *puller)
{
    const struct env *env = exchange->journal->env;

    env->random(env->context, (uint8_t *)&puller->session, sizeof puller->session);
    puller->in_vain = 0;
}

void puller_start(struct exchange *exchange, struct courier_partner *partner)
{
    struct puller *puller = &partner->puller;

    *puller = (struct puller){.failures = 0};
    session_begin(exchange, puller);
    for (size_t i = 0; i < PULL_LANE_MAX; i++)
        puller->lanes[i] =
            (struct lane){.exchange = exchange,
                          .partner = partner,
                          .number = (uint8_t)i,
                          .request = buffer_make(RANGE_SIZE_MAX + PULL_REQUEST_HEADER_SIZE),
                          .call = buffer_make(POST_SIZE_MAX + PULL_CALL_HEADER_SIZE),
                          .answer = buffer_make(RANGE_SIZE_MAX)};
}

void puller_end(struct courier_partner *partner)
{
    for (size_t i = 0; i < PULL_LANE_MAX; i++) {
        struct lane *lane = &partner->puller.lanes[i];
        buffer_free(&lane->request);
        buffer_free(&lane->call);
        buffer_free(&lane->answer);
    }
}

/* --- a call that came --- */

/* From the writer's thread, or at once. */
static void lane_reply(void *context, unsigned status, const char *content_type, struct span body)
{
    struct lane *lane = context;
    struct exchange *exchange = lane->exchange;
    (void)content_type;

    buffer_clear(&lane->answer);
    bool fits = buffer_add(&lane->answer, body);
    if (!fits)
        buffer_clear(&lane->answer);
    pthread_mutex_lock(&exchange->mutex);
    lane->status = fits ? status : 500;
    lane->answered_ms = exchange_ticks_ms(exchange);
    lane->phase = LANE_ANSWERED;
    pthread_mutex_unlock(&exchange->mutex);
    exchange->line.wake(exchange->line.context);
}

static void call_take(struct lane *lane, const struct pull_call *call)
{
    lane->id = call->id;
    pthread_mutex_lock(&lane->exchange->mutex);
    lane->phase = LANE_WORKING;
    pthread_mutex_unlock(&lane->exchange->mutex);
    if (span_is(call->path, PATH_PULL)) /* it would wait for itself */
        lane_reply(lane, NOT_TAKEN, "", span_make(NULL, 0));
    else
        exchange_receive(lane->exchange, span_text(lane->partner->name), call->path, call->body,
                         lane_reply, lane);
}

/* --- pulling --- */

static void puller_failed(struct lane *lane, const char *why)
{
    struct exchange *exchange = lane->exchange;
    struct courier_partner *partner = lane->partner;
    struct puller *puller = &partner->puller;

    /* What was under way when the line went down went down with it: one failure, not one for each lane. */
    if (puller->failures == 0 || lane->pulled_ms > puller->failed_ms) {
        puller->failures++;
        puller->failed_ms = exchange_ticks_ms(exchange);
        puller->not_before_ms = puller->failed_ms + backoff_ms(exchange->journal->env,
                                                               puller->failures, BACKOFF_MAX_MS);
    }
    lane->is_unsure = true;
    pthread_mutex_lock(&exchange->mutex);
    snprintf(partner->pull_error, sizeof partner->pull_error, "%s", why);
    pthread_mutex_unlock(&exchange->mutex);
}

static void puller_reached(struct lane *lane)
{
    struct exchange *exchange = lane->exchange;
    struct courier_partner *partner = lane->partner;

    partner->puller.failures = 0;
    partner->puller.not_before_ms = 0;
    pthread_mutex_lock(&exchange->mutex);
    partner->pull_error[0] = '\0';
    pthread_mutex_unlock(&exchange->mutex);
    courier_knock(exchange, partner);
}

/* A pull may wait, and came back at once with nothing: another one as fast would be a circle at the line's speed. One time after
 * the other: the partner remembers a later turn of this lane than there was, and would ignore all up to that. */
static void puller_slow_down(const struct lane *lane)
{
    struct puller *puller = &lane->partner->puller;
    int64_t next_ms = lane->pulled_ms + PULL_LEAST_MS;
    bool is_in_vain = lane->is_waiting && exchange_ticks_ms(lane->exchange) < next_ms;

    puller->in_vain = is_in_vain ? puller->in_vain + 1 : 0;
    if (is_in_vain)
        puller->not_before_ms = next_ms;
    if (puller->in_vain == VAIN_MAX)
        session_begin(lane->exchange, puller);
}

static void pull_refused(struct lane *lane, unsigned status, const struct error *error)
{
    const struct exchange *exchange = lane->exchange;
    struct puller *puller = &lane->partner->puller;
    int64_t asked_ms = retry_asked_ms(exchange, status);
    char why[ERROR_TEXT_SIZE];

    snprintf(why, sizeof why, "%s takes no pulls now: status %u", lane->partner->name, status);
    puller_failed(lane, status == 0 && error != NULL ? error->text : why);
    if (asked_ms > 0) {
        int64_t next_ms =
            exchange_ticks_ms(exchange) + backoff_stretch_ms(exchange->journal->env, asked_ms);
        if (puller->not_before_ms < next_ms)
            puller->not_before_ms = next_ms;
    }
    lane->phase = lane->id != 0 ? LANE_ANSWERED : LANE_IDLE; /* the answer goes once more */
}

static void pull_done(void *context, unsigned status, struct span response,
                      const struct error *error)
{
    struct lane *lane = context;
    struct pull_call call = {.id = 0};
    struct error err = {0};

    if (status != 200) {
        pull_refused(lane, status, error);
        return;
    }
    lane->id = 0;
    lane->phase = LANE_IDLE;
    buffer_trim(&lane->request, BUFFER_KEEP_SIZE);
    buffer_trim(&lane->answer, BUFFER_KEEP_SIZE);
    buffer_clear(&lane->call);
    if (!buffer_add(&lane->call, response) ||
        !pull_call_read(buffer_span(&lane->call), &call, &err)) {
        puller_failed(lane, err.kind == ERROR_NONE ? "out of memory" : err.text);
        return;
    }
    lane->is_unsure = false;
    puller_reached(lane);
    if (call.id != 0)
        call_take(lane, &call);
    else
        puller_slow_down(lane);
}

static void lane_pull(struct lane *lane, bool is_waiting)
{
    struct exchange *exchange = lane->exchange;
    struct puller *puller = &lane->partner->puller;
    struct error err = {0};
    struct pull_request request = {.session = puller->session,
                                   .turn = ++lane->turn,
                                   .lane = lane->number,
                                   .wait_s = is_waiting ? PULL_WAIT_S : 0,
                                   .id = lane->id};

    if (lane->id != 0) {
        request.status = (uint16_t)lane->status;
        request.answer = buffer_span(&lane->answer);
    }
    buffer_clear(&lane->request);
    buffer_trim(&lane->call, BUFFER_KEEP_SIZE); /* it is answered, or none came */
    lane->phase = LANE_PULLING;
    lane->is_waiting = is_waiting;
    lane->pulled_ms = exchange_ticks_ms(exchange);
    bool ok = pull_request_write(&request, &lane->request) ||
              error_set(&err, ERROR_LIMIT, "a pull does not fit");
    if (ok &&
        exchange->line.call(exchange->line.context, lane->partner->name, PATH_PULL,
                            buffer_span(&lane->request), POST_SIZE_MAX + PULL_CALL_HEADER_SIZE,
                            PULL_MS, pull_done, lane, &err))
        return;
    lane->phase = lane->id != 0 ? LANE_ANSWERED : LANE_IDLE;
    puller_failed(lane, err.text);
}

/* --- which lane pulls --- */

static enum lane_phase phase_of(struct lane *lane)
{
    pthread_mutex_lock(&lane->exchange->mutex);
    enum lane_phase phase = lane->phase;
    pthread_mutex_unlock(&lane->exchange->mutex);
    return phase;
}

static bool is_one_waiting(struct puller *puller)
{
    for (size_t i = 0; i < PULL_LANE_MAX; i++)
        if (phase_of(&puller->lanes[i]) == LANE_PULLING && puller->lanes[i].is_waiting)
            return true;
    return false;
}

/* The first lane in this phase. NULL: none. */
static struct lane *lane_in(struct puller *puller, enum lane_phase phase)
{
    for (size_t i = 0; i < PULL_LANE_MAX; i++)
        if (phase_of(&puller->lanes[i]) == phase)
            return &puller->lanes[i];
    return NULL;
}

/* A lane in which a call may have been lost. NULL: none. */
static struct lane *lane_unsure(struct puller *puller)
{
    for (size_t i = 0; i < PULL_LANE_MAX; i++)
        if (puller->lanes[i].is_unsure && phase_of(&puller->lanes[i]) == LANE_IDLE)
            return &puller->lanes[i];
    return NULL;
}

/* The one that must pull next: it brings an answer, or says that none comes. NULL: none must. */
static struct lane *lane_due(struct puller *puller)
{
    struct lane *lane = lane_in(puller, LANE_ANSWERED);

    return lane != NULL ? lane : lane_unsure(puller);
}

/* Answers that nobody waits for any more. */
static void answers_forget(struct puller *puller, int64_t now_ms)
{
    for (size_t i = 0; i < PULL_LANE_MAX; i++) {
        struct lane *lane = &puller->lanes[i];
        if (phase_of(lane) != LANE_ANSWERED ||
            lane->answered_ms + call_deadline_ms(lane->answer.size) > now_ms)
            continue;
        lane->id = 0;
        lane->phase = LANE_IDLE;
    }
}

bool puller_pump(struct exchange *exchange, struct courier_partner *partner)
{
    struct puller *puller = &partner->puller;
    int64_t now_ms = exchange_ticks_ms(exchange);
    struct exchange_way way = exchange_way_to(exchange, partner);
    bool did = false;

    answers_forget(puller, now_ms);
    if (!way.must_pull || !way.may_call)
        return false;
    /* Each try may fail at once, and the next one waits then. */
    for (struct lane *lane = lane_due(puller); lane != NULL && puller->not_before_ms <= now_ms;
         lane = lane_due(puller)) {
        lane_pull(lane, !is_one_waiting(puller));
        did = true;
    }
    struct lane *idle = lane_in(puller, LANE_IDLE);
    if (puller->not_before_ms > now_ms || idle == NULL || is_one_waiting(puller))
        return did;
    lane_pull(idle, true);
    return true;
}
