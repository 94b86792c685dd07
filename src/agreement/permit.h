/*
 * Permit: may this message pass under the agreement, by which clause, due when, erased when? Sender and receiver ask the
 * same function with the same head and body, so they cannot disagree. Pure: no clock, no randomness, no store.
 */
#ifndef BESA_AGREEMENT_PERMIT_H
#define BESA_AGREEMENT_PERMIT_H

#include "agreement/agreement.h"
#include "message/answer.h"
#include "message/request.h"
#include "message/spontaneous.h"

/* Rows of the deadline table. Stored in rulings: numbers are never reused. */
enum deadline_row {
    DEADLINE_NONE = 0,
    DEADLINE_URGENT_DIRECT = 1, /* also until the receiver says "indirectly accessible" (g8) */
    DEADLINE_URGENT_INDIRECT = 2,
    DEADLINE_OTHER = 3,
    DEADLINE_ROW_COUNT
};
extern const char *const deadline_row_names[DEADLINE_ROW_COUNT]; /* [0] NULL */

/* From when erase_after_ms counts. */
enum erase_from { ERASE_FROM_RECEIPT, ERASE_FROM_CLOSURE, ERASE_FROM_COUNT };
extern const char *const erase_from_names[ERASE_FROM_COUNT];

#define RULING_TEXT_SIZE 256

struct ruling {
    bool is_allowed;
    const char *clause;          /* "4.2": of the refusal, or under which it is allowed; static */
    char text[RULING_TEXT_SIZE]; /* for one's own officers; no personal data */
    char partner_text[RULING_TEXT_SIZE]; /* what the partner may read: never a source system */
    bool needs_second_approval;          /* approvals is not 0 */
    uint64_t approvals;                  /* why: bits of enum four_eyes */
    int64_t alone_count; /* items that one officer sends alone here; 0 with every other message */
    enum deadline_row row;
    int64_t due_after_ms; /* from custody; 0: no answer is due */
    int64_t
        erase_after_ms; /* cap of the body; each item has its own, earlier or equal, in its marking */
    enum erase_from erase_from; /* of erase_after_ms */
};

/* What is asked. Zero what does not apply. */
struct permit_question {
    struct span sender;   /* party in whose log the entry stands */
    struct span receiver; /* the other */
    enum message_type type;
    int64_t created_ms;            /* the head's `created`: the one time that both nodes judge by */
    const struct request *request; /* exactly with MESSAGE_REQUEST */
    const struct answer *answer;   /* exactly with MESSAGE_ANSWER */
    const struct spontaneous *spontaneous; /* exactly with MESSAGE_SPONTANEOUS */
    const void *parsed; /* the body of any other type that has rules of its own */
    const struct request *
        replied_about; /* of a clarification's reply: the request that it is about; NULL: erased here */
    /* Of what moves or suspends a limit: how much its sender has said about that request before, and how many of these were
     * questions. */
    int64_t clock_count;
    int64_t clarification_count;
    /* Of an answer that one officer sends alone: on what ground the request that it answers is urgent, in the books of whoever
     * asks; URGENCY_NONE: on none, or it is not there. */
    enum urgency_ground request_urgency;
    int64_t
        alone_count; /* and how many items its sender gave so in answer to that request before */
    const struct item *part_items; /* items that travel as small parts of the body */
    size_t part_item_count;
    bool is_undecided; /* a draft: who approves is not asked yet */
    bool is_suspended; /* by either party */
    int64_t ends_ms;   /* a termination that binds its writer: nothing new from then on; 0: none */
    int64_t body_size; /* bytes */
    int64_t
        day_size; /* bytes of bodies and attachments that this direction carried today before this message */
    int64_t request_count; /* requests that this direction carried today before this message */
};

/* Rules. Always fills *out; true when allowed. */
//= dir-2023-977 art 5(1)
bool agreement_permit(const struct agreement *agreement, const struct permit_question *question,
                      struct ruling *out);

/* Only erase_after_ms and erase_from: for what passed already, under this or another version. Fills *out. */
void agreement_retention(const struct agreement *agreement, const struct permit_question *question,
                         struct ruling *out);
/* Time left in a row of the table, in ms; 0 for DEADLINE_NONE. */
int64_t agreement_row_after_ms(const struct agreement *agreement, enum deadline_row row);
/* When an answer is due, Unix ms; 0 when none is. `received_ms`: the receiver's custody. */
int64_t agreement_due(int64_t received_ms, const struct ruling *ruling);

/* A ruling for the journal sequence: small canonical JSON, at most RULING_SIZE_MAX bytes. */
#define RULING_SIZE_MAX 2048
bool ruling_write(const struct ruling *ruling, struct buffer *out, struct error *err);
bool ruling_read(struct span bytes, struct ruling *out, struct error *err);

#endif
