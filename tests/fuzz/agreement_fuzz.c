/*
 * Any bytes as an agreement document: refused with problems, or an agreement whose canonical spelling reads back to the
 * same bytes and under which a ruling can be asked.
 */
#include "agreement/permit.h"
#include "base/attributes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void claim(bool holds)
{
    if (!holds)
        abort();
}

static void ask(const struct agreement *agreement)
{
    struct permit_question question = {.sender = agreement->parties[0].party,
                                       .receiver = agreement->parties[1].party,
                                       .type = MESSAGE_OPENED,
                                       .created_ms = agreement->valid_from_ms};
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(RULING_SIZE_MAX);
    struct error err = {.kind = ERROR_NONE};
    struct ruling ruling, again;

    agreement_permit(agreement, &question, &ruling);
    claim(ruling_write(&ruling, &bytes, &err));
    claim(ruling_read(buffer_span(&bytes), &again, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct problems problems;
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct buffer first CLEANUP(buffer_free) = buffer_make(2 * AGREEMENT_SIZE_MAX);
    struct buffer second CLEANUP(buffer_free) = buffer_make(2 * AGREEMENT_SIZE_MAX);
    struct agreement agreement;
    struct error err = {.kind = ERROR_NONE};

    problems_clear(&problems);
    if (!agreement_read(span_make(data, size), &arena, &agreement, &problems)) {
        claim(problems.total > 0);
        return 0;
    }
    ask(&agreement);
    claim(agreement_write(&agreement, &first, &err));
    if (first.size > AGREEMENT_SIZE_MAX)
        return 0; /* lists that the document left out are written as empty */
    claim(agreement_read(buffer_span(&first), &arena, &agreement, &problems));
    claim(agreement_write(&agreement, &second, &err));
    claim(span_equal(buffer_span(&first), buffer_span(&second)));
    return 0;
}
