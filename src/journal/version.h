/*
 * Versions: which protocol two nodes speak with each other. Each states in its probe the oldest and the newest version
 * that it speaks, and the message types that it knows; the newest that both speak is used. The agreement names for each
 * party the oldest that is allowed. A node of version N speaks N-1.
 */
#ifndef BESA_JOURNAL_VERSION_H
#define BESA_JOURNAL_VERSION_H

#include "base/json.h"
#include "journal/journal.h"

#define PROTOCOL_OLDEST 1 /* what this software speaks */
#define PROTOCOL_NEWEST 1
#define PROTOCOL_PROBE                                                                             \
    1 /* of a probe, whose form never changes: in it two nodes find out the rest */
#define PROTOCOL_MAX     1000 /* of what anyone may claim */
#define TYPE_COUNT_SHOWN 64   /* of the types in one probe */

struct version_range {
    unsigned oldest;
    unsigned newest;
};
/* What this software speaks, and what a node speaks: the same, but in tests. */
struct version_range version_software(void);
struct version_range version_own(const struct journal *journal);
/* "protocol", "protocol_oldest" and "types" of a probe. */
void version_show(const struct journal *journal, struct json_writer *writer);
/* What the partner's probe says of itself. */
struct version_range version_read(struct json_object *object);
/* Bits of enum message_type that the partner knows. All, when it says nothing. */
uint64_t version_read_types(struct json_object *object);
/* Sets line->protocol to the newest version of both that the agreement allows. RULE, and line->protocol 0: there is
 * none; the text says which side speaks what. */
bool version_agree(struct journal *journal, struct journal_line *line, struct version_range theirs,
                   struct error *err);
/* RULE: under this agreement a program that speaks `own` could exchange nothing. The text says what it demands. */
bool version_permits(struct version_range own, const struct agreement *agreement,
                     struct error *err);
/* "protocol 1", "protocols 1 to 2" */
#define VERSION_TEXT_SIZE 48
void version_text(struct version_range range, char out[VERSION_TEXT_SIZE]);

#endif
