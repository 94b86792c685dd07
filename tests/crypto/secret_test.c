/* Secrets: what is sealed opens under the same passphrase, whole and unchanged, and not otherwise. */
#include "crypto/secret.h"

#include "check.h"
#include "crypto/support/fixed_env.h"

#define HEADER_SIZE 50 /* magic 8, version 1, cost 1, salt 16, nonce 24 */
#define TAG_SIZE    16
#define COST_AT     9

static struct fixed_env fixed;
static const char passphrase[] = "four fictional words here";

static struct buffer seal(struct span plain, enum secret_cost cost)
{
    struct buffer sealed = buffer_make(65536);
    struct error err = {0};

    if (!secret_seal(&fixed.env, span_text(passphrase), cost, plain, &sealed, &err)) {
        printf("%s\n", err.text);
        exit(1);
    }
    return sealed;
}

CHECK_TEST(what_is_sealed_opens_again)
{
    static const uint8_t plain[3000] = {1, 2, 3};
    struct error err = {0};

    for (size_t size = 0; size <= sizeof plain; size += 300) {
        struct buffer sealed = seal(span_make(plain, size), SECRET_COST_FAST);
        struct buffer opened = buffer_make(sizeof plain);
        CHECK_INT(sealed.size, HEADER_SIZE + size + TAG_SIZE);
        CHECK_OK(secret_open(span_text(passphrase), buffer_span(&sealed), &opened, &err), err);
        CHECK(span_equal(buffer_span(&opened), span_make(plain, size)));
        buffer_free(&sealed);
        buffer_free(&opened);
    }
}

CHECK_TEST(the_standard_cost_opens_again)
{
    struct buffer sealed = seal(span_text("key"), SECRET_COST_STANDARD);
    struct buffer opened = buffer_make(100);
    struct error err = {0};

    CHECK_OK(secret_open(span_text(passphrase), buffer_span(&sealed), &opened, &err), err);
    CHECK_SPAN(buffer_span(&opened), "key");
    buffer_free(&sealed);
    buffer_free(&opened);
}

CHECK_TEST(sealing_twice_gives_other_bytes)
{
    struct buffer a = seal(span_text("key"), SECRET_COST_FAST);
    struct buffer b = seal(span_text("key"), SECRET_COST_FAST);

    CHECK(!span_equal(span_part(buffer_span(&a), COST_AT, 41),
                      span_part(buffer_span(&b), COST_AT, 41)));
    CHECK(!span_equal(span_part(buffer_span(&a), HEADER_SIZE, 3),
                      span_part(buffer_span(&b), HEADER_SIZE, 3)));
    buffer_free(&a);
    buffer_free(&b);
}

CHECK_TEST(another_passphrase_does_not_open)
{
    static const char *const others[] = {"four fictional words her", "four fictional words heref",
                                         "Four fictional words here", "x"};
    struct buffer sealed = seal(span_text("key"), SECRET_COST_FAST);
    struct buffer opened = buffer_make(100);
    struct error err = {0};

    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        error_clear(&err);
        CHECK(!secret_open(span_text(others[i]), buffer_span(&sealed), &opened, &err));
        CHECK_ERROR(err, ERROR_INPUT, "the passphrase is wrong or the file was changed");
        CHECK_INT(opened.size, 0);
    }
    CHECK(!secret_open(span_text(""), buffer_span(&sealed), &opened, &err));
    CHECK_ERROR(err, ERROR_INPUT, "empty");
    buffer_clear(&sealed);
    CHECK(
        !secret_seal(&fixed.env, span_text(""), SECRET_COST_FAST, span_text("key"), &sealed, &err));
    CHECK_ERROR(err, ERROR_INPUT, "empty");
    CHECK_INT(sealed.size, 0);
    buffer_free(&sealed);
    buffer_free(&opened);
}

