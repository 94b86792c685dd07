/*
 * Prints the derived tables and the receipts of a home's books, entries named by log and index, so that two homes, or one
 * before and after a loss, can be compared. usage: books_print HOME; nothing may run there
 */
#include "cmd/command.h"
#include "crypto/secret.h"
#include "store/log_rows.h"
#include "store/schema.h"

#include "base/attributes.h"
#include "base/env.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The program's own table is in main.c, which a library cannot hold. */
const struct command commands[] = {{.name = NULL}};

static struct database *db;

static void entry_print(struct span id)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;
    struct error err = {0};
    char text[32];

    snprintf(text, sizeof text, "%.*s", SPAN_ARG(id));
    if (entry_find(db, &arena, atoll(text), &row, &err))
        printf("[%" PRId64 ":%" PRId64 "]", row.log, row.index);
    else
        printf("[?]");
}

static bool row_print(void *context, const char *table, struct span text)
{
    bool has_target = strcmp(table, "answers") == 0 || strcmp(table, "notices") == 0 ||
                      strcmp(table, "results") == 0 || strcmp(table, "erasures") == 0 ||
                      strcmp(table, "parts_held") == 0;
    (void)context;

    printf("%s ", table);
    for (int column = 0; text.size > 0; column++) {
        if (text.data[0] == '-')
            text = span_part(text, 1, text.size);
        const uint8_t *colon = memchr(text.data, ':', text.size);
        size_t start = (size_t)(colon + 1 - text.data);
        size_t size = (size_t)atoll((const char *)text.data);
        struct span value = span_part(text, start, size);
        if (column == 0 || (column == 1 && has_target) ||
            (column == 4 && strcmp(table, "governance") == 0)) {
            entry_print(value);
        } else {
            for (size_t i = 0; i < value.size; i++)
                printf("%02x", value.data[i]);
        }
        putchar('|');
        text = span_part(text, start + size, text.size);
    }
    putchar('\n');
    return true;
}

static bool receipts_print(int64_t log, struct error *err)
{
    int64_t above = 0;

    for (;;) {
        struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
        struct receipt_row row;
        size_t count = 0;
        char hex[2 * 64 + 1] = "";
        if (!receipt_list(db, &arena, log, above, &row, 1, &count, err))
            return false;
        if (count == 0)
            return true;
        if (row.signature.size == 64)
            hex_write(row.signature, hex);
        printf("receipt %" PRId64 " size %" PRId64 " T %" PRId64 " %s\n", log, row.size, row.time_s,
               hex);
        above = row.size;
    }
}

int main(int argc, char **argv)
{
    char place[4096];
    struct error err = {0};
    struct database_options options = {.place = place, .is_reader = true, .env = env_real()};

    crypto_start();
    if (argc != 2)
        return 2;
    snprintf(place, sizeof place, "%s/besa.db", argv[1]);
    /* Log 2 is the first outgoing one, 3 its mirror. */
    if (database_open(&options, &db, &err) && schema_walk_derived(db, row_print, NULL, &err) &&
        receipts_print(2, &err) && receipts_print(3, &err)) {
        database_close(&db);
        return 0;
    }
    fprintf(stderr, "books_print: %s\n", err.text);
    return 1;
}
