/* Ident: see ident.h. One form for all kinds, comparing, guessing; each kind's own reader stands in a file of its own. */
#include "match/ident_private.h"

#include "base/attributes.h"

#include <stdlib.h>
#include <unicode/utf8.h>

#define DOCUMENT_LEAST 4
#define DOCUMENT_MOST  24
#define NEAR_LEAST     6 /* a shorter value with another character is another value */
#define COUNTRY_SIZE   2
#define GUESS_LEAST    5 /* shorter is a year, a house number, a time of day */

/* --- characters --- */

/* Letters of other scripts that look like Latin capitals, small and large, and letters with marks that plates have. */
struct twin {
    uint32_t from;
    char to;
};
static const struct twin twins[] = {
    {0x0410, 'A'}, {0x0412, 'B'}, {0x0415, 'E'}, {0x041A, 'K'}, {0x041C, 'M'}, {0x041D, 'H'},
    {0x041E, 'O'}, {0x0420, 'P'}, {0x0421, 'C'}, {0x0422, 'T'}, {0x0423, 'Y'}, {0x0425, 'X'},
    {0x0430, 'A'}, {0x0432, 'B'}, {0x0435, 'E'}, {0x043A, 'K'}, {0x043C, 'M'}, {0x043D, 'H'},
    {0x043E, 'O'}, {0x0440, 'P'}, {0x0441, 'C'}, {0x0442, 'T'}, {0x0443, 'Y'}, {0x0445, 'X'},
    {0x0405, 'S'}, {0x0406, 'I'}, {0x0408, 'J'}, {0x0455, 'S'}, {0x0456, 'I'}, {0x0458, 'J'},
    {0x0391, 'A'}, {0x0392, 'B'}, {0x0395, 'E'}, {0x0396, 'Z'}, {0x0397, 'H'}, {0x0399, 'I'},
    {0x039A, 'K'}, {0x039C, 'M'}, {0x039D, 'N'}, {0x039F, 'O'}, {0x03A1, 'P'}, {0x03A4, 'T'},
    {0x03A5, 'Y'}, {0x03A7, 'X'}, {0x0106, 'C'}, {0x0107, 'C'}, {0x010C, 'C'}, {0x010D, 'C'},
    {0x0160, 'S'}, {0x0161, 'S'}, {0x017D, 'Z'}, {0x017E, 'Z'}, {0x0110, 'D'}, {0x0111, 'D'},
};

#define ARABIC_ZERO 0x0660
#define URDU_ZERO   0x06F0

/* A capital or a digit; 0 for a mark or separator; -1 for a letter that no number has. */
static int plain_of(int32_t point)
{
    if (point < 0)
        return -1;
    if (point >= 'a' && point <= 'z')
        return point - 'a' + 'A';
    if ((point >= 'A' && point <= 'Z') || (point >= '0' && point <= '9'))
        return point;
    if (point >= ARABIC_ZERO && point <= ARABIC_ZERO + 9)
        return '0' + point - ARABIC_ZERO;
    if (point >= URDU_ZERO && point <= URDU_ZERO + 9)
        return '0' + point - URDU_ZERO;
    for (size_t i = 0; i < ARRAY_COUNT(twins); i++)
        if (twins[i].from == (uint32_t)point)
            return twins[i].to;
    /* Spaces, hyphens, points, slashes, and what marks the direction of writing. */
    if (point < ' ' && point != '\t')
        return -1;
    if ((point < 0x7F && point != '<' && point != '>') || point == 0xA0 || point == 0xB7 ||
        (point >= 0x2000 && point <= 0x206F))
        return 0;
    return -1;
}

bool ident_compact(struct span text, char *out, size_t room)
{
    size_t size = 0;
    size_t at = 0;

    if (text.size > IDENT_TEXT_MAX)
        return false;
    while (at < text.size) {
        int32_t point;
        U8_NEXT(text.data, at, text.size, point);
        int plain = plain_of(point);
        if (plain < 0 || (plain > 0 && size + 1 >= room))
            return false;
        if (plain > 0)
            out[size++] = (char)plain;
    }
    out[size] = 0;
    return size > 0;
}

char ident_twin_digit(char letter)
{
    switch (letter) {
    case 'O':
    case 'Q':
        return '0';
    case 'I':
    case 'L':
        return '1';
    case 'Z':
        return '2';
    case 'S':
        return '5';
    case 'G':
        return '6';
    case 'B':
        return '8';
    default:
        return 0;
    }
}

