/* A home of its own under /tmp with a node that has keys, books and one officer; for tests of what stands on it. */
#ifndef BESA_TESTS_CMD_SUPPORT_NODE_HOME_H
#define BESA_TESTS_CMD_SUPPORT_NODE_HOME_H

#include "cmd/node.h"

struct node_home {
    char directory[64];
    struct home home;
    struct node *node;
    pthread_t writer;
    bool has_writer;
    int stop; /* atomic */
};

/* Party ro, officer ana, case c-1. Ends the program when it cannot. */
void node_home_make(struct node_home *out);
/* TLS key and certificate of ro.besa.invalid, as `besa init` makes them. */
void node_home_tls(const struct node_home *home);
/* A thread that pumps, as in the running node. */
void node_home_write(struct node_home *home);
void node_home_free(struct node_home *home);

/* One act by ana with a reason and case c-1, pumped here unless the writer runs. The result replaces `result`. */
bool node_home_act(struct node_home *home, const char *act, const char *arguments,
                   struct buffer *result, struct error *err);

#endif
