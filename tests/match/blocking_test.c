/* Blocking: records of one person meet in some key, in spite of what is wrong with them. */
#include "match/blocking.h"
#include "check.h"
#include "match/support/cards.h"

static struct cards cards;

static bool meet(const char *a, const char *b, unsigned kinds)
{
    uint64_t keys[2][BLOCKING_KEY_MAX];
    struct card left;
    struct card right;

    card_make(&cards, a, &left);
    card_make(&cards, b, &right);
    size_t left_count = blocking_keys(cards.lexicon, &left.record, kinds, keys[0]);
    size_t right_count = blocking_keys(cards.lexicon, &right.record, kinds, keys[1]);
    for (size_t i = 0; i < left_count; i++)
        for (size_t k = 0; k < right_count; k++)
            if (keys[0][i] == keys[1][k])
                return true;
    return false;
}

CHECK_TEST(each_kind_looks_at_its_own_fields)
{
    static const struct {
        enum blocking_kind kind;
        const char *a, *b;
    } cases[] = {
        {BLOCKING_SOUNDS, "given=Ana; family=Petrova", "given=Petrov; family=Anna"},
        {BLOCKING_NAME, "given=Kari; family=Mullin", "name=Karimullin"},
        {BLOCKING_YEAR, "given=Ana; family=Zef; born=1984-05-03",
         "given=Lule; family=Anna; born=1984-11-30"},
        {BLOCKING_BIRTH, "given=Zef; born=1984-05-03", "given=Ana; born=1984-03-05"},
        {BLOCKING_PLACE, "given=Zef; family=Petrova; place=Vlora",
         "given=Lule; family=Petrov; place=Vlora"},
        {BLOCKING_PLACE, "given=Zef; family=Petrova; postcode=9401",
         "given=Lule; family=Petrov; postcode=9401"},
        {BLOCKING_POSTCODE, "postcode=9401; born=1984", "postcode=9401; born=1984-11-30"},
        {BLOCKING_ADDRESS, "address=12 Main street", "address=12 Main road"},
        {BLOCKING_NUMBER, "document=AB 123456", "document=AB123456"},
        {BLOCKING_NUMBER, "phone=069 1234", "phone=0691234"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned kind = 1u << cases[i].kind;
        CHECK(meet(cases[i].a, cases[i].b, kind));
        CHECK(!meet(cases[i].a, cases[i].b, BLOCKING_ALL & ~kind));
    }
}

CHECK_TEST(records_with_nothing_in_common_do_not_meet)
{
    CHECK(!meet("given=Ana; family=Petrova; born=1984-05-03; place=Vlora; phone=0691234",
                "given=Zef; family=Stefanik; born=1972-11-30; place=Durres; phone=0697777",
                BLOCKING_ALL));
    CHECK(!meet("", "", BLOCKING_ALL));
    CHECK(!meet("phone=123456", "document=123456", BLOCKING_ALL));
}

CHECK_TEST(particles_and_first_letters_give_no_key)
{
    CHECK(!meet("name=al Bashari; born=1984", "name=al Zuberi; born=1984", BLOCKING_ALL));
    CHECK(!meet("name=A. Bashari; born=1984", "name=A. Zuberi; born=1984", BLOCKING_ALL));
}

CHECK_TEST(keys_ascend_each_once_and_are_bounded)
{
    uint64_t keys[BLOCKING_KEY_MAX];
    struct card card;

    card_make(&cards,
              "name=Charles Xhevahir Gjergj Kyriakos Chechev Jochen; name2=Gjokaj Chingiz Kyzyl; "
              "born=1984-05-03; place=Chernigov Cherven Gjakova; postcode=9401; postcode2=9402; "
              "address=1 a b c d e f g h",
              &card);
    size_t count = blocking_keys(cards.lexicon, &card.record, BLOCKING_ALL, keys);
    CHECK_INT(count, BLOCKING_KEY_MAX);
    for (size_t i = 1; i < count; i++)
        CHECK(keys[i] > keys[i - 1]);
}

int main(void)
{
    cards_make(&cards);
    CHECK_RUN(each_kind_looks_at_its_own_fields);
    CHECK_RUN(records_with_nothing_in_common_do_not_meet);
    CHECK_RUN(particles_and_first_letters_give_no_key);
    CHECK_RUN(keys_ascend_each_once_and_are_bounded);
    cards_free(&cards);
    return check_end();
}
