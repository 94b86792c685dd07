/*
 * SQLite: the default engine, one file in WAL mode. Readers see the last commit and never wait; writers take the write
 * lock at BEGIN, so that what they read stays true. Checkpoints are the background thread's: a writer never stops for
 * one. Durability is chosen per transaction by PRAGMA synchronous and is FULL between transactions, so that a write
 * outside of one is durable too.
 */
#include "store/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VALUE_SIZE_MAX     (64 * 1024 * 1024) /* above POST_SIZE_MAX */
#define STATEMENT_SIZE_MAX (64 * 1024)        /* of SQL text; migrations are the longest */

enum control {
    CONTROL_BEGIN_READ,
    CONTROL_BEGIN_WRITE,
    CONTROL_COMMIT,
    CONTROL_ROLLBACK,
    CONTROL_SAVEPOINT,
    CONTROL_RELEASE,
    CONTROL_ROLLBACK_SAVEPOINT,
    CONTROL_RELEASE_AFTER_ROLLBACK,
    CONTROL_COUNT
};

static const char *const control_sql[CONTROL_COUNT] = {
    [CONTROL_BEGIN_READ] = "begin deferred",
    [CONTROL_BEGIN_WRITE] = "begin immediate",
    [CONTROL_COMMIT] = "commit",
    [CONTROL_ROLLBACK] = "rollback",
    [CONTROL_SAVEPOINT] = "savepoint besa",
    [CONTROL_RELEASE] = "release besa",
    [CONTROL_ROLLBACK_SAVEPOINT] = "rollback to besa",
    [CONTROL_RELEASE_AFTER_ROLLBACK] = "release besa",
};

struct sqlite_database {
    struct database base;
    sqlite3 *handle;
    bool is_normal;   /* synchronous = NORMAL at the moment */
    bool is_unsynced; /* synchronous = OFF for good: see struct env */
    sqlite3_stmt *controls[CONTROL_COUNT];
};

struct sqlite_statement {
    struct statement base;
    sqlite3_stmt *handle;
};

static struct sqlite_database *sqlite_of(struct database *db)
{
    return (struct sqlite_database *)db;
}

static struct sqlite_statement *statement_of(struct statement *s)
{
    return (struct sqlite_statement *)s;
}

static sqlite3_stmt *handle_of(const struct statement *s)
{
    return ((const struct sqlite_statement *)s)->handle;
}

static enum error_kind kind_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return ERROR_CONFLICT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL:
        return ERROR_BUSY;
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
        return ERROR_LIMIT;
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
    case SQLITE_AUTH:
        return ERROR_BUG;
    default:
        return code == SQLITE_IOERR_NOMEM ? ERROR_LIMIT : ERROR_STORE;
    }
}

/* After these nothing that the connection says may be relied on. A full disk is not among them: SQLite undoes the
 * transaction, and the next one may find room. */
static bool is_final(int code)
{
    int primary = code & 0xff;
    return (primary == SQLITE_IOERR && code != SQLITE_IOERR_NOMEM) || primary == SQLITE_CORRUPT ||
           primary == SQLITE_NOTADB;
}

/* The connection's last error. SQLite's text names tables and columns, never values. Always false. */
static bool sqlite_failed(struct sqlite_database *db, struct error *err)
{
    int code = sqlite3_extended_errcode(db->handle);
    const char *what = sqlite3_errmsg(db->handle);

    if (is_final(code))
        db->base.is_dead = true;
    if ((code & 0xff) == SQLITE_FULL)
        return error_set(err, ERROR_FULL, "the disk of the database is full");
    if ((code & 0xff) == SQLITE_IOERR && code != SQLITE_IOERR_NOMEM)
        return error_set(err, ERROR_STORE,
                         "the disk of the database failed (SQLite %d): stop and check it", code);
    if (is_final(code))
        return error_set(err, ERROR_STORE, "the database file is damaged (SQLite %d): %s", code,
                         what);
    return error_set(err, kind_of(code), "SQLite %d: %s", code, what);
}

