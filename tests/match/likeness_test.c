/* Likeness: two records, field by field. */
#include "match/likeness.h"
#include "check.h"
#include "match/support/cards.h"

static struct cards cards;

static struct likeness compared(const char *a, const char *b)
{
    struct card left;
    struct card right;
    struct likeness out;
    struct likeness turned;

    card_make(&cards, a, &left);
    card_make(&cards, b, &right);
    likeness_make(cards.aligner, &left.record, &right.record, &out);
    likeness_make(cards.aligner, &right.record, &left.record, &turned);
    CHECK(memcmp(out.levels, turned.levels, sizeof out.levels) == 0);
    return out;
}

static unsigned level(enum like_field field, const char *a, const char *b)
{
    return compared(a, b).levels[field];
}

CHECK_TEST(what_one_record_lacks_is_unknown)
{
    struct likeness like =
        compared("given=Ana; born=1984-05-03; sex=f; place=Vlora", "family=Petrova; phone=0691234");

    for (size_t i = 0; i < LIKE_FIELD_COUNT; i++)
        CHECK_INT(like.levels[i], i == LIKE_ORDER ? like.levels[i] : LIKE_UNKNOWN);
    like = compared("", "given=Ana; family=Petrova; born=1984; address=12 Main street");
    for (size_t i = 0; i < LIKE_FIELD_COUNT; i++)
        CHECK_INT(like.levels[i], LIKE_UNKNOWN);
}

CHECK_TEST(the_least_alike_word_says_how_alike_names_are)
{
    CHECK_INT(level(LIKE_NAME, "name=Ana Petrova", "name=Petrova Ana"), LIKE_NAME_EXACT);
    CHECK_INT(level(LIKE_NAME, "name=Ana Petrova", "name=Anna Petrova"), LIKE_NAME_SOUND);
    CHECK_INT(level(LIKE_NAME, "name=Ana Petrova", "name=Ana Betrova"), LIKE_NAME_SOUND);
    CHECK_INT(level(LIKE_NAME, "name=Ana Petrova", "name=Ana Perova"), LIKE_NAME_NEAR);
    CHECK_INT(level(LIKE_NAME, "name=Ana Petrova", "name=Ana Stefanik"), LIKE_NAME_PART);
    CHECK_INT(level(LIKE_NAME, "name=Ana Petrova", "name=Zef Stefanik"), LIKE_NAME_DIFFERENT);
    CHECK_INT(level(LIKE_NAME, "name=A. P.", "name=Ana Petrova"), LIKE_NAME_INITIAL);
}

CHECK_TEST(words_more_are_a_field_of_their_own)
{
    CHECK_INT(level(LIKE_MORE, "name=Ana Petrova", "name=Ana Petrova"), LIKE_MORE_NONE);
    CHECK_INT(level(LIKE_MORE, "name=Ana Maria Petrova", "name=Ana Petrova"), LIKE_MORE_ONE);
    CHECK_INT(level(LIKE_MORE, "name=Ana M. Petrova", "name=Ana Maria Petrova"), LIKE_MORE_ONE);
    CHECK_INT(level(LIKE_MORE, "name=Ana Maria Zef Petrova", "name=Ana Petrova"),
              LIKE_MORE_SEVERAL);
    CHECK_INT(level(LIKE_MORE, "name=Ana Maria Petrova", "name=Ana Stefanik"), LIKE_UNKNOWN);
}

CHECK_TEST(parts_are_told_apart_where_both_records_do)
{
    struct likeness like = compared("given=Ana; family=Petrova", "given=Ana; family=Stefanik");

    CHECK_INT(like.levels[LIKE_NAME], LIKE_UNKNOWN);
    CHECK_INT(like.levels[LIKE_GIVEN], LIKE_NAME_EXACT);
    CHECK_INT(like.levels[LIKE_FAMILY], LIKE_NAME_DIFFERENT);
    CHECK_INT(like.levels[LIKE_ORDER], LIKE_ORDER_SAME);
    like = compared("given=Ana; family=Petrova", "name=Petrova Ana");
    CHECK_INT(like.levels[LIKE_NAME], LIKE_NAME_EXACT);
    CHECK_INT(like.levels[LIKE_GIVEN], LIKE_UNKNOWN);
    CHECK_INT(like.levels[LIKE_ORDER], LIKE_UNKNOWN);
}

CHECK_TEST(given_and_family_name_in_each_others_place_are_found)
{
    struct likeness like = compared("given=Petrova; family=Ana", "given=Ana; family=Petrova");

    CHECK_INT(like.levels[LIKE_ORDER], LIKE_ORDER_TURNED);
    CHECK_INT(like.levels[LIKE_GIVEN], LIKE_NAME_EXACT);
    CHECK_INT(like.levels[LIKE_FAMILY], LIKE_NAME_EXACT);
}

CHECK_TEST(which_record_is_the_first_does_not_matter)
{
    /* compared() holds both ways against each other: turned names of unequal levels, several names that tell as much. */
    compared("given=Petrova; family=Ana", "given=Anna; family=Petrova");
    compared("given=Petrova; family=Ana", "given=Ana Maria; family=Petrov");
    compared("given=Ana; family=Stefanik; given2=Zef; family2=Petrova",
             "given=Ana; family=Petrova");
    compared("name=Ana Petrova; given2=Zef; family2=Ana", "given=Ana; family=Petrova");
}

