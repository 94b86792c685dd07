/* Papers: see papers.h. */
#define OPENSSL_SUPPRESS_DEPRECATED                                                                \
    1 /* a method of our own is the one way to fix the nonces of ECDSA */
#include "sim/papers.h"

#include "agreement/signed.h"
#include "crypto/cms.h"
#include "sim/random.h"

#include <openssl/rand.h>
#include <time.h>

#define ROOM (2 * AGREEMENT_SIZE_MAX)

static struct random fixed = {.state = 20260114};
static const int64_t *fixed_ms;

/* In place of the C library's: OpenSSL writes the time into each signature, and signs it. */
time_t time(time_t *out)
{
    time_t now_s = fixed_ms == NULL ? 0 : (time_t)(*fixed_ms / 1000);
    if (out != NULL)
        *out = now_s;
    return now_s;
}

static int fixed_bytes(unsigned char *out, int size)
{
    random_fill(&fixed, out, (size_t)size);
    return 1;
}

static int fixed_status(void)
{
    return 1;
}

void papers_fix_randomness(void)
{
    static const RAND_METHOD method = {
        .bytes = fixed_bytes, .pseudorand = fixed_bytes, .status = fixed_status};
    RAND_set_rand_method(&method);
}

void papers_seed(uint64_t seed, const int64_t *now_ms)
{
    fixed.state = seed;
    fixed_ms = now_ms;
}

bool papers_begin(struct papers *papers, const char *const names[2], int64_t now_ms,
                  struct error *err)
{
    bool ok = true;

    papers->cms = buffer_make(ROOM);
    for (size_t i = 0; i < 2 && ok; i++) {
        papers->keys[i] = buffer_make(65536);
        papers->certificates[i] = buffer_make(65536);
        ok = institution_make(names[i], "Test", now_ms, 30, span_text(""), &papers->keys[i],
                              &papers->certificates[i], err);
    }
    return ok;
}

static bool both_sign(struct papers *papers, const struct agreement *agreement, size_t first,
                      int64_t now_ms, struct buffer *once, struct buffer *both,
                      uint8_t fingerprint[DIGEST_SIZE], struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct institution institutions[2];

    for (size_t i = 0; i < 2; i++)
        institutions[i] =
            (struct institution){.key_pem = buffer_span(&papers->keys[i]),
                                 .certificate_pem = buffer_span(&papers->certificates[i])};
    if (!agreement_write(agreement, &document, err) ||
        !agreement_sign(buffer_span(&document), &institutions[first], now_ms, &arena, once, err) ||
        !agreement_countersign(buffer_span(once), &institutions[1 - first], now_ms, &arena, both,
                               err))
        return false;
    digest_sha256(buffer_span(&document), fingerprint);
    return true;
}

/* Each amendment moves what may be kept how long, so that every document is another. */
static void amend(struct agreement *agreement, int64_t version, size_t proposer)
{
    static struct agreement_retention rows[PERSON_CATEGORY_COUNT];

    agreement->version = version;
    memcpy(rows, agreement->retention, agreement->retention_count * sizeof *rows);
    for (size_t i = 0; i < agreement->retention_count; i++)
        if (rows[i].category == PERSON_CONTACT_ASSOCIATE) {
            rows[i].erase_days = 300 + 10 * version + (int64_t)proposer;
            rows[i].review_days = 200;
        }
    agreement->retention = rows;
}

bool papers_sign(struct papers *papers, const struct agreement_draft *draft, int64_t now_ms,
                 struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct buffer once CLEANUP(buffer_free) = buffer_make(ROOM);
    struct agreement agreement;
    uint8_t ignored[DIGEST_SIZE];

    if (!agreement_default(draft, &arena, &agreement, err) ||
        !both_sign(papers, &agreement, 0, now_ms, &once, &papers->cms, papers->fingerprint, err))
        return false;
    for (int64_t version = 2; version <= PAPERS_VERSION_MAX; version++)
        for (size_t proposer = 0; proposer < 2; proposer++) {
            struct paper *paper = &papers->amendments[version][proposer];
            struct agreement next = agreement;
            paper->once = buffer_make(ROOM);
            paper->both = buffer_make(ROOM);
            amend(&next, version, proposer);
            if (!both_sign(papers, &next, proposer, now_ms, &paper->once, &paper->both, ignored,
                           err))
                return false;
        }
    return true;
}

void papers_free(struct papers *papers)
{
    for (size_t i = 0; i < 2; i++) {
        buffer_free(&papers->keys[i]);
        buffer_free(&papers->certificates[i]);
    }
    buffer_free(&papers->cms);
    for (size_t version = 2; version <= PAPERS_VERSION_MAX; version++)
        for (size_t proposer = 0; proposer < 2; proposer++) {
            buffer_free(&papers->amendments[version][proposer].once);
            buffer_free(&papers->amendments[version][proposer].both);
        }
}
