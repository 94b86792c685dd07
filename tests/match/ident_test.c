/*
 * Ident: one form however written; check characters told; worthless values never match; two right numbers are two.
 * covers: ident_codes ident_number ident_phone ident_plate
 */
#include "match/ident.h"
#include "base/attributes.h"
#include "check.h"

static struct ident ident_of(enum ident_kind kind, const char *text, const char *country)
{
    struct ident ident;
    struct error err = {0};

    if (!ident_read(kind, span_text(text), country, &ident, &err))
        printf("  %s: %s\n", text, err.text);
    CHECK_INT(ident.kind, kind);
    return ident;
}

static void is_refused(enum ident_kind kind, const char *text, const char *country)
{
    struct ident ident;
    struct error err = {0};

    CHECK(!ident_read(kind, span_text(text), country, &ident, &err));
    CHECK_ERROR(err, ERROR_INPUT, "is no");
    CHECK_INT(ident.kind, IDENT_NONE);
    if (ident.kind != IDENT_NONE)
        printf("  %s\n", text);
}

static enum ident_like like_of(enum ident_kind kind, const char *a, const char *a_country,
                               const char *b, const char *b_country)
{
    struct ident left = ident_of(kind, a, a_country);
    struct ident right = ident_of(kind, b, b_country);
    enum ident_like like = ident_compare(&left, &right);

    CHECK_INT(ident_compare(&right, &left), like);
    CHECK_INT(ident_compare(&left, &left), left.is_worthless ? IDENT_UNKNOWN : IDENT_SAME);
    return like;
}

/* --- personal numbers --- */

struct number_case {
    const char *country;
    const char *text;
    enum ident_check check;
};

CHECK_TEST(check_digits_of_personal_numbers_are_told)
{
    static const struct number_case cases[] = {
        {"RO", "1630615123457", IDENT_RIGHT}, {"RO", "1630615123458", IDENT_WRONG},
        {"RO", "163061512345", IDENT_WRONG},  {"RS", "0101006500006", IDENT_RIGHT},
        {"MK", "0101006500007", IDENT_WRONG}, {"BG", "752316 926 3", IDENT_RIGHT},
        {"BG", "7523169262", IDENT_WRONG},    {"GR", "01013099997", IDENT_RIGHT},
        {"GR", "01013099999", IDENT_WRONG},   {"TR", "10000000146", IDENT_RIGHT},
        {"TR", "10000000147", IDENT_WRONG},   {"HR", "33392005961", IDENT_RIGHT},
        {"HR", "33392005962", IDENT_WRONG},   {"AL", "J05910121C", IDENT_UNCHECKED},
        {"AL", "J01910121C", IDENT_WRONG},    {"AL", "J05910121Z", IDENT_WRONG},
        {"MD", "2002500051801", IDENT_WRONG}, {"DE", "T22000129", IDENT_UNCHECKED},
        {NULL, "1630615123457", IDENT_RIGHT}, {NULL, "999888777", IDENT_UNCHECKED},
    };

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct ident ident = ident_of(IDENT_NUMBER, cases[i].text, cases[i].country);
        CHECK_INT(ident.check, cases[i].check);
        if (ident.check != cases[i].check)
            printf("  %s\n", cases[i].text);
    }
    is_refused(IDENT_NUMBER, "ABCDEFGH", "RO");
    is_refused(IDENT_NUMBER, "1234", "RO");
    is_refused(IDENT_NUMBER, "", "RO");
    is_refused(IDENT_NUMBER, "123456789012345678901", "RO");
}

CHECK_TEST(a_single_changed_digit_is_found_in_every_checked_number)
{
    static const struct number_case numbers[] = {
        {"RO", "1630615123457", IDENT_RIGHT}, {"RS", "0101006500006", IDENT_RIGHT},
        {"TR", "10000000146", IDENT_RIGHT},   {"HR", "33392005961", IDENT_RIGHT},
        {"GR", "01013099997", IDENT_RIGHT},
    };

    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        char text[16];
        snprintf(text, sizeof text, "%s", numbers[i].text);
        for (size_t at = 0; text[at] != 0; at++) {
            char kept = text[at];
            text[at] = kept == '9' ? '0' : (char)(kept + 1);
            CHECK_INT(ident_of(IDENT_NUMBER, text, numbers[i].country).check, IDENT_WRONG);
            text[at] = kept;
        }
    }
}

