/* Sealed stream: what was written comes back; what was cut, moved, doubled or changed does not. */
#include "check.h"

#include "base/buffer.h"
#include "crypto/secret.h"
#include "crypto/sealed_stream.h"

#include <stdlib.h>
#include <unistd.h>

#define TAIL 1000u
static char path[] = "/tmp/besa-stream-XXXXXX";
static const uint8_t key[AEAD_KEY_SIZE] = {1};
static const uint8_t associated[DIGEST_SIZE] = {2};

static struct env_file *file_open(void)
{
    struct env_file *file = NULL;
    struct error err = {0};
    if (!env_real()->open(NULL, path, ENV_OPEN_WRITE, &file, &err))
        printf("%s\n", err.text);
    return file;
}

static uint8_t byte_at(size_t i)
{
    return (uint8_t)(i * 7 + (i >> 20));
}

/* A stream of `size` bytes behind 10 of something else. */
static bool made(size_t size)
{
    struct sealed_stream stream;
    struct error err = {0};
    struct env_file *file = file_open();
    uint8_t *bytes = malloc(size + 1);

    for (size_t i = 0; i < size; i++)
        bytes[i] = byte_at(i);
    bool ok = env_real()->truncate(NULL, file, 10, &err) &&
              sealed_stream_begin(env_real(), file, 10, key, associated, &stream, &err);
    for (size_t at = 0; ok && at < size; at += 65537)
        ok = sealed_stream_write(
            &stream, span_make(bytes + at, size - at < 65537 ? size - at : 65537), &err);
    ok = ok && sealed_stream_finish(&stream, &err);
    sealed_stream_end(&stream);
    env_real()->close(NULL, file);
    free(bytes);
    return ok;
}

static bool reads(size_t size, const uint8_t *with, const uint8_t *beside)
{
    struct sealed_stream stream;
    struct error err = {0};
    struct env_file *file = file_open();
    uint8_t piece[4099];
    bool ok = sealed_stream_open(env_real(), file, 10, with, beside, &stream, &err);

    for (size_t at = 0; ok && at < size; at += sizeof piece) {
        size_t count = size - at < sizeof piece ? size - at : sizeof piece;
        ok = sealed_stream_read(&stream, piece, count, &err);
        for (size_t i = 0; ok && i < count; i++)
            ok = piece[i] == byte_at(at + i);
    }
    ok = ok && (size == 0 || sealed_stream_is_at_end(&stream)) &&
         !sealed_stream_read(&stream, piece, 1, &err);
    CHECK(ok || err.kind == ERROR_INPUT);
    sealed_stream_end(&stream);
    env_real()->close(NULL, file);
    return ok;
}

static const size_t sizes[] = {0,
                               1,
                               SEALED_SEGMENT_SIZE - 1,
                               SEALED_SEGMENT_SIZE,
                               SEALED_SEGMENT_SIZE + 1,
                               2 * SEALED_SEGMENT_SIZE,
                               2 * SEALED_SEGMENT_SIZE + TAIL};

CHECK_TEST(every_length_comes_back)
{
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        CHECK(made(sizes[i]));
        CHECK(reads(sizes[i], key, associated));
    }
}

CHECK_TEST(another_key_or_head_opens_nothing)
{
    static const uint8_t other[32] = {3};
    CHECK(made(TAIL));
    CHECK(!reads(TAIL, other, associated));
    CHECK(!reads(TAIL, key, other));
}

static int64_t size_now(void)
{
    int64_t size = 0;
    struct error err = {0};
    struct env_file *file = file_open();
    env_real()->size(NULL, file, &size, &err);
    env_real()->close(NULL, file);
    return size;
}

CHECK_TEST(a_stream_that_was_cut_is_not_whole)
{
    size_t size = 2 * SEALED_SEGMENT_SIZE + TAIL;
    CHECK(made(size));
    int64_t whole = size_now();
    const int64_t cuts[] = {whole - 1,
                            whole - (int64_t)TAIL,
                            whole - (int64_t)TAIL - AEAD_TAG_SIZE,
                            10 + SEALED_SEGMENT_SIZE + AEAD_TAG_SIZE,
                            11,
                            10};
    for (size_t i = 0; i < ARRAY_COUNT(cuts); i++) {
        struct error err = {0};
        struct env_file *file = file_open();
        CHECK_OK(env_real()->truncate(NULL, file, cuts[i], &err), err);
        env_real()->close(NULL, file);
        CHECK(!reads(size, key, associated));
    }
}

CHECK_TEST(a_changed_byte_or_moved_segment_does_not_open)
{
    size_t size = 2 * SEALED_SEGMENT_SIZE + TAIL;
    const size_t sealed = SEALED_SEGMENT_SIZE + AEAD_TAG_SIZE;
    struct error err = {0};
    uint8_t *segments = malloc(2 * sealed);

    for (size_t i = 0; i < 20; i++) {
        CHECK(made(size));
        struct env_file *file = file_open();
        int64_t at = 10 + (int64_t)(i * 110017 % (size_t)(size_now() - 10));
        uint8_t byte = 0;
        CHECK_OK(env_real()->read_at(NULL, file, at, &byte, 1, &err), err);
        byte ^= 0x10;
        CHECK_OK(env_real()->write_at(NULL, file, at, span_make(&byte, 1), &err), err);
        env_real()->close(NULL, file);
        CHECK(!reads(size, key, associated));
    }
    CHECK(made(size));
    struct env_file *file = file_open();
    CHECK_OK(env_real()->read_at(NULL, file, 10, segments, 2 * sealed, &err), err);
    CHECK_OK(env_real()->write_at(NULL, file, 10, span_make(segments + sealed, sealed), &err), err);
    CHECK_OK(
        env_real()->write_at(NULL, file, 10 + (int64_t)sealed, span_make(segments, sealed), &err),
        err);
    env_real()->close(NULL, file);
    CHECK(!reads(size, key, associated));
    free(segments);
}

int main(void)
{
    crypto_start();
    int fd = mkstemp(path);
    close(fd);
    CHECK_RUN(every_length_comes_back);
    CHECK_RUN(another_key_or_head_opens_nothing);
    CHECK_RUN(a_stream_that_was_cut_is_not_whole);
    CHECK_RUN(a_changed_byte_or_moved_segment_does_not_open);
    unlink(path);
    return check_end();
}
