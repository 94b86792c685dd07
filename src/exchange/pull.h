/*
 * Pull: calls to a node that cannot be reached from outside. It opens the connection and asks for calls; each travels in
 * the answer to a pull, and its own answer in the next pull of the same lane. Both ends are here, above the seam of
 * exchange_line, so that HTTP and the simulator carry them alike.
 *
 * A lane is a row of pulls one after the other and has at most one call under way. Pulling again in a lane without the
 * answer to its call says that the call was lost on the way: it is handed over again. All calls may be repeated, so
 * nothing else needs to be remembered. At rest one lane waits; a further one is opened when that one got a call. A lane
 * whose pull was not answered pulls again at once, before any other: a call may have been lost in it, and nobody but
 * this lane can say so.
 */
#ifndef BESA_EXCHANGE_PULL_H
#define BESA_EXCHANGE_PULL_H

#include "exchange/exchange.h"
#include "exchange/pull_form.h"

/* A quiet line that is dead is noticed after this and a call's own quiet time (http/client.c). */
#define PULL_WAIT_S    20u
#define PULL_TAKE_MS   10000  /* a call waits so long for a pull; the clock of a post grows old */
#define PULL_SLACK_MS  15000  /* the partner counts as present so long after its last pull ended */
#define PULL_MS        900000 /* a pull may bring a whole post over a thin line */
#define PULL_HELD_MAX  8u     /* calls to one partner at once: one of each kind, and room */
#define PULL_INBOX_MAX (2u * PULL_LANE_MAX)

typedef void line_done(void *context, unsigned status, struct span response,
                       const struct error *error);

/* --- the end that is asked --- */

/* A pull that waits for a call. Its body stays until the reply. */
struct pull {
    struct pull *next;
    struct pull_request request;
    exchange_reply *reply;
    void *context;
    int64_t until_ms;
};

/* A call that waits for a pull, or for its answer. */
struct held_call {
    uint64_t id; /* 0: the place is free */
    bool is_taken;
    uint8_t lane;
    char path[PULL_PATH_SIZE_MAX + 1];
    struct span body; /* the caller's, until done */
    size_t response_size_max;
    int64_t take_by_ms;
    int64_t deadline_ms;
    line_done *done;
    void *context;
};

/* Of one partner. All but the inbox is the courier's thread's. */
struct holder {
    struct pull *inbox; /* under the exchange's mutex; the newest first */
    size_t inbox_count;
    uint64_t session;
    uint64_t turns[PULL_LANE_MAX];
    struct pull *parked[PULL_LANE_MAX];
    struct held_call calls[PULL_HELD_MAX];
    uint64_t last_id;
    int64_t present_until_ms; /* 0: it never pulled; atomic: `besa status` looks at it */
};

/* --- the end that asks --- */

enum lane_phase { LANE_IDLE, LANE_PULLING, LANE_WORKING, LANE_ANSWERED };

struct courier_partner;
struct lane {
    struct exchange *exchange;
    struct courier_partner *partner;
    uint8_t number;
    enum lane_phase phase; /* the writer moves WORKING on to ANSWERED, under the exchange's mutex */
    bool is_waiting;       /* its pull may be held back */
    bool is_unsure;        /* its last pull was not answered: a call may be lost in it */
    int64_t pulled_ms;     /* when its last pull left; monotonic */
    uint64_t turn;
    uint64_t id; /* of the call that came; 0: none */
    unsigned status;
    int64_t answered_ms;
    struct buffer request;
    struct buffer call;   /* what came */
    struct buffer answer; /* what goes back */
};

struct puller {
    uint64_t session;
    unsigned failures; /* in a row */
    unsigned in_vain;  /* pulls that might wait and came back at once with nothing, in a row */
    int64_t failed_ms; /* when the last one was noticed; monotonic */
    int64_t not_before_ms;
    struct lane lanes[PULL_LANE_MAX];
};

void pull_start(struct exchange *exchange, struct courier_partner *partner);
/* Replies to what waits; frees. */
void pull_end(struct exchange *exchange, struct courier_partner *partner);

/* A partner's pull. Any thread; `reply` comes later, or now when it is refused. */
void pull_arrive(struct exchange *exchange, struct courier_partner *partner, struct span body,
                 exchange_reply *reply, void *context);
/* Moves both ends on. The courier's thread. True when something moved. */
bool pull_pump(struct exchange *exchange, struct courier_partner *partner);
/* Milliseconds until the clock alone moves something; at most `most`. */
int64_t pull_timeout_ms(const struct courier_partner *partner, int64_t now_ms, int64_t most);

/* Does this partner keep pulls open here? */
bool pull_is_present(const struct courier_partner *partner, int64_t now_ms);
/* The same promises as exchange_line.call. */
bool pull_call(struct exchange *exchange, struct courier_partner *partner, const char *path,
               struct span body, size_t response_size_max, int64_t deadline_ms, line_done *done,
               void *context, struct error *err);

#endif
