/*
 * The HTTP client: calls partners over mutual TLS 1.3, believing for each call exactly one institution's certificate.
 * One thread drives all calls by http_client_run; connections are kept and used again. No proxy, no redirect, no other
 * protocol, no setting from the process environment.
 */
#ifndef BESA_HTTP_CLIENT_H
#define BESA_HTTP_CLIENT_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/span.h"
#include "http/peer.h"

struct http_client;

#define HTTP_ADDRESS_SIZE 320 /* host and port as text, with NUL */

/* Where and whom to call. Everything in it must stay until the call is done. */
struct http_target {
    const char *address; /* where to connect: "192.0.2.7:8443", "[2001:db8::7]:8443", "host:port" */
    const char *name;    /* DNS name that the partner's certificate must carry */
    struct span
        institution_pem; /* the certificate that is believed to issue it; a next one may follow it */
    struct span key_pem;         /* own TLS key */
    struct span certificate_pem; /* own TLS certificate */
};

struct http_call {
    const struct http_target *target; /* stays until done */
    const char *path;                 /* with query: "/push", "/ranges?at=7"; copied */
    bool is_get;                      /* GET without a body; otherwise POST */
    const char *content_type;         /* of the body; copied; NULL: application/octet-stream */
    struct span body;                 /* stays until done */
    size_t response_size_max;         /* a larger answer is LIMIT */
    int64_t deadline_ms;              /* for the whole call, from now; must be above zero */
    /* Called exactly once, on the thread of http_client_run (or of http_client_free). `status` 0: no answer came, and
     * `error` says why (LINK; LIMIT for too large an answer; INPUT for own keys that
     * cannot be used); otherwise `error` is NULL. `response` lives during this call. May
     * begin further calls. */
    void (*done)(void *context, unsigned status, struct span response, const struct error *error);
    void *context;
};

/* `connection_count_max`: connections to one address at once; further calls wait. http_init comes first (server.h). */
bool http_client_make(size_t connection_count_max, struct http_client **out, struct error *err);
/* Calls still open are done with LINK. */
void http_client_free(struct http_client **client);

/* Begins a call; any thread. False (and `done` is never called) when it cannot be begun. */
bool http_client_call(struct http_client *client, const struct http_call *call, struct error *err);
/* Replaces the list of certificates that are believed no more. Calls under way end with LINK, no connection made before is
 * used again, and a partner's node that shows such a certificate is never asked anything. Any thread. LIMIT: the old list stands. */
bool http_client_refuse(struct http_client *client, const struct http_refused *refused,
                        size_t count, struct error *err);
/* Moves all calls on; returns after some moved, at http_client_wake, or after `timeout_ms`. One thread only. */
bool http_client_run(struct http_client *client, int timeout_ms, struct error *err);
/* Makes http_client_run return; any thread. */
void http_client_wake(struct http_client *client);
/* What the Retry-After of the answer says, in milliseconds; 0: nothing that counts. During a call's `done`, on its thread. */
int64_t http_client_retry_ms(const struct http_client *client);
/* Calls not yet done. */
size_t http_client_open_count(struct http_client *client);
/* TLS connections made since the start: fewer than calls when connections are kept. */
uint64_t http_client_connect_count(struct http_client *client);

/* One call on a line of its own, for commands; `done` and `context` of `call` are not used. True when an answer of any
 * status came; the response is appended to `response`, whose limit applies too. */
bool http_client_call_blocking(const struct http_call *call, unsigned *status,
                               struct buffer *response, struct error *err);

/* The numeric form of "host:port", so that names are resolved once, before the sandbox. LINK when there is none. */
bool http_address_resolve(const char *address, char out[HTTP_ADDRESS_SIZE], struct error *err);

#endif
