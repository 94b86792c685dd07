/*
 * Script: a short history without chance. Officers do what stands in it, one after the other; each act is asked again until
 * it is done, and the nodes become level before the next. Both nodes are closed and opened before the end. Its one fault is
 * a power loss, if one is asked for.
 */
#ifndef BESA_TESTS_SIM_SCRIPT_H
#define BESA_TESTS_SIM_SCRIPT_H

#include "sim/world.h"

#define SCRIPT_STEP_MAX 8u

struct script_step {
    size_t side;
    enum act_kind kind;
    unsigned target; /* the step, counted from 1, whose message it is about; 0: none */
};
struct script {
    const char *name;
    struct script_step steps[SCRIPT_STEP_MAX];
    size_t count;
    enum event_kind event; /* then; of side 0 */
};

/* False when a promise was broken, or an act is never done. */
bool script_play(struct world *world);

#endif
