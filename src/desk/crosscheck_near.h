/*
 * Cross-check by likeness: people of the own index whom a request may mean although nothing of them is the same letter for letter,
 * from a measured score on (own_least.h), besides those who are found exactly. A hint to look at, by the reader's rights; nobody
 * else is told, and nothing follows of it. Private to desk.
 */
#ifndef BESA_DESK_CROSSCHECK_NEAR_H
#define BESA_DESK_CROSSCHECK_NEAR_H

#include "desk/crosscheck.h"
#include "desk/own_find.h"

/* Who takes what is found, the likeliest of each person first. */
struct crosscheck_near {
    bool (*tell)(void *context, const struct own_finding *finding,
                 const struct own_candidate *candidate, struct error *err);
    void *context;
    int64_t people[CROSSCHECK_NEAR_MAX];
    size_t count;
    bool is_cut; /* there are more whom the reader may see */
};

/* After crosscheck_own, for the viewer that it was asked for. Without search files nobody is found. */
bool crosscheck_near(struct crosscheck *check, struct crosscheck_near *near, struct error *err);

#endif
