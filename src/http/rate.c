/*
 * Rate: see rate.h. Each bucket is one number, the time at which it will be full again: a token taken moves it on by one
 * interval, and it may not lie further ahead than a whole bucket takes to fill (the "virtual scheduling" of the generic
 * cell rate algorithm).
 */
#include "http/rate.h"

#include "crypto/digest.h"

#include <stdlib.h>

#define RATE_SET_COUNT 1024u /* with four places each: 4,096 keys, 64 KiB */
#define RATE_SET_SIZE  4u

struct rate_bucket {
    uint64_t key; /* 0: never used */
    int64_t full_us;
};

struct rate_table {
    uint8_t seed[16];
    struct rate_bucket buckets[RATE_SET_COUNT][RATE_SET_SIZE];
};

struct rate_table *rate_make(const uint8_t seed[16])
{
    struct rate_table *table = calloc(1, sizeof *table);
    if (table != NULL)
        memcpy(table->seed, seed, sizeof table->seed);
    return table;
}

void rate_free(struct rate_table **table)
{
    free(*table);
    *table = NULL;
}

static uint64_t key_of(const struct rate_table *table, struct span key)
{
    const struct span pieces[] = {{table->seed, sizeof table->seed}, key};
    uint8_t digest[DIGEST_SIZE];
    uint64_t number;

    digest_sha256_joined(pieces, 2, digest);
    memcpy(&number, digest, sizeof number);
    return number == 0 ? 1 : number;
}

/* Its bucket, or the one of its set that has been full for longest. */
static struct rate_bucket *bucket_find(struct rate_table *table, uint64_t key)
{
    struct rate_bucket *set = table->buckets[key % RATE_SET_COUNT];
    struct rate_bucket *oldest = set;

    for (size_t i = 0; i < RATE_SET_SIZE; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].full_us < oldest->full_us)
            oldest = &set[i];
    }
    *oldest = (struct rate_bucket){.key = key};
    return oldest;
}

bool rate_take(struct rate_table *table, struct span key, struct http_rate rate, int64_t now_ms,
               int64_t *retry_ms)
{
    *retry_ms = 0;
    if (rate.per_s == 0)
        return true;
    int64_t now_us = now_ms * 1000;
    int64_t interval_us = 1000000 / (int64_t)rate.per_s;
    int64_t whole_us = interval_us * (int64_t)(rate.burst > 0 ? rate.burst : 1);
    struct rate_bucket *bucket = bucket_find(table, key_of(table, key));
    int64_t full_us = bucket->full_us > now_us ? bucket->full_us : now_us;

    if (full_us + interval_us - now_us > whole_us) {
        *retry_ms = (full_us + interval_us - now_us - whole_us + 999) / 1000;
        return false;
    }
    bucket->full_us = full_us + interval_us;
    return true;
}
