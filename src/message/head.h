/*
 * Head: the entry itself, fixed lines without names or free text (docs/protocol.md 2). Its bytes are the leaf, so there
 * is exactly one spelling: head_read refuses every other.
 *
 *     besa-entry/1
 *     id: 01890a5d-ac96-774b-bcce-b302099a8057
 *     type: request/1
 *     in-reply-to: al/ro-al/to/ro/0 01890a5d-ac96-774b-bcce-b302099a8056     (optional)
 *     thread: al/ro-al/to/ro/0 01890a5d-ac96-774b-bcce-b302099a8055          (optional)
 *     agreement: ro-al/3                                                     (absent in a domestic log)
 *     seen: 812
 *     unit: spoc-1                                                           (optional)
 *     created: 1767225600000
 *     body: 64 hexadecimal digits                                            (optional)
 */
#ifndef BESA_MESSAGE_HEAD_H
#define BESA_MESSAGE_HEAD_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "message/reference.h"
#include "message/type.h"

struct head {
    uint8_t id[UUID_SIZE];
    enum message_type type; /* MESSAGE_UNKNOWN: see type_text */
    unsigned type_version;
    struct span type_text; /* as read, `request/1`; the writer uses it only for MESSAGE_UNKNOWN */
    bool has_in_reply_to;
    struct reference in_reply_to;
    bool has_thread;
    struct reference thread;
    struct span agreement_id; /* empty in a domestic log */
    unsigned agreement_version;
    uint64_t
        seen; /* size of the partner's log in custody when this was appended; 0 in a domestic log */
    struct span unit; /* code of the unit; may be empty */
    int64_t created_ms;
    bool has_body;
    uint8_t body_digest[DIGEST_SIZE]; /* SHA-256(salt | body) */
};

/*
 * Reads the whole of `bytes`. Spans of *out live in the arena. INPUT when a line is unknown, out of order, spelt otherwise
 * or missing for its type; LIMIT beyond HEAD_SIZE_MAX. Unknown types are not an error.
 */
bool head_read(struct span bytes, struct arena *arena, struct head *out, struct error *err);
/* Appends the head's lines. False when the buffer failed, the head exceeds HEAD_SIZE_MAX or a name is not of its form. */
bool head_write(const struct head *head, struct buffer *buffer);

/*
 * What custody needs of heads that may be malformed otherwise. The body line is the last line, `body: ` and 64 hexadecimal
 * digits; without it the head has no body.
 */
bool head_look_body(struct span bytes, uint8_t out[DIGEST_SIZE]);
/* A `withdrawn` head (first `type` line) and the id in its first `in-reply-to` line. */
bool head_look_withdrawn(struct span bytes, uint8_t out[UUID_SIZE]);

#endif
