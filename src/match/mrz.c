/* MRZ: see mrz.h. */
#include "match/mrz.h"

#include "base/attributes.h"

#include <ctype.h>
#include <stdio.h>

#define LINE_MOST 44
#define ZONE_MOST 90 /* TD1: 3 x 30; TD3: 2 x 44 = 88 */

/* Where a field stands in the zone, its lines behind each other. */
struct field {
    uint8_t at;
    uint8_t size;
};

struct form {
    size_t size; /* of the zone */
    bool is_visa;
    struct field code, issuer, names, number, nationality, birth, sex, expiry, optional,
        optional_more;
    uint8_t number_check, birth_check, expiry_check;
    uint8_t optional_check; /* 0: has none */
    uint8_t whole_check;    /* 0: has none */
    struct field whole[4];  /* what the last check digit covers */
};

static const struct form forms[] = {
    {.size = 90, /* TD1 */
     .code = {0, 2},
     .issuer = {2, 3},
     .number = {5, 9},
     .number_check = 14,
     .optional = {15, 15},
     .birth = {30, 6},
     .birth_check = 36,
     .sex = {37, 1},
     .expiry = {38, 6},
     .expiry_check = 44,
     .nationality = {45, 3},
     .optional_more = {48, 11},
     .whole_check = 59,
     .names = {60, 30},
     .whole = {{5, 25}, {30, 7}, {38, 7}, {48, 11}}},
    {.size = 72, /* TD2 */
     .code = {0, 2},
     .issuer = {2, 3},
     .names = {5, 31},
     .number = {36, 9},
     .number_check = 45,
     .nationality = {46, 3},
     .birth = {49, 6},
     .birth_check = 55,
     .sex = {56, 1},
     .expiry = {57, 6},
     .expiry_check = 63,
     .optional = {64, 7},
     .whole_check = 71,
     .whole = {{36, 10}, {49, 7}, {57, 14}}},
    {.size = 88, /* TD3 */
     .code = {0, 2},
     .issuer = {2, 3},
     .names = {5, 39},
     .number = {44, 9},
     .number_check = 53,
     .nationality = {54, 3},
     .birth = {57, 6},
     .birth_check = 63,
     .sex = {64, 1},
     .expiry = {65, 6},
     .expiry_check = 71,
     .optional = {72, 14},
     .optional_check = 86,
     .whole_check = 87,
     .whole = {{44, 10}, {57, 7}, {65, 22}}},
    {.size = 88,
     .is_visa = true, /* MRV-A */
     .code = {0, 2},
     .issuer = {2, 3},
     .names = {5, 39},
     .number = {44, 9},
     .number_check = 53,
     .nationality = {54, 3},
     .birth = {57, 6},
     .birth_check = 63,
     .sex = {64, 1},
     .expiry = {65, 6},
     .expiry_check = 71,
     .optional = {72, 16}},
    {.size = 72,
     .is_visa = true, /* MRV-B */
     .code = {0, 2},
     .issuer = {2, 3},
     .names = {5, 31},
     .number = {36, 9},
     .number_check = 45,
     .nationality = {46, 3},
     .birth = {49, 6},
     .birth_check = 55,
     .sex = {56, 1},
     .expiry = {57, 6},
     .expiry_check = 63,
     .optional = {64, 8}},
};

/* --- characters --- */

/* Capitals, digits and fillers of `text`, white space left out; 0 when there is another or too many. */
static size_t zone_collect(struct span text, char zone[ZONE_MOST + 1])
{
    size_t size = 0;

    for (size_t i = 0; i < text.size; i++) {
        int c = toupper(text.data[i]);
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
            continue;
        if (size == ZONE_MOST || !((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '<'))
            return 0;
        zone[size++] = (char)c;
    }
    zone[size] = 0;
    return size;
}

static char as_digit(char c)
{
    static const char letters[] = "OQDILZSGB";
    static const char digits[] = "000112568";
    const char *at = c == 0 ? NULL : strchr(letters, c);

    return at == NULL ? c : digits[at - letters];
}

static char as_letter(char c)
{
    static const char digits[] = "012568";
    static const char letters[] = "OIZSGB";
    const char *at = c == 0 ? NULL : strchr(digits, c);

    return at == NULL ? c : letters[at - digits];
}

static void field_map(char *zone, struct field field, char (*map)(char))
{
    for (size_t i = 0; i < field.size; i++)
        zone[field.at + i] = map(zone[field.at + i]);
}

/* What the form wants as digits or letters is made so. */
static void zone_mend(char *zone, const struct form *form)
{
    field_map(zone, form->birth, as_digit);
    field_map(zone, form->expiry, as_digit);
    field_map(zone, form->issuer, as_letter);
    field_map(zone, form->nationality, as_letter);
    field_map(zone, form->names, as_letter);
    zone[form->birth_check] = as_digit(zone[form->birth_check]);
    zone[form->expiry_check] = as_digit(zone[form->expiry_check]);
    zone[form->number_check] = as_digit(zone[form->number_check]);
    if (form->whole_check != 0)
        zone[form->whole_check] = as_digit(zone[form->whole_check]);
}

/* --- check digits: weights 7, 3, 1 --- */

static unsigned value_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return c == '<' ? 0 : (unsigned)(c - 'A') + 10;
}

