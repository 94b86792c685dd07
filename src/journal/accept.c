/*
 * Custody. A post is taken whole or not at all: seal, signature, root and digests hold, or nothing is written and nothing
 * signed. What the entries mean does not matter here: a malformed head is taken and later refused. T is chosen inside the
 * transaction and stored with size and root; the signature follows the commit, so a crash on either side of signing gives
 * the same bytes.
 */
#include "journal/private.h"

#include "base/text.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"

#include <inttypes.h>
#include <stdio.h>

static bool refuse(struct accepted *out, enum post_refusal refusal)
{
    out->refusal = refusal;
    return false;
}

static bool unseal_with(struct journal *journal, struct journal_line *line, struct post *post,
                        uint8_t set, struct arena *arena, struct error *err)
{
    struct keeper_seal seal = {.suite = post->suite, .psk_day = post->psk_day, .set = set};

    memcpy(seal.ephemeral, post->ephemeral, sizeof seal.ephemeral);
    bool ok = keeper_open_key(&journal->keeper, span_text(line->agreement_id), &seal, err) &&
              post_open(post, seal.key, arena, err);
    secret_wipe(&seal, sizeof seal);
    return ok;
}

/* Around a change of keys the partner may still seal to the older key, or already to the newer one. */
bool post_unseal(struct journal *journal, struct journal_line *line, struct post *post,
                 struct arena *arena, struct error *err)
{
    const struct keeper_sets *sets = &journal->sets;

    for (size_t i = sets->count; i-- > 1;) {
        struct error ignored = {0};
        if (unseal_with(journal, line, post, sets->number[i], arena, &ignored))
            return true;
    }
    return unseal_with(journal, line, post, sets->number[0], arena, err);
}

/* The two clocks agree within the agreement's bound; their clock is only ever compared. The sender's time is that of the
 * post's making: what it may have travelled over a thin line since is no difference of clocks. */
static bool clock_check(struct journal *journal, const struct journal_line *line,
                        const struct post *post, size_t wire_size, struct error *err)
{
    int64_t difference_ms = journal_now_ms(journal) - post->time_ms;
    int64_t bound_ms = line->agreement.clock_bound_s * 1000;
    int64_t travel_ms = (int64_t)wire_size * 1000 / POST_RATE_MIN;
    if (difference_ms <= bound_ms + travel_ms && difference_ms >= -bound_ms)
        return true;
    return error_set(err, ERROR_RULE,
                     "the clocks of %s and %s differ by %" PRId64
                     " ms; agreement %s allows %" PRId64,
                     line->partner, journal->party, difference_ms, line->agreement_id, bound_ms);
}

static bool checkpoint_check(const struct journal_line *line, const struct post *post,
                             struct checkpoint *out, struct buffer *body,
                             uint8_t signature[SIGNATURE_SIZE], struct error *err)
{
    if (!checkpoint_open(post->checkpoint, &line->log_key, out, body, signature, err))
        return error_add(err, "checkpoint of %s", line->in.origin);
    if (out->size != post->to)
        return error_set(err, ERROR_INPUT,
                         "checkpoint of %s has size %" PRIu64 ", the post ends at %" PRIu64,
                         line->in.origin, out->size, post->to);
    return true;
}

/* --- overlap and forks --- */

/* Root of the mirror at `from`, carried on over the heads of the post: what its checkpoint must have signed. */
static bool root_from(struct journal *journal, struct journal_line *line, const struct post *post,
                      const struct tlog_hash *leaves, struct tlog_hash *out, struct error *err)
{
    struct compact_range range;

    if (!log_range_at(journal, &line->in, post->from, &range, err))
        return false;
    for (size_t i = 0; i < post->entry_count; i++)
        compact_range_append(&range, &leaves[i]);
    compact_range_root(&range, out);
    return true;
}

bool fork_keep(struct journal *journal, struct journal_line *line,
               const struct checkpoint *checkpoint, const uint8_t signature[SIGNATURE_SIZE],
               const char *reason, struct accepted *out, struct error *err)
{
    struct fork_row row = {.log = line->in.id,
                           .size = (int64_t)checkpoint->size,
                           .root = span_make(checkpoint->root.bytes, TLOG_HASH_SIZE),
                           .signature = span_make(signature, SIGNATURE_SIZE),
                           .noticed_ms = journal_now_ms(journal)};

    if (!fork_insert(journal->db, &row, err) ||
        !log_set_read_only(journal->db, line->in.id, span_text(reason), err))
        return error_add(err, "keeping the proof of a fork");
    log_stop(journal, &line->in, reason);
    out->refusal = REFUSAL_FORK;
    return error_set(err, ERROR_CONFLICT, "log %s: %s", line->in.origin, reason);
}

