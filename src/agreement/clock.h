/*
 * The clock of a request: which row of the deadline table runs, what suspended it, when the answer is due. Both nodes know
 * the same facts with the same times (the custody of the other side), so both find the same answer, in whatever order the
 * facts came to them, and again after every restart. Pure; no clock of a machine is read.
 */
#ifndef BESA_AGREEMENT_CLOCK_H
#define BESA_AGREEMENT_CLOCK_H

#include "agreement/permit.h"

#define CLOCK_SIDE_MAX                                                                             \
    64u /* facts that one party may send about one request; the rest is refused */
#define CLOCK_EVENT_MAX      (2 * CLOCK_SIDE_MAX)
#define CLOCK_QUESTIONS_FREE 2 /* clarifications before the head of desk must ask */

enum clock_kind {
    CLOCK_QUESTION,        /* the requested party asks for clarification */
    CLOCK_REPLY,           /* the requesting party's reply to it */
    CLOCK_ACCESS,          /* the requested party: directly or indirectly accessible */
    CLOCK_URGENCY_DOUBTED, /* the requested party does not share the urgency */
    CLOCK_URGENCY_REPLY,   /* the requesting party agrees with that, or does not */
    CLOCK_DELAY,           /* the requested party waits for a judicial authorisation */
    CLOCK_KIND_COUNT
};

/* One message about the request that the partner of its writer holds in custody. */
struct clock_event {
    enum clock_kind kind;
    bool is_requested;   /* written by the requested party */
    uint64_t position;   /* in its writer's logs */
    uint64_t seen;       /* how much of the other party's logs the writer had: what it knew */
    int64_t time_ms;     /* custody by the other party */
    int64_t id;          /* of the message, here */
    int64_t about;       /* of a reply: the message that it replies to */
    bool is_yes;         /* indirectly accessible; urgency given up */
    int64_t expected_ms; /* of a delay: when the answer is expected */
};

struct clock_question {
    const struct agreement *agreement; /* the version under which the request came */
    struct span requested;             /* the party whose days are counted */
    int64_t received_ms;               /* its custody of the request */
    bool is_urgent;
    const struct clock_event *events; /* in any order; at most CLOCK_EVENT_MAX count */
    size_t event_count;
};

struct clock {
    enum deadline_row row;
    int64_t due_ms;            /* 0 while suspended */
    int64_t suspended_from_ms; /* 0: it runs */
    int64_t left_ms;           /* while suspended: what is left when the reply comes */
    int64_t suspended_ms;      /* in all, by questions that were replied to */
    int64_t
        delayed_to_ms; /* told in time that a judicial authorisation is awaited, until then; 0: not */
    unsigned question_count; /* that suspended it */
    int64_t open_question;   /* id; 0: none */
    bool is_access_decided;
    int64_t open_doubt; /* id of the doubt about its urgency that was not replied to; 0: none */
};

/* Always fills *out. */
//= dir-2023-977 art 5(1)
//= dir-2023-977 art 5(2)
//= dir-2023-977 art 6(3)
void agreement_clock(const struct clock_question *question, struct clock *out);

#endif
