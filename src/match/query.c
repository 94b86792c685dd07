/* Query: see query.h. */
#include "match/query.h"

#include "base/attributes.h"
#include "match/mrz.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#define WORD_MAX   64 /* words of a box */
#define WINDOW_MAX 9  /* words that may be one number: an account in fours */

struct word {
    struct span text;
    bool is_quoted;
    bool is_used;
};

struct reading {
    struct query *query;
    struct word words[WORD_MAX];
    size_t count;
    const char (*countries)[3];
    size_t country_count;
    unsigned year;
    struct error *err;
};

/* --- words --- */

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == ';';
}

/* "..." to the next quotation mark or the end. */
static struct span quoted_take(struct span *rest)
{
    const uint8_t *end;
    struct span inside = span_part(*rest, 1, rest->size);

    end = inside.size == 0 ? NULL : memchr(inside.data, '"', inside.size);
    if (end != NULL)
        inside.size = (size_t)(end - inside.data);
    *rest = span_part(*rest, inside.size + 2, rest->size);
    return inside;
}

static void words_split(struct reading *reading, struct span box)
{
    while (box.size > 0) {
        size_t size = 0;
        if (is_space(box.data[0])) {
            box = span_part(box, 1, box.size);
            continue;
        }
        if (reading->count == WORD_MAX) {
            reading->query->is_cut = true;
            return;
        }
        struct word *word = &reading->words[reading->count++];
        *word = (struct word){.is_quoted = box.data[0] == '"'};
        if (word->is_quoted) {
            word->text = quoted_take(&box);
            continue;
        }
        /* A field's value may be quoted: name:"de la cruz". */
        while (size < box.size && !is_space(box.data[size]) && box.data[size] != '"')
            size++;
        if (size > 0 && size < box.size && box.data[size] == '"' && box.data[size - 1] == ':') {
            struct span rest = span_part(box, size, box.size);
            struct span value = quoted_take(&rest);
            word->text = span_make(box.data, (size_t)(value.data + value.size - box.data));
            box = rest;
            continue;
        }
        word->text = span_part(box, 0, size);
        box = span_part(box, size, box.size);
    }
}

/* --- what is found goes to the query --- */

static void text_keep(struct reading *reading, struct span from, char *out, size_t room)
{
    if (from.size >= room) {
        from.size = room - 1;
        reading->query->is_cut = true;
    }
    if (from.size > 0)
        memcpy(out, from.data, from.size);
    out[from.size] = 0;
    for (char *at = out; *at != 0; at++) /* a NUL ended it already */
        if (*at == '\n' || *at == '\r' || *at == '\t')
            *at = ' ';
}

static void name_add(struct reading *reading, struct span word)
{
    struct query *query = reading->query;
    size_t used = strlen(query->name);

    if (word.size == 0)
        return;
    if (used > 0 && used < QUERY_NAME_MAX)
        query->name[used++] = ' ';
    query->name[used] = 0;
    if (used + 1 >= QUERY_NAME_MAX)
        query->is_cut = true;
    else
        text_keep(reading, word, query->name + used, QUERY_NAME_MAX + 1 - used);
}

static void ident_add(struct reading *reading, const struct ident *guesses, size_t count,
                      struct span text)
{
    struct query *query = reading->query;
    struct query_ident *into;

    if (query->ident_count == QUERY_IDENT_MAX) {
        query->is_cut = true;
        return;
    }
    into = &query->idents[query->ident_count++];
    *into = (struct query_ident){.reading = guesses[0], .other_count = count - 1};
    if (count > 1)
        memcpy(into->others, guesses + 1, (count - 1) * sizeof guesses[0]);
    text_keep(reading, text, into->text, sizeof into->text);
}

/* --- countries --- */

