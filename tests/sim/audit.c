/* The promises, held against what both nodes' books say. */
#include "sim/world.h"

#include "journal/resume.h"

#include "message/act.h"
#include "store/derived_rows.h"
#include "store/schema.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_COUNT_MAX   4096u
#define RECEIPT_COUNT_MAX 2048u

static struct journal_line *line_of(struct node *node)
{
    return &node->journal.lines[0];
}

/* --- never two roots for one size --- */

static bool root_note(struct node *node, const struct journal_log *log)
{
    struct world *world = node->world;

    if (log->id == 0 || !log->has_signature)
        return true;
    for (size_t i = world->root_count; i > 0; i--) {
        const struct signed_root *root = &world->roots[i - 1];
        if (root->side != node->side || root->log != log->id || root->size != log->signed_size)
            continue;
        return tlog_hash_is_equal(&root->root, &log->signed_root) ||
               world_fail(world, "%s signed two roots for size %" PRIu64 " of %s", node->party,
                          log->signed_size, log->origin);
    }
    if (world->root_count == ROOT_COUNT_MAX)
        return world_fail(world, "more roots than the simulator can hold");
    world->roots[world->root_count++] = (struct signed_root){
        .side = node->side, .log = log->id, .size = log->signed_size, .root = log->signed_root};
    return true;
}

bool audit_roots(struct node *node)
{
    return root_note(node, &node->journal.domestic) && root_note(node, &line_of(node)->out) &&
           root_note(node, &line_of(node)->in);
}

/* --- rebuild equals live --- */

static bool row_add(void *context, const char *table, struct span text)
{
    digest_add(context, span_text(table));
    digest_add(context, text);
    return true;
}

static bool derived_digest(struct node *node, uint8_t out[DIGEST_SIZE], struct error *err)
{
    struct digest *digest = digest_begin();
    bool ok = schema_walk_derived(node->db, row_add, digest, err);
    digest_end(digest, out);
    return ok;
}

static bool rebuild_compare(struct node *node, struct error *err)
{
    uint8_t live[DIGEST_SIZE];
    uint8_t rebuilt[DIGEST_SIZE];

    if (!derived_digest(node, live, err) || !database_begin(node->db, DATABASE_FULL, err))
        return false;
    bool ok = journal_rebuild(&node->journal, NULL, NULL, err) &&
              derived_digest(node, rebuilt, err) &&
              (digest_is_equal(live, rebuilt) ||
               error_set(err, ERROR_BUG, "the rebuilt tables differ from the live ones"));
    database_rollback(node->db);
    return ok;
}

bool audit_rebuild(struct node *node)
{
    struct error err = {0};

    node->machine.disk.is_quiet = true;
    bool ok = rebuild_compare(node, &err);
    node->machine.disk.is_quiet = false;
    return ok || world_fail(node->world, "rebuild at %s: %s", node->party, err.text);
}

/* --- level --- */

bool audit_log_is_read_only(const struct world *world)
{
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        const struct journal_line *line = &world->nodes[i].journal.lines[0];
        if (line->out.read_only[0] != '\0' || line->in.read_only[0] != '\0')
            return true;
    }
    return false;
}

static bool direction_is_open(struct node *from, struct node *to)
{
    if (from->is_blinded || to->is_blinded)
        return false; /* the two tell different stories, and neither gives way */
    return line_of(from)->out.read_only[0] == '\0' && line_of(to)->in.read_only[0] == '\0';
}

static bool has_waiting(struct node *node)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;
    struct error err = {0};
    size_t count = 0;

    return !entry_list_waiting(node->db, &arena, line_of(node)->out.id, &row, 1, &count, &err) ||
           count > 0;
}

/* Acts wait for a new domestic log, and a suspension with them. */
static bool cannot_lift(const struct node *node)
{
    return node->journal.lines[0].is_suspended && node->journal.domestic.read_only[0] != '\0';
}

