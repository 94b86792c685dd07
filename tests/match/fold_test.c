/*
 * Fold: names of every script of the region come out as the letters that they sound like, and no bytes at all make it
 * fail. All names here are invented or common given names.
 * covers: fold rules
 */
#include "match/fold.h"
#include "check.h"

#include "base/attributes.h"
#include "match/rules.h"

static struct folder *folder;

/* The tokens, joined by spaces. */
static const char *folded_text(struct span name)
{
    static char text[FOLD_TOKEN_MAX * (FOLD_TOKEN_SIZE_MAX + 1) + 1];
    struct folded out;

    text[0] = '\0';
    fold_name(folder, name, &out);
    for (size_t i = 0; i < out.count; i++) {
        size_t at = strlen(text);
        snprintf(text + at, sizeof text - at, "%s%s", i == 0 ? "" : " ", out.tokens[i].text);
    }
    return text;
}

static void folds_to(const char *name, const char *wanted)
{
    const char *found = folded_text(span_text(name));

    CHECK(strcmp(found, wanted) == 0);
    if (strcmp(found, wanted) != 0)
        printf("  '%s' became '%s', wanted '%s'\n", name, found, wanted);
}

CHECK_TEST(latin_names_of_the_region_lose_their_marks)
{
    folds_to("Ștefan Țepeș", "shtefan tsepesh");
    folds_to("Ştefan Ţepeş", "shtefan tsepesh"); /* with cedilla */
    folds_to("Ana-Mărioara Brânză", "ana marioara branza");
    folds_to("Përparim Çela", "perparim chela");
    folds_to("Đorđe Žižić", "djordje zhizhich");
    folds_to("Şükrü Yıldırım Ağaoğlu", "shukru yildirim agaoglu");
    folds_to("ŁUKASZ Müller-Weiß", "lukasz muller weiss");
    folds_to("O'Brien D’Amico ʿAbd", "obrien damico abd");
}

CHECK_TEST(marks_may_stand_apart_or_together)
{
    folds_to("S\xcc\x8ctefan", "shtefan"); /* s + caron */
    folds_to("Štefan", "shtefan");
}

CHECK_TEST(cyrillic_names_are_read_by_their_rules)
{
    folds_to("Ђорђе Његош", "djordje negosh");
    folds_to("Џемаил Шљивић", "dzhemail shlivich");
    folds_to("Щерю Цветков", "shteryu tsvetkov");
    folds_to("Ѓорѓи Ќосе", "gjorgji kjose");
    folds_to("Йордан Єва", "iordan yeva");
}

CHECK_TEST(greek_names_are_read_by_sound)
{
    folds_to("Μπάμπης Ντούσης", "babis dusis");
    folds_to("Γκίκας Τζαβέλας", "gikas dzavelas");
    folds_to("Ευαγγελία Παύλου", "evangelia pavlu");
}

CHECK_TEST(arabic_names_are_read_without_short_vowels)
{
    folds_to("محمد", "mhmd");
    folds_to("مُحَمَّد", "mhmd"); /* with short vowels */
    folds_to("عبد الرحمن", "bd alrhmn");
    folds_to("گل آغا", "gl agha");
    folds_to("يوسف", "ywsf");
    folds_to("یوسف", "ywsf");    /* Persian yeh */
    folds_to("مـحـمـد", "mhmd"); /* drawn out */
}

CHECK_TEST(other_scripts_go_through_general_transliteration)
{
    folds_to("გიორგი", "giorgi");
    folds_to("Արմեն", "armen");
}

CHECK_TEST(what_cannot_be_seen_vanishes_and_does_not_separate)
{
    folds_to("Ma\xe2\x80\x8brko", "marko");             /* zero width space */
    folds_to("\xe2\x80\xaeokraM\xe2\x80\xac", "okram"); /* right-to-left override */
    folds_to("Mar\xc2\xadko", "marko");                 /* soft hyphen */
}

CHECK_TEST(what_is_no_letter_separates)
{
    folds_to("  Popa,Ion;\t(alias)  ", "popa ion alias");
    folds_to("--- . ---", "");
    folds_to("", "");
    folds_to("B 12-XYZ", "b 12 xyz");
}

