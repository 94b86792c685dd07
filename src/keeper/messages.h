/*
 * The bytes between node and keeper, used by both ends: one request, one reply, big-endian, each with its own strict
 * reader. A request is version u8, operation u8 and the operation's fields; nothing may be left over. A reply is
 * version u8, error kind u8, then the fields (kind 0) or number u64, text (u16 size). On a socket each of them follows
 * its u32 size.
 */
#ifndef BESA_KEEPER_MESSAGES_H
#define BESA_KEEPER_MESSAGES_H

#include "base/buffer.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "keeper/client.h"

#define KEEPER_WIRE_VERSION 1

/* Enough for the largest call: all leaves over all steps; all keys of one reply. */
#define KEEPER_STEP_SIZE_MAX (1 + 1 + ORIGIN_SIZE_MAX + 8 + 1 + 1 + 8 + 4)
#define KEEPER_REQUEST_SIZE_MAX                                                                    \
    (4096 + KEEPER_LEAVES_MAX * 32 + KEEPER_STEP_MAX * KEEPER_STEP_SIZE_MAX)
#define KEEPER_REPLY_SIZE_MAX  (4096 + KEEPER_KEYS_MAX * (AEAD_KEY_SIZE + KEEPER_WRAPPED_SIZE))

#define KEEPER_PSK_SIZE        32
#define KEEPER_PROOF_COUNT_MAX 63

enum keeper_op {
    KEEPER_OP_STATUS = 1,
    KEEPER_OP_PUBLIC_KEYS = 2,
    KEEPER_OP_REGISTER = 3,
    KEEPER_OP_STATE = 4,
    KEEPER_OP_ADVANCE = 5,
    KEEPER_OP_WITNESS = 6,
    KEEPER_OP_MAKE_KEYS = 7,
    KEEPER_OP_UNWRAP = 8,
    KEEPER_OP_PAIR = 9,
    KEEPER_OP_SEAL_KEY = 10,
    KEEPER_OP_OPEN_KEY = 11,
    KEEPER_OP_SETS = 12,
    KEEPER_OP_SUCCEED = 13,
    KEEPER_OP_FRESH_NONCE = 14,
    KEEPER_OP_FRESH_SIGN = 15,
    KEEPER_OP_FRESH_TAKE = 16,
};

/* One request, either way. Only the fields of its operation are used. Spans and arrays point into the request's bytes
 * (reading) or belong to the caller (writing). */
struct keeper_request {
    enum keeper_op op;
    enum keeper_slot kind;         /* register, state */
    struct span name;              /* origin (register, state) or agreement (pair, seal, open) */
    struct keeper_step *steps;     /* advance; reading points it at `step_room` */
    size_t step_count;             /* at most KEEPER_STEP_MAX */
    struct keeper_witness witness; /* witness */
    size_t key_count;              /* make keys */
    struct span bytes;             /* wrapped key (unwrap), psk(0) (pair), partner's point (seal) */
    int64_t paired_at_ms;          /* pair */
    struct keeper_seal seal;       /* open */
    struct keeper_succession succession; /* succeed */
    struct keeper_fresh fresh;           /* fresh sign */
    struct keeper_fresh_word word;       /* fresh take */
    struct keeper_step step_room[KEEPER_STEP_MAX];
};

/* Checks the form and counts that the reader checks too, so that a caller's mistake is INPUT or LIMIT before it is sent. */
bool keeper_request_write(const struct keeper_request *request, struct buffer *out,
                          struct error *err);
/* INPUT or LIMIT. Checks form, sizes and names; not what the keeper holds. */
bool keeper_request_read(struct span bytes, struct keeper_request *out, struct error *err);

/* Begins a reply without error; the caller appends its fields. */
void keeper_reply_begin(struct buffer *out);
/* Replaces whatever `out` holds by this error. `number` is the held size of a witness CONFLICT, else 0. */
void keeper_reply_error(struct buffer *out, const struct error *error, uint64_t number);
/* True with *fields after the reply's head; or false with the keeper's error (and *number), or BUG for other bytes. */
bool keeper_reply_read(struct span bytes, struct cursor *fields, uint64_t *number,
                       struct error *err);

/* The fields of the three longer replies. Readers return false when fewer bytes are left. */
void keeper_write_keys(const struct keeper_keys *keys, struct buffer *out);
bool keeper_read_keys(struct cursor *from, struct keeper_keys *out);
void keeper_write_sets(const struct keeper_sets *sets, struct buffer *out);
bool keeper_read_sets(struct cursor *from, struct keeper_sets *out);
void keeper_write_state(const struct keeper_state *state, struct buffer *out);
bool keeper_read_state(struct cursor *from, struct keeper_state *out);
void keeper_write_stepped(const struct keeper_step *step, struct buffer *out);
bool keeper_read_stepped(struct cursor *from, struct keeper_step *step);

/* A log's name: 1 to ORIGIN_SIZE_MAX visible ASCII characters without '+', so that it can be neither two lines of a
 * checkpoint nor two names of a note. */
bool keeper_origin_is_valid(struct span origin);

#endif
