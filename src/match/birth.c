/* Birth: see birth.h. */
#include "match/birth.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NUMBER_MAX 3 /* numbers of a date */

/* --- reading --- */

struct number {
    uint32_t value;
    uint8_t digits;
};

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_of(unsigned year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29u : days[month - 1];
}

static bool no_birth(struct error *err)
{
    return error_set(err, ERROR_INPUT, "a date is written 1984-05-03, 3.5.1984, 05/1984 or 1984");
}

static bool is_about_word(struct span word)
{
    static const char *const words[] = {"ca",  "c",     "circa", "about", "approx", "approximately",
                                        "cca", "rreth", "aprox", "circa."};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (word.size == strlen(words[i]) &&
            strncasecmp((const char *)word.data, words[i], word.size) == 0)
            return true;
    return false;
}

/* "ca. ", "~": skipped and remembered. What is left is digits and separators. */
static bool about_skip(struct span *text, bool *is_about)
{
    size_t at = 0;

    while (at < text->size && isalpha(text->data[at]) != 0)
        at++;
    *is_about = at > 0;
    if (at > 0 && !is_about_word((struct span){text->data, at}))
        return false;
    for (; at < text->size && strchr(". ~", text->data[at]) != NULL && text->data[at] != 0; at++)
        *is_about = *is_about || text->data[at] == '~';
    *text = (struct span){text->data + at, text->size - at};
    return true;
}

/* At most 3 numbers apart by one of - . / or spaces; 8 digits in one are year, month, day. */
static bool numbers_read(struct span text, struct number numbers[NUMBER_MAX], size_t *count)
{
    size_t at = 0;

    *count = 0;
    while (at < text.size) {
        struct number *number = &numbers[*count];
        if (*count == NUMBER_MAX || isdigit(text.data[at]) == 0)
            return false;
        *number = (struct number){0};
        for (; at < text.size && isdigit(text.data[at]) != 0; at++) {
            number->value = number->value * 10 + (uint32_t)(text.data[at] - '0');
            if (++number->digits > 8)
                return false;
        }
        (*count)++;
        if (at < text.size && (text.data[at] == 0 || strchr("-./ ", text.data[at]) == NULL))
            return false;
        while (at < text.size && text.data[at] != 0 && strchr("-./ ", text.data[at]) != NULL)
            at++;
    }
    if (*count == 1 && numbers[0].digits == 8) {
        uint32_t whole = numbers[0].value;
        numbers[0] = (struct number){whole / 10000, 4};
        numbers[1] = (struct number){whole / 100 % 100, 2};
        numbers[2] = (struct number){whole % 100, 2};
        *count = 3;
    }
    return *count > 0;
}

/* What no calendar has is not known: month 0 or 13, 31 April. */
static void birth_settle(struct birth *date)
{
    if (date->month < 1 || date->month > 12)
        date->month = date->day = 0;
    if (date->month != 0 && (date->day < 1 || date->day > days_of(date->year, date->month)))
        date->day = 0;
    if (date->month == 1 && date->day == 1) {
        date->is_placeholder = true;
        date->month = date->day = 0;
    }
}

/* Year first or last; the year has four digits. */
static bool birth_fill(const struct number *numbers, size_t count, struct birth *out)
{
    const struct number *year = numbers[0].digits == 4 ? &numbers[0] : &numbers[count - 1];
    unsigned month = count == 3 ? numbers[1].value : 0;
    unsigned day = 0;

    for (size_t i = 0; i < count; i++)
        if (&numbers[i] != year && numbers[i].digits > 2)
            return false;
    if (year->digits != 4 || year->value < BIRTH_YEAR_LEAST || year->value > BIRTH_YEAR_MOST)
        return false;
    if (count == 2)
        month = numbers[year == &numbers[0] ? 1 : 0].value;
    if (count == 3)
        day = numbers[year == &numbers[0] ? 2 : 0].value;
    if (count == 3 && year != &numbers[0] && month > 12 && day <= 12) { /* month before day */
        unsigned kept = month;
        month = day;
        day = kept;
    }
    out->year = (uint16_t)year->value;
    out->month = (uint8_t)month;
    out->day = (uint8_t)day;
    birth_settle(out);
    return true;
}

