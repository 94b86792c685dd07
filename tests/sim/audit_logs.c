/* Both books tell the same story: log by log of a row of successors, entry by entry, receipt by receipt. */
#include "sim/audit.h"

#include "journal/private.h"
#include "store/clock_rows.h"
#include "store/derived_rows.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One log, as its writer and its receiver have it. */
struct log_pair {
    struct node *from;
    struct node *to;
    struct audit_log own;
    struct audit_log mirror;
};

static size_t leaves_read(struct node *node, const struct audit_log *log, struct tlog_hash *out)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct span *rows = arena_array(&arena, ENTRY_COUNT_MAX, sizeof *rows);
    struct error err = {0};
    size_t count = 0;

    if (rows == NULL || !entry_list_leaves(node->db, &arena, log->id, 0, (int64_t)log->size, rows,
                                           ENTRY_COUNT_MAX, &count, &err))
        return 0;
    for (size_t i = 0; i < count; i++)
        memcpy(out[i].bytes, rows[i].data, TLOG_HASH_SIZE);
    return count;
}

/* Roots of all sizes up to `count` from the leaves alone. */
static void roots_compute(const struct tlog_hash *leaves, size_t count, struct tlog_hash *roots)
{
    struct compact_range range = compact_range_empty();
    compact_range_root(&range, &roots[0]);
    for (size_t i = 0; i < count; i++) {
        compact_range_append(&range, &leaves[i]);
        compact_range_root(&range, &roots[i + 1]);
    }
}

/* --- receipts --- */

/* Under the custody key that counted at this place; by the signature itself, not by what the product says of a line. */
static bool receipt_verify(const struct log_pair *pair, const struct receipt_row *row,
                           const struct tlog_hash *root)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct buffer message CLEANUP(buffer_free) = buffer_make(2 * CHECKPOINT_SIZE_MAX);
    struct checkpoint checkpoint = {
        .origin = span_text(pair->own.origin), .size = (uint64_t)row->size, .root = *root};
    uint64_t position = pair->own.base + (uint64_t)row->size;
    struct error err = {0};
    struct note_key key;

    return row->signature.size == SIGNATURE_SIZE &&
           span_equal(row->root, span_make(root->bytes, TLOG_HASH_SIZE)) &&
           key_of(pair->to->party, "custody",
                  chain_custody_keys(line_of(pair->from), SIDE_PARTNER, position), &key, &err) &&
           checkpoint_write(&checkpoint, &text) &&
           cosignature_message_write(row->time_s, buffer_span(&text), &message) &&
           signature_verify(key.public_key, buffer_span(&message), row->signature.data);
}

static const struct receipt_row *receipt_of(const struct receipt_row *rows, size_t count,
                                            int64_t size)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].size == size)
            return &rows[i];
    return NULL;
}

/* A log that ended, ended in custody. */
static uint64_t cosigned_of(const struct log_pair *pair)
{
    const struct journal_line *line = line_of(pair->from);
    return pair->own.id == line->out.id ? line->cosigned : pair->own.size;
}

/* Rolled back with its keeper, and its partner hides what it signed: the gap that docs/protocol.md 1.1 leaves. Or two machines gave
 * custody, each of what it was shown. */
static bool gave_twice(const struct log_pair *pair)
{
    return pair->to->is_blinded || pair->to->was_cloned;
}

/* A receipt that was given to the other machine, or for what it signed, or whose answer it heard. */
static bool went_elsewhere(const struct log_pair *pair)
{
    return pair->from->was_cloned || pair->to->was_cloned;
}

