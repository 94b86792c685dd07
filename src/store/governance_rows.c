/* Rows about the agreement itself: see governance_rows.h. */
#include "store/governance_rows.h"

#include "store/log_rows.h"
#include "store/rows.h"

static const char governance_insert_sql[] =
    "insert into governance (entry, agreement, kind, is_own, target, version, code, at_ms)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8)";

bool governance_insert(struct database *db, const struct governance_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, governance_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_text(s, 2, row->agreement);
    statement_integer(s, 3, row->kind);
    statement_integer(s, 4, row->is_own);
    statement_integer(s, 5, row->target);
    statement_integer(s, 6, row->version);
    statement_integer(s, 7, row->code);
    statement_integer(s, 8, row->at_ms);
    return row_write(s, err);
}

static bool governance_read(const struct statement *s, struct arena *arena, void *out)
{
    struct governance_row *row = out;

    row->entry = column_integer(s, 0);
    row->kind = column_integer(s, 2);
    row->is_own = column_integer(s, 3) != 0;
    row->target = column_integer(s, 4);
    row->version = column_integer(s, 5);
    row->code = column_integer(s, 6);
    row->at_ms = column_integer(s, 7);
    return row_text(s, 1, arena, &row->agreement);
}

static const char governance_newest_sql[] =
    "select entry, agreement, kind, is_own, target, version, code, at_ms from governance"
    " where agreement = $1 and is_own = $2 and kind in ($3, $4) order by entry desc limit 1";

bool governance_newest(struct database *db, struct arena *arena, struct span agreement, bool is_own,
                       int64_t kind, int64_t other_kind, struct governance_row *out,
                       struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, governance_newest_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, agreement);
    statement_integer(s, 2, is_own);
    statement_integer(s, 3, kind);
    statement_integer(s, 4, other_kind);
    return row_read(s, arena, governance_read, out, "act about the agreement", err);
}

static const char governance_find_sql[] =
    "select entry, agreement, kind, is_own, target, version, code, at_ms from governance where entry = $1";

bool governance_find(struct database *db, struct arena *arena, int64_t entry,
                     struct governance_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, governance_find_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, entry);
    return row_read(s, arena, governance_read, out, "act about the agreement", err);
}

static const char governance_open_sql[] =
    "select entry, agreement, kind, is_own, target, version, code, at_ms from governance g"
    " where agreement = $1 and is_own = $2 and kind = $3 and not exists"
    " (select 1 from governance e where e.target = g.entry and e.kind in ($4, $5))"
    " order by entry desc limit 1";

bool governance_open_proposal(struct database *db, struct arena *arena, struct span agreement,
                              bool is_own, const struct proposal_kinds *kinds,
                              struct governance_row *out, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, governance_open_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, agreement);
    statement_integer(s, 2, is_own);
    statement_integer(s, 3, kinds->proposal);
    statement_integer(s, 4, kinds->signature);
    statement_integer(s, 5, kinds->refusal);
    return row_read(s, arena, governance_read, out, "open proposal", err);
}

static const char governance_list_sql[] =
    "select entry, agreement, kind, is_own, target, version, code, at_ms from governance"
    " where agreement = $1 and entry < $2 order by entry desc limit $3";

bool governance_list(struct database *db, struct arena *arena, struct span agreement,
                     int64_t before, struct governance_row *out, size_t limit, size_t *count,
                     struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, governance_list_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, agreement);
    statement_integer(s, 2, before);
    statement_integer(s, 3, (int64_t)limit);
    return rows_read(s, arena, governance_read, out, sizeof *out, limit, count, err);
}

static const char governance_kind_sql[] =
    "select entry, agreement, kind, is_own, target, version, code, at_ms from governance"
    " where agreement = $1 and kind = $2 order by entry desc";

bool governance_list_kind(struct database *db, struct arena *arena, struct span agreement,
                          int64_t kind, struct governance_row *out, size_t limit, size_t *count,
                          struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, governance_kind_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, agreement);
    statement_integer(s, 2, kind);
    return rows_read(s, arena, governance_read, out, sizeof *out, limit, count, err);
}

