/*
 * Succession: a log ended, and this one follows it. Entry 0 of the successor; in an outgoing log also the notice that
 * the writer's domestic log was succeeded, so that its witness may follow. The document is what the institutions signed
 * (agreement/succession.h); beside it stand the exact numbers of the moment in which the new log began, which must not
 * contradict it. docs/protocol.md 1.1.
 */
#ifndef BESA_MESSAGE_SUCCESSION_H
#define BESA_MESSAGE_SUCCESSION_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/problems.h"
#include "tlog/tree.h"

#define SUCCESSION_CMS_MAX (64u * 1024u) /* a page of JSON with two signatures and certificates */

struct succession {
    struct span document; /* CMS, DER */
    uint64_t size;        /* at which the predecessor ends */
    uint8_t root[TLOG_HASH_SIZE];
    uint64_t
        custody; /* position in the partner's logs up to which the writer's older custody key cosigned */
};

extern const struct form succession_form;

bool succession_read(struct span body, struct arena *arena, struct succession *out,
                     struct problems *problems);
bool succession_write(const struct succession *succession, struct buffer *buffer);

#endif