struct bearer_case {
    const char *country;
    const char *text;
    unsigned year;
    unsigned month;
    unsigned day;
    char sex;
};

CHECK_TEST(a_personal_number_tells_birth_and_sex)
{
    static const struct bearer_case cases[] = {
        {"RO", "1630615123457", 1963, 6, 15, 'm'}, {"AL", "J05910121C", 1990, 9, 10, 'f'},
        {"AL", "K10203045B", 2001, 2, 3, 'm'},     {"AL", "I53203045B", 1985, 2, 3, 'm'},
        {"RS", "0101006500006", 2006, 1, 1, 'm'},  {"BG", "7523169263", 1875, 3, 16, 'm'},
        {"GR", "01013099997", 0, 0, 0, 'm'},
    };
    struct birth birth;
    char sex;

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct ident ident = ident_of(IDENT_NUMBER, cases[i].text, cases[i].country);
        CHECK(ident_bearer(&ident, &birth, &sex));
        CHECK_INT(birth.year, cases[i].year);
        CHECK_INT(birth.month, cases[i].month);
        CHECK_INT(birth.day, cases[i].day);
        CHECK_INT(sex, cases[i].sex);
    }
    struct ident wrong = ident_of(IDENT_NUMBER, "1630615123458", "RO");
    CHECK(!ident_bearer(&wrong, &birth, &sex));
    struct ident turkish = ident_of(IDENT_NUMBER, "10000000146", "TR");
    CHECK(!ident_bearer(&turkish, &birth, &sex));
    struct ident plate = ident_of(IDENT_PLATE, "AA123BB", "AL");
    CHECK(!ident_bearer(&plate, &birth, &sex));
}

CHECK_TEST(two_right_numbers_are_two_persons_and_a_wrong_one_may_be_mistyped)
{
    /* 1630615123457 and 1630615123449: both right. */
    CHECK_INT(like_of(IDENT_NUMBER, "1630615123457", "RO", "1630615123458", "RO"), IDENT_NEAR);
    CHECK_INT(like_of(IDENT_NUMBER, "10000000146", "TR", "10000000078", "TR"), IDENT_DIFFERENT);
    CHECK_INT(like_of(IDENT_NUMBER, "J05910121C", "AL", "JO5910121C", "AL"), IDENT_LOOKALIKE);
}

/* --- documents --- */

CHECK_TEST(a_document_is_one_however_written)
{
    CHECK_INT(like_of(IDENT_DOCUMENT, "BA 103-456/7", "AL", "ba1034567", "AL"), IDENT_SAME);
    CHECK_INT(like_of(IDENT_DOCUMENT, "BA1034567", "AL", "ВА1034567", "AL"),
              IDENT_SAME); /* Cyrillic */
    CHECK_INT(like_of(IDENT_DOCUMENT, "A٠١٢٣٤٧", "", "A012347", ""), IDENT_SAME);
    CHECK_INT(like_of(IDENT_DOCUMENT, "BA1034567", "AL", "8A1034567", "AL"), IDENT_LOOKALIKE);
    CHECK_INT(like_of(IDENT_DOCUMENT, "BA1034567", "AL", "BA1034567", "RO"), IDENT_LOOKALIKE);
    CHECK_INT(like_of(IDENT_DOCUMENT, "BA1034567", "AL", "BA1034576", "AL"), IDENT_NEAR);
    CHECK_INT(like_of(IDENT_DOCUMENT, "BA1034567", "AL", "BA103456", "AL"), IDENT_NEAR);
    CHECK_INT(like_of(IDENT_DOCUMENT, "BA1034567", "AL", "BA1034576", "RO"), IDENT_DIFFERENT);
    CHECK_INT(like_of(IDENT_DOCUMENT, "BA1034567", "AL", "BA7650321", "AL"), IDENT_DIFFERENT);
    CHECK_INT(like_of(IDENT_DOCUMENT, "A1204", "AL", "A1205", "AL"),
              IDENT_DIFFERENT); /* too short */
    is_refused(IDENT_DOCUMENT, "UNKNOWN", "AL");
    is_refused(IDENT_DOCUMENT, "A1", "AL");
    is_refused(IDENT_DOCUMENT, "Ш123456", "RS");
    is_refused(IDENT_DOCUMENT, "12345678901234567890123456", "");
    is_refused(IDENT_DOCUMENT,
               "\xff\xfe"
               "123456",
               "");
}

