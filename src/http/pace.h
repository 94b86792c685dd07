/*
 * Pace: where a connection stands and whether it is too slow. Pure; the library below knows only inactivity. Inside
 * src/http only.
 */
#ifndef BESA_HTTP_PACE_H
#define BESA_HTTP_PACE_H

#include "http/server.h"

enum pace_phase {
    PACE_OPENING, /* from accept to the end of the first head */
    PACE_IDLE,    /* between two requests, up to the next whole request line */
    PACE_HEAD,    /* from request line to end of head */
    PACE_BODY,    /* the body comes in */
    PACE_ANSWER,  /* the handler has it; the connection is suspended */
    PACE_SEND,    /* the answer goes out */
    PACE_FILE,    /* a file goes out; it must be at its rate */
    PACE_STREAM, /* the answer goes on; since_ms: when the client last took something, or had nothing to take */
};

struct pace {
    enum pace_phase phase;
    int64_t since_ms; /* monotonic: when the phase began */
    size_t size;      /* BODY: received so far; SEND: size of the answer; STREAM: bytes that wait */
    int64_t answer_ms; /* ANSWER: allowed for it */
    int64_t body_ms;   /* BODY: allowed for the whole */
    int64_t paused_ms; /* monotonic: since when the client waits for us; 0: it does not */
};

/* The limits with every zero replaced by its default. */
struct http_server_limits pace_limits(struct http_server_limits limits, bool is_desk);
/* True when the phase has taken longer than it may. */
bool pace_is_over(const struct pace *pace, const struct http_server_limits *limits, int64_t now_ms);

#endif
