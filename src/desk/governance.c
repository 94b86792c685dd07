/*
 * The acts of the chiefs about the agreement itself: propose, sign second, refuse, take back, terminate, and what became
 * of it. Institutional keys are on no node: what is signed comes as a file.
 */
#include "desk/private.h"

#include "base/text.h"
#include "message/amendment.h"
#include "message/revocation.h"
#include "store/governance_rows.h"

#include <inttypes.h>
#include <stdio.h>

static struct journal_line *line_of(struct journal *journal, const struct desk_call *call,
                                    struct error *err)
{
    return line_pick(journal, json_get_text_optional(call->arguments, "agreement", NAME_SIZE_MAX),
                     err);
}

/* The access entry, which names the entry made, and what is told. */
static bool act_end(struct journal *journal, const struct desk_call *call, const char *act,
                    struct journal_line *line, const struct appended *appended, const char *state,
                    struct json_writer *out, struct error *err)
{
    char id[UUID_TEXT_SIZE];
    struct span object =
        item_name(line, line->out.id, span_make(appended->message_id, UUID_SIZE), call->arena);

    if (!access_write(journal, call, act, &object, 1, err))
        return false;
    uuid_write(appended->message_id, id);
    json_begin_object(out);
    json_string_field(out, "item", id);
    json_string_field(out, "agreement", line->agreement_id);
    json_integer_field(out, "version_in_force", line->agreement.version);
    json_string_field(out, "state", state);
    json_end_object(out);
    return true;
}

bool act_agreement_propose(struct journal *journal, const struct desk_call *call,
                           struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_of(journal, call, err);
    struct span cms = json_get_base64(call->arguments, "signed", 1, AMENDMENT_CMS_SIZE_MAX);
    struct appended appended;

    return problems_to_error(call->problems, err) && line != NULL &&
           journal_propose(journal, line, cms, &appended, err) &&
           act_end(journal, call, "agreement-propose", line, &appended,
                   "proposed; it binds no one until the partner signs", out, err);
}

bool act_agreement_accept(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_of(journal, call, err);
    struct span cms = json_get_base64(call->arguments, "signed", 1, AMENDMENT_CMS_SIZE_MAX);
    struct appended appended;

    return problems_to_error(call->problems, err) && line != NULL &&
           journal_accept_proposal(journal, line, cms, &appended, err) &&
           act_end(journal, call, "agreement-accept", line, &appended,
                   "in force here from now on; at the partner once it has this entry", out, err);
}

bool act_agreement_refuse(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_of(journal, call, err);
    size_t ground = json_get_choice_optional(call->arguments, "ground", amendment_refusal_names,
                                             AMENDMENT_REFUSAL_COUNT, AMENDMENT_REFUSED_CONTENT);
    struct appended appended;

    return problems_to_error(call->problems, err) && line != NULL &&
           journal_refuse_proposal(journal, line, (enum amendment_refusal)ground, &appended, err) &&
           act_end(journal, call, "agreement-refuse", line, &appended, "refused", out, err);
}

bool act_agreement_withdraw(struct journal *journal, const struct desk_call *call,
                            struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_of(journal, call, err);
    struct appended appended;

    return problems_to_error(call->problems, err) && line != NULL &&
           journal_withdraw_proposal(journal, line, &appended, err) &&
           act_end(journal, call, "agreement-withdraw", line, &appended,
                   "asked back; over once the partner's node says so, unless it signed first", out,
                   err);
}

/* What one said cannot be taken back, and its day comes: so two say it. */
bool act_agreement_terminate(struct journal *journal, const struct desk_call *call,
                             struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_of(journal, call, err);
    struct span day = json_get_text(call->arguments, "ends", 1, 10);
    size_t reason =
        json_get_choice_optional(call->arguments, "suspension_reason", suspension_reason_names,
                                 SUSPENSION_REASON_COUNT, SUSPENSION_OTHER);
    struct appended appended;
    int64_t ends_ms = 0;

    if (!problems_to_error(call->problems, err) || line == NULL)
        return false;
    if (!date_read(day, &ends_ms))
        return error_set(err, ERROR_INPUT, "ends: a date such as 2026-01-31");
    if (call->is_trial)
        return journal_may_terminate(journal, line, ends_ms, err);
    if (call->access.approver.size == 0)
        return error_set(err, ERROR_RULE,
                         "agreement-terminate: a second officer is required (--approver)");
    return journal_terminate(journal, line, ends_ms, (enum suspension_reason)reason, &appended,
                             err) &&
           act_end(journal, call, "agreement-terminate", line, &appended,
                   "terminated: nothing new is sent from that day on", out, err);
}

/* --- reading --- */

#define VERSIONS_SHOWN_MAX 256u /* the newest; a version a month for twenty years */

static const char *code_word(const struct governance_row *row)
{
    if (row->kind == MESSAGE_AGREEMENT_REFUSAL)
        return amendment_refusal_names[row->code % AMENDMENT_REFUSAL_COUNT];
    if (row->kind == MESSAGE_SUSPENSION || row->kind == MESSAGE_TERMINATION)
        return suspension_reason_names[row->code % SUSPENSION_REASON_COUNT];
    if (row->kind == MESSAGE_KEY_REVOCATION)
        return revocation_reason_names[row->code % REVOCATION_REASON_COUNT];
    return NULL;
}

