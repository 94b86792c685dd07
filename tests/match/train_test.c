/* Train: weights that made some data are found again from it. */
#include "match/train.h"
#include "check.h"

#include <math.h>

#define PAIRS   200000
#define MATCHES 2000

static uint32_t state = 1;

static float random_share(void)
{
    state = state * 1664525u + 1013904223u;
    return (float)(state >> 8) / (float)(1u << 24);
}

static uint8_t level_draw(const float *shares, unsigned levels)
{
    float left = random_share();

    for (unsigned level = 1; level + 1 < levels; level++) {
        left -= shares[level];
        if (left < 0)
            return (uint8_t)level;
    }
    return (uint8_t)(levels - 1);
}

static const float sex_m[] = {0, 0.02f, 0.01f, 0.97f};
static const float sex_u[] = {0, 0.5f, 0.01f, 0.49f};
static const float phone_m[] = {0, 0.3f, 0.1f, 0.6f};
static const float phone_u[] = {0, 0.98f, 0.01f, 0.01f};
static const float birth_m[] = {0, 0.05f, 0.02f, 0.03f, 0.05f, 0.05f, 0.1f, 0.7f};
static const float birth_u[] = {0, 0.9f, 0.03f, 0.03f, 0.01f, 0.01f, 0.01f, 0.01f};

/* Pairs of which one in a hundred is one person; one in five lacks its phone. */
static void pairs_draw(struct train_set *set)
{
    struct error err = {0};

    for (int i = 0; i < PAIRS; i++) {
        bool is_match = i % (PAIRS / MATCHES) == 0;
        struct likeness like = {.levels = {0}};
        like.levels[LIKE_SEX] = level_draw(is_match ? sex_m : sex_u, 4);
        if (i % 5 != 1)
            like.levels[LIKE_PHONE] = level_draw(is_match ? phone_m : phone_u, 4);
        like.levels[LIKE_BIRTH] = level_draw(is_match ? birth_m : birth_u, 8);
        CHECK(train_add(set, &like, 1, &err));
    }
}

CHECK_TEST(shares_that_made_the_data_are_found_without_being_told)
{
    struct train_set set = {.patterns = NULL};
    struct score_weights weights = {{{0}}, {{0}}};
    double matches;

    pairs_draw(&set);
    CHECK(set.count < 4 * 4 * 8 && set.total == PAIRS);
    memcpy(weights.u[LIKE_SEX], sex_u, sizeof sex_u);
    memcpy(weights.u[LIKE_PHONE], phone_u, sizeof phone_u);
    memcpy(weights.u[LIKE_BIRTH], birth_u, sizeof birth_u);
    unsigned rounds = train_em(&set, PAIRS, 500, &weights, &matches);
    CHECK(rounds > 1 && rounds < 500);
    CHECK(fabs(matches - MATCHES) < 0.1 * MATCHES);
    CHECK(fabsf(weights.m[LIKE_PHONE][LIKE_VALUE_SAME] - 0.6f) < 0.05f);
    CHECK(fabsf(weights.m[LIKE_BIRTH][LIKE_BIRTH_SAME] - 0.7f) < 0.05f);
    CHECK(fabsf(weights.m[LIKE_SEX][LIKE_VALUE_DIFFERENT] - 0.02f) < 0.02f);

    struct score_weights again = {{{0}}, {{0}}};
    double matches_again;
    memcpy(again.u, weights.u, sizeof again.u);
    train_em(&set, PAIRS, 500, &again, &matches_again);
    CHECK(memcmp(&again, &weights, sizeof again) == 0);
    train_free(&set);
}

CHECK_TEST(shares_are_counted_over_the_pairs_that_have_the_field)
{
    struct train_set set = {.patterns = NULL};
    float shares[LIKE_FIELD_COUNT][LIKE_LEVEL_MAX];
    struct likeness like = {.levels = {0}};
    struct error err = {0};

    like.levels[LIKE_SEX] = LIKE_VALUE_SAME;
    CHECK_OK(train_add(&set, &like, 300, &err), err);
    like.levels[LIKE_SEX] = LIKE_VALUE_DIFFERENT;
    CHECK_OK(train_add(&set, &like, 100, &err), err);
    like.levels[LIKE_SEX] = LIKE_UNKNOWN;
    CHECK_OK(train_add(&set, &like, 9000, &err), err);
    train_shares(&set, shares);
    CHECK(fabsf(shares[LIKE_SEX][LIKE_VALUE_SAME] - 0.75f) < 0.01f);
    CHECK(shares[LIKE_SEX][LIKE_VALUE_NEAR] > 0); /* not seen is not impossible */
    CHECK(shares[LIKE_SEX][LIKE_VALUE_NEAR] < 0.01f);
    train_free(&set);
}

CHECK_TEST(a_curve_pools_what_goes_down)
{
    struct train_case cases[] = {{1, false, 1}, {2, true, 1},  {3, false, 1}, {4, true, 1},
                                 {5, true, 1},  {4, false, 2}, {6, true, 1}};
    struct score_curve curve;
    struct error err = {0};

    CHECK_OK(train_curve(cases, 7, &curve, &err), err);
    CHECK(curve.count == 3);
    CHECK(curve.shares[0] == 0);
    CHECK(fabsf(curve.shares[1] - 2.0f / 5.0f) < 0.001f); /* bits 2, 3 and 4 */
    CHECK(curve.shares[2] == 1);
    CHECK(fabsf(curve.bits[1] - 17.0f / 5.0f) < 0.001f);
}

CHECK_TEST(cases_of_equal_bits_are_one_step)
{
    struct train_case cases[] = {{1, true, 1}, {1, false, 1}, {1, true, 1}, {1, false, 1}};
    struct score_curve curve;
    struct error err = {0};

    CHECK_OK(train_curve(cases, 4, &curve, &err), err);
    CHECK_INT(curve.count, 1);
    CHECK(curve.shares[0] == 0.5f);
}

CHECK_TEST(a_curve_has_few_steps_that_rise)
{
    static struct train_case cases[50000];
    struct score_curve curve;
    struct error err = {0};

    for (size_t i = 0; i < 50000; i++) {
        float bits = random_share() * 40 - 20;
        cases[i] = (struct train_case){bits, random_share() < 1 / (1 + exp2f(-bits / 4)), 1};
    }
    CHECK_OK(train_curve(cases, 50000, &curve, &err), err);
    CHECK(curve.count > 10 && curve.count <= SCORE_CURVE_MAX);
    for (size_t i = 1; i < curve.count; i++)
        CHECK(curve.bits[i] > curve.bits[i - 1] && curve.shares[i] > curve.shares[i - 1]);
    CHECK(fabsf(score_share(&curve, 0) - 0.5f) < 0.05f);
    CHECK(fabsf(score_share(&curve, 4) - 0.667f) < 0.05f);
}

int main(void)
{
    CHECK_RUN(shares_that_made_the_data_are_found_without_being_told);
    CHECK_RUN(shares_are_counted_over_the_pairs_that_have_the_field);
    CHECK_RUN(a_curve_pools_what_goes_down);
    CHECK_RUN(cases_of_equal_bits_are_one_step);
    CHECK_RUN(a_curve_has_few_steps_that_rise);
    return check_end();
}
