/*
 * Rows of protection: who of the people in cases seeks or holds protection, from which states, and the keyed digests by which
 * something about them is known before it is sent (docs/safeguards.md g3). LOCAL, and asked by person or by key alone: no
 * function here lists who is protected, and none may.
 */
#ifndef BESA_STORE_ASYLUM_ROWS_H
#define BESA_STORE_ASYLUM_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

/* Stored: numbers are never reused. */
enum protection_status {
    PROTECTION_NONE_KNOWN = 0,
    PROTECTION_APPLICANT = 1,
    PROTECTION_PROTECTED = 2,
    PROTECTION_UNKNOWN = 3, /* counts as an applicant */
    PROTECTION_STATUS_COUNT
};

#define ASYLUM_STATES_MAX      16u
#define ASYLUM_STATES_SIZE_MAX (3u * ASYLUM_STATES_MAX) /* two letters and a space each */

struct asylum_row {
    int64_t person; /* case_people */
    enum protection_status status;
    struct span
        states; /* "AL RS": the states feared; empty: those of the person's nationality and birth, or any */
    int64_t family_of; /* another person of the case, whose row counts for this one, too; 0: none */
    struct span officer; /* who set it; empty: nobody did, the category says so */
    int64_t put_ms;
};
/* Inserts, or replaces the person's row. */
bool asylum_put(struct database *db, const struct asylum_row *row, struct error *err);
/* MISSING when nothing is said of the person. */
bool asylum_find(struct database *db, struct arena *arena, int64_t person, struct asylum_row *out,
                 struct error *err);
/* With the person's keys. Absent is fine. */
bool asylum_drop(struct database *db, int64_t person, struct error *err);

/* Whether somebody is entered as this person's family. */
bool asylum_has_family(struct database *db, int64_t person, bool *has, struct error *err);

/* Another key by which the person is known; those of earlier spellings stay. */
bool asylum_key_put(struct database *db, int64_t person, struct span key, struct error *err);
bool asylum_keys_drop(struct database *db, int64_t person, struct error *err);
/* The people of whom something is said and who have this key, by number, behind `after` (0: from the first); *count may be
 * `limit`: there may be more. */
bool asylum_key_people(struct database *db, struct span key, int64_t after, int64_t *out,
                       size_t limit, size_t *count, struct error *err);
/* Whether anybody of whom something is said has one of these keys as their own: at most ASYLUM_ASK_MAX, asked at once. */
#define ASYLUM_ASK_MAX 64u
bool asylum_keys_any(struct database *db, const struct span *keys, size_t count, bool *any,
                     struct error *err);
/* Whether anybody is protected; else nothing need be looked for. */
bool asylum_has_any(struct database *db, bool *has, struct error *err);

#endif
