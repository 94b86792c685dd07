/*
 * An env in memory for the keeper's tests and its fuzz target: a clock that is set by hand, numbers that repeat
 * themselves, a few small files, writes and syncs that fail when told to, and a loss of power that forgets what was not
 * synced.
 */
#ifndef BESA_TESTS_KEEPER_MEMORY_ENV_H
#define BESA_TESTS_KEEPER_MEMORY_ENV_H

#include "base/env.h"

#define MEMORY_FILE_COUNT 8

struct memory_file {
    char path[128]; /* empty: free */
    uint8_t *data;
    size_t size;
    uint8_t *synced; /* what a loss of power leaves */
    size_t synced_size;
};

struct memory_env {
    struct env env; /* hand out &memory->env */
    int64_t now_ms;
    uint64_t random_state;
    struct memory_file files[MEMORY_FILE_COUNT];
    int write_count, sync_count;     /* so far */
    int fail_write_at, fail_sync_at; /* this one fails (1 = the next), 0 = none */
};

void memory_env_start(struct memory_env *memory, int64_t now_ms, uint64_t seed);
void memory_env_end(struct memory_env *memory);
/* NULL when there is none. */
struct memory_file *memory_env_file(struct memory_env *memory, const char *path);
/* Power lost: every file holds what was last synced. */
void memory_env_crash(struct memory_env *memory);

#endif
