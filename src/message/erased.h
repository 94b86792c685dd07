/*
 * Erased: the fact that the writer erased an exchanged body or one of its parts (docs/protocol.md 4b). Resume, restore and
 * rebuild repeat it before anything is shown.
 */
#ifndef BESA_MESSAGE_ERASED_H
#define BESA_MESSAGE_ERASED_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/problems.h"
#include "message/reference.h"

enum erase_reason {
    ERASE_RETENTION,    /* its time ended */
    ERASE_RECALL,       /* the provider recalled it */
    ERASE_CORRECTION,   /* replaced by a corrected item */
    ERASE_UNLAWFUL,     /* should not have been sent or kept */
    ERASE_ORDER,        /* a court's or the supervisory authority's */
    ERASE_DATA_SUBJECT, /* asked for by the person */
    ERASE_TEAM_END,
    ERASE_LOST, /* no longer held, and not by an act: never called erased in front of people */
    ERASE_REASON_COUNT
};
extern const char *const erase_reason_names[ERASE_REASON_COUNT];

struct erased {
    struct reference item; /* the entry */
    uint16_t part;         /* 0: the body with all parts */
    enum erase_reason reason;
    int64_t erased_at_ms;
};

extern const struct form erased_form;

bool erased_read(struct span body, struct arena *arena, struct erased *out,
                 struct problems *problems);
bool erased_write(const struct erased *erased, struct buffer *buffer);
/* The reason with this name; false when it is none. */
bool erase_reason_find(struct span name, enum erase_reason *out);

#endif
