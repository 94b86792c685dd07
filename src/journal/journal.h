/*
 * Journal: the books of one node. It appends own entries, numbers and signs them, takes the partner's into custody and
 * cosigns, applies both alike, erases, rebuilds. docs/protocol.md 1-4b. All functions that take a `struct journal *` run in the
 * writer (inside a job, or before the threads start), but for those marked otherwise.
 *
 * What a crash leaves is always a state that this opens from: rows and in-memory state move together at commit; the
 * keeper follows the commit and is brought level at the next round (journal_level).
 */
#ifndef BESA_JOURNAL_JOURNAL_H
#define BESA_JOURNAL_JOURNAL_H

#include "agreement/agreement.h"
#include "agreement/permit.h"
#include "agreement/succession.h"
#include "base/env.h"
#include "base/limits.h"
#include "journal/audit_copy.h"
#include "journal/job.h"
#include "journal/post.h"
#include "keeper/client.h"
#include "message/act.h"
#include "message/amendment.h"
#include "message/erased.h"
#include "message/head.h"
#include "message/suspension.h"
#include "store/log_rows.h"
#include "store/part_rows.h"
#include "tlog/note.h"
#include "tlog/tree.h"

/* Of a mirror: what the keeper cosigned beyond these books, and may cosign in this one way only (reach.c). */
struct journal_reach {
    uint64_t size; /* above the log's: books behind their keeper */
    struct tlog_hash root;
    bool has_signature; /* else the keeper was given the leaves alone */
    int64_t time_s;
    uint8_t signature[SIGNATURE_SIZE];
};

/* One log as the writer holds it. `size` and `range` are those of the last commit (or of the running batch). */
struct journal_log {
    int64_t id;
    char origin[ORIGIN_SIZE_MAX + 1];
    enum log_kind kind;
    uint64_t size;
    struct compact_range range;
    char read_only[ERROR_TEXT_SIZE]; /* why nothing is signed any more; empty while all is well */

    /* What the keeper still has to be told: leaves [keeper_size, size). */
    uint64_t keeper_size;
    unsigned
        awaits_fresh; /* its record in the keeper was lost: so many partners must be heard (fresh.h) */
    struct journal_reach reach;
    struct tlog_hash *pending; /* malloc, keeper_size.. */
    size_t pending_count;
    size_t pending_room;

    /* The newest signature: our checkpoint of an own log, our cosignature of a mirror. */
    uint64_t signed_size;
    struct tlog_hash signed_root;
    int64_t signed_time_s; /* mirror: T */
    uint8_t signature[SIGNATURE_SIZE];
    bool has_signature;
    bool must_store_signature; /* rides in the next transaction */
};

/* The logs of one writer that ended, oldest first; the current one follows them. A *position* counts over all of them:
 * closing sizes of the logs before, then the index. `seen`, outcomes and ranges are positions, and never fall; posts,
 * receipts and checkpoints name their log and count inside it. */
#define CHAIN_COUNT_MAX 64u /* a closing a year for a working life, and room for incidents */
struct journal_past {
    int64_t id;
    char origin[ORIGIN_SIZE_MAX + 1];
    uint64_t base; /* position of its entry 0 */
    uint64_t size; /* closing size */
    struct tlog_hash root;
    struct succession_keys keys; /* of its writer while it was current */
    uint64_t
        custody_to; /* position in the other's logs up to which the custody key in `keys` counts */
    uint64_t handled; /* of a mirror: below its size only after a resume that led beyond its end */
};
struct journal_chain {
    struct journal_past
        *past; /* CHAIN_COUNT_MAX of them in journal->arena; NULL while there is none */
    size_t count;
    uint64_t base; /* position of entry 0 of the current log */
};

/* A termination, and where its entry stands. */
struct line_end {
    int64_t ends_ms; /* 0: none */
    int64_t entry;
    uint64_t position;
};

struct line_versions; /* in_force.h */
struct own_index;     /* desk/own_index.h */