CHECK_TEST(what_was_typed_for_want_of_a_number_matches_nothing)
{
    static const char *const texts[] = {"0000000",    "1111111", "AA000000",   "1234567",
                                        "0123456789", "9876543", "1234567890", "X-99999"};

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct ident ident = ident_of(IDENT_DOCUMENT, texts[i], "");
        CHECK(ident.is_worthless);
        CHECK_INT(ident_compare(&ident, &ident), IDENT_UNKNOWN);
        if (!ident.is_worthless)
            printf("  %s\n", texts[i]);
    }
    CHECK(!ident_of(IDENT_DOCUMENT, "AB123457", "").is_worthless);
    CHECK(!ident_of(IDENT_DOCUMENT, "1234560", "").is_worthless);
}

/* --- plates --- */

CHECK_TEST(a_plate_is_mended_to_its_countrys_form)
{
    struct ident plate = ident_of(IDENT_PLATE, "AA O12 B8", "AL");

    CHECK_SPAN(span_text(plate.value), "AA012BB");
    CHECK(plate.is_mended);
    CHECK_SPAN(span_text(ident_of(IDENT_PLATE, "B-123 ABC", "RO").value), "B123ABC");
    CHECK(!ident_of(IDENT_PLATE, "B-123 ABC", "RO").is_mended);
    CHECK_SPAN(span_text(ident_of(IDENT_PLATE, "cj 01 abc", "RO").value), "CJ01ABC");
    CHECK_SPAN(span_text(ident_of(IDENT_PLATE, "CJO1ABC", "RO").value), "CJ01ABC");
    CHECK_SPAN(span_text(ident_of(IDENT_PLATE, "AL AA 123 BB", NULL).value), "AA123BB");
    CHECK_SPAN(span_text(ident_of(IDENT_PLATE, "AL AA 123 BB", NULL).country), "AL");
    CHECK_SPAN(span_text(ident_of(IDENT_PLATE, "АА 123 ВВ", "AL").value), "AA123BB"); /* Cyrillic */
    CHECK_SPAN(span_text(ident_of(IDENT_PLATE, "CD 12-34X", "AL").value), "CD1234X");
    CHECK_INT(like_of(IDENT_PLATE, "AA O12 BB", NULL, "AA012BB", "AL"), IDENT_LOOKALIKE);
    CHECK_INT(like_of(IDENT_PLATE, "AA 012 BB", NULL, "AA012BB", "AL"), IDENT_SAME);
    CHECK_INT(like_of(IDENT_PLATE, "AA 012 BB", "IT", "AA012BB", "AL"), IDENT_LOOKALIKE);
    CHECK_INT(like_of(IDENT_PLATE, "AA 012 BB", "AL", "AA 021 BB", "AL"), IDENT_NEAR);
    is_refused(IDENT_PLATE, "TAXI", "AL");
    is_refused(IDENT_PLATE, "A1", "AL");
    is_refused(IDENT_PLATE, "AA123BBCC99X", "AL");
}

/* --- telephones --- */

