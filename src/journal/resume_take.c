/*
 * What a partner gives back, verified before anything of it is written: every head leads to a checkpoint that the log's
 * own key signed, each of these is cosigned by the custody key that received it, and every body is the one that its head
 * names. So a partner can give less than it holds, and is found out by what it showed; it can give nothing else.
 */
#include "journal/private.h"
#include "journal/resume.h"

#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"

#include <inttypes.h>
#include <stdio.h>

/* One answer on its way into the books. */
struct taking {
    struct journal *journal;
    struct journal_line *line;
    struct journal_log *log;
    bool is_own;
    struct resume_answer answer;
    struct post post;
    struct tlog_hash *leaves;
    enum body_state *states;
    struct compact_range range; /* after the last receipt */
    struct arena *arena;
};

/* Whatever does not hold is the partner's: nothing was changed. */
static bool refuse(const struct taking *t, struct error *err)
{
    if (err->kind == ERROR_INPUT || err->kind == ERROR_LIMIT)
        err->kind = ERROR_LINK;
    return error_add(err, "what %s gives back of log %s", t->line->partner, t->log->origin);
}

/* --- signatures --- */

struct keys {
    const uint8_t *log;
    const uint8_t *custody;
};

/* A log is signed with one set of keys all its life; who receives it may have changed his meanwhile. */
static struct keys keys_of(const struct taking *t, uint64_t size)
{
    const struct journal_line *line = t->line;

    if (t->is_own)
        return (struct keys){
            line->own_keys.log,
            chain_custody_keys(line, SIDE_PARTNER, line->out_past.base + size)->custody};
    return (struct keys){line->log_key.public_key,
                         chain_custody_keys(line, SIDE_OWN, line->in_past.base + size)->custody};
}

/* A receipt may come without the signature of its checkpoint, where another one leads to its tree: it lies in our books,
 * or within what a later receipt's checkpoint signs. */
static bool is_signed_by_another(const struct taking *t, const struct resume_receipt *receipt)
{
    return !resume_has_checkpoint(receipt) &&
           (receipt->size <= t->log->size ||
            receipt != &t->answer.receipts[t->answer.receipt_count - 1]);
}

static bool receipt_verify(const struct taking *t, const struct resume_receipt *receipt,
                           struct error *err)
{
    struct checkpoint checkpoint = {
        .origin = span_text(t->log->origin), .size = receipt->size, .root = receipt->root};
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct buffer message CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct keys keys = keys_of(t, receipt->size);

    if (!checkpoint_write(&checkpoint, &body) ||
        !cosignature_message_write(receipt->time_s, buffer_span(&body), &message))
        return error_set(err, ERROR_BUG, "a checkpoint cannot be written");
    if (!is_signed_by_another(t, receipt) &&
        !signature_verify(keys.log, buffer_span(&body), receipt->log_signature))
        return error_set(err, ERROR_INPUT,
                         "the checkpoint of size %" PRIu64 " is not signed by the log's key",
                         receipt->size);
    return signature_verify(keys.custody, buffer_span(&message), receipt->cosignature) ||
           error_set(err, ERROR_INPUT,
                     "the receipt of size %" PRIu64 " is not signed by the custody key",
                     receipt->size);
}

/* The root at a receipt's size: over our own leaves, and the heads that came. */
static bool root_check(struct taking *t, const struct resume_receipt *receipt, struct error *err)
{
    struct tlog_hash root;
    bool is_so = false;

    if (receipt->size <= t->log->size) {
        if (!log_root_is(t->journal, t->log, receipt->size, &receipt->root, &is_so, err))
            return false;
    } else if (receipt->size <= t->post.to) {
        while (t->range.size < receipt->size)
            compact_range_append(&t->range, &t->leaves[t->range.size - t->post.from]);
        compact_range_root(&t->range, &root);
        is_so = tlog_hash_is_equal(&root, &receipt->root);
    }
    return is_so || error_set(err, ERROR_INPUT,
                              "books and heads do not lead to the signed root of size %" PRIu64,
                              receipt->size);
}

