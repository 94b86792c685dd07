/*
 * PostgreSQL: the replicated engine. Any number of nodes may share one database, so each writing transaction first takes
 * one advisory lock, held until its COMMIT is through: the row functions are written for one writer at a time, and no
 * other SQL serves both engines. READ COMMITTED then reads what the last holder left.
 *
 * A COMMIT whose wait for the standby was cancelled still answers COMMIT, with a WARNING: the one sign that the rows may
 * be lost with this machine. It is listened for, and we never cancel anything ourselves.
 */
#include "store/books_copy.h"
#include "store/engine.h"
#include "store/postgres_connect.h"
#include "store/postgres_value.h"

#include <libpq-fe.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTEGER_TEXT_SIZE 24

struct postgres_database {
    struct database base;
    PGconn *conn;
    bool has_warned; /* since it was last cleared */
    uint64_t name_count;
};

struct postgres_statement {
    struct statement base;
    uint64_t name; /* of the prepared statement, "s<name>"; 0: not prepared yet */
    Oid types[STATEMENT_PARAMETER_MAX];
    PGresult *rows;
    int row;
    char (*integers)[INTEGER_TEXT_SIZE]; /* decimal forms of the current row, made when asked for */
};

static struct postgres_database *postgres_of(struct database *db)
{
    return (struct postgres_database *)db;
}

static struct postgres_statement *statement_of(struct statement *s)
{
    return (struct postgres_statement *)s;
}

static const struct postgres_statement *statement_of_const(const struct statement *s)
{
    return (const struct postgres_statement *)s;
}

static void result_clear(PGresult **result)
{
    PQclear(*result);
    *result = NULL;
}

static void notice_receive(void *context, const PGresult *notice)
{
    struct postgres_database *db = context;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (severity == NULL || strcmp(severity, "WARNING") == 0)
        db->has_warned = true;
}

/* By class of SQLSTATE, or the whole code. */
static enum error_kind kind_of(const char *state)
{
    static const struct {
        const char *state;
        enum error_kind kind;
    } kinds[] = {
        {"23", ERROR_CONFLICT}, {"40", ERROR_BUSY},  {"55P03", ERROR_BUSY}, {"57014", ERROR_BUSY},
        {"53200", ERROR_LIMIT}, {"54", ERROR_LIMIT}, {"53100", ERROR_FULL}, {"53", ERROR_STORE},
        {"57", ERROR_STORE},    {"58", ERROR_STORE}, {"08", ERROR_STORE},   {"XX", ERROR_STORE},
        {"25006", ERROR_STORE},
    };

    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        if (strncmp(state, kinds[i].state, strlen(kinds[i].state)) == 0)
            return kinds[i].kind;
    return ERROR_BUG;
}

/* A failed disk or damaged page of the server, and a server that has become a standby: another connection may find the
 * new primary, this one is of no use. A full disk (53100) is not among them: room can be made; nor is a reader's attempt to write. */
static bool is_final(const struct postgres_database *db, const char *state)
{
    return strncmp(state, "58", 2) == 0 || strncmp(state, "XX", 2) == 0 ||
           (strcmp(state, "25006") == 0 && !db->base.is_reader);
}

/* The server's text names tables and constraints; only of class 22 (data) it repeats values. Always false. */
static bool postgres_failed(struct postgres_database *db, const PGresult *result, struct error *err)
{
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;

    if (PQstatus(db->conn) != CONNECTION_OK) {
        db->base.is_dead = true;
        return error_set(err, ERROR_STORE, "the connection to the database server is lost (%s)",
                         state != NULL ? state : "no answer");
    }
    if (state == NULL)
        return error_set(err, ERROR_LIMIT, "the answer of the database server does not fit");
    if (is_final(db, state))
        db->base.is_dead = true;
    if (strncmp(state, "22", 2) == 0)
        text = "a value is out of range";
    return error_set(err, kind_of(state), "PostgreSQL %s: %s", state, text != NULL ? text : "");
}

static bool postgres_exec(struct postgres_database *db, const char *sql, struct error *err)
{
    PGresult *result CLEANUP(result_clear) = PQexec(db->conn, sql);
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY ||
           postgres_failed(db, result, err);
}

static bool postgres_run(struct database *base, const char *sql, struct error *err)
{
    return postgres_exec(postgres_of(base), sql, err);
}

/* The lock's number is "Besa" in ASCII. All nodes of one database must use the same. */
#define BEGIN_WRITE(synchronous)                                                                   \
    "begin isolation level read committed read write;"                                             \
    "set local synchronous_commit = " synchronous ";"                                              \
    "select pg_advisory_xact_lock(1113944929)"

