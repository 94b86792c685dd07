/*
 * Watching the ends of keys: what got nearer its end since the last look, so that the running node says each step of a
 * warning once, in the journal, and not every hour.
 */
#ifndef BESA_CMD_KEYS_WATCH_H
#define BESA_CMD_KEYS_WATCH_H

#include "cmd/keys.h"

struct keys_watch {
    struct {
        enum key_kind kind;
        char partner[NAME_SIZE_MAX + 1];
        enum key_level level;
    } told[KEY_LIST_MAX];
    size_t told_count;
};

/* Warnings of keys whose level rose since the last look, at most `max`; the first look gives all. A key that was renewed
 * is forgotten, and warns anew in its time. */
size_t keys_watch_look(struct keys_watch *watch, const struct home *home, int64_t now_ms,
                       struct key_warning *out, size_t max);

#endif
