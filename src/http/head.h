/*
 * Head: the strict reading of a request's head, on top of what libmicrohttpd has taken apart. Inside src/http only.
 */
#ifndef BESA_HTTP_HEAD_H
#define BESA_HTTP_HEAD_H

#include "base/error.h"
#include "base/span.h"

struct MHD_Connection;

#define HEAD_URI_SIZE_MAX 2048u /* path and query of one request */

struct head {
    bool is_chunked;
    bool has_size;
    uint64_t size;            /* Content-Length */
    struct span content_type; /* in the connection's memory */
};

/* `uri`: as it stood in the request line. INPUT names the first thing wrong. */
bool request_head_read(struct MHD_Connection *connection, const char *method, const char *url,
                       const char *version, struct span uri, struct head *out, struct error *err);

#endif
