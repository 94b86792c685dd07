/* Effects of another version on what is held and waits: see effects.h. */
#include "journal/effects.h"

#include "journal/clock.h"
#include "journal/private.h"
#include "message/answer.h"
#include "message/item.h"
#include "message/request.h"
#include "message/spontaneous.h"
#include "store/derived_rows.h"
#include "store/part_rows.h"

#define ROW_COUNT 64u /* read at once: 16 MiB of bodies */

struct survey {
    struct journal *journal;
    struct journal_line *line;
    const struct agreement *next;
    struct agreement
        any_time[2]; /* the version in force and the next, each as if it had always been */
    struct agreement_effects *out;
    int64_t now_ms;
};

/* When the exchange of a request ended: its newest answer; 0 while it is open. */
static bool closed_time(struct survey *survey, int64_t request, struct arena *arena,
                        int64_t *time_ms, struct error *err)
{
    struct answer_row answers[16];
    struct entry_row entry;
    size_t count = 0;

    *time_ms = 0;
    if (!answer_list(survey->journal->db, arena, request, answers, ARRAY_COUNT(answers), &count,
                     err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!entry_find(survey->journal->db, arena, answers[i].entry, &entry, err))
            return false;
        if (entry.created_ms > *time_ms)
            *time_ms = entry.created_ms;
    }
    return true;
}

static bool received_time(struct survey *survey, const struct entry_row *row, struct arena *arena,
                          int64_t *time_ms, struct error *err)
{
    struct receipt_row receipt;
    size_t count = 0;

    *time_ms = 0;
    if (!receipt_list(survey->journal->db, arena, row->log, row->index, &receipt, 1, &count, err))
        return false;
    if (count > 0)
        *time_ms = receipt.time_s * 1000;
    return true;
}

/* The day of erasure under one version; 0: none yet. */
static int64_t due_under(const struct agreement *agreement, const struct permit_question *question,
                         int64_t received_ms, int64_t closed_ms)
{
    struct ruling ruling;

    agreement_retention(agreement, question, &ruling);
    int64_t from_ms = ruling.erase_from == ERASE_FROM_CLOSURE ? closed_ms : received_ms;
    return from_ms == 0 ? 0 : from_ms + ruling.erase_after_ms;
}

static int64_t limit_of(const struct clock *clock)
{
    return clock->suspended_from_ms != 0 ? clock->left_ms : clock->due_ms;
}

/* It keeps the limit of the version that it came under; the next one like it would have another. */
static bool open_count(struct survey *survey, int64_t request, struct arena *arena,
                       struct error *err)
{
    struct request_row row;
    struct due_row due;
    struct clock today, then;

    if (!due_row_find(survey->journal->db, request, &due, err))
        return false;
    if (due.received_s == 0)
        return true;
    if (!request_find(survey->journal->db, arena, request, &row, err)) {
        bool is_refused = err->kind == ERROR_MISSING;
        if (is_refused)
            error_clear(err);
        return is_refused;
    }
    if (row.deadline_row == DEADLINE_NONE)
        return true;
    if (!clock_under(survey->journal, survey->line, &row, due.received_s, NULL, &today, err) ||
        !clock_under(survey->journal, survey->line, &row, due.received_s, survey->next, &then, err))
        return false;
    survey->out->open++;
    survey->out->less_time += limit_of(&then) < limit_of(&today);
    survey->out->more_time += limit_of(&then) > limit_of(&today);
    return true;
}

/* As it was written, judged under both: what is refused is sent by nobody, and is counted as that alone. */
static void approval_count_own(struct survey *survey, const struct permit_question *question)
{
    struct permit_question asked = *question;
    struct ruling today, then;

    asked.is_undecided = true;
    survey->out->own++;
    if (!agreement_permit(&survey->any_time[0], &asked, &today) ||
        !agreement_permit(&survey->any_time[1], &asked, &then))
        return;
    survey->out->to_approve += then.needs_second_approval && !today.needs_second_approval;
    survey->out->by_one += !then.needs_second_approval && today.needs_second_approval;
}

static bool held_count(struct survey *survey, const struct entry_row *row,
                       const struct permit_question *question, struct arena *arena,
                       struct error *err)
{
    int64_t received_ms = 0, closed_ms = 0;

    if (!received_time(survey, row, arena, &received_ms, err) ||
        (row->type == MESSAGE_REQUEST && !closed_time(survey, row->id, arena, &closed_ms, err)))
        return false;
    if (row->type == MESSAGE_REQUEST && closed_ms == 0 && !open_count(survey, row->id, arena, err))
        return false;
    int64_t today = due_under(&survey->line->agreement, question, received_ms, closed_ms);
    int64_t then = due_under(survey->next, question, received_ms, closed_ms);
    survey->out->held++;
    if (then == 0 || then >= today)
        return true;
    survey->out->sooner++;
    if (then > survey->now_ms)
        return true;
    survey->out->overdue++;
    if (then > survey->out->last_overdue_ms)
        survey->out->last_overdue_ms = then;
    return true;
}

static void waiting_count(struct survey *survey, const struct permit_question *question)
{
    struct ruling ruling;
    enum clause clause;

    survey->out->waiting++;
    if (agreement_permit(survey->next, question, &ruling))
        return;
    if (clause_find(span_text(ruling.clause), &clause))
        survey->out->refused[clause]++;
}

