/* The co-signed agreement: see signed.h. */
#include "agreement/signed.h"

#include "crypto/cms.h"

#include <inttypes.h>

/* `problems` is large (some 20 KB): taken from the arena, not from the stack. */
static bool document_read(struct span document, struct arena *arena, struct agreement *out,
                          struct error *err)
{
    struct problems *problems = arena_alloc(arena, sizeof *problems);
    if (problems == NULL)
        return error_set(err, ERROR_LIMIT, "reading an agreement: out of memory");
    problems_clear(problems);
    if (agreement_read(document, arena, out, problems))
        return true;
    problems_to_error(problems, err);
    return error_add(err, "agreement");
}

/* Reads the document and demands its canonical spelling. */
static bool canonical_read(struct span document, struct arena *arena, struct signed_agreement *out,
                           struct error *err)
{
    struct buffer canonical CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);

    if (!document_read(document, arena, &out->agreement, err))
        return false;
    if (!agreement_write(&out->agreement, &canonical, err))
        return false;
    if (!span_equal(buffer_span(&canonical), document))
        return error_set(err, ERROR_INPUT,
                         "agreement: the signed document is not in its canonical spelling");
    if (!arena_copy(arena, document, &out->document))
        return error_set(err, ERROR_LIMIT, "reading an agreement: out of memory");
    digest_sha256(document, out->fingerprint);
    return true;
}

/* Which party of the document has this certificate: 0 or 1; 2 when none. */
static bool party_of_certificate(const struct agreement *agreement, struct span certificate_pem,
                                 size_t *out, struct error *err)
{
    uint8_t wanted[DIGEST_SIZE], found[DIGEST_SIZE];

    if (!certificate_fingerprint(certificate_pem, wanted, err))
        return error_add(err, "signing certificate");
    for (size_t i = 0; i < 2; i++) {
        if (!certificate_fingerprint(agreement->parties[i].certificate_pem, found, err))
            return error_add(err, "certificate of party %.*s",
                             SPAN_ARG(agreement->parties[i].party));
        if (digest_is_equal(wanted, found)) {
            *out = i;
            return true;
        }
    }
    return error_set(err, ERROR_RULE,
                     "agreement %.*s/%" PRId64 ", clause %s: a certificate is none of the two that "
                     "the document names",
                     SPAN_ARG(agreement->id), agreement->version,
                     agreement_clauses[CLAUSE_PARTIES].number);
}

static bool signer_check(const struct agreement *agreement, const struct institution *institution,
                         int64_t now_ms, struct error *err)
{
    int64_t from_ms, to_ms;
    size_t party;

    if (!party_of_certificate(agreement, institution->certificate_pem, &party, err))
        return false;
    if (!certificate_validity(institution->certificate_pem, &from_ms, &to_ms, err))
        return false;
    if (now_ms < from_ms || now_ms > to_ms)
        return error_set(err, ERROR_RULE, "the certificate of party %.*s is not valid now",
                         SPAN_ARG(agreement->parties[party].party));
    return true;
}

bool agreement_sign(struct span document, const struct institution *institution, int64_t now_ms,
                    struct arena *arena, struct buffer *cms, struct error *err)
{
    struct buffer canonical CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct agreement agreement;

    if (!document_read(document, arena, &agreement, err))
        return false;
    if (!signer_check(&agreement, institution, now_ms, err))
        return false;
    if (!agreement_write(&agreement, &canonical, err))
        return false;
    return cms_sign(buffer_span(&canonical), institution->key_pem, institution->passphrase,
                    institution->certificate_pem, cms, err);
}

bool agreement_look(struct span cms, struct arena *arena, struct signed_agreement *out,
                    size_t *signer_count, struct error *err)
{
    struct buffer content CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);

    return cms_look(cms, signer_count, &content, err) &&
           canonical_read(buffer_span(&content), arena, out, err);
}

/* The one signature that stands must be the other party's. */
static bool first_signature_check(struct span signed_once, const struct signed_agreement *proposal,
                                  size_t own_party, struct error *err)
{
    struct buffer content CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    const struct agreement_party *own = &proposal->agreement.parties[own_party];
    const struct agreement_party *other = &proposal->agreement.parties[1 - own_party];

    if (cms_verify(signed_once, &own->certificate_pem, 1, &content, NULL))
        return error_set(err, ERROR_CONFLICT, "party %.*s signed already", SPAN_ARG(own->party));
    buffer_clear(&content);
    if (!cms_verify(signed_once, &other->certificate_pem, 1, &content, err))
        return error_add(err, "the first signature is not that of party %.*s",
                         SPAN_ARG(other->party));
    return true;
}

bool agreement_countersign(struct span signed_once, const struct institution *institution,
                           int64_t now_ms, struct arena *arena, struct buffer *cms,
                           struct error *err)
{
    struct signed_agreement proposal;
    size_t signer_count = 0, own_party = 0;

    if (!agreement_look(signed_once, arena, &proposal, &signer_count, err))
        return false;
    if (signer_count != 1)
        return error_set(err, ERROR_CONFLICT, "the agreement carries %zu signatures; 1 expected",
                         signer_count);
    if (!signer_check(&proposal.agreement, institution, now_ms, err))
        return false;
    if (!party_of_certificate(&proposal.agreement, institution->certificate_pem, &own_party, err))
        return false;
    if (!first_signature_check(signed_once, &proposal, own_party, err))
        return false;
    return cms_add_signer(signed_once, institution->key_pem, institution->passphrase,
                          institution->certificate_pem, cms, err);
}

bool agreement_verify(struct span cms, const struct span certificates_pem[2], struct arena *arena,
                      struct signed_agreement *out, struct error *err)
{
    struct buffer content CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    size_t first = 0, second = 0;

    if (!cms_verify(cms, certificates_pem, 2, &content, err))
        return error_add(err, "agreement");
    if (!canonical_read(buffer_span(&content), arena, out, err))
        return false;
    if (!party_of_certificate(&out->agreement, certificates_pem[0], &first, err) ||
        !party_of_certificate(&out->agreement, certificates_pem[1], &second, err))
        return false;
    if (first == second)
        return error_set(err, ERROR_RULE, "agreement: both certificates are those of one party");
    return true;
}
