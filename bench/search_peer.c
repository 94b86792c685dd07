/*
 * Search peer: pg_trgm of a PostgreSQL server of its own, through its indexes GIN (threshold 0.3) and GiST (nearest first).
 * Names are made plain by ICU first, as MATCHING's evaluation does for every system but Besa, which gets them as they are.
 */
#include "search.h"

#include "base/buffer.h"
#include "store/database.h"
#include "store/support/engines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/utrans.h>
#include <unicode/ustring.h>

#define NAME_SIZE 1024
#define BATCH     10000 /* rows of a transaction */

static UTransliterator *plain;

static bool plain_open(void)
{
    UErrorCode status = U_ZERO_ERROR;

    if (plain == NULL)
        plain = utrans_openU(u"Any-Latin; NFD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower", -1,
                             UTRANS_FORWARD, NULL, 0, NULL, &status);
    return U_SUCCESS(status);
}

static struct span plain_of(struct span name, char out[NAME_SIZE])
{
    UChar units[NAME_SIZE];
    UErrorCode status = U_ZERO_ERROR;
    int32_t count = 0;
    int32_t size = 0;
    bool is_plain = true;

    for (size_t i = 0; i < name.size; i++)
        is_plain = is_plain && name.data[i] < 0x80;
    if (is_plain && name.size < NAME_SIZE) {
        for (size_t i = 0; i < name.size; i++)
            out[i] = name.data[i] >= 'A' && name.data[i] <= 'Z' ? (char)(name.data[i] + 32)
                                                                : (char)name.data[i];
        return (struct span){(const uint8_t *)out, name.size};
    }
    u_strFromUTF8WithSub(units, NAME_SIZE, &count, (const char *)name.data, (int32_t)name.size,
                         0xfffd, NULL, &status);
    int32_t limit = count;
    utrans_transUChars(plain, units, &count, NAME_SIZE, 0, &limit, &status);
    u_strToUTF8(out, NAME_SIZE, &size, units, count, &status);
    return (struct span){(const uint8_t *)out, U_SUCCESS(status) ? (size_t)size : 0};
}

static const char table_sql[] = "create extension if not exists pg_trgm;"
                                "create table peer_names (name text primary key);";
static const char insert_sql[] = "insert into peer_names (name)"
                                 " select distinct unnest(string_to_array($1, chr(10)))"
                                 " on conflict (name) do nothing";
static const char gin_make_sql[] =
    "create index peer_gin on peer_names using gin (name gin_trgm_ops); analyze peer_names;";
static const char gist_make_sql[] =
    "create index peer_gist on peer_names using gist (name gist_trgm_ops (siglen = 64));"
    "analyze peer_names;";
static const char gin_sql[] = "select name from peer_names where name % $1"
                              " order by similarity(name, $1) desc, name limit 10";
static const char gist_sql[] = "select name from peer_names order by name <-> $1 limit 10";

static bool batch_insert(struct database *db, struct buffer *names, struct error *err)
{
    struct statement *statement = statement_take(db, insert_sql, err);

    if (statement == NULL)
        return false;
    statement_text(statement, 1, buffer_span(names));
    bool ok = statement_run(statement, err);
    statement_give(&statement);
    buffer_clear(names);
    return ok;
}

static bool names_insert(struct database *db, const struct search_data *data, struct error *err)
{
    struct buffer names = buffer_make(BATCH * NAME_SIZE);
    char text[NAME_SIZE];
    bool ok = database_begin(db, DATABASE_NORMAL, err);

    for (size_t i = 0; ok && i < data->row_count; i++) {
        if (buffer_span(&names).size > 0)
            buffer_byte(&names, '\n');
        buffer_add(&names, plain_of(data->rows[i].name, text));
        if (i % BATCH == BATCH - 1 || i + 1 == data->row_count)
            ok = batch_insert(db, &names, err);
    }
    buffer_free(&names);
    return ok && database_commit(db, err);
}

/* --- asking --- */

static int expected_compare(const void *a, const void *b)
{
    const struct search_row *left = a;
    const struct search_row *right = b;
    size_t size = left->id.size < right->id.size ? left->id.size : right->id.size;
    int order = memcmp(left->id.data, right->id.data, size);

    return order != 0 ? order : (left->id.size > right->id.size) - (left->id.size < right->id.size);
}

/* The rows by id, for the name that a query expects. */
static struct search_row *rows_sort(const struct search_data *data)
{
    struct search_row *rows = malloc((data->row_count + 1) * sizeof *rows);

    if (rows != NULL) {
        memcpy(rows, data->rows, data->row_count * sizeof *rows);
        qsort(rows, data->row_count, sizeof *rows, expected_compare);
    }
    return rows;
}

static bool query_ask(struct database *db, const char *sql, struct span question,
                      struct span wanted, struct search_score *out, size_t at, struct error *err)
{
    char text[NAME_SIZE];
    struct span name = plain_of(question, text);
    double began = bench_now();
    struct statement *statement = statement_take(db, sql, err);
    enum statement_step step;
    uint8_t rank = 0;

    if (statement == NULL)
        return false;
    statement_text(statement, 1, name);
    while ((step = statement_step(statement, err)) == STEP_ROW) {
        rank++;
        if (out->ranks[at] == 0 && span_equal(column_text(statement, 0), wanted))
            out->ranks[at] = rank;
    }
    statement_give(&statement);
    out->ms[at] = (bench_now() - began) * 1e3;
    return step == STEP_DONE;
}

static bool queries_ask(struct database *db, const char *sql, const struct search_data *data,
                        size_t step, struct search_score *out, struct error *err)
{
    struct search_row *rows = rows_sort(data);
    char text[NAME_SIZE];
    bool ok = rows != NULL && database_begin(db, DATABASE_NORMAL, err);

    for (size_t i = 0; ok && i < data->query_count; i += step) {
        struct search_row key = {.id = data->queries[i].id};
        const struct search_row *row =
            bsearch(&key, rows, data->row_count, sizeof *rows, expected_compare);
        struct span wanted = row == NULL ? span_text("") : plain_of(row->name, text);
        ok = query_ask(db, sql, data->queries[i].name, wanted, out, i, err);
    }
    database_rollback(db);
    free(rows);
    return ok;
}

bool search_peer_run(enum search_peer peer, const struct search_data *data, size_t step,
                     struct search_score *out)
{
    struct engine_case engine = {.db = NULL};
    struct error err = {0};

    engine_kind = DATABASE_POSTGRES;
    if (engine_missing() != NULL || !plain_open()) {
        bench_say("NOT RUN: pg_trgm: %s\n", engine_missing());
        return false;
    }
    bool ok = engine_case_begin(&engine);
    double began = bench_now();
    ok = ok && database_run(engine.db, table_sql, &err) && names_insert(engine.db, data, &err) &&
         database_run(engine.db, peer == PEER_GIN ? gin_make_sql : gist_make_sql, &err);
    bench_say("  pg_trgm %s: filled in %.0f s\n", peer == PEER_GIN ? "GIN" : "GiST",
              bench_now() - began);
    ok = ok && queries_ask(engine.db, peer == PEER_GIN ? gin_sql : gist_sql, data, step, out, &err);
    if (!ok)
        bench_say("NOT RUN: pg_trgm: %s\n", err.text);
    engine_case_end(&engine);
    return ok;
}