/* How far the books of a line lie behind what its partner holds (resume.h). */
enum resume_state {
    RESUME_NONE,
    RESUME_BEHIND,  /* the partner showed more than our books hold */
    RESUME_ORDERED, /* two officers ordered it: the courier asks */
    RESUME_DONE,    /* all is back; the log waits for its successor */
};
struct line_resume {
    enum resume_state state;
    uint64_t out_target; /* entries of our log, and of the partner's, that the books must reach */
    uint64_t in_number;  /* n of the partner's log that is meant: it may follow our mirror */
    uint64_t in_target;
    uint64_t out_from; /* where the books stood when it was ordered */
    uint64_t in_from;  /* a position: what was handled of the partner's */
    uint64_t receipt_from;
    uint64_t lost_bodies; /* neither here nor at the partner any more */
    uint64_t lost_parts;
    bool has_receipts; /* the partner gave all receipts of our log, those of entries at hand too */
    uint64_t own_back; /* what came: entries, */
    uint64_t partner_back;
    uint64_t receipts_back; /* receipts of our log, */
    uint64_t bodies_back;
    uint64_t versions_back; /* and versions of the agreement */
    uint64_t
        domestic_behind; /* entries of our domestic log that a partner witnessed and the books lack */
    uint64_t
        own_seen; /* a position: the most of the partner's that entries of ours had seen which came back */
};

/* The line to one partner under one agreement. */
struct journal_line {
    struct agreement agreement;     /* the newest version: what we write under */
    struct line_versions *versions; /* all of them, by position */
    char agreement_id[NAME_SIZE_MAX + 1];
    char partner[NAME_SIZE_MAX + 1];
    size_t own_side; /* index into agreement.parties */
    size_t partner_side;
    bool is_suspended; /* by either party */
    bool is_suspended_by_us;
    bool is_suspended_by_partner;
    struct line_end ends[2]; /* terminations: ours, the partner's */
    bool is_unproved; /* restored from a backup, and the partner has not shown yet what it holds */
    struct journal_log out; /* our outgoing log */
    struct journal_log in;  /* the mirror of theirs */
    struct journal_chain out_past;
    struct journal_chain in_past;
    struct succession_keys own_keys; /* ours on this line, from the current log on */
    struct succession_keys partner_keys;
    struct succession_keys partner_first_keys; /* as the agreement names them */
    int64_t closing_until_ms; /* of the monotonic clock: numbering pauses so that the log can end */
    uint64_t handled;         /* of `in` */
    uint64_t
        known; /* position in the partner's logs: handled in the transaction that runs; 0: none runs */
    uint64_t cosigned; /* of `out`: newest size with the partner's receipt */
    int64_t cosigned_time_s;
    uint64_t disputes;      /* receipts of the partner whose time we put on record as wrong, */
    int64_t disputed_ms;    /* when the newest of them was; 0: none */
    bool has_fallen;        /* and one was below the one before, since the start */
    bool has_clock;         /* a receipt came since the start */
    int64_t clock_ahead_ms; /* by it, the partner's clock against ours; 0: within its travel time */
    uint64_t held_there;    /* of `out`: what the partner showed at contact; 0: not yet */
    uint64_t posted_to;     /* largest size that any post carried */
    int64_t
        first_post_ms;  /* when the first post left that may have brought what is not receipted */
    uint64_t failed_to; /* the failed post that was filed last, why and when (monotonic clock) */
    char failed_why[32];
    int64_t failed_ms;
    unsigned ahead;          /* checkpoints of `out` signed beyond `cosigned` */
    bool is_reachable;       /* set by the courier; numbering waits for it */
    unsigned protocol;       /* that both speak, by the partner's last probe; 0: none known */
    uint64_t types_there;    /* bits of enum message_type that the partner knows */
    bool is_suspended_there; /* by the partner, as its last probe says: new business waits */
    size_t window; /* bytes of a checkpoint and of a post that the line carries well; 0: unknown */
    bool has_waiting; /* entries that wait to be numbered */
    bool
        owes_lifting; /* that our suspension is over may wait: no business is numbered before it is */
    bool
        owes_withdrawn; /* a numbered entry lost its body: no post goes through before its `withdrawn` is numbered */
    bool
        is_stuck; /* handling met an error of ours: tried again after a while, shown by `besa status` */
    int64_t stuck_until_ms; /* of the monotonic clock */
    char stuck_reason[ERROR_TEXT_SIZE];
    uint64_t last_seen; /* the partner's `seen` never falls */
    bool has_held;      /* entries are held; may say so a little too long */
    bool is_releasing;  /* they are tried again, above entry id `release_after` */
    int64_t release_after;
    struct note_key log_key; /* the partner's */
    struct note_key custody_key;
    struct note_key witness_key;
    uint64_t witnessed;       /* size of our domestic log that this partner cosigned */
    int64_t witnessed_time_s; /* when, by the partner's clock; 0: never */
    uint64_t witness_from;    /* the size that it says it witnessed: the next proof begins there */
    struct line_resume resume;
    bool asks_next; /* all of the mirror is back: the resume asks for the log that follows */
    bool has_said_domestic; /* gave its fresh receipt for our domestic log, since the start */
    bool has_met;           /* the partner showed what it holds, since the start */
    uint64_t
        waits_at; /* handling stops before position waits_at - 1 until the log has a successor */
};

