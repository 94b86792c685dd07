/*
 * Inside of the keeper's core: its state, and one function per operation. Each is called with keeper->request read and
 * appends the reply's fields; false with an error, after which what was appended is dropped.
 */
#ifndef BESA_KEEPER_CORE_H
#define BESA_KEEPER_CORE_H

#include "keeper/keeper.h"
#include "keeper/keys_file.h"
#include "keeper/messages.h"
#include "keeper/record.h"

struct keeper {
    const struct env *env;
    struct keys *keys;           /* secret memory */
    struct keeper_signer signer; /* for keys in a token */
    struct record record;
    struct keeper_request request; /* the one being answered */
    struct record_change
        changes[KEEPER_STEP_MAX];     /* its steps, one per log, before they are stored */
    bool is_signed[KEEPER_STEP_MAX];  /* changes[i] ends in a signed step */
    uint8_t nonce[KEEPER_NONCE_SIZE]; /* what fresh receipts are bound to, once somebody asked */
    bool has_nonce;
};

/* sign.c: one signature with a key of this set, from the file or by the token. Never fails for keys of the file. What the
 * token signs is verified before it is given out. */
bool keeper_sign(const struct keeper *keeper, const struct key_set *set, enum keeper_slot role,
                 struct span message, uint8_t out[SIGNATURE_SIZE], struct error *err);

/* logs.c: registering, the state of logs, steps, witnessing */
bool keeper_answer_register(struct keeper *keeper, struct error *err);
bool keeper_answer_succeed(struct keeper *keeper, struct error *err);
bool keeper_answer_state(struct keeper *keeper, struct buffer *reply, struct error *err);
bool keeper_answer_advance(struct keeper *keeper, struct buffer *reply, struct error *err);
/* *held_size is set once the log is known, for the error reply too. */
bool keeper_answer_witness(struct keeper *keeper, struct buffer *reply, uint64_t *held_size,
                           struct error *err);
/* Which log may stand in which slot. */
bool keeper_origin_fits(const struct keeper *keeper, enum keeper_slot kind, struct span origin);
/* The log, if it may be signed for. NULL: err says why not. */
struct record_log *keeper_find_open_log(struct keeper *keeper, enum keeper_slot kind,
                                        struct span origin, struct error *err);
/* Always false: the error for a log of which neither slot checks. */
bool keeper_log_is_lost(const struct record_log *log, struct error *err);

/* fresh.c: a record that was lost */
void keeper_answer_fresh_nonce(struct keeper *keeper, struct buffer *reply);
bool keeper_answer_fresh_sign(struct keeper *keeper, struct buffer *reply, struct error *err);
bool keeper_answer_fresh_take(struct keeper *keeper, struct error *err);

/* post_keys.c: wrapped keys, pairing, the keys of posts */
void keeper_answer_make_keys(const struct keeper *keeper, struct buffer *reply);
bool keeper_answer_unwrap(const struct keeper *keeper, struct buffer *reply, struct error *err);
bool keeper_answer_pair(struct keeper *keeper, struct error *err);
bool keeper_answer_seal(struct keeper *keeper, struct buffer *reply, struct error *err);
bool keeper_answer_open(struct keeper *keeper, struct buffer *reply, struct error *err);

#endif
