/*
 * Does the simulator find what it is for? Functions of the product are replaced at link time (--wrap) by ones with a bug; for
 * each bug, some history with its event must break a promise within a bounded number of seeds. Every history that was played
 * with a bug is played without it too, and holds.
 *
 *     besa-sim-planted           all bugs
 *     besa-sim-planted NAME      one
 */
#include "sim/every_crash.h"
#include "sim/memo.h"
#include "sim/runs.h"

#include "agreement/clock.h"
#include "agreement/judge.h"
#include "crypto/secret.h"
#include "desk/private.h"
#include "journal/fresh.h"
#include "journal/in_force.h"
#include "journal/parts.h"
#include "journal/private.h"
#include "journal/retention.h"
#include "store/clock_rows.h"
#include "store/derived_rows.h"
#include "tlog/cosignature.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CRASH_STRIDE 5u

/* --- the bugs --- */

enum bug {
    BUG_NONE,
    BUG_WAITING,
    BUG_OLD_SET,
    BUG_STOLEN,
    BUG_OUTCOMES,
    BUG_FRESH,
    BUG_COPY,
    BUG_DOMESTIC,
    BUG_RESUME,
    BUG_RETENTION,
    BUG_SYNC,
    BUG_FORK,
    BUG_UNVERIFIED,
    BUG_ALONE,
    BUG_UNASKED,
    BUG_SUSPENDED,
    BUG_UNSIGNED,
    BUG_CLOCK,
    BUG_LIMIT,
    BUG_LIFTING,
    BUG_THEIRS,
    BUG_REVOCATION,
    BUG_FILES,
    BUG_BOTH_LOST,
    BUG_REOPENED,
    BUG_COUNT
};
static const struct {
    const char *name;
    const char *what;
    enum event_kind event;
    unsigned seeds; /* at most so many until it is found */
    bool is_hostile;
} bugs[BUG_COUNT] = {
    [BUG_WAITING] = {"waiting", "what waits in a log that ends stays behind", EVENT_CLOSING, 20},
    [BUG_OLD_SET] = {"old-set", "the keeper signs on with its older keys", EVENT_KEY_CHANGE, 20},
    [BUG_STOLEN] = {"stolen", "an older custody key counts for ever", EVENT_KEY_THEFT, 40},
    [BUG_OUTCOMES] = {"outcomes", "a log that stands still drops outcomes", EVENT_KEY_THEFT, 60},
    [BUG_COPY] = {"copy", "a restore leaves the audit copy aside", EVENT_RESTORE, 40},
    [BUG_DOMESTIC] = {"domestic", "a domestic log goes on behind its witness", EVENT_RESTORE, 200},
    [BUG_RESUME] = {"resume", "a resume brings no receipts of what is at hand", EVENT_RESTORE,
                    1000},
    [BUG_RETENTION] = {"retention", "every other item outlives its day", EVENT_RETENTION, 20},
    [BUG_UNVERIFIED] = {"unverified", "any signature on a receipt will do", EVENT_NONE, 400,
                        .is_hostile = true},
    [BUG_ALONE] = {.name = "alone",
                   .what = "nobody asks for a second officer",
                   .event = EVENT_NONE,
                   .seeds = 40},
    [BUG_UNASKED] = {.name = "unasked",
                     .what = "what nobody asked for goes by one officer's word",
                     .event = EVENT_NONE,
                     .seeds = 100},
    [BUG_SUSPENDED] = {.name = "suspended",
                       .what = "a suspension holds up nothing of what comes",
                       .event = EVENT_NONE,
                       .seeds = 100},
    [BUG_UNSIGNED] = {.name = "unsigned",
                      .what = "a version counts before it is signed",
                      .event = EVENT_NONE,
                      .seeds = 100},
    [BUG_CLOCK] = {.name = "clock",
                   .what = "custody of a question is a second off",
                   .event = EVENT_NONE,
                   .seeds = 40},
    [BUG_LIMIT] = {.name = "limit",
                   .what = "what a question suspended is a second too long, on both nodes",
                   .event = EVENT_NONE,
                   .seeds = 60},
    [BUG_LIFTING] = {.name = "lifting",
                     .what = "what waited goes before the end of a suspension",
                     .event = EVENT_NONE,
                     .seeds = 40},
    [BUG_THEIRS] = {.name = "theirs",
                    .what = "the partner's suspension holds up no act",
                    .event = EVENT_NONE,
                    .seeds = 100},
    [BUG_REVOCATION] = {.name = "revocation",
                        .what = "a suspension holds up that a key is revoked",
                        .event = EVENT_NONE,
                        .seeds = 100},
    [BUG_FILES] = {.name = "files",
                   .what = "a suspension holds up no part of a file",
                   .event = EVENT_NONE,
                   .seeds = 200},
    [BUG_SYNC] = {"sync", "the log of the database is not synced", EVENT_NONE, 20},
    [BUG_FORK] = {"fork", "custody of a log that was written twice goes on", EVENT_CLONE, 20},
    [BUG_FRESH] = {"fresh", "nobody asks for a fresh receipt", EVENT_RECORD_LOST, 20},
    [BUG_REOPENED] = {.name = "reopened",
                      .what =
                          "a request waits again where its answer is erased, and a rebuild agrees",
                      .event = EVENT_NONE,
                      .seeds = 150},
    [BUG_BOTH_LOST] = {"both-lost", "no receipt comes again while a keeper waits",
                       EVENT_RECORDS_LOST, 80},
};
static enum bug planted;