struct country_word {
    const char *word; /* small letters */
    char country[3];
};
static const struct country_word country_words[] = {
    {"alb", "AL"},         {"albania", "AL"},    {"albanian", "AL"},  {"shqiperi", "AL"},
    {"shqiperia", "AL"},   {"shqipëri", "AL"},   {"shqipëria", "AL"}, {"rou", "RO"},
    {"rom", "RO"},         {"romania", "RO"},    {"românia", "RO"},   {"romanian", "RO"},
    {"grc", "GR"},         {"greece", "GR"},     {"greek", "GR"},     {"kosovo", "XK"},
    {"kosova", "XK"},      {"kosovë", "XK"},     {"xkx", "XK"},       {"srb", "RS"},
    {"serbia", "RS"},      {"srbija", "RS"},     {"mkd", "MK"},       {"macedonia", "MK"},
    {"mne", "ME"},         {"montenegro", "ME"}, {"bih", "BA"},       {"bosnia", "BA"},
    {"hrv", "HR"},         {"croatia", "HR"},    {"svn", "SI"},       {"bgr", "BG"},
    {"bulgaria", "BG"},    {"hun", "HU"},        {"hungary", "HU"},   {"mda", "MD"},
    {"moldova", "MD"},     {"tur", "TR"},        {"turkey", "TR"},    {"turkiye", "TR"},
    {"türkiye", "TR"},     {"syr", "SY"},        {"syria", "SY"},     {"irq", "IQ"},
    {"iraq", "IQ"},        {"irn", "IR"},        {"iran", "IR"},      {"afg", "AF"},
    {"afghanistan", "AF"}, {"pak", "PK"},        {"pakistan", "PK"},  {"ita", "IT"},
    {"italy", "IT"},       {"deu", "DE"},        {"germany", "DE"},   {"ukr", "UA"},
    {"ukraine", "UA"},
};

static bool word_is(struct span word, const char *text)
{
    return word.size == strlen(text) && strncasecmp((const char *)word.data, text, word.size) == 0;
}

const char *query_country(struct span word)
{
    if (word.size == 0)
        return "";
    for (size_t i = 0; i < ARRAY_COUNT(country_words); i++) {
        const char *country = country_words[i].country;
        /* Two letters only as capitals: "ba", "al" and "de" are words of names. */
        if (word_is(word, country_words[i].word) || span_is(word, country))
            return country;
    }
    return "";
}

/* --- digits and dates --- */

/* The value of an Arabic digit (two bytes each, of two rows), or -1. */
static int arabic_digit(const uint8_t *at)
{
    if (at[0] == 0xD9 && at[1] >= 0xA0 && at[1] <= 0xA9)
        return at[1] - 0xA0;
    if (at[0] == 0xDB && at[1] >= 0xB0 && at[1] <= 0xB9)
        return at[1] - 0xB0;
    return -1;
}

/* Something that numbers have: a digit of either kind, or the sign of an address. */
static bool has_digit(struct span text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((text.data[i] >= '0' && text.data[i] <= '9') || text.data[i] == '@' ||
            (i + 1 < text.size && arabic_digit(text.data + i) >= 0))
            return true;
    return false;
}

/* birth_read, Arabic digits too. */
static bool date_of(struct span text, struct birth *out)
{
    char plain[BIRTH_TEXT_MAX + 1];
    struct error ignored = {0};
    size_t size = 0;

    for (size_t i = 0; i < text.size && size < BIRTH_TEXT_MAX; i++) {
        int digit = i + 1 < text.size ? arabic_digit(text.data + i) : -1;
        plain[size++] = digit >= 0 ? (char)('0' + digit) : (char)text.data[i];
        i += digit >= 0;
    }
    return text.size <= BIRTH_TEXT_MAX && birth_read(span_make(plain, size), out, &ignored) &&
           out->year != 0;
}

/* --- fields --- */

static bool field_refused(struct reading *reading, struct span field, const char *why)
{
    return error_set(reading->err, ERROR_INPUT, "%.*s: %s", SPAN_ARG(field), why);
}

static bool field_ident(struct reading *reading, enum ident_kind kind, struct span field,
                        struct span value)
{
    struct ident ident;
    struct error why = {0};

    for (size_t i = 0; i <= reading->country_count; i++) { /* with each country, then with none */
        error_clear(&why);
        const char *country = i < reading->country_count ? reading->countries[i] : "";
        if (ident_read(kind, value, country, &ident, &why) &&
            (i == reading->country_count || (ident.check != IDENT_WRONG && !ident.is_mended))) {
            ident_add(reading, &ident, 1, value);
            return true;
        }
    }
    return field_refused(reading, field, why.text);
}

static bool field_text(struct reading *reading, struct span field, struct span value, char *out)
{
    if (value.size == 0 || value.size > QUERY_FIELD_MAX ||
        memchr(value.data, 0, value.size) != NULL)
        return field_refused(reading, field, "1 to 64 bytes");
    text_keep(reading, value, out, QUERY_FIELD_MAX + 1);
    return true;
}

