/* List file: see list_file.h. */
#include "match/list_file.h"

#include "base/attributes.h"
#include "base/text.h"
#include "match/index_table.h"

#include <stdlib.h>
#include <string.h>

#define IDS_LIMIT ((size_t)1 << 30)

void list_ids_make(struct list_ids *out)
{
    *out = (struct list_ids){.ids = NULL};
    out->texts = arena_make(IDS_LIMIT);
}

void list_ids_free(struct list_ids *ids)
{
    arena_free(&ids->texts);
    free(ids->ids);
    ids->ids = NULL;
}

/* --- cells --- */

struct csv {
    struct span rest;
    const char *name;
    size_t line;
    uint8_t cells[LIST_COLUMN_MAX][LIST_CELL_MAX]; /* of one row */
    struct span row[LIST_COLUMN_MAX];
    size_t count;
};

static bool csv_fault(const struct csv *csv, const char *what, struct error *err)
{
    return error_set(err, ERROR_INPUT, "%s, line %zu: %s", csv->name, csv->line, what);
}

static uint8_t csv_at(const struct csv *csv, size_t at)
{
    return at < csv->rest.size ? csv->rest.data[at] : (uint8_t)'\n';
}

/* What stands in quotes, a doubled quote as one; *at is behind the closing one. */
static bool quoted_take(struct csv *csv, size_t *at, size_t *size, struct error *err)
{
    uint8_t *cell = csv->cells[csv->count];

    for ((*at)++; *at < csv->rest.size; (*at)++) {
        uint8_t byte = csv->rest.data[*at];
        if (byte == '"' && csv_at(csv, *at + 1) != '"') {
            (*at)++;
            return true;
        }
        *at += byte == '"';
        if (*size == LIST_CELL_MAX)
            return csv_fault(csv, "a cell of more than 4096 bytes", err);
        cell[(*size)++] = byte;
    }
    return csv_fault(csv, "a quote is not closed", err);
}

static bool plain_take(struct csv *csv, size_t *at, size_t *size, struct error *err)
{
    for (; csv_at(csv, *at) != ',' && csv_at(csv, *at) != '\n'; (*at)++) {
        if (*size == LIST_CELL_MAX)
            return csv_fault(csv, "a cell of more than 4096 bytes", err);
        csv->cells[csv->count][(*size)++] = csv->rest.data[*at];
    }
    return true;
}

/* One cell; *at is at the comma or line feed behind it. */
static bool cell_take(struct csv *csv, size_t *at, struct error *err)
{
    size_t size = 0;

    if (csv->count == LIST_COLUMN_MAX)
        return csv_fault(csv, "more than 64 columns", err);
    if (!(csv_at(csv, *at) == '"' ? quoted_take(csv, at, &size, err)
                                  : plain_take(csv, at, &size, err)))
        return false;
    if (csv_at(csv, *at) == '\r' && csv_at(csv, *at + 1) == '\n')
        (*at)++;
    if (csv_at(csv, *at) != ',' && csv_at(csv, *at) != '\n')
        return csv_fault(csv, "something stands behind a closing quote", err);
    while (size > 0 && csv->cells[csv->count][size - 1] == '\r')
        size--;
    csv->row[csv->count] = (struct span){csv->cells[csv->count], size};
    csv->count++;
    return true;
}

/* The next row; false with no error at the end. */
static bool row_take(struct csv *csv, struct error *err)
{
    size_t at = 0;

    csv->count = 0;
    if (csv->rest.size == 0)
        return false;
    csv->line++;
    for (;;) {
        if (!cell_take(csv, &at, err))
            return false;
        if (csv_at(csv, at) == '\n')
            break;
        at++;
    }
    csv->rest = span_part(csv->rest, at + 1, SIZE_MAX);
    return true;
}

/* --- columns --- */

enum column_kind { COLUMN_OTHER, COLUMN_ID, COLUMN_BORN, COLUMN_SEX, COLUMN_VALUE };

struct column {
    enum column_kind kind;
    enum record_kind value;
    uint8_t group;
};

static struct column column_of(struct span head)
{
    static const struct {
        const char *name;
        struct column column;
    } known[] = {
        {"id", {COLUMN_ID, 0, 0}},
        {"born", {COLUMN_BORN, 0, 0}},
        {"sex", {COLUMN_SEX, 0, 0}},
        {"name", {COLUMN_VALUE, RECORD_WHOLE, 0}},
        {"given", {COLUMN_VALUE, RECORD_GIVEN, 0}},
        {"family", {COLUMN_VALUE, RECORD_FAMILY, 0}},
        {"place", {COLUMN_VALUE, RECORD_PLACE, 0}},
        {"region", {COLUMN_VALUE, RECORD_REGION, 0}},
        {"postcode", {COLUMN_VALUE, RECORD_POSTCODE, 0}},
        {"address", {COLUMN_VALUE, RECORD_ADDRESS, 0}},
        {"phone", {COLUMN_VALUE, RECORD_PHONE, 0}},
        {"document", {COLUMN_VALUE, RECORD_DOCUMENT, 0}},
    };
    struct column column = {COLUMN_OTHER, 0, 0};
    uint8_t group = 0;