/* The partner's new checkpoint beside those that we hold. */
static bool custody_fork(struct journal *journal, struct journal_line *line,
                         const struct checkpoint *checkpoint,
                         const uint8_t signature[SIGNATURE_SIZE], uint64_t index,
                         struct accepted *out, struct error *err)
{
    char reason[ERROR_TEXT_SIZE];

    snprintf(reason, sizeof reason,
             "%s signed another tree of size %" PRIu64 " than the one in our custody, from index "
             "%" PRIu64 " on: its log forked; both checkpoints are kept",
             line->partner, checkpoint->size, index);
    out->index = index;
    return fork_keep(journal, line, checkpoint, signature, reason, out, err);
}

/* Leaves that we hold already must be the same. If they are not, it is a fork when the checkpoint signs these heads, and
 * a broken post when it does not: a bare claim proves nothing. */
static bool overlap_check(struct journal *journal, struct journal_line *line,
                          const struct post *post, uint64_t overlap, const struct tlog_hash *leaves,
                          const struct checkpoint *checkpoint,
                          const uint8_t signature[SIGNATURE_SIZE], struct accepted *out,
                          struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct span *held = arena_array(&arena, SEAL_COUNT_MAX, sizeof *held);
    struct tlog_hash root;
    size_t count = 0;
    size_t at = 0;

    if (overlap == 0)
        return true;
    if (held == NULL)
        return error_set(err, ERROR_LIMIT, "post: out of memory");
    if (!entry_list_leaves(journal->db, &arena, line->in.id, (int64_t)post->from,
                           (int64_t)(post->from + overlap), held, SEAL_COUNT_MAX, &count, err))
        return false;
    if (count != overlap)
        return error_set(err, ERROR_STORE, "log %s: entries are missing from %" PRIu64,
                         line->in.origin, post->from);
    while (at < count && span_equal(held[at], span_make(leaves[at].bytes, TLOG_HASH_SIZE)))
        at++;
    if (at == count)
        return true;
    if (!root_from(journal, line, post, leaves, &root, err))
        return false;
    if (tlog_hash_is_equal(&root, &checkpoint->root))
        return custody_fork(journal, line, checkpoint, signature, post->from + at, out, err);
    return error_set(err, ERROR_INPUT,
                     "log %s: index %" PRIu64
                     " differs from what is in our custody, and the checkpoint does not sign it",
                     line->in.origin, post->from + at);
}

/* A post that brings nothing new still carries a signature: over the tree that we hold, or over another. */
static bool repeat_check(struct journal *journal, struct journal_line *line,
                         const struct checkpoint *checkpoint,
                         const uint8_t signature[SIGNATURE_SIZE], struct accepted *out,
                         struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct checkpoint_row row;

    if (!checkpoint_upto(journal->db, &arena, line->in.id, (int64_t)checkpoint->size, &row, err)) {
        bool is_missing = err->kind == ERROR_MISSING;
        if (is_missing)
            error_clear(err);
        return is_missing;
    }
    if ((uint64_t)row.size != checkpoint->size ||
        span_equal(row.root, span_make(checkpoint->root.bytes, TLOG_HASH_SIZE)))
        return true;
    return custody_fork(journal, line, checkpoint, signature, checkpoint->size, out, err);
}

/* --- bodies --- */

/* What the `withdrawn` entries of a post name; looked up once. */
struct withdrawals {
    uint8_t (*ids)[UUID_SIZE];
    size_t count;
};

static bool withdrawals_find(const struct post *post, struct arena *arena, struct withdrawals *out,
                             struct error *err)
{
    *out = (struct withdrawals){.ids = arena_array(arena, post->entry_count + 1, UUID_SIZE)};
    if (out->ids == NULL)
        return error_set(err, ERROR_LIMIT, "post: out of memory");
    for (size_t i = 0; i < post->entry_count; i++)
        if (head_look_withdrawn(post->entries[i].head, out->ids[out->count]))
            out->count++;
    return true;
}

