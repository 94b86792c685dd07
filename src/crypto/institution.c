/*
 * Institutions' keys and certificates (RFC 5280): see cms.h. An institution is its own root: its certificate is what two
 * states exchange and compare by fingerprint, and it issues the short-lived TLS certificates of its nodes and nothing
 * below them (path length 0).
 */
#include "crypto/cms.h"
#include "crypto/pki.h"

#include "base/text.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define DAYS_MAX        36500 /* a hundred years: beyond is a slip of the finger */
#define DAY_MS          INT64_C(86400000)
#define SERIAL_BIT_SIZE 127 /* random and positive; RFC 5280 4.1.2.2 allows 20 bytes */
#define X509_V3         2

struct extension {
    int nid;
    const char *value;
};

static const struct extension institution_extensions[] = {
    {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
    {NID_key_usage, "critical,digitalSignature,keyCertSign,cRLSign"},
    {NID_subject_key_identifier, "hash"},
    {NID_authority_key_identifier, "keyid:always"},
};

static const struct extension tls_extensions[] = {
    {NID_basic_constraints, "critical,CA:FALSE"},   {NID_key_usage, "critical,digitalSignature"},
    {NID_ext_key_usage, "serverAuth,clientAuth"},   {NID_subject_key_identifier, "hash"},
    {NID_authority_key_identifier, "keyid:always"},
};

static bool check_days(int days, struct error *err)
{
    if (days >= 1 && days <= DAYS_MAX)
        return true;
    return error_set(err, ERROR_INPUT, "a certificate is valid for 1 to %d days, not %d", DAYS_MAX,
                     days);
}

static bool add_name(X509 *certificate, int nid, const char *text, struct error *err)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    struct span bytes = span_text(text);

    /* OpenSSL counts the 64 characters that X.520 allows. */
    if (bytes.size > 0 && bytes.size <= (size_t)4 * PKI_NAME_COUNT_MAX && text_is_plain(bytes) &&
        X509_NAME_add_entry_by_NID(subject, nid, MBSTRING_UTF8, bytes.data, (int)bytes.size, -1,
                                   0) == 1)
        return true;
    ERR_clear_error();
    return error_set(err, ERROR_INPUT, "%s of a certificate: 1 to %d characters of plain text",
                     nid == NID_commonName ? "name" : "organisation", PKI_NAME_COUNT_MAX);
}

/* The serial number is OpenSSL's randomness, as the key is: no simulated run depends on either. */
static bool set_serial(X509 *certificate)
{
    BIGNUM *number = BN_new();
    bool done = number != NULL &&
                BN_rand(number, SERIAL_BIT_SIZE, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
                BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;

    BN_free(number);
    return done;
}

static bool set_frame(X509 *certificate, EVP_PKEY *key, int64_t from_ms, int64_t to_ms)
{
    return X509_set_version(certificate, X509_V3) == 1 && set_serial(certificate) &&
           X509_set_pubkey(certificate, key) == 1 &&
           ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)(from_ms / 1000)) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)(to_ms / 1000)) != NULL;
}

static bool add_extensions(X509 *certificate, X509 *issuer, const struct extension *list,
                           size_t count)
{
    X509V3_CTX context;

    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    for (size_t i = 0; i < count; i++) {
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, list[i].nid, list[i].value);
        bool done = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
        X509_EXTENSION_free(extension);
        if (!done)
            return false;
    }
    return true;
}

static EVP_PKEY *make_key(struct error *err)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");

    if (key == NULL)
        pki_failed(err, ERROR_LIMIT, "a P-256 key cannot be made");
    return key;
}

static X509 *make_certificate(struct error *err)
{
    X509 *certificate = X509_new();

    if (certificate == NULL)
        pki_failed(err, ERROR_LIMIT, "out of memory");
    return certificate;
}

/* Signs, and verifies what the key made of it. */
static bool sign_certificate(X509 *certificate, EVP_PKEY *key, EVP_PKEY *public_key,
                             struct error *err)
{
    if (X509_sign(certificate, key, EVP_sha256()) == 0)
        return pki_failed(err, ERROR_LIMIT, "the certificate cannot be signed");
    return X509_verify(certificate, public_key) == 1 ||
           pki_failed(err, ERROR_BUG,
                      "the signature that the key just made does not hold; nothing was written");
}

static bool certify(const char *name, const char *organisation, int64_t now_ms, int days,
                    EVP_PKEY *key, struct buffer *certificate_pem, struct error *err)
{
    X509 *certificate CLEANUP(pki_free_certificate) = make_certificate(err);
    if (certificate == NULL || !add_name(certificate, NID_organizationName, organisation, err) ||
        !add_name(certificate, NID_commonName, name, err))
        return false;
    if (!set_frame(certificate, key, now_ms, now_ms + days * DAY_MS) ||
        X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) != 1 ||
        !add_extensions(certificate, certificate, institution_extensions,
                        ARRAY_COUNT(institution_extensions)))
        return pki_failed(err, ERROR_LIMIT, "the institution's certificate cannot be made");
    return sign_certificate(certificate, key, X509_get0_pubkey(certificate), err) &&
           pki_write_certificate(certificate, certificate_pem, err);
}

