/*
 * Machine: what one simulated node runs on: its disk, its clock, its randomness, as the `env` and the SQLite VFS that the
 * node's code is given. Paths begin with the machine's name: "/ro/besa.db".
 */
#ifndef BESA_TESTS_SIM_MACHINE_H
#define BESA_TESTS_SIM_MACHINE_H

#include "sim/disk.h"

#define MACHINE_COUNT 2

struct machine {
    const char *name; /* "ro" */
    struct disk disk;
    struct random random;  /* the node's own: ids, salts, keys */
    const int64_t *now_ms; /* the world's */
    int64_t skew_ms;       /* of this machine's clock */
    struct env env;
};

/* The disk is made by the caller (disk_make, disk_clone). Makes the machine the one that paths of this name lead to. */
void machine_start(struct machine *machine, const char *name, uint64_t seed, const int64_t *now_ms);

/* The VFS over machines' disks; once per process. It becomes SQLite's default, so that SQLite's own randomness is the
 * simulator's too. */
extern const char machine_vfs_name[];
bool machine_vfs_register(void);
/* SQLite's randomness begins anew from this seed. */
void machine_vfs_seed(uint64_t seed);
struct machine *machine_of_path(const char *path);

#endif
