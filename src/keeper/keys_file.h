/*
 * keeper.keys: the node's private keys, sealed under the passphrase (crypto/secret.h). Written at init and by each
 * change of keys, whole and at once. Plain form: magic, party (u8 size, 64 bytes), the master key, the number of sets (u8),
 * then each set: number u8, the seeds of log, custody and witness key, the sealing key's private and public part. In a file
 * with a set whose three keys are in a PKCS#11 token (/3), a byte behind each number says so (1), and their public keys stand
 * where the seeds would. From the
 * master key come, by HKDF, the key that wraps keys and those of the record; a change of keys leaves it, so that what lies
 * on the disk stays readable.
 */
#ifndef BESA_KEEPER_KEYS_FILE_H
#define BESA_KEEPER_KEYS_FILE_H

#include "base/limits.h"
#include "crypto/aead.h"
#include "crypto/agree.h"
#include "crypto/digest.h"
#include "crypto/signature.h"
#include "keeper/client.h"
#include "keeper/keeper.h"

struct key_set {
    uint8_t number;   /* counts from 0, over the life of the node */
    bool is_in_token; /* log, custody and witness key: no seeds and secrets here */
    uint8_t log_seed[SIGNATURE_SEED_SIZE];
    uint8_t custody_seed[SIGNATURE_SEED_SIZE];
    uint8_t witness_seed[SIGNATURE_SEED_SIZE];
    uint8_t sealing[AGREE_PRIVATE_SIZE];
    uint8_t sealing_public[AGREE_PUBLIC_SIZE];
    /* derived */
    uint8_t log[SIGNATURE_SECRET_SIZE], log_public[SIGNATURE_PUBLIC_SIZE];
    uint8_t custody[SIGNATURE_SECRET_SIZE], custody_public[SIGNATURE_PUBLIC_SIZE];
    uint8_t witness[SIGNATURE_SECRET_SIZE], witness_public[SIGNATURE_PUBLIC_SIZE];
};

/* Lives in secret memory only. */
struct keys {
    uint8_t party[NAME_SIZE_MAX];
    size_t party_size;
    size_t set_count; /* 1, or 2 around a change of keys: oldest first */
    struct key_set sets[KEEPER_SETS_MAX];
    uint8_t master[DIGEST_SIZE];
    /* derived */
    uint8_t wrap[AEAD_KEY_SIZE];       /* of the keys of bodies and parts */
    uint8_t record[DIGEST_SIZE];       /* checks the record's blocks */
    uint8_t record_psk[AEAD_KEY_SIZE]; /* seals the chains in the record */
};

/* Fresh keys for `party`, from the env's randomness or in the options' token; `number` is that of the first set. */
bool keys_make(const struct keeper_options *options, struct span party, uint8_t number,
               struct keys *out, struct error *err);
/* A further set; the older of two goes first, and is destroyed with the next writing. */
bool keys_renew(const struct keeper_options *options, struct keys *keys, struct error *err);
/* What a key in the token is called there, behind the URI's object=: "log 0". */
#define KEEPER_TOKEN_LABEL_SIZE 16
void keeper_token_label(uint8_t set, enum keeper_slot role, char out[KEEPER_TOKEN_LABEL_SIZE]);
/* The set of this number; NULL with MISSING when it was destroyed or never made. */
const struct key_set *keys_set(const struct keys *keys, uint8_t number, struct error *err);
bool keys_write(const struct keeper_options *options, const struct keys *keys, struct error *err);
/* MISSING when there is no file, INPUT for a wrong passphrase or a damaged file. Keys that lie ready under this passphrase
 * (reseal.h) are put in place by it. */
bool keys_read(const struct keeper_options *options, struct keys *out, struct error *err);
/* The same keys, ready to be put in place by keys_read. */
bool keys_stage(const struct keeper_options *options, const struct keys *keys, struct error *err);
bool keys_unstage(const struct keeper_options *options, struct error *err);
bool keys_are_staged(const struct keeper_options *options);
/* True when the file is there or cannot be looked for (*err says what). */
bool keys_exist(const struct keeper_options *options, struct error *err);

/* `<directory>/<name>`; false when it does not fit. */
#define KEEPER_PATH_SIZE 4096
bool keeper_path(const struct keeper_options *options, const char *name, char out[KEEPER_PATH_SIZE],
                 struct error *err);

#endif
