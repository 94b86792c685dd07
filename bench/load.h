/*
 * Load: requests sent as an officer's desk sends them, a window of them open at a time, through the act `request-send`
 * over the queue of a node in this process. A request is done when the partner's receipt for it is stored here.
 */
#ifndef BESA_BENCH_LOAD_H
#define BESA_BENCH_LOAD_H

#include "cmd/node.h"

#define LOAD_BODY_SIZE  2048u
#define LOAD_WINDOW_MAX 256u

struct load_result {
    double messages_per_s; /* receipts stored in the measured seconds */
    double p50_ms;
    double p99_ms;
    size_t sent;
    size_t receipted;
    size_t failed;
    char failure[ERROR_TEXT_SIZE]; /* the first */
};

/* The books' events; installed as the node's before it is opened. Passes them on to the exchange. */
void load_event(void *context, const struct journal_event *event);
/* One second to warm up, `seconds` measured, then waits until all that was sent is receipted. Nothing else may be
 * appended to the node's outgoing log meanwhile. */
bool load_run(struct node *node, unsigned window, unsigned seconds, struct load_result *out);

/* A valid request of LOAD_BODY_SIZE bytes about two invented persons; every number gives another. */
bool load_body(uint64_t number, int64_t now_ms, struct buffer *out);

#endif