CHECK_TEST(a_telephone_is_one_however_dialled)
{
    static const char *const romanian[] = {
        "0712 345 678",     "+40712345678", "0040 712-345-678", "+40 (0) 712345678",
        "+40 0712 345 678", "40712345678",  "712345678"};

    for (size_t i = 0; i < ARRAY_COUNT(romanian); i++)
        CHECK_SPAN(span_text(ident_of(IDENT_PHONE, romanian[i], "RO").value), "+40712345678");
    CHECK_SPAN(span_text(ident_of(IDENT_PHONE, "069 123 4567", "AL").value), "+355691234567");
    CHECK_SPAN(span_text(ident_of(IDENT_PHONE, "+355 69 123 4567", "RO").value), "+355691234567");
    CHECK_SPAN(span_text(ident_of(IDENT_PHONE, "+355 69 123 4567", "RO").country), "AL");
    CHECK_SPAN(span_text(ident_of(IDENT_PHONE, "06 30 123 4567", "HU").value), "+36301234567");
    CHECK_SPAN(span_text(ident_of(IDENT_PHONE, "06 1234 5678", "IT").value),
               "+390612345678"); /* the 0 stays */
    CHECK_SPAN(span_text(ident_of(IDENT_PHONE, "٠٧١٢٣٤٥٦٧٩", "RO").value), "+40712345679");
    CHECK_INT(like_of(IDENT_PHONE, "0712345678", NULL, "+40712345678", NULL), IDENT_PARTIAL);
    CHECK_INT(like_of(IDENT_PHONE, "0712345678", NULL, "+40712345679", NULL), IDENT_DIFFERENT);
    CHECK_INT(like_of(IDENT_PHONE, "0712345678", "RO", "0712345687", "RO"), IDENT_NEAR);
    CHECK_INT(like_of(IDENT_PHONE, "072345679", "MK", "0723456799", "RO"), IDENT_DIFFERENT);
    is_refused(IDENT_PHONE, "0712345", "");
    is_refused(IDENT_PHONE, "+40 7123", "RO");
    is_refused(IDENT_PHONE, "07123456789012", "RO");
    is_refused(IDENT_PHONE, "071234567a", "RO");
    is_refused(IDENT_PHONE, "07123+45678", "RO");
    is_refused(IDENT_PHONE, "+", "RO");
    is_refused(IDENT_PHONE, "00", "RO");
}

CHECK_TEST(numbers_that_many_share_match_nothing)
{
    CHECK(ident_of(IDENT_PHONE, "112", "RO").is_worthless);
    CHECK(ident_of(IDENT_PHONE, "0800 123 457", "RO").is_worthless);
    CHECK(ident_of(IDENT_PHONE, "+40 777 777 777", NULL).is_worthless);
    CHECK_INT(like_of(IDENT_PHONE, "0800 123 457", "RO", "0800123457", "RO"), IDENT_UNKNOWN);
    CHECK(!ident_of(IDENT_PHONE, "0712 345 679", "RO").is_worthless);
}

/* --- accounts, vehicles, devices, e-mail --- */

CHECK_TEST(accounts_vehicles_devices_and_addresses)
{
    CHECK_INT(ident_of(IDENT_ACCOUNT, "RO49 AAAA 1B31 0075 9384 0000", NULL).check, IDENT_RIGHT);
    CHECK_INT(ident_of(IDENT_ACCOUNT, "AL47212110090000000235698741", NULL).check, IDENT_RIGHT);
    CHECK_INT(ident_of(IDENT_ACCOUNT, "GR1601101250000000012300695", NULL).check, IDENT_RIGHT);
    CHECK_INT(ident_of(IDENT_ACCOUNT, "RO48AAAA1B31007593840000", NULL).check, IDENT_WRONG);
    CHECK_INT(ident_of(IDENT_ACCOUNT, "RO49AAAA1B3100759384000", NULL).check, IDENT_WRONG);
    is_refused(IDENT_ACCOUNT, "4907123", NULL);
    CHECK_INT(ident_of(IDENT_VIN, "1M8GDM9AXKP042788", NULL).check, IDENT_RIGHT);
    CHECK_INT(ident_of(IDENT_VIN, "WVWZZZ1JZXW000010", NULL).check, IDENT_UNCHECKED);
    CHECK_INT(like_of(IDENT_VIN, "WVWZZZ1JZXW000010", NULL, "WVWZZZIJZXWOOOO1O", NULL), IDENT_SAME);
    is_refused(IDENT_VIN, "WVWZZZ1JZXW00001", NULL);
    CHECK_INT(ident_of(IDENT_IMEI, "49-015420-323751-8", NULL).check, IDENT_RIGHT);
    CHECK_INT(ident_of(IDENT_IMEI, "490154203237519", NULL).check, IDENT_WRONG);
    CHECK_INT(like_of(IDENT_IMEI, "490154203237518", NULL, "49015420323751", NULL), IDENT_SAME);
    CHECK_SPAN(span_text(ident_of(IDENT_EMAIL, " Arben.Krasniqi@Example.org ", NULL).value),
               "arben.krasniqi@example.org");
    CHECK_INT(like_of(IDENT_EMAIL, "arben+x@example.org", NULL, "arben@example.org", NULL),
              IDENT_LOOKALIKE);
    is_refused(IDENT_EMAIL, "arben@example", NULL);
    is_refused(IDENT_EMAIL, "a@b@example.org", NULL);
    is_refused(IDENT_EMAIL, "@example.org", NULL);
    is_refused(IDENT_EMAIL, "arben@.org", NULL);
    is_refused(IDENT_EMAIL, "arben krasniqi@example.org", NULL);
}

