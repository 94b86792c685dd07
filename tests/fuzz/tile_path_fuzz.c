/*
 * Arbitrary bytes as the path of a tile: what is read is written back to the same bytes.
 */
#include "tlog/tile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool claim)
{
    if (!claim)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tile_path path;
    struct error err = {0};
    struct buffer again CLEANUP(buffer_free) = buffer_make(TILE_PATH_SIZE_MAX);

    if (!tile_path_read(span_make(data, size), &path, &err)) {
        must(err.kind == ERROR_INPUT);
        return 0;
    }
    must(path.width >= 1 && path.width <= TILE_WIDTH && path.level <= TILE_LEVEL_MAX);
    must(tile_path_write(&path, &again));
    must(span_equal(span_make(data, size), buffer_span(&again)));
    return 0;
}
