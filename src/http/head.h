/*
 * Head: the strict reading of a request's head, on top of what libmicrohttpd has taken apart. Inside src/http only.
 */
#ifndef BESA_HTTP_HEAD_H
#define BESA_HTTP_HEAD_H

#include "http/server.h"

struct MHD_Connection;

#define HEAD_URI_SIZE_MAX 2048u /* path and query of one request */
#define HEAD_HOST_SIZE_MAX                                                                         \
    261u /* a DNS name of 253 characters, ':', a port, and room for brackets */
#define HEAD_FIELD_SIZE_MAX 4096u /* one listed field: a cookie, a reason of 1,000 bytes escaped */

/* Spans lie in the connection's memory; `data` NULL: the field was not sent. */
struct head {
    bool has_encoding; /* Transfer-Encoding, whatever it says */
    bool has_size;
    uint64_t size; /* Content-Length */
    struct span host;
    struct span content_type;
    struct span fields[HTTP_FIELD_COUNT];
};

/* `uri`: as it stood in the request line. INPUT names the first thing wrong. */
bool request_head_read(struct MHD_Connection *connection, const char *method, const char *url,
                       const char *version, struct span uri, struct head *out, struct error *err);

#endif
