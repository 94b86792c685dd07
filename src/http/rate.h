/*
 * Rate: how often something may happen, per key: an address, a session. A bucket of tokens each, filled at a steady
 * rate. One fixed table for all keys: what is hit often stays, what was not hit for long is forgotten, which only ever
 * gives tokens back. Pure but for its seed. Inside src/http only.
 */
#ifndef BESA_HTTP_RATE_H
#define BESA_HTTP_RATE_H

#include "base/span.h"
#include "http/server.h"

struct rate_table;

/* `seed`: random, so that nobody can choose keys that push another's out. NULL when memory is out. */
struct rate_table *rate_make(const uint8_t seed[16]);
void rate_free(struct rate_table **table);
/* Takes a token of the key. False when there is none; *retry_ms: until there is one. A rate of 0 is no limit. The
 * caller's lock guards the table. */
bool rate_take(struct rate_table *table, struct span key, struct http_rate rate, int64_t now_ms,
               int64_t *retry_ms);

#endif
