/*
 * Database: see database.h. What both engines share: which transaction is open, what has failed in it, which statements
 * are prepared. An engine that rolls back a transaction by itself (SQLite does, on a full disk) would run the rest of
 * it statement by statement, each committed alone: so after a failure nothing runs until the caller has rolled back.
 */
#include "store/database.h"

#include "base/text.h"
#include "store/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool database_open(const struct database_options *options, struct database **out, struct error *err)
{
    *out = NULL;
    if (strncmp(options->place, "postgres:", 9) == 0 ||
        strncmp(options->place, "postgresql:", 11) == 0)
        return postgres_open(options, out, err);
    return sqlite_open(options, out, err);
}

static void statement_free(struct statement *s)
{
    s->db->engine->finalize(s);
    free(s->sql);
    free(s);
}

/* Frees the statements that nobody has taken. */
static void statements_free(struct database *db)
{
    for (size_t i = 0; i < STATEMENT_BUCKET_COUNT; i++) {
        struct statement **at = &db->buckets[i];
        while (*at != NULL) {
            struct statement *s = *at;
            if (s->is_taken) {
                at = &s->next;
                continue;
            }
            *at = s->next;
            db->statement_count--;
            statement_free(s);
        }
    }
}

void database_close(struct database **db)
{
    if (*db == NULL)
        return;
    database_rollback(*db);
    statements_free(*db);
    assert((*db)->statement_count == 0); /* a statement was not given back */
    (*db)->engine->close(*db);
    *db = NULL;
}

enum database_kind database_kind(const struct database *db)
{
    return db->engine->kind;
}

uint64_t database_changes(const struct database *db)
{
    return db->changes;
}

void database_note_change(struct database *db)
{
    db->changes++;
}

bool database_is_dead(const struct database *db)
{
    return db->is_dead;
}

bool database_is_in_transaction(const struct database *db)
{
    return db->is_in_transaction;
}

static bool database_is_alive(const struct database *db, struct error *err)
{
    return !db->is_dead ||
           error_set(err, ERROR_STORE, "the database failed before; this connection is closed");
}

static bool database_is_usable(const struct database *db, struct error *err)
{
    if (!database_is_alive(db, err))
        return false;
    return db->failure == FAILURE_NONE ||
           error_set(err, ERROR_BUG, "a statement of this transaction failed before; roll back");
}

/* Notes a failure of the engine. Always false. */
static bool database_failed(struct database *db)
{
    if (!db->is_in_transaction)
        return false;
    if (db->savepoints > 0 && !db->is_dead && db->engine->has_transaction(db))
        db->failure = FAILURE_IN_SAVEPOINT;
    else
        db->failure = FAILURE_IN_TRANSACTION;
    return false;
}

static void transaction_end(struct database *db)
{
    db->is_in_transaction = false;
    db->savepoints = 0;
    db->failure = FAILURE_NONE;
}

bool database_begin(struct database *db, enum database_sync sync, struct error *err)
{
    if (!database_is_usable(db, err))
        return false;
    if (db->is_in_transaction)
        return error_set(err, ERROR_BUG, "a transaction is open already");
    db->is_in_transaction = db->engine->begin(db, sync, err);
    return db->is_in_transaction;
}

bool database_commit(struct database *db, struct error *err)
{
    if (!database_is_usable(db, err))
        return false;
    if (!db->is_in_transaction || db->savepoints > 0)
        return error_set(err, ERROR_BUG, "commit %s",
                         db->savepoints > 0 ? "inside a savepoint" : "without a transaction");
    if (!db->engine->commit(db, err))
        return database_failed(db);
    transaction_end(db);
    return true;
}

void database_rollback(struct database *db)
{
    struct error ignored = {0};

    if (db->is_in_transaction && !db->is_dead && !db->engine->rollback(db, &ignored))
        db->is_dead = true;
    transaction_end(db);
}

bool database_savepoint(struct database *db, struct error *err)
{
    if (!database_is_usable(db, err))
        return false;
    if (!db->is_in_transaction || db->savepoints == DATABASE_SAVEPOINT_MAX)
        return error_set(err, ERROR_BUG, "savepoint %s",
                         db->savepoints > 0 ? "too deep" : "without a transaction");
    if (!db->engine->savepoint(db, SAVEPOINT_SET, err))
        return database_failed(db);
    db->savepoints++;
    return true;
}

