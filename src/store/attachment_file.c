/*
 * Attachment file: see attachment_file.h. Segments are written in order, so that the size of a `.part` says how many
 * there are; a file under its final name is whole, since it got that name after its sync.
 */
#include "store/attachment_file.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define PATH_SIZE 1024

struct paths {
    char directory[PATH_SIZE]; /* <home>/attachments/<2 hex> */
    char file[PATH_SIZE];
    char part[PATH_SIZE];
};

struct attachment_file {
    const struct env *env;
    struct env_file *file;
    struct paths paths;
    bool is_part;
    bool has_failed; /* a write or sync: what the disk holds is unknown */
    bool is_ended;   /* a short segment was written: the last */
    uint64_t next;   /* first segment that is not there yet */
};

static bool paths_make(const char *home, struct span id, struct paths *out, struct error *err)
{
    char hex[2 * ATTACHMENT_ID_SIZE + 1];
    int size;

    if (id.size != ATTACHMENT_ID_SIZE)
        return error_set(err, ERROR_BUG, "an attachment id of %zu bytes", id.size);
    hex_write(id, hex);
    snprintf(out->directory, PATH_SIZE, "%s/attachments/%.2s", home, hex);
    snprintf(out->file, PATH_SIZE, "%s/attachments/%.2s/%s", home, hex, hex);
    size = snprintf(out->part, PATH_SIZE, "%s/attachments/%.2s/%s.part", home, hex, hex);
    return (size > 0 && size < PATH_SIZE) ||
           error_set(err, ERROR_LIMIT, "the path of the home directory is too long");
}

/* Each new name is durable before a file stands below it. */
static bool directories_make(const struct env *env, const char *home, const struct paths *paths,
                             struct error *err)
{
    char attachments[PATH_SIZE];

    snprintf(attachments, sizeof attachments, "%s/attachments", home);
    return env->make_dir(env->context, attachments, err) &&
           env->sync_dir(env->context, home, err) &&
           env->make_dir(env->context, paths->directory, err) &&
           env->sync_dir(env->context, attachments, err);
}

static bool file_is_absent(const struct env *env, const char *path, struct error *err)
{
    struct error found = {0};
    struct env_file *file = NULL;

    if (env->open(env->context, path, ENV_OPEN_READ, &file, &found)) {
        env->close(env->context, file);
        return error_set(err, ERROR_CONFLICT, "an attachment file of this id is there already");
    }
    return found.kind == ERROR_MISSING || error_set(err, found.kind, "%s", found.text);
}

static struct attachment_file *file_make(const struct env *env, const char *home, struct span id,
                                         bool is_part, struct error *err)
{
    struct attachment_file *file = calloc(1, sizeof *file);

    if (file == NULL) {
        error_set(err, ERROR_LIMIT, "out of memory");
        return NULL;
    }
    file->env = env;
    file->is_part = is_part;
    if (!paths_make(home, id, &file->paths, err))
        attachment_file_close(&file);
    return file;
}

static bool begin(struct attachment_file *file, const char *home, struct error *err)
{
    const struct env *env = file->env;

    if (!directories_make(env, home, &file->paths, err) ||
        !file_is_absent(env, file->paths.file, err))
        return false;
    return env->open(env->context, file->paths.part, ENV_OPEN_CREATE, &file->file, err) &&
           env->sync_dir(env->context, file->paths.directory, err);
}

bool attachment_file_begin(const struct env *env, const char *home, struct span id,
                           struct attachment_file **out, struct error *err)
{
    *out = file_make(env, home, id, true, err);
    if (*out != NULL && !begin(*out, home, err))
        attachment_file_close(out);
    return *out != NULL || error_add(err, "beginning an attachment");
}

/* A rest of a segment, or the short last one, is cut off: it comes again. */
static bool resume(struct attachment_file *file, struct error *err)
{
    const struct env *env = file->env;
    int64_t size = 0;

    if (!env->open(env->context, file->paths.part, ENV_OPEN_WRITE, &file->file, err) ||
        !env->size(env->context, file->file, &size, err))
        return false;
    file->next = (uint64_t)size / ATTACHMENT_SEGMENT_SIZE;
    int64_t whole = (int64_t)(file->next * ATTACHMENT_SEGMENT_SIZE);
    return whole == size || env->truncate(env->context, file->file, whole, err);
}

bool attachment_file_resume(const struct env *env, const char *home, struct span id,
                            struct attachment_file **out, uint64_t *segment_count,
                            struct error *err)
{
    *segment_count = 0;
    *out = file_make(env, home, id, true, err);
    if (*out != NULL && !resume(*out, err))
        attachment_file_close(out);
    if (*out == NULL)
        return error_add(err, "resuming an attachment");
    *segment_count = (*out)->next;
    return true;
}

