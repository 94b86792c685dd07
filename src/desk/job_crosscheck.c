/*
 * Background: follows the journal sequence, so that what was held back and handled later is not missed. Each request and
 * answer gets its match keys; each request to us that waits for an answer is cross-checked, as a consultation by the node,
 * and whoever keeps a record that the desk may not see is told that it was touched.
 */
#include "desk/crosscheck.h"

#include "base/text.h"
#include "desk/own.h"

#include <inttypes.h>
#include <stdio.h>

#define POSITION_SETTING "crosscheck-position"
#define STEP_ROWS        32u /* of the sequence, in one transaction */
#define STEP_ARENA       (16u * 1024u * 1024u)

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

    *out = false;
    if (row->type != MESSAGE_REQUEST || journal_side(line, row->log) != SIDE_PARTNER)
        return true;
    if (!answer_list(journal->db, arena, row->id, &answer, 1, &count, err))
        return false;
    *out = count == 0;
    return true;
}

/* Not even a number of what was found stands in the log: who reads it may be one who may not know that there is something. */
//= dir-2016-680 art 25(1)
static bool consultation_write(struct journal *journal, const struct journal_line *line,
                               const struct entry_row *row, struct arena *arena, struct error *err)
{
    struct span objects[1] = {item_name(line, row->log, row->message_id, arena)};
    struct act act = {.officer = span_text("node"),
                      .unit = span_text("node"),
                      .act = span_text("crosscheck"),
                      .outcome = span_text("done")};

    act.reason = span_text("cross-check of a new request");
    return (act_set_objects(&act, objects, 1) ||
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
           crosscheck_own(check, &viewer, err) &&
           keepers_tell(journal, row->id, check, arena, err) &&
           consultation_write(journal, line, row, arena, err);
}

static bool entry_take(struct journal *journal, int64_t entry, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(STEP_ARENA);
    struct crosscheck *check = arena_alloc(&arena, sizeof *check);
    struct entry_row row;
    bool waits = false;

    if (check == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!entry_find(journal->db, &arena, entry, &row, err)) {
        bool is_missing = err->kind == ERROR_MISSING; /* pruned */
        if (is_missing)
            error_clear(err);
        return is_missing;
    }
    const struct journal_line *line = line_of_entry(journal, row.log);
    bool is_of_kind = row.type == MESSAGE_REQUEST || row.type == MESSAGE_ANSWER;
    if (line == NULL || !is_of_kind || row.body_state != BODY_HELD)
        return true;
    return match_keys_begin(journal, &arena, &check->keys, err) &&
           match_keys_of_entry(&check->keys, line, &row, err) &&
           match_keys_put(&check->keys, span_text(line->agreement_id), KEY_ITEM, row.id, err) &&
           is_waiting(journal, line, &row, &arena, &waits, err) &&
           (!waits || request_check(journal, line, &row, check, &arena, err));
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
        if (is_to_take(&rows[i]) && !entry_take(journal, rows[i].entry, err))
            return error_add(err, "cross-check");
    *more = count == STEP_ROWS;
    return count == 0 || position_put(journal, rows[count - 1].n, err);
}
