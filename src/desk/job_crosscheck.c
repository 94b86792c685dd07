/*
 * Background: follows the journal sequence, so that what was held back and handled later is not missed. Each request and
 * message that gives gets its match keys (our own got them when they were written: send.c); each request to us that waits for
 * an answer, and what is given to us unasked, is cross-checked, as a consultation by the node, and whoever keeps a record that
 * the desk may not see is told that it was touched. An entry that cannot be read stops no other one: it is noted, told by
 * doctor and status, and tried again until it can be, or is erased.
 */
#include "desk/crosscheck.h"

#include "base/text.h"
#include "desk/own.h"

#include <inttypes.h>
#include <stdio.h>

#define POSITION_SETTING "crosscheck-position"
#define STEP_ROWS        32u /* of the sequence, in one transaction */
#define RETRY_ROWS       4u  /* of what failed before, in one transaction */
#define RETRY_FIRST_MS   INT64_C(60000)
#define RETRY_MOST_MS                                                                              \
    (INT64_C(6) * 3600000) /* a body that an administrator brought back is checked the same shift */
#define RETRY_TRIES_MAX INT64_C(1000000)
#define STEP_ARENA      (16u * 1024u * 1024u)

static bool position_get(struct journal *journal, struct arena *arena, int64_t *out,
                         struct error *err)
{
    struct span text;
    uint64_t number = 0;

    *out = 0;
    if (!setting_get(journal->db, arena, POSITION_SETTING, &text, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        return true;
    }
    if (!number_read(text, &number) || number > (uint64_t)JSON_INTEGER_MAX)
        return error_set(err, ERROR_STORE, "the place of the cross-check cannot be read");
    *out = (int64_t)number;
    return true;
}

static bool position_put(struct journal *journal, int64_t position, struct error *err)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, position);
    return setting_put(journal->db, POSITION_SETTING, span_text(text), err);
}

/* --- one request --- */

static bool is_waiting(struct journal *journal, const struct journal_line *line,
                       const struct entry_row *row, struct arena *arena, bool *out,
                       struct error *err)
{
    struct answer_row answer;
    size_t count = 0;

    *out = row->type == MESSAGE_SPONTANEOUS && journal_side(line, row->log) == SIDE_PARTNER;
    if (row->type != MESSAGE_REQUEST || journal_side(line, row->log) != SIDE_PARTNER)
        return true;
    if (!answer_list(journal->db, arena, row->id, &answer, 1, &count, err))
        return false;
    *out = count == 0;
    return true;
}

/* Not even a number of what was found stands in the log: who reads it may be one who may not know that there is something. */
//= dir-2016-680 art 25(1)
static bool consultation_write(struct journal *journal, const struct span *item, struct error *err)
{
    struct act act = {.officer = span_text("node"),
                      .unit = span_text("node"),
                      .act = span_text("crosscheck"),
                      .outcome = span_text("done")};

    act.reason = span_text("cross-check of a new request");
    return (act_set_objects(&act, item, 1) ||
            error_set(err, ERROR_LIMIT, "the access entry does not fit in memory")) &&
           journal_access(journal, &act, err);
}

static bool keepers_tell(struct journal *journal, int64_t entry, const struct crosscheck *check,
                         struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < check->keeper.count; i++) {
        const struct crosscheck_hit *hit = &check->keeper.list[i];
        struct touch_row touch = {.entry = entry,
                                  .side = hit->side,
                                  .object = hit->object,
                                  .at_ms = journal->env->now_ms(journal->env->context)};
        struct case_row keepers[CROSSCHECK_KEEPER_MAX];
        size_t count = 0;
        if (!crosscheck_keepers(journal, hit, arena, keepers, &count, err))
            return false;
        if (count == 0 && !crosscheck_touch_note(journal, &touch, span_text(""), err))
            return false;
        for (size_t k = 0; k < count; k++)
            if (!crosscheck_touch_note(journal, &touch, keepers[k].unit, err))
                return false;
    }
    return true;
}

//= dir-2023-977 art 16(1)(d)
static bool request_check(struct journal *journal, const struct journal_line *line,
                          const struct entry_row *row, struct crosscheck *check,
                          struct arena *arena, struct error *err)
{
    struct own_viewer viewer = own_viewer_of(span_text(""), check->keys.purpose);

    return crosscheck_find(check, span_text(line->agreement_id), row->id, err) &&
           crosscheck_own(check, &viewer, err) && keepers_tell(journal, row->id, check, arena, err);
}

static bool has_keys(const struct entry_row *row)
{
    return row->type == MESSAGE_REQUEST || message_type_gives_items((enum message_type)row->type);
}

