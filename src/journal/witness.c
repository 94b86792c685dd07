/*
 * The domestic log and its witnesses. On a fixed beat the log is filled with empty entries to a multiple of 64 and its
 * checkpoint goes to every partner alike, so that size and time say little; each partner cosigns from a consistency proof
 * and sees no entry. Until a beat is witnessed only the keeper stops a rewrite. c2sp.org/tlog-witness.
 */
#include "journal/private.h"
#include "store/local_rows.h"

#include "base/text.h"
#include "crypto/id.h"
#include "message/reference.h"
#include "store/derived_rows.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"
#include "tlog/proof.h"
#include "tlog/witness.h"

#include <inttypes.h>
#include <stdio.h>

#define BEAT_FILL 64u

bool witness_load(struct journal *journal, struct journal_line *line, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct witness_row row;

    if (witness_newest(journal->db, &arena, span_text(journal->domestic.origin),
                       span_text(line->witness_key.name), &row, err)) {
        line->witnessed = (uint64_t)row.size;
        line->witnessed_time_s = row.time_s;
        return true;
    }
    bool is_absent = err->kind == ERROR_MISSING;
    if (is_absent)
        error_clear(err);
    return is_absent;
}

/* An empty entry: a head with a random id and no body. */
static bool filler_append(struct journal *journal, struct error *err)
{
    struct head head = {.type = MESSAGE_FILLER,
                        .type_version = message_type_version(MESSAGE_FILLER),
                        .unit = span_text("node"),
                        .created_ms = journal->last_created_ms};
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(HEAD_SIZE_MAX);
    struct tlog_hash leaf;

    id_make(journal->env, head.id);
    if (!head_write(&head, &bytes))
        return error_set(err, ERROR_BUG, "a filler does not fit in a head");
    tlog_leaf_hash(buffer_span(&bytes), &leaf);
    struct entry_row row = {.id = journal->next_entry,
                            .log = journal->domestic.id,
                            .index = ENTRY_WAITING,
                            .message_id = span_make(head.id, UUID_SIZE),
                            .head = buffer_span(&bytes),
                            .leaf = span_make(leaf.bytes, sizeof leaf.bytes),
                            .type = MESSAGE_FILLER,
                            .created_ms = head.created_ms,
                            .body_state = BODY_NONE};
    if (!entry_insert(journal->db, &row, err))
        return false;
    journal->next_entry++;
    return true;
}

static bool waiting_count(struct journal *journal, size_t *count, struct error *err)
{
    return entry_count_waiting(journal->db, journal->domestic.id, SEAL_COUNT_MAX, count, err);
}

/* Each partner may hold more of this log than our books: after a restore, or of a machine that was put back without one. All
 * of them witness every beat, so that one speaks for those that stay away, but these may come soon. */
bool journal_may_beat(const struct journal *journal)
{
    int64_t open_ms = journal->env->monotonic_ms(journal->env->context) - journal->opened_ms;
    size_t met = 0;

    for (size_t i = 0; i < journal->line_count; i++)
        met += journal->lines[i].has_met;
    return met == journal->line_count || (met > 0 && open_ms >= JOURNAL_MEET_MS);
}

bool journal_beat(struct journal *journal, struct error *err)
{
    const struct journal_log *log = &journal->domestic;
    size_t waiting = 0;

    if (!waiting_count(journal, &waiting, err))
        return false;
    /* When nothing happened since the last beat, its checkpoint stands. */
    journal->wants_beat =
        journal_may_beat(journal) && (waiting > 0 || log_is_unsigned(log) || log->size == 0);
    return true;
}

bool beat_fill(struct journal *journal, struct error *err)
{
    const struct journal_log *log = &journal->domestic;
    size_t waiting = 0;

    if (!journal->wants_beat)
        return true;
    if (!waiting_count(journal, &waiting, err))
        return false;
    for (uint64_t size = log->size + waiting; size % BEAT_FILL != 0 || size == 0; size++)
        if (!filler_append(journal, err))
            return error_add(err, "filling the domestic log");
    return true;
}

/* --- what we ask of a partner --- */

