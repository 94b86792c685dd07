/* One value of an agreement, read through its form and put into words: see difference_value.h. */
#include "agreement/difference_value.h"

#include "base/attributes.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_MS INT64_C(86400000)

const void *field_at(const void *value, size_t offset)
{
    return (const uint8_t *)value + offset;
}

int64_t field_integer(const struct form_field *field, const void *value)
{
    int64_t number;
    memcpy(&number, field_at(value, field->offset), sizeof number);
    return number;
}

unsigned field_choice(const struct form_field *field, const void *value)
{
    unsigned choice;
    memcpy(&choice, field_at(value, field->offset), sizeof choice);
    return choice;
}

uint64_t field_set(const struct form_field *field, const void *value)
{
    uint64_t set;
    memcpy(&set, field_at(value, field->offset), sizeof set);
    return set;
}

bool field_boolean(const void *value, size_t offset)
{
    bool is_true;
    memcpy(&is_true, field_at(value, offset), sizeof is_true);
    return is_true;
}

struct span field_span(const struct form_field *field, const void *value)
{
    struct span span;
    memcpy(&span, field_at(value, field->offset), sizeof span);
    return span;
}

size_t field_count(const struct form_field *field, const void *value)
{
    size_t count;
    memcpy(&count, field_at(value, field->count_offset), sizeof count);
    return count;
}

const void *field_items(const struct form_field *field, const void *value)
{
    const void *items;
    memcpy(&items, field_at(value, field->offset), sizeof items);
    return items;
}

void code_words(char out[VALUE_WORDS_SIZE], const char *code)
{
    snprintf(out, VALUE_WORDS_SIZE, "%s", code == NULL ? "none" : code);
    for (char *c = out; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
}

static void plural_write(char out[VALUE_WORDS_SIZE], int64_t count, const char *one)
{
    snprintf(out, VALUE_WORDS_SIZE, "%" PRId64 " %s%s", count, one, count == 1 ? "" : "s");
}

/* Whole years where they are (with their leap days), half years as months. */
static void days_write(char out[VALUE_WORDS_SIZE], int64_t days)
{
    int64_t years = days / 365;

    if (years > 0 && days - 365 * years <= (years + 3) / 4)
        plural_write(out, years, "year");
    else if (days == 182 || days == 183)
        plural_write(out, 6, "month");
    else
        plural_write(out, days, "day");
}

static void bytes_write(char out[VALUE_WORDS_SIZE], int64_t size)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB"};
    size_t unit = 0;

    while (unit + 1 < ARRAY_COUNT(units) && size >= 1024 && size % 1024 == 0) {
        size /= 1024;
        unit++;
    }
    snprintf(out, VALUE_WORDS_SIZE, "%" PRId64 " %s", size, units[unit]);
}

static void number_write(char out[VALUE_WORDS_SIZE], int64_t number, enum unit unit)
{
    static const char *const ones[] = {[HOURS] = "hour", [YEARS] = "year", [SECONDS] = "second"};

    if (unit == DAYS)
        days_write(out, number);
    else if (unit == BYTES)
        bytes_write(out, number);
    else if (unit == PLAIN)
        snprintf(out, VALUE_WORDS_SIZE, "%" PRId64, number);
    else
        plural_write(out, number, ones[unit]);
}

static void time_words(char out[VALUE_WORDS_SIZE], int64_t time_ms)
{
    char text[TIME_TEXT_SIZE];

    time_write(time_ms, text);
    snprintf(out, VALUE_WORDS_SIZE, "%.*s", time_ms % DAY_MS == 0 ? 10 : TIME_TEXT_SIZE,
             time_ms == 0 ? "no day" : text);
}

/* Long texts by their beginning; where two begin alike, the whole document shows the rest. */
static void text_words(char out[VALUE_WORDS_SIZE], struct span text)
{
    size_t size = text.size > 60 ? 60 : text.size;

    while (size < text.size && size > 0 && (text.data[size] & 0xC0) == 0x80)
        size--;
    snprintf(out, VALUE_WORDS_SIZE, "'%.*s%s'", (int)size, (const char *)text.data,
             size < text.size ? "..." : "");
    for (char *c = out; *c != '\0'; c++)
        if (*c == '\n')
            *c = ' ';
}

/* False for what is no single value. */
bool value_words(const struct form_field *field, const void *value, enum unit unit,
                 char out[VALUE_WORDS_SIZE])
{
    out[0] = '\0';
    if (field->kind == FORM_TEXT) {
        text_words(out, field_span(field, value));
    } else if (field->kind == FORM_INTEGER) {
        number_write(out, field_integer(field, value), unit);
    } else if (field->kind == FORM_TIME) {
        time_words(out, field_integer(field, value));
    } else if (field->kind == FORM_BOOLEAN) {
        snprintf(out, VALUE_WORDS_SIZE, "%s", field_boolean(value, field->offset) ? "yes" : "no");
    } else if (field->kind == FORM_CHOICE) {
        unsigned choice = field_choice(field, value);
        code_words(out, choice < field->name_count ? field->names[choice] : NULL);
    } else if (field->kind == FORM_HEX) {
        hex_write(span_make(field_at(value, field->offset), 8), out);
        snprintf(out + 16, VALUE_WORDS_SIZE - 16, "...");
    }
    return out[0] != '\0';
}
