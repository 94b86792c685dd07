/* Is an answer overdue, and does every urgent request lie with its partner? Counts only, no person and no case. */
#include "cmd/doctor.h"
#include "cmd/service.h"

#include "base/attributes.h"

#include <stdio.h>

/* Alarms of one line: of ours, and of the partner's requests. */
struct tally {
    size_t own[ALARM_KIND_COUNT];
    size_t theirs[ALARM_KIND_COUNT];
};

static void alarm_count(void *context, const struct alarm *alarm)
{
    struct tally *tally = (struct tally *)context + alarm->line;

    (alarm->is_own ? tally->own : tally->theirs)[alarm->kind]++;
}

/* Whom to call, and with what is urgent the channel that is left when nobody answers there. */
static void call_write(const struct journal_line *line, bool with_fallback,
                       char out[DOCTOR_TEXT_SIZE])
{
    const struct agreement_party *partner = &line->agreement.parties[line->partner_side];
    bool has_fallback = with_fallback && partner->fallback.size > 0;

    snprintf(out, DOCTOR_TEXT_SIZE, "the duty officer telephones %.200s: %.*s%s%.*s", line->partner,
             SPAN_ARG(partner->contact), has_fallback ? "; when nobody answers: " : "",
             has_fallback ? (int)partner->fallback.size : 0,
             has_fallback ? (const char *)partner->fallback.data : "");
}

static void custody_look(struct doctor *doctor, const struct journal_line *line, size_t waiting)
{
    char call[DOCTOR_TEXT_SIZE];

    call_write(line, true, call);
    if (waiting > 0)
        doctor_find(doctor, DOCTOR_FAILURE, call,
                    "%zu urgent messages are not in the custody of %s after %d minutes", waiting,
                    line->partner, (int)(ALARM_CUSTODY_MS / 60000));
}

static void line_look(struct doctor *doctor, const struct journal_line *line,
                      const struct tally *tally)
{
    size_t waiting = tally->own[ALARM_NO_CUSTODY] + tally->theirs[ALARM_NO_CUSTODY];
    size_t owed = tally->theirs[ALARM_OVERDUE];
    size_t awaited = tally->own[ALARM_OVERDUE];
    size_t awaited_by_law = tally->own[ALARM_AUTHORISATION] + tally->theirs[ALARM_AUTHORISATION];
    size_t soon = tally->theirs[ALARM_SOON];
    size_t unreviewed = tally->theirs[ALARM_UNREVIEWED];
    char call[DOCTOR_TEXT_SIZE];

    call_write(line, false, call);
    custody_look(doctor, line, waiting);
    if (owed > 0)
        doctor_find(doctor, DOCTOR_WARNING, "the duty officer looks: besa alarms",
                    "%zu of our answers to %s are overdue", owed, line->partner);
    if (awaited > 0)
        doctor_find(doctor, DOCTOR_NOTICE, call, "%zu answers of %s are overdue", awaited,
                    line->partner);
    if (awaited_by_law > 0)
        doctor_find(
            doctor, DOCTOR_NOTICE, "the duty officer looks: besa alarms",
            "%zu answers with %s are overdue and wait for a judicial authorisation, as told",
            awaited_by_law, line->partner);
    if (soon > 0)
        doctor_find(doctor, DOCTOR_NOTICE, "the duty officer looks: besa alarms",
                    "%zu of our answers to %s are due soon", soon, line->partner);
    if (unreviewed > 0)
        doctor_find(doctor, DOCTOR_WARNING, "another officer reviews them: besa emergency list",
                    "%zu answers to %s were sent by one officer alone", unreviewed, line->partner);
    if (waiting + owed + awaited + awaited_by_law + soon + unreviewed == 0)
        doctor_find(doctor, DOCTOR_OK, NULL, "no answer under %s is overdue or due soon",
                    line->agreement_id);
}

static void glass_look(struct doctor *doctor, struct journal *journal)
{
    struct error err = {0};
    size_t count = 0;
    int64_t newest = 0;

    if (!desk_glass_unreviewed(journal, &count, &newest, &err))
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
    else if (count > 0)
        doctor_find(doctor, DOCTOR_WARNING,
                    "the head of desk or the data protection officer reviews: besa glass list",
                    "%zu restricted cases were opened by breaking the glass", count);
}

void doctor_limits_look(struct doctor *doctor, struct node *node)
{
    struct tally tallies[PARTNER_COUNT_MAX] = {{{0}, {0}}};
    struct error err = {0};

    if (!desk_alarms_each(&node->journal, alarm_count, tallies, &err)) {
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
        return;
    }
    glass_look(doctor, &node->journal);
    for (size_t i = 0; i < node->journal.line_count; i++)
        line_look(doctor, &node->journal.lines[i], &tallies[i]);
    if (node->journal.line_count == 0)
        doctor_find(doctor, DOCTOR_OK, NULL, "there is no agreement");
}