static unsigned sum_add(const char *text, size_t size, size_t *at, unsigned sum)
{
    static const unsigned weights[] = {7, 3, 1};

    for (size_t i = 0; i < size; i++)
        sum += value_of(text[i]) * weights[(*at)++ % 3];
    return sum;
}

static bool is_right(const char *text, size_t size, char check)
{
    size_t at = 0;
    unsigned sum = sum_add(text, size, &at, 0) % 10;

    return check == (char)('0' + sum) || (check == '<' && sum == 0);
}

static bool is_whole_right(const char *zone, const struct form *form)
{
    size_t at = 0;
    unsigned sum = 0;

    for (size_t i = 0; i < ARRAY_COUNT(form->whole); i++)
        sum = sum_add(zone + form->whole[i].at, form->whole[i].size, &at, sum);
    return zone[form->whole_check] == (char)('0' + sum % 10);
}

/* --- fields --- */

/* The text without fillers at its end; fillers inside become one space. */
static void text_take(const char *from, size_t size, char *out, size_t room)
{
    size_t used = 0;

    for (size_t i = 0; i < size && used + 1 < room; i++)
        if (from[i] != '<')
            out[used++] = from[i];
        else if (used > 0 && out[used - 1] != ' ')
            out[used++] = ' ';
    while (used > 0 && out[used - 1] == ' ')
        used--;
    out[used] = 0;
}

/* Two digits, or 0 when they are not told. */
static unsigned pair_of(const char *digits)
{
    if (digits[0] < '0' || digits[0] > '9' || digits[1] < '0' || digits[1] > '9')
        return 0;
    return (unsigned)(digits[0] - '0') * 10 + (unsigned)(digits[1] - '0');
}

static bool is_pair(const char *digits)
{
    return digits[0] >= '0' && digits[0] <= '9' && digits[1] >= '0' && digits[1] <= '9';
}

static void birth_take(const char *at, unsigned year, struct birth *out)
{
    unsigned two;

    *out = (struct birth){0};
    if (!is_pair(at))
        return;
    two = year / 100 * 100 + pair_of(at);
    out->year = (uint16_t)(two > year ? two - 100 : two);
    out->month = (uint8_t)pair_of(at + 2);
    if (out->month == 0 || out->month > 12)
        out->month = 0;
    out->day = out->month == 0 ? 0 : (uint8_t)pair_of(at + 4);
    if (out->day > 31)
        out->day = 0;
}

static void expiry_take(const char *at, unsigned year, struct mrz *out)
{
    unsigned month = pair_of(at + 2);
    unsigned day = pair_of(at + 4);
    unsigned two = year / 100 * 100 + pair_of(at);

    if (!is_pair(at) || month < 1 || month > 12 || day < 1 || day > 31)
        return;
    /* No document runs for fifty years: 97 is past when it is 2026, 31 is to come. */
    if (two > year + 50)
        two -= 100;
    else if (two + 50 < year)
        two += 100;
    out->expiry_year = (uint16_t)two;
    out->expiry_month = (uint8_t)month;
    out->expiry_day = (uint8_t)day;
}

static void names_take(const char *from, size_t size, struct mrz *out)
{
    size_t at = 0;

    while (at + 1 < size && !(from[at] == '<' && from[at + 1] == '<'))
        at++;
    if (at + 1 >= size)
        at = size;
    text_take(from, at, out->surname, sizeof out->surname);
    if (at < size)
        text_take(from + at, size - at, out->given, sizeof out->given);
    memmove(out->given, out->given + strspn(out->given, " "),
            strlen(out->given + strspn(out->given, " ")) + 1);
}

/*
 * A TD1 number of more than nine characters goes on in the optional field, its check digit behind it, when the check digit's
 * own place is a filler (Doc 9303-5, 4.2.2.2).
 */
static bool number_long(const char *zone, const struct form *form, struct mrz *out)
{
    const char *more = zone + form->optional.at;
    size_t size = 0;
    char whole[24];

    if (form->size != 90 || zone[form->number_check] != '<')
        return false;
    while (size < form->optional.size && more[size] != '<')
        size++;
    if (size < 2)
        return false;
    memcpy(whole, zone + form->number.at, form->number.size);
    memcpy(whole + form->number.size, more, size - 1);
    if (!is_right(whole, form->number.size + size - 1, more[size - 1]))
        return false;
    text_take(whole, form->number.size + size - 1, out->number, sizeof out->number);
    text_take(more + size, form->optional.size - size, out->optional, sizeof out->optional);
    return true;
}

