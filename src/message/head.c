/* Head: see head.h. */
#include "message/head.h"

#include "base/attributes.h"

#include <inttypes.h>

#define FIRST_LINE       "besa-entry/1"
#define TYPE_VERSION_MAX 65535u
#define CREATED_MS_MAX   INT64_C(253402300799999) /* end of the year 9999 */

/* --- reading --- */

/* Takes the next line if it is `name: value`. */
static bool value_take(struct span *rest, const char *name, struct span *value)
{
    struct span after = *rest;
    struct span line;
    size_t size = strlen(name);

    if (!line_take(&after, &line) || line.size < size + 2 || memcmp(line.data, name, size) != 0 ||
        line.data[size] != ':' || line.data[size + 1] != ' ')
        return false;
    *value = span_part(line, size + 2, line.size);
    *rest = after;
    return true;
}

static bool line_error(struct error *err, const char *name)
{
    return error_set(err, ERROR_INPUT,
                     "head: line '%s' is missing, out of order or not of its form", name);
}

/* Splits at the last `separator`; both sides may be empty. */
static bool split(struct span text, uint8_t separator, struct span *left, struct span *right)
{
    for (size_t i = text.size; i > 0; i--) {
        if (text.data[i - 1] != separator)
            continue;
        *left = span_part(text, 0, i - 1);
        *right = span_part(text, i, text.size);
        return true;
    }
    return false;
}

static bool number_read_max(struct span text, uint64_t max, uint64_t *out)
{
    return number_read(text, out) && *out <= max;
}

static bool type_name_is_valid(struct span name)
{
    for (size_t i = 0; i < name.size; i++)
        if ((name.data[i] < 'a' || name.data[i] > 'z') && name.data[i] != '_')
            return false;
    return name.size > 0 && name.size <= NAME_SIZE_MAX;
}

static bool type_split(struct span text, struct span *name, uint64_t *version)
{
    struct span number;
    return split(text, '/', name, &number) && type_name_is_valid(*name) &&
           number_read_max(number, TYPE_VERSION_MAX, version) && *version > 0;
}

static bool type_read(struct span text, struct head *out)
{
    struct span name;
    uint64_t version;

    if (!type_split(text, &name, &version))
        return false;
    out->type_text = text;
    out->type_version = (unsigned)version;
    out->type = message_type_find(name, out->type_version);
    return true;
}

static bool reference_read(struct span text, struct reference *out)
{
    struct span id;
    return split(text, ' ', &out->origin, &id) && origin_is_valid(out->origin) &&
           uuid_read(id, out->id);
}

static bool agreement_read_line(struct span text, struct head *out)
{
    struct span number;
    uint64_t version;

    if (!split(text, '/', &out->agreement_id, &number) ||
        !text_is_identifier(out->agreement_id, NAME_SIZE_MAX) ||
        !number_read_max(number, UINT32_MAX, &version) || version == 0)
        return false;
    out->agreement_version = (unsigned)version;
    return true;
}

static bool references_read(struct span *rest, struct head *out, struct error *err)
{
    struct span value;

    out->has_in_reply_to = value_take(rest, "in-reply-to", &value);
    if (out->has_in_reply_to && !reference_read(value, &out->in_reply_to))
        return line_error(err, "in-reply-to");
    out->has_thread = value_take(rest, "thread", &value);
    if (out->has_thread && !reference_read(value, &out->thread))
        return line_error(err, "thread");
    if (value_take(rest, "agreement", &value) && !agreement_read_line(value, out))
        return line_error(err, "agreement");
    return true;
}

static bool lines_read(struct span rest, struct head *out, struct error *err)
{
    struct span value;
    uint64_t number;

    if (!line_take(&rest, &value) || !span_is(value, FIRST_LINE))
        return line_error(err, FIRST_LINE);
    if (!value_take(&rest, "id", &value) || !uuid_read(value, out->id))
        return line_error(err, "id");
    if (!value_take(&rest, "type", &value) || !type_read(value, out))
        return line_error(err, "type");
    if (!references_read(&rest, out, err))
        return false;
    if (!value_take(&rest, "seen", &value) || !number_read_max(value, INT64_MAX, &out->seen))
        return line_error(err, "seen");
    if (value_take(&rest, "unit", &value)) {
        out->unit = value;
        if (!text_is_identifier(value, NAME_SIZE_MAX))
            return line_error(err, "unit");
    }
    if (!value_take(&rest, "created", &value) || !number_read_max(value, CREATED_MS_MAX, &number))
        return line_error(err, "created");
    out->created_ms = (int64_t)number;
    out->has_body = value_take(&rest, "body", &value);
    if (out->has_body && !hex_read(value, out->body_digest, DIGEST_SIZE))
        return line_error(err, "body");
    if (rest.size > 0)
        return error_set(err, ERROR_INPUT, "head: an unknown line, or one out of order");
    return true;
}

/* What a head of this type must hold. */
static bool type_check(const struct head *head, struct error *err)
{
    bool is_domestic = head->agreement_id.size == 0;

    if (is_domestic && head->seen != 0)
        return error_set(err, ERROR_INPUT, "head: 'seen' is 0 without an agreement");
    if (head->type == MESSAGE_UNKNOWN)
        return true;
    const struct message_type_row *row = &message_types[head->type];
    if (row->is_domestic != is_domestic && !row->is_of_any_log)
        return error_set(err, ERROR_INPUT, "head: type '%s' %s an agreement", row->name,
                         row->is_domestic ? "stands without" : "needs");
    if (row->has_body != head->has_body)
        return error_set(err, ERROR_INPUT, "head: type '%s' %s a body", row->name,
                         row->has_body ? "needs" : "has not");
    if (row->needs_in_reply_to && !head->has_in_reply_to)
        return error_set(err, ERROR_INPUT, "head: type '%s' needs in-reply-to", row->name);
    return true;
}

