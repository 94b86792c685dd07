/* Accounts, vehicles, devices and e-mail addresses. */
#include "match/ident_private.h"

#include "base/attributes.h"

#include "match/ibans.inc"

/* --- accounts: ISO 13616, check after ISO 7064 MOD 97-10 --- */

#define IBAN_LEAST 15
#define IBAN_MOST  34

static unsigned value_of(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'A') + 10;
}

static bool is_iban_right(const char *value)
{
    size_t size = strlen(value);
    unsigned rest = 0;

    for (size_t i = 0; i < size; i++) {
        unsigned next = value_of(value[(i + 4) % size]);
        rest = (rest * (next > 9 ? 100 : 10) + next) % 97;
    }
    return rest == 1;
}

/* 0: the country is not in the table. */
static size_t iban_size(const char *country)
{
    for (size_t i = 0; i < ARRAY_COUNT(ibans_table); i++)
        if (strcmp(ibans_table[i][0], country) == 0)
            return ident_table_number(ibans_table[i][1]);
    return 0;
}

bool ident_read_account(struct span text, struct ident *out)
{
    char value[IBAN_MOST + 1];
    size_t wanted;
    size_t size;

    if (!ident_compact(text, value, sizeof value))
        return false;
    size = strlen(value);
    const char country[3] = {value[0], size > 1 ? value[1] : (char)0, 0};
    if (size < IBAN_LEAST || !is_country(country) || value[2] < '0' || value[2] > '9' ||
        value[3] < '0' || value[3] > '9')
        return false;
    memcpy(out->value, value, size + 1);
    ident_country_set(out, country);
    wanted = iban_size(country);
    out->check =
        is_iban_right(value) && (wanted == 0 || wanted == size) ? IDENT_RIGHT : IDENT_WRONG;
    return true;
}

/* --- vehicles: ISO 3779; the check character is of North America only --- */

#define VIN_SIZE  17
#define VIN_CHECK 8

static unsigned vin_value(char c)
{
    static const char letters[] =
        "ABCDEFGH..JKLMN.P.R..STUVWXYZ"; /* 1 to 9, thrice; A is 1, J is 1, S is 2 */
    const char *at;

    if (c <= '9')
        return value_of(c);
    at = strchr(letters, c);
    return at == NULL ? 0 : (unsigned)((at - letters) % 10) + 1;
}

static bool is_vin_right(const char *value)
{
    static const unsigned weights[VIN_SIZE] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    unsigned sum = 0;

    for (size_t i = 0; i < VIN_SIZE; i++)
        sum += vin_value(value[i]) * weights[i];
    return value[VIN_CHECK] == (sum % 11 == 10 ? 'X' : (char)('0' + sum % 11));
}

bool ident_read_vin(struct span text, struct ident *out)
{
    char value[VIN_SIZE + 1];

    if (!ident_compact(text, value, sizeof value) || strlen(value) != VIN_SIZE ||
        strpbrk(value, "0123456789") == NULL)
        return false;
    for (size_t i = 0; i < VIN_SIZE; i++) /* these three letters do not occur */
        if (value[i] == 'I' || value[i] == 'O' || value[i] == 'Q')
            value[i] = ident_twin_digit(value[i]);
    memcpy(out->value, value, sizeof value);
    out->check = is_vin_right(value) ? IDENT_RIGHT : IDENT_UNCHECKED;
    return true;
}

/* --- devices: 15 digits with check after Luhn, 14 without, 16 with the software's version --- */

#define IMEI_SIZE 14

bool ident_read_imei(struct span text, struct ident *out)
{
    char value[IMEI_SIZE + 3];
    size_t size;

    if (!ident_compact(text, value, sizeof value) || !is_digits(value))
        return false;
    size = strlen(value);
    if (size < IMEI_SIZE)
        return false;
    if (size == IMEI_SIZE + 1)
        out->check = ident_luhn(value) ? IDENT_RIGHT : IDENT_WRONG;
    memcpy(out->value, value, IMEI_SIZE); /* what names the device */
    return true;
}

/* --- e-mail --- */

#define EMAIL_LEAST 6

static bool is_email_character(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != 0 && strchr(".!#$%&'*+/=?^_`{|}~-", c) != NULL);
}

bool ident_read_email(struct span text, struct ident *out)
{
    const uint8_t *at;
    size_t size = 0;
    size_t tag;

    while (text.size > 0 && text.data[0] == ' ')
        text = (struct span){text.data + 1, text.size - 1};
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    if (text.size < EMAIL_LEAST || text.size > IDENT_VALUE_MAX)
        return false;
    at = memchr(text.data, '@', text.size);
    /* The domain has a point, and neither begins nor ends with one. */
    if (at == NULL || at == text.data || text.data[text.size - 1] == '.' ||
        memchr(at, '.', (size_t)(text.data + text.size - at)) == NULL || at[1] == '.')
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (&text.data[i] != at && !is_email_character(c))
            return false;
        out->value[size++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    /* name+anything reaches the same box. */
    tag = strcspn(out->value, "+@");
    memcpy(out->key, out->value, tag);
    memcpy(out->key + tag, strchr(out->value, '@'), strlen(strchr(out->value, '@')) + 1);
    return true;
}
