/*
 * Clients: many officers' browsers at once. Each has its own address, connection and session and asks at a steady pace,
 * each at another moment; some hold a stream of events open beside. What is measured is from the first byte of a
 * request to the last of its answer.
 */
#ifndef BESA_BENCH_CLIENTS_H
#define BESA_BENCH_CLIENTS_H

#include "base/error.h"
#include "base/span.h"

#define CLIENT_COUNT_MAX 256u

struct clients_plan {
    uint16_t port; /* on 127.0.0.1 */
    unsigned count;
    double period_s; /* of each client */
    double warm_s;
    double seconds;            /* measured */
    const char *path;          /* GET */
    const char *const *fields; /* of each client: "Cookie: ...\r\n" */
    const char *reason;        /* of every look */
    bool
        is_first; /* each look has a reason of its own, so that no entry of an earlier look covers it */
    const char *stream_path; /* GET by `stream_count` more connections; NULL: none */
    unsigned stream_count;
};

struct clients_result {
    size_t count; /* answers with 200 in the measured seconds */
    size_t failed;
    double p50_ms;
    double p99_ms;
    double most_ms;
    size_t answer_size;            /* of the last body */
    size_t events;                 /* pieces that the streams gave */
    char failure[ERROR_TEXT_SIZE]; /* the first */
};

/* False when a client could not do its work; `failure` says why. */
bool clients_run(const struct clients_plan *plan, struct clients_result *out);

/* One call on a connection of its own: the status, 0 when none came; head and body NUL-terminated in `answer`. */
unsigned clients_call(uint16_t port, const char *method, const char *path, const char *fields,
                      struct span body, char *answer, size_t answer_size);

#endif
