/*
 * Fictional institutions that sign: their keys and certificates as PEM.
 */
#ifndef BESA_TESTS_CRYPTO_SUPPORT_INSTITUTIONS_H
#define BESA_TESTS_CRYPTO_SUPPORT_INSTITUTIONS_H

#include "base/buffer.h"

#define INSTITUTIONS_NOW_MS INT64_C(1767225600000) /* 2026-01-01 */

struct institution {
    struct buffer key;
    struct buffer certificate;
    struct span passphrase;
};

/* Ends the program when it cannot. */
struct institution institution_start(const char *name, const char *passphrase);
void institution_end(struct institution *institution);

#endif
