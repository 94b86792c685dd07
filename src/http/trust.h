/*
 * Trust: the institutions that are believed, and the check of a peer's certificate against them. Inside src/http only.
 */
#ifndef BESA_HTTP_TRUST_H
#define BESA_HTTP_TRUST_H

#include "http/peer.h"

struct trust;

/* Reads PEM certificates, one after the other; none at all is a trust that believes nobody. Each must be a certificate
 * authority's. INPUT, LIMIT. */
bool trust_make(struct span pem, struct trust **out, struct error *err);
/* Another holder of the same trust. Not thread-safe: the caller's lock guards holders. */
struct trust *trust_hold(struct trust *trust);
/* Frees when the last holder lets go. */
void trust_drop(struct trust **trust);

/*
 * Believes a peer's certificate (DER) when an institution issued it directly, it and the institution's are valid at
 * `now_ms`, it may be used by a TLS client, carries a DNS name and is no authority itself. *until_ms: the end of the
 * shorter validity. RULE says what is wrong, for the log.
 */
bool trust_check(const struct trust *trust, struct span der, int64_t now_ms, struct http_peer *peer,
                 int64_t *until_ms, struct error *err);

#endif
