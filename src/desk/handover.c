/*
 * Hand-over at the change of a shift: who goes lists what is open, who comes confirms exactly this list, and from then on
 * the cases and tasks are theirs, as far as they are still open with who gave them. The list names cases, tasks and
 * requests by their numbers alone; it holds no data of anybody and can stay when what it names is erased. The note is free
 * text: it goes with the first case of its list that is erased, and after a month.
 */
#include "desk/handover_matters.h"

#include "base/text.h"
#include "desk/roles.h"

#include <inttypes.h>
#include <stdio.h>

#define REQUEST_MAX 50 /* the next due, of the whole desk */

/* --- the list --- */

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
    struct handover_matters open;

    if (!handover_open(journal, officer, arena, &open, err))
        return false;
    if (open.case_count > HANDOVER_MATTER_MAX)
        return error_set(err, ERROR_LIMIT, "more than %u cases: assign some one by one first",
                         HANDOVER_MATTER_MAX);
    if (open.task_count > HANDOVER_MATTER_MAX)
        return error_set(err, ERROR_LIMIT, "more than %u open tasks: give some away first",
                         HANDOVER_MATTER_MAX);
    json_begin_object(&writer);
    handover_matters_write(&open, &writer);
    if (!requests_write(journal, arena, &writer, err))
        return false;
    json_end_object(&writer);
    return !out->failed || error_set(err, ERROR_LIMIT, "too much is open for one hand-over");
}

/* --- telling --- */

static void row_fields(const struct handover_row *row, bool with_note, struct json_writer *out)
{
    uint8_t digest[DIGEST_SIZE];

    digest_sha256(row->matters, digest);
    json_integer_field(out, "handover", row->id);
    json_text_field(out, "unit", row->unit);
    json_text_field(out, "giver", row->giver);
    json_text_field(out, "taker", row->taker);
    if (with_note)
        json_text_field_optional(out, "note", row->note);
    json_time_field(out, "made", row->made_ms);
    if (row->taken_ms > 0)
        json_time_field(out, "taken", row->taken_ms);
    json_hex_field(out, "sha256", span_make(digest, sizeof digest));
}

static void standing_write(const char *name, const struct handover_matters *matters,
                           struct json_writer *out)
{
    json_key(out, name);
    json_begin_object(out);
    handover_matters_write(matters, out);
    json_end_object(out);
}

/* `standing` NULL: as it was made. */
static void row_write(const struct handover_row *row, const struct handover_standing *standing,
                      struct json_writer *out)
{
    json_begin_object(out);
    row_fields(row, true, out);
    json_key(out, "matters");
    buffer_add(out->buffer, row->matters);
    out->needs_comma = true;
    if (standing != NULL) {
        standing_write(row->taken_ms > 0 ? "passed" : "passes", &standing->passes, out);
        standing_write("stayed", &standing->stayed, out);
        standing_write("meanwhile", &standing->meanwhile, out);
    }
    json_end_object(out);
}

/* "case k-1 from-unit border to-unit ports", in the arena; empty: no memory. */
static struct span moved_object(const struct handover_moved *moved, struct span unit,
                                struct arena *arena)
{
    char text[ACT_OBJECT_SIZE_MAX];
    struct span out = span_text("");

    snprintf(text, sizeof text, "case %.*s from-unit %.*s to-unit %.*s", SPAN_ARG(moved->number),
             SPAN_ARG(moved->from), SPAN_ARG(unit));
    return arena_copy(arena, span_text(text), &out) ? out : span_text("");
}