/* Same receipts, hence the same T for every entry; each holds under the custody key and over the leaves. */
static bool receipts_agree(const struct log_pair *pair, const struct tlog_hash *roots,
                           size_t root_count)
{
    struct node *from = pair->from;
    struct node *to = pair->to;
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct receipt_row *ours = arena_array(&arena, RECEIPT_COUNT_MAX, sizeof *ours);
    struct receipt_row *theirs = arena_array(&arena, RECEIPT_COUNT_MAX, sizeof *theirs);
    struct error err = {0};
    size_t our_count = 0;
    size_t their_count = 0;

    if (!receipt_list(from->db, &arena, pair->own.id, 0, ours, RECEIPT_COUNT_MAX, &our_count,
                      &err) ||
        !receipt_list(to->db, &arena, pair->mirror.id, 0, theirs, RECEIPT_COUNT_MAX, &their_count,
                      &err))
        return world_fail(from->world, "receipts cannot be read: %s", err.text);
    for (size_t i = 0; i < our_count; i++) {
        const struct receipt_row *same = receipt_of(theirs, their_count, ours[i].size);
        if ((size_t)ours[i].size >= root_count ||
            !receipt_verify(pair, &ours[i], &roots[ours[i].size]))
            return world_fail(from->world, "the receipt of size %" PRId64 " of %s does not hold",
                              ours[i].size, pair->own.origin);
        if (same == NULL && !gave_twice(pair))
            return world_fail(from->world,
                              "%s gave a receipt of size %" PRId64 " of %s and forgot it",
                              to->party, ours[i].size, pair->own.origin);
        if (same != NULL && same->time_s != ours[i].time_s && !gave_twice(pair))
            return world_fail(from->world, "size %" PRId64 " of %s has two receipt times",
                              ours[i].size, pair->own.origin);
    }
    for (size_t i = 0; i < their_count && !from->is_blinded && !went_elsewhere(pair); i++)
        if ((uint64_t)theirs[i].size <= cosigned_of(pair) &&
            receipt_of(ours, our_count, theirs[i].size) == NULL)
            return world_fail(from->world, "%s lacks the receipt of size %" PRId64 " of %s",
                              from->party, theirs[i].size, pair->own.origin);
    return true;
}

/* --- entries --- */

static bool dues_agree(const struct log_pair *pair, uint64_t index, const uint8_t *id)
{
    struct node *nodes[] = {pair->from, pair->to};
    struct due_row due[2] = {{0}, {0}};
    bool is_there[2];
    bool was_spoken_of = false;

    for (size_t i = 0; i < 2; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
        struct request_row row;
        struct error err = {0};
        is_there[i] =
            request_find_message(nodes[i]->db, &arena, span_make(id, UUID_SIZE), &row, &err) &&
            due_row_find(nodes[i]->db, row.entry, &due[i], &err);
        was_spoken_of = was_spoken_of || due[i].suspended_ms != 0 || due[i].delayed_to_ms != 0 ||
                        due[i].deadline_row != row.deadline_row ||
                        due[i].due_ms != due[i].received_s * 1000 + row.due_after_ms;
    }
    if (!is_there[0] || !is_there[1])
        return true; /* erased, withdrawn or refused on one side */
    if ((due[0].received_s == 0 || due[1].received_s == 0) &&
        !audit_direction_is_open(pair->from, pair->to))
        return true; /* a log that stands still asks for no receipts */
    if (gave_twice(pair) || went_elsewhere(pair))
        return true;
    /* What one of them said did not get its receipt, or never its way. */
    if (was_spoken_of && (!audit_direction_is_open(pair->from, pair->to) ||
                          !audit_direction_is_open(pair->to, pair->from)))
        return true;
    if (was_spoken_of)
        tally_add("limit", due[0].suspended_ms != 0 ? "suspended" : "moved");
    return memcmp(&due[0], &due[1], sizeof due[0]) == 0 ||
           world_fail(pair->from->world,
                      "index %" PRIu64 " of %s: received at %" PRId64 " and %" PRId64
                      " s, due at %" PRId64 " and %" PRId64 " ms, rows %" PRId64 " and %" PRId64
                      ", suspended at %" PRId64 " and %" PRId64 " ms",
                      index, pair->own.origin, due[0].received_s, due[1].received_s, due[0].due_ms,
                      due[1].due_ms, due[0].deadline_row, due[1].deadline_row, due[0].suspended_ms,
                      due[1].suspended_ms);
}

/* In whichever of the writer's logs. */
static bool uses_count(struct node *node, struct span message_id, int64_t *uses)
{
    struct audit_chain chain;
    struct error err = {0};

    audit_chain_read(node, SIDE_PARTNER, &chain);
    *uses = 0;
    for (size_t i = 0; i < chain.count; i++) {
        int64_t count = 0;
        if (!entry_count_message(node->db, chain.logs[i].id, message_id, INT64_MAX, &count, &err))
            return false;
        *uses += count;
    }
    return true;
}

