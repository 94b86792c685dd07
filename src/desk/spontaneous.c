/*
 * Own-initiative information: what the desk gives the partner unasked, and what it was given. It goes through the same doors
 * as a request and an answer (approval.c, rule_ask, send_out), so that whatever rules these rules it too.
 */
#include "desk/codes.h"
#include "desk/ground.h"
#include "desk/private.h"
#include "desk/rights.h"
#include "desk/spoc.h"

#include "base/text.h"
#include "store/spontaneous_rows.h"

/* --- giving --- */

/* Items leave the body and travel as salted small parts, so that one can be erased alone. */
static bool given_enclose(struct journal *journal, struct journal_line *line,
                          const struct desk_call *call, struct spontaneous *given,
                          struct enclosed *enclosed, struct permit_question *question,
                          struct error *err)
{
    struct span approver =
        call->access.approver.size > 0 ? call->access.approver : call->access.officer;

    if (!access_pseudonym(journal, line, call->access.officer, call->arena, &given->officer, err) ||
        !access_pseudonym(journal, line, approver, call->arena, &given->approved_by, err) ||
        !items_mask(&given->items, given->item_count, given->officer, call->arena, err) ||
        !enclose_items(journal, call, given->items, given->item_count, enclosed, err) ||
        !enclose(journal, call, enclosed, err) || !problems_to_error(call->problems, err))
        return false;
    *question = (struct permit_question){.type = MESSAGE_SPONTANEOUS,
                                         .spontaneous = given,
                                         .part_items = given->items,
                                         .part_item_count = given->item_count};
    given->items = NULL;
    given->item_count = 0;
    given->parts = (struct part_list){enclosed->parts, enclosed->part_count};
    given->attachments =
        (struct attachment_list){enclosed->attachments, enclosed->attachment_count};
    return true;
}

static bool given_out(struct journal *journal, struct journal_line *line,
                      const struct desk_call *call, struct spontaneous *given,
                      struct json_writer *out, struct error *err)
{
    struct buffer written CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct enclosed enclosed = {.parts = NULL};
    struct permit_question question;
    struct ruling ruling;
    struct span ruling_span;
    struct span body;

    if (!given_enclose(journal, line, call, given, &enclosed, &question, err) ||
        !send_body(&written, spontaneous_write(given, &written), call->arena, &body, err) ||
        !send_recheck(call, MESSAGE_SPONTANEOUS, body, err))
        return false;
    question.body_size = (int64_t)body.size;
    if (!rule_ask(journal, line, call, &question, &ruling, err) ||
        !send_ruling(&ruling, call->arena, &ruling_span, err))
        return false;
    struct draft draft = {.type = MESSAGE_SPONTANEOUS,
                          .unit = journal_unit(journal, line),
                          .body = body,
                          .parsed = given,
                          .ruling = ruling_span,
                          .parts = enclosed.drafts,
                          .part_count = enclosed.part_count};
    return send_out(journal, line, call, "spontaneous-send", &draft, &ruling, out, err) &&
           (call->is_trial || enclosed_forget(journal, &enclosed, err));
}

//= dir-2023-977 art 7
bool act_spontaneous_send(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    struct journal_line *line = line_pick(
        journal, json_get_text_optional(call->arguments, "agreement", NAME_SIZE_MAX), err);
    struct spontaneous given;
    struct span body;

    if (!problems_to_error(call->problems, err) || line == NULL ||
        !ground_body(journal, line, call, &body, err))
        return false;
    if (!spontaneous_read(body, call->arena, &given, call->problems)) {
        ground_hint(journal, line, call);
        return problems_to_error(call->problems, err) ||
               error_add(err, "own-initiative information");
    }
    if (given.parts.count > 0)
        return error_set(err, ERROR_INPUT,
                         "own-initiative information: parts are made here, from items and "
                         "attachments");
    return elsewhere_check(call, given.foreign_reference_count, given.is_training, err) &&
           rights_permit_in_case(journal, call, line, err) &&
           rights_permit_people(journal, call, line, given.items, given.item_count, err) &&
           given_out(journal, line, call, &given, out, err);
}

/* --- lists --- */

static const char *state_of(const struct spontaneous_line *line)
{
    if (line->received_s == 0)
        return line->index == ENTRY_WAITING ? "waits for the partner" : "on its way";
    return line->notices > 0 ? "opened" : "received";
}

