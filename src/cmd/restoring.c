/* The place of a restore: see restoring.h. */
#include "cmd/restoring.h"

#include "cmd/backup.h"

#include "base/attributes.h"
#include "base/env.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARKER_HEAD     "besa-restoring/1 "
#define MARKER_SIZE_MAX (HOME_PATH_SIZE + 128)

/* But for a file `besides`. */
static bool is_empty(const char *path, const char *besides)
{
    DIR *directory = opendir(path);
    size_t count = 0;

    if (directory == NULL)
        return false;
    for (struct dirent *found; (found = readdir(directory)) != NULL;)
        count += strcmp(found->d_name, ".") != 0 && strcmp(found->d_name, "..") != 0 &&
                 strcmp(found->d_name, besides) != 0;
    closedir(directory);
    return count == 0;
}

/* A node is never written over: what is in its place may be the newer one. */
static bool target_check(struct restoring_place *place, const char *home, struct error *err)
{
    struct stat st;

    if (home == NULL || home[0] == '\0')
        return error_set(err, ERROR_INPUT, "say where: --home NEW");
    size_t size = strlen(home);
    while (size > 1 && home[size - 1] == '/')
        size--;
    if (size + sizeof RESTORING_TAIL + sizeof RESTORING_MARKER > sizeof place->target)
        return error_set(err, ERROR_LIMIT, "the home's path is too long");
    snprintf(place->target, sizeof place->target, "%.*s", (int)size, home);
    snprintf(place->path, sizeof place->path, "%.*s" RESTORING_TAIL, (int)size, home);
    return lstat(place->target, &st) != 0 || (S_ISDIR(st.st_mode) && is_empty(place->target, "")) ||
           error_set(err, ERROR_CONFLICT, "%s is not empty; a node is restored to a new place only",
                     place->target);
}

/* --- what a restore that was killed has left --- */

/* The marker last: whoever is killed meanwhile leaves a place that can still be known. */
static void place_remove(const struct restoring_place *place)
{
    DIR *directory = opendir(place->path);
    char path[HOME_PATH_SIZE + 256];

    for (struct dirent *found; directory != NULL && (found = readdir(directory)) != NULL;) {
        if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0 ||
            strcmp(found->d_name, RESTORING_MARKER) == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", place->path, found->d_name);
        directory_remove(path);
    }
    if (directory != NULL)
        closedir(directory);
    directory_remove(place->path);
}

static void marker_path(const char *directory, char out[HOME_PATH_SIZE + 16])
{
    snprintf(out, HOME_PATH_SIZE + 16, "%s/" RESTORING_MARKER, directory);
}

/* "besa-restoring/1 TOKEN\n" and where it was made: a directory that was moved here is not ours to remove. */
static bool marker_is_ours(const struct restoring_place *place)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(MARKER_SIZE_MAX);
    char path[HOME_PATH_SIZE + 16];
    struct error ignored = {0};
    struct span rest;

    marker_path(place->path, path);
    if (!env_read_file(env_real(), path, MARKER_SIZE_MAX, &text, &ignored) ||
        !span_starts_with(buffer_span(&text), MARKER_HEAD))
        return false;
    rest = buffer_span(&text);
    const uint8_t *end = memchr(rest.data, '\n', rest.size);
    size_t head = end == NULL ? rest.size : (size_t)(end - rest.data) + 1;
    rest = span_part(rest, head, rest.size);
    char *real = realpath(place->path, NULL);
    bool is_ours =
        real != NULL && rest.size > 0 && span_is(span_part(rest, 0, rest.size - 1), real);
    free(real);
    return is_ours;
}

/* A node that runs there, whatever else the directory looks like. */
static bool node_runs(const struct restoring_place *place)
{
    char path[HOME_PATH_SIZE + 16];

    snprintf(path, sizeof path, "%s/" HOME_LOCK, place->path);
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    bool runs = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0;
    if (fd >= 0)
        close(fd);
    return runs;
}

