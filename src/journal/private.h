/*
 * What the files of journal share with one another and no one else may include.
 */
#ifndef BESA_JOURNAL_PRIVATE_H
#define BESA_JOURNAL_PRIVATE_H

#include "base/attributes.h"
#include "crypto/secret.h"
#include "journal/journal.h"
#include "store/database.h"

#define JOURNAL_ARENA_MAX (64u * 1024u * 1024u) /* one batch of handling or one post */

/* --- log.c: a log in memory --- */
bool log_load(struct journal_log *log, const struct log_row *row, struct error *err);
/* Adds a leaf: range, size and the leaf for the keeper. */
bool log_add_leaf(struct journal_log *log, const struct tlog_hash *leaf, struct error *err);
/* Writes size and frontier. */
bool log_store(struct journal *journal, struct journal_log *log, struct error *err);
void log_free(struct journal_log *log);
/* Grown since its newest signature. */
bool log_is_unsigned(const struct journal_log *log);
/* Compact range of the first `size` entries, from the database's leaves: slow for a long log, only for suspicions. */
bool log_range_at(struct journal *journal, const struct journal_log *log, uint64_t size,
                  struct compact_range *out, struct error *err);
/* From now on nothing is signed in this log; said in the row, the event and `besa doctor`. */
void log_stop(struct journal *journal, struct journal_log *log, const char *reason);
/* Asks the keeper where it stands, hands over what it lacks or stops the log. */
bool log_level(struct journal *journal, struct journal_log *log, struct error *err);

/* --- number.c: waiting entries get their place --- */
bool number_waiting(struct journal *journal, struct error *err);
/* Entries of this line may be numbered now. */
bool number_may_go_on(const struct journal_line *line);
/* At open: what waits, and whether a `withdrawn` is among it. */
bool number_owed_load(struct journal *journal, struct journal_line *line, struct error *err);

/* --- seal.c: signing --- */
/* Writes the newest signatures; they stay due until seal_signatures_stored says that the transaction is committed. */
bool seal_store_signatures(struct journal *journal, struct error *err);
void seal_signatures_stored(struct journal *journal);
bool seal_ask_keeper(struct journal *journal, struct error *err);
bool seal_is_wanted(const struct journal *journal);

/* --- body.c: bodies at rest --- */
struct sealed_body {
    struct span sealed;
    struct span key;
};
/* Keys for the batch; outside a transaction. */
bool body_fill_pool(struct journal *journal, struct error *err);
/* Seals `plain` under a fresh key, bound to `salt`. Memory in `arena`. */
bool body_seal(struct journal *journal, struct span plain, const uint8_t salt[SALT_SIZE],
               struct arena *arena, struct sealed_body *out, struct error *err);
bool body_open(struct journal *journal, struct span sealed, struct span wrapped,
               const uint8_t salt[SALT_SIZE], struct arena *arena, struct span *out,
               struct error *err);

/* --- cache.c: plaintext on its way between two steps of the same process --- */
struct body_cache *cache_make(size_t limit);
void cache_free(struct body_cache **cache);
void cache_put(struct body_cache *cache, int64_t entry, struct span plain);
/* True and a copy in `arena` when it is there. */
bool cache_get(struct body_cache *cache, int64_t entry, struct arena *arena, struct span *out);
void cache_forget(struct body_cache *cache, int64_t entry);

/* --- apply.c --- */
struct apply_input {
    const struct sequence_row *row;
    struct journal_line *line;
    const struct entry_row *entry;
    const struct head *head;
    struct span body; /* empty when erased, withdrawn or lost */
    const void
        *parsed; /* the type's struct, when the caller has read the body already; else NULL */
    bool is_own;
};
/* Derived rows of one entry. Reads head, body or its absence, and derived tables only. */
bool apply_entry(struct journal *journal, const struct apply_input *input, struct arena *arena,
                 struct error *err);
/* Due times of our requests below a receipt. */
bool apply_receipt(struct journal *journal, struct journal_line *line,
                   const struct sequence_row *row, struct arena *arena, struct error *err);
/* From where a reference is made. It leads back only: to earlier entries of its writer's log, and to those of the other
 * log below `seen`. So it names the same entry, or none, whenever it is asked: at handling and at every rebuild. */
struct position {
    int64_t entry;
    uint64_t seen;
    bool is_own; /* the writer is this node */
};
/* The entry that a reference names, in the two logs of its agreement; MISSING when it resolves to nothing. */
bool reference_resolve(struct journal *journal, struct journal_line *line,
                       const struct position *from, const struct reference *reference,
                       struct arena *arena, struct entry_row *out, struct error *err);

/* --- held.c --- */
/* head_read, but for types that this journal was told not to know. */
bool head_read_known(const struct journal *journal, struct span bytes, struct arena *arena,
                     struct head *out, struct error *err);
/* *is_held: an earlier entry of the same thread is held. */
bool held_thread_check(struct journal *journal, struct journal_line *line,
                       const struct entry_row *entry, const struct head *head, bool *is_held,
                       struct error *err);
/* The row of `held`: written for a held entry, removed by the next row of the same entry. Reads heads only. */
bool apply_held(struct journal *journal, struct journal_line *line, const struct sequence_row *row,
                const struct entry_row *entry, const struct head *head, struct error *err);
/* At open. */
bool held_load(struct journal *journal, struct journal_line *line, struct error *err);
/* Largest `seen` of the newest handled business below this index. */
bool held_seen_floor(struct journal *journal, const struct journal_line *line, int64_t below,
                     uint64_t *out, struct error *err);
/* Rebuilds when the derived tables were written by another number. */
bool apply_number_check(struct journal *journal, struct error *err);

/* --- witness.c --- */
/* When a beat is due: empty entries up to a multiple of 64, behind all that this batch appended. */
bool beat_fill(struct journal *journal, struct error *err);
/* What this partner witnessed of our domestic log. */
bool witness_load(struct journal *journal, struct journal_line *line, struct error *err);

/* --- handle.c --- */
/* One round over a line's unhandled entries, in its own transaction. */
bool handle_line(struct journal *journal, struct journal_line *line, struct error *err);
/* One round over its held entries. */
bool release_line(struct journal *journal, struct journal_line *line, struct error *err);

bool sequence_add(struct journal *journal, struct sequence_row *row, struct error *err);
struct journal_line *line_of_log(struct journal *journal, int64_t log);
int64_t journal_now_ms(const struct journal *journal);
/* The disk failed: from now on nothing is acknowledged. */
void journal_die(struct journal *journal, const struct error *err);

#endif
