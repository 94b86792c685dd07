/*
 * Amendment: how version N + 1 of an agreement comes to be. One party proposes the document under its institution's
 * signature; the other answers with the co-signed document, or refuses. The entry with the second signature puts the
 * version in force, by its place in the logs and by nothing else. A proposer who changes its mind asks for it back with a
 * withdrawal, which the other answers with a refusal unless it signed already: so each proposal ends exactly once, by the
 * hand of the party that received it.
 */
#ifndef BESA_MESSAGE_AMENDMENT_H
#define BESA_MESSAGE_AMENDMENT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "base/problems.h"
#include "crypto/digest.h"

/* A document of at most 128 KiB with two signatures and their certificates; in base64 it still fits a body. */
#define AMENDMENT_CMS_SIZE_MAX ((128u + 32u) * 1024u)

struct agreement_proposal {
    int64_t version;
    uint8_t fingerprint[DIGEST_SIZE]; /* SHA-256 of the document: what people compare */
    struct span signed_once;          /* CMS with the proposer's signature */
};

struct agreement_signature {
    int64_t version;
    uint8_t fingerprint[DIGEST_SIZE];
    struct span co_signed; /* CMS with both signatures */
};

/* Why a proposal is not signed. Stored: numbers are never reused. */
enum amendment_refusal {
    AMENDMENT_REFUSED_CONTENT = 0,   /* what it would allow or end */
    AMENDMENT_REFUSED_LAW = 1,       /* national law does not permit it */
    AMENDMENT_REFUSED_MISTAKE = 2,   /* an error in the document */
    AMENDMENT_REFUSED_WITHDRAWN = 3, /* the proposer asked for it back: answered by the node */
    AMENDMENT_REFUSED_OTHER = 4,
    AMENDMENT_REFUSAL_COUNT
};
extern const char *const amendment_refusal_names[AMENDMENT_REFUSAL_COUNT];

struct agreement_refusal {
    int64_t version;
    enum amendment_refusal ground;
};

struct agreement_withdrawal {
    int64_t version;
    int64_t withdrawn_at_ms;
};

extern const struct form agreement_proposal_form;
extern const struct form agreement_signature_form;
extern const struct form agreement_refusal_form;
extern const struct form agreement_withdrawal_form;

bool agreement_proposal_write(const struct agreement_proposal *proposal, struct buffer *buffer);
bool agreement_signature_write(const struct agreement_signature *signature, struct buffer *buffer);
bool agreement_refusal_write(const struct agreement_refusal *refusal, struct buffer *buffer);
bool agreement_withdrawal_write(const struct agreement_withdrawal *withdrawal,
                                struct buffer *buffer);

#endif
