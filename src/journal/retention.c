/* Retention: see retention.h. */
#include "journal/retention.h"

#include "journal/in_force.h"
#include "journal/private.h"

#include "base/text.h"
#include "message/answer.h"
#include "message/item.h"
#include "message/request.h"
#include "store/governance_rows.h"
#include "store/local_rows.h"

#define DAY_MS        INT64_C(86400000)
#define ENTRY_ROW_MAX (PART_COUNT_MAX + RETENTION_CLASS_COUNT) /* rows of one entry */
#define WALK_CLASSES  (RETENTION_CLASS_COUNT + 1)              /* those in a row, then the unread */

const char *const retention_wait_names[RETENTION_WAIT_COUNT] = {
    [RETENTION_GOES] = "goes",
    [RETENTION_ON_HOLD] = "on_hold",
    [RETENTION_UNDELIVERED] = "undelivered",
    [RETENTION_LOG_CLOSED] = "log_closed",
};

/* --- rows, as apply writes them --- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool row_add(struct journal *journal, const struct apply_input *input, int64_t number,
                    int class, int64_t start_ms, int64_t erase_at_ms, struct error *err)
{
    struct retention_row row = {.entry = input->entry->id,
                                .number = number,
                                .class = class,
                                .agreement = span_text(input->line->agreement_id),
                                .version = input->row->version,
                                .start_ms = start_ms,
                                .erase_at_ms = erase_at_ms};

    return retention_insert(journal->db, &row, err);
}

/* The partner's counts from our custody; our own from its receipt, which comes later. */
static int64_t received_ms(const struct apply_input *input)
{
    return input->is_own ? RETENTION_OPEN : input->row->time_s * 1000;
}

static int item_class(const struct item *item)
{
    return item->has_person ? retention_class_of(&item->person) : RETENTION_CLASS_TEXT;
}

bool retention_apply_request(struct journal *journal, const struct apply_input *input,
                             const struct request *request, struct error *err)
{
    int64_t erase_at_ms = RETENTION_OPEN;

    for (size_t i = 0; i < request->person_count; i++)
        erase_at_ms = earlier(erase_at_ms, request->persons[i].marking.erase_at_ms);
    return row_add(journal, input, 0, RETENTION_CLASS_REQUEST, RETENTION_OPEN, erase_at_ms, err);
}

/* What stands in the body goes with the first of it. */
static bool body_rows_add(struct journal *journal, const struct apply_input *input,
                          const struct item *items, size_t item_count, struct error *err)
{
    int64_t dates[RETENTION_CLASS_COUNT] = {0}; /* 0: nothing of this class */

    dates[RETENTION_CLASS_TEXT] = RETENTION_OPEN;
    for (size_t i = 0; i < item_count; i++) {
        int class = item_class(&items[i]);
        int64_t date = item_marking(&items[i])->erase_at_ms;
        dates[class] = dates[class] == 0 ? date : earlier(dates[class], date);
    }
    for (int class = 0; class < RETENTION_CLASS_COUNT; class ++)
        if (dates[class] != 0 &&
            !row_add(journal, input, 0, class, received_ms(input), dates[class], err))
            return false;
    return true;
}

static bool part_row_add(struct journal *journal, const struct apply_input *input,
                         const struct part_row *part, struct arena *arena, struct error *err)
{
    static struct problems problems; /* the writer alone applies */
    struct item item;
    struct span bytes;

    if (part->kind != PART_ROW_SMALL || part->state != PART_HELD)
        return true;
    problems_clear(&problems);
    if (!journal_part(journal, part, arena, &bytes, err))
        return false;
    if (!item_read(bytes, arena, &item, &problems))
        return true; /* what is no item was refused when it came */
    return row_add(journal, input, part->number, item_class(&item), received_ms(input),
                   item_marking(&item)->erase_at_ms, err);
}