static bool sqlite_exec(struct sqlite_database *db, const char *sql, struct error *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK || sqlite_failed(db, err);
}

static bool sqlite_control(struct sqlite_database *db, enum control control, struct error *err)
{
    sqlite3_stmt **s = &db->controls[control];

    if (*s == NULL && sqlite3_prepare_v3(db->handle, control_sql[control], -1,
                                         SQLITE_PREPARE_PERSISTENT, s, NULL) != SQLITE_OK)
        return sqlite_failed(db, err);
    bool ok = sqlite3_step(*s) == SQLITE_DONE || sqlite_failed(db, err);
    sqlite3_reset(*s);
    return ok;
}

static bool sqlite_run(struct database *base, const char *sql, struct error *err)
{
    return sqlite_exec(sqlite_of(base), sql, err);
}

static bool sqlite_set_sync(struct sqlite_database *db, bool is_normal, struct error *err)
{
    if (db->is_normal == is_normal || db->is_unsynced)
        return true;
    if (!sqlite_exec(db, is_normal ? "pragma synchronous = normal" : "pragma synchronous = full",
                     err))
        return false;
    db->is_normal = is_normal;
    return true;
}

static bool sqlite_begin(struct database *base, enum database_sync sync, struct error *err)
{
    struct sqlite_database *db = sqlite_of(base);

    if (base->is_reader)
        return sqlite_control(db, CONTROL_BEGIN_READ, err);
    if (sqlite_set_sync(db, sync == DATABASE_NORMAL, err) &&
        sqlite_control(db, CONTROL_BEGIN_WRITE, err))
        return true;
    struct error ignored = {0};
    if (!sqlite_set_sync(db, false, &ignored))
        base->is_dead = true;
    return false;
}

/* A commit that stands is not called failed because the next setting is: then the connection is closed instead. */
static bool sqlite_commit(struct database *base, struct error *err)
{
    struct sqlite_database *db = sqlite_of(base);
    struct error ignored = {0};

    if (!sqlite_control(db, CONTROL_COMMIT, err))
        return false;
    if (!sqlite_set_sync(db, false, &ignored))
        base->is_dead = true;
    return true;
}

static bool sqlite_has_transaction(struct database *base)
{
    return sqlite3_get_autocommit(sqlite_of(base)->handle) == 0;
}

static bool sqlite_rollback(struct database *base, struct error *err)
{
    struct sqlite_database *db = sqlite_of(base);

    if (sqlite_has_transaction(base) && !sqlite_control(db, CONTROL_ROLLBACK, err))
        return false;
    return sqlite_set_sync(db, false, err);
}

static bool sqlite_savepoint(struct database *base, enum savepoint_act act, struct error *err)
{
    struct sqlite_database *db = sqlite_of(base);

    if (act == SAVEPOINT_SET)
        return sqlite_control(db, CONTROL_SAVEPOINT, err);
    if (act == SAVEPOINT_RELEASE)
        return sqlite_control(db, CONTROL_RELEASE, err);
    return sqlite_control(db, CONTROL_ROLLBACK_SAVEPOINT, err) &&
           sqlite_control(db, CONTROL_RELEASE_AFTER_ROLLBACK, err);
}

static bool sqlite_checkpoint(struct database *base, enum database_checkpoint how, int64_t *left,
                              struct error *err)
{
    struct sqlite_database *db = sqlite_of(base);
    int in_log = 0, copied = 0;
    int mode = how == CHECKPOINT_PASSIVE ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE;

    if (sqlite3_wal_checkpoint_v2(db->handle, NULL, mode, &in_log, &copied) != SQLITE_OK)
        return sqlite_failed(db, err);
    *left = in_log > copied ? in_log - copied : 0;
    return true;
}

