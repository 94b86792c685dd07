/*
 * Verifying beside the work: whoever asks through the API begins it and comes back for what it found. One at a time, on a
 * thread of its own and upon a snapshot of the database, so that neither the writer nor the server waits for it. What the
 * last one found is shown until the next one begins or the node ends.
 */
#ifndef BESA_CMD_VERIFYING_H
#define BESA_CMD_VERIFYING_H

#include "cmd/node.h"

struct verifying;

/* Starts the thread. After the sandbox, while the writer runs. */
bool verifying_make(struct node *node, struct verifying **out, struct error *err);
/* Gives up what runs, and ends the thread: while the writer still runs. NULL is fine. */
void verifying_end(struct verifying **verifying);

/* In the writer, within the act's job: it begins once that is committed. CONFLICT while one runs; MISSING when `verifying`
 * is NULL, which is so in a command. Writes the same as verifying_show. */
bool verifying_begin(struct verifying *verifying, struct json_writer *out, struct error *err);
/* {"state": "none" | "runs" | "done" | "failed", "began", "ended", "why", "log", "at", "of", and what `besa verify` shows}. */
bool verifying_show(struct verifying *verifying, struct json_writer *out, struct error *err);

#endif
