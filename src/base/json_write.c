/* JSON writing, canonical: see json.h. */
#include "base/json.h"

#include "base/text.h"

#include <inttypes.h>

struct json_writer json_writer_make(struct buffer *buffer)
{
    return (struct json_writer){buffer, false};
}

static void value_begin(struct json_writer *writer)
{
    if (writer->needs_comma)
        buffer_byte(writer->buffer, ',');
    writer->needs_comma = true;
}

static void nest_begin(struct json_writer *writer, uint8_t bracket)
{
    value_begin(writer);
    buffer_byte(writer->buffer, bracket);
    writer->needs_comma = false;
}

static void nest_end(struct json_writer *writer, uint8_t bracket)
{
    buffer_byte(writer->buffer, bracket);
    writer->needs_comma = true;
}

void json_begin_object(struct json_writer *writer)
{
    nest_begin(writer, '{');
}

void json_end_object(struct json_writer *writer)
{
    nest_end(writer, '}');
}

void json_begin_array(struct json_writer *writer)
{
    nest_begin(writer, '[');
}

void json_end_array(struct json_writer *writer)
{
    nest_end(writer, ']');
}

static void quoted(struct buffer *buffer, struct span text)
{
    size_t from = 0;
    buffer_byte(buffer, '"');
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
            continue;
        buffer_add(buffer, span_part(text, from, i - from));
        from = i + 1;
        if (c == '"' || c == '\\')
            buffer_format(buffer, "\\%c", c);
        else if (c == '\n')
            buffer_text(buffer, "\\n");
        else if (c == '\t')
            buffer_text(buffer, "\\t");
        else
            buffer_format(buffer, "\\u%04x", c);
    }
    buffer_add(buffer, span_part(text, from, text.size));
    buffer_byte(buffer, '"');
}

void json_key(struct json_writer *writer, const char *name)
{
    value_begin(writer);
    quoted(writer->buffer, span_text(name));
    buffer_byte(writer->buffer, ':');
    writer->needs_comma = false;
}

void json_write_text(struct json_writer *writer, struct span text)
{
    value_begin(writer);
    quoted(writer->buffer, text);
}

void json_write_integer(struct json_writer *writer, int64_t value)
{
    value_begin(writer);
    buffer_format(writer->buffer, "%" PRId64, value);
}

void json_write_boolean(struct json_writer *writer, bool value)
{
    value_begin(writer);
    buffer_text(writer->buffer, value ? "true" : "false");
}

void json_text_field(struct json_writer *writer, const char *name, struct span text)
{
    json_key(writer, name);
    json_write_text(writer, text);
}

void json_text_field_optional(struct json_writer *writer, const char *name, struct span text)
{
    if (text.size > 0)
        json_text_field(writer, name, text);
}

void json_string_field(struct json_writer *writer, const char *name, const char *text)
{
    json_text_field(writer, name, span_text(text));
}

void json_integer_field(struct json_writer *writer, const char *name, int64_t value)
{
    json_key(writer, name);
    json_write_integer(writer, value);
}

void json_boolean_field(struct json_writer *writer, const char *name, bool value)
{
    json_key(writer, name);
    json_write_boolean(writer, value);
}

void json_hex_field(struct json_writer *writer, const char *name, struct span bytes)
{
    static const char digits[] = "0123456789abcdef";
    json_key(writer, name);
    value_begin(writer);
    buffer_byte(writer->buffer, '"');
    for (size_t i = 0; i < bytes.size; i++) {
        char pair[2] = {digits[bytes.data[i] >> 4], digits[bytes.data[i] & 15]};
        buffer_add(writer->buffer, span_make(pair, sizeof pair));
    }
    buffer_byte(writer->buffer, '"');
}

void json_base64_field(struct json_writer *writer, const char *name, struct span bytes)
{
    json_key(writer, name);
    value_begin(writer);
    buffer_byte(writer->buffer, '"');
    for (size_t i = 0; i < bytes.size; i += 48) {
        char text[BASE64_SIZE(48) + 1];
        base64_write(span_part(bytes, i, 48), text);
        buffer_text(writer->buffer, text);
    }
    buffer_byte(writer->buffer, '"');
}

void json_time_field(struct json_writer *writer, const char *name, int64_t time_ms)
{
    char text[TIME_TEXT_SIZE];
    time_write(time_ms, text);
    json_string_field(writer, name, text);
}

void json_choices_field(struct json_writer *writer, const char *name, const char *const *names,
                        size_t count, uint64_t set)
{
    json_key(writer, name);
    json_begin_array(writer);
    for (size_t i = 0; i < count; i++)
        if (set & UINT64_C(1) << i)
            json_write_text(writer, span_text(names[i]));
    json_end_array(writer);
}
