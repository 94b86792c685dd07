/*
 * Rows about the agreement itself: proposals, second signatures, refusals, suspensions, terminations (DERIVED: each from
 * one entry), and the versions that they brought into force (LOG: kept beside the entries).
 */
#ifndef BESA_STORE_GOVERNANCE_ROWS_H
#define BESA_STORE_GOVERNANCE_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

struct governance_row {
    int64_t entry;
    struct span agreement;
    int64_t kind; /* message type */
    bool is_own;
    int64_t target;  /* the proposal or suspension that it is about; 0: none */
    int64_t version; /* of the document proposed; 0 for suspensions and terminations */
    int64_t code;    /* reason or ground */
    int64_t at_ms;   /* as the body says; of a termination the day */
};
bool governance_insert(struct database *db, const struct governance_row *row, struct error *err);
/* Newest of one party's entries of either kind; MISSING when there is none. */
bool governance_newest(struct database *db, struct arena *arena, struct span agreement, bool is_own,
                       int64_t kind, int64_t other_kind, struct governance_row *out,
                       struct error *err);
bool governance_find(struct database *db, struct arena *arena, int64_t entry,
                     struct governance_row *out, struct error *err);
/* The party's newest proposal that was neither signed nor refused; MISSING when there is none. */
struct proposal_kinds { /* message types, by number */
    int64_t proposal;
    int64_t signature;
    int64_t refusal;
};
bool governance_open_proposal(struct database *db, struct arena *arena, struct span agreement,
                              bool is_own, const struct proposal_kinds *kinds,
                              struct governance_row *out, struct error *err);
/* Those of an agreement before entry `before` (INT64_MAX: all), newest first. */
bool governance_list(struct database *db, struct arena *arena, struct span agreement,
                     int64_t before, struct governance_row *out, size_t limit, size_t *count,
                     struct error *err);

/* The same, of one kind. */
bool governance_list_kind(struct database *db, struct arena *arena, struct span agreement,
                          int64_t kind, struct governance_row *out, size_t limit, size_t *count,
                          struct error *err);

/* One version of an agreement, and where its second signature stands. */
struct version_row {
    int64_t version;
    int64_t entry; /* 0: imported, before the first entry of either log */
    int64_t log;   /* of the entry; 0 without */
    int64_t index; /* of the entry in its log, or ENTRY_WAITING */
    int64_t imported_ms;
};
/* A version that an entry brought into force. `suspended_ms` as in the version before. */
bool version_insert(struct database *db, struct span agreement, int64_t version, struct span cms,
                    struct span fingerprint, int64_t imported_ms, int64_t entry, struct error *err);
/* Newest first. */
bool version_list(struct database *db, struct span agreement, struct version_row *out, size_t limit,
                  size_t *count, struct error *err);
/* The signed document; MISSING. */
bool version_find(struct database *db, struct arena *arena, struct span agreement, int64_t version,
                  struct span *cms, struct error *err);

/* Index of the first entry of this type at or after `from`; -1 when there is none. */
bool entry_find_type(struct database *db, int64_t log, int64_t from, int64_t type, int64_t *index,
                     struct error *err);

/* An own message that went back to its officer before it was numbered (LOCAL). */
struct returned_row {
    int64_t entry;
    struct span agreement;
    struct span message_id;
    int64_t type;
    struct span reference; /* of a request; else empty */
    int64_t created_ms;
    int64_t returned_ms;
    struct span ground; /* in words, without a person in them */
};
bool returned_insert(struct database *db, const struct returned_row *row, struct error *err);
/* Newest first. */
bool returned_list(struct database *db, struct arena *arena, struct returned_row *out, size_t limit,
                   size_t *count, struct error *err);

#endif
