/* Once: see once.h. */
#include "desk/once.h"

#include "store/session_rows.h"

#include <inttypes.h>
#include <stdio.h>

#define STATUS_UNTOLD 0 /* no answer of HTTP has it */

static bool is_key_character(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

bool once_key_is_sound(struct span key)
{
    if (key.size < ONCE_KEY_SIZE_MIN || key.size > ONCE_KEY_SIZE_MAX)
        return false;
    for (size_t i = 0; i < key.size; i++)
        if (!is_key_character(key.data[i]))
            return false;
    return true;
}

static int64_t over_ms(const struct journal *journal)
{
    return journal->env->now_ms(journal->env->context) - ONCE_KEEP_MS;
}

bool once_expire(struct journal *journal, struct error *err)
{
    return once_remove_old(journal->db, over_ms(journal), ONCE_EXPIRE_STEP, err);
}

/* --- room --- */

/* The officer's, or that of whoever asked longest ago, who is counted anew when they come back. */
static struct once_room *room_find(struct once_rooms *rooms, struct span officer)
{
    struct once_room *found = &rooms->list[0];

    for (size_t i = 0; i < ONCE_ROOM_COUNT; i++) {
        struct once_room *room = &rooms->list[i];
        if (room->used != 0 && span_is(officer, room->officer)) {
            room->used = ++rooms->use_count;
            return room;
        }
        if (room->used < found->used)
            found = room;
    }
    *found = (struct once_room){.used = ++rooms->use_count, .counted_ms = INT64_MIN};
    snprintf(found->officer, sizeof found->officer, "%.*s", SPAN_ARG(officer));
    return found;
}

static bool room_count(struct journal *journal, struct once_room *room, struct error *err)
{
    if (!once_count(journal->db, span_text(room->officer), &room->count, &room->bytes, err))
        return false;
    room->bytes += room->count * ONCE_ROW_SIZE;
    room->counted_ms = journal->env->now_ms(journal->env->context);
    return true;
}

static bool is_full(const struct once_room *room)
{
    return room->count >= ONCE_OFFICER_MAX ||
           room->bytes > ONCE_OFFICER_BYTES_MAX - (int64_t)ONCE_ANSWER_MAX - ONCE_ROW_SIZE;
}

static bool room_check(struct journal *journal, struct once_rooms *rooms, struct span officer,
                       struct error *err)
{
    struct once_room *room = room_find(rooms, officer);
    int64_t now = journal->env->now_ms(journal->env->context);
    bool is_new = room->counted_ms == INT64_MIN;
    bool may_count = is_new || now < room->counted_ms || now - room->counted_ms >= ONCE_COUNT_MS;

    if ((is_new || (is_full(room) && may_count)) && !room_count(journal, room, err))
        return false;
    return !is_full(room) ||
           error_set(err, ERROR_LIMIT,
                     "the answers of this officer's last 24 hours have no more room: %" PRId64
                     " of %d, %" PRId64 " of %" PRId64 " bytes",
                     room->count, ONCE_OFFICER_MAX, room->bytes, ONCE_OFFICER_BYTES_MAX);
}

/* --- looking and keeping --- */

/* MISSING, and what is over a day old, gives *is_there false; the latter goes, so that its key is free. */
static bool row_find(struct journal *journal, const struct once_request *request,
                     struct arena *arena, bool *is_there, struct once_row *row, struct error *err)
{
    *is_there = once_find(journal->db, arena, request->officer, request->key, row, err);
    if (!*is_there && err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    if (!*is_there || row->made_ms >= over_ms(journal))
        return true;
    *is_there = false;
    return once_remove(journal->db, request->officer, request->key, err);
}

bool once_look(struct journal *journal, struct once_rooms *rooms,
               const struct once_request *request, struct arena *arena, bool *is_kept,
               unsigned *status, struct span *answer, struct error *err)
{
    uint8_t digest[DIGEST_SIZE];
    struct once_row row;

    *is_kept = false;
    if (!once_remove_old(journal->db, over_ms(journal), ONCE_EXPIRE_LOOK, err) ||
        !row_find(journal, request, arena, is_kept, &row, err))
        return false;
    if (!*is_kept)
        return room_check(journal, rooms, request->officer, err);
    *is_kept = false;
    digest_sha256(request->text, digest);
    if (!span_equal(row.digest, span_make(digest, sizeof digest)))
        return error_set(err, ERROR_CONFLICT, "this Idempotency-Key was another request's");
    if (row.status == STATUS_UNTOLD)
        return error_set(err, ERROR_CONFLICT,
                         "this was done under this Idempotency-Key; what it told is a secret that "
                         "is told once and kept nowhere: ask anew, under another key");
    *is_kept = true;
    *status = (unsigned)row.status;
    *answer = row.answer;
    return true;
}

/* What a transaction that fails has added stays counted: too much, which the next count mends. */
static bool keep(struct journal *journal, struct once_rooms *rooms,
                 const struct once_request *request, unsigned status, struct span answer,
                 struct error *err)
{
    struct once_room *room = room_find(rooms, request->officer);
    uint8_t digest[DIGEST_SIZE];

    digest_sha256(request->text, digest);
    struct once_row row = {.officer = request->officer,
                           .key = request->key,
                           .digest = span_make(digest, sizeof digest),
                           .status = status,
                           .answer = answer,
                           .made_ms = journal->env->now_ms(journal->env->context)};
    room->count++;
    room->bytes += (int64_t)answer.size + ONCE_ROW_SIZE;
    return once_insert(journal->db, &row, err);
}

bool once_keep(struct journal *journal, struct once_rooms *rooms,
               const struct once_request *request, unsigned status, struct span answer,
               struct error *err)
{
    if (answer.size > ONCE_ANSWER_MAX)
        return error_set(err, ERROR_LIMIT, "the answer is too long to be kept");
    return keep(journal, rooms, request, status, answer, err);
}

bool once_keep_untold(struct journal *journal, struct once_rooms *rooms,
                      const struct once_request *request, struct error *err)
{
    return keep(journal, rooms, request, STATUS_UNTOLD, span_text(""), err);
}