CHECK_TEST(any_changed_byte_any_cut_and_any_tail_is_refused)
{
    struct buffer sealed = seal(span_text("a private key of a log"), SECRET_COST_FAST);
    struct buffer opened = buffer_make(100);
    struct error err = {0};

    for (size_t i = 0; i < sealed.size; i++) {
        uint8_t kept = sealed.data[i];
        /* The other cost's number is a valid file of another key: it is tried once, it takes its time. */
        sealed.data[i] = i == COST_AT ? 1 : (uint8_t)(kept ^ 0x20);
        error_clear(&err);
        CHECK(!secret_open(span_text(passphrase), buffer_span(&sealed), &opened, &err));
        CHECK(err.kind == ERROR_INPUT && opened.size == 0);
        sealed.data[i] = kept;
    }
    for (size_t size = 0; size < sealed.size; size++)
        CHECK(!secret_open(span_text(passphrase), span_make(sealed.data, size), &opened, &err));
    CHECK(secret_open(span_text(passphrase), buffer_span(&sealed), &opened, &err));
    buffer_byte(&sealed, 0);
    buffer_clear(&opened);
    CHECK(!secret_open(span_text(passphrase), buffer_span(&sealed), &opened, &err));
    buffer_free(&sealed);
    buffer_free(&opened);
}

CHECK_TEST(unknown_versions_and_costs_are_named)
{
    struct buffer sealed = seal(span_text("key"), SECRET_COST_FAST);
    struct buffer opened = buffer_make(100);
    struct error err = {0};

    for (int cost = 0; cost < 256; cost++) {
        if (cost == 1 || cost == 2)
            continue;
        sealed.data[COST_AT] = (uint8_t)cost;
        CHECK(!secret_open(span_text(passphrase), buffer_span(&sealed), &opened, &err));
        CHECK_ERROR(err, ERROR_INPUT, "unknown cost");
    }
    sealed.data[COST_AT - 1] = 2;
    CHECK(!secret_open(span_text(passphrase), buffer_span(&sealed), &opened, &err));
    CHECK_ERROR(err, ERROR_INPUT, "version 2");
    CHECK(!secret_open(span_text(passphrase), span_text("-----BEGIN PRIVATE KEY-----"), &opened,
                       &err));
    CHECK_ERROR(err, ERROR_INPUT, "no sealed file");
    buffer_free(&sealed);
    buffer_free(&opened);
}

CHECK_TEST(a_full_buffer_is_a_limit_and_stays_as_it_was)
{
    struct buffer small = buffer_make(40);
    struct buffer sealed =
        seal(span_text("more than forty bytes of a private key, in words"), SECRET_COST_FAST);
    struct error err = {0};

    buffer_text(&small, "before");
    CHECK(!secret_open(span_text(passphrase), buffer_span(&sealed), &small, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "no room");
    CHECK_SPAN(buffer_span(&small), "before");
    buffer_clear(&small);
    CHECK(!secret_seal(&fixed.env, span_text(passphrase), SECRET_COST_FAST, span_text("key"),
                       &small, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "no room");
    buffer_free(&small);
    buffer_free(&sealed);
}

CHECK_TEST(memory_of_secrets_is_writable_and_wiped)
{
    uint8_t *memory = secret_alloc(100);
    uint8_t local[32];

    CHECK_OR_RETURN(memory != NULL);
    memset(memory, 1, 100);
    secret_free(memory);
    secret_free(NULL);
    memset(local, 1, sizeof local);
    secret_wipe(local, sizeof local);
    for (size_t i = 0; i < sizeof local; i++)
        CHECK_INT(local[i], 0);
    secret_wipe(NULL, 0);
}

int main(void)
{
    crypto_start();
    fixed_env_start(&fixed, 0, (struct span){NULL, 0});
    CHECK_RUN(what_is_sealed_opens_again);
    CHECK_RUN(the_standard_cost_opens_again);
    CHECK_RUN(sealing_twice_gives_other_bytes);
    CHECK_RUN(another_passphrase_does_not_open);
    CHECK_RUN(any_changed_byte_any_cut_and_any_tail_is_refused);
    CHECK_RUN(unknown_versions_and_costs_are_named);
    CHECK_RUN(a_full_buffer_is_a_limit_and_stays_as_it_was);
    CHECK_RUN(memory_of_secrets_is_writable_and_wiped);
    return check_end();
}