/* The readers above know one spelling per value; this proves it for every head read. */
static bool spelling_check(const struct head *head, struct span bytes, struct error *err)
{
    struct buffer again CLEANUP(buffer_free) = buffer_make(HEAD_SIZE_MAX);

    if (!head_write(head, &again))
        return error_set(err, ERROR_LIMIT, "head: out of memory");
    return span_equal(buffer_span(&again), bytes) ||
           error_set(err, ERROR_INPUT, "head: not in its one spelling");
}

bool head_read(struct span bytes, struct arena *arena, struct head *out, struct error *err)
{
    struct span kept;

    *out = (struct head){.type = MESSAGE_UNKNOWN};
    if (bytes.size > HEAD_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "head: %zu bytes; %u allowed", bytes.size,
                         HEAD_SIZE_MAX);
    if (!arena_copy(arena, bytes, &kept))
        return error_set(err, ERROR_LIMIT, "head: does not fit in memory");
    return lines_read(kept, out, err) && type_check(out, err) && spelling_check(out, bytes, err);
}

/* --- writing --- */

static bool reference_write(struct buffer *buffer, const char *name,
                            const struct reference *reference)
{
    char id[UUID_TEXT_SIZE];

    uuid_write(reference->id, id);
    return origin_is_valid(reference->origin) &&
           buffer_format(buffer, "%s: %.*s %s\n", name, SPAN_ARG(reference->origin), id);
}

static bool type_write(struct buffer *buffer, const struct head *head)
{
    struct span name;
    uint64_t version;

    if (head->type != MESSAGE_UNKNOWN)
        return buffer_format(buffer, "type: %s/%u\n", message_type_name(head->type),
                             head->type_version);
    return type_split(head->type_text, &name, &version) &&
           buffer_format(buffer, "type: %.*s\n", SPAN_ARG(head->type_text));
}

static bool agreement_write_line(struct buffer *buffer, const struct head *head)
{
    return text_is_identifier(head->agreement_id, NAME_SIZE_MAX) &&
           buffer_format(buffer, "agreement: %.*s/%u\n", SPAN_ARG(head->agreement_id),
                         head->agreement_version);
}

static bool unit_write(struct buffer *buffer, const struct head *head)
{
    return text_is_identifier(head->unit, NAME_SIZE_MAX) &&
           buffer_format(buffer, "unit: %.*s\n", SPAN_ARG(head->unit));
}

static bool body_write(struct buffer *buffer, const struct head *head)
{
    char digest[2 * DIGEST_SIZE + 1];

    hex_write(span_make(head->body_digest, DIGEST_SIZE), digest);
    return buffer_format(buffer, "body: %s\n", digest);
}

bool head_write(const struct head *head, struct buffer *buffer)
{
    char id[UUID_TEXT_SIZE];
    size_t before = buffer->size;

    uuid_write(head->id, id);
    return buffer_format(buffer, FIRST_LINE "\nid: %s\n", id) && type_write(buffer, head) &&
           (!head->has_in_reply_to || reference_write(buffer, "in-reply-to", &head->in_reply_to)) &&
           (!head->has_thread || reference_write(buffer, "thread", &head->thread)) &&
           (head->agreement_id.size == 0 || agreement_write_line(buffer, head)) &&
           buffer_format(buffer, "seen: %" PRIu64 "\n", head->seen) &&
           (head->unit.size == 0 || unit_write(buffer, head)) &&
           buffer_format(buffer, "created: %" PRId64 "\n", head->created_ms) &&
           (!head->has_body || body_write(buffer, head)) && buffer->size - before <= HEAD_SIZE_MAX;
}

/* --- the tolerant look of custody --- */

bool head_look_body(struct span bytes, uint8_t out[DIGEST_SIZE])
{
    static const char name[] = "body: ";
    size_t value = sizeof name - 1;
    size_t size = value + 2 * DIGEST_SIZE + 1;

    if (bytes.size < size)
        return false;
    size_t at = bytes.size - size;
    struct span line = span_part(bytes, at, size);
    if (at > 0 && bytes.data[at - 1] != '\n')
        return false;
    return span_starts_with(line, name) && line.data[size - 1] == '\n' &&
           hex_read(span_part(line, value, 2 * DIGEST_SIZE), out, DIGEST_SIZE);
}

/* The value of the first line with this name. */
static bool look_value(struct span bytes, const char *prefix, struct span *value)
{
    struct span line;
    while (line_take(&bytes, &line)) {
        if (!span_starts_with(line, prefix))
            continue;
        *value = span_part(line, strlen(prefix), line.size);
        return true;
    }
    return false;
}

bool head_look_withdrawn(struct span bytes, uint8_t out[UUID_SIZE])
{
    struct span value;
    struct span name;
    struct span id;
    uint64_t version;

    if (!look_value(bytes, "type: ", &value) || !type_split(value, &name, &version) ||
        !span_is(name, message_types[MESSAGE_WITHDRAWN].name))
        return false;
    return look_value(bytes, "in-reply-to: ", &value) && split(value, ' ', &name, &id) &&
           uuid_read(id, out);
}
