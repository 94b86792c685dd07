/*
 * What the tlog tests share: published vectors as files, fictional keys, and trees of numbered leaves.
 */
#ifndef BESA_TESTS_TLOG_SUPPORT_H
#define BESA_TESTS_TLOG_SUPPORT_H

#include "base/buffer.h"
#include "base/json.h"
#include "crypto/secret.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"
#include "tlog/note.h"
#include "tlog/tree.h"

#define SUPPORT_PATH_SIZE 1024

/* The path of a vector below BESA_VECTORS (environment) or tests/data/vectors. */
void support_path(char out[SUPPORT_PATH_SIZE], const char *name);
/* The file's bytes; ends the program when it cannot be read. */
struct buffer support_file(const char *name);
/* Visits every file of a folder whose name begins with `prefix`; gives how many there were. */
size_t support_each(const char *folder, const char *prefix,
                    void (*visit)(const char *folder, const char *name));
/* A JSON vector as the field "file" of an object. Numbers beyond 2^53 occur there, so all become texts, and null becomes
 * an empty list. */
struct json *support_json(const char *name);

/* A fictional key, always the same for one seed. */
struct signer {
    struct note_key key;
    uint8_t secret[SIGNATURE_SECRET_SIZE];
};
struct signer support_signer(const char *name, enum note_key_type type, uint8_t seed);
/* A checkpoint as a note signed by `signer`, whose name is the origin. */
struct buffer support_checkpoint(const struct signer *signer, uint64_t size,
                                 const struct tlog_hash *root);
/* Appends the cosignature line of `signer` over the checkpoint's text. */
void support_cosign(const struct signer *signer, int64_t time_s, struct span body,
                    struct buffer *out);

/* Leaf hashes of "entry 0", "entry 1", ... Freed by the caller. */
struct tlog_hash *support_leaves(size_t count);
/* The tree hash as RFC 6962 2.1 defines it, without a compact range. */
void support_root(const struct tlog_hash *leaves, size_t count, struct tlog_hash *out);

#endif