static const char version_insert_sql[] =
    "insert into agreements (agreement, version, cms, fingerprint, imported_ms, entry, suspended_ms)"
    " values ($1, $2, $3, $4, $5, $6, (select max(suspended_ms) from agreements where agreement = $7))";

bool version_insert(struct database *db, struct span agreement, int64_t version, struct span cms,
                    struct span fingerprint, int64_t imported_ms, int64_t entry, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, version_insert_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, agreement);
    statement_integer(s, 2, version);
    statement_bytes(s, 3, cms);
    statement_bytes(s, 4, fingerprint);
    statement_integer(s, 5, imported_ms);
    statement_integer(s, 6, entry);
    statement_text(s, 7, agreement);
    return row_write(s, err);
}

static bool version_read(const struct statement *s, struct arena *arena, void *out)
{
    struct version_row *row = out;
    (void)arena;

    row->version = column_integer(s, 0);
    row->entry = column_integer(s, 1);
    row->log = column_integer(s, 2);
    row->index = column_is_null(s, 3) ? ENTRY_WAITING : column_integer(s, 3);
    row->imported_ms = column_integer(s, 4);
    return true;
}

static const char version_list_sql[] =
    "select a.version, coalesce(a.entry, 0), coalesce(e.log, 0), e.idx, a.imported_ms from agreements a"
    " left join entries e on e.id = a.entry where a.agreement = $1 order by a.version desc";

bool version_list(struct database *db, struct span agreement, struct version_row *out, size_t limit,
                  size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, version_list_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, agreement);
    return rows_read(s, NULL, version_read, out, sizeof *out, limit, count, err);
}

static bool cms_read(const struct statement *s, struct arena *arena, void *out)
{
    return row_bytes(s, 0, arena, out);
}

static const char version_find_sql[] =
    "select cms from agreements where agreement = $1 and version = $2";

bool version_find(struct database *db, struct arena *arena, struct span agreement, int64_t version,
                  struct span *cms, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, version_find_sql, err);
    if (s == NULL)
        return false;
    statement_text(s, 1, agreement);
    statement_integer(s, 2, version);
    return row_read(s, arena, cms_read, cms, "version of this agreement", err);
}

static const char entry_find_type_sql[] =
    "select min(idx) + 1 from entries where log = $1 and idx >= $2 and type = $3";

bool entry_find_type(struct database *db, int64_t log, int64_t from, int64_t type, int64_t *index,
                     struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, entry_find_type_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, log);
    statement_integer(s, 2, from);
    statement_integer(s, 3, type);
    if (!row_integer(s, index, err))
        return false;
    *index -= 1; /* null reads as 0: there is none */
    return true;
}

static const char returned_insert_sql[] =
    "insert into returned (entry, agreement, message_id, type, reference, created_ms, returned_ms, ground)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8)";

bool returned_insert(struct database *db, const struct returned_row *row, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, returned_insert_sql, err);
    if (s == NULL)
        return false;
    statement_integer(s, 1, row->entry);
    statement_text(s, 2, row->agreement);
    statement_bytes(s, 3, row->message_id);
    statement_integer(s, 4, row->type);
    statement_text(s, 5, row->reference);
    statement_integer(s, 6, row->created_ms);
    statement_integer(s, 7, row->returned_ms);
    statement_text(s, 8, row->ground);
    return row_write(s, err);
}

static bool returned_read(const struct statement *s, struct arena *arena, void *out)
{
    struct returned_row *row = out;

    row->entry = column_integer(s, 0);
    row->type = column_integer(s, 3);
    row->created_ms = column_integer(s, 5);
    row->returned_ms = column_integer(s, 6);
    return row_text(s, 1, arena, &row->agreement) && row_bytes(s, 2, arena, &row->message_id) &&
           row_text(s, 4, arena, &row->reference) && row_text(s, 7, arena, &row->ground);
}

static const char returned_list_sql[] =
    "select entry, agreement, message_id, type, reference, created_ms, returned_ms, ground from returned"
    " order by entry desc";

bool returned_list(struct database *db, struct arena *arena, struct returned_row *out, size_t limit,
                   size_t *count, struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, returned_list_sql, err);
    if (s == NULL)
        return false;
    return rows_read(s, arena, returned_read, out, sizeof *out, limit, count, err);
}
