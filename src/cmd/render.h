/*
 * Render: a JSON result for people. An object becomes aligned `key: value` lines, a list of objects a table, nested
 * things are set in. What a partner or an officer wrote is shown without control characters, so that no text can move
 * the cursor or forge a line.
 */
#ifndef BESA_CMD_RENDER_H
#define BESA_CMD_RENDER_H

#include "base/buffer.h"
#include "base/error.h"

/* INPUT when `json` is none. */
bool render(struct span json, struct buffer *out, struct error *err);

#endif
