/* Statistics: see statistics.h. */
#include "desk/statistics.h"

#include "agreement/permit.h"
#include "base/text.h"
#include "desk/private.h"
#include "message/refusal.h"
#include "store/statistics_rows.h"

#include <inttypes.h>
#include <stdio.h>

static const char heading[] =
    "Besa yearly report: shaped like Art. 18 of Directive (EU) 2023/977, and not part of the Art. "
    "18 report to the Commission";

static const char *const state_figures[COUNT_STATE_COUNT] = {
    [COUNT_IN_TIME] = "answered_in_time",
    [COUNT_LATE] = "answered_late",
    [COUNT_LATE_AUTHORISATION] = "answered_late_authorisation",
    [COUNT_OPEN] = "open",
    [COUNT_OVERDUE] = "overdue",
    [COUNT_OVERDUE_AUTHORISATION] = "overdue_authorisation",
    [COUNT_NOT_RECEIVED] = "not_received",
};

struct table {
    struct journal *journal;
    struct arena *arena;
    struct count_span span;
    struct statistics_row *rows;
    size_t count;
};

static const char *direction_of(bool is_own)
{
    return is_own ? "sent" : "received";
}

static bool row_add(struct table *table, struct statistics_row row, struct error *err)
{
    if (table->count == STATISTICS_ROW_MAX)
        return error_set(err, ERROR_LIMIT, "statistics: more than %u rows", STATISTICS_ROW_MAX);
    table->rows[table->count++] = row;
    return true;
}

/* Adds to the row that counts the same, or makes it. */
static bool row_sum(struct table *table, struct statistics_row row, struct error *err)
{
    for (size_t i = table->count; i > 0; i--) {
        struct statistics_row *there = &table->rows[i - 1];
        if (strcmp(there->figure, row.figure) == 0 && there->direction == row.direction &&
            span_equal(there->of, row.of) && span_equal(there->agreement, row.agreement) &&
            span_equal(there->partner, row.partner)) {
            there->value += row.value;
            return true;
        }
    }
    return row_add(table, row, err);
}

static struct span class_of(int64_t deadline_row)
{
    if (deadline_row <= DEADLINE_NONE || deadline_row >= DEADLINE_ROW_COUNT)
        return span_text("unknown");
    return span_text(deadline_row_names[deadline_row]);
}

/* How many are answered, for the two times of a class. */
static int64_t answered_count(const struct count_row *rows, size_t count,
                              const struct count_row *like)
{
    int64_t answered = 0;

    for (size_t i = 0; i < count; i++)
        if (rows[i].is_own == like->is_own && rows[i].is_urgent == like->is_urgent &&
            span_equal(rows[i].agreement, like->agreement) &&
            rows[i].state <= COUNT_LATE_AUTHORISATION)
            answered += rows[i].count;
    return answered;
}

/* The value at the rank that is nearest from above, in whole minutes. */
static bool time_add(struct table *table, const struct count_row *like, int64_t answered,
                     int64_t percent, const char *figure, struct error *err)
{
    int64_t index = (answered * percent + 99) / 100 - 1;
    int64_t took_ms = 0;

    return count_time(table->journal->db, &table->span, like->agreement, like->is_own,
                      like->is_urgent, index, &took_ms, err) &&
           row_add(table,
                   (struct statistics_row){.agreement = like->agreement,
                                           .partner = like->partner,
                                           .direction = direction_of(like->is_own),
                                           .figure = figure,
                                           .of = span_text(like->is_urgent ? "urgent" : "other"),
                                           .value = took_ms / 60000},
                   err);
}

/* The first row of each agreement, direction and urgency. */
static bool is_first(const struct count_row *rows, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (rows[i].is_own == rows[index].is_own && rows[i].is_urgent == rows[index].is_urgent &&
            span_equal(rows[i].agreement, rows[index].agreement))
            return false;
    return true;
}

