/* An env in memory: see memory_env.h. */
#include "keeper/support/memory_env.h"

#include <stdio.h>
#include <stdlib.h>

struct env_file {
    struct memory_file *file;
};

static int64_t memory_now_ms(void *context)
{
    return ((struct memory_env *)context)->now_ms;
}

/* splitmix64 */
static void memory_random(void *context, uint8_t *out, size_t size)
{
    struct memory_env *memory = context;
    for (size_t i = 0; i < size; i++) {
        memory->random_state += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = memory->random_state;
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        out[i] = (uint8_t)(z ^ (z >> 31));
    }
}

struct memory_file *memory_env_file(struct memory_env *memory, const char *path)
{
    for (size_t i = 0; i < MEMORY_FILE_COUNT; i++)
        if (memory->files[i].path[0] != '\0' && strcmp(memory->files[i].path, path) == 0)
            return &memory->files[i];
    return NULL;
}

static struct memory_file *file_make(struct memory_env *memory, const char *path)
{
    for (size_t i = 0; i < MEMORY_FILE_COUNT; i++)
        if (memory->files[i].path[0] == '\0') {
            snprintf(memory->files[i].path, sizeof memory->files[i].path, "%s", path);
            return &memory->files[i];
        }
    return NULL;
}

static bool memory_open(void *context, const char *path, enum env_open how, struct env_file **out,
                        struct error *err)
{
    struct memory_env *memory = context;
    struct memory_file *file = memory_env_file(memory, path);

    if (how == ENV_OPEN_CREATE && file != NULL)
        return error_set(err, ERROR_CONFLICT, "%s exists", path);
    if (how == ENV_OPEN_CREATE)
        file = file_make(memory, path);
    if (file == NULL)
        return error_set(err, ERROR_MISSING, "no %s", path);
    *out = malloc(sizeof **out);
    (*out)->file = file;
    return true;
}

static void memory_close(void *context, struct env_file *file)
{
    (void)context;
    free(file);
}

static bool memory_size(void *context, struct env_file *file, int64_t *out, struct error *err)
{
    (void)context;
    (void)err;
    *out = (int64_t)file->file->size;
    return true;
}

static bool memory_read_at(void *context, struct env_file *file, int64_t offset, uint8_t *out,
                           size_t size, struct error *err)
{
    (void)context;
    if ((size_t)offset + size > file->file->size)
        return error_set(err, ERROR_STORE, "file ends too early");
    if (size > 0)
        memcpy(out, file->file->data + offset, size);
    return true;
}

static bool memory_write_at(void *context, struct env_file *file, int64_t offset, struct span bytes,
                            struct error *err)
{
    struct memory_env *memory = context;
    struct memory_file *to = file->file;
    size_t end = (size_t)offset + bytes.size;

    memory->write_count++;
    if (memory->fail_write_at > 0 && --memory->fail_write_at == 0)
        return error_set(err, ERROR_STORE, "cannot write file: no space");
    if (end > to->size) {
        to->data = realloc(to->data, end);
        memset(to->data + to->size, 0, end - to->size);
        to->size = end;
    }
    memcpy(to->data + offset, bytes.data, bytes.size);
    return true;
}

static void copy_bytes(uint8_t **to, size_t *to_size, const uint8_t *from, size_t size)
{
    *to = realloc(*to, size + 1);
    if (size > 0)
        memcpy(*to, from, size);
    *to_size = size;
}

static bool memory_sync(void *context, struct env_file *file, struct error *err)
{
    struct memory_env *memory = context;
    struct memory_file *to = file->file;

    memory->sync_count++;
    if (memory->fail_sync_at > 0 && --memory->fail_sync_at == 0)
        return error_set(err, ERROR_STORE, "cannot sync file: input/output error");
    copy_bytes(&to->synced, &to->synced_size, to->data, to->size);
    return true;
}

static bool memory_truncate(void *context, struct env_file *file, int64_t size, struct error *err)
{
    (void)context;
    if ((size_t)size > file->file->size)
        return error_set(err, ERROR_STORE, "cannot grow");
    file->file->size = (size_t)size;
    return true;
}

static void file_free(struct memory_file *file)
{
    free(file->data);
    free(file->synced);
    *file = (struct memory_file){0};
}

static bool memory_rename(void *context, const char *from, const char *to, struct error *err)
{
    struct memory_env *memory = context;
    struct memory_file *source = memory_env_file(memory, from);
    struct memory_file *target = memory_env_file(memory, to);

    if (source == NULL)
        return error_set(err, ERROR_MISSING, "no %s", from);
    if (target != NULL)
        file_free(target);
    snprintf(source->path, sizeof source->path, "%s", to);
    return true;
}

static bool memory_unlink(void *context, const char *path, struct error *err)
{
    struct memory_file *file = memory_env_file(context, path);

    if (file == NULL)
        return error_set(err, ERROR_MISSING, "no %s", path);
    file_free(file);
    return true;
}

static bool memory_path_done(void *context, const char *path, struct error *err)
{
    (void)context;
    (void)path;
    (void)err;
    return true;
}

void memory_env_start(struct memory_env *memory, int64_t now_ms, uint64_t seed)
{
    *memory = (struct memory_env){
        .env = {.now_ms = memory_now_ms,
                .monotonic_ms = memory_now_ms,
                .random = memory_random,
                .open = memory_open,
                .close = memory_close,
                .size = memory_size,
                .read_at = memory_read_at,
                .write_at = memory_write_at,
                .sync = memory_sync,
                .truncate = memory_truncate,
                .rename = memory_rename,
                .unlink = memory_unlink,
                .sync_dir = memory_path_done,
                .make_dir = memory_path_done},
        .now_ms = now_ms,
        .random_state = seed,
    };
    memory->env.context = memory;
}

void memory_env_end(struct memory_env *memory)
{
    for (size_t i = 0; i < MEMORY_FILE_COUNT; i++)
        file_free(&memory->files[i]);
}

void memory_env_crash(struct memory_env *memory)
{
    for (size_t i = 0; i < MEMORY_FILE_COUNT; i++) {
        struct memory_file *file = &memory->files[i];
        if (file->path[0] != '\0')
            copy_bytes(&file->data, &file->size, file->synced, file->synced_size);
    }
}
