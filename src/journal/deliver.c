/*
 * Delivery: the next post from what the partner has receipted to our newest checkpoint, sealed anew on every try; and the
 * receipts that come back. The partner's timestamped custody cosignature is the legal receipt and starts the clock.
 */
#include "journal/private.h"

#include "base/text.h"
#include "message/clock_dispute.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"

#include <inttypes.h>
#include <stdio.h>

/* *fits: what lies between is within `size_max` bytes of bodies and parts. */
static bool range_fits(struct journal *journal, const struct journal_log *log, int64_t from,
                       int64_t to, size_t size_max, bool *fits, struct error *err)
{
    int64_t size = 0;

    if (!entry_range_size(journal->db, log->id, from, to, &size, err))
        return false;
    *fits = to - from <= (int64_t)SEAL_COUNT_MAX && size <= (int64_t)size_max;
    return true;
}

static struct checkpoint_row newest_row(const struct journal_log *log)
{
    return (struct checkpoint_row){.log = log->id,
                                   .size = (int64_t)log->signed_size,
                                   .root = span_make(log->signed_root.bytes, TLOG_HASH_SIZE),
                                   .signature = span_make(log->signature, SIGNATURE_SIZE)};
}

/* What the next post may weigh. A post that lacks a body must reach the `withdrawn` that says so, however large it gets:
 * nothing is withdrawn that one post could not explain (erase.c). */
static bool weight_find(struct journal *journal, const struct journal_line *line, size_t *out,
                        struct error *err)
{
    int64_t left = 0;

    if (!entry_range_left(journal->db, line->out.id, (int64_t)line->cosigned,
                          (int64_t)line->out.signed_size, &left, err))
        return false;
    *out = left > 0 ? POST_CONTENT_MAX : number_size_max(line);
    return true;
}

/* A log that stands still, or waits for its keeper, is signed no further, and what a post lacks stays unexplained. But the
 * partner may hold more than it receipted to us: what it showed, posted again, brings all receipts up to there. */
static bool held_find(struct journal *journal, const struct journal_line *line, struct arena *arena,
                      struct checkpoint_row *out, struct error *err)
{
    *out = (struct checkpoint_row){.size = 0};
    if (line->held_there > line->cosigned &&
        !checkpoint_upto(journal->db, arena, line->out.id, (int64_t)line->held_there, out, err) &&
        err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    return (line->held_there > line->cosigned && (uint64_t)out->size == line->held_there) ||
           error_set(err, ERROR_MISSING, "nothing is to be sent to %s", line->partner);
}

/* The newest checkpoint whose post the line carries well, or the next one when even that is more: it cannot be cut. */
static bool target_find(struct journal *journal, struct journal_line *line, struct arena *arena,
                        struct checkpoint_row *out, struct error *err)
{
    struct journal_log *log = &line->out;
    int64_t from = (int64_t)line->cosigned;
    size_t window = 0;
    bool fits = false;

    /* A body that left since the newest checkpoint is explained by the next one only. */
    bool is_owing = log->signed_size <= line->cosigned || line->owes_withdrawn;
    if (is_owing && log_stands_still(log))
        return held_find(journal, line, arena, out, err);
    if (is_owing)
        return error_set(err, ERROR_MISSING, "nothing is to be sent to %s", line->partner);
    if (!weight_find(journal, line, &window, err) ||
        !range_fits(journal, log, from, (int64_t)log->signed_size, window, &fits, err))
        return false;
    *out = newest_row(log);
    if (fits)
        return true;
    struct checkpoint_row found = *out;
    int64_t most = from + SEAL_COUNT_MAX < found.size ? from + SEAL_COUNT_MAX : found.size - 1;
    bool has_any = found.size - from <= (int64_t)SEAL_COUNT_MAX;
    for (; most > from; most = found.size - 1) {
        if (!checkpoint_upto(journal->db, arena, log->id, most, &found, err)) {
            if (err->kind != ERROR_MISSING)
                return false;
            error_clear(err);
            break;
        }
        if (found.size <= from)
            break;
        if (!range_fits(journal, log, from, found.size, window, &fits, err))
            return false;
        *out = found;
        has_any = true;
        if (fits)
            return true;
    }
    if (has_any && range_fits(journal, log, from, out->size, POST_CONTENT_MAX, &fits, err) && fits)
        return true;
    return error_set(err, ERROR_BUG, "log %s: no checkpoint above %" PRId64 " fits in a post",
                     log->origin, from);
}

static bool note_write(const struct journal_log *log, const uint8_t public_key[32],
                       const struct checkpoint_row *row, struct buffer *out)
{
    struct checkpoint checkpoint = {.origin = span_text(log->origin), .size = (uint64_t)row->size};
    struct note_key key;

    if (row->root.size != TLOG_HASH_SIZE || row->signature.size != SIGNATURE_SIZE)
        return false;
    memcpy(checkpoint.root.bytes, row->root.data, TLOG_HASH_SIZE);
    return note_key_make(span_text(log->origin), NOTE_ED25519, public_key, &key) &&
           checkpoint_write(&checkpoint, out) && buffer_byte(out, '\n') &&
           note_signature_line_write(&key, row->signature, out);
}

/* `rows`: room for PART_COUNT_MAX, used again for each entry. */
static bool parts_gather(struct journal *journal, int64_t entry, struct part_row *rows,
                         struct post_entry *out, struct arena *arena, struct error *err)
{
    size_t count = 0;

