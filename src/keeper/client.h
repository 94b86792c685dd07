/*
 * The node's side of the keeper: one function per request. All are safe to call from several threads; each waits for its
 * answer (microseconds; a sign or cosign waits for the record's sync).
 */
#ifndef BESA_KEEPER_CLIENT_H
#define BESA_KEEPER_CLIENT_H

#include "base/buffer.h"
#include "base/error.h"
#include "crypto/aead.h"
#include "crypto/agree.h"
#include "crypto/signature.h"
#include "tlog/tree.h"

/* How a request reaches a keeper: over a socketpair (process.h) or straight into keeper_answer (tests, simulator). */
struct keeper_client {
    void *context;
    bool (*call)(void *context, struct span request, struct buffer *reply, struct error *err);
};

/* The second way: answers in the caller's own process. For one thread. */
struct keeper;
struct keeper_client keeper_client_direct(struct keeper *keeper);

/* True when the keeper may sign. Else false with the reason in plain words: STORE, for a record that is missing or does
 * not check (and which logs it concerns), or a sync that failed. */
bool keeper_status(const struct keeper_client *client, struct error *err);

struct keeper_keys {
    uint8_t log[SIGNATURE_PUBLIC_SIZE];
    uint8_t custody[SIGNATURE_PUBLIC_SIZE];
    uint8_t witness[SIGNATURE_PUBLIC_SIZE];
    uint8_t sealing[AGREE_PUBLIC_SIZE];
    bool is_in_token; /* the first three */
};
/* The newest set. */
bool keeper_public_keys(const struct keeper_client *client, struct keeper_keys *out,
                        struct error *err);
/* The sets that the keeper can sign with, oldest first: one, or two around a change of keys. A set's number is the
 * keeper's own count, from 0; what a set is called to partners is the agreement's affair. */
#define KEEPER_SETS_MAX 2
struct keeper_sets {
    size_t count;
    uint8_t number[KEEPER_SETS_MAX];
    struct keeper_keys keys[KEEPER_SETS_MAX];
};
bool keeper_sets(const struct keeper_client *client, struct keeper_sets *out, struct error *err);

/* What a slot of the record is for: our own logs, the partner's outgoing log in our custody, a log that we witness. */
enum keeper_slot { KEEPER_LOG, KEEPER_CUSTODY, KEEPER_WITNESS };

/* Registers a log at size 0. Repeating it is fine. LIMIT when KEEPER_SLOT_COUNT_MAX logs are open; ended ones make room. */
#define KEEPER_SLOT_COUNT_MAX 128
#define KEEPER_FRESH_MAX      16 /* partners of one node: all of them witness its domestic log */
bool keeper_register(const struct keeper_client *client, enum keeper_slot kind, struct span origin,
                     struct error *err);

/* Log `origin` follows log `before`, which ended at (size, root): from now on nothing is signed for `before`, whatever is
 * asked, and `origin` is registered. Repeating it is fine. CONFLICT when the keeper holds another tree at that size, or
 * was given fewer leaves of it; INPUT when the one does not follow the other. */
struct keeper_succession {
    enum keeper_slot kind;
    struct span origin;
    struct span before;
    uint64_t size;
    struct tlog_hash root;
};
bool keeper_succeed(const struct keeper_client *client, const struct keeper_succession *succession,
                    struct error *err);

struct keeper_state {
    uint64_t size;
    struct tlog_hash root;
    int64_t time_s;       /* of the last cosignature; 0 for own logs */
    uint64_t signed_size; /* what that one was for: it may have been given leaves since */
    bool
        is_lost; /* its record, or the whole record, does not check: nothing is signed (keeper_recover) */
    uint8_t fresh_count; /* partners to be heard before anything is signed: see keeper_fresh_take */
};
/* What the keeper last signed, cosigned or was given. MISSING when not registered. */
bool keeper_state(const struct keeper_client *client, enum keeper_slot kind, struct span origin,
                  struct keeper_state *out, struct error *err);

/*
 * One step of one log. `size_before` must be the keeper's own size, else CONFLICT (the text has both sizes). With
 * `is_signed` the keeper signs: the checkpoint body (origin, new size, new root) with the log key, or the timestamped
 * cosignature message with the custody key and `time_s`, which must not fall. With count 0 it signs the size it is at
 * again: the same bytes only (for custody: the recorded time only).
 */
struct keeper_step {
    enum keeper_slot kind; /* KEEPER_LOG or KEEPER_CUSTODY */
    struct span origin;
    uint64_t size_before;
    const struct tlog_hash *leaves;
    size_t count; /* at most KEEPER_LEAVES_MAX over all steps of a call */
    bool is_signed;
    uint8_t set; /* of keys: never an older one than before, and one for the life of an own log */
    int64_t time_s; /* custody only */
    /* filled by keeper_advance: */
    struct tlog_hash root;
    uint64_t size;
    uint8_t signature[SIGNATURE_SIZE]; /* Ed25519 over the note body or the cosignature message */
};
#define KEEPER_LEAVES_MAX 4096
#define KEEPER_STEP_MAX   32
/* All steps or none; one sync of the record for all. */
bool keeper_advance(const struct keeper_client *client, struct keeper_step *steps, size_t count,
                    struct error *err);

