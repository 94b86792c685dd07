/*
 * The world of the demonstration's year: its nodes opened in this one process, with a clock that runs ahead from the past
 * and a line between them that is memory. All else is what runs in earnest: the acts, the logs, the keepers' processes, the
 * courier's sealed posts, custody and receipts. The process ends with it.
 */
#ifndef BESA_CMD_DEMO_WORLD_H
#define BESA_CMD_DEMO_WORLD_H

#include "cmd/demo.h"
#include "cmd/node.h"

/* --- the clock --- */

/* From here on this process, and each that it makes, lives so long ago. Once. */
bool demo_clock_begin(int64_t ago_ms, struct error *err);
/* Moves on to that time; back never. */
void demo_clock_to(int64_t time_ms);
/* The end of the past: now is now. */
void demo_clock_end(void);

/* --- the nodes --- */

#define DEMO_NODE_MAX 3

struct demo_call;
struct demo_world;

struct demo_node {
    struct demo_world *world;
    const struct place *place;
    struct node *node;
    bool has_news; /* something came or went: the cross-check has not seen it */
};

struct demo_world {
    struct demo_node nodes[DEMO_NODE_MAX];
    size_t count;
    struct demo_call *calls; /* under way */
    uint64_t acts;           /* done by officers */
};

/* Homes that are made, paired and under their agreements. Close in every case. */
bool demo_world_open(struct demo_world *world, const struct place *const *places, size_t count,
                     struct error *err);
void demo_world_close(struct demo_world *world);

/* Lets everything that is on its way arrive, be receipted and cross-checked. LINK when it does not come to rest. */
bool demo_world_settle(struct demo_world *world, struct error *err);

/* One act of an officer of that node. Empty strings are left out. */
struct demo_act {
    const char *name;
    const char *officer;
    const char *approver;
    const char *reason;
    const char *case_number;
    struct span arguments;
    struct span body;
};
/* The result is read; the caller frees it with result_free. */
bool demo_world_act(struct demo_node *node, const struct demo_act *act, struct result **result,
                    struct error *err);

#endif
