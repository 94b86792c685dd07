/* The RFC 7512 URI that names a token and a key in it, read and checked. Private to this folder. */
#ifndef BESA_CRYPTO_TOKEN_URI_H
#define BESA_CRYPTO_TOKEN_URI_H

#include "base/error.h"
#include "base/span.h"

#include <p11-kit/uri.h>

#define TOKEN_PIN_SIZE_MAX 255u /* of any token in use; most end at 16 */

/* INPUT: malformed, with a PIN, without a module, or without object= or id=. *out is freed by p11_kit_uri_free, also on
 * failure (NULL is fine). */
bool token_uri_parse(struct span text, P11KitUri **out, struct error *err);

#endif
