/*
 * Statistics: the counts of one calendar year (UTC), for each agreement and direction (REQUIREMENTS b6): requests by urgency
 * and by what became of them, refusals by ground, limits exceeded because of a judicial authorisation, times to answer,
 * messages by type, and what one officer sent alone. Figures alone: no person, no reference, no officer.
 */
#ifndef BESA_DESK_STATISTICS_H
#define BESA_DESK_STATISTICS_H

#include "desk/desk.h"

#define STATISTICS_YEAR_MIN 2000
#define STATISTICS_YEAR_MAX 2999
#define STATISTICS_ROW_MAX  8192u /* 256 partners, two directions, some dozen figures */

/* One line of the table: who was asked by whom, what is counted, of which class, how much. */
struct statistics_row {
    struct span agreement;
    struct span partner;
    const char
        *direction; /* "received" or "sent"; of the requests, whoever wrote what is counted */
    const char *figure;
    struct span of; /* class, ground or type; empty: none */
    int64_t value;
};

/* Into the arena. INPUT when the year is none. */
bool statistics_count(struct journal *journal, int64_t year, struct arena *arena,
                      struct statistics_row **out, size_t *count, struct error *err);

#endif
