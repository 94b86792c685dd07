/*
 * Judge: what the files of agreement_permit share: one asking, and how it is refused. Not for other folders.
 */
#ifndef BESA_AGREEMENT_JUDGE_H
#define BESA_AGREEMENT_JUDGE_H

#include "agreement/permit.h"
#include "base/attributes.h"

/* One asking: the question, who is who, and the ruling that grows. */
struct judge {
    const struct agreement *agreement;
    const struct permit_question *question;
    const struct agreement_party *sender;
    const struct agreement_party *receiver;
    struct ruling *ruling;
};

/* What every body says, whichever type it is. */
struct body {
    struct span language;
    uint64_t handling;
    enum classification classification;
    bool is_training;
    bool has_no_death_penalty;
    const struct transfer *transfer; /* of the whole body; NULL when it names none */
    const struct attachment_list *attachments;
};

/* One person or text in the message. */
struct subject {
    const struct marking *marking;
    const struct person *person; /* NULL for a text */
    const char *kind;            /* "person", "item", "item in part" */
    size_t number;               /* from 1, as officers count */
};

/* Writes "agreement ro-al/1, clause 4.2: text". */
void judge_text(const struct judge *judge, enum clause clause, char out[RULING_TEXT_SIZE],
                const char *text);
/* Refuses under the clause, with one text for officers and partner. Always false. */
bool judge_refuse(struct judge *judge, enum clause clause, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* After judge_refuse: what the partner reads instead. Always false. */
bool judge_partner_reads(struct judge *judge, enum clause clause, const char *text);
/* A code as it may be shown; anything else could be a person's data, or no UTF-8, and is "?". */
struct span judge_shown(struct span code);
/* At most `size` bytes, cut between characters. */
struct span judge_clipped(struct span text, size_t size);

/* Rules of a body and of each thing in it. */
bool purpose_permit(struct judge *judge, enum purpose purpose);
bool offences_permit(struct judge *judge, uint64_t offences, enum purpose purpose);
bool handling_permit(struct judge *judge, uint64_t handling);
bool classification_permit(struct judge *judge, enum classification classification);
/* Every person and text of the message, those in parts too; notes why a second officer approves. */
bool subjects_permit(struct judge *judge, const struct body *body);
/* The ground of the words of a message, persons or not; asked only of what leaves the Union. `who`: what stands on it. */
bool body_transfer_permit(struct judge *judge, const char *who, const struct transfer *transfer);
size_t subjects_count(const struct permit_question *question);
/* Nothing of another provider, and nothing under a handling code, goes by one officer's word. */
bool subjects_permit_alone(struct judge *judge);
/* What needs a second officer names one, or goes by the rule for emergencies; after all other rules, which note why. */
bool approval_permit(struct judge *judge);
/* How many items one officer sends alone in this message: by its body, which says them all whether its parts are here or not. */
int64_t approval_alone_count(const struct permit_question *question);
/* The cap of the most protected item that stands in the body itself, in ms. */
int64_t subjects_erase_after_ms(const struct judge *judge);

#endif
