/* Score: bits of fields, what they come to, and the reasons. */
#include "match/score.h"
#include "check.h"
#include "match/support/cards.h"

#include <math.h>

static struct cards cards;
static struct score_weights weights;
static struct score_curve curve;
static const struct score_curve straight = {.count = 0};

static struct score scored(const char *a, const char *b)
{
    struct card left;
    struct card right;
    struct likeness like;
    struct score out;

    card_make(&cards, a, &left);
    card_make(&cards, b, &right);
    likeness_make(cards.aligner, &left.record, &right.record, &like);
    score_make(&weights, &straight, &like, -10, &out);
    CHECK(fabsf(out.bits - score_bits(&weights, &like, -10)) < 0.001f);
    return out;
}

static bool is_between(float value, float low, float high)
{
    return value >= low && value <= high;
}

CHECK_TEST(published_shares_sum_to_one_and_rise_with_the_level)
{
    for (enum like_field field = 0; field < LIKE_FIELD_COUNT; field++) {
        float m = 0;
        float u = 0;
        for (unsigned level = 1; level < like_level_count(field); level++) {
            CHECK(weights.m[field][level] > 0 && weights.u[field][level] > 0);
            m += weights.m[field][level];
            u += weights.u[field][level];
        }
        CHECK(is_between(m, 0.99f, 1.01f));
        CHECK(is_between(u, 0.99f, 1.01f));
        unsigned top = like_level_count(field) - 1;
        if (field != LIKE_MORE && field != LIKE_ORDER) /* their levels do not rank */
            CHECK(weights.m[field][top] / weights.u[field][top] >
                  weights.m[field][1] / weights.u[field][1]);
    }
}

CHECK_TEST(the_published_curve_rises_from_little_to_much)
{
    CHECK(curve.count >= 2);
    for (size_t i = 1; i < curve.count; i++) {
        CHECK(curve.bits[i] > curve.bits[i - 1]);
        CHECK(curve.shares[i] >= curve.shares[i - 1]);
    }
    CHECK(score_share(&curve, -100) < 0.05f);
    CHECK(score_share(&curve, 100) > 0.95f);
    CHECK(is_between(score_share(&curve, 0), 0.2f, 0.8f));
}

CHECK_TEST(a_curve_goes_straight_between_its_steps)
{
    struct score_curve steps = {{-4, 0, 2}, {0.1f, 0.5f, 0.9f}, 3};

    CHECK(score_share(&steps, -9) == 0.1f);
    CHECK(is_between(score_share(&steps, -2), 0.299f, 0.301f));
    CHECK(is_between(score_share(&steps, 1), 0.699f, 0.701f));
    CHECK(score_share(&steps, 9) == 0.9f);
    CHECK(score_share(&straight, 0) == 0.5f);
}

CHECK_TEST(agreement_is_for_and_contradiction_against)
{
    const char *ana = "given=Ana; family=Petrova; born=1984-05-03; place=Vlora";
    float same = scored(ana, ana).bits;
    float sound = scored(ana, "given=Anna; family=Petrova; born=1984-05-03; place=Vlora").bits;
    float swapped = scored(ana, "given=Ana; family=Petrova; born=1984-03-05; place=Vlora").bits;
    float missing = scored(ana, "given=Ana; family=Petrova; place=Vlora").bits;
    float other = scored(ana, "given=Ana; family=Petrova; born=1972-11-30; place=Vlora").bits;
    float nobody = scored(ana, "given=Zef; family=Stefanik; born=1972-11-30; place=Durres").bits;

    CHECK(same > sound);
    CHECK(same > swapped && swapped > missing && missing > other && other > nobody);
    CHECK(nobody < -20);
}

CHECK_TEST(nothing_in_common_leaves_the_prior)
{
    struct score score = scored("given=Ana", "born=1984");

    CHECK_INT(score.reason_count, 0);
    CHECK(score.bits == -10.0f);
    CHECK(is_between(score.share, 0.0009f, 0.0011f));
}

