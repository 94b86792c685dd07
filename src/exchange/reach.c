/*
 * Whether a partner can be reached: by what became of our calls, and by its own. One that cannot is probed with back-off,
 * and at once when it calls us.
 */
#include "exchange/private.h"

#include "journal/contact.h"

#include <stddef.h>
#include <stdio.h>

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

/* What was under way when the line went down went down with it: one failure. */
void partner_failed(struct exchange *exchange, struct courier_partner *partner, int64_t began_ms,
                    const struct error *error)
{
    struct error err = {0};
    bool is_another = partner->failures == 0 || began_ms > partner->failed_ms;

    pthread_mutex_lock(&exchange->mutex);
    partner->failures += is_another;
    snprintf(partner->last_error, sizeof partner->last_error, "%s",
             error == NULL ? "" : error->text);
    bool was_reachable = partner->is_reachable;
    partner->is_reachable = false;
    if (was_reachable)
        partner->lost_ms = exchange_ticks_ms(exchange);
    pthread_mutex_unlock(&exchange->mutex);
    if (is_another) {
        partner->failed_ms = exchange_ticks_ms(exchange);
        partner->retry_at_ms = partner->failed_ms + backoff_ms(exchange->journal->env,
                                                               partner->failures, BACKOFF_MAX_MS);
    }
    courier_want(exchange, (size_t)(partner - exchange->partners), OPERATION_PROBE);
    if (!was_reachable || __atomic_exchange_n(&partner->unreachable_busy, true, __ATOMIC_ACQ_REL))
        return;
    partner->unreachable = (struct job){.run = unreachable_run, .done = unreachable_done};
    if (!journal_submit(exchange->journal, &partner->unreachable, &err))
        __atomic_store_n(&partner->unreachable_busy, false, __ATOMIC_RELEASE);
}

void partner_reached(struct exchange *exchange, struct courier_partner *partner)
{
    size_t at = (size_t)(partner - exchange->partners);

    pthread_mutex_lock(&exchange->mutex);
    if (!partner->is_reachable && exchange_ticks_ms(exchange) - partner->lost_ms > STEADY_GAP_MS)
        partner->steady_ms = exchange_ticks_ms(exchange);
    partner->is_reachable = true;
    partner->must_show = false;
    partner->failures = 0;
    partner->last_error[0] = '\0';
    pthread_mutex_unlock(&exchange->mutex);
    partner->showed_ms = exchange_ticks_ms(exchange);
    courier_want(exchange, at, OPERATION_POST);
    courier_want(exchange, at, OPERATION_FETCH);
    courier_want(exchange, at, OPERATION_WITNESS);
    courier_want(exchange, at, OPERATION_RESUME);
    courier_want(exchange, at, OPERATION_FRESH);
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
void knock_hear(struct exchange *exchange, struct courier_partner *partner)
{
    int64_t now_ms = exchange_ticks_ms(exchange);

    pthread_mutex_lock(&exchange->mutex);
    bool is_heard = partner->has_knocked && partner->tried_ms + KNOCK_MS <= now_ms &&
                    partner->spared_until_ms <= now_ms;
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
