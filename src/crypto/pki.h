/*
 * What institution.c, certificate.c and cms.c share: OpenSSL's objects made from PEM text and written to it, each freed
 * at the end of its scope, and its error queue turned into one plain sentence. Private to this folder.
 */
#ifndef BESA_CRYPTO_PKI_H
#define BESA_CRYPTO_PKI_H

#include "base/buffer.h"
#include "base/error.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#define PEM_SIZE_MAX       65536u /* one key or certificate with a preface */
#define PKI_NAME_SIZE      128    /* a common name for an error text: 64 characters and NUL */
#define PKI_NAME_COUNT_MAX 64     /* characters of a name, X.520 ub-common-name */

/* A private key to sign with: read from PEM text, or held by a token that stays open as long. */
struct token;
struct pki_key {
    EVP_PKEY *key;
    struct token *token; /* NULL: the key is ours */
};

/* CLEANUP(...) functions. */
void pki_drop_key(struct pki_key *key);
void pki_free_bio(BIO **bio);
void pki_free_key(EVP_PKEY **key);
void pki_free_certificate(X509 **certificate);

/* Sets `text`, with OpenSSL's own reason in brackets when it has one, and empties its queue. Always false. */
bool pki_failed(struct error *err, enum error_kind kind, const char *text);

/* Reads the one private key (P-256) of `pem`; NULL with INPUT. Never asks at a terminal. */
EVP_PKEY *pki_read_key(struct span pem, struct span passphrase, struct error *err);
/* INPUT when it is no P-256 key. */
bool pki_check_curve(const EVP_PKEY *key, struct error *err);
/* Opens a key to sign with: `key` is PEM text, or a token's URI (pkcs11:...) whose PIN is `passphrase`. */
bool pki_open_key(struct span key, struct span passphrase, struct pki_key *out, struct error *err);
/* Appends the key as PKCS#8 PEM; encrypted when the passphrase is not empty. */
bool pki_write_key(EVP_PKEY *key, struct span passphrase, struct buffer *pem, struct error *err);

/* Reads the one certificate of `pem`, which must hold a P-256 key; NULL with INPUT. */
X509 *pki_read_certificate(struct span pem, struct error *err);
bool pki_write_certificate(X509 *certificate, struct buffer *pem, struct error *err);

/* Reads a request (PKCS#10) for `name` whose signature holds; NULL with INPUT. */
X509_REQ *pki_read_request(struct span pem, const char *name, struct error *err);
/* What a memory BIO holds goes to the buffer. */
bool pki_hand_over(BIO *bio, struct buffer *out, struct error *err);

/* The subject's common name, for an error text; "unnamed" when there is none that may be shown. */
void pki_name(X509 *certificate, char out[PKI_NAME_SIZE]);
/* Unix ms of an X.509 time; false when it is malformed. */
bool pki_time_ms(const ASN1_TIME *when, int64_t *out_ms);
/* INPUT when the key is not the certificate's. */
bool pki_check_pair(X509 *certificate, EVP_PKEY *key, struct error *err);

#endif
