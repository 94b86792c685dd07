/* Compare: mistakes that people make cost less than other names. */
#include "match/compare.h"
#include "check.h"

static struct fold_token token(const char *text, enum fold_script script)
{
    struct fold_token out = {.size = (uint8_t)strlen(text), .script = (uint8_t)script};

    memcpy(out.text, text, strlen(text) + 1);
    return out;
}

static float like(const char *a, const char *b)
{
    struct fold_token left = token(a, FOLD_LATIN);
    struct fold_token right = token(b, FOLD_LATIN);
    float one = compare_tokens(&left, &right, 0);
    float other = compare_tokens(&right, &left, 0);

    CHECK(one == other);
    CHECK(one >= 0 && one <= 1);
    return one;
}

CHECK_TEST(equal_is_one_and_nothing_else_is)
{
    CHECK(like("marko", "marko") == 1.0f);
    CHECK(like("marko", "markoo") < 1.0f);
    CHECK(like("marko", "stefanik") < 0.4f);
}

CHECK_TEST(likely_mistakes_cost_less)
{
    CHECK(like("mohamed", "muhamed") > like("mohamed", "mxhamed"));
    CHECK(like("mohamed", "mohammed") > like("mohamed", "mohabed"));
    CHECK(like("petar", "betar") > like("petar", "metar"));
    CHECK(like("petar", "peatr") > like("petar", "pesor"));
    CHECK(like("halil", "alil") > like("halil", "kalil"));
    CHECK(like("yusuf", "iusuf") > like("yusuf", "tusuf"));
}

CHECK_TEST(short_vowels_cost_next_to_nothing_beside_arabic_script)
{
    struct fold_token latin = token("muhammad", FOLD_LATIN);
    struct fold_token arabic = token("mhmd", FOLD_ARABIC);
    struct fold_token bare = token("mhmd", FOLD_LATIN);

    CHECK(compare_tokens(&latin, &arabic, 0) > 0.9f);
    CHECK(compare_tokens(&latin, &bare, 0) < 0.85f);
}

CHECK_TEST(a_limit_saves_work_and_changes_nothing_above_it)
{
    struct fold_token a = token("konstantin", FOLD_LATIN);
    struct fold_token b = token("kon", FOLD_LATIN);
    struct fold_token c = token("konstantina", FOLD_LATIN);

    CHECK(compare_tokens(&a, &b, 0.9f) < 0.9f);
    CHECK(compare_tokens(&a, &c, 0.9f) == compare_tokens(&a, &c, 0));
}

int main(void)
{
    CHECK_RUN(equal_is_one_and_nothing_else_is);
    CHECK_RUN(likely_mistakes_cost_less);
    CHECK_RUN(short_vowels_cost_next_to_nothing_beside_arabic_script);
    CHECK_RUN(a_limit_saves_work_and_changes_nothing_above_it);
    return check_end();
}
