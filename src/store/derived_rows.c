/* Rows that apply writes: see derived_rows.h. */
#include "store/derived_rows.h"

#include "store/log_rows.h"
#include "store/retention_rows.h"
#include "store/key_rows.h"
#include "store/rows.h"
#include "store/statistics_rows.h"

/* A request's place in the queue follows from its deadline and its answers, whichever of the three came first. */
static const char request_place_sql[] =
    "update requests set is_answered = case when exists (select 1 from answers a where a.target = requests.entry"
    " and a.counts <> 0) then 1 else 0 end,"
    " due_ms = coalesce((select d.due_ms from dues d where d.entry = requests.entry), 9007199254740992)"
    " where entry = $1";

bool request_place(struct database *db, int64_t entry, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, request_place_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_write(s, err) && retention_request(db, entry, err);
}

/* The unit of its newest assignment; kind 4 is NOTICE_KIND_ASSIGNED. */
static const char request_unit_sql[] =
    "update requests set unit = coalesce((select n.unit from notices n where n.target = requests.entry"
    " and n.kind = 4 order by n.entry desc limit 1), '') where entry = $1";
_Static_assert(NOTICE_KIND_ASSIGNED == 4, "the statements name it");
_Static_assert(ANSWER_OUTCOME_GONE == -1, "the statements name it");

static bool request_unit(struct database *db, int64_t entry, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, request_unit_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_write(s, err);
}

static const char request_insert_sql[] =
    "insert into requests (entry, log, message_id, is_own, reference, urgency, is_training, language, persons,"
    " attachments, due_after_ms, deadline_row, version)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

bool request_insert(struct database *db, const struct request_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, request_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_integer(s, 2, row->log);
    statement_bytes(s, 3, row->message_id);
    statement_integer(s, 4, row->is_own);
    statement_text(s, 5, row->reference);
    statement_integer(s, 6, row->urgency);
    statement_integer(s, 7, row->is_training);
    statement_text(s, 8, row->language);
    statement_integer(s, 9, row->persons);
    statement_integer(s, 10, row->attachments);
    statement_integer(s, 11, row->due_after_ms);
    statement_integer(s, 12, row->deadline_row);
    statement_integer(s, 13, row->version);
    return row_write(s, err) && request_place(db, row->entry, err) &&
           request_unit(db, row->entry, err);
}

bool request_row_read(const struct statement *s, struct arena *arena, void *out)
{
    struct request_row *row = out;

    row->entry = column_integer(s, 0);
    row->log = column_integer(s, 1);
    row->is_own = column_integer(s, 3) != 0;
    row->urgency = column_integer(s, 5);
    row->is_training = column_integer(s, 6) != 0;
    row->persons = column_integer(s, 8);
    row->attachments = column_integer(s, 9);
    row->due_after_ms = column_integer(s, 10);
    row->deadline_row = column_integer(s, 11);
    row->version = column_integer(s, 12);
    return row_bytes(s, 2, arena, &row->message_id) && row_text(s, 4, arena, &row->reference) &&
           row_text(s, 7, arena, &row->language);
}

static const char request_find_sql[] =
    "select entry, log, message_id, is_own, reference, urgency, is_training, language, persons, attachments, due_after_ms, deadline_row, version"
    " from requests where entry = $1";

bool request_find(struct database *db, struct arena *arena, int64_t entry, struct request_row *out,
                  struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, request_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_read(s, arena, request_row_read, out, "request", err);
}

static const char request_find_message_sql[] =
    "select entry, log, message_id, is_own, reference, urgency, is_training, language, persons, attachments, due_after_ms, deadline_row, version"
    " from requests where message_id = $1 order by entry limit 1";

bool request_find_message(struct database *db, struct arena *arena, struct span message_id,
                          struct request_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, request_find_message_sql, err);
    if (s == NULL)
        return false;
    statement_bytes(s, 1, message_id);
    return row_read(s, arena, request_row_read, out, "request", err);
}

static const char request_list_range_sql[] =
    "select r.entry, r.log, r.message_id, r.is_own, r.reference, r.urgency, r.is_training, r.language, r.persons,"
    " r.attachments, r.due_after_ms, r.deadline_row, r.version from entries e join requests r on r.entry = e.id"
    " where e.log = $1 and e.idx >= $2 and e.idx < $3 order by e.idx limit $4";

