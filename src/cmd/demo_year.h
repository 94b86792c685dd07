/*
 * The demonstration's year: fictional cases of five kinds between Bucharest, Tirana and Athens, each opened, sent, asked
 * back, answered, refused, read and closed by officers at their times. The nodes are real and the past is lived, not
 * written: every row comes from an act, every message from a signed log with its receipt (demo_world.h).
 */
#ifndef BESA_CMD_DEMO_YEAR_H
#define BESA_CMD_DEMO_YEAR_H

#include "cmd/demo_world.h"

#define DEMO_YEAR_MS   (INT64_C(365) * 86400000)
#define DEMO_CASES_MAX 400u /* a year of a busy desk; each costs some tenths of a second */

/* Who works at a node beside those of struct place. Lists end with a NULL id. */
struct demo_staff {
    const char *id;
    const char *name;
    const char *role;
    const char *unit;
};
const struct demo_staff *demo_staff_of(const char *party);

/* A table of fictional people as `besa own import` takes it: the year's suspects, under the spelling of their register. */
bool demo_people_write(const char *path, uint64_t seed, const char *party, struct error *err);

/* Lives the year in open nodes, whose clock stands a year ago: `count` cases (at most DEMO_CASES_MAX), the same for the same
 * seed but for keys and identifiers. `told` hears of each month; may be NULL. */
bool demo_year_live(struct demo_world *world, uint64_t seed, size_t count,
                    void (*told)(const char *month, size_t cases, uint64_t acts),
                    struct error *err);

#endif