static bool filter_take(struct reading *reading, struct span field, struct span value)
{
    struct query *query = reading->query;
    const struct {
        const char *name;
        char *out;
    } filters[] = {
        {"category", query->category}, {"case", query->case_number}, {"source", query->source},
        {"offence", query->offence},   {"place", query->place},      {"handling", query->handling},
        {"party", query->party},       {"since", query->since},      {"until", query->until},
    };

    for (size_t i = 0; i < ARRAY_COUNT(filters); i++)
        if (span_is(field, filters[i].name))
            return field_text(reading, field, value, filters[i].out);
    return field_refused(reading, field, "no such field");
}

static bool field_take(struct reading *reading, struct span field, struct span value)
{
    struct query *query = reading->query;
    enum ident_kind kind = span_is(field, "number") ? IDENT_NUMBER : ident_kind_of(field);

    if (kind != IDENT_NONE)
        return field_ident(reading, kind, field, value);
    if (span_is(field, "name")) {
        name_add(reading, value);
        return true;
    }
    if (span_is(field, "born")) {
        return date_of(value, &query->birth) ||
               field_refused(reading, field, "1984-05-03, 3.5.1984, 05/1984 or 1984");
    }
    if (span_is(field, "country")) {
        const char *country = query_country(value);
        const char code[3] = {value.size == 2 ? (char)toupper(value.data[0]) : (char)0,
                              value.size == 2 ? (char)toupper(value.data[1]) : (char)0, 0};
        if (country[0] == 0 && isupper((unsigned char)code[0]) != 0 &&
            isupper((unsigned char)code[1]) != 0)
            country = code;
        snprintf(query->country, sizeof query->country, "%s", country);
        return country[0] != 0 || field_refused(reading, field, "no country that is known here");
    }
    return filter_take(reading, field, value);
}

/* A word with a colon behind small letters is a field; 12:30 is none. */
static bool fields_take(struct reading *reading)
{
    for (size_t i = 0; i < reading->count; i++) {
        struct word *word = &reading->words[i];
        size_t size = 0;
        while (size < word->text.size && word->text.data[size] >= 'a' &&
               word->text.data[size] <= 'z')
            size++;
        if (word->is_quoted || size == 0 || size == word->text.size || word->text.data[size] != ':')
            continue;
        struct span value = span_part(word->text, size + 1, word->text.size);
        if (value.size > 0 && value.data[0] == '"')
            value = span_part(value, 1, value.size);
        if (!field_take(reading, span_part(word->text, 0, size), value))
            return false;
        word->is_used = true;
    }
    return true;
}

/* --- numbers --- */

/* Is the reading sure enough to take several words for it? */
static bool is_sure(const struct ident *ident, struct span text)
{
    switch (ident->kind) {
    case IDENT_ACCOUNT:
    case IDENT_NUMBER:
    case IDENT_IMEI:
    case IDENT_VIN:
        return ident->check == IDENT_RIGHT;
    case IDENT_PLATE:
        return ident->country[0] != 0 && !ident->is_mended;
    case IDENT_PHONE:
        return text.data[0] == '+' || text.data[0] == '0';
    case IDENT_EMAIL:
        return true;
    case IDENT_DOCUMENT:
    case IDENT_NONE:
    case IDENT_KINDS:
        break;
    }
    return false;
}

static size_t guess(struct reading *reading, struct span text, struct ident out[IDENT_GUESS_MAX],
                    bool *sure)
{
    size_t count = 0;

    *sure = false;
    for (size_t i = 0; i <= reading->country_count && !*sure; i++) {
        count = ident_guess(text, i < reading->country_count ? reading->countries[i] : "", out);
        *sure = count > 0 && is_sure(&out[0], text);
    }
    return count;
}

/* The words first to last as they were typed. */
static struct span window(const struct reading *reading, size_t first, size_t count)
{
    const struct word *last = &reading->words[first + count - 1];
    const uint8_t *start = reading->words[first].text.data;

    return span_make(start, (size_t)(last->text.data + last->text.size - start));
}

static bool window_is_free(const struct reading *reading, size_t first, size_t count)
{
    bool has_one = false;

    if (first + count > reading->count)
        return false;
    for (size_t i = first; i < first + count; i++) {
        if (reading->words[i].is_used || reading->words[i].is_quoted ||
            reading->words[i].text.size == 0)
            return false;
        has_one = has_one || has_digit(reading->words[i].text);
    }
    return has_one;
}

static void window_use(struct reading *reading, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        reading->words[i].is_used = true;
}

static bool is_eight_digits(struct span text)
{
    size_t digits = 0;

    while (digits < text.size && text.data[digits] >= '0' && text.data[digits] <= '9')
        digits++;
    return digits == 8 && text.size == 8;
}