/* It lifted its suspension, and cannot say so before its log has a successor. */
static bool cannot_tell(const struct journal_line *out, const struct journal_line *in)
{
    return out->is_suspended_by_partner && in->out.read_only[0] != '\0';
}

/* New business may wait for the end of a suspension that the other side cannot lift: its domestic log was stopped. */
static bool is_level(struct node *from, struct node *to, char *why, size_t size)
{
    const struct journal_line *out = line_of(from);
    const struct journal_line *in = line_of(to);

    if (!direction_is_open(from, to))
        return true;
    snprintf(why, size,
             "%s sent %" PRIu64 "%s, has receipts for %" PRIu64 "; %s holds %" PRIu64
             ", handled %" PRIu64 ", %u checkpoints ahead%s%.100s",
             from->party, out->out.size, has_waiting(from) ? " and more waits" : "", out->cosigned,
             to->party, in->in.size, in->handled, out->ahead, in->is_stuck ? ", stuck: " : "",
             in->stuck_reason);
    return out->out.size == out->cosigned && in->in.size == out->out.size &&
           (in->handled == in->in.size || in->resume.state == RESUME_DONE) &&
           (in->is_suspended || cannot_lift(from) || cannot_tell(out, in) || !has_waiting(from));
}

bool audit_must_resume(const struct node *node)
{
    const struct world *world = node->world;
    return !world->nodes[0].is_blinded && !world->nodes[1].is_blinded &&
           journal_is_behind(&node->journal.lines[0]);
}

bool audit_has_converged(struct world *world, char *why, size_t size)
{
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (!world->nodes[i].is_up) {
            snprintf(why, size, "%s is down", party_names[i]);
            return false;
        }
    if (work_open_count > 0) {
        snprintf(why, size, "%u acts have no end", work_open_count);
        return false;
    }
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (audit_must_resume(&world->nodes[i])) {
            const struct journal_line *line = line_of(&world->nodes[i]);
            snprintf(why, size,
                     "%s is behind: %" PRIu64 " of %" PRIu64 " sent, %" PRIu64 " of %" PRIu64
                     " held",
                     party_names[i], line->out.size, line->resume.out_target, line->in.size,
                     line->resume.in_target);
            return false;
        }
    return is_level(&world->nodes[0], &world->nodes[1], why, size) &&
           is_level(&world->nodes[1], &world->nodes[0], why, size);
}

/* One line for each entry of a log, for whoever looks for the cause. */
static void log_show(struct node *node, const struct journal_log *log)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64u << 20);
    struct entry_row *rows = arena_array(&arena, ENTRY_COUNT_MAX, sizeof *rows);
    struct error err = {0};
    size_t count = 0;

    printf("%s: log %s\n", node->party, log->origin);
    if (rows == NULL || !entry_list_range(node->db, &arena, log->id, 0, (int64_t)log->size, rows,
                                          ENTRY_COUNT_MAX, &count, &err))
        return;
    for (size_t i = 0; i < count; i++) {
        char id[UUID_TEXT_SIZE] = "";
        if (rows[i].message_id.size == UUID_SIZE)
            uuid_write(rows[i].message_id.data, id);
        struct sequence_row row = {.outcome = OUTCOME_ACCEPTED};
        struct head head = {.seen = 0};
        if (!sequence_of_entry(node->db, &arena, rows[i].id, &row, &err))
            error_clear(&err);
        if (!head_read(rows[i].head, &arena, &head, &err))
            error_clear(&err);
        printf("  %4" PRId64 " %s %-10s seen %" PRIu64 ", body state %d, outcome %d %.*s\n",
               rows[i].index, id, message_type_name((enum message_type)rows[i].type), head.seen,
               (int)rows[i].body_state, (int)row.outcome, SPAN_ARG(row.ground));
    }
}

