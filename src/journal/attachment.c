/* Attachments: see attachment.h. */
#include "journal/attachment.h"

#include "crypto/secret.h"

#include <inttypes.h>
#include <stdlib.h>

/* The key seals one file; segments are told apart by their number. The id is bound in. */
static void segment_nonce(uint64_t index, uint8_t out[AEAD_NONCE_SIZE])
{
    memset(out, 0, AEAD_NONCE_SIZE);
    for (size_t i = 0; i < 8; i++)
        out[AEAD_NONCE_SIZE - 1 - i] = (uint8_t)(index >> (8 * i));
}

size_t attachment_segment_size(int64_t size, uint64_t index)
{
    int64_t offset = (int64_t)index * (int64_t)SEGMENT_SIZE;
    if (index >= attachment_segments(size))
        return 0;
    return size - offset < (int64_t)SEGMENT_SIZE ? (size_t)(size - offset) : SEGMENT_SIZE;
}

uint64_t attachment_segments(int64_t size)
{
    return ((uint64_t)size + SEGMENT_SIZE - 1) / SEGMENT_SIZE;
}

static bool writer_make(const struct attachment_place *place, struct attachment_writer *out,
                        struct error *err)
{
    *out = (struct attachment_writer){.place = *place};
    out->segments = buffer_make(BODY_SIZE_MAX);
    out->digest = digest_begin();
    out->sealed = malloc(ATTACHMENT_SEGMENT_SIZE);
    if (out->digest == NULL || out->sealed == NULL)
        return error_set(err, ERROR_LIMIT, "attachment: out of memory");
    return true;
}

bool attachment_begin(const struct attachment_place *place, struct attachment_writer *out,
                      struct error *err)
{
    struct keeper_wrapped key;

    bool ok = writer_make(place, out, err) && keeper_make_keys(place->keeper, &key, 1, err);
    if (ok) {
        place->env->random(place->env->context, out->id, sizeof out->id);
        memcpy(out->key, key.key, sizeof out->key);
        memcpy(out->wrapped, key.wrapped, sizeof out->wrapped);
        secret_wipe(&key, sizeof key);
        ok = attachment_file_begin(place->env, place->home, span_make(out->id, sizeof out->id),
                                   &out->file, err);
    }
    if (!ok)
        attachment_end(out);
    return ok;
}

static void segment_count(struct attachment_writer *writer, struct span plain)
{
    uint8_t hash[DIGEST_SIZE];

    digest_sha256(plain, hash);
    buffer_add(&writer->segments, span_make(hash, sizeof hash));
    digest_add(writer->digest, plain);
    writer->count++;
    writer->size += (int64_t)plain.size;
}

/* Takes in what an earlier try left, as far as it opens. */
static bool segments_read_back(struct attachment_writer *writer, uint64_t there, int64_t size,
                               struct error *err)
{
    uint8_t *plain = malloc(SEGMENT_SIZE);

    if (plain == NULL)
        return error_set(err, ERROR_LIMIT, "attachment: out of memory");
    for (uint64_t i = 0; i < there; i++) {
        uint8_t nonce[AEAD_NONCE_SIZE];
        size_t plain_size = attachment_segment_size(size, i);
        struct error ignored = {0};
        segment_nonce(i, nonce);
        if (plain_size != SEGMENT_SIZE ||
            !attachment_file_read(writer->file, i, writer->sealed, ATTACHMENT_SEGMENT_SIZE,
                                  &ignored) ||
            !aead_open(writer->key, nonce, span_make(writer->id, sizeof writer->id),
                       span_make(writer->sealed, ATTACHMENT_SEGMENT_SIZE), plain))
            break;
        segment_count(writer, span_make(plain, plain_size));
    }
    free(plain);
    return true;
}

bool attachment_resume(const struct attachment_place *place, const uint8_t id[ATTACHMENT_ID_SIZE],
                       const uint8_t wrapped[KEEPER_WRAPPED_SIZE], int64_t size,
                       struct attachment_writer *out, struct error *err)
{
    uint64_t there = 0;
    struct span name = span_make(id, ATTACHMENT_ID_SIZE);

