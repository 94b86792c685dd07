/*
 * Post: heads [a, b) of one outgoing log with their bodies, salts and small parts, the signed checkpoint of size b and
 * the sender's time, sealed as one whole for the partner (docs/protocol.md 2, 3.2). Big-endian:
 *
 *   magic 8 "besapst1" | suite u8 | psk day u32 | ephemeral key 65 | a u64 | b u64 | time u64 ms |
 *   checkpoint (u16 size) | heads (u16 size each) | sealed stream (the rest)
 *
 * The stream, one AES-256-GCM under the post's own key, associated data = everything before it:
 *   per index: salt 32 | body (u32 size, 0 = withdrawn or none) | part count u16 | per part: number u16, salt 32,
 *   size u32, bytes; then zeros up to 2^k x {1, 1.5} bytes.
 */
#ifndef BESA_JOURNAL_POST_H
#define BESA_JOURNAL_POST_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "keeper/client.h"

struct post_part {
    uint16_t number;
    uint8_t salt[SALT_SIZE];
    struct span bytes;
};

struct post_entry {
    struct span head;
    uint8_t salt[SALT_SIZE];
    struct span body; /* empty: withdrawn, or the head has none */
    const struct post_part *parts;
    size_t part_count; /* at most PART_COUNT_MAX */
};

struct post {
    enum keeper_suite suite;
    uint32_t psk_day;
    uint8_t ephemeral[AGREE_PUBLIC_SIZE];
    uint64_t from; /* a */
    uint64_t to;   /* b; to - from is at most SEAL_COUNT_MAX */
    int64_t time_ms;
    struct span checkpoint; /* signed note of size b */
    struct post_entry *entries;
    size_t entry_count;
    struct span sealed_header; /* what is authenticated beside the stream */
    struct span sealed;        /* the stream as it came */
};

/* Writes header and sealed stream. `seal` holds the key made for this very writing. LIMIT beyond POST_SIZE_MAX. */
bool post_write(const struct post *post, const struct keeper_seal *seal, struct buffer *out,
                struct error *err);
/* Reads the clear part; heads point into `bytes`, the entries array lives in the arena. */
bool post_read_header(struct span bytes, struct arena *arena, struct post *out, struct error *err);
/* Opens the stream with the key that the keeper agreed, and reads it into post->entries. The plaintext is in the arena. */
bool post_open(struct post *post, const uint8_t key[AEAD_KEY_SIZE], struct arena *arena,
               struct error *err);

/* The next size of the form 2^k x {1, 1.5}, at least 1024. */
size_t post_padded_size(size_t size);

#endif
