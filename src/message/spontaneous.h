/*
 * Own-initiative information: what one party gives the other unasked, because objective reasons show that it could be
 * relevant there. Its items are marked as those of an answer are; it asks for nothing and no time limit runs.
 */
//= dir-2023-977 art 7
#ifndef BESA_MESSAGE_SPONTANEOUS_H
#define BESA_MESSAGE_SPONTANEOUS_H

#include "message/item.h"
#include "message/part.h"
#include "message/request.h"

/* Whether the giver found itself bound to give it. */
enum provision {
    PROVISION_MAY,  /* it could be relevant to the other side */
    PROVISION_MUST, /* the same, of a serious offence: giving it is a duty */
    PROVISION_COUNT
};
extern const char *const provision_names[PROVISION_COUNT];

/* Why what is about a serious offence need not be given, and is all the same: grounds (c) and (f) of Art. 6(1), by the names
 * that they have in a refusal. */
enum provision_exception {
    EXCEPTION_NONE,
    EXCEPTION_C,     /* the judicial authorisation was refused */
    EXCEPTION_F_I,   /* essential interests of national security */
    EXCEPTION_F_II,  /* an investigation, or a person's safety */
    EXCEPTION_F_III, /* important interests of a legal person */
    EXCEPTION_COUNT
};
extern const char *const provision_exception_names[EXCEPTION_COUNT]; /* [0] NULL, "c", "f_i", ... */

#define SPONTANEOUS_RELEVANCE_SIZE_MAX 2000
#define SPONTANEOUS_JUDGE_SIZE_MAX     4000

struct spontaneous {
    struct span reference;      /* the sender's own */
    struct span case_reference; /* may be empty */
    struct span authority;      /* that gives it; a competent authority of the agreement */
    enum provision provision;
    enum provision_exception exception; /* NONE with MUST */
    enum purpose purpose;
    uint64_t offences;     /* OFFENCE_BIT; 0 only for missing persons, never with PROVISION_MUST */
    struct span relevance; /* the objective reasons */
    const struct item *items;
    size_t item_count;       /* something is given: here or in parts */
    struct span to_judge;    /* what the receiver needs to judge accuracy, completeness, currency */
    struct span officer;     /* pseudonym */
    struct span approved_by; /* pseudonym; the officer's own where nobody had to approve */
    struct span language;
    uint64_t handling; /* of the message itself: HANDLING_BIT */
    struct span handling_note;
    enum classification classification;
    const struct foreign_reference *foreign_references;
    size_t foreign_reference_count;
    bool has_no_death_penalty; /* declared; must be true */
    bool has_transfer;
    struct transfer transfer; /* of all persons whose own marking names none */
    bool is_training;
    struct part_list parts;
    struct attachment_list attachments;
};

extern const struct form spontaneous_form;

bool spontaneous_read(struct span body, struct arena *arena, struct spontaneous *out,
                      struct problems *problems);
bool spontaneous_write(const struct spontaneous *spontaneous, struct buffer *buffer);

#endif
