/* Fresh receipts: see fresh.h. */
#include "journal/fresh.h"

#include "base/text.h"
#include "journal/private.h"
#include "journal/resume.h"
#include "message/reference.h"
#include "tlog/proof.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* --- the side that asks --- */

static bool is_waiting(const struct journal_log *log)
{
    return log->id != 0 && log->awaits_fresh > 0 && log->read_only[0] == '\0';
}

bool journal_fresh_question(struct journal *journal, struct journal_line *line, struct buffer *out,
                            struct error *err)
{
    struct fresh_question question = {.out = ""};
    bool wants_domestic = is_waiting(&journal->domestic) && !line->has_said_domestic;

    if (!is_waiting(&line->out) && !is_waiting(&line->in) && !wants_domestic)
        return error_set(err, ERROR_MISSING, "no fresh receipt of %s is wanted", line->partner);
    if (is_waiting(&line->out))
        snprintf(question.out, sizeof question.out, "%s", line->out.origin);
    if (is_waiting(&line->in))
        snprintf(question.in, sizeof question.in, "%s", line->in.origin);
    if (wants_domestic)
        snprintf(question.domestic, sizeof question.domestic, "%s", journal->domestic.origin);
    return keeper_fresh_nonce(&journal->keeper, question.nonce, err) &&
           (fresh_question_write(&question, out) ||
            error_set(err, ERROR_BUG, "a question for a fresh receipt does not fit"));
}

/* The keeper holds more than the partner: the leaves show that the one begins with the other. */
static bool proof_make(struct journal *journal, const struct journal_log *log, uint64_t from,
                       uint64_t to, struct tlog_hash proof[PROOF_COUNT_MAX], size_t *count,
                       struct error *err)
{
    struct tlog_hash *leaves = NULL;

    *count = 0;
    if (from == 0 || from >= to)
        return true;
    if (!log_leaves(journal, log, to, &leaves, err))
        return false;
    struct proof_leaves nodes = {leaves, (size_t)to};
    bool ok = proof_make_consistency(from, to, proof_nodes_get, &nodes, proof, count);
    free(leaves);
    return ok || error_set(err, ERROR_BUG, "log %s: no proof from %" PRIu64 " to %" PRIu64,
                           log->origin, from, to);
}

static bool word_take(struct journal *journal, struct journal_log *log, struct journal_line *line,
                      const struct fresh_word *word, struct error *err)
{
    struct keeper_fresh_word told = {.kind = log_slot(log),
                                     .origin = span_text(log->origin),
                                     .size = word->size,
                                     .root = word->root,
                                     .time_s = word->time_s};
    struct keeper_state state = {.size = 0};
    struct tlog_hash proof[PROOF_COUNT_MAX];

    if (word->size > log->size)
        return error_set(err, ERROR_CONFLICT,
                         "log %s: %s holds %" PRIu64 " entries, our books %" PRIu64
                         ": they are behind, resume first (docs/recovery.md)",
                         log->origin, line->partner, word->size, log->size);
    memcpy(told.signature, word->signature, sizeof told.signature);
    memcpy(told.receipt, word->receipt, sizeof told.receipt);
    if (!log_feed(journal, log, word->size, err) ||
        !keeper_state(&journal->keeper, told.kind, told.origin, &state, err) ||
        !proof_make(journal, log, word->size, state.size, proof, &told.proof_count, err))
        return false;
    told.proof = proof;
    if (!keeper_fresh_take(&journal->keeper, &told, err))
        return error_add(err, "the fresh receipt of %s", line->partner);
    log->awaits_fresh--; /* the next leveling reads it from the keeper */
    journal->must_level = true;
    journal->level_after_ms = 0;
    return true;
}

static struct journal_log *log_of_word(struct journal *journal, struct journal_line *line,
                                       const struct fresh_word *word)
{
    struct journal_log *logs[] = {&line->out, &line->in, &journal->domestic};

    for (size_t i = 0; i < ARRAY_COUNT(logs); i++)
        if (is_waiting(logs[i]) && strcmp(logs[i]->origin, word->origin) == 0)
            return logs[i];
    return NULL;
}

