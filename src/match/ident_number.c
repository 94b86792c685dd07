/*
 * A state's number for a person. Romania: CNP (Law 105/1996, Decision 1375/2006); Albania: NID, whose check letter is not
 * published; the states of former Yugoslavia: JMBG; Croatia: OIB (ISO 7064, MOD 11,10); Bulgaria: EGN; Greece: AMKA;
 * Moldova: IDNP; Turkey: T.C. kimlik numarası.
 */
#include "match/ident_private.h"

#include "base/attributes.h"

#define NUMBER_LEAST 5
#define NUMBER_MOST  20

struct scheme {
    const char *country;
    size_t size;
    enum ident_check (*check)(const char *value);
    /* NULL: the number does not say. False: this one does not. */
    bool (*bearer)(const char *value, struct birth *birth, char *sex);
};

static unsigned digit(char c)
{
    return (unsigned)(c - '0');
}

static unsigned two(const char *digits)
{
    return digit(digits[0]) * 10 + digit(digits[1]);
}

static enum ident_check right_if(bool is_right)
{
    return is_right ? IDENT_RIGHT : IDENT_WRONG;
}

static unsigned weighted(const char *value, const char *weights)
{
    unsigned sum = 0;

    for (size_t i = 0; weights[i] != 0; i++)
        sum += digit(value[i]) * (unsigned)(weights[i] - '0'); /* ':' is 10 */
    return sum;
}

static bool bearer_set(struct birth *birth, unsigned year, unsigned month, unsigned day)
{
    if (month < 1 || month > 12 || day < 1 || day > 31 || year < BIRTH_YEAR_LEAST ||
        year > BIRTH_YEAR_MOST)
        return false;
    *birth = (struct birth){.year = (uint16_t)year, .month = (uint8_t)month, .day = (uint8_t)day};
    return true;
}

/* --- Romania --- */

static enum ident_check check_cnp(const char *value)
{
    unsigned rest;

    if (!is_digits(value) || value[0] == '0')
        return IDENT_WRONG;
    rest = weighted(value, "279146358279") % 11;
    return right_if(digit(value[12]) == (rest == 10 ? 1 : rest));
}

static bool bearer_cnp(const char *value, struct birth *birth, char *sex)
{
    static const unsigned centuries[] = {0, 1900, 1900, 1800, 1800, 2000, 2000, 0, 0, 0};
    unsigned first = digit(value[0]);

    if (!is_digits(value) || first == 0)
        return false;
    *sex = 0;
    if (first < 9)
        *sex = first % 2 == 1 ? 'm' : 'f';
    if (centuries[first] == 0) /* residents and foreigners: the century is not told */
        return *sex != 0;
    return bearer_set(birth, centuries[first] + two(value + 1), two(value + 3), two(value + 5));
}

/* --- Albania: decade, year, month (+30 not a citizen, +50 a woman), day, serial, letter --- */

static bool is_nid(const char *value)
{
    if (!((value[0] >= '0' && value[0] <= '9') || (value[0] >= 'A' && value[0] <= 'T')))
        return false;
    for (size_t i = 1; i < 9; i++)
        if (value[i] < '0' || value[i] > '9')
            return false;
    return value[9] >= 'A' && value[9] <= 'W';
}

static bool bearer_nid(const char *value, struct birth *birth, char *sex)
{
    unsigned decade;
    unsigned month;

    if (!is_nid(value))
        return false;
    decade = value[0] <= '9' ? 1800 + digit(value[0]) * 10 : 1900 + (unsigned)(value[0] - 'A') * 10;
    month = two(value + 2);
    *sex = month > 50 ? 'f' : 'm';
    month -= month > 50 ? 50 : 0;
    month -= month > 30 ? 30 : 0;
    return bearer_set(birth, decade + digit(value[1]), month, two(value + 4));
}

static enum ident_check check_nid(const char *value)
{
    struct birth birth;
    char sex;

    return bearer_nid(value, &birth, &sex) ? IDENT_UNCHECKED : IDENT_WRONG;
}

/* --- JMBG: day, month, last three of the year, region, serial, check --- */

static enum ident_check check_jmbg(const char *value)
{
    unsigned rest;

    if (!is_digits(value))
        return IDENT_WRONG;
    rest = (11 - weighted(value, "765432765432") % 11) % 11;
    return right_if(rest < 10 && digit(value[12]) == rest);
}

static bool bearer_jmbg(const char *value, struct birth *birth, char *sex)
{
    unsigned year;

    if (!is_digits(value))
        return false;
    year = digit(value[4]) * 100 + two(value + 5);
    *sex = value[9] < '5' ? 'm' : 'f';
    return bearer_set(birth, year >= 850 ? 1000 + year : 2000 + year, two(value + 2), two(value));
}

/* --- Bulgaria: year, month (+20: 1800s, +40: 2000s), day, serial, check --- */

static enum ident_check check_egn(const char *value)
{
    return right_if(is_digits(value) && digit(value[9]) == weighted(value, "2485:9736") % 11 % 10);
}

static bool bearer_egn(const char *value, struct birth *birth, char *sex)
{
    unsigned month;
    unsigned century = 1900;

    if (!is_digits(value))
        return false;
    month = two(value + 2);
    if (month > 40) {
        century = 2000;
        month -= 40;
    } else if (month > 20) {
        century = 1800;
        month -= 20;
    }
    *sex = digit(value[8]) % 2 == 0 ? 'm' : 'f';
    return bearer_set(birth, century + two(value), month, two(value + 4));
}