bool birth_read(struct span text, struct birth *out, struct error *err)
{
    struct number numbers[NUMBER_MAX];
    size_t count;

    *out = (struct birth){0};
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    while (text.size > 0 && text.data[0] == ' ')
        text = (struct span){text.data + 1, text.size - 1};
    if (text.size == 0)
        return true;
    if (text.size > BIRTH_TEXT_MAX || !about_skip(&text, &out->is_about) ||
        !numbers_read(text, numbers, &count) || !birth_fill(numbers, count, out)) {
        *out = (struct birth){0};
        return no_birth(err);
    }
    return true;
}

/* --- as a number --- */

#define PACK_ABOUT       1u
#define PACK_PLACEHOLDER 2u

uint32_t birth_pack(const struct birth *date)
{
    if (date->year == 0)
        return 0;
    return (uint32_t)date->year << 16 | (uint32_t)date->month << 12 | (uint32_t)date->day << 4 |
           (date->is_about ? PACK_ABOUT : 0) | (date->is_placeholder ? PACK_PLACEHOLDER : 0);
}

struct birth birth_unpack(uint32_t packed)
{
    return (struct birth){
        .year = (uint16_t)(packed >> 16),
        .month = packed >> 12 & 15,
        .day = packed >> 4 & 31,
        .is_about = (packed & PACK_ABOUT) != 0,
        .is_placeholder = (packed & PACK_PLACEHOLDER) != 0,
    };
}

/* --- comparing --- */

static void digits_write(const struct birth *date, char out[9])
{
    snprintf(out, 9, "%04u%02u%02u", date->year % 10000u, date->month % 100u, date->day % 100u);
}

/* One digit differs, or two neighbours are turned. */
static bool is_one_digit(const struct birth *a, const struct birth *b)
{
    char left[9];
    char right[9];
    size_t differ = 0;
    size_t first = 8;

    digits_write(a, left);
    digits_write(b, right);
    for (size_t i = 0; i < 8; i++) {
        if (left[i] == right[i])
            continue;
        first = differ == 0 ? i : first;
        differ++;
    }
    return differ == 1 || (differ == 2 && first < 7 && left[first] == right[first + 1] &&
                           left[first + 1] == right[first]);
}

static enum birth_like years_compare(const struct birth *a, const struct birth *b)
{
    int apart = a->year > b->year ? a->year - b->year : b->year - a->year;
    bool is_about = a->is_about || b->is_about;

    if (apart == 0)
        return BIRTH_SAME_YEAR;
    return apart <= (is_about ? 2 : 1) ? BIRTH_YEAR_NEAR : BIRTH_DIFFERENT;
}

static enum birth_like whole_compare(const struct birth *a, const struct birth *b)
{
    if (a->year == b->year && a->month == b->month && a->day == b->day)
        return BIRTH_SAME;
    if (a->year == b->year && a->month == b->day && a->day == b->month)
        return BIRTH_SWAPPED;
    return is_one_digit(a, b) ? BIRTH_ONE_DIGIT : BIRTH_DIFFERENT;
}

enum birth_like birth_compare(const struct birth *a, const struct birth *b)
{
    if (a->year == 0 || b->year == 0)
        return BIRTH_UNKNOWN;
    if (a->day != 0 && b->day != 0)
        return whole_compare(a, b);
    if (a->month != 0 && b->month != 0 && a->year == b->year)
        return a->month == b->month ? BIRTH_SAME_MONTH : BIRTH_DIFFERENT;
    if (a->month != 0 && b->month != 0)
        return BIRTH_DIFFERENT;
    return years_compare(a, b);
}

const char *birth_like_words(enum birth_like like)
{
    static const char *const words[] = {
        [BIRTH_DIFFERENT] = "birth dates differ",
        [BIRTH_UNKNOWN] = "a birth date is not known",
        [BIRTH_YEAR_NEAR] = "birth years are close",
        [BIRTH_SAME_YEAR] = "same birth year, the day is not known",
        [BIRTH_ONE_DIGIT] = "birth dates differ in one digit",
        [BIRTH_SWAPPED] = "day and month of birth swapped",
        [BIRTH_SAME_MONTH] = "same month of birth, the day is not known",
        [BIRTH_SAME] = "same birth date",
    };

    return words[like];
}
