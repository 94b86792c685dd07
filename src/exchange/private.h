/*
 * What the files of exchange share. An operation is: prepare (a job of the writer), call (the line), complete (a job of
 * the writer). At most one operation of each kind is under way per partner.
 */
#ifndef BESA_EXCHANGE_PRIVATE_H
#define BESA_EXCHANGE_PRIVATE_H

#include <pthread.h>

#include "base/attributes.h"
#include "exchange/backoff.h"
#include "exchange/exchange.h"
#include "exchange/piece.h"
#include "exchange/pull.h"
#include "journal/attachment.h"
#include "journal/parts.h"

enum operation_kind {
    OPERATION_PROBE,
    OPERATION_POST,
    OPERATION_WITNESS,
    OPERATION_FETCH,
    OPERATION_RESUME,
    OPERATION_FRESH,
    OPERATION_COUNT
};
enum operation_phase {
    PHASE_IDLE,
    PHASE_PREPARING,
    PHASE_READY,
    PHASE_CALLING,
    PHASE_ANSWERED,
    PHASE_COMPLETING,
    PHASE_DONE
};

/* An attachment being fetched. */
struct fetch {
    struct journal_wanted wanted;
    struct attachment_writer writer;
    bool has_writer;
    int64_t failed_entry; /* the part that could not be had last: others go first */
    uint16_t failed_number;
    /* The segment under way, in slices: a line that is cut every few seconds carries no whole one. It outlives a failure. */
    struct buffer piece;
    int64_t piece_entry;
    uint16_t piece_number;
    uint64_t piece_segment;
    size_t slice; /* bytes asked for at once */
};
#define SLICE_START   (64u * 1024u)
#define SLICE_MIN     (16u * 1024u)
#define SLICE_FAST_MS 2000

struct operation {
    struct job job; /* first: a job is its operation */
    struct exchange *exchange;
    struct courier_partner *partner;
    enum operation_kind kind;
    enum operation_phase phase;
    struct operation *next; /* in the courier's inbox */
    bool is_wanted;         /* something may be there to do */
    bool ok;                /* of the last job */
    struct error error;
    unsigned status;
    struct buffer body;
    struct buffer answer;
    uint64_t from;
    uint64_t to;
    int64_t began_ms;
    int64_t ended_ms;
    int64_t not_before_ms; /* back-off of this kind alone */
    unsigned failures;     /* of this kind, in a row */
    unsigned protocol;     /* that the call is made in */
    bool is_direct;        /* the call went over the line, not through a pull */
    int64_t called_ms;     /* when the call began; monotonic */
    int64_t retry_ms;      /* what the last answer asked for by Retry-After; 0: nothing */
    int64_t took_ms;
    struct fetch fetch;   /* OPERATION_FETCH */
    struct gather gather; /* OPERATION_RESUME */
    bool is_nothing;      /* the partner said that it has none to give */
};

struct courier_partner {
    size_t line;
    char name[NAME_SIZE_MAX + 1];
    bool is_reachable;
    unsigned failures;
    int64_t showed_ms; /* when it last showed what it holds; monotonic */
    int64_t failed_ms; /* when the last failure was noticed; monotonic */
    int64_t retry_at_ms;
    int64_t spared_until_ms; /* it asked to be left alone so long: its own calls do not hurry us */
    int64_t lost_ms;         /* since when it cannot be reached, while it cannot; monotonic */
    int64_t steady_ms; /* since when it can, gaps below STEADY_GAP_MS not counted; monotonic */
    char last_error[ERROR_TEXT_SIZE];
    char refused[ERROR_TEXT_SIZE];       /* why it took no post from us; empty: it did */
    char contact_error[ERROR_TEXT_SIZE]; /* why its last probe was refused here */
    char unwitnessed[ERROR_TEXT_SIZE];   /* why its last answer was no cosignature; empty: it was */
    bool must_show;                      /* it must see what we hold before the next post */
    int64_t halted_log;                  /* our log that it calls forked: nothing of it is sent */
    int64_t posted_log;                  /* of the post under way */
    struct operation operations[OPERATION_COUNT];
    struct job unreachable; /* tells the writer */
    bool unreachable_busy;
    int64_t tried_ms;                 /* when it was last tried, by the monotonic clock */
    bool has_knocked;                 /* it called us: it is there, whatever the back-off says */
    unsigned calls_under_way;         /* its calls in the writer; atomic */
    char pull_error[ERROR_TEXT_SIZE]; /* why it hands us no calls; empty: it does */
    struct holder holder;             /* our calls to it, when it must fetch them */
    struct puller puller;             /* its calls to us, when we must fetch them */
    struct piece_held held;           /* an answer that it fetches in pieces; the writer's */
};

struct exchange {
    struct journal *journal;
    struct exchange_line line;
    pthread_mutex_t mutex; /* inbox, wants, state shown */
    struct operation *inbox;
    struct courier_partner partners[PARTNER_COUNT_MAX];
    size_t partner_count;
    int64_t next_beat_ms;
    struct operation beat; /* the beat's own job */
    bool is_beat_early;    /* it came before the partners were met: the next one comes soon */
    bool wants[PARTNER_COUNT_MAX][OPERATION_COUNT];
};

/* Of one partner, in the writer at once: an honest one has one of each kind under way and perhaps one that it gave up.
 * Officers' acts stand in the same queue and wait for no more than these. */