CHECK_TEST(kinds_are_not_compared_with_each_other)
{
    struct ident plate = ident_of(IDENT_PLATE, "AA123BB", "AL");
    struct ident document = ident_of(IDENT_DOCUMENT, "AA123BB", "AL");

    CHECK_INT(ident_compare(&plate, &document), IDENT_UNKNOWN);
}

/* --- guessing --- */

struct guess_case {
    const char *text;
    const char *country;
    enum ident_kind first;
};

CHECK_TEST(a_text_is_guessed_by_its_check_character_then_by_its_form)
{
    static const struct guess_case cases[] = {
        {"1630615123457", "RO", IDENT_NUMBER},    {"+40712345678", NULL, IDENT_PHONE},
        {"AA123BB", "AL", IDENT_PLATE},           {"RO49AAAA1B31007593840000", NULL, IDENT_ACCOUNT},
        {"arben@example.org", NULL, IDENT_EMAIL}, {"1M8GDM9AXKP042788", NULL, IDENT_VIN},
        {"490154203237518", NULL, IDENT_IMEI},
    };
    struct ident guesses[IDENT_GUESS_MAX];

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        size_t count = ident_guess(span_text(cases[i].text), cases[i].country, guesses);
        CHECK(count > 0);
        CHECK_INT(guesses[0].kind, cases[i].first);
        if (guesses[0].kind != cases[i].first)
            printf("  %s is %s\n", cases[i].text, ident_kind_name(guesses[0].kind));
    }
    CHECK_INT(ident_guess(span_text("popaj"), "AL", guesses), 0);
    CHECK_INT(ident_guess(span_text("0000000"), "AL", guesses), 0);
}

CHECK_TEST(kinds_have_names)
{
    for (enum ident_kind kind = IDENT_DOCUMENT; kind < IDENT_KINDS; kind++)
        CHECK_INT(ident_kind_of(span_text(ident_kind_name(kind))), kind);
    CHECK_INT(ident_kind_of(span_text("number")), IDENT_NONE);
    CHECK_INT(ident_kind_of(span_text("")), IDENT_NONE);
}

int main(void)
{
    CHECK_RUN(check_digits_of_personal_numbers_are_told);
    CHECK_RUN(a_single_changed_digit_is_found_in_every_checked_number);
    CHECK_RUN(a_personal_number_tells_birth_and_sex);
    CHECK_RUN(two_right_numbers_are_two_persons_and_a_wrong_one_may_be_mistyped);
    CHECK_RUN(a_document_is_one_however_written);
    CHECK_RUN(what_was_typed_for_want_of_a_number_matches_nothing);
    CHECK_RUN(a_plate_is_mended_to_its_countrys_form);
    CHECK_RUN(a_telephone_is_one_however_dialled);
    CHECK_RUN(numbers_that_many_share_match_nothing);
    CHECK_RUN(accounts_vehicles_devices_and_addresses);
    CHECK_RUN(kinds_are_not_compared_with_each_other);
    CHECK_RUN(a_text_is_guessed_by_its_check_character_then_by_its_form);
    CHECK_RUN(kinds_have_names);
    return check_end();
}