/* Entry by entry: the same leaf, each id once, the same due times. */
static bool entries_agree(const struct log_pair *pair, size_t count)
{
    struct world *world = pair->from->world;
    struct error err = {0};

    for (size_t i = 0; i < count; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
        struct entry_row row;
        int64_t uses = 0;
        if (!entry_find_index(pair->to->db, &arena, pair->mirror.id, (int64_t)i, &row, &err) ||
            !uses_count(pair->to, row.message_id, &uses))
            return world_fail(world, "index %zu of %s cannot be read: %s", i, pair->own.origin,
                              err.text);
        if (uses != 1)
            return world_fail(world, "index %zu of %s: its id stands %" PRId64 " times", i,
                              pair->own.origin, uses);
        if (row.type == MESSAGE_REQUEST && !dues_agree(pair, i, row.message_id.data))
            return false;
    }
    return true;
}

/* --- custody --- */

static bool mirror_find(struct node *node, struct span origin, enum log_side side,
                        struct audit_log *out)
{
    struct audit_chain chain;

    audit_chain_read(node, side, &chain);
    for (size_t i = 0; i < chain.count; i++)
        if (span_is(origin, chain.logs[i].origin)) {
            *out = chain.logs[i];
            return true;
        }
    return false;
}

bool audit_custody(struct node *node, struct node *partner, struct span origin, uint64_t from,
                   uint64_t to)
{
    struct audit_log own;
    struct audit_log mirror;

    if (!node->is_up || !partner->is_up || !mirror_find(node, origin, SIDE_OWN, &own) ||
        !mirror_find(partner, origin, SIDE_PARTNER, &mirror))
        return true;
    for (uint64_t i = from; i < to && i < mirror.size; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
        struct entry_row ours;
        struct entry_row theirs;
        struct error err = {0};
        if (entry_find_index(node->db, &arena, own.id, (int64_t)i, &ours, &err) &&
            entry_find_index(partner->db, &arena, mirror.id, (int64_t)i, &theirs, &err) &&
            !span_equal(ours.leaf, theirs.leaf))
            return world_fail(node->world,
                              "%s took a post whose index %" PRIu64
                              " of %s differs from what it holds",
                              partner->party, i, own.origin);
    }
    return true;
}

/* --- log by log --- */

bool audit_differs(struct node *from, struct node *to)
{
    static struct tlog_hash ours[ENTRY_COUNT_MAX];
    static struct tlog_hash theirs[ENTRY_COUNT_MAX];
    const struct journal_log *out = &line_of(from)->out;
    const struct journal_log *in = &line_of(to)->in;
    const struct audit_log own = {.id = out->id, .size = out->size};
    const struct audit_log mirror = {.id = in->id, .size = in->size};

    if (strcmp(out->origin, in->origin) != 0)
        return false;
    size_t count = leaves_read(from, &own, ours);
    size_t held = leaves_read(to, &mirror, theirs);
    for (size_t i = 0; i < count && i < held; i++)
        if (!tlog_hash_is_equal(&ours[i], &theirs[i]))
            return true;
    return false;
}

static bool pair_agrees(const struct log_pair *pair)
{
    static struct tlog_hash ours[ENTRY_COUNT_MAX];
    static struct tlog_hash theirs[ENTRY_COUNT_MAX];
    static struct tlog_hash roots[ENTRY_COUNT_MAX + 1];
    struct world *world = pair->from->world;
    size_t our_count = leaves_read(pair->from, &pair->own, ours);
    size_t their_count = leaves_read(pair->to, &pair->mirror, theirs);
    size_t common = our_count < their_count ? our_count : their_count;

    if (our_count != pair->own.size || their_count != pair->mirror.size)
        return world_fail(world, "entries of %s are missing", pair->own.origin);
    for (size_t i = 0; i < common; i++)
        if (!tlog_hash_is_equal(&ours[i], &theirs[i]))
            return world_fail(world, "index %zu of %s differs on the two nodes", i,
                              pair->own.origin);
    bool is_longer = our_count > their_count;
    roots_compute(is_longer ? ours : theirs, is_longer ? our_count : their_count, roots);
    return entries_agree(pair, common) &&
           receipts_agree(pair, roots, (is_longer ? our_count : their_count) + 1);
}

