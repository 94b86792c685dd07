/* Own index: see own_index.h. */
#include "desk/own_index.h"

#include "base/attributes.h"
#include "desk/own_form.h"
#include "store/own_rows.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLLOW_ARENA_SIZE (64u * 1024u * 1024u)

struct own_index {
    const struct env *env;
    char directory[INDEX_PATH_SIZE];
    struct segments *segments;
    struct finder *finder; /* of the writer's thread */
};

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

static bool index_reset(struct own_index *index, struct error *err)
{
    finder_free(&index->finder);
    if (index->segments != NULL)
        segments_close(&index->segments);
    return directory_empty(index->directory, err) &&
           segments_open(index->env, index->directory, &index->segments, err);
}

/* Files that are broken, or ahead of books that came from a backup, say nothing: they are made again. */
static bool segments_make(struct own_index *index, struct database *db, bool *was_reset,
                          struct error *err)
{
    int64_t changed = 0;

    if (!own_changed(db, &changed, err))
        return false;
    if (segments_open(index->env, index->directory, &index->segments, err)) {
        *was_reset = (uint64_t)changed < own_index_position(index);
        return !*was_reset || index_reset(index, err);
    }
    if (err->kind != ERROR_STORE)
        return false;
    error_clear(err);
    *was_reset = true;
    return index_reset(index, err);
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
                  sizeof index->directory ||
              error_set(err, ERROR_LIMIT, "the path of the search files is too long");
    ok = ok && (mkdir(directory, 0700) == 0 || errno == EEXIST ||
                error_set(err, ERROR_STORE, "search files: %s", strerror(errno)));
    ok = ok && segments_make(index, db, was_reset, err);
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
    finder_free(&gone->finder);
    if (gone->segments != NULL)
        segments_close(&gone->segments);
    free(gone);
}

uint64_t own_index_position(struct own_index *index)
{
    const struct segments_view *view = segments_hold(index->segments);
    uint64_t position = view->position;

    segments_release(index->segments, view);
    return position;
}

struct finder *own_index_finder(struct own_index *index, struct error *err)
{
    if (index->finder == NULL && !finder_make(index->segments, &index->finder, err))
        return NULL;
    return index->finder;
}

/* --- names --- */

static bool name_put(struct arena *arena, struct span first, struct span second, struct span *out,
                     size_t *count)
{
    size_t size = first.size + second.size + 1;
    uint8_t *text;

    if (first.size + second.size == 0 || *count == INDEX_NAMES_MAX)
        return true;
    text = arena_alloc(arena, size);
    if (text == NULL)
        return false;
    if (first.size > 0)
        memcpy(text, first.data, first.size);
    text[first.size] = ' ';
    if (second.size > 0)
        memcpy(text + first.size + 1, second.data, second.size);
    out[(*count)++] = span_make(text, size);
    return true;
}

size_t own_names(const struct person *person, struct arena *arena, struct span out[INDEX_NAMES_MAX])
{
    const struct span none = {NULL, 0};
    size_t count = 0;

    for (size_t i = 0; i < person->name_count; i++) {
        const struct person_name *name = &person->names[i];
        if (!name_put(arena, name->given, name->family, out, &count) ||
            (name->maiden.size > 0 && !name_put(arena, name->given, name->maiden, out, &count)) ||
            !name_put(arena, name->alias, none, out, &count))
            return 0;
    }
    return count;
}

/* --- following --- */

static bool change_take(const struct own_change *from, struct arena *arena,
                        struct segments_change *out, struct error *err)
{
    struct problems problems = {0};
    struct person person;
    struct span *names;

    *out = (struct segments_change){
        .person = {.record = (uint64_t)from->id, .birth = from->birth},
        .is_new = from->id == from->changed,
    };
    if (from->is_gone)
        return true;
    names = arena_array(arena, INDEX_NAMES_MAX, sizeof *names);
    if (names == NULL || !own_person_read(from->body, arena, &person, &problems))
        return error_set(err, ERROR_STORE, "a person of the own index cannot be read");
    out->names = names;
    out->name_count = own_names(&person, arena, names);
    return true;
}

/* A person without a name is in no search file, as one who is gone. */
static bool changes_apply(struct own_index *index, const struct own_change *changes, size_t count,
                          struct arena *arena, struct error *err)
{
    struct segments_change *taken = arena_array(arena, count, sizeof *taken);
    bool was_needed = true;

    if (taken == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < count; i++)
        if (!change_take(&changes[i], arena, &taken[i], err))
            return false;
    uint64_t position = (uint64_t)changes[count - 1].changed;
    if (segments_apply(index->segments, taken, count, position, err))
        return true;
    if (err->kind != ERROR_BUSY)
        return false;
    error_clear(err);
    return segments_merge(index->segments, false, &was_needed, err) &&
           segments_apply(index->segments, taken, count, position, err);
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
    if (*taken > 0 && !changes_apply(index, changes, *taken, &arena, err))
        return false;
    return segments_merge(index->segments, false, &was_needed, err);
}

bool own_index_settle(struct own_index *index, struct error *err)
{
    bool was_needed = true;

    while (was_needed)
        if (!segments_merge(index->segments, true, &was_needed, err))
            return false;
    return true;
}
