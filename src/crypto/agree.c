/*
 * P-256 key agreement by OpenSSL: see agree.h.
 *
 * The group functions are called directly, not through EVP: the private key comes from `env`, and a shared secret needs
 * no key objects. These are the same constant-time multiplications that EVP reaches.
 */
#include "crypto/agree.h"

#include "crypto/secret.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <pthread.h>
#include <stdlib.h>

#define DRAW_COUNT_MAX 64 /* one draw in 2^32 is refused: 64 in a row means broken randomness */

static pthread_once_t group_once = PTHREAD_ONCE_INIT;
static const EC_GROUP *group; /* only read after its making, so threads may share it */

static void group_start(void)
{
    group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    if (group == NULL)
        abort();
}

/* What one computation needs; all of it is cleared on release. */
struct work {
    BN_CTX *context;
    BIGNUM *scalar; /* the private key */
    BIGNUM *x;
    EC_POINT *point;
    EC_POINT *result;
};

static void work_free(struct work *work)
{
    BN_clear_free(work->scalar);
    BN_clear_free(work->x);
    EC_POINT_clear_free(work->point);
    EC_POINT_clear_free(work->result);
    BN_CTX_free(work->context); /* clears what it lent */
    ERR_clear_error();
}

static bool work_make(struct work *work, struct error *err)
{
    if (pthread_once(&group_once, group_start) != 0)
        abort();
    work->context = BN_CTX_new();
    work->scalar = BN_new();
    work->x = BN_new();
    work->point = EC_POINT_new(group);
    work->result = EC_POINT_new(group);
    if (work->context == NULL || work->scalar == NULL || work->x == NULL || work->point == NULL ||
        work->result == NULL)
        return error_set(err, ERROR_LIMIT, "key agreement: out of memory");
    BN_set_flags(work->scalar, BN_FLG_CONSTTIME);
    return true;
}

/* Takes the key's bytes when they are a number from 1 to order - 1. */
static bool scalar_read(struct work *work, const uint8_t private_key[AGREE_PRIVATE_SIZE])
{
    return BN_bin2bn(private_key, AGREE_PRIVATE_SIZE, work->scalar) != NULL &&
           !BN_is_zero(work->scalar) && BN_cmp(work->scalar, EC_GROUP_get0_order(group)) < 0;
}

/* Rejection keeps the key uniform; the bytes that are used are the bytes that were drawn. */
static bool scalar_draw(struct work *work, const struct env *env,
                        uint8_t private_key[AGREE_PRIVATE_SIZE])
{
    for (int i = 0; i < DRAW_COUNT_MAX; i++) {
        env->random(env->context, private_key, AGREE_PRIVATE_SIZE);
        if (scalar_read(work, private_key))
            return true;
    }
    secret_wipe(private_key, AGREE_PRIVATE_SIZE);
    return false;
}

bool agree_make(const struct env *env, uint8_t private_key[AGREE_PRIVATE_SIZE],
                uint8_t public_key[AGREE_PUBLIC_SIZE], struct error *err)
{
    struct work work CLEANUP(work_free) = {0};

    if (!work_make(&work, err))
        return false;
    if (!scalar_draw(&work, env, private_key))
        return error_set(err, ERROR_BUG, "key agreement: the randomness gives no private key");
    if (EC_POINT_mul(group, work.result, work.scalar, NULL, NULL, work.context) != 1 ||
        EC_POINT_point2oct(group, work.result, POINT_CONVERSION_UNCOMPRESSED, public_key,
                           AGREE_PUBLIC_SIZE, work.context) != AGREE_PUBLIC_SIZE)
        return error_set(err, ERROR_LIMIT, "key agreement: out of memory");
    return true;
}

bool agree_shared(const uint8_t private_key[AGREE_PRIVATE_SIZE],
                  const uint8_t public_key[AGREE_PUBLIC_SIZE], uint8_t out[AGREE_SHARED_SIZE],
                  struct error *err)
{
    struct work work CLEANUP(work_free) = {0};

    if (!work_make(&work, err))
        return false;
    if (!scalar_read(&work, private_key))
        return error_set(err, ERROR_INPUT, "key agreement: the private key is out of range");
    /* oct2point refuses what is not on the curve; the curve has no small subgroup (cofactor 1). */
    if (public_key[0] != POINT_CONVERSION_UNCOMPRESSED ||
        EC_POINT_oct2point(group, work.point, public_key, AGREE_PUBLIC_SIZE, work.context) != 1)
        return error_set(err, ERROR_INPUT, "key agreement: the public key is no point of P-256");
    if (EC_POINT_mul(group, work.result, NULL, work.point, work.scalar, work.context) != 1 ||
        EC_POINT_get_affine_coordinates(group, work.result, work.x, NULL, work.context) != 1 ||
        BN_bn2binpad(work.x, out, AGREE_SHARED_SIZE) != AGREE_SHARED_SIZE)
        return error_set(err, ERROR_LIMIT, "key agreement: out of memory");
    return true;
}
