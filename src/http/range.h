/*
 * Range: which part of a file a request asks for (RFC 9110, section 14, one range of bytes). Pure. Inside src/http only.
 */
#ifndef BESA_HTTP_RANGE_H
#define BESA_HTTP_RANGE_H

#include "base/error.h"
#include "base/span.h"

struct range {
    int64_t from;  /* first byte */
    int64_t until; /* one past the last */
};

/*
 * "bytes=a-b", "bytes=a-", "bytes=-n" within a file of `size` bytes; what goes beyond its end is cut off. INPUT for what
 * is no range; LIMIT for one that lies outside, and for several at once.
 */
bool range_read(struct span text, int64_t size, struct range *out, struct error *err);

#endif
