/*
 * Hand-over at the change of a shift: who goes lists what is open, who comes confirms exactly this list, and from then on
 * the cases and tasks are theirs. The list names cases, tasks and requests by their numbers alone; it holds no data of
 * anybody and can stay when what it names is erased.
 */
#include "desk/case.h"

#include "base/text.h"
#include "desk/roles.h"

#include <inttypes.h>
#include <stdio.h>

#define MATTER_MAX  200 /* of each kind; who has more hands over in words */
#define REQUEST_MAX 50  /* the next due, of the whole desk */

/* --- the list --- */

static bool cases_write(struct journal *journal, struct span officer, struct arena *arena,
                        struct json_writer *out, struct error *err)
{
    struct case_row *rows = arena_array(arena, MATTER_MAX + 1, sizeof *rows);
    struct case_filter filter = {.state = CASE_STATE_OPEN, .officer = officer};
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!case_list(journal->db, arena, &filter, span_text(""), rows, MATTER_MAX + 1, &count, err))
        return false;
    if (count > MATTER_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d cases: assign some one by one first",
                         MATTER_MAX);
    json_key(out, "cases");
    json_begin_array(out);
    for (size_t i = 0; i < count; i++)
        json_write_text(out, rows[i].number);
    json_end_array(out);
    return true;
}

static bool tasks_write(struct journal *journal, struct span officer, struct arena *arena,
                        struct json_writer *out, struct error *err)
{
    struct case_task_row *rows = arena_array(arena, MATTER_MAX + 1, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!case_task_open(journal->db, arena, officer, 0, 0, rows, MATTER_MAX + 1, &count, err))
        return false;
    if (count > MATTER_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d open tasks: give some away first",
                         MATTER_MAX);
    json_key(out, "tasks");
    json_begin_array(out);
    for (size_t i = 0; i < count; i++)
        json_write_integer(out, rows[i].id);
    json_end_array(out);
    return true;
}

/* Requests to us without an answer, nearest deadline first. */
static bool requests_write(struct journal *journal, struct arena *arena, struct json_writer *out,
                           struct error *err)
{
    struct inbox_row *rows = arena_array(arena, REQUEST_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!inbox_list(journal->db, arena, false, NULL, rows, REQUEST_MAX, &count, err))
        return false;
    json_key(out, "requests");
    json_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        char id[UUID_TEXT_SIZE];
        if (rows[i].answers > 0 || rows[i].request.message_id.size != UUID_SIZE)
            continue;
        uuid_write(rows[i].request.message_id.data, id);
        json_write_text(out, span_text(id));
    }
    json_end_array(out);
    return true;
}

static bool matters_write(struct journal *journal, struct span officer, struct arena *arena,
                          struct buffer *out, struct error *err)
{
    struct json_writer writer = json_writer_make(out);

    json_begin_object(&writer);
    if (!cases_write(journal, officer, arena, &writer, err) ||
        !tasks_write(journal, officer, arena, &writer, err) ||
        !requests_write(journal, arena, &writer, err))
        return false;
    json_end_object(&writer);
    return !out->failed || error_set(err, ERROR_LIMIT, "too much is open for one hand-over");
}

/* --- telling --- */

static void row_fields(const struct handover_row *row, struct json_writer *out)
{
    uint8_t digest[DIGEST_SIZE];

    digest_sha256(row->matters, digest);
    json_integer_field(out, "handover", row->id);
    json_text_field(out, "unit", row->unit);
    json_text_field(out, "giver", row->giver);
    json_text_field(out, "taker", row->taker);
    json_text_field_optional(out, "note", row->note);
    json_time_field(out, "made", row->made_ms);
    if (row->taken_ms > 0)
        json_time_field(out, "taken", row->taken_ms);
    json_hex_field(out, "sha256", span_make(digest, sizeof digest));
}

static void row_write(const struct handover_row *row, struct json_writer *out)
{
    json_begin_object(out);
    row_fields(row, out);
    json_key(out, "matters");
    buffer_add(out->buffer, row->matters);
    out->needs_comma = true;
    json_end_object(out);
}

static bool row_access(struct journal *journal, const struct desk_call *call, const char *act,
                       const struct handover_row *row, struct error *err)
{
    char hex[2 * DIGEST_SIZE + 1];
    char text[ACT_OBJECT_SIZE_MAX];
    uint8_t digest[DIGEST_SIZE];
    struct span object;

    digest_sha256(row->matters, digest);
    hex_write(span_make(digest, sizeof digest), hex);
    snprintf(text, sizeof text, "handover %" PRId64 " of %s", row->id, hex);
    object = span_text(text);
    return access_write(journal, call, act, &object, 1, err);
}

