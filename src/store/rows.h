/*
 * What all row functions share: reading one row or a bounded list, copying columns to the arena. Private to store.
 */
#ifndef BESA_STORE_ROWS_H
#define BESA_STORE_ROWS_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/error.h"
#include "store/database.h"

/* Reads the columns of the current row into `row`; false when the arena is full. */
typedef bool row_reader(const struct statement *s, struct arena *arena, void *row);

/* Steps to the end; at most `limit` rows of `row_size` bytes into `out`. `s` NULL is a failed statement_take. */
bool rows_read(struct statement *s, struct arena *arena, row_reader *read, void *out,
               size_t row_size, size_t limit, size_t *count, struct error *err);
/* The first row; MISSING "no such <what>" when there is none. */
bool row_read(struct statement *s, struct arena *arena, row_reader *read, void *out,
              const char *what, struct error *err);
/* Runs a write. */
bool row_write(struct statement *s, struct error *err);
/* One integer, 0 when there is no row or it is null. */
bool row_integer(struct statement *s, int64_t *out, struct error *err);
/* Column bytes or text copied to the arena; empty for null. */
bool row_bytes(const struct statement *s, int column, struct arena *arena, struct span *out);
bool row_text(const struct statement *s, int column, struct arena *arena, struct span *out);
/* Binds text or bytes, null when empty. */
void row_bind_bytes(struct statement *s, int index, struct span value);
void row_bind_text(struct statement *s, int index, struct span value);

#endif