bool institution_make(const char *name, const char *organisation, int64_t now_ms, int days,
                      struct span passphrase, struct buffer *key_pem,
                      struct buffer *certificate_pem, struct error *err)
{
    if (!check_days(days, err))
        return false;
    EVP_PKEY *key CLEANUP(pki_free_key) = make_key(err);
    return key != NULL && certify(name, organisation, now_ms, days, key, certificate_pem, err) &&
           pki_write_key(key, passphrase, key_pem, err);
}

bool institution_certify(const char *name, const char *organisation, int64_t now_ms, int days,
                         struct span key, struct span passphrase, struct buffer *certificate_pem,
                         struct error *err)
{
    struct pki_key opened CLEANUP(pki_drop_key) = {.key = NULL};

    return check_days(days, err) && pki_open_key(key, passphrase, &opened, err) &&
           certify(name, organisation, now_ms, days, opened.key, certificate_pem, err);
}

/* Letters, digits, dots and hyphens: what may stand in a certificate without a second meaning. */
static bool is_host(const char *name)
{
    size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-:");

    return size > 0 && size <= PKI_NAME_COUNT_MAX && name[size] == '\0';
}

/* Subject alternative name: an address when the name is one (lines without a name service), else DNS. */
static GENERAL_NAME *host_name(const char *name)
{
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(name);
    GENERAL_NAME *general = GENERAL_NAME_new();

    ERR_clear_error(); /* a DNS name is no address */
    if (general != NULL && address != NULL) {
        GENERAL_NAME_set0_value(general, GEN_IPADD, address);
        return general;
    }
    ASN1_OCTET_STRING_free(address);
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();
    if (general != NULL && text != NULL && ASN1_STRING_set(text, name, -1) == 1) {
        GENERAL_NAME_set0_value(general, GEN_DNS, text);
        return general;
    }
    ASN1_IA5STRING_free(text);
    GENERAL_NAME_free(general);
    return NULL;
}

static bool add_host(X509 *certificate, const char *name)
{
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    GENERAL_NAME *host = host_name(name);
    bool done = false;

    if (names != NULL && host != NULL && sk_GENERAL_NAME_push(names, host) > 0) {
        host = NULL;
        done =
            X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1;
    }
    GENERAL_NAME_free(host);
    GENERAL_NAMES_free(names);
    return done;
}

/* A certificate that outlives its issuer would fail before its own date: it ends with it. */
static bool clip_validity(X509 *issuer, int64_t now_ms, int64_t *to_ms, struct error *err)
{
    int64_t issuer_from_ms;
    int64_t issuer_to_ms;

    if (!pki_time_ms(X509_get0_notBefore(issuer), &issuer_from_ms) ||
        !pki_time_ms(X509_get0_notAfter(issuer), &issuer_to_ms))
        return error_set(err, ERROR_INPUT, "the institution's validity cannot be read");
    if (now_ms < issuer_from_ms || now_ms >= issuer_to_ms)
        return error_set(err, ERROR_INPUT, "the institution's certificate is not valid today");
    if (*to_ms > issuer_to_ms)
        *to_ms = issuer_to_ms;
    return true;
}

static bool check_issuer(X509 *issuer, EVP_PKEY *key, struct error *err)
{
    if (X509_check_ca(issuer) != 1)
        return error_set(err, ERROR_INPUT, "the certificate is not an institution's");
    return pki_check_pair(issuer, key, err);
}

static bool check_host(const char *name, struct error *err)
{
    return is_host(name) ||
           error_set(err, ERROR_INPUT, "a node's name has 1 to %d of a-z 0-9 . - and colon",
                     PKI_NAME_COUNT_MAX);
}

struct issuer {
    X509 *certificate;
    struct pki_key key;
};

static void free_issuer(struct issuer *issuer)
{
    X509_free(issuer->certificate);
    pki_drop_key(&issuer->key);
}

static bool issuer_open(struct span key, struct span passphrase, struct span certificate_pem,
                        struct issuer *out, struct error *err)
{
    *out = (struct issuer){.certificate = pki_read_certificate(certificate_pem, err)};
    return out->certificate != NULL && pki_open_key(key, passphrase, &out->key, err) &&
           check_issuer(out->certificate, out->key.key, err);
}

