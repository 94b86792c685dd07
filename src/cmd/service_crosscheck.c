/*
 * The cross-check in the running node: a step is a job of the writer among others, given as soon as something came or went,
 * so that a request is checked before an officer opens it. Now and then it looks without being told, too: what was held
 * back and handled after an upgrade raises no event.
 */
#include "cmd/service.h"

#include "cmd/report.h"
#include "desk/desk.h"
#include "store/case_rows.h"
#include "store/key_rows.h"

#include <stddef.h>

#define LOOK_MS   10000
#define FAILED_MS 60000 /* what fails once, fails again: a damaged body, a full disk */

static struct service *service_of(struct job *job)
{
    return (struct service *)((char *)job - offsetof(struct service, crosscheck.job));
}

static bool step_run(struct journal *journal, struct job *job, struct error *err)
{
    struct service_crosscheck *crosscheck = &service_of(job)->crosscheck;

    /* First: a request that cannot be checked must not silence this. */
    return case_task_overdue(journal->db, TASK_CONFIRM_IN_WRITING,
                             journal->env->now_ms(journal->env->context), &crosscheck->overdue,
                             err) &&
           desk_crosscheck_step(journal, &crosscheck->has_more, err) &&
           unchecked_count(journal->db, &crosscheck->unchecked, err);
}

/* Once for each that is added: an urgent request that came by word of mouth has no proof yet. */
static void overdue_report(struct service_crosscheck *crosscheck)
{
    if (crosscheck->overdue > crosscheck->told)
        report(REPORT_ALARM, NULL,
               "%lld urgent requests by word of mouth were not confirmed in writing within 12 "
               "hours: besa case tasks",
               (long long)crosscheck->overdue);
    crosscheck->told = crosscheck->overdue;
}

/* Once for each that is added, too: nobody was told whether what it names is held here. */
static void unchecked_report(struct service_crosscheck *crosscheck)
{
    if (crosscheck->unchecked > crosscheck->unchecked_told)
        report(REPORT_ALARM, NULL,
               "%lld messages could not be cross-checked and are tried again: besa doctor",
               (long long)crosscheck->unchecked);
    crosscheck->unchecked_told = crosscheck->unchecked;
}

static void step_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct service_crosscheck *crosscheck = &service_of(job)->crosscheck;
    (void)journal;

    if (!ok && !crosscheck->is_failing)
        report(REPORT_ALARM, NULL, "requests are not cross-checked: %s", err->text);
    crosscheck->is_failing = !ok;
    overdue_report(crosscheck);
    unchecked_report(crosscheck);
    if (!ok)
        crosscheck->has_more = false;
    __atomic_store_n(&crosscheck->is_busy, 0, __ATOMIC_RELEASE);
}

void service_crosscheck_want(struct service *service)
{
    __atomic_store_n(&service->crosscheck.is_wanted, 1, __ATOMIC_RELEASE);
}

void service_crosscheck_look(struct service *service)
{
    struct service_crosscheck *crosscheck = &service->crosscheck;
    int64_t now_ms = service->node->env->monotonic_ms(service->node->env->context);
    struct error ignored = {0};

    if (__atomic_exchange_n(&crosscheck->is_busy, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    bool is_wanted = __atomic_exchange_n(&crosscheck->is_wanted, 0, __ATOMIC_ACQ_REL) != 0;
    bool is_due = now_ms >= crosscheck->next_ms;
    if ((crosscheck->is_failing && !is_due) || (!is_wanted && !is_due && !crosscheck->has_more)) {
        __atomic_store_n(&crosscheck->is_busy, 0, __ATOMIC_RELEASE);
        return;
    }
    crosscheck->next_ms = now_ms + (crosscheck->is_failing ? FAILED_MS : LOOK_MS);
    crosscheck->job = (struct job){.run = step_run, .done = step_done};
    if (!journal_submit(&service->node->journal, &crosscheck->job, &ignored)) {
        service_crosscheck_want(service);
        __atomic_store_n(&crosscheck->is_busy, 0, __ATOMIC_RELEASE);
    }
}