static void receipts_show(struct node *node, const struct journal_log *log)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct receipt_row *rows = arena_array(&arena, RECEIPT_COUNT_MAX, sizeof *rows);
    struct error err = {0};
    size_t count = 0;

    if (rows == NULL ||
        !receipt_list(node->db, &arena, log->id, 0, rows, RECEIPT_COUNT_MAX, &count, &err))
        return;
    for (size_t i = 0; i < count; i++)
        printf("  receipt of size %" PRId64 " at %" PRId64 " s\n", rows[i].size, rows[i].time_s);
}

void audit_show(struct world *world)
{
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        if (!node->is_up)
            continue;
        log_show(node, &line_of(node)->out);
        receipts_show(node, &line_of(node)->out);
        log_show(node, &line_of(node)->in);
        receipts_show(node, &line_of(node)->in);
    }
}

/* --- both books tell the same story --- */

static size_t leaves_read(struct node *node, int64_t log, uint64_t size, struct tlog_hash *out)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct span *rows = arena_array(&arena, ENTRY_COUNT_MAX, sizeof *rows);
    struct error err = {0};
    size_t count = 0;

    if (rows == NULL || !entry_list_leaves(node->db, &arena, log, 0, (int64_t)size, rows,
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

static bool receipt_verify(struct node *from, const struct receipt_row *row,
                           const struct tlog_hash *root)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct buffer signature_line CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct checkpoint checkpoint = {
        .origin = span_text(line_of(from)->out.origin), .size = (uint64_t)row->size, .root = *root};
    uint8_t signature[SIGNATURE_SIZE];
    int64_t time_s = 0;

    return row->signature.size == SIGNATURE_SIZE &&
           span_equal(row->root, span_make(root->bytes, TLOG_HASH_SIZE)) &&
           checkpoint_write(&checkpoint, &text) &&
           cosignature_line_write(&line_of(from)->custody_key, row->time_s, row->signature.data,
                                  &signature_line) &&
           cosignature_line_verify(&line_of(from)->custody_key, buffer_span(&text),
                                   buffer_span(&signature_line), &time_s, signature) &&
           time_s == row->time_s;
}

static const struct receipt_row *receipt_of(const struct receipt_row *rows, size_t count,
                                            int64_t size)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].size == size)
            return &rows[i];
    return NULL;
}

/* Same receipts, hence the same T for every entry; each holds under the custody key and over the leaves. */
static bool receipts_agree(struct node *from, struct node *to, const struct tlog_hash *roots,
                           size_t root_count)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct receipt_row *ours = arena_array(&arena, RECEIPT_COUNT_MAX, sizeof *ours);
    struct receipt_row *theirs = arena_array(&arena, RECEIPT_COUNT_MAX, sizeof *theirs);
    struct error err = {0};
    size_t our_count = 0;
    size_t their_count = 0;

    if (!receipt_list(from->db, &arena, line_of(from)->out.id, 0, ours, RECEIPT_COUNT_MAX,
                      &our_count, &err) ||
        !receipt_list(to->db, &arena, line_of(to)->in.id, 0, theirs, RECEIPT_COUNT_MAX,
                      &their_count, &err))
        return world_fail(from->world, "receipts cannot be read: %s", err.text);
    for (size_t i = 0; i < our_count; i++) {
        const struct receipt_row *same = receipt_of(theirs, their_count, ours[i].size);
        if ((size_t)ours[i].size >= root_count ||
            !receipt_verify(from, &ours[i], &roots[ours[i].size]))
            return world_fail(from->world, "%s: the receipt of size %" PRId64 " does not hold",
                              from->party, ours[i].size);
        if (same == NULL && !to->was_restored)
            return world_fail(from->world, "%s gave a receipt of size %" PRId64 " and forgot it",
                              to->party, ours[i].size);
        if (same != NULL && same->time_s != ours[i].time_s)
            return world_fail(from->world, "size %" PRId64 " has two receipt times", ours[i].size);
    }
    for (size_t i = 0; i < their_count && !from->was_restored; i++)
        if ((uint64_t)theirs[i].size <= line_of(from)->cosigned &&
            receipt_of(ours, our_count, theirs[i].size) == NULL)
            return world_fail(from->world, "%s lacks the receipt of size %" PRId64, from->party,
                              theirs[i].size);
    return true;
}

