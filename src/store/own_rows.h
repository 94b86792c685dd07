/*
 * Rows of the own index: people of the state's own cases, the numbers that name them, and the files they came from.
 */
#ifndef BESA_STORE_OWN_ROWS_H
#define BESA_STORE_OWN_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

/* Who is shown a person. Stored: numbers are never reused. */
enum own_guard {
    OWN_GUARD_OPEN,
    OWN_GUARD_PROTECTED, /* in the own case, or where a person is missing or in danger (docs/safeguards.md g2, g4) */
    OWN_GUARD_SHIELDED, /* in the own case only (docs/safeguards.md g3, g6) */
};

struct own_row {
    int64_t id;              /* own_put gives it */
    struct span source;      /* the register, as the import named it */
    struct span external;    /* its number there */
    struct span case_number; /* the case for which the person is kept; may be empty */
    int64_t category;        /* enum person_category */
    bool is_minor;
    bool is_shielded;
    enum own_guard guard; /* what follows of the three above */
    uint32_t birth;       /* birth_pack */
    struct span body;     /* JSON of a person */
    struct span
        names; /* own_names_write: what the search files take; NULL: they ask the body. To be put, not found */
    int64_t changed;
    int64_t put_ms;
    int64_t review_ms; /* as the body's marking has it: who is kept is looked at by then, */
    int64_t erase_ms;  /* and erased from then on */
};

/* Inserts, or replaces who has the same source and external number. row->changed must be new (own_changed + 1 and on). */
bool own_put(struct database *db, const struct own_row *row, int64_t *id, bool *is_new,
             struct error *err);
/* Many of them: the statements are looked up once. */
struct own_batch {
    struct statement *put;
    struct statement *mark;
};
bool own_batch_begin(struct own_batch *batch, struct database *db, struct error *err);
void own_batch_end(struct own_batch *batch); /* for CLEANUP */
bool own_batch_put(struct own_batch *batch, const struct own_row *row, int64_t *id, bool *is_new,
                   struct error *err);
struct own_mark;
bool own_batch_mark(struct own_batch *batch, const struct own_mark *mark, int64_t person,
                    struct error *err);
/* MISSING when there is no such person. */
bool own_find(struct database *db, struct arena *arena, int64_t id, struct own_row *out,
              struct error *err);
bool own_find_external(struct database *db, struct arena *arena, struct span source,
                       struct span external, struct own_row *out, struct error *err);
/* With all marks and joins; `changed` as in own_put. What is absent is fine. */
bool own_remove(struct database *db, int64_t id, int64_t changed, struct error *err);
bool own_count(struct database *db, int64_t *count, struct error *err);
/* The highest `changed` that was given; 0 for none. */
bool own_changed(struct database *db, int64_t *changed, struct error *err);

struct own_change {
    int64_t changed;
    int64_t id;
    bool is_gone;
    enum own_guard guard; /* OWN_GUARD_OPEN when gone */
    int64_t
        moved; /* the last `changed` at which OWN_GUARD_OPEN became another guard or the other way round; 0: never */
    uint32_t birth;
    struct span names; /* as they were put; or, where has_names is false, */
    bool has_names;
    struct span body; /* the person; each of them empty when it is not needed */
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
/* For whom people are asked: the guards up to `most` are shown, and whoever is kept for this case (empty: none). */
struct own_viewer {
    enum own_guard most;
    struct span case_number;
};
/* People who have the mark and are shown, at most `limit`; *count may be `limit`: there may be more. */
bool own_mark_people(struct database *db, const struct own_mark *mark,
                     const struct own_viewer *viewer, int64_t *out, size_t limit, size_t *count,
                     struct error *err);
/* The strictest guard of those who have the mark. */
bool own_mark_guard(struct database *db, const struct own_mark *mark, int64_t *guard,
                    struct error *err);
/* Is this person shown? False, too, when there is none. */
bool own_is_shown(struct database *db, int64_t id, const struct own_viewer *viewer, bool *is_shown,
                  struct error *err);

/* People whose time is over, or who are to be looked at, by then: the earliest first, behind the place (due_ms, id). */
enum own_date { OWN_REVIEW, OWN_ERASE, OWN_DATE_COUNT };
struct own_due {
    int64_t due_ms;
    int64_t id;
    struct span source;
    struct span case_number;
    int64_t other_ms; /* the other of the two dates */
};
bool own_due_list(struct database *db, struct arena *arena, enum own_date date, int64_t until_ms,
                  const struct own_due *after, struct own_due *out, size_t limit, size_t *count,
                  struct error *err);
/* At most `limit` are counted. */
bool own_due_count(struct database *db, enum own_date date, int64_t until_ms, int64_t limit,
                   int64_t *count, struct error *err);

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
/* The newest first, by digest where several began at once: those behind one that began at `began_ms` with this digest; INT64_MAX
 * and nothing: from the first. */
bool own_import_list(struct database *db, struct arena *arena, int64_t began_ms, struct span digest,
                     struct own_import_row *out, size_t limit, size_t *count, struct error *err);

#endif
