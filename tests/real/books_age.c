/*
 * Makes the books of a home those of an older schema. usage: books_age HOME SCHEMA; nothing may run there
 */
#include "cmd/command.h"
#include "cmd/support/old_books.h"
#include "crypto/secret.h"

#include "base/attributes.h"
#include "base/env.h"

#include <stdio.h>
#include <stdlib.h>

/* The program's own table is in main.c, which a library cannot hold. */
const struct command commands[] = {{.name = NULL}};

int main(int argc, char **argv)
{
    char place[4096];
    struct error err = {0};
    struct database_options options = {.place = place, .env = env_real()};
    struct database *db CLEANUP(database_close) = NULL;

    crypto_start();
    if (argc != 3)
        return 2;
    snprintf(place, sizeof place, "%s/besa.db", argv[1]);
    if (database_open(&options, &db, &err) &&
        old_books_make(db, (size_t)strtoul(argv[2], NULL, 10), &err))
        return 0;
    fprintf(stderr, "books_age: %s\n", err.text);
    return 1;
}
