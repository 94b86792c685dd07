/*
 * Pieces of an answer to a resume: the partner's side holds the sealed answer while it is asked for, the asker gathers
 * it. Bytes are piece_form.h; what they say is journal/resume.h.
 */
#ifndef BESA_EXCHANGE_PIECE_H
#define BESA_EXCHANGE_PIECE_H

#include "exchange/piece_form.h"
#include "journal/resume.h"

/* --- the partner's side: one answer a partner, in the writer --- */

#define PIECE_HELD_MS 600000 /* not asked for so long: the asker has gone, or starts over */

struct piece_held {
    uint64_t tag; /* 0: nothing is held */
    int64_t asked_ms;
    struct buffer question;
    struct buffer answer;
};
/* One piece into `out`. MISSING: the answer is held no more; else as journal_resume_answer. */
bool piece_answer(struct journal *journal, struct journal_line *line, struct piece_held *held,
                  struct span bytes, struct buffer *out, struct error *err);
/* Gives back what nobody asked for lately. */
void piece_held_tidy(struct piece_held *held, int64_t now_ms);
void piece_held_end(struct piece_held *held);

/* --- the asker --- */

struct gather {
    struct buffer question; /* that all of it answers */
    struct buffer bytes;    /* what came; it outlives a failed call */
    uint64_t tag;
    uint32_t total;
    size_t slice;  /* bytes asked for at once */
    bool is_plain; /* the partner knows no pieces: it is asked for the whole */
};
void gather_make(struct gather *gather);
void gather_free(struct gather *gather);
/* `body` holds the question of a resume: what is asked for next takes its place. */
bool gather_ask(struct gather *gather, struct buffer *body, struct error *err);
/* Takes one answer; *is_whole: `answer` is then the whole. False: it does not fit, and all starts over. */
bool gather_take(struct gather *gather, struct buffer *answer, bool *is_whole, struct error *err);
/* No answer came: smaller pieces. It came soon: larger ones. */
void gather_pace(struct gather *gather, bool is_answered, int64_t took_ms);
/* Status 404: the partner holds it no more, or knows no pieces. Else, and then it is true, there is nothing to give: that
 * is said to the plain question, or as a denial in words (`is_told`) to the first piece. */
bool gather_missed(struct gather *gather, bool is_told);

#endif
