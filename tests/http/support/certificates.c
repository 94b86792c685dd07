/* Fictitious institutions and nodes for the tests of http. */
#include "http/support/ground.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void need(int result, const char *what)
{
    if (result < 0) {
        fprintf(stderr, "test ground: %s: %s\n", what, gnutls_strerror(result));
        exit(1);
    }
}

static gnutls_x509_privkey_t key_make(void)
{
    gnutls_x509_privkey_t key;
    need(gnutls_x509_privkey_init(&key), "key");
    need(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                      GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
         "key");
    return key;
}

static gnutls_x509_crt_t certificate_make(gnutls_x509_privkey_t key, const char *name, int from_s,
                                          int until_s)
{
    static uint32_t serial = 1;
    gnutls_x509_crt_t certificate;
    time_t now = (time_t)(env_real()->now_ms(env_real()->context) / 1000);
    uint8_t number[4] = {1, (uint8_t)(serial >> 16), (uint8_t)(serial >> 8), (uint8_t)serial};

    serial++;
    need(gnutls_x509_crt_init(&certificate), "certificate");
    need(gnutls_x509_crt_set_version(certificate, 3), "version");
    need(gnutls_x509_crt_set_serial(certificate, number, sizeof number), "serial");
    need(gnutls_x509_crt_set_activation_time(certificate, now + from_s), "from");
    need(gnutls_x509_crt_set_expiration_time(certificate, now + until_s), "until");
    need(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                       (unsigned)strlen(name)),
         "name");
    need(gnutls_x509_crt_set_key(certificate, key), "key");
    return certificate;
}

static struct buffer pem_of_certificate(gnutls_x509_crt_t certificate)
{
    gnutls_datum_t text;
    struct buffer out = buffer_make(64 * 1024);
    need(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &text), "export");
    buffer_add(&out, span_make(text.data, text.size));
    gnutls_free(text.data);
    return out;
}

static struct buffer pem_of_key(gnutls_x509_privkey_t key)
{
    gnutls_datum_t text;
    struct buffer out = buffer_make(64 * 1024);
    need(
        gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &text),
        "export");
    buffer_add(&out, span_make(text.data, text.size));
    gnutls_free(text.data);
    return out;
}

void authority_make(struct authority *authority, const char *name, int from_s, int until_s)
{
    authority->key = key_make();
    authority->certificate = certificate_make(authority->key, name, from_s, until_s);
    need(gnutls_x509_crt_set_basic_constraints(authority->certificate, 1, 0), "authority");
    need(gnutls_x509_crt_set_key_usage(authority->certificate, GNUTLS_KEY_KEY_CERT_SIGN), "usage");
    need(gnutls_x509_crt_sign2(authority->certificate, authority->certificate, authority->key,
                               GNUTLS_DIG_SHA256, 0),
         "sign");
    authority->pem = pem_of_certificate(authority->certificate);
}

void authority_free(struct authority *authority)
{
    gnutls_x509_crt_deinit(authority->certificate);
    gnutls_x509_privkey_deinit(authority->key);
    buffer_free(&authority->pem);
}

void identity_make(struct identity *identity, const struct authority *authority,
                   const char *dns_name, enum identity_kind kind, int from_s, int until_s)
{
    gnutls_x509_privkey_t key = key_make();
    gnutls_x509_crt_t certificate = certificate_make(key, "node", from_s, until_s);
    if (kind != IDENTITY_NAMELESS)
        need(gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, dns_name,
                                                  (unsigned)strlen(dns_name), GNUTLS_FSAN_SET),
             "DNS name");
    need(gnutls_x509_crt_set_basic_constraints(certificate, kind == IDENTITY_AUTHORITY, -1),
         "constraints");
    need(gnutls_x509_crt_set_key_purpose_oid(certificate, GNUTLS_KP_TLS_WWW_SERVER, 0), "purpose");
    if (kind != IDENTITY_SERVER)
        need(gnutls_x509_crt_set_key_purpose_oid(certificate, GNUTLS_KP_TLS_WWW_CLIENT, 0),
             "purpose");
    need(gnutls_x509_crt_sign2(certificate, authority->certificate, authority->key,
                               GNUTLS_DIG_SHA256, 0),
         "sign");
    identity->key_pem = pem_of_key(key);
    identity->certificate_pem = pem_of_certificate(certificate);
    gnutls_x509_crt_deinit(certificate);
    gnutls_x509_privkey_deinit(key);
}

void identity_free(struct identity *identity)
{
    buffer_free(&identity->key_pem);
    buffer_free(&identity->certificate_pem);
}

gnutls_datum_t identity_der(const struct identity *identity)
{
    gnutls_datum_t pem = {identity->certificate_pem.data, (unsigned)identity->certificate_pem.size};
    gnutls_datum_t der;
    need(gnutls_pem_base64_decode2("CERTIFICATE", &pem, &der), "DER");
    return der;
}

static struct ground ground;
static bool ground_is_made;

struct ground *ground_get(void)
{
    const int day_s = 24 * 60 * 60;
    if (ground_is_made)
        return &ground;
    ground_is_made = true;
    authority_make(&ground.ro, "Institution RO (fictitious)", -day_s, 30 * day_s);
    authority_make(&ground.al, "Institution AL (fictitious)", -day_s, 30 * day_s);
    /* The same name as the trusted one: only the signature tells them apart. */
    authority_make(&ground.stranger, "Institution AL (fictitious)", -day_s, 30 * day_s);
    identity_make(&ground.server, &ground.ro, "node.ro.example", IDENTITY_NODE, -60, day_s);
    identity_make(&ground.client, &ground.al, "Node.al.example", IDENTITY_NODE, -60, day_s);
    identity_make(&ground.expired, &ground.al, "node.al.example", IDENTITY_NODE, -600, -60);
    identity_make(&ground.foreign, &ground.stranger, "node.al.example", IDENTITY_NODE, -60, day_s);
    return &ground;
}

void ground_free(void)
{
    if (!ground_is_made)
        return;
    authority_free(&ground.ro);
    authority_free(&ground.al);
    authority_free(&ground.stranger);
    identity_free(&ground.server);
    identity_free(&ground.client);
    identity_free(&ground.expired);
    identity_free(&ground.foreign);
    ground_is_made = false;
}