/* What the node publishes after a commit: sequence number, kind and object, never content. */
enum journal_event_kind {
    JOURNAL_SEALED,
    JOURNAL_RECEIPT,
    JOURNAL_ARRIVED,
    JOURNAL_APPENDED,
    JOURNAL_PARTS,
    JOURNAL_SUSPENDED, /* by us, or no longer: the partner learns it */
    JOURNAL_RESUME,    /* there is something to ask the partner back */
    JOURNAL_TRUST, /* whom the line believes changed: a revocation, a version with another certificate */
    JOURNAL_ALARM
};
#define JOURNAL_EVENT_COUNT (JOURNAL_ALARM + 1)
struct journal_event {
    enum journal_event_kind kind;
    size_t line;
    int64_t entry;
    uint64_t size;
};

struct journal_options {
    const struct env *env;
    const char *home; /* attachments/ lies below */
    const char
        *audit_copy; /* directory of a second copy of the domestic log; NULL or empty: none */
    struct span party;
    struct keeper_client keeper;
    unsigned protocol_oldest; /* 0 and 0: what this software speaks (version.h) */
    unsigned protocol_newest;
    void *event_context;
    /* Runs in the writer after commit; must not block. May be NULL. */
    void (*event)(void *context, const struct journal_event *event);
    /* How far a rebuild at open is, in journal rows; with event_context. May be NULL. */
    void (*rebuild_progress)(void *context, int64_t done, int64_t total);
    /* For tests of an upgrade; 0 in a node: types (1 << type) that are treated as unknown, and another apply number. */
    uint64_t hidden_types;
    int64_t apply_number;
};

_Static_assert(MESSAGE_TYPE_COUNT <= 64, "hidden_types has a bit for each");

/* Raised with each change of what apply writes, so that the derived tables are built anew at the next start; a change without
 * it is found by tests/journal/apply_number_test.c. 1: before there was a number; 2: held entries are a table; 3:
 * key_revocation is known; 4: what is held has rows of retention; 5: their time begins with the writing at the earliest; 6:
 * what is held in an unknown type has one; 7: the clock of a request; 8: a request has its unit; 9: what is given
 * unasked has its purpose, and an answer that its receiver refused or holds does not count, and one that is
 * erased still does. */
#define JOURNAL_APPLY_NUMBER 9

/* A setting in books that were restored from a backup: "<Unix ms of the restore> <Unix ms of the backup>". While it
 * stands, a line numbers, signs and takes nothing until its partner has shown what it holds; the domestic log waits for
 * all of them. It goes when the last has. */
#define JOURNAL_RESTORED_SETTING "restored"

#define JOURNAL_KEY_POOL         256

/* An access entry that stands for repeated looks at the same for a while (desk/view.c). Believed only while its entry
 * stands in the books, since a job that failed takes its entry along. */
#define JOURNAL_VIEW_COUNT 1024 /* four views each of more officers than a desk has */
struct journal_view {
    uint8_t digest[DIGEST_SIZE]; /* who, why, in which case, what */
    int64_t entry;               /* 0: none */
    struct tlog_hash leaf;
    int64_t created_ms;
};