static bool dues_agree(struct node *from, struct node *to, uint64_t index, const uint8_t *id)
{
    struct node *nodes[] = {from, to};
    int64_t received[2] = {0};
    int64_t due[2] = {0};
    bool is_there[2];

    for (size_t i = 0; i < 2; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
        struct request_row row;
        struct error err = {0};
        is_there[i] =
            request_find_message(nodes[i]->db, &arena, span_make(id, UUID_SIZE), &row, &err) &&
            due_find(nodes[i]->db, row.entry, &received[i], &due[i], &err);
    }
    if (!is_there[0] || !is_there[1])
        return true; /* erased, withdrawn or refused on one side */
    if ((received[0] == 0 || received[1] == 0) && !direction_is_open(from, to))
        return true; /* a log that stands still asks for no receipts */
    return (received[0] == received[1] && due[0] == due[1]) ||
           world_fail(from->world,
                      "index %" PRIu64 " of %s: received at %" PRId64 " and %" PRId64
                      " s, due at %" PRId64 " and %" PRId64 " ms",
                      index, line_of(from)->out.origin, received[0], received[1], due[0], due[1]);
}

/* Entry by entry: the same leaf, each id once, the same due times. */
static bool entries_agree(struct node *from, struct node *to, size_t count)
{
    struct error err = {0};

    for (size_t i = 0; i < count; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
        struct entry_row row;
        int64_t uses = 0;
        if (!entry_find_index(to->db, &arena, line_of(to)->in.id, (int64_t)i, &row, &err) ||
            !entry_count_message(to->db, line_of(to)->in.id, row.message_id, INT64_MAX, &uses,
                                 &err))
            return world_fail(from->world, "index %zu cannot be read: %s", i, err.text);
        if (uses != 1)
            return world_fail(from->world, "index %zu of %s: its id stands %" PRId64 " times", i,
                              line_of(to)->in.origin, uses);
        if (row.type == MESSAGE_REQUEST && !dues_agree(from, to, i, row.message_id.data))
            return false;
    }
    return true;
}

bool audit_custody(struct node *node, uint64_t from, uint64_t to)
{
    struct node *partner = &node->world->nodes[1 - node->side];

    if (!node->is_up || !partner->is_up)
        return true;
    for (uint64_t i = from; i < to && i < line_of(partner)->in.size; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
        struct entry_row ours;
        struct entry_row theirs;
        struct error err = {0};
        if (entry_find_index(node->db, &arena, line_of(node)->out.id, (int64_t)i, &ours, &err) &&
            entry_find_index(partner->db, &arena, line_of(partner)->in.id, (int64_t)i, &theirs,
                             &err) &&
            !span_equal(ours.leaf, theirs.leaf))
            return world_fail(node->world,
                              "%s took a post whose index %" PRIu64 " differs from what it holds",
                              partner->party, i);
    }
    return true;
}

static bool logs_agree(struct node *from, struct node *to)
{
    static struct tlog_hash ours[ENTRY_COUNT_MAX];
    static struct tlog_hash theirs[ENTRY_COUNT_MAX];
    static struct tlog_hash roots[ENTRY_COUNT_MAX + 1];
    size_t our_count = leaves_read(from, line_of(from)->out.id, line_of(from)->out.size, ours);
    size_t their_count = leaves_read(to, line_of(to)->in.id, line_of(to)->in.size, theirs);
    size_t common = our_count < their_count ? our_count : their_count;

    if (our_count != line_of(from)->out.size || their_count != line_of(to)->in.size)
        return world_fail(from->world, "entries of %s are missing", line_of(from)->out.origin);
    for (size_t i = 0; i < common; i++)
        if (!tlog_hash_is_equal(&ours[i], &theirs[i]))
            return world_fail(from->world, "index %zu of %s differs on the two nodes", i,
                              line_of(from)->out.origin);
    bool is_longer = our_count > their_count;
    roots_compute(is_longer ? ours : theirs, is_longer ? our_count : their_count, roots);
    return entries_agree(from, to, common) &&
           receipts_agree(from, to, roots, (is_longer ? our_count : their_count) + 1);
}

