/*
 * Trust: see trust.h. Each institution has a list of its own, so that it is known which one a certificate stands on,
 * even when two bear the same name. Intermediate certificates that a peer sends are not looked at: an institution
 * issues its node's certificate itself.
 */
#include "http/trust.h"

#include <stdlib.h>
#include <strings.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

struct trust_institution {
    gnutls_x509_trust_list_t list; /* holds just this one */
    int64_t from_ms;
    int64_t until_ms;
    uint8_t fingerprint[HTTP_FINGERPRINT_SIZE];
};

struct trust {
    size_t holders;
    size_t count;
    struct trust_institution institutions[HTTP_INSTITUTION_COUNT_MAX];
};

static bool fingerprint_read(gnutls_x509_crt_t certificate, uint8_t out[HTTP_FINGERPRINT_SIZE])
{
    size_t size = HTTP_FINGERPRINT_SIZE;
    return gnutls_x509_crt_get_fingerprint(certificate, GNUTLS_DIG_SHA256, out, &size) == 0 &&
           size == HTTP_FINGERPRINT_SIZE;
}

/* Takes the certificate over, also on failure. */
static bool institution_add(struct trust *trust, gnutls_x509_crt_t certificate, struct error *err)
{
    struct trust_institution *institution = &trust->institutions[trust->count];
    size_t number = trust->count + 1;

    if (gnutls_x509_crt_get_ca_status(certificate, NULL) != 1) {
        gnutls_x509_crt_deinit(certificate);
        return error_set(err, ERROR_INPUT, "trusted certificate %zu: not an authority's", number);
    }
    institution->from_ms = (int64_t)gnutls_x509_crt_get_activation_time(certificate) * 1000;
    institution->until_ms = (int64_t)gnutls_x509_crt_get_expiration_time(certificate) * 1000;
    if (!fingerprint_read(certificate, institution->fingerprint) ||
        gnutls_x509_trust_list_init(&institution->list, 1) < 0) {
        gnutls_x509_crt_deinit(certificate);
        return error_set(err, ERROR_BUG, "trusted certificate %zu: cannot be kept", number);
    }
    trust->count++;
    if (gnutls_x509_trust_list_add_cas(institution->list, &certificate, 1, 0) != 1) {
        gnutls_x509_crt_deinit(certificate);
        return error_set(err, ERROR_INPUT, "trusted certificate %zu: not usable", number);
    }
    return true;
}

bool trust_make(struct span pem, struct trust **out, struct error *err)
{
    *out = NULL;
    if (pem.size > 1024 * 1024)
        return error_set(err, ERROR_LIMIT, "trusted certificates: %zu bytes", pem.size);
    struct trust *trust = calloc(1, sizeof *trust);
    if (trust == NULL)
        return error_set(err, ERROR_LIMIT, "trusted certificates: memory is out");
    trust->holders = 1;
    if (pem.size == 0) {
        *out = trust;
        return true;
    }

    gnutls_x509_crt_t *list = NULL;
    unsigned count = 0;
    gnutls_datum_t text = {(unsigned char *)(uintptr_t)pem.data, (unsigned)pem.size};
    int failure = gnutls_x509_crt_list_import2(&list, &count, &text, GNUTLS_X509_FMT_PEM, 0);
    if (failure < 0) {
        trust_drop(&trust);
        return error_set(err, ERROR_INPUT, "trusted certificates: %s", gnutls_strerror(failure));
    }
    bool is_good = count <= HTTP_INSTITUTION_COUNT_MAX;
    if (!is_good)
        error_set(err, ERROR_LIMIT, "trusted certificates: %u, at most %u", count,
                  HTTP_INSTITUTION_COUNT_MAX);
    for (unsigned i = 0; i < count; i++) {
        if (is_good)
            is_good = institution_add(trust, list[i], err);
        else
            gnutls_x509_crt_deinit(list[i]);
    }
    gnutls_free(list);
    if (!is_good) {
        trust_drop(&trust);
        return false;
    }
    *out = trust;
    return true;
}

struct trust *trust_hold(struct trust *trust)
{
    trust->holders++;
    return trust;
}

