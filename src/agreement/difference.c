/* What changes from one version to the next, in plain words: see difference.h. */
#include "agreement/difference.h"

#include "agreement/difference_value.h"
#include "agreement/difference_words.h"
#include "base/attributes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *const difference_effect_names[DIFFERENCE_EFFECT_COUNT] = {"stricter", "looser",
                                                                      "other"};

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
        return span_equal(field_span(field, old), field_span(field, new));
    if (field->kind == FORM_HEX)
        return memcmp(field_at(old, field->offset), field_at(new, field->offset),
                      (size_t)field->max) == 0;
    if (field->kind == FORM_BOOLEAN)
        return field_boolean(old, field->offset) == field_boolean(new, field->offset);
    if (field->kind == FORM_CHOICE)
        return field_choice(field, old) == field_choice(field, new);
    return field_integer(field, old) == field_integer(field, new);
}

static void scalar_walk(struct walk *walk, const struct form_field *field, const void *old,
                        const void *new)
{
    const struct words *words = words_find(walk->plain);
    enum unit unit = words == NULL ? PLAIN : words->unit;
    bool is_less = false;
    char before[VALUE_WORDS_SIZE], after[VALUE_WORDS_SIZE];

    if (scalar_is_equal(field, old, new))
        return;
    if (field->kind == FORM_INTEGER || field->kind == FORM_TIME)
        is_less = field_integer(field, new) < field_integer(field, old);
    if (field->kind == FORM_CHOICE)
        is_less = field_choice(field, new) < field_choice(field, old);
    value_words(field, old, unit, before);
    value_words(field, new, unit, after);
    add(walk, effect_of(walk, is_less), "%.140s instead of %.140s", after, before);
}

static void choices_walk(struct walk *walk, const struct form_field *field, const void *old,
                         const void *new)
{
    uint64_t before = field_set(field, old), after = field_set(field, new);
    char name[VALUE_WORDS_SIZE];

    for (size_t i = 0; i < field->name_count && i < 64; i++) {
        bool was = before >> i & 1, is = after >> i & 1;
        if (was == is)
            continue;
        code_words(name, field->names[i]);
        add(walk, effect_of(walk, was), "'%.140s' is %s", name, is ? "added" : "dropped");
    }
}

static bool texts_hold(const struct form_field *field, const void *value, struct span text)
{
    const struct span *items = field_items(field, value);

    for (size_t i = 0; i < field_count(field, value); i++)
        if (span_equal(items[i], text))
            return true;
    return false;
}

/* Says what `from` has and `other` lacks. */
static void texts_say(struct walk *walk, const struct form_field *field, const void *from,
                      const void *other, bool is_added)
{
    const struct span *items = field_items(field, from);

    for (size_t i = 0; i < field_count(field, from); i++)
        if (!texts_hold(field, other, items[i]))
            add(walk, effect_of(walk, !is_added), "'%.*s' is %s", SPAN_ARG(items[i]),
                is_added ? "added" : "dropped");
}

/* --- lists of objects: elements are told apart by their first field --- */

static void key_write(const struct form *form, const void *element, char out[VALUE_WORDS_SIZE])
{
    if (form->fields[0].kind == FORM_TEXT)
        snprintf(out, VALUE_WORDS_SIZE, "%.*s", SPAN_ARG(field_span(&form->fields[0], element)));
    else
        value_words(&form->fields[0], element, PLAIN, out);
}

static const void *element_at(const struct form_field *field, const void *value, size_t index)
{
    return field_at(field_items(field, value), index * field->form->size);
}

/* The n-th element with this key; NULL when there are fewer. */
static const void *element_find(const struct form_field *field, const void *value, const char *key,
                                size_t nth)
{
    char found[VALUE_WORDS_SIZE];

    for (size_t i = 0; i < field_count(field, value); i++) {
        key_write(field->form, element_at(field, value, i), found);
        if (strcmp(found, key) == 0 && nth-- == 0)
            return element_at(field, value, i);
    }
    return NULL;
}

/* The key of an element, and how many before it have the same. */
static size_t element_nth(const struct form_field *field, const void *value, size_t index,
                          char key[VALUE_WORDS_SIZE])
{
    char found[VALUE_WORDS_SIZE];
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
        char value[VALUE_WORDS_SIZE];
        struct step step = step_in(walk, inner->name);
        const struct words *words = words_find(walk->plain);
        step_out(walk, &step);
        if (inner->kind == FORM_CHOICES)
            snprintf(value, sizeof value, "%d of %zu",
                     __builtin_popcountll(field_set(inner, element)), inner->name_count);
        else if (!value_words(inner, element, words == NULL ? PLAIN : words->unit, value))
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
    char key[VALUE_WORDS_SIZE];

    for (size_t i = 0; i < field_count(field, old); i++) {
        size_t nth = element_nth(field, old, i, key);
        const void *before = element_at(field, old, i);
        walk->is_protected =
            is_about_persons && person_category_is_protected((enum person_category)field_choice(
                                    &field->form->fields[0], before));
        element_walk(walk, field, before, element_find(field, new, key, nth), key);
    }
    for (size_t i = 0; i < field_count(field, new); i++) {
        size_t nth = element_nth(field, new, i, key);
        const void *after = element_at(field, new, i);
        walk->is_protected =
            is_about_persons && person_category_is_protected((enum person_category)field_choice(
                                    &field->form->fields[0], after));
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
    bool was = !field->is_optional || field_boolean(old, field->has_offset);
    bool is = !field->is_optional || field_boolean(new, field->has_offset);

    if (was != is)
        add(walk, DIFFERENCE_OTHER, "%s",
            is ? "is written out" : "is left out and stands in its usual form");
    if (was || is)
        form_walk(walk, field->form, was ? field_at(old, field->offset) : &usual,
                  is ? field_at(new, field->offset) : &usual);
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