static bool is_withdrawn(const struct post *post, size_t at, const struct withdrawals *withdrawals,
                         struct arena *arena)
{
    struct head head;
    struct error ignored = {0};

    if (withdrawals->count == 0 || !head_read(post->entries[at].head, arena, &head, &ignored))
        return false;
    for (size_t i = 0; i < withdrawals->count; i++)
        if (memcmp(withdrawals->ids[i], head.id, UUID_SIZE) == 0)
            return true;
    return false;
}

static bool body_check(const struct post *post, size_t at, const struct withdrawals *withdrawals,
                       enum body_state *state, struct arena *arena, struct accepted *out,
                       struct error *err)
{
    const struct post_entry *entry = &post->entries[at];
    uint8_t wanted[DIGEST_SIZE];
    uint8_t found[DIGEST_SIZE];

    out->index = post->from + at;
    if (!head_look_body(entry->head, wanted)) {
        *state = BODY_NONE;
        return entry->body.size == 0 ||
               error_set(err, ERROR_INPUT,
                         "index %" PRIu64 ": a body stands beside a head that names none",
                         out->index);
    }
    if (entry->body.size == 0) {
        *state = BODY_WITHDRAWN;
        return is_withdrawn(post, at, withdrawals, arena) ||
               error_set(err, ERROR_INPUT,
                         "index %" PRIu64 ": the body is missing and not withdrawn", out->index);
    }
    *state = BODY_HELD;
    digest_salted(entry->salt, entry->body, found);
    return digest_is_equal(found, wanted) ||
           error_set(err, ERROR_INPUT,
                     "index %" PRIu64 ": the body does not match the digest in its head",
                     out->index);
}

/* Root over our frontier and the new heads; nothing in memory moves yet. */
static bool root_check(const struct journal_line *line, const struct post *post, uint64_t overlap,
                       const struct tlog_hash *leaves, const struct checkpoint *checkpoint,
                       struct compact_range *range, struct error *err)
{
    struct tlog_hash root;

    *range = line->in.range;
    for (size_t i = (size_t)overlap; i < post->entry_count; i++)
        compact_range_append(range, &leaves[i]);
    compact_range_root(range, &root);
    return memcmp(&root, &checkpoint->root, sizeof root) == 0 ||
           error_set(err, ERROR_INPUT,
                     "log %s: the heads do not lead to the signed root of size %" PRIu64,
                     line->in.origin, checkpoint->size);
}

bool part_take(struct journal *journal, int64_t entry, const struct post_part *part,
               struct arena *arena, struct error *err)
{
    struct sealed_body sealed;
    uint8_t digest[DIGEST_SIZE];
    uint8_t sha256[DIGEST_SIZE];

    if (!body_seal(journal, part->bytes, part->salt, arena, &sealed, err))
        return false;
    digest_salted(part->salt, part->bytes, digest);
    digest_sha256(part->bytes, sha256);
    struct part_row row = {.entry = entry,
                           .number = part->number,
                           .kind = PART_ROW_SMALL,
                           .digest = span_make(digest, sizeof digest),
                           .salt = span_make(part->salt, SALT_SIZE),
                           .size = (int64_t)part->bytes.size,
                           .sha256 = span_make(sha256, sizeof sha256),
                           .state = PART_HELD,
                           .bytes = sealed.sealed,
                           .part_key = sealed.key};
    return part_insert(journal->db, &row, err);
}

bool entry_take(struct journal *journal, int64_t log, const struct post *post, size_t at,
                const struct tlog_hash *leaf, enum body_state state, struct arena *arena,
                struct error *err)
{
    const struct post_entry *from = &post->entries[at];
    struct sealed_body sealed = {.sealed = {NULL, 0}};
    struct head head = {.type = MESSAGE_UNKNOWN};
    struct error ignored = {0};

    if (state == BODY_HELD && !body_seal(journal, from->body, from->salt, arena, &sealed, err))
        return false;
    if (!head_read_known(journal, from->head, arena, &head, &ignored))
        head = (struct head){.type = MESSAGE_UNKNOWN};
    struct entry_row row = {.id = journal->next_entry,
                            .log = log,
                            .index = (int64_t)(post->from + at),
                            .message_id = span_make(head.id, UUID_SIZE),
                            .head = from->head,
                            .leaf = span_make(leaf->bytes, sizeof leaf->bytes),
                            .type = head.type,
                            .created_ms = head.created_ms,
                            .salt = state == BODY_NONE ? span_make(NULL, 0)
                                                       : span_make(from->salt, SALT_SIZE),
                            .body = sealed.sealed,
                            .body_key = sealed.key,
                            .body_size = (int64_t)from->body.size,
                            .body_state = state};
    if (!entry_insert(journal->db, &row, err))
        return error_add(err, "index %" PRId64, row.index);
    journal->next_entry++;
    return true;
}

