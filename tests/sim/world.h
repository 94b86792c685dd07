/*
 * World: two nodes, their machines, the line between them, the officers' acts and what became of them. Everything that
 * happens is decided by one seed and told to the trace.
 */
#ifndef BESA_TESTS_SIM_WORLD_H
#define BESA_TESTS_SIM_WORLD_H

#include "base/attributes.h"
#include "base/text.h"
#include "desk/desk.h"
#include "exchange/exchange.h"
#include "keeper/keeper.h"
#include "sim/machine.h"
#include "sim/papers.h"
#include "sim/tally.h"
#include "store/database.h"

#define ACT_COUNT_MAX   1024
#define ROOT_COUNT_MAX  8192
#define FAULT_COUNT_MAX 128
#define WORLD_FILE_MAX  12

struct world;
struct keys;
struct keeper_lost_log;
struct script;

/* One machine runs twice (clone.c). */
enum clone_phase { CLONE_NONE, CLONE_RUNS, CLONE_OVER };
struct cloning {
    enum clone_phase phase;
    size_t side;
    bool has_address; /* calls to this side come to the copy */
    unsigned rounds;
};

/* The end of a node's logs: the one to the partner, then the domestic one (ending.c). */
enum ending_phase { ENDING_NONE, ENDING_RENEW, ENDING_PREPARE, ENDING_ALLOW, ENDING_IMPORT };
extern const char *const ending_phase_names[];
struct ending {
    enum ending_phase phase;
    enum succession_reason reason;
    bool is_domestic;
    char origin[ORIGIN_SIZE_MAX + 1]; /* of the log that ends; empty: not looked up yet */
    unsigned act;                     /* the step that officers take now */
    bool is_asked;
    bool is_alone;    /* without the second officer: it must be refused */
    bool was_asked;   /* some time */
    int64_t again_ms; /* the officers ask again */
    struct buffer document;
    struct buffer once; /* signed by its own institution, */
    struct buffer both; /* and by the partner's */
};

/* What the officers of a node do about a resume, its own or the partner's (resume.c). */
struct resuming {
    bool is_ordering; /* it is asked now, */
    unsigned order;   /* by this act, */
    bool is_alone;    /* without the second officer: it must be refused */
    bool was_asked;   /* some time */
    bool is_allowing;
    unsigned allow;
    int64_t until_ms;   /* what is asked now allows */
    int64_t allowed_ms; /* until then the partner may fetch, as they were told */
};

/* Who copied the keys of one side (thief.c). */
struct thief {
    bool has_keys;
    size_t side;
    unsigned number; /* of the keys, in the names that partners know */
    unsigned tries;
    uint8_t custody[SIGNATURE_SECRET_SIZE];
    uint8_t custody_public[SIGNATURE_PUBLIC_SIZE];
};

/* The keeper's record (record.c). */
enum record_state { RECORD_WHOLE, RECORD_LOST, RECORD_UNPAIRED };

/* What happens besides daily work and faults. */
enum event_kind {
    EVENT_NONE,
    EVENT_CLOSING,
    EVENT_KEY_CHANGE,
    EVENT_KEY_THEFT,
    EVENT_RECORD_LOST,
    EVENT_RECORDS_LOST, /* of both, at once or one after the other */
    EVENT_RETENTION,
    EVENT_CLONE,
    EVENT_RESTORE, /* of an older backup; some other histories have it too */
    EVENT_KIND_COUNT,
    EVENT_ANY = EVENT_KIND_COUNT, /* as the seed says */
};
extern const char *const event_names[];

/* What the node was doing, for the site of a crash. */
enum node_doing {
    DOING_NOTHING,
    DOING_OPEN,
    DOING_WRITER,
    DOING_COURIER,
    DOING_CHECKPOINT,
    DOING_CLOSE
};

/* What stood when its suspension was looked at last (audit_rules.c). */
struct suspended_look {
    bool stood;
    unsigned openings;
    int64_t log;
    uint64_t handled;
};

struct node {
    struct world *world;
    size_t side;
    size_t number; /* its side; of the copy of a machine MACHINE_COUNT */
    const char *party;
    struct machine machine;
    struct keeper *keeper;
    struct database *db;
    struct journal journal;
    struct exchange *exchange;
    bool has_books; /* journal is open */
    bool is_up;
    enum node_doing doing;
    enum node_doing failed_doing; /* when its disk failed */
    int64_t up_at_ms;             /* down: when it is opened again */
    bool must_crash;              /* what was not synced is up to the seed when it comes back */
    bool is_suspended;            /* as its officers said last, and were told done */
    struct disk backup;           /* an earlier image */
    bool has_backup;
    enum record_state backup_record;
    unsigned backup_acts; /* acts told done when it was taken */
    unsigned passes;      /* of its retention */
    bool is_passing;
    bool keeps_copy; /* of its domestic log */
    bool has_whole_copy;
    bool must_replay;  /* the copy, into restored books */
    uint64_t noted_to; /* what is receipted below this position of its logs was noted */
    bool was_restored; /* from a backup: what came after it may be lost here */
    bool was_cloned;   /* two machines ran with its keys */
    bool was_ordered;  /* its resume, when it was looked at last */
    bool is_blinded;   /* and the line shows it nothing that it signed before */
    struct ending ending;
    struct resuming resuming;
    enum record_state record;
    bool has_lost_record; /* some time */
    int64_t paired_ms;    /* since its record was made anew */
    unsigned openings;    /* of its books */
    struct suspended_look look;
};