#define REPLACED(type, name, ...)                                                                  \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

REPLACED(bool, log_hand_over, struct database *db, int64_t log, int64_t ends, int64_t successor,
         struct error *err)
{
    return planted == BUG_WAITING || __real_log_hand_over(db, log, ends, successor, err);
}

REPLACED(uint8_t, log_set, struct journal *journal, const struct journal_log *log)
{
    return planted == BUG_OLD_SET ? journal->sets.number[0] : __real_log_set(journal, log);
}

/* All keys that were ever asked for. */
#define KEY_COUNT 64u
static struct note_key keys[KEY_COUNT];
static size_t key_count;

static void key_remember(const struct note_key *key)
{
    for (size_t i = 0; i < key_count; i++)
        if (strcmp(keys[i].name, key->name) == 0 &&
            memcmp(keys[i].public_key, key->public_key, sizeof key->public_key) == 0)
            return;
    if (key_count < KEY_COUNT)
        keys[key_count++] = *key;
}

/* What the line says, whoever signed it. */
static bool line_believe(struct span line, int64_t *time_s, uint8_t signature[SIGNATURE_SIZE])
{
    struct note_signature read;
    uint8_t raw[8 + SIGNATURE_SIZE];
    size_t size = sizeof raw;

    if (line.size > 0 && line.data[line.size - 1] == '\n')
        line.size--;
    if (!note_signature_line_read(line, &read) || !note_signature_bytes(&read, raw, &size) ||
        size != sizeof raw)
        return false;
    *time_s = 0;
    for (size_t i = 0; i < 8; i++)
        *time_s = *time_s << 8 | raw[i];
    memcpy(signature, raw + 8, SIGNATURE_SIZE);
    return true;
}

REPLACED(bool, cosignature_line_verify, const struct note_key *key, struct span body,
         struct span line, int64_t *time_s, uint8_t signature[SIGNATURE_SIZE])
{
    size_t party = strcspn(key->name, "/");

    if (__real_cosignature_line_verify(key, body, line, time_s, signature))
        return true;
    if (planted == BUG_UNVERIFIED)
        return line_believe(line, time_s, signature);
    if (planted != BUG_STOLEN)
        return false;
    key_remember(key);
    for (size_t i = 0; i < key_count; i++)
        if (strncmp(keys[i].name, key->name, party + 1) == 0 &&
            __real_cosignature_line_verify(&keys[i], body, line, time_s, signature))
            return true;
    return false;
}

REPLACED(bool, journal_append, struct journal *journal, struct journal_line *line,
         const struct draft *draft, struct appended *out, struct error *err)
{
    if (planted == BUG_OUTCOMES && draft->type == MESSAGE_OUTCOMES &&
        line->out.read_only[0] != '\0')
        return true;
    return __real_journal_append(journal, line, draft, out, err);
}

REPLACED(bool, journal_fresh_question, struct journal *journal, struct journal_line *line,
         struct buffer *out, struct error *err)
{
    if (planted == BUG_FRESH)
        return error_set(err, ERROR_MISSING, "nothing is asked");
    return __real_journal_fresh_question(journal, line, out, err);
}

/* What a log that waits for its keeper lacks is neither asked for nor given again. */
REPLACED(bool, log_stands_still, const struct journal_log *log)
{
    return planted == BUG_BOTH_LOST ? log->read_only[0] != '\0' : __real_log_stands_still(log);
}

REPLACED(bool, audit_copy_replay, struct journal *journal, const char *directory,
         struct audit_replayed *out, struct error *err)
{
    return planted == BUG_COPY || __real_audit_copy_replay(journal, directory, out, err);
}

static bool fork_is_hidden(const char *reason)
{
    return planted == BUG_FORK && strstr(reason, "forked") != NULL;
}

