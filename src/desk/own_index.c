/* Own index: see own_index.h. */
#include "desk/own_index.h"

#include "base/attributes.h"
#include "desk/own_form.h"
#include "match/lexicon.h"
#include "store/own_rows.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLLOW_ARENA_SIZE (64u * 1024u * 1024u)

/*
 * Two sets of files: who is shown to anybody, and all others. So who may not be shown takes no part in a search that does
 * not show them: no place, no bound, no weight of a word.
 */
static const char *const side_names[OWN_SIDE_COUNT] = {
    [OWN_SIDE_OPEN] = "open", [OWN_SIDE_GUARDED] = "guarded"};

struct own_index {
    const struct env *env;
    char directory[INDEX_PATH_SIZE];
    struct segments *sides[OWN_SIDE_COUNT];
    struct finder *finders[OWN_SIDE_COUNT]; /* of the writer's thread */
    struct folder *folder;                  /* the same */
    int64_t
        gone_since_ms; /* atomic: since when somebody who is gone stands in the files; 0: nobody */
};

#define GONE_LONG_AGO 1

/* --- files --- */

/* Only what segments make: a name that is not theirs is nobody's to remove. */
static bool is_ours(const char *name)
{
    const char *end = strrchr(name, '.');

    return strncmp(name, "segments", 8) == 0 || (end != NULL && strncmp(end, ".index", 6) == 0);
}

static bool directory_empty(const char *path, struct error *err)
{
    DIR *directory = opendir(path);
    struct dirent *entry;
    bool ok = directory != NULL;

    while (ok && (entry = readdir(directory)) != NULL) {
        if (is_ours(entry->d_name))
            ok = unlinkat(dirfd(directory), entry->d_name, 0) == 0 || errno == ENOENT;
    }
    if (!ok)
        error_set(err, ERROR_STORE, "search files: %s", strerror(errno));
    if (directory != NULL)
        closedir(directory);
    return ok;
}

static void side_path(const struct own_index *index, enum own_side side, char out[INDEX_PATH_SIZE])
{
    snprintf(out, INDEX_PATH_SIZE, "%.*s/%s", INDEX_PATH_SIZE - 32, index->directory,
             side_names[side]);
}

static void sides_close(struct own_index *index)
{
    for (enum own_side side = 0; side < OWN_SIDE_COUNT; side++)
        finder_free(&index->finders[side]);
    for (enum own_side side = 0; side < OWN_SIDE_COUNT; side++)
        if (index->sides[side] != NULL)
            segments_close(&index->sides[side]);
}

static bool sides_open(struct own_index *index, struct error *err)
{
    char path[INDEX_PATH_SIZE];

    for (enum own_side side = 0; side < OWN_SIDE_COUNT; side++) {
        side_path(index, side, path);
        if (!segments_open(index->env, path, &index->sides[side], err))
            return false;
    }
    return true;
}

static bool index_reset(struct own_index *index, struct error *err)
{
    char path[INDEX_PATH_SIZE];

    sides_close(index);
    for (enum own_side side = 0; side < OWN_SIDE_COUNT; side++) {
        side_path(index, side, path);
        if (!directory_empty(path, err))
            return false;
    }
    return sides_open(index, err);
}

static uint64_t side_position(struct own_index *index, enum own_side side)
{
    const struct segments_view *view = segments_hold(index->sides[side]);
    uint64_t position = view->position;

    segments_release(index->sides[side], view);
    return position;
}

/* Files that are broken, or ahead of books that came from a backup, say nothing: they are made again. */
static bool segments_make(struct own_index *index, struct database *db, bool *was_reset,
                          struct error *err)
{
    int64_t changed = 0;

    if (!own_changed(db, &changed, err))
        return false;
    if (sides_open(index, err)) {
        *was_reset = (uint64_t)changed < own_index_position(index) ||
                     (uint64_t)changed < side_position(index, OWN_SIDE_GUARDED);
        return !*was_reset || index_reset(index, err);
    }
    if (err->kind != ERROR_STORE)
        return false;
    error_clear(err);
    *was_reset = true;
    return index_reset(index, err);
}

static bool directory_make(const char *path, struct error *err)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ||
           error_set(err, ERROR_STORE, "search files: %s", strerror(errno));
}

/* Files of the directory itself are of a time before there were two sets: they go. */
static bool directories_make(const struct own_index *index, struct error *err)
{
    char path[INDEX_PATH_SIZE];
    bool ok = directory_make(index->directory, err) && directory_empty(index->directory, err);

    for (enum own_side side = 0; ok && side < OWN_SIDE_COUNT; side++) {
        side_path(index, side, path);
        ok = directory_make(path, err);
    }
    return ok;
}

