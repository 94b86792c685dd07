/* Given: the table is written as folding gives names; what stands for a name does so from both sides; a search finds it. */
#include "match/given.h"
#include "base/attributes.h"
#include "match/search.h"
#include "match/support/people.h"
#include "check.h"

CHECK_TEST(names_in_other_languages_and_short_forms_stand_for_each_other)
{
    CHECK(given_like("gheorghe", "gjergj") == GIVEN_SAME_LIKE);
    CHECK(given_like("gjergj", "gheorghe") == GIVEN_SAME_LIKE);
    CHECK(given_like("ionut", "ioan") == GIVEN_SHORT_LIKE);
    CHECK(given_like("mehmet", "muhammad") == GIVEN_SAME_LIKE);
    CHECK(given_like("gigi", "gogu") == 0); /* two short forms of one name */
    CHECK(given_like("gheorghe", "gheorghe") == 0);
    CHECK(given_like("gheorghe", "nikola") == 0);
    CHECK(given_like("", "ioan") == 0);
    CHECK(given_like("zzz", "ioan") == 0);
}

CHECK_TEST(every_name_of_the_table_stands_for_those_that_stand_for_it)
{
    static const char *const firsts[] = {"alexandru", "ana", "gheorghe", "ioan",  "maria",
                                         "nicolae",   "ali", "mohammed", "fatima"};
    struct given_alike alike[GIVEN_ALIKE_MAX];
    struct folder *folder = NULL;
    struct error err = {0};

    CHECK_OK(folder_make(&folder, &err), err);
    for (size_t i = 0; i < ARRAY_COUNT(firsts); i++) {
        size_t count = given_alike(firsts[i], alike);
        CHECK(count > 0 && count < GIVEN_ALIKE_MAX);
        for (size_t k = 0; k < count; k++) {
            struct folded folded;
            CHECK(given_like(alike[k].text, firsts[i]) == alike[k].like);
            fold_name(folder, span_text(alike[k].text), &folded);
            CHECK_INT(folded.count, 1);
            CHECK_SPAN(span_text(folded.tokens[0].text), alike[k].text);
        }
    }
    folder_free(&folder);
}

CHECK_TEST(a_search_finds_the_name_in_the_other_language)
{
    static const char *const names[] = {"Gjergj Popaj", "Nikolla Popaj", "Gheorghe Ionescu",
                                        "Arben Krasniqi"};
    struct index *index = people_index(names, ARRAY_COUNT(names), NULL);
    struct searcher *searcher = NULL;
    struct search_result *result = calloc(1, sizeof *result);
    struct error err = {0};

    CHECK_OR_RETURN(index != NULL && result != NULL);
    CHECK_OK(searcher_make(index, index, &searcher, &err), err);
    search_name(searcher, span_text("George Popaj"), 10, 0, result);
    CHECK(result->count > 0);
    CHECK(result->count > 0 && result->hits[0].score > 0.85f);
    search_name(searcher, span_text("Nicolae Popaj"), 1, 0, result);
    struct search_result *best = calloc(1, sizeof *best);
    CHECK_OR_RETURN(best != NULL);
    search_name(searcher, span_text("Nikolla Popaj"), 1, 0, best);
    CHECK_INT(result->hits[0].name, best->hits[0].name);
    free(best);
    free(result);
    searcher_free(&searcher);
    index_free(&index);
}

int main(void)
{
    CHECK_RUN(names_in_other_languages_and_short_forms_stand_for_each_other);
    CHECK_RUN(every_name_of_the_table_stands_for_those_that_stand_for_it);
    CHECK_RUN(a_search_finds_the_name_in_the_other_language);
    return check_end();
}