bool attachment_file_open(const struct env *env, const char *home, struct span id,
                          struct attachment_file **out, struct error *err)
{
    *out = file_make(env, home, id, false, err);
    if (*out != NULL &&
        !env->open(env->context, (*out)->paths.file, ENV_OPEN_READ, &(*out)->file, err))
        attachment_file_close(out);
    return *out != NULL || error_add(err, "opening an attachment");
}

void attachment_file_close(struct attachment_file **file)
{
    if (*file == NULL)
        return;
    if ((*file)->file != NULL)
        (*file)->env->close((*file)->env->context, (*file)->file);
    free(*file);
    *file = NULL;
}

static bool file_is_writable(const struct attachment_file *file, struct error *err)
{
    if (!file->is_part)
        return error_set(err, ERROR_BUG, "a finished attachment is not written to");
    return !file->has_failed ||
           error_set(err, ERROR_STORE, "writing this attachment failed before; drop it");
}

/* Notes a failure of the disk. Always false. */
static bool file_failed(struct attachment_file *file, struct error *err)
{
    file->has_failed = true;
    return error_add(err, "writing an attachment");
}

bool attachment_file_write(struct attachment_file *file, uint64_t index, struct span bytes,
                           struct error *err)
{
    const struct env *env = file->env;

    if (!file_is_writable(file, err))
        return false;
    if (bytes.size == 0 || bytes.size > ATTACHMENT_SEGMENT_SIZE)
        return error_set(err, ERROR_BUG, "a segment of %zu bytes", bytes.size);
    if (index != file->next || file->is_ended)
        return error_set(err, ERROR_BUG, "segment %" PRIu64 " does not follow segment %" PRIu64,
                         index, file->next);
    if (index >= (uint64_t)INT64_MAX / ATTACHMENT_SEGMENT_SIZE)
        return error_set(err, ERROR_LIMIT, "segment %" PRIu64, index);
    if (!env->write_at(env->context, file->file, (int64_t)(index * ATTACHMENT_SEGMENT_SIZE), bytes,
                       err))
        return file_failed(file, err);
    file->next++;
    file->is_ended = bytes.size < ATTACHMENT_SEGMENT_SIZE;
    return true;
}

bool attachment_file_sync(struct attachment_file *file, struct error *err)
{
    if (!file_is_writable(file, err))
        return false;
    return file->env->sync(file->env->context, file->file, err) || file_failed(file, err);
}

bool attachment_file_finish(struct attachment_file **file, struct error *err)
{
    const struct env *env = (*file)->env;
    const struct paths *paths = &(*file)->paths;
    bool ok = attachment_file_sync(*file, err) &&
              env->rename(env->context, paths->part, paths->file, err) &&
              env->sync_dir(env->context, paths->directory, err);

    attachment_file_close(file);
    return ok || error_add(err, "finishing an attachment");
}

bool attachment_file_read(struct attachment_file *file, uint64_t index, uint8_t *out, size_t size,
                          struct error *err)
{
    if (size > ATTACHMENT_SEGMENT_SIZE || index >= (uint64_t)INT64_MAX / ATTACHMENT_SEGMENT_SIZE)
        return error_set(err, ERROR_BUG, "segment %" PRIu64 " of %zu bytes", index, size);
    return file->env->read_at(file->env->context, file->file,
                              (int64_t)(index * ATTACHMENT_SEGMENT_SIZE), out, size, err) ||
           error_add(err, "reading segment %" PRIu64 " of an attachment", index);
}

bool attachment_file_size(struct attachment_file *file, int64_t *out, struct error *err)
{
    return file->env->size(file->env->context, file->file, out, err);
}

static bool unlink_optional(const struct env *env, const char *path, bool *was_there,
                            struct error *err)
{
    struct error found = {0};

    if (env->unlink(env->context, path, &found)) {
        *was_there = true;
        return true;
    }
    return found.kind == ERROR_MISSING || error_set(err, found.kind, "%s", found.text);
}

bool attachment_file_drop(const struct env *env, const char *home, struct span id,
                          struct error *err)
{
    struct paths paths;
    bool was_there = false;

    if (!paths_make(home, id, &paths, err))
        return false;
    return (unlink_optional(env, paths.part, &was_there, err) &&
            unlink_optional(env, paths.file, &was_there, err) &&
            (!was_there || env->sync_dir(env->context, paths.directory, err))) ||
           error_add(err, "dropping an attachment");
}