/* --- the acts --- */

bool act_handover_give(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct span taker = json_get_text(call->arguments, "taker", 1, NAME_SIZE_MAX);
    struct span note = json_get_text_optional(call->arguments, "note", HANDOVER_NOTE_SIZE_MAX);
    struct buffer matters CLEANUP(buffer_free) = buffer_make(HANDOVER_MATTERS_MAX);
    struct officer_row giver, next;

    if (!problems_to_error(call->problems, err) ||
        !access_officer(journal, call->access.officer, call->arena, &giver, err) ||
        !access_officer(journal, taker, call->arena, &next, err))
        return false;
    if (span_equal(giver.id, next.id))
        return error_set(err, ERROR_RULE, "handover-give: nobody hands over to themselves");
    if (!matters_write(journal, giver.id, call->arena, &matters, err))
        return false;
    struct handover_row row = {.unit = giver.unit,
                               .giver = giver.id,
                               .taker = next.id,
                               .note = note,
                               .made_ms = journal->env->now_ms(journal->env->context),
                               .matters = buffer_span(&matters)};
    if (!counter_next(journal->db, "handover", &row.id, err) ||
        !handover_put(journal->db, &row, err) ||
        !row_access(journal, call, "handover-give", &row, err))
        return false;
    row_write(&row, out);
    return true;
}

static bool row_find(struct journal *journal, const struct desk_call *call,
                     struct handover_row *out, struct error *err)
{
    int64_t id = json_get_integer(call->arguments, "handover", 1, JSON_INTEGER_MAX);

    return problems_to_error(call->problems, err) &&
           handover_find(journal->db, call->arena, id, out, err);
}

/* The list names restricted cases, and the note is free text: it is for the two, and for those who look over them. */
static bool show_check(struct journal *journal, const struct desk_call *call,
                       const struct handover_row *row, struct error *err)
{
    struct officer_row officer;
    enum role role = ROLE_DUTY_OFFICER;

    if (!access_officer(journal, call->access.officer, call->arena, &officer, err))
        return false;
    return span_equal(officer.id, row->giver) || span_equal(officer.id, row->taker) ||
           (role_read(officer.role, &role) && role != ROLE_DUTY_OFFICER &&
            role != ROLE_INVESTIGATOR && role != ROLE_ANALYST) ||
           error_set(err, ERROR_RULE, "handover %" PRId64 " is between two others", row->id);
}

bool act_handover_show(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct handover_row row;

    if (!row_find(journal, call, &row, err) || !show_check(journal, call, &row, err) ||
        !row_access(journal, call, "handover-show", &row, err))
        return false;
    row_write(&row, out);
    return true;
}

/* Signed by both; from here on all that is open with the giver is with the taker. */
bool act_handover_take(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    uint8_t seen[DIGEST_SIZE] = {0};
    uint8_t digest[DIGEST_SIZE];
    struct handover_row row;

    json_get_hex(call->arguments, "sha256", seen, sizeof seen);
    if (!row_find(journal, call, &row, err))
        return false;
    digest_sha256(row.matters, digest);
    if (!span_equal(row.taker, call->access.officer))
        return error_set(err, ERROR_RULE, "handover-take: this one is for another officer");
    if (row.taken_ms > 0)
        return error_set(err, ERROR_CONFLICT, "handover-take: it was taken already");
    if (memcmp(seen, digest, sizeof digest) != 0)
        return error_set(err, ERROR_CONFLICT, "handover-take: sha256 is not of this hand-over");
    row.taken_ms = journal->env->now_ms(journal->env->context);
    if (!handover_take(journal->db, row.id, row.taken_ms, err) ||
        !handover_move(journal->db, row.giver, row.taker, err) ||
        !row_access(journal, call, "handover-take", &row, err))
        return false;
    row_write(&row, out);
    return true;
}

bool act_handover_list(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct handover_row *rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *rows);
    struct span next = span_text("");
    struct page page;
    int64_t before = 0;
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_PAGE, &page, err) ||
        (page.after.size > 0 && !page_numbers_read(page.after, &before, 1, err)) ||
        !handover_list(journal->db, call->arena, before, rows, page.limit + 1, &count, err) ||
        !access_view(journal, call, "handover-list", NULL, 0, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    if (shown > 0 && !page_numbers_write(&rows[shown - 1].id, 1, call->arena, &next, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++) {
        json_begin_object(out);
        row_fields(&rows[i], out);
        json_end_object(out);
    }
    page_end(out, count > shown, next);
    return true;
}