void spontaneous_line_write(struct journal *journal, const struct spontaneous_line *line,
                            struct json_writer *out)
{
    static const char *const results[] = {"accepted", "refused", "held"};
    const struct spontaneous_row *row = &line->given;
    char id[UUID_TEXT_SIZE] = "";

    if (row->message_id.size == UUID_SIZE)
        uuid_write(row->message_id.data, id);
    json_begin_object(out);
    json_string_field(out, "item", id);
    json_string_field(out, "type", message_type_name(MESSAGE_SPONTANEOUS));
    json_text_field(out, "partner", line->partner);
    json_text_field(out, "reference", row->reference);
    json_string_field(
        out, "provision",
        provision_names[row->provision == PROVISION_MUST ? PROVISION_MUST : PROVISION_MAY]);
    json_boolean_field(out, "training", row->is_training);
    codes_row_write(journal, row->entry, out);
    json_integer_field(out, "items", row->items);
    json_integer_field(out, "attachments", row->attachments);
    json_time_field(out, "created", line->created_ms);
    if (line->received_s > 0)
        json_time_field(out, "received", line->received_s * 1000);
    json_string_field(out, "state", state_of(line));
    if (line->result >= 0 && line->result < (int64_t)ARRAY_COUNT(results))
        json_string_field(out, "partner_says", results[line->result]);
    json_end_object(out);
}

static bool objects_fill(struct journal *journal, const struct spontaneous_line *lines,
                         size_t count, struct span *objects, struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct journal_line *line = journal_line_of(journal, lines[i].agreement);
        if (line == NULL)
            return error_set(err, ERROR_STORE, "own-initiative information of no agreement");
        objects[i] = item_name(line, lines[i].given.log, lines[i].given.message_id, arena);
    }
    return true;
}

bool spontaneous_new_list(struct journal *journal, const struct desk_call *call,
                          struct spontaneous_line **out, struct span *objects, size_t *count,
                          struct error *err)
{
    *out = arena_array(call->arena, DESK_LIST_MAX, sizeof **out);
    if (*out == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    return spontaneous_list_new(journal->db, call->arena, *out, DESK_LIST_MAX, count, err) &&
           objects_fill(journal, *out, *count, objects, call->arena, err);
}

/* What was exempted from the copy to the Single Point of Contact; it was read, so that a page may be shorter than asked. */
static bool kept_leave_out(struct journal *journal, const struct desk_call *call,
                           struct spontaneous_line *lines, size_t *count, struct error *err)
{
    struct officer_row officer;
    size_t shown = 0;

    if (!access_officer(journal, call->access.officer, call->arena, &officer, err))
        return false;
    for (size_t i = 0; i < *count; i++) {
        bool is_kept = false;
        if (!spoc_is_kept_from(journal, &officer, lines[i].given.entry, call->arena, &is_kept, err))
            return false;
        if (!is_kept)
            lines[shown++] = lines[i];
    }
    *count = shown;
    return true;
}

bool act_spontaneous_list(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    bool is_own = json_get_boolean_optional(call->arguments, "own", false);
    struct spontaneous_line *lines = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *lines);
    struct span *objects = arena_array(call->arena, DESK_LIST_MAX, sizeof *objects);
    struct span next = span_text("");
    struct page page;
    int64_t before = 0;
    size_t count = 0;

    if (lines == NULL || objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_PAGE, &page, err) ||
        (page.after.size > 0 && !page_numbers_read(page.after, &before, 1, err)) ||
        !spontaneous_list(journal->db, call->arena, is_own, before, lines, page.limit + 1, &count,
                          err))
        return false;
    bool has_next = count > page.limit;
    if (has_next)
        count = page.limit;
    if ((has_next &&
         !page_numbers_write(&lines[count - 1].given.entry, 1, call->arena, &next, err)) ||
        !kept_leave_out(journal, call, lines, &count, err) ||
        !objects_fill(journal, lines, count, objects, call->arena, err) ||
        !access_view(journal, call, "spontaneous-list", objects, count, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < count; i++)
        spontaneous_line_write(journal, &lines[i], out);
    page_end(out, has_next, next);
    return true;
}
