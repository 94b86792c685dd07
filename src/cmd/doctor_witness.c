/*
 * Does each partner witness our domestic log? Judged by the age of what it has not cosigned, not by whether it ever did: a
 * partner that stopped leaves everything since then to our keeper alone, and nothing else would say so. A beat comes each
 * minute and a refused one is tried again within another, so a partner that answers is never long behind.
 */
#include "cmd/doctor.h"
#include "cmd/service.h"

#include <inttypes.h>
#include <stdio.h>

#define MINUTE_MS INT64_C(60000)
/* Fifteen beats, as often as the two nodes show each other what they hold: it is no single lost call. */
#define WITNESS_LATE_MS (15 * MINUTE_MS)
/* Longer than somebody needs to mend a node that answers, and within the shift in which the warning came. */
#define WITNESS_OVERDUE_MS (4 * 60 * MINUTE_MS)

/* How long it has owed its cosignature while it could have given it. */
static int64_t owed_ms(const struct exchange_state *state, int64_t now_ms, int64_t since_ms)
{
    int64_t age_ms = since_ms == 0 ? 0 : now_ms - since_ms;

    return age_ms < state->steady_ms ? age_ms : state->steady_ms;
}

static void late_find(struct doctor *doctor, const struct journal *journal,
                      const struct journal_line *line, const struct exchange_state *state,
                      int64_t late_ms)
{
    doctor_find(doctor, late_ms > WITNESS_OVERDUE_MS ? DOCTOR_FAILURE : DOCTOR_WARNING,
                "ask the partner's administrator what its node says of ours (docs/recovery.md); "
                "until it witnesses again, only our own keeper stands against a rewrite",
                "%s answers, and has not witnessed our domestic log for %" PRId64 " min: %" PRIu64
                " of %" PRIu64 " signed entries%s%s",
                line->partner, late_ms / MINUTE_MS, line->witnessed, journal->domestic.signed_size,
                state->unwitnessed[0] == '\0' ? "" : "; ", state->unwitnessed);
}

static void line_look(struct doctor *doctor, struct node *node, size_t at)
{
    struct journal *journal = &node->journal;
    const struct journal_line *line = &journal->lines[at];
    struct exchange_state state = {.is_reachable = false};
    struct error err = {0};
    int64_t since_ms = 0;

    if (!journal_unwitnessed(journal, line, &since_ms, &err)) {
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
        return;
    }
    if (node->exchange != NULL)
        exchange_state(node->exchange, at, &state);
    int64_t late_ms = owed_ms(&state, node->env->now_ms(node->env->context), since_ms);
    if (late_ms > WITNESS_LATE_MS)
        late_find(doctor, journal, line, &state, late_ms);
    else if (since_ms != 0 && node->exchange != NULL && !state.is_reachable)
        doctor_find(doctor, DOCTOR_NOTICE, NULL,
                    "%s cannot be reached (row `lines`) and witnessed %" PRIu64 " of %" PRIu64
                    " signed entries of our domestic log",
                    line->partner, line->witnessed, journal->domestic.signed_size);
    else
        doctor_find(doctor, DOCTOR_OK, NULL,
                    "%s witnessed %" PRIu64 " of %" PRIu64 " domestic entries", line->partner,
                    line->witnessed, journal->domestic.size);
}

void doctor_witness_look(struct doctor *doctor, struct node *node)
{
    for (size_t i = 0; i < node->journal.line_count; i++)
        line_look(doctor, node, i);
}