enum act_kind {
    ACT_REQUEST,
    ACT_ANSWER,
    ACT_QUESTION, /* what moves or suspends a limit */
    ACT_REPLY,
    ACT_ACCESS,
    ACT_DELAY,
    ACT_DOUBT,
    ACT_URGENCY,
    ACT_SPONTANEOUS,
    ACT_REFUSE,
    ACT_SHOW,
    ACT_ASSIGN,
    ACT_ERASE,
    ACT_WITHDRAW,
    ACT_SUSPEND,
    ACT_RESUME,
    ACT_PROPOSE,
    ACT_ACCEPT,
    ACT_REFUSE_PROPOSAL,
    ACT_WITHDRAW_PROPOSAL,
    ACT_TERMINATE,
    ACT_REVOKE,
    ACT_ORDER_RESUME,
    ACT_ALLOW_RESUME,
    ACT_PREPARE_END,
    ACT_ALLOW_END,
    ACT_IMPORT_END,
    ACT_KIND_COUNT
};
extern const char *const act_names[ACT_KIND_COUNT + 1]; /* ended by NULL */

/* One act of an officer: the reference model holds what was told done. */
struct act_record {
    enum act_kind kind;
    size_t side;
    size_t machine;            /* the node's number */
    bool is_told;              /* done or refused; else the node died with it */
    bool is_ok;                /* told done */
    enum error_kind refusal;   /* told refused */
    unsigned order;            /* among those told done on this side, from 1 */
    uint8_t item[UUID_SIZE];   /* message that it made, for those that send one */
    uint8_t target[UUID_SIZE]; /* message that it is about, for those that have one */
    bool is_shared;            /* its machine was copied since: both copies hold it */
    bool may_be_lost;          /* its node was restored from an older backup since */
    bool is_copied;            /* and the audit copy had its access entry */
    bool is_alone;             /* no second officer is named */
    bool is_urgent;            /* a request that says so */
    bool is_receipted;         /* its node had the partner's receipt for its message, some time */
};

/* A signature that a keeper gave: never another root for the same size. */
struct signed_root {
    size_t side;
    size_t machine; /* whose record this is: the node's number */
    char origin[ORIGIN_SIZE_MAX + 1];
    uint64_t size;
    struct tlog_hash root;
};

enum fault_kind {
    FAULT_POWER_LOSS_AT_CALL,
    FAULT_POWER_LOSS,
    FAULT_SYNC_ERROR,
    FAULT_WRITE_ERROR,
    FAULT_DISK_FULL,
    FAULT_RESTART,
    FAULT_CUT_BOTH,
    FAULT_CUT_ONE_WAY,
    FAULT_DEAF, /* answers to this side's calls are lost */
    FAULT_CLOCK_NEAR,
    FAULT_CLOCK_FAR,
    FAULT_BACKUP,
    FAULT_RESTORE_ALL,
    FAULT_RESTORE_HIDDEN, /* and the partner shows no checkpoints: the log will fork */
    FAULT_RESTORE_DATABASE,
    FAULT_KIND_COUNT
};
extern const char *const fault_names[];
extern const char *const fate_names[]; /* ended by NULL */
struct fault {
    enum fault_kind kind;
    unsigned step;
    size_t side;
};

