/* Token buckets: what a key may take at once and over time, and that keys do not touch each other. */
#include "http/rate.h"

#include "check.h"

static const uint8_t seed[16] = {7};
static const struct http_rate ten = {.per_s = 10, .burst = 5};

static unsigned take(struct rate_table *table, const char *key, int64_t now_ms, unsigned tries)
{
    unsigned taken = 0;
    int64_t retry_ms;
    for (unsigned i = 0; i < tries; i++)
        taken += rate_take(table, span_text(key), ten, now_ms, &retry_ms) ? 1 : 0;
    return taken;
}

CHECK_TEST(a_bucket_gives_its_burst_and_then_its_rate)
{
    struct rate_table *table = rate_make(seed);
    int64_t retry_ms;
    CHECK_INT(take(table, "a", 1000, 100), 5);
    CHECK(!rate_take(table, span_text("a"), ten, 1000, &retry_ms));
    CHECK_INT(retry_ms, 100);
    CHECK_INT(take(table, "a", 1099, 100), 0);
    CHECK_INT(take(table, "a", 1100, 100), 1);
    CHECK_INT(take(table, "a", 1400, 100), 3);
    CHECK_INT(take(table, "a", 60000, 100), 5); /* never more than the burst */
    unsigned taken = 0;
    for (int64_t ms = 60000; ms < 70000; ms += 7)
        taken += take(table, "a", ms, 3);
    CHECK(taken >= 98 && taken <= 101);
    rate_free(&table);
    CHECK(table == NULL);
}

CHECK_TEST(keys_have_buckets_of_their_own)
{
    struct rate_table *table = rate_make(seed);
    CHECK_INT(take(table, "a", 1000, 100), 5);
    CHECK_INT(take(table, "b", 1000, 100), 5);
    CHECK_INT(take(table, "", 1000, 100), 5);
    CHECK_INT(take(table, "a", 1000, 100), 0);
    rate_free(&table);
}

CHECK_TEST(a_rate_of_nothing_is_no_limit)
{
    struct rate_table *table = rate_make(seed);
    int64_t retry_ms;
    for (int i = 0; i < 1000; i++)
        CHECK(rate_take(table, span_text("a"), (struct http_rate){0, 0}, 1000, &retry_ms));
    CHECK(rate_take(table, span_text("b"), (struct http_rate){1, 0}, 1000, &retry_ms));
    CHECK(!rate_take(table, span_text("b"), (struct http_rate){1, 0}, 1000, &retry_ms));
    rate_free(&table);
}

/* More keys than places: a key that is hit all the time keeps its bucket. */
CHECK_TEST(many_keys_do_not_free_one_that_is_busy)
{
    struct rate_table *table = rate_make(seed);
    unsigned taken = 0;
    for (int i = 0; i < 100000; i++) {
        char key[32];
        int64_t now_ms = 1000 + i / 100; /* one second in all */
        snprintf(key, sizeof key, "other %d", i);
        take(table, key, now_ms, 1);
        taken += take(table, "busy", now_ms, 1);
    }
    CHECK(taken <= 16); /* 5 and 10 a second */
    rate_free(&table);
}

int main(void)
{
    CHECK_RUN(a_bucket_gives_its_burst_and_then_its_rate);
    CHECK_RUN(keys_have_buckets_of_their_own);
    CHECK_RUN(a_rate_of_nothing_is_no_limit);
    CHECK_RUN(many_keys_do_not_free_one_that_is_busy);
    return check_end();
}
