/*
 * Secrets: wiped on release; and files sealed under a passphrase (Argon2id, RFC 9106; then XChaCha20-Poly1305).
 */
#ifndef BESA_CRYPTO_SECRET_H
#define BESA_CRYPTO_SECRET_H

#include "base/buffer.h"
#include "base/env.h"

/* Must run once per process before any other function of crypto. Aborts when the libraries cannot start. */
void crypto_start(void);

/* Overwrites, not optimised away. */
void secret_wipe(void *memory, size_t size);
/* Memory that is locked, guarded and wiped on free; NULL when there is none. */
void *secret_alloc(size_t size);
void secret_free(void *memory);

/* Cost of the passphrase: libsodium's moderate for keys at rest; `fast` is for tests and the simulator only. */
enum secret_cost { SECRET_COST_STANDARD, SECRET_COST_FAST };

/* Seals `plain` under the passphrase into `out` (cost, salt and nonce are in its header). */
bool secret_seal(const struct env *env, struct span passphrase, enum secret_cost cost,
                 struct span plain, struct buffer *out, struct error *err);
/* Opens what secret_seal made; INPUT when passphrase or file is wrong (which of the two cannot be told). */
bool secret_open(struct span passphrase, struct span sealed, struct buffer *out, struct error *err);

#endif
