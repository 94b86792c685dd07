/* Telephones: E.164 by the plans of tables/phones.tsv. */
#include "match/ident_private.h"

#include "base/attributes.h"

#include "match/phones.inc"

#include <stdio.h>

enum { PLAN_COUNTRY, PLAN_CODE, PLAN_TRUNK, PLAN_LEAST, PLAN_MOST, PLAN_SHARED };

#define E164_MOST    15
#define DIGITS_MOST  20 /* with prefixes that are dropped */
#define SHORT_MOST   6  /* emergency and service numbers */
#define PARTIAL_SIZE 8  /* digits that a number without country is known by */

typedef const char *const plan[6];

/* --- text --- */

/* The digits of `text`; *is_foreign: it begins with + or 00. "(0)" in an international number is not dialled. */
static bool digits_of(struct span text, char out[DIGITS_MOST + 1], bool *is_foreign)
{
    char whole[IDENT_TEXT_MAX + 1];
    char *zero;

    while (text.size > 0 && text.data[0] == ' ')
        text = (struct span){text.data + 1, text.size - 1};
    if (text.size == 0 || text.size > IDENT_TEXT_MAX || memchr(text.data, 0, text.size) != NULL)
        return false;
    memcpy(whole, text.data, text.size);
    whole[text.size] = 0;
    if (strchr(whole + 1, '+') != NULL || !ident_compact(span_text(whole), out, DIGITS_MOST + 1) ||
        !is_digits(out))
        return false;
    *is_foreign = whole[0] == '+' || strncmp(out, "00", 2) == 0;
    zero = *is_foreign ? strstr(whole, "(0)") : NULL;
    if (zero != NULL) {
        memset(zero, ' ', 3);
        if (!ident_compact(span_text(whole), out, DIGITS_MOST + 1))
            return false;
    }
    if (whole[0] != '+' && *is_foreign)
        memmove(out, out + 2, strlen(out) - 1);
    return true;
}

/* --- plans --- */

static plan *plan_of_country(const char *country)
{
    for (size_t i = 0; i < ARRAY_COUNT(phones_table); i++)
        if (strcmp(phones_table[i][PLAN_COUNTRY], country) == 0)
            return &phones_table[i];
    return NULL;
}

/* No code is the beginning of another, but 1 and 7 of none in the table. */
static plan *plan_of_code(const char *digits)
{
    for (size_t i = 0; i < ARRAY_COUNT(phones_table); i++)
        if (strncmp(digits, phones_table[i][PLAN_CODE], strlen(phones_table[i][PLAN_CODE])) == 0)
            return &phones_table[i];
    return NULL;
}

static bool is_length(plan *of, const char *national)
{
    size_t size = strlen(national);

    return size >= ident_table_number((*of)[PLAN_LEAST]) &&
           size <= ident_table_number((*of)[PLAN_MOST]);
}

static const char *trunk_drop(plan *of, const char *national)
{
    const char *trunk = (*of)[PLAN_TRUNK];
    size_t size = strlen(trunk);

    return trunk[0] != '-' && strncmp(national, trunk, size) == 0 ? national + size : national;
}

/* Is `national` one of those that the comma-separated beginnings name? */
static bool is_shared(plan *of, const char *national)
{
    const char *beginning = (*of)[PLAN_SHARED];

    while (*beginning != 0) {
        size_t size = strcspn(beginning, ",");
        if (strncmp(national, beginning, size) == 0)
            return true;
        beginning += size + (beginning[size] == ',');
    }
    return false;
}

static bool is_repeated(const char *digits)
{
    return strspn(digits + 1, (const char[]){digits[0], 0}) == strlen(digits + 1);
}

/* The last digits, which stay when it is not known from where a number was dialled. */
static void key_set(const char *national, struct ident *out)
{
    size_t size = strlen(national);

    if (size > PARTIAL_SIZE)
        national += size - PARTIAL_SIZE;
    snprintf(out->key, sizeof out->key, "%.*s", PARTIAL_SIZE, national);
}

static bool phone_set(plan *of, const char *national, struct ident *out)
{
    snprintf(out->value, sizeof out->value, "+%s%.*s", (*of)[PLAN_CODE], E164_MOST, national);
    ident_country_set(out, (*of)[PLAN_COUNTRY]);
    key_set(national, out);
    out->is_worthless = is_shared(of, national) || is_repeated(national + 1);
    return true;
}

/* --- reading --- */

static bool read_foreign(const char *digits, struct ident *out)
{
    plan *of = plan_of_code(digits);
    const char *national;

    if (of != NULL) {
        national = digits + strlen((*of)[PLAN_CODE]);
        if (!is_length(of, national))
            national = trunk_drop(of, national);
        if (is_length(of, national))
            return phone_set(of, national, out);
        return false;
    }
    if (digits[0] == '0' || strlen(digits) < PARTIAL_SIZE || strlen(digits) > E164_MOST)
        return false;
    snprintf(out->value, sizeof out->value, "+%s", digits);
    key_set(digits, out);
    return true;
}

static bool read_national(plan *of, const char *digits, struct ident *out)
{
    const char *national = trunk_drop(of, digits);
    size_t code = strlen((*of)[PLAN_CODE]);

    if (is_length(of, national))
        return phone_set(of, national, out);
    /* The + was left out. */
    if (strncmp(digits, (*of)[PLAN_CODE], code) == 0 && is_length(of, digits + code))
        return phone_set(of, digits + code, out);
    return false;
}

static bool read_unplaced(const char *digits, struct ident *out)
{
    digits += strspn(digits, "0");
    if (strlen(digits) < PARTIAL_SIZE || strlen(digits) > E164_MOST)
        return false;
    memcpy(out->value, digits, strlen(digits) + 1);
    key_set(digits, out);
    return true;
}

bool ident_read_phone(struct span text, const char *country, struct ident *out)
{
    char digits[DIGITS_MOST + 1];
    bool is_foreign;
    plan *of;

    if (!digits_of(text, digits, &is_foreign))
        return false;
    if (is_foreign)
        return read_foreign(digits, out);
    if (strlen(digits) <= SHORT_MOST && strlen(digits) >= 3) { /* 112: the same for all */
        memcpy(out->value, digits, strlen(digits) + 1);
        out->is_worthless = true;
        return true;
    }
    of = is_country(country) ? plan_of_country(country) : NULL;
    return of != NULL ? read_national(of, digits, out) : read_unplaced(digits, out);
}
