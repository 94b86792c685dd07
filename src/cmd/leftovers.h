/*
 * Leftovers: files of attachments that grew when the node was killed. One that the books still want goes on where it
 * stopped (journal/parts.c); any other is nobody's: its key was in memory alone, so that it cannot be opened by anyone, and
 * takes up the disk.
 */
#ifndef BESA_CMD_LEFTOVERS_H
#define BESA_CMD_LEFTOVERS_H

#include "cmd/node.h"

/* Removes them. In the writer, and only before the node takes files: what grows now looks the same. *removed: how many. */
bool leftovers_remove(struct node *node, size_t *removed, struct error *err);

#endif
