/*
 * Institutions' signatures: X.509 and CMS SignedData (RFC 5652) with ECDSA P-256 and SHA-256, such that
 * `openssl cms -verify` accepts what is made here. Used for agreements, TLS certificates and bundles, never in the hot
 * path.
 */
#ifndef BESA_CRYPTO_CMS_H
#define BESA_CRYPTO_CMS_H

#include "base/buffer.h"
#include "base/env.h"

/* Keys and certificates travel as PEM text. Where an institution signs, its key may be a token's URI instead (RFC 7512,
 * `pkcs11:...`); the passphrase is then the PIN. Commands only: the token's module is loaded into the process. */

/* A token's URI, not PEM text. */
bool institution_key_is_token(struct span key);
/* Such a URI can be meant: before a PIN is asked for. Reads it alone, loads nothing. INPUT. */
bool institution_token_check(struct span uri, struct error *err);

#define CMS_SIZE_MAX         67108864u /* 64 MiB: a document with its signatures */
#define CMS_SIGNER_COUNT_MAX 8         /* two institutions today; room for a change of keys */

/* A P-256 key (PKCS#8 PEM, encrypted under `passphrase` when it is not empty) and a self-signed CA certificate for
 * `name` (CN; organisation `organisation`), valid `days` from `now_ms`. */
bool institution_make(const char *name, const char *organisation, int64_t now_ms, int days,
                      struct span passphrase, struct buffer *key_pem,
                      struct buffer *certificate_pem, struct error *err);
/* The same certificate for a key that is there already: in a file, or in a token. */
bool institution_certify(const char *name, const char *organisation, int64_t now_ms, int days,
                         struct span key, struct span passphrase, struct buffer *certificate_pem,
                         struct error *err);
/* A TLS key and its certificate, issued by the institution for node `dns_name` (SAN), client and server use. */
bool institution_issue_tls(struct span institution_key, struct span passphrase,
                           struct span institution_certificate_pem, const char *dns_name,
                           int64_t now_ms, int days, struct buffer *key_pem,
                           struct buffer *certificate_pem, struct error *err);
/* Where the institution's key is elsewhere: a new TLS key, and a request (PKCS#10) that proves its possession. */
bool tls_request_make(const char *dns_name, struct buffer *key_pem, struct buffer *request_pem,
                      struct error *err);
/* Answers such a request. INPUT when it does not hold or names another node: nothing else of it is taken over. */
bool institution_issue_request(struct span institution_key, struct span passphrase,
                               struct span institution_certificate_pem, struct span request_pem,
                               const char *dns_name, int64_t now_ms, int days,
                               struct buffer *certificate_pem, struct error *err);
/* INPUT or RULE unless the key is the certificate's, and the institution issued it for that name. Not the dates. */
bool tls_pair_check(struct span key_pem, struct span certificate_pem,
                    struct span institution_certificate_pem, const char *dns_name,
                    struct error *err);
/* SHA-256 of the certificate's DER: what people compare over the phone. INPUT when it cannot be read. */
bool certificate_fingerprint(struct span certificate_pem, uint8_t out[32], struct error *err);
/* Validity, Unix ms. */
bool certificate_validity(struct span certificate_pem, int64_t *from_ms, int64_t *to_ms,
                          struct error *err);

/* Signs `content` (attached, DER); the signed attributes hold signing time and content type. What was signed is verified
 * under the certificate before it is given out: a token may break, too. */
bool cms_sign(struct span content, struct span key_pem, struct span passphrase,
              struct span certificate_pem, struct buffer *out, struct error *err);
/* Adds a second signer to what cms_sign made, over the same content. */
bool cms_add_signer(struct span cms, struct span key_pem, struct span passphrase,
                    struct span certificate_pem, struct buffer *out, struct error *err);
/* Verifies that each certificate of `certificates_pem[0..count)` signed, and no one else, and gives the content.
 * Certificates inside the CMS are never trusted. INPUT names which signature is missing or does not hold. No
 * certificate is checked against the clock: a signature under an agreement counts for the time it was made, so the
 * caller compares certificate_validity with that time where it matters. */
bool cms_verify(struct span cms, const struct span *certificates_pem, size_t count,
                struct buffer *content, struct error *err);
/* How many signers the CMS carries, and its content, without verifying: for showing a proposal. */
bool cms_look(struct span cms, size_t *signer_count, struct buffer *content, struct error *err);

#endif