static bool postgres_begin(struct database *base, enum database_sync sync, struct error *err)
{
    struct postgres_database *db = postgres_of(base);
    const char *sql = base->is_reader         ? "begin isolation level repeatable read read only"
                      : sync == DATABASE_FULL ? BEGIN_WRITE("on")
                                              : BEGIN_WRITE("off");
    struct error ignored = {0};

    if (postgres_exec(db, sql, err))
        return true;
    if (!base->is_dead && PQtransactionStatus(db->conn) != PQTRANS_IDLE &&
        !postgres_exec(db, "rollback", &ignored))
        base->is_dead = true;
    return false;
}

static bool postgres_commit(struct database *base, struct error *err)
{
    struct postgres_database *db = postgres_of(base);

    db->has_warned = false;
    PGresult *result CLEANUP(result_clear) = PQexec(db->conn, "commit");
    if (PQstatus(db->conn) != CONNECTION_OK) {
        base->is_dead = true;
        return error_set(err, ERROR_STORE,
                         "outcome unknown: the connection was lost during COMMIT");
    }
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        return postgres_failed(db, result, err);
    if (db->has_warned)
        return error_set(err, ERROR_STORE, "outcome unknown: COMMIT did not wait for the standby");
    if (strcmp(PQcmdStatus(result), "COMMIT") != 0)
        return error_set(err, ERROR_STORE, "the database server has rolled back");
    return true;
}

static bool postgres_has_transaction(struct database *base)
{
    PGTransactionStatusType status = PQtransactionStatus(postgres_of(base)->conn);
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

static bool postgres_rollback(struct database *base, struct error *err)
{
    return !postgres_has_transaction(base) || postgres_exec(postgres_of(base), "rollback", err);
}

static bool postgres_savepoint(struct database *base, enum savepoint_act act, struct error *err)
{
    static const char *const sql[] = {
        [SAVEPOINT_SET] = "savepoint besa",
        [SAVEPOINT_RELEASE] = "release savepoint besa",
        [SAVEPOINT_ROLLBACK] = "rollback to savepoint besa; release savepoint besa",
    };

    return postgres_exec(postgres_of(base), sql[act], err);
}

static bool postgres_checkpoint(struct database *base, enum database_checkpoint how, int64_t *left,
                                struct error *err)
{
    (void)base;
    (void)how;
    (void)err;
    *left = 0;
    return true;
}

static bool postgres_copy(struct database *base, const char *path,
                          void (*progress)(void *context, int64_t done, int64_t total),
                          void *context, struct error *err)
{
    if (!base->is_reader) /* its transaction is no snapshot, and it would hold up every writer */
        return error_set(err, ERROR_BUG, "a copy is taken by a reader");
    return books_copy_to_file(base, path, progress, context, err);
}

/* The server is asked only when the types of the parameters are known, at the first step: it would else guess them from
 * the text, and guess `integer` in nullif($1, 0), where a time does not fit. */
static bool postgres_prepare(struct statement *s, struct error *err)
{
    struct postgres_statement *statement = statement_of(s);

    statement->integers = calloc(STATEMENT_COLUMN_MAX, sizeof *statement->integers);
    return statement->integers != NULL || error_set(err, ERROR_LIMIT, "out of memory");
}

static void statement_name(uint64_t number, char out[INTEGER_TEXT_SIZE])
{
    snprintf(out, INTEGER_TEXT_SIZE, "s%" PRIu64, number);
}

/* Failing to is no failure: then the server forgets it when the connection closes. */
static void statement_deallocate(struct postgres_statement *statement)
{
    struct postgres_database *db = postgres_of(statement->base.db);
    char sql[64];

    if (statement->name != 0 && PQtransactionStatus(db->conn) != PQTRANS_INERROR &&
        PQstatus(db->conn) == CONNECTION_OK) {
        snprintf(sql, sizeof sql, "deallocate s%" PRIu64, statement->name);
        PQclear(PQexec(db->conn, sql));
    }
    statement->name = 0;
}

static void postgres_reset(struct statement *s)
{
    result_clear(&statement_of(s)->rows);
}

static void postgres_finalize(struct statement *s)
{
    postgres_reset(s);
    statement_deallocate(statement_of(s));
    free(statement_of(s)->integers);
}

static Oid type_of(enum parameter_type type)
{
    switch (type) {
    case PARAMETER_INTEGER:
        return POSTGRES_INT8;
    case PARAMETER_TEXT:
        return POSTGRES_TEXT;
    case PARAMETER_BYTES:
        return POSTGRES_BYTEA;
    case PARAMETER_NULL:
        break;
    }
    return POSTGRES_UNKNOWN;
}

/* Takes over the types of what is set; a null fits every type. True when the prepared statement serves. */
static bool types_fit(struct postgres_statement *statement)
{
    bool fit = true;

    for (int i = 0; i < statement->base.parameter_count; i++) {
        Oid type = type_of(statement->base.parameters[i].type);
        if (type != POSTGRES_UNKNOWN && type != statement->types[i]) {
            statement->types[i] = type;
            fit = false;
        }
    }
    return fit && statement->name != 0;
}

static bool statement_prepare(struct postgres_statement *statement, struct error *err)
{
    struct postgres_database *db = postgres_of(statement->base.db);
    char name[INTEGER_TEXT_SIZE];

    statement_deallocate(statement);
    statement_name(++db->name_count, name);
    PGresult *result CLEANUP(result_clear) = PQprepare(
        db->conn, name, statement->base.sql, statement->base.parameter_count, statement->types);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        postgres_failed(db, result, err);
        return error_add(err, "%s", statement->base.sql);
    }
    statement->name = db->name_count;
    return true;
}