bool own_index_open(const struct env *env, const char *directory, struct database *db,
                    struct own_index **out, bool *was_reset, struct error *err)
{
    struct own_index *index = calloc(1, sizeof *index);

    *was_reset = false;
    *out = index;
    if (index == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    index->env = env;
    bool ok = (size_t)snprintf(index->directory, sizeof index->directory, "%s", directory) <
                  sizeof index->directory - 32 ||
              error_set(err, ERROR_LIMIT, "the path of the search files is too long");
    ok = ok && directories_make(index, err) && segments_make(index, db, was_reset, err);
    if (ok && own_index_gone(index) > 0)
        index->gone_since_ms = GONE_LONG_AGO;
    if (!ok)
        own_index_close(out);
    return ok;
}

void own_index_close(struct own_index **index)
{
    struct own_index *gone = *index;

    *index = NULL;
    if (gone == NULL)
        return;
    sides_close(gone);
    folder_free(&gone->folder);
    free(gone);
}

/* The open set takes every step, the other one before it where it has something to take. */
uint64_t own_index_position(struct own_index *index)
{
    return side_position(index, OWN_SIDE_OPEN);
}

struct finder *own_index_finder(struct own_index *index, enum own_side side, struct error *err)
{
    struct segments *base = side == OWN_SIDE_OPEN ? NULL : index->sides[OWN_SIDE_OPEN];

    if (index->finders[side] == NULL &&
        !finder_make_beside(index->sides[side], base, &index->finders[side], err))
        return NULL;
    return index->finders[side];
}

bool own_index_folder(struct own_index *index, struct folder **out, struct error *err)
{
    if (index->folder == NULL && !folder_make(&index->folder, err))
        return false;
    *out = index->folder;
    return true;
}

uint64_t own_index_weigh(struct own_index *index, struct lexicon *lexicon)
{
    struct segments *segments = index->sides[OWN_SIDE_OPEN];
    const struct segments_view *view = segments_hold(segments);
    uint64_t people = 0;

    if (view->base != NULL)
        lexicon_weigh_by(lexicon, view->base);
    for (size_t i = 0; i < view->count; i++)
        people += view->segments[i]->index->person_count;
    segments_release(segments, view);
    return people;
}

/* --- names --- */

#define NAME_END 0x1F /* no plain text has it */

static void name_write(struct buffer *out, struct span first, struct span second, size_t *count)
{
    if (first.size + second.size == 0 || *count == INDEX_NAMES_MAX)
        return;
    buffer_add(out, first);
    buffer_byte(out, ' ');
    buffer_add(out, second);
    buffer_byte(out, NAME_END);
    (*count)++;
}

bool own_names_write(const struct person *person, struct buffer *out)
{
    const struct span none = {NULL, 0};
    size_t count = 0;

    for (size_t i = 0; i < person->name_count; i++) {
        const struct person_name *name = &person->names[i];
        name_write(out, name->given, name->family, &count);
        if (name->maiden.size > 0)
            name_write(out, name->given, name->maiden, &count);
        name_write(out, name->alias, none, &count);
    }
    return !out->failed;
}

size_t own_names_read(struct span text, struct span out[INDEX_NAMES_MAX])
{
    size_t count = 0;

    while (text.size > 0 && count < INDEX_NAMES_MAX) {
        const uint8_t *end = memchr(text.data, NAME_END, text.size);
        size_t size = end == NULL ? text.size : (size_t)(end - text.data);
        out[count++] = span_part(text, 0, size);
        text = span_part(text, size + 1, text.size);
    }
    return count;
}

size_t own_names(const struct person *person, struct arena *arena, struct span out[INDEX_NAMES_MAX])
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct span kept;

    return own_names_write(person, &text) && arena_copy(arena, buffer_span(&text), &kept)
               ? own_names_read(kept, out)
               : 0;
}

/* --- following --- */

static enum own_side side_of(const struct own_change *change)
{
    return change->guard == OWN_GUARD_OPEN ? OWN_SIDE_OPEN : OWN_SIDE_GUARDED;
}

/* Of a row that was put before names had a place of their own. */
static bool body_names(struct span body, struct arena *arena, struct span names[INDEX_NAMES_MAX],
                       size_t *count, struct error *err)
{
    struct problems problems = {0};
    struct person person;

    if (!own_person_read(body, arena, &person, &problems))
        return error_set(err, ERROR_STORE, "a person of the own index cannot be read");
    *count = own_names(&person, arena, names);
    return true;
}

/* *is_taken false: the change is none of this side. A person without a name is in no search file, as one who is gone. */
static bool change_take(const struct own_change *from, enum own_side side, uint64_t position,
                        struct arena *arena, struct segments_change *out, bool *is_taken,
                        struct error *err)
{
    bool is_here = !from->is_gone && side_of(from) == side;
    struct span *names;

