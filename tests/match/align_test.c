/* Align: which word of one name is which of another. */
#include "match/align.h"
#include "check.h"
#include "match/support/cards.h"

static struct cards cards;

static void names_align(const char *a, const char *b, struct alignment *out)
{
    struct card left;
    struct card right;
    struct alignment turned;
    char line[256];

    snprintf(line, sizeof line, "name=%s", a);
    card_make(&cards, line, &left);
    snprintf(line, sizeof line, "name=%s", b);
    card_make(&cards, line, &right);
    struct record_part x = record_part(&left.record, RECORD_WHOLE, 0);
    struct record_part y = record_part(&right.record, RECORD_WHOLE, 0);
    align(cards.aligner, x, y, out);
    align(cards.aligner, y, x, &turned);
    CHECK_INT(turned.count, out->count);
    CHECK_INT(turned.left_a, out->left_b);
    for (size_t i = 0; i < out->count; i++)
        CHECK_INT(turned.pairs[i].level, out->pairs[i].level);
}

static enum word_level level(const char *a, const char *b)
{
    struct alignment alignment;

    names_align(a, b, &alignment);
    return alignment.count == 0 ? WORD_DIFFERENT : alignment.pairs[0].level;
}

CHECK_TEST(levels_go_down_with_what_is_apart)
{
    CHECK_INT(level("marko", "Marko"), WORD_EXACT);
    CHECK_INT(level("muhamed", "mohammed"), WORD_SOUND);
    CHECK_INT(level("petrovic", "petroviq"), WORD_SOUND);
    CHECK_INT(level("marko", "maroko"), WORD_SOUND);
    CHECK_INT(level("marinkov", "marinlov"), WORD_NEAR);
    CHECK_INT(level("lerato", "lemata"), WORD_FAR);
    CHECK_INT(level("stanekov", "stalemov"), WORD_REMOTE);
    CHECK_INT(level("marko", "stefan"), WORD_DIFFERENT);
    CHECK_INT(level("m", "marko"), WORD_INITIAL);
    CHECK_INT(level("m", "stefan"), WORD_DIFFERENT);
    CHECK_INT(level("m", "s"), WORD_DIFFERENT);
}

CHECK_TEST(numbers_are_compared_digit_by_digit)
{
    CHECK_INT(level("4560", "4560"), WORD_EXACT);
    CHECK_INT(level("4560", "4561"), WORD_NEAR);
    CHECK_INT(level("4560", "4650"), WORD_NEAR);
    CHECK_INT(level("4560", "456"), WORD_NEAR);
    CHECK_INT(level("4560", "4821"), WORD_DIFFERENT);
    CHECK_INT(level("23", "26"), WORD_DIFFERENT);
    CHECK_INT(level("1111", "11111"), WORD_NEAR);
}

CHECK_TEST(words_pair_whatever_their_order)
{
    struct alignment alignment;

    names_align("Petrova, Ana Maria", "Ana Maria Petrova", &alignment);
    CHECK_INT(alignment.count, 3);
    CHECK_INT(alignment.left_a + alignment.left_b, 0);
    names_align("Ana Petrova", "Ana Stefanik", &alignment);
    CHECK_INT(alignment.count, 1);
    CHECK_INT(alignment.left_a, 1);
    CHECK_INT(alignment.left_b, 1);
    names_align("Ana Maria Petrova", "Ana Petrova", &alignment);
    CHECK_INT(alignment.left_a, 1);
    CHECK_INT(alignment.left_b, 0);
}

CHECK_TEST(a_word_written_in_two_pairs_with_both)
{
    struct alignment alignment;

    names_align("Karimullin Zuber", "Karimullinzuber", &alignment);
    CHECK_INT(alignment.count, 1);
    CHECK_INT(alignment.left_a + alignment.left_b, 0);
    CHECK_INT(alignment.pairs[0].a_count, 2);
    names_align("Brad shaw Tyson", "Bradshaw Tyson", &alignment);
    CHECK_INT(alignment.left_a + alignment.left_b, 0);
    names_align("Plat ono vich Sergo", "Platonovich Sergo", &alignment);
    CHECK_INT(alignment.left_a + alignment.left_b, 0);
}

CHECK_TEST(particles_and_titles_do_not_set_names_apart)
{
    struct alignment alignment;

    names_align("Dr. Karim al Bashari", "Karim Bashari", &alignment);
    CHECK_INT(alignment.count, 2);
    CHECK_INT(alignment.left_a + alignment.left_b, 0);
    names_align("Al", "Al", &alignment); /* a name has nothing else */
    CHECK_INT(alignment.count, 1);
}

CHECK_TEST(a_word_twice_is_one_unless_it_stands_for_another)
{
    struct alignment alignment;

    names_align("Ana Ana Petrova", "Ana Petrova", &alignment);
    CHECK_INT(alignment.left_a + alignment.left_b, 0);
    names_align("Ana Ana Petrova", "Ana Zdenka Petrova", &alignment);
    CHECK_INT(alignment.left_a, 1);
    CHECK_INT(alignment.left_b, 1);
}

CHECK_TEST(the_commoner_word_of_a_pair_says_how_rare_it_is)
{
    struct alignment alignment;
    struct card card;

    for (int i = 0; i < 8; i++) {
        char line[64];
        snprintf(line, sizeof line, "name=Teodora w%d", i);
        card_make(&cards, line, &card);
        record_count(cards.lexicon, &card.record);
    }
    card_make(&cards, "name=Teoodora", &card); /* a misspelling is rare */
    record_count(cards.lexicon, &card.record);
    lexicon_weigh(cards.lexicon, 16);
    names_align("Teoodora", "Teodora", &alignment);
    float teodora = alignment.rarity;
    names_align("Teoodora", "Teoodora", &alignment);
    CHECK(alignment.rarity > teodora + 2.9f);
    names_align("Teodora w3", "Teodora w3", &alignment);
    CHECK(alignment.rarity > 2 * teodora + 2.9f);
    names_align("Zdenkovic", "Zdenkovic", &alignment);
    CHECK(alignment.rarity < 0);
}

/* Last: nothing forgets it. */
CHECK_TEST(given_names_of_other_languages_are_alike_where_they_are_known)
{
    CHECK_INT(level("gheorghe", "xhorxhi"), WORD_DIFFERENT);
    aligner_know_given(cards.aligner);
    CHECK(level("gheorghe", "gjergj") >= WORD_FAR && level("gheorghe", "george") >= WORD_FAR);
    CHECK(level("ionut", "ioan") >= WORD_REMOTE);
    CHECK_INT(level("gjergj", "arben"), WORD_DIFFERENT);
}

int main(void)
{
    cards_make(&cards);
    CHECK_RUN(levels_go_down_with_what_is_apart);
    CHECK_RUN(numbers_are_compared_digit_by_digit);
    CHECK_RUN(words_pair_whatever_their_order);
    CHECK_RUN(a_word_written_in_two_pairs_with_both);
    CHECK_RUN(particles_and_titles_do_not_set_names_apart);
    CHECK_RUN(a_word_twice_is_one_unless_it_stands_for_another);
    CHECK_RUN(the_commoner_word_of_a_pair_says_how_rare_it_is);
    CHECK_RUN(given_names_of_other_languages_are_alike_where_they_are_known);
    cards_free(&cards);
    return check_end();
}
