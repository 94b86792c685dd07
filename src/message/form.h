/*
 * Form: one table per JSON object of a body, from which its reader, its canonical writer and its page in docs/messages.md
 * are all derived. There is only one list of fields, so reader, writer and documentation cannot come to disagree.
 * Tables nest to a fixed depth (a person has a marking, a marking has a transfer ground), well under JSON_DEPTH_MAX.
 */
#ifndef BESA_MESSAGE_FORM_H
#define BESA_MESSAGE_FORM_H

#include "base/attributes.h"
#include "base/json.h"

enum form_kind {
    FORM_TEXT,  /* struct span: min to max bytes of plain text, under `rule` if there is one */
    FORM_TEXTS, /* struct span * and size_t: min to max texts of 1 to text_max bytes, under `rule` */
    FORM_INTEGER, /* int64_t: min to max */
    FORM_COUNT,   /* uint64_t: min to max */
    FORM_NUMBER,  /* uint16_t: min to max */
    FORM_NUMBERS, /* uint64_t * and size_t: min to max rising integers, each within 2^53 */
    FORM_BOOLEAN, /* bool; optional ones are written only when true */
    FORM_CHOICE,  /* an enum: one of names; optional ones are 0 when absent, and names[0] is NULL */
    FORM_CHOICES, /* uint64_t: bit set over names, at least min of them; optional ones written only when not 0 */
    FORM_HEX,     /* uint8_t[max] */
    FORM_BASE64,  /* struct span: min to max bytes */
    FORM_TIME,    /* int64_t: Unix ms, written as RFC 3339 UTC */
    FORM_UUID,    /* uint8_t[UUID_SIZE] */
    FORM_OBJECT,  /* the struct of `form`, in place */
    FORM_OBJECTS, /* pointer to min to max structs of `form`, in the arena, and size_t */
};

/* What a text must be beyond plain; `what` ends the sentence "must be ...". */
struct form_rule {
    bool (*holds)(struct span text);
    const char *what;
    const char *pattern; /* what holds matches it (ECMA-262), for schemas; NULL: none says it */
};

struct form;
struct form_field {
    const char *name;
    enum form_kind kind;
    bool
        is_optional; /* absent stands for empty, 0 or false; HEX, UUID and OBJECT need has_offset */
    size_t offset;   /* of the value in its struct */
    size_t count_offset; /* of its size_t count: TEXTS, NUMBERS, OBJECTS */
    size_t has_offset; /* of the bool that says whether an optional HEX, UUID or OBJECT is there */
    int64_t min;
    int64_t max;
    size_t text_max;
    const struct form_rule *rule;
    const char *const *names;
    size_t name_count;
    const struct form *form;
    const char *about; /* one sentence, for docs/messages.md */
};

struct form {
    const char *name;  /* "person"; the section of docs/messages.md */
    const char *about; /* one or two sentences */
    const struct form_field *fields;
    size_t count;
    size_t size; /* of the struct */
    /* The rules that join several fields: adds problems by form_problem. May be NULL. */
    void (*check)(const struct json_object *object, const void *value);
};

/* Where a field lives: one value; a list with its count; a value with its flag. */
#define FORM_AT(type, member) .offset = offsetof(type, member)
#define FORM_LIST_AT(type, items, size)                                                            \
    .offset = offsetof(type, items), .count_offset = offsetof(type, size)
#define FORM_MAYBE_AT(type, member, has)                                                           \
    .is_optional = true, .offset = offsetof(type, member), .has_offset = offsetof(type, has)
/* The names of an enum: an array, so that its size is known. */
#define FORM_NAMES(array) .names = (array), .name_count = sizeof(array) / sizeof((array)[0])

/* Reads a whole body into the struct at `out` (zeroed first): parses, reads every field, checks. False with problems. */
bool form_read(const struct form *form, struct span body, struct arena *arena, void *out,
               struct problems *problems);
/* Writes the struct canonically: no spaces, fields in table order. False when the buffer failed. */
bool form_write(const struct form *form, const void *value, struct buffer *buffer);
/* A problem of a check, unless this very field has one already. `name` NULL: the object itself. */
void form_problem(const struct json_object *object, const char *name, enum error_kind kind,
                  const char *format, ...) PRINTF_LIKE(4, 5);
/* The fields as a Markdown table. */
void form_document(const struct form *form, struct buffer *out);

/* Rules used by many fields. */
extern const struct form_rule form_rule_identifier; /* a-z, 0-9, hyphen */
extern const struct form_rule form_rule_code;       /* a-z, 0-9, hyphen, underscore */
extern const struct form_rule form_rule_country;    /* two capital letters, ISO 3166-1 */
extern const struct form_rule form_rule_language;   /* two small letters, ISO 639-1 */
extern const struct form_rule form_rule_date;   /* YYYY, YYYY-MM or YYYY-MM-DD of the calendar */
extern const struct form_rule form_rule_origin; /* the origin of a log */

#endif
