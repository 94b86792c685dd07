/*
 * A keeper over a memory env, with its direct client, and the helpers that several test programs need.
 */
#ifndef BESA_TESTS_KEEPER_FIXTURE_H
#define BESA_TESTS_KEEPER_FIXTURE_H

#include "keeper/client.h"
#include "keeper/keeper.h"
#include "keeper/support/memory_env.h"

#define FIXTURE_DAY_MS INT64_C(86400000)
#define FIXTURE_NOW_MS (INT64_C(20000) * FIXTURE_DAY_MS)
#define FIXTURE_RECORD "keeper/keeper.record"
#define FIXTURE_KEYS   "keeper/keeper.keys"

struct fixture {
    struct memory_env memory;
    struct keeper_options options;
    struct keeper *keeper;
    struct keeper_client client;
};

/* Fresh env, created and opened keeper of `party`. Aborts when that fails: then no test means anything. */
void fixture_start(struct fixture *fixture, const char *party, uint64_t seed);
void fixture_end(struct fixture *fixture);
/* Closes and opens again. False when it does not open. */
bool fixture_reopen(struct fixture *fixture);

/* Leaf `index` of the test history `line`: hash of a leaf that names both. */
void fixture_leaves(uint64_t line, uint64_t index, struct tlog_hash *out, size_t count);
/* One step with fresh leaves of `line`, from `before`. */
bool fixture_step(struct fixture *fixture, enum keeper_slot kind, const char *origin,
                  uint64_t before, size_t count, bool is_signed, int64_t time_s, uint64_t line,
                  struct keeper_step *out, struct error *err);
/* Root of the first `size` leaves of `line`. */
void fixture_root(uint64_t line, uint64_t size, struct tlog_hash *out);

/* Flips one byte in the middle of the file's block `block`. */
void fixture_flip(struct fixture *fixture, size_t block);

#endif
