/* What changes from one version to the next, in plain words: see difference.h. */
#include "agreement/difference.h"

#include "agreement/difference_words.h"
#include "base/attributes.h"
#include "base/text.h"
#include "message/form.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define VALUE_SIZE 160
#define DAY_MS     INT64_C(86400000)

const char *const difference_effect_names[DIFFERENCE_EFFECT_COUNT] = {"stricter", "looser",
                                                                      "other"};

/* --- one value --- */

static const void *at(const void *value, size_t offset)
{
    return (const uint8_t *)value + offset;
}

static int64_t integer_of(const struct form_field *field, const void *value)
{
    int64_t number;
    memcpy(&number, at(value, field->offset), sizeof number);
    return number;
}

static unsigned choice_of(const struct form_field *field, const void *value)
{
    unsigned choice;
    memcpy(&choice, at(value, field->offset), sizeof choice);
    return choice;
}

static uint64_t set_of(const struct form_field *field, const void *value)
{
    uint64_t set;
    memcpy(&set, at(value, field->offset), sizeof set);
    return set;
}

static bool boolean_of(const void *value, size_t offset)
{
    bool is_true;
    memcpy(&is_true, at(value, offset), sizeof is_true);
    return is_true;
}

static struct span span_of(const struct form_field *field, const void *value)
{
    struct span span;
    memcpy(&span, at(value, field->offset), sizeof span);
    return span;
}

static size_t count_of(const struct form_field *field, const void *value)
{
    size_t count;
    memcpy(&count, at(value, field->count_offset), sizeof count);
    return count;
}

static const void *items_of(const struct form_field *field, const void *value)
{
    const void *items;
    memcpy(&items, at(value, field->offset), sizeof items);
    return items;
}

static void code_write(char out[VALUE_SIZE], const char *code)
{
    snprintf(out, VALUE_SIZE, "%s", code == NULL ? "none" : code);
    for (char *c = out; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
}

static void plural_write(char out[VALUE_SIZE], int64_t count, const char *one)
{
    snprintf(out, VALUE_SIZE, "%" PRId64 " %s%s", count, one, count == 1 ? "" : "s");
}

/* Whole years where they are (with their leap days), half years as months. */
static void days_write(char out[VALUE_SIZE], int64_t days)
{
    int64_t years = days / 365;

    if (years > 0 && days - 365 * years <= (years + 3) / 4)
        plural_write(out, years, "year");
    else if (days == 182 || days == 183)
        plural_write(out, 6, "month");
    else
        plural_write(out, days, "day");
}

static void bytes_write(char out[VALUE_SIZE], int64_t size)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB"};
    size_t unit = 0;

    while (unit + 1 < ARRAY_COUNT(units) && size >= 1024 && size % 1024 == 0) {
        size /= 1024;
        unit++;
    }
    snprintf(out, VALUE_SIZE, "%" PRId64 " %s", size, units[unit]);
}

static void number_write(char out[VALUE_SIZE], int64_t number, enum unit unit)
{
    static const char *const ones[] = {[HOURS] = "hour", [YEARS] = "year", [SECONDS] = "second"};

    if (unit == DAYS)
        days_write(out, number);
    else if (unit == BYTES)
        bytes_write(out, number);
    else if (unit == PLAIN)
        snprintf(out, VALUE_SIZE, "%" PRId64, number);
    else
        plural_write(out, number, ones[unit]);
}

static void time_words(char out[VALUE_SIZE], int64_t time_ms)
{
    char text[TIME_TEXT_SIZE];

    time_write(time_ms, text);
    snprintf(out, VALUE_SIZE, "%.*s", time_ms % DAY_MS == 0 ? 10 : TIME_TEXT_SIZE,
             time_ms == 0 ? "no day" : text);
}

