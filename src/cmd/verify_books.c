/*
 * Verification of the node's own books, log by log, entry by entry: leaf, root, signatures, receipts; bodies and parts: verify_bodies.c. One
 * step of entries is in memory at a time, and the whole is one snapshot of the database.
 */
#include "cmd/verify.h"
#include "cmd/verify_agreements.h"
#include "cmd/verify_bodies.h"

#include "base/attributes.h"
#include "base/text.h"
#include "message/head.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define STEP      32 /* entries read at once, with their bodies */
#define STEP_ROOM ((size_t)STEP * (BODY_SIZE_MAX + 8192u))
#define ROW_ROOM  (64u * 1024u)
#define DAY_S     86400

const char *const finding_names[FINDING_KIND_COUNT] = {
    [FINDING_ENTRY_MISSING] = "entry-missing",
    [FINDING_HEAD] = "head",
    [FINDING_TILE] = "tile",
    [FINDING_CHANGED] = "changed",
    [FINDING_FORK] = "fork",
    [FINDING_SIGNATURE] = "signature",
    [FINDING_RECEIPT] = "receipt",
    [FINDING_WITNESS] = "witness",
    [FINDING_BODY] = "body",
    [FINDING_PART] = "part",
    [FINDING_ATTACHMENT] = "attachment",
    [FINDING_AGREEMENT] = "agreement",
    [FINDING_SUCCESSION] = "succession",
    [FINDING_KEEPER] = "keeper",
};

void finding_add(struct verify_report *report, enum finding_kind kind, const char *format, ...)
{
    va_list list;

    report->finding_total++;
    if (report->finding_count == FINDING_COUNT_MAX)
        return;
    struct finding *finding = &report->findings[report->finding_count++];
    finding->kind = kind;
    va_start(list, format);
    vsnprintf(finding->text, sizeof finding->text, format, list);
    va_end(list);
}

void verify_report_write(const struct verify_report *report, struct json_writer *out)
{
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {{"logs", report->logs},
                  {"entries", report->entries},
                  {"checkpoint_signatures", report->checkpoints},
                  {"receipts", report->receipts},
                  {"witness_signatures", report->witnesses},
                  {"agreements", report->agreements},
                  {"bodies", report->bodies},
                  {"parts", report->parts},
                  {"attachments", report->attachments},
                  {"attachment_bytes", report->attachment_bytes},
                  {"tiles", report->tiles},
                  {"bodies_not_opened", report->unreadable},
                  {"heads_pruned", report->pruned}};

    json_boolean_field(out, "clean", report->finding_total == 0);
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++)
        if (counts[i].value > 0)
            json_integer_field(out, counts[i].name, (int64_t)counts[i].value);
    json_integer_field(out, "wrong", (int64_t)report->finding_total);
    if (report->finding_count == 0)
        return;
    json_key(out, "findings");
    json_begin_array(out);
    for (size_t i = 0; i < report->finding_count; i++) {
        json_begin_object(out);
        json_string_field(out, "kind", finding_names[report->findings[i].kind]);
        json_string_field(out, "text", report->findings[i].text);
        json_end_object(out);
    }
    json_end_array(out);
}

/* One log on its way from entry 0 to its end. */
struct walk {
    const struct books *books;
    const struct log_row *log;
    struct verify_report *report;
    struct log_signers signers;
    struct compact_range range;
    bool is_broken;     /* an entry is missing: roots say nothing any more */
    int64_t good_size;  /* newest signed size that the entries lead to */
    int64_t doubt_size; /* oldest signed size after it that they do not lead to; 0: none */
    struct checkpoint_row checkpoint; /* the next one; size -1 when there is none */
    struct arena checkpoint_arena;
    struct receipt_row receipt; /* the same */
    struct arena receipt_arena;
    struct keeper_state keeper;
    bool has_keeper;
    int64_t head_days; /* 0: not asked yet */
};

static bool is_absent(struct error *err)
{
    if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    return true;
}

static bool checkpoint_next(struct walk *walk, int64_t at_least, struct error *err)
{
    arena_free(&walk->checkpoint_arena);
    if (checkpoint_from(walk->books->db, &walk->checkpoint_arena, walk->log->id, at_least,
                        &walk->checkpoint, err))
        return true;
    walk->checkpoint.size = -1;
    return is_absent(err);
}