static bool entry_store(struct journal *journal, struct journal_line *line, const struct post *post,
                        size_t at, const struct tlog_hash *leaf, enum body_state state,
                        struct arena *arena, struct error *err)
{
    const struct post_entry *from = &post->entries[at];
    int64_t entry = journal->next_entry;

    if (!entry_take(journal, line->in.id, post, at, leaf, state, arena, err))
        return false;
    for (size_t i = 0; i < from->part_count; i++)
        if (!part_take(journal, entry, &from->parts[i], arena, err))
            return error_add(err, "index %" PRIu64, post->from + at);
    cache_put(journal->cache, entry, from->body);
    return true;
}

/* T: our clock in whole seconds, never below the log's last. */
static int64_t custody_time(struct journal *journal, const struct journal_line *line)
{
    int64_t now_s = journal_now_ms(journal) / 1000;
    return now_s > line->in.signed_time_s ? now_s : line->in.signed_time_s;
}

/* The keeper gave a receipt for just this size before, in books that are lost. */
static bool is_receipted(const struct journal_log *log, uint64_t size)
{
    return log->has_signature && log->signed_size == size;
}

/* Behind the keeper, entries that were handled may have lost the receipt that they counted from. */
static bool receipt_give(struct journal *journal, const struct journal_line *line,
                         const struct receipt_row *receipt, bool *has_moved, struct error *err)
{
    if (is_receipted(&line->in, (uint64_t)receipt->size))
        return true;
    return receipt_insert(journal->db, receipt, err) &&
           (!journal_is_behind_keeper(&line->in) ||
            receipt_recount(journal, receipt, has_moved, err));
}

static bool custody_take(struct journal *journal, struct journal_line *line,
                         const struct post *post, uint64_t overlap, const struct tlog_hash *leaves,
                         const enum body_state *states, const struct checkpoint *checkpoint,
                         const uint8_t signature[SIGNATURE_SIZE], const struct compact_range *range,
                         struct arena *arena, struct error *err)
{
    struct span root = span_make(checkpoint->root.bytes, sizeof checkpoint->root.bytes);
    struct checkpoint_row signed_row = {.log = line->in.id,
                                        .size = (int64_t)post->to,
                                        .root = root,
                                        .signature = span_make(signature, SIGNATURE_SIZE)};
    struct buffer frontier CLEANUP(buffer_free) = buffer_make(sizeof *range + 64);
    bool has_moved = false;

    for (size_t i = (size_t)overlap; i < post->entry_count; i++)
        if (!entry_store(journal, line, post, i, &leaves[i], states[i], arena, err))
            return false;
    bool ok = compact_range_write(range, &frontier) &&
              log_grow(journal->db, line->in.id, (int64_t)post->to, buffer_span(&frontier), err) &&
              checkpoint_insert(journal->db, &signed_row, err) &&
              reach_take(journal, &line->in, &has_moved, err);
    struct receipt_row receipt = {.log = line->in.id,
                                  .size = (int64_t)post->to,
                                  .root = root,
                                  .time_s = custody_time(journal, line)};
    ok = ok && receipt_give(journal, line, &receipt, &has_moved, err) &&
         (has_moved ? journal_rebuild(journal, NULL, NULL, err)
                    : resume_catch_up(journal, line, err));
    if (!ok)
        return error_add(err, "taking log %s into custody", line->in.origin);
    for (size_t i = (size_t)overlap; i < post->entry_count; i++)
        if (!log_add_leaf(&line->in, &leaves[i], err))
            return error_set(err, ERROR_STORE, "log %s: out of memory after writing",
                             line->in.origin);
    if (!is_receipted(&line->in, post->to))
        line->in.signed_time_s = receipt.time_s;
    journal_event_add(journal, JOURNAL_ARRIVED, line, 0, post->to);
    return true;
}