struct journal {
    const struct env *env;
    struct database *db;
    struct keeper_client keeper;
    struct journal_options options;
    char party[NAME_SIZE_MAX + 1];
    char home[4096];
    struct keeper_keys keys; /* the newest */
    struct keeper_sets sets;
    struct arena arena; /* agreements and names; lives as long as the journal */
    struct journal_log domestic;
    struct audit_copy audit_copy;
    struct journal_chain domestic_past;
    struct succession_keys domestic_keys;
    int64_t next_log;
    struct journal_line lines[PARTNER_COUNT_MAX];
    size_t line_count;
    int64_t next_entry;
    int64_t last_created_ms; /* times in our logs never fall */
    int64_t next_sequence;
    struct keeper_wrapped key_pool[JOURNAL_KEY_POOL];
    size_t key_count;
    struct job_queue queue;
    int64_t opened_ms; /* of the monotonic clock */
    bool is_dead;      /* the disk failed: nothing more is acknowledged (a failed sync is final) */
    char dead_reason[ERROR_TEXT_SIZE];
    bool wants_beat;        /* the domestic checkpoint is signed with the next batch */
    int64_t level_after_ms; /* of the monotonic clock */
    bool must_level;        /* the keeper has to be asked where it stands */
    struct journal_event events[JOB_COUNT_MAX];
    size_t event_count;
    struct body_cache *cache; /* plaintext of bodies on their way */
    struct buffer drops; /* ids of attachment files whose rows are gone: they go after the commit */
    struct own_index *
        own_index; /* the desk's search files (desk/own_index.h); NULL: names are not searched here */
    struct journal_view views[JOURNAL_VIEW_COUNT]; /* by digest; a later one takes the place */
    /* Leaves that the running job appended: its access entry names them. */
    uint8_t job_leaves[ACT_LEAF_COUNT_MAX * DIGEST_SIZE];
    size_t job_leaf_count;
    struct buffer
        refusal; /* what the running job leaves behind should it fail: see journal_access_refused */
};

/* Position up to which the partner's entries were handled: in the mirror, or in one before it that a resume brought back. */
uint64_t journal_handled(const struct journal_line *line);
/* Entries of the partner in custody that wait to be handled. */
uint64_t journal_unhandled(const struct journal_line *line);

/* A mirror of which the keeper cosigned more than these books hold: nothing of it is taken before one post leads there. */
bool journal_is_behind_keeper(const struct journal_log *log);

/* Opens over an open, migrated database: loads lines and logs, registers them with the keeper and brings it level. A log
 * that the keeper has seen longer, or differently, goes read-only (this log alone). */
bool journal_open(struct journal *journal, const struct journal_options *options,
                  struct database *db, struct error *err);
void journal_close(struct journal *journal);
/* Makes the node's domestic log; once, at init. */
bool journal_create(struct journal *journal, struct error *err);
/* Takes a co-signed agreement into the books and opens its two logs. The caller verified the signatures. */
bool journal_adopt(struct journal *journal, struct span cms, struct span document,
                   const uint8_t fingerprint[DIGEST_SIZE], struct error *err);
struct journal_line *journal_line_of(struct journal *journal, struct span agreement);
struct journal_line *journal_line_to(struct journal *journal, struct span partner);

/* --- the agreement itself (governance.c): each act is an entry in our outgoing log --- */

/* Suspends or lifts our suspension, at once here, and tells the partner. `reason` counts for a suspension. */
bool journal_suspend(struct journal *journal, struct journal_line *line, bool is_suspended,
                     enum suspension_reason reason, struct error *err);

/* Any thread. */
bool journal_submit(struct journal *journal, struct job *job, struct error *err);
/* One round of the writer: the waiting jobs in one commit, the keeper once, completion, then handling. True when it did
 * something. The writer thread calls it in a loop; the simulator as its seed says. */
bool journal_pump(struct journal *journal);
/* Waits for work at most `timeout_ms`. */
void journal_wait(struct journal *journal, int64_t timeout_ms);

/* A part of a body about to be appended. */
struct draft_part {
    uint16_t number;
    enum part_kind_row kind;
    uint8_t salt[SALT_SIZE];
    uint8_t digest[DIGEST_SIZE];
    int64_t size;
    uint8_t sha256[DIGEST_SIZE];
    struct span segments; /* attachments */
    struct span bytes;    /* small parts: plaintext */
    struct span part_key; /* attachments: wrapped */
    struct span file;
};

struct draft {
    enum message_type type;
    const struct reference *in_reply_to; /* NULL: none */
    const struct reference *thread;      /* NULL: none */
    const uint64_t *seen; /* of the place in the log where it will stand; NULL: the end */
    int64_t version;      /* of the agreement there; 0: the one in force at the end */
    struct span unit;
    struct span body;   /* as the type's writer gave it */
    const void *parsed; /* the struct that was written, to spare a second reading; may be NULL */
    struct span ruling; /* as ruling_write gave it; empty for types without */
    int64_t due_after_ms;
    const struct draft_part *parts;
    size_t part_count;
    bool may_wait; /* even while the log is read-only: what waits in it, its successor numbers */
};