#define CALLS_UNDER_WAY_MAX 16u

/* Kept of each buffer between two calls: what most of them weigh. A post may weigh 48 MiB, and comes seldom. */
#define BUFFER_KEEP_SIZE (256u * 1024u)

#define BEAT_MS          60000
#define SHOW_MS          900000 /* so often at least the two show each other what they hold */
#define BEAT_EARLY_MS    1000   /* after the start, until the domestic log may be signed */
/* A call that is never answered ends a line for CALL_MS, and the next probe brings it back within BACKOFF_MAX_MS: what a
 * partner does not do all that time is not excused by it. */
#define STEADY_GAP_MS (5 * 60000)
#define KNOCK_MS      2000 /* a partner's own calls hurry our next try at most so often */
#define CALL_MS       60000
#define CALL_RATE_MIN 8192 /* bytes/s that a call may crawl at, beyond CALL_MS */

/* prepare.c: jobs of the writer, by kind. MISSING from prepare: nothing to do. */
bool operation_prepare(struct journal *journal, struct job *job, struct error *err);
bool operation_complete(struct journal *journal, struct job *job, struct error *err);

/* range.c: one sealed segment on its way. */
struct range_question {
    uint64_t index;
    uint16_t part;
    uint64_t segment;
    uint32_t from; /* within the segment */
    uint32_t size; /* 1 to SEGMENT_SIZE; the answer ends with the segment */
};
bool range_question_write(const struct range_question *question, struct buffer *out);
bool range_question_read(struct span body, struct range_question *out, struct error *err);
/* Seals a segment for the partner; opens one from it. `origin` is that of the log in which the part stands. */
bool range_seal(struct journal *journal, struct journal_line *line, const char *origin,
                const struct range_question *question, struct span segment, struct buffer *out,
                struct error *err);
bool range_open(struct journal *journal, struct journal_line *line, const char *origin,
                const struct range_question *question, struct span sealed, uint8_t *out,
                size_t *size, struct error *err);
#define RANGE_SIZE_MAX (SEGMENT_SIZE + 256u)

/* fetch.c: the courier's side of an attachment. */
/* The next question, or everything is there (*is_whole). */
bool fetch_next(struct operation *operation, bool *is_whole, struct error *err);
/* Takes one answer. */
bool fetch_take(struct operation *operation, struct error *err);
void fetch_end(struct fetch *fetch);
/* No answer came: the next slices are smaller. */
void fetch_unanswered(struct fetch *fetch);

int64_t exchange_now_ms(const struct exchange *exchange);
int64_t exchange_ticks_ms(const struct exchange *exchange); /* monotonic */

/* "/<protocol>/push" for "/1/push". */
void path_write(unsigned protocol, const char *path, char out[PULL_PATH_SIZE_MAX + 1]);
/* A call that nothing moves in is given up long before (http/client.c); this bounds one that crawls. */
int64_t call_deadline_ms(size_t size);

/* courier.c: the next call of an operation that is under way; what it brought goes to the writer. */
void call_begin(struct operation *operation);
void completion_put(struct operation *operation);
/* transfer.c: an answer came, or status 0. The courier's thread. */
void fetch_go_on(struct operation *operation);
void fetch_answered(struct operation *operation);
void resume_answered(struct operation *operation);
#define RESUME_RETRY_MS 5000 /* an officer of the partner has to allow it: nobody waits for less */

/* denied.c: a resume or a fresh receipt is tried until it is there; `besa status` shows why it is not. */
void operation_mended(struct operation *operation);
bool operation_succeeded(const struct operation *operation);
/* denied.c: the partner did not do what the operation asked. The courier's thread. */
void operation_refused(struct operation *operation);
/* denied.c: whether the partner cosigned our domestic log, and why not, is shown until the next answer. */
void witness_tell(struct operation *operation);
/* denied.c: what an answer of this status, over the line, asks for by Retry-After; at most RETRY_MS_MAX. */
int64_t retry_asked_ms(const struct exchange *exchange, unsigned status);
/* courier.c: at least so long; longer when the last answer asked for it. */
void operation_back_off(struct operation *operation, int64_t wait_ms);
void operation_want(struct operation *operation, enum operation_kind kind);
void courier_want(struct exchange *exchange, size_t partner, enum operation_kind kind);
/* reach.c: the partner is there. Any thread. */
void courier_knock(struct exchange *exchange, struct courier_partner *partner);
/* Hurries the next probe of a partner that called us. The courier's thread, as all below. */
void knock_hear(struct exchange *exchange, struct courier_partner *partner);
/* `began_ms`: of the call that failed; monotonic. */
void partner_failed(struct exchange *exchange, struct courier_partner *partner, int64_t began_ms,
                    const struct error *error);
void partner_reached(struct exchange *exchange, struct courier_partner *partner);
/* pull.c: who may call whom. The courier's thread. */
struct exchange_way exchange_way_to(struct exchange *exchange,
                                    const struct courier_partner *partner);
/* puller.c */
void puller_start(struct exchange *exchange, struct courier_partner *partner);
void puller_end(struct courier_partner *partner);
bool puller_pump(struct exchange *exchange, struct courier_partner *partner);
/* receiver.c: answers at once, without the writer. */
void receiver_refuse(exchange_reply *reply, void *context, enum error_kind kind, const char *text);

#endif