static bool receipt_next(struct walk *walk, int64_t above, struct error *err)
{
    size_t count = 0;

    arena_free(&walk->receipt_arena);
    walk->receipt.size = -1;
    if (!receipt_list(walk->books->db, &walk->receipt_arena, walk->log->id, above, &walk->receipt,
                      1, &count, err))
        return false;
    if (count == 0)
        walk->receipt.size = -1;
    return true;
}

/* The text of a checkpoint of this log; false when a row is cut. */
static bool checkpoint_text(const struct walk *walk, int64_t size, struct span root,
                            struct buffer *out)
{
    struct checkpoint checkpoint = {.origin = walk->log->origin, .size = (uint64_t)size};

    if (root.size != TLOG_HASH_SIZE)
        return false;
    memcpy(checkpoint.root.bytes, root.data, TLOG_HASH_SIZE);
    return checkpoint_write(&checkpoint, out);
}

static bool checkpoint_is_signed(const struct walk *walk, const struct checkpoint_row *row)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);

    return row->signature.size == SIGNATURE_SIZE &&
           checkpoint_text(walk, row->size, row->root, &text) &&
           signature_verify(walk->signers.log.public_key, buffer_span(&text), row->signature.data);
}

/* The entries so far lead to a checkpoint's size: is it the root that was signed? */
static void checkpoint_compare(struct walk *walk, const struct tlog_hash *root)
{
    const struct checkpoint_row *row = &walk->checkpoint;

    walk->report->checkpoints++;
    if (!checkpoint_is_signed(walk, row)) {
        finding_add(walk->report, FINDING_SIGNATURE,
                    "log %.*s: the signature of the checkpoint of size %" PRId64 " does not hold",
                    SPAN_ARG(walk->log->origin), row->size);
        return;
    }
    if (!span_equal(row->root, span_make(root->bytes, sizeof root->bytes))) {
        if (walk->doubt_size == 0)
            walk->doubt_size = row->size;
        return;
    }
    if (walk->doubt_size != 0)
        finding_add(walk->report, FINDING_FORK,
                    "log %.*s forked: its key signed sizes %" PRId64 " and %" PRId64
                    ", and they are not of one log",
                    SPAN_ARG(walk->log->origin), walk->doubt_size, row->size);
    walk->doubt_size = 0;
    walk->good_size = row->size;
}

/* It may be a signature of a key that had ended: then somebody used it who should not hold it any more. */
static void receipt_blame(struct walk *walk, const struct receipt_row *row, struct span message,
                          const char *name)
{
    struct note_key older;
    struct error ignored = {0};

    for (size_t age = 1; row->signature.size == SIGNATURE_SIZE &&
                         books_custody(walk->books, walk->log, row->size, age, &older, &ignored);
         age++)
        if (signature_verify(older.public_key, message, row->signature.data)) {
            finding_add(walk->report, FINDING_RECEIPT,
                        "log %.*s: the receipt of size %" PRId64
                        " is signed with %s, which ended before it: made with an old key, where "
                        "only %s counts",
                        SPAN_ARG(walk->log->origin), row->size, older.name, name);
            return;
        }
    finding_add(walk->report, FINDING_RECEIPT,
                "log %.*s: the receipt of size %" PRId64 " by %s does not hold",
                SPAN_ARG(walk->log->origin), row->size, name);
}

static void receipt_compare(struct walk *walk, const struct tlog_hash *root)
{
    const struct receipt_row *row = &walk->receipt;
    struct buffer text CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct buffer message CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);

    if (row->signature.size == 0 && walk->log->kind == LOG_MIRROR)
        return; /* custody is given; the signature is made with the next round */
    walk->report->receipts++;
    struct note_key key = {.name = ""};
    struct error ignored = {0};
    bool holds = row->signature.size == SIGNATURE_SIZE &&
                 checkpoint_text(walk, row->size, row->root, &text) &&
                 cosignature_message_write(row->time_s, buffer_span(&text), &message) &&
                 books_custody(walk->books, walk->log, row->size, 0, &key, &ignored) &&
                 signature_verify(key.public_key, buffer_span(&message), row->signature.data);
    if (!holds)
        receipt_blame(walk, row, buffer_span(&message), key.name);
    else if (!walk->is_broken && !span_equal(row->root, span_make(root->bytes, sizeof root->bytes)))
        finding_add(walk->report, FINDING_FORK,
                    "log %.*s: the receipt of size %" PRId64
                    " by %s is over another tree than the entries here",
                    SPAN_ARG(walk->log->origin), row->size, key.name);
}

