/*
 * Arbitrary text as a request for a TLS certificate, and as the certificate that comes back: what the institution answers
 * is a certificate of its own that can be read; a certificate is installed for the node's own key alone.
 */
#include "base/attributes.h"
#include "base/buffer.h"
#include "crypto/cms.h"
#include "crypto/secret.h"

#include <stdlib.h>

#define NAME   "ro.besa.invalid"
#define NOW_MS INT64_C(1800000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct buffer key, institution, node_key;

static void claim(bool holds)
{
    if (!holds)
        abort();
}

static void start(void)
{
    struct buffer certificate CLEANUP(buffer_free) = buffer_make(16384);
    struct span nothing = {NULL, 0};
    struct error err = {0};

    crypto_start();
    key = buffer_make(16384);
    institution = buffer_make(16384);
    node_key = buffer_make(16384);
    claim(institution_make("Office of Besa", "Exercise", NOW_MS, 365, nothing, &key, &institution,
                           &err) &&
          institution_issue_tls(buffer_span(&key), nothing, buffer_span(&institution), NAME, NOW_MS,
                                30, &node_key, &certificate, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer issued CLEANUP(buffer_free) = buffer_make(16384);
    struct span text = span_make(data, size);
    struct span nothing = {NULL, 0};
    struct error err = {0};
    int64_t from_ms = 0, until_ms = 0;

    if (key.data == NULL)
        start();
    if (institution_issue_request(buffer_span(&key), nothing, buffer_span(&institution), text, NAME,
                                  NOW_MS, 30, &issued, &err))
        claim(certificate_validity(buffer_span(&issued), &from_ms, &until_ms, &err) &&
              until_ms - from_ms == INT64_C(30) * 86400000);
    else
        claim(err.text[0] != '\0' && issued.size == 0);
    error_clear(&err);
    /* Nobody but this institution issued for this key, and never to whoever writes the input. */
    claim(!tls_pair_check(buffer_span(&node_key), text, buffer_span(&institution), NAME, &err));
    claim(err.text[0] != '\0');
    return 0;
}
