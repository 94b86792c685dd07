/* AES-256-GCM: the published vectors, in place and apart; what is changed does not open; threads do not disturb. */
#include "crypto/aead.h"

#include "base/text.h"
#include "check.h"
#include "crypto/secret.h"
#include "crypto/support/vectors.h"

#include <pthread.h>

static size_t case_count;

static void seal_case(struct span key, struct span nonce, struct json_object *test,
                      struct span wanted)
{
    struct span plain = vectors_hex(test, "msg");
    uint8_t *sealed = arena_alloc(test->arena, wanted.size);

    CHECK_OR_RETURN(sealed != NULL && wanted.size == plain.size + AEAD_TAG_SIZE);
    aead_seal(key.data, nonce.data, vectors_hex(test, "aad"), plain, sealed);
    CHECK(span_equal(span_make(sealed, wanted.size), wanted));
    memcpy(sealed, plain.data, plain.size);
    aead_seal(key.data, nonce.data, vectors_hex(test, "aad"), span_make(sealed, plain.size),
              sealed);
    CHECK(span_equal(span_make(sealed, wanted.size), wanted));
}

static void one_case(const char *name, struct json_object *group, struct json_object *test)
{
    bool is_valid = strcmp(vectors_text(test, "result"), "valid") == 0;

    if (json_get_integer(group, "keySize", 0, 4096) != 8 * AEAD_KEY_SIZE ||
        json_get_integer(group, "ivSize", 0, 1 << 20) != 8 * AEAD_NONCE_SIZE ||
        json_get_integer(group, "tagSize", 0, 4096) != 8 * AEAD_TAG_SIZE)
        return;
    struct span key = vectors_hex(test, "key");
    struct span nonce = vectors_hex(test, "iv");
    struct span text = vectors_hex(test, "ct");
    struct span tag = vectors_hex(test, "tag");
    CHECK_OR_RETURN(key.size == AEAD_KEY_SIZE && nonce.size == AEAD_NONCE_SIZE &&
                    tag.size == AEAD_TAG_SIZE);
    uint8_t *sealed = arena_alloc(test->arena, text.size + tag.size);
    uint8_t *plain = arena_alloc(test->arena, text.size + 1);
    CHECK_OR_RETURN(sealed != NULL && plain != NULL);
    memcpy(sealed, text.data, text.size);
    memcpy(sealed + text.size, tag.data, tag.size);
    struct span all = span_make(sealed, text.size + tag.size);
    bool opened = aead_open(key.data, nonce.data, vectors_hex(test, "aad"), all, plain);
    CHECK(opened == is_valid);
    if (opened != is_valid)
        printf("%s: case %" PRId64 "\n", name, json_get_integer(test, "tcId", 0, 1 << 20));
    if (is_valid) {
        CHECK(span_equal(span_make(plain, text.size), vectors_hex(test, "msg")));
        seal_case(key, nonce, test, all);
    }
    case_count++;
}

CHECK_TEST(published_vectors_hold)
{
    vectors_wycheproof("AES-GCM", one_case);
    CHECK(case_count > 0);
    printf("AES-256-GCM: %zu cases\n", case_count);
}

static const uint8_t key[AEAD_KEY_SIZE] = {1, 2, 3};
static const uint8_t nonce[AEAD_NONCE_SIZE] = {4};

CHECK_TEST(any_changed_byte_or_cut_does_not_open_and_leaves_zeros)
{
    uint8_t sealed[40 + AEAD_TAG_SIZE];
    uint8_t plain[40];
    uint8_t zeros[40] = {0};
    struct span associated = span_text("head");

    memset(plain, 'x', sizeof plain);
    aead_seal(key, nonce, associated, span_make(plain, sizeof plain), sealed);
    for (size_t i = 0; i < sizeof sealed; i++) {
        sealed[i] ^= 0x80;
        memset(plain, 'x', sizeof plain);
        CHECK(!aead_open(key, nonce, associated, span_make(sealed, sizeof sealed), plain));
        CHECK(memcmp(plain, zeros, sizeof plain) == 0);
        sealed[i] ^= 0x80;
    }
    for (size_t size = 0; size < sizeof sealed; size++)
        CHECK(!aead_open(key, nonce, associated, span_make(sealed, size), plain));
    CHECK(!aead_open(key, nonce, span_text("hea"), span_make(sealed, sizeof sealed), plain));
    CHECK(aead_open(key, nonce, associated, span_make(sealed, sizeof sealed), sealed));
    CHECK(sealed[0] == 'x' && sealed[39] == 'x');
}

CHECK_TEST(an_empty_plain_text_has_a_tag)
{
    uint8_t tag[AEAD_TAG_SIZE];
    struct span none = {NULL, 0};

    aead_seal(key, nonce, none, none, tag);
    CHECK(aead_open(key, nonce, none, span_make(tag, sizeof tag), NULL));
    tag[0] ^= 1;
    CHECK(!aead_open(key, nonce, none, span_make(tag, sizeof tag), NULL));
}

/* Each thread seals and opens under its own key, many times over. */
static void *seal_many(void *is_fine)
{
    uint8_t own[AEAD_KEY_SIZE] = {0};
    uint8_t plain[500];
    uint8_t sealed[sizeof plain + AEAD_TAG_SIZE];
    bool fine = true;

    memcpy(own, &is_fine, sizeof is_fine);
    for (int i = 0; i < 2000; i++) {
        memset(plain, i, sizeof plain);
        aead_seal(own, nonce, span_text("t"), span_make(plain, sizeof plain), sealed);
        memset(plain, 0, sizeof plain);
        fine = fine &&
               aead_open(own, nonce, span_text("t"), span_make(sealed, sizeof sealed), plain) &&
               plain[499] == (uint8_t)i;
    }
    *(bool *)is_fine = fine;
    return NULL;
}

CHECK_TEST(threads_do_not_disturb_each_other)
{
    pthread_t threads[4];
    bool is_fine[4] = {false};

    for (size_t i = 0; i < ARRAY_COUNT(threads); i++)
        CHECK_OR_RETURN(pthread_create(&threads[i], NULL, seal_many, &is_fine[i]) == 0);
    for (size_t i = 0; i < ARRAY_COUNT(threads); i++) {
        pthread_join(threads[i], NULL);
        CHECK(is_fine[i]);
    }
}

int main(void)
{
    crypto_start();
    CHECK_RUN(published_vectors_hold);
    CHECK_RUN(any_changed_byte_or_cut_does_not_open_and_leaves_zeros);
    CHECK_RUN(an_empty_plain_text_has_a_tag);
    CHECK_RUN(threads_do_not_disturb_each_other);
    return check_end();
}