/* --- Greece: day, month, year without century, serial (odd: a man), check after Luhn --- */

bool ident_luhn(const char *digits)
{
    unsigned sum = 0;
    size_t size = strlen(digits);

    for (size_t i = 0; i < size; i++) {
        unsigned value = digit(digits[size - 1 - i]) * (i % 2 == 1 ? 2 : 1);
        sum += value > 9 ? value - 9 : value;
    }
    return size > 0 && sum % 10 == 0;
}

static enum ident_check check_amka(const char *value)
{
    return right_if(is_digits(value) && two(value) >= 1 && two(value) <= 31 &&
                    two(value + 2) >= 1 && two(value + 2) <= 12 && ident_luhn(value));
}

static bool bearer_amka(const char *value, UNUSED struct birth *birth, char *sex)
{
    if (!is_digits(value))
        return false;
    *sex = digit(value[9]) % 2 == 1 ? 'm' : 'f';
    return true;
}

/* --- Moldova, Turkey, Croatia --- */

static enum ident_check check_idnp(const char *value)
{
    return right_if(is_digits(value) && (value[0] == '0' || value[0] == '2') &&
                    digit(value[12]) == weighted(value, "731731731731") % 10);
}

static enum ident_check check_tckn(const char *value)
{
    unsigned odd = 0;
    unsigned even = 0;

    if (!is_digits(value) || value[0] == '0')
        return IDENT_WRONG;
    for (size_t i = 0; i < 9; i++)
        *(i % 2 == 0 ? &odd : &even) += digit(value[i]);
    return right_if(digit(value[9]) == (odd * 7 + 90 - even) % 10 &&
                    digit(value[10]) == (odd + even + digit(value[9])) % 10);
}

static enum ident_check check_oib(const char *value)
{
    unsigned rest = 10;

    if (!is_digits(value))
        return IDENT_WRONG;
    for (size_t i = 0; i < 10; i++) {
        rest = (rest + digit(value[i])) % 10;
        rest = (rest == 0 ? 10 : rest) * 2 % 11;
    }
    return right_if(digit(value[10]) == (11 - rest) % 10);
}

static const struct scheme schemes[] = {
    {"RO", 13, check_cnp, bearer_cnp},   {"AL", 10, check_nid, bearer_nid},
    {"RS", 13, check_jmbg, bearer_jmbg}, {"ME", 13, check_jmbg, bearer_jmbg},
    {"MK", 13, check_jmbg, bearer_jmbg}, {"BA", 13, check_jmbg, bearer_jmbg},
    {"SI", 13, check_jmbg, bearer_jmbg}, {"XK", 13, check_jmbg, bearer_jmbg},
    {"HR", 11, check_oib, NULL},         {"BG", 10, check_egn, bearer_egn},
    {"GR", 11, check_amka, bearer_amka}, {"MD", 13, check_idnp, NULL},
    {"TR", 11, check_tckn, NULL},
};

static const struct scheme *scheme_of(const char *country)
{
    for (size_t i = 0; i < ARRAY_COUNT(schemes); i++)
        if (strcmp(schemes[i].country, country) == 0)
            return &schemes[i];
    return NULL;
}

/* The one country whose rule the number fits; JMBG's states share theirs, so it is none of them. */
static void country_find(const char *value, struct ident *out)
{
    const struct scheme *found = NULL;

    for (size_t i = 0; i < ARRAY_COUNT(schemes); i++) {
        const struct scheme *scheme = &schemes[i];
        enum ident_check check = strlen(value) == scheme->size ? scheme->check(value) : IDENT_WRONG;
        if (check == IDENT_WRONG)
            continue;
        if (found != NULL) {
            out->check = IDENT_UNCHECKED;
            return;
        }
        found = scheme;
        out->check = check;
    }
    if (found != NULL)
        ident_country_set(out, found->country);
}

bool ident_read_number(struct span text, const char *country, struct ident *out)
{
    const struct scheme *scheme;
    char value[NUMBER_MOST + 1];

    if (!ident_compact(text, value, sizeof value) || strlen(value) < NUMBER_LEAST ||
        strpbrk(value, "0123456789") == NULL)
        return false;
    memcpy(out->value, value, strlen(value) + 1);
    if (!is_country(country)) {
        country_find(value, out);
        return true;
    }
    ident_country_set(out, country);
    scheme = scheme_of(country);
    if (scheme != NULL)
        out->check = strlen(value) == scheme->size ? scheme->check(value) : IDENT_WRONG;
    return true;
}

bool ident_bearer(const struct ident *number, struct birth *birth, char *sex)
{
    const struct scheme *scheme = number->kind == IDENT_NUMBER ? scheme_of(number->country) : NULL;

    *birth = (struct birth){0};
    *sex = 0;
    if (scheme == NULL || scheme->bearer == NULL || strlen(number->value) != scheme->size ||
        number->check == IDENT_WRONG)
        return false;
    if (scheme->bearer(number->value, birth, sex))
        return true;
    *birth = (struct birth){0};
    *sex = 0;
    return false;
}
