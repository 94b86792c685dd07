/*
 * Each minute the running node looks at the limits of requests: what is new among the alarms of the desk is told once to
 * whoever runs the machine and to every open console; how many there are is shown by the metrics.
 */
#include "cmd/service.h"

#include "cmd/report.h"

#include <stddef.h>
#include <string.h>

#define LOOK_MS   60000
#define TOLD_SIZE (64u * 1024u) /* LIMITS_TOLD_MAX of them */

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

/* Whom to call, and the channel that is left when nobody answers there. */
static void custody_tell(const struct journal_line *line, const struct alarm *alarm,
                         const struct report_about *about)
{
    const struct agreement_party *partner = &line->agreement.parties[line->partner_side];
    struct span other = partner->fallback.size > 0
                            ? partner->fallback
                            : span_text("the agreement names no other channel");

    report(REPORT_ALARM, about,
           "urgent and not in the custody of %s after %d minutes (%s under %s): telephone %.*s; "
           "when nobody answers: %.*s",
           line->partner, (int)(ALARM_CUSTODY_MS / 60000), message_type_name(alarm->type),
           line->agreement_id, SPAN_ARG(partner->contact), SPAN_ARG(other));
}

/* Counts and parties, never a reference or a person. */
static void alarm_tell(struct journal *journal, const struct alarm *alarm)
{
    struct journal_line *line = &journal->lines[alarm->line];
    const struct report_about about = {.partner = line->partner};

    journal_event_add(journal, JOURNAL_ALARM, line, alarm->entry, 0);
    if (alarm->kind == ALARM_NO_CUSTODY)
        custody_tell(line, alarm, &about);
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

/* One look: what stands now, and how much of it. */
struct look {
    struct journal *journal;
    const struct service_limits *limits;
    struct limit_told *told; /* room for LIMITS_TOLD_MAX */
    size_t told_count;
    int64_t shown[LIMITS_SHOWN_COUNT][PARTNER_COUNT_MAX];
};

/* What nobody could remember as told would be told each minute: it is counted alone. */
static void alarm_look(void *context, const struct alarm *alarm)
{
    struct look *look = context;

    if (alarm->kind != ALARM_UNREVIEWED) { /* that is no limit of a request */
        enum limits_shown what = alarm->kind == ALARM_NO_CUSTODY      ? LIMITS_NO_CUSTODY
                                 : alarm->kind == ALARM_SOON          ? LIMITS_SOON
                                 : alarm->kind == ALARM_AUTHORISATION ? LIMITS_AUTHORISATION
                                 : alarm->is_own                      ? LIMITS_OVERDUE_THERE
                                                                      : LIMITS_OVERDUE_HERE;
        look->shown[what][alarm->line]++;
    }
    if (look->told_count == LIMITS_TOLD_MAX)
        return;
    if (!was_told(look->limits, alarm))
        alarm_tell(look->journal, alarm);
    look->told[look->told_count++] =
        (struct limit_told){.entry = alarm->entry, .kind = alarm->kind};
}

/* Each is told once, and once more after a start. */
static bool glass_look(struct journal *journal, struct service_limits *limits, struct error *err)
{
    size_t count = 0;
    int64_t newest = 0;

    if (!desk_glass_unreviewed(journal, &count, &newest, err))
        return false;
    if (newest > limits->glass_told)
        report(REPORT_ALARM, NULL,
               "a restricted case was opened by breaking the glass: the head of desk or the data "
               "protection officer reviews it (besa glass list)");
    if (newest > limits->glass_told)
        limits->glass_told = newest;
    return true;
}

static bool look_run(struct journal *journal, struct job *job, struct error *err)
{
    struct service_limits *limits = &service_of(job)->limits;
    struct arena arena CLEANUP(arena_free) = arena_make(TOLD_SIZE);
    struct look look = {.journal = journal,
                        .limits = limits,
                        .told = arena_array(&arena, LIMITS_TOLD_MAX, sizeof *look.told)};

    if (look.told == NULL)
        return error_set(err, ERROR_LIMIT, "limits: out of memory");
    if (!desk_alarms_each(journal, alarm_look, &look, err) || !glass_look(journal, limits, err))
        return false;
    for (size_t what = 0; what < LIMITS_SHOWN_COUNT; what++)
        for (size_t i = 0; i < journal->line_count; i++)
            __atomic_store_n(&limits->shown[what][i], look.shown[what][i], __ATOMIC_RELAXED);
    memcpy(limits->told, look.told, look.told_count * sizeof *look.told);
    limits->told_count = look.told_count;
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