/* All checks that need no writing, then the writing. */
static bool post_take(struct journal *journal, struct journal_line *line, struct post *post,
                      struct accepted *out, struct arena *arena, struct error *err)
{
    struct checkpoint checkpoint;
    uint8_t signature[SIGNATURE_SIZE];
    struct buffer note_body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct compact_range range;
    struct withdrawals withdrawals;
    uint64_t overlap = line->in.size - post->from;
    struct tlog_hash *leaves = arena_array(arena, post->entry_count + 1, sizeof *leaves);
    enum body_state *states = arena_array(arena, post->entry_count + 1, sizeof *states);

    if (leaves == NULL || states == NULL) {
        refuse(out, REFUSAL_BUSY);
        return error_set(err, ERROR_LIMIT, "post: out of memory");
    }
    out->refusal = REFUSAL_INVALID;
    out->index = post->from;
    if (!checkpoint_check(line, post, &checkpoint, &note_body, signature, err) ||
        !post_unseal(journal, line, post, arena, err))
        return false;
    if (overlap > post->entry_count)
        overlap = post->entry_count;
    for (size_t i = 0; i < post->entry_count; i++)
        tlog_leaf_hash(post->entries[i].head, &leaves[i]);
    if (!overlap_check(journal, line, post, overlap, leaves, &checkpoint, signature, out, err))
        return false;
    if (post->to <= line->in.size) {
        if (!repeat_check(journal, line, &checkpoint, signature, out, err))
            return false;
        out->refusal = REFUSAL_NONE; /* all of it is held: the answer repeats the receipts */
        return true;
    }
    if (!root_check(line, post, overlap, leaves, &checkpoint, &range, err))
        return false;
    if (!reach_check(journal, line, post, overlap, leaves, &checkpoint, signature, out, err))
        return false;
    if (!withdrawals_find(post, arena, &withdrawals, err))
        return false;
    for (size_t i = (size_t)overlap; i < post->entry_count; i++)
        if (!body_check(post, i, &withdrawals, &states[i], arena, out, err))
            return false;
    out->refusal = REFUSAL_BUSY; /* what fails from here on is ours */
    if (!custody_take(journal, line, post, overlap, leaves, states, &checkpoint, signature, &range,
                      arena, err))
        return false;
    out->refusal = REFUSAL_NONE;
    out->held = line->in.size;
    return true;
}

/* Custody has stopped, or waits for its keeper, and nothing more is taken. But of what is in custody the sender may lack the
 * receipt: it was on its way when the other machine with its keys was found, or when both keepers lost their records, and
 * without it the log could never end. *is_held: the post begins with it. */
static bool held_again(struct journal *journal, const struct journal_line *line,
                       const struct post *post, bool *is_held, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct span *held = arena_array(&arena, SEAL_COUNT_MAX, sizeof *held);
    struct checkpoint checkpoint;
    uint8_t signature[SIGNATURE_SIZE];
    struct tlog_hash leaf;
    struct error ignored = {0};
    size_t count = 0;

    *is_held = false;
    if (post->from >= line->in.size ||
        !checkpoint_check(line, post, &checkpoint, &body, signature, &ignored))
        return true;
    uint64_t to = post->to < line->in.size ? post->to : line->in.size;
    if (held == NULL)
        return error_set(err, ERROR_LIMIT, "post: out of memory");
    if (!entry_list_leaves(journal->db, &arena, line->in.id, (int64_t)post->from, (int64_t)to, held,
                           SEAL_COUNT_MAX, &count, err))
        return false;
    *is_held = count > 0 && count == to - post->from && count <= post->entry_count;
    for (size_t i = 0; i < count && *is_held; i++) {
        tlog_leaf_hash(post->entries[i].head, &leaf);
        *is_held = span_equal(held[i], span_make(leaf.bytes, sizeof leaf.bytes));
    }
    return true;
}

/* What can be said without opening it. */
static bool post_look(struct journal *journal, const struct journal_line *line,
                      const struct post *post, size_t wire_size, struct accepted *out,
                      struct error *err)
{
    if (line->in.read_only[0] != '\0') {
        refuse(out, REFUSAL_READ_ONLY);
        return error_set(err, ERROR_CONFLICT, "custody of %s is stopped: %.300s", line->in.origin,
                         line->in.read_only);
    }
    if (post->from > line->in.size) {
        refuse(out, REFUSAL_BEHIND);
        return error_set(err, ERROR_CONFLICT, "our mirror of %s ends at %" PRIu64, line->in.origin,
                         line->in.size);
    }
    return clock_check(journal, line, post, wire_size, err) || refuse(out, REFUSAL_CLOCK);
}