static void keeper_compare(struct walk *walk, const struct tlog_hash *root)
{
    if (walk->is_broken || memcmp(root, &walk->keeper.root, sizeof *root) == 0)
        return;
    finding_add(walk->report, FINDING_KEEPER,
                "log %.*s: the keeper's record of size %" PRIu64 " is of another tree",
                SPAN_ARG(walk->log->origin), walk->keeper.size);
}

/* What stands signed at this size. */
static bool size_check(struct walk *walk, struct error *err)
{
    int64_t size = (int64_t)walk->range.size;
    struct tlog_hash root;
    bool is_keeper = walk->has_keeper && walk->keeper.size == walk->range.size;

    if (walk->checkpoint.size != size && walk->receipt.size != size && !is_keeper)
        return true;
    compact_range_root(&walk->range, &root);
    if (is_keeper)
        keeper_compare(walk, &root);
    if (walk->receipt.size == size) {
        receipt_compare(walk, &root);
        if (!receipt_next(walk, size, err))
            return false;
    }
    if (walk->checkpoint.size != size)
        return true;
    if (!walk->is_broken)
        checkpoint_compare(walk, &root);
    return checkpoint_next(walk, size + 1, err);
}

/* --- one log --- */

static bool head_days_find(struct walk *walk, struct error *err)
{
    const struct books *books = walk->books;

    walk->head_days = INT64_MAX; /* of a domestic log none goes */
    for (size_t i = 0; i < books->agreement_count; i++)
        if (span_equal(books->agreement_rows[i].agreement, walk->log->agreement))
            return agreement_head_days(books->db, &books->agreement_rows[i], &walk->head_days, err);
    return true;
}

/* A head goes with its time, and no sooner: the receipt that is nearest above it is that old by the agreement. */
static bool pruned_check(struct walk *walk, const struct entry_row *entry, struct error *err)
{
    int64_t now_s = walk->books->env->now_ms(walk->books->env->context) / 1000;

    walk->report->pruned++;
    if (walk->head_days == 0 && !head_days_find(walk, err))
        return false;
    if (walk->receipt.size < 0 || (now_s - walk->receipt.time_s) / DAY_S < walk->head_days)
        finding_add(walk->report, FINDING_HEAD,
                    "log %.*s, index %" PRId64 ": the head is gone before its time",
                    SPAN_ARG(walk->log->origin), entry->index);
    return true;
}

static bool head_check(struct walk *walk, const struct entry_row *entry, struct tlog_hash *leaf,
                       struct error *err)
{
    if (entry->head.size == 0)
        return pruned_check(walk, entry, err);
    tlog_leaf_hash(entry->head, leaf);
    if (!span_equal(entry->leaf, span_make(leaf->bytes, sizeof leaf->bytes)))
        finding_add(walk->report, FINDING_HEAD,
                    "log %.*s, index %" PRId64 ": the head was changed: its hash is not the leaf",
                    SPAN_ARG(walk->log->origin), entry->index);
    return true;
}

static bool entry_check(struct walk *walk, const struct entry_row *entry, struct error *err)
{
    struct tlog_hash leaf = {.bytes = {0}};

    walk->report->entries++;
    if (!head_check(walk, entry, &leaf, err))
        return false;
    if (entry->leaf.size == TLOG_HASH_SIZE)
        memcpy(leaf.bytes, entry->leaf.data, TLOG_HASH_SIZE);
    compact_range_append(&walk->range, &leaf);
    return size_check(walk, err) && verify_body(walk->books, walk->log, entry, walk->report, err);
}

