/* Arbitrary bytes as the list of files of a search index: what is read is written again the same. */
#include "match/segments_file.h"

#include "base/buffer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct segments_gone gone[SEGMENTS_GONE_MAX];
    struct segments_list list;
    struct error err = {0};
    struct buffer text = buffer_make(SEGMENTS_FILE_SIZE_MAX);

    if (segments_list_read((struct span){data, size}, gone, &list, &err)) {
        segments_list_write(&list, &text);
        if (!span_equal(buffer_span(&text), (struct span){data, size}))
            abort();
    }
    buffer_free(&text);
    return 0;
}