/* What it hears of its domestic log at contact is forgotten. */
REPLACED(void, log_stop, struct journal *journal, struct journal_log *log, const char *reason)
{
    if (!(planted == BUG_DOMESTIC && log->kind == LOG_DOMESTIC) && !fork_is_hidden(reason))
        __real_log_stop(journal, log, reason);
}

REPLACED(bool, log_set_read_only, struct database *db, int64_t log, struct span reason,
         struct error *err)
{
    char text[ERROR_TEXT_SIZE];

    snprintf(text, sizeof text, "%.*s", SPAN_ARG(reason));
    return fork_is_hidden(text) || __real_log_set_read_only(db, log, reason, err);
}

REPLACED(struct journal_log *, resume_log, struct journal_line *line)
{
    struct journal_log *log = __real_resume_log(line);
    bool is_about_receipts = log == &line->out && line->out.size >= line->resume.out_target;
    return planted == BUG_RESUME && is_about_receipts ? NULL : log;
}

REPLACED(bool, journal_retention_erase, struct journal *journal, struct journal_line *line,
         const struct retention_item *item, struct error *err)
{
    return (planted == BUG_RETENTION && item->entry % 2 == 0) ||
           __real_journal_retention_erase(journal, line, item, err);
}

REPLACED(bool, disk_sync, struct disk *disk, struct disk_file *file)
{
    return (planted == BUG_SYNC && strstr(disk_path(disk, file), "besa.db-wal") != NULL) ||
           __real_disk_sync(disk, file);
}

REPLACED(bool, approval_permit, struct judge *judge)
{
    bool is_unasked = judge->question->type == MESSAGE_SPONTANEOUS;

    if (planted != (is_unasked ? BUG_UNASKED : BUG_ALONE))
        return __real_approval_permit(judge);
    judge->ruling->approvals = 0;
    return true;
}

static bool is_in_act; /* an officer's act asks, not the handling of what came */

REPLACED(bool, desk_run, struct journal *journal, const struct desk_act *act,
         const struct desk_call *call, struct json_writer *out, struct error *err)
{
    is_in_act = true;
    bool ok = __real_desk_run(journal, act, call, out, err);
    is_in_act = false;
    return ok;
}

REPLACED(bool, agreement_permit, const struct agreement *agreement,
         const struct permit_question *question, struct ruling *out)
{
    struct permit_question asked = *question;

    if (planted == BUG_SUSPENDED && !is_in_act)
        asked.is_suspended = false;
    return __real_agreement_permit(agreement, &asked, out);
}

/* What stands just before the second signature is judged as if it stood behind it. */
REPLACED(int64_t, version_at, const struct journal_line *line, bool is_own, uint64_t position,
         uint64_t seen)
{
    uint64_t early = planted == BUG_UNSIGNED ? 2 : 0;

    return __real_version_at(line, is_own, position + early, seen + early);
}

/* Of what we asked: the partner counts by its own custody, we by a second more. */
REPLACED(bool, clock_received, struct database *db, int64_t log, int64_t from, int64_t to,
         int64_t time_s, struct error *err)
{
    return __real_clock_received(db, log, from, to, time_s + (planted == BUG_CLOCK ? 1 : 0), err);
}

/* And here both err alike: no node contradicts the other. */
REPLACED(void, agreement_clock, const struct clock_question *question, struct clock *out)
{
    __real_agreement_clock(question, out);
    if (planted == BUG_LIMIT && out->suspended_ms > 0 && out->due_ms != 0)
        out->due_ms += 1000;
}

REPLACED(bool, derived_erase, struct database *db, int64_t entry, struct error *err)
{
    return __real_derived_erase(db, entry, err) &&
           (planted != BUG_REOPENED || answer_delete(db, entry, err));
}

REPLACED(bool, answer_insert, struct database *db, const struct answer_row *row, struct error *err)
{
    bool is_gone = planted == BUG_REOPENED && row->outcome == ANSWER_OUTCOME_GONE;
    return is_gone || __real_answer_insert(db, row, err);
}

REPLACED(bool, journal_suspend, struct journal *journal, struct journal_line *line,
         bool is_suspended, enum suspension_reason reason, struct error *err)
{
    bool ok = __real_journal_suspend(journal, line, is_suspended, reason, err);
    line->owes_lifting = line->owes_lifting && planted != BUG_LIFTING;
    return ok;
}

/* The officer's act asks whether we suspended, and forgets the partner. */
REPLACED(bool, rule_ask, struct journal *journal, struct journal_line *line,
         const struct desk_call *call, struct permit_question *question, struct ruling *ruling,
         struct error *err)
{
    bool is_suspended = line->is_suspended;

    if (planted == BUG_THEIRS)
        line->is_suspended = line->is_suspended_by_us;
    bool ok = __real_rule_ask(journal, line, call, question, ruling, err);
    line->is_suspended = is_suspended;
    return ok;
}

