/*
 * Rows of agreements, logs, entries, checkpoints, receipts and the journal sequence: the LOG class of the schema.
 * Spans read live until the statement's next step: they are copied to the arena given.
 */
#ifndef BESA_STORE_LOG_ROWS_H
#define BESA_STORE_LOG_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

struct agreement_row {
    struct span agreement;
    int64_t version;
    struct span cms;
    struct span fingerprint; /* SHA-256 of the document */
    int64_t imported_ms;
    int64_t suspended_ms; /* 0: not suspended */
};
bool agreement_insert(struct database *db, const struct agreement_row *row, struct error *err);
/* Newest version of each agreement, at most `limit`. */
bool agreement_list(struct database *db, struct arena *arena, struct agreement_row *out,
                    size_t limit, size_t *count, struct error *err);
/* suspended_ms 0 lifts the suspension. */
bool agreement_suspend(struct database *db, struct span agreement, int64_t suspended_ms,
                       struct error *err);

enum log_kind { LOG_DOMESTIC, LOG_OUTGOING, LOG_MIRROR };
#define LOG_SEEN_UNKNOWN INT64_C(-1)
struct log_row {
    int64_t id;
    struct span origin;
    enum log_kind kind;
    struct span agreement; /* empty for the domestic log */
    struct span partner;   /* empty for the domestic log */
    int64_t size;
    struct span frontier;  /* compact range at `size` */
    int64_t handled;       /* mirror: entries below are handled */
    struct span read_only; /* reason, empty when writable */
    int64_t seen; /* mirror: of its newest business; LOG_SEEN_UNKNOWN in books of before schema 5 */
    int64_t ends; /* closing size of a log that was succeeded, else LOG_OPEN */
    int64_t before;   /* id of the log that this one follows, 0 for a first one */
    struct span keys; /* of the writer from this log on; empty: those of the agreement */
    int64_t custody;  /* position up to which receipts of the writer's older key count */
};
#define LOG_OPEN INT64_C(-1)
bool log_insert(struct database *db, const struct log_row *row, struct error *err);
bool log_list(struct database *db, struct arena *arena, struct log_row *out, size_t limit,
              size_t *count, struct error *err);
/* Id, origin, size and frontier only, which every schema has: for books of an older program. */
bool log_list_heads(struct database *db, struct arena *arena, struct log_row *out, size_t limit,
                    size_t *count, struct error *err);
bool log_grow(struct database *db, int64_t log, int64_t size, struct span frontier,
              struct error *err);
bool log_set_handled(struct database *db, int64_t log, int64_t handled, int64_t seen,
                     struct error *err);
bool log_set_read_only(struct database *db, int64_t log, struct span reason, struct error *err);
/* The log ended at `ends`, where its frontier is the one given; what waits in it, or stands beyond, goes over to log
 * `successor` and waits there to be numbered. */
bool log_end(struct database *db, int64_t log, int64_t ends, struct span frontier,
             struct error *err);
bool log_hand_over(struct database *db, int64_t log, int64_t ends, int64_t successor,
                   struct error *err);

enum body_state { BODY_NONE, BODY_HELD, BODY_WITHDRAWN, BODY_ERASED, BODY_LOST };
#define ENTRY_WAITING INT64_C(-1)
struct entry_row {
    int64_t id;
    int64_t log;
    int64_t index; /* ENTRY_WAITING until numbered */
    struct span message_id;
    struct span head;
    struct span leaf;
    int64_t type;
    int64_t created_ms;
    struct span salt;     /* 32 bytes, empty without body */
    struct span body;     /* sealed; empty unless held */
    struct span body_key; /* wrapped */
    int64_t body_size;    /* of the plaintext */
    int64_t post_size;    /* waiting rows: body and small parts, as a post carries them */
    enum body_state body_state;
};
/* Highest id in use, 0 for none. */
bool entry_last_id(struct database *db, int64_t *out, struct error *err);
/* Entries above an id: those of the logs with partners, and those of this type in domestic logs. */
bool entry_count_since(struct database *db, int64_t id, int64_t domestic_type, int64_t *exchanged,
                       int64_t *domestic, struct error *err);