/* A log ended for both or for neither, and at the same size. */
static bool chains_agree(struct node *from, const struct audit_chain *own, struct node *to,
                         const struct audit_chain *mirror)
{
    if (own->count != mirror->count && audit_direction_is_open(from, to))
        return world_fail(from->world, "%s ended %zu logs to %s, which knows of %zu", from->party,
                          own->count - 1, to->party, mirror->count - 1);
    for (size_t i = 0; i < own->count && i < mirror->count; i++) {
        const struct audit_log *ours = &own->logs[i];
        const struct audit_log *theirs = &mirror->logs[i];
        bool has_ended = i + 1 < own->count && i + 1 < mirror->count;
        if (strcmp(ours->origin, theirs->origin) != 0 || ours->base != theirs->base ||
            (has_ended && ours->size != theirs->size))
            return world_fail(from->world,
                              "%s has log %s from %" PRIu64 " of %" PRIu64
                              " entries, %s log %s from %" PRIu64 " of %" PRIu64,
                              from->party, ours->origin, ours->base, ours->size, to->party,
                              theirs->origin, theirs->base, theirs->size);
    }
    return true;
}

bool audit_logs(struct node *from, struct node *to)
{
    struct audit_chain own;
    struct audit_chain mirror;

    audit_chain_read(from, SIDE_OWN, &own);
    audit_chain_read(to, SIDE_PARTNER, &mirror);
    if (!chains_agree(from, &own, to, &mirror))
        return false;
    for (size_t i = 0; i < own.count && i < mirror.count; i++) {
        const struct log_pair pair = {
            .from = from, .to = to, .own = own.logs[i], .mirror = mirror.logs[i]};
        if (!pair_agrees(&pair))
            return false;
    }
    return true;
}

/* --- the domestic log and its witness --- */

/* Of a log that two machines wrote, and that ended, the partner may have witnessed the other one. */
static bool witnessed_agrees(struct node *node, const struct audit_log *log, bool is_current,
                             const struct witness_row *row)
{
    static struct tlog_hash leaves[ENTRY_COUNT_MAX];
    static struct tlog_hash roots[ENTRY_COUNT_MAX + 1];

    if ((uint64_t)row->size > log->size) /* what is beyond the end of a log is void */
        return !is_current ||
               world_fail(node->world,
                          "%s: its witness holds %" PRId64 " entries of %s, its books "
                          "%" PRIu64,
                          node->party, row->size, log->origin, log->size);
    size_t count = leaves_read(node, log, leaves);
    if (count != log->size)
        return world_fail(node->world, "entries of %s are missing", log->origin);
    roots_compute(leaves, count, roots);
    return span_equal(row->root, span_make(roots[row->size].bytes, TLOG_HASH_SIZE)) ||
           (node->was_cloned && !is_current) ||
           world_fail(node->world, "%s: its witness holds another tree of size %" PRId64 " of %s",
                      node->party, row->size, log->origin);
}

bool audit_domestic_differs(struct node *node)
{
    static struct tlog_hash leaves[ENTRY_COUNT_MAX];
    static struct tlog_hash roots[ENTRY_COUNT_MAX + 1];
    struct node *partner = &node->world->nodes[1 - node->side];
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    const struct journal_log *domestic = &node->journal.domestic;
    const struct audit_log log = {.id = domestic->id, .size = domestic->size};
    char name[NAME_SIZE_MAX + 32];
    struct witness_row row;
    struct error err = {0};

    snprintf(name, sizeof name, "%s/witness/%u", partner->party, line_of(partner)->own_keys.number);
    if (!witness_newest(partner->db, &arena, span_text(domestic->origin), span_text(name), &row,
                        &err))
        return false;
    size_t count = leaves_read(node, &log, leaves);
    if ((uint64_t)row.size > count)
        return true;
    roots_compute(leaves, count, roots);
    return !span_equal(row.root, span_make(roots[row.size].bytes, TLOG_HASH_SIZE));
}

bool audit_witness(struct node *node)
{
    struct node *partner = &node->world->nodes[1 - node->side];
    struct audit_chain chain;
    char name[NAME_SIZE_MAX + 32];

    audit_chain_read(node, SIDE_NONE, &chain);
    for (size_t i = 0; i < chain.count; i++)
        for (unsigned k = 0; k <= line_of(partner)->own_keys.number; k++) {
            struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
            struct witness_row row;
            struct error err = {0};
            snprintf(name, sizeof name, "%s/witness/%u", partner->party, k);
            if (witness_newest(partner->db, &arena, span_text(chain.logs[i].origin),
                               span_text(name), &row, &err) &&
                !witnessed_agrees(node, &chain.logs[i], i + 1 == chain.count, &row))
                return false;
        }
    return true;
}
