/*
 * Two paired nodes for a measurement: A in this process as `besa serve` runs it, B a real `besa serve`; and the wait until
 * nothing is under way between them.
 */
#ifndef BESA_BENCH_SCENE_H
#define BESA_BENCH_SCENE_H

#include "cmd/node.h"
#include "real/nodes.h"

struct scene {
    struct node_run a;
    struct node_run b;
    struct node *node;
};

/* Makes homes, pairing and agreement, starts both. Close it in every case. */
bool scene_open(struct scene *scene, struct error *err);
/* The same in a directory of the caller's, which stays; homes that are there already are opened as they are. */
bool scene_open_at(struct scene *scene, const char *directory, struct error *err);
void scene_close(struct scene *scene);

struct scene_backlog {
    int64_t unhandled; /* entries in B's custody that are not applied */
    double seconds;    /* until all was handled, and its outcomes receipted and handled at A */
};
bool scene_settle(struct scene *scene, struct scene_backlog *out, struct error *err);

#endif
