/*
 * Query: the strict reading of what a URL says after the host: the segments of its path and the parameters of its
 * query, percent-decoded into an arena. One meaning or a refusal: nothing is repaired, nothing is guessed.
 *
 * INPUT says what is wrong and where (which segment, which parameter), never the value; LIMIT that it is too much.
 */
#ifndef BESA_HTTP_QUERY_H
#define BESA_HTTP_QUERY_H

#include "base/arena.h"
#include "base/error.h"

#define HTTP_SEGMENT_COUNT_MAX   16u   /* twice what the deepest path of the API has */
#define HTTP_SEGMENT_SIZE_MAX    256u  /* decoded; an identifier has at most 64 */
#define HTTP_PARAMETER_COUNT_MAX 32u   /* a search form at its fullest */
#define HTTP_NAME_LENGTH_MAX     32u   /* a parameter's name */
#define HTTP_VALUE_SIZE_MAX      1024u /* decoded; a reason or a name in another script */

struct http_path {
    size_t count;
    struct span
        segments[HTTP_SEGMENT_COUNT_MAX]; /* each followed by a NUL that it does not count */
};

struct http_parameter {
    struct span name;
    struct span value; /* followed by a NUL that it does not count */
};

struct http_query {
    size_t count;
    struct http_parameter parameters[HTTP_PARAMETER_COUNT_MAX];
};

/*
 * "/items/7/parts/2" as its segments; "/" has none. Refused: an empty segment (so "//" and a slash at the end), "." and
 * "..", a slash, backslash or control character however encoded, bytes that are no UTF-8, characters that a path may
 * only have encoded.
 */
bool http_path_read(struct span path, struct arena *arena, struct http_path *out,
                    struct error *err);

/*
 * "limit=50&after=x" as its parameters; the empty query has none. A name is 1 to HTTP_NAME_LENGTH_MAX of a-z 0-9 _ -,
 * unencoded. Refused: a name twice, a parameter without '=', a second '=', control characters and bytes that are no
 * UTF-8, and '+', which some writers mean as a space and others as itself: "%20" and "%2B" are not in doubt.
 */
bool http_query_read(struct span query, struct arena *arena, struct http_query *out,
                     struct error *err);
/* The value of a parameter; `data` NULL when there is none of this name. */
struct span http_query_value(const struct http_query *query, const char *name);
/* Refuses a parameter that is not among names[0..count): what a node does not understand it does not pass over. */
bool http_query_check(const struct http_query *query, const char *const *names, size_t count,
                      struct error *err);

/* A field such as X-Besa-Reason: percent-encoded plain text (tab and line feed may be in it) of at most
 * HTTP_VALUE_SIZE_MAX bytes. `what` names it in the error. */
bool http_percent_read(struct span text, const char *what, struct arena *arena, struct span *out,
                       struct error *err);

#endif
