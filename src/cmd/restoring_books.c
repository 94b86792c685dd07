/*
 * The books of a restore, into the database of a server. Everything else was done with the file beside it; this is the
 * last step but the new home's name, and one transaction: whoever is killed before leaves empty tables, whoever is killed
 * after leaves books that carry this restore's token and no node's home, and the next restore takes their place.
 */
#include "cmd/restoring.h"

#include "base/arena.h"
#include "base/attributes.h"
#include "store/books_copy.h"
#include "store/local_rows.h"
#include "store/migrate.h"
#include "store/schema.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_sqlite(const char *database)
{
    return strcmp(database, CONF_DEFAULT_DATABASE) == 0;
}

/* *out lives in the arena; empty when there is none. */
static bool token_find(struct database *db, struct arena *arena, struct span *out,
                       struct error *err)
{
    *out = span_make("", 0);
    if (setting_get(db, arena, RESTORING_SETTING, out, err))
        return true;
    bool is_absent = err->kind == ERROR_MISSING;
    if (is_absent)
        error_clear(err);
    return is_absent;
}

/* *is_left: what a restore that was broken off has loaded. */
static bool books_free(struct database *db, bool *is_left, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct span token;
    bool is_empty = false;

    *is_left = false;
    if (!books_are_empty(db, &is_empty, err) || is_empty)
        return is_empty;
    if (!token_find(db, &arena, &token, err))
        return false;
    *is_left = token.size > 0;
    return *is_left ||
           error_set(err, ERROR_CONFLICT,
                     "the database that `database` names holds books already; a node is "
                     "restored into an empty one only (--database)");
}

static bool server_open(const char *database, struct database **out, struct error *err)
{
    struct database_options options = {.place = database, .env = env_real()};

    return database_open(&options, out, err) &&
           database_migrate(*out, schema_migrations, schema_migration_count, err);
}

bool restoring_books_check(const char *database, struct error *err)
{
    struct database *db CLEANUP(database_close) = NULL;
    bool is_left = false;

    return is_sqlite(database) ||
           (server_open(database, &db, err) && books_free(db, &is_left, err));
}

static bool load_in(struct database *from, struct database *to, struct books_copy *copy,
                    const char *token, struct error *err)
{
    bool is_left = false;

    copy->from = from;
    copy->to = to;
    return books_free(to, &is_left, err) && (!is_left || books_clear(to, err)) &&
           books_copy_run(copy, err) && setting_put(to, RESTORING_SETTING, span_text(token), err) &&
           database_commit(to, err);
}

static void file_remove(const char *path)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    char name[HOME_PATH_SIZE + 8];

    for (size_t i = 0; i < ARRAY_COUNT(tails); i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

bool restoring_books_load(const struct restoring_place *place, const struct home *home,
                          const char *database,
                          void (*progress)(void *context, int64_t done, int64_t total),
                          void *context, struct error *err)
{
    struct books_copy copy = {.progress = progress, .context = context};
    struct database *from = NULL;
    struct database *to = NULL;
    char path[HOME_PATH_SIZE];

    if (is_sqlite(database))
        return true;
    if (!home_path(home, HOME_DATABASE, path, err))
        return false;
    struct database_options options = {.place = path, .is_reader = true, .env = env_real()};
    bool ok = database_open(&options, &from, err) && server_open(database, &to, err) &&
              database_begin(from, DATABASE_NORMAL, err) &&
              database_begin(to, DATABASE_FULL, err) && load_in(from, to, &copy, place->token, err);
    database_close(&to);
    database_close(&from);
    if (ok)
        file_remove(path);
    return ok || error_add(err, "putting the books into the server's database");
}

bool restoring_books_settle(struct database *db, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct span token;

    if (!token_find(db, &arena, &token, err) || token.size == 0)
        return err->kind == ERROR_NONE;
    bool ok = database_begin(db, DATABASE_FULL, err) && setting_drop(db, RESTORING_SETTING, err) &&
              database_commit(db, err);
    if (!ok)
        database_rollback(db);
    return ok;
}
