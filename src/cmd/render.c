/* Render: see render.h. Depth is bounded by the reader (JSON_DEPTH_MAX). */
#include "cmd/render.h"

#include "base/json_walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define COLUMN_COUNT_MAX 20
#define COLUMN_WIDTH_MAX 48
#define INDENT           2

/* Characters of UTF-8 text, so that columns stand under each other. */
static size_t text_width(struct span text)
{
    size_t width = 0;
    for (size_t i = 0; i < text.size; i++)
        width += (text.data[i] & 0xC0) != 0x80;
    return width;
}

static void spaces(struct buffer *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_byte(out, ' ');
}

/* Control characters (also C1, U+0080 to U+009F, and the marks that turn the direction of writing) become '?': no text of
 * a partner may move the cursor or show itself as another. A line feed is kept where the text may have several lines. */
static size_t unsafe_size(struct span text, size_t at, bool may_break)
{
    uint8_t c = text.data[at];
    uint8_t second = at + 1 < text.size ? text.data[at + 1] : 0;
    uint8_t third = at + 2 < text.size ? text.data[at + 2] : 0;

    if (c < 0x20)
        return c == '\n' && may_break ? 0 : 1;
    if (c == 0x7F)
        return 1;
    if (c == 0xC2 && second >= 0x80 && second <= 0x9F)
        return 2;
    bool is_mark = c == 0xE2 && second == 0x80 &&
                   (third == 0x8E || third == 0x8F || (third >= 0xA8 && third <= 0xAE));
    bool is_isolate = c == 0xE2 && second == 0x81 && third >= 0xA6 && third <= 0xA9;
    return is_mark || is_isolate ? 3 : 0;
}

static void text_write(struct buffer *out, struct span text, size_t indent, bool may_break)
{
    for (size_t i = 0; i < text.size;) {
        size_t skip = unsafe_size(text, i, may_break);
        if (skip > 0) {
            buffer_byte(out, '?');
            i += skip;
            continue;
        }
        buffer_byte(out, text.data[i]);
        if (text.data[i] == '\n')
            spaces(out, indent);
        i++;
    }
}

static bool is_flat(const struct json_node *node)
{
    enum json_kind kind = json_look(node).kind;
    return kind != JSON_KIND_LIST && kind != JSON_KIND_OBJECT;
}

static void flat_write(struct buffer *out, const struct json_node *node, size_t indent,
                       bool may_break)
{
    struct json_value value = json_look(node);

    if (value.kind == JSON_KIND_TEXT)
        text_write(out, value.text, indent, may_break);
    else if (value.kind == JSON_KIND_INTEGER)
        buffer_format(out, "%" PRId64, value.integer);
    else if (value.kind == JSON_KIND_BOOLEAN)
        buffer_text(out, value.boolean ? "yes" : "no");
    else
        buffer_text(out, "-");
}

/* A list whose elements are flat: "a, b, c". */
static bool is_flat_list(const struct json_node *node)
{
    struct json_value value = json_look(node);
    if (value.kind != JSON_KIND_LIST)
        return false;
    for (size_t i = 0; i < value.count; i++)
        if (!is_flat(json_element(node, i)))
            return false;
    return true;
}

static void flat_list_write(struct buffer *out, const struct json_node *node, size_t indent)
{
    size_t count = json_look(node).count;

    for (size_t i = 0; i < count; i++) {
        buffer_text(out, i == 0 ? "" : ", ");
        flat_write(out, json_element(node, i), indent, false);
    }
    if (count == 0)
        buffer_text(out, "none");
}

/* --- tables --- */

struct table {
    struct span names[COLUMN_COUNT_MAX];
    size_t widths[COLUMN_COUNT_MAX];
    size_t count;
};

static const struct json_node *member_find(const struct json_node *object, struct span name)
{
    struct json_member member = {.place = NULL};
    while (json_member_next(object, &member))
        if (span_equal(member.key, name))
            return member.value;
    return NULL;
}

static size_t column_of(struct table *table, struct span name)
{
    for (size_t i = 0; i < table->count; i++)
        if (span_equal(table->names[i], name))
            return i;
    if (table->count < COLUMN_COUNT_MAX) {
        table->names[table->count] = name;
        table->widths[table->count] = text_width(name);
        return table->count++;
    }
    return SIZE_MAX;
}

static void cell_measure(struct table *table, const struct json_member *member)
{
    struct buffer text = buffer_make(65536);
    size_t column = column_of(table, member->key);

    if (column != SIZE_MAX) {
        flat_write(&text, member->value, 0, false);
        size_t width = text_width(buffer_span(&text));
        if (width > table->widths[column])
            table->widths[column] = width;
    }
    buffer_free(&text);
}