bool request_list_range(struct database *db, struct arena *arena, int64_t log, int64_t from,
                        int64_t to, struct request_row *out, size_t limit, size_t *count,
                        struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, request_list_range_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, from);
    statement_integer(s, 3, to);
    statement_integer(s, 4, (int64_t)limit);
    return rows_read(s, arena, request_row_read, out, sizeof *out, limit, count, err);
}

static const char due_insert_sql[] =
    "insert into dues (entry, received_s, due_ms) values ($1, $2, $3) on conflict (entry) do nothing";

bool due_insert(struct database *db, int64_t entry, int64_t received_s, int64_t due_ms,
                struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, due_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    statement_integer(s, 2, received_s);
    statement_integer(s, 3, due_ms);
    return row_write(s, err) && request_place(db, entry, err);
}

static const char due_find_sql[] = "select received_s, due_ms from dues where entry = $1";

bool due_find(struct database *db, int64_t entry, int64_t *received_s, int64_t *due_ms,
              struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, due_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    *received_s = 0;
    *due_ms = 0;
    enum statement_step step = statement_step(s, err);
    if (step == STEP_ROW) {
        *received_s = column_integer(s, 0);
        *due_ms = column_integer(s, 1);
    }
    return step != STEP_FAILED;
}

static const char answer_insert_sql[] =
    "insert into answers (entry, target, is_own, outcome, items, grounds, at_ms, counts)"
    " values ($1, $2, $3, $4, $5, $6, $7, 1)";

bool answer_insert(struct database *db, const struct answer_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, answer_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_integer(s, 2, row->target);
    statement_integer(s, 3, row->is_own);
    statement_integer(s, 4, row->outcome);
    statement_integer(s, 5, row->items);
    row_bind_text(s, 6, row->grounds);
    statement_integer(s, 7, row->at_ms);
    return row_write(s, err) && request_place(db, row->target, err);
}

static bool answer_read(const struct statement *s, struct arena *arena, void *out)
{
    struct answer_row *row = out;

    row->entry = column_integer(s, 0);
    row->target = column_integer(s, 1);
    row->is_own = column_integer(s, 2) != 0;
    row->outcome = column_integer(s, 3);
    row->items = column_integer(s, 4);
    row->at_ms = column_integer(s, 6);
    row->counts = column_integer(s, 7) != 0;
    return row_text(s, 5, arena, &row->grounds);
}

static const char answer_list_sql[] =
    "select entry, target, is_own, outcome, items, grounds, at_ms, counts from answers where target = $1"
    " order by entry";

bool answer_list(struct database *db, struct arena *arena, int64_t target, struct answer_row *out,
                 size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, answer_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, target);
    return rows_read(s, arena, answer_read, out, sizeof *out, limit, count, err);
}

static const char answer_settle_sql[] =
    "update answers set counts = $1 where entry = $2 returning target";

bool answer_settle(struct database *db, int64_t entry, bool counts, struct error *err)
{
    int64_t target = 0;
    {
        struct statement *s CLEANUP(statement_give) = statement_take(db, answer_settle_sql, err);
        if (s == NULL)
            return false;
        statement_integer(s, 1, counts);
        statement_integer(s, 2, entry);
        enum statement_step step = statement_step(s, err);
        if (step != STEP_ROW)
            return step == STEP_DONE;
        target = column_integer(s, 0);
    }
    return request_place(db, target, err);
}

static const char answer_delete_sql[] = "delete from answers where entry = $1 returning target";

bool answer_delete(struct database *db, int64_t entry, struct error *err)
{
    int64_t target = 0;
    {
        struct statement *s CLEANUP(statement_give) = statement_take(db, answer_delete_sql, err);
        if (s == NULL)
            return false;
        statement_integer(s, 1, entry);
        enum statement_step step = statement_step(s, err);
        if (step != STEP_ROW)
            return step == STEP_DONE;
        target = column_integer(s, 0);
    }
    return request_place(db, target, err);
}

static const char notice_insert_sql[] =
    "insert into notices (entry, target, kind, unit, at_ms) values ($1, $2, $3, $4, $5)";

