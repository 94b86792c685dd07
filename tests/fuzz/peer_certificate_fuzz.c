/*
 * Arbitrary bytes as the certificate that a partner's node shows: refused with a reason, or believed with a name that may be
 * shown, the one institution that is trusted, and an end that lies ahead.
 */
#include "base/attributes.h"
#include "http/server.h"
#include "http/trust.h"

#include <stdlib.h>

#define NOW_MS INT64_C(1800000000000) /* January 2027: the kept certificates are valid */

/* Of an office that does not exist; nobody has its key any more. */
static const char institution[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBwTCCAWagAwIBAgIUHHluu+MtPFDSZpoLlCQVdR96Q7owCgYIKoZIzj0EAwIw\n"
    "LDERMA8GA1UECgwIRXhlcmNpc2UxFzAVBgNVBAMMDk9mZmljZSBvZiBCZXNhMB4X\n"
    "DTI2MTEyNTIyNDQzNloXDTM2MTEyMjIyNDQzNlowLDERMA8GA1UECgwIRXhlcmNp\n"
    "c2UxFzAVBgNVBAMMDk9mZmljZSBvZiBCZXNhMFkwEwYHKoZIzj0CAQYIKoZIzj0D\n"
    "AQcDQgAEwlgTzj6JONxqahCjwLRrVmdb/rFxIzcQ5AMAXJHOSIU4w3n13L6iyKyY\n"
    "xiWBpQ8sFV7j/Gzc7XbIqOpEtbaTY6NmMGQwHQYDVR0OBBYEFDHnaasEk0M/sY+Y\n"
    "2I/lb2BPiaCOMB8GA1UdIwQYMBaAFDHnaasEk0M/sY+Y2I/lb2BPiaCOMBIGA1Ud\n"
    "EwEB/wQIMAYBAf8CAQAwDgYDVR0PAQH/BAQDAgKEMAoGCCqGSM49BAMCA0kAMEYC\n"
    "IQDmcroZ8J8lY1yZkhPxdoPAJD605nbXIk8eBW/Xf8RqLgIhALzwJa9URB3vGIIf\n"
    "nSr0D6KnEnS96rFrUjUug8Cequ6J\n"
    "-----END CERTIFICATE-----\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct trust *trust;
    struct http_peer peer;
    struct error err = {0};
    int64_t until_ms = 0;

    if (trust == NULL && (!http_init(&err) || !trust_make(span_text(institution), &trust, &err)))
        abort();
    if (!trust_check(trust, span_make(data, size), NOW_MS, &peer, &until_ms, &err)) {
        if (err.kind == ERROR_NONE || err.text[0] == '\0')
            abort();
        return 0;
    }
    size_t length = strlen(peer.name);
    if (length == 0 || until_ms < NOW_MS || peer.institution != 0 ||
        strspn(peer.name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != length)
        abort();
    return 0;
}