static bool stale_check(const struct restoring_place *place, const struct stat *st, int lock_fd,
                        struct error *err)
{
    if (!S_ISDIR(st->st_mode) || st->st_uid != geteuid() || lock_fd < 0)
        return error_set(err, ERROR_CONFLICT, "%s is in the way, and no restore of yours made it",
                         place->path);
    if (flock(lock_fd, LOCK_EX | LOCK_NB) != 0 || node_runs(place))
        return error_set(err, ERROR_BUSY, "%s: another restore works there, or a node runs there",
                         place->path);
    /* Killed before its marker was whole, it had made nothing else. */
    return is_empty(place->path, RESTORING_MARKER) || marker_is_ours(place) ||
           error_set(err, ERROR_CONFLICT,
                     "%s is in the way and does not say that a restore made it: look what it is, "
                     "and move it away yourself",
                     place->path);
}

/* The lock is held while it goes, so a second restore cannot begin in it. */
static bool stale_clear(struct restoring_place *place, struct error *err)
{
    struct stat st;

    if (lstat(place->path, &st) != 0)
        return errno == ENOENT ||
               error_set(err, ERROR_STORE, "%s: %s", place->path, strerror(errno));
    int fd = open(place->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool ok = stale_check(place, &st, fd, err);
    if (ok) {
        place_remove(place);
        place->has_cleared = true;
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

/* --- a new one --- */

static bool place_lock(struct restoring_place *place, struct error *err)
{
    struct stat locked;
    struct stat named;

    place->lock_fd = open(place->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool ok = place->lock_fd >= 0 && flock(place->lock_fd, LOCK_EX | LOCK_NB) == 0 &&
              fstat(place->lock_fd, &locked) == 0 && lstat(place->path, &named) == 0 &&
              locked.st_ino == named.st_ino;
    /* Whoever took it in between removes it: then it is not ours. */
    place->is_made = ok;
    return ok || error_set(err, ERROR_BUSY, "%s: another restore works there", place->path);
}

static bool marker_write(struct restoring_place *place, struct error *err)
{
    const struct env *env = env_real();
    struct buffer text CLEANUP(buffer_free) = buffer_make(MARKER_SIZE_MAX);
    char path[HOME_PATH_SIZE + 16];
    uint8_t random[16];

    env->random(env->context, random, sizeof random);
    hex_write(span_make(random, sizeof random), place->token);
    char *real = realpath(place->path, NULL);
    buffer_format(&text, MARKER_HEAD "%s\n%s\n", place->token, real == NULL ? "" : real);
    free(real);
    marker_path(place->path, path);
    /* Not by env_write_file, whose temporary file would be one more thing to know. */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool ok = fd >= 0 && write(fd, text.data, text.size) == (ssize_t)text.size && fsync(fd) == 0;
    if (!ok)
        error_set(err, ERROR_STORE, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return ok;
}

bool restoring_begin(struct restoring_place *place, const char *home, struct error *err)
{
    *place = (struct restoring_place){.lock_fd = -1};
    if (!target_check(place, home, err) || !stale_clear(place, err))
        return false;
    if (mkdir(place->path, 0700) != 0)
        return error_set(err, errno == EEXIST ? ERROR_BUSY : ERROR_STORE, "cannot make %s: %s",
                         place->path, strerror(errno));
    return place_lock(place, err) && marker_write(place, err);
}

static bool parent_sync(const char *path, struct error *err)
{
    char parent[HOME_PATH_SIZE];
    const char *slash = strrchr(path, '/');

    snprintf(parent, sizeof parent, "%.*s",
             slash == NULL   ? 1
             : slash == path ? 1
                             : (int)(slash - path),
             slash == NULL ? "." : path);
    return env_real()->sync_dir(env_real()->context, parent, err);
}

bool restoring_finish(struct restoring_place *place, struct error *err)
{
    const struct env *env = env_real();
    char path[HOME_PATH_SIZE + 16];

    if (!env->sync_dir(env->context, place->path, err))
        return false;
    /* An empty directory in its place gives way. */
    if (!env->rename(env->context, place->path, place->target, err))
        return false;
    place->is_made = false;
    /* After the rename: until then it is what a next restore knows the place by. Here it means nothing. */
    marker_path(place->target, path);
    unlink(path);
    return parent_sync(place->target, err);
}

void restoring_end(struct restoring_place *place)
{
    if (place->is_made)
        place_remove(place);
    if (place->lock_fd >= 0)
        close(place->lock_fd);
    place->is_made = false;
    place->lock_fd = -1;
}
