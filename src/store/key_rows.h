/*
 * Rows of match keys: what makes two records name one person or thing (a document, a telephone, a plate, a name with its
 * whole date of birth), as a keyed digest, so that the table itself names nobody. Whatever is kept under a key goes with
 * its object. And the notes for those who keep a record that somebody else's request touched.
 */
#ifndef BESA_STORE_KEY_ROWS_H
#define BESA_STORE_KEY_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

enum key_side {
    KEY_ITEM,        /* an entry: a request or an answer */
    KEY_CASE_PERSON, /* case_people */
    KEY_REGISTERED,  /* an item of the register */
    KEY_SIDE_COUNT
};

/* Beside the names of agreements, under which entries stand. */
#define KEY_SCOPE_DESK  ""  /* ours, for the whole desk */
#define KEY_SCOPE_GUARD "!" /* ours, for its keeper: restricted cases, protected people */

struct key_row {
    struct span key;
    struct span scope;
    enum key_side side;
    int64_t object;
    int64_t part; /* of an item: the part that has it; 0: its body */
};
/* What is there stays. */
bool key_put(struct database *db, const struct key_row *row, struct error *err);
/* For the test of their plan: the engine must read the rows in order, not sort all that have the key. */
extern const char key_find_sql[], key_find_beyond_sql[];
/* Objects of one scope that have the key, the newest of each side first; *count may be `limit`: there may be more. */
bool key_find(struct database *db, struct span key, struct span scope, struct key_row *out,
              size_t limit, size_t *count, struct error *err);
/* The same of all scopes but the desk's own and this one, scope by scope. */
bool key_find_beyond(struct database *db, struct span key, struct span scope, struct key_row *out,
                     size_t limit, size_t *count, struct error *err);
/* The strictest guard (store/own_rows.h, enum own_guard) of the protected people in cases who have the key; 0: none has. */
bool key_guard(struct database *db, struct span key, int64_t *guard, struct error *err);
bool key_count(struct database *db, enum key_side side, int64_t object, int64_t *count,
               struct error *err);
/* People of a case who are not protected themselves, and what is registered in it, follow its restriction. */
bool key_rescope_case(struct database *db, struct span number, bool is_restricted,
                      struct error *err);
/* With the notes about the object. Absent is fine. Those of an item go with it (derived_erase). */
bool key_drop(struct database *db, enum key_side side, int64_t object, struct error *err);
bool key_drop_part(struct database *db, int64_t entry, int64_t part, struct error *err);

/* A request touched what a unit keeps and others may not see: for this unit alone. */
struct touch_row {
    int64_t id;
    int64_t entry; /* the request */
    struct span unit;
    enum key_side side;
    int64_t object;
    int64_t at_ms;
};
/* Once for each request, unit and object. */
bool touch_put(struct database *db, const struct touch_row *row, struct error *err);
/* Of this unit, or of all (empty), the newest first, before `before` (0: from the newest on). */
bool touch_list(struct database *db, struct arena *arena, struct span unit, int64_t before,
                struct touch_row *out, size_t limit, size_t *count, struct error *err);
/* Of this unit, about what stands in a case: its items, people and registered items; by id, behind `after`. */
bool touch_list_case(struct database *db, struct arena *arena, struct span number, struct span unit,
                     int64_t after, struct touch_row *out, size_t limit, size_t *count,
                     struct error *err);
bool touch_drop(struct database *db, int64_t id, struct error *err);
/* --- what could not be cross-checked --- */

struct unchecked_row {
    int64_t entry;
    int64_t tries;
    int64_t first_ms;
    int64_t again_ms;   /* when it is tried again */
    struct span reason; /* an error's text: names no person */
};
/* Inserts, or replaces all but first_ms. */
bool unchecked_put(struct database *db, const struct unchecked_row *row, struct error *err);
/* Absent is fine. */
bool unchecked_drop(struct database *db, int64_t entry, struct error *err);
/* Those to be tried by then, the longest due first. */
bool unchecked_list(struct database *db, struct arena *arena, int64_t until_ms,
                    struct unchecked_row *out, size_t limit, size_t *count, struct error *err);
/* MISSING when it is none. */
bool unchecked_find(struct database *db, struct arena *arena, int64_t entry,
                    struct unchecked_row *out, struct error *err);
bool unchecked_count(struct database *db, int64_t *count, struct error *err);

#endif
