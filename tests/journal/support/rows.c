/* Rows: see rows.h. */
#include "journal/support/rows.h"

#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void entry_name(struct pair_node *node, struct span id, struct buffer *out)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;
    struct error err = {0};
    char text[32];

    snprintf(text, sizeof text, "%.*s", SPAN_ARG(id));
    if (entry_find(node->db, &arena, atoll(text), &row, &err))
        buffer_format(out, "%s[%" PRId64 "]", journal_origin(&node->journal.lines[0], row.log),
                      row.index);
    else
        buffer_text(out, "?");
}

static bool row_collect(void *context, const char *table, struct span text)
{
    static const char *const with_target[] = {"answers",    "notices",  "results",
                                              "parts_held", "erasures", "clocks"};
    struct rows *rows = context;
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 16);
    bool has_target = false;

    for (size_t i = 0; i < ARRAY_COUNT(with_target); i++)
        has_target = has_target || strcmp(table, with_target[i]) == 0;
    buffer_format(&out, "%s ", table);
    for (int column = 0; text.size > 0; column++) {
        if (text.data[0] == '-')
            text = span_part(text, 1, text.size);
        size_t size = (size_t)atoll((const char *)text.data);
        const uint8_t *colon = memchr(text.data, ':', text.size);
        struct span value = span_part(text, (size_t)(colon + 1 - text.data), size);
        if (column == 0 || (column == 1 && has_target) ||
            (column == 4 && strcmp(table, "governance") == 0) ||
            (column == 3 && strcmp(table, "clocks") == 0))
            entry_name(rows->node, value, &out);
        else
            buffer_add(&out, value);
        buffer_byte(&out, '|');
        text = span_part(text, (size_t)(colon + 1 - text.data) + size, text.size);
    }
    buffer_byte(&out, 0);
    if (rows->count == ROW_COUNT_MAX)
        return false;
    rows->text[rows->count] = calloc(1, out.size);
    memcpy(rows->text[rows->count++], out.data, out.size);
    return true;
}

static int text_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void rows_collect(struct pair_node *node, struct rows *out)
{
    struct error err = {0};

    *out = (struct rows){.node = node};
    if (!schema_walk_derived(node->db, row_collect, out, &err))
        printf("derived rows: %s\n", err.text);
    qsort(out->text, out->count, sizeof out->text[0], text_compare);
}

void rows_free(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free(rows->text[i]);
    rows->count = 0;
}

bool rows_are_equal(const struct rows *before, const struct rows *after)
{
    for (size_t i = 0; i < before->count && i < after->count; i++)
        if (strcmp(before->text[i], after->text[i]) != 0) {
            printf("before: %s\nafter:  %s\n", before->text[i], after->text[i]);
            return false;
        }
    if (before->count != after->count)
        printf("%zu rows before, %zu after\n", before->count, after->count);
    return before->count == after->count;
}

void receipts_digest(struct pair_node *node, int64_t log, uint8_t out[DIGEST_SIZE])
{
    struct digest *digest = digest_begin();
    struct error err = {0};
    int64_t above = 0;

    for (;;) {
        struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
        struct receipt_row row;
        size_t count = 0;
        if (!receipt_list(node->db, &arena, log, above, &row, 1, &count, &err) || count == 0)
            break;
        digest_add(digest, span_make((const uint8_t *)&row.size, sizeof row.size));
        digest_add(digest, row.root);
        digest_add(digest, span_make((const uint8_t *)&row.time_s, sizeof row.time_s));
        digest_add(digest, row.signature);
        above = row.size;
    }
    digest_end(digest, out);
}