bool database_release(struct database *db, struct error *err)
{
    if (!database_is_usable(db, err))
        return false;
    if (db->savepoints == 0)
        return error_set(err, ERROR_BUG, "release without a savepoint");
    if (!db->engine->savepoint(db, SAVEPOINT_RELEASE, err))
        return database_failed(db);
    db->savepoints--;
    return true;
}

bool database_rollback_savepoint(struct database *db, struct error *err)
{
    if (!database_is_alive(db, err))
        return false;
    if (db->savepoints == 0)
        return error_set(err, ERROR_BUG, "rollback without a savepoint");
    if (db->failure == FAILURE_IN_TRANSACTION)
        return error_set(err, ERROR_STORE, "the database has rolled back the whole transaction");
    db->savepoints--;
    if (!db->engine->savepoint(db, SAVEPOINT_ROLLBACK, err))
        return database_failed(db);
    db->failure = FAILURE_NONE;
    return true;
}

bool database_run(struct database *db, const char *sql, struct error *err)
{
    if (!database_is_usable(db, err))
        return false;
    statements_free(db); /* a changed table could make their plans and columns stale */
    return db->engine->run(db, sql, err) || database_failed(db);
}

bool database_checkpoint(struct database *db, enum database_checkpoint how, int64_t *left,
                         struct error *err)
{
    int64_t ignored = 0;

    if (!database_is_usable(db, err))
        return false;
    if (db->is_in_transaction || db->is_reader)
        return error_set(err, ERROR_BUG, "checkpoint %s",
                         db->is_reader ? "by a reader" : "inside a transaction");
    return db->engine->checkpoint(db, how, left != NULL ? left : &ignored, err);
}

bool database_copy(struct database *db, const char *path,
                   void (*progress)(void *context, int64_t done, int64_t total), void *context,
                   struct error *err)
{
    return database_is_usable(db, err) && db->engine->copy(db, path, progress, context, err);
}

/* The largest n of $n outside of quotes; -1 above the limit. */
static int parameter_count(const char *sql)
{
    int largest = 0;
    bool is_quoted = false;

    for (const char *p = sql; *p != '\0'; p++) {
        int number = 0;
        if (*p == '\'')
            is_quoted = !is_quoted;
        if (*p != '$' || is_quoted)
            continue;
        for (; p[1] >= '0' && p[1] <= '9' && number <= STATEMENT_PARAMETER_MAX; p++)
            number = number * 10 + (p[1] - '0');
        if (number > largest)
            largest = number;
    }
    return largest <= STATEMENT_PARAMETER_MAX ? largest : -1;
}

static size_t bucket_of(const char *address)
{
    uint64_t mixed = (uint64_t)(uintptr_t)address * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> 56) % STATEMENT_BUCKET_COUNT;
}

/* The contents are compared too: a text built on the stack may stand where another stood. */
static struct statement *statement_find(const struct database *db, const char *sql)
{
    struct statement *s = db->buckets[bucket_of(sql)];
    while (s != NULL && (s->address != sql || s->is_taken || strcmp(s->sql, sql) != 0))
        s = s->next;
    return s;
}

static struct statement *statement_make(struct database *db, const char *sql, struct error *err)
{
    struct statement *s = calloc(1, db->engine->statement_size);
    char *copy = strdup(sql);

    if (s == NULL || copy == NULL) {
        free(s);
        free(copy);
        error_set(err, ERROR_LIMIT, "out of memory");
        return NULL;
    }
    s->db = db;
    s->address = sql;
    s->sql = copy;
    s->parameter_count = parameter_count(sql);
    if (s->parameter_count < 0)
        error_set(err, ERROR_BUG, "more than %d parameters: %s", STATEMENT_PARAMETER_MAX, sql);
    if (s->parameter_count < 0 || !db->engine->prepare(s, err)) {
        statement_free(s);
        database_failed(db);
        return NULL;
    }
    size_t bucket = bucket_of(sql);
    s->next = db->buckets[bucket];
    db->buckets[bucket] = s;
    db->statement_count++;
    return s;
}

