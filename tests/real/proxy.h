/*
 * Proxy: a TCP line on loopback that a test can cut. It carries bytes between two nodes and knows nothing of TLS; cut, it
 * drops what is open in the middle of whatever was said, and refuses what comes.
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
/* Bytes carried both ways, and connections carried. */
uint64_t proxy_bytes(const struct proxy *proxy);
uint64_t proxy_connections(const struct proxy *proxy);
/* Cuts the line, ends its threads. NULL is fine. */
void proxy_free(struct proxy **proxy);

#endif