    bool ok = writer_make(place, out, err) && keeper_unwrap(place->keeper, wrapped, out->key, err);
    memcpy(out->id, id, sizeof out->id);
    memcpy(out->wrapped, wrapped, sizeof out->wrapped);
    if (ok && !attachment_file_resume(place->env, place->home, name, &out->file, &there, err)) {
        ok = err->kind == ERROR_MISSING;
        if (ok) {
            error_clear(err);
            ok = attachment_file_begin(place->env, place->home, name, &out->file, err);
        }
    }
    ok = ok && segments_read_back(out, there, size, err);
    if (!ok)
        attachment_end(out);
    return ok;
}

bool attachment_add(struct attachment_writer *writer, struct span segment, struct error *err)
{
    uint8_t nonce[AEAD_NONCE_SIZE];

    if (segment.size == 0 || segment.size > SEGMENT_SIZE ||
        writer->size % (int64_t)SEGMENT_SIZE != 0)
        return error_set(err, ERROR_BUG, "a segment of %zu bytes at %" PRId64, segment.size,
                         writer->size);
    if (writer->size + (int64_t)segment.size > ATTACHMENT_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "an attachment has more than %" PRId64 " bytes",
                         ATTACHMENT_SIZE_MAX);
    segment_nonce(writer->count, nonce);
    aead_seal(writer->key, nonce, span_make(writer->id, sizeof writer->id), segment,
              writer->sealed);
    if (!attachment_file_write(writer->file, writer->count,
                               span_make(writer->sealed, segment.size + AEAD_TAG_SIZE), err))
        return false;
    segment_count(writer, segment);
    return true;
}

bool attachment_finish(struct attachment_writer *writer, uint8_t sha256[DIGEST_SIZE],
                       struct error *err)
{
    digest_end(writer->digest, sha256);
    writer->digest = NULL;
    return attachment_file_finish(&writer->file, err);
}

void attachment_end(struct attachment_writer *writer)
{
    attachment_file_close(&writer->file);
    digest_drop(&writer->digest);
    buffer_free(&writer->segments);
    free(writer->sealed);
    writer->sealed = NULL;
    secret_wipe(writer->key, sizeof writer->key);
}

bool attachment_read(const struct attachment_place *place, const uint8_t id[ATTACHMENT_ID_SIZE],
                     const uint8_t wrapped[KEEPER_WRAPPED_SIZE], int64_t size, uint64_t index,
                     uint8_t *out, size_t *got, struct error *err)
{
    struct attachment_file *file CLEANUP(attachment_file_close) = NULL;
    uint8_t key[AEAD_KEY_SIZE];
    uint8_t nonce[AEAD_NONCE_SIZE];
    size_t plain_size = attachment_segment_size(size, index);
    uint8_t *sealed = NULL;

    if (plain_size == 0)
        return error_set(err, ERROR_INPUT,
                         "an attachment of %" PRId64 " bytes has no segment %" PRIu64, size, index);
    if (!attachment_file_open(place->env, place->home, span_make(id, ATTACHMENT_ID_SIZE), &file,
                              err) ||
        !keeper_unwrap(place->keeper, wrapped, key, err))
        return error_add(err, "reading an attachment");
    sealed = malloc(plain_size + AEAD_TAG_SIZE);
    segment_nonce(index, nonce);
    bool has_read = sealed != NULL &&
                    attachment_file_read(file, index, sealed, plain_size + AEAD_TAG_SIZE, err);
    bool ok = has_read && aead_open(key, nonce, span_make(id, ATTACHMENT_ID_SIZE),
                                    span_make(sealed, plain_size + AEAD_TAG_SIZE), out);
    if (sealed == NULL)
        error_set(err, ERROR_LIMIT, "attachment: out of memory");
    else if (has_read && !ok)
        error_set(err, ERROR_STORE, "segment %" PRIu64 " of an attachment was changed on the disk",
                  index);
    free(sealed);
    secret_wipe(key, sizeof key);
    *got = ok ? plain_size : 0;
    return ok;
}
