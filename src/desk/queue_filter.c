/* Filters of the queue: see queue_filter.h. */
#include "desk/queue_filter.h"

#include "base/attributes.h"
#include "base/text.h"
#include "desk/alarm.h"
#include "desk/private.h"

static enum inbox_wanted wanted_read(const struct desk_call *call, const char *name)
{
    if (!json_has(call->arguments, name))
        return INBOX_ANY;
    return json_get_boolean(call->arguments, name) ? INBOX_YES : INBOX_NO;
}

/* A name that there is not would show an empty queue, as if nothing waited. */
static bool line_check(const struct journal *journal, const struct inbox_filter *filter,
                       struct error *err)
{
    bool is_there = filter->partner.size == 0 && filter->agreement.size == 0;

    for (size_t i = 0; i < journal->line_count; i++)
        is_there =
            is_there ||
            ((filter->partner.size == 0 || span_is(filter->partner, journal->lines[i].partner)) &&
             (filter->agreement.size == 0 ||
              span_is(filter->agreement, journal->lines[i].agreement_id)));
    return is_there || error_set(err, ERROR_MISSING, "no such partner or agreement here");
}

/* The longest limit of all agreements says how far ahead what is soon may be due. */
static int64_t soon_most_ms(const struct journal *journal)
{
    int64_t most_ms = 0;

    for (size_t i = 0; i < journal->line_count; i++)
        for (int row = DEADLINE_NONE + 1; row < DEADLINE_ROW_COUNT; row++) {
            int64_t after_ms =
                agreement_row_after_ms(&journal->lines[i].agreement, (enum deadline_row)row);
            if (after_ms > most_ms)
                most_ms = after_ms;
        }
    return most_ms / ALARM_SOON_FRACTION;
}

static bool unit_read(const struct desk_call *call, struct inbox_filter *out, struct error *err)
{
    bool is_unassigned = json_get_boolean_optional(call->arguments, "unassigned", false);

    out->unit = json_get_text_optional(call->arguments, "unit", NAME_SIZE_MAX);
    out->by_unit = is_unassigned || out->unit.size > 0;
    return !is_unassigned || out->unit.size == 0 ||
           error_set(err, ERROR_INPUT, "unit: given to a unit, or unassigned, not both");
}

bool queue_filter_read(struct journal *journal, const struct desk_call *call, bool is_own,
                       struct inbox_filter *out, bool *is_whole, struct error *err)
{
    static const char *const states[] = {[INBOX_OPEN] = "open",
                                         [INBOX_OVERDUE] = "overdue",
                                         [INBOX_SOON] = "soon",
                                         [INBOX_ANSWERED] = "answered",
                                         [INBOX_AUTHORISATION] = "overdue_authorisation"};

    *out = (struct inbox_filter){
        .is_own = is_own,
        .state = (enum inbox_state)json_get_choice_optional(call->arguments, "state", states,
                                                            ARRAY_COUNT(states), INBOX_ALL),
        .urgent = wanted_read(call, "urgent"),
        .training = wanted_read(call, "training"),
        .partner = json_get_text_optional(call->arguments, "partner", NAME_SIZE_MAX),
        .agreement = json_get_text_optional(call->arguments, "agreement", NAME_SIZE_MAX),
        .now_ms = journal->env->now_ms(journal->env->context),
        .soon_fraction = ALARM_SOON_FRACTION,
        .soon_most_ms = soon_most_ms(journal)};
    if (!is_own && !unit_read(call, out, err))
        return false;
    *is_whole = out->state == INBOX_ALL && out->urgent == INBOX_ANY && out->training == INBOX_ANY &&
                !out->by_unit && out->partner.size == 0 && out->agreement.size == 0;
    return problems_to_error(call->problems, err) && line_check(journal, out, err);
}

bool queue_counts_write(struct journal *journal, const struct inbox_filter *filter,
                        struct json_writer *out, struct error *err)
{
    struct inbox_counts counts;

    if (!inbox_count(journal->db, filter, &counts, err))
        return false;
    json_key(out, "counts");
    json_begin_object(out);
    json_integer_field(out, "open", counts.open);
    json_integer_field(out, "overdue", counts.overdue);
    json_integer_field(out, "overdue_authorisation", counts.authorisation);
    json_integer_field(out, "soon", counts.soon);
    json_integer_field(out, "urgent", counts.urgent);
    if (!filter->is_own)
        json_integer_field(out, "unassigned", counts.unassigned);
    json_integer_field(out, "counted_to", INBOX_COUNT_MOST);
    json_end_object(out);
    return true;
}
