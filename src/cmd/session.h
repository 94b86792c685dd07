/*
 * Session: where a command's acts go: to the running node, or, when none runs, into a node opened in this process for as
 * long as the session lasts.
 */
#ifndef BESA_CMD_SESSION_H
#define BESA_CMD_SESSION_H

#include "cmd/command.h"
#include "cmd/control.h"

struct session {
    const struct options *options;
    struct home home;
    struct node *node; /* NULL: through the control socket */
};

bool session_open(const struct options *options, struct session *out, struct error *err);
void session_close(struct session *session);
/* A list that pages: --limit and --after. (acts.c) */
int command_list(struct options *options, int argc, char **argv, const char *act);
/* One act; officer, reason, case and approver come from the options. `fd` -1: none. `what` names long work. */
bool session_ask(struct session *session, const char *act, struct span arguments, struct span body,
                 int fd, const char *what, struct buffer *result, struct problems *problems,
                 struct error *err);

#endif
