/* Books of an older schema, made of real ones by undoing the newest migrations. */
#ifndef BESA_TESTS_CMD_SUPPORT_OLD_BOOKS_H
#define BESA_TESTS_CMD_SUPPORT_OLD_BOOKS_H

#include "store/database.h"

#include <stddef.h>

/* What the migrations after `schema` made is dropped, newest first, and the number of apply with it. */
bool old_books_make(struct database *db, size_t schema, struct error *err);

#endif
