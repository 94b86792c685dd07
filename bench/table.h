/*
 * Table: a file of rows and columns in memory: comma or tab separated, quotes as in RFC 4180, blanks around cells dropped.
 */
#ifndef BESA_BENCH_TABLE_H
#define BESA_BENCH_TABLE_H

#include "base/span.h"

#define TABLE_COLUMN_MAX 16

struct table_row {
    struct span cells[TABLE_COLUMN_MAX];
};
struct bench_table {
    char *text;
    struct table_row head;
    struct table_row *rows; /* without the head */
    size_t count;
};
/* False when it cannot be read. */
bool table_read(const char *path, char separator, struct bench_table *out);
void table_free(struct bench_table *table);
/* Column with this head; TABLE_COLUMN_MAX when there is none. */
size_t table_column(const struct bench_table *table, const char *head);
/* A cell; empty for a column that there is not. */
struct span table_cell(const struct bench_table *table, size_t row, size_t column);

#endif