static void entries_missing(struct walk *walk, int64_t from, int64_t to)
{
    walk->is_broken = true;
    if (to - from == 1)
        finding_add(walk->report, FINDING_ENTRY_MISSING,
                    "log %.*s, index %" PRId64 ": the entry is missing",
                    SPAN_ARG(walk->log->origin), from);
    else
        finding_add(walk->report, FINDING_ENTRY_MISSING,
                    "log %.*s, index %" PRId64 " to %" PRId64 ": the entries are missing",
                    SPAN_ARG(walk->log->origin), from, to - 1);
}

/* Entries [at, at + STEP) or to the end. */
static bool entries_step(struct walk *walk, int64_t at, int64_t end, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(STEP_ROOM);
    struct entry_row *rows = arena_array(&arena, STEP, sizeof *rows);
    static const struct tlog_hash nothing;
    size_t count = 0;
    int64_t next = at;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!entry_list_range(walk->books->db, &arena, walk->log->id, at, end, rows, STEP, &count, err))
        return false;
    for (size_t i = 0; i <= count; i++) {
        int64_t index = i < count ? rows[i].index : end;
        if (index > next)
            entries_missing(walk, next, index);
        for (; next < index; next++) {
            compact_range_append(&walk->range, &nothing);
            if (!size_check(walk, err))
                return false;
        }
        if (i < count && !entry_check(walk, &rows[i], err))
            return false;
        next++;
    }
    return true;
}

