/*
 * The rules under which a node connects to PostgreSQL. Over the network: only to a server whose certificate and name
 * are proved, only to one that takes writes, and a silent one is given up within seconds, so that the next of several
 * hosts is tried. Private to store.
 */
#ifndef BESA_STORE_POSTGRES_CONNECT_H
#define BESA_STORE_POSTGRES_CONNECT_H

#include "base/error.h"

#include <stddef.h>

/* Above what libpq knows of options (about 50) and ours together. */
#define CONNINFO_COUNT_MAX 96

/* For PQconnectdbParams: both end with NULL. Texts belong to `parsed`. */
struct conninfo {
    const char *names[CONNINFO_COUNT_MAX + 1];
    const char *values[CONNINFO_COUNT_MAX + 1];
    size_t count;
    void *parsed;
};

/* `place`: "postgres:host=a,b,c dbname=besa ..." or "postgres://user@host/database?...". INPUT when it names no host,
 * or a host of the network with a weaker sslmode than verify-full. What it does not say gets our defaults. */
bool conninfo_read(const char *place, struct conninfo *out, struct error *err);
void conninfo_free(struct conninfo *conninfo);
/* NULL when it is not given. */
const char *conninfo_value(const struct conninfo *conninfo, const char *name);

#endif
