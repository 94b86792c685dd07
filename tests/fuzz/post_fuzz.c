/*
 * Arbitrary posts: the clear header as it comes, and the stream inside, which only a partner with the key can write: the
 * input is sealed under a fixed key for it. What is read must be written back byte for byte.
 * covers: post
 */
#include "journal/post.h"

#include "base/attributes.h"
#include "crypto/aead.h"
#include "crypto/secret.h"

#include <stdio.h>
#include <stdlib.h>

static const uint8_t key[AEAD_KEY_SIZE] = {7};
static const uint8_t nonce[AEAD_NONCE_SIZE]; /* a key seals one post */

static void must(bool claim, const char *what)
{
    if (claim)
        return;
    fprintf(stderr, "not so: %s\n", what);
    abort();
}

static void written_back(const struct post *post, struct span wire)
{
    struct buffer again CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct keeper_seal seal = {.suite = post->suite, .psk_day = post->psk_day};
    struct error err = {0};

    memcpy(seal.ephemeral, post->ephemeral, sizeof seal.ephemeral);
    memcpy(seal.key, key, sizeof seal.key);
    must(post_write(post, &seal, &again, &err), "what was read can be written");
    must(span_equal(buffer_span(&again), wire), "a post has one form");
}

static void open_and_write(struct span wire)
{
    struct arena arena CLEANUP(arena_free) = arena_make(2 * (size_t)POST_SIZE_MAX);
    struct error err = {0};
    struct post post;

    if (!post_read_header(wire, &arena, &post, &err))
        return;
    must(post.entry_count == post.to - post.from && post.entry_count <= SEAL_COUNT_MAX,
         "as many heads as the range says");
    if (post_open(&post, key, &arena, &err))
        written_back(&post, wire);
}

/* A header for `count` entries without heads, and `plain` sealed behind it. */
static void stream_open(size_t count, struct span plain)
{
    static struct post_entry entries[SEAL_COUNT_MAX];
    struct buffer wire CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    struct keeper_seal seal = {.suite = KEEPER_SUITE_PSK};
    struct post post = {.from = 3, .to = 3 + count, .entries = entries, .entry_count = count};
    struct error err = {0};

    must(post_write(&post, &seal, &wire, &err), "an empty post can be written");
    /* magic, suite, day, key, a, b, time, note size, and a size for each head */
    size_t header = 8 + 1 + 4 + sizeof seal.ephemeral + 8 + 8 + 8 + 2 + 2 * count;
    wire.size = header;
    struct buffer padded CLEANUP(buffer_free) = buffer_make(POST_SIZE_MAX);
    must(buffer_add(&padded, plain) &&
             buffer_room(&padded, post_padded_size(plain.size) - plain.size) != NULL,
         "the stream fits");
    uint8_t *room = buffer_room(&wire, padded.size + AEAD_TAG_SIZE);
    must(room != NULL, "the stream fits");
    aead_seal(key, nonce, span_make(wire.data, header), buffer_span(&padded), room);
    open_and_write(buffer_span(&wire));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    crypto_start();
    open_and_write(span_make(data, size));
    if (size > 1 && size < 1024 * 1024)
        stream_open((size_t)data[0] % 8, span_make(data + 1, size - 1));
    return 0;
}
