/* Once: see once.h. */
#include "desk/once.h"

#include "store/session_rows.h"

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

bool once_expire(struct journal *journal, struct error *err)
{
    return once_remove_old(journal->db, journal->env->now_ms(journal->env->context) - ONCE_KEEP_MS,
                           err);
}

static bool room_check(struct journal *journal, struct span officer, struct error *err)
{
    int64_t count = 0;

    return once_count(journal->db, officer, &count, err) &&
           (count < ONCE_OFFICER_MAX ||
            error_set(err, ERROR_LIMIT, "%d answers are kept for this officer, no more today",
                      ONCE_OFFICER_MAX));
}

bool once_look(struct journal *journal, struct span officer, struct span key, struct span request,
               struct arena *arena, bool *is_kept, unsigned *status, struct span *answer,
               struct error *err)
{
    uint8_t digest[DIGEST_SIZE];
    struct once_row row;

    *is_kept = false;
    if (!once_expire(journal, err))
        return false;
    if (!once_find(journal->db, arena, officer, key, &row, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        return room_check(journal, officer, err);
    }
    digest_sha256(request, digest);
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

static bool keep(struct journal *journal, struct span officer, struct span key, struct span request,
                 unsigned status, struct span answer, struct error *err)
{
    uint8_t digest[DIGEST_SIZE];

    digest_sha256(request, digest);
    struct once_row row = {.officer = officer,
                           .key = key,
                           .digest = span_make(digest, sizeof digest),
                           .status = status,
                           .answer = answer,
                           .made_ms = journal->env->now_ms(journal->env->context)};
    return once_insert(journal->db, &row, err);
}

bool once_keep(struct journal *journal, struct span officer, struct span key, struct span request,
               unsigned status, struct span answer, struct error *err)
{
    if (answer.size > ONCE_ANSWER_MAX)
        return error_set(err, ERROR_LIMIT, "the answer is too long to be kept");
    return keep(journal, officer, key, request, status, answer, err);
}

bool once_keep_untold(struct journal *journal, struct span officer, struct span key,
                      struct span request, struct error *err)
{
    return keep(journal, officer, key, request, STATUS_UNTOLD, span_text(""), err);
}
