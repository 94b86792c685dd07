/*
 * Papers: the documents that the two institutions sign outside the nodes, made once per process: the agreement and a few
 * amendments of it, from either side. OpenSSL's randomness is a seeded one here, so that their bytes are the same in every
 * run of the same build.
 */
#ifndef BESA_TESTS_SIM_PAPERS_H
#define BESA_TESTS_SIM_PAPERS_H

#include "agreement/agreement.h"
#include "base/buffer.h"
#include "crypto/digest.h"

#define PAPERS_VERSION_MAX 6 /* amendments 2 to 6: more than the officers of one seed bring about */

struct paper {
    struct buffer once; /* signed by the proposer's institution alone */
    struct buffer both;
};
struct papers {
    struct buffer keys[2];
    struct buffer certificates[2];
    struct buffer cms; /* version 1, co-signed */
    uint8_t fingerprint[DIGEST_SIZE];
    /* By version and proposer: the two differ, as two drafts do. */
    struct paper amendments[PAPERS_VERSION_MAX + 1][2];
};

/* OpenSSL draws from a fixed seed from now on, and takes the time from the world. */
void papers_fix_randomness(void);
/* The draws begin anew, for one history. */
void papers_seed(uint64_t seed, const int64_t *now_ms);
/* Keys and certificates; then the parties are named, and the rest is signed. */
bool papers_begin(struct papers *papers, const char *const names[2], int64_t now_ms,
                  struct error *err);
bool papers_sign(struct papers *papers, const struct agreement_draft *draft, int64_t now_ms,
                 struct error *err);
void papers_free(struct papers *papers);

#endif
