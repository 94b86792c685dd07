/* Thinning of witness statements: see thin.h. */
#include "journal/thin.h"

#include "journal/private.h"
#include "store/thin_rows.h"

#include <stdio.h>

struct step {
    struct journal *journal;
    struct span origin;
    int64_t cut_s; /* hours from here on are not touched */
    int64_t place; /* where it began */
    struct thin_row *rows;
    size_t count;
    size_t due; /* so many of them, from the first on, are old enough */
};

/* Our own log of this origin; 0: a partner's, whose checkpoints are not here. */
static int64_t own_log(const struct journal *journal, struct span origin)
{
    const struct journal_chain *past = &journal->domestic_past;

    for (size_t i = 0; i < past->count; i++)
        if (span_is(origin, past->past[i].origin))
            return past->past[i].id;
    return span_is(origin, journal->domestic.origin) ? journal->domestic.id : 0;
}

static bool is_same_hour(const struct thin_row *a, const struct thin_row *b)
{
    return a->time_s / THIN_HOUR_S == b->time_s / THIN_HOUR_S;
}

/* A later statement of the same witness in the same hour says all that this one says. */
static bool is_covered(const struct step *step, size_t at)
{
    const struct thin_row *row = &step->rows[at];

    for (size_t i = at + 1; i < step->due && is_same_hour(row, &step->rows[i]); i++)
        if (span_equal(step->rows[i].witness, row->witness))
            return true;
    return false;
}

/* Up to where nothing is left to look at. The hour in which a full step ends goes on behind it: it is read again, unless it
 * fills the step alone. */
static int64_t place_after(const struct step *step)
{
    size_t at = step->due;

    if (at < step->count)
        return step->rows[at].size - 1;
    if (at < THIN_STEP)
        return at == 0 ? step->place : step->rows[at - 1].size;
    while (at > 0 && is_same_hour(&step->rows[at - 1], &step->rows[step->due - 1]))
        at--;
    return at == 0 ? step->rows[step->due - 1].size : step->rows[at].size - 1;
}

static bool statements_thin(struct step *step, size_t *gone, struct error *err)
{
    struct database *db = step->journal->db;

    while (step->due < step->count && step->rows[step->due].time_s < step->cut_s)
        step->due++;
    for (size_t i = 0; i < step->due; i++) {
        if (!is_covered(step, i))
            continue;
        if (!thin_statement(db, step->origin, &step->rows[i], err))
            return false;
        (*gone)++;
    }
    int64_t to = place_after(step), log = own_log(step->journal, step->origin);
    if (to <= step->place)
        return true;
    return (log == 0 || thin_checkpoints(db, log, step->origin, step->place, to, err)) &&
           thin_place_put(db, step->origin, to, err);
}

static bool origin_step(struct journal *journal, int64_t now_ms, struct span origin, size_t *gone,
                        bool *is_done, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct step step = {.journal = journal,
                        .origin = origin,
                        .cut_s = (now_ms - THIN_AFTER_MS) / 1000 / THIN_HOUR_S * THIN_HOUR_S,
                        .rows = arena_array(&arena, THIN_STEP, sizeof *step.rows)};

    if (step.rows == NULL)
        return error_set(err, ERROR_LIMIT, "thinning: out of memory");
    if (!thin_place_get(journal->db, origin, &step.place, err) ||
        !thin_list(journal->db, &arena, origin, step.place, step.rows, THIN_STEP, &step.count,
                   err) ||
        !statements_thin(&step, gone, err))
        return false;
    *is_done = step.due < THIN_STEP;
    return true;
}

static bool origin_next(struct journal *journal, struct thin_walk *walk, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct span origin;

    if (!thin_origin_next(journal->db, &arena, span_text(walk->origin), &origin, err)) {
        walk->is_over = err->kind == ERROR_MISSING;
        if (walk->is_over)
            error_clear(err);
        return walk->is_over;
    }
    snprintf(walk->origin, sizeof walk->origin, "%.*s", SPAN_ARG(origin));
    return true;
}

bool journal_thin(struct journal *journal, int64_t now_ms, struct thin_walk *walk, size_t *gone,
                  struct error *err)
{
    bool is_done = walk->origin[0] == '\0';

    *gone = 0;
    if (!is_done && !origin_step(journal, now_ms, span_text(walk->origin), gone, &is_done, err))
        return error_add(err, "thinning %s", walk->origin);
    return !is_done || origin_next(journal, walk, err);
}