/* SQLite numbers $1, $2 by first use, whatever they are called: names and numbers must agree. */
static bool parameters_ascend(const struct statement *s)
{
    char name[16];

    if (sqlite3_bind_parameter_count(handle_of(s)) != s->parameter_count)
        return false;
    for (int i = 1; i <= s->parameter_count; i++) {
        const char *found = sqlite3_bind_parameter_name(handle_of(s), i);
        snprintf(name, sizeof name, "$%d", i);
        if (found == NULL || strcmp(found, name) != 0)
            return false;
    }
    return true;
}

static bool sqlite_prepare(struct statement *s, struct error *err)
{
    struct sqlite_database *db = sqlite_of(s->db);
    const char *rest = NULL;

    if (sqlite3_prepare_v3(db->handle, s->sql, -1, SQLITE_PREPARE_PERSISTENT,
                           &statement_of(s)->handle, &rest) != SQLITE_OK) {
        sqlite_failed(db, err);
        return error_add(err, "%s", s->sql);
    }
    if (handle_of(s) == NULL || rest[strspn(rest, " \n;")] != '\0')
        return error_set(err, ERROR_BUG, "not one statement: %s", s->sql);
    if (sqlite3_column_count(handle_of(s)) > STATEMENT_COLUMN_MAX)
        return error_set(err, ERROR_BUG, "more than %d columns: %s", STATEMENT_COLUMN_MAX, s->sql);
    return parameters_ascend(s) ||
           error_set(err, ERROR_BUG, "parameters are not $1, $2... in first use: %s", s->sql);
}

static void sqlite_finalize(struct statement *s)
{
    sqlite3_finalize(handle_of(s));
}

/* NULL pointers would bind null: empty values need a place to point at. */
static int parameter_bind(sqlite3_stmt *handle, int index, const struct parameter *p)
{
    const void *data = p->span.data != NULL ? (const void *)p->span.data : "";

    switch (p->type) {
    case PARAMETER_INTEGER:
        return sqlite3_bind_int64(handle, index, p->integer);
    case PARAMETER_TEXT:
        return sqlite3_bind_text64(handle, index, data, p->span.size, SQLITE_STATIC, SQLITE_UTF8);
    case PARAMETER_BYTES:
        return sqlite3_bind_blob64(handle, index, data, p->span.size, SQLITE_STATIC);
    case PARAMETER_NULL:
        break;
    }
    return sqlite3_bind_null(handle, index);
}

static enum statement_step sqlite_step(struct statement *s, struct error *err)
{
    struct sqlite_database *db = sqlite_of(s->db);
    int code = SQLITE_OK;

    if (s->state == STATEMENT_READY)
        for (int i = 0; i < s->parameter_count && code == SQLITE_OK; i++)
            code = parameter_bind(handle_of(s), i + 1, &s->parameters[i]);
    if (code == SQLITE_OK)
        code = sqlite3_step(handle_of(s));
    if (code == SQLITE_ROW)
        return STEP_ROW;
    if (code == SQLITE_DONE) {
        s->changes = sqlite3_stmt_readonly(handle_of(s)) != 0 ? 0 : sqlite3_changes64(db->handle);
        sqlite3_reset(handle_of(s)); /* ends the read transaction of a statement outside of one */
        return STEP_DONE;
    }
    sqlite_failed(db, err);
    return STEP_FAILED;
}

static void sqlite_reset(struct statement *s)
{
    sqlite3_reset(handle_of(s));
    sqlite3_clear_bindings(handle_of(s));
}

static int64_t sqlite_integer(const struct statement *s, int index)
{
    return sqlite3_column_int64(handle_of(s), index);
}

static struct span sqlite_bytes(const struct statement *s, int index)
{
    sqlite3_stmt *handle = handle_of(s);
    const void *data = sqlite3_column_blob(handle, index); /* first: it may convert */
    int size = sqlite3_column_bytes(handle, index);

    return size > 0 && data != NULL ? span_make(data, (size_t)size) : span_make("", 0);
}