bool crosscheck_remember(struct match_keys *keys, const struct journal_line *line,
                         const struct entry_row *row, struct error *err)
{
    return !has_keys(row) ||
           (match_keys_of_entry(keys, line, row, err) &&
            match_keys_put(keys, span_text(line->agreement_id), KEY_ITEM, row->id, err));
}

/* *consulted: the item whose request was compared; stays empty for what is only entered. */
static bool entry_take(struct journal *journal, int64_t entry, struct arena *arena,
                       struct span *consulted, struct error *err)
{
    struct crosscheck *check = arena_alloc(arena, sizeof *check);
    struct entry_row row;
    bool waits = false;

    if (check == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!entry_find(journal->db, arena, entry, &row, err)) {
        bool is_missing = err->kind == ERROR_MISSING; /* pruned */
        if (is_missing)
            error_clear(err);
        return is_missing;
    }
    const struct journal_line *line = line_of_entry(journal, row.log);
    if (line == NULL || !has_keys(&row) || row.body_state != BODY_HELD)
        return true;
    if (!match_keys_begin(journal, arena, &check->keys, err) ||
        !crosscheck_remember(&check->keys, line, &row, err) ||
        !is_waiting(journal, line, &row, arena, &waits, err))
        return false;
    if (waits)
        *consulted = item_name(line, row.log, row.message_id, arena);
    return !waits || request_check(journal, line, &row, check, arena, err);
}

/* --- one that fails --- */

static bool failure_note(struct journal *journal, int64_t entry, struct arena *arena,
                         const struct error *failure, struct error *err)
{
    struct unchecked_row row = {.entry = entry,
                                .first_ms = journal->env->now_ms(journal->env->context)};
    int64_t now_ms = row.first_ms;
    int64_t wait_ms = RETRY_FIRST_MS;

    if (!unchecked_find(journal->db, arena, entry, &row, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
    }
    if (row.tries < RETRY_TRIES_MAX)
        row.tries++;
    for (int64_t i = 1; i < row.tries && wait_ms < RETRY_MOST_MS; i++)
        wait_ms *= 2;
    row.again_ms = now_ms + (wait_ms < RETRY_MOST_MS ? wait_ms : RETRY_MOST_MS);
    row.reason = span_text(failure->text);
    return unchecked_put(journal->db, &row, err);
}

/* In a savepoint of its own: what fails while disk and keeper are well fails for this entry alone. It is noted and tried
 * again, and the requests behind it are checked. */
static bool entry_try(struct journal *journal, int64_t entry, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(STEP_ARENA);
    struct span consulted = span_text("");
    struct error failure = {0};

    if (!database_savepoint(journal->db, err))
        return false;
    if (entry_take(journal, entry, &arena, &consulted, &failure))
        return database_release(journal->db, err) && unchecked_drop(journal->db, entry, err) &&
               (consulted.size == 0 || consultation_write(journal, &consulted, err));
    *err = failure;
    if (database_is_dead(journal->db) || failure.kind == ERROR_BUSY)
        return false;
    if (!database_rollback_savepoint(journal->db, err) || !journal_keeper_is_well(journal, err))
        return false;
    error_clear(err);
    return failure_note(journal, entry, &arena, &failure, err);
}

static bool retry(struct journal *journal, struct arena *arena, struct error *err)
{
    struct unchecked_row rows[RETRY_ROWS];
    size_t count = 0;

    if (!unchecked_list(journal->db, arena, journal->env->now_ms(journal->env->context), rows,
                        RETRY_ROWS, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!entry_try(journal, rows[i].entry, err))
            return false;
    return true;
}

/* --- the sequence --- */

static bool is_to_take(const struct sequence_row *row)
{
    return row->entry > 0 && row->kind != SEQUENCE_RECEIPT &&
           (row->kind == SEQUENCE_APPENDED || row->outcome == OUTCOME_ACCEPTED);
}

bool desk_crosscheck_step(struct journal *journal, bool *more, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(256u * 1024u);
    struct sequence_row *rows = arena_array(&arena, STEP_ROWS, sizeof *rows);
    int64_t position = 0;
    size_t count = 0;

    *more = false;
    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!position_get(journal, &arena, &position, err) ||
        !sequence_list(journal->db, &arena, position, rows, STEP_ROWS, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_to_take(&rows[i]) && !entry_try(journal, rows[i].entry, err))
            return error_add(err, "cross-check");
    if (!retry(journal, &arena, err))
        return error_add(err, "cross-check");
    *more = count == STEP_ROWS;
    return count == 0 || position_put(journal, rows[count - 1].n, err);
}