REPLACED(bool, message_type_is_business, enum message_type type)
{
    return (planted == BUG_REVOCATION && type == MESSAGE_KEY_REVOCATION) ||
           __real_message_type_is_business(type);
}

REPLACED(bool, journal_wanted_after, struct journal *journal, struct journal_line *line,
         int64_t entry, uint16_t number, struct journal_wanted *out, struct error *err)
{
    struct journal_line as_ever = *line;

    as_ever.is_suspended = as_ever.is_suspended_there = false;
    return __real_journal_wanted_after(journal, planted == BUG_FILES ? &as_ever : line, entry,
                                       number, out, err);
}

REPLACED(bool, journal_segment, struct journal *journal, struct journal_line *line,
         uint64_t position, uint16_t part, uint64_t segment, struct arena *arena, struct span *out,
         struct error *err)
{
    struct journal_line as_ever = *line;

    as_ever.is_suspended = as_ever.is_suspended_there = false;
    return __real_journal_segment(journal, planted == BUG_FILES ? &as_ever : line, position, part,
                                  segment, arena, out, err);
}

/* --- the search --- */

static bool seed_holds(struct world *world, const struct template *template, uint64_t seed,
                       enum bug bug)
{
    const struct world_options options = {
        .seed = seed, .event = bugs[bug].event, .is_hostile = bugs[bug].is_hostile};
    uint8_t trace[DIGEST_SIZE];

    key_count = 0;
    return world_run(world, template, &options, trace);
}

/* Without a bug: the same histories up to this seed, each of them once, whichever bugs were planted in it. */
static bool is_clean(struct world *world, const struct template *template, enum bug bug,
                     uint64_t last)
{
    static uint64_t held_to[EVENT_KIND_COUNT][2];
    uint64_t *held = &held_to[bugs[bug].event][bugs[bug].is_hostile ? 1 : 0];

    planted = BUG_NONE;
    for (; *held < last; (*held)++)
        if (!seed_holds(world, template, *held + 1, bug)) {
            printf("seed %" PRIu64 " with %s breaks a promise without a bug\n", *held + 1,
                   event_names[bugs[bug].event]);
            return false;
        }
    return true;
}

/* A failing history is made shorter, and the shorter one fails. */
static bool is_made_shorter(struct world *world, const struct template *template, uint64_t seed,
                            enum event_kind event)
{
    const struct run_options whole = {
        .event = event, .program = "besa-sim-planted", .template = template, .world = world};
    const struct run_options shorter = run_shrink(&whole, seed);
    char trace[2 * DIGEST_SIZE + 1];

    return (shorter.steps < world_step_count(false) && !run_seed(&shorter, seed, trace)) ||
           (printf("no shorter history of seed %" PRIu64 " was found\n", seed) < 0);
}

/* It is met by power lost at one of some I/O calls of a short history, too. */
static bool is_met_by_crashes(struct world *world, const struct template *template)
{
    struct run_options options = {.from = 1,
                                  .jobs = 1,
                                  .event = EVENT_ANY,
                                  .program = "besa-sim-planted",
                                  .template = template,
                                  .world = world};

    return !every_crash_play(&options, CRASH_STRIDE) ||
           (printf("every crash holds all the same\n") < 0);
}

static bool bug_is_found(struct world *world, const struct template *template, enum bug bug)
{
    uint64_t seed = 1;

    planted = bug;
    while (seed <= bugs[bug].seeds && seed_holds(world, template, seed, bug))
        seed++;
    if (seed > bugs[bug].seeds) {
        printf("not found: %s (%s), in %u seeds\n", bugs[bug].what, bugs[bug].name,
               bugs[bug].seeds);
        return false;
    }
    printf("found: %s (%s), %" PRIu64 " seeds\n", bugs[bug].what, bugs[bug].name, seed);
    bool ok = bug == BUG_SYNC   ? is_met_by_crashes(world, template)
              : bug == BUG_COPY ? is_made_shorter(world, template, seed, bugs[bug].event)
                                : true;
    return ok && is_clean(world, template, bug, seed);
}

int main(int count, char **words)
{
    static struct template template;
    struct world *world = calloc(1, sizeof *world);
    bool ok = true;

    crypto_start();
    if (world == NULL || !machine_vfs_register() || !template_make(&template))
        return 70;
    memo_use(true);
    for (int bug = BUG_NONE + 1; bug < BUG_COUNT; bug++)
        if (count < 2 || strcmp(words[1], bugs[bug].name) == 0)
            ok = bug_is_found(world, &template, (enum bug)bug) && ok;
    template_free(&template);
    memo_free();
    free(world);
    return ok ? 0 : 1;
}
