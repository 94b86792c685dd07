/*
 * Token signer: Ed25519 keys (RFC 8032) that are made in a PKCS#11 token and never leave it, for the node's own keys. Only a
 * process that does nothing else loads the module (keeper/token_process.h).
 *
 * `pkcs11:token=NAME;object=PREFIX?module-path=/MODULE.so`: a key's label is PREFIX and what the caller adds. libp11 knows
 * no Ed25519, so the module is called itself (PKCS#11 3.0: CKM_EDDSA); p11-kit loads it and reads the URI.
 */
#ifndef BESA_CRYPTO_TOKEN_SIGNER_H
#define BESA_CRYPTO_TOKEN_SIGNER_H

#include "base/error.h"
#include "base/span.h"
#include "crypto/signature.h"

#define TOKEN_LABEL_SIZE 128 /* with its NUL */

struct token_signer;
struct token_key {
    unsigned long private_handle; /* the module's; good as long as the signer is open */
    uint8_t public_key[SIGNATURE_PUBLIC_SIZE];
};

/*
 * Loads the module into this process and logs in, once: a token that says that a wrong PIN was tried is left alone (RULE),
 * so that a node which starts again and again never locks it. INPUT: the URI is malformed or carries a PIN; the PIN is
 * wrong. MISSING: no such token. LINK: module or token do not work, or know no Ed25519.
 */
bool token_signer_open(struct span uri, struct span pin, struct token_signer **out,
                       struct error *err);
/* NULL is fine. Logs out and unloads. */
void token_signer_close(struct token_signer **signer);
/* Reads the URI alone; what token_signer_open would say of it. */
bool token_signer_uri_check(struct span uri, struct error *err);

/* Where the module of a sound URI lies: an absolute path. */
bool token_signer_module(struct span uri, char *out, size_t size, struct error *err);

/* The key of this label. MISSING: none. RULE: it can be read out of the token, or has been outside. INPUT: several, or of
 * another kind. */
bool token_signer_find(struct token_signer *signer, const char *label, struct token_key *out,
                       struct error *err);
/* A fresh key under this label, sensitive and not extractable. CONFLICT: there is one. */
bool token_signer_make(struct token_signer *signer, const char *label, struct token_key *out,
                       struct error *err);
/* LINK: the token does not sign. The signature holds under the key's public key, or it is not given out (BUG). */
bool token_signer_sign(struct token_signer *signer, const struct token_key *key,
                       struct span message, uint8_t out[SIGNATURE_SIZE], struct error *err);

#endif
