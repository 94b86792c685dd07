/*
 * What the files of journal share with one another and no one else may include.
 */
#ifndef BESA_JOURNAL_PRIVATE_H
#define BESA_JOURNAL_PRIVATE_H

#include "base/attributes.h"
#include "crypto/secret.h"
#include "journal/journal.h"
#include "message/outcomes.h"
#include "store/database.h"
#include "tlog/checkpoint.h"

#define JOURNAL_ARENA_MAX (64u * 1024u * 1024u) /* one batch of handling or one post */

/* --- log.c: a log in memory --- */
bool log_load(struct journal_log *log, const struct log_row *row, struct error *err);
/* Adds a leaf: range, size and the leaf for the keeper. */
bool log_add_leaf(struct journal_log *log, const struct tlog_hash *leaf, struct error *err);
/* Writes size and frontier. */
bool log_store(struct journal *journal, struct journal_log *log, struct error *err);
void log_free(struct journal_log *log);
/* Tells the keeper the leaves that it lacks below `size`, without asking for a signature. */
bool log_feed(struct journal *journal, struct journal_log *log, uint64_t size, struct error *err);
/* Leaves [0, size): malloc, the caller's. */
bool log_leaves(struct journal *journal, const struct journal_log *log, uint64_t size,
                struct tlog_hash **out, struct error *err);
/* Where it stands in the keeper, and the set of keys that signs it. */
enum keeper_slot log_slot(const struct journal_log *log);
uint8_t log_set(struct journal *journal, const struct journal_log *log);
uint8_t log_set_at(struct journal *journal, const struct journal_log *log, uint64_t size);
/* Nothing is signed in it now: it is read-only, or its keeper waits for a fresh receipt. */
bool log_stands_still(const struct journal_log *log);
/* Grown since its newest signature. */
bool log_is_unsigned(const struct journal_log *log);
/* Compact range of the first `size` entries, from the database's leaves: slow for a long log, only for suspicions. */
bool log_range_at(struct journal *journal, const struct journal_log *log, uint64_t size,
                  struct compact_range *out, struct error *err);
/* From now on nothing is signed in this log; said in the row, the event and `besa doctor`. */
void log_stop(struct journal *journal, struct journal_log *log, const char *reason);
/* Asks the keeper where it stands, hands over what it lacks or stops the log. */
bool log_level(struct journal *journal, struct journal_log *log, struct error *err);

/* --- reach.c: custody behind its own keeper --- */
/* The keeper's state is beyond the mirror: what it cosigned last, by its own hand once more. CONFLICT when it does not
 * sign that again. */
bool reach_load(struct journal *journal, struct journal_log *log, const struct keeper_state *state,
                struct error *err);
/* Before a post is taken: it must lead through what the keeper cosigned. BUSY when it ends before or the books are to be
 * resumed first; CONFLICT, and custody stops, when it leads elsewhere. */
bool reach_check(struct journal *journal, struct journal_line *line, const struct post *post,
                 uint64_t overlap, const struct tlog_hash *leaves,
                 const struct checkpoint *checkpoint, const uint8_t signature[SIGNATURE_SIZE],
                 struct accepted *out, struct error *err);
/* Behind its entries: the receipt that the keeper gave stands in the books again. *has_moved: as in receipt.c. */
bool reach_take(struct journal *journal, struct journal_log *log, bool *has_moved,
                struct error *err);

/* --- receipt.c: receipts of ours that come back --- */
/* The entries that this receipt of the books is the first for, as far as they were handled, count from it. *has_moved is set
 * when they had counted from another time: the derived tables are to be built again. */
bool receipt_recount(struct journal *journal, const struct receipt_row *receipt, bool *has_moved,
                     struct error *err);
/* A receipt whose signature was verified stands in the books, in place of one of the same size that is not signed. One that
 * is signed stays. */
bool receipt_take_back(struct journal *journal, const struct receipt_row *receipt, bool *has_moved,
                       struct error *err);

/* --- accept.c --- */
/* Two signed trees that differ: the partner's newer checkpoint is kept, and custody stops for this reason. */
bool fork_keep(struct journal *journal, struct journal_line *line,
               const struct checkpoint *checkpoint, const uint8_t signature[SIGNATURE_SIZE],
               const char *reason, struct accepted *out, struct error *err);

/* --- chain.c: logs that ended, and positions over them --- */
/* Puts a log that ended at the end of the chain. */
bool chain_add(struct journal *journal, struct journal_chain *chain,
               const struct journal_past *past, struct error *err);
/* Position of index `index` of log `log`; false when the log is none of this side's. */
bool chain_position(const struct journal_line *line, enum log_side side, int64_t log,
                    uint64_t index, uint64_t *out);
/* The log and index of a position. What lies beyond the current log's size is given as such. */
void chain_place(const struct journal_line *line, enum log_side side, uint64_t position,
                 int64_t *log, uint64_t *index);
/* The writer of a log of this origin. It stands for all logs of its line: what waits when a log ends, is numbered in the
 * next one. */