static void number_take(const char *zone, const struct form *form, struct mrz *out)
{
    if (number_long(zone, form, out))
        return;
    text_take(zone + form->number.at, form->number.size, out->number, sizeof out->number);
    text_take(zone + form->optional.at, form->optional.size, out->optional, sizeof out->optional);
    if (!is_right(zone + form->number.at, form->number.size, zone[form->number_check]))
        out->wrong |= MRZ_WRONG_NUMBER;
}

static void checks_take(const char *zone, const struct form *form, struct mrz *out)
{
    if (!is_right(zone + form->birth.at, form->birth.size, zone[form->birth_check]))
        out->wrong |= MRZ_WRONG_BIRTH;
    if (!is_right(zone + form->expiry.at, form->expiry.size, zone[form->expiry_check]))
        out->wrong |= MRZ_WRONG_EXPIRY;
    if (form->optional_check != 0 &&
        !is_right(zone + form->optional.at, form->optional.size, zone[form->optional_check]))
        out->wrong |= MRZ_WRONG_OPTIONAL;
    if (form->whole_check != 0 && !is_whole_right(zone, form))
        out->wrong |= MRZ_WRONG_WHOLE;
}

static void zone_read(char *zone, const struct form *form, unsigned year, struct mrz *out)
{
    zone_mend(zone, form);
    text_take(zone + form->code.at, form->code.size, out->code, sizeof out->code);
    text_take(zone + form->issuer.at, form->issuer.size, out->issuer, sizeof out->issuer);
    text_take(zone + form->nationality.at, form->nationality.size, out->nationality,
              sizeof out->nationality);
    names_take(zone + form->names.at, form->names.size, out);
    birth_take(zone + form->birth.at, year, &out->birth);
    expiry_take(zone + form->expiry.at, year, out);
    out->sex = zone[form->sex.at] == 'M' ? 'm' : zone[form->sex.at] == 'F' ? 'f' : (char)0;
    number_take(zone, form, out);
    if (form->optional_more.size > 0 && out->optional[0] == 0)
        text_take(zone + form->optional_more.at, form->optional_more.size, out->optional,
                  sizeof out->optional);
    checks_take(zone, form, out);
}

static const struct form *form_of(const char *zone, size_t size)
{
    bool is_visa = zone[0] == 'V';

    for (size_t i = 0; i < ARRAY_COUNT(forms); i++)
        if (forms[i].size == size && forms[i].is_visa == is_visa)
            return &forms[i];
    return NULL;
}

bool mrz_read(struct span text, unsigned year, struct mrz *out, struct error *err)
{
    char zone[ZONE_MOST + 1];
    size_t size = text.size > MRZ_TEXT_MAX ? 0 : zone_collect(text, zone);
    const struct form *form = size == 0 ? NULL : form_of(zone, size);

    *out = (struct mrz){0};
    if (form == NULL || zone[0] < 'A' || zone[0] > 'Z')
        return error_set(
            err, ERROR_INPUT,
            "a machine-readable zone has 3 lines of 30, or 2 of 36 or 44 characters A-Z 0-9 <");
    zone_read(zone, form, year, out);
    return true;
}

const char *mrz_country(const char *alpha3)
{
    static const char *const states[][2] = {
        {"ALB", "AL"}, {"ROU", "RO"}, {"GRC", "GR"}, {"XKX", "XK"}, {"RKS", "XK"}, {"SRB", "RS"},
        {"MNE", "ME"}, {"MKD", "MK"}, {"BIH", "BA"}, {"HRV", "HR"}, {"SVN", "SI"}, {"BGR", "BG"},
        {"HUN", "HU"}, {"MDA", "MD"}, {"TUR", "TR"}, {"CYP", "CY"}, {"UKR", "UA"}, {"RUS", "RU"},
        {"ITA", "IT"}, {"AUT", "AT"}, {"D", "DE"},   {"DEU", "DE"}, {"FRA", "FR"}, {"SYR", "SY"},
        {"IRQ", "IQ"}, {"IRN", "IR"}, {"AFG", "AF"}, {"PAK", "PK"}, {"BGD", "BD"}, {"EGY", "EG"},
        {"MAR", "MA"}, {"DZA", "DZ"}, {"TUN", "TN"}, {"LBN", "LB"}, {"GBR", "GB"}, {"ESP", "ES"},
        {"POL", "PL"}, {"SVK", "SK"}, {"CZE", "CZ"}, {"CHE", "CH"}, {"BEL", "BE"}, {"NLD", "NL"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(states); i++)
        if (strcmp(states[i][0], alpha3) == 0)
            return states[i][1];
    return "";
}
