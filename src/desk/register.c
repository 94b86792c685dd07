/*
 * The register: what came by telephone, on paper, through a liaison officer or over another channel stands under a number of
 * its year, with the true time of its receipt, who registered it, and where the original lies. What is urgent and came by
 * word of mouth is owed in writing within twelve hours. A translation is derived: it bears what the original bears, goes
 * with it, and the original prevails (docs/safeguards.md g17).
 */
#include "desk/register.h"

#include "base/text.h"
#include "desk/codes.h"
#include "desk/match_key.h"
#include "journal/attachment.h"
#include "store/part_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define CONFIRM_MS      (INT64_C(12) * 3600 * 1000)
#define CLOCK_LEEWAY_MS INT64_C(60000)
#define TRANSLATION_MAX 16u /* of one item */

const char *const register_channel_names[REGISTER_CHANNEL_COUNT] = {
    "siena",      "interpol", "selec",         "eurojust", "frontex", "liaison",
    "prosecutor", "other",    "jits_platform", "direct",   "phone",   "paper"};

static int64_t now_of(const struct journal *journal)
{
    return journal->env->now_ms(journal->env->context);
}

/* "2026/17" */
static struct span number_text(const struct register_row *row, struct arena *arena)
{
    char text[48];
    struct span out = {NULL, 0};

    snprintf(text, sizeof text, "%" PRId64 "/%" PRId64, row->year, row->number);
    arena_copy(arena, span_text(text), &out);
    return out;
}

/* --- telling --- */

static void row_write(const struct register_row *row, int64_t now_ms, struct arena *arena,
                      struct json_writer *out)
{
    json_integer_field(out, "register", row->id);
    json_text_field(out, "number", number_text(row, arena));
    json_text_field(out, "case", row->case_number);
    json_string_field(out, "channel", register_channel_names[row->channel]);
    json_boolean_field(out, "oral", row->is_oral);
    json_boolean_field(out, "urgent", row->is_urgent);
    json_time_field(out, "received", row->received_ms);
    json_time_field(out, "registered", row->registered_ms);
    json_text_field(out, "registrar", row->registrar);
    json_text_field(out, "sender", row->sender);
    json_text_field(out, "subject", row->subject);
    json_text_field(out, "original", row->original);
    json_boolean_field(out, "scan", row->scan.size > 0);
    if (row->confirms > 0)
        json_integer_field(out, "confirms", row->confirms);
    if (row->confirmed > 0)
        json_integer_field(out, "confirmed_by", row->confirmed);
    if (row->task > 0 && row->confirmed == 0) {
        json_time_field(out, "confirmation_due", row->received_ms + CONFIRM_MS);
        json_integer_field(out, "minutes_left", (row->received_ms + CONFIRM_MS - now_ms) / 60000);
    }
}

/* --- registering --- */

static bool row_read(struct journal *journal, const struct desk_call *call,
                     struct register_row *out, struct error *err)
{
    struct json_object *arguments = call->arguments;
    int64_t now_ms = now_of(journal);

    *out = (struct register_row){
        .case_number = call->access.case_number,
        .channel = (int64_t)json_get_choice(arguments, "channel", register_channel_names,
                                            REGISTER_CHANNEL_COUNT),
        .is_oral = json_get_boolean_optional(arguments, "oral", false),
        .is_urgent = json_get_boolean_optional(arguments, "urgent", false),
        .received_ms = json_get_time(arguments, "received"),
        .registered_ms = now_ms,
        .registrar = call->access.officer,
        .sender = json_get_text(arguments, "sender", 1, REGISTER_SENDER_SIZE_MAX),
        .subject = json_get_text(arguments, "subject", 1, REGISTER_SUBJECT_SIZE_MAX),
        .original = json_get_text(arguments, "original", 1, REGISTER_ORIGINAL_SIZE_MAX),
        .confirms = json_get_integer_optional(arguments, "confirms", 1, JSON_INTEGER_MAX, 0)};
    if (!problems_to_error(call->problems, err))
        return false;
    if (out->received_ms > now_ms + CLOCK_LEEWAY_MS)
        return error_set(err, ERROR_INPUT, "received: it is not that late yet");
    return !out->is_oral || out->confirms == 0 ||
           error_set(err, ERROR_INPUT, "confirms: what is oral confirms nothing");
}

