/* Figures: medians of runs, what is promised of them, and whether it is held. See bench.h. */
#include "bench.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

bool bench_must_holds(const char *must, double value)
{
    bool is_most = strncmp(must, "<=", 2) == 0;

    if (must[0] == '\0')
        return true;
    assert(is_most || strncmp(must, ">=", 2) == 0);
    double bound = strtod(must + 2, NULL);
    return is_most ? value <= bound : value >= bound;
}

static unsigned missed;

unsigned bench_missed(void)
{
    return missed;
}

void bench_promise(const char *id, const struct bench_series *series, const char *unit,
                   const char *must, const char *reach)
{
    double value = bench_median(series);
    bool holds = series->count > 0 && bench_must_holds(must, value);

    bench_row(id, series, unit);
    printf("%s\t%.*f\t%s\t%s\t%s\t%s\n", id, decimals(value), value, unit,
           must[0] == '\0' ? "" : must + 2, reach,
           must[0] == '\0' ? ""
           : holds         ? "held"
                           : "missed");
    fflush(stdout);
    if (must[0] == '\0' || holds)
        return;
    missed++;
    bench_say("  MISSED: %s is %g %s, must be %s\n", id, value, unit, must);
}

void bench_figure(const char *id, const struct bench_series *series, const char *unit)
{
    bench_promise(id, series, unit, "", "");
}

void bench_figure_held(const char *id, const struct bench_series *series, const char *unit,
                       double must, double reach)
{
    char most[32], wanted[32];

    snprintf(most, sizeof most, "<=%g", must);
    snprintf(wanted, sizeof wanted, "%g", reach);
    bench_promise(id, series, unit, most, wanted);
}
