/*
 * The end of a log, as officers and institutions bring it about (docs/recovery.md): newer keys with the node stopped, where
 * they change; two officers prepare a document, its institution signs, the partner's officer compares it with the custody
 * there, the partner's institution signs, and the two officers take it in. Machines and lines fail in between as they like:
 * each step is asked again until it is done, and an end that no longer fits is prepared anew.
 */
#include "sim/world.h"

#include "base/json.h"
#include "journal/resume.h"
#include "keeper/keeper.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const ending_names[] = {"yearly closing", "key change", "key theft", NULL};

const char *const ending_phase_names[] = {[ENDING_NONE] = "a log that stands still needs an end",
                                          [ENDING_RENEW] = "newer keys are to be made",
                                          [ENDING_PREPARE] = "the end of a log is to be prepared",
                                          [ENDING_ALLOW] = "the partner is to allow an end",
                                          [ENDING_IMPORT] = "an end is to be taken in"};

static const char *reason_name(enum succession_reason reason)
{
    return reason == SUCCESSION_YEARLY_CLOSING ? ending_names[0]
           : reason == SUCCESSION_KEY_CHANGE   ? ending_names[1]
           : reason == SUCCESSION_KEY_THEFT    ? ending_names[2]
                                               : succession_reason_names[reason];
}

static bool wants_keys(enum succession_reason reason)
{
    return reason == SUCCESSION_KEY_CHANGE || reason == SUCCESSION_KEY_THEFT ||
           reason == SUCCESSION_KEEPER_LOST;
}

static const struct journal_log *log_of(const struct node *node)
{
    return node->ending.is_domestic ? &node->journal.domestic : &node->journal.lines[0].out;
}

/* --- beginning and end --- */

static bool out_stands_still(const struct node *node)
{
    return node->journal.lines[0].out.read_only[0] != '\0';
}

/* An older database beside a keeper that gave receipts which never reached the partner: the partner sends these entries
 * again, and custody goes on. */
bool ending_goes_on(const struct node *node)
{
    const struct node *partner = &node->world->nodes[1 - node->side];
    const struct journal_log *mirror = &node->journal.lines[0].in;

    if (node->is_blinded || partner->is_blinded ||
        strcmp(mirror->origin, partner->journal.lines[0].out.origin) != 0)
        return true;
    if (mirror->reach.size > 0)
        tally_add("log behind its keeper", "custody, and went on");
    return (mirror->read_only[0] == '\0' && mirror->reach.size <= mirror->size) ||
           world_fail(node->world, "%s: custody does not go on: %" PRIu64 " of %" PRIu64 ", %.200s",
                      node->party, mirror->size, mirror->reach.size, mirror->read_only);
}

/* Or it waits for a word that the partner cannot give: what it witnessed before is another tree (docs/recovery.md). */
static bool domestic_stands_still(const struct node *node)
{
    enum { WORD_MS = 60000 };
    const struct world *world = node->world;

    return node->journal.domestic.read_only[0] != '\0' ||
           (node->journal.domestic.awaits_fresh > 0 && world->is_healing &&
            world->now_ms > world->healed_ms + WORD_MS);
}

/* The partner stopped custody of it, and both know by what. */
static bool custody_stands_still(const struct node *node)
{
    const struct journal_log *mirror = &node->world->nodes[1 - node->side].journal.lines[0].in;

    return node->was_cloned && mirror->read_only[0] != '\0' &&
           strcmp(mirror->origin, node->journal.lines[0].out.origin) == 0;
}

/* After a restore only what stands still gets a successor; of a lost record, what waits for a word that nobody can give. */
static bool needs_end(const struct node *node, bool is_domestic)
{
    if (node->ending.reason == SUCCESSION_KEEPER_LOST)
        return is_domestic ? node->journal.domestic.awaits_fresh > 0
                           : node->journal.lines[0].out.awaits_fresh > 0;
    return succession_is_planned(node->ending.reason) ||
           node->ending.reason == SUCCESSION_KEY_THEFT ||
           (is_domestic ? domestic_stands_still(node)
                        : out_stands_still(node) || custody_stands_still(node));
}

bool ending_is_due(const struct node *node)
{
    const struct node *partner = &node->world->nodes[1 - node->side];
    const struct journal_line *line = &node->journal.lines[0];

    if (node->record != RECORD_WHOLE || partner->record != RECORD_WHOLE)
        return false; /* first things first */
    return node->is_up && partner->is_up && node->ending.phase == ENDING_NONE &&
           !node->is_blinded && !partner->is_blinded && !line->is_unproved &&
           !journal_is_behind(line) && !journal_is_behind(&partner->journal.lines[0]) &&
           !clone_runs(node->world) &&
           (out_stands_still(node) || custody_stands_still(node) || domestic_stands_still(node));
}

