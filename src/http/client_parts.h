/*
 * What client.c and client_explain.c share. Inside src/http only.
 */
#ifndef BESA_HTTP_CLIENT_PARTS_H
#define BESA_HTTP_CLIENT_PARTS_H

#include "http/client.h"

#include <curl/curl.h>

/* A target's institutions: the present one and, for a while, the next. */
#define HTTP_TARGET_INSTITUTIONS 2

/* One call under way. */
struct flight {
    struct flight *next;     /* in waiting or flying */
    struct flight *previous; /* in flying */
    struct http_call call;
    CURL *easy;
    struct curl_slist *connect_to;
    struct curl_slist *headers;
    struct buffer response;
    bool is_too_large;
    bool has_head;        /* the answer's head came whole */
    unsigned retry_count; /* Retry-After in it */
    int64_t retry_s;      /* what it says; 0: nothing that counts */
    uint8_t institutions[HTTP_TARGET_INSTITUTIONS][HTTP_FINGERPRINT_SIZE]; /* of the target */
    size_t institution_count;
    bool is_refused;                 /* the partner showed a certificate that is believed no more */
    const struct refusals *refusals; /* from when it flies */
    int64_t begun_ms;
    char trouble[CURL_ERROR_SIZE];
};

/* Monotonic. */
int64_t flight_clock_ms(void);
/* client_retry.c: one line of the answer's head. */
void flight_retry_take(struct flight *flight, struct span line);
/* client_refuse.c: certificates that are believed no more. */
struct refusals {
    struct http_refused *list;
    size_t count;
    int64_t changed_ms; /* monotonic; 0: never */
};
/* Which institutions the call believes: its target may change while it flies. */
bool flight_institutions(struct flight *flight, struct error *err);
/* For a flight that begins: it uses no connection older than the newest change, and asks nothing of a refused peer. */
bool flight_guard(struct flight *flight, const struct refusals *refusals);
/* The error for a call that ended with `code`. */
void flight_explain(struct flight *flight, CURLcode code, struct error *err);

#endif
