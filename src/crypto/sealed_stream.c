/* Sealed stream: see sealed_stream.h. */
#include "crypto/sealed_stream.h"

#include "crypto/secret.h"

#include <inttypes.h>
#include <stdlib.h>

#define SEALED_SIZE (SEALED_SEGMENT_SIZE + AEAD_TAG_SIZE)

static void nonce_make(uint64_t segment, bool is_last, uint8_t out[AEAD_NONCE_SIZE])
{
    memset(out, 0, AEAD_NONCE_SIZE);
    out[0] = is_last;
    for (size_t i = 0; i < 8; i++)
        out[AEAD_NONCE_SIZE - 1 - i] = (uint8_t)(segment >> (8 * i));
}

static bool sealed_stream_make(const struct env *env, struct env_file *file, int64_t start,
                               const uint8_t key[AEAD_KEY_SIZE],
                               const uint8_t associated[DIGEST_SIZE], struct sealed_stream *out,
                               struct error *err)
{
    *out = (struct sealed_stream){.env = env, .file = file, .start = start};
    memcpy(out->key, key, sizeof out->key);
    memcpy(out->associated, associated, sizeof out->associated);
    out->bytes = malloc(SEALED_SIZE);
    return out->bytes != NULL || error_set(err, ERROR_LIMIT, "sealed stream: out of memory");
}

bool sealed_stream_begin(const struct env *env, struct env_file *file, int64_t start,
                         const uint8_t key[AEAD_KEY_SIZE], const uint8_t associated[DIGEST_SIZE],
                         struct sealed_stream *out, struct error *err)
{
    return sealed_stream_make(env, file, start, key, associated, out, err);
}

static int64_t segment_at(const struct sealed_stream *stream, uint64_t segment)
{
    return stream->start + (int64_t)(segment * SEALED_SIZE);
}

static bool segment_write(struct sealed_stream *stream, bool is_last, struct error *err)
{
    uint8_t nonce[AEAD_NONCE_SIZE];

    nonce_make(stream->segment, is_last, nonce);
    aead_seal(stream->key, nonce, span_make(stream->associated, DIGEST_SIZE),
              span_make(stream->bytes, stream->size), stream->bytes);
    bool ok = stream->env->write_at(stream->env->context, stream->file,
                                    segment_at(stream, stream->segment),
                                    span_make(stream->bytes, stream->size + AEAD_TAG_SIZE), err);
    stream->segment++;
    stream->size = 0;
    return ok;
}

/* A full segment is written when more follows: only then is it known not to be the last. */
bool sealed_stream_write(struct sealed_stream *stream, struct span bytes, struct error *err)
{
    while (bytes.size > 0) {
        if (stream->size == SEALED_SEGMENT_SIZE && !segment_write(stream, false, err))
            return false;
        size_t room = SEALED_SEGMENT_SIZE - stream->size;
        size_t count = bytes.size < room ? bytes.size : room;
        memcpy(stream->bytes + stream->size, bytes.data, count);
        stream->size += count;
        bytes = span_part(bytes, count, bytes.size);
    }
    return true;
}

bool sealed_stream_finish(struct sealed_stream *stream, struct error *err)
{
    return segment_write(stream, true, err);
}

bool sealed_stream_open(const struct env *env, struct env_file *file, int64_t start,
                        const uint8_t key[AEAD_KEY_SIZE], const uint8_t associated[DIGEST_SIZE],
                        struct sealed_stream *out, struct error *err)
{
    return sealed_stream_make(env, file, start, key, associated, out, err) &&
           env->size(env->context, file, &out->end, err);
}

static bool segment_read(struct sealed_stream *stream, struct error *err)
{
    uint8_t nonce[AEAD_NONCE_SIZE];
    int64_t at = segment_at(stream, stream->segment);
    int64_t left = stream->end - at;
    bool is_last = left <= SEALED_SIZE;
    size_t size = is_last ? (size_t)(left > 0 ? left : 0) : SEALED_SIZE;

    stream->size = 0;
    stream->at = 0;
    if (size < AEAD_TAG_SIZE)
        return error_set(err, ERROR_INPUT, "the file was cut: it ends before its contents do");
    nonce_make(stream->segment, is_last, nonce);
    if (!stream->env->read_at(stream->env->context, stream->file, at, stream->bytes, size, err))
        return false;
    if (!aead_open(stream->key, nonce, span_make(stream->associated, DIGEST_SIZE),
                   span_make(stream->bytes, size), stream->bytes))
        return error_set(err, ERROR_INPUT,
                         "the key is wrong, or the file was changed or cut at MiB %" PRIu64,
                         stream->segment);
    stream->segment++;
    stream->size = size - AEAD_TAG_SIZE;
    return true;
}

bool sealed_stream_read(struct sealed_stream *stream, uint8_t *out, size_t size, struct error *err)
{
    while (size > 0) {
        if (stream->at == stream->size && !segment_read(stream, err))
            return false;
        size_t there = stream->size - stream->at;
        size_t count = size < there ? size : there;
        if (count == 0)
            return error_set(err, ERROR_INPUT, "the file ends before its contents do");
        memcpy(out, stream->bytes + stream->at, count);
        stream->at += count;
        out += count;
        size -= count;
    }
    return true;
}

bool sealed_stream_is_at_end(const struct sealed_stream *stream)
{
    return stream->at == stream->size && segment_at(stream, stream->segment) >= stream->end;
}

void sealed_stream_end(struct sealed_stream *stream)
{
    secret_wipe(stream->key, sizeof stream->key);
    if (stream->bytes != NULL)
        secret_wipe(stream->bytes, SEALED_SIZE);
    free(stream->bytes);
    stream->bytes = NULL;
}
