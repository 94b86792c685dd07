/*
 * Proxy: a TCP line on loopback that a test can cut. It carries bytes between two nodes and knows nothing of TLS; cut, it
 * drops what is open in the middle of whatever was said, and refuses what comes. It can be made as thin, slow and
 * unreliable as a line over the open sea.
 */
#ifndef BESA_TESTS_PROXY_H
#define BESA_TESTS_PROXY_H

#include <stdbool.h>
#include <stdint.h>

struct proxy;

/* A port of 127.0.0.1 that nobody listens on now. 0 when there is none. */
uint16_t proxy_free_port(void);
/* Listens on `port` and carries every connection to `target`. NULL when it cannot. */
struct proxy *proxy_make(uint16_t port, uint16_t target);
/* False restores the line. */
void proxy_cut(struct proxy *proxy, bool is_cut);
/* A thin, slow and unreliable line. A zero leaves the line as it is. */
struct proxy_shape {
    int64_t delay_ms;    /* each way */
    int64_t bytes_per_s; /* each way, shared by all connections */
    int64_t drop_ms;     /* all connections are dropped about so often */
};
void proxy_shape(struct proxy *proxy, const struct proxy_shape *shape);
/* True: what the called side says does not come back. Calls go out. */
void proxy_deafen(struct proxy *proxy, bool is_deaf);
/* Half-open: what is open now carries nothing any more, and neither side is told. New connections are carried. */
void proxy_strand(struct proxy *proxy);
/* Bytes carried both ways, and connections carried. */
uint64_t proxy_bytes(const struct proxy *proxy);
uint64_t proxy_connections(const struct proxy *proxy);
/* What the line really did, taken where bytes come in and go out, whatever shape it was given. */
#define PROXY_WINDOW_MS INT64_C(2000)
struct proxy_seen {
    uint64_t drops;            /* open connections that the line dropped by itself */
    uint64_t answers;          /* connections on which something came back */
    int64_t round_trip_min_us; /* from a caller's first byte to the first that came back to it */
    uint64_t window_bytes_max; /* carried one way within PROXY_WINDOW_MS, at most */
};
struct proxy_seen proxy_seen(const struct proxy *proxy);
/* Cuts the line, ends its threads. NULL is fine. */
void proxy_free(struct proxy **proxy);

#endif
