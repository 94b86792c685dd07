/* OpenSSL's objects for institutions' keys and certificates: see pki.h. */
#include "crypto/pki.h"

#include "base/text.h"
#include "crypto/cms.h"
#include "crypto/secret.h"
#include "crypto/token.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

/* scrypt for keys at rest: 16 MiB, the most that OpenSSL reads back by default, five times over. */
#define SCRYPT_N            (1u << 14)
#define SCRYPT_R            8
#define SCRYPT_P            5
#define PASSPHRASE_SIZE_MAX 1024 /* OpenSSL's own limit for PEM (PEM_BUFSIZE) */
#define GROUP_NAME_SIZE     64

void pki_free_bio(BIO **bio)
{
    BIO_free(*bio); /* a memory BIO clears itself */
}

void pki_free_key(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

void pki_free_certificate(X509 **certificate)
{
    X509_free(*certificate);
}

bool pki_failed(struct error *err, enum error_kind kind, const char *text)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

    if (reason != NULL)
        error_set(err, kind, "%s (%s)", text, reason);
    else
        error_set(err, kind, "%s", text);
    ERR_clear_error();
    return false;
}

static bool is_p256(const EVP_PKEY *key)
{
    char group[GROUP_NAME_SIZE] = "";
    size_t size = 0;

    return key != NULL && EVP_PKEY_is_a(key, "EC") == 1 &&
           EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
           strcmp(group, "prime256v1") == 0;
}

static BIO *read_from(struct span pem, struct error *err)
{
    if (pem.size == 0 || pem.size > PEM_SIZE_MAX) {
        error_set(err, ERROR_INPUT, "a PEM text has 1 to %u bytes, not %zu", PEM_SIZE_MAX,
                  pem.size);
        return NULL;
    }
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
    if (bio == NULL)
        pki_failed(err, ERROR_LIMIT, "out of memory");
    return bio;
}

/* Gives the passphrase of the caller; without one an encrypted key fails, where OpenSSL would ask at the terminal. */
static int give_passphrase(char *out, int size, int is_writing, void *context)
{
    const struct span *passphrase = context;

    (void)is_writing;
    if (size < 0 || passphrase->size == 0 || passphrase->size > (size_t)size)
        return -1;
    memcpy(out, passphrase->data, passphrase->size);
    return (int)passphrase->size;
}

EVP_PKEY *pki_read_key(struct span pem, struct span passphrase, struct error *err)
{
    BIO *bio CLEANUP(pki_free_bio) = read_from(pem, err);

    if (bio == NULL)
        return NULL;
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &passphrase);
    if (key == NULL) {
        pki_failed(err, ERROR_INPUT, "the private key cannot be read: wrong passphrase or file");
        return NULL;
    }
    if (!pki_check_curve(key, err)) {
        EVP_PKEY_free(key);
        return NULL;
    }
    ERR_clear_error(); /* a successful decoder leaves its failed tries behind */
    return key;
}

bool pki_check_curve(const EVP_PKEY *key, struct error *err)
{
    return is_p256(key) || pki_failed(err, ERROR_INPUT, "the private key is not a P-256 key");
}

void pki_drop_key(struct pki_key *key)
{
    if (key->token == NULL)
        EVP_PKEY_free(key->key);
    token_close(&key->token);
    key->key = NULL;
}

bool institution_key_is_token(struct span key)
{
    static const char scheme[] = "pkcs11:";

    return key.size >= sizeof scheme - 1 && memcmp(key.data, scheme, sizeof scheme - 1) == 0;
}

bool institution_token_check(struct span uri, struct error *err)
{
    return token_uri_check(uri, err);
}

bool pki_open_key(struct span key, struct span passphrase, struct pki_key *out, struct error *err)
{
    *out = (struct pki_key){.key = NULL};
    if (institution_key_is_token(key))
        return token_open(key, passphrase, &out->token, &out->key, err);
    out->key = pki_read_key(key, passphrase, err);
    return out->key != NULL;
}

bool pki_hand_over(BIO *bio, struct buffer *out, struct error *err)
{
    char *data = NULL;
    long size = BIO_get_mem_data(bio, &data);

    if (size < 0 || !buffer_add(out, span_make(data, (size_t)size)))
        return error_set(err, ERROR_LIMIT, "no room for a PEM text of %ld bytes", size);
    return true;
}

/* PKCS#8 under PBES2 with scrypt and AES-256 (RFC 7914, RFC 8018), which `openssl pkey` opens. */
static bool write_encrypted(BIO *bio, PKCS8_PRIV_KEY_INFO *plain, struct span passphrase)
{
    X509_ALGOR *method =
        PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, SCRYPT_N, SCRYPT_R, SCRYPT_P);
    if (method == NULL)
        return false;
    X509_SIG *sealed =
        PKCS8_set0_pbe((const char *)passphrase.data, (int)passphrase.size, plain, method);
    if (sealed == NULL) {
        X509_ALGOR_free(method);
        return false;
    }
    bool done = PEM_write_bio_PKCS8(bio, sealed) == 1;
    X509_SIG_free(sealed); /* and the method, which it owns now */
    return done;
}

