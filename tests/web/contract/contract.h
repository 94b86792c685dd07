/*
 * Contract: one call of the API over a real listener, and its answer held against the document that the node itself gives out:
 * status, type and body. What the tests of the contract share.
 */
#ifndef BESA_TESTS_WEB_CONTRACT_H
#define BESA_TESTS_WEB_CONTRACT_H

#include "base/attributes.h"
#include "base/text.h"
#include "desk/roles.h"
#include "web/support/live.h"
#include "web/support/schema.h"

#define UNKNOWN   "01890a5d-ac96-774b-bcce-b302099a8057"
#define ROUTE_MAX 256

extern struct live live;
extern struct live_session sessions[ROLE_COUNT];
extern json_t *document;
extern unsigned called[ROUTE_MAX]; /* with success, by route */
extern unsigned problems_seen;
extern struct error err;

struct ask {
    const char *method;
    const char *route; /* as the table has it */
    const char *id;    /* for {id} */
    const char *query;
    const struct live_session *session;
    const char *body; /* NULL: none; "" an empty object */
    const char *type; /* of the body; NULL: the route's */
    const char *fields;
    unsigned status; /* 0: whichever the document knows */
    bool without_csrf;
    bool without_length; /* of the body */
};
bool ask(const struct ask *ask, struct live_answer *answer);
/* The same where nothing of the answer is wanted. */
bool done(const struct ask *asked);
/* A text field of the answer's body. */
bool field_take(const struct live_answer *answer, const char *name, char *out, size_t size);
/* A call whose answer names something: its name. */
bool made(const struct ask *asked, const char *name, char *out, size_t size);
const struct live_session *as(enum role role);

/* Both nodes do what waits. */
void settle(void);
/* A request of the partner that has arrived here. */
bool arrived(unsigned number, char item[UUID_TEXT_SIZE]);

/* The node, its document, and a fresh log-in of every role: the clock of the books runs ahead as they settle, so each test
 * begins with log-ins that still count as proofs. */
bool contract_open(void);
bool all_log_in(void);
void contract_close(void);
#define RUN(test)                                                                                  \
    do {                                                                                           \
        CHECK(all_log_in());                                                                       \
        CHECK_RUN(test);                                                                           \
    } while (0)

#endif
