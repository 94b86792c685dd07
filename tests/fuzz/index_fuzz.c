/*
 * Arbitrary bytes as a search index. Digests would stop nearly all of them, so they are put right first: what the check
 * itself lets pass must be searched without harm.
 */
#include "base/env.h"
#include "crypto/digest.h"
#include "match/index.h"
#include "match/search.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As in index_file.c: header of 17 parts, each place, size, digest. */
#define PARTS_AT   56
#define PART_SIZE  48
#define PART_COUNT 17
#define DIGEST_AT  (PARTS_AT + PART_COUNT * PART_SIZE)
#define SIZE_LEAST 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t number_at(const uint8_t *bytes)
{
    uint64_t number;

    memcpy(&number, bytes, sizeof number);
    return number;
}

static void digests_mend(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < PART_COUNT; i++) {
        uint8_t *part = bytes + PARTS_AT + i * PART_SIZE;
        uint64_t place = number_at(part);
        uint64_t part_size = number_at(part + 8);
        if (place <= size && part_size <= size - place)
            digest_sha256((struct span){bytes + place, (size_t)part_size}, part + 16);
    }
    digest_sha256((struct span){bytes, DIGEST_AT}, bytes + DIGEST_AT);
}

static void search_it(const struct index *index)
{
    static struct search_result result;
    struct searcher *searcher = NULL;
    struct error err = {0};

    if (!searcher_make(index, index, &searcher, &err))
        abort();
    search_name(searcher, span_text("Arben Popaj"), 10, 0, &result);
    search_name(searcher, span_text("gjergj h. xhemalhoxha"), 10, 0, &result);
    for (size_t i = 0; i < result.count; i++)
        if (result.hits[i].name >= index->name_count)
            abort();
    searcher_free(&searcher);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64] = "/dev/shm/besa-index-XXXXXX";
    int file = mkstemp(path);
    struct index *index = NULL;
    struct error err = {0};
    uint8_t *copy = malloc(size + 1);

    if (file < 0 || copy == NULL)
        abort();
    memcpy(copy, data, size);
    if (size >= SIZE_LEAST)
        digests_mend(copy, size);
    if (write(file, copy, size) != (ssize_t)size)
        abort();
    if (index_open(path, &index, &err))
        search_it(index);
    index_free(&index);
    free(copy);
    close(file);
    unlink(path);
    return 0;
}
