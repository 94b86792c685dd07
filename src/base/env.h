/*
 * Env: the one table through which the node sees clock, randomness and disk. The real one is env_real(); the simulator
 * has its own, so that two nodes, one seed and a failing disk fit in one process. Nothing else in the node may ask the
 * system for these.
 */
#ifndef BESA_BASE_ENV_H
#define BESA_BASE_ENV_H

#include "base/error.h"
#include "base/span.h"

struct env_file; /* an open file of this env */

enum env_open {
    ENV_OPEN_READ,   /* must exist */
    ENV_OPEN_WRITE,  /* read and write, must exist */
    ENV_OPEN_CREATE, /* read and write, must not exist; mode 0600 */
};

struct env {
    void *context;
    const char *sqlite_vfs; /* NULL: SQLite's own */
    bool is_unsynced; /* what is made goes if it is cut short: the store waits for no disk either */

    int64_t (*now_ms)(void *context);       /* Unix time, UTC */
    int64_t (*monotonic_ms)(void *context); /* never runs backwards */
    void (*random)(void *context, uint8_t *out, size_t size);

    /* Files. All paths are absolute or relative to the process. Failures are STORE, an absent file MISSING. */
    bool (*open)(void *context, const char *path, enum env_open how, struct env_file **out,
                 struct error *err);
    void (*close)(void *context, struct env_file *file);
    bool (*size)(void *context, struct env_file *file, int64_t *out, struct error *err);
    /* Exactly out.size bytes; fewer at the end of the file is an error. */
    bool (*read_at)(void *context, struct env_file *file, int64_t offset, uint8_t *out, size_t size,
                    struct error *err);
    bool (*write_at)(void *context, struct env_file *file, int64_t offset, struct span bytes,
                     struct error *err);
    /* Durable when it returns true. A failed sync is final: the caller stops, never retries. */
    bool (*sync)(void *context, struct env_file *file, struct error *err);
    bool (*truncate)(void *context, struct env_file *file, int64_t size, struct error *err);
    bool (*rename)(void *context, const char *from, const char *to, struct error *err);
    bool (*unlink)(void *context, const char *path, struct error *err);
    /* Makes creations, renames and removals in `path` durable. */
    bool (*sync_dir)(void *context, const char *path, struct error *err);
    bool (*make_dir)(void *context, const char *path,
                     struct error *err); /* 0700; existing is fine */
};

/* The operating system's. */
const struct env *env_real(void);
/* For the demonstration's year alone: from here on the clock of this process and of those that it forks shows *behind_ms
 * (atomic, in shared memory) before the present. It may shrink, never grow; the other clock moves on with it, by whole days.
 * Nothing is synced: what such a process makes counts once it has ended well and its caller has synced it. Once, before
 * env_real was asked for and before any other thread; no setting reaches it. */
void env_real_behind(const int64_t *behind_ms);

/* Reads a whole file of at most `limit` bytes into `out` (whose limit applies too). */
struct buffer;
bool env_read_file(const struct env *env, const char *path, size_t limit, struct buffer *out,
                   struct error *err);
/* Writes a whole file so that after a crash either the old or the new contents stand: temporary file, sync, rename,
 * directory sync. Mode 0600. */
bool env_write_file(const struct env *env, const char *path, struct span bytes, struct error *err);

#endif