/* An upload of this officer stays from here on, as nobody's. */
static bool scan_keep(struct journal *journal, const struct desk_call *call,
                      struct register_row *row, struct error *err)
{
    uint8_t *id = arena_alloc(call->arena, ATTACHMENT_ID_SIZE);
    struct upload_row upload;

    if (id == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!json_has(call->arguments, "scan"))
        return true;
    json_get_hex(call->arguments, "scan", id, ATTACHMENT_ID_SIZE);
    if (!problems_to_error(call->problems, err))
        return false;
    row->scan = span_make(id, ATTACHMENT_ID_SIZE);
    if (!upload_find(journal->db, call->arena, row->scan, &upload, err))
        return error_add(err, "scan");
    return (span_equal(upload.officer, call->access.officer) ||
            error_set(err, ERROR_RULE, "scan: it was given by another officer")) &&
           upload_keep(journal->db, row->scan, err);
}

static bool number_give(struct journal *journal, struct register_row *row, struct error *err)
{
    time_t now = (time_t)(row->registered_ms / 1000);
    char name[32];
    struct tm day;

    if (gmtime_r(&now, &day) == NULL)
        return error_set(err, ERROR_BUG, "the clock has no year");
    row->year = day.tm_year + 1900;
    snprintf(name, sizeof name, "register-%" PRId64, row->year);
    return counter_next(journal->db, "register", &row->id, err) &&
           counter_next(journal->db, name, &row->number, err);
}

static bool confirmation_owe(struct journal *journal, const struct case_act *act,
                             struct register_row *row, struct error *err)
{
    char text[120];

    if (!row->is_oral || !row->is_urgent)
        return true;
    snprintf(text, sizeof text, "obtain the confirmation in writing of register %.*s",
             SPAN_ARG(number_text(row, act->call.arena)));
    return case_task_make(journal, act, TASK_CONFIRM_IN_WRITING, row->registrar, span_text(text),
                          row->received_ms + CONFIRM_MS, &row->task, err);
}

/* What came by word of mouth is confirmed by this one, and its task done. */
static bool confirmation_take(struct journal *journal, const struct case_act *act,
                              const struct register_row *row, struct error *err)
{
    struct register_row oral;
    struct case_task_row task;

    if (row->confirms == 0)
        return true;
    if (!register_find(journal->db, act->call.arena, row->confirms, &oral, err))
        return error_add(err, "confirms");
    if (!span_equal(oral.case_number, row->case_number) || !oral.is_oral || oral.confirmed > 0)
        return error_set(err, ERROR_CONFLICT,
                         "confirms: this one of the case waits for no confirmation");
    if (!register_confirm(journal->db, oral.id, row->id, err))
        return false;
    if (oral.task == 0 || !case_task_find(journal->db, act->call.arena, oral.task, &task, err))
        return oral.task == 0;
    return task.done_ms > 0 ||
           case_task_done(journal->db, oral.task, row->registered_ms, row->registrar, err);
}

/* Plates, telephones and numbers in the subject are known to the cross-check. */
static bool keys_put(struct journal *journal, const struct case_act *act,
                     const struct register_row *row, struct error *err)
{
    struct match_keys *keys = arena_alloc(act->call.arena, sizeof *keys);
    char code[3] = "";
    const char *countries[] = {code, NULL};

    if (keys == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < 2 && journal->party[i] != '\0'; i++)
        code[i] = (char)(journal->party[i] - 'a' + 'A');
    if (!match_keys_begin(journal, act->call.arena, keys, err))
        return false;
    match_keys_of_text(keys, row->subject, countries, 0);
    return match_keys_put(keys,
                          span_text(act->row.is_restricted ? KEY_SCOPE_GUARD : KEY_SCOPE_DESK),
                          KEY_REGISTERED, row->id, err);
}