enum log_side side_of_origin(const struct journal_line *line, struct span origin);
/* Entries of this side, in all its logs. */
uint64_t chain_size(const struct journal_line *line, enum log_side side);
/* The custody keys of a side that count for receipts of this position in the other side's logs. */
const struct succession_keys *chain_custody_keys(const struct journal_line *line,
                                                 enum log_side side, uint64_t position);
/* The first receipt above a position of our logs; *is_there false when there is none. */
bool chain_receipt_above(struct journal *journal, const struct journal_line *line,
                         uint64_t position, struct arena *arena, struct receipt_row *out,
                         bool *is_there, struct error *err);
/* The logs before this current one. */
const struct journal_chain *chain_before(struct journal *journal, const struct journal_log *log);
/* The keeper's number of the set that holds these keys; KEYS_NOT_HELD when it has none. */
#define KEYS_NOT_HELD UINT8_MAX
uint8_t own_set(const struct journal *journal, const struct succession_keys *keys);
/* `<party>/custody/<k>` or `<party>/witness/<k>`. */
bool key_of(const char *party, const char *what, const struct succession_keys *keys,
            struct note_key *out, struct error *err);

/* --- open.c --- */
/* A new log's row and memory. */
bool log_make(struct journal *journal, const struct log_row *row, struct journal_log *out,
              struct error *err);
/* Note keys of the partner, from line->partner_keys and the current mirror. */
bool line_keys(struct journal_line *line, struct error *err);

/* --- succession.c --- */
/* A succession that the partner tells: its document holds and it does not contradict it. RULE, INPUT. */
bool succession_check(struct journal *journal, struct journal_line *line, bool is_own,
                      const struct succession *told, struct arena *arena,
                      struct succession_document *out, struct error *err);
/* A post of the log that follows our mirror: turns line->in over to it when its entry 0 permits; on failure nothing
 * moved. `undo` puts back what was before, when the rest of the post does not hold. */
struct mirror_before {
    struct journal_log in;
    struct succession_keys keys;
    uint64_t handled;
    bool has_moved;
};
bool mirror_succeed(struct journal *journal, struct journal_line *line, struct post *post,
                    struct arena *arena, struct mirror_before *before, struct accepted *out,
                    struct error *err);
void mirror_restore(struct journal *journal, struct journal_line *line,
                    struct mirror_before *before);
/* The turn itself: entry 0 of the post is verified along the chain from the keys that the books trust, and must end the
 * mirror exactly where it ends. `out`: the refusal alone. */
bool mirror_follow(struct journal *journal, struct journal_line *line, struct post *post,
                   struct arena *arena, struct mirror_before *before, struct accepted *out,
                   struct error *err);

/* --- number.c: waiting entries get their place --- */
bool number_waiting(struct journal *journal, struct error *err);
/* Entries of this line may be numbered now. */
bool number_may_go_on(const struct journal *journal, const struct journal_line *line);
size_t number_size_max(const struct journal_line *line); /* bytes of one checkpoint */
/* Business that waits and had seen less than this goes back to its officer: what a resume brought had seen more. */
bool number_return_late(struct journal *journal, struct journal_line *line, uint64_t seen,
                        struct error *err);
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

/* --- retention.c: the rows of what is held and must go, as apply writes them --- */
struct request;
struct answer;
bool retention_apply_request(struct journal *journal, const struct apply_input *input,
                             const struct request *request, struct error *err);
/* What an answer, or a message that gives unasked, holds: in its body and in small parts. */
bool retention_apply_items(struct journal *journal, const struct apply_input *input,
                           const void *parsed, struct arena *arena, struct error *err);
/* Questions and replies about a request. */
bool retention_apply_thread(struct journal *journal, const struct apply_input *input,
                            struct error *err);
/* What was refused or is held has a body too: the row of such a one. After another outcome it is none. */
bool retention_apply_plain(struct journal *journal, const struct apply_input *input,
                           struct error *err);

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
/* What is held is tried again in the next rounds. */
void line_release(struct journal_line *line);
bool held_load(struct journal *journal, struct journal_line *line, struct error *err);
/* Largest `seen` of the newest handled business below this index. */
bool held_seen_floor(struct journal *journal, const struct journal_line *line, int64_t log,
                     int64_t below, uint64_t *out, struct error *err);

/* --- restored.c --- */
/* Marks the lines of restored books. */
bool restored_load(struct journal *journal, struct error *err);
/* The partner has shown what it holds, and the books reach it. */
bool restored_prove(struct journal *journal, struct journal_line *line, struct error *err);

/* --- held.c --- */
/* Rebuilds when the derived tables were written by another number. */
bool apply_number_check(struct journal *journal, struct error *err);
/* --- accept.c, deliver.c, contact.c: what a resume needs of them too --- */
/* Entry `at` of a post into `log`, under journal->next_entry; without its parts. */
bool entry_take(struct journal *journal, int64_t log, const struct post *post, size_t at,
                const struct tlog_hash *leaf, enum body_state state, struct arena *arena,
                struct error *err);
/* A small part, or the salt of an attachment, as it came. */
bool part_take(struct journal *journal, int64_t entry, const struct post_part *part,
               struct arena *arena, struct error *err);