struct call;
struct world {
    const struct papers *papers;
    uint64_t seed;
    bool is_verbose;
    bool is_quiet;
    bool has_failed;
    struct random random;
    int64_t now_ms;
    unsigned step;
    uint64_t step_count; /* before all faults end */
    bool is_long;
    bool is_hostile;
    uint64_t left_out; /* faults that do not come, by their bits */
    const struct script *script;
    size_t crash_side;
    uint64_t crash_call;
    bool crash_came;
    uint64_t
        calls_before[MACHINE_COUNT]; /* I/O calls of the first opening, which always succeeds */
    struct digest *trace;
    struct node nodes[MACHINE_COUNT];
    struct node twin; /* while one of them runs twice */
    struct cloning cloning;
    struct call *calls;
    struct buffer heard[MACHINE_COUNT]; /* the last answer to a post (mischief.c) */
    bool is_cut[MACHINE_COUNT];         /* calls of this side do not get through */
    int64_t cut_until_ms[MACHINE_COUNT];
    int64_t deaf_until_ms[MACHINE_COUNT]; /* no answer comes to this side */
    int64_t skew_until_ms[MACHINE_COUNT];
    int64_t showed_ms;  /* the latest time that a machine's clock showed before it was set */
    size_t unreachable; /* the side that cannot be called and pulls; MACHINE_COUNT: none */
    bool is_healing;    /* no further faults */
    int64_t healed_ms;  /* since then */
    bool amends;        /* the two change their agreement in this history */
    enum event_kind event;
    unsigned event_step[MACHINE_COUNT]; /* 0: never */
    struct thief thief;
    bool has_leapt; /* years have passed */
    struct fault faults[FAULT_COUNT_MAX];
    unsigned fault_count;
    unsigned crashes;
    unsigned other_faults;
    struct act_record acts[ACT_COUNT_MAX];
    unsigned act_count;
    unsigned file_count; /* that officers gave with their messages */
    unsigned told[MACHINE_COUNT];
    struct signed_root roots[ROOT_COUNT_MAX];
    size_t root_count;
};

/* The prepared disks of two nodes that have paired: made once per process. */
struct template
{
    struct disk disks[MACHINE_COUNT];
    struct random random;
    struct papers papers;
};
bool template_make(struct template *template);
void template_free(struct template *template);

#define WORLD_START_MS INT64_C(1768348800000) /* two days after the samples were recorded */

/* --- world.c --- */
struct world_options {
    uint64_t seed;
    bool is_verbose;
    bool is_quiet; /* not even a broken promise is told */
    bool is_long;  /* ten times the steps and faults */
    bool
        is_hostile; /* mischief on the line (mischief.h), half-open connections, writes that fail */
    enum event_kind event;
    uint64_t steps;              /* 0: as many as a history has */
    uint64_t left_out;           /* faults that do not come, by their bits */
    const struct script *script; /* a history without chance (script.h); NULL: as the seed says */
    size_t crash_side;
    uint64_t crash_call; /* power is lost at this call, counted from 1; 0: never */
};
unsigned world_step_count(bool is_long);
/* How many times as much comes in a history as in a short one. */
unsigned world_factor(const struct world *world);
extern const char *const line_kinds[]; /* ended by NULL */
/* Runs one seed; false when a promise was broken. `trace` gets the hash of all that happened. */
bool world_run(struct world *world, const struct template *from,
               const struct world_options *options, uint8_t trace[DIGEST_SIZE]);
void world_tell(struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);
/* A promise is broken. Always false. */
bool world_fail(struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);

/* --- node.c --- */
extern const char *const party_names[MACHINE_COUNT];
extern const char *const officer_names[MACHINE_COUNT];
/* Opens keeper, database, books and exchange. False leaves it closed. */
bool node_open(struct node *node, struct error *err);
/* Ends it as power loss (`is_clean` false) or a shutdown would. */
void node_close(struct node *node, bool is_clean);
/* On a stopped node: a further set of keys; and what a thief reads. */
bool node_renew(struct node *node, struct error *err);
bool node_recover(struct node *node, const struct keeper_lost_log *logs, size_t count,
                  size_t *changed, struct error *err);
/* The daily keys, in a keeper that runs. */
bool node_pair(struct node *node, struct error *err);
bool node_keys_read(struct node *node, struct keys *out, struct error *err);
void node_pump(struct node *node);
void node_courier(struct node *node);
void node_checkpoint(struct node *node);

/* --- line.c --- */
struct exchange_line line_of_node(struct node *node);
/* Hands over what is due. True when something was. */
bool line_deliver(struct world *world);
/* The node is gone: its calls have no one to answer to. */
void line_forget(struct node *node);
/* The node came back as an older self: nothing that it sent is under way any more. */
void line_drop(struct node *node);
void line_free(struct world *world);
bool line_is_quiet(const struct world *world);

/* --- work.c --- */
bool work_act(struct node *node);
bool work_submit(struct node *node, enum act_kind kind, const uint8_t target[UUID_SIZE]);
/* With these arguments, a JSON object. */
bool work_submit_with(struct node *node, enum act_kind kind, struct span arguments);
/* And nobody approves it. */
bool work_submit_alone(struct node *node, enum act_kind kind, struct span arguments);
/* Acts submitted and neither told done nor refused. */
extern unsigned work_open_count;

