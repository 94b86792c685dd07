/*
 * A copy of the record for backups: see keeper.h. It is read block by block while the keeper may write: of each pair of
 * slots at most the one being written is torn, and the other one checks. The blocks of the daily keys are left empty.
 */
#include "keeper/record_form.h"

#include <stdio.h>

bool keeper_record_copy(const struct env *env, const char *directory, struct buffer *out,
                        struct error *err)
{
    size_t size = (size_t)RECORD_BLOCK_COUNT * RECORD_BLOCK_SIZE;
    size_t kept = (size_t)RECORD_PSK_BLOCK_FIRST * RECORD_BLOCK_SIZE;
    char path[KEEPER_PATH_SIZE];
    struct env_file *file = NULL;
    uint8_t *room = buffer_room(out, size);

    if (room == NULL)
        return error_set(err, ERROR_LIMIT, "copying the keeper's record: out of memory");
    int length = snprintf(path, sizeof path, "%s/%s", directory, RECORD_NAME);
    if (length < 0 || length >= (int)sizeof path)
        return error_set(err, ERROR_LIMIT, "the keeper's path is too long");
    if (!env->open(env->context, path, ENV_OPEN_READ, &file, err))
        return false;
    bool ok = true;
    for (size_t at = 0; ok && at < kept; at += RECORD_BLOCK_SIZE)
        ok = env->read_at(env->context, file, (int64_t)at, room + at, RECORD_BLOCK_SIZE, err);
    env->close(env->context, file);
    return ok || error_add(err, "copying the keeper's record");
}
