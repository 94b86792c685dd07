/* Any bytes as a ruling of the journal sequence: refused, or a ruling that is written and read back to the same bytes. */
#include "agreement/permit.h"
#include "base/attributes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void claim(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer first CLEANUP(buffer_free) = buffer_make(2 * RULING_SIZE_MAX);
    struct buffer second CLEANUP(buffer_free) = buffer_make(2 * RULING_SIZE_MAX);
    struct error err = {.kind = ERROR_NONE};
    struct ruling ruling, again;

    if (!ruling_read(span_make(data, size), &ruling, &err)) {
        claim(err.kind != ERROR_NONE);
        return 0;
    }
    claim(ruling_write(&ruling, &first, &err));
    claim(ruling_read(buffer_span(&first), &again, &err));
    claim(ruling_write(&again, &second, &err));
    claim(span_equal(buffer_span(&first), buffer_span(&second)));
    return 0;
}