//= dir-2023-977 art 16(1)(b)
bool act_register_put(struct journal *journal, const struct desk_call *call,
                      struct json_writer *out, struct error *err)
{
    struct register_row row;
    struct case_act act;

    if (!row_read(journal, call, &row, err) ||
        !case_begin_of(journal, call, call->access.case_number, &act, err))
        return false;
    if (act.row.is_closed)
        return error_set(err, ERROR_RULE, "this case is closed: open it again first");
    if (!scan_keep(journal, call, &row, err) || !number_give(journal, &row, err) ||
        !confirmation_owe(journal, &act, &row, err) ||
        !confirmation_take(journal, &act, &row, err) || !register_put(journal->db, &row, err) ||
        !keys_put(journal, &act, &row, err) ||
        !case_access(journal, &act, "register-put", case_object("registered", row.id, call->arena),
                     err))
        return false;
    json_begin_object(out);
    row_write(&row, now_of(journal), call->arena, out);
    json_end_object(out);
    return true;
}

/* --- looking --- */

static bool find(struct journal *journal, const struct desk_call *call, struct case_act *act,
                 struct register_row *out, struct error *err)
{
    int64_t id = json_get_integer(call->arguments, "register", 1, JSON_INTEGER_MAX);

    return problems_to_error(call->problems, err) &&
           register_find(journal->db, call->arena, id, out, err) &&
           case_begin_of(journal, call, out->case_number, act, err);
}

static void translation_write(const struct translation_row *row, struct json_writer *out)
{
    json_begin_object(out);
    json_integer_field(out, "translation", row->id);
    json_text_field(out, "language", row->language);
    json_text_field(out, "translator", row->translator);
    json_boolean_field(out, "certified", row->is_certified);
    json_text_field(out, "text", row->text);
    json_text_field(out, "registrar", row->registrar);
    json_time_field(out, "made", row->made_ms);
    json_end_object(out);
}

/* All of what is registered: few, as a part of it. */
static bool translations_write(struct journal *journal, int64_t object, struct arena *arena,
                               struct json_writer *out, struct error *err)
{
    struct translation_row *rows = arena_array(arena, TRANSLATION_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!translation_list(journal->db, arena, TRANSLATED_REGISTER, object, 0, rows, TRANSLATION_MAX,
                          &count, err))
        return false;
    json_key(out, "translations");
    json_begin_array(out);
    for (size_t i = 0; i < count; i++)
        translation_write(&rows[i], out);
    json_end_array(out);
    return true;
}

bool act_register_show(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct register_row row;
    struct case_act act;

    if (!find(journal, call, &act, &row, err))
        return false;
    struct span object = case_object("registered", row.id, call->arena);
    if (!access_view(journal, &act.call, "register-show", &object, 1, err))
        return false;
    json_begin_object(out);
    row_write(&row, now_of(journal), call->arena, out);
    bool ok = translations_write(journal, row.id, call->arena, out, err);
    json_end_object(out);
    return ok;
}

/* The scan as an attachment is found, to be read in ranges (part.h). */
bool act_register_scan(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct register_row row;
    struct upload_row scan;
    struct case_act act;

    if (!find(journal, call, &act, &row, err))
        return false;
    if (row.scan.size == 0)
        return error_set(err, ERROR_MISSING, "it has no scan");
    if (!upload_find(journal->db, call->arena, row.scan, &scan, err))
        return error_add(err, "scan");
    struct span object = case_object("registered", row.id, call->arena);
    if (!access_view(journal, &act.call, "register-scan", &object, 1, err))
        return false;
    json_begin_object(out);
    json_text_field_optional(out, "name", scan.name);
    json_integer_field(out, "size", scan.size);
    json_hex_field(out, "sha256", scan.sha256);
    json_hex_field(out, "file", row.scan);
    json_hex_field(out, "key", scan.part_key);
    json_end_object(out);
    return true;
}