static bool witnesses_check(struct walk *walk, struct error *err)
{
    struct note_key keys[BOOKS_WITNESS_MAX];
    size_t count = 0;

    if (walk->log->kind != LOG_DOMESTIC)
        return true;
    if (!books_witnesses(walk->books, keys, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(ROW_ROOM);
        struct buffer text CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
        struct buffer message CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
        struct witness_row row;
        if (!witness_newest(walk->books->db, &arena, walk->log->origin, span_text(keys[i].name),
                            &row, err)) {
            if (!is_absent(err))
                return false;
            continue;
        }
        walk->report->witnesses++;
        if (row.signature.size != SIGNATURE_SIZE ||
            !checkpoint_text(walk, row.size, row.root, &text) ||
            !cosignature_message_write(row.time_s, buffer_span(&text), &message) ||
            !signature_verify(keys[i].public_key, buffer_span(&message), row.signature.data))
            finding_add(walk->report, FINDING_WITNESS,
                        "log %.*s: the cosignature of size %" PRId64 " by %s does not hold",
                        SPAN_ARG(walk->log->origin), row.size, keys[i].name);
    }
    return true;
}

/* What was left over: doubts that no later signature settled, signatures beyond the end, the stored frontier. */
static void log_close(struct walk *walk)
{
    struct buffer frontier CLEANUP(buffer_free) = buffer_make(sizeof walk->range + 64);

    if (walk->doubt_size != 0)
        finding_add(walk->report, FINDING_CHANGED,
                    "log %.*s: entries from index %" PRId64 " to %" PRId64
                    " are not those that were signed at size %" PRId64,
                    SPAN_ARG(walk->log->origin), walk->good_size, walk->doubt_size - 1,
                    walk->doubt_size);
    /* Beyond the end that a successor named, a checkpoint is void; a receipt is not. */
    bool is_void = walk->log->ends != LOG_OPEN;
    if ((walk->checkpoint.size > walk->log->size && !is_void) ||
        walk->receipt.size > walk->log->size)
        finding_add(walk->report, FINDING_ENTRY_MISSING,
                    "log %.*s: size %" PRId64 " was signed, the log ends at %" PRId64
                    ": its end is missing",
                    SPAN_ARG(walk->log->origin),
                    walk->checkpoint.size > walk->receipt.size ? walk->checkpoint.size
                                                               : walk->receipt.size,
                    walk->log->size);
    compact_range_write(&walk->range, &frontier);
    if (!walk->is_broken && walk->doubt_size == 0 &&
        !span_equal(buffer_span(&frontier), walk->log->frontier))
        finding_add(walk->report, FINDING_CHANGED,
                    "log %.*s: the entries do not lead to the stored frontier of size %" PRId64,
                    SPAN_ARG(walk->log->origin), walk->log->size);
}

static bool keeper_ask(struct walk *walk, struct error *err)
{
    enum keeper_slot slot = walk->log->kind == LOG_MIRROR ? KEEPER_CUSTODY : KEEPER_LOG;

    if (walk->books->keeper == NULL)
        return true;
    walk->has_keeper =
        keeper_state(walk->books->keeper, slot, walk->log->origin, &walk->keeper, err);
    if (!walk->has_keeper)
        return is_absent(err);
    if (walk->keeper.size > (uint64_t)walk->log->size && walk->log->read_only.size > 0)
        finding_add(walk->report, FINDING_KEEPER,
                    "log %.*s: the keeper signed size %" PRIu64 ", the log ends at %" PRId64,
                    SPAN_ARG(walk->log->origin), walk->keeper.size, walk->log->size);
    return true;
}

static bool is_given_up(const struct verify_report *report)
{
    return report->stop != NULL && __atomic_load_n(report->stop, __ATOMIC_ACQUIRE) != 0;
}

static bool log_walk(struct walk *walk, struct error *err)
{
    const struct log_row *log = walk->log;

    if (!books_signers(walk->books, log, &walk->signers, err) || !keeper_ask(walk, err) ||
        !checkpoint_next(walk, 1, err) || !receipt_next(walk, 0, err))
        return false;
    for (int64_t at = 0; at < log->size; at += STEP) {
        int64_t end = log->size - at < STEP ? log->size : at + STEP;
        if (is_given_up(walk->report))
            return error_set(err, ERROR_BUSY, "given up: the node stops");
        if (!entries_step(walk, at, end, err))
            return false;
        if (walk->report->progress != NULL)
            walk->report->progress(walk->report->context, log->origin, (uint64_t)end,
                                   (uint64_t)log->size);
    }
    log_close(walk);
    return witnesses_check(walk, err);
}

static bool log_verify(const struct books *books, const struct log_row *log,
                       struct verify_report *report, struct error *err)
{
    struct walk walk = {.books = books,
                        .log = log,
                        .report = report,
                        .range = compact_range_empty(),
                        .checkpoint_arena = arena_make(ROW_ROOM),
                        .receipt_arena = arena_make(ROW_ROOM)};
    bool ok = log_walk(&walk, err);

    arena_free(&walk.checkpoint_arena);
    arena_free(&walk.receipt_arena);
    report->logs++;
    return ok || error_add(err, "verifying log %.*s", SPAN_ARG(log->origin));
}

/* --- agreements --- */

/* Both signatures of every version hold, under the certificates pinned at pairing or those that followed them. */
static void agreement_check_one(const struct books *books, size_t at, struct verify_report *report)
{
    struct arena arena CLEANUP(arena_free) = arena_make(2 * AGREEMENT_ARENA_SIZE);
    const struct agreement_row *row = &books->agreement_rows[at];
    const struct agreement_party *partner =
        agreement_partner(&books->agreements[at], span_text(books->party));
    struct pairing own, theirs;
    struct error err = {0};

    report->agreements++;
    bool ok = partner != NULL && books_own_pairing(books->env, books->home, &arena, &own, &err) &&
              books_partner_pairing(books->env, books->home, partner->party, &arena, &theirs, &err);
    if (ok) {
        const struct agreement_pins pins = {
            .party = {own.party.party, theirs.party.party},
            .certificate_pem = {own.party.certificate_pem, theirs.party.certificate_pem}};
        ok = agreement_versions_verify(books->db, row, &pins, &err);
    }
    if (!ok)
        finding_add(report, FINDING_AGREEMENT, "agreement %.*s/%" PRId64 ": %s",
                    SPAN_ARG(row->agreement), row->version, err.text);
}

bool verify_books(const struct books *books, struct verify_report *report, struct error *err)
{
    for (size_t i = 0; i < books->agreement_count; i++)
        agreement_check_one(books, i, report);
    for (size_t i = 0; i < books->log_count; i++)
        if (!log_verify(books, &books->logs[i], report, err))
            return false;
    return true;
}