/* Leaves [0, size) of the domestic log, in the arena. */
static bool leaves_read(struct journal *journal, uint64_t size, struct tlog_hash *out,
                        struct error *err)
{
    enum { STEP = 512 };
    for (uint64_t at = 0; at < size; at += STEP) {
        struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
        size_t count = 0;
        struct span *rows = arena_array(&arena, STEP, sizeof *rows);
        if (rows == NULL)
            return error_set(err, ERROR_LIMIT, "proof: out of memory");
        if (!entry_list_leaves(journal->db, &arena, journal->domestic.id, (int64_t)at,
                               (int64_t)(at + STEP < size ? at + STEP : size), rows, STEP, &count,
                               err))
            return false;
        for (size_t i = 0; i < count; i++) {
            if (rows[i].size != TLOG_HASH_SIZE)
                return error_set(err, ERROR_STORE, "a leaf of the domestic log is cut");
            memcpy(out[at + i].bytes, rows[i].data, TLOG_HASH_SIZE);
        }
    }
    return true;
}

static bool note_of_domestic(struct journal *journal, struct buffer *out)
{
    struct journal_log *log = &journal->domestic;
    struct checkpoint checkpoint = {
        .origin = span_text(log->origin), .size = log->signed_size, .root = log->signed_root};
    struct note_key key;

    return note_key_make(span_text(log->origin), NOTE_ED25519, journal->domestic_keys.log, &key) &&
           checkpoint_write(&checkpoint, out) && buffer_byte(out, '\n') &&
           note_signature_line_write(&key, span_make(log->signature, SIGNATURE_SIZE), out);
}

bool journal_witness_request(struct journal *journal, struct journal_line *line, struct buffer *out,
                             struct error *err)
{
    struct journal_log *log = &journal->domestic;
    struct arena arena CLEANUP(arena_free) = arena_make(SIZE_MAX / 2);
    struct buffer note CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct tlog_hash proof[64];
    size_t proof_count = 0;

    if (!log->has_signature || line->witnessed >= log->signed_size)
        return error_set(err, ERROR_MISSING, "%s has witnessed all", line->partner);
    if (line->witness_from > 0 && line->witness_from < log->signed_size) {
        struct tlog_hash *leaves = arena_array(&arena, (size_t)log->signed_size, sizeof *leaves);
        if (leaves == NULL)
            return error_set(err, ERROR_LIMIT, "proof: out of memory");
        if (!leaves_read(journal, log->signed_size, leaves, err))
            return false;
        struct proof_leaves nodes = {.leaves = leaves, .count = (size_t)log->signed_size};
        if (!proof_make_consistency(line->witness_from, log->signed_size, proof_nodes_get, &nodes,
                                    proof, &proof_count))
            return error_set(err, ERROR_BUG, "no consistency proof from %" PRIu64,
                             line->witness_from);
    }
    if (!note_of_domestic(journal, &note))
        return error_set(err, ERROR_BUG, "the domestic checkpoint cannot be written");
    struct witness_request request = {.old_size = line->witness_from,
                                      .proof = proof,
                                      .proof_count = proof_count,
                                      .checkpoint = buffer_span(&note)};
    return witness_request_write(&request, out) ||
           error_set(err, ERROR_LIMIT, "the witness request does not fit");
}

/* What was asked for: a checkpoint of ours, though it need not be the newest any more; a beat may have come in between. */
static bool asked_read(struct span request, struct arena *arena, struct note *note,
                       struct checkpoint *out, struct error *err)
{
    struct witness_request asked;

    return (witness_request_read(request, arena, &asked, err) &&
            note_read(asked.checkpoint, note, err) &&
            checkpoint_read(note->text, false, out, err)) ||
           error_add(err, "our own request to a witness");
}

