/*
 * Peer: who stands at the other end of a mutual TLS connection, and which institutions are believed about that. A
 * node's TLS certificate is issued directly by its institution, whose own certificate the co-signed agreement names;
 * public certificate authorities have no say.
 */
#ifndef BESA_HTTP_PEER_H
#define BESA_HTTP_PEER_H

#include "base/error.h"
#include "base/span.h"

#define HTTP_FINGERPRINT_SIZE 32  /* SHA-256 of a certificate's DER */
#define HTTP_NAME_SIZE        254 /* a DNS name of at most 253 characters, and NUL */
#define HTTP_INSTITUTION_COUNT_MAX                                                                 \
    32u /* trusted at once: each partner's present and, during a succession, its next */

/* A certificate that is believed no more, although its institution issued it. */
struct http_refused {
    uint8_t institution[HTTP_FINGERPRINT_SIZE]; /* who issued it: nobody refuses another's */
    uint8_t certificate[HTTP_FINGERPRINT_SIZE];
};
#define HTTP_REFUSED_COUNT_MAX                                                                     \
    4096u /* at once; 64 for each of 32 institutions, and as many again */

struct http_peer {
    size_t institution; /* which of the trusted certificates issued the peer's, counted from 0 */
    uint8_t institution_fingerprint[HTTP_FINGERPRINT_SIZE]; /* the same, whatever the order */
    uint8_t fingerprint[HTTP_FINGERPRINT_SIZE];             /* of the peer's own certificate */
    char name[HTTP_NAME_SIZE]; /* its DNS name (subjectAltName, the first), lower case */
};

#endif
