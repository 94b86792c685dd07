/* The proposed ground: see ground.h. */
#include "agreement/ground.h"

#define BIT(n) (UINT64_C(1) << (n))

/* Of what is not for one case alone and needs no reason of its own. */
static enum transfer_ground ground_first(const struct agreement *agreement)
{
    static const enum transfer_ground standing[] = {TRANSFER_ART61_TREATY, TRANSFER_ART37_1A};

    for (size_t i = 0; i < ARRAY_COUNT(standing); i++)
        if ((agreement->transfer_grounds & BIT(standing[i])) != 0)
            return standing[i];
    return TRANSFER_NONE;
}

/* The code of the authority of this code or name; empty when it is none of the party's. */
static struct span code_of(const struct agreement_party *party, struct span authority)
{
    for (size_t i = 0; i < party->authority_count; i++)
        if (span_equal(party->authorities[i].code, authority) ||
            span_equal(party->authorities[i].name, authority))
            return party->authorities[i].code;
    return span_make(NULL, 0);
}

static bool applies(const struct agreement_legal_basis *basis, struct span code)
{
    for (size_t i = 0; i < basis->authority_count; i++)
        if (span_equal(basis->authorities[i], code))
            return true;
    return false;
}

static int64_t review_of(const struct agreement *agreement,
                         const struct agreement_legal_basis *basis)
{
    return basis->in_force_to_ms > 0 && basis->in_force_to_ms < agreement->valid_to_ms
               ? basis->in_force_to_ms
               : agreement->valid_to_ms;
}

//= dir-2016-680 art 35(1)(d)
//= dir-2016-680 art 37
bool agreement_ground_propose(const struct agreement *agreement, struct span sender,
                              struct span authority, int64_t time_ms, struct transfer *out)
{
    const struct agreement_party *from = agreement_party_find(agreement, sender);
    const struct agreement_party *to = agreement_partner(agreement, sender);
    enum transfer_ground ground = ground_first(agreement);

    *out = (struct transfer){.ground = TRANSFER_NONE};
    if (from == NULL || to == NULL || ground == TRANSFER_NONE ||
        (!agreement_leaves_union(from, to) && !agreement_leaves_union(to, from)))
        return false;
    for (size_t i = 0; i < agreement->legal_basis_count; i++) {
        const struct agreement_legal_basis *basis = &agreement->legal_bases[i];
        if ((!agreement->is_training && !legal_basis_is_in_force(basis, time_ms)) ||
            (authority.size > 0 && !applies(basis, code_of(from, authority))) ||
            review_of(agreement, basis) <= time_ms)
            continue;
        *out = (struct transfer){.ground = ground,
                                 .instrument = basis->instrument,
                                 .article = basis->article,
                                 .review_at_ms = review_of(agreement, basis)};
        return true;
    }
    return false;
}