bool retention_apply_items(struct journal *journal, const struct apply_input *input,
                           const void *parsed, struct arena *arena, struct error *err)
{
    const struct item *items = NULL;
    size_t item_count = message_items(input->head->type, parsed, &items);
    struct part_row *parts = arena_array(arena, PART_COUNT_MAX, sizeof *parts);
    size_t count = 0;

    if (parts == NULL)
        return error_set(err, ERROR_LIMIT, "applying %s: out of memory",
                         message_type_name(input->head->type));
    if (!body_rows_add(journal, input, items, item_count, err) ||
        !part_list(journal->db, arena, input->entry->id, parts, PART_COUNT_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!part_row_add(journal, input, &parts[i], arena, err))
            return false;
    return true;
}

bool retention_apply_thread(struct journal *journal, const struct apply_input *input,
                            struct error *err)
{
    return message_types[input->head->type].retention != RETENTION_BUSINESS ||
           row_add(journal, input, 0, RETENTION_CLASS_THREAD, received_ms(input), RETENTION_OPEN,
                   err);
}

/* A type that was not known when it came may be about people: nobody here may keep it because a program is old. The type
 * may be known by the time of a rebuild, so that the ground decides. */
static bool was_unread(const struct apply_input *input)
{
    return input->row->outcome == OUTCOME_HELD && span_is(input->row->ground, "type");
}

static bool may_expire(const struct apply_input *input)
{
    int64_t type = input->entry->type;

    return was_unread(input) || type == MESSAGE_REQUEST ||
           message_type_gives_items((enum message_type)type) || type == MESSAGE_CLARIFICATION ||
           type == MESSAGE_CLARIFICATION_REPLY || type == MESSAGE_UNKNOWN;
}

bool retention_apply_plain(struct journal *journal, const struct apply_input *input,
                           struct error *err)
{
    if (!retention_delete(journal->db, input->entry->id, err))
        return false;
    if (input->entry->body_state != BODY_HELD || input->row->outcome == OUTCOME_ACCEPTED ||
        !may_expire(input))
        return true;
    return row_add(journal, input, 0,
                   was_unread(input) ? RETENTION_CLASS_UNREAD : RETENTION_CLASS_REQUEST,
                   received_ms(input), RETENTION_OPEN, err);
}

/* --- the clock --- */

static bool witnessed_ms(struct journal *journal, const struct journal_line *line, int64_t *out,
                         struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct witness_row row;

    if (witness_newest(journal->db, &arena, span_text(journal->domestic.origin),
                       span_text(line->witness_key.name), &row, err)) {
        *out = row.time_s * 1000;
        return true;
    }
    bool is_absent = err->kind == ERROR_MISSING;
    if (is_absent)
        error_clear(err);
    return is_absent;
}

static bool told_ms(struct journal *journal, int64_t *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct span value;
    uint64_t number = 0;

    if (!setting_get(journal->db, &arena, RETENTION_CLOCK_SETTING, &value, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    if (!number_read(value, &number) || number >= (uint64_t)RETENTION_OPEN)
        return error_set(err, ERROR_STORE, "setting %s is damaged", RETENTION_CLOCK_SETTING);
    *out = (int64_t)number;
    return true;
}

/* What a partner says of a time that is not yet confirms nothing: it would unlock erasing for a clock that leaps. */
static void confirm(struct retention_clock *clock, const struct journal_line *line, int64_t ms)
{
    if (ms > clock->confirmed_ms && ms <= clock->own_ms + line->agreement.clock_bound_s * 1000)
        clock->confirmed_ms = ms;
}

/* Custody here counts too: a post is refused where the two clocks differ by more than the agreement's bound. */
bool journal_retention_clock(struct journal *journal, struct retention_clock *out,
                             struct error *err)
{
    *out = (struct retention_clock){.own_ms = journal_now_ms(journal)};
    int64_t told = 0;

    if (!told_ms(journal, &told, err))
        return false;
    if (told > out->confirmed_ms)
        out->confirmed_ms = told;
    for (size_t i = 0; i < journal->line_count; i++) {
        const struct journal_line *line = &journal->lines[i];
        int64_t witnessed = 0;
        if (!witnessed_ms(journal, line, &witnessed, err))
            return false;
        confirm(out, line, witnessed);
        confirm(out, line, line->cosigned_time_s * 1000);
        confirm(out, line, line->in.signed_time_s * 1000);
    }
    out->trusted_ms = earlier(out->own_ms, out->confirmed_ms + RETENTION_AHEAD_MAX_MS);
    return true;
}

/* --- what is due --- */

int64_t journal_retention_end_ms(const struct journal_line *line)
{
    struct agreement_termination termination = agreement_termination_of(&line->agreement);
    int64_t ends_ms = journal_ends_ms(line);

    return ends_ms == 0 || termination.held != TERMINATION_ERASED
               ? 0
               : ends_ms + termination.erase_days * DAY_MS;
}

struct due_question {
    struct journal *journal;
    struct journal_line *line;
    int64_t now_ms;
    struct retention_walk *walk;
    const struct version_row *versions;
    size_t version_count;
};

static bool hold_is_there(struct journal *journal, int64_t entry, int64_t now_ms, bool *is_held,
                          struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct hold_row hold;

    *is_held = hold_find(journal->db, &arena, entry, &hold, err);
    if (*is_held) {
        *is_held = hold.until_ms > now_ms;
        return true;
    }
    bool is_absent = err->kind == ERROR_MISSING;
    if (is_absent)
        error_clear(err);
    return is_absent;
}

static bool wait_find(const struct due_question *ask, int64_t entry, enum retention_wait *out,
                      struct error *err)
{
    const struct journal_line *line = ask->line;
    struct entry_row row = {.id = entry};
    bool is_held = false;

    if (!hold_is_there(ask->journal, entry, ask->now_ms, &is_held, err) ||
        !entry_find_place(ask->journal->db, entry, &row.log, &row.index, err))
        return false;
    *out = RETENTION_GOES;
    if (is_held)
        *out = RETENTION_ON_HOLD;
    else if (journal_side(line, row.log) == SIDE_OWN && !entry_is_in_custody(line, &row))
        *out = RETENTION_UNDELIVERED;
    else if (line->out.read_only[0] != '\0' || line->is_unproved ||
             line->resume.state != RESUME_NONE)
        *out = RETENTION_LOG_CLOSED;
    return true;
}

static bool keep_find(const struct due_question *ask, int64_t version, int class, int64_t *out,
                      struct error *err)
{
    const struct agreement *then = NULL;

    if (!version_agreement(ask->journal, ask->line, version, &then, err))
        return false;
    *out = retention_keep_ms(then, &ask->line->agreement, class);
    return true;
}

/* Own date, agreed time, end of the agreement: the earliest. */
static bool due_find_row(const struct due_question *ask, const struct retention_row *row,
                         int64_t *due_ms, struct error *err)
{
    int64_t end_ms = journal_retention_end_ms(ask->line);
    int64_t keep_ms = 0;

    if (!keep_find(ask, row->version, (int)row->class, &keep_ms, err))
        return false;
    *due_ms = row->erase_at_ms;
    if (row->start_ms != RETENTION_OPEN)
        *due_ms = earlier(*due_ms, row->start_ms + keep_ms);
    if (end_ms != 0)
        *due_ms = earlier(*due_ms, end_ms);
    return true;
}

static bool item_fill(const struct due_question *ask, const struct retention_row *row,
                      struct retention_item *out, struct error *err)
{
    *out = (struct retention_item){
        .entry = row->entry, .number = (uint16_t)row->number, .class = (int)row->class};
    return due_find_row(ask, row, &out->due_ms, err) && wait_find(ask, row->entry, &out->wait, err);
}

bool journal_retention_due(struct journal *journal, struct journal_line *line, int64_t entry,
                           int64_t *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct retention_row *rows = arena_array(&arena, ENTRY_ROW_MAX, sizeof *rows);
    struct due_question ask = {.journal = journal, .line = line};
    size_t count = 0;

    *out = RETENTION_OPEN;
    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "retention: out of memory");
    if (!retention_list_entry(journal->db, &arena, entry, rows, ENTRY_ROW_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t due_ms = 0;
        if (!due_find_row(&ask, &rows[i], &due_ms, err))
            return false;
        *out = earlier(*out, due_ms);
    }
    return true;
}

/* The first step goes by the items' own dates, or over all of an agreement that erases at its end; then one step for each
 * class under each version. */
static bool rows_find(const struct due_question *ask, struct arena *arena,
                      struct retention_row *rows, size_t limit, size_t *count, struct error *err)
{
    struct retention_walk *walk = ask->walk;
    struct span agreement = span_text(ask->line->agreement_id);
    int64_t end_ms = journal_retention_end_ms(ask->line);
    int64_t keep_ms = 0;

    if (walk->step == 0)
        return retention_list_date(ask->journal->db, arena, agreement, &walk->after,
                                   end_ms != 0 && end_ms <= ask->now_ms
                                       ? RETENTION_OPEN
                                       : earlier(ask->now_ms, RETENTION_OPEN - 1),
                                   rows, limit, count, err);
    int64_t version = ask->versions[(walk->step - 1) / WALK_CLASSES].version;
    int class = (int)((walk->step - 1) % WALK_CLASSES);
    if (class == RETENTION_CLASS_COUNT)
        class = RETENTION_CLASS_UNREAD;
    return keep_find(ask, version, class, &keep_ms, err) &&
           retention_list_start(ask->journal->db, arena, agreement, version, class, &walk->after,
                                earlier(ask->now_ms - keep_ms, RETENTION_OPEN - 1), rows, limit,
                                count, err);
}

static void walk_move(struct retention_walk *walk, const struct retention_row *last, bool is_full)
{
    if (!is_full) {
        walk->step++;
        walk->after = RETENTION_FIRST;
        return;
    }
    walk->after =
        (struct retention_place){.at_ms = walk->step == 0 ? last->erase_at_ms : last->start_ms,
                                 .entry = last->entry,
                                 .number = last->number};
}

bool journal_retention_next(struct journal *journal, struct journal_line *line, int64_t now_ms,
                            struct retention_walk *walk, struct retention_item *out, size_t limit,
                            size_t *count, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct version_row *versions = arena_array(&arena, VERSION_COUNT_MAX, sizeof *versions);
    struct retention_row *rows = arena_array(&arena, limit, sizeof *rows);
    struct due_question ask = {
        .journal = journal, .line = line, .now_ms = now_ms, .walk = walk, .versions = versions};

    *count = 0;
    if (versions == NULL || rows == NULL)
        return error_set(err, ERROR_LIMIT, "retention: out of memory");
    if (!version_list(journal->db, span_text(line->agreement_id), versions, VERSION_COUNT_MAX,
                      &ask.version_count, err))
        return false;
    if (!walk->has_place)
        *walk = (struct retention_walk){.after = RETENTION_FIRST, .has_place = true};
    /* A walk may come from outside. */
    walk->is_over = walk->step > ask.version_count * WALK_CLASSES;
    for (size_t probe = 0; probe < RETENTION_PROBE_MAX && *count < limit && !walk->is_over;
         probe++) {
        size_t found = 0, room = limit - *count;
        if (!rows_find(&ask, &arena, rows, room, &found, err))
            return error_add(err, "what is due under %s", line->agreement_id);
        for (size_t i = 0; i < found; i++) {
            if (walk->step > 0 && rows[i].erase_at_ms <= now_ms)
                continue; /* the first step met it by its date */
            if (!item_fill(&ask, &rows[i], &out[(*count)++], err))
                return error_add(err, "what is due under %s", line->agreement_id);
        }
        walk_move(walk, &rows[found > 0 ? found - 1 : 0], found == room);
        walk->is_over = walk->step > ask.version_count * WALK_CLASSES;
    }
    return true;
}

/* --- erasing --- */

static bool attachments_erase(struct journal *journal, struct journal_line *line, int64_t entry,
                              struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    struct part_row *parts = arena_array(&arena, PART_COUNT_MAX, sizeof *parts);
    size_t count = 0;

    if (parts == NULL)
        return error_set(err, ERROR_LIMIT, "retention: out of memory");
    if (!part_list(journal->db, &arena, entry, parts, PART_COUNT_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool is_here = parts[i].state == PART_HELD || parts[i].state == PART_WANTED;
        if (parts[i].kind == PART_ROW_ATTACHMENT && is_here &&
            !journal_erase(journal, line, entry, (uint16_t)parts[i].number, ERASE_RETENTION, err))
            return false;
    }
    return true;
}

/* A pass may meet an item twice, by its class and by its date, or after its message: what is gone is left alone. */
static bool is_still_held(struct journal *journal, const struct retention_item *item, bool *is_held,
                          struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(2 * (size_t)BODY_SIZE_MAX);
    struct entry_row row;
    struct part_row part;

    if (!entry_find(journal->db, &arena, item->entry, &row, err))
        return false;
    *is_held = row.body_state == BODY_HELD;
    if (!*is_held || item->number == 0)
        return true;
    if (!part_find(journal->db, &arena, item->entry, item->number, &part, err))
        return false;
    *is_held = part.state == PART_HELD;
    return true;
}

//= dir-2016-680 art 5
bool journal_retention_erase(struct journal *journal, struct journal_line *line,
                             const struct retention_item *item, struct error *err)
{
    bool is_held = false;

    if (!is_still_held(journal, item, &is_held, err) || !is_held)
        return is_held || err->kind == ERROR_NONE;
    return journal_erase(journal, line, item->entry, item->number, ERASE_RETENTION, err) &&
           (item->number == 0 || attachments_erase(journal, line, item->entry, err));
}
