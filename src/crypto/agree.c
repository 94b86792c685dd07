/* P-256 key agreement over OpenSSL: see agree.h. */
#include "crypto/agree.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

/* The curve's tables are shared by all threads and never freed. */
static EC_GROUP *curve(void)
{
    static EC_GROUP *group;
    EC_GROUP *found = __atomic_load_n(&group, __ATOMIC_ACQUIRE);
    if (found != NULL)
        return found;
    EC_GROUP *made = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    if (!__atomic_compare_exchange_n(&group, &found, made, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        EC_GROUP_free(made);
        return found;
    }
    return made;
}

static bool failed(struct error *err)
{
    ERR_clear_error();
    return error_set(err, ERROR_LIMIT, "key agreement: out of memory");
}

/* A scalar in [1, order): drawn again until it fits, so that it is uniform. */
static bool scalar_draw(const struct env *env, const EC_GROUP *group, BIGNUM *out,
                        uint8_t bytes[AGREE_PRIVATE_SIZE])
{
    for (int tries = 0; tries < 128; tries++) {
        env->random(env->context, bytes, AGREE_PRIVATE_SIZE);
        if (BN_bin2bn(bytes, AGREE_PRIVATE_SIZE, out) == NULL)
            return false;
        if (!BN_is_zero(out) && BN_cmp(out, EC_GROUP_get0_order(group)) < 0)
            return true;
    }
    return false;
}

bool agree_make(const struct env *env, uint8_t private_key[AGREE_PRIVATE_SIZE],
                uint8_t public_key[AGREE_PUBLIC_SIZE], struct error *err)
{
    const EC_GROUP *group = curve();
    BN_CTX *numbers = BN_CTX_secure_new();
    BIGNUM *scalar = BN_secure_new();
    EC_POINT *point = group == NULL ? NULL : EC_POINT_new(group);
    bool ok = numbers != NULL && scalar != NULL && point != NULL;

    if (ok)
        BN_set_flags(scalar, BN_FLG_CONSTTIME);
    ok = ok && scalar_draw(env, group, scalar, private_key) &&
         EC_POINT_mul(group, point, scalar, NULL, NULL, numbers) == 1 &&
         EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, public_key,
                            AGREE_PUBLIC_SIZE, numbers) == AGREE_PUBLIC_SIZE;
    EC_POINT_free(point);
    BN_clear_free(scalar);
    BN_CTX_free(numbers);
    return ok || failed(err);
}

bool agree_shared(const uint8_t private_key[AGREE_PRIVATE_SIZE],
                  const uint8_t public_key[AGREE_PUBLIC_SIZE], uint8_t out[AGREE_SHARED_SIZE],
                  struct error *err)
{
    const EC_GROUP *group = curve();
    BN_CTX *numbers = BN_CTX_secure_new();
    BIGNUM *scalar = BN_secure_new();
    BIGNUM *x = BN_secure_new();
    EC_POINT *point = group == NULL ? NULL : EC_POINT_new(group);
    EC_POINT *product = group == NULL ? NULL : EC_POINT_new(group);
    bool has_memory =
        numbers != NULL && scalar != NULL && x != NULL && point != NULL && product != NULL;
    bool is_point = has_memory && public_key[0] == POINT_CONVERSION_UNCOMPRESSED &&
                    EC_POINT_oct2point(group, point, public_key, AGREE_PUBLIC_SIZE, numbers) == 1 &&
                    EC_POINT_is_on_curve(group, point, numbers) == 1;
    bool ok = is_point && BN_bin2bn(private_key, AGREE_PRIVATE_SIZE, scalar) != NULL;

    if (ok)
        BN_set_flags(scalar, BN_FLG_CONSTTIME);
    ok = ok && EC_POINT_mul(group, product, NULL, point, scalar, numbers) == 1 &&
         EC_POINT_get_affine_coordinates(group, product, x, NULL, numbers) == 1 &&
         BN_bn2binpad(x, out, AGREE_SHARED_SIZE) == AGREE_SHARED_SIZE;
    EC_POINT_clear_free(product);
    EC_POINT_free(point);
    BN_clear_free(x);
    BN_clear_free(scalar);
    BN_CTX_free(numbers);
    ERR_clear_error();
    if (has_memory && !is_point)
        return error_set(err, ERROR_INPUT, "key agreement: the public key is no point of P-256");
    return ok || failed(err);
}
