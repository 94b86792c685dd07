/*
 * The ground of a transfer at the desk: the agreement proposes it, the officer confirms it by name or writes another into the
 * message; nothing fills it in by itself (docs/safeguards.md g1). Private to desk.
 */
#ifndef BESA_DESK_GROUND_H
#define BESA_DESK_GROUND_H

#include "desk/private.h"
#include "message/transfer.h"

/*
 * The message to be read, in the arena: `call->body` or, with the argument `transfer_ground`, the same with the ground that the
 * agreement proposes as that of the whole message. INPUT when it names one itself; RULE when nothing, or another one, is
 * proposed, and for every derogation, which is named for each person with its reason.
 */
bool ground_body(struct journal *journal, const struct journal_line *line,
                 const struct desk_call *call, struct span *body, struct error *err);
/* The message with the proposed ground in it; false when it names one, is no object, or nothing is proposed. In the arena. */
bool ground_splice(const struct agreement *agreement, struct span sender, int64_t now_ms,
                   struct span body, struct arena *arena, struct span *out,
                   struct transfer *proposed);

/* After reading found problems: adds what the agreement proposes, where a ground is what lacks. */
void ground_hint(struct journal *journal, const struct journal_line *line,
                 const struct desk_call *call);
/* Where the agreement refuses a message, and for want of a ground: says which one it proposes. Always false. */
bool ground_refuse(const struct journal_line *line, const struct permit_question *question,
                   const struct ruling *ruling, struct error *err);
/* What is proposed for a message that was read and names none; false: nothing. */
bool ground_proposed(const struct agreement *agreement, const struct permit_question *question,
                     struct transfer *out);

void ground_write(const char *name, const struct transfer *transfer, struct json_writer *out);

#endif
