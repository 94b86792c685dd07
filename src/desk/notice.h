/*
 * The `opened` notice that the first opening of a request sends, if the agreement says so. Private to desk.
 */
#ifndef BESA_DESK_NOTICE_H
#define BESA_DESK_NOTICE_H

#include "journal/journal.h"

/* Nothing when it is no request to us, was told before, or is not agreed. */
bool notice_opened(struct journal *journal, struct journal_line *line, const struct entry_row *row,
                   struct arena *arena, struct error *err);

#endif
