/* Sign: by whoever holds the key. What is signed was stored before, so that a token that fails can be asked again. */
#include "keeper/core.h"

static const uint8_t *secret_of(const struct key_set *set, enum keeper_slot role)
{
    return role == KEEPER_LOG ? set->log : role == KEEPER_CUSTODY ? set->custody : set->witness;
}

static const uint8_t *public_of(const struct key_set *set, enum keeper_slot role)
{
    return role == KEEPER_LOG       ? set->log_public
           : role == KEEPER_CUSTODY ? set->custody_public
                                    : set->witness_public;
}

bool keeper_sign(const struct keeper *keeper, const struct key_set *set, enum keeper_slot role,
                 struct span message, uint8_t out[SIGNATURE_SIZE], struct error *err)
{
    const struct keeper_signer *signer = &keeper->signer;

    if (!set->is_in_token) {
        signature_sign(secret_of(set, role), message, out);
        return true;
    }
    if (signer->sign == NULL)
        return error_set(err, ERROR_LINK,
                         "set %u of the keys is in a token, and none is named here (keeper_key)",
                         set->number);
    return signer->sign(signer->context, set->number, role, message, out, err) &&
           (signature_verify(public_of(set, role), message, out) ||
            error_set(err, ERROR_BUG, "the token signs with another key than that of set %u",
                      set->number));
}
