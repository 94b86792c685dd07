/* First contact: see contact.h. */
#include "journal/contact.h"

#include "base/text.h"
#include "base/json.h"
#include "journal/private.h"
#include "journal/resume.h"
#include "journal/version.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"

#include <inttypes.h>
#include <stdio.h>

#ifndef BESA_VERSION
#define BESA_VERSION "unversioned"
#endif

/* The newest checkpoint of their log in our custody, as they signed it. Empty when there is none. */
static bool held_write(struct journal *journal, struct journal_line *line, struct buffer *out,
                       struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct checkpoint_row row;
    struct checkpoint checkpoint = {.origin = span_text(line->in.origin)};

    if (!checkpoint_newest(journal->db, &arena, line->in.id, &row, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    if (row.root.size != TLOG_HASH_SIZE || row.signature.size != SIGNATURE_SIZE)
        return error_set(err, ERROR_STORE, "a checkpoint of %s is cut", line->in.origin);
    checkpoint.size = (uint64_t)row.size;
    memcpy(checkpoint.root.bytes, row.root.data, TLOG_HASH_SIZE);
    return (checkpoint_write(&checkpoint, out) && buffer_byte(out, '\n') &&
            note_signature_line_write(&line->log_key, row.signature, out)) ||
           error_set(err, ERROR_LIMIT, "a checkpoint does not fit");
}

/* Their newest receipt of one of our logs, whose entry 0 has position `base`. */
static bool log_receipt_write(struct journal *journal, struct journal_line *line, int64_t log,
                              uint64_t base, struct buffer *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct receipt_row row;
    struct note_key key;
    char root[BASE64_SIZE(TLOG_HASH_SIZE) + 1];

    if (!receipt_newest(journal->db, &arena, log, &row, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    if (row.root.size != TLOG_HASH_SIZE || row.signature.size != SIGNATURE_SIZE)
        return error_set(err, ERROR_STORE, "a receipt of %s is cut", journal_origin(line, log));
    base64_write(row.root, root);
    return (buffer_format(out, "%" PRId64 " %s ", row.size, root) &&
            key_of(line->partner, "custody",
                   chain_custody_keys(line, SIDE_PARTNER, base + (uint64_t)row.size), &key, err) &&
            cosignature_line_write(&key, row.time_s, row.signature.data, out)) ||
           error_set(err, ERROR_LIMIT, "a receipt does not fit");
}

/* The newest receipt that they gave us, "<size> <root> <signature line>", and of which log: the last that has one. */
static bool receipt_write(struct journal *journal, struct journal_line *line, struct buffer *out,
                          const char **origin, struct error *err)
{
    const struct journal_chain *chain = &line->out_past;

    *origin = line->out.origin;
    if (!log_receipt_write(journal, line, line->out.id, chain->base, out, err))
        return false;
    for (size_t i = chain->count; out->size == 0 && i-- > 0;) {
        *origin = chain->past[i].origin;
        if (!log_receipt_write(journal, line, chain->past[i].id, chain->past[i].base, out, err))
            return false;
    }
    return true;
}

bool contact_show(struct journal *journal, struct journal_line *line, struct buffer *out,
                  struct error *err)
{
    struct buffer held CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct buffer receipt CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct span domestic;
    const char *receipt_log = NULL;
    struct json_writer writer = json_writer_make(out);

    if (!held_write(journal, line, &held, err) ||
        !receipt_write(journal, line, &receipt, &receipt_log, err) ||
        !witness_note(journal, line, &arena, &domestic, err))
        return false;
    json_begin_object(&writer);
    version_show(journal, &writer);
    json_string_field(&writer, "software", BESA_VERSION);
    json_string_field(&writer, "agreement", line->agreement_id);
    json_integer_field(&writer, "version", line->agreement.version);
    if (line->is_suspended_by_us)
        json_boolean_field(&writer, "suspended", true);
    json_text_field_optional(&writer, "held", buffer_span(&held));
    json_text_field_optional(&writer, "receipt", buffer_span(&receipt));
    if (receipt.size > 0)
        json_string_field(&writer, "receipt_log", receipt_log);
    json_text_field_optional(&writer, "domestic", domestic);
    json_end_object(&writer);
    return !out->failed || error_set(err, ERROR_LIMIT, "what we show does not fit");
}

/* Do our leaves lead to this root? A checkpoint or receipt of that size in the books answers at once. */
bool log_root_is(struct journal *journal, const struct journal_log *log, uint64_t size,
                 const struct tlog_hash *root, bool *is_so, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct checkpoint_row row;
    struct compact_range range;
    struct tlog_hash found;

    if (checkpoint_upto(journal->db, &arena, log->id, (int64_t)size, &row, err)) {
        if ((uint64_t)row.size == size) {
            *is_so = span_equal(row.root, span_make(root->bytes, TLOG_HASH_SIZE));
            return true;
        }
    } else if (err->kind != ERROR_MISSING) {
        return false;
    }
    error_clear(err);
    if (!log_range_at(journal, log, size, &range, err))
        return false;
    compact_range_root(&range, &found);
    *is_so = tlog_hash_is_equal(&found, root);
    return true;
}

static bool is_later_origin(struct span origin, const struct journal_log *log)
{
    struct span stems[2];
    uint64_t numbers[2];

    return log->id != 0 && origin_split(origin, &stems[0], &numbers[0]) &&
           origin_split(span_text(log->origin), &stems[1], &numbers[1]) &&
           span_equal(stems[0], stems[1]) && numbers[0] > numbers[1];
}

/* The note names a later log of this writer, whoever signed it. */
static bool names_later(struct span note, const struct journal_log *log, struct span *origin)
{
    struct span rest = note;

    return line_take(&rest, origin) && is_later_origin(*origin, log);
}

/* They hold a later log of this writer under our key: our books are from before the succession. */
static bool is_later(struct span note, const struct journal_log *log, const uint8_t *public_key,
                     struct checkpoint *shown, struct buffer *body)
{
    struct span origin;
    struct note_key own;
    uint8_t signature[SIGNATURE_SIZE];
    struct error ignored = {0};

    return names_later(note, log, &origin) &&
           note_key_make(origin, NOTE_ED25519, public_key, &own) &&
           checkpoint_open(note, &own, shown, body, signature, &ignored);
}

static bool later_stop(struct journal *journal, const struct journal_line *line,
                       struct journal_log *log, const struct checkpoint *shown, struct error *err)
{
    char reason[ERROR_TEXT_SIZE];

    snprintf(
        reason, sizeof reason,
        "%s holds our later log %.*s: a backup from before this log ended was restored; restore a "
        "newer one",
        line->partner, SPAN_ARG(shown->origin));
    log_stop(journal, log, reason);
    return log_set_read_only(journal->db, log->id, span_text(reason), err);
}

/* What they hold and did not receipt to us is on its way, or its receipts were lost. A log that stands still asks for them
 * with this very checkpoint, which restored books may lack. */
static bool held_note(struct journal *journal, struct journal_line *line,
                      const struct checkpoint *shown, const uint8_t signature[SIGNATURE_SIZE],
                      struct error *err)
{
    const struct checkpoint_row row = {.log = line->out.id,
                                       .size = (int64_t)shown->size,
                                       .root = span_make(shown->root.bytes, TLOG_HASH_SIZE),
                                       .signature = span_make(signature, SIGNATURE_SIZE)};

    line->held_there = shown->size;
    return !log_stands_still(&line->out) || shown->size <= line->cosigned ||
           checkpoint_insert(journal->db, &row, err);
}

/* They hold a checkpoint that we signed: our leaves must lead to it. */
static bool held_check(struct journal *journal, struct journal_line *line, struct span note,
                       struct error *err)
{
    struct checkpoint shown;
    struct note_key own;
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    uint8_t signature[SIGNATURE_SIZE];
    bool is_so = false;
    char reason[ERROR_TEXT_SIZE];
    struct error ignored = {0};

    if (is_later(note, &line->out, line->own_keys.log, &shown, &body))
        return later_stop(journal, line, &line->out, &shown, err);
    buffer_clear(&body);
    if (!note_key_make(span_text(line->out.origin), NOTE_ED25519, line->own_keys.log, &own) ||
        !checkpoint_open(note, &own, &shown, &body, signature, &ignored))
        return true; /* not our signature, or of a log that ended: it proves nothing */
    if (shown.size > line->out.size) {
        snprintf(reason, sizeof reason,
                 "%s holds %" PRIu64 " entries under our signature, our books %" PRIu64
                 ": an older backup was restored; nothing is sent until the log is resumed",
                 line->partner, shown.size, line->out.size);
        log_stop(journal, &line->out, reason);
        return log_set_read_only(journal->db, line->out.id, span_text(reason), err) &&
               resume_notice(journal, line, shown.size, 0, err);
    }
    if (!log_root_is(journal, &line->out, shown.size, &shown.root, &is_so, err))
        return false;
    if (is_so)
        return held_note(journal, line, &shown, signature, err);
    snprintf(reason, sizeof reason,
             "%s holds another tree of size %" PRIu64
             " under our signature: this log was written twice (a cloned or "
             "restored node)",
             line->partner, shown.size);
    log_stop(journal, &line->out, reason);
    return log_set_read_only(journal->db, line->out.id, span_text(reason), err);
}

/* A receipt of ours, as they show it. */
struct shown_receipt {
    struct checkpoint of;
    int64_t time_s;
    uint8_t signature[SIGNATURE_SIZE];
};

/* What they show as our receipt for a log of theirs. False when it is none: not our signature, or no receipt at all. */
static bool receipt_read(struct journal *journal, const struct succession_keys *keys,
                         struct span origin, struct span text, struct shown_receipt *shown,
                         struct error *err)
{
    struct note_key own;
    struct checkpoint *out = &shown->of;
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    size_t root_size = TLOG_HASH_SIZE;
    const uint8_t *space = text.size == 0 ? NULL : memchr(text.data, ' ', text.size);
    size_t number_size = space == NULL ? 0 : (size_t)(space - text.data);

    *out = (struct checkpoint){.origin = origin};
    return space != NULL && number_read(span_part(text, 0, number_size), &out->size) &&
           base64_read(span_part(text, number_size + 1, BASE64_SIZE(TLOG_HASH_SIZE)),
                       out->root.bytes, &root_size) &&
           key_of(journal->party, "custody", keys, &own, err) && checkpoint_write(out, &body) &&
           cosignature_line_verify(
               &own, buffer_span(&body),
               span_part(text, number_size + 2 + BASE64_SIZE(TLOG_HASH_SIZE), text.size),
               &shown->time_s, shown->signature);
}

/* Books from before its signature was stored lack it, and so do books that dropped it (reach.c). It is ours, and our leaves
 * lead to it: both count from it. */
static bool receipt_back(struct journal *journal, struct journal_line *line,
                         const struct shown_receipt *shown, struct error *err)
{
    struct journal_log *log = &line->in;
    const struct receipt_row row = {.log = log->id,
                                    .size = (int64_t)shown->of.size,
                                    .root = span_make(shown->of.root.bytes, TLOG_HASH_SIZE),
                                    .time_s = shown->time_s,
                                    .signature = span_make(shown->signature, SIGNATURE_SIZE)};
    bool has_moved = false;

    if (shown->of.size == 0)
        return true;
    if (!receipt_take_back(journal, &row, &has_moved, err) ||
        (has_moved && !journal_rebuild(journal, NULL, NULL, err)))
        return error_add(err, "taking back our receipt of size %" PRIu64 " of %s", shown->of.size,
                         log->origin);
    if (log->has_signature && log->signed_size >= shown->of.size)
        return true;
    log->signed_size = shown->of.size;
    log->signed_root = shown->of.root;
    log->signed_time_s = shown->time_s;
    memcpy(log->signature, shown->signature, sizeof log->signature);
    log->has_signature = true;
    log->must_store_signature = true; /* should this transaction be undone */
    return true;
}

/* They hold a receipt that we gave: our mirror must reach it. */
static bool receipt_check(struct journal *journal, struct journal_line *line, struct span text,
                          struct error *err)
{
    struct shown_receipt shown;
    char reason[ERROR_TEXT_SIZE];
    uint64_t size = 0;
    size_t number_size = 0;

    while (number_size < text.size && text.data[number_size] != ' ')
        number_size++;
    if (!number_read(span_part(text, 0, number_size), &size) ||
        !receipt_read(journal, chain_custody_keys(line, SIDE_OWN, line->in_past.base + size),
                      span_text(line->in.origin), text, &shown, err))
        return true;
    if (shown.of.size <= line->in.size) {
        bool is_so = false;
        if (!log_root_is(journal, &line->in, shown.of.size, &shown.of.root, &is_so, err))
            return false;
        if (is_so)
            return receipt_back(journal, line, &shown, err);
        snprintf(reason, sizeof reason,
                 "%s holds our receipt for another tree of size %" PRIu64
                 " than our books: custody was given twice (a cloned or restored node)",
                 line->partner, shown.of.size);
    } else {
        snprintf(reason, sizeof reason,
                 "%s holds our receipt for %" PRIu64 " entries, our books have %" PRIu64
                 ": an older backup was restored; no custody is given until the log is resumed",
                 line->partner, shown.of.size, line->in.size);
        if (!resume_notice(journal, line, 0, shown.of.size, err))
            return false;
    }
    log_stop(journal, &line->in, reason);
    return log_set_read_only(journal->db, line->in.id, span_text(reason), err);
}

/* They hold a receipt that we gave for a later log of theirs: our books are from before their succession. */
static bool receipt_later_check(struct journal *journal, struct journal_line *line,
                                struct span origin, struct span text, struct error *err)
{
    struct shown_receipt shown;
    struct span stem;
    uint64_t number = 0;
    char reason[ERROR_TEXT_SIZE];

    if (!is_later_origin(origin, &line->in) || !origin_split(origin, &stem, &number) ||
        !receipt_read(journal, &line->own_keys, origin, text, &shown, err))
        return true; /* not our signature: it proves nothing */
    snprintf(reason, sizeof reason,
             "%s holds our receipt for %" PRIu64
             " entries of its later log %.*s: an older backup was restored; no custody is given "
             "until the log is resumed",
             line->partner, shown.of.size, SPAN_ARG(origin));
    log_stop(journal, &line->in, reason);
    return resume_notice_later(journal, line, number, shown.of.size, err) &&
           log_set_read_only(journal->db, line->in.id, span_text(reason), err);
}

/* Our new business waits for the end of their suspension, as it would for the end of ours, instead of being refused. */
static void suspension_hear(struct journal *journal, struct journal_line *line, bool is_suspended)
{
    if (is_suspended == line->is_suspended_there)
        return;
    line->is_suspended_there = is_suspended;
    line->has_waiting = true;
    journal_event_add(journal, is_suspended ? JOURNAL_ALARM : JOURNAL_SEALED, line, 0, 0);
}

/* They witnessed a domestic checkpoint that we signed: our leaves must lead to it. */
static bool domestic_check(struct journal *journal, struct journal_line *line, struct span note,
                           struct error *err)
{
    struct journal_log *log = &journal->domestic;
    struct checkpoint shown;
    struct note_key own;
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    uint8_t signature[SIGNATURE_SIZE];
    bool is_so = false;
    char reason[ERROR_TEXT_SIZE];
    struct error ignored = {0};

    if (log->id != 0 && is_later(note, log, journal->domestic_keys.log, &shown, &body))
        return later_stop(journal, line, log, &shown, err);
    buffer_clear(&body);
    if (log->id == 0 ||
        !note_key_make(span_text(log->origin), NOTE_ED25519, journal->domestic_keys.log, &own) ||
        !checkpoint_open(note, &own, &shown, &body, signature, &ignored))
        return true; /* not our signature: it proves nothing */
    if (shown.size <= log->size) {
        if (!log_root_is(journal, log, shown.size, &shown.root, &is_so, err))
            return false;
        if (is_so)
            return true;
        snprintf(reason, sizeof reason,
                 "%s witnessed another domestic log of size %" PRIu64
                 " under our signature: entries were changed, or the node was cloned or restored",
                 line->partner, shown.size);
    } else {
        snprintf(reason, sizeof reason,
                 "%s witnessed %" PRIu64 " domestic entries under our signature, our books hold "
                 "%" PRIu64
                 ": an older backup was restored; acts wait until the log has a successor",
                 line->partner, shown.size, log->size);
        struct line_resume next = line->resume;
        if (shown.size - log->size > next.domestic_behind) {
            next.domestic_behind = shown.size - log->size;
            if (!resume_state_set(journal, line, &next, err))
                return false;
        }
    }
    log_stop(journal, log, reason);
    return log_set_read_only(journal->db, log->id, span_text(reason), err);
}

/*
 * They name a later log of ours under a key that these books do not have: a backup from before a change of keys looks so,
 * and so does a partner that lies. Who restored cannot tell them apart and stays unproved: nothing is shown or signed.
 * Otherwise the line stands still until the node starts anew; a lie costs the liar his own line and no other.
 */
static bool is_doubted(struct journal *journal, struct journal_line *line, struct span held,
                       struct span domestic)
{
    struct journal_log *own = &journal->domestic;
    struct span origin;
    char reason[ERROR_TEXT_SIZE];

    bool is_out = names_later(held, &line->out, &origin);
    if (!is_out && !names_later(domestic, own, &origin))
        return false;
    snprintf(reason, sizeof reason,
             "%s names our later log %.*s, under a key that these books do not have: a backup from "
             "before a change of keys was restored, or %s errs; ask %s's desk, and restore a newer "
             "backup",
             line->partner, SPAN_ARG(origin), line->partner, line->partner);
    if (is_out)
        log_stop(journal, &line->out, reason);
    else if (line->is_unproved)
        log_stop(journal, own, reason);
    return is_out || line->is_unproved;
}

static bool contact_read(struct journal *journal, struct journal_line *line, struct span shown,
                         bool is_answer, struct error *err)
{
    static struct problems problems; /* the writer alone reads these */
    struct arena arena CLEANUP(arena_free) = arena_make(256 * 1024);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;

    problems_clear(&problems);
    if (shown.size > CONTACT_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "%s shows %zu bytes; %u allowed", line->partner,
                         shown.size, CONTACT_SIZE_MAX);
    if (!json_parse(shown, &json, err))
        return error_add(err, "what %s shows", line->partner);
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct version_range theirs = version_read(&object);
    uint64_t types = version_read_types(&object);
    bool is_suspended = json_get_boolean_optional(&object, "suspended", false);
    json_get_text(&object, "software", 1, 64);
    struct span agreement = json_get_text(&object, "agreement", 1, NAME_SIZE_MAX);
    int64_t version = json_get_integer(&object, "version", 1, 1000000);
    struct span held = json_get_text_optional(&object, "held", CHECKPOINT_SIZE_MAX);
    struct span receipt = json_get_text_optional(&object, "receipt", CHECKPOINT_SIZE_MAX);
    struct span receipt_log = json_get_text_optional(&object, "receipt_log", ORIGIN_SIZE_MAX);
    struct span domestic = json_get_text_optional(&object, "domestic", CHECKPOINT_SIZE_MAX);
    if (!problems_to_error(&problems, err))
        return error_add(err, "what %s shows", line->partner);
    if (!version_agree(journal, line, theirs, err))
        return false;
    line->types_there = types;
    suspension_hear(journal, line, is_suspended);
    /* Another version is no matter of the line: its entries say which one rules each of them, once they have crossed. */
    (void)version;
    if (!span_is(agreement, line->agreement_id))
        return error_set(err, ERROR_RULE, "%s works under agreement %.*s, we under %s",
                         line->partner, SPAN_ARG(agreement), line->agreement_id);
    line->has_met = line->has_met || is_answer;
    return (held.size == 0 || held_check(journal, line, held, err)) &&
           (receipt.size == 0 || receipt_check(journal, line, receipt, err)) &&
           (receipt_log.size == 0 ||
            receipt_later_check(journal, line, receipt_log, receipt, err)) &&
           (domestic.size == 0 || domestic_check(journal, line, domestic, err)) &&
           (is_doubted(journal, line, held, domestic) || !is_answer ||
            restored_prove(journal, line, err));
}

bool contact_seen(struct journal *journal, struct journal_line *line, struct span shown,
                  struct error *err)
{
    return contact_read(journal, line, shown, false, err);
}

bool contact_answered(struct journal *journal, struct journal_line *line, struct span shown,
                      struct error *err)
{
    return contact_read(journal, line, shown, true, err);
}

void contact_set(struct journal_line *line, bool is_reachable)
{
    line->is_reachable = is_reachable;
}