struct appended {
    int64_t entry;
    uint8_t message_id[UUID_SIZE];
    struct tlog_hash leaf;
};
/* Appends to the line's outgoing log: entry, body, parts, journal row, apply. Waits to be numbered. */
bool journal_append(struct journal *journal, struct journal_line *line, const struct draft *draft,
                    struct appended *out, struct error *err);
/* Proposes the next version: the document with our institution's signature alone. RULE says why not. */
bool journal_propose(struct journal *journal, struct journal_line *line, struct span signed_once,
                     struct appended *out, struct error *err);
/* Signs the partner's open proposal second: the version is in force here from now on. */
bool journal_accept_proposal(struct journal *journal, struct journal_line *line,
                             struct span co_signed, struct appended *out, struct error *err);
bool journal_refuse_proposal(struct journal *journal, struct journal_line *line,
                             enum amendment_refusal ground, struct appended *out,
                             struct error *err);
/* Asks for our own open proposal back; it is over when the partner's refusal arrives. */
bool journal_withdraw_proposal(struct journal *journal, struct journal_line *line,
                               struct appended *out, struct error *err);
/* From when nothing new may be sent by us because somebody terminated the agreement, as far as we know; 0: nobody did. */
int64_t journal_ends_ms(const struct journal_line *line);
/* From when nothing new passes: that day, or the end of the period of the newest version, whichever comes first. */
int64_t journal_over_ms(const struct journal_line *line);
/* The open proposal of one side: its version, and the signed document in `arena`. MISSING when there is none. */
bool journal_open_proposal(struct journal *journal, struct journal_line *line, bool is_own,
                           struct arena *arena, int64_t *version, struct span *signed_once,
                           struct error *err);
bool journal_terminate(struct journal *journal, struct journal_line *line, int64_t ends_at_ms,
                       enum suspension_reason reason, struct appended *out, struct error *err);
/* Whether it could end on that day, without anything being written; RULE names the clause of the notice. */
bool journal_may_terminate(struct journal *journal, struct journal_line *line, int64_t ends_at_ms,
                           struct error *err);

/* Appends an act or access to the domestic log. Committed with the batch, before the act's answer. Names the leaves of
 * what the same job appended before, which protects those entries until they are sealed. */
bool journal_access(struct journal *journal, const struct act *act, struct error *err);
/* For an act that is about to fail and must not go unseen: this entry is written when the running job has failed and its rows
 * are undone, in the same commit, before its failure is told; where it cannot be written, that is told instead. The last one
 * of a job counts; one that does not fail leaves none. LIMIT when it does not fit. */
bool journal_access_refused(struct journal *journal, const struct act *act, struct error *err);
/* The same as journal_access, and which entry it became. */
bool journal_access_entry(struct journal *journal, const struct act *act, struct appended *out,
                          struct error *err);

/* Custody of a post from `line`'s partner. On success out->held is at least b; the cosignature is there when the job is
 * done. On refusal `err` says why and out->refusal which word goes back. With REFUSAL_FORK the proof was written: the job
 * that called must succeed, so that it is committed. */
enum post_refusal {
    REFUSAL_NONE,
    REFUSAL_BEHIND,  /* our mirror ends before a */
    REFUSAL_FORK,    /* the overlap differs */
    REFUSAL_CLOCK,   /* the two clocks differ too much */
    REFUSAL_INVALID, /* seal, signature, root or a digest does not hold */
    REFUSAL_BUSY,
    REFUSAL_READ_ONLY,
};
struct accepted {
    enum post_refusal refusal;
    uint64_t held;  /* our mirror's size */
    uint64_t index; /* first bad index of an INVALID batch */
};
bool journal_accept(struct journal *journal, struct journal_line *line, struct span wire,
                    struct accepted *out, struct error *err);
/* The answer to a post: every cosignature above `above`, one line each: "<size> <base64 root> <note signature line>". */
bool journal_write_receipts(struct journal *journal, struct journal_line *line, uint64_t above,
                            struct buffer *out, struct error *err);

/* The next post to the partner, from its newest receipt to our newest checkpoint. MISSING when nothing is to be sent. */
bool journal_next_post(struct journal *journal, struct journal_line *line, struct buffer *out,
                       uint64_t *from, uint64_t *to, struct error *err);
