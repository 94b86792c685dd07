/*
 * Access decision: the requested party says, once and before the short limit of an urgent request ends, whether the
 * information is in databases that it can query itself or must be had from others. Codes and the name of an institution
 * only, so that no person can stand in it.
 */
#ifndef BESA_MESSAGE_ACCESS_DECISION_H
#define BESA_MESSAGE_ACCESS_DECISION_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/problems.h"

/* Stored in the books: numbers are never reused. */
enum access_kind { ACCESS_DIRECTLY = 0, ACCESS_INDIRECTLY = 1, ACCESS_KIND_COUNT };
extern const char *const access_kind_names[ACCESS_KIND_COUNT];
enum access_holder {
    ACCESS_HOLDER_NONE = 0,
    ACCESS_HOLDER_PUBLIC_AUTHORITY = 1,
    ACCESS_HOLDER_PRIVATE_PARTY = 2,
    ACCESS_HOLDER_COUNT
};
extern const char *const access_holder_names[ACCESS_HOLDER_COUNT]; /* [0] NULL */

#define ACCESS_SOURCE_SIZE_MAX 200

struct access_decision {
    enum access_kind access;
    enum access_holder held_by; /* exactly when indirectly */
    struct span source;         /* the institution or its register; exactly when indirectly */
};

extern const struct form access_decision_form;

bool access_decision_read(struct span body, struct arena *arena, struct access_decision *out,
                          struct problems *problems);
bool access_decision_write(const struct access_decision *decision, struct buffer *buffer);

#endif
