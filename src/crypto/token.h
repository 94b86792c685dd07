/*
 * Token: an institution's key that lives in a PKCS#11 token (smart card, HSM) and never leaves it, named by an RFC 7512
 * URI. Only commands open one: loading a vendor's module into a process that partners talk to is out of the question.
 * Private to this folder; the others give the URI where they would give PEM text (cms.h).
 */
#ifndef BESA_CRYPTO_TOKEN_H
#define BESA_CRYPTO_TOKEN_H

#include "base/error.h"
#include "base/span.h"

#include <openssl/evp.h>

struct token;

/*
 * Opens the one private key that the URI means: `pkcs11:token=...;object=...?module-path=/...` (or id=). The module is
 * loaded into this process. *key is freed by token_close alone. INPUT: the URI is malformed, carries a PIN, or means no
 * key or several; the PIN is wrong. MISSING: no such token. LINK: the module or the token does not work.
 */
bool token_open(struct span uri, struct span pin, struct token **out, EVP_PKEY **key,
                struct error *err);
/* Reads the URI alone; what token_open would say of it. */
bool token_uri_check(struct span uri, struct error *err);
/* NULL is fine. Logs out and unloads. */
void token_close(struct token **token);

#endif
