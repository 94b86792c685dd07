/*
 * Act: the access entry of the domestic log (docs/safeguards.md b9, LED Art. 25): who did what, when (the head), why, in which
 * case, upon which objects, and the leaf hashes of entries that wait to be numbered. Officers are named here only by the
 * node's own identifier and never leave the node.
 */
#ifndef BESA_MESSAGE_ACT_H
#define BESA_MESSAGE_ACT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/problems.h"
#include "crypto/digest.h"

#define ACT_OBJECT_COUNT_MAX 50 /* beyond: digest and count */
#define ACT_OBJECT_SIZE_MAX  300
#define ACT_REASON_SIZE_MAX  1000
#define ACT_CASE_SIZE_MAX    64
#define ACT_LEAF_COUNT_MAX   256 /* waiting entries of one act */

struct act {
    struct span officer; /* identifier; `node` for the node itself */
    struct span unit;    /* identifier; may be empty */
    struct span reason;  /* a code of the coded list, or text for exceptions */
    struct span case_id; /* may be empty */
    struct span act;     /* code: `request_open` */
    struct span outcome; /* code: `done`, `refused`, ... */
    const struct span *objects;
    size_t object_count;
    bool has_objects_digest; /* instead of the list */
    uint8_t objects_digest[DIGEST_SIZE];
    uint64_t objects_total; /* with the digest: how many, above ACT_OBJECT_COUNT_MAX */
    struct span leaves;     /* DIGEST_SIZE bytes for each waiting entry; may be empty */
};

extern const struct form act_form;

bool act_read(struct span body, struct arena *arena, struct act *out, struct problems *problems);
bool act_write(const struct act *act, struct buffer *buffer);
/* Takes the list as it is, or beyond ACT_OBJECT_COUNT_MAX its digest: SHA-256 of the objects, each followed by a line
 * feed. `objects` must outlive *act. False when memory is out. */
bool act_set_objects(struct act *act, const struct span *objects, size_t count);

#endif