/* Items that travel as parts count like those in the body; one that cannot be read was refused when it came. */
static bool items_add(struct survey *survey, const struct entry_row *row, const struct item **list,
                      size_t *list_count, struct arena *arena, struct error *err)
{
    static struct problems problems; /* the writer alone counts */
    struct part_row *parts = arena_array(arena, PART_COUNT_MAX, sizeof *parts);
    struct item *items = arena_array(arena, *list_count + PART_COUNT_MAX, sizeof *items);
    size_t count = 0, item_count = *list_count;

    if (parts == NULL || items == NULL)
        return error_set(err, ERROR_LIMIT, "counting effects: out of memory");
    if (!part_list(survey->journal->db, arena, row->id, parts, PART_COUNT_MAX, &count, err))
        return false;
    if (item_count > 0)
        memcpy(items, *list, item_count * sizeof *items);
    for (size_t i = 0; i < count; i++) {
        struct span bytes;
        if (parts[i].kind != PART_ROW_SMALL || parts[i].state != PART_HELD)
            continue;
        if (!journal_part(survey->journal, &parts[i], arena, &bytes, err))
            return false;
        problems_clear(&problems);
        item_count += item_read(bytes, arena, &items[item_count], &problems);
    }
    *list = items;
    *list_count = item_count;
    return true;
}

static bool row_survey(struct survey *survey, const struct entry_row *row, bool is_own,
                       struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    static struct problems problems; /* the writer alone counts */
    const struct agreement *agreement = &survey->line->agreement;
    size_t sender = is_own ? survey->line->own_side : survey->line->partner_side;
    struct permit_question question = {.sender = agreement->parties[sender].party,
                                       .receiver = agreement->parties[1 - sender].party,
                                       .type = (enum message_type)row->type,
                                       .created_ms = row->created_ms,
                                       .body_size = row->body_size};
    struct answer answer;
    struct spontaneous given;
    struct span body;

    if ((row->type != MESSAGE_REQUEST && !message_type_gives_items(question.type)) ||
        row->body_state != BODY_HELD)
        return true;
    problems_clear(&problems);
    if (!journal_body(survey->journal, row, &arena, &body, err))
        return false;
    const void *parsed = message_read(question.type, body, &arena, &problems);
    if (parsed == NULL)
        return true; /* refused as malformed when it came */
    if (row->type == MESSAGE_REQUEST)
        question.request = parsed;
    if (row->type == MESSAGE_ANSWER) {
        answer = *(const struct answer *)parsed;
        question.answer = &answer;
        question.request_urgency = answer.emergency; /* compared when it was sent */
        if (!items_add(survey, row, &answer.items, &answer.item_count, &arena, err))
            return false;
    }
    if (row->type == MESSAGE_SPONTANEOUS) {
        given = *(const struct spontaneous *)parsed;
        question.spontaneous = &given;
        if (!items_add(survey, row, &given.items, &given.item_count, &arena, err))
            return false;
    }
    if (is_own)
        approval_count_own(survey, &question);
    if (row->index != ENTRY_WAITING)
        return held_count(survey, row, &question, &arena, err);
    waiting_count(survey, &question);
    return true;
}

static bool log_survey(struct survey *survey, int64_t log, int64_t size, bool is_own,
                       struct error *err)
{
    for (int64_t from = 0; from < size; from += ROW_COUNT) {
        struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
        struct entry_row *rows = arena_array(&arena, ROW_COUNT, sizeof *rows);
        size_t count = 0;
        if (rows == NULL)
            return error_set(err, ERROR_LIMIT, "counting effects: out of memory");
        if (!entry_list_range(survey->journal->db, &arena, log, from, from + ROW_COUNT, rows,
                              ROW_COUNT, &count, err))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!row_survey(survey, &rows[i], is_own, err))
                return false;
    }
    return true;
}

/* Their bodies are not in the list of waiting rows: each is found alone. */
static bool waiting_survey(struct survey *survey, struct error *err)
{
    int64_t above = 0;
    size_t count = 0;

    do {
        struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
        struct entry_row *rows = arena_array(&arena, ROW_COUNT, sizeof *rows);
        if (rows == NULL)
            return error_set(err, ERROR_LIMIT, "counting effects: out of memory");
        if (!entry_list_waiting_above(survey->journal->db, &arena, survey->line->out.id, above,
                                      rows, ROW_COUNT, &count, err))
            return false;
        for (size_t i = 0; i < count; i++) {
            struct entry_row row;
            above = rows[i].id;
            if (!entry_find(survey->journal->db, &arena, rows[i].id, &row, err) ||
                !row_survey(survey, &row, true, err))
                return false;
        }
    } while (count == ROW_COUNT);
    return true;
}

bool journal_effects(struct journal *journal, struct journal_line *line,
                     const struct agreement *next, struct agreement_effects *out, struct error *err)
{
    static const enum log_side sides[] = {SIDE_OWN, SIDE_PARTNER};
    struct survey survey = {.journal = journal,
                            .line = line,
                            .next = next,
                            .any_time = {line->agreement, *next},
                            .out = out,
                            .now_ms = journal_now_ms(journal)};

    *out = (struct agreement_effects){.held = 0};
    for (size_t i = 0; i < ARRAY_COUNT(survey.any_time); i++) {
        survey.any_time[i].valid_from_ms = 0;
        survey.any_time[i].valid_to_ms = INT64_MAX;
    }
    for (size_t s = 0; s < ARRAY_COUNT(sides); s++)
        for (size_t i = 0; i < journal_log_count(line, sides[s]); i++)
            if (!log_survey(&survey, journal_log_id(line, sides[s], i),
                            (int64_t)chain_size(line, sides[s]), sides[s] == SIDE_OWN, err))
                return error_add(err, "counting effects");
    return waiting_survey(&survey, err) || error_add(err, "counting effects");
}
