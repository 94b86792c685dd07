/*
 * Runs: many seeds, one after the other or in several processes at once, with one tally of all. A history depends on its
 * seed alone, never on which process played it or what was played before.
 */
#ifndef BESA_TESTS_SIM_RUNS_H
#define BESA_TESTS_SIM_RUNS_H

#include "sim/world.h"

#define JOB_MAX 64u

struct run_options;
/* Plays what stands at this place of a run; false when a promise was broken, with all that people need told. */
typedef bool run_play(const struct run_options *options, uint64_t at);

struct run_options {
    run_play *play;
    uint64_t from;
    uint64_t count;
    uint64_t seconds; /* no seed begins after so many; 0: no end */
    uint64_t jobs;    /* processes at once */
    bool is_verbose;
    bool is_quiet; /* not even a broken promise is told */
    bool is_long;
    bool is_hostile; /* hostile histories (world.h) */
    enum event_kind event;
    uint64_t steps;              /* 0: as many as a history has */
    uint64_t left_out;           /* faults, by their bits */
    const struct script *script; /* a history without chance (script.h); NULL: as the seed says */
    size_t crash_side;
    uint64_t crash_call; /* power is lost at this call, counted from 1; 0: never */
    const char *program;
    const struct template *template;
    struct world *world;
};

/* One seed; its trace in hex. False when a promise was broken. */
bool run_seed(const struct run_options *options, uint64_t seed, char trace[2 * DIGEST_SIZE + 1]);
/* All of them; false at the first that breaks a promise, which is named with the command that repeats it. `played`: how
 * many. */
bool runs_play(const struct run_options *options, uint64_t *played);
/* The usual: the seed `at` after the first; a failing one is made shorter. */
bool run_play_seed(const struct run_options *options, uint64_t at);
/* The command that repeats a seed, on one line. */
void run_print_repeat(const struct run_options *options, uint64_t seed);

/* --- shrink.c --- */
/* Looks for a shorter history of this seed that breaks a promise too, and prints the command that plays it. What was played
 * last was the whole. */
struct run_options run_shrink(const struct run_options *options, uint64_t seed);

#endif
