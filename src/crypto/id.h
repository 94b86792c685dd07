/*
 * Message ids: UUID version 7 (RFC 9562 5.7), time-ordered, random rest.
 */
#ifndef BESA_CRYPTO_ID_H
#define BESA_CRYPTO_ID_H

#include "base/env.h"
#include "base/text.h"

void id_make(const struct env *env, uint8_t out[UUID_SIZE]);

#endif