/* Asked for by its case, a row would tell that the case is restricted and what came in it. */
static bool number_check(struct journal *journal, const struct desk_call *call, struct span number,
                         const struct officer_row *officer, struct error *err)
{
    struct case_row of;

    if (number.size == 0)
        return true;
    if (!case_read(journal->db, call->arena, number, &of, err))
        return false;
    return case_may_see(&of, officer) ||
           error_set(err, ERROR_RULE, "this case is restricted: ask unit %.*s", SPAN_ARG(of.unit));
}

/* Of a restricted case the others read the number alone: the register has no gap. */
static bool listed_write(struct journal *journal, const struct register_row *row,
                         const struct officer_row *officer, struct arena *arena,
                         struct json_writer *out, struct error *err)
{
    struct case_row of;

    if (!case_read(journal->db, arena, row->case_number, &of, err))
        return false;
    json_begin_object(out);
    if (case_may_see(&of, officer)) {
        row_write(row, now_of(journal), arena, out);
    } else {
        json_integer_field(out, "register", row->id);
        json_text_field(out, "number", number_text(row, arena));
        json_time_field(out, "registered", row->registered_ms);
        json_text_field(out, "ask_unit", of.unit);
    }
    json_end_object(out);
    return true;
}

bool act_register_list(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct register_row *rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *rows);
    struct span *objects = arena_array(call->arena, DESK_LIST_MAX, sizeof *objects);
    struct span number = json_get_text_optional(call->arguments, "number", NAME_SIZE_MAX);
    struct span next = span_text("");
    struct officer_row officer;
    struct page page;
    int64_t before = 0;
    size_t count = 0;

    if (rows == NULL || objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_PAGE, &page, err) ||
        (page.after.size > 0 && !page_numbers_read(page.after, &before, 1, err)) ||
        !access_officer(journal, call->access.officer, call->arena, &officer, err) ||
        !number_check(journal, call, number, &officer, err) ||
        !register_list(journal->db, call->arena, number, before, rows, page.limit + 1, &count, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    for (size_t i = 0; i < shown; i++)
        objects[i] = case_object("registered", rows[i].id, call->arena);
    if ((shown > 0 && !page_numbers_write(&rows[shown - 1].id, 1, call->arena, &next, err)) ||
        !access_view(journal, call, "register-list", objects, shown, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++)
        if (!listed_write(journal, &rows[i], &officer, call->arena, out, err))
            return false;
    page_end(out, count > shown, next);
    return true;
}

/* --- translations --- */

/* What is translated: an entry that may be opened, or a registered item whose case is seen. */
struct translated_item {
    enum translated of;
    int64_t object;
    struct span name; /* for the access entry */
    struct entry_row row;
    struct case_act act;
};

static bool translated_find(struct journal *journal, const struct desk_call *call,
                            struct translated_item *out, struct error *err)
{
    struct span item = json_get_text_optional(call->arguments, "item", UUID_TEXT_SIZE);
    struct journal_line *line = NULL;
    struct register_row registered;

    out->act.call = *call;
    if (item.size == 0) {
        if (!find(journal, call, &out->act, &registered, err))
            return false;
        out->of = TRANSLATED_REGISTER;
        out->object = registered.id;
        out->name = case_object("registered", registered.id, call->arena);
        return true;
    }
    if (!problems_to_error(call->problems, err) ||
        !item_find(journal, item, call->arena, &line, &out->row, err) ||
        !item_may_open(journal, call, line, out->row.id, err))
        return false;
    if (out->row.body_state != BODY_HELD)
        return error_set(err, ERROR_GONE, "this item is no longer here");
    out->of = TRANSLATED_ENTRY;
    out->object = out->row.id;
    out->name = item_name(line, out->row.log, out->row.message_id, call->arena);
    return true;
}

bool act_translation_put(struct journal *journal, const struct desk_call *call,
                         struct json_writer *out, struct error *err)
{
    struct translation_row row = {
        .language = json_get_text(call->arguments, "language", 2, 2),
        .translator = json_get_text(call->arguments, "translator", 1, REGISTER_SENDER_SIZE_MAX),
        .is_certified = json_get_boolean_optional(call->arguments, "certified", false),
        .text = json_get_text(call->arguments, "text", 1, TRANSLATION_SIZE_MAX),
        .registrar = call->access.officer,
        .made_ms = now_of(journal)};
    struct translation_row *others = arena_array(call->arena, TRANSLATION_MAX, sizeof *others);
    struct translated_item of = {.object = 0};
    size_t count = 0;

    if (others == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!translated_find(journal, call, &of, err) ||
        !translation_list(journal->db, call->arena, of.of, of.object, 0, others, TRANSLATION_MAX,
                          &count, err))
        return false;
    if (count == TRANSLATION_MAX)
        return error_set(err, ERROR_LIMIT, "an item has at most %u translations", TRANSLATION_MAX);
    row.of = of.of;
    row.object = of.object;
    if (!counter_next(journal->db, "translation", &row.id, err) ||
        !translation_put(journal->db, &row, err) ||
        !access_write(journal, &of.act.call, "translation-put", &of.name, 1, err))
        return false;
    json_begin_object(out);
    json_integer_field(out, "translation", row.id);
    json_end_object(out);
    return true;
}

/* The whole marking of the original is the translation's: it says no less of the text than the original does of itself. */
static bool marking_write(struct journal *journal, const struct entry_row *row, struct arena *arena,
                          struct json_writer *out, struct error *err)
{
    struct codes *codes = arena_alloc(arena, sizeof *codes);
    bool is_there = false;

    if (codes == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!codes_read(journal, row, arena, codes, &is_there, err))
        return false;
    if (is_there)
        codes_write(codes, out);
    return true;
}

/* A page of them, and whether there is a next one; `after` is the id of the last one of the page before. */
static bool translations_page(struct journal *journal, const struct translated_item *of,
                              const struct page *page, struct arena *arena, struct json_writer *out,
                              struct error *err)
{
    struct translation_row *rows = arena_array(arena, TRANSLATION_MAX + 1, sizeof *rows);
    size_t limit = page->limit < TRANSLATION_MAX ? page->limit : TRANSLATION_MAX;
    int64_t after = 0;
    size_t count = 0;
    struct span next = span_text("");

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if ((page->after.size > 0 && !page_numbers_read(page->after, &after, 1, err)) ||
        !translation_list(journal->db, arena, of->of, of->object, after, rows, limit + 1, &count,
                          err))
        return false;
    bool has_next = count > limit;
    if (has_next && !page_numbers_write(&rows[limit - 1].id, 1, arena, &next, err))
        return false;
    json_key(out, "list");
    json_begin_array(out);
    for (size_t i = 0; i < (has_next ? limit : count); i++)
        translation_write(&rows[i], out);
    page_end(out, has_next, next);
    return true;
}

bool act_translation_list(struct journal *journal, const struct desk_call *call,
                          struct json_writer *out, struct error *err)
{
    struct translated_item of = {.object = 0};
    struct page page;

    if (!page_read(call, TRANSLATION_MAX, &page, err) ||
        !translated_find(journal, call, &of, err) ||
        !access_view(journal, &of.act.call, "translation-list", &of.name, 1, err))
        return false;
    json_begin_object(out);
    json_boolean_field(out, "original_prevails", true);
    return (of.of != TRANSLATED_ENTRY || marking_write(journal, &of.row, call->arena, out, err)) &&
           translations_page(journal, &of, &page, call->arena, out, err);
}
