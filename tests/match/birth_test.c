/* Birth: every way of writing that registers use is read, no other; likeness is the same from both sides. */
#include "match/birth.h"
#include "check.h"

static struct birth birth_of(const char *text)
{
    struct birth date;
    struct error err = {0};

    CHECK(birth_read(span_text(text), &date, &err));
    return date;
}

static void reads_as(const char *text, unsigned year, unsigned month, unsigned day)
{
    struct birth date = birth_of(text);

    CHECK_INT(date.year, year);
    CHECK_INT(date.month, month);
    CHECK_INT(date.day, day);
}

CHECK_TEST(the_ways_of_writing_are_read)
{
    reads_as("1984-05-03", 1984, 5, 3);
    reads_as("19840503", 1984, 5, 3);
    reads_as("3.5.1984", 1984, 5, 3);
    reads_as("03. 05. 1984.", 1984, 5, 3);
    reads_as("03/05/1984", 1984, 5, 3);
    reads_as("03-05-1984", 1984, 5, 3);
    reads_as("5/23/1984", 1984, 5, 23); /* 23 is no month */
    reads_as("05/1984", 1984, 5, 0);
    reads_as("1984-05", 1984, 5, 0);
    reads_as("1984", 1984, 0, 0);
    reads_as("  1984 ", 1984, 0, 0);
    reads_as("", 0, 0, 0);
}

CHECK_TEST(what_no_calendar_has_is_not_known)
{
    reads_as("00.00.1984", 1984, 0, 0);
    reads_as("1984-00-00", 1984, 0, 0);
    reads_as("31.04.1984", 1984, 4, 0);
    reads_as("29.02.1984", 1984, 2, 29);
    reads_as("29.02.1983", 1983, 2, 0);
    reads_as("99.99.1983", 1983, 0, 0);
}

CHECK_TEST(the_first_of_january_stands_for_the_year)
{
    reads_as("1984-01-01", 1984, 0, 0);
    CHECK(birth_of("1.1.1984").is_placeholder);
    CHECK(!birth_of("1984").is_placeholder);
    CHECK(birth_of("ca. 1984").is_about);
    CHECK(birth_of("~1984").is_about);
    CHECK(birth_of("rreth 1984").is_about);
    CHECK(!birth_of("1984").is_about);
}

CHECK_TEST(what_is_no_birth_is_refused)
{
    static const char *const texts[] = {"yesterday", "1984-05-03-01", "84",        "3.5.84",
                                        "198400503", "1984:05",       "1984-5000", "19-84",
                                        "-",         "1.2.3.1984",    "1484",      "2984",
                                        "984 ca",    "1984x05",       "maybe 1984"};
    struct birth date;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct error err = {0};
        CHECK(!birth_read(span_text(texts[i]), &date, &err));
        CHECK_ERROR(err, ERROR_INPUT, "a date is written");
        CHECK_INT(date.year, 0);
        if (date.year != 0)
            printf("  %s\n", texts[i]);
    }
    struct error err = {0};
    CHECK(!birth_read((struct span){(const uint8_t *)"1984\0-05", 8}, &date, &err));
}

CHECK_TEST(a_packed_date_is_the_same)
{
    static const char *const texts[] = {"1984-05-03", "1984-12-31", "1984",       "05/1984",
                                        "1.1.1984",   "ca. 1850",   "2150-10-10", ""};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct birth date = birth_of(texts[i]);
        struct birth again = birth_unpack(birth_pack(&date));
        CHECK_INT(birth_pack(&again), birth_pack(&date));
        CHECK_INT(again.year, date.year);
        CHECK_INT(again.month, date.month);
        CHECK_INT(again.day, date.day);
        CHECK_INT(again.is_about, date.is_about);
        CHECK_INT(again.is_placeholder, date.is_placeholder);
    }
}

static void are(const char *a, const char *b, enum birth_like wanted)
{
    struct birth left = birth_of(a);
    struct birth right = birth_of(b);

    CHECK_INT(birth_compare(&left, &right), wanted);
    CHECK_INT(birth_compare(&right, &left), wanted);
    if (birth_compare(&left, &right) != wanted)
        printf("  %s and %s: %s\n", a, b, birth_like_words(birth_compare(&left, &right)));
}

CHECK_TEST(likeness_is_told_from_both_sides)
{
    are("1984-05-03", "3.5.1984", BIRTH_SAME);
    are("1984-05-03", "1984-03-05", BIRTH_SWAPPED);
    are("1984-05-03", "1984-05-08", BIRTH_ONE_DIGIT);
    are("1984-05-12", "1984-05-21", BIRTH_ONE_DIGIT); /* turned */
    are("1984-05-03", "1994-05-03", BIRTH_ONE_DIGIT);
    are("1984-05-03", "1984-06-14", BIRTH_DIFFERENT);
    are("1984-05-03", "1984-05", BIRTH_SAME_MONTH);
    are("1984-05-03", "1984-06", BIRTH_DIFFERENT);
    are("1984-05-03", "1984", BIRTH_SAME_YEAR);
    are("1984-05-03", "1984-01-01", BIRTH_SAME_YEAR);
    are("1984-01-01", "1984-01-01", BIRTH_SAME_YEAR);
    are("1984-05-03", "1985", BIRTH_YEAR_NEAR);
    are("1984-05-03", "1986", BIRTH_DIFFERENT);
    are("1984-05-03", "ca 1986", BIRTH_YEAR_NEAR);
    are("1984-05-03", "", BIRTH_UNKNOWN);
    are("", "", BIRTH_UNKNOWN);
    are("1984-05", "1985-05", BIRTH_DIFFERENT);
}

int main(void)
{
    CHECK_RUN(the_ways_of_writing_are_read);
    CHECK_RUN(what_no_calendar_has_is_not_known);
    CHECK_RUN(the_first_of_january_stands_for_the_year);
    CHECK_RUN(what_is_no_birth_is_refused);
    CHECK_RUN(a_packed_date_is_the_same);
    CHECK_RUN(likeness_is_told_from_both_sides);
    return check_end();
}
