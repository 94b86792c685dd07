/*
 * The bytes of `/1/resume-piece`: an answer to a resume may be as large as a post, a lane of pulls carries a segment, and a
 * thin line carries neither at once. So the answer is sealed once, held, and asked for in pieces. Binary, big-endian,
 * docs/protocol.md 3.5b. Pure.
 */
#ifndef BESA_EXCHANGE_PIECE_FORM_H
#define BESA_EXCHANGE_PIECE_FORM_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"
#include "journal/resume_form.h"

#define PIECE_SIZE_MIN (16u * 1024u) /* each is a call and a job of the writer */
#define PIECE_SIZE_MAX SEGMENT_SIZE  /* a lane carries no more */

/* "besarsq1" | tag u64 | at u32 | size u32 | the question of a resume */
struct piece_question {
    uint64_t tag;  /* of the answer that is held; 0: it is to be made */
    uint32_t at;   /* bytes that the asker has; 0 without a tag */
    uint32_t size; /* PIECE_SIZE_MIN to PIECE_SIZE_MAX: what it takes at once */
    struct span question;
};
#define PIECE_QUESTION_HEADER_SIZE (8u + 8u + 4u + 4u)
#define PIECE_QUESTION_SIZE_MAX    (PIECE_QUESTION_HEADER_SIZE + RESUME_QUESTION_SIZE_MAX)
bool piece_question_write(const struct piece_question *question, struct buffer *out);
/* `out` points into `bytes`. INPUT or LIMIT. */
bool piece_question_read(struct span bytes, struct piece_question *out, struct error *err);

/* "besarsp1" | tag u64 | total u32 | bytes */
struct piece {
    uint64_t tag;      /* never 0 */
    uint32_t total;    /* of the whole answer, 1 to RESUME_ANSWER_SIZE_MAX */
    struct span bytes; /* 1 to PIECE_SIZE_MAX */
};
#define PIECE_HEADER_SIZE (8u + 8u + 4u)
bool piece_write(const struct piece *piece, struct buffer *out);
bool piece_read(struct span bytes, struct piece *out, struct error *err);

#endif
