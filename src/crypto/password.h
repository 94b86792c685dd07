/*
 * Passwords of officers: hashed with Argon2id (RFC 9106) in libsodium's text form, which carries its own cost, so that a
 * later rise of the cost leaves old hashes valid. Tokens are 32 random bytes and need no slow hash: SHA-256 stands for them.
 *
 * Hashing takes 64 MiB and a good part of a second: never in the writer.
 */
#ifndef BESA_CRYPTO_PASSWORD_H
#define BESA_CRYPTO_PASSWORD_H

#include "base/error.h"
#include "base/span.h"

#define PASSWORD_SIZE_MIN  12  /* length is what makes a password strong; no rules of composition */
#define PASSWORD_SIZE_MAX  256 /* bounds what a stranger makes us hash */
#define PASSWORD_HASH_SIZE 128 /* text with NUL */

/* Argon2id: three passes over 64 MiB, one lane: the second recommendation of RFC 9106 but for its lanes, which libsodium
 * does not offer. */
#define PASSWORD_PASSES 3u
#define PASSWORD_MEMORY (64u * 1024u * 1024u)

/* The salt is the library's own. LIMIT when there is no memory for it, INPUT for a size out of bounds. */
bool password_hash(struct span password, char out[PASSWORD_HASH_SIZE], struct error *err);
/* Whether the password is the hash's. With an empty `hash` (nobody has this name) the same work is done, and the answer
 * is no. */
bool password_verify(struct span hash, struct span password);

#endif
