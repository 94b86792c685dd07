/*
 * What client.c and client_explain.c share. Inside src/http only.
 */
#ifndef BESA_HTTP_CLIENT_PARTS_H
#define BESA_HTTP_CLIENT_PARTS_H

#include "http/client.h"

#include <curl/curl.h>

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
    bool has_head;                   /* the answer's head came whole */
    bool is_refused;                 /* the partner showed a certificate that is believed no more */
    const struct refusals *refusals; /* from when it flies */
    int64_t begun_ms;
    char trouble[CURL_ERROR_SIZE];
};

/* Monotonic. */
int64_t flight_clock_ms(void);
/* client_refuse.c: certificates that are believed no more. */
struct refusals {
    struct http_refused *list;
    size_t count;
    int64_t changed_ms; /* monotonic; 0: never */
};
/* For a flight that begins: it uses no connection older than the newest change, and asks nothing of a refused peer. */
bool flight_guard(struct flight *flight, const struct refusals *refusals);
/* The error for a call that ended with `code`. */
void flight_explain(struct flight *flight, CURLcode code, struct error *err);

#endif
