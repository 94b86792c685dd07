/*
 * Opening the books: agreements, logs and counters from the database, keys and sizes from the keeper, and the check that
 * both tell the same story.
 */
#include "journal/governance.h"
#include "journal/in_force.h"
#include "journal/private.h"
#include "journal/resume.h"

#include "agreement/signed.h"
#include "store/schema.h"

#include "store/derived_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define CACHE_SIZE (32u * 1024u * 1024u)
#define ARENA_SIZE (16u * 1024u * 1024u)

struct journal_line *journal_line_of(struct journal *journal, struct span agreement)
{
    for (size_t i = 0; i < journal->line_count; i++)
        if (span_is(agreement, journal->lines[i].agreement_id))
            return &journal->lines[i];
    return NULL;
}

struct journal_line *journal_line_to(struct journal *journal, struct span partner)
{
    for (size_t i = 0; i < journal->line_count; i++)
        if (span_is(partner, journal->lines[i].partner))
            return &journal->lines[i];
    return NULL;
}

struct span journal_unit(const struct journal *journal, const struct journal_line *line)
{
    const struct agreement_party *own = &line->agreement.parties[line->own_side];
    (void)journal;
    return own->authority_count > 0 ? own->authorities[0].code : own->party;
}

struct journal_line *line_of_log(struct journal *journal, int64_t log)
{
    for (size_t i = 0; i < journal->line_count; i++)
        if (journal_side(&journal->lines[i], log) != SIDE_NONE)
            return &journal->lines[i];
    return NULL;
}

/* Which side of the agreement we are. */
static bool line_sides(struct journal *journal, struct journal_line *line, struct error *err)
{
    for (size_t i = 0; i < 2; i++) {
        if (!span_is(line->agreement.parties[i].party, journal->party))
            continue;
        line->own_side = i;
        line->partner_side = 1 - i;
        snprintf(line->partner, sizeof line->partner, "%.*s",
                 SPAN_ARG(line->agreement.parties[line->partner_side].party));
        return true;
    }
    return error_set(err, ERROR_RULE, "agreement %s: '%s' is none of its parties",
                     line->agreement_id, journal->party);
}

static struct succession_keys keys_agreed(const struct agreement_party *party)
{
    struct succession_keys keys = {.number = 0};

    memcpy(keys.log, party->log_key, sizeof keys.log);
    memcpy(keys.custody, party->custody_key, sizeof keys.custody);
    memcpy(keys.witness, party->witness_key, sizeof keys.witness);
    memcpy(keys.sealing, party->sealing_key, sizeof keys.sealing);
    return keys;
}

bool line_keys(struct journal_line *line, struct error *err)
{
    return (note_key_make(span_text(line->in.origin), NOTE_ED25519, line->partner_keys.log,
                          &line->log_key) ||
            error_set(err, ERROR_INPUT, "key name %s is not allowed", line->in.origin)) &&
           key_of(line->partner, "custody", &line->partner_keys, &line->custody_key, err) &&
           key_of(line->partner, "witness", &line->partner_keys, &line->witness_key, err);
}

/* The signatures were verified when the agreement was adopted; the row's bytes are what was signed. */
static bool line_add(struct journal *journal, struct span cms, bool is_suspended, struct error *err)
{
    struct signed_agreement signed_agreement;
    size_t signer_count = 0;

    if (journal->line_count == PARTNER_COUNT_MAX)
        return error_set(err, ERROR_LIMIT, "a node has at most %u partners", PARTNER_COUNT_MAX);
    struct journal_line *line = &journal->lines[journal->line_count];
    *line = (struct journal_line){.is_suspended = is_suspended, .is_suspended_by_us = is_suspended};
    if (!agreement_look(cms, &journal->arena, &signed_agreement, &signer_count, err))
        return error_add(err, "reading the agreement");
    line->agreement = signed_agreement.agreement;
    snprintf(line->agreement_id, sizeof line->agreement_id, "%.*s", SPAN_ARG(line->agreement.id));
    if (!line_sides(journal, line, err) || !versions_make(line, err))
        return false;
    line->own_keys = keys_agreed(&line->agreement.parties[line->own_side]);
    line->partner_keys = keys_agreed(&line->agreement.parties[line->partner_side]);
    line->partner_first_keys = line->partner_keys;
    __atomic_store_n(&journal->line_count, journal->line_count + 1,
                     __ATOMIC_RELEASE); /* the courier reads it */
    return true;
}