/* --- fault.c --- */
void fault_add(struct world *world, enum fault_kind kind, unsigned step, size_t side);
void fault_plan(struct world *world);
/* The power loss at the call that was chosen for this history comes still, if it is this node's. */
void fault_arm(struct node *node);
void fault_step(struct world *world);
/* Opens what is down and due; restarts what is broken. */
void fault_tend(struct world *world);
void fault_heal(struct world *world);
/* A shutdown; it is opened again after a while. */
void fault_stop(struct node *node);
void fault_backup(struct node *node);
/* What its keeper signed and the partner never took into custody is forgotten by everyone: with database and keeper
 * rolled back together, or a record lost, nothing is left that knows of it. */
void fault_forget(struct node *node);

/* --- event.c --- */
bool event_find(const char *name, enum event_kind *out);
/* Of these histories no older backup is restored. */
bool event_excludes_restore(enum event_kind kind);
void event_plan(struct world *world, enum event_kind forced);
void event_step(struct world *world);
/* What was begun goes on when all faults are over. */
void event_heal(struct world *world);
/* What is not over yet, in words; NULL: nothing. */
const char *event_open(struct world *world);

/* --- ending.c --- */
void ending_begin(struct node *node, enum succession_reason reason);
void ending_drop(struct node *node);
/* The end of its log stands at its institution's or the partner's, or is taken in now. */
bool ending_is_taken_in(const struct node *node);
/* At the end of a history. */
bool ending_goes_on(const struct node *node);
/* A log was resumed, or stands still since a restore: it needs a successor. */
bool ending_is_due(const struct node *node);
void ending_go_on(struct node *node);
/* An act of the end of a log was done or refused. */
void ending_hear(struct world *world, unsigned act, bool is_done, struct span answer,
                 const struct error *err);

/* --- resume.c --- */
/* Books that are behind are resumed, by officers of both sides. */
void resume_go_on(struct world *world);
/* An act of a resume was done or refused. */
void resume_hear(struct node *node, unsigned act, bool is_done);

/* --- record.c --- */
void record_lose(struct node *node);
void record_go_on(struct node *node);
/* Both keepers lost their records, and neither can speak for the other: the logs of this one end. */
bool record_is_stuck(const struct node *node);
/* Made anew, and every log is open again. */
bool record_knows(const struct node *node); /* what was signed before */
bool record_is_whole(const struct node *node);

/* --- retention.c --- */
void retention_leap(struct world *world);
void retention_go_on(struct world *world);
bool retention_is_over(const struct world *world);

/* --- copy.c --- */
void copy_note(struct node *node);
/* The copy's files onto the disk of a restored machine. */
void copy_carry(const struct node *node, const struct disk *from, struct disk *to);
/* Into books that are open and do not serve yet. */
bool copy_replay(struct node *node, struct error *err);

/* --- clone.c --- */
/* The machine is copied as it stands on its disk; both run from now on. */
void clone_make(struct node *node);
bool clone_runs(const struct world *world);
/* Who is reached under this side's address. */
struct node *clone_at_address(struct world *world, size_t side);
/* The nodes that run: two, or three. */
size_t node_count(const struct world *world);
struct node *node_at(struct world *world, size_t i);
/* In each step; and in each of the officers' rounds when all faults are over. */
void clone_step(struct world *world);
void clone_go_on(struct world *world);
void clone_free(struct world *world);
/* One is gone, and the domestic log of the other is the one that was witnessed. */
bool clone_is_over(struct world *world);
/* This node answered that a log forked. */
bool clone_audit_fork(struct node *partner);
bool audit_clone(struct world *world);

/* --- thief.c --- */
void thief_copy(struct node *node);
/* A post of `from`, with this checkpoint, was answered: true when the thief's answer came instead. */
bool thief_answers(struct world *world, size_t from, struct span note, struct buffer *answer);

/* --- audit.c --- */
/* After each round of a writer: no second root for a size. */
bool audit_roots(struct node *node);
/* After each step of the writer: nothing of the partner's business was accepted while this side suspended the agreement. */
bool audit_suspended(struct node *node);
/* And which messages have a receipt: they may not be lost any more. */
void audit_receipted(struct node *node);
void audit_resumed(struct node *node);
/* A post of [from, to) in this log of `node` was taken: it must hold what the partner holds. */
bool audit_custody(struct node *node, struct node *partner, struct span origin, uint64_t from,
                   uint64_t to);
/* Rebuild equals live, now. */
bool audit_rebuild(struct node *node);
bool audit_has_converged(struct world *world, char *why, size_t size);
bool audit_end(struct world *world);
/* Its books are older than what an honest partner holds, and can be resumed. */
bool audit_must_resume(const struct node *node);
bool audit_log_is_read_only(const struct world *world);
/* Receipts of its log are on their way, or lost and asked for again. */
bool audit_awaits_receipts(struct node *node);
/* A log that a restore left behind, before it ends. */
bool audit_stopped(struct node *node);
/* --- audit_show.c: prints both nodes' logs --- */
void audit_show(struct world *world);

#endif