void trust_drop(struct trust **trust)
{
    struct trust *held = *trust;
    *trust = NULL;
    if (held == NULL || --held->holders > 0)
        return;
    for (size_t i = 0; i < held->count; i++)
        gnutls_x509_trust_list_deinit(held->institutions[i].list, 1);
    free(held);
}

static bool name_read(gnutls_x509_crt_t certificate, char out[HTTP_NAME_SIZE])
{
    for (unsigned i = 0; i < 64; i++) {
        size_t size = HTTP_NAME_SIZE - 1;
        int type = gnutls_x509_crt_get_subject_alt_name(certificate, i, out, &size, NULL);
        if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            return false;
        if (type != GNUTLS_SAN_DNSNAME || size == 0)
            continue;
        out[size] = '\0';
        for (size_t at = 0; at < size; at++) {
            if (out[at] >= 'A' && out[at] <= 'Z')
                out[at] = (char)(out[at] - 'A' + 'a');
        }
        /* Only what a host name is made of: the name is shown and logged. */
        return strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789-.") == size;
    }
    return false;
}

static bool institution_issued(const struct trust_institution *institution,
                               gnutls_x509_crt_t certificate)
{
    char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st wanted = {
        .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)purpose, .size = 0};
    unsigned status = 0;
    /* Validity is judged by the caller's clock. The profile asks for at least 112 bits of strength. */
    unsigned flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS |
                     GNUTLS_VERIFY_DO_NOT_ALLOW_SAME |
                     GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM);
    int failure = gnutls_x509_trust_list_verify_crt2(institution->list, &certificate, 1, &wanted, 1,
                                                     flags, &status, NULL);
    return failure == 0 && status == 0;
}

static bool certificate_check(const struct trust *trust, gnutls_x509_crt_t certificate,
                              int64_t now_ms, struct http_peer *peer, int64_t *until_ms,
                              struct error *err)
{
    if (gnutls_x509_crt_get_ca_status(certificate, NULL) > 0)
        return error_set(err, ERROR_RULE, "the certificate is an authority's, not a node's");
    if (!name_read(certificate, peer->name))
        return error_set(err, ERROR_RULE, "the certificate carries no DNS name");
    size_t at = 0;
    while (at < trust->count && !institution_issued(&trust->institutions[at], certificate))
        at++;
    if (at == trust->count)
        return error_set(err, ERROR_RULE,
                         "certificate of '%s': not issued by a trusted institution", peer->name);

    const struct trust_institution *institution = &trust->institutions[at];
    int64_t from_ms = (int64_t)gnutls_x509_crt_get_activation_time(certificate) * 1000;
    *until_ms = (int64_t)gnutls_x509_crt_get_expiration_time(certificate) * 1000;
    if (*until_ms > institution->until_ms)
        *until_ms = institution->until_ms;
    if (now_ms < from_ms || now_ms < institution->from_ms)
        return error_set(err, ERROR_RULE, "certificate of '%s': not yet valid", peer->name);
    if (now_ms > *until_ms)
        return error_set(err, ERROR_RULE, "certificate of '%s': expired", peer->name);
    peer->institution = at;
    memcpy(peer->institution_fingerprint, institution->fingerprint, HTTP_FINGERPRINT_SIZE);
    if (!fingerprint_read(certificate, peer->fingerprint))
        return error_set(err, ERROR_BUG, "certificate of '%s': no fingerprint", peer->name);
    return true;
}

bool trust_check(const struct trust *trust, struct span der, int64_t now_ms, struct http_peer *peer,
                 int64_t *until_ms, struct error *err)
{
    gnutls_x509_crt_t certificate;
    if (der.size > 64 * 1024 || gnutls_x509_crt_init(&certificate) < 0)
        return error_set(err, ERROR_LIMIT, "the certificate cannot be read");
    gnutls_datum_t bytes = {(unsigned char *)(uintptr_t)der.data, (unsigned)der.size};
    memset(peer, 0, sizeof *peer);
    bool is_good = false;
    if (gnutls_x509_crt_import(certificate, &bytes, GNUTLS_X509_FMT_DER) < 0)
        error_set(err, ERROR_RULE, "the certificate cannot be read");
    else
        is_good = certificate_check(trust, certificate, now_ms, peer, until_ms, err);
    gnutls_x509_crt_deinit(certificate);
    return is_good;
}
