/* The node's own people; erasure, withdrawal, suspension, rebuild. */
#include "desk/private.h"
#include "desk/retention.h"

#include "base/text.h"
#include "desk/roles.h"

#include <stdlib.h>

/* Whoever gives out roles does not take one: a change of one's own row changes no role. */
static bool own_role_check(struct journal *journal, const struct desk_call *call,
                           const struct officer_row *row, struct error *err)
{
    struct officer_row old;

    if (!span_equal(row->id, call->access.officer))
        return true;
    if (!officer_find(journal->db, call->arena, row->id, &old, err))
        return error_add(err, "officer %.*s", SPAN_ARG(row->id));
    return span_equal(old.role, row->role) ||
           error_set(err, ERROR_RULE, "officer-put: nobody changes their own role");
}

bool act_officer_put(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                     struct error *err)
{
    struct officer_row row = {.id = json_get_text(call->arguments, "id", 1, NAME_SIZE_MAX),
                              .name =
                                  json_get_text(call->arguments, "name", 1, OFFICER_NAME_SIZE_MAX),
                              .unit = json_get_text(call->arguments, "unit", 1, NAME_SIZE_MAX)};
    size_t role = json_get_choice(call->arguments, "role", role_names, ROLE_COUNT);

    row.role = span_text(role_names[role]);
    row.is_active = json_get_boolean_optional(call->arguments, "active", true);
    if (!problems_to_error(call->problems, err))
        return false;
    if (!text_is_identifier(row.id, NAME_SIZE_MAX) ||
        !text_is_identifier(row.unit, NAME_SIZE_MAX) || span_is(row.id, "node"))
        return error_set(err, ERROR_INPUT,
                         "id and unit: 1 to %u of a-z, 0-9 and hyphen, and not 'node'",
                         NAME_SIZE_MAX);
    if (!own_role_check(journal, call, &row, err) || !officer_put(journal->db, &row, err) ||
        !access_write(journal, call, "officer-put", &row.id, 1, err))
        return false;
    json_begin_object(out);
    json_text_field(out, "officer", row.id);
    json_end_object(out);
    return true;
}

bool act_officer_list(struct journal *journal, const struct desk_call *call,
                      struct json_writer *out, struct error *err)
{
    struct officer_row *rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *rows);
    struct page page;
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_LIST_MAX, &page, err) ||
        !officer_list(journal->db, call->arena, page.after, rows, page.limit + 1, &count, err) ||
        !access_write(journal, call, "officer-list", NULL, 0, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    page_begin(out);
    for (size_t i = 0; i < shown; i++) {
        json_begin_object(out);
        json_text_field(out, "id", rows[i].id);
        json_text_field(out, "name", rows[i].name);
        json_text_field(out, "unit", rows[i].unit);
        json_text_field(out, "role", rows[i].role);
        json_boolean_field(out, "active", rows[i].is_active);
        json_end_object(out);
    }
    page_end(out, count > shown, shown == 0 ? span_text("") : rows[shown - 1].id);
    return true;
}

static int line_compare(const void *a, const void *b)
{
    const struct journal_line *const *x = a;
    const struct journal_line *const *y = b;

    return strcmp((*x)->agreement_id, (*y)->agreement_id);
}

/* Those behind the page's place, in the order of their names. */
static size_t lines_sorted(const struct journal *journal, const struct page *page,
                           const struct journal_line *out[PARTNER_COUNT_MAX])
{
    const char *after = page->after.size == 0 ? "" : (const char *)page->after.data;
    size_t count = 0;

    for (size_t i = 0; i < journal->line_count && i < PARTNER_COUNT_MAX; i++)
        if (strcmp(journal->lines[i].agreement_id, after) > 0)
            out[count++] = &journal->lines[i];
    qsort(out, count, sizeof *out, line_compare);
    return count;
}

static void line_write(const struct journal_line *line, int64_t now_ms, struct json_writer *out)
{
    json_begin_object(out);
    json_string_field(out, "agreement", line->agreement_id);
    json_string_field(out, "partner", line->partner);
    json_integer_field(out, "version", (int64_t)line->agreement.version);
    json_boolean_field(out, "suspended", line->is_suspended);
    json_boolean_field(out, "suspended_by_us", line->is_suspended_by_us);
    json_boolean_field(out, "suspended_by_partner", line->is_suspended_by_partner);
    json_boolean_field(out, "terminated", journal_ends_ms(line) != 0);
    json_time_field(out, "ends", journal_over_ms(line));
    json_boolean_field(out, "ended", now_ms >= journal_over_ms(line));
    json_end_object(out);
}

