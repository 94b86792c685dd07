/*
 * Keeper: the process that holds every long-term key of the node and can do nothing else. It is given leaf hashes, keeps
 * the compact range of each log itself, and signs or cosigns extensions only; its record is synced before a signature
 * leaves. It wraps the 32-byte keys of bodies and parts, and agrees the key of one post. docs/protocol.md 1, 2, 3.5c.
 *
 * The core below is a state machine over an env, so that the simulator runs it in its own process; process.h runs it as
 * a process of its own under seccomp. client.h is what the node calls.
 */
#ifndef BESA_KEEPER_KEEPER_H
#define BESA_KEEPER_KEEPER_H

#include "base/buffer.h"
#include "base/env.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "keeper/client.h"

struct keeper;

/* A PKCS#11 token for the keys of logs, custody and witness (crypto/token_signer.h). With one, PIN and passphrase lie in
 * memory that can be written: each process that was forked wipes what it does not need. */
struct keeper_token {
    struct span uri;
    struct span pin;
    struct span
        files; /* further paths that the module may change, ':' between them; may be empty */
};

/* Signs with a key that the keeper does not hold: `role` of set `set`. LINK: the token does not work. */
struct keeper_signer {
    void *context;
    bool (*sign)(void *context, uint8_t set, enum keeper_slot role, struct span message,
                 uint8_t out[SIGNATURE_SIZE], struct error *err); /* NULL: there is no token */
    /* Makes that key in the token; its public key goes to `out`. NULL: this one signs only. */
    bool (*make)(void *context, uint8_t set, enum keeper_slot role,
                 uint8_t out[SIGNATURE_PUBLIC_SIZE], struct error *err);
};

struct keeper_options {
    const struct env *env;
    const char *directory;  /* holds keeper.keys (sealed under the passphrase) and keeper.record */
    struct span passphrase; /* read once, not kept */
    enum secret_cost cost;  /* for keeper_create */
    /* New sets of keys are made in it, and those in it sign (the process asks it); NULL: all in the key file. */
    const struct keeper_token *token;
    struct keeper_signer signer; /* for keeper_open; process.h sets it */
};

/* The next three: with a token, a process of its own loads the module, forked before any key of the keeper is read or made, as
 * limited as the one that signs (token_process.h), and has ended when they return. One thread; the PIN is wiped. */
/* Makes all keys and an empty record for `party` ("ro"). CONFLICT when there is a key file already. */
bool keeper_create(const struct keeper_options *options, struct span party, struct error *err);
/* A further set of keys beside the one in use: the keeper can sign with both from its next start, and the journal takes
 * the new one when a log is succeeded. The keeper must not run meanwhile. */
bool keeper_renew(const struct keeper_options *options, struct error *err);
/* As keeper_create, after all was lost: the first set has this number, so that no key is taken for another. */
bool keeper_create_anew(const struct keeper_options *options, struct span party, uint8_t number,
                        struct error *err);
/* Opens keys and record. MISSING when there is no key file; a key file without its record, or with a record that does
 * not check, opens in the state that refuses every signature and says why (keeper_status). */
bool keeper_open(const struct keeper_options *options, struct keeper **out, struct error *err);
void keeper_close(struct keeper **keeper);
/* keeper.record for a backup, beside a running keeper: what was signed so far, without the daily keys, which no backup
 * holds (docs/protocol.md 2). A keeper that opens it knows its logs and asks to be paired again. */
bool keeper_record_copy(const struct env *env, const char *directory, struct buffer *out,
                        struct error *err);
/* Answers one request: the whole of what a node can ask. Hostile bytes give an error reply, never more. */
void keeper_answer(struct keeper *keeper, struct span request, struct buffer *reply);

#endif
