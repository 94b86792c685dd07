/*
 * Rows of the own index: people of the state's own cases, the numbers that name them, and the files they came from.
 */
#ifndef BESA_STORE_OWN_ROWS_H
#define BESA_STORE_OWN_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

struct own_row {
    int64_t id;              /* own_put gives it */
    struct span source;      /* the register, as the import named it */
    struct span external;    /* its number there */
    struct span case_number; /* the case for which the person is kept; may be empty */
    int64_t category;        /* enum person_category */
    bool is_minor;
    bool is_shielded; /* never shown but in its own case (REQUIREMENTS g3, g6) */
    uint32_t birth;   /* birth_pack */
    struct span body; /* JSON of a person */
    int64_t changed;
    int64_t put_ms;
};

/* Inserts, or replaces who has the same source and external number. row->changed must be new (own_changed + 1 and on). */
bool own_put(struct database *db, const struct own_row *row, int64_t *id, bool *is_new,
             struct error *err);
/* MISSING when there is no such person. */
bool own_find(struct database *db, struct arena *arena, int64_t id, struct own_row *out,
              struct error *err);
bool own_find_external(struct database *db, struct arena *arena, struct span source,
                       struct span external, struct own_row *out, struct error *err);
/* With all marks; `changed` as in own_put. What is absent is fine. */
bool own_remove(struct database *db, int64_t id, int64_t changed, struct error *err);
bool own_count(struct database *db, int64_t *count, struct error *err);
/* The highest `changed` that was given; 0 for none. */
bool own_changed(struct database *db, int64_t *changed, struct error *err);

struct own_change {
    int64_t changed;
    int64_t id;
    bool is_gone;
    uint32_t birth;
    struct span body; /* empty when gone */
};
/* What changed after `after`, in order; of a person only the last change. */
bool own_changes(struct database *db, struct arena *arena, int64_t after, struct own_change *out,
                 size_t limit, size_t *count, struct error *err);

struct own_mark {
    int64_t kind; /* enum ident_kind */
    struct span key;
};
bool own_mark_put(struct database *db, const struct own_mark *mark, int64_t person,
                  struct error *err);
bool own_marks_drop(struct database *db, int64_t person, struct error *err);
/* People who have the mark, at most `limit`; *count may be `limit`: there may be more. */
bool own_mark_people(struct database *db, const struct own_mark *mark, int64_t *out, size_t limit,
                     size_t *count, struct error *err);

struct own_import_row {
    struct span digest; /* SHA-256 of the file: the same file goes on where it was cut */
    struct span source;
    struct span officer;
    struct span case_number;
    int64_t lines; /* that are done */
    int64_t people;
    int64_t refused;
    int64_t began_ms;
    int64_t ended_ms; /* 0: not yet */
};
/* Inserts, or replaces all but began_ms. */
bool own_import_put(struct database *db, const struct own_import_row *row, struct error *err);
/* MISSING when the file never came. */
bool own_import_find(struct database *db, struct arena *arena, struct span digest,
                     struct own_import_row *out, struct error *err);
/* The newest first. */
bool own_import_list(struct database *db, struct arena *arena, struct own_import_row *out,
                     size_t limit, size_t *count, struct error *err);

#endif
