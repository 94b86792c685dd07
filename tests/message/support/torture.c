/* Torture: see torture.h. */
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA_LIMIT (8u * 1024u * 1024u)

static struct problems problems;

static int say(const struct form *form, const char *what, size_t at)
{
    printf("%s: %s (%zu): %s: %s\n", form->name, what, at,
           problems.count > 0 ? problems.list[0].path : "-",
           problems.count > 0 ? problems.list[0].text : "-");
    return 1;
}

/* Reads with the whole limit; when read, what is written from it reads again to the same bytes. */
static bool read_twice(const struct form *form, struct span body, bool *is_stable)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ARENA_LIMIT);
    struct buffer first CLEANUP(buffer_free) = buffer_make(2 * BODY_SIZE_MAX);
    struct buffer second CLEANUP(buffer_free) = buffer_make(2 * BODY_SIZE_MAX);
    void *value = malloc(form->size);
    void *again = malloc(form->size);

    problems_clear(&problems);
    *is_stable = true;
    bool is_read = form_read(form, body, &arena, value, &problems);
    if (is_read)
        *is_stable = form_write(form, value, &first) &&
                     form_read(form, buffer_span(&first), &arena, again, &problems) &&
                     form_write(form, again, &second) &&
                     span_equal(buffer_span(&first), buffer_span(&second));
    free(value);
    free(again);
    return is_read;
}

static int refuse(const struct form *form, struct span body, const char *what, size_t at)
{
    bool is_stable;
    if (!read_twice(form, body, &is_stable) && problems.count > 0)
        return 0;
    return say(form, what, at);
}

static int canonical(const struct form *form, struct span valid)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ARENA_LIMIT);
    struct buffer written CLEANUP(buffer_free) = buffer_make(2 * BODY_SIZE_MAX);
    void *value = malloc(form->size);

    problems_clear(&problems);
    bool is_same = form_read(form, valid, &arena, value, &problems) &&
                   form_write(form, value, &written) && span_equal(buffer_span(&written), valid);
    free(value);
    return is_same ? 0 : say(form, "the valid body is not read, or written otherwise", 0);
}

static int cut_everywhere(const struct form *form, struct span valid)
{
    int failures = 0;
    for (size_t size = 0; size < valid.size; size++)
        failures += refuse(form, span_part(valid, 0, size), "a cut body is read", size);
    return failures;
}

static int change_everywhere(const struct form *form, struct span valid)
{
    static const uint8_t changes[] = {0x01, 0x20, 0x80, 0xFF};
    uint8_t *bytes = malloc(valid.size);
    int failures = 0;

    memcpy(bytes, valid.data, valid.size);
    for (size_t i = 0; i < valid.size; i++) {
        for (size_t j = 0; j < sizeof changes; j++) {
            bool is_stable;
            bytes[i] = (uint8_t)(valid.data[i] ^ changes[j]);
            bool is_read = read_twice(form, span_make(bytes, valid.size), &is_stable);
            if (!is_stable || (!is_read && problems.count == 0))
                failures += say(form, "a changed byte is read one way and written another", i);
        }
        bytes[i] = valid.data[i];
    }
    free(bytes);
    return failures;
}

/* {X} becomes {X,X}: every key twice. {} has none. */
static int double_keys(const struct form *form, struct span valid)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(4 * BODY_SIZE_MAX);
    buffer_add(&body, span_part(valid, 0, valid.size - 1));
    buffer_text(&body, ",");
    buffer_add(&body, span_part(valid, 1, valid.size));
    return refuse(form, buffer_span(&body), "doubled keys are read", 0);
}