static bool agreements_load(struct journal *journal, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ARENA_SIZE);
    struct agreement_row rows[PARTNER_COUNT_MAX];
    size_t count = 0;

    if (!agreement_list(journal->db, &arena, rows, PARTNER_COUNT_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!line_add(journal, rows[i].cms, rows[i].suspended_ms != 0, err))
            return false;
    return true;
}

/* Where logs of one writer are placed, oldest first. */
struct place {
    struct journal_log *current;
    struct journal_chain *chain;
    struct succession_keys *keys;
};

static bool past_place(struct journal *journal, const struct place *place,
                       const struct log_row *row, struct error *err)
{
    struct journal_past past = {.id = row->id,
                                .size = (uint64_t)row->ends,
                                .keys = *place->keys,
                                .custody_to = UINT64_MAX,
                                .handled = (uint64_t)row->handled};
    struct compact_range range;

    if (row->origin.size > ORIGIN_SIZE_MAX || !compact_range_read(row->frontier, &range) ||
        range.size != past.size)
        return error_set(err, ERROR_STORE, "log %.*s: its frontier is not that of its end",
                         SPAN_ARG(row->origin));
    snprintf(past.origin, sizeof past.origin, "%.*s", SPAN_ARG(row->origin));
    compact_range_root(&range, &past.root);
    return chain_add(journal, place->chain, &past, err);
}

static bool row_place(struct journal *journal, const struct place *place, const struct log_row *row,
                      struct error *err)
{
    if (row->before != 0 && place->chain->count > 0)
        place->chain->past[place->chain->count - 1].custody_to = (uint64_t)row->custody;
    if (row->keys.size > 0 && !keys_read_row(row->keys, place->keys))
        return error_set(err, ERROR_STORE, "log %.*s: its keys are cut", SPAN_ARG(row->origin));
    return row->ends == LOG_OPEN ? log_load(place->current, row, err)
                                 : past_place(journal, place, row, err);
}

static bool log_place(struct journal *journal, const struct log_row *row, struct error *err)
{
    struct place domestic = {&journal->domestic, &journal->domestic_past, &journal->domestic_keys};

    if (row->id >= journal->next_log)
        journal->next_log = row->id + 1;
    if (row->kind == LOG_DOMESTIC)
        return row_place(journal, &domestic, row, err);
    struct journal_line *line = journal_line_of(journal, row->agreement);
    if (line == NULL)
        return error_set(err, ERROR_STORE, "log %.*s belongs to no agreement",
                         SPAN_ARG(row->origin));
    struct place out = {&line->out, &line->out_past, &line->own_keys};
    struct place in = {&line->in, &line->in_past, &line->partner_keys};
    if (row->kind == LOG_MIRROR)
        line->handled = (uint64_t)row->handled;
    if (row->kind == LOG_MIRROR)
        line->last_seen = (uint64_t)row->seen;
    return row_place(journal, row->kind == LOG_MIRROR ? &in : &out, row, err);
}

/* The keys that the node began with: those of its oldest agreement, and the keeper's while there is none. */
static struct succession_keys domestic_keys_first(const struct journal *journal)
{
    struct succession_keys keys = {.number = 0};

    if (journal->line_count > 0)
        return keys_agreed(&journal->lines[0].agreement.parties[journal->lines[0].own_side]);
    memcpy(keys.log, journal->keys.log, sizeof keys.log);
    memcpy(keys.custody, journal->keys.custody, sizeof keys.custody);
    memcpy(keys.witness, journal->keys.witness, sizeof keys.witness);
    memcpy(keys.sealing, journal->keys.sealing, sizeof keys.sealing);
    return keys;
}

