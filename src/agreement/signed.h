/*
 * The co-signed agreement: one CMS SignedData over the canonical document, signed by both institutions named in it and
 * by no one else. `openssl cms -verify` accepts it. Nothing is ever judged under a document with one signature.
 */
#ifndef BESA_AGREEMENT_SIGNED_H
#define BESA_AGREEMENT_SIGNED_H

#include "agreement/agreement.h"
#include "base/buffer.h"
#include "crypto/digest.h"

/* The key of an institution, as `besa agreement sign` reads it from file or token. All PEM. */
struct institution {
    struct span key_pem;
    struct span passphrase; /* empty: the key is not encrypted */
    struct span certificate_pem;
};

/* Reads `document` (any JSON spelling), signs its canonical bytes. RULE when the certificate is not one of the two that
 * the document names or is not valid at `now_ms`. INPUT names the first problem of the document. */
bool agreement_sign(struct span document, const struct institution *institution, int64_t now_ms,
                    struct arena *arena, struct buffer *cms, struct error *err);
/* Adds the other institution's signature to what agreement_sign made. CONFLICT when this one, or both, signed. */
bool agreement_countersign(struct span signed_once, const struct institution *institution,
                           int64_t now_ms, struct arena *arena, struct buffer *cms,
                           struct error *err);

struct signed_agreement {
    struct agreement agreement; /* lives in the arena given */
    struct span document;       /* the canonical bytes, in the arena */
    uint8_t
        fingerprint[DIGEST_SIZE]; /* SHA-256 of the document: what people compare over the phone */
};

/*
 * Verifies that exactly the two institutions whose certificates are given signed, that the document names these two
 * certificates, and that it is canonical (one agreement, one fingerprint). The certificates are the ones pinned at
 * pairing, never taken from the CMS or the document. INPUT or RULE names what is wrong.
 */
bool agreement_verify(struct span cms, const struct span certificates_pem[2], struct arena *arena,
                      struct signed_agreement *out, struct error *err);
/* Reads a document that may lack signatures, to show it: a proposal binds no one. */
bool agreement_look(struct span cms, struct arena *arena, struct signed_agreement *out,
                    size_t *signer_count, struct error *err);

#endif
