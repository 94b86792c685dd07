/* Watching the ends of keys: see keys_watch.h. */
#include "cmd/keys_watch.h"

#include <stdio.h>
#include <stdlib.h>

static enum key_level level_told(const struct keys_watch *watch, const struct key_warning *warning)
{
    for (size_t i = 0; i < watch->told_count; i++)
        if (watch->told[i].kind == warning->kind &&
            strcmp(watch->told[i].partner, warning->partner) == 0)
            return watch->told[i].level;
    return KEY_GOOD;
}

static void level_keep(struct keys_watch *watch, const struct key_warning *warning)
{
    if (watch->told_count == KEY_LIST_MAX)
        return;
    watch->told[watch->told_count].kind = warning->kind;
    watch->told[watch->told_count].level = warning->level;
    snprintf(watch->told[watch->told_count].partner, sizeof watch->told[0].partner, "%s",
             warning->partner);
    watch->told_count++;
}

size_t keys_watch_look(struct keys_watch *watch, const struct home *home, int64_t now_ms,
                       struct key_warning *out, size_t max)
{
    struct key_warning *now = calloc(KEY_WARNING_MAX, sizeof *now);
    struct keys_watch *before = malloc(sizeof *before);
    size_t found = 0;

    if (now != NULL && before != NULL) {
        size_t count = keys_warnings(home, now_ms, now, KEY_WARNING_MAX);
        *before = *watch;
        watch->told_count = 0;
        for (size_t i = 0; i < count; i++) {
            if (now[i].level > level_told(before, &now[i]) && found < max)
                out[found++] = now[i];
            level_keep(watch, &now[i]);
        }
    }
    free(before);
    free(now);
    return found;
}
