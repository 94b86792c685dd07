/*
 * besa-sim: two whole nodes in one thread under seeded faults. One seed is one history, the same on every run of the same
 * build.
 *
 *     besa-sim --seeds N [--from S]    N seeds from S on; histograms at the end
 *     besa-sim --seed S --verbose      one seed, everything that happens
 *     besa-sim --same S                runs a seed twice, once with every signature computed anew (memo.h); the traces
 *                                      must be equal
 *     ... --event NAME                 this event in each of them, in place of what the seed chooses
 *
 * Exit code 0: every promise held, and a run of at least 1,000 seeds met every fault, crash site and refusal that it
 * should.
 */
#include "sim/memo.h"
#include "sim/world.h"

#include "base/text.h"
#include "crypto/secret.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FULL_RUN 1000u

struct options {
    uint64_t from;
    uint64_t count;
    bool is_verbose;
    bool is_same;
    enum event_kind event;
};

static const char *const expected_calls[] = {
    "lost",    "answer lost",     "reset",           "doubled",
    "delayed", "refused at once", "partner is down", NULL};
static const char *const expected_sites[] = {
    "writer: write besa.db-wal",    "writer: sync besa.db-wal",
    "writer: write keeper.record",  "writer: sync keeper.record",
    "opening: write keeper.record", "opening: sync keeper.record",
    "checkpoint: write besa.db",    "checkpoint: sync besa.db",
    "checkpoint: sync besa.db-wal", NULL};
static const char *const expected_refusals[] = {
    "/1/push behind", "/1/push busy", "/1/push clock", "/1/push read-only", "/1/push fork", NULL};
static const char *const expected_act_refusals[] = {
    "request-send rule",     "item-erase conflict", "item-withdraw conflict",
    "request-send conflict", "item-show missing",   NULL};
static const char *const expected_stops[] = {"own, after a restore", NULL};
static const char *const expected_resumes[] = {"order restored", "receipts alone came back", NULL};

static const char *const expected_agreement[] = {
    "amendment in force at both", "entries under a later version", "returned to its officer unsent",
    "terminated, known to both", NULL};

static const char *const expected_ends[] = {
    "yearly closing: outgoing log", "yearly closing: domestic log", "key change: outgoing log",
    "key change: domestic log",     "key theft: outgoing log",      "key theft: domestic log",
    "restored: outgoing log",       "restored: domestic log",       NULL};
static const char *const expected_copies[] = {"entries came back", "nothing was missing", NULL};
static const char *const expected_retention[] = {"items erased", "kept at both", "gone", NULL};
static const char *const expected_lost[] = {"receipted and back", "never receipted", NULL};
static const char *const expected_records[] = {"made anew and paired", NULL};
static const char *const expected_thefts[] = {"receipts that the thief gave", NULL};

static void expect_all(void)
{
    tally_expect("agreement", expected_agreement);
    tally_expect("fault", fault_names);
    tally_expect("fault", expected_calls);
    tally_expect("line", line_kinds);
    tally_expect("act", act_names);
    tally_expect("crash site", expected_sites);
    tally_expect("refusal of a call", expected_refusals);
    tally_expect("refusal of an act", expected_act_refusals);
    tally_expect("log stopped", expected_stops);
    tally_expect("resume", expected_resumes);
    tally_expect("event", event_names);
    tally_expect("log ended", expected_ends);
    tally_expect("theft", expected_thefts);
    tally_expect("keeper record", expected_records);
    tally_expect("after a restore", expected_lost);
    tally_expect("retention", expected_retention);
    tally_expect("audit copy", expected_copies);
}

static bool number_take(const char *text, uint64_t *out)
{
    return text != NULL && number_read(span_text(text), out);
}

static bool options_read(int count, char **words, struct options *out)
{
    *out = (struct options){.from = 1, .count = 1, .event = EVENT_ANY};
    for (int i = 1; i < count; i++) {
        const char *next = i + 1 < count ? words[i + 1] : NULL;
        if (strcmp(words[i], "--verbose") == 0) {
            out->is_verbose = true;
            continue;
        }
        if (strcmp(words[i], "--event") == 0) {
            if (next == NULL || !event_find(next, &out->event))
                return false;
            i++;
            continue;
        }
        uint64_t *number = strcmp(words[i], "--seeds") == 0  ? &out->count
                           : strcmp(words[i], "--from") == 0 ? &out->from
                           : strcmp(words[i], "--seed") == 0 ? &out->from
                           : strcmp(words[i], "--same") == 0 ? &out->from
                                                             : NULL;
        if (number == NULL || !number_take(next, number))
            return false;
        out->is_same = out->is_same || strcmp(words[i], "--same") == 0;
        i++;
    }
    return true;
}

static bool seed_run(struct world *world, const struct template *template, uint64_t seed,
                     const struct options *options, char trace[2 * DIGEST_SIZE + 1])
{
    uint8_t hash[DIGEST_SIZE];
    const struct world_options how = {
        .seed = seed, .is_verbose = options->is_verbose, .event = options->event};
    bool ok = world_run(world, template, &how, hash);

    hex_write(span_make(hash, sizeof hash), trace);
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        tally_value(i == 0 ? "messages ro to al" : "messages al to ro",
                    (int64_t)world->nodes[i].journal.lines[0].out.size);
    tally_value("crashes", world->crashes);
    tally_value("other faults", world->other_faults);
    return ok;
}

static int run_same(struct world *world, const struct template *template,
                    const struct options *options)
{
    char first[2 * DIGEST_SIZE + 1];
    char second[2 * DIGEST_SIZE + 1];

    memo_use(true);
    bool ok = seed_run(world, template, options->from, options, first);
    memo_use(false);
    ok = ok && seed_run(world, template, options->from, options, second);
    if (!ok)
        return 1;
    printf("seed %" PRIu64 ": trace %s\nagain:  trace %s\n", options->from, first, second);
    return strcmp(first, second) == 0 ? 0 : 1;
}

static int run_all(struct world *world, const struct template *template,
                   const struct options *options, const char *program)
{
    char trace[2 * DIGEST_SIZE + 1];

    for (uint64_t i = 0; i < options->count; i++) {
        uint64_t seed = options->from + i;
        memo_use(seed % MEMO_SHARE != 0);
        if (seed_run(world, template, seed, options, trace))
            continue;
        printf("repeat: %s --seed %" PRIu64 " --verbose\n", program, seed);
        return 1;
    }
    if (options->count == 1) {
        printf("seed %" PRIu64 ": trace %s\n", options->from, trace);
        return 0;
    }
    tally_print();
    printf("%" PRIu64 " seeds from %" PRIu64 ": all promises held\n", options->count,
           options->from);
    return options->count < FULL_RUN || options->event != EVENT_ANY || tally_is_full() ? 0 : 1;
}

int main(int count, char **words)
{
    static struct template template;
    struct options options;
    struct world *world = calloc(1, sizeof *world);

    if (!options_read(count, words, &options)) {
        printf(
            "usage: besa-sim --seeds N [--from S] | --seed S [--verbose] | --same S [--event NAME]\n");
        return 64;
    }
    crypto_start();
    expect_all();
    if (world == NULL || !machine_vfs_register() || !template_make(&template))
        return 70;
    int code = options.is_same ? run_same(world, &template, &options)
                               : run_all(world, &template, &options, words[0]);
    template_free(&template);
    memo_free();
    free(world);
    return code;
}
