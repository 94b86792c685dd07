/*
 * Parts: what a body names as SHA-256(salt | part), each with its own salt, so that one can be recalled, expire and be
 * erased while body, siblings and proofs stay whole (docs/protocol.md 2). Small parts travel with the post; attachments are
 * fetched in ranges. An attachment's part digest is SHA-256(salt | SHA-256 of the file | size u64 big-endian | segment
 * hashes); the body carries size, SHA-256 and segment hashes, so each range is checked as it comes.
 */
#ifndef BESA_MESSAGE_PART_H
#define BESA_MESSAGE_PART_H

#include "base/limits.h"
#include "base/span.h"
#include "crypto/digest.h"

struct form;
struct json_object;

enum part_kind { PART_KIND_SMALL, PART_KIND_ATTACHMENT, PART_KIND_COUNT };
extern const char *const part_kind_names[PART_KIND_COUNT];

struct part {
    uint16_t number; /* from 1; 0 stands for the body */
    enum part_kind kind;
    int64_t size;                /* bytes */
    uint8_t digest[DIGEST_SIZE]; /* salted */
};

/* Rising by number. */
struct part_list {
    const struct part *items;
    size_t count; /* at most PART_COUNT_MAX */
};

#define ATTACHMENT_NAME_SIZE_MAX 200
#define ATTACHMENT_MIME_SIZE_MAX 100

struct attachment {
    uint16_t part;               /* number of a part of kind attachment */
    struct span name;            /* the file's name, without folders */
    int64_t size;                /* 1 to ATTACHMENT_SIZE_MAX */
    uint8_t sha256[DIGEST_SIZE]; /* of the file */
    struct span mime;            /* as claimed; never trusted */
    struct span
        segment_hashes; /* DIGEST_SIZE bytes for each SEGMENT_SIZE of the file, the last may be shorter */
};

struct attachment_list {
    const struct attachment *items;
    size_t count; /* at most ATTACHMENT_COUNT_MAX */
};

extern const struct form part_form;
extern const struct form attachment_form;

/* How many segments a file of `size` bytes has. */
size_t attachment_segment_count(int64_t size);
/* Do these bytes hash to the segment's hash? Also checks the segment's size; false for an index beyond the last. */
bool attachment_segment_matches(const struct attachment *attachment, size_t index,
                                struct span bytes);

/* Salted digests as a body names them. */
void part_digest_small(const uint8_t salt[SALT_SIZE], struct span bytes, uint8_t out[DIGEST_SIZE]);
void part_digest_attachment(const uint8_t salt[SALT_SIZE], const struct attachment *attachment,
                            uint8_t out[DIGEST_SIZE]);

/* The part with this number; NULL when there is none. */
const struct part *part_list_find(const struct part_list *parts, uint16_t number);
/* The attachment that is part `number`; NULL when there is none. */
const struct attachment *attachment_list_find(const struct attachment_list *attachments,
                                              uint16_t number);

/* For readers of bodies with fields `parts` and `attachments`: numbers rise, each attachment has its part and each
 * attachment part its attachment, sizes agree. */
void parts_check(const struct json_object *object, const struct part_list *parts,
                 const struct attachment_list *attachments);

#endif
