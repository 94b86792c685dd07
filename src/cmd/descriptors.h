/*
 * Descriptors: how many files and sockets the node's process may hold at once, by the limits that the code names, and that
 * the system lets it. A node that runs out of them can accept nobody, and its books cannot open a file.
 */
#ifndef BESA_CMD_DESCRIPTORS_H
#define BESA_CMD_DESCRIPTORS_H

#include "base/error.h"

/* At most so many: both servers with all their connections, calls to partners, commands, books, files. */
unsigned descriptors_wanted(void);
/* Raises the process's own limit to that, where it is lower. LIMIT: the system allows fewer; then as many as it does. */
bool descriptors_raise(struct error *err);

#endif