static bool sqlite_is_null(const struct statement *s, int index)
{
    return sqlite3_column_type(handle_of(s), index) == SQLITE_NULL;
}

/* A dead connection must not touch the disk again, so it does not copy the log on its way out. */
static void sqlite_close(struct database *base)
{
    struct sqlite_database *db = sqlite_of(base);

    for (size_t i = 0; i < CONTROL_COUNT; i++)
        sqlite3_finalize(db->controls[i]);
    if (base->is_dead)
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(db->handle);
    free(db);
}

/* --- a copy of what is seen now --- */

#define COPY_PAGES 2048 /* 8 MiB between two looks at the log and two words of progress */

static int64_t file_size(const char *path, const char *tail)
{
    char name[4096];
    struct stat st;

    return snprintf(name, sizeof name, "%s%s", path, tail) < (int)sizeof name &&
                   stat(name, &st) == 0
               ? st.st_size
               : 0;
}

static bool copy_steps(struct sqlite_database *db, sqlite3_backup *backup,
                       void (*progress)(void *context, int64_t done, int64_t total), void *context,
                       struct error *err)
{
    const char *source = sqlite3_db_filename(db->handle, "main");
    int64_t log_before = file_size(source, "-wal");
    int code = SQLITE_OK;

    while (code == SQLITE_OK) {
        code = sqlite3_backup_step(backup, COPY_PAGES);
        int64_t total = sqlite3_backup_pagecount(backup);
        if (progress != NULL)
            progress(context, total - sqlite3_backup_remaining(backup), total);
        if (code == SQLITE_OK && file_size(source, "-wal") - log_before > DATABASE_COPY_LOG_MAX)
            return error_set(err, ERROR_LIMIT,
                             "others write faster than this disk copies; try in a quieter hour");
    }
    if (code == SQLITE_DONE)
        return true;
    return (code & 0xff) == SQLITE_FULL
               ? error_set(err, ERROR_FULL, "the disk of the copy is full")
               : error_set(err, kind_of(code), "copying the database: SQLite %d", code);
}

static bool copy_into(struct sqlite_database *db, sqlite3 *to,
                      void (*progress)(void *context, int64_t done, int64_t total), void *context,
                      struct error *err)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", db->handle, "main");

    if (backup == NULL)
        return error_set(err, ERROR_STORE, "copying the database: %s", sqlite3_errmsg(to));
    bool ok = copy_steps(db, backup, progress, context, err);
    int code = sqlite3_backup_finish(backup);
    return ok && (code == SQLITE_OK ||
                  error_set(err, ERROR_STORE, "copying the database: SQLite %d", code));
}

/* The source's read transaction, begun by a first read, holds one snapshot: else each write of another would begin the copy
 * anew, and it might never end. */
static bool sqlite_copy(struct database *base, const char *path,
                        void (*progress)(void *context, int64_t done, int64_t total), void *context,
                        struct error *err)
{
    struct sqlite_database *db = sqlite_of(base);
    sqlite3 *to = NULL;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return error_set(err, errno == EEXIST ? ERROR_CONFLICT : ERROR_STORE, "%s: %s", path,
                         strerror(errno));
    close(fd);
    bool is_own = !base->is_in_transaction;
    bool ok = (!is_own || database_begin(base, DATABASE_NORMAL, err));
    ok = ok && sqlite_exec(db, "select count(*) from sqlite_schema", err);
    ok = ok && (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
                    SQLITE_OK ||
                error_set(err, ERROR_STORE, "%s: %s", path, sqlite3_errmsg(to)));
    ok = ok && copy_into(db, to, progress, context, err);
    sqlite3_close(to);
    if (is_own)
        database_rollback(base);
    if (!ok)
        unlink(path);
    return ok;
}

