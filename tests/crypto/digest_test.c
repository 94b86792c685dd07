/* Digests: FIPS 180-4 examples, RFC 5869 by the published vectors, and pieces against the whole. */
#include "crypto/digest.h"

#include "base/text.h"
#include "check.h"
#include "crypto/secret.h"
#include "crypto/support/vectors.h"

static bool digest_is(const uint8_t digest[DIGEST_SIZE], const char *hex)
{
    char text[2 * DIGEST_SIZE + 1];

    hex_write(span_make(digest, DIGEST_SIZE), text);
    return strcmp(text, hex) == 0;
}

CHECK_TEST(sha256_gives_the_published_examples)
{
    uint8_t digest[DIGEST_SIZE];

    digest_sha256((struct span){NULL, 0}, digest);
    CHECK(digest_is(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    digest_sha256(span_text("abc"), digest);
    CHECK(digest_is(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    digest_sha256(span_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), digest);
    CHECK(digest_is(digest, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
}

CHECK_TEST(a_million_letters_in_pieces_give_the_published_digest)
{
    char piece[1000];
    uint8_t digest[DIGEST_SIZE];
    struct digest *running = digest_begin();

    CHECK_OR_RETURN(running != NULL);
    memset(piece, 'a', sizeof piece);
    for (int i = 0; i < 1000; i++)
        digest_add(running, span_make(piece, sizeof piece));
    digest_end(running, digest);
    CHECK(digest_is(digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    running = digest_begin();
    digest_add(running, span_text("dropped"));
    digest_drop(&running);
    CHECK(running == NULL);
}

CHECK_TEST(every_cut_of_a_text_gives_the_digest_of_the_whole)
{
    uint8_t text[200];
    uint8_t whole[DIGEST_SIZE];
    uint8_t found[DIGEST_SIZE];

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * 7);
    struct span all = span_make(text, sizeof text);
    digest_sha256(all, whole);
    for (size_t cut = 0; cut <= sizeof text; cut++) {
        struct span pieces[3] = {
            span_part(all, 0, cut), {NULL, 0}, span_part(all, cut, sizeof text)};
        digest_sha256_joined(pieces, 3, found);
        CHECK(digest_is_equal(found, whole));
        struct digest *running = digest_begin();
        CHECK_OR_RETURN(running != NULL);
        digest_add(running, pieces[0]);
        digest_add(running, pieces[2]);
        digest_end(running, found);
        CHECK(digest_is_equal(found, whole));
    }
}

CHECK_TEST(a_salted_digest_is_that_of_salt_and_bytes)
{
    uint8_t salt[SALT_SIZE] = {1, 2, 3};
    uint8_t salted[DIGEST_SIZE];
    uint8_t joined[DIGEST_SIZE];
    struct span pieces[2] = {span_make(salt, sizeof salt), span_text("part")};

    digest_salted(salt, pieces[1], salted);
    digest_sha256_joined(pieces, 2, joined);
    CHECK(digest_is_equal(salted, joined));
    salt[31] ^= 1;
    digest_salted(salt, pieces[1], salted);
    CHECK(!digest_is_equal(salted, joined));
}

CHECK_TEST(digests_differ_by_any_bit)
{
    uint8_t a[DIGEST_SIZE] = {0};
    uint8_t b[DIGEST_SIZE] = {0};

    CHECK(digest_is_equal(a, b));
    for (size_t bit = 0; bit < 8 * DIGEST_SIZE; bit++) {
        b[bit / 8] = (uint8_t)(1u << (bit % 8));
        CHECK(!digest_is_equal(a, b));
        b[bit / 8] = 0;
    }
}

static size_t hkdf_valid;

static void hkdf_case(const char *name, struct json_object *group, struct json_object *test)
{
    uint8_t found[255 * DIGEST_SIZE];
    size_t size = (size_t)json_get_integer(test, "size", 0, 1 << 20);
    struct span wanted = vectors_hex(test, "okm");
    struct span salt = vectors_hex(test, "salt");

    (void)group;
    if (strcmp(vectors_text(test, "result"), "valid") != 0) {
        CHECK(size >
              sizeof found); /* longer than HKDF gives: the caller's mistake, asserted there */
        return;
    }
    CHECK_OR_RETURN(size <= sizeof found && wanted.size == size);
    digest_hkdf(salt, vectors_hex(test, "ikm"), vectors_hex(test, "info"), found, size);
    bool is_as_published = span_equal(span_make(found, size), wanted);
    CHECK(is_as_published);
    if (!is_as_published)
        printf("%s: case %" PRId64 "\n", name, json_get_integer(test, "tcId", 0, 1 << 20));
    hkdf_valid++;
}

CHECK_TEST(hkdf_gives_the_published_vectors)
{
    CHECK(vectors_wycheproof("HKDF-SHA-256", hkdf_case) > 0);
    CHECK(hkdf_valid > 0);
    printf("HKDF-SHA-256: %zu cases\n", hkdf_valid);
}

int main(void)
{
    crypto_start();
    CHECK_RUN(sha256_gives_the_published_examples);
    CHECK_RUN(a_million_letters_in_pieces_give_the_published_digest);
    CHECK_RUN(every_cut_of_a_text_gives_the_digest_of_the_whole);
    CHECK_RUN(a_salted_digest_is_that_of_salt_and_bytes);
    CHECK_RUN(digests_differ_by_any_bit);
    CHECK_RUN(hkdf_gives_the_published_vectors);
    return check_end();
}