char ident_twin_letter(char digit)
{
    switch (digit) {
    case '0':
        return 'O';
    case '1':
        return 'I';
    case '2':
        return 'Z';
    case '5':
        return 'S';
    case '6':
        return 'G';
    case '8':
        return 'B';
    default:
        return 0;
    }
}

void ident_key_write(const char *value, char *out)
{
    for (; *value != 0; value++) {
        char twin = ident_twin_digit(*value);
        *out++ = twin != 0 ? twin : *value;
    }
    *out = 0;
}

bool is_digits(const char *text)
{
    return *text != 0 && text[strspn(text, "0123456789")] == 0;
}

bool is_country(const char *country)
{
    return country != NULL && country[0] >= 'A' && country[0] <= 'Z' && country[1] >= 'A' &&
           country[1] <= 'Z' && country[COUNTRY_SIZE] == 0;
}

size_t ident_table_number(const char *digits)
{
    size_t number = 0;

    for (; *digits >= '0' && *digits <= '9'; digits++)
        number = number * 10 + (size_t)(*digits - '0');
    return number;
}

void ident_country_set(struct ident *out, const char *country)
{
    if (is_country(country))
        memcpy(out->country, country, COUNTRY_SIZE + 1);
}

/* --- what was typed for want of a number --- */

/* All the same, or each one more (or less) than the one before: 0000000, 1234567, 987654. */
static bool is_filler(const char *value)
{
    const char *digits = value + strcspn(value, "0123456789");
    size_t size = strlen(digits);
    int step;

    if (size < 4 || !is_digits(digits))
        return false;
    step = digits[1] - digits[0];
    if (step < -1 || step > 1)
        return false;
    for (size_t i = 1; i < size; i++)
        if (digits[i] - digits[i - 1] != step &&
            !(step == 1 && digits[i] == '0' && digits[i - 1] == '9'))
            return false;
    return true;
}

/* --- reading --- */

static bool read_document(struct span text, const char *country, struct ident *out)
{
    char value[DOCUMENT_MOST + 1];

    if (!ident_compact(text, value, sizeof value) || strlen(value) < DOCUMENT_LEAST ||
        strpbrk(value, "0123456789") == NULL)
        return false;
    memcpy(out->value, value, strlen(value) + 1);
    ident_country_set(out, country);
    return true;
}

static bool read_kind(enum ident_kind kind, struct span text, const char *country,
                      struct ident *out)
{
    switch (kind) {
    case IDENT_DOCUMENT:
        return read_document(text, country, out);
    case IDENT_NUMBER:
        return ident_read_number(text, country, out);
    case IDENT_PLATE:
        return ident_read_plate(text, country, out);
    case IDENT_PHONE:
        return ident_read_phone(text, country, out);
    case IDENT_ACCOUNT:
        return ident_read_account(text, out);
    case IDENT_EMAIL:
        return ident_read_email(text, out);
    case IDENT_VIN:
        return ident_read_vin(text, out);
    case IDENT_IMEI:
        return ident_read_imei(text, out);
    case IDENT_NONE:
    case IDENT_KINDS:
        break;
    }
    return false;
}

bool ident_read(enum ident_kind kind, struct span text, const char *country, struct ident *out,
                struct error *err)
{
    *out = (struct ident){.kind = kind};
    if (text.size > IDENT_TEXT_MAX || !read_kind(kind, text, country, out)) {
        *out = (struct ident){0};
        return error_set(err, ERROR_INPUT, "this is no %s: its form is another",
                         ident_kind_name(kind));
    }
    if (out->key[0] == 0)
        ident_key_write(out->value, out->key);
    out->is_worthless = out->is_worthless || (kind != IDENT_EMAIL && is_filler(out->value));
    return true;
}

/* --- comparing --- */

/* One character exchanged, left out or put in, or two neighbours turned. */
static bool is_one_edit(const char *a, const char *b)
{
    size_t a_size = strlen(a);
    size_t b_size = strlen(b);
    size_t head = 0;
    size_t tail = 0;

    if (a_size < NEAR_LEAST || b_size < NEAR_LEAST || a_size > b_size + 1 || b_size > a_size + 1)
        return false;
    while (a[head] != 0 && a[head] == b[head])
        head++;
    while (tail < a_size - head && tail < b_size - head &&
           a[a_size - 1 - tail] == b[b_size - 1 - tail])
        tail++;
    a_size -= head + tail;
    b_size -= head + tail;
    return (a_size <= 1 && b_size <= 1) ||
           (a_size == 2 && b_size == 2 && a[head] == b[head + 1] && a[head + 1] == b[head]);
}

