/*
 * Follow: what may differ between one version of an agreement and the next. Rules may; who the parties are, and the keys by
 * which each knows the other, may not: those change by pairing or succession, which both sides compare by voice. An institution's
 * certificate changes in two steps: one version introduces the next, a later one names it alone.
 */
#include "agreement/agreement.h"

#include <inttypes.h>

static bool differs(const struct agreement *next, const char *field, struct error *err)
{
    return error_set(err, ERROR_RULE,
                     "agreement %.*s/%" PRId64 ", clause %s: '%s' does not change by an amendment",
                     SPAN_ARG(next->id), next->version, agreement_clauses[CLAUSE_AMENDMENT].number,
                     field);
}

static bool party_may_follow(const struct agreement *next, const struct agreement_party *old,
                             const struct agreement_party *new, struct error *err)
{
    if (!span_equal(old->party, new->party))
        return differs(next, "parties.party", err);
    if (old->status != new->status)
        return differs(next, "parties.status", err);
    /* Another certificate only after a version that both signed introduced it. */
    if (!span_equal(old->certificate_pem, new->certificate_pem) &&
        (old->next_certificate_pem.size == 0 ||
         !span_equal(old->next_certificate_pem, new->certificate_pem)))
        return differs(next, "parties.certificate_pem", err);
    if (memcmp(old->log_key, new->log_key, sizeof old->log_key) != 0)
        return differs(next, "parties.log_key", err);
    if (memcmp(old->custody_key, new->custody_key, sizeof old->custody_key) != 0)
        return differs(next, "parties.custody_key", err);
    if (memcmp(old->witness_key, new->witness_key, sizeof old->witness_key) != 0)
        return differs(next, "parties.witness_key", err);
    if (memcmp(old->sealing_key, new->sealing_key, sizeof old->sealing_key) != 0)
        return differs(next, "parties.sealing_key", err);
    return true;
}

bool agreement_may_follow(const struct agreement *agreement, const struct agreement *next,
                          struct error *err)
{
    if (!span_equal(agreement->id, next->id))
        return differs(next, "id", err);
    if (next->version != agreement->version + 1)
        return error_set(err, ERROR_RULE,
                         "agreement %.*s: version %" PRId64 " is in force; the next is %" PRId64
                         ", not %" PRId64,
                         SPAN_ARG(agreement->id), agreement->version, agreement->version + 1,
                         next->version);
    if (agreement->is_training != next->is_training)
        return differs(next, "is_training", err);
    if (!digest_is_equal(agreement->psk_hash, next->psk_hash))
        return differs(next, "psk_hash", err);
    if (agreement->party_count != 2 || next->party_count != 2)
        return differs(next, "parties", err);
    for (size_t i = 0; i < 2; i++)
        if (!party_may_follow(next, &agreement->parties[i], &next->parties[i], err))
            return false;
    return true;
}