bool notice_insert(struct database *db, const struct notice_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, notice_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_integer(s, 2, row->target);
    statement_integer(s, 3, row->kind);
    statement_text(s, 4, row->unit);
    statement_integer(s, 5, row->at_ms);
    return row_write(s, err) && request_unit(db, row->target, err);
}

static bool notice_read(const struct statement *s, struct arena *arena, void *out)
{
    struct notice_row *row = out;

    row->entry = column_integer(s, 0);
    row->target = column_integer(s, 1);
    row->kind = column_integer(s, 2);
    row->at_ms = column_integer(s, 4);
    return row_text(s, 3, arena, &row->unit);
}

static const char notice_list_sql[] =
    "select entry, target, kind, unit, at_ms from notices where target = $1 order by entry";

bool notice_list(struct database *db, struct arena *arena, int64_t target, struct notice_row *out,
                 size_t limit, size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, notice_list_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, target);
    return rows_read(s, arena, notice_read, out, sizeof *out, limit, count, err);
}

static const char result_insert_sql[] =
    "insert into results (entry, target, outcome, ground) values ($1, $2, $3, $4)"
    " on conflict (entry, target) do nothing";

bool result_insert(struct database *db, const struct result_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, result_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_integer(s, 2, row->target);
    statement_integer(s, 3, row->outcome);
    row_bind_text(s, 4, row->ground);
    return row_write(s, err);
}

static bool result_read(const struct statement *s, struct arena *arena, void *out)
{
    struct result_row *row = out;

    row->entry = column_integer(s, 0);
    row->target = column_integer(s, 1);
    row->outcome = column_integer(s, 2);
    return row_text(s, 3, arena, &row->ground);
}

static const char result_find_sql[] =
    "select entry, target, outcome, ground from results where target = $1 order by entry desc limit 1";

bool result_find(struct database *db, struct arena *arena, int64_t target, struct result_row *out,
                 struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, result_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, target);
    return row_read(s, arena, result_read, out, "outcome", err);
}

static const char parts_held_insert_sql[] =
    "insert into parts_held (entry, target, number) values ($1, $2, $3)"
    " on conflict (entry, target, number) do nothing";

bool parts_held_insert(struct database *db, int64_t entry, int64_t target, int64_t number,
                       struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, parts_held_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    statement_integer(s, 2, target);
    statement_integer(s, 3, number);
    return row_write(s, err);
}

static const char parts_held_count_sql[] =
    "select count(distinct number) from parts_held where target = $1";

bool parts_held_count(struct database *db, int64_t target, int64_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, parts_held_count_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, target);
    return row_integer(s, count, err);
}

static const char erasure_insert_sql[] =
    "insert into erasures (entry, target, number, is_lost) values ($1, $2, $3, $4)";

bool erasure_insert(struct database *db, int64_t entry, int64_t target, int64_t number,
                    bool is_lost, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, erasure_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    statement_integer(s, 2, target);
    statement_integer(s, 3, number);
    statement_integer(s, 4, is_lost);
    return row_write(s, err);
}

static const char erasure_count_sql[] = "select count(*) from erasures where target = $1";

bool erasure_count(struct database *db, int64_t target, int64_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, erasure_count_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, target);
    return row_integer(s, count, err);
}

static const char dispute_insert_sql[] =
    "insert into disputes (entry, size, time_s) values ($1, $2, $3)";

bool dispute_insert(struct database *db, int64_t entry, int64_t size, int64_t time_s,
                    struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, dispute_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    statement_integer(s, 2, size);
    statement_integer(s, 3, time_s);
    return row_write(s, err);
}

static const char dispute_count_sql[] = "select count(*) from disputes";

bool dispute_count(struct database *db, int64_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, dispute_count_sql, err);
    if (s == NULL)
        return false;
    return row_integer(s, count, err);
}

static const char dispute_sum_sql[] =
    "select count(*), coalesce(max(e.created_ms), 0) from disputes d join entries e on e.id = d.entry"
    " where e.log = $1";

bool dispute_sum(struct database *db, int64_t log, int64_t *count, int64_t *newest_ms,
                 struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, dispute_sum_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    if (statement_step(s, err) != STEP_ROW)
        return error_add(err, "counting disputed receipt times");
    *count = column_integer(s, 0);
    *newest_ms = column_integer(s, 1);
    return true;
}

