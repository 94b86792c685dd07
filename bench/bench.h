/*
 * Bench: what every measurement shares. Tables for people go to stderr; figures go to stdout, one a line, separated by
 * tabs: id, value, unit, must, reach, and held or missed (the last three empty where nothing is promised). A figure is the
 * median of five runs that are interleaved with those it is compared with; smallest and largest are printed beside it. A
 * missed must makes the whole run fail; what should be reached is only printed.
 */
#ifndef BESA_BENCH_BENCH_H
#define BESA_BENCH_BENCH_H

#include "base/attributes.h"

#include <stdbool.h>
#include <stddef.h>

#define BENCH_ROUNDS    5
#define BENCH_PATH_SIZE 512

struct bench_series {
    double values[BENCH_ROUNDS];
    size_t count;
};

/* Seconds of a clock that never runs backwards. */
double bench_now(void);
/* Seconds that this process had a core: what work of one thread takes on a machine that does nothing else. */
double bench_core(void);
void bench_say(const char *format, ...) PRINTF_LIKE(1, 2);
void bench_add(struct bench_series *series, double value);
double bench_median(const struct bench_series *series);
double bench_least(const struct bench_series *series);
double bench_most(const struct bench_series *series);
/* "  name   median unit  (least to most)" for people. */
void bench_row(const char *name, const struct bench_series *series, const char *unit);
/* The row, and the figure on stdout. */
void bench_figure(const char *id, const struct bench_series *series, const char *unit);
/* The same with what is promised. `must`: "<=100", ">=0.85", or empty; `reach`: a number, or empty. An empty series misses. */
void bench_promise(const char *id, const struct bench_series *series, const char *unit,
                   const char *must, const char *reach);
/* The same, with what it must stay below and what it should reach. */
void bench_figure_held(const char *id, const struct bench_series *series, const char *unit,
                       double must, double reach);
/* Does a value hold "<=100" or ">=0.85"? An empty must is always held. */
bool bench_must_holds(const char *must, double value);
/* How many figures missed their must so far. */
unsigned bench_missed(void);
int bench_compare(const void *a, const void *b); /* of doubles, for qsort */

/* A directory on the disk that is measured, removed at the end: BESA_BENCH_DIR, TMPDIR or /tmp. */
const char *bench_directory(void);

/* The measurements. False when something failed; what cannot run here says NOT RUN and is no failure. */
bool bench_sync(void);
bool bench_audit(void);
bool bench_exchange(void);
bool bench_api(void);
bool bench_node(void);
bool bench_search(void);
bool bench_linkage(void);
bool bench_weights(void);
bool bench_names(void);
bool bench_crowd(void);
bool bench_retention(void);
bool bench_desk(void);

bool bench_import(void);
bool bench_thresholds(void);

/* The bare peer of exchange_peers: append and fdatasync on both sides, TCP, a receipt, nothing else. */
struct peer_result {
    double messages_per_s;
    double p50_ms;
    double p99_ms;
};
/* Builds the driver; false, with NOT RUN, when its source or a library is not here. */
bool peer_build(void);
bool peer_run(const char *peer, unsigned window, unsigned seconds, struct peer_result *out);

#endif