bool custody_has_met(const struct journal_line *line, struct error *err)
{
    return line->has_met ||
           error_set(err, ERROR_BUSY,
                     "this node has just started: no custody before it has seen what %s holds",
                     line->partner);
}

bool journal_accept(struct journal *journal, struct journal_line *line, struct span wire,
                    struct accepted *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(3 * (size_t)POST_SIZE_MAX);
    struct mirror_before before = {.has_moved = false};
    struct post post;

    *out = (struct accepted){.refusal = REFUSAL_INVALID, .held = line->in.size};
    if (line->is_unproved) {
        refuse(out, REFUSAL_BUSY);
        return error_set(err, ERROR_BUSY,
                         "this node was restored: no custody before it has seen what %s holds",
                         line->partner);
    }
    bool is_stopped = line->in.read_only[0] != '\0';
    bool is_waiting = !is_stopped && log_stands_still(&line->in);
    if (!is_stopped && !is_waiting && !custody_has_met(line, err))
        return refuse(out, REFUSAL_BUSY);
    if (!is_stopped && !is_waiting && !journal_is_behind_keeper(&line->in) &&
        (line->in.pending_count > 0 || log_is_unsigned(&line->in))) {
        refuse(out, REFUSAL_BUSY); /* one custody a batch: its receipt is signed first */
        return error_set(err, ERROR_BUSY, "the last post of %s is still being signed",
                         line->partner);
    }
    if (!post_read_header(wire, &arena, &post, err))
        return false;
    out->index = post.from;
    if (!is_waiting && !mirror_succeed(journal, line, &post, &arena, &before, out, err))
        return false;
    if (line->in.read_only[0] != '\0' || is_waiting) {
        bool is_held = false;
        out->refusal = REFUSAL_BUSY;
        if (!held_again(journal, line, &post, &is_held, err))
            return false;
        if (is_held) {
            out->refusal = REFUSAL_NONE; /* the answer repeats the receipts */
            return true;
        }
    }
    if (is_waiting)
        return error_set(err, ERROR_BUSY,
                         "this node's keeper waits for a fresh receipt of %s: no custody before",
                         line->partner);
    if (post_look(journal, line, &post, wire.size, out, err) &&
        post_take(journal, line, &post, out, &arena, err)) {
        if (before.has_moved)
            log_free(&before.in); /* the older log is closed */
        return true;
    }
    mirror_restore(journal, line, &before);
    return false;
}

/* "<size> <base64 root> <note signature line>" */
static bool receipt_line(const struct journal *journal, const struct journal_line *line,
                         const struct receipt_row *row, struct buffer *out)
{
    char root[BASE64_SIZE(TLOG_HASH_SIZE) + 1];
    struct note_key key;
    struct error ignored = {0};
    const struct succession_keys *keys =
        chain_custody_keys(line, SIDE_OWN, line->in_past.base + (uint64_t)row->size);

    if (row->root.size != TLOG_HASH_SIZE || row->signature.size != SIGNATURE_SIZE ||
        !key_of(journal->party, "custody", keys, &key, &ignored))
        return false;
    base64_write(row->root, root);
    return buffer_format(out, "%" PRId64 " %s ", row->size, root) &&
           cosignature_line_write(&key, row->time_s, row->signature.data, out);
}

bool journal_write_receipts(struct journal *journal, struct journal_line *line, uint64_t above,
                            struct buffer *out, struct error *err)
{
    enum { RECEIPT_COUNT_MAX = 64 };
    struct arena arena CLEANUP(arena_free) = arena_make(256 * 1024);
    struct receipt_row rows[RECEIPT_COUNT_MAX];
    size_t count = 0;

    if (!receipt_list(journal->db, &arena, line->in.id, (int64_t)above, rows, RECEIPT_COUNT_MAX,
                      &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].signature.size == 0 && line->in.has_signature &&
            (uint64_t)rows[i].size == line->in.signed_size)
            rows[i].signature = span_make(line->in.signature, SIGNATURE_SIZE);
        if (rows[i].signature.size == 0)
            return error_set(err, ERROR_BUSY, "the receipt of size %" PRId64 " is not signed yet",
                             rows[i].size);
        if (!receipt_line(journal, line, &rows[i], out))
            return error_set(err, ERROR_LIMIT, "receipts do not fit");
    }
    return true;
}