static const char erasure_return_sql[] = "delete from erasures where target = $1";

bool erasure_return(struct database *db, int64_t target, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, erasure_return_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, target);
    return row_write(s, err);
}

/* One statement per table that can name an entry. That a request was answered stays, on both nodes, when what was answered
 * goes; an assignment gives it back to the unit before. */
static const char *const derived_erase_sql[] = {
    "update answers set outcome = -1, items = 0, grounds = null where entry = $1",
    "update requests set unit = coalesce((select n.unit from notices n where n.target = requests.entry"
    " and n.kind = 4 and n.entry <> $1 order by n.entry desc limit 1), '')"
    " where entry in (select target from notices where entry = $1)",
    "delete from requests where entry = $1",
    "delete from spontaneous where entry = $1",
    "delete from clocks where target = $1",
    "delete from dues where entry = $1",
    "delete from answers where target = $1",
    "delete from notices where entry = $1",
    "delete from notices where target = $1",
    "delete from results where entry = $1",
    "delete from results where target = $1",
    "delete from parts_held where entry = $1",
    "delete from parts_held where target = $1",
    "delete from disputes where entry = $1",
    "delete from governance where entry = $1",
    "delete from retention where entry = $1",
    /* No derived rows, but kept for the item alone. */
    "delete from match_keys where side = 0 and object = $1",
    "delete from touches where side = 0 and object = $1",
    "delete from touches where entry = $1",
    "delete from translations where side = 0 and object = $1",
    "delete from copies where entry = $1",
    "update rights_flags set flagged_by = '', flag_reason = '', decided_by = '', decided_reason = ''"
    " where entry = $1",
};

bool derived_erase(struct database *db, int64_t entry, struct error *err)
{
    if (!exchange_keep(db, entry, err))
        return false;
    for (size_t i = 0; i < sizeof derived_erase_sql / sizeof derived_erase_sql[0]; i++) {
        struct statement *s CLEANUP(statement_give) = statement_take(db, derived_erase_sql[i], err);
        if (s == NULL)
            return false;
        statement_integer(s, 1, entry);
        if (!row_write(s, err))
            return false;
    }
    return true;
}

static const char derived_erase_part_sql[] =
    "delete from parts_held where target = $1 and number = $2";
static const char translations_erase_sql[] =
    "delete from translations where side = 0 and object = $1";

static bool translations_erase(struct database *db, int64_t entry, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, translations_erase_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_write(s, err);
}

/* A translation is of the whole message: which part its words are of, nobody knows. */
bool derived_erase_part(struct database *db, int64_t entry, int64_t number, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, derived_erase_part_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    statement_integer(s, 2, number);
    return row_write(s, err) && translations_erase(db, entry, err) &&
           key_drop_part(db, entry, number, err) && retention_delete_part(db, entry, number, err);
}

static const char succession_insert_sql[] =
    "insert into successions (entry, log, before, size, root, reason, keys, custody, made_ms)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

bool succession_insert(struct database *db, const struct succession_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, succession_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_text(s, 2, row->log);
    statement_text(s, 3, row->before);
    statement_integer(s, 4, row->size);
    statement_bytes(s, 5, row->root);
    statement_integer(s, 6, row->reason);
    statement_bytes(s, 7, row->keys);
    statement_integer(s, 8, row->custody);
    statement_integer(s, 9, row->made_ms);
    return row_write(s, err);
}

static bool succession_row_read(const struct statement *s, struct arena *arena, void *out)
{
    struct succession_row *row = out;

    row->entry = column_integer(s, 0);
    row->size = column_integer(s, 3);
    row->reason = column_integer(s, 5);
    row->custody = column_integer(s, 7);
    row->made_ms = column_integer(s, 8);
    return row_text(s, 1, arena, &row->log) && row_text(s, 2, arena, &row->before) &&
           row_bytes(s, 4, arena, &row->root) && row_bytes(s, 6, arena, &row->keys);
}

static const char succession_find_sql[] =
    "select entry, log, before, size, root, reason, keys, custody, made_ms from successions"
    " where log = $1 order by entry desc limit 1";

bool succession_find(struct database *db, struct arena *arena, struct span log,
                     struct succession_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, succession_find_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, log);
    return row_read(s, arena, succession_row_read, out, "succession", err);
}
