/*
 * Search: a name is found as another clerk writes it, joined, split, swapped, in another script, by an initial; the better
 * fit comes first; work is bounded whatever is asked. All names are invented.
 * covers: search words
 */
#include "match/search.h"
#include "check.h"

#include "match/support/people.h"
#include "match/words.h"

static const char *const names[] = {
    "Gjergj Popaj",       "Gjergji Popa",    "Xhemal Hoxha",          "Ana-Maria Popescu",
    "Muhammad al-Tamimi", "Đorđe Jovanović", "Kostas Dimitriou",      "Ali Ali",
    "Arben Krasniqi",     "Arben Berisha",   "Ion Vasile Constantin", "Бојан Петровски",
    "محمد التميمي",       "Nikolaos Papas",
};

static struct index *index_all;
static struct searcher *searcher;
static struct search_result result;

static long rank_of(const char *question, size_t number)
{
    search_name(searcher, span_text(question), 10, 0.3f, &result);
    for (size_t i = 0; i < result.count; i++) {
        uint32_t name = result.hits[i].name;
        for (uint32_t k = index_all->name_persons.starts[name];
             k < index_all->name_persons.starts[name + 1]; k++)
            if (index_all->name_persons.items[k] == number)
                return (long)i + 1;
    }
    return 0;
}

CHECK_TEST(a_name_is_found_as_others_write_it)
{
    CHECK_INT(rank_of("popaj gjergj", 0), 1);
    CHECK_INT(rank_of("Djerdj Popai", 0), 1);
    CHECK_INT(rank_of("Dzemal Hodza", 2), 1);
    CHECK_INT(rank_of("Anamaria Popescu", 3), 1);
    CHECK_INT(rank_of("Ana Maria Popesku", 3), 1);
    CHECK_INT(rank_of("Djordje Jovanovic", 5), 1);
    CHECK_INT(rank_of("Ђорђе Јовановић", 5), 1);
    CHECK_INT(rank_of("Κώστας Δημητρίου", 6), 1);
    CHECK_INT(rank_of("Bojan Petrovski", 11), 1);
    CHECK(rank_of("Mohamed Tamimi", 12) > 0);
    CHECK(rank_of("Mohamed Tamimi", 4) > 0);
    CHECK(rank_of("A. Krasniqi", 8) == 1);
    CHECK_INT(rank_of("Popajgjergj", 0), 1); /* joined */
    CHECK_INT(rank_of("Kras niqi Arben", 8), 1);
}

CHECK_TEST(the_better_fit_comes_first)
{
    CHECK_INT(rank_of("Gjergj Popaj", 0), 1);
    CHECK(result.hits[0].score > 0.999f);
    CHECK_INT(rank_of("Gjergji Popa", 1), 1);
    CHECK_INT(rank_of("Arben Berisha", 9), 1);
    for (size_t i = 1; i < result.count; i++)
        CHECK(result.hits[i - 1].score >= result.hits[i].score);
}

CHECK_TEST(nobody_is_found_by_nothing)
{
    search_name(searcher, span_text("?!"), 10, 0, &result);
    CHECK_INT(result.count, 0);
    search_name(searcher, span_text(""), 10, 0, &result);
    CHECK_INT(result.count, 0);
    search_name(searcher, span_text("Zyxwvu Tsrqpo"), 10, 0.5f, &result);
    CHECK_INT(result.count, 0);
    search_name(searcher, span_text("Gjergj Popaj"), 0, 0, &result);
    CHECK_INT(result.count, 0);
}

CHECK_TEST(scores_stay_between_0_and_1_and_hits_are_distinct)
{
    struct index *many = people_many(5, 20000);
    struct searcher *other = NULL;
    struct error err = {0};

    CHECK_OR_RETURN(many != NULL);
    CHECK_OK(searcher_make(many, many, &other, &err), err);
    for (uint32_t i = 0; i < 300; i++) {
        char name[64];
        people_name(5 + i % 3, i * 31, name);
        if (i % 4 == 0)
            name[strlen(name) / 2] = 'x';
        search_name(other, span_text(name), 1 + i % SEARCH_HIT_MAX, 0, &result);
        CHECK(result.count <= 1 + i % SEARCH_HIT_MAX);
        CHECK(result.looked <= SEARCH_LOOK_MAX);
        for (size_t a = 0; a < result.count; a++) {
            CHECK(result.hits[a].score >= 0 && result.hits[a].score <= 1.0001f);
            for (size_t b = 0; b < a; b++)
                CHECK(result.hits[a].name != result.hits[b].name);
        }
    }
    searcher_free(&other);
    index_free(&many);
}

CHECK_TEST(a_question_of_any_length_is_bounded_and_answered)
{
    static char text[1 << 20];

    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = "ab ri ka"[i % 8];
    search_name(searcher, span_text(text), 10, 0, &result);
    CHECK(result.looked <= SEARCH_LOOK_MAX);
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = (char)(i * 37 % 251 + 1);
    search_name(searcher, span_text(text), 10, 0, &result);
    CHECK(result.looked <= SEARCH_LOOK_MAX);
}

CHECK_TEST(a_word_that_the_base_knows_weighs_what_the_base_says)
{
    struct index *base = people_many(6, 5000);
    struct word_finder finder = {.index = NULL};
    static struct word word;
    struct error err = {0};
    struct fold_token token = {.size = base->tokens[0].size};

    memcpy(token.text, base->tokens[0].text, sizeof token.text);
    CHECK_OK(word_finder_make(index_all, base, &finder, &err), err);
    word_find(&finder, &token, false, &word);
    CHECK(word.weight == base->weights[0]);
    memcpy(token.text, "q", 2);
    token.size = 1;
    word_find(&finder, &token, false, &word);
    CHECK(word.is_initial);
    CHECK_INT(word.count, 0);
    word_finder_free(&finder);
    index_free(&base);
}

int main(void)
{
    struct error err = {0};

    index_all = people_index(names, sizeof names / sizeof names[0], NULL);
    if (index_all == NULL || !searcher_make(index_all, index_all, &searcher, &err))
        return 1;
    CHECK_RUN(a_name_is_found_as_others_write_it);
    CHECK_RUN(the_better_fit_comes_first);
    CHECK_RUN(nobody_is_found_by_nothing);
    CHECK_RUN(scores_stay_between_0_and_1_and_hits_are_distinct);
    CHECK_RUN(a_question_of_any_length_is_bounded_and_answered);
    CHECK_RUN(a_word_that_the_base_knows_weighs_what_the_base_says);
    searcher_free(&searcher);
    index_free(&index_all);
    return check_end();
}