/* Witness cosignature (type 0x04) over a partner's domestic checkpoint. CONFLICT when old_size is not what the keeper
 * last witnessed (*held_size is set): the 409 of tlog-witness. INPUT when the proof does not hold: the 422. BUSY when
 * the time is before the last one's (our own clock stepped back). */
struct keeper_witness {
    struct span origin;
    uint64_t old_size;
    uint64_t size;
    struct tlog_hash root;
    const struct tlog_hash *proof;
    size_t proof_count; /* at most 63 */
    uint8_t set;
    int64_t time_s;
    uint64_t held_size;
    uint8_t signature[SIGNATURE_SIZE];
};
bool keeper_witness(const struct keeper_client *client, struct keeper_witness *request,
                    struct error *err);

/* --- fresh receipts: what each is for, and who signs what, is in fresh.h --- */

#define KEEPER_NONCE_SIZE 32
/* The same until the keeper ends. */
bool keeper_fresh_nonce(const struct keeper_client *client, uint8_t nonce[KEEPER_NONCE_SIZE],
                        struct error *err);

/* This keeper's word for a partner that lost its record, about a log in our custody or one that we witness (size and root
 * are filled), or about an own log (size and root of the newest receipt are given). BUSY while a receipt is being made;
 * MISSING when it is no log of ours; CONFLICT when this record was lost itself. */
struct keeper_fresh {
    enum keeper_slot kind;
    struct span origin;
    uint8_t nonce[KEEPER_NONCE_SIZE]; /* the partner's */
    uint8_t set;
    uint64_t size;
    struct tlog_hash root;
    uint8_t signature[SIGNATURE_SIZE];
};
bool keeper_fresh_sign(const struct keeper_client *client, struct keeper_fresh *fresh,
                       struct error *err);

/* A partner's word about an own log or one in our custody. CONFLICT when the keeper was given fewer leaves (give it those
 * up to `size` first, unsigned), or they lead to another tree; INPUT when the word is not signed, or not for this nonce. */
struct keeper_fresh_word {
    enum keeper_slot kind;
    struct span origin;
    uint64_t size;
    struct tlog_hash root;
    uint8_t signature[SIGNATURE_SIZE];
    const struct tlog_hash *proof; /* from `size` to what the keeper holds, when that is more */
    size_t proof_count;
    int64_t time_s; /* custody: of our own receipt for `size`, which the partner shows */
    uint8_t receipt[SIGNATURE_SIZE];
};
bool keeper_fresh_take(const struct keeper_client *client, const struct keeper_fresh_word *word,
                       struct error *err);

/* A fresh random key and the same key wrapped under the keeper's master key (AES-256-GCM: nonce 12 | key 32 | tag 16). */
#define KEEPER_WRAPPED_SIZE 60
#define KEEPER_KEYS_MAX     1024
struct keeper_wrapped {
    uint8_t key[AEAD_KEY_SIZE];
    uint8_t wrapped[KEEPER_WRAPPED_SIZE];
};
bool keeper_make_keys(const struct keeper_client *client, struct keeper_wrapped *out, size_t count,
                      struct error *err);
bool keeper_unwrap(const struct keeper_client *client, const uint8_t wrapped[KEEPER_WRAPPED_SIZE],
                   uint8_t key[AEAD_KEY_SIZE], struct error *err);

/* The daily pre-shared key of one agreement: psk(0) and the time of pairing, once. psk(n + 1) = HKDF(psk(n),
 * "besa-psk-ratchet" | agreement | n + 1); n = days since pairing by the keeper's own clock; 14 past values are kept. */
bool keeper_pair(const struct keeper_client *client, struct span agreement, const uint8_t psk[32],
                 int64_t paired_at_ms, struct error *err);

/* The key of one sealed post or range. Suite 1: P-256 with psk(n); suite 2: P-256 alone (marked as such). */
enum keeper_suite { KEEPER_SUITE_PSK = 1, KEEPER_SUITE_PLAIN = 2 };
struct keeper_seal {
    enum keeper_suite suite;
    uint32_t psk_day;                     /* n; 0 for suite 2 */
    uint8_t set;                          /* receiver: of the own sealing key */
    uint8_t ephemeral[AGREE_PUBLIC_SIZE]; /* the sender's, in the header of the post */
    uint8_t key[AEAD_KEY_SIZE];
};
/* Sender: makes the ephemeral key; suite 1 when the agreement is paired. `partner` is its sealing key. */
bool keeper_seal_key(const struct keeper_client *client, struct span agreement,
                     const uint8_t partner[AGREE_PUBLIC_SIZE], struct keeper_seal *out,
                     struct error *err);
/* Receiver: suite, psk_day and ephemeral are given, key comes back. INPUT when the day lies outside the 14 past and one
 * coming, or the point is none. */
bool keeper_open_key(const struct keeper_client *client, struct span agreement,
                     struct keeper_seal *seal, struct error *err);

#endif
