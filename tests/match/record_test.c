/* Record: what is known of a person, as words. */
#include "match/record.h"
#include "check.h"
#include "match/support/cards.h"

#define HUGE_SIZE 1000000

static const char *text_of(const struct cards *cards, const struct record_word *word)
{
    return lexicon_word(cards->lexicon, word->word)->token.text;
}

CHECK_TEST(names_stand_first_each_together)
{
    struct cards cards;
    struct card card;

    cards_make(&cards);
    card_make(&cards, "place=Vlora; family2=Petri; given=Ana Maria; family=Petrova; given2=Anna",
              &card);
    static const char *const wanted[] = {"ana", "maria", "petrova", "anna", "petri", "vlora"};
    CHECK_INT(card.record.count, 6);
    for (size_t i = 0; i < 6 && i < card.record.count; i++)
        CHECK(strcmp(text_of(&cards, &card.words[i]), wanted[i]) == 0);
    struct record_part part = record_part(&card.record, RECORD_GIVEN, 0);
    CHECK_INT(part.count, 2);
    CHECK_INT(record_part(&card.record, RECORD_GIVEN, 5).count, 0);
    CHECK_INT(record_groups(&card.record, RECORD_FAMILY), 2);
    CHECK_INT(record_groups(&card.record, RECORD_PHONE), 0);
    cards_free(&cards);
}

CHECK_TEST(a_number_is_one_word_however_it_is_set_apart)
{
    struct cards cards;
    struct card a;
    struct card b;

    cards_make(&cards);
    card_make(&cards, "document=AB 123-456", &a);
    card_make(&cards, "document=ab123456", &b);
    CHECK_INT(a.record.count, 1);
    CHECK_INT(a.words[0].word, b.words[0].word);
    cards_free(&cards);
}

CHECK_TEST(an_empty_field_says_nothing)
{
    struct cards cards;
    struct card card;

    cards_make(&cards);
    card_make(&cards, "given=; family=...; place=; phone=--; born=", &card);
    CHECK_INT(card.record.count, 0);
    CHECK_INT(card.record.birth, 0);
    CHECK(!card.record.is_cut);
    cards_free(&cards);
}

CHECK_TEST(any_bytes_and_any_size_are_taken_and_cut)
{
    struct cards cards;
    struct card card;
    struct error err = {0};
    uint8_t *bytes = malloc(HUGE_SIZE);
    uint32_t state = 1;

    CHECK_OR_RETURN(bytes != NULL);
    cards_make(&cards);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < HUGE_SIZE; i++) {
            state = state * 1103515245u + 12345u;
            bytes[i] = round == 0   ? (uint8_t)(state >> 16)
                       : round == 1 ? (uint8_t)('a' + (state >> 16) % 26)
                                    : (uint8_t)("\xd8\xa7 "[i % 3]);
        }
        struct record_value value = {RECORD_WHOLE, 0, {bytes, HUGE_SIZE}};
        struct record_input input = {.values = &value, .value_count = 1};
        CHECK_OK(record_make(cards.lexicon, cards.folder, &input, card.words, &card.record, &err),
                 err);
        CHECK(card.record.is_cut);
        CHECK(card.record.count <= FOLD_TOKEN_MAX);
    }
    cards_free(&cards);
    free(bytes);
}

CHECK_TEST(more_words_than_fit_are_left_out_and_said_so)
{
    struct cards cards;
    struct card card;
    struct record_value values[RECORD_VALUE_MAX + 1];
    struct record_input input = {.values = values, .value_count = RECORD_VALUE_MAX + 1};
    struct error err = {0};

    cards_make(&cards);
    for (size_t i = 0; i < RECORD_VALUE_MAX + 1; i++)
        values[i] = (struct record_value){RECORD_GIVEN, (uint8_t)i, span_text("ana maria")};
    CHECK_OK(record_make(cards.lexicon, cards.folder, &input, card.words, &card.record, &err), err);
    CHECK_INT(card.record.count, RECORD_WORD_MAX);
    CHECK(card.record.is_cut);
    cards_free(&cards);
}

CHECK_TEST(a_word_counts_once_for_a_record)
{
    struct cards cards;
    struct card card;

    cards_make(&cards);
    card_make(&cards, "name=Ana Ana; name2=Ana Petrova", &card);
    record_count(cards.lexicon, &card.record);
    CHECK_INT(lexicon_word(cards.lexicon, card.words[0].word)->count, 1);
    cards_free(&cards);
}

int main(void)
{
    CHECK_RUN(names_stand_first_each_together);
    CHECK_RUN(a_number_is_one_word_however_it_is_set_apart);
    CHECK_RUN(an_empty_field_says_nothing);
    CHECK_RUN(any_bytes_and_any_size_are_taken_and_cut);
    CHECK_RUN(more_words_than_fit_are_left_out_and_said_so);
    CHECK_RUN(a_word_counts_once_for_a_record);
    return check_end();
}
