/*
 * Clauses: the numbered rules of every Besa agreement. A ruling names the clause that decided; docs/agreement.md lists
 * them from this table.
 */
#ifndef BESA_AGREEMENT_CLAUSE_H
#define BESA_AGREEMENT_CLAUSE_H

#include "base/buffer.h"

/* Positions in agreement_clauses[]; the numbers people see are in the table. */
enum clause {
    CLAUSE_PARTIES,
    CLAUSE_PERIOD,
    CLAUSE_TRAINING,
    CLAUSE_SUSPENSION,
    CLAUSE_TERMINATION,
    CLAUSE_AMENDMENT,
    CLAUSE_LEGAL_BASES,
    CLAUSE_AUTHORITIES,
    CLAUSE_MESSAGE_TYPES,
    CLAUSE_LANGUAGES,
    CLAUSE_DECLARATIONS,
    CLAUSE_SIZES,
    CLAUSE_QUOTAS,
    CLAUSE_PURPOSES,
    CLAUSE_OFFENCES,
    CLAUSE_PERSON_FIELDS,
    CLAUSE_PROTECTED_PERSONS,
    CLAUSE_RETENTION,
    CLAUSE_HANDLING_CODES,
    CLAUSE_CLASSIFICATION,
    CLAUSE_SOURCE_SYSTEMS,
    CLAUSE_TRANSFER_GROUND,
    CLAUSE_TRANSFER_SINGLE,
    CLAUSE_TRANSFER_RIGHTS,
    CLAUSE_DEADLINES,
    CLAUSE_URGENCY,
    CLAUSE_CLARIFICATION,
    CLAUSE_DELAY,
    CLAUSE_SECOND_APPROVAL,
    CLAUSE_EMERGENCY,
    CLAUSE_COUNT
};

struct agreement_clause {
    const char *number; /* "4.2" */
    const char *title;  /* "offences" */
    const char *rule;   /* what it rules, one sentence */
};

extern const struct agreement_clause agreement_clauses[CLAUSE_COUNT];

/* The clause with this number into *out; false when there is none. */
bool clause_find(struct span number, enum clause *out);
/* The table as Markdown, as docs/agreement.md holds it. */
void clauses_write(struct buffer *out);

#endif