struct statement *statement_take(struct database *db, const char *sql, struct error *err)
{
    if (!database_is_usable(db, err))
        return NULL;
    struct statement *s = statement_find(db, sql);
    if (s == NULL && db->statement_count >= STATEMENT_COUNT_MAX)
        statements_free(db);
    if (s == NULL && db->statement_count >= STATEMENT_COUNT_MAX) {
        error_set(err, ERROR_BUG, "%zu statements are taken at once", db->statement_count);
        return NULL;
    }
    if (s == NULL)
        s = statement_make(db, sql, err);
    if (s != NULL)
        s->is_taken = true;
    return s;
}

static void statement_reset(struct statement *s)
{
    if (s->state != STATEMENT_READY)
        s->db->engine->reset(s);
    s->state = STATEMENT_READY;
}

void statement_give(struct statement **s)
{
    if (*s == NULL)
        return;
    statement_reset(*s);
    (*s)->is_taken = false;
    (*s)->is_misused = false;
    (*s)->changes = 0;
    for (int i = 0; i < (*s)->parameter_count; i++)
        (*s)->parameters[i] = (struct parameter){PARAMETER_NULL, 0, {NULL, 0}};
    *s = NULL;
}

static void parameter_set(struct statement *s, int index, struct parameter parameter)
{
    statement_reset(s);
    if (index < 1 || index > s->parameter_count)
        s->is_misused = true;
    else
        s->parameters[index - 1] = parameter;
}

void statement_integer(struct statement *s, int index, int64_t value)
{
    parameter_set(s, index, (struct parameter){PARAMETER_INTEGER, value, {NULL, 0}});
}

/* PostgreSQL refuses other text, SQLite would keep it: so neither gets it. */
void statement_text(struct statement *s, int index, struct span value)
{
    if (!text_is_utf8(value) || (value.size > 0 && memchr(value.data, 0, value.size) != NULL))
        s->is_misused = true;
    parameter_set(s, index, (struct parameter){PARAMETER_TEXT, 0, value});
}

void statement_bytes(struct statement *s, int index, struct span value)
{
    parameter_set(s, index, (struct parameter){PARAMETER_BYTES, 0, value});
}

void statement_null(struct statement *s, int index)
{
    parameter_set(s, index, (struct parameter){PARAMETER_NULL, 0, {NULL, 0}});
}

static enum statement_step statement_failed(struct statement *s)
{
    s->state = STATEMENT_FAILED;
    database_failed(s->db);
    return STEP_FAILED;
}

enum statement_step statement_step(struct statement *s, struct error *err)
{
    if (s->state == STATEMENT_DONE)
        return STEP_DONE;
    if (!database_is_usable(s->db, err))
        return STEP_FAILED;
    if (s->state == STATEMENT_FAILED) {
        error_set(err, ERROR_BUG, "the statement failed before: %s", s->sql);
        return STEP_FAILED;
    }
    if (s->is_misused) {
        error_set(err, ERROR_BUG, "no such parameter, or its text is none: %s", s->sql);
        return statement_failed(s);
    }
    enum statement_step step = s->db->engine->step(s, err);
    if (step == STEP_FAILED)
        return statement_failed(s);
    s->state = step == STEP_ROW ? STATEMENT_ROWS : STATEMENT_DONE;
    return step;
}

bool statement_run(struct statement *s, struct error *err)
{
    enum statement_step step;

    statement_reset(s);
    do
        step = statement_step(s, err);
    while (step == STEP_ROW);
    return step == STEP_DONE;
}

int64_t statement_changes(const struct statement *s)
{
    return s->state == STATEMENT_DONE ? s->changes : 0;
}

int64_t column_integer(const struct statement *s, int index)
{
    return s->state == STATEMENT_ROWS ? s->db->engine->integer(s, index) : 0;
}

struct span column_bytes(const struct statement *s, int index)
{
    return s->state == STATEMENT_ROWS ? s->db->engine->bytes(s, index) : (struct span){NULL, 0};
}

struct span column_text(const struct statement *s, int index)
{
    return column_bytes(s, index);
}

bool column_is_null(const struct statement *s, int index)
{
    return s->state != STATEMENT_ROWS || s->db->engine->is_null(s, index);
}