    if (!part_list(journal->db, arena, entry, rows, PART_COUNT_MAX, &count, err))
        return false;
    struct post_part *parts = arena_array(arena, count, sizeof *parts);
    if (parts == NULL && count > 0)
        return error_set(err, ERROR_LIMIT, "post: out of memory");
    for (size_t i = 0; i < count; i++) {
        parts[i].number = (uint16_t)rows[i].number;
        memcpy(parts[i].salt, rows[i].salt.data, SALT_SIZE);
        if (rows[i].kind == PART_ROW_ATTACHMENT)
            continue; /* its salt travels here, its bytes are fetched in ranges */
        if (rows[i].state == PART_HELD &&
            !journal_part(journal, &rows[i], arena, &parts[i].bytes, err))
            return false;
    }
    out->parts = parts;
    out->part_count = count;
    return true;
}

static bool entry_gather(struct journal *journal, const struct entry_row *row,
                         struct part_row *part_rows, struct post_entry *out, struct arena *arena,
                         struct error *err)
{
    if (row->head.size == 0)
        return error_set(err, ERROR_MISSING, "its head was kept as long as agreed and is gone");
    out->head = row->head;
    if (row->salt.size == SALT_SIZE)
        memcpy(out->salt, row->salt.data, SALT_SIZE);
    if (row->body_state != BODY_HELD)
        return true;
    return journal_body(journal, row, arena, &out->body, err) &&
           parts_gather(journal, row->id, part_rows, out, arena, err);
}

bool post_gather(struct journal *journal, const struct journal_log *log, struct post *post,
                 struct arena *arena, struct error *err)
{
    size_t want = (size_t)(post->to - post->from);
    struct entry_row *rows = arena_array(arena, want, sizeof *rows);
    struct part_row *part_rows = arena_array(arena, PART_COUNT_MAX, sizeof *part_rows);
    size_t count = 0;

    post->entries = arena_array(arena, want, sizeof *post->entries);
    if (rows == NULL || part_rows == NULL || post->entries == NULL)
        return error_set(err, ERROR_LIMIT, "post: out of memory");
    if (!entry_list_range(journal->db, arena, log->id, (int64_t)post->from, (int64_t)post->to, rows,
                          want, &count, err))
        return false;
    if (count != want)
        return error_set(err, ERROR_STORE, "log %s: entries are missing from %" PRIu64, log->origin,
                         post->from);
    for (size_t i = 0; i < count; i++)
        if (!entry_gather(journal, &rows[i], part_rows, &post->entries[i], arena, err))
            return error_add(err, "log %s index %" PRId64, log->origin, rows[i].index);
    post->entry_count = count;
    return true;
}

bool journal_next_post(struct journal *journal, struct journal_line *line, struct buffer *out,
                       uint64_t *from, uint64_t *to, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)POST_SIZE_MAX);
    struct buffer note CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct checkpoint_row target;
    struct keeper_seal seal;
    struct post post = {.from = line->cosigned, .time_ms = journal_now_ms(journal)};

    if (line->resume.state == RESUME_ORDERED) /* receipts come with the resume, in their order */
        return error_set(err, ERROR_MISSING, "nothing is sent to %s before the books are resumed",
                         line->partner);
    if (!target_find(journal, line, &arena, &target, err))
        return false;
    post.to = (uint64_t)target.size;
    if (!note_write(&line->out, line->own_keys.log, &target, &note))
        return error_set(err, ERROR_STORE, "log %s: its checkpoint is cut", line->out.origin);
    post.checkpoint = buffer_span(&note);
    bool ok = post_gather(journal, &line->out, &post, &arena, err) &&
              keeper_seal_key(&journal->keeper, span_text(line->agreement_id),
                              line->partner_keys.sealing, &seal, err) &&
              post_write(&post, &seal, out, err);
    secret_wipe(&seal, sizeof seal);
    if (line->cosigned >= line->posted_to)
        line->first_post_ms = post.time_ms; /* nothing is under way that an earlier post brought */
    if (post.to > line->posted_to)
        line->posted_to = post.to;
    *from = post.from;
    *to = post.to;
    return ok;
}

