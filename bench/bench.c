/* Measurements: see bench.h.   usage: besa-bench [NAME]   (the names stand in main; all without one) */
#include "bench.h"

#include <stdarg.h>
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

void bench_say(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
}

int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

void bench_add(struct bench_series *series, double value)
{
    if (series->count < BENCH_ROUNDS)
        series->values[series->count++] = value;
}

/* The value at a place of the sorted series; 0 of an empty one. */
static double sorted_at(const struct bench_series *series, size_t at)
{
    struct bench_series copy = *series;
    qsort(copy.values, copy.count, sizeof copy.values[0], bench_compare);
    return copy.count == 0 ? 0 : copy.values[at < copy.count ? at : copy.count - 1];
}

double bench_median(const struct bench_series *series)
{
    return sorted_at(series, series->count / 2);
}

double bench_least(const struct bench_series *series)
{
    return sorted_at(series, 0);
}

double bench_most(const struct bench_series *series)
{
    return sorted_at(series, BENCH_ROUNDS);
}

static int decimals(double value)
{
    return value < 1 ? 4 : value < 10 ? 3 : value < 1000 ? 1 : 0;
}

void bench_row(const char *name, const struct bench_series *series, const char *unit)
{
    int places = decimals(bench_median(series));
    bench_say("  %-28s %12.*f %-10s (%.*f to %.*f)\n", name, places, bench_median(series), unit,
              places, bench_least(series), places, bench_most(series));
}

void bench_promise(const char *id, const struct bench_series *series, const char *unit,
                   const char *must, const char *reach)
{
    bench_row(id, series, unit);
    printf("%s\t%.*f\t%s\t%s\t%s\n", id, decimals(bench_median(series)), bench_median(series), unit,
           must, reach);
    fflush(stdout);
}

void bench_figure(const char *id, const struct bench_series *series, const char *unit)
{
    bench_promise(id, series, unit, "", "");
}

void bench_figure_held(const char *id, const struct bench_series *series, const char *unit,
                       double must, double reach)
{
    int places = decimals(bench_median(series));
    bench_row(id, series, unit);
    printf("%s\t%.*f\t%s\t%g\t%g\n", id, places, bench_median(series), unit, must, reach);
    fflush(stdout);
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

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        bool (*run)(void);
    } benches[] = {
        {"sync", bench_sync},       {"audit", bench_audit},         {"exchange", bench_exchange},
        {"node", bench_node},       {"search", bench_search},       {"api", bench_api},
        {"linkage", bench_linkage}, {"name_bench", bench_names},    {"crowd", bench_crowd},
        {"weights", bench_weights}, {"retention", bench_retention}, {"import", bench_import},
        {"desk", bench_desk}};
    const char *only = argc > 1 ? argv[1] : NULL;
    bool ok = true;
    size_t ran = 0;

    for (size_t i = 0; i < ARRAY_COUNT(benches); i++) {
        if (only != NULL && strcmp(only, benches[i].name) != 0)
            continue;
        ok = benches[i].run() && ok;
        ran++;
    }
    if (ran == 0)
        bench_say(
            "usage: besa-bench "
            "[sync|audit|exchange|node|search|api|linkage|name_bench|crowd|weights|retention|import|desk]\n");
    return ran == 0 ? 64 : ok ? 0 : 1;
}
