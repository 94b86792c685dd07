/*
 * Second: the second officer at the command line. Who approves an act there, or confirms a draft, and has a password, proves
 * it: the node compares it before the act, on the thread that asks, and not in the writer. Who has none yet is taken by
 * name, since the first passwords are given by two who have none (docs/login.md).
 */
#ifndef BESA_CMD_SECOND_H
#define BESA_CMD_SECOND_H

#include "cmd/node.h"
#include "crypto/password.h"

/* SESSION when the password is wanted and none came; RULE when it is wrong, which leaves an entry, or only a one-time one.
 * `is_pumping` as for node_act. */
bool node_second_prove(struct node *node, bool is_pumping, const struct control_request *request,
                       struct error *err);

/* What was typed, kept for a command that asks more than once. */
struct second_typed {
    char officer[NAME_SIZE_MAX + 1];
    char password[PASSWORD_SIZE_MAX + 1];
};
/* Sends the request; and once more with what the second officer types, where the node wants it. `kept` may be NULL. */
typedef bool second_send(void *context, const struct control_request *request, struct error *err);
bool second_ask(struct control_request *request, struct second_typed *kept, second_send *send,
                void *context, struct error *err);

#endif
