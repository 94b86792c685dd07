/* P-256 agreement: both sides come to the same secret, and to the one that the `openssl` command finds. */
#include "crypto/agree.h"

#include "base/buffer.h"
#include "base/text.h"
#include "check.h"
#include "crypto/secret.h"
#include "crypto/support/command.h"
#include "crypto/support/fixed_env.h"

struct pair {
    uint8_t private_key[AGREE_PRIVATE_SIZE];
    uint8_t public_key[AGREE_PUBLIC_SIZE];
};

static struct fixed_env fixed;

static void pair_make(struct pair *pair)
{
    struct error err = {0};

    CHECK_OK(agree_make(&fixed.env, pair->private_key, pair->public_key, &err), err);
}

CHECK_TEST(both_sides_come_to_the_same_secret)
{
    struct pair a, b;
    uint8_t ours[AGREE_SHARED_SIZE];
    uint8_t theirs[AGREE_SHARED_SIZE];
    struct error err = {0};

    for (int i = 0; i < 50; i++) {
        pair_make(&a);
        pair_make(&b);
        CHECK(memcmp(a.private_key, b.private_key, AGREE_PRIVATE_SIZE) != 0);
        CHECK_OK(agree_shared(a.private_key, b.public_key, ours, &err), err);
        CHECK_OK(agree_shared(b.private_key, a.public_key, theirs, &err), err);
        CHECK(memcmp(ours, theirs, sizeof ours) == 0);
    }
}

CHECK_TEST(the_same_randomness_gives_the_same_pair)
{
    struct pair a, b;

    fixed_env_start(&fixed, 0, (struct span){NULL, 0});
    pair_make(&a);
    fixed_env_start(&fixed, 0, (struct span){NULL, 0});
    pair_make(&b);
    CHECK(memcmp(&a, &b, sizeof a) == 0);
}