struct parameters {
    const char *values[STATEMENT_PARAMETER_MAX];
    int sizes[STATEMENT_PARAMETER_MAX];
    int formats[STATEMENT_PARAMETER_MAX]; /* 1: binary */
    uint8_t integers[STATEMENT_PARAMETER_MAX][8];
};

static bool parameters_fill(const struct statement *s, struct parameters *out, struct error *err)
{
    for (int i = 0; i < s->parameter_count; i++) {
        const struct parameter *p = &s->parameters[i];
        out->formats[i] = 1;
        out->sizes[i] = 0;
        out->values[i] = NULL;
        if (p->type == PARAMETER_INTEGER) {
            postgres_integer_write(p->integer, out->integers[i]);
            out->values[i] = (const char *)out->integers[i];
            out->sizes[i] = 8;
        } else if (p->type != PARAMETER_NULL) {
            if (p->span.size > INT32_MAX)
                return error_set(err, ERROR_LIMIT, "a value of %zu bytes", p->span.size);
            out->values[i] = p->span.data != NULL ? (const char *)p->span.data : "";
            out->sizes[i] = (int)p->span.size;
        }
    }
    return true;
}

/* Of a select nothing changed, though the server counts its rows. */
static int64_t changes_of(PGresult *result)
{
    if (strncmp(PQcmdStatus(result), "SELECT", 6) == 0)
        return 0;
    return strtoll(PQcmdTuples(result), NULL, 10);
}

static bool statement_execute(struct postgres_statement *statement, struct error *err)
{
    struct postgres_database *db = postgres_of(statement->base.db);
    struct parameters parameters;
    char name[INTEGER_TEXT_SIZE];

    if (!types_fit(statement) && !statement_prepare(statement, err))
        return false;
    if (!parameters_fill(&statement->base, &parameters, err))
        return false;
    statement_name(statement->name, name);
    statement->rows = PQexecPrepared(db->conn, name, statement->base.parameter_count,
                                     parameters.values, parameters.sizes, parameters.formats, 1);
    ExecStatusType status = PQresultStatus(statement->rows);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        postgres_failed(db, statement->rows, err);
        return false;
    }
    if (PQnfields(statement->rows) > STATEMENT_COLUMN_MAX)
        return error_set(err, ERROR_BUG, "more than %d columns: %s", STATEMENT_COLUMN_MAX,
                         statement->base.sql);
    statement->row = -1;
    return true;
}

static enum statement_step postgres_step(struct statement *s, struct error *err)
{
    struct postgres_statement *statement = statement_of(s);

    if (s->state == STATEMENT_READY && !statement_execute(statement, err))
        return STEP_FAILED;
    statement->row++;
    if (statement->row < PQntuples(statement->rows))
        return STEP_ROW;
    s->changes = changes_of(statement->rows);
    return STEP_DONE;
}

static bool postgres_is_null(const struct statement *s, int index)
{
    const struct postgres_statement *statement = statement_of_const(s);
    return index < 0 || index >= PQnfields(statement->rows) ||
           PQgetisnull(statement->rows, statement->row, index) == 1;
}

static struct span value_of(const struct statement *s, int index)
{
    const struct postgres_statement *statement = statement_of_const(s);
    int size = PQgetlength(statement->rows, statement->row, index);
    return span_make(PQgetvalue(statement->rows, statement->row, index), (size_t)size);
}

static int64_t postgres_integer(const struct statement *s, int index)
{
    int64_t value = 0;

    if (!postgres_is_null(s, index))
        postgres_integer_read(PQftype(statement_of_const(s)->rows, index), value_of(s, index),
                              &value);
    return value;
}

static struct span postgres_bytes(const struct statement *s, int index)
{
    if (postgres_is_null(s, index))
        return (struct span){(const uint8_t *)"", 0};
    if (!postgres_is_integer(PQftype(statement_of_const(s)->rows, index)))
        return value_of(s, index);
    char *text = statement_of_const(s)->integers[index];
    snprintf(text, INTEGER_TEXT_SIZE, "%" PRId64, postgres_integer(s, index));
    return span_text(text);
}