/* Long texts by their beginning; where two begin alike, the whole document shows the rest. */
static void text_words(char out[VALUE_SIZE], struct span text)
{
    size_t size = text.size > 60 ? 60 : text.size;

    while (size < text.size && size > 0 && (text.data[size] & 0xC0) == 0x80)
        size--;
    snprintf(out, VALUE_SIZE, "'%.*s%s'", (int)size, (const char *)text.data,
             size < text.size ? "..." : "");
    for (char *c = out; *c != '\0'; c++)
        if (*c == '\n')
            *c = ' ';
}

/* False for what is no single value. */
static bool value_write(const struct form_field *field, const void *value, enum unit unit,
                        char out[VALUE_SIZE])
{
    out[0] = '\0';
    if (field->kind == FORM_TEXT) {
        text_words(out, span_of(field, value));
    } else if (field->kind == FORM_INTEGER) {
        number_write(out, integer_of(field, value), unit);
    } else if (field->kind == FORM_TIME) {
        time_words(out, integer_of(field, value));
    } else if (field->kind == FORM_BOOLEAN) {
        snprintf(out, VALUE_SIZE, "%s", boolean_of(value, field->offset) ? "yes" : "no");
    } else if (field->kind == FORM_CHOICE) {
        unsigned choice = choice_of(field, value);
        code_write(out, choice < field->name_count ? field->names[choice] : NULL);
    } else if (field->kind == FORM_HEX) {
        hex_write(span_make(at(value, field->offset), 8), out);
        snprintf(out + 16, VALUE_SIZE - 16, "...");
    }
    return out[0] != '\0';
}

/* --- the walk --- */

struct walk {
    struct differences *out;
    char path[DIFFERENCE_PATH_SIZE];  /* with keys */
    char plain[DIFFERENCE_PATH_SIZE]; /* without */
    char whose[DIFFERENCE_PATH_SIZE]; /* "al: spoc-al: " */
    bool is_protected;                /* inside a category that clause 5.2 protects */
};

static void PRINTF_LIKE(3, 4)
    add(struct walk *walk, enum difference_effect effect, const char *format, ...)
{
    const struct words *words = words_find(walk->plain);
    struct buffer text CLEANUP(buffer_free) = buffer_make(DIFFERENCE_TEXT_SIZE);
    char what[DIFFERENCE_TEXT_SIZE];
    va_list list;

    walk->out->is_cut = walk->out->is_cut || walk->out->count == DIFFERENCE_COUNT_MAX;
    if (walk->out->is_cut)
        return;
    struct difference *difference = &walk->out->items[walk->out->count++];
    *difference = (struct difference){.clause = words == NULL ? CLAUSE_COUNT : words->clause,
                                      .effect = effect};
    if (difference->clause == CLAUSE_PERSON_FIELDS && walk->is_protected)
        difference->clause = CLAUSE_PROTECTED_PERSONS;
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    snprintf(difference->path, sizeof difference->path, "%s", walk->path);
    buffer_format(&text, "%s%s %.300s", walk->whose, words == NULL ? walk->plain : words->words,
                  what);
    snprintf(difference->text, sizeof difference->text, "%.*s", SPAN_ARG(buffer_span(&text)));
}

static enum difference_effect effect_of(const struct walk *walk, bool is_less)
{
    const struct words *words = words_find(walk->plain);
    enum direction direction = words == NULL ? NEUTRAL : words->direction;

    if (direction == NEUTRAL)
        return DIFFERENCE_OTHER;
    bool less_is_stricter = direction == LESS_IS_STRICTER || direction == FEWER_IS_STRICTER;
    return is_less == less_is_stricter ? DIFFERENCE_STRICTER : DIFFERENCE_LOOSER;
}

/* One step deeper, and back. */
struct step {
    size_t path;
    size_t plain;
    size_t whose;
};

static struct step step_in(struct walk *walk, const char *name)
{
    struct step step = {strlen(walk->path), strlen(walk->plain), strlen(walk->whose)};