    if (head.size > 1 && head.data[head.size - 1] >= '2' && head.data[head.size - 1] <= '9')
        group = (uint8_t)(head.data[--head.size] - '1');
    for (size_t i = 0; i < ARRAY_COUNT(known); i++)
        if (span_is(head, known[i].name))
            column = known[i].column;
    column.group = group;
    if (group > 0 && column.kind != COLUMN_VALUE)
        column.kind = COLUMN_OTHER;
    return column;
}

struct columns {
    struct column list[LIST_COLUMN_MAX];
    size_t count;
    size_t id; /* place of the id */
};

static bool columns_read(struct csv *csv, struct columns *out, struct error *err)
{
    size_t ids = 0;
    size_t values = 0;

    if (span_starts_with(csv->rest, "\xef\xbb\xbf")) /* as some spreadsheets begin a file */
        csv->rest = span_part(csv->rest, 3, SIZE_MAX);
    if (!row_take(csv, err))
        return err->kind != ERROR_NONE ? false
                                       : csv_fault(csv, "the line of columns is missing", err);
    out->count = csv->count;
    for (size_t i = 0; i < csv->count; i++) {
        out->list[i] = column_of(csv->row[i]);
        values += out->list[i].kind != COLUMN_OTHER && out->list[i].kind != COLUMN_ID;
        if (out->list[i].kind != COLUMN_ID)
            continue;
        out->id = i;
        ids++;
    }
    if (ids != 1 || values == 0)
        return csv_fault(
            csv, "the first line names one column id, and name, given, family, born, ...", err);
    return true;
}

/* --- rows --- */

static enum record_sex sex_of(struct span text)
{
    char first = text.size == 0 ? '\0' : (char)(text.data[0] | 0x20);

    return first == 'f' ? RECORD_SEX_FEMALE : first == 'm' ? RECORD_SEX_MALE : RECORD_SEX_UNKNOWN;
}

static bool id_keep(struct csv *csv, const struct columns *columns, struct list_ids *ids,
                    struct error *err)
{
    struct span id = csv->row[columns->id];

    if (id.size == 0 || id.size > LIST_ID_MAX || !text_is_plain(id))
        return csv_fault(csv, "an id is 1 to 64 bytes of text", err);
    struct span *grown = array_grow(ids->ids, sizeof *grown, ids->count, &ids->room);
    if (grown == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    ids->ids = grown;
    return arena_copy(&ids->texts, id, &ids->ids[ids->count++]) ||
           error_set(err, ERROR_LIMIT, "%s: too many ids", csv->name);
}

static bool row_add(struct csv *csv, const struct columns *columns, struct folder *folder,
                    struct link_list *list, struct list_ids *ids, struct error *err)
{
    struct record_value values[LIST_COLUMN_MAX];
    struct record_input input = {.values = values};
    struct record_word words[RECORD_WORD_MAX];
    struct record record;
    struct error ignored = {0};

    if (csv->count > columns->count)
        return csv_fault(csv, "more cells than columns", err);
    while (csv->count < columns->count)
        csv->row[csv->count++] = span_make(NULL, 0);
    for (size_t i = 0; i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        if (column->kind == COLUMN_VALUE)
            values[input.value_count++] =
                (struct record_value){column->value, column->group, csv->row[i]};
        else if (column->kind == COLUMN_SEX)
            input.sex = sex_of(csv->row[i]);
        else if (column->kind == COLUMN_BORN && !birth_read(csv->row[i], &input.birth, &ignored))
            ids->unread_births++;
    }
    return id_keep(csv, columns, ids, err) &&
           record_make(list->lexicon, folder, &input, words, &record, err) &&
           link_list_add(list, &record, err);
}

static bool rows_read(struct csv *csv, struct folder *folder, struct link_list *list,
                      struct list_ids *ids, struct error *err)
{
    struct columns columns = {.count = 0};

    if (!columns_read(csv, &columns, err))
        return false;
    while (row_take(csv, err)) {
        bool is_blank = csv->count == 1 && csv->row[0].size == 0;
        if (!is_blank && !row_add(csv, &columns, folder, list, ids, err))
            return false;
    }
    return err->kind == ERROR_NONE;
}

bool list_file_read(struct span text, const char *name, struct folder *folder,
                    struct link_list *list, struct list_ids *ids, struct error *err)
{
    struct csv *csv = calloc(1, sizeof *csv);

    error_clear(err);
    if (csv == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    csv->rest = text;
    csv->name = name;
    bool ok = rows_read(csv, folder, list, ids, err);
    free(csv);
    return ok;
}
