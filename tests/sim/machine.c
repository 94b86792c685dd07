/* The machine's env: see machine.h. */
#include "sim/machine.h"

#include "base/attributes.h"

#include <stdlib.h>
#include <string.h>

struct env_file {
    struct disk_file *file;
};

static struct machine *machines[MACHINE_COUNT + 1]; /* the last one: a clone */

struct machine *machine_of_path(const char *path)
{
    for (size_t i = 0; i < ARRAY_COUNT(machines); i++) {
        size_t size = machines[i] == NULL ? 0 : strlen(machines[i]->name);
        if (size > 0 && path[0] == '/' && strncmp(path + 1, machines[i]->name, size) == 0 &&
            path[1 + size] == '/')
            return machines[i];
    }
    return NULL;
}

static int64_t now_ms(void *context)
{
    const struct machine *machine = context;
    return *machine->now_ms + machine->skew_ms;
}

static int64_t monotonic_ms(void *context)
{
    const struct machine *machine = context;
    return *machine->now_ms;
}

static void fill(void *context, uint8_t *out, size_t size)
{
    struct machine *machine = context;
    random_fill(&machine->random, out, size);
}

static bool failed(const struct machine *machine, const char *act, const char *path,
                   struct error *err)
{
    return error_set(err, ERROR_STORE, "cannot %s %s on the disk of %s", act, path, machine->name);
}

static bool open_file(void *context, const char *path, enum env_open how, struct env_file **out,
                      struct error *err)
{
    struct machine *machine = context;
    bool is_new = false;
    bool is_there = disk_has(&machine->disk, path);

    if (machine->disk.is_dead)
        return failed(machine, "open", path, err);
    if (how == ENV_OPEN_CREATE && is_there)
        return error_set(err, ERROR_CONFLICT, "%s is there already", path);
    if (how != ENV_OPEN_CREATE && !is_there)
        return error_set(err, ERROR_MISSING, "%s is not there", path);
    struct disk_file *file = disk_open(&machine->disk, path, how == ENV_OPEN_CREATE, &is_new);
    if (file == NULL)
        return failed(machine, "open", path, err);
    struct env_file *opened = malloc(sizeof *opened);
    if (opened == NULL)
        abort();
    opened->file = file;
    *out = opened;
    return true;
}

static void close_file(void *context, struct env_file *file)
{
    struct machine *machine = context;
    disk_close(&machine->disk, file->file);
    free(file);
}

static bool size_of(void *context, struct env_file *file, int64_t *out, struct error *err)
{
    struct machine *machine = context;
    *out = file->file->now.size;
    return !machine->disk.is_dead || failed(machine, "measure", "a file", err);
}

static bool read_at(void *context, struct env_file *file, int64_t offset, uint8_t *out, size_t size,
                    struct error *err)
{
    struct machine *machine = context;
    return disk_read(&machine->disk, file->file, offset, out, size) == size ||
           failed(machine, "read", disk_path(&machine->disk, file->file), err);
}

static bool write_at(void *context, struct env_file *file, int64_t offset, struct span bytes,
                     struct error *err)
{
    struct machine *machine = context;
    return disk_write(&machine->disk, file->file, offset, bytes) ||
           failed(machine, "write", disk_path(&machine->disk, file->file), err);
}

static bool sync_file(void *context, struct env_file *file, struct error *err)
{
    struct machine *machine = context;
    return disk_sync(&machine->disk, file->file) ||
           failed(machine, "sync", disk_path(&machine->disk, file->file), err);
}

static bool truncate_file(void *context, struct env_file *file, int64_t size, struct error *err)
{
    struct machine *machine = context;
    return disk_truncate(&machine->disk, file->file, size) ||
           failed(machine, "truncate", disk_path(&machine->disk, file->file), err);
}

static bool rename_file(void *context, const char *from, const char *to, struct error *err)
{
    struct machine *machine = context;
    return disk_rename(&machine->disk, from, to) || failed(machine, "rename", from, err);
}

static bool unlink_file(void *context, const char *path, struct error *err)
{
    struct machine *machine = context;
    if (!machine->disk.is_dead && !disk_has(&machine->disk, path))
        return error_set(err, ERROR_MISSING, "%s is not there", path);
    return disk_remove(&machine->disk, path) || failed(machine, "remove", path, err);
}

static bool sync_dir(void *context, const char *path, struct error *err)
{
    struct machine *machine = context;
    return disk_sync_dir(&machine->disk) || failed(machine, "sync directory", path, err);
}

/* Directories are names only. */
static bool make_dir(void *context, const char *path, struct error *err)
{
    struct machine *machine = context;
    return !machine->disk.is_dead || failed(machine, "make directory", path, err);
}

void machine_start(struct machine *machine, const char *name, uint64_t seed,
                   const int64_t *world_ms)
{
    machine->name = name;
    machine->random.state = seed;
    machine->now_ms = world_ms;
    machine->skew_ms = 0;
    machine->env = (struct env){.context = machine,
                                .sqlite_vfs = machine_vfs_name,
                                .now_ms = now_ms,
                                .monotonic_ms = monotonic_ms,
                                .random = fill,
                                .open = open_file,
                                .close = close_file,
                                .size = size_of,
                                .read_at = read_at,
                                .write_at = write_at,
                                .sync = sync_file,
                                .truncate = truncate_file,
                                .rename = rename_file,
                                .unlink = unlink_file,
                                .sync_dir = sync_dir,
                                .make_dir = make_dir};
    machines[strcmp(name, "ro") == 0 ? 0 : strcmp(name, "al") == 0 ? 1 : MACHINE_COUNT] = machine;
}
