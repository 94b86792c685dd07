/* Kept schemas: tests/data/schema, each number as it was released, with rows in every table (tools/schema). */
#ifndef BESA_TESTS_STORE_SUPPORT_KEPT_SCHEMA_H
#define BESA_TESTS_STORE_SUPPORT_KEPT_SCHEMA_H

#include "base/buffer.h"

#include <stddef.h>

/* SQL that makes the schema of this number, NUL-terminated, behind what `out` holds; false when none was kept. */
bool kept_schema_read(size_t number, struct buffer *out);

#endif
