/*
 * besa-sim: two whole nodes in one thread under seeded faults. One seed is one history, the same on every run of the same
 * build.
 *
 *     besa-sim --seeds N [--from S]    N seeds from S on; histograms at the end
 *              [--jobs J] [--seconds T]  in J processes; no seed begins after T seconds
 *     besa-sim --seed S --verbose      one seed, everything that happens
 *              [--steps N] [--left-out F]  cut short, and without some of its faults: what a shorter failing history says
 *     besa-sim --same S                runs a seed twice, once with every signature computed anew (memo.h); the traces
 *                                      must be equal
 *     besa-sim --every-crash N         power lost at each N-th I/O call of short histories (every_crash.h); 1: at each
 *              [--jobs J] [--seconds T]
 *     besa-sim --crash NAME --verbose  one of them
 *     ... --event NAME                 this event in each of them, in place of what the seed chooses
 *     ... --hostile                    with mischief on the line, half-open connections, writes that fail (world.h)
 *     ... --long                       ten times the steps and faults
 *
 * Exit code 0: every promise held, and a run of at least 1,000 seeds met every fault, crash site and refusal that it
 * should, one of at least 15 with --event what belongs to that event (expected.h). A shorter one says that nobody looked.
 */
#include "sim/every_crash.h"
#include "sim/expected.h"
#include "sim/memo.h"
#include "sim/runs.h"

#include "base/text.h"
#include "crypto/secret.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    struct run_options run;
    bool is_same;
    uint64_t every; /* crash at each so manieth call; 0: no such run */
};

static bool number_take(const char *text, uint64_t *out)
{
    return text != NULL && number_read(span_text(text), out);
}

/* The word that stands alone, or NULL. */
static bool *switch_of(struct options *options, const char *word)
{
    return strcmp(word, "--verbose") == 0   ? &options->run.is_verbose
           : strcmp(word, "--long") == 0    ? &options->run.is_long
           : strcmp(word, "--hostile") == 0 ? &options->run.is_hostile
                                            : NULL;
}

/* Where the number after this word goes, or NULL. */
static uint64_t *number_of(struct options *options, const char *word)
{
    return strcmp(word, "--seeds") == 0         ? &options->run.count
           : strcmp(word, "--from") == 0        ? &options->run.from
           : strcmp(word, "--seed") == 0        ? &options->run.from
           : strcmp(word, "--same") == 0        ? &options->run.from
           : strcmp(word, "--seconds") == 0     ? &options->run.seconds
           : strcmp(word, "--jobs") == 0        ? &options->run.jobs
           : strcmp(word, "--steps") == 0       ? &options->run.steps
           : strcmp(word, "--left-out") == 0    ? &options->run.left_out
           : strcmp(word, "--every-crash") == 0 ? &options->every
                                                : NULL;
}

static bool options_read(int count, char **words, struct options *out)
{
    *out = (struct options){.run = {.play = run_play_seed,
                                    .from = 1,
                                    .count = 1,
                                    .jobs = 1,
                                    .event = EVENT_ANY,
                                    .program = words[0]}};
    for (int i = 1; i < count; i++) {
        const char *next = i + 1 < count ? words[i + 1] : NULL;
        bool *is_on = switch_of(out, words[i]);
        uint64_t *number = number_of(out, words[i]);
        if (is_on != NULL) {
            *is_on = true;
            continue;
        }
        bool ok =
            next != NULL &&
            (strcmp(words[i], "--event") == 0   ? event_find(next, &out->run.event)
             : strcmp(words[i], "--crash") == 0 ? every_crash_find(next, &out->run)
                                                : number != NULL && number_take(next, number));
        if (!ok)
            return false;
        out->is_same = out->is_same || strcmp(words[i], "--same") == 0;
        i++;
    }
    return out->run.jobs >= 1 && out->run.jobs <= JOB_MAX;
}

static int run_same(const struct run_options *options)
{
    char first[2 * DIGEST_SIZE + 1];
    char second[2 * DIGEST_SIZE + 1];

    memo_use(true);
    bool ok = run_seed(options, options->from, first);
    memo_use(false);
    ok = ok && run_seed(options, options->from, second);
    if (!ok)
        return 1;
    printf("seed %" PRIu64 ": trace %s\nagain:  trace %s\n", options->from, first, second);
    return strcmp(first, second) == 0 ? 0 : 1;
}

/* After fewer histories nobody looks whether each case came. */
static bool every_case_came(const struct run_options *options, uint64_t played)
{
    bool is_of_event = options->event != EVENT_ANY;
    uint64_t least = is_of_event ? EXPECTED_EVENT_RUN : EXPECTED_FULL_RUN;

    if (is_of_event && !expected_of(options->event)) {
        printf("whether every case came was NOT RUN: none belongs to this event\n");
        return true;
    }
    if (!is_of_event)
        expected_all(options->is_hostile);
    if (played >= least)
        return tally_is_full();
    printf("whether every case came was NOT RUN: it takes %" PRIu64 " seeds\n", least);
    return true;
}

static int run_all(const struct run_options *options)
{
    uint64_t played = 0;

    if (!runs_play(options, &played))
        return 1;
    if (options->count == 1)
        return 0;
    bool did_come = every_case_came(options, played);
    tally_print();
    printf("%" PRIu64 " seeds from %" PRIu64 ": all promises held\n", played, options->from);
    return did_come ? 0 : 1;
}

int main(int count, char **words)
{
    static struct template template;
    struct options options;
    struct world *world = calloc(1, sizeof *world);

    if (!options_read(count, words, &options)) {
        printf(
            "usage: besa-sim --seeds N [--from S] [--jobs N] [--seconds N] | --seed S [--verbose] |"
            " --same S [--event NAME] [--long] [--hostile]\n");
        return 64;
    }
    crypto_start();
    if (world == NULL || !machine_vfs_register() || !template_make(&template))
        return 70;
    options.run.template = &template;
    options.run.world = world;
    int code = options.every > 0 ? (every_crash_play(&options.run, options.every) ? 0 : 1)
               : options.is_same ? run_same(&options.run)
                                 : run_all(&options.run);
    template_free(&template);
    memo_free();
    free(world);
    return code;
}
