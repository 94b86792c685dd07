/*
 * A full audit: the root of a million entries recomputed from their entry bundles, on one core, by the functions that
 * `besa verify` calls. The entries are heads as nodes write them; bundles lie in memory, so no disk is measured.
 */
#include "bench.h"

#include "message/head.h"
#include "tlog/tile.h"

#include <stdio.h>
#include <stdlib.h>

#define ENTRY_COUNT  1000000u
#define BUNDLE_COUNT ((ENTRY_COUNT + TILE_WIDTH - 1) / TILE_WIDTH)

static struct buffer bundles[BUNDLE_COUNT];

static bool bundle_fill(size_t bundle, size_t *entry_size)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(HEAD_SIZE_MAX);
    struct head head = {.type = MESSAGE_REQUEST,
                        .type_version = 1,
                        .agreement_id = span_text("ro-al"),
                        .agreement_version = 1,
                        .unit = span_text("spoc-ro"),
                        .created_ms = INT64_C(1768176000000),
                        .has_body = true};

    bundles[bundle] = buffer_make(BUNDLE_SIZE_MAX);
    for (size_t i = 0; i < tile_width(ENTRY_COUNT, 0, bundle); i++) {
        uint64_t index = bundle * TILE_WIDTH + i;
        memcpy(head.id, &index, sizeof index);
        memcpy(head.body_digest, &index, sizeof index);
        head.id[6] = 0x70;
        head.id[8] = 0x80;
        head.seen = index;
        buffer_clear(&bytes);
        if (!head_write(&head, &bytes) || !bundle_add(buffer_span(&bytes), &bundles[bundle]))
            return false;
        *entry_size += bytes.size;
    }
    return true;
}

static bool audit_once(struct tlog_hash *root)
{
    struct compact_range range = compact_range_empty();
    struct tlog_hash leaves[TILE_WIDTH];
    struct error err = {0};

    for (size_t i = 0; i < BUNDLE_COUNT; i++) {
        unsigned width = tile_width(ENTRY_COUNT, 0, i);
        if (!bundle_read_leaves(buffer_span(&bundles[i]), width, leaves, &err))
            return false;
        for (unsigned k = 0; k < width; k++)
            compact_range_append(&range, &leaves[k]);
    }
    compact_range_root(&range, root);
    return true;
}

bool bench_audit(void)
{
    struct bench_series series = {.count = 0};
    struct tlog_hash first;
    size_t size = 0;
    bool ok = true;

    for (size_t i = 0; ok && i < BUNDLE_COUNT; i++)
        ok = bundle_fill(i, &size);
    bench_say("audit: the root of %u entries of %zu bytes from bundles in memory, one core\n",
              ENTRY_COUNT, size / ENTRY_COUNT);
    for (int round = 0; ok && round < BENCH_ROUNDS; round++) {
        struct tlog_hash root;
        double began = bench_now();
        ok = audit_once(&root);
        bench_add(&series, ENTRY_COUNT / (bench_now() - began));
        if (round == 0)
            first = root;
        ok = ok && tlog_hash_is_equal(&root, &first);
    }
    for (size_t i = 0; i < BUNDLE_COUNT; i++)
        buffer_free(&bundles[i]);
    if (ok)
        bench_figure("audit_entries_per_s", &series, "1/s");
    else
        bench_say("audit FAILED\n");
    return ok;
}