/* How far a clock that said `time_s` (whole seconds) between two moments of ours is ahead of ours; below 0: behind. */
int64_t journal_clock_ahead(int64_t time_s, int64_t posted_ms, int64_t answered_ms);
/* The partner's answer to it. Verifies every cosignature, stores, applies. `posted_ms` and `answered_ms` are our clock. */
bool journal_receipt(struct journal *journal, struct journal_line *line, struct span answer,
                     int64_t posted_ms, int64_t answered_ms, struct error *err);
/* A post without an answer, or refused: filed in the domestic log. */
bool journal_post_failed(struct journal *journal, struct journal_line *line, uint64_t to,
                         struct span why, struct error *err);

/* How a post of `size` bytes went: what the next checkpoints and posts may weigh follows (docs/protocol.md 3.2). */
void journal_post_paced(struct journal_line *line, size_t size, bool is_answered, int64_t took_ms);

/* What was worked out of an entry's body and small parts (no person's data), kept in memory until either is erased, so that a
 * list need not open them each time. In the writer. */
#define JOURNAL_NOTE_SIZE 32u
void journal_note_put(struct journal *journal, int64_t entry,
                      const uint8_t note[JOURNAL_NOTE_SIZE]);
bool journal_note_get(const struct journal *journal, int64_t entry,
                      uint8_t note[JOURNAL_NOTE_SIZE]);

/* Plaintext of an entry's body, in `arena`. MISSING when it is erased, withdrawn or lost. */
/* The keeper answers and signs: what cannot be opened then is itself at fault. */
bool journal_keeper_is_well(struct journal *journal, struct error *err);
bool journal_body(struct journal *journal, const struct entry_row *entry, struct arena *arena,
                  struct span *out, struct error *err);
/* For agreement_permit, of a message about the limit of the request in entry `request`: how much its writer has said about it,
 * and, of a reply, the request itself, in `arena`. In the writer. */
bool journal_clock_question(struct journal *journal, int64_t request, bool is_own,
                            struct permit_question *question, struct arena *arena,
                            struct error *err);
/* Plaintext of a small part. */
bool journal_part(struct journal *journal, const struct part_row *part, struct arena *arena,
                  struct span *out, struct error *err);
/* What the desk keeps for a while, sealed at rest as bodies are: under a key of its own, which the keeper wrapped. */
struct journal_sealed {
    struct span bytes;
    struct span salt; /* SALT_SIZE */
    struct span key;  /* wrapped */
};
bool journal_seal_bytes(struct journal *journal, struct span plain, struct arena *arena,
                        struct journal_sealed *out, struct error *err);
bool journal_open_bytes(struct journal *journal, const struct journal_sealed *sealed,
                        struct arena *arena, struct span *out, struct error *err);
/* Erases body (number 0) or one part of an exchanged entry, here, and says so in our outgoing log. */
bool journal_erase(struct journal *journal, struct journal_line *line, int64_t entry,
                   uint16_t number, enum erase_reason reason, struct error *err);
/* Our own entry that was not in custody yet: its body leaves, a `withdrawn` follows it. */
bool journal_withdraw(struct journal *journal, struct journal_line *line, int64_t entry,
                      struct error *err);

/* Drops the derived tables and walks the sequence again. One transaction. `progress` (rows done of all) may be NULL. */
bool journal_rebuild(struct journal *journal,
                     void (*progress)(void *context, int64_t done, int64_t total), void *context,
                     struct error *err);
/* The apply number that wrote the derived tables of this database; 0 in one of before the numbers. */
bool journal_apply_number(struct database *db, int64_t *out, struct error *err);
/* Held entries are tried again, in the rounds to come. */
void journal_release(struct journal *journal);
/* Restored from a backup, and some partner has not shown yet what it holds. */
bool journal_is_unproved(const struct journal *journal);

/* Whether the domestic log may be signed: its partners were met since the start, or one that stays away was waited for. */
#define JOURNAL_MEET_MS INT64_C(600000)
bool journal_may_beat(const struct journal *journal);
/* The beat of the domestic log: fills to a multiple of 64, signs, gives the add-checkpoint request for each line. */
bool journal_beat(struct journal *journal, struct error *err);
/* Request body for `line`'s partner, from the size that it says it witnessed last, and of the same size when that is our newest:
 * a size alone is no cosignature. MISSING when it is level. */