static bool logs_load(struct journal *journal, struct error *err)
{
    enum { LOG_COUNT_MAX = (2 * PARTNER_COUNT_MAX + 1) * (CHAIN_COUNT_MAX + 1) };
    struct arena arena CLEANUP(arena_free) = arena_make(ARENA_SIZE);
    struct log_row *rows = arena_array(&arena, LOG_COUNT_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    journal->next_log = 1;
    journal->domestic_keys = domestic_keys_first(journal);
    if (!log_list(journal->db, &arena, rows, LOG_COUNT_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!log_place(journal, &rows[i], err))
            return false;
    return true;
}

/* The newest signature of an own log; MISSING is no error. */
static bool checkpoint_load(struct journal *journal, struct journal_log *log, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct checkpoint_row row;

    if (!checkpoint_newest(journal->db, &arena, log->id, &row, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    if (row.signature.size != SIGNATURE_SIZE || row.root.size != TLOG_HASH_SIZE)
        return error_set(err, ERROR_STORE, "log %s: a checkpoint is cut", log->origin);
    log->signed_size = (uint64_t)row.size;
    memcpy(log->signed_root.bytes, row.root.data, TLOG_HASH_SIZE);
    memcpy(log->signature, row.signature.data, SIGNATURE_SIZE);
    log->has_signature = true;
    return true;
}

/* The newest receipt of a log: T, and for a mirror the signature that may still have to be made. */
static bool receipt_load(struct journal *journal, struct journal_line *line,
                         struct journal_log *log, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct receipt_row row;

    if (!receipt_newest(journal->db, &arena, log->id, &row, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    if (log->kind == LOG_OUTGOING) {
        line->cosigned = (uint64_t)row.size;
        line->cosigned_time_s = row.time_s;
        return true;
    }
    log->signed_time_s = row.time_s;
    if (row.signature.size != SIGNATURE_SIZE || row.root.size != TLOG_HASH_SIZE)
        return true; /* custody was given and not yet signed: the same bytes are made now */
    log->signed_size = (uint64_t)row.size;
    memcpy(log->signed_root.bytes, row.root.data, TLOG_HASH_SIZE);
    memcpy(log->signature, row.signature.data, SIGNATURE_SIZE);
    log->has_signature = true;
    return true;
}

/* What the partner had seen of our log when it wrote its newest business that was not refused. */
static bool seen_load(struct journal *journal, struct journal_line *line, struct error *err)
{
    return line->last_seen != (uint64_t)LOG_SEEN_UNKNOWN ||
           held_seen_floor(journal, line, line->in.id, INT64_MAX, &line->last_seen, err);
}

/* Posts before the restart may have arrived: not before the oldest entry without receipt was written. */
static bool posted_load(struct journal *journal, struct journal_line *line, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    struct entry_row row;

    if (line->out.signed_size <= line->cosigned)
        return true;
    if (!entry_find_index(journal->db, &arena, line->out.id, (int64_t)line->cosigned, &row, err))
        return false;
    line->posted_to = line->out.signed_size;
    line->first_post_ms = row.created_ms;
    return true;
}

static bool disputes_load(struct journal *journal, struct journal_line *line, struct error *err)
{
    for (size_t i = 0; i < journal_log_count(line, SIDE_OWN); i++) {
        int64_t count = 0;
        int64_t newest_ms = 0;
        if (!dispute_sum(journal->db, journal_log_id(line, SIDE_OWN, i), &count, &newest_ms, err))
            return false;
        line->disputes += (uint64_t)count;
        if (newest_ms > line->disputed_ms)
            line->disputed_ms = newest_ms;
    }
    return true;
}

static bool lines_load(struct journal *journal, struct error *err)
{
    for (size_t i = 0; i < journal->line_count; i++) {
        struct journal_line *line = &journal->lines[i];
        if (!line_keys(line, err) || !checkpoint_load(journal, &line->out, err) ||
            !receipt_load(journal, line, &line->out, err) ||
            !receipt_load(journal, line, &line->in, err) || !number_owed_load(journal, line, err) ||
            !witness_load(journal, line, err) || !seen_load(journal, line, err) ||
            !posted_load(journal, line, err) || !held_load(journal, line, err) ||
            !versions_load(journal, line, err) || !governance_load(journal, line, err) ||
            !resume_load(journal, line, err) || !disputes_load(journal, line, err))
            return false;
        line->ahead = line->out.signed_size > line->cosigned ? 1 : 0;
    }
    return true;
}

static bool counters_load(struct journal *journal, struct error *err)
{
    int64_t last_entry = 0;
    int64_t last_sequence = 0;
    if (!entry_last_id(journal->db, &last_entry, err) ||
        !sequence_last(journal->db, &last_sequence, err))
        return false;
    journal->next_entry = last_entry + 1;
    journal->next_sequence = last_sequence + 1;
    return true;
}

bool journal_open(struct journal *journal, const struct journal_options *options,
                  struct database *db, struct error *err)
{
    *journal = (struct journal){
        .env = options->env, .db = db, .keeper = options->keeper, .options = *options};
    journal->opened_ms = journal->env->monotonic_ms(journal->env->context);
    journal->arena = arena_make(ARENA_SIZE);
    snprintf(journal->party, sizeof journal->party, "%.*s", SPAN_ARG(options->party));
    snprintf(journal->home, sizeof journal->home, "%s", options->home);
    if (options->audit_copy != NULL)
        snprintf(journal->audit_copy.directory, sizeof journal->audit_copy.directory, "%s",
                 options->audit_copy);
    job_queue_start(&journal->queue);
    journal->cache = cache_make(CACHE_SIZE);
    journal->drops = buffer_make(1024 * 1024);
    journal->refusal = buffer_make(BODY_SIZE_MAX);
    if (journal->cache == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!keeper_public_keys(&journal->keeper, &journal->keys, err) ||
        !keeper_sets(&journal->keeper, &journal->sets, err) || !counters_load(journal, err) ||
        !agreements_load(journal, err) || !logs_load(journal, err) ||
        !apply_number_check(journal, err) || !lines_load(journal, err) ||
        !restored_load(journal, err))
        return error_add(err, "opening the books");
    if (journal->domestic.id != 0 && !checkpoint_load(journal, &journal->domestic, err))
        return error_add(err, "opening the books");
    journal->must_level = true;
    return seal_ask_keeper(journal, err) || error_add(err, "opening the books");
}

void journal_close(struct journal *journal)
{
    log_free(&journal->domestic);
    for (size_t i = 0; i < journal->line_count; i++) {
        log_free(&journal->lines[i].out);
        log_free(&journal->lines[i].in);
        versions_free(&journal->lines[i]);
    }
    cache_free(&journal->cache);
    buffer_free(&journal->drops);
    buffer_free(&journal->refusal);
    secret_wipe(journal->key_pool, sizeof journal->key_pool);
    arena_free(&journal->arena);
    job_queue_end(&journal->queue);
}

bool log_make(struct journal *journal, const struct log_row *given, struct journal_log *out,
              struct error *err)
{
    struct compact_range empty = compact_range_empty();
    struct buffer frontier CLEANUP(buffer_free) = buffer_make(sizeof empty + 64);
    struct log_row row = *given;

    row.id = journal->next_log;
    compact_range_write(&empty, &frontier);
    row.frontier = buffer_span(&frontier);
    if (!log_insert(journal->db, &row, err) || !log_load(out, &row, err))
        return error_add(err, "making log %.*s", SPAN_ARG(row.origin));
    journal->next_log++;
    journal->must_level = true;
    return true;
}

bool journal_create(struct journal *journal, struct error *err)
{
    char origin[ORIGIN_SIZE_MAX + 1];
    snprintf(origin, sizeof origin, "%s/domestic/0", journal->party);
    return log_make(journal, &(struct log_row){.origin = span_text(origin), .kind = LOG_DOMESTIC},
                    &journal->domestic, err);
}

static bool line_log_make(struct journal *journal, struct journal_line *line, enum log_kind kind,
                          const char *origin, struct journal_log *out, struct error *err)
{
    struct log_row row = {.origin = span_text(origin),
                          .kind = kind,
                          .agreement = span_text(line->agreement_id),
                          .partner = span_text(line->partner)};
    return log_make(journal, &row, out, err);
}

bool journal_adopt(struct journal *journal, struct span cms, struct span document,
                   const uint8_t fingerprint[DIGEST_SIZE], struct error *err)
{
    char origin[2][ORIGIN_SIZE_MAX + 1];
    (void)document;

    if (!line_add(journal, cms, false, err))
        return false;
    struct journal_line *line = &journal->lines[journal->line_count - 1];
    if (journal_line_to(journal, span_text(line->partner)) != line) {
        journal->line_count--; /* calls of a partner are told apart by its name alone */
        versions_free(line);
        return error_set(err, ERROR_CONFLICT, "an agreement with %s is in force here already",
                         line->partner);
    }
    struct agreement_row row = {.agreement = span_text(line->agreement_id),
                                .version = line->agreement.version,
                                .cms = cms,
                                .fingerprint = span_make(fingerprint, DIGEST_SIZE),
                                .imported_ms = journal_now_ms(journal)};
    snprintf(origin[0], sizeof origin[0], "%s/%s/to/%s/0", journal->party, line->agreement_id,
             line->partner);
    snprintf(origin[1], sizeof origin[1], "%s/%s/to/%s/0", line->partner, line->agreement_id,
             journal->party);
    bool ok = agreement_insert(journal->db, &row, err) &&
              line_log_make(journal, line, LOG_OUTGOING, origin[0], &line->out, err) &&
              line_log_make(journal, line, LOG_MIRROR, origin[1], &line->in, err) &&
              line_keys(line, err) && versions_load(journal, line, err);
    if (!ok) {
        journal->line_count--;
        versions_free(line);
    }
    return ok || error_add(err, "adopting the agreement");
}
