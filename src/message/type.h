/*
 * Message types: the one table that every layer asks. A new type is a row here, a file beside it and a case in
 * the journal's apply.
 */
#ifndef BESA_MESSAGE_TYPE_H
#define BESA_MESSAGE_TYPE_H

#include "base/arena.h"
#include "base/problems.h"
#include "base/span.h"

struct attachment_list;
struct form;
struct item;
struct part_list;

/* Stored in rows: numbers are never reused. */
enum message_type {
    MESSAGE_UNKNOWN =
        0, /* a name or version that this node does not know: held, handled after an upgrade */
    MESSAGE_REQUEST = 1,
    MESSAGE_ANSWER = 2,
    MESSAGE_OPENED = 3,
    MESSAGE_ASSIGNED = 4,
    MESSAGE_OUTCOMES = 5,
    MESSAGE_WITHDRAWN = 6,
    MESSAGE_ERASED = 7,
    MESSAGE_PARTS_HELD = 8,
    MESSAGE_CLOCK_DISPUTE = 9,
    MESSAGE_ACT = 10,
    MESSAGE_FILLER = 11,
    MESSAGE_SUCCESSION = 12,
    MESSAGE_AGREEMENT_PROPOSAL = 13,
    MESSAGE_AGREEMENT_SIGNATURE = 14,
    MESSAGE_AGREEMENT_REFUSAL = 15,
    MESSAGE_AGREEMENT_WITHDRAWAL = 16,
    MESSAGE_SUSPENSION = 17,
    MESSAGE_SUSPENSION_LIFTED = 18,
    MESSAGE_TERMINATION = 19,
    MESSAGE_KEY_REVOCATION = 20,
    MESSAGE_CLARIFICATION = 21,
    MESSAGE_CLARIFICATION_REPLY = 22,
    MESSAGE_ACCESS_DECISION = 23,
    MESSAGE_DELAY_NOTICE = 24,
    MESSAGE_URGENCY_NOT_SHARED = 25,
    MESSAGE_URGENCY_REPLY = 26,
    MESSAGE_SPONTANEOUS = 27,
};
#define MESSAGE_TYPE_COUNT 28 /* with MESSAGE_UNKNOWN */

enum message_sender {
    SENDER_ANY,       /* either party */
    SENDER_REQUESTED, /* the party that received the request named in in-reply-to */
    SENDER_HOLDER,    /* the party that holds a copy of what it names */
    SENDER_WRITER,    /* the party in whose log the named entry stands */
    SENDER_SELF,      /* the node, in its own domestic log */
};

enum message_retention {
    RETENTION_BUSINESS, /* the agreement's caps by person category and case */
    RETENTION_BOOKS,    /* about the exchange itself, no person in it: as long as heads */
    RETENTION_ACCESS,   /* acts and accesses in the domestic log */
    RETENTION_NONE,     /* no body */
};

struct message_type_row {
    const char *name; /* "request" */
    unsigned version;
    enum message_sender sender;
    enum message_retention retention;
    bool has_body;
    bool owes_outcome; /* the receiver reports what it did with it */
    bool is_business;  /* stopped by a suspension; books, erasures and withdrawals go on */
    bool
        is_governance; /* about the agreement itself: passes without being listed, like the books */
    bool is_domestic;  /* stands in a domestic log only */
    bool is_of_any_log;      /* stands in domestic and outgoing logs alike */
    bool needs_in_reply_to;  /* malformed without */
    enum message_type about; /* what in-reply-to must name; MESSAGE_UNKNOWN: as `sender` says */
    const struct form *form; /* reads, checks and writes the body; NULL without body */
    const char *meaning;     /* one sentence */
};

/* By enum message_type; row MESSAGE_UNKNOWN has no name. */
extern const struct message_type_row message_types[MESSAGE_TYPE_COUNT];
extern const char *const message_sender_names[];
extern const char *const message_retention_names[];

/* MESSAGE_UNKNOWN when the node does not know this name in this version. */
enum message_type message_type_find(struct span name, unsigned version);
/* "request"; "unknown". */
const char *message_type_name(enum message_type type);
unsigned message_type_version(enum message_type type);
bool message_type_is_business(enum message_type type);
/* Proposals, signatures, suspensions and the like. */
bool message_type_is_governance(enum message_type type);
/* Known, and not of a domestic log. */
bool message_type_is_exchanged(enum message_type type);
bool message_type_owes_outcome(enum message_type type);
/* Moves or suspends the time limit of a request. */
bool message_type_is_of_clock(enum message_type type);

/*
 * Reads a body of any known type into a struct of that type in the arena (struct request for MESSAGE_REQUEST, ...).
 * NULL with problems; also for types without body.
 */
const void *message_read(enum message_type type, struct span body, struct arena *arena,
                         struct problems *problems);
/* Parts and attachments that a body read as above names. False, and both NULL, for types that have none. */
bool message_parts(enum message_type type, const void *body, const struct part_list **parts,
                   const struct attachment_list **attachments);
/* Items that stand in a body read as above, outside of its parts; 0 and NULL for types that give none. */
size_t message_items(enum message_type type, const void *body, const struct item **items);
/* Gives items: in the body or as small parts. */
bool message_type_gives_items(enum message_type type);

#endif
