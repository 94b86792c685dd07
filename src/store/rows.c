/* Shared by all row functions: see rows.h. */
#include "store/rows.h"

bool rows_read(struct statement *s, struct arena *arena, row_reader *read, void *out,
               size_t row_size, size_t limit, size_t *count, struct error *err)
{
    *count = 0;
    if (s == NULL)
        return false;
    while (*count < limit) {
        enum statement_step step = statement_step(s, err);
        if (step == STEP_DONE)
            return true;
        if (step == STEP_FAILED)
            return false;
        void *row = (uint8_t *)out + *count * row_size;
        memset(row, 0, row_size);
        if (!read(s, arena, row))
            return error_set(err, ERROR_LIMIT, "rows do not fit in memory");
        (*count)++;
    }
    return true;
}

bool row_read(struct statement *s, struct arena *arena, row_reader *read, void *out,
              const char *what, struct error *err)
{
    if (s == NULL)
        return false;
    enum statement_step step = statement_step(s, err);
    if (step == STEP_FAILED)
        return false;
    if (step == STEP_DONE)
        return error_set(err, ERROR_MISSING, "no such %s", what);
    return read(s, arena, out) ||
           error_set(err, ERROR_LIMIT, "a row of %s does not fit in memory", what);
}

bool row_write(struct statement *s, struct error *err)
{
    return s != NULL && statement_run(s, err);
}

bool row_integer(struct statement *s, int64_t *out, struct error *err)
{
    *out = 0;
    if (s == NULL)
        return false;
    enum statement_step step = statement_step(s, err);
    if (step == STEP_ROW && !column_is_null(s, 0))
        *out = column_integer(s, 0);
    return step != STEP_FAILED;
}

bool row_bytes(const struct statement *s, int column, struct arena *arena, struct span *out)
{
    *out = (struct span){NULL, 0};
    return column_is_null(s, column) || arena_copy(arena, column_bytes(s, column), out);
}

bool row_text(const struct statement *s, int column, struct arena *arena, struct span *out)
{
    *out = (struct span){NULL, 0};
    return column_is_null(s, column) || arena_copy(arena, column_text(s, column), out);
}

void row_bind_bytes(struct statement *s, int index, struct span value)
{
    if (value.size == 0)
        statement_null(s, index);
    else
        statement_bytes(s, index, value);
}

void row_bind_text(struct statement *s, int index, struct span value)
{
    if (value.size == 0)
        statement_null(s, index);
    else
        statement_text(s, index, value);
}
