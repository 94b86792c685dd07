/*
 * Own least: the scores of the own index that are used as thresholds, and what was measured at such scores: how many people who
 * are in the index are found, how often another one is. A threshold without its error rates is a guess; each answer that used
 * one says both. Measured by `make bench ONLY=thresholds`; the table with its intervals stands in docs/search.md. Private to
 * desk.
 */
#ifndef BESA_DESK_OWN_LEAST_H
#define BESA_DESK_OWN_LEAST_H

#include "desk/own_find.h"

/* In percent. A list is linked by an analyst who judges each line; a cross-check stands beside what is found exactly. */
#define OWN_LEAST_SEARCH 0u /* all, the likeliest first */
#define OWN_LEAST_LINK   50u
#define OWN_LEAST_NEAR   70u

/* Shares in thousandths. */
struct own_measured {
    unsigned percent; /* of the score */
    struct own_rates {
        unsigned found;   /* of those who are in the index */
        unsigned another; /* of those who are not: somebody else reaches the score */
    } dated, name;        /* asked with name and date of birth; with the name alone */
};
extern const struct own_measured own_measured[];
extern const size_t own_measured_count;
/* The highest score that was measured, up to this one; NULL: none was. */
const struct own_measured *own_measured_at(unsigned percent);

/* How many of who was scored reach it: they stand first. */
size_t own_least_reached(const struct own_finding *finding, unsigned percent);
/* The field "least" of an object. */
void own_least_write(unsigned percent, struct json_writer *out);

#endif