/* Dates go before numbers: 1984 and 3.5.1984 are no telephone. Only one birth is taken. */
static bool birth_take(struct reading *reading, size_t first, size_t count)
{
    struct span text = window(reading, first, count);
    struct birth birth;

    if (reading->query->birth.year != 0 || !date_of(text, &birth) || birth.year > reading->year ||
        (count == 1 && is_eight_digits(text)))
        return false;
    reading->query->birth = birth;
    window_use(reading, first, count);
    return true;
}

/* "BX 1034567": capitals, then a number too long for a house. */
static bool is_document(const struct reading *reading, size_t first)
{
    struct span letters = reading->words[first].text;
    struct span digits = reading->words[first + 1].text;

    for (size_t i = 0; i < letters.size; i++)
        if (letters.data[i] < 'A' || letters.data[i] > 'Z')
            return false;
    for (size_t i = 0; i < digits.size; i++)
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return false;
    return letters.size <= 3 && digits.size >= 5;
}

static bool number_take(struct reading *reading, size_t first, size_t count)
{
    struct span text = window(reading, first, count);
    struct ident guesses[IDENT_GUESS_MAX];
    bool sure;
    size_t found = guess(reading, text, guesses, &sure);

    if (found == 0 || (count > 1 && !sure && !(count == 2 && is_document(reading, first))))
        return false;
    ident_add(reading, guesses, found, text);
    window_use(reading, first, count);
    return true;
}

/* The longest runs first, so that the parts of a telephone number are not taken for years. */
static void numbers_take(struct reading *reading)
{
    for (size_t count = WINDOW_MAX; count > 0; count--)
        for (size_t first = 0; first + count <= reading->count; first++) {
            if (!window_is_free(reading, first, count))
                continue;
            if (count <= 3 && birth_take(reading, first, count))
                continue;
            number_take(reading, first, count);
        }
    /* Eight digits alone may be a date or a number; a date only when nothing else was one. */
    for (size_t i = 0; i < reading->count; i++) {
        struct birth birth;
        if (window_is_free(reading, i, 1) && reading->query->birth.year == 0 &&
            date_of(reading->words[i].text, &birth)) {
            reading->query->birth = birth;
            reading->words[i].is_used = true;
        }
    }
}

/* --- the whole --- */

static bool zone_take(struct reading *reading, struct span box)
{
    struct mrz zone;
    struct error ignored = {0};
    struct ident number;

    if (memchr(box.data, '<', box.size) == NULL || !mrz_read(box, reading->year, &zone, &ignored))
        return false;
    name_add(reading, span_text(zone.surname));
    name_add(reading, span_text(zone.given));
    reading->query->birth = zone.birth;
    snprintf(reading->query->country, sizeof reading->query->country, "%s",
             mrz_country(zone.nationality));
    if (ident_read(IDENT_DOCUMENT, span_text(zone.number), mrz_country(zone.issuer), &number,
                   &ignored))
        ident_add(reading, &number, 1, span_text(zone.number));
    if (ident_read(IDENT_NUMBER, span_text(zone.optional), mrz_country(zone.nationality), &number,
                   &ignored))
        ident_add(reading, &number, 1, span_text(zone.optional));
    return true;
}

/* A country is a word of its own at the end, or one that is no name anywhere: "popaj alb". */
static void countries_take(struct reading *reading)
{
    size_t names = 0;

    for (size_t i = 0; i < reading->count; i++)
        names += !reading->words[i].is_used;
    for (size_t i = reading->count; i-- > 0 && names > 1 && reading->query->country[0] == 0;) {
        struct word *word = &reading->words[i];
        if (word->is_used || word->is_quoted)
            continue;
        const char *country = query_country(word->text);
        if (country[0] == 0)
            return;
        snprintf(reading->query->country, sizeof reading->query->country, "%s", country);
        word->is_used = true;
    }
}

bool query_read(struct span box, const char (*countries)[3], size_t country_count, unsigned year,
                struct query *out, struct error *err)
{
    struct reading reading = {.query = out,
                              .countries = countries,
                              .country_count = country_count,
                              .year = year,
                              .err = err};

    *out = (struct query){0};
    if (box.size > QUERY_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "a query is longer than %d bytes", QUERY_SIZE_MAX);
    if (box.size == 0 || zone_take(&reading, box))
        return true;
    words_split(&reading, box);
    if (!fields_take(&reading))
        return false;
    numbers_take(&reading);
    countries_take(&reading);
    for (size_t i = 0; i < reading.count; i++)
        if (!reading.words[i].is_used)
            name_add(&reading, reading.words[i].text);
    return true;
}
