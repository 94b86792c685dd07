/*
 * What every fuzz target of a body does: read; if it is read, what is written from it must read again and write the same
 * bytes; if it is not, there must be a problem that says why.
 */
#ifndef BESA_TESTS_FUZZ_BODY_FUZZ_H
#define BESA_TESTS_FUZZ_BODY_FUZZ_H

#include "message/form.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>

static inline void body_must(bool claim, const char *what)
{
    if (claim)
        return;
    fprintf(stderr, "not so: %s\n", what);
    abort();
}

static inline int body_fuzz(const struct form *form, const uint8_t *data, size_t size)
{
    static struct problems problems;
    struct arena arena = arena_make(16u * 1024u * 1024u);
    struct buffer first = buffer_make(4 * BODY_SIZE_MAX);
    struct buffer second = buffer_make(4 * BODY_SIZE_MAX);
    void *value = malloc(form->size);
    void *again = malloc(form->size);

    body_must(value != NULL && again != NULL, "memory");
    problems_clear(&problems);
    if (form_read(form, span_make(data, size), &arena, value, &problems)) {
        body_must(problems.count == 0, "read without problems");
        body_must(form_write(form, value, &first), "written");
        if (first.size <= BODY_SIZE_MAX) {
            body_must(form_read(form, buffer_span(&first), &arena, again, &problems), "read again");
            body_must(form_write(form, again, &second), "written again");
            body_must(span_equal(buffer_span(&first), buffer_span(&second)), "the same");
        }
    } else {
        body_must(problems.count > 0, "a refusal has its problem");
    }
    free(value);
    free(again);
    buffer_free(&first);
    buffer_free(&second);
    arena_free(&arena);
    return 0;
}

#endif
