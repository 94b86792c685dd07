/*
 * SQLite's files on the simulated disk. One connection to each database, so locks are granted at once; the shared memory
 * of the write-ahead log's index lies on the heap and is lost with the connection, as it is with a machine.
 */
#include "sim/machine.h"

#include <sqlite3.h>

#include <stdlib.h>
#include <string.h>

#define SHM_REGION_COUNT 64

const char machine_vfs_name[] = "besa-sim";

struct vfs_file {
    sqlite3_file base; /* first */
    struct disk *disk;
    struct disk_file *file;
    bool is_new; /* its name is made durable with its first sync */
    bool removes_when_closed;
    char path[DISK_NAME_MAX];
    void *regions[SHM_REGION_COUNT];
};

static struct random sqlite_random;

static struct vfs_file *file_of(sqlite3_file *base)
{
    return (struct vfs_file *)base;
}

static void regions_free(struct vfs_file *file)
{
    for (size_t i = 0; i < SHM_REGION_COUNT; i++) {
        free(file->regions[i]);
        file->regions[i] = NULL;
    }
}

static int file_close(sqlite3_file *base)
{
    struct vfs_file *file = file_of(base);
    regions_free(file);
    if (file->removes_when_closed && file->path[0] != '\0')
        disk_remove(file->disk, file->path);
    disk_close(file->disk, file->file);
    return SQLITE_OK;
}

static int file_read(sqlite3_file *base, void *out, int size, sqlite3_int64 offset)
{
    struct vfs_file *file = file_of(base);
    size_t got = disk_read(file->disk, file->file, offset, out, (size_t)size);
    if (got == SIZE_MAX)
        return SQLITE_IOERR_READ;
    if (got == (size_t)size)
        return SQLITE_OK;
    memset((uint8_t *)out + got, 0, (size_t)size - got);
    return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *base, const void *bytes, int size, sqlite3_int64 offset)
{
    struct vfs_file *file = file_of(base);
    if (disk_write(file->disk, file->file, offset, span_make(bytes, (size_t)size)))
        return SQLITE_OK;
    return file->disk->is_full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct vfs_file *file = file_of(base);
    return disk_truncate(file->disk, file->file, size) ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

static int file_sync(sqlite3_file *base, int flags)
{
    struct vfs_file *file = file_of(base);
    (void)flags;
    if (!disk_sync(file->disk, file->file))
        return SQLITE_IOERR_FSYNC;
    if (file->is_new && !disk_sync_dir(file->disk))
        return SQLITE_IOERR_DIR_FSYNC;
    file->is_new = false;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *out)
{
    *out = file_of(base)->file->now.size;
    return file_of(base)->disk->is_dead && !file_of(base)->disk->is_quiet ? SQLITE_IOERR_FSTAT
                                                                          : SQLITE_OK;
}

static int file_lock(sqlite3_file *base, int level)
{
    (void)base;
    (void)level;
    return SQLITE_OK;
}

static int file_check_lock(sqlite3_file *base, int *out)
{
    (void)base;
    *out = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *base, int what, void *argument)
{
    (void)base;
    (void)what;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int file_sector_size(sqlite3_file *base)
{
    (void)base;
    return (int)DISK_SECTOR_SIZE;
}

/* As the unix VFS: a write does not damage what lies beside it. */
static int file_characteristics(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int shm_map(sqlite3_file *base, int region, int size, int may_extend, void volatile **out)
{
    struct vfs_file *file = file_of(base);
    if (region < 0 || region >= SHM_REGION_COUNT)
        return SQLITE_FULL;
    if (file->regions[region] == NULL && may_extend != 0)
        file->regions[region] = calloc(1, (size_t)size);
    *out = file->regions[region];
    return SQLITE_OK;
}

static int shm_lock(sqlite3_file *base, int offset, int count, int flags)
{
    (void)base;
    (void)offset;
    (void)count;
    (void)flags;
    return SQLITE_OK;
}

static void shm_barrier(sqlite3_file *base)
{
    (void)base;
}

static int shm_unmap(sqlite3_file *base, int is_deleted)
{
    (void)is_deleted;
    regions_free(file_of(base));
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_lock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

static struct disk *disk_of(const char *path)
{
    struct machine *machine = path == NULL ? NULL : machine_of_path(path);
    return machine == NULL ? NULL : &machine->disk;
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags,
                    int *flags_out)
{
    struct vfs_file *file = file_of(base);
    struct machine *any = machine_of_path("/ro/");
    (void)vfs;

    memset(file, 0, sizeof *file);
    file->disk = path == NULL ? &any->disk : disk_of(path);
    if (file->disk == NULL)
        return SQLITE_CANTOPEN;
    if (path == NULL)
        file->file = disk_open_nameless(file->disk);
    else
        file->file = disk_open(file->disk, path, (flags & SQLITE_OPEN_CREATE) != 0, &file->is_new);
    if (file->file == NULL)
        return SQLITE_CANTOPEN;
    if (path != NULL)
        memcpy(file->path, path, strlen(path) + 1);
    file->removes_when_closed = path != NULL && (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    file->base.pMethods = &methods;
    if (flags_out != NULL)
        *flags_out = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int is_synced)
{
    struct disk *disk = disk_of(path);
    (void)vfs;
    if (disk == NULL || disk->is_dead)
        return SQLITE_IOERR_DELETE;
    if (!disk_has(disk, path))
        return SQLITE_IOERR_DELETE_NOENT;
    if (!disk_remove(disk, path))
        return SQLITE_IOERR_DELETE;
    return is_synced == 0 || disk_sync_dir(disk) ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    struct disk *disk = disk_of(path);
    (void)vfs;
    (void)flags;
    *out = disk != NULL && disk_has(disk, path);
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int size, char *out)
{
    size_t length = strlen(path) + 1;
    (void)vfs;
    if (length > (size_t)size || length > DISK_NAME_MAX)
        return SQLITE_CANTOPEN;
    memcpy(out, path, length);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    random_fill(&sqlite_random, (uint8_t *)out, (size_t)size);
    return size;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

/* Nothing in Besa's SQL asks for the time. */
static int vfs_now(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    (void)vfs;
    *out = INT64_C(212569878000000);
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    (void)size;
    (void)out;
    return 0;
}

bool machine_vfs_register(void)
{
    static sqlite3_vfs vfs = {
        .iVersion = 2,
        .szOsFile = sizeof(struct vfs_file),
        .mxPathname = DISK_NAME_MAX,
        .zName = machine_vfs_name,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_path,
        .xRandomness = vfs_random,
        .xSleep = vfs_sleep,
        .xGetLastError = vfs_last_error,
        .xCurrentTimeInt64 = vfs_now,
    };
    /* One thread, and nobody asks how much memory it uses. */
    return sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) == SQLITE_OK &&
           sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK &&
           sqlite3_vfs_register(&vfs, 1) == SQLITE_OK;
}

void machine_vfs_seed(uint64_t seed)
{
    sqlite_random.state = seed;
    sqlite3_randomness(0, NULL);
}