static void next_begin(struct node *node, bool is_domestic)
{
    struct ending *ending = &node->ending;

    if (!needs_end(node, is_domestic) && !is_domestic)
        is_domestic = true;
    if (!needs_end(node, is_domestic)) {
        ending_drop(node);
        return;
    }
    ending->is_domestic = is_domestic;
    ending->origin[0] = '\0';
    ending->phase = wants_keys(ending->reason) ? ENDING_RENEW : ENDING_PREPARE;
}

void ending_begin(struct node *node, enum succession_reason reason)
{
    struct ending *ending = &node->ending;

    if (ending->phase != ENDING_NONE)
        return;
    *ending = (struct ending){.reason = reason,
                              .document = buffer_make(SUCCESSION_DOCUMENT_MAX),
                              .once = buffer_make(SUCCESSION_CMS_MAX),
                              .both = buffer_make(SUCCESSION_CMS_MAX)};
    world_tell(node->world, "%s begins to end its logs: %s", node->party, reason_name(reason));
    next_begin(node, false);
}

void ending_drop(struct node *node)
{
    buffer_free(&node->ending.document);
    buffer_free(&node->ending.once);
    buffer_free(&node->ending.both);
    node->ending.phase = ENDING_NONE;
}

/* A backup from before the end of a log is of no use any more: the manual says to make another. */
static void log_ended(struct node *node)
{
    struct ending *ending = &node->ending;
    char name[72];

    snprintf(name, sizeof name, "%s: %s log", reason_name(ending->reason),
             ending->is_domestic ? "domestic" : "outgoing");
    tally_add("log ended", name);
    world_tell(node->world, "%s ended %s", node->party, ending->origin);
    if (node->has_backup)
        fault_backup(node);
    if (ending->is_domestic)
        ending_drop(node);
    else
        next_begin(node, true);
}

/* --- steps --- */

static bool has_new_keys(const struct node *node)
{
    const struct keeper_sets *sets = &node->journal.sets;
    const uint8_t *own = node->ending.is_domestic ? node->journal.domestic_keys.log
                                                  : node->journal.lines[0].own_keys.log;

    return sets->count > 0 && memcmp(sets->keys[sets->count - 1].log, own, 32) != 0;
}

/* `besa keeper renew`, with the node stopped. */
static void keys_renew_now(struct node *node)
{
    struct error err = {0};

    fault_stop(node);
    if (node->must_crash)
        return; /* its disk failed before: first it must come up again */
    if (node_renew(node, &err))
        return;
    if (!node->machine.disk.has_failed)
        world_fail(node->world, "%s: no newer keys: %s", node->party, err.text);
    node->must_crash = true;
}

static bool document_sign(struct node *node)
{
    struct world *world = node->world;
    struct ending *ending = &node->ending;
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct institution institutions[2];
    struct error err = {0};

    for (size_t i = 0; i < 2; i++)
        institutions[i] =
            (struct institution){.key_pem = buffer_span(&world->papers->keys[i]),
                                 .certificate_pem = buffer_span(&world->papers->certificates[i])};
    buffer_clear(&ending->once);
    buffer_clear(&ending->both);
    return (succession_sign(buffer_span(&ending->document), &institutions[node->side],
                            world->now_ms, &arena, &ending->once, &err) &&
            (ending->is_domestic ||
             succession_countersign(buffer_span(&ending->once), &institutions[1 - node->side],
                                    world->now_ms, &arena, &ending->both, &err))) ||
           world_fail(world, "signing the end of %s: %s", ending->origin, err.text);
}

/* In half of the cases one officer tries alone first; by no draw, so that the fate of the rest does not hang on it. */
static bool tries_alone(struct node *node)
{
    bool is_first = !node->ending.was_asked;

    node->ending.was_asked = true;
    return is_first && node->world->act_count % 2 == 0;
}

static void ask(struct node *node, struct node *at, enum act_kind kind, struct span signed_document)
{
    struct ending *ending = &node->ending;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(BASE64_SIZE(SUCCESSION_CMS_MAX) * 2);
    struct json_writer writer = json_writer_make(&arguments);

    json_begin_object(&writer);
    if (kind == ACT_PREPARE_END) {
        json_string_field(&writer, "log", ending->origin);
        json_string_field(&writer, "why", succession_reason_names[ending->reason]);
    } else {
        json_base64_field(&writer, "document", signed_document);
    }
    json_end_object(&writer);
    ending->act = node->world->act_count;
    ending->is_alone = kind == ACT_PREPARE_END && tries_alone(node);
    ending->is_asked = ending->is_alone ? work_submit_alone(at, kind, buffer_span(&arguments))
                                        : work_submit_with(at, kind, buffer_span(&arguments));
}