/* --- what officers were told --- */

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
static bool accesses_count(struct node *node, unsigned counts[ACT_COUNT_MAX])
{
    struct arena arena CLEANUP(arena_free) = arena_make(64u << 20);
    struct entry_row *rows = arena_array(&arena, ENTRY_COUNT_MAX, sizeof *rows);
    struct error err = {0};
    int64_t domestic = node->journal.domestic.id;
    size_t count = 0;
    size_t waiting = 0;

    if (rows == NULL ||
        !entry_list_range(node->db, &arena, domestic, 0, (int64_t)node->journal.domestic.size, rows,
                          ENTRY_COUNT_MAX, &count, &err) ||
        !entry_list_waiting(node->db, &arena, domestic, rows + count, ENTRY_COUNT_MAX - count,
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

static bool access_check(struct world *world, unsigned at, unsigned found)
{
    const struct act_record *record = &world->acts[at];
    const char *party = party_names[record->side];

    if (found > 1)
        return world_fail(world, "%s act %u left %u access entries", party, at, found);
    if (record->is_told && !record->is_ok && found > 0)
        return world_fail(world, "%s act %u was refused and left an access entry", party, at);
    if (record->is_ok && !record->may_be_lost && found == 0)
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

static bool sent_check(struct world *world, unsigned at, int64_t *index)
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

    *index = -1;
    if (!entry_find_message(from->db, &arena, line_of(from)->out.id, id, &row, &err))
        return record->may_be_lost || audit_was_returned(from, record->item) ||
               world_fail(world, "%s act %u: the message that it sent is lost", from->party, at);
    if (row.body_state == BODY_HELD)
        *index = row.index; /* what lost its body need not wait for the end of a suspension */
    if (!direction_is_open(from, to) || to->was_restored ||
        (row.index == ENTRY_WAITING &&
         (cannot_lift(from) || cannot_tell(line_of(from), line_of(to)))))
        return true;
    if (!entry_find_message(to->db, &arena, line_of(to)->in.id, id, &copy, &err))
        return world_fail(world, "%s act %u: its message did not arrive", from->party, at);
    if (!sequence_of_entry(to->db, &arena, copy.id, &sequence, &err))
        return world_fail(world, "%s act %u: its message was not handled", from->party, at);
    handling_count(&sequence);
    if (sequence.outcome != OUTCOME_ACCEPTED && !span_is(sequence.ground, "suspended") &&
        !from->was_restored)
        return world_fail(world, "%s act %u: an honest message was refused: %.*s", from->party, at,
                          SPAN_ARG(sequence.ground));
    if (row.body_state != BODY_HELD || !direction_is_open(to, from))
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
    int64_t logs[] = {line_of(node)->in.id, line_of(node)->out.id};

    for (size_t i = 0; i < ARRAY_COUNT(logs); i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
        struct entry_row row;
        struct error err = {0};
        if (entry_find_message(node->db, &arena, logs[i], span_make(record->target, UUID_SIZE),
                               &row, &err))
            return row.body_state == wanted ||
                   world_fail(world, "%s act %u %s: the body stands in state %d", node->party, at,
                              act_names[record->kind], (int)row.body_state);
    }
    return audit_was_returned(node, record->target) ||
           world_fail(world, "%s act %u: what it erased is not there", node->party, at);
}

/* Messages stand in the log in the order in which their officers were told done. */
static bool order_check(struct world *world, unsigned at, int64_t index,
                        int64_t newest[MACHINE_COUNT])
{
    const struct act_record *record = &world->acts[at];

    if (index < 0)
        return true;
    if (index <= newest[record->side])
        return world_fail(world, "%s act %u: its message overtook an earlier one",
                          party_names[record->side], at);
    newest[record->side] = index;
    return true;
}

static bool acts_check(struct world *world)
{
    unsigned counts[MACHINE_COUNT][ACT_COUNT_MAX] = {{0}};
    int64_t newest[MACHINE_COUNT] = {-1, -1};
    int64_t index = -1;

    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (!accesses_count(&world->nodes[i], counts[i]))
            return false;
    for (unsigned i = 0; i < world->act_count; i++) {
        const struct act_record *record = &world->acts[i];
        if (!access_check(world, i, counts[record->side][i]))
            return false;
        if (!record->is_ok)
            continue;
        if (record->kind <= ACT_REFUSE &&
            (!sent_check(world, i, &index) || !order_check(world, i, index, newest)))
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

/* --- a restored backup --- */

/* The partner holds more under our signature than our books do: the log stands still, says why, and nothing is sent. */
static bool restored_check(struct node *node)
{
    struct world *world = node->world;
    struct node *partner = &world->nodes[1 - node->side];
    struct journal_line *line = line_of(node);

    if (node->is_blinded)
        return true;
    if (line->resume.state == RESUME_DONE) {
        tally_add("resume", "order restored");
        if (line->resume.own_back == 0 && line->resume.receipts_back > 0)
            tally_add("resume", "receipts alone came back");
        if (line->out.size < line_of(partner)->in.size ||
            line->cosigned != line_of(partner)->in.size || !audit_rebuild(node))
            return world_fail(world,
                              "%s was resumed to %" PRIu64 ", with receipts for %" PRIu64
                              ", of the %" PRIu64 " that %s holds",
                              node->party, line->out.size, line->cosigned,
                              line_of(partner)->in.size, partner->party);
    }
    if (line_of(partner)->in.size > line->out.size && line->out.read_only[0] == '\0')
        return world_fail(
            world, "%s was restored to size %" PRIu64 ", %s holds %" PRIu64 ", and the log goes on",
            node->party, line->out.size, partner->party, line_of(partner)->in.size);
    if (line->out.read_only[0] == '\0')
        return true;
    tally_add("log stopped", node->was_restored ? "own, after a restore" : "own, without cause");
    if (!node->was_restored)
        return world_fail(world, "%s: its log stopped without a restore: %.200s", node->party,
                          line->out.read_only);
    uint64_t size = line->out.size;
    uint64_t held = line_of(partner)->in.size;
    unsigned act = world->act_count;
    if (!work_submit(node, ACT_REQUEST, NULL))
        return world->act_count == ACT_COUNT_MAX;
    for (int i = 0; i < 20; i++)
        node_pump(node);
    return (!world->acts[act].is_ok && line->out.size == size &&
            line_of(partner)->in.size == held) ||
           world_fail(world, "%s sends although its log is read-only", node->party);
}

bool audit_end(struct world *world)
{
    struct node *a = &world->nodes[0];
    struct node *b = &world->nodes[1];

    if (!restored_check(a) || !restored_check(b))
        return false;
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        /* A partner that was restored and did not notice forks its log: its custody stops here. */
        if (line_of(node)->in.read_only[0] != '\0' && !node->was_restored &&
            !world->nodes[1 - i].was_restored)
            return world_fail(world, "%s: its custody stopped without a restore: %.200s",
                              node->party, line_of(node)->in.read_only);
    }
    if ((!a->is_blinded && !logs_agree(a, b)) || (!b->is_blinded && !logs_agree(b, a)) ||
        !acts_check(world) || !audit_agreement(world))
        return false;
    return audit_rebuild(world->seed % 2 == 0 ? a : b);
}