/* Entries [post->from, post->to) of a log, with what is held of them. */
bool post_gather(struct journal *journal, const struct journal_log *log, struct post *post,
                 struct arena *arena, struct error *err);
/* Do our leaves lead to this root? A checkpoint or receipt of that size in the books answers at once. */
bool log_root_is(struct journal *journal, const struct journal_log *log, uint64_t size,
                 const struct tlog_hash *root, bool *is_so, struct error *err);

/* --- erase.c --- */
/* As far as we know: its receipt may be on its way. A log that ended, ended in custody. */
bool entry_is_in_custody(const struct journal_line *line, const struct entry_row *row);
/* The body with its parts, keys and derived rows; nothing is told to anyone. */
bool body_forget(struct journal *journal, int64_t entry, enum body_state state, struct error *err);
bool part_forget_number(struct journal *journal, int64_t entry, uint16_t number, struct error *err);

/* --- resume.c --- */
bool resume_state_set(struct journal *journal, struct journal_line *line,
                      const struct line_resume *next, struct error *err);
/* The log whose next range is to be asked for; NULL: all is there. */
struct journal_log *resume_log(struct journal_line *line);
/* Size and T of the newest receipt in the books that is signed; 0 when there is none. */
bool resume_receipt_above(struct journal *journal, const struct journal_log *log, uint64_t *above,
                          int64_t *time_s, struct error *err);

/* --- resume_chain.c --- */
/* n of the mirror that the books hold. */
uint64_t resume_number(const struct journal_line *line);
/* The partner's answer about the log that follows our mirror: the books go over to it. It stays read-only until the resume is
 * done. LINK, RULE or INPUT when its entry 0 does not hold. */
bool resume_turn(struct journal *journal, struct journal_line *line, struct post *post,
                 struct arena *arena, struct mirror_before *before, struct error *err);
/* The keeper is led over the ends of the partner's logs that the books were led over. */
bool resume_keeper_follow(struct journal *journal, struct journal_line *line, struct error *err);

/* --- resume_governance.c --- */
/* An entry that was accepted before is in its place again. A second signature puts its version in force from there on. */
bool resume_adopt(struct journal *journal, struct journal_line *line, bool is_own,
                  const struct entry_row *row, struct error *err);
/* Suspensions and terminations, when the derived tables are built again: ours too, where an entry that came back says so. */
bool resume_governance(struct journal *journal, struct journal_line *line, struct error *err);

/* --- resume_order.c --- */
/* All ranges are there: erasures, the journal sequence, the derived tables, and where the logs stand. */
bool resume_finish(struct journal *journal, struct journal_line *line, struct error *err);
/* Entries of the partner beyond the mirror as it stands in memory were written in this transaction: the derived tables are
 * built again when entries of ours that came back had seen them. */
bool resume_catch_up(struct journal *journal, const struct journal_line *line, struct error *err);

/* --- witness.c --- */
/* When a beat is due: empty entries up to a multiple of 64, behind all that this batch appended. */
bool beat_fill(struct journal *journal, struct error *err);
/* What this partner witnessed of our domestic log. */
bool witness_load(struct journal *journal, struct journal_line *line, struct error *err);
/* The newest domestic checkpoint of the partner that we witnessed, as it signed it; empty when there is none. */
bool witness_note(struct journal *journal, struct journal_line *line, struct arena *arena,
                  struct span *out, struct error *err);

/* --- handle.c --- */
/* One round over a line's unhandled entries, in its own transaction. */
bool handle_line(struct journal *journal, struct journal_line *line, struct error *err);
/* One round over its held entries. */
bool release_line(struct journal *journal, struct journal_line *line, struct error *err);
/* A partner's entry that this node handled before it was restored, with the outcome that it reported then. Settles its
 * parts and writes its row of the sequence; nothing is ruled anew and nothing applied: a rebuild follows. */
struct handled_before {
    enum outcome_kind outcome;
    enum outcome_ground ground;
    struct span clause;
};
bool handle_again(struct journal *journal, struct journal_line *line, const struct entry_row *row,
                  const struct handled_before *before, struct error *err);

/* --- append.c --- */
/* Entry 0 of a log that begins, numbered at once: nothing that waits may stand before it. `line` NULL: the domestic log. */
bool append_first(struct journal *journal, struct journal_line *line, struct span body,
                  struct error *err);

/* --- accept.c --- */
/* BUSY before the first contact since the start: a copied-back machine does not know that it is one, and its own receipts
 * may be newer than its books. */
bool custody_has_met(const struct journal_line *line, struct error *err);
/* Suite, seal and stream: plaintext of all bodies in the arena. */
bool post_unseal(struct journal *journal, struct journal_line *line, struct post *post,
                 struct arena *arena, struct error *err);

bool sequence_add(struct journal *journal, struct sequence_row *row, struct error *err);
struct journal_line *line_of_log(struct journal *journal, int64_t log);
int64_t journal_now_ms(const struct journal *journal);
/* The disk failed: from now on nothing is acknowledged. */
void journal_die(struct journal *journal, const struct error *err);

/* Appends what journal_access_refused put aside. */
bool journal_refusal_append(struct journal *journal, struct error *err);

#endif