/* With what it changed beside the officers; `moved` of `count` may be none. */
static bool take_access(struct journal *journal, const struct desk_call *call, const char *act,
                        const struct handover_row *row, const struct handover_moved *moved,
                        size_t count, struct span unit, struct error *err)
{
    struct span *objects = arena_array(call->arena, count + 1, sizeof *objects);
    char hex[2 * DIGEST_SIZE + 1];
    char text[ACT_OBJECT_SIZE_MAX];
    uint8_t digest[DIGEST_SIZE];

    if (objects == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    digest_sha256(row->matters, digest);
    hex_write(span_make(digest, sizeof digest), hex);
    snprintf(text, sizeof text, "handover %" PRId64 " of %s", row->id, hex);
    objects[0] = span_text(text);
    for (size_t i = 0; i < count; i++) {
        objects[i + 1] = moved_object(&moved[i], unit, call->arena);
        if (objects[i + 1].size == 0)
            return error_set(err, ERROR_LIMIT, "out of memory");
    }
    return access_write(journal, call, act, objects, count + 1, err);
}

static bool row_access(struct journal *journal, const struct desk_call *call, const char *act,
                       const struct handover_row *row, struct error *err)
{
    return take_access(journal, call, act, row, NULL, 0, span_text(""), err);
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
    row_write(&row, NULL, out);
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
static bool is_for(const struct handover_row *row, const struct officer_row *officer)
{
    enum role role = ROLE_DUTY_OFFICER;

    return span_equal(officer->id, row->giver) || span_equal(officer->id, row->taker) ||
           (role_read(officer->role, &role) && role != ROLE_DUTY_OFFICER &&
            role != ROLE_INVESTIGATOR && role != ROLE_ANALYST);
}

bool act_handover_show(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct handover_standing standing;
    struct officer_row officer;
    struct handover_row row;

    if (!row_find(journal, call, &row, err) ||
        !access_officer(journal, call->access.officer, call->arena, &officer, err))
        return false;
    if (!is_for(&row, &officer))
        return error_set(err, ERROR_RULE, "handover %" PRId64 " is between two others", row.id);
    if ((row.taken_ms == 0 &&
         !handover_stand(journal, &row, &officer, call->arena, &standing, err)) ||
        !row_access(journal, call, "handover-show", &row, err))
        return false;
    row_write(&row, row.taken_ms == 0 ? &standing : NULL, out);
    return true;
}

static bool take_check(const struct desk_call *call, const struct handover_row *row,
                       struct error *err)
{
    uint8_t seen[DIGEST_SIZE] = {0};
    uint8_t digest[DIGEST_SIZE];

    json_get_hex(call->arguments, "sha256", seen, sizeof seen);
    if (!problems_to_error(call->problems, err))
        return false;
    digest_sha256(row->matters, digest);
    if (!span_equal(row->taker, call->access.officer))
        return error_set(err, ERROR_RULE, "handover-take: this one is for another officer");
    if (row->taken_ms > 0)
        return error_set(err, ERROR_CONFLICT, "handover-take: it was taken already");
    return memcmp(seen, digest, sizeof digest) == 0 ||
           error_set(err, ERROR_CONFLICT, "handover-take: sha256 is not of this hand-over");
}

/* Signed by both; from here on what the list named, and is still open with the giver, is with the taker. */
bool act_handover_take(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct handover_standing standing;
    struct officer_row taker;
    struct handover_row row;

    if (!row_find(journal, call, &row, err) || !take_check(call, &row, err) ||
        !access_officer(journal, row.taker, call->arena, &taker, err) ||
        !handover_stand(journal, &row, &taker, call->arena, &standing, err))
        return false;
    row.taken_ms = journal->env->now_ms(journal->env->context);
    if (!handover_take(journal->db, row.id, row.taken_ms, err) ||
        !handover_pass(journal, &row, &taker, call->arena, &standing, err) ||
        !take_access(journal, call, "handover-take", &row, standing.moved, standing.moved_count,
                     taker.unit, err))
        return false;
    row_write(&row, &standing, out);
    return true;
}

bool act_handover_list(struct journal *journal, const struct desk_call *call,
                       struct json_writer *out, struct error *err)
{
    struct handover_row *rows = arena_array(call->arena, DESK_LIST_MAX + 1, sizeof *rows);
    struct span next = span_text("");
    struct officer_row officer;
    struct page page;
    int64_t before = 0;
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!page_read(call, DESK_PAGE, &page, err) ||
        (page.after.size > 0 && !page_numbers_read(page.after, &before, 1, err)) ||
        !access_officer(journal, call->access.officer, call->arena, &officer, err) ||
        !handover_list(journal->db, call->arena, before, rows, page.limit + 1, &count, err) ||
        !access_view(journal, call, "handover-list", NULL, 0, err))
        return false;
    size_t shown = count > page.limit ? page.limit : count;
    if (shown > 0 && !page_numbers_write(&rows[shown - 1].id, 1, call->arena, &next, err))
        return false;
    page_begin(out);
    for (size_t i = 0; i < shown; i++) {
        json_begin_object(out);
        row_fields(&rows[i], is_for(&rows[i], &officer), out);
        json_end_object(out);
    }
    page_end(out, count > shown, next);
    return true;
}

/* --- the end of a note --- */

#define NOTE_STEP 64u

//= dir-2016-680 art 4(1)(e)
bool handover_notes_forget(struct journal *journal, struct span number, struct error *err)
{
    int64_t after_ms = 0, after_id = 0;
    size_t count = NOTE_STEP;

    while (count == NOTE_STEP) {
        struct arena arena CLEANUP(arena_free) = arena_make(2 * NOTE_STEP * HANDOVER_MATTERS_MAX);
        struct handover_row rows[NOTE_STEP];
        if (!handover_list_noted(journal->db, &arena, after_ms, after_id, INT64_MAX, rows,
                                 NOTE_STEP, &count, err))
            return false;
        for (size_t i = 0; i < count; i++) {
            bool is_named = false;
            after_ms = rows[i].made_ms;
            after_id = rows[i].id;
            if (!handover_names(&rows[i], number, &arena, &is_named, err) ||
                (is_named && !handover_note_drop(journal->db, rows[i].id, err)))
                return false;
        }
    }
    return true;
}

//= dir-2016-680 art 4(1)(e)
bool desk_handover_notes_expire(struct journal *journal, size_t *removed, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(2 * NOTE_STEP * HANDOVER_MATTERS_MAX);
    int64_t before_ms = journal->env->now_ms(journal->env->context) - DESK_NOTE_AGE_MAX_MS;
    struct handover_row rows[NOTE_STEP];
    char reason[80];
    struct act act = {.officer = span_text("node"),
                      .unit = span_text("node"),
                      .act = span_text("handover-notes-expire"),
                      .outcome = span_text("done")};

    if (!handover_list_noted(journal->db, &arena, 0, 0, before_ms, rows, NOTE_STEP, removed, err))
        return false;
    for (size_t i = 0; i < *removed; i++)
        if (!handover_note_drop(journal->db, rows[i].id, err))
            return false;
    snprintf(reason, sizeof reason, "notes of %zu hand-overs were older than %d days", *removed,
             (int)(DESK_NOTE_AGE_MAX_MS / 86400000));
    act.reason = span_text(reason);
    return *removed == 0 || journal_access(journal, &act, err);
}
