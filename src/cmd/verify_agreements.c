/* Verifying an agreement in all its versions: see verify_agreements.h. */
#include "cmd/verify_agreements.h"

#include "base/attributes.h"
#include "store/governance_rows.h"

#include <inttypes.h>
#include <stdlib.h>

/* What is believed of each party on the way through the versions. */
struct chain {
    struct arena arena;
    struct span party[2];
    struct span present[2];
    struct span next[2];
};

static bool keep(struct chain *chain, struct span text, struct span *out, struct error *err)
{
    *out = span_make(NULL, 0);
    return text.size == 0 || arena_copy(&chain->arena, text, out) ||
           error_set(err, ERROR_LIMIT, "out of memory");
}

static bool party_step(struct chain *chain, size_t side, const struct agreement *agreement,
                       struct span *certificate, struct error *err)
{
    const struct agreement_party *party = agreement_party_find(agreement, chain->party[side]);

    if (party == NULL)
        return error_set(err, ERROR_STORE, "version %" PRId64 " does not name party %.*s",
                         agreement->version, SPAN_ARG(chain->party[side]));
    *certificate = party->certificate_pem;
    if (!span_equal(party->certificate_pem, chain->present[side]) &&
        (chain->next[side].size == 0 || !span_equal(party->certificate_pem, chain->next[side])))
        return error_set(err, ERROR_STORE,
                         "version %" PRId64 ": the certificate of party %.*s is neither the one "
                         "before nor one that an earlier version introduced",
                         agreement->version, SPAN_ARG(chain->party[side]));
    return keep(chain, party->certificate_pem, &chain->present[side], err) &&
           keep(chain, party->next_certificate_pem, &chain->next[side], err);
}

static bool version_verify(struct database *db, struct chain *chain,
                           const struct agreement_row *row, int64_t version, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct signed_agreement found, verified;
    struct span certificates[2] = {{NULL, 0}, {NULL, 0}};
    struct span cms = {NULL, 0};
    size_t signer_count = 0;

    if (!version_find(db, &arena, row->agreement, version, &cms, err) ||
        !agreement_look(cms, &arena, &found, &signer_count, err))
        return error_add(err, "version %" PRId64, version);
    for (size_t side = 0; side < 2; side++)
        if (!party_step(chain, side, &found.agreement, &certificates[side], err))
            return false;
    if (!agreement_verify(cms, certificates, &arena, &verified, err))
        return error_add(err, "version %" PRId64, version);
    return version != row->version ||
           span_equal(row->fingerprint, span_make(verified.fingerprint, DIGEST_SIZE)) ||
           error_set(err, ERROR_STORE, "its fingerprint is not that of its document");
}

bool agreement_versions_verify(struct database *db, const struct agreement_row *row,
                               const struct agreement_pins *pins, struct error *err)
{
    struct version_row *versions = calloc(VERIFY_VERSION_MAX, sizeof *versions);
    struct chain chain = {.arena =
                              arena_make(VERIFY_VERSION_MAX * 4 * (size_t)CERTIFICATE_SIZE_MAX)};
    size_t count = 0;
    bool ok = versions != NULL || error_set(err, ERROR_LIMIT, "out of memory");

    memcpy(chain.party, pins->party, sizeof chain.party);
    memcpy(chain.present, pins->certificate_pem, sizeof chain.present);
    ok = ok && version_list(db, row->agreement, versions, VERIFY_VERSION_MAX, &count, err);
    for (size_t i = count; ok && i > 0; i--) /* newest first in the list */
        ok = version_verify(db, &chain, row, versions[i - 1].version, err);
    arena_free(&chain.arena);
    free(versions);
    return ok;
}

bool agreement_head_days(struct database *db, const struct agreement_row *row, int64_t *out,
                         struct error *err)
{
    struct version_row *versions = calloc(VERIFY_VERSION_MAX, sizeof *versions);
    size_t count = 0;
    bool ok = versions != NULL || error_set(err, ERROR_LIMIT, "out of memory");

    *out = INT64_MAX;
    ok = ok && version_list(db, row->agreement, versions, VERIFY_VERSION_MAX, &count, err);
    for (size_t i = 0; ok && i < count; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(2 * AGREEMENT_ARENA_SIZE);
        struct signed_agreement found;
        struct span cms = {NULL, 0};
        size_t signer_count = 0;
        ok = version_find(db, &arena, row->agreement, versions[i].version, &cms, err) &&
             agreement_look(cms, &arena, &found, &signer_count, err);
        if (ok && found.agreement.retention_other.head_days < *out)
            *out = found.agreement.retention_other.head_days;
    }
    free(versions);
    return ok || error_add(err, "agreement %.*s", SPAN_ARG(row->agreement));
}