static void postgres_close(struct database *base)
{
    PQfinish(postgres_of(base)->conn);
    free(base);
}

static const struct engine postgres_engine = {
    .kind = DATABASE_POSTGRES,
    .statement_size = sizeof(struct postgres_statement),
    .close = postgres_close,
    .run = postgres_run,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .savepoint = postgres_savepoint,
    .has_transaction = postgres_has_transaction,
    .checkpoint = postgres_checkpoint,
    .copy = postgres_copy,
    .prepare = postgres_prepare,
    .finalize = postgres_finalize,
    .step = postgres_step,
    .reset = postgres_reset,
    .integer = postgres_integer,
    .bytes = postgres_bytes,
    .is_null = postgres_is_null,
};

static bool postgres_connect(struct postgres_database *db, const char *place, struct error *err)
{
    struct conninfo conninfo CLEANUP(conninfo_free) = {.count = 0};

    if (!conninfo_read(place, &conninfo, err))
        return false;
    db->conn = PQconnectdbParams(conninfo.names, conninfo.values, 0);
    if (PQstatus(db->conn) != CONNECTION_OK)
        return error_set(err, ERROR_STORE, "cannot connect to PostgreSQL: %.300s",
                         PQerrorMessage(db->conn));
    PQsetNoticeReceiver(db->conn, notice_receive, db);
    return true;
}

/* One text, or ERROR_STORE when the query gives none. */
static bool postgres_ask(struct postgres_database *db, const char *sql, char *out, size_t size,
                         struct error *err)
{
    PGresult *result CLEANUP(result_clear) = PQexec(db->conn, sql);

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        return postgres_failed(db, result, err);
    snprintf(out, size, "%s", PQntuples(result) == 1 ? PQgetvalue(result, 0, 0) : "");
    return true;
}

/* Text must sort by its bytes as it does in SQLite, and an index must not change its order with the system's locale. */
static bool postgres_check(struct postgres_database *db, struct error *err)
{
    static const char collate_sql[] =
        "select datcollate from pg_database where datname = current_database()";
    char encoding[32], collate[64];

    if (!postgres_ask(db, "show server_encoding", encoding, sizeof encoding, err) ||
        !postgres_ask(db, collate_sql, collate, sizeof collate, err))
        return false;
    if (strcmp(encoding, "UTF8") != 0)
        return error_set(err, ERROR_INPUT, "the database must have encoding UTF8, not %s",
                         encoding);
    if (strcmp(collate, "C") != 0 && strcmp(collate, "POSIX") != 0)
        return error_set(err, ERROR_INPUT,
                         "the database must have been made with lc_collate C, not %s", collate);
    return true;
}

/* `create schema if not exists` asks for the right to create even when it exists. */
static bool schema_make(struct postgres_database *db, struct error *err)
{
    char found[8];

    if (!postgres_ask(db, "select 1 from pg_namespace where nspname = 'besa'", found, sizeof found,
                      err))
        return false;
    if (strcmp(found, "1") == 0)
        return true;
    if (db->base.is_reader)
        return error_set(err, ERROR_MISSING, "the database has no schema besa");
    return postgres_exec(db, "create schema if not exists besa", err);
}

/* The server closes a transaction whose node has stopped or lies behind a cut line: it would keep the lock. */
static bool postgres_configure(struct postgres_database *db, struct error *err)
{
    static const char settings[] = "set client_min_messages = warning;"
                                   "set standard_conforming_strings = on;"
                                   "set synchronous_commit = on;"
                                   "set statement_timeout = 0;"
                                   "set lock_timeout = 10000;" /* DATABASE_WAIT_MS */
                                   "set idle_in_transaction_session_timeout = 30000;"
                                   "set tcp_keepalives_idle = 2;"
                                   "set tcp_keepalives_interval = 1;"
                                   "set tcp_keepalives_count = 2;"
                                   "set search_path = besa, pg_temp;";

    return postgres_check(db, err) && schema_make(db, err) && postgres_exec(db, settings, err) &&
           (!db->base.is_reader ||
            postgres_exec(db, "set default_transaction_read_only = on", err));
}

bool postgres_open(const struct database_options *options, struct database **out, struct error *err)
{
    struct postgres_database *db = calloc(1, sizeof *db);

    if (db == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    db->base.engine = &postgres_engine;
    db->base.is_reader = options->is_reader;
    if (!postgres_connect(db, options->place, err) || !postgres_configure(db, err)) {
        postgres_close(&db->base);
        return error_add(err, "database");
    }
    *out = &db->base;
    return true;
}
