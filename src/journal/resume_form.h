/*
 * The bytes of `/1/resume` (docs/protocol.md 3.5a): what a node restored from an older backup asks of its partner, one range of
 * one log at a time, and what comes back. Pure.
 *
 * Question, JSON: {"log": origin, "from": entries held, "above": newest receipt held}.
 *
 * Answer, big-endian: magic 8 "besarsm1" | receipt count u16 | per receipt: size u64, root 32, signature of the log's key
 * 64 (zero where the answerer has none: not of the last one beyond `from`), T u64 s, custody cosignature 64 | heads, bodies, salts and small parts of [from, last size) in the form of a post
 * (post.h), sealed for the asker, with an empty checkpoint: it can never pass for a post. Nothing follows the receipts
 * when all of them are for entries that the asker holds (sizes up to `from`).
 */
#ifndef BESA_JOURNAL_RESUME_FORM_H
#define BESA_JOURNAL_RESUME_FORM_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"
#include "crypto/signature.h"
#include "tlog/tree.h"

#define RESUME_QUESTION_SIZE_MAX 1024u /* an origin and two numbers */
#define RESUME_RECEIPT_COUNT_MAX 64u   /* of one answer: as many as the answer to a post holds */
#define RESUME_RECEIPT_SIZE      (8u + TLOG_HASH_SIZE + SIGNATURE_SIZE + 8u + SIGNATURE_SIZE)
#define RESUME_ANSWER_SIZE_MAX   (POST_SIZE_MAX + 16u * 1024u)

struct resume_question {
    char origin[ORIGIN_SIZE_MAX + 1];
    uint64_t from;
    uint64_t above;
};
bool resume_question_write(const struct resume_question *question, struct buffer *out);
bool resume_question_read(struct span bytes, struct resume_question *out, struct error *err);

/* One receipt with the checkpoint that it is for. */
struct resume_receipt {
    uint64_t size;
    struct tlog_hash root;
    uint8_t log_signature[SIGNATURE_SIZE];
    int64_t time_s; /* T */
    uint8_t cosignature[SIGNATURE_SIZE];
};
/* Its checkpoint's signature is known. */
bool resume_has_checkpoint(const struct resume_receipt *receipt);

struct resume_answer {
    struct resume_receipt receipts[RESUME_RECEIPT_COUNT_MAX]; /* sizes rise; T may fall where two */
    size_t receipt_count;                                     /* machines gave them; at least 1 */
    struct span post;                                         /* the rest; empty: receipts alone */
};
/* Writes all but the post. */
bool resume_answer_begin(const struct resume_receipt *receipts, size_t count, struct buffer *out);
/* INPUT or LIMIT; the form alone. `post` points into `bytes`. */
bool resume_answer_read(struct span bytes, struct resume_answer *out, struct error *err);

#endif
