/*
 * Engines: one suite, two engines. Gives fresh databases in a temporary directory: SQLite files, and databases of a
 * PostgreSQL 15 server that the test program starts for itself on a Unix socket.
 *
 *     CHECK_TEST(rows_come_back) { struct engine_case c CLEANUP(engine_case_end); ENGINE_CASE(&c); ... c.db ... }
 *     int main(void) { RUN_ON_ENGINES(rows_come_back); return engines_end(check_end()); }
 *
 * Include after check.h.
 */
#ifndef BESA_TESTS_STORE_SUPPORT_ENGINES_H
#define BESA_TESTS_STORE_SUPPORT_ENGINES_H

#include "base/attributes.h"
#include "store/database.h"

#define ENGINE_PATH_SIZE 256

/* A fresh database, and a writer connection to it. */
struct engine_case {
    char place[ENGINE_PATH_SIZE];
    struct database *db;
    struct error error; /* for the test's calls */
};

/* Which engine the running test uses. */
extern enum database_kind engine_kind;

/* NULL when the engine can be used (the server is started now), else why not. */
const char *engine_missing(void);
/* False, with a message on stdout, when it cannot be made. */
bool engine_case_begin(struct engine_case *c);
void engine_case_end(struct engine_case *c);
/* Another connection to the same database; NULL and a message on failure. */
struct database *engine_connect(const struct engine_case *c, bool is_reader);
/* A place where no database is yet. */
bool engine_fresh_place(char out[ENGINE_PATH_SIZE]);
/* The program's temporary directory. */
const char *engine_directory(void);

/* Stops the server, removes the directory, passes the exit code through. */
int engines_end(int code);

#define ENGINE_CASE(c)                                                                             \
    do {                                                                                           \
        *(c) = (struct engine_case){.db = NULL};                                                   \
        if (engine_missing() != NULL)                                                              \
            CHECK_NOT_RUN(engine_missing());                                                       \
        CHECK_OR_RETURN(engine_case_begin(c));                                                     \
    } while (0)

#define RUN_ON_ENGINES(name)                                                                       \
    do {                                                                                           \
        engine_kind = DATABASE_SQLITE;                                                             \
        CHECK_RUN(name);                                                                           \
        engine_kind = DATABASE_POSTGRES;                                                           \
        CHECK_RUN(name);                                                                           \
    } while (0)

#endif