bool entry_insert(struct database *db, const struct entry_row *row, struct error *err);
bool entry_number(struct database *db, int64_t id, int64_t index, struct error *err);
/* MISSING when there is none. */
bool entry_find(struct database *db, struct arena *arena, int64_t id, struct entry_row *out,
                struct error *err);
/* Where it stands, without reading what it carries: for walks over many. */
bool entry_find_place(struct database *db, int64_t id, int64_t *log, int64_t *index,
                      struct error *err);
bool entry_find_index(struct database *db, struct arena *arena, int64_t log, int64_t index,
                      struct entry_row *out, struct error *err);
/* First entry of that message id in the log (a second use is refused at handling). */
bool entry_find_message(struct database *db, struct arena *arena, int64_t log,
                        struct span message_id, struct entry_row *out, struct error *err);
/* Ids of entries of `log` with this message id, at most 2: to see whether it was used before. */
bool entry_count_message(struct database *db, int64_t log, struct span message_id,
                         int64_t before_id, int64_t *count, struct error *err);
/* Waiting entries of a log, oldest first: id, leaf, type, size; bodies are not read. */
bool entry_list_waiting(struct database *db, struct arena *arena, int64_t log,
                        struct entry_row *out, size_t limit, size_t *count, struct error *err);
/* The same above entry id `above`, to go through all of them. */
bool entry_list_waiting_above(struct database *db, struct arena *arena, int64_t log, int64_t above,
                              struct entry_row *out, size_t limit, size_t *count,
                              struct error *err);
/* How many wait, counted up to `limit`. */
bool entry_count_waiting(struct database *db, int64_t log, size_t limit, size_t *count,
                         struct error *err);
/* Bytes of held bodies and small parts of entries [from, to): what a post of them carries. */
bool entry_range_size(struct database *db, int64_t log, int64_t from, int64_t to, int64_t *out,
                      struct error *err);
/* How many entries of [from, to) lost their body to a withdrawal or an erasure. */
bool entry_range_left(struct database *db, int64_t log, int64_t from, int64_t to, int64_t *out,
                      struct error *err);
/* Ids of entries [from, to), in order. */
bool entry_list_ids(struct database *db, int64_t log, int64_t from, int64_t to, int64_t *out,
                    size_t limit, size_t *count, struct error *err);
/* Head of the newest entry of this type below index `below` of mirror `log` that was handled, not refused and not
 * withdrawn; MISSING when there is none. Walks back until it finds one: not for every start. */
bool entry_newest_handled(struct database *db, struct arena *arena, int64_t log, int64_t type,
                          int64_t below, struct span *head, struct error *err);
/* A type that was unknown when the entry came. */
bool entry_set_type(struct database *db, int64_t id, int64_t type, struct error *err);
/* Entries [from, to) of a log with all columns. */
bool entry_list_range(struct database *db, struct arena *arena, int64_t log, int64_t from,
                      int64_t to, struct entry_row *out, size_t limit, size_t *count,
                      struct error *err);
/* Leaf hashes only, of entries [from, to). */
bool entry_list_leaves(struct database *db, struct arena *arena, int64_t log, int64_t from,
                       int64_t to, struct span *out, size_t limit, size_t *count,
                       struct error *err);
/* Body and its wrapped key are destroyed. */
bool entry_erase_body(struct database *db, int64_t id, enum body_state state, struct error *err);
/* A waiting entry that goes back to its officer unsent. */
bool entry_remove_waiting(struct database *db, int64_t id, struct error *err);

struct checkpoint_row {
    int64_t log;
    int64_t size;
    struct span root;
    struct span signature; /* 64 bytes, Ed25519 of the log key */
};
bool checkpoint_insert(struct database *db, const struct checkpoint_row *row, struct error *err);
/* Newest of the log; MISSING when there is none. */
bool checkpoint_newest(struct database *db, struct arena *arena, int64_t log,
                       struct checkpoint_row *out, struct error *err);
/* Largest of size `at_most` or less. */
bool checkpoint_upto(struct database *db, struct arena *arena, int64_t log, int64_t at_most,
                     struct checkpoint_row *out, struct error *err);