CHECK_TEST(the_script_of_a_token_is_known)
{
    struct folded out;

    fold_name(folder, span_text("Marko Марко Μάρκος مرقص გია"), &out);
    CHECK_INT(out.count, 5);
    CHECK_INT(out.tokens[0].script, FOLD_LATIN);
    CHECK_INT(out.tokens[1].script, FOLD_CYRILLIC);
    CHECK_INT(out.tokens[2].script, FOLD_GREEK);
    CHECK_INT(out.tokens[3].script, FOLD_ARABIC);
    CHECK_INT(out.tokens[4].script, FOLD_OTHER);
}

CHECK_TEST(any_bytes_fold_to_something_within_the_limits)
{
    static uint8_t bytes[1 << 20];
    struct folded out;
    uint32_t seed = 7;

    for (size_t i = 0; i < sizeof bytes; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(seed >> 24);
    }
    for (size_t at = 0; at < 4000; at++) {
        fold_name(folder, span_make(bytes + at, at % 90), &out);
        CHECK_OR_RETURN(out.count <= FOLD_TOKEN_MAX);
        for (size_t i = 0; i < out.count; i++)
            CHECK_OR_RETURN(out.tokens[i].size > 0 && out.tokens[i].size <= FOLD_TOKEN_SIZE_MAX &&
                            strlen(out.tokens[i].text) == out.tokens[i].size);
    }
    fold_name(folder, span_make(bytes, sizeof bytes), &out);
    CHECK(out.is_cut);
    memset(bytes, 'a', sizeof bytes);
    fold_name(folder, span_make(bytes, sizeof bytes), &out);
    CHECK(out.is_cut && out.count == 1 && out.tokens[0].size == FOLD_TOKEN_SIZE_MAX);
    CHECK_SPAN(span_text(folded_text(span_make("A\xff\xfe"
                                               "B\xc3",
                                               5))),
               "a b");
}

CHECK_TEST(more_tokens_than_there_is_room_for_are_said)
{
    struct folded out;

    fold_name(folder, span_text("a b c d e f g h i j k l m n"), &out);
    CHECK_INT(out.count, FOLD_TOKEN_MAX);
    CHECK(out.is_cut);
}

CHECK_TEST(the_longest_rule_wins)
{
    const uint32_t letters[] = {0x3bf, 0x3c5, 0x3b1}; /* omicron upsilon alpha */
    size_t used = 0;

    CHECK_SPAN(span_text(rule_find(&rules_greek, letters, 3, &used)->to), "u");
    CHECK_INT(used, 2);
    CHECK_SPAN(span_text(rule_find(&rules_greek, letters, 1, &used)->to), "o");
    CHECK_INT(used, 1);
    CHECK(rule_find(&rules_greek, letters, 0, &used) == NULL);
    CHECK(rule_find(&rules_latin, letters, 3, &used) == NULL);
}

int main(void)
{
    struct error err = {0};

    if (!folder_make(&folder, &err)) {
        printf("fold_test: %s\n", err.text);
        return 1;
    }
    CHECK_RUN(latin_names_of_the_region_lose_their_marks);
    CHECK_RUN(marks_may_stand_apart_or_together);
    CHECK_RUN(cyrillic_names_are_read_by_their_rules);
    CHECK_RUN(greek_names_are_read_by_sound);
    CHECK_RUN(arabic_names_are_read_without_short_vowels);
    CHECK_RUN(other_scripts_go_through_general_transliteration);
    CHECK_RUN(what_cannot_be_seen_vanishes_and_does_not_separate);
    CHECK_RUN(what_is_no_letter_separates);
    CHECK_RUN(the_script_of_a_token_is_known);
    CHECK_RUN(any_bytes_fold_to_something_within_the_limits);
    CHECK_RUN(more_tokens_than_there_is_room_for_are_said);
    CHECK_RUN(the_longest_rule_wins);
    folder_free(&folder);
    return check_end();
}
