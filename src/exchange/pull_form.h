/*
 * The bytes of a pull: how a node that cannot be called asks its partner for calls, and brings the answers back. Binary,
 * big-endian, docs/protocol.md 3.7. Pure.
 */
#ifndef BESA_EXCHANGE_PULL_FORM_H
#define BESA_EXCHANGE_PULL_FORM_H

#include "base/buffer.h"
#include "base/error.h"

#define PULL_LANE_MAX      4u  /* one call of each kind of the courier may be under way */
#define PULL_WAIT_S_MAX    50u /* a long poll; middle boxes forget a quiet connection after 60 s */
#define PULL_PATH_SIZE_MAX 64u

/* "besapul1" | session u64 | turn u64 | lane u8 | wait u16 s | id u64 | status u16 | answer (u32 size) */
struct pull_request {
    uint64_t session; /* of the puller: new with each start */
    uint64_t turn;    /* rises from 1 in each lane of a session */
    uint8_t lane;     /* below PULL_LANE_MAX; at most one call at a time is under way in it */
    uint16_t wait_s;  /* how long the answer may be held back for want of a call */
    uint64_t id;      /* the call that this answers; 0: none, and status and answer are empty */
    uint16_t status;  /* 200 to 599 */
    struct span answer;
};
#define PULL_REQUEST_HEADER_SIZE (8u + 8u + 8u + 1u + 2u + 8u + 2u + 4u)
bool pull_request_write(const struct pull_request *request, struct buffer *out);
/* `out` points into `bytes`. INPUT says what is wrong. */
bool pull_request_read(struct span bytes, struct pull_request *out, struct error *err);

/* "besacal1" | id u64 | path (u8 size) | body (u32 size) */
struct pull_call {
    uint64_t id; /* 0: no call came; path and body are empty */
    struct span path;
    struct span body;
};
#define PULL_CALL_HEADER_SIZE (8u + 8u + 1u + PULL_PATH_SIZE_MAX + 4u)
bool pull_call_write(const struct pull_call *call, struct buffer *out);
bool pull_call_read(struct span bytes, struct pull_call *out, struct error *err);

#endif
