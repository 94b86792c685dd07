/*
 * Arbitrary bytes as a question for a piece of a resume and as a piece. What is read must be written back byte for byte.
 * covers: piece_form
 */
#include "exchange/piece_form.h"

#include "base/attributes.h"

#include <stdio.h>
#include <stdlib.h>

static void must(bool claim, const char *what)
{
    if (claim)
        return;
    fprintf(stderr, "not so: %s\n", what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_make(data, size);
    struct buffer again CLEANUP(buffer_free) = buffer_make(PIECE_SIZE_MAX + PIECE_HEADER_SIZE);
    struct piece_question question;
    struct piece piece;
    struct error err = {0};

    if (piece_question_read(bytes, &question, &err)) {
        must(question.size >= PIECE_SIZE_MIN && question.size <= PIECE_SIZE_MAX,
             "a question is within its limits");
        must(piece_question_write(&question, &again), "a question can be written");
        must(span_equal(buffer_span(&again), bytes), "a question has one form");
    }
    buffer_clear(&again);
    if (piece_read(bytes, &piece, &err)) {
        must(piece.tag != 0 && piece.bytes.size <= piece.total, "a piece is within its limits");
        must(piece_write(&piece, &again), "a piece can be written");
        must(span_equal(buffer_span(&again), bytes), "a piece has one form");
    }
    return 0;
}
