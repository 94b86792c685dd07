/* Kept schemas: see kept_schema.h. */
#include "store/support/kept_schema.h"

#include "base/env.h"

#include <stdio.h>

bool kept_schema_read(size_t number, struct buffer *out)
{
    char path[512];
    struct error err = {0};

    snprintf(path, sizeof path, "%s/schema/%04zu.sql", BESA_TEST_DATA, number);
    return env_read_file(env_real(), path, out->limit, out, &err) && buffer_byte(out, '\0');
}
