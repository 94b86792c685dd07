/* Looking into certificates: see cms.h. */
#include "crypto/cms.h"
#include "crypto/pki.h"

#include <openssl/err.h>

bool certificate_fingerprint(struct span certificate_pem, uint8_t out[32], struct error *err)
{
    X509 *certificate CLEANUP(pki_free_certificate) = pki_read_certificate(certificate_pem, err);
    unsigned size = 0;

    if (certificate == NULL)
        return false;
    uint8_t digest[EVP_MAX_MD_SIZE];
    if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1 || size != 32)
        return pki_failed(err, ERROR_LIMIT, "the certificate's fingerprint cannot be computed");
    memcpy(out, digest, 32);
    return true;
}

bool certificate_validity(struct span certificate_pem, int64_t *from_ms, int64_t *to_ms,
                          struct error *err)
{
    X509 *certificate CLEANUP(pki_free_certificate) = pki_read_certificate(certificate_pem, err);

    if (certificate == NULL)
        return false;
    if (!pki_time_ms(X509_get0_notBefore(certificate), from_ms) ||
        !pki_time_ms(X509_get0_notAfter(certificate), to_ms))
        return error_set(err, ERROR_INPUT, "the certificate's validity cannot be read");
    return true;
}
