/*
 * The hourly pass of retention in the running node: a step is a job of the writer among others, the next is given when that
 * one is done. What a pass found is shown by the metrics.
 */
#include "cmd/service.h"

#include "cmd/report.h"

#include <stddef.h>

#define STEP_WAIT_MS 100 /* between two steps: officers' jobs come in between */

static struct service *service_of(struct job *job)
{
    return (struct service *)((char *)job - offsetof(struct service, retention.job));
}

/* In the writer, between passes: a number each, for the thread that writes the metrics. */
static bool overdue_take(struct journal *journal, struct service_retention *retention,
                         struct error *err)
{
    int64_t now_ms = journal->env->now_ms(journal->env->context);

    for (size_t i = 0; i < journal->line_count; i++) {
        struct retention_count late, soon;
        struct unread unread;
        if (!desk_retention_count(journal, &journal->lines[i], now_ms - RETENTION_LATE_MS, &late,
                                  err) ||
            !desk_retention_count(journal, &journal->lines[i], now_ms + RETENTION_SOON_MS, &soon,
                                  err) ||
            !journal_unread(journal, &journal->lines[i], &unread, err))
            return false;
        size_t overdue = 0;
        for (size_t wait = 0; wait < RETENTION_WAIT_COUNT; wait++)
            overdue += wait == RETENTION_ON_HOLD ? 0 : late.due[wait];
        __atomic_store_n(&retention->overdue[i], (int64_t)overdue, __ATOMIC_RELAXED);
        __atomic_store_n(&retention->soon[i], (int64_t)soon.due[RETENTION_GOES], __ATOMIC_RELAXED);
        __atomic_store_n(&retention->unread[i], unread.count, __ATOMIC_RELAXED);
        __atomic_store_n(&retention->unread_first_ms[i], unread.first_ms, __ATOMIC_RELAXED);
    }
    return true;
}

/* What the background goes through in the copy of the domestic log, once the books are done. */
static bool copy_take(struct journal *journal, struct service_retention *retention,
                      struct error *err)
{
    struct retention_clock clock;

    if (!journal_retention_clock(journal, &clock, err))
        return false;
    retention->acts_due_ms = journal_acts_due_ms(journal, clock.trusted_ms);
    return audit_copy_full_files(journal, retention->acts_due_ms, &retention->copy_count, err);
}

static bool step_run(struct journal *journal, struct job *job, struct error *err)
{
    struct service_retention *retention = &service_of(job)->retention;

    retention->before = retention->pass;
    return desk_retention_step(journal, &retention->pass, err) &&
           (!retention->pass.is_over ||
            (overdue_take(journal, retention, err) && copy_take(journal, retention, err)));
}

static void step_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct service *service = service_of(job);
    struct service_retention *retention = &service->retention;
    (void)journal;

    if (!ok) {
        report(REPORT_NOTICE, NULL, "retention: %s", err->text);
        retention->pass = retention->before;
        desk_retention_failed(&retention->pass);
    } else {
        __atomic_add_fetch(&retention->erased,
                           (int64_t)(retention->pass.erased - retention->before.erased +
                                     retention->pass.people_erased -
                                     retention->before.people_erased),
                           __ATOMIC_RELAXED);
    }
    __atomic_store_n(&retention->is_busy, 0, __ATOMIC_RELEASE);
}

/* One file a look; true when there is no further one. */
static bool copy_look(struct service *service)
{
    struct service_retention *retention = &service->retention;
    struct node *node = service->node;
    struct error err = {0};
    size_t forgotten = 0;
    bool is_over = false;

    if (retention->copy_next < retention->copy_over)
        retention->copy_next = retention->copy_over;
    if (retention->acts_due_ms == 0 || retention->copy_next >= retention->copy_count)
        return true;
    if (!audit_copy_forget(node->env, service->background_db, node->config.audit_copy,
                           retention->copy_next, retention->acts_due_ms, &forgotten, &is_over,
                           &err))
        report(REPORT_NOTICE, NULL, "%s", err.text);
    retention->copy_over += is_over && retention->copy_next == retention->copy_over;
    retention->copy_next++;
    return false;
}

void service_retention_look(struct service *service)
{
    struct service_retention *retention = &service->retention;
    int64_t now_ms = service->node->env->monotonic_ms(service->node->env->context);
    struct error ignored = {0};

    if (now_ms < retention->next_ms ||
        __atomic_exchange_n(&retention->is_busy, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    if (retention->pass.is_over) {
        retention->next_ms = now_ms + STEP_WAIT_MS;
        if (copy_look(service)) {
            retention->pass = (struct desk_retention_pass){.line = 0};
            retention->copy_next = 0;
            retention->next_ms = now_ms + RETENTION_PASS_MS;
        }
        __atomic_store_n(&retention->is_busy, 0, __ATOMIC_RELEASE);
        return;
    }
    retention->next_ms = now_ms + STEP_WAIT_MS;
    retention->job = (struct job){.run = step_run, .done = step_done};
    if (!journal_submit(&service->node->journal, &retention->job, &ignored))
        __atomic_store_n(&retention->is_busy, 0, __ATOMIC_RELEASE);
}

void service_retention_shown(struct service *service, size_t line,
                             struct service_retention_line *out)
{
    struct service_retention *retention = &service->retention;

    out->overdue = __atomic_load_n(&retention->overdue[line], __ATOMIC_RELAXED);
    out->soon = __atomic_load_n(&retention->soon[line], __ATOMIC_RELAXED);
    out->unread.count = __atomic_load_n(&retention->unread[line], __ATOMIC_RELAXED);
    out->unread.first_ms = __atomic_load_n(&retention->unread_first_ms[line], __ATOMIC_RELAXED);
}

int64_t service_retention_erased(struct service *service)
{
    return __atomic_load_n(&service->retention.erased, __ATOMIC_RELAXED);
}