static const struct engine sqlite_engine = {
    .kind = DATABASE_SQLITE,
    .statement_size = sizeof(struct sqlite_statement),
    .close = sqlite_close,
    .run = sqlite_run,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .savepoint = sqlite_savepoint,
    .has_transaction = sqlite_has_transaction,
    .checkpoint = sqlite_checkpoint,
    .copy = sqlite_copy,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .step = sqlite_step,
    .reset = sqlite_reset,
    .integer = sqlite_integer,
    .bytes = sqlite_bytes,
    .is_null = sqlite_is_null,
};

/* SQLite would create the file with the process's umask. Its log and shared memory take over the file's mode. */
static bool file_create(const struct env *env, const char *path, struct error *err)
{
    struct env_file *file = NULL;
    struct error found = {0};

    if (env->open(env->context, path, ENV_OPEN_CREATE, &file, &found)) {
        env->close(env->context, file);
        return true;
    }
    if (found.kind == ERROR_CONFLICT)
        return true;
    return error_set(err, found.kind, "%s", found.text);
}

/* What an attacker with a changed database file could use, and what SQLite keeps only for old programs, is off. */
static bool sqlite_harden(struct sqlite_database *db, struct error *err)
{
    static const struct {
        int option;
        int value;
    } settings[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 0},    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };

    for (size_t i = 0; i < ARRAY_COUNT(settings); i++)
        if (sqlite3_db_config(db->handle, settings[i].option, settings[i].value, NULL) != SQLITE_OK)
            return sqlite_failed(db, err);
    sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, VALUE_SIZE_MAX);
    sqlite3_limit(db->handle, SQLITE_LIMIT_SQL_LENGTH, STATEMENT_SIZE_MAX);
    return true;
}

static int is_wal(void *out, int count, char **values, char **names)
{
    (void)names;
    *(bool *)out = count == 1 && values[0] != NULL && strcmp(values[0], "wal") == 0;
    return 0;
}

static bool sqlite_configure(struct sqlite_database *db, struct error *err)
{
    bool wal = false;

    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, DATABASE_WAIT_MS);
    if (!sqlite_harden(db, err))
        return false;
    if (sqlite3_exec(db->handle,
                     db->base.is_reader ? "pragma journal_mode" : "pragma journal_mode = wal",
                     is_wal, &wal, NULL) != SQLITE_OK)
        return sqlite_failed(db, err);
    if (!wal)
        return error_set(err, ERROR_STORE, "the file cannot keep a write-ahead log");
    return sqlite_exec(db,
                       "pragma wal_autocheckpoint = 0;"
                       "pragma synchronous = full;"
                       "pragma secure_delete = on;"
                       "pragma foreign_keys = off;"
                       "pragma cell_size_check = on;"
                       "pragma temp_store = memory;"
                       "pragma mmap_size = 0;"
                       "pragma journal_size_limit = 67108864;",
                       err) &&
           (!db->is_unsynced || sqlite_exec(db, "pragma synchronous = off", err)) &&
           (!db->base.is_reader || sqlite_exec(db, "pragma query_only = on", err));
}

bool sqlite_open(const struct database_options *options, struct database **out, struct error *err)
{
    const char *vfs = options->env->sqlite_vfs;
    int flags =
        options->is_reader ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

    if (vfs == NULL && !options->is_reader && !file_create(options->env, options->place, err))
        return error_add(err, "database");
    struct sqlite_database *db = calloc(1, sizeof *db);
    if (db == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    db->base.engine = &sqlite_engine;
    db->base.is_reader = options->is_reader;
    db->is_unsynced = options->env->is_unsynced;
    bool ok = sqlite3_open_v2(options->place, &db->handle, flags | SQLITE_OPEN_NOMUTEX, vfs) ==
                  SQLITE_OK ||
              sqlite_failed(db, err);
    if (!ok || !sqlite_configure(db, err)) {
        sqlite_close(&db->base);
        return error_add(err, "database %s", options->place);
    }
    *out = &db->base;
    return true;
}
