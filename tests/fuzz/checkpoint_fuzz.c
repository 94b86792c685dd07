/*
 * Arbitrary bytes as a checkpoint's text: what is read is written back to the same bytes, extension lines apart.
 */
#include "tlog/checkpoint.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool claim)
{
    if (!claim)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_make(data, size);
    struct checkpoint strict;
    struct checkpoint loose;
    struct error err = {0};
    struct buffer again CLEANUP(buffer_free) = buffer_make(size + 1024);
    bool is_strict = checkpoint_read(text, false, &strict, &err);
    bool is_loose = checkpoint_read(text, true, &loose, &err);

    must(is_loose || !is_strict);
    if (!is_loose)
        return 0;
    must(checkpoint_write(&loose, &again));
    must(again.size <= size && span_equal(span_part(text, 0, again.size), buffer_span(&again)));
    must(is_strict == (again.size == size));
    return 0;
}
