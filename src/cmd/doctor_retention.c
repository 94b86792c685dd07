/* Is anything held longer than the agreement allows, and what goes soon? Counts only, no person and no case. */
#include "cmd/doctor.h"
#include "cmd/service.h"
#include "desk/own_dates.h"
#include "desk/own_index.h"
#include "store/act_hold_rows.h"

#include <inttypes.h>

static void clock_look(struct doctor *doctor, const struct retention_clock *clock)
{
    if (clock->trusted_ms == clock->own_ms)
        return;
    doctor_find(doctor, DOCTOR_FAILURE,
                "look at the clock; where it is right and no partner can be reached, two officers "
                "say so: besa retention clock --approver ID",
                "no partner has confirmed the time for %" PRId64
                " days: nothing younger than that is erased",
                (clock->own_ms - clock->confirmed_ms) / INT64_C(86400000));
}

static void line_look(struct doctor *doctor, struct node *node, struct journal_line *line,
                      int64_t now_ms)
{
    struct retention_count late, soon;
    struct error err = {0};

    if (!desk_retention_count(&node->journal, line, now_ms - RETENTION_LATE_MS, &late, &err) ||
        !desk_retention_count(&node->journal, line, now_ms + RETENTION_SOON_MS, &soon, &err)) {
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
        return;
    }
    size_t overdue =
        late.due[RETENTION_GOES] + late.due[RETENTION_UNDELIVERED] + late.due[RETENTION_LOG_CLOSED];
    if (overdue > 0)
        doctor_find(doctor, DOCTOR_FAILURE, "besa retention list, then besa retention run",
                    "%zu items of agreement %s are held longer than it allows", overdue,
                    line->agreement_id);
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "nothing of agreement %s is overdue",
                    line->agreement_id);
    if (soon.due[RETENTION_GOES] > 0)
        doctor_find(doctor, DOCTOR_NOTICE,
                    "the officers review them: besa retention list --days 30",
                    "%zu%s items of agreement %s are erased within 30 days",
                    soon.due[RETENTION_GOES], soon.is_cut ? " or more" : "", line->agreement_id);
    if (late.due[RETENTION_ON_HOLD] > 0)
        doctor_find(doctor, DOCTOR_NOTICE, "the data protection officer reviews the holds",
                    "%zu items of agreement %s are on hold beyond their time",
                    late.due[RETENTION_ON_HOLD], line->agreement_id);
}

static void acts_look(struct doctor *doctor, struct node *node, int64_t now_ms)
{
    struct journal *journal = &node->journal;
    struct error err = {0};
    int64_t oldest_ms = 0;

    if (!journal_acts_oldest(journal, &oldest_ms, &err))
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
    else if (oldest_ms != 0 && oldest_ms < journal_acts_due_ms(journal, now_ms - RETENTION_LATE_MS))
        doctor_find(doctor, DOCTOR_FAILURE, "besa retention run",
                    "access entries are held longer than the %" PRId64 " days agreed",
                    journal_acts_days(journal));
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "no access entry is overdue");
}

/* Kept for an inquiry: nothing is wrong, but somebody has to look at it again. */
static void acts_holds_look(struct doctor *doctor, struct node *node)
{
    struct error err = {0};
    int64_t kept = 0;

    if (!acts_held_count(node->db, 0, &kept, &err))
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
    else if (kept > 0)
        doctor_find(doctor, DOCTOR_NOTICE,
                    "whoever ordered the holds reviews them: besa retention acts-holds",
                    "%" PRId64 " access entries are on hold beyond their time", kept);
}

static void people_look(struct doctor *doctor, struct node *node, int64_t now_ms)
{
    struct journal *journal = &node->journal;
    struct own_dates dates;
    struct error err = {0};

    if (!own_dates_count(node->db, now_ms, &dates, &err)) {
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
        return;
    }
    if (dates.overdue > 0)
        doctor_find(doctor, DOCTOR_FAILURE, "besa own due --erase, then besa retention run",
                    "%" PRId64 " people are in the own index beyond their day", dates.overdue);
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "nobody is in the own index beyond their day");
    if (dates.review > 0)
        doctor_find(doctor, DOCTOR_NOTICE,
                    "the officers look whether they are kept: besa own due, besa own review",
                    "%" PRId64 " people of the own index are to be reviewed", dates.review);
    if (journal->own_index != NULL && own_index_is_late(journal->own_index, now_ms))
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk and at the report of the node",
                    "%zu people who are gone have their names in the search files still",
                    own_index_gone(journal->own_index));
}

//= dir-2016-680 art 5
void doctor_retention_look(struct doctor *doctor, struct node *node)
{
    struct retention_clock clock;
    struct error err = {0};

    if (!journal_retention_clock(&node->journal, &clock, &err)) {
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
        return;
    }
    if (node->journal.line_count > 0 && clock.confirmed_ms != 0)
        clock_look(doctor, &clock);
    for (size_t i = 0; i < node->journal.line_count; i++)
        line_look(doctor, node, &node->journal.lines[i], clock.own_ms);
    people_look(doctor, node, clock.own_ms);
    acts_holds_look(doctor, node);
    if (node->journal.line_count > 0)
        acts_look(doctor, node, clock.own_ms);
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "nothing is held under any agreement");
}
