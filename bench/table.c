/* Table: see table.h. */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static char *file_read(const char *path)
{
    FILE *file = fopen(path, "re");
    struct stat found;
    char *text = NULL;

    if (file != NULL && fstat(fileno(file), &found) == 0)
        text = malloc((size_t)found.st_size + 2);
    if (text != NULL) {
        size_t size = fread(text, 1, (size_t)found.st_size, file);
        text[size] = '\n';
        text[size + 1] = '\0';
    }
    if (file != NULL)
        fclose(file);
    return text;
}

static struct span trimmed(const char *from, size_t size)
{
    while (size > 0 && (*from == ' ' || *from == '\r')) {
        from++;
        size--;
    }
    while (size > 0 && (from[size - 1] == ' ' || from[size - 1] == '\r'))
        size--;
    return span_make(from, size);
}

/* A quoted cell is written over itself without its quotes; gives what follows it. */
static char *quoted_take(char *at, struct span *cell)
{
    char *to = ++at;
    const char *from = at;

    for (; *at != '\0' && (*at != '"' || at[1] == '"'); at++) {
        at += *at == '"';
        *to++ = *at;
    }
    *cell = trimmed(from, (size_t)(to - from));
    return *at == '\0' ? at : at + 1;
}

static char *row_take(char *at, char separator, struct table_row *out)
{
    size_t column = 0;

    *out = (struct table_row){{{NULL, 0}}};
    for (;;) {
        struct span cell;
        while (*at == ' ')
            at++;
        if (*at == '"' && separator == ',') {
            at = quoted_take(at, &cell);
            at += strcspn(at, (char[]){separator, '\n', '\0'});
        } else {
            size_t size = strcspn(at, (char[]){separator, '\n', '\0'});
            cell = trimmed(at, size);
            at += size;
        }
        if (column < TABLE_COLUMN_MAX)
            out->cells[column++] = cell;
        if (*at != separator)
            return *at == '\0' ? at : at + 1;
        at++;
    }
}

bool table_read(const char *path, char separator, struct bench_table *out)
{
    size_t room = 0;

    *out = (struct bench_table){.text = file_read(path)};
    if (out->text == NULL)
        return false;
    char *at = row_take(out->text, separator, &out->head);
    while (*at != '\0') {
        if (*at == '\n') {
            at++;
            continue;
        }
        if (out->count == room) {
            room = room == 0 ? 4096 : room * 2;
            struct table_row *rows = realloc(out->rows, room * sizeof *rows);
            if (rows == NULL)
                return false;
            out->rows = rows;
        }
        at = row_take(at, separator, &out->rows[out->count++]);
    }
    return true;
}

void table_free(struct bench_table *table)
{
    free(table->text);
    free(table->rows);
    *table = (struct bench_table){.text = NULL};
}

size_t table_column(const struct bench_table *table, const char *head)
{
    size_t column = 0;

    while (column < TABLE_COLUMN_MAX && !span_is(table->head.cells[column], head))
        column++;
    return column;
}

struct span table_cell(const struct bench_table *table, size_t row, size_t column)
{
    return column < TABLE_COLUMN_MAX ? table->rows[row].cells[column] : span_make(NULL, 0);
}