bool journal_fresh_take(struct journal *journal, struct journal_line *line, struct span bytes,
                        struct error *err)
{
    struct fresh_answer answer;
    struct error last = {.kind = ERROR_NONE};
    size_t taken = 0;

    if (!fresh_answer_read(bytes, &answer, err))
        return error_add(err, "what %s answers", line->partner);
    for (size_t i = 0; i < answer.count; i++) {
        struct journal_log *log = log_of_word(journal, line, &answer.words[i]);
        struct error found = {.kind = ERROR_NONE};
        if (log == NULL)
            continue;
        if (!word_take(journal, log, line, &answer.words[i], &found)) {
            last = found;
            continue;
        }
        line->has_said_domestic = line->has_said_domestic || log == &journal->domestic;
        taken++;
    }
    if (last.kind == ERROR_NONE && taken == 0)
        error_set(&last, ERROR_LINK, "%s says nothing about a log that waits for its word",
                  line->partner);
    if (last.kind == ERROR_NONE)
        return true;
    *err = last;
    return false;
}

/* --- the partner's side --- */

/* Size, root and our partner's own receipt, as it gave it for our newest checkpoint. */
static bool receipt_look(struct journal *journal, const struct journal_line *line,
                         struct keeper_fresh *fresh, struct fresh_word *word, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct receipt_row row;

    tlog_empty_root(&fresh->root);
    if (!receipt_newest(journal->db, &arena, line->out.id, &row, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    if (row.root.size != TLOG_HASH_SIZE || row.signature.size != SIGNATURE_SIZE)
        return error_set(err, ERROR_STORE, "a receipt of %s is cut", line->out.origin);
    fresh->size = (uint64_t)row.size;
    memcpy(fresh->root.bytes, row.root.data, TLOG_HASH_SIZE);
    word->time_s = row.time_s;
    memcpy(word->receipt, row.signature.data, SIGNATURE_SIZE);
    return true;
}

static bool word_add(struct journal *journal, const struct journal_line *line,
                     enum keeper_slot kind, const char *origin, const uint8_t *nonce,
                     struct fresh_answer *answer, struct error *err)
{
    struct fresh_word *word = &answer->words[answer->count];
    struct keeper_fresh fresh = {.kind = kind, .origin = span_text(origin)};

    *word = (struct fresh_word){.size = 0};
    snprintf(word->origin, sizeof word->origin, "%s", origin);
    memcpy(fresh.nonce, nonce, sizeof fresh.nonce);
    fresh.set = own_set(journal, &line->own_keys);
    if ((kind == KEEPER_LOG && !receipt_look(journal, line, &fresh, word, err)) ||
        !keeper_fresh_sign(&journal->keeper, &fresh, err))
        return false;
    word->size = fresh.size;
    word->root = fresh.root;
    memcpy(word->signature, fresh.signature, sizeof word->signature);
    answer->count++;
    return true;
}

static bool is_domestic_of(const struct journal_line *line, const char *origin)
{
    struct span text = span_text(origin);

    return text.size > 0 && origin_is_domestic(text) && span_is(origin_party(text), line->partner);
}

bool journal_fresh_answer(struct journal *journal, struct journal_line *line, struct span bytes,
                          struct buffer *out, struct error *err)
{
    struct fresh_question question;
    struct fresh_answer answer = {.count = 0};
    const uint8_t *nonce = question.nonce;

    if (!fresh_question_read(bytes, &question, err))
        return false;
    if (line->is_unproved || !line->has_met || journal_is_behind(line))
        return error_set(err, ERROR_BUSY,
                         "the books of %s have just started or were restored themselves: they do "
                         "not know yet",
                         journal->party);
    if ((strcmp(question.out, line->in.origin) == 0 &&
         !word_add(journal, line, KEEPER_CUSTODY, question.out, nonce, &answer, err)) ||
        (strcmp(question.in, line->out.origin) == 0 &&
         !word_add(journal, line, KEEPER_LOG, question.in, nonce, &answer, err)) ||
        (is_domestic_of(line, question.domestic) &&
         !word_add(journal, line, KEEPER_WITNESS, question.domestic, nonce, &answer, err)))
        return false;
    return fresh_answer_write(&answer, out) ||
           error_set(err, ERROR_LIMIT, "a fresh receipt does not fit");
}

/* --- recovery: what the books hold --- */

static bool keys_pin(struct arena *arena, const char *origin, const uint8_t *const *keys,
                     size_t count, struct keeper_lost_log *out, struct error *err)
{
    out->keys = arena_array(arena, count, sizeof *out->keys);
    out->key_count = count;
    if (!arena_copy(arena, span_text(origin), &out->origin) || (count > 0 && out->keys == NULL))
        return error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < count; i++)
        memcpy(out->keys[i], keys[i], SIGNATURE_PUBLIC_SIZE);
    return true;
}

/* The partner's domestic log that we witness: our own newest cosignature says where it stood. */
static bool witnessed_find(struct journal *journal, struct journal_line *line, struct arena *arena,
                           struct keeper_lost_log *out, bool *is_there, struct error *err)
{
    char name[NAME_SIZE_MAX + 32];
    struct witness_row row;
    struct span note;

    *is_there = false;
    if (!witness_note(journal, line, arena, &note, err))
        return false;
    if (!line_take(&note, &out->origin) || !arena_copy(arena, out->origin, &out->origin))
        return true; /* never witnessed: it begins when it is shown */
    snprintf(name, sizeof name, "%s/witness/%u", journal->party, line->own_keys.number);
    *is_there = true;
    if (!witness_newest(journal->db, arena, out->origin, span_text(name), &row, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    if (row.root.size != TLOG_HASH_SIZE || row.signature.size != SIGNATURE_SIZE)
        return error_set(err, ERROR_STORE, "a witness statement of ours is cut");
    out->size = (uint64_t)row.size;
    memcpy(out->root.bytes, row.root.data, TLOG_HASH_SIZE);
    out->time_s = row.time_s;
    out->signature = row.signature.data;
    return true;
}

static bool line_logs(struct journal *journal, struct journal_line *line, struct arena *arena,
                      struct keeper_lost_log *out, size_t *count, struct error *err)
{
    const uint8_t *custody = line->partner_keys.custody;
    struct keeper_lost_log *logs = &out[*count];
    bool is_there = false;

    logs[0] = (struct keeper_lost_log){.kind = KEEPER_LOG};
    logs[1] = (struct keeper_lost_log){.kind = KEEPER_CUSTODY};
    logs[2] = (struct keeper_lost_log){.kind = KEEPER_WITNESS};
    if (!keys_pin(arena, line->out.origin, &custody, 1, &logs[0], err) ||
        !keys_pin(arena, line->in.origin, &custody, 1, &logs[1], err) ||
        !witnessed_find(journal, line, arena, &logs[2], &is_there, err))
        return false;
    *count += is_there ? 3 : 2;
    return true;
}

bool journal_keeper_logs(struct journal *journal, struct arena *arena, struct keeper_lost_log *out,
                         size_t *count, struct error *err)
{
    const uint8_t *witnesses[PARTNER_COUNT_MAX];

    *count = 0;
    for (size_t i = 0; i < journal->line_count; i++) {
        witnesses[i] = journal->lines[i].partner_keys.witness;
        if (!line_logs(journal, &journal->lines[i], arena, out, count, err))
            return false;
    }
    out[*count] =
        (struct keeper_lost_log){.kind = KEEPER_LOG, .origin = span_text(journal->domestic.origin)};
    return journal->domestic.id == 0 || keys_pin(arena, journal->domestic.origin, witnesses,
                                                 journal->line_count, &out[(*count)++], err);
}