bool journal_witnessed(struct journal *journal, struct journal_line *line, struct span request,
                       struct span answer, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(WITNESS_REQUEST_SIZE_MAX);
    struct journal_log *log = &journal->domestic;
    struct checkpoint checkpoint;
    struct note note;
    uint8_t signature[SIGNATURE_SIZE];
    int64_t time_s = 0;
    struct span text;
    bool is_found = false;

    if (!asked_read(request, &arena, &note, &checkpoint, err))
        return false;
    while (!is_found && line_take(&answer, &text))
        is_found = cosignature_line_verify(&line->witness_key, note.text, text, &time_s, signature);
    if (!is_found)
        return error_set(err, ERROR_LINK, "%s did not cosign size %" PRIu64 " with its witness key",
                         line->partner, checkpoint.size);
    struct witness_row row = {.origin = checkpoint.origin,
                              .size = (int64_t)checkpoint.size,
                              .witness = span_text(line->witness_key.name),
                              .root = span_make(checkpoint.root.bytes, TLOG_HASH_SIZE),
                              .time_s = time_s,
                              .signature = span_make(signature, SIGNATURE_SIZE)};
    if (!witness_insert(journal->db, &row, err))
        return false;
    /* Of a log that ended meanwhile it counts for the proof, and nothing for the one that follows. */
    if (!span_is(checkpoint.origin, log->origin))
        return true;
    if (checkpoint.size > line->witnessed) {
        line->witnessed = checkpoint.size;
        line->witnessed_time_s = time_s;
    }
    if (checkpoint.size > line->witness_from)
        line->witness_from = checkpoint.size;
    return true;
}

bool journal_witness_at(struct journal_line *line, uint64_t size)
{
    bool is_news = line->witness_from != size;

    line->witness_from = size;
    return is_news;
}

bool journal_unwitnessed(struct journal *journal, const struct journal_line *line,
                         int64_t *since_ms, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024u * 1024);
    const struct journal_log *log = &journal->domestic;
    struct entry_row oldest = {.created_ms = 0};

    *since_ms = 0;
    if (!log->has_signature || line->witnessed >= log->signed_size)
        return true;
    if (!entry_find_index(journal->db, &arena, log->id, (int64_t)line->witnessed, &oldest, err))
        return error_add(err, "the oldest domestic entry that %s has not witnessed", line->partner);
    *since_ms = oldest.created_ms > 0 ? oldest.created_ms : 1;
    return true;
}

/* --- what a partner asks of us --- */

static enum witness_verdict witness_refuse(struct witness_answer *out, enum witness_verdict verdict)
{
    out->verdict = verdict;
    return verdict;
}

/* A partner's domestic log: one that a succession in its outgoing log told of, or the first one that we meet, under the keys
 * of the agreement: the partner may have closed some before it met us. Which is the first, the keeper knows. */
struct domestic_log {
    struct succession_keys keys;
    struct succession_row told; /* entry 0: of no log that we knew */
};

static bool domestic_find(struct journal *journal, const struct journal_line *line,
                          struct span origin, struct arena *arena, struct domestic_log *out,
                          struct error *err)
{
    uint64_t number = 0;
    struct span stem;

    *out = (struct domestic_log){.keys = line->partner_first_keys};
    if (!origin_is_domestic(origin) || !span_is(origin_party(origin), line->partner) ||
        !origin_split(origin, &stem, &number))
        return error_set(err, ERROR_MISSING, "not a domestic log of %s", line->partner);
    if (number == 0)
        return true;
    if (!succession_find(journal->db, arena, origin, &out->told, err)) {
        bool is_untold = err->kind == ERROR_MISSING;
        if (is_untold)
            error_clear(err);
        return is_untold;
    }
    return keys_read_row(out->told.keys, &out->keys) ||
           error_set(err, ERROR_STORE, "log %.*s: its keys are cut", SPAN_ARG(origin));
}

static bool domestic_register(struct journal *journal, struct span origin,
                              const struct domestic_log *known, struct error *err)
{
    struct keeper_succession succession = {.kind = KEEPER_WITNESS,
                                           .origin = origin,
                                           .before = known->told.before,
                                           .size = (uint64_t)known->told.size};

    if (known->told.entry == 0)
        return keeper_register(&journal->keeper, KEEPER_WITNESS, origin, err);
    if (known->told.root.size != TLOG_HASH_SIZE)
        return error_set(err, ERROR_STORE, "log %.*s: its root is cut", SPAN_ARG(origin));
    memcpy(succession.root.bytes, known->told.root.data, TLOG_HASH_SIZE);
    return keeper_succeed(&journal->keeper, &succession, err);
}

/* The newest domestic checkpoint of the partner as it signed it: shown back at contact, so that it notices when its domestic
 * log was rolled back together with its keeper. */
