/*
 * Arbitrary questions for a fresh receipt, and answers: the first byte chooses. What is read can be written, and means the
 * same when it is read again.
 * covers: fresh_form
 */
#include "journal/fresh_form.h"

#include "base/attributes.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool claim, const char *what)
{
    if (claim)
        return;
    fprintf(stderr, "not so: %s\n", what);
    abort();
}

static void question_run(struct span bytes)
{
    struct buffer again CLEANUP(buffer_free) = buffer_make(FRESH_QUESTION_SIZE_MAX);
    struct fresh_question first;
    struct fresh_question second;
    struct error err = {0};

    if (!fresh_question_read(bytes, &first, &err))
        return;
    must(fresh_question_write(&first, &again) &&
             fresh_question_read(buffer_span(&again), &second, &err),
         "what was read can be written and read");
    must(memcmp(first.nonce, second.nonce, sizeof first.nonce) == 0 &&
             strcmp(first.out, second.out) == 0 && strcmp(first.in, second.in) == 0 &&
             strcmp(first.domestic, second.domestic) == 0,
         "it means the same");
}

static bool is_same(const struct fresh_word *a, const struct fresh_word *b)
{
    return strcmp(a->origin, b->origin) == 0 && a->size == b->size && a->time_s == b->time_s &&
           memcmp(a->signature, b->signature, SIGNATURE_SIZE) == 0 &&
           memcmp(a->receipt, b->receipt, SIGNATURE_SIZE) == 0;
}

static void answer_run(struct span bytes)
{
    struct buffer again CLEANUP(buffer_free) = buffer_make(FRESH_ANSWER_SIZE_MAX);
    struct fresh_answer first;
    struct fresh_answer second;
    struct error err = {0};

    if (!fresh_answer_read(bytes, &first, &err))
        return;
    must(first.count <= FRESH_WORD_COUNT_MAX, "a bounded number of words");
    must(fresh_answer_write(&first, &again) &&
             fresh_answer_read(buffer_span(&again), &second, &err) && second.count == first.count,
         "what was read can be written and read");
    for (size_t i = 0; i < first.count; i++)
        must(is_same(&first.words[i], &second.words[i]), "it means the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] % 2 == 0)
        question_run(span_make(data + 1, size - 1));
    else
        answer_run(span_make(data + 1, size - 1));
    return 0;
}
