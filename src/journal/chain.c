/* Logs that ended and positions over them: see journal.h and private.h. */
#include "journal/private.h"

#include <inttypes.h>
#include <stdio.h>

bool chain_add(struct journal *journal, struct journal_chain *chain,
               const struct journal_past *past, struct error *err)
{
    if (chain->past == NULL)
        chain->past = arena_array(&journal->arena, CHAIN_COUNT_MAX, sizeof *chain->past);
    if (chain->past == NULL || chain->count == CHAIN_COUNT_MAX)
        return error_set(err, ERROR_LIMIT, "log %s: %u logs of its line ended already",
                         past->origin, CHAIN_COUNT_MAX);
    struct journal_past *added = &chain->past[chain->count];
    *added = *past;
    added->base = chain->base;
    chain->base += added->size;
    chain->count++;
    return true;
}

static const struct journal_chain *chain_of(const struct journal_line *line, enum log_side side)
{
    return side == SIDE_OWN ? &line->out_past : &line->in_past;
}

static const struct journal_log *current_of(const struct journal_line *line, enum log_side side)
{
    return side == SIDE_OWN ? &line->out : &line->in;
}

size_t journal_log_count(const struct journal_line *line, enum log_side side)
{
    return chain_of(line, side)->count + 1;
}

int64_t journal_log_id(const struct journal_line *line, enum log_side side, size_t i)
{
    const struct journal_chain *chain = chain_of(line, side);
    return i < chain->count ? chain->past[i].id : current_of(line, side)->id;
}

static bool is_of_side(const struct journal_line *line, enum log_side side, int64_t log)
{
    for (size_t i = 0; i < journal_log_count(line, side); i++)
        if (journal_log_id(line, side, i) == log)
            return true;
    return false;
}

enum log_side journal_side(const struct journal_line *line, int64_t log)
{
    if (is_of_side(line, SIDE_OWN, log))
        return SIDE_OWN;
    return is_of_side(line, SIDE_PARTNER, log) ? SIDE_PARTNER : SIDE_NONE;
}

const char *journal_origin(const struct journal_line *line, int64_t log)
{
    enum log_side side = journal_side(line, log);
    const struct journal_chain *chain = chain_of(line, side);

    for (size_t i = 0; i < chain->count; i++)
        if (chain->past[i].id == log)
            return chain->past[i].origin;
    return current_of(line, side)->origin;
}

enum log_side side_of_origin(const struct journal_line *line, struct span origin)
{
    enum log_side sides[] = {SIDE_OWN, SIDE_PARTNER};

    for (size_t k = 0; k < ARRAY_COUNT(sides); k++)
        for (size_t i = 0; i < journal_log_count(line, sides[k]); i++)
            if (span_is(origin, journal_origin(line, journal_log_id(line, sides[k], i))))
                return sides[k];
    return SIDE_NONE;
}

bool chain_position(const struct journal_line *line, enum log_side side, int64_t log,
                    uint64_t index, uint64_t *out)
{
    const struct journal_chain *chain = chain_of(line, side);

    *out = chain->base + index;
    if (current_of(line, side)->id == log)
        return true;
    for (size_t i = 0; i < chain->count; i++)
        if (chain->past[i].id == log) {
            *out = chain->past[i].base + index;
            return true;
        }
    return false;
}

void chain_place(const struct journal_line *line, enum log_side side, uint64_t position,
                 int64_t *log, uint64_t *index)
{
    const struct journal_chain *chain = chain_of(line, side);

    for (size_t i = 0; i < chain->count; i++)
        if (position < chain->past[i].base + chain->past[i].size) {
            *log = chain->past[i].id;
            *index = position - chain->past[i].base;
            return;
        }
    *log = current_of(line, side)->id;
    *index = position - chain->base;
}

uint64_t journal_handled(const struct journal_line *line)
{
    const struct journal_chain *chain = &line->in_past;

    for (size_t i = 0; i < chain->count; i++)
        if (chain->past[i].handled < chain->past[i].size)
            return chain->past[i].base + chain->past[i].handled;
    return chain->base + line->handled;
}

uint64_t journal_unhandled(const struct journal_line *line)
{
    return chain_size(line, SIDE_PARTNER) - journal_handled(line);
}

uint64_t chain_size(const struct journal_line *line, enum log_side side)
{
    return chain_of(line, side)->base + current_of(line, side)->size;
}

const struct succession_keys *chain_custody_keys(const struct journal_line *line,
                                                 enum log_side side, uint64_t position)
{
    const struct journal_chain *chain = chain_of(line, side);

    for (size_t i = 0; i < chain->count; i++)
        if (position <= chain->past[i].custody_to)
            return &chain->past[i].keys;
    return side == SIDE_OWN ? &line->own_keys : &line->partner_keys;
}

bool journal_find_message(struct journal *journal, const struct journal_line *line,
                          enum log_side side, struct span message_id, struct arena *arena,
                          struct entry_row *out, struct error *err)
{
    for (size_t i = journal_log_count(line, side); i-- > 0;) {
        if (entry_find_message(journal->db, arena, journal_log_id(line, side, i), message_id, out,
                               err))
            return true;
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
    }
    return error_set(err, ERROR_MISSING, "no such message");
}

bool chain_receipt_above(struct journal *journal, const struct journal_line *line,
                         uint64_t position, struct arena *arena, struct receipt_row *out,
                         bool *is_there, struct error *err)
{
    size_t found = 0;

    for (size_t i = 0; found == 0 && i < journal_log_count(line, SIDE_OWN); i++) {
        const struct journal_chain *chain = &line->out_past;
        uint64_t base = i < chain->count ? chain->past[i].base : chain->base;
        int64_t above = position > base ? (int64_t)(position - base) : 0;
        if (i < chain->count && position >= base + chain->past[i].size)
            continue;
        if (!receipt_list(journal->db, arena, journal_log_id(line, SIDE_OWN, i), above, out, 1,
                          &found, err))
            return false;
    }
    *is_there = found == 1;
    return true;
}

/* --- keys --- */

bool key_of(const char *party, const char *what, const struct succession_keys *keys,
            struct note_key *out, struct error *err)
{
    char name[NAME_SIZE_MAX + 32];

    snprintf(name, sizeof name, "%s/%s/%u", party, what, keys->number);
    return note_key_make(span_text(name), NOTE_COSIGNATURE,
                         strcmp(what, "custody") == 0 ? keys->custody : keys->witness, out) ||
           error_set(err, ERROR_INPUT, "key name %s is not allowed", name);
}

const struct journal_chain *chain_before(struct journal *journal, const struct journal_log *log)
{
    if (log->kind == LOG_DOMESTIC)
        return &journal->domestic_past;
    struct journal_line *line = line_of_log(journal, log->id);
    return log->kind == LOG_OUTGOING ? &line->out_past : &line->in_past;
}

uint8_t own_set(const struct journal *journal, const struct succession_keys *keys)
{
    const struct keeper_sets *sets = &journal->sets;

    for (size_t i = 0; i < sets->count; i++)
        if (memcmp(sets->keys[i].log, keys->log, sizeof keys->log) == 0 &&
            memcmp(sets->keys[i].custody, keys->custody, sizeof keys->custody) == 0)
            return sets->number[i];
    return KEYS_NOT_HELD;
}
