/* Measurements: see bench.h.   usage: besa-bench [NAME | --list]   (all without a name; 1 when something failed or a must
 * is missed) */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char directory[BENCH_PATH_SIZE];

double bench_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double bench_core(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static void directory_remove(void)
{
    char command[BENCH_PATH_SIZE + 16];

    if (strstr(directory, "/besa-bench-") == NULL)
        return;
    snprintf(command, sizeof command, "rm -rf '%s'", directory);
    if (getenv("BESA_KEEP") == NULL && system(command) != 0)
        bench_say("%s stays\n", directory);
}

const char *bench_directory(void)
{
    const char *base = getenv("BESA_BENCH_DIR");

    if (directory[0] != '\0')
        return directory;
    if (base == NULL)
        base = getenv("TMPDIR");
    snprintf(directory, sizeof directory, "%s/besa-bench-XXXXXX", base == NULL ? "/tmp" : base);
    if (mkdtemp(directory) == NULL) {
        perror(directory);
        exit(1);
    }
    atexit(directory_remove);
    return directory;
}

static const struct {
    const char *name;
    bool (*run)(void);
} benches[] = {
    {"sync", bench_sync},       {"audit", bench_audit},          {"exchange", bench_exchange},
    {"node", bench_node},       {"search", bench_search},        {"api", bench_api},
    {"linkage", bench_linkage}, {"name_bench", bench_names},     {"crowd", bench_crowd},
    {"weights", bench_weights}, {"retention", bench_retention},  {"import", bench_import},
    {"desk", bench_desk},       {"thresholds", bench_thresholds}};

static int list(void)
{
    for (size_t i = 0; i < ARRAY_COUNT(benches); i++)
        printf("%s\n", benches[i].name);
    return 0;
}

int main(int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : NULL;
    bool ok = true;
    size_t ran = 0;

    if (only != NULL && strcmp(only, "--list") == 0)
        return list();
    for (size_t i = 0; i < ARRAY_COUNT(benches); i++) {
        if (only != NULL && strcmp(only, benches[i].name) != 0)
            continue;
        ok = benches[i].run() && ok;
        ran++;
    }
    if (ran == 0) {
        bench_say("usage: besa-bench [NAME | --list]\n");
        return 64;
    }
    if (bench_missed() > 0)
        bench_say("%u figures miss what they must hold\n", bench_missed());
    return ok && bench_missed() == 0 ? 0 : 1;
}