    snprintf(walk->path + step.path, sizeof walk->path - step.path, "%s%s",
             step.path > 0 ? "." : "", name);
    snprintf(walk->plain + step.plain, sizeof walk->plain - step.plain, "%s%s",
             step.plain > 0 ? "." : "", name);
    return step;
}

static void step_out(struct walk *walk, const struct step *step)
{
    walk->path[step->path] = '\0';
    walk->plain[step->plain] = '\0';
    walk->whose[step->whose] = '\0';
}

static bool scalar_is_equal(const struct form_field *field, const void *old, const void *new)
{
    if (field->kind == FORM_TEXT)
        return span_equal(span_of(field, old), span_of(field, new));
    if (field->kind == FORM_HEX)
        return memcmp(at(old, field->offset), at(new, field->offset), (size_t)field->max) == 0;
    if (field->kind == FORM_BOOLEAN)
        return boolean_of(old, field->offset) == boolean_of(new, field->offset);
    if (field->kind == FORM_CHOICE)
        return choice_of(field, old) == choice_of(field, new);
    return integer_of(field, old) == integer_of(field, new);
}

static void scalar_walk(struct walk *walk, const struct form_field *field, const void *old,
                        const void *new)
{
    const struct words *words = words_find(walk->plain);
    enum unit unit = words == NULL ? PLAIN : words->unit;
    bool is_less = false;
    char before[VALUE_SIZE], after[VALUE_SIZE];

    if (scalar_is_equal(field, old, new))
        return;
    if (field->kind == FORM_INTEGER || field->kind == FORM_TIME)
        is_less = integer_of(field, new) < integer_of(field, old);
    if (field->kind == FORM_CHOICE)
        is_less = choice_of(field, new) < choice_of(field, old);
    value_write(field, old, unit, before);
    value_write(field, new, unit, after);
    add(walk, effect_of(walk, is_less), "%.140s instead of %.140s", after, before);
}

static void choices_walk(struct walk *walk, const struct form_field *field, const void *old,
                         const void *new)
{
    uint64_t before = set_of(field, old), after = set_of(field, new);
    char name[VALUE_SIZE];

    for (size_t i = 0; i < field->name_count && i < 64; i++) {
        bool was = before >> i & 1, is = after >> i & 1;
        if (was == is)
            continue;
        code_write(name, field->names[i]);
        add(walk, effect_of(walk, was), "'%.140s' is %s", name, is ? "added" : "dropped");
    }
}

static bool texts_hold(const struct form_field *field, const void *value, struct span text)
{
    const struct span *items = items_of(field, value);

    for (size_t i = 0; i < count_of(field, value); i++)
        if (span_equal(items[i], text))
            return true;
    return false;
}

/* Says what `from` has and `other` lacks. */
static void texts_say(struct walk *walk, const struct form_field *field, const void *from,
                      const void *other, bool is_added)
{
    const struct span *items = items_of(field, from);

    for (size_t i = 0; i < count_of(field, from); i++)
        if (!texts_hold(field, other, items[i]))
            add(walk, effect_of(walk, !is_added), "'%.*s' is %s", SPAN_ARG(items[i]),
                is_added ? "added" : "dropped");
}

/* --- lists of objects: elements are told apart by their first field --- */

static void key_write(const struct form *form, const void *element, char out[VALUE_SIZE])
{
    if (form->fields[0].kind == FORM_TEXT)
        snprintf(out, VALUE_SIZE, "%.*s", SPAN_ARG(span_of(&form->fields[0], element)));
    else
        value_write(&form->fields[0], element, PLAIN, out);
}

static const void *element_at(const struct form_field *field, const void *value, size_t index)
{
    return at(items_of(field, value), index * field->form->size);
}

/* The n-th element with this key; NULL when there are fewer. */
static const void *element_find(const struct form_field *field, const void *value, const char *key,
                                size_t nth)
{
    char found[VALUE_SIZE];

    for (size_t i = 0; i < count_of(field, value); i++) {
        key_write(field->form, element_at(field, value, i), found);
        if (strcmp(found, key) == 0 && nth-- == 0)
            return element_at(field, value, i);
    }
    return NULL;
}

