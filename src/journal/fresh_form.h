/*
 * The bytes of `/1/fresh` (docs/protocol.md 3.5c): what a node whose keeper lost its record asks of its partner, and what the
 * partner's keeper says. Pure. Both are JSON.
 *
 * Question: {"nonce": of the keeper, "out": our log to the partner, "in": the partner's log to us, "domestic": our own log},
 * each log only where the keeper waits for it. Answer: {"words": [...]}, one for each log that the partner knows.
 */
#ifndef BESA_JOURNAL_FRESH_FORM_H
#define BESA_JOURNAL_FRESH_FORM_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"
#include "crypto/signature.h"
#include "keeper/client.h"

#define FRESH_QUESTION_SIZE_MAX 1024u /* a number and three origins */
#define FRESH_ANSWER_SIZE_MAX   4096u
#define FRESH_WORD_COUNT_MAX    3u

struct fresh_question {
    uint8_t nonce[KEEPER_NONCE_SIZE];
    char out[ORIGIN_SIZE_MAX + 1]; /* empty: not asked for */
    char in[ORIGIN_SIZE_MAX + 1];
    char domestic[ORIGIN_SIZE_MAX + 1];
};
bool fresh_question_write(const struct fresh_question *question, struct buffer *out);
bool fresh_question_read(struct span bytes, struct fresh_question *out, struct error *err);

/* How much the partner holds of one log, signed for the nonce (keeper/fresh.h). */
struct fresh_word {
    char origin[ORIGIN_SIZE_MAX + 1];
    uint64_t size;
    struct tlog_hash root;
    uint8_t signature[SIGNATURE_SIZE];
    int64_t time_s; /* of the asker's own receipt, where the log is the partner's; else 0 */
    uint8_t receipt[SIGNATURE_SIZE];
};
struct fresh_answer {
    struct fresh_word words[FRESH_WORD_COUNT_MAX];
    size_t count;
};
bool fresh_answer_write(const struct fresh_answer *answer, struct buffer *out);
bool fresh_answer_read(struct span bytes, struct fresh_answer *out, struct error *err);

#endif
