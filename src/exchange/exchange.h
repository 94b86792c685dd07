/*
 * Exchange: the partner side of a node. The courier brings posts, witness requests and questions for attachments to each
 * partner and takes the answers back; the receiver answers the partner's. Neither touches the books itself: every step
 * that does is a job of the writer. Below this seam are HTTP and TLS, or the simulator's line.
 */
#ifndef BESA_EXCHANGE_EXCHANGE_H
#define BESA_EXCHANGE_EXCHANGE_H

#include "journal/journal.h"

/* The paths of protocol 1. But for those of probe and pull, which are the same for ever, they begin with the number of the
 * protocol in use. */
#define PATH_PUSH           "/1/push"
#define PATH_RANGES         "/1/ranges"
#define PATH_ADD_CHECKPOINT "/1/add-checkpoint"
#define PATH_PROBE          "/1/probe"
#define PATH_PULL           "/1/pull"
#define PATH_RESUME         "/1/resume"
#define PATH_RESUME_PIECE   "/1/resume-piece"
#define PATH_FRESH          "/1/fresh"
#define ROUTE_OF(name)                                                                             \
    "/{protocol}/" name /* any of them: a number that we do not speak gets `version` */
#define PULL_SIZE_MAX (SEGMENT_SIZE + 1024u) /* it brings an answer: a segment at most */

/* Which side of the line to a partner opens connections. */
struct exchange_way {
    bool may_call;  /* it has an address that we may call */
    bool may_wait;  /* our calls may wait for its pulls */
    bool must_pull; /* we cannot be reached: its calls wait for our pulls */
};

/* How a call reaches a partner. */
struct exchange_line {
    void *context;
    /* Begins a call; `done` comes exactly once, on the courier's thread. `status` 0: no answer came. `body` stays until
     * then. False: it could not be begun, and `done` never comes. */
    bool (*call)(void *context, const char *partner, const char *path, struct span body,
                 size_t response_size_max, int64_t deadline_ms,
                 void (*done)(void *done_context, unsigned status, struct span response,
                              const struct error *error),
                 void *done_context, struct error *err);
    /* Makes the courier's thread call courier_pump soon. Any thread. */
    void (*wake)(void *context);
    /* What the answer that `done` is being given asks for by Retry-After, in milliseconds; 0: nothing. NULL: no line tells. */
    int64_t (*retry_ms)(void *context);
    /* NULL: partners are called, and that is all. The courier's thread. */
    struct exchange_way (*way)(void *context, const char *partner);
};

struct exchange;
bool exchange_make(struct journal *journal, const struct exchange_line *line, struct exchange **out,
                   struct error *err);
/* Only when no call and no job of it is under way (the line is closed, the writer stopped). */
void exchange_free(struct exchange **exchange);
/* From the journal's events: there may be something to bring or to fetch. Any thread. */
void exchange_notice(struct exchange *exchange, const struct journal_event *event);

/* Moves everything on that can move. The courier's thread alone. True when it did something. */
bool courier_pump(struct exchange *exchange);
/* Milliseconds until there is something to do by the clock alone; at most 1,000. */
int64_t courier_timeout_ms(struct exchange *exchange);

/* One call of a partner, whose identity the line has proved. `reply` comes exactly once, from the writer's thread; `body`
 * stays until then. */
typedef void exchange_reply(void *context, unsigned status, const char *content_type,
                            struct span body);
void exchange_receive(struct exchange *exchange, struct span partner, struct span path,
                      struct span body, exchange_reply *reply, void *context);

/* What `besa status` shows of one partner. */
struct exchange_state {
    bool is_reachable;
    bool is_pulled;    /* our calls reach it through its pulls */
    unsigned failures; /* in a row */
    int64_t
        steady_ms; /* for how long it could be reached, short gaps left out of account; 0: it cannot */
    char last_error[ERROR_TEXT_SIZE];
    char pull_error[ERROR_TEXT_SIZE];    /* why our pulls get no calls */
    char refused[ERROR_TEXT_SIZE];       /* why it takes no posts from us */
    char contact_error[ERROR_TEXT_SIZE]; /* why its probes are refused here */
    char unwitnessed[ERROR_TEXT_SIZE]; /* why it did not witness our domestic log; empty: it did */
};
void exchange_state(struct exchange *exchange, size_t line, struct exchange_state *out);

#endif
