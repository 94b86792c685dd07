/*
 * Any bytes as the contents of a backup, sealed as a backup seals: refused, or files under allowed names whose digests the
 * manifest names. Any bytes as a backup file: refused.
 */
#include "base/attributes.h"
#include "cmd/backup_file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROOM (4u * 1024 * 1024)
static uint8_t room[ROOM];
static size_t room_size;

static bool memory_open(void *context, const char *path, enum env_open how, struct env_file **out,
                        struct error *err)
{
    (void)context;
    (void)path;
    (void)how;
    (void)err;
    *out = (struct env_file *)room;
    return true;
}

static void memory_close(void *context, struct env_file *file)
{
    (void)context;
    (void)file;
}

static bool memory_size(void *context, struct env_file *file, int64_t *out, struct error *err)
{
    (void)context;
    (void)file;
    (void)err;
    *out = (int64_t)room_size;
    return true;
}

static bool memory_read(void *context, struct env_file *file, int64_t offset, uint8_t *out,
                        size_t size, struct error *err)
{
    (void)context;
    (void)file;
    if (offset < 0 || (uint64_t)offset > room_size || size > room_size - (size_t)offset)
        return error_set(err, ERROR_STORE, "file ends too early");
    memcpy(out, room + offset, size);
    return true;
}

static bool memory_write(void *context, struct env_file *file, int64_t offset, struct span bytes,
                         struct error *err)
{
    (void)context;
    (void)file;
    if (offset < 0 || (uint64_t)offset + bytes.size > ROOM)
        return error_set(err, ERROR_STORE, "full");
    memcpy(room + offset, bytes.data, bytes.size);
    if ((size_t)offset + bytes.size > room_size)
        room_size = (size_t)offset + bytes.size;
    return true;
}

static void contents_try(const struct env *env, struct span bytes)
{
    static const uint8_t key[AEAD_KEY_SIZE] = {1};
    static const uint8_t associated[DIGEST_SIZE] = {2};
    struct env_file *file = (struct env_file *)room;
    struct backup_reader reader = {
        .env = env, .file = file, .lines = buffer_make(BACKUP_MANIFEST_MAX)};
    struct buffer manifest CLEANUP(buffer_free) = buffer_make(BACKUP_MANIFEST_MAX);
    struct sealed_stream stream;
    struct backup_record record = {.is_manifest = false};
    struct error err = {0};

    room_size = 0;
    if (!sealed_stream_begin(env, file, 0, key, associated, &stream, &err) ||
        !sealed_stream_write(&stream, bytes, &err) || !sealed_stream_finish(&stream, &err))
        abort();
    sealed_stream_end(&stream);
    if (!sealed_stream_open(env, file, 0, key, associated, &reader.stream, &err))
        abort();
    while (!record.is_manifest && backup_next(&reader, &record, &manifest, &err)) {
        if (record.is_manifest)
            break;
        if (!backup_name_is_allowed(span_text(record.name)))
            abort();
        if (!backup_take(&reader, &record, NULL, &err))
            break;
    }
    if (!record.is_manifest && err.kind != ERROR_INPUT && err.kind != ERROR_LIMIT)
        abort();
    backup_close(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct env env = *env_real();
    struct error err = {0};
    enum backup_kind kind;

    if (size > ROOM / 2)
        return 0;
    env.open = memory_open;
    env.close = memory_close;
    env.size = memory_size;
    env.read_at = memory_read;
    env.write_at = memory_write;
    contents_try(&env, span_make(data, size));
    memcpy(room, data, size);
    room_size = size;
    if (!backup_kind_read(&env, "any", &kind, &err) && err.kind != ERROR_INPUT)
        abort();
    return 0;
}
