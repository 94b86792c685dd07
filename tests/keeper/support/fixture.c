/* Helpers of the keeper's tests: see fixture.h. */
#include "keeper/support/fixture.h"

#include "crypto/secret.h"

#include <stdio.h>
#include <stdlib.h>

void fixture_start(struct fixture *fixture, const char *party, uint64_t seed)
{
    struct error err = {0};

    crypto_start();
    memory_env_start(&fixture->memory, FIXTURE_NOW_MS, seed);
    fixture->options = (struct keeper_options){.env = &fixture->memory.env,
                                               .directory = "keeper",
                                               .passphrase = span_text("a passphrase for tests"),
                                               .cost = SECRET_COST_FAST};
    if (!keeper_create(&fixture->options, span_text(party), &err) ||
        !keeper_open(&fixture->options, &fixture->keeper, &err)) {
        printf("fixture: %s\n", err.text);
        abort();
    }
    fixture->client = keeper_client_direct(fixture->keeper);
}

void fixture_end(struct fixture *fixture)
{
    keeper_close(&fixture->keeper);
    memory_env_end(&fixture->memory);
}

bool fixture_reopen(struct fixture *fixture)
{
    struct error err = {0};

    keeper_close(&fixture->keeper);
    if (!keeper_open(&fixture->options, &fixture->keeper, &err)) {
        printf("reopen: %s\n", err.text);
        return false;
    }
    fixture->client = keeper_client_direct(fixture->keeper);
    return true;
}

void fixture_leaves(uint64_t line, uint64_t index, struct tlog_hash *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[64];
        int size = snprintf(text, sizeof text, "entry %llu of %llu",
                            (unsigned long long)(index + i), (unsigned long long)line);
        tlog_leaf_hash(span_make(text, (size_t)size), &out[i]);
    }
}

bool fixture_step(struct fixture *fixture, enum keeper_slot kind, const char *origin,
                  uint64_t before, size_t count, bool is_signed, int64_t time_s, uint64_t line,
                  struct keeper_step *out, struct error *err)
{
    struct tlog_hash *leaves = calloc(count + 1, sizeof *leaves);

    fixture_leaves(line, before, leaves, count);
    *out = (struct keeper_step){.kind = kind,
                                .origin = span_text(origin),
                                .size_before = before,
                                .leaves = leaves,
                                .count = count,
                                .is_signed = is_signed,
                                .time_s = time_s};
    bool ok = keeper_advance(&fixture->client, out, 1, err);
    out->leaves = NULL;
    free(leaves);
    return ok;
}

void fixture_root(uint64_t line, uint64_t size, struct tlog_hash *out)
{
    struct compact_range range = {0};

    for (uint64_t i = 0; i < size; i++) {
        struct tlog_hash leaf;
        fixture_leaves(line, i, &leaf, 1);
        compact_range_append(&range, &leaf);
    }
    compact_range_root(&range, out);
}

void fixture_flip(struct fixture *fixture, size_t block)
{
    struct memory_file *file = memory_env_file(&fixture->memory, FIXTURE_RECORD);
    size_t at = block * 4096 + 100;

    file->data[at] ^= 1;
    file->synced[at] ^= 1;
}
