/* What officers were told, held against both nodes' books. */
#include "sim/audit.h"

#include "message/act.h"
#include "store/derived_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How often the access entry of each act stands in the domestic log. */
static bool access_count(struct node *node, const struct entry_row *row,
                         unsigned counts[ACT_COUNT_MAX], struct arena *arena)
{
    static struct problems problems;
    struct error err = {0};
    struct span body;
    struct act act;
    uint64_t number = 0;

    problems_clear(&problems);
    if (!journal_body(&node->journal, row, arena, &body, &err) ||
        !act_read(body, arena, &act, &problems))
        return world_fail(node->world, "%s: access entry %" PRId64 " cannot be read", node->party,
                          row->id);
    if (!span_starts_with(act.reason, "sim-") ||
        !number_read(span_part(act.reason, 4, act.reason.size), &number) || number >= ACT_COUNT_MAX)
        return true;
    counts[number]++;
    return span_is(act.act, act_names[node->world->acts[number].kind]) ||
           world_fail(node->world, "act %" PRIu64 " left the access entry of another", number);
}

/* Numbered ones, and those that wait behind a domestic log that ended. */
static bool log_count(struct node *node, const struct audit_log *log,
                      unsigned counts[ACT_COUNT_MAX])
{
    struct arena arena CLEANUP(arena_free) = arena_make(64u << 20);
    struct entry_row *rows = arena_array(&arena, ENTRY_COUNT_MAX, sizeof *rows);
    struct error err = {0};
    size_t count = 0;
    size_t waiting = 0;

    if (rows == NULL ||
        !entry_list_range(node->db, &arena, log->id, 0, (int64_t)log->size, rows, ENTRY_COUNT_MAX,
                          &count, &err) ||
        !entry_list_waiting(node->db, &arena, log->id, rows + count, ENTRY_COUNT_MAX - count,
                            &waiting, &err))
        return world_fail(node->world, "access entries cannot be read: %s", err.text);
    for (size_t i = 0; i < count + waiting; i++) {
        struct entry_row row = rows[i];
        if (row.type != MESSAGE_ACT)
            continue;
        if (i >= count && !entry_find(node->db, &arena, row.id, &row, &err))
            return world_fail(node->world, "an access entry cannot be read: %s", err.text);
        if (!access_count(node, &row, counts, &arena))
            return false;
    }
    return true;
}

/* In all domestic logs, those that ended first. */
static bool accesses_count(struct node *node, unsigned counts[ACT_COUNT_MAX])
{
    struct audit_chain chain;

    audit_chain_read(node, SIDE_NONE, &chain);
    for (size_t i = 0; i < chain.count; i++)
        if (!log_count(node, &chain.logs[i], counts))
            return false;
    return true;
}

static bool access_check(struct world *world, unsigned at, unsigned found)
{
    const struct act_record *record = &world->acts[at];
    const char *party = party_names[record->side];

    if (found > 1)
        return world_fail(world, "%s act %u left %u access entries", party, at, found);
    if (record->is_told && !record->is_ok && found > 0)
        return world_fail(world, "%s act %u was refused and left an access entry", party, at);
    if (record->is_ok && (!record->may_be_lost || record->is_copied) && found == 0)
        return world_fail(world, "%s act %u %s was told done and left no access entry", party, at,
                          act_names[record->kind]);
    return true;
}

static void handling_count(const struct sequence_row *sequence)
{
    static const char *const words[] = {"accepted", "refused", "held"};
    char name[72];

    snprintf(name, sizeof name, "%s %.*s", words[sequence->outcome], SPAN_ARG(sequence->ground));
    tally_add("handling", name);
}

static bool sent_check(struct world *world, unsigned at, int64_t *position)
{
    const struct act_record *record = &world->acts[at];
    struct node *from = &world->nodes[record->side];
    struct node *to = &world->nodes[1 - record->side];
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct span id = span_make(record->item, UUID_SIZE);
    struct entry_row row;
    struct entry_row copy;
    struct result_row result;
    struct sequence_row sequence;
    struct error err = {0};
    int64_t there = -1;

    *position = -1;
    if (!audit_find(from, SIDE_OWN, id, &arena, &row, &there))
        return record->may_be_lost || audit_was_returned(from, record->item) ||
               world_fail(world, "%s act %u: the message that it sent is lost", from->party, at);
    if (row.body_state == BODY_HELD)
        *position = there; /* what lost its body need not wait for the end of a suspension */
    if (!audit_direction_is_open(from, to) ||
        (row.index == ENTRY_WAITING &&
         (audit_cannot_lift(from) || audit_cannot_tell(line_of(from), line_of(to)))))
        return true;
    if (!audit_find(to, SIDE_PARTNER, id, &arena, &copy, &there))
        return world_fail(world, "%s act %u: its message did not arrive", from->party, at);
    if (!sequence_of_entry(to->db, &arena, copy.id, &sequence, &err))
        return world_fail(world, "%s act %u: its message was not handled", from->party, at);
    handling_count(&sequence);
    if (sequence.outcome != OUTCOME_ACCEPTED && !span_is(sequence.ground, "suspended") &&
        !from->was_restored)
        return world_fail(world, "%s act %u: an honest message was refused: %.*s", from->party, at,
                          SPAN_ARG(sequence.ground));
    if (row.body_state != BODY_HELD || !audit_direction_is_open(to, from))
        return true;
    if (!result_find(from->db, &arena, row.id, &result, &err))
        return world_fail(world, "%s act %u: the outcome of index %" PRId64 " did not come back",
                          from->party, at, row.index);
    return result.outcome == (int64_t)sequence.outcome ||
           world_fail(world, "%s act %u: both nodes tell different outcomes", from->party, at);
}

