/* Whole files over an env: see env.h. */
#include "base/env.h"

#include "base/buffer.h"

#include <inttypes.h>
#include <stdio.h>

bool env_read_file(const struct env *env, const char *path, size_t limit, struct buffer *out,
                   struct error *err)
{
    struct env_file *file = NULL;
    int64_t size = 0;

    if (!env->open(env->context, path, ENV_OPEN_READ, &file, err))
        return false;
    bool ok = env->size(env->context, file, &size, err);
    if (ok && (uint64_t)size > limit)
        ok = error_set(err, ERROR_LIMIT, "%s has %" PRId64 " bytes; at most %zu allowed", path,
                       size, limit);
    uint8_t *room = ok ? buffer_room(out, (size_t)size) : NULL;
    if (ok && room == NULL && size > 0)
        ok = error_set(err, ERROR_LIMIT, "%s does not fit in memory", path);
    ok = ok && (size == 0 || env->read_at(env->context, file, 0, room, (size_t)size, err));
    env->close(env->context, file);
    return ok;
}

static bool parent_of(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return snprintf(out, size, ".") > 0;
    size_t length = slash == path ? 1 : (size_t)(slash - path);
    return snprintf(out, size, "%.*s", (int)length, path) < (int)size;
}

bool env_write_file(const struct env *env, const char *path, struct span bytes, struct error *err)
{
    char temporary[4096];
    char directory[4096];
    struct env_file *file = NULL;

    if (snprintf(temporary, sizeof temporary, "%s.new", path) >= (int)sizeof temporary ||
        !parent_of(path, directory, sizeof directory))
        return error_set(err, ERROR_LIMIT, "path too long");
    struct error ignored = {0};
    env->unlink(env->context, temporary, &ignored); /* left by a crash */
    if (!env->open(env->context, temporary, ENV_OPEN_CREATE, &file, err))
        return false;
    bool ok =
        env->write_at(env->context, file, 0, bytes, err) && env->sync(env->context, file, err);
    env->close(env->context, file);
    return ok && env->rename(env->context, temporary, path, err) &&
           env->sync_dir(env->context, directory, err);
}