/* A log that an older backup left behind ends for that reason, whatever else was planned. */
static bool reason_settle(struct node *node)
{
    struct ending *ending = &node->ending;

    if (journal_is_behind(&node->journal.lines[0]) ||
        journal_is_behind(&node->world->nodes[1 - node->side].journal.lines[0]))
        return false; /* resumed first */
    if (succession_is_planned(ending->reason) &&
        (ending->is_domestic ? domestic_stands_still(node) : out_stands_still(node)))
        ending->reason = SUCCESSION_RESTORED;
    return true;
}

static void prepare(struct node *node)
{
    if (!reason_settle(node))
        return;
    snprintf(node->ending.origin, sizeof node->ending.origin, "%s", log_of(node)->origin);
    ask(node, node, ACT_PREPARE_END, span_make(NULL, 0));
}

void ending_go_on(struct node *node)
{
    struct ending *ending = &node->ending;
    struct node *partner = &node->world->nodes[1 - node->side];

    if (ending->phase == ENDING_NONE || ending->is_asked || !node->is_up ||
        node->world->now_ms < ending->again_ms || node->machine.disk.has_failed)
        return;
    if (node->is_blinded || partner->is_blinded) {
        tally_add("log ended", "given up: the log was written twice");
        ending_drop(node);
        return;
    }
    if (ending->origin[0] != '\0' && strcmp(ending->origin, log_of(node)->origin) != 0) {
        log_ended(node);
        return;
    }
    switch (ending->phase) {
    case ENDING_RENEW:
        if (has_new_keys(node))
            ending->phase = ENDING_PREPARE;
        else
            keys_renew_now(node);
        break;
    case ENDING_PREPARE:
        prepare(node);
        break;
    case ENDING_ALLOW:
        if (partner->is_up)
            ask(node, partner, ACT_ALLOW_END, buffer_span(&ending->once));
        break;
    case ENDING_IMPORT:
        ask(node, node, ACT_IMPORT_END,
            buffer_span(ending->is_domestic ? &ending->once : &ending->both));
        break;
    case ENDING_NONE:
        break;
    }
}

bool ending_is_taken_in(const struct node *node)
{
    const struct ending *ending = &node->ending;

    return ending->phase == ENDING_IMPORT &&
           (ending->is_asked || !node->is_up || strcmp(ending->origin, log_of(node)->origin) != 0);
}

/* --- what the officers are told --- */

static bool document_take(struct ending *ending, struct span answer)
{
    static struct problems problems;
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct error err = {0};

    problems_clear(&problems);
    buffer_clear(&ending->document);
    if (!json_parse(answer, &json, &err))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    return buffer_add(&ending->document,
                      json_get_text(&object, "document", 1, SUCCESSION_DOCUMENT_MAX));
}

/* The document fits no more: the partner holds more, or less, than it says. */
static bool is_outdated(const struct error *err)
{
    return err->kind == ERROR_CONFLICT || err->kind == ERROR_RULE;
}

void ending_hear(struct world *world, unsigned act, bool is_done, struct span answer,
                 const struct error *err)
{
    struct node *node = NULL;

    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (world->nodes[i].ending.phase != ENDING_NONE && world->nodes[i].ending.is_asked &&
            world->nodes[i].ending.act == act)
            node = &world->nodes[i];
    if (node == NULL)
        return; /* given up meanwhile */
    struct ending *ending = &node->ending;
    ending->is_asked = false;
    if (!is_done && ending->is_alone && err->kind == ERROR_RULE)
        tally_add("approval", "end of a log refused to one officer");
    if (is_done && ending->is_alone)
        world_fail(world, "%s: one officer alone prepared the end of a log", node->party);
    ending->again_ms =
        world->now_ms + (is_done ? 0 : 500 + (int64_t)random_below(&world->random, 2500));
    if (!is_done && ending->phase > ENDING_PREPARE &&
        (is_outdated(err) || (succession_is_planned(ending->reason) && out_stands_still(node))))
        ending->phase = ENDING_PREPARE;
    if (!is_done)
        return; /* asked again; what was done and not told is seen by the name of the log */
    if (ending->phase == ENDING_PREPARE && document_take(ending, answer) && document_sign(node))
        ending->phase = ending->is_domestic ? ENDING_IMPORT : ENDING_ALLOW;
    else if (ending->phase == ENDING_ALLOW)
        ending->phase = ENDING_IMPORT;
}