/* True when the list is one of flat objects with few enough fields; fills the columns. */
static bool table_make(const struct json_node *list, struct table *table)
{
    struct json_value value = json_look(list);

    *table = (struct table){.count = 0};
    for (size_t i = 0; i < value.count; i++) {
        const struct json_node *row = json_element(list, i);
        struct json_member member = {.place = NULL};
        if (json_look(row).kind != JSON_KIND_OBJECT)
            return false;
        while (json_member_next(row, &member)) {
            if (!is_flat(member.value) || column_of(table, member.key) == SIZE_MAX)
                return false;
            cell_measure(table, &member);
        }
    }
    for (size_t i = 0; i < table->count; i++)
        if (table->widths[i] > COLUMN_WIDTH_MAX + 32)
            return false;
    return table->count > 0;
}

static void cell_end(struct buffer *out, const struct table *table, size_t column, size_t width)
{
    if (column + 1 == table->count)
        buffer_byte(out, '\n');
    else
        spaces(out, table->widths[column] - width + 2);
}

static void table_write(struct buffer *out, const struct json_node *list, const struct table *table,
                        size_t indent)
{
    spaces(out, indent);
    for (size_t i = 0; i < table->count; i++) {
        text_write(out, table->names[i], 0, false);
        cell_end(out, table, i, text_width(table->names[i]));
    }
    for (size_t row = 0; row < json_look(list).count; row++) {
        spaces(out, indent);
        for (size_t i = 0; i < table->count; i++) {
            struct buffer text = buffer_make(65536);
            const struct json_node *cell = member_find(json_element(list, row), table->names[i]);
            if (cell != NULL)
                flat_write(&text, cell, 0, false);
            buffer_add(out, buffer_span(&text));
            cell_end(out, table, i, text_width(buffer_span(&text)));
            buffer_free(&text);
        }
    }
}

/* --- objects and lists --- */

static void node_write(struct buffer *out, const struct json_node *node, size_t indent);

static void list_write(struct buffer *out, const struct json_node *list, size_t indent)
{
    struct table table;
    size_t count = json_look(list).count;

    if (count == 0) {
        spaces(out, indent);
        buffer_text(out, "none\n");
        return;
    }
    if (table_make(list, &table)) {
        table_write(out, list, &table, indent);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        spaces(out, indent);
        buffer_format(out, "(%zu)\n", i + 1);
        node_write(out, json_element(list, i), indent + INDENT);
    }
}

static void member_write(struct buffer *out, const struct json_member *member, size_t width,
                         size_t indent) // NOLINT(misc-no-recursion)
{
    spaces(out, indent);
    text_write(out, member->key, 0, false);
    buffer_byte(out, ':');
    if (is_flat(member->value) || is_flat_list(member->value)) {
        spaces(out, width - text_width(member->key) + 1);
        if (is_flat(member->value))
            flat_write(out, member->value, indent + width + 2, true);
        else
            flat_list_write(out, member->value, indent);
        buffer_byte(out, '\n');
        return;
    }
    buffer_byte(out, '\n');
    node_write(out, member->value, indent + INDENT);
}

static void object_write(struct buffer *out, const struct json_node *object,
                         size_t indent) // NOLINT(misc-no-recursion)
{
    struct json_member member = {.place = NULL};
    size_t width = 0;

    while (json_member_next(object, &member))
        if ((is_flat(member.value) || is_flat_list(member.value)) && text_width(member.key) > width)
            width = text_width(member.key);
    member = (struct json_member){.place = NULL};
    while (json_member_next(object, &member))
        member_write(out, &member, width, indent);
}

static void node_write(struct buffer *out, const struct json_node *node,
                       size_t indent) // NOLINT(misc-no-recursion)
{
    struct json_value value = json_look(node);

    if (value.kind == JSON_KIND_OBJECT) {
        object_write(out, node, indent);
    } else if (value.kind == JSON_KIND_LIST && !is_flat_list(node)) {
        list_write(out, node, indent);
    } else {
        spaces(out, indent);
        if (value.kind == JSON_KIND_LIST)
            flat_list_write(out, node, indent);
        else
            flat_write(out, node, indent, true);
        buffer_byte(out, '\n');
    }
}

bool render(struct span json, struct buffer *out, struct error *err)
{
    struct json *document CLEANUP(json_free) = NULL;

    if (!json_parse(json, &document, err))
        return error_add(err, "showing the result");
    node_write(out, json_root(document), 0);
    return !out->failed || error_set(err, ERROR_LIMIT, "the result is too long to be shown");
}