static bool issue(const struct issuer *issuer, EVP_PKEY *key, const char *dns_name, int64_t now_ms,
                  int days, struct buffer *certificate_pem, struct error *err)
{
    int64_t to_ms = now_ms + days * DAY_MS;

    if (!clip_validity(issuer->certificate, now_ms, &to_ms, err))
        return false;
    X509 *certificate CLEANUP(pki_free_certificate) = make_certificate(err);
    if (certificate == NULL || !add_name(certificate, NID_commonName, dns_name, err))
        return false;
    if (!set_frame(certificate, key, now_ms, to_ms) ||
        X509_set_issuer_name(certificate, X509_get_subject_name(issuer->certificate)) != 1 ||
        !add_extensions(certificate, issuer->certificate, tls_extensions,
                        ARRAY_COUNT(tls_extensions)) ||
        !add_host(certificate, dns_name))
        return pki_failed(err, ERROR_LIMIT, "the node's certificate cannot be made");
    return sign_certificate(certificate, issuer->key.key, X509_get0_pubkey(issuer->certificate),
                            err) &&
           pki_write_certificate(certificate, certificate_pem, err);
}

bool institution_issue_tls(struct span institution_key, struct span passphrase,
                           struct span institution_certificate_pem, const char *dns_name,
                           int64_t now_ms, int days, struct buffer *key_pem,
                           struct buffer *certificate_pem, struct error *err)
{
    struct issuer issuer CLEANUP(free_issuer) = {.certificate = NULL};

    if (!check_days(days, err) || !check_host(dns_name, err) ||
        !issuer_open(institution_key, passphrase, institution_certificate_pem, &issuer, err))
        return false;
    EVP_PKEY *key CLEANUP(pki_free_key) = make_key(err);
    return key != NULL && issue(&issuer, key, dns_name, now_ms, days, certificate_pem, err) &&
           pki_write_key(key, (struct span){NULL, 0}, key_pem, err);
}

/* --- renewal: the node makes the key, the institution signs elsewhere --- */

static void free_request(X509_REQ **request)
{
    X509_REQ_free(*request);
}

bool tls_request_make(const char *dns_name, struct buffer *key_pem, struct buffer *request_pem,
                      struct error *err)
{
    if (!check_host(dns_name, err))
        return false;
    EVP_PKEY *key CLEANUP(pki_free_key) = make_key(err);
    if (key == NULL)
        return false;
    X509_REQ *request CLEANUP(free_request) = X509_REQ_new();
    BIO *bio CLEANUP(pki_free_bio) = BIO_new(BIO_s_mem());
    if (request == NULL || bio == NULL || X509_REQ_set_version(request, 0) != 1 ||
        X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(request), NID_commonName,
                                   MBSTRING_UTF8, (const unsigned char *)dns_name, -1, -1,
                                   0) != 1 ||
        X509_REQ_set_pubkey(request, key) != 1 || X509_REQ_sign(request, key, EVP_sha256()) == 0 ||
        PEM_write_bio_X509_REQ(bio, request) != 1)
        return pki_failed(err, ERROR_LIMIT, "the request for a certificate cannot be made");
    return pki_hand_over(bio, request_pem, err) &&
           pki_write_key(key, (struct span){NULL, 0}, key_pem, err);
}

bool institution_issue_request(struct span institution_key, struct span passphrase,
                               struct span institution_certificate_pem, struct span request_pem,
                               const char *dns_name, int64_t now_ms, int days,
                               struct buffer *certificate_pem, struct error *err)
{
    struct issuer issuer CLEANUP(free_issuer) = {.certificate = NULL};

    if (!check_days(days, err) || !check_host(dns_name, err))
        return false;
    X509_REQ *request CLEANUP(free_request) = pki_read_request(request_pem, dns_name, err);
    return request != NULL &&
           issuer_open(institution_key, passphrase, institution_certificate_pem, &issuer, err) &&
           issue(&issuer, X509_REQ_get0_pubkey(request), dns_name, now_ms, days, certificate_pem,
                 err);
}

bool tls_pair_check(struct span key_pem, struct span certificate_pem,
                    struct span institution_certificate_pem, const char *dns_name,
                    struct error *err)
{
    X509 *issuer CLEANUP(pki_free_certificate) =
        pki_read_certificate(institution_certificate_pem, err);
    if (issuer == NULL)
        return false;
    X509 *certificate CLEANUP(pki_free_certificate) = pki_read_certificate(certificate_pem, err);
    if (certificate == NULL)
        return false;
    EVP_PKEY *key CLEANUP(pki_free_key) = pki_read_key(key_pem, (struct span){NULL, 0}, err);
    if (key == NULL || !pki_check_pair(certificate, key, err))
        return false;
    if (X509_verify(certificate, X509_get0_pubkey(issuer)) != 1) {
        ERR_clear_error();
        return error_set(err, ERROR_RULE, "the certificate was not issued by this institution");
    }
    if (X509_check_host(certificate, dns_name, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) != 1 &&
        X509_check_ip_asc(certificate, dns_name, 0) != 1) {
        ERR_clear_error();
        return error_set(err, ERROR_RULE, "the certificate is not for the node's name %s",
                         dns_name);
    }
    ERR_clear_error();
    return true;
}