static bool receipts_check(struct taking *t, struct error *err)
{
    uint64_t above = 0;
    int64_t ignored = 0;
    const struct resume_receipt *last = &t->answer.receipts[t->answer.receipt_count - 1];
    bool is_whole =
        t->answer.post.size == 0
            ? last->size <= t->log->size
            : last->size == t->post.to && t->post.from == t->log->size && t->post.to > t->post.from;

    if (!resume_receipt_above(t->journal, t->log, &above, &ignored, err))
        return false;
    if (t->answer.receipts[0].size <= above)
        return error_set(err, ERROR_INPUT, "a receipt of size %" PRIu64 " is not asked for",
                         t->answer.receipts[0].size);
    if (!is_whole)
        return error_set(err, ERROR_INPUT,
                         "entries %" PRIu64 " to %" PRIu64 " are not those that were asked for",
                         t->post.from, t->post.to);
    for (size_t i = 0; i < t->answer.receipt_count; i++)
        if (!receipt_verify(t, &t->answer.receipts[i], err) ||
            !root_check(t, &t->answer.receipts[i], err))
            return false;
    return true;
}

/* --- bodies --- */

/* Its `withdrawn` stands in the same post, by the rule of custody. */
static bool is_withdrawn(const struct taking *t, const struct head *head)
{
    uint8_t named[UUID_SIZE];

    for (size_t i = 0; i < t->post.entry_count; i++)
        if (head_look_withdrawn(t->post.entries[i].head, named) &&
            memcmp(named, head->id, UUID_SIZE) == 0)
            return true;
    return false;
}

/* A body that is not there was withdrawn, or the partner holds it no longer: then it is lost, not erased. */
static bool body_check(struct taking *t, size_t at, struct error *err)
{
    const struct post_entry *entry = &t->post.entries[at];
    uint8_t wanted[DIGEST_SIZE];
    uint8_t found[DIGEST_SIZE];
    struct head head;
    struct error ignored = {0};

    if (!head_look_body(entry->head, wanted)) {
        t->states[at] = BODY_NONE;
        return entry->body.size == 0 ||
               error_set(err, ERROR_INPUT,
                         "index %" PRIu64 ": a body stands beside a head that names none",
                         t->post.from + at);
    }
    if (entry->body.size == 0) {
        bool is_read = head_read(entry->head, t->arena, &head, &ignored);
        bool is_so = is_read && is_withdrawn(t, &head);
        t->states[at] = is_so ? BODY_WITHDRAWN : BODY_LOST;
        /* Nobody erases what is about the exchange itself; without it our own erasures would be forgotten. */
        return is_so || !is_read || message_types[head.type].retention != RETENTION_BOOKS ||
               error_set(err, ERROR_INPUT,
                         "index %" PRIu64 ": the body of `%s` is missing, which no one may erase",
                         t->post.from + at, message_type_name(head.type));
    }
    t->states[at] = BODY_HELD;
    digest_salted(entry->salt, entry->body, found);
    return digest_is_equal(found, wanted) ||
           error_set(err, ERROR_INPUT,
                     "index %" PRIu64 ": the body does not match the digest in its head",
                     t->post.from + at);
}

/* --- writing --- */

static const struct post_part *part_of(const struct post_entry *entry, uint16_t number)
{
    for (size_t i = 0; i < entry->part_count; i++)
        if (entry->parts[i].number == number)
            return &entry->parts[i];
    return NULL;
}

/* A part of our own message: a small one as the partner held it; of an attachment the partner gives no bytes back. */
static bool own_part_take(struct taking *t, int64_t entry, const struct post_entry *from,
                          const struct part *part, const struct attachment *attachment,
                          struct error *err)
{
    static const uint8_t no_salt[SALT_SIZE];
    const struct post_part *given = part_of(from, part->number);
    uint8_t digest[DIGEST_SIZE];

    if (given != NULL && part->kind == PART_KIND_SMALL) {
        digest_salted(given->salt, given->bytes, digest);
        if (digest_is_equal(digest, part->digest))
            return part_take(t->journal, entry, given, t->arena, err);
    }
    t->line->resume.lost_parts++;
    struct part_row row = {
        .entry = entry,
        .number = part->number,
        .kind = part->kind == PART_KIND_SMALL ? PART_ROW_SMALL : PART_ROW_ATTACHMENT,
        .digest = span_make(part->digest, DIGEST_SIZE),
        .salt = span_make(given == NULL ? no_salt : given->salt, SALT_SIZE),
        .size = part->size,
        .sha256 = attachment == NULL ? span_make(part->digest, DIGEST_SIZE)
                                     : span_make(attachment->sha256, DIGEST_SIZE),
        .segments = attachment == NULL ? span_make(NULL, 0) : attachment->segment_hashes,
        .state = PART_LOST};
    return part_insert(t->journal->db, &row, err);
}

