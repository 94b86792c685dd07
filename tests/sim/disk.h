/*
 * Disk: the simulated disk of one node. What was written and not synced is kept apart from what is durable; a crash
 * keeps, drops or tears each unsynced 512-byte sector as the seed says, and may undo what was done to directories since
 * their last sync. Every write, sync and change of a name counts as one I/O call; the disk fails for good at the call
 * that was chosen, and everything after it fails until the harness has crashed it and the node is opened anew.
 *
 * Pages are shared between images (copy on write), so that a prepared disk is cloned for every seed at little cost.
 */
#ifndef BESA_TESTS_SIM_DISK_H
#define BESA_TESTS_SIM_DISK_H

#include "base/env.h"
#include "sim/random.h"

#define DISK_PAGE_SIZE   4096u
#define DISK_SECTOR_SIZE 512u
#define DISK_NAME_MAX    96u
#define DISK_NAME_COUNT  64u
#define DISK_FILE_COUNT  128u

enum disk_call {
    DISK_WRITE,
    DISK_SYNC,
    DISK_TRUNCATE,
    DISK_CREATE,
    DISK_RENAME,
    DISK_REMOVE,
    DISK_SYNC_DIR,
    DISK_CALL_COUNT
};
extern const char *const disk_call_names[DISK_CALL_COUNT];

/* What happens at the chosen call. */
enum disk_failure {
    DISK_POWER_LOSS, /* everything fails from here on; unsynced writes are up to the seed */
    DISK_SYNC_ERROR, /* one sync fails; what it should have made durable may be gone, and later syncs of that file do not
                      * bring it back, though they say so */
    DISK_WRITE_ERROR, /* one write fails */
    DISK_FULL,        /* writes that make a file longer fail until the node is opened anew */
    DISK_FAILURE_COUNT
};

/* What became of unsynced sectors, and of names, in a crash. */
enum disk_fate { FATE_KEPT, FATE_DROPPED, FATE_TORN, FATE_NAMES_UNDONE, FATE_COUNT };

struct disk_page;
struct disk_image {
    struct disk_page **pages;
    size_t page_count;
    size_t room;
    int64_t size;
};

struct disk_file {
    unsigned users;  /* names and open handles */
    bool has_failed; /* a sync: nothing more becomes durable */
    struct disk_image now;
    struct disk_image durable;
};

struct disk_name {
    char path[DISK_NAME_MAX]; /* empty: free */
    struct disk_file *file;
};

struct disk {
    struct random *random;
    struct disk_name now[DISK_NAME_COUNT];
    struct disk_name durable[DISK_NAME_COUNT];
    struct disk_file *files[DISK_FILE_COUNT];
    uint64_t calls;
    uint64_t fail_at; /* the call, counted from 1; 0: none */
    enum disk_failure failure;
    bool has_failed; /* the chosen failure came */
    bool is_dead;    /* no power */
    bool is_full;
    unsigned fates[FATE_COUNT]; /* of the last crash */
    bool is_quiet;              /* the harness looks: nothing is counted, nothing fails */
    /* Where the failure came, for the histogram. */
    enum disk_call failed_call;
    char failed_path[DISK_NAME_MAX];
};

void disk_make(struct disk *disk, struct random *random);
void disk_free(struct disk *disk);
/* An independent disk with the durable contents of `from`: a template's clone, a backup. */
bool disk_clone(const struct disk *from, struct disk *out, struct random *random);
/* Puts the contents that `from` held for `path` in place, durably: a restored backup of one file. */
bool disk_restore(struct disk *disk, const struct disk *from, const char *path);
/* Other names: what began with `from` begins with `to`. No handle may be open. */
void disk_move(struct disk *disk, const char *from, const char *to);
/* The file is gone, for good. */
void disk_lose(struct disk *disk, const char *path);
/* The power was lost: what was not synced is kept, dropped or torn. No handle may be open. */
void disk_crash(struct disk *disk);
/* Fails at the n-th call from now on. */
void disk_fail_in(struct disk *disk, uint64_t n, enum disk_failure failure);
/* The failure is over; what has not come yet will not come. */
void disk_mend(struct disk *disk);

/* Files. NULL or false: dead, full or absent. */
struct disk_file *disk_open(struct disk *disk, const char *path, bool may_create, bool *is_new);
struct disk_file *disk_open_nameless(struct disk *disk);
void disk_close(struct disk *disk, struct disk_file *file);
bool disk_has(const struct disk *disk, const char *path);
/* Bytes that were there; fewer than asked at the end of the file. SIZE_MAX: the disk is dead. */
size_t disk_read(struct disk *disk, const struct disk_file *file, int64_t offset, uint8_t *out,
                 size_t size);
bool disk_write(struct disk *disk, struct disk_file *file, int64_t offset, struct span bytes);
bool disk_sync(struct disk *disk, struct disk_file *file);
bool disk_truncate(struct disk *disk, struct disk_file *file, int64_t size);
bool disk_rename(struct disk *disk, const char *from, const char *to);
bool disk_remove(struct disk *disk, const char *path);
bool disk_sync_dir(struct disk *disk);
/* Name of the file, "" for one without. */
const char *disk_path(const struct disk *disk, const struct disk_file *file);

#endif
