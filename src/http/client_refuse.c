/*
 * Certificates that are believed no more. libcurl knows lists of its own kind only (CRLs), so the certificate that the
 * partner shows is compared before anything of the request is sent. A kept connection shows none: it was compared when it
 * was made, and one that is older than the newest change is not used again.
 */
#include "http/client_parts.h"

#include "crypto/cms.h"

#define FRESH_MS                                                                                   \
    3000 /* libcurl counts ages in whole seconds: for so long no kept connection is used at all */

static const char certificate_name[] = "Cert:";

/* The first certificate of the chain, as PEM; empty on a kept connection. */
static struct span shown_pem(CURL *easy)
{
    struct curl_certinfo *chain = NULL;

    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == NULL ||
        chain->num_of_certs < 1)
        return span_make(NULL, 0);
    for (const struct curl_slist *field = chain->certinfo[0]; field != NULL; field = field->next)
        if (strncmp(field->data, certificate_name, sizeof certificate_name - 1) == 0)
            return span_text(field->data + sizeof certificate_name - 1);
    return span_make(NULL, 0);
}

bool flight_institutions(struct flight *flight, struct error *err)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    struct span pem = flight->call.target->institution_pem;

    for (size_t i = 0; i < HTTP_TARGET_INSTITUTIONS && pem.size > sizeof begin; i++) {
        if (!certificate_fingerprint(pem, flight->institutions[i], err))
            return false;
        flight->institution_count++;
        const uint8_t *next = memmem(pem.data + 1, pem.size - 1, begin, sizeof begin - 1);
        pem =
            next == NULL ? span_make(NULL, 0) : span_part(pem, (size_t)(next - pem.data), pem.size);
    }
    return true;
}

static bool is_refused(const struct flight *flight, struct span pem)
{
    uint8_t certificate[HTTP_FINGERPRINT_SIZE];
    struct error ignored = {0};

    if (!certificate_fingerprint(pem, certificate, &ignored))
        return true; /* what cannot be compared is not believed */
    for (size_t i = 0; i < flight->refusals->count; i++) {
        const struct http_refused *refused = &flight->refusals->list[i];
        if (memcmp(refused->certificate, certificate, sizeof certificate) != 0)
            continue;
        for (size_t k = 0; k < flight->institution_count; k++)
            if (memcmp(refused->institution, flight->institutions[k], HTTP_FINGERPRINT_SIZE) == 0)
                return true;
    }
    return false;
}

/* The connection stands, nothing of the request is sent. */
static int connection_judge(void *context, char *remote, char *local, int remote_port,
                            int local_port)
{
    struct flight *flight = context;
    struct span pem = shown_pem(flight->easy);
    (void)remote;
    (void)local;
    (void)remote_port;
    (void)local_port;

    if (pem.size == 0 || !is_refused(flight, pem))
        return CURL_PREREQFUNC_OK;
    flight->is_refused = true;
    curl_easy_setopt(flight->easy, CURLOPT_FORBID_REUSE, 1L);
    return CURL_PREREQFUNC_ABORT;
}

bool flight_guard(struct flight *flight, const struct refusals *refusals)
{
    CURL *easy = flight->easy;

    flight->refusals = refusals;
    if (refusals->changed_ms == 0)
        return true;
    int64_t since_ms = flight_clock_ms() - refusals->changed_ms;
    long age_s = since_ms < FRESH_MS ? 1L : (long)(since_ms / 1000 - 1);
    return curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, connection_judge) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQDATA, flight) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, since_ms < FRESH_MS ? 1L : 0L) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, age_s) == CURLE_OK;
}
