/*
 * After a restore: two officers here order that the partner is asked for what it holds, one officer there allows it for a
 * while. Heads of desk and security officers alone: what comes back is everything that was exchanged.
 */
#include "desk/private.h"

#include "base/text.h"
#include "journal/resume.h"

#include <inttypes.h>

#define ALLOW_MS_MAX (INT64_C(7) * 24 * 3600 * 1000) /* a forgotten allowance ends by itself */

static const char *const state_words[] = {
    [RESUME_NONE] = "level",
    [RESUME_BEHIND] = "behind: two officers order the resume",
    [RESUME_ORDERED] = "ordered: the partner is asked",
    [RESUME_DONE] = "resumed: the log needs a successor",
};

/* What the last resume brought, and what it could not; none of it is there before one ended. */
static void back_write(const struct line_resume *resume, struct json_writer *out)
{
    if (resume->state != RESUME_DONE && resume->own_back + resume->partner_back +
                                                resume->receipts_back + resume->lost_bodies +
                                                resume->lost_parts ==
                                            0)
        return;
    json_integer_field(out, "own_entries_back", (int64_t)resume->own_back);
    json_integer_field(out, "partner_entries_back", (int64_t)resume->partner_back);
    json_integer_field(out, "receipts_back", (int64_t)resume->receipts_back);
    json_integer_field(out, "bodies_back", (int64_t)resume->bodies_back);
    json_integer_field(out, "agreement_versions_back", (int64_t)resume->versions_back);
    json_integer_field(out, "lost_bodies", (int64_t)resume->lost_bodies);
    json_integer_field(out, "lost_parts", (int64_t)resume->lost_parts);
    json_string_field(out, "lost_without_count",
                      "what only this node held since the backup: messages not delivered, drafts, "
                      "officers and cases entered, and access entries that no audit copy kept");
}

static bool state_write(struct journal *journal, struct journal_line *line, struct json_writer *out,
                        struct error *err)
{
    const struct line_resume *resume = &line->resume;
    int64_t until_ms = 0;

    if (!journal_resume_allowed_until(journal, line, &until_ms, err))
        return false;
    json_begin_object(out);
    json_string_field(out, "agreement", line->agreement_id);
    json_string_field(out, "partner", line->partner);
    json_string_field(out, "state", state_words[resume->state]);
    json_integer_field(out, "own_entries", (int64_t)line->out.size);
    json_integer_field(out, "own_entries_wanted", (int64_t)resume->out_target);
    json_integer_field(out, "partner_entries", (int64_t)line->in.size);
    json_integer_field(out, "partner_entries_wanted", (int64_t)resume->in_target);
    back_write(resume, out);
    /* The partner witnessed so many more: entries of the domestic log, the fillers of its beat among them. */
    if (resume->domestic_behind > 0)
        json_integer_field(out, "lost_domestic_entries", (int64_t)resume->domestic_behind);
    if (until_ms > journal->env->now_ms(journal->env->context))
        json_time_field(out, "partner_may_resume_until", until_ms);
    json_end_object(out);
    return true;
}

bool act_resume_order(struct journal *journal, const struct desk_call *call,
                      struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_pick(
        journal, json_get_text_optional(call->arguments, "agreement", NAME_SIZE_MAX), err);

    if (!problems_to_error(call->problems, err) || line == NULL)
        return false;
    if (call->is_trial)
        return true;
    if (call->access.approver.size == 0)
        return error_set(err, ERROR_RULE,
                         "resume-order: a second officer is required (--approver)");
    struct span object = span_text(line->agreement_id);
    return journal_resume_order(journal, line, err) &&
           access_write(journal, call, "resume-order", &object, 1, err) &&
           state_write(journal, line, out, err);
}

bool act_resume_allow(struct journal *journal, const struct desk_call *call,
                      struct json_writer *out, struct error *err)
{
    struct journal_line *line = NULL;
    int64_t now_ms = journal->env->now_ms(journal->env->context);
    int64_t until_ms = now_ms;
    struct span partner = json_get_text(call->arguments, "partner", 1, NAME_SIZE_MAX);
    struct span until = json_get_text(call->arguments, "until", 1, TIME_TEXT_SIZE);

    if (!problems_to_error(call->problems, err))
        return false;
    line = journal_line_to(journal, partner);
    if (line == NULL)
        return error_set(err, ERROR_MISSING, "no agreement with %.*s is in force here",
                         SPAN_ARG(partner));
    if (!span_is(until, "now") && !time_read(until, &until_ms))
        return error_set(err, ERROR_INPUT,
                         "until: a time like 2026-01-31T23:59:59Z, or `now` to end it");
    if (until_ms > now_ms + ALLOW_MS_MAX)
        return error_set(err, ERROR_LIMIT, "until: at most 7 days from now");
    struct span objects[] = {span_text(line->agreement_id), until};
    return journal_resume_allow(journal, line, until_ms, err) &&
           access_write(journal, call, "resume-allow", objects, ARRAY_COUNT(objects), err) &&
           state_write(journal, line, out, err);
}

bool act_resume_status(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    if (!access_write(journal, call, "resume-status", NULL, 0, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < journal->line_count; i++)
        if (!state_write(journal, &journal->lines[i], out, err))
            return false;
    page_end(out, false, span_text(""));
    return true;
}