//= dir-2023-977 art 18(2)(a)
//= dir-2023-977 art 18(2)(b)
//= dir-2023-977 art 18(2)(d)
static bool requests_add(struct table *table, struct error *err)
{
    struct count_row *rows = arena_array(table->arena, STATISTICS_ROW_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "statistics: out of memory");
    if (!count_requests(table->journal->db, table->arena, &table->span, rows, STATISTICS_ROW_MAX,
                        &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct statistics_row row = {.agreement = rows[i].agreement,
                                     .partner = rows[i].partner,
                                     .direction = direction_of(rows[i].is_own),
                                     .figure = "requests",
                                     .of = span_text(rows[i].is_urgent ? "urgent" : "other"),
                                     .value = rows[i].count};
        if ((unsigned)rows[i].state >= COUNT_STATE_COUNT)
            return error_set(err, ERROR_STORE, "statistics: a request stands nowhere");
        if (!row_sum(table, row, err))
            return false;
        row.figure = state_figures[rows[i].state];
        row.of = class_of(rows[i].deadline_row);
        if (!row_sum(table, row, err))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t answered = answered_count(rows, count, &rows[i]);
        if (answered > 0 && is_first(rows, i) &&
            (!time_add(table, &rows[i], answered, 50, "minutes_to_answer_median", err) ||
             !time_add(table, &rows[i], answered, 90, "minutes_to_answer_p90", err)))
            return false;
    }
    return true;
}

/* A refusal has one ground or more; each is counted once a request. */
//= dir-2023-977 art 18(2)(c)
static bool grounds_add(struct table *table, struct error *err)
{
    struct count_ground_row *rows = arena_array(table->arena, STATISTICS_ROW_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "statistics: out of memory");
    if (!count_grounds(table->journal->db, table->arena, &table->span, rows, STATISTICS_ROW_MAX,
                       &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct span rest = rows[i].grounds;
        while (rest.size > 0) {
            const uint8_t *end = memchr(rest.data, ' ', rest.size);
            size_t size = end == NULL ? rest.size : (size_t)(end - rest.data);
            struct statistics_row row = {.agreement = rows[i].agreement,
                                         .partner = rows[i].partner,
                                         .direction = direction_of(rows[i].is_own),
                                         .figure = "refused",
                                         .of = span_part(rest, 0, size),
                                         .value = rows[i].count};
            if (!row_sum(table, row, err))
                return false;
            rest = end == NULL ? span_part(rest, 0, 0)
                               : span_part(rest, size + 1, rest.size - size - 1);
        }
    }
    return true;
}

static bool types_add(struct table *table, struct error *err)
{
    struct count_type_row *rows = arena_array(table->arena, STATISTICS_ROW_MAX, sizeof *rows);
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "statistics: out of memory");
    if (!count_types(table->journal->db, table->arena, &table->span, rows, STATISTICS_ROW_MAX,
                     &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        enum message_type type = (enum message_type)rows[i].type;
        if (rows[i].type <= 0 || rows[i].type >= MESSAGE_TYPE_COUNT ||
            !message_type_is_business(type))
            continue; /* the books of the exchange */
        if (!row_add(table,
                     (struct statistics_row){.agreement = rows[i].agreement,
                                             .partner = rows[i].partner,
                                             .direction = direction_of(rows[i].is_own),
                                             .figure = "messages",
                                             .of = span_text(message_type_name(type)),
                                             .value = rows[i].count},
                     err))
            return false;
    }
    return true;
}

static bool emergencies_add(struct table *table, struct error *err)
{
    for (size_t i = 0; i < table->journal->line_count; i++) {
        const struct journal_line *line = &table->journal->lines[i];
        struct count_emergencies found;
        if (!count_emergencies(table->journal->db, &table->span, span_text(line->agreement_id),
                               &found, err))
            return false;
        const int64_t values[] = {found.sent, found.open, found.questioned};
        static const char *const of[] = {"all", "open", "questioned"};
        for (size_t at = 0; found.sent > 0 && at < 3; at++)
            if (!row_add(table,
                         (struct statistics_row){.agreement = span_text(line->agreement_id),
                                                 .partner = span_text(line->partner),
                                                 .direction = "received",
                                                 .figure = "answered_by_one_officer",
                                                 .of = span_text(of[at]),
                                                 .value = values[at]},
                         err))
                return false;
    }
    return true;
}

static bool year_start(int64_t year, int64_t *out)
{
    char text[32];

    snprintf(text, sizeof text, "%04d-01-01T00:00:00Z", (int)year);
    return time_read(span_text(text), out);
}

bool statistics_count(struct journal *journal, int64_t year, struct arena *arena,
                      struct statistics_row **out, size_t *count, struct error *err)
{
    struct table table = {.journal = journal,
                          .arena = arena,
                          .span.now_ms = journal->env->now_ms(journal->env->context)};

    if (year < STATISTICS_YEAR_MIN || year > STATISTICS_YEAR_MAX ||
        !year_start(year, &table.span.from_ms) || !year_start(year + 1, &table.span.to_ms))
        return error_set(err, ERROR_INPUT, "year: %d to %d", STATISTICS_YEAR_MIN,
                         STATISTICS_YEAR_MAX);
    table.rows = arena_array(arena, STATISTICS_ROW_MAX, sizeof *table.rows);
    if (table.rows == NULL)
        return error_set(err, ERROR_LIMIT, "statistics: out of memory");
    if (!requests_add(&table, err) || !grounds_add(&table, err) || !types_add(&table, err) ||
        !emergencies_add(&table, err))
        return false;
    *out = table.rows;
    *count = table.count;
    return true;
}

bool act_statistics(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    int64_t year =
        json_get_integer(call->arguments, "year", STATISTICS_YEAR_MIN, STATISTICS_YEAR_MAX);
    struct statistics_row *rows = NULL;
    size_t count = 0;

    if (!problems_to_error(call->problems, err) ||
        !statistics_count(journal, year, call->arena, &rows, &count, err) ||
        !access_view(journal, call, "statistics", NULL, 0, err))
        return false;
    json_begin_object(out);
    json_string_field(out, "heading", heading);
    json_integer_field(out, "year", year);
    json_key(out, "list");
    json_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(out);
        json_text_field(out, "agreement", rows[i].agreement);
        json_text_field(out, "partner", rows[i].partner);
        json_string_field(out, "direction", rows[i].direction);
        json_string_field(out, "figure", rows[i].figure);
        json_text_field_optional(out, "of", rows[i].of);
        json_integer_field(out, "value", rows[i].value);
        json_end_object(out);
    }
    json_end_array(out);
    json_end_object(out);
    return true;
}
