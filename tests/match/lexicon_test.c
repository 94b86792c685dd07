/* Lexicon: one number a word, and how rare it is. */
#include "match/lexicon.h"
#include "check.h"

#include "match/index_builder.h"

#include <math.h>

static uint32_t put(struct lexicon *lexicon, const char *text, enum fold_script script,
                    enum lexicon_kind kind)
{
    struct fold_token token = {.size = (uint8_t)strlen(text), .script = (uint8_t)script};
    struct error err = {0};
    uint32_t word = UINT32_MAX;

    memcpy(token.text, text, strlen(text) + 1);
    CHECK(lexicon_add(lexicon, &token, kind, &word, &err));
    return word;
}

CHECK_TEST(equal_words_of_one_kind_have_one_number)
{
    struct lexicon *lexicon;
    struct error err = {0};

    CHECK_OK(lexicon_make(&lexicon, &err), err);
    uint32_t marko = put(lexicon, "marko", FOLD_LATIN, LEXICON_NAME);
    CHECK_INT(put(lexicon, "marko", FOLD_CYRILLIC, LEXICON_NAME), marko);
    CHECK(put(lexicon, "marco", FOLD_LATIN, LEXICON_NAME) != marko);
    CHECK(put(lexicon, "marko", FOLD_LATIN, LEXICON_PLACE) != marko);
    CHECK(put(lexicon, "marko", FOLD_ARABIC, LEXICON_NAME) != marko);
    CHECK_INT(lexicon_size(lexicon), 4);
    for (int i = 0; i < 30000; i++) {
        char text[16];
        snprintf(text, sizeof text, "w%d", i);
        put(lexicon, text, FOLD_LATIN, LEXICON_NAME);
    }
    CHECK_INT(put(lexicon, "marko", FOLD_LATIN, LEXICON_NAME), marko);
    CHECK(strcmp(lexicon_word(lexicon, marko)->token.text, "marko") == 0);
    CHECK_INT(lexicon_size(lexicon), 30004);
    lexicon_free(&lexicon);
}

CHECK_TEST(particles_and_titles_are_known_in_names_only)
{
    struct lexicon *lexicon;
    struct error err = {0};

    CHECK_OK(lexicon_make(&lexicon, &err), err);
    CHECK_INT(lexicon_word(lexicon, put(lexicon, "al", FOLD_LATIN, LEXICON_NAME))->role,
              LEXICON_PARTICLE);
    CHECK_INT(lexicon_word(lexicon, put(lexicon, "zu", FOLD_LATIN, LEXICON_NAME))->role,
              LEXICON_PARTICLE);
    CHECK_INT(lexicon_word(lexicon, put(lexicon, "dr", FOLD_LATIN, LEXICON_NAME))->role,
              LEXICON_TITLE);
    CHECK_INT(lexicon_word(lexicon, put(lexicon, "alb", FOLD_LATIN, LEXICON_NAME))->role,
              LEXICON_PLAIN);
    CHECK_INT(lexicon_word(lexicon, put(lexicon, "al", FOLD_LATIN, LEXICON_PLACE))->role,
              LEXICON_PLAIN);
    lexicon_free(&lexicon);
}

CHECK_TEST(rarity_is_the_share_of_records_in_bits)
{
    struct lexicon *lexicon;
    struct error err = {0};

    CHECK_OK(lexicon_make(&lexicon, &err), err);
    uint32_t common = put(lexicon, "ana", FOLD_LATIN, LEXICON_NAME);
    uint32_t rare = put(lexicon, "zdravka", FOLD_LATIN, LEXICON_NAME);
    uint32_t never = put(lexicon, "petra", FOLD_LATIN, LEXICON_NAME);
    for (int i = 0; i < 8; i++)
        lexicon_count(lexicon, common);
    lexicon_count(lexicon, rare);
    CHECK(lexicon_word(lexicon, common)->rarity < 0);
    lexicon_weigh(lexicon, 16);
    CHECK(fabsf(lexicon_word(lexicon, rare)->rarity - lexicon_word(lexicon, common)->rarity -
                3.0f) < 0.001f);
    CHECK(lexicon_word(lexicon, common)->rarity > 5.0f); /* so few records say little */
    lexicon_weigh(lexicon, 16000);
    CHECK(lexicon_word(lexicon, rare)->rarity > 13.9f &&
          lexicon_word(lexicon, rare)->rarity < 14.0f);
    CHECK(lexicon_word(lexicon, never)->rarity < 0);
    lexicon_free(&lexicon);
}

CHECK_TEST(an_index_says_how_rare_the_words_of_names_are)
{
    struct index_builder *builder;
    struct lexicon *lexicon;
    struct index *index;
    struct error err = {0};

    CHECK_OK(index_builder_make(NULL, &builder, &err), err);
    for (uint64_t i = 0; i < 64; i++) {
        char text[32];
        struct index_person person = {.record = i};
        snprintf(text, sizeof text, "ana w%d", (int)i);
        struct span name = span_text(text);
        CHECK_OK(index_builder_add(builder, &person, &name, 1, &err), err);
    }
    CHECK_OK(index_builder_finish(builder, &index, &err), err);
    CHECK_OK(lexicon_make(&lexicon, &err), err);
    uint32_t ana = put(lexicon, "ana", FOLD_LATIN, LEXICON_NAME);
    uint32_t once = put(lexicon, "w7", FOLD_LATIN, LEXICON_NAME);
    uint32_t never = put(lexicon, "petra", FOLD_LATIN, LEXICON_NAME);
    uint32_t place = put(lexicon, "ana", FOLD_LATIN, LEXICON_PLACE);
    lexicon_weigh_by(lexicon, index);
    CHECK(lexicon_word(lexicon, ana)->rarity < 1.0f);
    CHECK(lexicon_word(lexicon, once)->rarity > 5.0f);
    CHECK(lexicon_word(lexicon, never)->rarity >= lexicon_word(lexicon, once)->rarity);
    CHECK(lexicon_word(lexicon, place)->rarity < 0);
    lexicon_free(&lexicon);
    index_free(&index);
    index_builder_free(&builder);
}

int main(void)
{
    CHECK_RUN(equal_words_of_one_kind_have_one_number);
    CHECK_RUN(particles_and_titles_are_known_in_names_only);
    CHECK_RUN(rarity_is_the_share_of_records_in_bits);
    CHECK_RUN(an_index_says_how_rare_the_words_of_names_are);
    return check_end();
}
