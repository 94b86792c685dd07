/* Arbitrary ranges of files of several sizes: what is read lies within the file and is not empty. */
#include "fuzz/support/body_fuzz.h"

#include "http/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t sizes[] = {0, 1, 10, 1000000, INT64_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct range range;
        struct error err = {0};
        if (range_read(span_make(data, size), sizes[i], &range, &err))
            body_must(range.from >= 0 && range.from < range.until && range.until <= sizes[i],
                      "within the file");
        else
            body_must(err.kind == ERROR_INPUT || err.kind == ERROR_LIMIT, "says why");
    }
    return 0;
}