    *is_taken = (uint64_t)from->changed > position &&
                (is_here || from->is_gone || (uint64_t)from->moved > position);
    *out = (struct segments_change){
        .person = {.record = (uint64_t)from->id, .birth = from->birth},
        .is_new = from->id == from->changed,
    };
    if (!*is_taken || !is_here)
        return true;
    names = arena_array(arena, INDEX_NAMES_MAX, sizeof *names);
    if (names == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    out->names = names;
    if (from->has_names)
        out->name_count = own_names_read(from->names, names);
    return from->has_names || body_names(from->body, arena, names, &out->name_count, err);
}

static bool side_apply(struct segments *segments, const struct segments_change *taken, size_t count,
                       uint64_t position, struct error *err)
{
    bool was_needed = true;

    if (segments_apply(segments, taken, count, position, err))
        return true;
    if (err->kind != ERROR_BUSY)
        return false;
    error_clear(err);
    return segments_merge(segments, false, &was_needed, err) &&
           segments_apply(segments, taken, count, position, err);
}

static bool side_follow(struct own_index *index, enum own_side side,
                        const struct own_change *changes, size_t count, struct arena *arena,
                        struct error *err)
{
    struct segments_change *taken = arena_array(arena, count, sizeof *taken);
    uint64_t position = side_position(index, side);
    size_t taken_count = 0;

    if (taken == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < count; i++) {
        bool is_taken;
        if (!change_take(&changes[i], side, position, arena, &taken[taken_count], &is_taken, err))
            return false;
        taken_count += is_taken;
    }
    return (side != OWN_SIDE_OPEN && taken_count == 0) ||
           side_apply(index->sides[side], taken, taken_count, (uint64_t)changes[count - 1].changed,
                      err);
}

static bool sides_merge(struct own_index *index, bool all, bool *was_needed, struct error *err)
{
    *was_needed = false;
    for (enum own_side side = 0; side < OWN_SIDE_COUNT; side++) {
        bool was_here = false;
        if (!segments_merge(index->sides[side], all, &was_here, err))
            return false;
        *was_needed = *was_needed || was_here;
    }
    return true;
}

bool own_index_follow(struct own_index *index, struct database *db, size_t *taken,
                      struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(FOLLOW_ARENA_SIZE);
    struct own_change *changes = arena_array(&arena, OWN_FOLLOW_MAX, sizeof *changes);
    bool was_needed = false;

    *taken = 0;
    if (changes == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!own_changes(db, &arena, (int64_t)own_index_position(index), changes, OWN_FOLLOW_MAX, taken,
                     err))
        return false;
    if (*taken > 0 && (!side_follow(index, OWN_SIDE_GUARDED, changes, *taken, &arena, err) ||
                       !side_follow(index, OWN_SIDE_OPEN, changes, *taken, &arena, err)))
        return false;
    return sides_merge(index, false, &was_needed, err);
}

bool own_index_settle(struct own_index *index, struct error *err)
{
    bool was_needed = true;

    while (was_needed)
        if (!sides_merge(index, true, &was_needed, err))
            return false;
    return true;
}

size_t own_index_gone(struct own_index *index)
{
    size_t count = 0;

    for (enum own_side side = 0; side < OWN_SIDE_COUNT; side++) {
        const struct segments_view *view = segments_hold(index->sides[side]);
        count += view->gone_count;
        segments_release(index->sides[side], view);
    }
    return count;
}

/* Since when somebody who is gone stands in the files; 0: nobody. A clock that was set back begins anew. */
static int64_t gone_since(struct own_index *index, int64_t now_ms)
{
    int64_t since_ms = __atomic_load_n(&index->gone_since_ms, __ATOMIC_RELAXED);

    if (own_index_gone(index) == 0)
        return 0;
    return since_ms == 0 || since_ms > now_ms ? now_ms : since_ms;
}

bool own_index_is_late(struct own_index *index, int64_t now_ms)
{
    int64_t since_ms = __atomic_load_n(&index->gone_since_ms, __ATOMIC_RELAXED);

    return since_ms > GONE_LONG_AGO && own_index_gone(index) > 0 &&
           now_ms - since_ms > 2 * OWN_SETTLE_MS;
}

//= dir-2016-680 art 5
bool own_index_settle_due(struct own_index *index, int64_t now_ms, bool *was_due, struct error *err)
{
    int64_t since_ms = gone_since(index, now_ms);

    *was_due = since_ms != 0 && now_ms - since_ms >= OWN_SETTLE_MS;
    if (*was_due) {
        if (!own_index_settle(index, err))
            return false;
        since_ms = 0;
    }
    __atomic_store_n(&index->gone_since_ms, since_ms, __ATOMIC_RELAXED);
    return true;
}
