/* Notices about a request to us, and what was given to us: opened by the desk, assigned to a unit. Units are named, officers never. */
#include "desk/notice.h"

#include "desk/private.h"
#include "base/text.h"
#include "message/assigned.h"
#include "message/opened.h"

static bool notice_send(struct journal *journal, struct journal_line *line, enum message_type type,
                        const struct reference *reference, struct span body, struct appended *out,
                        struct error *err)
{
    struct draft draft = {.type = type,
                          .in_reply_to = reference,
                          .thread = reference,
                          .unit = journal_unit(journal, line),
                          .body = body};
    return journal_append(journal, line, &draft, out, err);
}

/* Told once, at the first opening. */
static bool was_told(struct journal *journal, int64_t request, enum message_type type, bool *told,
                     struct arena *arena, struct error *err)
{
    struct notice_row rows[64];
    size_t count = 0;

    *told = false;
    if (!notice_list(journal->db, arena, request, rows, ARRAY_COUNT(rows), &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        *told = *told || rows[i].kind == (int64_t)type;
    return true;
}

bool notice_opened(struct journal *journal, struct journal_line *line, const struct entry_row *row,
                   struct arena *arena, struct error *err)
{
    struct opened opened = {.unit = journal_unit(journal, line),
                            .opened_at_ms = journal->env->now_ms(journal->env->context)};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct reference reference;
    struct appended appended;
    bool told = false;

    bool is_told = row->type == MESSAGE_REQUEST || row->type == MESSAGE_SPONTANEOUS;
    if (!is_told || journal_side(line, row->log) != SIDE_PARTNER ||
        !line->agreement.opened_notice || line->is_suspended || line->out.read_only[0] != '\0')
        return true;
    if (!was_told(journal, row->id, MESSAGE_OPENED, &told, arena, err))
        return false;
    if (told || !item_reference(line, row, &reference))
        return true;
    return (opened_write(&opened, &body) || error_set(err, ERROR_BUG, "a notice does not fit")) &&
           notice_send(journal, line, MESSAGE_OPENED, &reference, buffer_span(&body), &appended,
                       err);
}

bool act_assign(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                struct error *err)
{
    struct journal_line *line = NULL;
    struct entry_row row;
    struct reference reference;
    struct appended appended;
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct span item = json_get_text(call->arguments, "item", 1, UUID_TEXT_SIZE);
    struct assigned assigned = {.unit = json_get_text(call->arguments, "unit", 1, NAME_SIZE_MAX),
                                .assigned_at_ms = journal->env->now_ms(journal->env->context)};

    if (!problems_to_error(call->problems, err) ||
        !item_find(journal, item, call->arena, &line, &row, err))
        return false;
    if (!text_is_identifier(assigned.unit, NAME_SIZE_MAX))
        return error_set(err, ERROR_INPUT, "unit: a code of a-z, 0-9 and hyphen");
    if (row.type != MESSAGE_REQUEST || journal_side(line, row.log) != SIDE_PARTNER ||
        !item_reference(line, &row, &reference))
        return error_set(err, ERROR_INPUT, "item %.*s is not a request to us", SPAN_ARG(item));
    if (line->is_suspended)
        return error_set(err, ERROR_RULE, "agreement %s is suspended", line->agreement_id);
    struct span object = item_name(line, row.log, row.message_id, call->arena);
    if (!assigned_write(&assigned, &body) ||
        !notice_send(journal, line, MESSAGE_ASSIGNED, &reference, buffer_span(&body), &appended,
                     err))
        return error_add(err, "assigning");
    if (!access_write(journal, call, "assign", &object, 1, err))
        return false;
    json_begin_object(out);
    json_text_field(out, "item", item);
    json_text_field(out, "unit", assigned.unit);
    json_end_object(out);
    return true;
}
