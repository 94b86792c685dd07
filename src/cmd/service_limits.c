/*
 * Each minute the running node looks at the limits of requests: what is new among the alarms of the desk is told once to
 * whoever runs the machine and to every open console; how many there are is shown by the metrics.
 */
#include "cmd/service.h"

#include "cmd/report.h"

#include <stddef.h>

#define LOOK_MS    60000
#define ARENA_SIZE (4u * 1024 * 1024)

static struct service *service_of(struct job *job)
{
    return (struct service *)((char *)job - offsetof(struct service, limits.job));
}

static bool was_told(const struct service_limits *limits, const struct alarm *alarm)
{
    for (size_t i = 0; i < limits->told_count; i++)
        if (limits->told[i].entry == alarm->entry && limits->told[i].kind == alarm->kind)
            return true;
    return false;
}

/* Counts and parties, never a reference or a person. */
static void alarm_tell(struct journal *journal, const struct alarm *alarm)
{
    struct journal_line *line = &journal->lines[alarm->line];
    const struct report_about about = {.partner = line->partner};

    journal_event_add(journal, JOURNAL_ALARM, line, alarm->entry, 0);
    if (alarm->kind == ALARM_NO_CUSTODY)
        report(REPORT_ALARM, &about,
               "an urgent request under %s is not in the custody of %s after %d minutes: telephone "
               "%.*s",
               line->agreement_id, line->partner, (int)(ALARM_CUSTODY_MS / 60000),
               SPAN_ARG(line->agreement.parties[line->partner_side].contact));
    else if (alarm->kind == ALARM_OVERDUE)
        report(REPORT_ALARM, &about, "an answer of %s to %s under %s is overdue",
               alarm->is_own ? line->partner : journal->party,
               alarm->is_own ? journal->party : line->partner, line->agreement_id);
    else if (alarm->kind == ALARM_UNREVIEWED)
        report(REPORT_ALARM, &about,
               "an answer under %s was sent by one officer alone: somebody else reviews it within "
               "12 hours (besa emergency list)",
               line->agreement_id);
}

static void counts_show(struct service_limits *limits, const struct alarm *alarms, size_t count,
                        size_t line_count)
{
    int64_t shown[LIMITS_SHOWN_COUNT][PARTNER_COUNT_MAX] = {{0}};

    for (size_t i = 0; i < count; i++) {
        if (alarms[i].kind == ALARM_UNREVIEWED)
            continue; /* no limit of a request */
        enum limits_shown what = alarms[i].kind == ALARM_NO_CUSTODY ? LIMITS_NO_CUSTODY
                                 : alarms[i].kind == ALARM_SOON     ? LIMITS_SOON
                                 : alarms[i].is_own                 ? LIMITS_OVERDUE_THERE
                                                                    : LIMITS_OVERDUE_HERE;
        shown[what][alarms[i].line]++;
    }
    for (size_t what = 0; what < LIMITS_SHOWN_COUNT; what++)
        for (size_t i = 0; i < line_count; i++)
            __atomic_store_n(&limits->shown[what][i], shown[what][i], __ATOMIC_RELAXED);
}

static bool look_run(struct journal *journal, struct job *job, struct error *err)
{
    struct service_limits *limits = &service_of(job)->limits;
    struct arena arena CLEANUP(arena_free) = arena_make(ARENA_SIZE);
    struct alarm *alarms = arena_array(&arena, ALARM_COUNT_MAX, sizeof *alarms);
    size_t count = 0;

    if (alarms == NULL)
        return error_set(err, ERROR_LIMIT, "limits: out of memory");
    if (!desk_alarms(journal, &arena, alarms, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!was_told(limits, &alarms[i]))
            alarm_tell(journal, &alarms[i]);
    counts_show(limits, alarms, count, journal->line_count);
    limits->told_count = count;
    for (size_t i = 0; i < count; i++)
        limits->told[i] = (struct limit_told){.entry = alarms[i].entry, .kind = alarms[i].kind};
    return true;
}

static void look_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct service_limits *limits = &service_of(job)->limits;
    (void)journal;

    if (!ok)
        report(REPORT_NOTICE, NULL, "limits: %s", err->text);
    __atomic_store_n(&limits->is_busy, 0, __ATOMIC_RELEASE);
}

void service_limits_look(struct service *service)
{
    struct service_limits *limits = &service->limits;
    int64_t now_ms = service->node->env->monotonic_ms(service->node->env->context);
    struct error ignored = {0};

    if (now_ms < limits->next_ms || __atomic_exchange_n(&limits->is_busy, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    limits->next_ms = now_ms + LOOK_MS;
    limits->job = (struct job){.run = look_run, .done = look_done};
    if (!journal_submit(&service->node->journal, &limits->job, &ignored))
        __atomic_store_n(&limits->is_busy, 0, __ATOMIC_RELEASE);
}

int64_t service_limits_shown(struct service *service, enum limits_shown what, size_t line)
{
    return __atomic_load_n(&service->limits.shown[what][line], __ATOMIC_RELAXED);
}
