/* Ed25519: RFC 8032 by the published vectors, and the one rule for the cases on which verifiers differ. */
#include "crypto/signature.h"

#include "base/text.h"
#include "check.h"
#include "crypto/secret.h"
#include "crypto/support/vectors.h"

CHECK_TEST(the_first_example_of_rfc_8032_is_signed_byte_for_byte)
{
    uint8_t seed[SIGNATURE_SEED_SIZE];
    uint8_t public_key[SIGNATURE_PUBLIC_SIZE];
    uint8_t wanted_key[SIGNATURE_PUBLIC_SIZE];
    uint8_t secret[SIGNATURE_SECRET_SIZE];
    uint8_t signature[SIGNATURE_SIZE];
    uint8_t wanted[SIGNATURE_SIZE];

    CHECK_OR_RETURN(
        hex_read(span_text("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
                 seed, sizeof seed) &&
        hex_read(span_text("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
                 wanted_key, sizeof wanted_key) &&
        hex_read(span_text("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                           "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
                 wanted, sizeof wanted));
    signature_keys(seed, public_key, secret);
    CHECK(memcmp(public_key, wanted_key, sizeof public_key) == 0);
    signature_sign(secret, (struct span){NULL, 0}, signature);
    CHECK(memcmp(signature, wanted, sizeof signature) == 0);
    CHECK(signature_verify(public_key, (struct span){NULL, 0}, signature));
}

CHECK_TEST(any_changed_bit_is_refused)
{
    uint8_t seed[SIGNATURE_SEED_SIZE] = {7};
    uint8_t public_key[SIGNATURE_PUBLIC_SIZE];
    uint8_t secret[SIGNATURE_SECRET_SIZE];
    uint8_t signature[SIGNATURE_SIZE];
    uint8_t message[20] = "twenty bytes exactly";

    signature_keys(seed, public_key, secret);
    struct span all = span_make(message, sizeof message);
    signature_sign(secret, all, signature);
    CHECK(signature_verify(public_key, all, signature));
    for (size_t bit = 0; bit < 8 * sizeof message; bit++) {
        message[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        CHECK(!signature_verify(public_key, all, signature));
        message[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
        signature[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        CHECK(!signature_verify(public_key, all, signature));
        signature[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    for (size_t bit = 0; bit < 8 * sizeof public_key; bit++) {
        public_key[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        CHECK(!signature_verify(public_key, all, signature));
        public_key[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    CHECK(!signature_verify(public_key, span_part(all, 0, 19), signature));
    CHECK(signature_verify(public_key, all, signature));
}

static size_t wycheproof_count;

static void wycheproof_case(const char *name, struct json_object *group, struct json_object *test)
{
    struct json_object key;
    struct span signature = vectors_hex(test, "sig");
    bool is_valid = strcmp(vectors_text(test, "result"), "valid") == 0;

    if (!json_get_child(group, "publicKey", &key) ||
        strcmp(vectors_text(&key, "curve"), "edwards25519") != 0)
        return;
    struct span public_key = vectors_hex(&key, "pk");
    wycheproof_count++;
    if (signature.size != SIGNATURE_SIZE || public_key.size != SIGNATURE_PUBLIC_SIZE) {
        CHECK(!is_valid); /* another length cannot even be handed over */
        return;
    }
    bool holds = signature_verify(public_key.data, vectors_hex(test, "msg"), signature.data);
    CHECK(holds == is_valid);
    if (holds != is_valid)
        printf("%s: case %" PRId64 "\n", name, json_get_integer(test, "tcId", 0, 1 << 20));
}

CHECK_TEST(wycheproof_verdicts_hold)
{
    vectors_wycheproof("EDDSA", wycheproof_case);
    CHECK(wycheproof_count > 0);
    printf("Ed25519, Wycheproof: %zu cases\n", wycheproof_count);
}

/* What the rule of signature.h says of a case's properties: only parts of small order beside a full one are let pass. */
static bool rule_accepts(struct json_object *test)
{
    static const char *const harmless[] = {"low_order_component_R", "low_order_component_A"};
    struct json_list flags = json_get_array(test, "flags", 0, 16);

    for (size_t i = 0; i < flags.count; i++) {
        struct span flag = json_array_text(&flags, i, 1, 64);
        if (!span_is(flag, harmless[0]) && !span_is(flag, harmless[1]))
            return false;
    }
    return true;
}

static size_t cctv_count;
static size_t cctv_accepted_count;

static void cctv_file(const char *name, struct json_object *wrapped)
{
    struct json_list tests = json_get_array(wrapped, "file", 1, VECTORS_COUNT_MAX);

    for (size_t i = 0; i < tests.count; i++) {
        struct json_object test;
        if (!json_array_object(&tests, i, &test))
            return;
        struct span public_key = vectors_hex(&test, "key");
        struct span signature = vectors_hex(&test, "sig");
        const char *message = vectors_text(&test, "msg");
        CHECK_OR_RETURN(public_key.size == SIGNATURE_PUBLIC_SIZE &&
                        signature.size == SIGNATURE_SIZE);
        bool is_valid = signature_verify(public_key.data, span_text(message), signature.data);
        bool is_wanted = rule_accepts(&test);
        CHECK(is_valid == is_wanted);
        if (is_valid != is_wanted)
            printf("%s: number %" PRId64 "\n", name, json_get_integer(&test, "number", 0, 1 << 20));
        cctv_count++;
        cctv_accepted_count += is_valid;
    }
}

CHECK_TEST(edge_cases_follow_the_one_rule)
{
    CHECK(vectors_each("cctv-ed25519", cctv_file) > 0);
    CHECK(cctv_accepted_count > 0 && cctv_accepted_count < cctv_count);
    printf("Ed25519, edge cases: %zu of %zu accepted\n", cctv_accepted_count, cctv_count);
}

int main(void)
{
    crypto_start();
    CHECK_RUN(the_first_example_of_rfc_8032_is_signed_byte_for_byte);
    CHECK_RUN(any_changed_bit_is_refused);
    CHECK_RUN(wycheproof_verdicts_hold);
    CHECK_RUN(edge_cases_follow_the_one_rule);
    return check_end();
}