/* Order of the curve, FIPS 186-4 D.1.2.3. */
static const char order_hex[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

CHECK_TEST(numbers_outside_the_range_are_drawn_again)
{
    uint8_t random[4 * AGREE_PRIVATE_SIZE] = {0};
    uint8_t *order = random + AGREE_PRIVATE_SIZE;
    struct pair pair;

    /* Zero, the order, all ones; then the order less one, which is the largest key. */
    CHECK_OR_RETURN(hex_read(span_text(order_hex), order, AGREE_PRIVATE_SIZE));
    memset(random + (size_t)2 * AGREE_PRIVATE_SIZE, 0xff, AGREE_PRIVATE_SIZE);
    memcpy(random + (size_t)3 * AGREE_PRIVATE_SIZE, order, AGREE_PRIVATE_SIZE);
    random[sizeof random - 1]--;
    fixed_env_start(&fixed, 0, span_make(random, sizeof random));
    pair_make(&pair);
    CHECK(memcmp(pair.private_key, random + (size_t)3 * AGREE_PRIVATE_SIZE, AGREE_PRIVATE_SIZE) ==
          0);
}

static void zeros(void *context, uint8_t *out, size_t size)
{
    (void)context;
    memset(out, 0, size);
}

CHECK_TEST(broken_randomness_ends_in_an_error)
{
    struct env env = *env_real();
    struct pair pair;
    struct error err = {0};

    env.random = zeros;
    CHECK(!agree_make(&env, pair.private_key, pair.public_key, &err));
    CHECK_ERROR(err, ERROR_BUG, "randomness");
}

CHECK_TEST(what_is_no_point_is_refused)
{
    struct pair pair;
    uint8_t shared[AGREE_SHARED_SIZE];
    uint8_t changed[AGREE_PUBLIC_SIZE];
    struct error err = {0};

    pair_make(&pair);
    for (size_t i = 0; i < AGREE_PUBLIC_SIZE; i++) {
        memcpy(changed, pair.public_key, sizeof changed);
        changed[i] ^= 1;
        error_clear(&err);
        CHECK(!agree_shared(pair.private_key, changed, shared, &err));
        CHECK_ERROR(err, ERROR_INPUT, "no point of P-256");
    }
    memset(changed, 0, sizeof changed); /* infinity has the form of one zero byte */
    CHECK(!agree_shared(pair.private_key, changed, shared, &err));
    changed[0] = 4;
    CHECK(!agree_shared(pair.private_key, changed, shared, &err));
    memset(changed + 1, 0xff, sizeof changed - 1); /* coordinates above the prime */
    CHECK(!agree_shared(pair.private_key, changed, shared, &err));
    memcpy(changed, pair.public_key, sizeof changed); /* the hybrid form of a true point */
    changed[0] = (uint8_t)(6 + (changed[AGREE_PUBLIC_SIZE - 1] & 1));
    CHECK(!agree_shared(pair.private_key, changed, shared, &err));
}

CHECK_TEST(a_private_key_out_of_range_is_refused)
{
    struct pair pair;
    uint8_t private_key[AGREE_PRIVATE_SIZE] = {0};
    uint8_t shared[AGREE_SHARED_SIZE];
    struct error err = {0};

    pair_make(&pair);
    CHECK(!agree_shared(private_key, pair.public_key, shared, &err));
    CHECK_ERROR(err, ERROR_INPUT, "out of range");
    CHECK_OR_RETURN(hex_read(span_text(order_hex), private_key, sizeof private_key));
    CHECK(!agree_shared(private_key, pair.public_key, shared, &err));
    private_key[AGREE_PRIVATE_SIZE - 1]--;
    CHECK_OK(agree_shared(private_key, pair.public_key, shared, &err), err);
    CHECK(memcmp(shared, pair.public_key + 1, sizeof shared) == 0); /* -P has the same x */
}

/* SEC1 ECPrivateKey and SubjectPublicKeyInfo of P-256, up to where the key's bytes stand. */
static const uint8_t private_head[] = {0x30, 0x77, 2, 1, 1, 4, 0x20};
static const uint8_t private_middle[] = {0xa0, 0x0a, 6, 8,    0x2a, 0x86, 0x48, 0xce, 0x3d,
                                         3,    1,    7, 0xa1, 0x44, 3,    0x42, 0};
static const uint8_t public_head[] = {0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48,
                                      0xce, 0x3d, 2,    1,    6, 8, 0x2a, 0x86, 0x48,
                                      0xce, 0x3d, 3,    1,    7, 3, 0x42, 0};

static bool write_pair(const struct pair *pair, const char *private_name, const char *public_name)
{
    struct buffer der = buffer_make(1024);

    buffer_add(&der, span_make(private_head, sizeof private_head));
    buffer_add(&der, span_make(pair->private_key, AGREE_PRIVATE_SIZE));
    buffer_add(&der, span_make(private_middle, sizeof private_middle));
    buffer_add(&der, span_make(pair->public_key, AGREE_PUBLIC_SIZE));
    bool done = !der.failed && command_write(private_name, buffer_span(&der));
    buffer_clear(&der);
    buffer_add(&der, span_make(public_head, sizeof public_head));
    buffer_add(&der, span_make(pair->public_key, AGREE_PUBLIC_SIZE));
    done = done && !der.failed && command_write(public_name, buffer_span(&der));
    buffer_free(&der);
    return done;
}

CHECK_TEST(the_openssl_command_finds_the_same_secret)
{
    struct pair a, b;
    uint8_t ours[AGREE_SHARED_SIZE];
    uint8_t theirs[AGREE_SHARED_SIZE + 1];
    struct error err = {0};

    if (!command_has_openssl())
        CHECK_NOT_RUN("no openssl command");
    for (int i = 0; i < 4; i++) {
        pair_make(&a);
        pair_make(&b);
        CHECK_OR_RETURN(write_pair(&a, "a.key", "a.pub") && write_pair(&b, "b.key", "b.pub"));
        CHECK(command_openssl("pkey -inform DER -in a.key -check -noout"));
        CHECK_OR_RETURN(command_openssl("pkeyutl -derive -keyform DER -inkey a.key"
                                        " -peerform DER -peerkey b.pub -out shared"));
        CHECK_OK(agree_shared(a.private_key, b.public_key, ours, &err), err);
        CHECK(span_equal(command_read("shared", theirs, sizeof theirs),
                         span_make(ours, sizeof ours)));
    }
}

int main(void)
{
    crypto_start();
    fixed_env_start(&fixed, 0, (struct span){NULL, 0});
    CHECK_RUN(both_sides_come_to_the_same_secret);
    CHECK_RUN(the_same_randomness_gives_the_same_pair);
    CHECK_RUN(numbers_outside_the_range_are_drawn_again);
    CHECK_RUN(broken_randomness_ends_in_an_error);
    CHECK_RUN(what_is_no_point_is_refused);
    CHECK_RUN(a_private_key_out_of_range_is_refused);
    CHECK_RUN(the_openssl_command_finds_the_same_secret);
    return check_end();
}