CHECK_TEST(of_several_names_and_addresses_the_best_pair_counts)
{
    const char *two = "given=Zef; family=Stefanik; given2=Ana; family2=Petrova; "
                      "address=9 Elm road; address2=12 Main street";
    struct likeness like = compared(two, "given=Ana; family=Petrova; address=12 Main street");

    CHECK_INT(like.levels[LIKE_GIVEN], LIKE_NAME_EXACT);
    CHECK_INT(like.levels[LIKE_FAMILY], LIKE_NAME_EXACT);
    CHECK_INT(like.levels[LIKE_ADDRESS], LIKE_ADDRESS_EXACT);
}

CHECK_TEST(addresses_count_the_words_that_agree)
{
    const char *main_street = "address=12 Main street Vlora";

    CHECK_INT(level(LIKE_ADDRESS, main_street, "address=12 Mian street Vlora"), LIKE_ADDRESS_NEAR);
    CHECK_INT(level(LIKE_ADDRESS, main_street, "address=12 Main street"), LIKE_ADDRESS_NEAR);
    CHECK_INT(level(LIKE_ADDRESS, main_street, "address=77 Main street Vlora"), LIKE_ADDRESS_MOST);
    CHECK_INT(level(LIKE_ADDRESS, main_street, "address=77 Elm street Durres"), LIKE_ADDRESS_PART);
    CHECK_INT(level(LIKE_ADDRESS, main_street, "address=77 Elm road"), LIKE_ADDRESS_DIFFERENT);
}

CHECK_TEST(numbers_are_equal_or_near_or_different)
{
    CHECK_INT(level(LIKE_PHONE, "phone=069 123 456", "phone=069123456"), LIKE_VALUE_SAME);
    CHECK_INT(level(LIKE_PHONE, "phone=069123456", "phone=069123457"), LIKE_VALUE_NEAR);
    CHECK_INT(level(LIKE_PHONE, "phone=069123456", "phone=067777456"), LIKE_VALUE_DIFFERENT);
    CHECK_INT(level(LIKE_DOCUMENT, "document=AB1234", "document=AB1243"), LIKE_VALUE_NEAR);
    CHECK_INT(level(LIKE_REGION, "region=AL", "region=RO"), LIKE_VALUE_DIFFERENT);
    CHECK_INT(level(LIKE_SEX, "sex=f", "sex=f"), LIKE_VALUE_SAME);
    CHECK_INT(level(LIKE_SEX, "sex=f", "sex=m"), LIKE_VALUE_DIFFERENT);
}

CHECK_TEST(births_keep_the_order_of_what_they_tell)
{
    CHECK_INT(level(LIKE_BIRTH, "born=1984-05-03", "born=1984-05-03"), LIKE_BIRTH_SAME);
    CHECK_INT(level(LIKE_BIRTH, "born=1984-05-03", "born=1984-03-05"), LIKE_BIRTH_SWAPPED);
    CHECK_INT(level(LIKE_BIRTH, "born=1984-05-03", "born=1984-05-08"), LIKE_BIRTH_ONE_DIGIT);
    CHECK_INT(level(LIKE_BIRTH, "born=1984-05-03", "born=1984-05"), LIKE_BIRTH_SAME_MONTH);
    CHECK_INT(level(LIKE_BIRTH, "born=1984-05-03", "born=1984"), LIKE_BIRTH_SAME_YEAR);
    CHECK_INT(level(LIKE_BIRTH, "born=1984-05-03", "born=1985"), LIKE_BIRTH_YEAR_NEAR);
    CHECK_INT(level(LIKE_BIRTH, "born=1984-05-03", "born=1972-11-30"), LIKE_BIRTH_DIFFERENT);
}

CHECK_TEST(every_level_has_its_name)
{
    for (enum like_field field = 0; field < LIKE_FIELD_COUNT; field++) {
        CHECK(like_level_count(field) > 2 && like_level_count(field) <= LIKE_LEVEL_MAX);
        CHECK(like_level_name(field, like_level_count(field)) == NULL);
    }
    CHECK(strcmp(like_level_name(LIKE_FAMILY, LIKE_NAME_SOUND), "sound") == 0);
    CHECK(strcmp(like_level_name(LIKE_BIRTH, LIKE_BIRTH_SWAPPED), "swapped") == 0);
    CHECK(strcmp(like_level_name(LIKE_PHONE, LIKE_VALUE_SAME), "same") == 0);
}

int main(void)
{
    cards_make(&cards);
    CHECK_RUN(what_one_record_lacks_is_unknown);
    CHECK_RUN(the_least_alike_word_says_how_alike_names_are);
    CHECK_RUN(words_more_are_a_field_of_their_own);
    CHECK_RUN(parts_are_told_apart_where_both_records_do);
    CHECK_RUN(given_and_family_name_in_each_others_place_are_found);
    CHECK_RUN(which_record_is_the_first_does_not_matter);
    CHECK_RUN(of_several_names_and_addresses_the_best_pair_counts);
    CHECK_RUN(addresses_count_the_words_that_agree);
    CHECK_RUN(numbers_are_equal_or_near_or_different);
    CHECK_RUN(births_keep_the_order_of_what_they_tell);
    CHECK_RUN(every_level_has_its_name);
    cards_free(&cards);
    return check_end();
}
