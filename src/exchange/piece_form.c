/* The bytes of a piece: see piece_form.h. */
#include "exchange/piece_form.h"

#include "base/cursor.h"

#include <inttypes.h>

#define MAGIC_SIZE 8u
static const char question_magic[] = "besarsq1";
static const char piece_magic[] = "besarsp1";

bool piece_question_write(const struct piece_question *question, struct buffer *out)
{
    return buffer_text(out, question_magic) && buffer_u64(out, question->tag) &&
           buffer_u32(out, question->at) && buffer_u32(out, question->size) &&
           buffer_add(out, question->question);
}

bool piece_question_read(struct span bytes, struct piece_question *out, struct error *err)
{
    struct cursor cursor = cursor_make(bytes);

    if (bytes.size > PIECE_QUESTION_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "a question for a piece has %zu bytes; %u allowed",
                         bytes.size, PIECE_QUESTION_SIZE_MAX);
    if (!span_is(cursor_span(&cursor, MAGIC_SIZE), question_magic))
        return error_set(err, ERROR_INPUT, "a question for a piece does not begin as one");
    out->tag = cursor_u64(&cursor);
    out->at = cursor_u32(&cursor);
    out->size = cursor_u32(&cursor);
    out->question = cursor.rest;
    if (cursor.failed || out->question.size == 0)
        return error_set(err, ERROR_INPUT, "a question for a piece ends early");
    if (out->size < PIECE_SIZE_MIN || out->size > PIECE_SIZE_MAX ||
        out->at >= RESUME_ANSWER_SIZE_MAX || (out->tag == 0 && out->at > 0))
        return error_set(err, ERROR_INPUT,
                         "a question for %" PRIu32 " bytes from %" PRIu32 " of %s", out->size,
                         out->at, out->tag == 0 ? "a new answer" : "an answer");
    return true;
}

bool piece_write(const struct piece *piece, struct buffer *out)
{
    return buffer_text(out, piece_magic) && buffer_u64(out, piece->tag) &&
           buffer_u32(out, piece->total) && buffer_add(out, piece->bytes);
}

bool piece_read(struct span bytes, struct piece *out, struct error *err)
{
    struct cursor cursor = cursor_make(bytes);

    if (!span_is(cursor_span(&cursor, MAGIC_SIZE), piece_magic))
        return error_set(err, ERROR_INPUT, "a piece of a resume does not begin as one");
    out->tag = cursor_u64(&cursor);
    out->total = cursor_u32(&cursor);
    out->bytes = cursor.rest;
    if (cursor.failed || out->tag == 0 || out->total == 0 || out->total > RESUME_ANSWER_SIZE_MAX ||
        out->bytes.size == 0 || out->bytes.size > PIECE_SIZE_MAX || out->bytes.size > out->total)
        return error_set(err, ERROR_INPUT, "a piece of a resume: %zu bytes of %" PRIu32,
                         out->bytes.size, out->total);
    return true;
}