/* The key of an element, and how many before it have the same. */
static size_t element_nth(const struct form_field *field, const void *value, size_t index,
                          char key[VALUE_SIZE])
{
    char found[VALUE_SIZE];
    size_t nth = 0;

    key_write(field->form, element_at(field, value, index), key);
    for (size_t i = 0; i < index; i++) {
        key_write(field->form, element_at(field, value, i), found);
        nth += strcmp(found, key) == 0;
    }
    return nth;
}

/* The single values of a new element, so that nobody signs what was not read; sets by how much they hold. */
static void element_add(struct walk *walk, const struct form_field *field, const void *element,
                        const char *key)
{
    struct buffer content CLEANUP(buffer_free) = buffer_make(256);

    for (size_t i = 1; i < field->form->count; i++) {
        const struct form_field *inner = &field->form->fields[i];
        char value[VALUE_SIZE];
        struct step step = step_in(walk, inner->name);
        const struct words *words = words_find(walk->plain);
        step_out(walk, &step);
        if (inner->kind == FORM_CHOICES)
            snprintf(value, sizeof value, "%d of %zu", __builtin_popcountll(set_of(inner, element)),
                     inner->name_count);
        else if (!value_write(inner, element, words == NULL ? PLAIN : words->unit, value))
            continue;
        buffer_format(&content, "%s%s %s", content.size == 0 ? ": " : ", ",
                      words == NULL ? inner->name : words->words, value);
    }
    add(walk, effect_of(walk, false), "'%.140s' is added%.*s", key,
        SPAN_ARG(buffer_span(&content)));
}

static void form_walk(struct walk *walk, const struct form *form, const void *old, const void *new);

static void element_walk(struct walk *walk, const struct form_field *field, const void *before,
                         const void *after, const char *key)
{
    struct step step = {strlen(walk->path), strlen(walk->plain), strlen(walk->whose)};

    if (after == NULL) {
        add(walk, effect_of(walk, true), "'%.140s' is dropped", key);
        return;
    }
    snprintf(walk->path + step.path, sizeof walk->path - step.path, "[%s]", key);
    snprintf(walk->whose + step.whose, sizeof walk->whose - step.whose, "%s: ", key);
    form_walk(walk, field->form, before, after);
    step_out(walk, &step);
}

static void objects_walk(struct walk *walk, const struct form_field *field, const void *old,
                         const void *new)
{
    bool is_about_persons = strcmp(walk->plain, "categories") == 0;
    char key[VALUE_SIZE];

    for (size_t i = 0; i < count_of(field, old); i++) {
        size_t nth = element_nth(field, old, i, key);
        const void *before = element_at(field, old, i);
        walk->is_protected = is_about_persons &&
                             person_category_is_protected(
                                 (enum person_category)choice_of(&field->form->fields[0], before));
        element_walk(walk, field, before, element_find(field, new, key, nth), key);
    }
    for (size_t i = 0; i < count_of(field, new); i++) {
        size_t nth = element_nth(field, new, i, key);
        const void *after = element_at(field, new, i);
        walk->is_protected = is_about_persons &&
                             person_category_is_protected(
                                 (enum person_category)choice_of(&field->form->fields[0], after));
        if (element_find(field, old, key, nth) == NULL)
            element_add(walk, field, after, key);
    }
    walk->is_protected = false;
}

/* A clause that is not written stands in its usual form. Only the termination clause may be left out. */
static void object_walk(struct walk *walk, const struct form_field *field, const void *old,
                        const void *new)
{
    struct agreement_termination usual =
        agreement_termination_of(&(struct agreement){.has_termination = false});
    bool was = !field->is_optional || boolean_of(old, field->has_offset);
    bool is = !field->is_optional || boolean_of(new, field->has_offset);

    if (was != is)
        add(walk, DIFFERENCE_OTHER, "%s",
            is ? "is written out" : "is left out and stands in its usual form");
    if (was || is)
        form_walk(walk, field->form, was ? at(old, field->offset) : &usual,
                  is ? at(new, field->offset) : &usual);
}