static bool target_state_is(struct world *world, unsigned at, enum body_state wanted)
{
    const struct act_record *record = &world->acts[at];
    struct node *node = &world->nodes[record->side];
    static const enum log_side sides[] = {SIDE_PARTNER, SIDE_OWN};

    for (size_t i = 0; i < ARRAY_COUNT(sides); i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
        struct entry_row row;
        int64_t position = -1;
        if (audit_find(node, sides[i], span_make(record->target, UUID_SIZE), &arena, &row,
                       &position))
            return row.body_state == wanted ||
                   world_fail(world, "%s act %u %s: the body stands in state %d", node->party, at,
                              act_names[record->kind], (int)row.body_state);
    }
    return audit_was_returned(node, record->target) ||
           world_fail(world, "%s act %u: what it erased is not there", node->party, at);
}

/* Messages stand in the log in the order in which their officers were told done. */
static bool order_check(struct world *world, unsigned at, int64_t position,
                        int64_t newest[MACHINE_COUNT + 1])
{
    const struct act_record *record = &world->acts[at];

    if (position < 0)
        return true;
    if (position <= newest[record->machine])
        return world_fail(world, "%s act %u: its message overtook an earlier one",
                          party_names[record->side], at);
    newest[record->machine] = position;
    return true;
}

/* What both copies of a machine inherited, each of them knows. */
static bool is_act_of(const struct node *node, unsigned at)
{
    const struct act_record *record = &node->world->acts[at];

    return record->side == node->side && (record->machine == node->number || record->is_shared);
}

void audit_receipted(struct node *node)
{
    struct world *world = node->world;
    const struct journal_line *line = line_of(node);
    uint64_t receipted_to = line->out_past.base + line->cosigned;

    if (receipted_to <= node->noted_to || node->machine.disk.is_dead)
        return;
    for (unsigned i = 0; i < world->act_count; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
        struct act_record *record = &world->acts[i];
        struct entry_row row;
        int64_t position = -1;
        if (is_act_of(node, i) && record->is_ok && record->kind <= ACT_REFUSE &&
            !record->is_receipted &&
            audit_find(node, SIDE_OWN, span_make(record->item, UUID_SIZE), &arena, &row, &position))
            record->is_receipted = position >= 0 && (uint64_t)position < receipted_to;
    }
    node->noted_to = receipted_to;
}

/* The partner has it in custody, so it may be lost on neither side, whatever was restored. */
static bool receipted_check(struct world *world, unsigned at)
{
    const struct act_record *record = &world->acts[at];
    static const enum log_side sides[] = {SIDE_OWN, SIDE_PARTNER};

    for (size_t i = 0; i < 2; i++) {
        struct node *node = &world->nodes[i == 0 ? record->side : 1 - record->side];
        struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
        struct entry_row row;
        int64_t position = -1;
        if (!audit_find(node, sides[i], span_make(record->item, UUID_SIZE), &arena, &row,
                        &position))
            return world_fail(world, "%s act %u: its message was receipted, and %s lost it",
                              party_names[record->side], at, node->party);
    }
    tally_add("after a restore", "receipted and back");
    return true;
}

static bool lost_check(struct world *world, unsigned at)
{
    const struct act_record *record = &world->acts[at];

    if (!record->may_be_lost || record->kind > ACT_REFUSE || world->nodes[0].is_blinded ||
        world->nodes[1].is_blinded)
        return true;
    if (record->is_receipted)
        return receipted_check(world, at);
    tally_add("after a restore", "never receipted");
    return true;
}

bool audit_acts(struct world *world)
{
    unsigned counts[MACHINE_COUNT][ACT_COUNT_MAX] = {{0}};
    int64_t newest[MACHINE_COUNT + 1] = {-1, -1, -1};
    int64_t position = -1;

    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (!accesses_count(&world->nodes[i], counts[i]))
            return false;
    for (unsigned i = 0; i < world->act_count; i++) {
        const struct act_record *record = &world->acts[i];
        if (!access_check(world, i, counts[record->side][i]))
            return false;
        if (!record->is_ok)
            continue;
        if (!lost_check(world, i))
            return false;
        if (record->kind <= ACT_REFUSE &&
            (!sent_check(world, i, &position) || !order_check(world, i, position, newest)))
            return false;
        if (record->may_be_lost)
            continue;
        if (record->kind == ACT_ERASE && !target_state_is(world, i, BODY_ERASED))
            return false;
        if (record->kind == ACT_WITHDRAW && !target_state_is(world, i, BODY_WITHDRAWN))
            return false;
    }
    return true;
}