static int add_around(const struct form *form, struct span valid)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(4 * BODY_SIZE_MAX);
    int failures = 0;

    buffer_add(&body, span_part(valid, 0, valid.size - 1));
    buffer_text(&body, ",\"protection_status\":\"applicant\"}");
    failures += refuse(form, buffer_span(&body), "an unknown field is read", 0);
    buffer_clear(&body);
    buffer_add(&body, valid);
    buffer_text(&body, "{}");
    failures += refuse(form, buffer_span(&body), "trailing text is read", 0);
    buffer_clear(&body);
    buffer_add(&body, valid);
    while (body.size <= BODY_SIZE_MAX)
        buffer_byte(&body, ' ');
    failures += refuse(form, buffer_span(&body), "a body beyond BODY_SIZE_MAX is read", 0);
    if (problems.list[0].kind != ERROR_LIMIT)
        failures += say(form, "too long is not LIMIT", 0);
    failures += refuse(form, span_text("[]"), "a list is read", 0);
    failures += refuse(form, span_text("7"), "a number is read", 0);
    return failures;
}

static int starve(const struct form *form, struct span valid)
{
    void *value = malloc(form->size);
    int failures = 0;
    bool is_read = false;

    for (size_t limit = 1; !is_read && limit < ARENA_LIMIT; limit++) {
        struct arena arena CLEANUP(arena_free) = arena_make(limit);
        problems_clear(&problems);
        is_read = form_read(form, valid, &arena, value, &problems);
        if (!is_read && (problems.count == 0 || problems.list[0].kind != ERROR_LIMIT))
            failures += say(form, "an arena too small is not LIMIT", limit);
    }
    free(value);
    return is_read ? failures : failures + say(form, "never read", 0);
}

int torture_body(const struct form *form, struct span valid)
{
    return canonical(form, valid) + cut_everywhere(form, valid) + change_everywhere(form, valid) +
           double_keys(form, valid) + add_around(form, valid) + starve(form, valid);
}

static bool names(const char *path, enum error_kind kind)
{
    for (size_t i = 0; i < problems.count; i++)
        if (strcmp(problems.list[i].path, path) == 0 && problems.list[i].kind == kind)
            return true;
    return false;
}

static bool replace(struct span valid, const char *from, const char *to, struct buffer *out)
{
    size_t size = strlen(from);
    for (size_t i = 0; i + size <= valid.size; i++) {
        if (memcmp(valid.data + i, from, size) != 0)
            continue;
        buffer_add(out, span_part(valid, 0, i));
        buffer_text(out, to);
        return buffer_add(out, span_part(valid, i + size, valid.size));
    }
    return false;
}

int torture_faults(const struct form *form, struct span valid, const struct fault *faults,
                   size_t count)
{
    int failures = 0;
    for (size_t i = 0; i < count; i++) {
        struct buffer body CLEANUP(buffer_free) = buffer_make(4 * BODY_SIZE_MAX);
        if (!replace(valid, faults[i].from, faults[i].to, &body)) {
            printf("%s: the valid body has no '%s'\n", form->name, faults[i].from);
            failures++;
            continue;
        }
        failures += refuse(form, buffer_span(&body), faults[i].to, i);
        if (!names(faults[i].path, faults[i].kind)) {
            printf("%s: '%s' is not refused at %s (%s)\n", form->name, faults[i].to, faults[i].path,
                   error_kind_name(faults[i].kind));
            failures += say(form, "but at", i);
        }
    }
    return failures;
}

/* The fields of `value` but `without`, in table order; what they hold is taken from the valid body by renaming the key. */
int torture_missing(const struct form *form, struct span valid)
{
    int failures = 0;
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *field = &form->fields[i];
        struct buffer body CLEANUP(buffer_free) = buffer_make(4 * BODY_SIZE_MAX);
        char key[80];
        char other[80];
        bool may_lack = field->is_optional || (field->count_offset > 0 && field->min == 0) ||
                        (field->kind == FORM_CHOICES && field->min == 0);
        if (may_lack)
            continue;
        snprintf(key, sizeof key, "\"%s\":", field->name);
        snprintf(other, sizeof other, "\"other-%s\":", field->name);
        if (!replace(valid, key, other, &body)) {
            failures += say(form, field->name, i);
            continue;
        }
        failures += refuse(form, buffer_span(&body), field->name, i);
        if (!names(field->name, ERROR_INPUT))
            failures += say(form, "missing, but not named", i);
    }
    return failures;
}