static void field_walk(struct walk *walk, const struct form_field *field, const void *old,
                       const void *new)
{
    switch (field->kind) {
    case FORM_TEXT:
    case FORM_INTEGER:
    case FORM_TIME:
    case FORM_BOOLEAN:
    case FORM_CHOICE:
    case FORM_HEX:
        scalar_walk(walk, field, old, new);
        return;
    case FORM_CHOICES:
        choices_walk(walk, field, old, new);
        return;
    case FORM_TEXTS:
        texts_say(walk, field, old, new, false);
        texts_say(walk, field, new, old, true);
        return;
    case FORM_OBJECT:
        object_walk(walk, field, old, new);
        return;
    case FORM_OBJECTS:
        objects_walk(walk, field, old, new);
        return;
    case FORM_COUNT:
    case FORM_NUMBER:
    case FORM_NUMBERS:
    case FORM_BASE64:
    case FORM_UUID:
        add(walk, DIFFERENCE_OTHER, "may differ"); /* no field of an agreement is of these */
        return;
    }
}

/* As deep as the tables nest: parties have authorities. */
// NOLINTNEXTLINE(misc-no-recursion)
static void form_walk(struct walk *walk, const struct form *form, const void *old, const void *new)
{
    for (size_t i = 0; i < form->count; i++) {
        struct step step = step_in(walk, form->fields[i].name);
        field_walk(walk, &form->fields[i], old, new);
        step_out(walk, &step);
    }
}

static int by_clause(const void *a, const void *b)
{
    const struct difference *first = a, *second = b;
    return (first->clause > second->clause) - (first->clause < second->clause);
}

/* The same rules in another order, or texts that begin alike: said, so that two fingerprints never differ without a word. */
static bool order_say(struct walk *walk, const struct agreement *old, const struct agreement *new,
                      struct error *err)
{
    struct buffer before CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct buffer after CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);

    if (walk->out->count > 0)
        return true;
    if (!agreement_write(old, &before, err) || !agreement_write(new, &after, err))
        return false;
    if (!span_equal(buffer_span(&before), buffer_span(&after)))
        add(walk, DIFFERENCE_OTHER, "only the order of lists differs");
    return true;
}

bool agreement_difference(const struct agreement *old, const struct agreement *new,
                          struct arena *arena, struct differences *out, struct error *err)
{
    struct walk walk = {.out = out};

    *out = (struct differences){
        .items = arena_array(arena, DIFFERENCE_COUNT_MAX, sizeof(struct difference))};
    if (out->items == NULL)
        return error_set(err, ERROR_LIMIT, "comparing two versions: out of memory");
    form_walk(&walk, &agreement_form, old, new);
    if (!order_say(&walk, old, new, err))
        return false;
    if (out->count > 1)
        qsort(out->items, out->count, sizeof *out->items, by_clause);
    return true;
}

void differences_write(const struct differences *differences, struct json_writer *out)
{
    json_key(out, "changes");
    json_begin_array(out);
    for (size_t i = 0; i < differences->count; i++) {
        const struct difference *difference = &differences->items[i];
        json_begin_object(out);
        if (difference->clause < CLAUSE_COUNT)
            json_string_field(out, "clause", agreement_clauses[difference->clause].number);
        json_string_field(out, "effect", difference_effect_names[difference->effect]);
        json_string_field(out, "change", difference->text);
        json_string_field(out, "field", difference->path);
        json_end_object(out);
    }
    json_end_array(out);
    if (differences->is_cut)
        json_boolean_field(out, "more", true);
}
