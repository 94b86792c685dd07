/*
 * The derived rows and receipts of a node, named so that two sets of books can be compared: by log and index instead of by
 * row ids.
 */
#ifndef BESA_TESTS_ROWS_H
#define BESA_TESTS_ROWS_H

#include "journal/support/pair.h"

#define ROW_COUNT_MAX 4096
struct rows {
    struct pair_node *node;
    char *text[ROW_COUNT_MAX];
    size_t count;
};
/* Every derived row, sorted. The caller frees. */
void rows_collect(struct pair_node *node, struct rows *out);
void rows_free(struct rows *rows);
/* Prints the first that differ. */
bool rows_are_equal(const struct rows *before, const struct rows *after);

/* Sizes, roots, times and signatures of all receipts of a log. */
void receipts_digest(struct pair_node *node, int64_t log, uint8_t out[DIGEST_SIZE]);

#endif
