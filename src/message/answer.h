/*
 * Answer to a request (docs/safeguards.md b3, b4): in whole, in part, nothing held, or refused with its grounds. Each item has
 * its marking; what the receiver needs to judge the whole is said once (LED Art. 7(2)).
 */
#ifndef BESA_MESSAGE_ANSWER_H
#define BESA_MESSAGE_ANSWER_H

#include "message/item.h"
#include "message/part.h"
#include "message/refusal.h"
#include "message/request.h"

enum answer_outcome {
    ANSWER_FULL,
    ANSWER_PARTIAL,
    ANSWER_NOTHING_HELD,
    ANSWER_REFUSED,
    ANSWER_OUTCOME_COUNT
};
extern const char *const answer_outcome_names[ANSWER_OUTCOME_COUNT];

#define ANSWER_REFUSAL_COUNT_MAX 16
#define ANSWER_JUDGE_SIZE_MAX    4000

struct answer {
    struct span reference;         /* the sender's own */
    struct span request_reference; /* the asker's; the entry answered is in-reply-to of the head */
    enum answer_outcome outcome;
    const struct item *items;
    size_t item_count; /* 1 or more for full and partial (parts count), none otherwise */
    const struct refusal *refusals;
    size_t refusal_count; /* 1 or more for partial and refused, none otherwise */
    struct span
        to_judge; /* what the receiver needs to judge accuracy, completeness, reliability, currency */
    struct span officer;                /* pseudonym */
    struct span approved_by;            /* pseudonym of the approving officer */
    enum urgency_ground emergency;      /* why one officer sent it alone; URGENCY_NONE: not so */
    struct span judicial_authorisation; /* reference; may be empty */
    bool has_supplements;               /* a further answer: what it adds to, or mends, */
    uint8_t supplements[UUID_SIZE];     /* an earlier one of its writer to the same request */
    struct span language;
    uint64_t handling; /* of the answer itself: HANDLING_BIT */
    struct span handling_note;
    enum classification classification;
    bool has_no_death_penalty; /* declared; true whenever something is given */
    bool has_transfer;
    struct transfer
        transfer; /* of all persons whose own marking names none; not under Art. 38 for several */
    bool is_training;
    struct part_list parts;
    struct attachment_list attachments;
};

extern const struct form answer_form;

bool answer_read(struct span body, struct arena *arena, struct answer *out,
                 struct problems *problems);
bool answer_write(const struct answer *answer, struct buffer *buffer);
/* The ground under which this person's data goes: its own, else the answer's; NULL when there is none. */
const struct transfer *answer_transfer_of(const struct answer *answer, const struct person *person);

#endif