/* --- the answer --- */

#define RECEIPT_TIME_MAX_S                                                                         \
    INT64_C(253402300799) /* end of the year 9999: due times are sums with it */

struct receipt_claim {
    uint64_t size;
    struct tlog_hash root;
    int64_t time_s;
    uint8_t signature[SIGNATURE_SIZE];
};

/* "<size> <base64 root> <note signature line>", the signature verified over (origin, size, root). */
static bool claim_read(struct journal_line *line, struct span text, struct receipt_claim *out,
                       struct error *err)
{
    const uint8_t *space = memchr(text.data, ' ', text.size);
    size_t root_size = TLOG_HASH_SIZE;
    size_t number_size = space == NULL ? 0 : (size_t)(space - text.data);
    struct span root_text = span_part(text, number_size + 1, BASE64_SIZE(TLOG_HASH_SIZE));
    struct span signature_line =
        span_part(text, number_size + 1 + BASE64_SIZE(TLOG_HASH_SIZE) + 1, text.size);

    if (space == NULL || !number_read(span_part(text, 0, number_size), &out->size) ||
        !base64_read(root_text, out->root.bytes, &root_size) || root_size != TLOG_HASH_SIZE)
        return error_set(err, ERROR_LINK, "a receipt of %s cannot be read", line->partner);
    struct checkpoint checkpoint = {
        .origin = span_text(line->out.origin), .size = out->size, .root = out->root};
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct note_key key;
    if (!key_of(line->partner, "custody",
                chain_custody_keys(line, SIDE_PARTNER, line->out_past.base + out->size), &key, err))
        return false;
    if (!checkpoint_write(&checkpoint, &body) ||
        !cosignature_line_verify(&key, buffer_span(&body), signature_line, &out->time_s,
                                 out->signature))
        return error_set(err, ERROR_LINK,
                         "the receipt of %s for size %" PRIu64 " is not signed by its custody key",
                         line->partner, out->size);
    return out->time_s <= RECEIPT_TIME_MAX_S ||
           error_set(err, ERROR_LINK, "the receipt of %s for size %" PRIu64 " has no possible time",
                     line->partner, out->size);
}