bool pki_write_key(EVP_PKEY *key, struct span passphrase, struct buffer *pem, struct error *err)
{
    BIO *bio CLEANUP(pki_free_bio) = BIO_new(BIO_s_mem());

    if (passphrase.size > PASSPHRASE_SIZE_MAX)
        return error_set(err, ERROR_INPUT, "the passphrase is longer than %d bytes",
                         PASSPHRASE_SIZE_MAX);
    PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(key);
    bool done = bio != NULL && plain != NULL &&
                (passphrase.size == 0 ? PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, plain) == 1
                                      : write_encrypted(bio, plain, passphrase));
    PKCS8_PRIV_KEY_INFO_free(plain);
    if (!done)
        return pki_failed(err, ERROR_LIMIT, "the private key cannot be written");
    return pki_hand_over(bio, pem, err);
}

/* True when a second certificate follows: then nobody can say which one was meant. */
static bool has_another(BIO *bio)
{
    X509 *other CLEANUP(pki_free_certificate) = PEM_read_bio_X509(bio, NULL, NULL, NULL);

    return other != NULL;
}

X509 *pki_read_certificate(struct span pem, struct error *err)
{
    BIO *bio CLEANUP(pki_free_bio) = read_from(pem, err);

    if (bio == NULL)
        return NULL;
    X509 *certificate = PEM_read_bio_X509(bio, NULL, give_passphrase, &(struct span){NULL, 0});
    if (certificate == NULL) {
        pki_failed(err, ERROR_INPUT, "the certificate cannot be read");
        return NULL;
    }
    const char *fault = has_another(bio) ? "the text holds more than one certificate"
                        : is_p256(X509_get0_pubkey(certificate))
                            ? NULL
                            : "the certificate does not hold a P-256 key";
    ERR_clear_error(); /* the search for another certificate ended at the end of the text */
    if (fault == NULL)
        return certificate;
    error_set(err, ERROR_INPUT, "%s", fault);
    X509_free(certificate);
    return NULL;
}

bool pki_write_certificate(X509 *certificate, struct buffer *pem, struct error *err)
{
    BIO *bio CLEANUP(pki_free_bio) = BIO_new(BIO_s_mem());

    if (bio == NULL || PEM_write_bio_X509(bio, certificate) != 1)
        return pki_failed(err, ERROR_LIMIT, "the certificate cannot be written");
    return pki_hand_over(bio, pem, err);
}

/* The key inside must be P-256 and must have signed the request. */
static const char *request_fault(X509_REQ *request, const char *name)
{
    char found[PKI_NAME_SIZE] = "";

    if (!is_p256(X509_REQ_get0_pubkey(request)))
        return "the request does not hold a P-256 key";
    if (X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) != 1)
        return "the request is not signed by its own key";
    if (X509_NAME_get_text_by_NID(X509_REQ_get_subject_name(request), NID_commonName, found,
                                  sizeof found) <= 0 ||
        strcmp(found, name) != 0)
        return "the request is another node's";
    return NULL;
}

X509_REQ *pki_read_request(struct span pem, const char *name, struct error *err)
{
    BIO *bio CLEANUP(pki_free_bio) = read_from(pem, err);

    if (bio == NULL)
        return NULL;
    X509_REQ *request = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
    const char *fault =
        request == NULL ? "the request cannot be read" : request_fault(request, name);
    ERR_clear_error();
    if (fault == NULL)
        return request;
    error_set(err, ERROR_INPUT, "%s", fault);
    X509_REQ_free(request);
    return NULL;
}

void pki_name(X509 *certificate, char out[PKI_NAME_SIZE])
{
    int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, out,
                                         PKI_NAME_SIZE);

    if (size <= 0 || !text_is_plain(span_text(out)))
        memcpy(out, "unnamed", sizeof "unnamed");
    ERR_clear_error();
}

bool pki_time_ms(const ASN1_TIME *when, int64_t *out_ms)
{
    int days = 0;
    int seconds = 0;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    bool done = epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, when) == 1;

    ASN1_TIME_free(epoch);
    ERR_clear_error();
    *out_ms = done ? ((int64_t)days * 86400 + seconds) * 1000 : 0;
    return done;
}

bool pki_check_pair(X509 *certificate, EVP_PKEY *key, struct error *err)
{
    if (X509_check_private_key(certificate, key) == 1)
        return true;
    ERR_clear_error();
    return error_set(err, ERROR_INPUT, "the private key does not belong to the certificate");
}
