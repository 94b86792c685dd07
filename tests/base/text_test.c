/*
 * Text: one spelling per value; everything else is refused.
 * covers: text
 */
#include "base/text.h"
#include "base/attributes.h"
#include "check.h"

CHECK_TEST(utf8_is_strict)
{
    static const char *const good[] = {"",        "abc",  "Șerban",          "Љубица",
                                       "Γιώργος", "محمد", "\xf0\x9f\x99\x82"};
    static const char *const bad[] = {
        "\xc0\x80",         "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80", "\x80",         "\xc3",         "a\xe2\x82"};
    for (size_t i = 0; i < ARRAY_COUNT(good); i++)
        CHECK(text_is_utf8(span_text(good[i])));
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        CHECK(!text_is_utf8(span_text(bad[i])));
    CHECK(text_is_plain(span_text("a\tb\nc")));
    CHECK(!text_is_plain(span_text("a\x01")));
    CHECK(!text_is_plain(span_text("a\x7f")));
}

CHECK_TEST(identifiers_are_of_a_small_alphabet)
{
    CHECK(text_is_identifier(span_text("spoc-ro-1"), 9));
    CHECK(!text_is_identifier(span_text("spoc-ro-1"), 8));
    CHECK(!text_is_identifier(span_text(""), 8));
    CHECK(!text_is_identifier(span_text("Spoc"), 8));
    CHECK(!text_is_identifier(span_text("a_b"), 8));
}

CHECK_TEST(hexadecimal_has_one_spelling)
{
    uint8_t bytes[3];
    char text[7];

    CHECK(hex_read(span_text("00ff7a"), bytes, 3));
    hex_write(span_make(bytes, 3), text);
    CHECK(strcmp(text, "00ff7a") == 0);
    CHECK(!hex_read(span_text("00FF7A"), bytes, 3));
    CHECK(!hex_read(span_text("00ff7"), bytes, 3));
    CHECK(!hex_read(span_text("00ff7a0"), bytes, 3));
}

CHECK_TEST(base64_has_one_spelling)
{
    static const char *const bad[] = {
        "Zg", "Zg=", "Zh==", "Zg==Zg==", "Z===", "====", "Zm9=", "Zm 9v", "Zg==\n"};
    uint8_t bytes[64];
    char text[BASE64_SIZE(64) + 1];

    for (size_t size = 0; size <= 9; size++) {
        size_t got = sizeof bytes;
        base64_write(span_make("\x00\xff\x10\x83\x7f\x01\x02\x03\xfe", size), text);
        CHECK(base64_read(span_text(text), bytes, &got));
        CHECK(span_equal(span_make(bytes, got),
                         span_make("\x00\xff\x10\x83\x7f\x01\x02\x03\xfe", size)));
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        size_t got = sizeof bytes;
        CHECK(!base64_read(span_text(bad[i]), bytes, &got));
    }
    size_t room = 2;
    CHECK(!base64_read(span_text("Zm9v"), bytes, &room));
}

CHECK_TEST(numbers_have_no_signs_spaces_or_leading_zeros)
{
    static const char *const bad[] = {
        "", "01", "-1", "+1", " 1", "1 ", "1a", "18446744073709551616", "99999999999999999999"};
    uint64_t value = 0;

    CHECK(number_read(span_text("18446744073709551615"), &value) && value == UINT64_MAX);
    CHECK(number_read(span_text("0"), &value) && value == 0);
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        CHECK(!number_read(span_text(bad[i]), &value));
}

CHECK_TEST(uuids_are_lower_case_with_hyphens)
{
    uint8_t uuid[UUID_SIZE];
    char text[UUID_TEXT_SIZE];

    CHECK(uuid_read(span_text("01890a5d-ac96-774b-bcce-b302099a8057"), uuid));
    uuid_write(uuid, text);
    CHECK(strcmp(text, "01890a5d-ac96-774b-bcce-b302099a8057") == 0);
    CHECK(!uuid_read(span_text("01890A5D-ac96-774b-bcce-b302099a8057"), uuid));
    CHECK(!uuid_read(span_text("01890a5dac96-774b-bcce-b302099a80570"), uuid));
    CHECK(!uuid_read(span_text("01890a5d-ac96-774b-bcce-b302099a805"), uuid));
}

CHECK_TEST(times_are_of_the_calendar)
{
    static const char *const bad[] = {"2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
                                      "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
                                      "2026-01-01 00:00:00Z", "2026-01-01T00:00:00.1Z",
                                      "2026-01-01T00:60:00Z", ""};
    char text[TIME_TEXT_SIZE];
    int64_t time_ms = 0;

    time_write(INT64_C(1767225599999), text);
    CHECK(strcmp(text, "2025-12-31T23:59:59.999Z") == 0);
    CHECK(time_read(span_text(text), &time_ms) && time_ms == INT64_C(1767225599999));
    time_write(-1, text);
    CHECK(strcmp(text, "1969-12-31T23:59:59.999Z") == 0);
    CHECK(time_read(span_text("2028-02-29T12:00:00Z"), &time_ms));
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        CHECK(!time_read(span_text(bad[i]), &time_ms));
    CHECK(date_read(span_text("1970-01-02"), &time_ms) && time_ms == 86400000);
    CHECK(!date_read(span_text("1970-02-30"), &time_ms));
}

CHECK_TEST(a_line_without_its_end_is_no_line)
{
    struct span rest = span_text("one\n\ntwo");
    struct span line;

    CHECK(line_take(&rest, &line) && span_is(line, "one"));
    CHECK(line_take(&rest, &line) && line.size == 0);
    CHECK(!line_take(&rest, &line));
    CHECK_SPAN(rest, "two");
}

int main(void)
{
    CHECK_RUN(utf8_is_strict);
    CHECK_RUN(identifiers_are_of_a_small_alphabet);
    CHECK_RUN(hexadecimal_has_one_spelling);
    CHECK_RUN(base64_has_one_spelling);
    CHECK_RUN(numbers_have_no_signs_spaces_or_leading_zeros);
    CHECK_RUN(uuids_are_lower_case_with_hyphens);
    CHECK_RUN(times_are_of_the_calendar);
    CHECK_RUN(a_line_without_its_end_is_no_line);
    return check_end();
}
