/*
 * Roles: who may do what. One table of acts and roles, asked for every act through whichever door it comes (command line,
 * API); an act without a row is nobody's. Each role has the least that its work needs: who keeps the officers' list reads
 * no content, who reads content does not suspend the agreement, and only some roles may approve.
 */
#ifndef BESA_DESK_ROLES_H
#define BESA_DESK_ROLES_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/span.h"

enum role {
    ROLE_DUTY_OFFICER,
    ROLE_INVESTIGATOR,
    ROLE_ANALYST,
    ROLE_APPROVER,
    ROLE_HEAD_OF_DESK,
    ROLE_SIGNATORY,
    ROLE_DPO,
    ROLE_AUDITOR,
    ROLE_SUPERVISORY_AUTHORITY,
    ROLE_SECURITY_OFFICER,
    ROLE_ADMINISTRATOR,
    ROLE_COUNT
};
extern const char *const role_names[ROLE_COUNT];

struct role_rule {
    const char *act;
    uint32_t roles; /* bit (1 << role) of each that may */
};
/* Desk acts and the node's own alike. */
extern const struct role_rule role_rules[];
extern const size_t role_rule_count;

/* False when it names none. */
bool role_read(struct span name, enum role *out);
bool role_permits(enum role role, const char *act);
/* RULE, naming act and role, unless this role may do the act. */
bool role_check(struct span role_name, const char *act, struct error *err);
/* RULE unless this role may approve this act of another officer. */
bool role_check_approver(struct span role_name, const char *act, struct error *err);

/* Acts that stay at the node's command line, each with the reason; every other act has a route of the API. */
struct role_at_node {
    const char *act;
    const char *why;
};
extern const struct role_at_node roles_at_node[];
extern const size_t role_at_node_count;

/* docs/roles.md, from the tables. Errors are the buffer's. */
void roles_document(struct buffer *out);

#endif
