/*
 * Arbitrary questions and answers of a resume: the first byte chooses. What is read must be written back byte for byte
 * (an answer's receipts), or mean the same (a question).
 * covers: resume_form
 */
#include "journal/resume_form.h"

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
    struct buffer again CLEANUP(buffer_free) = buffer_make(RESUME_QUESTION_SIZE_MAX);
    struct resume_question first;
    struct resume_question second;
    struct error err = {0};

    if (!resume_question_read(bytes, &first, &err))
        return;
    must(first.above <= first.from, "a receipt is for entries that are held");
    must(resume_question_write(&first, &again) &&
             resume_question_read(buffer_span(&again), &second, &err),
         "what was read can be written and read");
    must(strcmp(first.origin, second.origin) == 0 && first.from == second.from &&
             first.above == second.above,
         "it means the same");
}

static void answer_run(struct span bytes)
{
    static struct resume_answer answer;
    struct buffer again CLEANUP(buffer_free) = buffer_make(RESUME_ANSWER_SIZE_MAX);
    struct error err = {0};

    if (!resume_answer_read(bytes, &answer, &err))
        return;
    must(answer.receipt_count > 0 && answer.receipt_count <= RESUME_RECEIPT_COUNT_MAX,
         "a bounded number of receipts");
    for (size_t i = 1; i < answer.receipt_count; i++)
        must(answer.receipts[i].size > answer.receipts[i - 1].size, "sizes rise");
    must(resume_answer_begin(answer.receipts, answer.receipt_count, &again) &&
             buffer_add(&again, answer.post) && span_equal(buffer_span(&again), bytes),
         "an answer has one form");
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
