/*
 * Problem: what went wrong as application/problem+json (RFC 9457), with every field that was wrong. The desk side speaks
 * so, whether the server refuses or what stands behind it.
 */
#ifndef BESA_HTTP_PROBLEM_H
#define BESA_HTTP_PROBLEM_H

#include "base/buffer.h"
#include "base/problems.h"

#define HTTP_PROBLEM_TYPE  "application/problem+json"

#define HTTP_PROBLEM_PLAIN "about:blank" /* the status says it */
#define HTTP_PROBLEM_STEP_UP                                                                       \
    "step-up" /* the password is to be proved again; then the same request is taken */

/* `type`: one of these. `problems`: NULL when no field is to blame. A field is named by its JSON pointer (RFC 6901): "/persons/1/category". */
void problem_write(struct buffer *out, unsigned status, const char *type, const struct error *err,
                   const struct problems *problems);

#endif
