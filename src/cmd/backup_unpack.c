/* The files of a backup, written below a directory. See backup.h. */
#include "cmd/backup.h"

#include "base/attributes.h"
#include "base/env.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

static int one_remove(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void directory_remove(const char *path)
{
    nftw(path, one_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static bool directory_of(const char *directory, const char *name, char out[HOME_PATH_SIZE],
                         struct error *err)
{
    const struct env *env = env_real();

    for (const char *slash = strchr(name, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        if (snprintf(out, HOME_PATH_SIZE, "%s/%.*s", directory, (int)(slash - name), name) >=
            HOME_PATH_SIZE)
            return error_set(err, ERROR_LIMIT, "the path is too long");
        if (!env->make_dir(env->context, out, err))
            return false;
    }
    return snprintf(out, HOME_PATH_SIZE, "%s/%s", directory, name) < HOME_PATH_SIZE ||
           error_set(err, ERROR_LIMIT, "the path is too long");
}

static bool record_unpack(struct backup_reader *reader, const struct backup_record *record,
                          const char *directory, struct error *err)
{
    const struct env *env = env_real();
    struct env_file *file = NULL;
    char path[HOME_PATH_SIZE];

    if (!directory_of(directory, record->name, path, err) ||
        !env->open(env->context, path, ENV_OPEN_CREATE, &file, err))
        return false;
    bool ok = backup_take(reader, record, file, err) && env->sync(env->context, file, err);
    env->close(env->context, file);
    return ok;
}

static bool records_unpack(struct backup_reader *reader, const char *directory,
                           struct progress *progress, struct buffer *about,
                           uint8_t manifest[DIGEST_SIZE], struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(BACKUP_MANIFEST_MAX);
    struct backup_record record;
    int64_t done = 0;

    do {
        if (!backup_next(reader, &record, &text, err))
            return false;
        if (!record.is_manifest && !record_unpack(reader, &record, directory, err))
            return false;
        done += record.size;
        progress_show(progress, done, reader->size);
    } while (!record.is_manifest);
    digest_sha256(buffer_span(&text), manifest);
    return buffer_add(about, record.about) ||
           error_set(err, ERROR_LIMIT, "the manifest is too long");
}

bool backup_unpack(const char *path, const struct backup_lock *lock, const char *directory,
                   struct progress *progress, struct buffer *about, uint8_t manifest[DIGEST_SIZE],
                   struct error *err)
{
    struct backup_reader reader = {.file = NULL};

    bool ok = backup_open(env_real(), path, lock, &reader, err) &&
              records_unpack(&reader, directory, progress, about, manifest, err);
    backup_close(&reader);
    return ok;
}
