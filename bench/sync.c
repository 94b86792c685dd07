/*
 * Syncs a second of the disk under the bench's directory: 2,048 bytes appended, fdatasync. Context for every figure that
 * waits for the disk.
 */
#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SYNC_SIZE    2048
#define SYNC_SECONDS 1.0

static bool sync_once(double *per_s)
{
    char path[BENCH_PATH_SIZE + 16];
    char block[SYNC_SIZE];
    double began = bench_now();
    unsigned count = 0;

    memset(block, 'x', sizeof block);
    snprintf(path, sizeof path, "%s/sync", bench_directory());
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    bool ok = fd >= 0;
    for (; ok && bench_now() - began < SYNC_SECONDS; count++)
        ok = write(fd, block, sizeof block) == SYNC_SIZE && fdatasync(fd) == 0;
    *per_s = count / (bench_now() - began);
    if (fd >= 0)
        close(fd);
    unlink(path);
    return ok;
}

bool bench_sync(void)
{
    struct bench_series series = {.count = 0};

    bench_say("sync: append %d bytes and fdatasync, one at a time\n", SYNC_SIZE);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        double per_s = 0;
        if (!sync_once(&per_s)) {
            perror("sync");
            return false;
        }
        bench_add(&series, per_s);
    }
    bench_figure("sync_per_s", &series, "1/s");
    return true;
}
