/* Values in PostgreSQL's binary form. Private to store. */
#ifndef BESA_STORE_POSTGRES_VALUE_H
#define BESA_STORE_POSTGRES_VALUE_H

#include "base/span.h"

/* Object identifiers of the types in PostgreSQL's own catalogue; they never change. */
enum postgres_type {
    POSTGRES_UNKNOWN = 0, /* the server finds out */
    POSTGRES_BOOL = 16,
    POSTGRES_BYTEA = 17,
    POSTGRES_INT8 = 20,
    POSTGRES_INT2 = 21,
    POSTGRES_INT4 = 23,
    POSTGRES_TEXT = 25,
    POSTGRES_NUMERIC = 1700,
};

bool postgres_is_integer(unsigned type);
/* A value of type bool, int2, int4, int8 or numeric (what sum() gives; digits behind the point are left out). False for
 * other types, other sizes and what is beyond int64. */
bool postgres_integer_read(unsigned type, struct span value, int64_t *out);
void postgres_integer_write(int64_t value, uint8_t out[8]);

#endif
