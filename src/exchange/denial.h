/*
 * Denial: what a node answers when it does not do what was asked, as JSON, and what the asker reads out of it:
 * {"error":word,"held":size,"index":first bad index,"retry_ms":..,"protocol":..,"protocol_oldest":..,"text":plain words}.
 * The reader takes anything: a partner that errs, or is newer, must not stop the courier.
 */
#ifndef BESA_EXCHANGE_DENIAL_H
#define BESA_EXCHANGE_DENIAL_H

#include "base/buffer.h"
#include "base/span.h"
#include "journal/version.h"

enum denial_word {
    WORD_OTHER, /* no word that we know */
    WORD_BEHIND,
    WORD_FORK,
    WORD_SUSPENDED,
    WORD_BUSY,
    WORD_VERSION,
    WORD_CLOCK,
    WORD_INVALID,
    WORD_READ_ONLY,
    WORD_COUNT
};
extern const char *const denial_words[WORD_COUNT]; /* "other", "behind", ... */

#define DENIAL_SIZE_MAX 4096u
#define DENIAL_TEXT_MAX 300u
#define RETRY_MS_MAX    60000 /* no partner makes us wait longer */

struct denial {
    enum denial_word word;
    bool has_held;
    uint64_t held; /* the size of its mirror of our log */
    uint64_t index;
    int64_t retry_ms;              /* 0: it does not say */
    struct version_range protocol; /* newest 0: it does not say */
    char text[DENIAL_TEXT_MAX + 1];
};

bool denial_write(const struct denial *denial, const char *word, struct buffer *out);
/* `status` is that of HTTP: 503 and 429 mean busy even when nothing else can be read. */
void denial_read(unsigned status, struct span answer, struct denial *out);

#endif
