/*
 * A history of two nodes in which every type of message is sent and received, and every derived table gets rows. What is kept
 * of it is the books of Romania: the rows of its log tables as SQL, and its sealed keys, with which a rebuild reads them.
 */
#ifndef BESA_TESTS_HISTORY_H
#define BESA_TESTS_HISTORY_H

#include "journal/support/pair.h"

/* Plays it on a pair that was made anew. False prints why. */
bool history_play(struct pair *pair);
/* The rows of this node's log tables that a rebuild reads, as `insert` statements in key order; SQLite only. */
bool history_write(struct pair_node *node, struct buffer *out, struct error *err);
/* A node with these rows and these sealed keys in a home that exists: opening builds the derived tables. False prints why. */
bool history_open(struct pair_node *node, struct span keys, const char *rows);

#endif
