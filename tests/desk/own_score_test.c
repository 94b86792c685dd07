/*
 * Scores of the own index: who agrees in more, and in what is rarer, stands higher, with the reasons in words; what a person
 * lacks says nothing; a person of another name is not made likely by a common birth date.
 */
#include "check.h"
#include "desk/own_score.h"

#include "base/attributes.h"
#include "match/birth.h"

struct someone {
    const char *given, *family, *alias, *birth, *country;
};

static struct own_scorer *scorer;
static struct error err;

static uint32_t birth_of(const char *text)
{
    struct birth birth;
    struct error ignored = {0};

    return birth_read(span_text(text), &birth, &ignored) ? birth_pack(&birth) : 0;
}

static bool ask(const char *name, const char *birth, const char *country)
{
    struct record_value values[2] = {{RECORD_WHOLE, 0, span_text(name)},
                                     {RECORD_REGION, 0, span_text(country)}};
    struct record_input question = {
        .values = values, .value_count = 2, .birth = birth_unpack(birth_of(birth))};

    own_scorer_free(&scorer);
    return own_scorer_make(NULL, &question, &scorer, &err);
}

static bool add(const struct someone *one)
{
    struct person_name name = {.given = span_text(one->given),
                               .family = span_text(one->family),
                               .alias = span_text(one->alias)};
    struct span country = span_text(one->country);
    struct person person = {
        .names = &name, .name_count = 1, .nationalities = &country, .nationality_count = 1};

    return own_scorer_add(scorer, &person, birth_of(one->birth), &err);
}

static struct score score_of(size_t at, bool phone, bool document)
{
    struct score score;

    own_scorer_score(scorer, at, (struct own_same){phone, document}, &score);
    return score;
}

static bool has_reason(const struct score *score, const char *words)
{
    char text[SCORE_WORDS_SIZE];

    for (size_t i = 0; i < score->reason_count; i++) {
        score_words(&score->reasons[i], text);
        if (strncmp(text, words, strlen(words)) == 0)
            return true;
    }
    return false;
}

CHECK_TEST(who_agrees_in_more_stands_higher)
{
    static const struct someone people[] = {
        {"Gjergj", "Popaj", "", "1984-05-03", "AL"},   /* all */
        {"Gheorghe", "Popaj", "", "1984-05-03", "AL"}, /* the name in another language */
        {"Gjergj", "Popaj", "", "1984-03-05", "AL"},   /* day and month swapped */
        {"Gjergj", "Popaj", "", "", "AL"},             /* no birth date */
        {"Gjergj", "Popaj", "", "1991-11-20", "AL"},   /* another */
        {"Arben", "Hoxha", "", "1984-05-03", "AL"},    /* another name */
    };
    float before = 1e9f;

    CHECK_OR_RETURN(ask("popaj gjergj", "1984-05-03", "AL"));
    for (size_t i = 0; i < ARRAY_COUNT(people); i++)
        CHECK(add(&people[i]));
    own_scorer_weigh(scorer);
    for (size_t i = 0; i < ARRAY_COUNT(people); i++) {
        struct score score = score_of(i, false, false);
        CHECK(score.share >= 0 && score.share <= 1);
        if (i != 2)
            CHECK(score.bits < before);
        before = i != 2 ? score.bits : before;
    }
    struct score same = score_of(0, false, false), swapped = score_of(2, false, false);
    struct score other = score_of(5, false, false);
    CHECK(swapped.bits < same.bits && swapped.bits > score_of(3, false, false).bits);
    CHECK(has_reason(&same, "name is equal") && has_reason(&same, "birth date is equal") &&
          has_reason(&same, "country or region is equal"));
    CHECK(has_reason(&swapped, "birth date has day and month swapped"));
    CHECK(has_reason(&other, "name differs") && other.share < 0.3f && same.share > 0.9f);
}

CHECK_TEST(a_number_that_is_the_persons_says_much_and_one_that_is_not_nothing)
{
    static const struct someone one = {"Arben", "Hoxha", "", "", "AL"};

    CHECK_OR_RETURN(ask("", "", "") && add(&one));
    own_scorer_weigh(scorer);
    struct score none = score_of(0, false, false), phone = score_of(0, true, false);
    struct score document = score_of(0, false, true);
    CHECK(none.bits < phone.bits && phone.bits < document.bits);
    CHECK_INT(none.reason_count, 0);
    CHECK(has_reason(&document, "document is equal"));
}

CHECK_TEST(an_alias_is_a_name)
{
    static const struct someone people[] = {{"Arben", "Hoxha", "Beni i Vogel", "", "AL"},
                                            {"Arben", "Hoxha", "", "", "AL"}};

    CHECK_OR_RETURN(ask("beni vogel", "", "") && add(&people[0]) && add(&people[1]));
    own_scorer_weigh(scorer);
    CHECK(score_of(0, false, false).bits > score_of(1, false, false).bits + 8);
}

int main(void)
{
    CHECK_RUN(who_agrees_in_more_stands_higher);
    CHECK_RUN(a_number_that_is_the_persons_says_much_and_one_that_is_not_nothing);
    CHECK_RUN(an_alias_is_a_name);
    own_scorer_free(&scorer);
    return check_end();
}