static bool is_other_country(const struct ident *a, const struct ident *b)
{
    return a->country[0] != 0 && b->country[0] != 0 && strcmp(a->country, b->country) != 0;
}

static enum ident_like phones_compare(const struct ident *a, const struct ident *b)
{
    if (strcmp(a->value, b->value) == 0)
        return IDENT_SAME;
    /* Without its country a number is known by its end only. */
    if ((a->country[0] == 0) != (b->country[0] == 0) && strcmp(a->key, b->key) == 0)
        return IDENT_PARTIAL;
    return !is_other_country(a, b) && is_one_edit(a->value, b->value) ? IDENT_NEAR
                                                                      : IDENT_DIFFERENT;
}

enum ident_like ident_compare(const struct ident *a, const struct ident *b)
{
    if (a->kind != b->kind || a->kind == IDENT_NONE || a->is_worthless || b->is_worthless)
        return IDENT_UNKNOWN;
    if (a->kind == IDENT_PHONE)
        return phones_compare(a, b);
    if (strcmp(a->value, b->value) == 0)
        return is_other_country(a, b) ? IDENT_LOOKALIKE : IDENT_SAME;
    /* Two right check characters: neither was mistyped, so these are two. */
    if (a->check == IDENT_RIGHT && b->check == IDENT_RIGHT)
        return IDENT_DIFFERENT;
    if (strcmp(a->key, b->key) == 0)
        return IDENT_LOOKALIKE;
    return !is_other_country(a, b) && is_one_edit(a->key, b->key) ? IDENT_NEAR : IDENT_DIFFERENT;
}

const char *ident_like_words(enum ident_like like)
{
    switch (like) {
    case IDENT_DIFFERENT:
        return "different";
    case IDENT_UNKNOWN:
        return "not to be compared";
    case IDENT_NEAR:
        return "one character differs";
    case IDENT_PARTIAL:
        return "the last 8 digits are the same";
    case IDENT_LOOKALIKE:
        return "equal but for look-alike characters or the country";
    case IDENT_SAME:
        return "same";
    }
    return "?";
}

static const char *const kind_names[IDENT_KINDS] = {
    [IDENT_NONE] = "number", [IDENT_DOCUMENT] = "document", [IDENT_NUMBER] = "personal-number",
    [IDENT_PLATE] = "plate", [IDENT_PHONE] = "phone",       [IDENT_ACCOUNT] = "account",
    [IDENT_EMAIL] = "email", [IDENT_VIN] = "vin",           [IDENT_IMEI] = "imei",
};

const char *ident_kind_name(enum ident_kind kind)
{
    return kind < IDENT_KINDS ? kind_names[kind] : kind_names[IDENT_NONE];
}

enum ident_kind ident_kind_of(struct span name)
{
    for (enum ident_kind kind = IDENT_DOCUMENT; kind < IDENT_KINDS; kind++)
        if (span_is(name, kind_names[kind]))
            return kind;
    return IDENT_NONE;
}

/* --- guessing --- */

/* How sure a reading is: a right check character, a form with its country, any other. */
static int weight_of(const struct ident *ident)
{
    if (ident->kind == IDENT_DOCUMENT)
        return 0;
    if (ident->check == IDENT_RIGHT || ident->kind == IDENT_EMAIL)
        return 3;
    if (ident->check == IDENT_WRONG)
        return -1;
    if (ident->kind == IDENT_PLATE)
        return ident->is_formed && !ident->is_mended ? 2 : 0;
    return ident->country[0] != 0 ? 2 : 1;
}

static int heaviest_first(const void *a, const void *b)
{
    const struct ident *left = a;
    const struct ident *right = b;
    int order = weight_of(right) - weight_of(left);

    return order != 0 ? order : (int)left->kind - (int)right->kind;
}

size_t ident_guess(struct span text, const char *country, struct ident out[IDENT_GUESS_MAX])
{
    size_t count = 0;

    _Static_assert(IDENT_KINDS - 1 <= IDENT_GUESS_MAX, "each kind once");
    for (enum ident_kind kind = IDENT_DOCUMENT; kind < IDENT_KINDS; kind++) {
        struct error ignored = {0};
        if (ident_read(kind, text, country, &out[count], &ignored) && !out[count].is_worthless &&
            strlen(out[count].value) >= GUESS_LEAST)
            count++;
    }
    qsort(out, count, sizeof out[0], heaviest_first);
    return count;
}
