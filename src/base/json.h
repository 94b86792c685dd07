/*
 * JSON: strict reading on top of jansson (duplicate keys, bad UTF-8, trailing text, depth above JSON_DEPTH_MAX,
 * integers beyond 2^53 and floats are refused), field by field into structs, problems with their paths; and the one
 * canonical writer (no spaces, fields in the writer's order), so that what a type reads is what it writes.
 */
#ifndef BESA_BASE_JSON_H
#define BESA_BASE_JSON_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/problems.h"

struct json;      /* a parsed document */
struct json_node; /* a value inside it; lives as long as the document */

/* Parses `text`, the whole of it. On success *out is the caller's, freed by json_free. INPUT names line and cause. */
bool json_parse(struct span text, struct json **out, struct error *err);
void json_free(struct json **json);
const struct json_node *json_root(const struct json *json);
/* The value as text again, without spaces, its fields in their order. False: no room. */
bool json_node_write(const struct json_node *node, struct buffer *out);

/* A reading of one object: which fields were asked for, and where it stands. Lives on the reader's stack. */
struct json_object {
    const struct json_node *node;
    struct problems *problems;
    struct arena *arena;              /* texts are copied here */
    const struct json_object *parent; /* NULL for the root */
    const char *name;                 /* field of the parent, NULL for the root */
    size_t index;                     /* element of the parent's list, or JSON_NO_INDEX */
    size_t asked_count;
    size_t found_count;
    const char *asked[JSON_FIELD_COUNT_MAX];
};
#define JSON_NO_INDEX SIZE_MAX

struct json_list {
    const struct json_node *node;
    const struct json_object *parent;
    const char *name;
    size_t count;
};

/*
 * Begins to read `node` as an object; if it is none, a problem is added and every later read finds nothing. Getters add
 * a problem when a required field is absent, has the wrong type or is out of range, and then give zero or empty.
 */
void json_object_begin(struct json_object *object, const struct json_node *node,
                       struct arena *arena, struct problems *problems);
/* Unknown fields become problems: what a node does not understand it does not pass over. */
void json_object_end(struct json_object *object);

bool json_has(struct json_object *object, const char *name);
/* Text of min to max bytes of plain text (text_is_plain), NUL-terminated in the arena. */
struct span json_get_text(struct json_object *object, const char *name, size_t min, size_t max);
struct span json_get_text_optional(struct json_object *object, const char *name, size_t max);
int64_t json_get_integer(struct json_object *object, const char *name, int64_t min, int64_t max);
/* `absent` when the field is not there. */
int64_t json_get_integer_optional(struct json_object *object, const char *name, int64_t min,
                                  int64_t max, int64_t absent);
bool json_get_boolean(struct json_object *object, const char *name);
bool json_get_boolean_optional(struct json_object *object, const char *name, bool absent);
/* Index of the text in names[0..count); problem and 0 when it is none of them. */
size_t json_get_choice(struct json_object *object, const char *name, const char *const *names,
                       size_t count);
/* `absent` when the field is not there. */
size_t json_get_choice_optional(struct json_object *object, const char *name,
                                const char *const *names, size_t count, size_t absent);
/* A list of distinct choices as a bit set (count at most 64). */
uint64_t json_get_choices(struct json_object *object, const char *name, const char *const *names,
                          size_t count, size_t min);
/* Lower-case hexadecimal of exactly `size` bytes. */
bool json_get_hex(struct json_object *object, const char *name, uint8_t *out, size_t size);
/* Base64 of min to max bytes, in the arena. */
struct span json_get_base64(struct json_object *object, const char *name, size_t min, size_t max);
/* RFC 3339 UTC time; `absent` 0. */
int64_t json_get_time(struct json_object *object, const char *name);
int64_t json_get_time_optional(struct json_object *object, const char *name);

/* A nested object. *child must be ended by the caller when true. Optional: false without a problem when absent. */
bool json_get_child(struct json_object *object, const char *name, struct json_object *child);
bool json_get_child_optional(struct json_object *object, const char *name,
                             struct json_object *child);
/* A list of min to max elements; absent counts as empty when min is 0. */
struct json_list json_get_array(struct json_object *object, const char *name, size_t min,
                                size_t max);
/* Element `index` as an object, to be ended by the caller; false with a problem when it is none. */
bool json_array_object(const struct json_list *list, size_t index, struct json_object *child);
/* Element `index` as text. */
struct span json_array_text(const struct json_list *list, size_t index, size_t min, size_t max);
/* Element `index` as an integer. */
int64_t json_array_integer(const struct json_list *list, size_t index, int64_t min, int64_t max);
/* Adds a problem at field `name` of `object` (rules of form that join several fields). Always false. */
bool json_problem(const struct json_object *object, const char *name, enum error_kind kind,
                  const char *format, ...) PRINTF_LIKE(4, 5);

/* Canonical writer. Errors are the buffer's: check buffer->failed at the end. */
struct json_writer {
    struct buffer *buffer;
    bool needs_comma;
};
struct json_writer json_writer_make(struct buffer *buffer);
void json_begin_object(struct json_writer *writer);
void json_end_object(struct json_writer *writer);
void json_begin_array(struct json_writer *writer);
void json_end_array(struct json_writer *writer);
void json_key(struct json_writer *writer, const char *name);
/* Values; the `_field` forms write key and value. Text must be UTF-8. */
void json_write_text(struct json_writer *writer, struct span text);
void json_write_integer(struct json_writer *writer, int64_t value);
void json_write_boolean(struct json_writer *writer, bool value);
void json_text_field(struct json_writer *writer, const char *name, struct span text);
/* Nothing when `text` is empty. */
void json_text_field_optional(struct json_writer *writer, const char *name, struct span text);
void json_string_field(struct json_writer *writer, const char *name, const char *text);
void json_integer_field(struct json_writer *writer, const char *name, int64_t value);
void json_boolean_field(struct json_writer *writer, const char *name, bool value);
void json_hex_field(struct json_writer *writer, const char *name, struct span bytes);
void json_base64_field(struct json_writer *writer, const char *name, struct span bytes);
void json_time_field(struct json_writer *writer, const char *name, int64_t time_ms);
/* The names of the bits set, as a list. */
void json_choices_field(struct json_writer *writer, const char *name, const char *const *names,
                        size_t count, uint64_t set);

#endif