static bool own_parts_take(struct taking *t, int64_t entry, const struct post_entry *from,
                           enum message_type type, struct error *err)
{
    static struct problems problems; /* the writer alone takes */
    const struct part_list *parts = NULL;
    const struct attachment_list *attachments = NULL;

    if (from->body.size == 0)
        return true;
    problems_clear(&problems);
    const void *parsed = message_read(type, from->body, t->arena, &problems);
    if (parsed == NULL || !message_parts(type, parsed, &parts, &attachments))
        return true;
    for (size_t i = 0; i < parts->count; i++) {
        const struct attachment *attachment = NULL;
        for (size_t k = 0; attachments != NULL && k < attachments->count; k++)
            if (attachments->items[k].part == parts->items[i].number)
                attachment = &attachments->items[k];
        if (!own_part_take(t, entry, from, &parts->items[i], attachment, err))
            return false;
    }
    return true;
}

/* Our own entry may still wait in these books to be numbered. It then takes its old place, and keeps what it has here. */
static bool waiting_find(struct taking *t, const struct head *head, const struct tlog_hash *leaf,
                         struct entry_row *out, bool *is_waiting, struct error *err)
{
    *is_waiting = false;
    if (!entry_find_message(t->journal->db, t->arena, t->log->id, span_make(head->id, UUID_SIZE),
                            out, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    *is_waiting = out->index == ENTRY_WAITING &&
                  span_equal(out->leaf, span_make(leaf->bytes, TLOG_HASH_SIZE));
    return true;
}

static void body_count(struct taking *t, size_t at)
{
    t->line->resume.lost_bodies += t->states[at] == BODY_LOST;
    t->line->resume.bodies_back += t->states[at] == BODY_HELD;
}

static bool own_entry_take(struct taking *t, size_t at, struct error *err)
{
    struct head head;
    struct entry_row row;
    bool is_waiting = false;

    if (!head_read(t->post.entries[at].head, t->arena, &head, err) ||
        !waiting_find(t, &head, &t->leaves[at], &row, &is_waiting, err))
        return false;
    if (is_waiting)
        return entry_number(t->journal->db, row.id, (int64_t)(t->post.from + at), err) &&
               (t->states[at] != BODY_WITHDRAWN || row.body_state != BODY_HELD ||
                body_forget(t->journal, row.id, BODY_WITHDRAWN, err));
    int64_t entry = t->journal->next_entry;
    body_count(t, at);
    return entry_take(t->journal, t->log->id, &t->post, at, &t->leaves[at], t->states[at], t->arena,
                      err) &&
           own_parts_take(t, entry, &t->post.entries[at], head.type, err);
}

static bool partner_entry_take(struct taking *t, size_t at, struct error *err)
{
    const struct post_entry *from = &t->post.entries[at];
    int64_t entry = t->journal->next_entry;

    body_count(t, at);
    if (!entry_take(t->journal, t->log->id, &t->post, at, &t->leaves[at], t->states[at], t->arena,
                    err))
        return false;
    for (size_t i = 0; i < from->part_count; i++)
        if (!part_take(t->journal, entry, &from->parts[i], t->arena, err))
            return false;
    return true;
}

static bool receipt_store(struct taking *t, const struct resume_receipt *receipt, struct error *err)
{
    struct span root = span_make(receipt->root.bytes, TLOG_HASH_SIZE);
    struct checkpoint_row checkpoint = {.log = t->log->id,
                                        .size = (int64_t)receipt->size,
                                        .root = root,
                                        .signature =
                                            span_make(receipt->log_signature, SIGNATURE_SIZE)};
    struct receipt_row row = {.log = t->log->id,
                              .size = (int64_t)receipt->size,
                              .root = root,
                              .time_s = receipt->time_s,
                              .signature = span_make(receipt->cosignature, SIGNATURE_SIZE)};
    bool has_moved = false; /* the derived tables are built again when the books are in order */

    return (!resume_has_checkpoint(receipt) ||
            checkpoint_insert(t->journal->db, &checkpoint, err)) &&
           (t->is_own ? receipt_insert(t->journal->db, &row, err)
                      : receipt_take_back(t->journal, &row, &has_moved, err));
}

/* A receipt of ours that these books hold unsigned: the partner gives it back, or what it was for counts from the next one. */
static bool unsigned_drop(struct taking *t, struct error *err)
{
    const struct resume_receipt *last = &t->answer.receipts[t->answer.receipt_count - 1];

    return t->is_own || receipt_drop_unsigned(t->journal->db, t->log->id, (int64_t)last->size, err);
}

static bool range_store(struct taking *t, struct error *err)
{
    struct buffer frontier CLEANUP(buffer_free) = buffer_make(sizeof t->range + 64);

    for (size_t i = 0; i < t->post.entry_count; i++)
        if (t->is_own ? !own_entry_take(t, i, err) : !partner_entry_take(t, i, err))
            return error_add(err, "log %s index %" PRIu64, t->log->origin, t->post.from + i);
    if (!unsigned_drop(t, err))
        return false;
    for (size_t i = 0; i < t->answer.receipt_count; i++)
        if (!receipt_store(t, &t->answer.receipts[i], err))
            return false;
    struct line_resume next = t->line->resume;
    if (t->is_own) {
        next.receipts_back += t->answer.receipt_count;
        next.own_back += t->post.entry_count;
    } else {
        next.partner_back += t->post.entry_count;
    }
    if (t->answer.post.size == 0)
        return resume_state_set(t->journal, t->line, &next, err);
    return compact_range_write(&t->range, &frontier) &&
           log_grow(t->journal->db, t->log->id, (int64_t)t->post.to, buffer_span(&frontier), err) &&
           resume_state_set(t->journal, t->line, &next, err);
}

/* In memory, behind all that could fail. What the keeper has to be told is loaded when the books are in order. */
static void log_move(struct taking *t)
{
    const struct resume_receipt *last = &t->answer.receipts[t->answer.receipt_count - 1];
    struct journal_log *log = t->log;

    if (last->size < log->signed_size || !resume_has_checkpoint(last))
        return; /* receipts of what was signed here since */
    log->size = t->range.size;
    log->range = t->range;
    log->signed_size = last->size;
    log->signed_root = last->root;
    log->has_signature = true;
    if (!t->is_own && last->time_s > log->signed_time_s)
        log->signed_time_s = last->time_s;
    memcpy(log->signature, t->is_own ? last->log_signature : last->cosignature, SIGNATURE_SIZE);
}

/* Its form, and the log that it is about: the one that follows our mirror, when that was asked for. */
static bool answer_open(struct taking *t, struct span bytes, struct mirror_before *before,
                        struct error *err)
{
    if (!resume_answer_read(bytes, &t->answer, err))
        return false;
    if (t->answer.post.size > 0 && !post_read_header(t->answer.post, t->arena, &t->post, err))
        return false;
    if (!t->line->asks_next)
        return true;
    if (t->answer.post.size == 0)
        return error_set(err, ERROR_INPUT, "receipts of a log that has not begun here");
    return resume_turn(t->journal, t->line, &t->post, t->arena, before, err);
}

static bool answer_check(struct taking *t, struct error *err)
{
    t->range = t->log->range;
    if (t->answer.post.size == 0)
        return receipts_check(t, err);
    t->leaves = arena_array(t->arena, t->post.entry_count + 1, sizeof *t->leaves);
    t->states = arena_array(t->arena, t->post.entry_count + 1, sizeof *t->states);
    if (t->leaves == NULL || t->states == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < t->post.entry_count; i++)
        tlog_leaf_hash(t->post.entries[i].head, &t->leaves[i]);
    if (!receipts_check(t, err) || !post_unseal(t->journal, t->line, &t->post, t->arena, err))
        return false;
    for (size_t i = 0; i < t->post.entry_count; i++)
        if (!body_check(t, i, err))
            return false;
    return true;
}

bool journal_resume_take(struct journal *journal, struct journal_line *line, struct span bytes,
                         struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(3 * (size_t)POST_SIZE_MAX);
    struct taking t = {.journal = journal, .line = line, .log = resume_log(line), .arena = &arena};

    if (line->resume.state != RESUME_ORDERED || t.log == NULL)
        return error_set(err, ERROR_MISSING, "nothing was asked of %s", line->partner);
    t.is_own = t.log == &line->out;
    struct journal_log log_before = *t.log;
    struct mirror_before before = {.has_moved = false};
    bool is_held = answer_open(&t, bytes, &before, err) && answer_check(&t, err);
    bool ok = is_held ? range_store(&t, err) : refuse(&t, err);
    line->asks_next =
        false; /* if it did not hold, what is left of the log before is asked for again */
    if (ok) {
        log_move(&t);
        ok = resume_log(line) != NULL || resume_finish(journal, line, err);
    }
    if (ok) {
        if (before.has_moved)
            log_free(&before.in);
        return true;
    }
    /* Its rows are undone. */
    if (before.has_moved)
        mirror_restore(journal, line, &before);
    else
        *t.log = log_before;
    return false;
}
