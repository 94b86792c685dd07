/*
 * Zone: the table of a party's local times for the period of an agreement, read once, when it is drafted, from this machine's
 * time zone database. From then on the table in the document counts, on both nodes alike, and no machine's database is asked.
 */
#ifndef BESA_CMD_ZONE_H
#define BESA_CMD_ZONE_H

#include "agreement/agreement.h"

#define ZONE_VERSION_SIZE 32

/*
 * The offsets of `name` from from_ms to to_ms: that at from_ms, then each change, to the second. In the arena; out->party is
 * left alone, rest days and holidays are none. MISSING when the database has no such zone, INPUT when it has a change that is
 * not of whole minutes or more changes than a table holds. Sets TZ for a moment: for a command that has one thread.
 */
bool zone_table(struct span name, int64_t from_ms, int64_t to_ms, struct arena *arena,
                struct agreement_calendar *out, struct error *err);
/* The version of the database, as its text file tells it: "2025b"; "of unknown version" where it does not. */
void zone_version(char out[ZONE_VERSION_SIZE]);

#endif
