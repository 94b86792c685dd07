/*
 * Console: the officers' pages, as console/ builds them, compiled in. They are the same for whoever asks and hold nothing of
 * anyone: all that an officer sees comes through the API, after log-in.
 */
#ifndef BESA_WEB_CONSOLE_H
#define BESA_WEB_CONSOLE_H

#include "base/span.h"

#include <stddef.h>

struct console_bytes {
    const uint8_t *data;
    size_t size;
};

struct console_file {
    const char *path; /* of its route: "/console", "/console/app.js" */
    const char *type;
    const char *digest;         /* 32 hex digits of its SHA-256; names its bytes */
    struct console_bytes plain; /* the file, and the same packed */
    struct console_bytes gzip;
    struct console_bytes brotli;
};

/* The file of this path; NULL: there is none. */
const struct console_file *console_find(const char *path);

/* What a browser asked. */
struct console_ask {
    struct span query;           /* "v=" and the digest, as the page names its files; or empty */
    struct span accept_encoding; /* fields of the head; data NULL: absent */
    struct span if_none_match;
};

#define CONSOLE_ETAG_SIZE 48

struct console_answer {
    unsigned status; /* 200, or 304 without a body */
    struct span body;
    const char *encoding; /* NULL: as it is */
    const char *cache;    /* Cache-Control */
    const char *policy;   /* Content-Security-Policy of the page; NULL: the desk's common one */
    char etag[CONSOLE_ETAG_SIZE];
};

/*
 * The answer to one request. What is asked for with its own digest may be kept for a year, since other bytes have another
 * digest; the rest is asked for anew each time and found unchanged by its ETag (RFC 9110). Never fails.
 */
void console_answer(const struct console_file *file, const struct console_ask *asked,
                    struct console_answer *out);

#endif
