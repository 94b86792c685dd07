/* MRZ: the five forms with the specimens of ICAO Doc 9303; wrong check digits told; look-alikes mended; no other text read. */
#include "match/mrz.h"
#include "base/attributes.h"
#include "check.h"

#define YEAR 2026

#define TD1                                                                                        \
    "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\n"                             \
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
#define TD2 "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
#define TD3                                                                                        \
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
#define MRV_A                                                                                      \
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
#define MRV_B "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"

static struct mrz zone_of(const char *text)
{
    struct mrz zone;
    struct error err = {0};

    CHECK(mrz_read(span_text(text), YEAR, &zone, &err));
    if (err.kind != ERROR_NONE)
        printf("  %s\n", err.text);
    return zone;
}

static void is_refused(struct span text)
{
    struct mrz zone;
    struct error err = {0};

    CHECK(!mrz_read(text, YEAR, &zone, &err));
    CHECK_ERROR(err, ERROR_INPUT, "machine-readable zone");
}

CHECK_TEST(the_five_forms_are_read)
{
    static const char *const texts[] = {TD1, TD2, TD3, MRV_A, MRV_B};
    static const char *const numbers[] = {"D23145890", "D23145890", "L898902C3", "L8988901C",
                                          "L8988901C"};
    static const char *const nationalities[] = {"UTO", "UTO", "UTO", "XXX", "XXX"};

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct mrz zone = zone_of(texts[i]);
        bool is_visa = texts[i][0] == 'V';
        CHECK_SPAN(span_text(zone.surname), "ERIKSSON");
        CHECK_SPAN(span_text(zone.given), "ANNA MARIA");
        CHECK_SPAN(span_text(zone.issuer), "UTO");
        CHECK_SPAN(span_text(zone.nationality), nationalities[i]);
        CHECK_SPAN(span_text(zone.number), numbers[i]);
        CHECK_INT(zone.sex, 'f');
        CHECK_INT(zone.birth.year, is_visa ? 1940 : 1974);
        CHECK_INT(zone.birth.month, is_visa ? 9 : 8);
        CHECK_INT(zone.birth.day, is_visa ? 7 : 12);
        CHECK_INT(zone.expiry_year, is_visa ? 1996 : 2012);
        CHECK_INT(zone.wrong, 0);
    }
    CHECK_SPAN(span_text(zone_of(TD3).optional), "ZE184226B");
    CHECK_SPAN(span_text(zone_of(TD3).code), "P");
}

CHECK_TEST(every_changed_digit_is_told)
{
    struct place {
        size_t at;
        unsigned wrong;
    };
    static const struct place places[] = {
        {45 + 2, MRZ_WRONG_NUMBER | MRZ_WRONG_WHOLE},
        {45 + 14, MRZ_WRONG_BIRTH | MRZ_WRONG_WHOLE},
        {45 + 22, MRZ_WRONG_EXPIRY | MRZ_WRONG_WHOLE},
        {45 + 31, MRZ_WRONG_OPTIONAL | MRZ_WRONG_WHOLE},
        {45 + 43, MRZ_WRONG_WHOLE},
    };

    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        char text[] = TD3;
        text[places[i].at] = text[places[i].at] == '9' ? '8' : (char)(text[places[i].at] + 1);
        CHECK_INT(zone_of(text).wrong, places[i].wrong);
    }
}

CHECK_TEST(what_a_hand_or_a_camera_mistakes_is_mended)
{
    CHECK_INT(zone_of("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
                      "L898902C36UTO74O8I22F12O4I59ZE184226B<<<<<10")
                  .wrong,
              0);
    CHECK_SPAN(span_text(zone_of("P<UT0ER1KSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
                                 "L898902C36UT07408122F1204159ZE184226B<<<<<10")
                             .surname),
               "ERIKSSON");
    CHECK_INT(zone_of("p<utoeriksson<<anna<maria<<<<<<<<<<<<<<<<<<< \r\n"
                      " l898902c36uto7408122f1204159ze184226b<<<<<10\r\n")
                  .wrong,
              0);
}

CHECK_TEST(a_long_number_of_a_card_goes_on_in_the_optional_field)
{
    struct mrz zone = zone_of("I<UTOD23145890<AB112234566<<<<\n7408122F1204159UTO<<<<<<<<<<<4\n"
                              "ERIKSSON<<ANNA<MARIA<<<<<<<<<<");

    CHECK_SPAN(span_text(zone.number), "D23145890AB11223456");
    CHECK_SPAN(span_text(zone.optional), "");
    CHECK_INT(zone.wrong & (unsigned)~MRZ_WRONG_WHOLE, 0);
}

CHECK_TEST(parts_that_are_not_told_are_unknown)
{
    struct mrz zone = zone_of("P<UTOERIKSSON<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n"
                              "L898902C36UTO74<<<<2<1204159<<<<<<<<<<<<<<<0");

    CHECK_SPAN(span_text(zone.given), "");
    CHECK_INT(zone.birth.year, 1974);
    CHECK_INT(zone.birth.month, 0);
    CHECK_INT(zone.birth.day, 0);
    CHECK_INT(zone.sex, 0);
    CHECK_INT(zone_of("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
                      "L898902C36UTO2701018F3104159ZE184226B<<<<<10")
                  .birth.year,
              1927); /* nobody is born next year */
    CHECK_INT(zone_of("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
                      "L898902C36UTO2601018F3104159ZE184226B<<<<<10")
                  .expiry_year,
              2031);
}

CHECK_TEST(no_other_text_is_read)
{
    static const char *const texts[] = {
        "",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "P-UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        "1<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
    };
    char long_text[MRZ_TEXT_MAX + 2];

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        is_refused(span_text(texts[i]));
    memset(long_text, ' ', sizeof long_text);
    memcpy(long_text, TD3, sizeof TD3 - 1);
    is_refused(span_make(long_text, sizeof long_text));
    is_refused(span_make("P<UTO\0", 6));
}

CHECK_TEST(states_have_their_two_letters)
{
    CHECK_SPAN(span_text(mrz_country("ALB")), "AL");
    CHECK_SPAN(span_text(mrz_country("D")), "DE");
    CHECK_SPAN(span_text(mrz_country("UTO")), "");
    CHECK_SPAN(span_text(mrz_country("")), "");
}

int main(void)
{
    CHECK_RUN(the_five_forms_are_read);
    CHECK_RUN(every_changed_digit_is_told);
    CHECK_RUN(what_a_hand_or_a_camera_mistakes_is_mended);
    CHECK_RUN(a_long_number_of_a_card_goes_on_in_the_optional_field);
    CHECK_RUN(parts_that_are_not_told_are_unknown);
    CHECK_RUN(no_other_text_is_read);
    CHECK_RUN(states_have_their_two_letters);
    return check_end();
}