bool journal_witness_request(struct journal *journal, struct journal_line *line, struct buffer *out,
                             struct error *err);
/* The partner's answer to `request`, as journal_witness_request made it: cosignature lines. */
bool journal_witnessed(struct journal *journal, struct journal_line *line, struct span request,
                       struct span answer, struct error *err);
/* The partner said 409: it holds this size. A claim, which its cosignature of the next proof makes true. False when the last
 * proof began there and was refused all the same: it is another tree that it holds. */
bool journal_witness_at(struct journal_line *line, uint64_t size);

/* What `line`'s partner still owes of our domestic log as we signed it: *since_ms is when the oldest entry was written whose
 * signed checkpoint it has not cosigned (Unix ms, never 0), or 0 when it owes nothing. In the writer. */
bool journal_unwitnessed(struct journal *journal, const struct journal_line *line,
                         int64_t *since_ms, struct error *err);

/* A partner's `add-checkpoint`. False only when our own disk or keeper failed. */
enum witness_verdict {
    WITNESS_COSIGNED,  /* 200 */
    WITNESS_MALFORMED, /* 400 */
    WITNESS_FORBIDDEN, /* 403: not signed by the log's key */
    WITNESS_UNKNOWN,   /* 404: not this partner's domestic log */
    WITNESS_CONFLICT,  /* 409: with the size held */
    WITNESS_UNPROVED,  /* 422 */
};
struct witness_answer {
    enum witness_verdict verdict;
    uint64_t held_size;
    char name[NAME_SIZE_MAX + 16]; /* note key name of our witness key */
    uint8_t public_key[SIGNATURE_PUBLIC_SIZE];
    int64_t time_s;
    uint8_t signature[SIGNATURE_SIZE];
};
bool journal_add_checkpoint(struct journal *journal, struct journal_line *line, struct span request,
                            struct witness_answer *out, struct error *err);

/* --- succession: log n ends, n + 1 begins (succession.c) --- */

/* The document for the institutions, about one of our own logs. `keys` NULL: they stay. */
bool journal_succession_prepare(struct journal *journal, struct span origin,
                                enum succession_reason reason, const struct succession_keys *keys,
                                struct succession_document *out, struct error *err);
/* May the partner's log end so? Its institution's signature, and where our custody of it stands: what an officer asks
 * before our institution signs too. */
bool journal_succession_allow(struct journal *journal, struct span cms, struct arena *arena,
                              struct succession_document *out, struct error *err);
/* Ends the log and begins the next, with the document as its entry 0. Last in its job: memory moves with it. BUSY while
 * the partner still owes receipts, or a witness its cosignature: numbering pauses meanwhile, so ask again soon. */
bool journal_succeed(struct journal *journal, struct span cms, struct error *err);

/* Which writer's log this is, and its origin; logs that ended included. */
enum log_side { SIDE_NONE, SIDE_OWN, SIDE_PARTNER };
enum log_side journal_side(const struct journal_line *line, int64_t log);
const char *journal_origin(const struct journal_line *line, int64_t log);
/* All logs of one side, oldest first, the current one last: count and id of the i-th. */
size_t journal_log_count(const struct journal_line *line, enum log_side side);
int64_t journal_log_id(const struct journal_line *line, enum log_side side, size_t i);
/* The entry of this message id, in whichever of the side's logs; MISSING. */
bool journal_find_message(struct journal *journal, const struct journal_line *line,
                          enum log_side side, struct span message_id, struct arena *arena,
                          struct entry_row *out, struct error *err);

/* What is held of this partner, in all its logs: oldest first, above an entry. */
struct held_row;
bool journal_held_count(struct database *db, const struct journal_line *line, int64_t *out,
                        struct error *err);
bool journal_held_list(struct database *db, const struct journal_line *line, int64_t above,
                       struct arena *arena, struct held_row *out, size_t limit, size_t *count,
                       struct error *err);

/* The unit code in the heads of entries that the node itself writes: the first competent authority of our side. */
struct span journal_unit(const struct journal *journal, const struct journal_line *line);
/* Bodies of keys and files that the writer needs outside transactions. */
void journal_event_add(struct journal *journal, enum journal_event_kind kind,
                       const struct journal_line *line, int64_t entry, uint64_t size);

#endif
