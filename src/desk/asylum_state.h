/*
 * Which states a protected person fears: those that were named, else those of nationality and birth, else any but our own.
 * Codes are ISO 3166-1 in capitals; EL and UK are read as GR and GB. Private to desk.
 */
#ifndef BESA_DESK_ASYLUM_STATE_H
#define BESA_DESK_ASYLUM_STATE_H

#include "desk/private.h"
#include "store/asylum_rows.h"

#define ASYLUM_CODE_SIZE 3u /* two letters and NUL */

struct asylum_states {
    bool is_any; /* but our own */
    char codes[ASYLUM_STATES_MAX][ASYLUM_CODE_SIZE];
    size_t count; /* 0 and not any: none, nothing is known */
};

/* False when it is no two letters. */
bool asylum_code_read(struct span text, char out[ASYLUM_CODE_SIZE]);
/* What this row alone says; a person who cannot be read fears any. */
bool asylum_states_of(struct journal *journal, struct arena *arena, const struct asylum_row *row,
                      struct asylum_states *out, struct error *err);
/* Every state of `b` is one of `a`. */
bool asylum_states_cover(const struct asylum_states *a, const struct asylum_states *b);
/* Whether a person, or who they are family of, fears this party; empty: any but our own. False for whom nothing is said. */
bool asylum_fears(struct journal *journal, struct arena *arena, int64_t person, struct span state,
                  bool *fears, struct error *err);

#endif
