/*
 * Background: what is held too long. A pass goes through all that is due, line by line, and erases it in steps of a few
 * items, each its own transaction, so that officers never wait for it. The partner is told of each erasure; the domestic
 * log names what went. A step that a crash undoes is found due again: nothing is remembered but what the books say.
 */
#include "desk/retention.h"

#include "desk/own_dates.h"
#include "desk/private.h"

#include <inttypes.h>
#include <stdio.h>

static bool erasure_access(struct journal *journal, size_t total, const char *what,
                           const struct span *objects, size_t count, struct error *err)
{
    char reason[96];
    struct act act = {.officer = span_text("node"),
                      .unit = span_text("node"),
                      .act = span_text("retention-erase"),
                      .outcome = span_text("done")};

    snprintf(reason, sizeof reason, "%zu %s were held as long as the agreement allows", total,
             what);
    act.reason = span_text(reason);
    return (act_set_objects(&act, objects, count) ||
            error_set(err, ERROR_LIMIT, "the access entry does not fit in memory")) &&
           journal_access(journal, &act, err);
}

/* "<origin> <id>", with " part N" behind it. */
static bool object_name(struct journal *journal, const struct journal_line *line,
                        const struct retention_item *item, struct arena *arena, struct span *out,
                        struct error *err)
{
    struct arena scratch CLEANUP(arena_free) = arena_make(2 * (size_t)BODY_SIZE_MAX);
    struct entry_row row;
    char text[ACT_OBJECT_SIZE_MAX];

    if (!entry_find(journal->db, &scratch, item->entry, &row, err))
        return false;
    struct span name = item_name(line, row.log, row.message_id, &scratch);
    if (item->number == 0)
        snprintf(text, sizeof text, "%.*s", SPAN_ARG(name));
    else
        snprintf(text, sizeof text, "%.*s part %u", SPAN_ARG(name), item->number);
    return arena_copy(arena, span_text(text), out) ||
           error_set(err, ERROR_LIMIT, "retention: out of memory");
}

static bool items_erase(struct journal *journal, struct journal_line *line,
                        const struct retention_item *items, size_t count,
                        struct desk_retention_pass *pass, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(256 * 1024);
    struct span objects[RETENTION_STEP];
    size_t erased = 0;

    for (size_t i = 0; i < count; i++) {
        pass->waiting[items[i].wait]++;
        if (items[i].wait != RETENTION_GOES)
            continue;
        if (!object_name(journal, line, &items[i], &arena, &objects[erased], err) ||
            !journal_retention_erase(journal, line, &items[i], err))
            return error_add(err, "retention under %s", line->agreement_id);
        erased++;
    }
    pass->erased += erased;
    return erased == 0 || erasure_access(journal, erased, "items", objects, erased, err);
}

/* Where nobody acted for long, no partner confirmed the time either: this entry is witnessed with the partner's, and the
 * next pass goes on. */
static bool clock_ask(struct journal *journal, struct error *err)
{
    struct act act = {.officer = span_text("node"),
                      .unit = span_text("node"),
                      .act = span_text("retention-wait"),
                      .reason = span_text("no partner has confirmed the time for a week"),
                      .outcome = span_text("done")};

    return journal_access(journal, &act, err);
}

/* What goes from the books is on record too: the log, and the indexes that were gone through. */
static bool pruned_access(struct journal *journal, const struct pruned *done, const char *what,
                          struct error *err)
{
    char text[ACT_OBJECT_SIZE_MAX];

    if (done->erased == 0)
        return true;
    snprintf(text, sizeof text, "%s %" PRIu64 "-%" PRIu64, done->origin, done->from, done->to - 1);
    struct span object = span_text(text);
    return erasure_access(journal, done->erased, what, &object, 1, err);
}

/* Heads first, so that the record of their erasing is among the access entries; that one goes in its turn. */
static bool books_step(struct journal *journal, int64_t now_ms, struct desk_retention_pass *pass,
                       struct error *err)
{
    struct pruned done;
    size_t gone = 0;

    if (!pass->heads.is_over) {
        if (!journal_heads_prune(journal, now_ms, &pass->heads, &done, err))
            return false;
        pass->heads_erased += done.erased;
        return pruned_access(journal, &done, "heads", err);
    }
    if (!pass->acts.is_over) {
        if (!journal_acts_prune(journal, now_ms, &pass->acts, &done, err))
            return false;
        pass->acts_erased += done.erased;
        return pruned_access(journal, &done, "access entries", err);
    }
    if (!journal_thin(journal, now_ms, &pass->thin, &gone, err))
        return false;
    pass->thinned += gone;
    return true;
}

static bool line_step(struct journal *journal, int64_t now_ms, struct desk_retention_pass *pass,
                      struct error *err)
{
    struct journal_line *line = &journal->lines[pass->line];
    struct retention_item items[RETENTION_STEP];
    size_t limit = pass->is_careful ? 1 : RETENTION_STEP;
    size_t count = 0;

    if (!journal_retention_next(journal, line, now_ms, &pass->walk, items, limit, &count, err))
        return false;
    if (!pass->must_skip && !items_erase(journal, line, items, count, pass, err))
        return false;
    pass->must_skip = false;
    if (pass->walk.is_over) {
        pass->walk = (struct retention_walk){.step = 0};
        pass->line++;
    }
    return true;
}

/* Nobody but our own clock can say the time where there is no partner yet. */
static bool people_step(struct journal *journal, const struct retention_clock *clock,
                        struct desk_retention_pass *pass, struct error *err)
{
    int64_t now_ms = journal->line_count == 0 ? clock->own_ms : clock->trusted_ms;
    size_t erased = 0;

    if (!own_dates_erase(journal, now_ms, pass->is_careful ? 1 : OWN_ERASE_STEP, pass->must_skip,
                         &pass->people, &erased, &pass->is_over, err))
        return false;
    pass->must_skip = false;
    pass->people_erased += erased;
    return true;
}

//= dir-2016-680 art 4(1)(e)
//= dir-2016-680 art 5
bool desk_retention_step(struct journal *journal, struct desk_retention_pass *pass,
                         struct error *err)
{
    bool is_first = pass->line == 0 && !pass->walk.has_place;
    struct retention_clock clock;

    pass->is_over = journal->domestic.read_only[0] != '\0';
    if (pass->is_over)
        return true;
    if (!journal_retention_clock(journal, &clock, err) ||
        (is_first && journal->line_count > 0 && clock.trusted_ms < clock.own_ms &&
         !clock_ask(journal, err)))
        return false;
    if (pass->line < journal->line_count)
        return line_step(journal, clock.trusted_ms, pass, err);
    if (journal->line_count > 0 && !pass->thin.is_over)
        return books_step(journal, clock.trusted_ms, pass, err);
    return people_step(journal, &clock, pass, err);
}

void desk_retention_failed(struct desk_retention_pass *pass)
{
    pass->must_skip = pass->is_careful;
    pass->is_careful = true;
    pass->failed += pass->must_skip;
}