static void row_show(const struct journal *journal, const struct journal_line *line,
                     const struct governance_row *row, struct json_writer *out)
{
    const char *code = code_word(row);

    json_begin_object(out);
    json_string_field(out, "what", message_type_name((enum message_type)row->kind));
    json_string_field(out, "by", row->is_own ? journal->party : line->partner);
    if (row->version > 0)
        json_integer_field(out, "version", row->version);
    if (code != NULL)
        json_string_field(out, "for", code);
    json_time_field(out, row->kind == MESSAGE_TERMINATION ? "ends" : "at", row->at_ms);
    json_end_object(out);
}

static bool versions_show(struct journal *journal, const struct journal_line *line,
                          struct arena *arena, struct json_writer *out, struct error *err)
{
    struct version_row *rows = arena_array(arena, VERSIONS_SHOWN_MAX + 1, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!version_list(journal->db, span_text(line->agreement_id), rows, VERSIONS_SHOWN_MAX + 1,
                      &count, err))
        return false;
    json_boolean_field(out, "more_versions", count > VERSIONS_SHOWN_MAX);
    json_key(out, "versions");
    json_begin_array(out);
    for (size_t i = 0; i < count && i < VERSIONS_SHOWN_MAX; i++) {
        json_begin_object(out);
        json_integer_field(out, "version", rows[i].version);
        json_string_field(out, "second_signature",
                          rows[i].entry == 0 ? "before the first entry"
                                             : journal_origin(line, rows[i].log));
        if (rows[i].entry != 0 && rows[i].index != ENTRY_WAITING)
            json_integer_field(out, "index", rows[i].index);
        json_time_field(out, "known_here", rows[i].imported_ms);
        json_end_object(out);
    }
    json_end_array(out);
    return true;
}

/* What was done about the agreement before the page's place, one more than is shown. */
static bool acts_find(struct journal *journal, const struct desk_call *call,
                      const struct journal_line *line, const struct page *page,
                      struct governance_row **rows, size_t *count, struct error *err)
{
    int64_t before = INT64_MAX;

    *rows = arena_array(call->arena, page->limit + 1, sizeof **rows);
    if (*rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    return (page->after.size == 0 || page_numbers_read(page->after, &before, 1, err)) &&
           governance_list(journal->db, call->arena, span_text(line->agreement_id), before, *rows,
                           page->limit + 1, count, err);
}

static void standing_show(const struct journal *journal, const struct journal_line *line,
                          struct json_writer *out)
{
    json_string_field(out, "agreement", line->agreement_id);
    json_integer_field(out, "version_in_force", line->agreement.version);
    json_boolean_field(out, "suspended_by_us", line->is_suspended_by_us);
    json_boolean_field(out, "suspended_by_partner", line->is_suspended_by_partner);
    json_time_field(out, "ends", journal_over_ms(line));
    json_boolean_field(out, "ended",
                       journal->env->now_ms(journal->env->context) >= journal_over_ms(line));
}

bool act_agreement_history(struct journal *journal, const struct desk_call *call,
                           struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_of(journal, call, err);
    struct governance_row *rows = NULL;
    struct span next = span_text("");
    struct page page;
    size_t count = 0;

    if (!page_read(call, DESK_LIST_MAX, &page, err) || line == NULL)
        return false;
    struct span object = span_text(line->agreement_id);
    if (!acts_find(journal, call, line, &page, &rows, &count, err) ||
        !access_write(journal, call, "agreement-history", &object, 1, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    if (count > shown && !page_numbers_write(&rows[shown - 1].entry, 1, call->arena, &next, err))
        return false;
    json_begin_object(out);
    standing_show(journal, line, out);
    if (!versions_show(journal, line, call->arena, out, err))
        return false;
    json_key(out, "acts");
    json_begin_array(out);
    for (size_t i = 0; i < shown; i++)
        row_show(journal, line, &rows[i], out);
    page_end(out, count > shown, next);
    return true;
}

bool act_agreement_proposal(struct journal *journal, const struct desk_call *call,
                            struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_of(journal, call, err);
    bool is_own = json_get_boolean_optional(call->arguments, "own", false);
    struct span cms = {NULL, 0};
    int64_t version = 0;

    if (!problems_to_error(call->problems, err) || line == NULL ||
        !journal_open_proposal(journal, line, is_own, call->arena, &version, &cms, err))
        return false;
    struct span object = span_text(line->agreement_id);
    if (!access_write(journal, call, "agreement-proposal", &object, 1, err))
        return false;
    json_begin_object(out);
    json_string_field(out, "agreement", line->agreement_id);
    json_string_field(out, "by", is_own ? journal->party : line->partner);
    json_integer_field(out, "version", version);
    json_base64_field(out, "signed", cms);
    json_end_object(out);
    return true;
}
