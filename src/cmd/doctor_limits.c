/* Is an answer overdue, and does every urgent request lie with its partner? Counts only, no person and no case. */
#include "cmd/doctor.h"
#include "cmd/service.h"

#include "base/attributes.h"

#include <stdio.h>

#define ARENA_SIZE (4u * 1024 * 1024)

static size_t kind_count(const struct alarm *alarms, size_t count, enum alarm_kind kind,
                         bool is_own, size_t line)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += alarms[i].kind == kind && alarms[i].is_own == is_own && alarms[i].line == line;
    return found;
}

static void line_look(struct doctor *doctor, const struct journal_line *line, size_t index,
                      const struct alarm *alarms, size_t count)
{
    size_t waiting = kind_count(alarms, count, ALARM_NO_CUSTODY, true, index);
    size_t owed = kind_count(alarms, count, ALARM_OVERDUE, false, index);
    size_t awaited = kind_count(alarms, count, ALARM_OVERDUE, true, index);
    size_t soon = kind_count(alarms, count, ALARM_SOON, false, index);
    size_t unreviewed = kind_count(alarms, count, ALARM_UNREVIEWED, false, index);
    char call[DOCTOR_TEXT_SIZE];

    snprintf(call, sizeof call, "the duty officer telephones %.200s: %.*s", line->partner,
             SPAN_ARG(line->agreement.parties[line->partner_side].contact));
    if (waiting > 0)
        doctor_find(doctor, DOCTOR_FAILURE, call,
                    "%zu urgent requests are not in the custody of %s after %d minutes", waiting,
                    line->partner, (int)(ALARM_CUSTODY_MS / 60000));
    if (owed > 0)
        doctor_find(doctor, DOCTOR_WARNING, "the duty officer looks: besa alarms",
                    "%zu of our answers to %s are overdue", owed, line->partner);
    if (awaited > 0)
        doctor_find(doctor, DOCTOR_NOTICE, call, "%zu answers of %s are overdue", awaited,
                    line->partner);
    if (soon > 0)
        doctor_find(doctor, DOCTOR_NOTICE, "the duty officer looks: besa alarms",
                    "%zu of our answers to %s are due soon", soon, line->partner);
    if (unreviewed > 0)
        doctor_find(doctor, DOCTOR_WARNING, "another officer reviews them: besa emergency list",
                    "%zu answers to %s were sent by one officer alone", unreviewed, line->partner);
    if (waiting + owed + awaited + soon + unreviewed == 0)
        doctor_find(doctor, DOCTOR_OK, NULL, "no answer under %s is overdue or due soon",
                    line->agreement_id);
}

void doctor_limits_look(struct doctor *doctor, struct node *node)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ARENA_SIZE);
    struct alarm *alarms = arena_array(&arena, ALARM_COUNT_MAX, sizeof *alarms);
    struct error err = {0};
    size_t count = 0;

    if (alarms == NULL || !desk_alarms(&node->journal, &arena, alarms, &count, &err)) {
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
        return;
    }
    for (size_t i = 0; i < node->journal.line_count; i++)
        line_look(doctor, &node->journal.lines[i], i, alarms, count);
    if (node->journal.line_count == 0)
        doctor_find(doctor, DOCTOR_OK, NULL, "there is no agreement");
}