bool act_agreement_list(struct journal *journal, const struct desk_call *call,
                        struct json_writer *out, struct error *err)
{
    const struct journal_line *lines[PARTNER_COUNT_MAX];
    struct page page;

    if (!page_read(call, DESK_LIST_MAX, &page, err) ||
        !access_write(journal, call, "agreement-list", NULL, 0, err))
        return false;
    size_t count = lines_sorted(journal, &page, lines);
    size_t shown = count > page.limit ? page.limit : count;
    page_begin(out);
    for (size_t i = 0; i < shown; i++)
        line_write(lines[i], journal->env->now_ms(journal->env->context), out);
    page_end(out, count > shown, span_text(shown == 0 ? "" : lines[shown - 1]->agreement_id));
    return true;
}

bool act_item_erase(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    struct span item = json_get_text(call->arguments, "item", 1, UUID_TEXT_SIZE);
    int64_t part = json_get_integer_optional(call->arguments, "part", 0, UINT16_MAX, 0);
    size_t reason =
        json_get_choice(call->arguments, "erase_reason", erase_reason_names, ERASE_REASON_COUNT);
    struct journal_line *line = NULL;
    struct entry_row row;

    if (!problems_to_error(call->problems, err) ||
        !item_find(journal, item, call->arena, &line, &row, err) ||
        !desk_hold_forbids_erasing(journal, row.id, err))
        return false;
    struct span object = item_name(line, row.log, row.message_id, call->arena);
    if (!journal_erase(journal, line, row.id, (uint16_t)part, (enum erase_reason)reason, err) ||
        !access_write(journal, call, "item-erase", &object, 1, err))
        return false;
    json_begin_object(out);
    json_text_field(out, "item", item);
    json_integer_field(out, "part", part);
    json_string_field(out, "state", "erased here; the partner is told");
    json_end_object(out);
    return true;
}

bool act_item_withdraw(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct span item = json_get_text(call->arguments, "item", 1, UUID_TEXT_SIZE);
    struct journal_line *line = NULL;
    struct entry_row row;

    if (!problems_to_error(call->problems, err) ||
        !item_find(journal, item, call->arena, &line, &row, err))
        return false;
    struct span object = item_name(line, row.log, row.message_id, call->arena);
    if (!journal_withdraw(journal, line, row.id, err) ||
        !access_write(journal, call, "item-withdraw", &object, 1, err))
        return false;
    json_begin_object(out);
    json_text_field(out, "item", item);
    json_string_field(out, "state", "withdrawn");
    json_end_object(out);
    return true;
}

static bool suspend(struct journal *journal, const struct desk_call *call, bool is_suspended,
                    const char *act, struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_pick(
        journal, json_get_text_optional(call->arguments, "agreement", NAME_SIZE_MAX), err);

    size_t reason = SUSPENSION_OTHER;
    if (is_suspended)
        reason =
            json_get_choice_optional(call->arguments, "suspension_reason", suspension_reason_names,
                                     SUSPENSION_REASON_COUNT, SUSPENSION_OTHER);
    if (!problems_to_error(call->problems, err) || line == NULL)
        return false;
    struct span object = span_text(line->agreement_id);
    if (!journal_suspend(journal, line, is_suspended, (enum suspension_reason)reason, err) ||
        !access_write(journal, call, act, &object, 1, err))
        return false;
    json_begin_object(out);
    json_string_field(out, "agreement", line->agreement_id);
    json_boolean_field(out, "suspended", is_suspended);
    json_end_object(out);
    return true;
}

bool act_agreement_suspend(struct journal *journal, const struct desk_call *call,
                           struct json_writer *out, struct error *err)
{
    return suspend(journal, call, true, "agreement-suspend", out, err);
}

bool act_agreement_resume(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    return suspend(journal, call, false, "agreement-resume", out, err);
}

bool act_rebuild(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                 struct error *err)
{
    if (!journal_rebuild(journal, call->progress, call->progress_context, err) ||
        !access_write(journal, call, "rebuild", NULL, 0, err))
        return false;
    json_begin_object(out);
    json_integer_field(out, "rows_walked", journal->next_sequence - 1);
    json_end_object(out);
    return true;
}
