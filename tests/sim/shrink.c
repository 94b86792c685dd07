/*
 * A failing history made shorter: fewer steps first, then without faults, one after the other, for as long as a promise is
 * still broken (not always the same one: any is worth reading). What a history does depends on all that the seed chose
 * before, so a smaller one is found by trying, not by cutting.
 */
#include "sim/runs.h"

#include "sim/memo.h"

#include <inttypes.h>
#include <stdio.h>

#define TRY_COUNT 100u

struct search {
    struct run_options best;
    uint64_t seed;
    unsigned tries;
};

static bool breaks(struct search *search, const struct run_options *options)
{
    char trace[2 * DIGEST_SIZE + 1];
    struct run_options quiet = *options;

    if (search->tries == TRY_COUNT)
        return false;
    search->tries++;
    quiet.is_quiet = true;
    quiet.is_verbose = false;
    if (run_seed(&quiet, search->seed, trace))
        return false;
    search->best = *options;
    return true;
}

static void steps_shrink(struct search *search)
{
    for (uint64_t part = search->best.steps / 2; part > 0; part /= 2)
        while (search->best.steps > part) {
            struct run_options shorter = search->best;
            shorter.steps -= part;
            if (!breaks(search, &shorter))
                break;
        }
}

static void faults_shrink(struct search *search, unsigned count)
{
    for (unsigned i = 0; i < count && i < 64; i++) {
        struct run_options fewer = search->best;
        fewer.left_out |= UINT64_C(1) << i;
        if (fewer.left_out != search->best.left_out)
            breaks(search, &fewer);
    }
}

struct run_options run_shrink(const struct run_options *options, uint64_t seed)
{
    struct search search = {.best = *options, .seed = seed};
    unsigned faults = options->world->fault_count;

    if (search.best.steps == 0)
        search.best.steps = world_step_count(options->is_long);
    memo_use(true);
    steps_shrink(&search);
    faults_shrink(&search, faults);
    steps_shrink(&search);
    printf("shorter, after %u tries: ", search.tries);
    run_print_repeat(&search.best, seed);
    return search.best;
}