CHECK_TEST(a_rare_name_says_more_than_a_common_one)
{
    struct card card;
    char words[SCORE_WORDS_SIZE];

    for (int i = 0; i < 4096; i++) {
        char line[64];
        snprintf(line, sizeof line, "family=%s", i % 8 == 0 ? "Hasani" : "Other");
        card_make(&cards, i == 0 ? "family=Zuberovic" : line, &card);
        record_count(cards.lexicon, &card.record);
    }
    lexicon_weigh(cards.lexicon, 4096);
    struct score rare = scored("family=Zuberovic", "family=Zuberovic");
    struct score common = scored("family=Hasani", "family=Hasani");
    CHECK(is_between(rare.reasons[0].bits, 11, 12.1f)); /* one in 4096, and log2 of m */
    CHECK(is_between(common.reasons[0].bits, 2, 3.1f)); /* one in 8 */
    for (size_t i = 0; i < common.reason_count; i++)
        if (common.reasons[i].field == LIKE_FAMILY) {
            CHECK(common.reasons[i].is_common && !common.reasons[i].is_rare);
            score_words(&common.reasons[i], words);
            CHECK(strstr(words, "family name is equal, common: +") == words);
        }
    CHECK(rare.reasons[0].is_rare);
    /* Of words that are merely alike a common one says less, and a rare one no more. */
    CHECK(scored("family=Hasani", "family=Hasanni").bits <
          scored("family=Kolasini", "family=Kolassini").bits);
}

CHECK_TEST(reasons_come_with_the_weightiest_first)
{
    struct score score =
        scored("given=Ana; family=Petrova; born=1984-05-03; sex=f; document=AB123456",
               "given=Anna; family=Petrova; born=1984-03-05; sex=m; document=AB123456");
    char words[SCORE_WORDS_SIZE];
    float sum = -10;
    bool is_seen = false;

    CHECK_INT(score.reasons[0].field, LIKE_DOCUMENT);
    for (size_t i = 0; i < score.reason_count; i++) {
        sum += score.reasons[i].bits;
        if (i > 0)
            CHECK(fabsf(score.reasons[i - 1].bits) >= fabsf(score.reasons[i].bits));
        score_words(&score.reasons[i], words);
        is_seen = is_seen || strncmp(words, "birth date has day and month swapped: +", 39) == 0;
        if (score.reasons[i].field == LIKE_SEX)
            CHECK(strcmp(words, "sex differs: -5") == 0);
    }
    CHECK(is_seen);
    CHECK(fabsf(sum - score.bits) < 0.001f);
}

CHECK_TEST(every_reason_fits_its_words)
{
    char words[SCORE_WORDS_SIZE];

    for (enum like_field field = 0; field < LIKE_FIELD_COUNT; field++)
        for (unsigned level = 1; level < like_level_count(field); level++) {
            struct score_reason reason = {(uint8_t)field, (uint8_t)level, true, false, -19.6f};
            score_words(&reason, words);
            CHECK(strstr(words, ", rare: -20") != NULL);
        }
}

int main(void)
{
    cards_make(&cards);
    score_weights_published(&weights);
    score_curve_published(&curve);
    CHECK_RUN(published_shares_sum_to_one_and_rise_with_the_level);
    CHECK_RUN(the_published_curve_rises_from_little_to_much);
    CHECK_RUN(a_curve_goes_straight_between_its_steps);
    CHECK_RUN(agreement_is_for_and_contradiction_against);
    CHECK_RUN(nothing_in_common_leaves_the_prior);
    CHECK_RUN(a_rare_name_says_more_than_a_common_one);
    CHECK_RUN(reasons_come_with_the_weightiest_first);
    CHECK_RUN(every_reason_fits_its_words);
    cards_free(&cards);
    return check_end();
}
