/*
 * Request for information: what one authority asks of the other, with every field that Directive (EU) 2023/977 Art. 4
 * and the practice of the Convention demand (docs/safeguards.md b2). Two declarations by a named officer stand in it; a request
 * without them is no request.
 */
#ifndef BESA_MESSAGE_REQUEST_H
#define BESA_MESSAGE_REQUEST_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/problems.h"
#include "message/part.h"
#include "message/person.h"

/* Why it is urgent (b1). 0 is not urgent. */
enum urgency_ground {
    URGENCY_NONE,
    URGENCY_THREAT_PUBLIC_SECURITY,
    URGENCY_THREAT_LIFE,
    URGENCY_RESTRICTIVE_MEASURES,
    URGENCY_LOSS_OF_RELEVANCE,
    URGENCY_GROUND_COUNT
};
extern const char *const urgency_ground_names[URGENCY_GROUND_COUNT]; /* [0] NULL */

/* Where the same matter was sent already (g18). */
enum foreign_channel {
    CHANNEL_SIENA,
    CHANNEL_INTERPOL,
    CHANNEL_SELEC,
    CHANNEL_EUROJUST,
    CHANNEL_FRONTEX,
    CHANNEL_LIAISON,
    CHANNEL_PROSECUTOR,
    CHANNEL_OTHER,
    CHANNEL_COUNT
};
extern const char *const foreign_channel_names[CHANNEL_COUNT];

struct foreign_reference {
    enum foreign_channel channel;
    struct span reference;
};

#define REFERENCE_SIZE_MAX          64
#define AUTHORITY_SIZE_MAX          200
#define ADDRESS_SIZE_MAX            400
#define REQUEST_FACTS_SIZE_MAX      8000
#define REQUEST_ASKED_SIZE_MAX      4000
#define REQUEST_REASON_SIZE_MAX     2000
#define FOREIGN_REFERENCE_COUNT_MAX 16

struct request {
    struct span reference;        /* the sender's own */
    struct span case_reference;   /* may be empty */
    bool has_refers_to;           /* asks again: after the answer to */
    uint8_t refers_to[UUID_SIZE]; /* an earlier request of its writer */
    struct span authority;        /* requesting authority */
    struct span address;
    struct span officer;     /* pseudonym, new per partner and month */
    struct span approved_by; /* pseudonym of a second officer; empty: nobody was asked */
    enum purpose purpose;
    uint64_t offences; /* OFFENCE_BIT; may be empty only for PURPOSE_MISSING_PERSONS */
    struct span facts;
    struct span asked; /* as precise as possible */
    struct span believed_available_reason;
    const struct person *persons;
    size_t person_count; /* 0 to PERSON_COUNT_MAX */
    bool is_urgent;
    enum urgency_ground urgency_ground; /* exactly when is_urgent */
    struct span urgency_reason;         /* exactly when is_urgent */
    struct span language;
    uint64_t handling; /* of the request itself: HANDLING_BIT */
    struct span handling_note;
    enum classification classification;
    const struct foreign_reference *foreign_references;
    size_t foreign_reference_count;
    bool is_necessary_and_proportionate; /* declared; always true */
    bool is_believed_available;          /* declared; always true */
    bool
        has_no_death_penalty; /* declared: serves no death penalty or cruel treatment; always true */
    bool has_transfer;
    struct transfer
        transfer; /* of all persons whose own marking names none; not under Art. 38 for several */
    bool is_training; /* fictional data of an exercise */
    struct part_list parts;
    struct attachment_list attachments;
};

extern const struct form foreign_reference_form;
extern const struct form request_form;

bool request_read(struct span body, struct arena *arena, struct request *out,
                  struct problems *problems);
/* False when the buffer failed. */
bool request_write(const struct request *request, struct buffer *buffer);
/* The ground under which this person's data goes: its own, else the request's; NULL when there is none. */
const struct transfer *request_transfer_of(const struct request *request,
                                           const struct person *person);

#endif
