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
    bool has_head; /* the answer's head came whole */
    int64_t begun_ms;
    char trouble[CURL_ERROR_SIZE];
};

/* Monotonic. */
int64_t flight_clock_ms(void);
/* The error for a call that ended with `code`. */
void flight_explain(struct flight *flight, CURLcode code, struct error *err);

#endif