static void note_name(const struct journal_line *line, char out[NAME_SIZE_MAX + 32])
{
    snprintf(out, NAME_SIZE_MAX + 32, "witnessed/%s", line->agreement_id);
}

static bool witness_note_keep(struct journal *journal, struct journal_line *line, struct span note,
                              struct error *err)
{
    char name[NAME_SIZE_MAX + 32];

    note_name(line, name);
    return setting_put(journal->db, name, note, err);
}

bool witness_note(struct journal *journal, struct journal_line *line, struct arena *arena,
                  struct span *out, struct error *err)
{
    char name[NAME_SIZE_MAX + 32];

    note_name(line, name);
    *out = span_make(NULL, 0);
    if (setting_get(journal->db, arena, name, out, err))
        return true;
    bool is_absent = err->kind == ERROR_MISSING;
    if (is_absent)
        error_clear(err);
    return is_absent;
}

/* `add-checkpoint`, for the domestic log of this partner only: any other origin is unknown here, so a witness signature
 * never passes for a receipt. */
bool journal_add_checkpoint(struct journal *journal, struct journal_line *line,
                            struct span request_bytes, struct witness_answer *out,
                            struct error *err)
{
    struct witness_request request;
    struct arena arena CLEANUP(arena_free) = arena_make(256 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct checkpoint checkpoint;
    struct note_key key;
    uint8_t log_signature[SIGNATURE_SIZE];
    struct domestic_log known;

    *out = (struct witness_answer){.verdict = WITNESS_MALFORMED};
    if (!witness_request_read(request_bytes, &arena, &request, err))
        return true;
    struct span note_rest = request.checkpoint;
    struct span origin;
    if (!line_take(&note_rest, &origin) ||
        !domestic_find(journal, line, origin, &arena, &known, err)) {
        if (err->kind == ERROR_STORE || err->kind == ERROR_FULL)
            return false;
        error_clear(err);
        witness_refuse(out, WITNESS_UNKNOWN);
        return true;
    }
    if (!note_key_make(origin, NOTE_ED25519, known.keys.log, &key) ||
        !checkpoint_open(request.checkpoint, &key, &checkpoint, &body, log_signature, err)) {
        witness_refuse(out, WITNESS_FORBIDDEN);
        return true;
    }
    if (request.old_size > checkpoint.size)
        return true; /* malformed, says c2sp.org/tlog-witness */
    struct keeper_witness ask = {.origin = origin,
                                 .set = own_set(journal, &line->own_keys),
                                 .old_size = request.old_size,
                                 .size = checkpoint.size,
                                 .root = checkpoint.root,
                                 .proof = request.proof,
                                 .proof_count = request.proof_count,
                                 .time_s = journal_now_ms(journal) / 1000};
    if (!domestic_register(journal, origin, &known, err)) {
        witness_refuse(out, WITNESS_UNKNOWN); /* it ended, or nothing told yet that it follows */
        bool has_ended = err->kind == ERROR_CONFLICT;
        if (has_ended)
            error_clear(err);
        return has_ended;
    }
    if (!keeper_witness(&journal->keeper, &ask, err)) {
        out->held_size = ask.held_size;
        if (err->kind == ERROR_CONFLICT)
            witness_refuse(out, WITNESS_CONFLICT);
        else if (err->kind == ERROR_INPUT)
            witness_refuse(out, WITNESS_UNPROVED);
        else
            return false;
        return true;
    }
    snprintf(out->name, sizeof out->name, "%s/witness/%u", journal->party, line->own_keys.number);
    memcpy(out->public_key, line->own_keys.witness, sizeof out->public_key);
    out->verdict = WITNESS_COSIGNED;
    out->time_s = ask.time_s;
    memcpy(out->signature, ask.signature, SIGNATURE_SIZE);
    struct witness_row row = {.origin = ask.origin,
                              .size = (int64_t)ask.size,
                              .witness = span_text(out->name),
                              .root = span_make(ask.root.bytes, TLOG_HASH_SIZE),
                              .time_s = ask.time_s,
                              .signature = span_make(out->signature, SIGNATURE_SIZE)};
    return witness_insert(journal->db, &row, err) &&
           witness_note_keep(journal, line, request.checkpoint, err);
}