/* The receipt must be for a checkpoint that we signed. */
static bool claim_is_ours(struct journal *journal, struct journal_line *line,
                          const struct receipt_claim *claim, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct checkpoint_row row;
    struct span root = span_make(claim->root.bytes, TLOG_HASH_SIZE);

    if (claim->size == line->out.signed_size &&
        span_equal(root, span_make(line->out.signed_root.bytes, TLOG_HASH_SIZE)))
        return true;
    if (!checkpoint_from(journal->db, &arena, line->out.id, (int64_t)claim->size, &row, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        return error_set(err, ERROR_LINK, "%s receipted size %" PRIu64 ", which we never signed",
                         line->partner, claim->size);
    }
    return ((uint64_t)row.size == claim->size && span_equal(root, row.root)) ||
           error_set(err, ERROR_LINK,
                     "%s receipted size %" PRIu64 " with a root that we never signed",
                     line->partner, claim->size);
}

/* A size that this machine never signed, below its newest checkpoint, and its very tree: a second machine with these keys sent the
 * same entries, signed at other sizes. Without that receipt the later ones say the same; refused, it would hold all of them up. */
static bool is_of_another(struct journal *journal, struct journal_line *line,
                          const struct receipt_claim *claim, bool *is_so, struct error *err)
{
    *is_so = false;
    if (claim->size >= line->out.signed_size)
        return true;
    if (!log_root_is(journal, &line->out, claim->size, &claim->root, is_so, err))
        return false;
    if (*is_so)
        journal_event_add(journal, JOURNAL_ALARM, line, 0, claim->size);
    return true;
}

/* Ours, or to be passed over. */
static bool claim_judge(struct journal *journal, struct journal_line *line,
                        const struct receipt_claim *claim, bool *is_passed, struct error *err)
{
    struct error other = {0};

    *is_passed = false;
    if (claim_is_ours(journal, line, claim, err))
        return true;
    if (err->kind != ERROR_LINK)
        return false;
    if (!is_of_another(journal, line, claim, is_passed, &other))
        *err = other;
    else if (*is_passed)
        error_clear(err);
    return *is_passed;
}

/* One deadline, never two: the receipt counts, and what is wrong with its time is put on record. T never falls within a
 * log (docs/protocol.md 3.3): one that does is disputed, however near it lies. `last_s`: T of the receipt before. */
static bool clock_dispute(struct journal *journal, struct journal_line *line,
                          const struct receipt_claim *claim, int64_t last_s, int64_t posted_ms,
                          int64_t answered_ms, struct error *err)
{
    int64_t bound_ms = line->agreement.clock_bound_s * 1000;
    bool is_near = claim->time_s * 1000 >= posted_ms - bound_ms - 999 &&
                   claim->time_s * 1000 <= answered_ms + bound_ms;
    if ((is_near && claim->time_s >= last_s) || line->out.read_only[0] != '\0')
        return true;
    bool has_fallen = claim->time_s < last_s;
    /* No earlier than the receipt before was this one given. */
    if (has_fallen && posted_ms < last_s * 1000)
        posted_ms = last_s * 1000;
    if (answered_ms < posted_ms)
        answered_ms = posted_ms;
    struct clock_dispute dispute = {.size = line->out_past.base + claim->size,
                                    .their_time_s = claim->time_s,
                                    .posted_ms = posted_ms,
                                    .answered_ms = answered_ms};
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct appended appended;
    clock_dispute_write(&dispute, &body);
    line->disputes++;
    line->disputed_ms = journal_now_ms(journal);
    line->has_fallen = line->has_fallen || has_fallen;
    struct draft draft = {.type = MESSAGE_CLOCK_DISPUTE,
                          .unit = journal_unit(journal, line),
                          .body = buffer_span(&body)};
    journal_event_add(journal, JOURNAL_ALARM, line, 0, claim->size);
    return journal_append(journal, line, &draft, &appended, err);
}

/* What is receipted is on its way no more: its plaintext leaves the memory. */
static bool sent_forget(struct journal *journal, const struct journal_line *line, uint64_t to,
                        struct error *err)
{
    int64_t ids[SEAL_COUNT_MAX];
    size_t count = 0;

    for (uint64_t at = line->cosigned; at < to; at += SEAL_COUNT_MAX) {
        if (!entry_list_ids(journal->db, line->out.id, (int64_t)at, (int64_t)to, ids,
                            SEAL_COUNT_MAX, &count, err))
            return false;
        for (size_t i = 0; i < count; i++)
            cache_forget(journal->cache, ids[i]);
    }
    return true;
}

static bool claim_store(struct journal *journal, struct journal_line *line,
                        const struct receipt_claim *claim, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    struct receipt_row receipt = {.log = line->out.id,
                                  .size = (int64_t)claim->size,
                                  .root = span_make(claim->root.bytes, TLOG_HASH_SIZE),
                                  .time_s = claim->time_s,
                                  .signature = span_make(claim->signature, SIGNATURE_SIZE)};
    struct sequence_row sequence = {.kind = SEQUENCE_RECEIPT,
                                    .log = line->out.id,
                                    .size = (int64_t)claim->size,
                                    .time_s = claim->time_s,
                                    .version = line->agreement.version};

    if (!receipt_insert(journal->db, &receipt, err) || !sequence_add(journal, &sequence, err) ||
        !apply_receipt(journal, line, &sequence, &arena, err) ||
        !sent_forget(journal, line, claim->size, err))
        return error_add(err, "storing the receipt of size %" PRIu64, claim->size);
    line->cosigned = claim->size;
    line->cosigned_time_s = claim->time_s;
    line->ahead = line->out.signed_size > line->cosigned ? 1 : 0;
    journal_event_add(journal, JOURNAL_RECEIPT, line, 0, claim->size);
    return true;
}

#define CLAIM_COUNT_MAX 64 /* more are asked for again */

/* All receipts of the answer that are new to us, each verified; nothing is stored yet. */
static bool claims_read(struct journal *journal, struct journal_line *line, struct span answer,
                        struct receipt_claim *claims, size_t *count, struct error *err)
{
    struct span text;
    uint64_t above = line->cosigned;

    *count = 0;
    while (*count < CLAIM_COUNT_MAX && line_take(&answer, &text)) {
        struct receipt_claim *claim = &claims[*count];
        if (!claim_read(line, text, claim, err))
            return false;
        if (claim->size <= above)
            continue;
        bool is_passed = false;
        if (!claim_judge(journal, line, claim, &is_passed, err))
            return false;
        if (is_passed)
            continue;
        above = claim->size;
        (*count)++;
    }
    return *count == CLAIM_COUNT_MAX || answer.size == 0 ||
           error_set(err, ERROR_LINK, "the answer of %s is cut", line->partner);
}

int64_t journal_clock_ahead(int64_t time_s, int64_t posted_ms, int64_t answered_ms)
{
    int64_t first_ms = time_s * 1000;
    int64_t last_ms = first_ms + 999;

    return first_ms > answered_ms ? first_ms - answered_ms
           : last_ms < posted_ms  ? last_ms - posted_ms
                                  : 0;
}

bool journal_receipt(struct journal *journal, struct journal_line *line, struct span answer,
                     int64_t posted_ms, int64_t answered_ms, struct error *err)
{
    struct receipt_claim claims[CLAIM_COUNT_MAX];
    size_t count = 0;

    if (!claims_read(journal, line, answer, claims, &count, err))
        return false;
    /* Custody may have been given to an earlier post whose answer was lost. */
    if (line->first_post_ms > 0 && line->first_post_ms < posted_ms)
        posted_ms = line->first_post_ms;
    if (answered_ms < posted_ms)
        answered_ms = posted_ms; /* our clock was set back meanwhile */
    for (size_t i = 0; i < count; i++) {
        int64_t last_s = line->cosigned_time_s;
        if (!claim_store(journal, line, &claims[i], err) ||
            !clock_dispute(journal, line, &claims[i], last_s, posted_ms, answered_ms, err))
            return false;
    }
    if (count > 0) {
        line->clock_ahead_ms =
            journal_clock_ahead(claims[count - 1].time_s, posted_ms, answered_ms);
        line->has_clock = true;
    }
    return true;
}

/* The root that we signed for this size; empty text when it is none of ours. */
static bool root_text(struct journal *journal, const struct journal_log *log, uint64_t size,
                      char out[2 * TLOG_HASH_SIZE + 1], struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct checkpoint_row row;

    out[0] = '\0';
    if (size == log->signed_size) {
        hex_write(span_make(log->signed_root.bytes, TLOG_HASH_SIZE), out);
        return true;
    }
    if (!checkpoint_upto(journal->db, &arena, log->id, (int64_t)size, &row, err)) {
        bool is_missing = err->kind == ERROR_MISSING;
        if (is_missing)
            error_clear(err);
        return is_missing;
    }
    if ((uint64_t)row.size == size && row.root.size == TLOG_HASH_SIZE)
        hex_write(row.root, out);
    return true;
}

#define PACE_FAST_MS 2000 /* so that twice as much still takes a few seconds */
#define PACE_SLOW_MS 8000 /* well within the clocks' bound and between two cuts of a bad line */

/* Begins small and doubles, as every sender does that does not know the line. */
void journal_post_paced(struct journal_line *line, size_t size, bool is_answered, int64_t took_ms)
{
    size_t window = number_size_max(line);

    if ((!is_answered || took_ms > PACE_SLOW_MS) && size > POST_WINDOW_MIN)
        window /= 2;
    else if (is_answered && took_ms < PACE_FAST_MS)
        window *= 2;
    if (window < POST_WINDOW_MIN)
        window = POST_WINDOW_MIN;
    line->window = window > SEAL_SIZE_MAX ? SEAL_SIZE_MAX : window;
}

#define FAILED_AGAIN_MS INT64_C(3600000)

bool journal_post_failed(struct journal *journal, struct journal_line *line, uint64_t to,
                         struct span why, struct error *err)
{
    char object[ORIGIN_SIZE_MAX + 128];
    char root[2 * TLOG_HASH_SIZE + 1];
    int64_t since_ms = journal->env->monotonic_ms(journal->env->context) - line->failed_ms;

    /* The first entry stands against a late or withheld receipt; every further try adds nothing but bulk. */
    if (line->failed_to == to && span_is(why, line->failed_why) && since_ms < FAILED_AGAIN_MS)
        return true;
    if (!root_text(journal, &line->out, to, root, err))
        return false;
    snprintf(object, sizeof object, "%s %" PRIu64 " %s", line->out.origin, to, root);
    struct span objects[] = {span_text(object)};
    struct act act = {.officer = span_text("node"),
                      .unit = journal_unit(journal, line),
                      .reason = why,
                      .act = span_text("post_failed"),
                      .outcome = span_text("not-receipted"),
                      .objects = objects,
                      .object_count = 1};
    if (!journal_access(journal, &act, err))
        return false;
    line->failed_to = to;
    line->failed_ms = journal->env->monotonic_ms(journal->env->context);
    snprintf(line->failed_why, sizeof line->failed_why, "%.*s", SPAN_ARG(why));
    return true;
}