/* Smallest of size `at_least` or more. */
bool checkpoint_from(struct database *db, struct arena *arena, int64_t log, int64_t at_least,
                     struct checkpoint_row *out, struct error *err);

/* A checkpoint that a partner signed although our mirror holds other entries: kept beside those that it contradicts. */
struct fork_row {
    int64_t log;
    int64_t size;
    struct span root;
    struct span signature; /* of the partner's log key */
    int64_t noticed_ms;
};
bool fork_insert(struct database *db, const struct fork_row *row, struct error *err);
bool fork_list(struct database *db, struct arena *arena, int64_t log, struct fork_row *out,
               size_t limit, size_t *count, struct error *err);

struct receipt_row {
    int64_t log;
    int64_t size;
    struct span root;
    int64_t time_s;
    struct span signature; /* empty until made */
};
bool receipt_insert(struct database *db, const struct receipt_row *row, struct error *err);
/* *has_changed false when it is signed, absent, or of another time. */
bool receipt_sign(struct database *db, const struct receipt_row *row, bool *has_changed,
                  struct error *err);
/* A signed receipt takes its place, also that of one of the same size that was not signed yet; *has_changed false when a
 * signed one is there, which stays. */
bool receipt_return(struct database *db, const struct receipt_row *row, bool *has_changed,
                    struct error *err);
/* Of a mirror whose keeper signed further: it could not be made any more. Sizes below `below`. */
bool receipt_drop_unsigned(struct database *db, int64_t log, int64_t below, struct error *err);
/* Receipts above `above`, ascending, at most `limit`. The first is the receipt of entry `above`. */
bool receipt_list(struct database *db, struct arena *arena, int64_t log, int64_t above,
                  struct receipt_row *out, size_t limit, size_t *count, struct error *err);
bool receipt_newest(struct database *db, struct arena *arena, int64_t log, struct receipt_row *out,
                    struct error *err);
bool receipt_newest_signed(struct database *db, struct arena *arena, int64_t log,
                           struct receipt_row *out, struct error *err);

/* Largest receipted size below `size`, 0 when there is none. */
bool receipt_size_below(struct database *db, int64_t log, int64_t size, int64_t *out,
                        struct error *err);

struct witness_row {
    struct span origin;
    int64_t size;
    struct span witness; /* note key name of the cosigner */
    struct span root;
    int64_t time_s;
    struct span signature;
};
bool witness_insert(struct database *db, const struct witness_row *row, struct error *err);
bool witness_newest(struct database *db, struct arena *arena, struct span origin,
                    struct span witness, struct witness_row *out, struct error *err);

enum sequence_kind { SEQUENCE_APPENDED, SEQUENCE_RECEIPT, SEQUENCE_HANDLED };
enum outcome_kind { OUTCOME_ACCEPTED, OUTCOME_REFUSED, OUTCOME_HELD };
struct sequence_row {
    int64_t n;
    enum sequence_kind kind;
    int64_t entry; /* 0 for receipts */
    int64_t log;
    int64_t size;   /* receipts: cosigned size */
    int64_t time_s; /* T; 0 for appended */
    int64_t version;
    enum outcome_kind outcome;
    struct span ground; /* code, for refused and held */
    struct span ruling; /* as agreement writes it; empty when none was needed */
};
bool sequence_last(struct database *db, int64_t *out, struct error *err);
bool sequence_insert(struct database *db, const struct sequence_row *row, struct error *err);
/* Rows above `above` in order. */
bool sequence_list(struct database *db, struct arena *arena, int64_t above,
                   struct sequence_row *out, size_t limit, size_t *count, struct error *err);
/* T of the partner's entries [from, to) of this mirror, as far as they were handled; *has_changed when it was another one. */
bool sequence_retime(struct database *db, int64_t log, int64_t from, int64_t to, int64_t time_s,
                     bool *has_changed, struct error *err);
bool sequence_of_entry(struct database *db, struct arena *arena, int64_t entry,
                       struct sequence_row *out, struct error *err);

#endif
