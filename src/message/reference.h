/*
 * Reference: (log, id), the only way that one message names another. It resolves only within the two logs of its own
 * agreement; what does not resolve is refused at handling (docs/protocol.md 2).
 */
#ifndef BESA_MESSAGE_REFERENCE_H
#define BESA_MESSAGE_REFERENCE_H

#include "base/span.h"
#include "base/text.h"

struct form;

struct reference {
    struct span origin; /* of the log: `ro/ro-al/to/al/0`, `ro/domestic/0` */
    uint8_t id[UUID_SIZE];
};

/* {"log": origin, "id": uuid} in a body. */
extern const struct form reference_form;

/* `<party>/<agreement>/to/<partner>/<n>` or `<party>/domestic/<n>`, n without leading zeros. */
bool origin_is_valid(struct span origin);
/* `ro/ro-al/to/al/3` is `ro/ro-al/to/al` and 3: logs of one stem follow one another. False when it is not valid. */
bool origin_split(struct span origin, struct span *stem, uint64_t *number);
bool origin_is_domestic(struct span origin);
/* Who writes it: `ro` of `ro/ro-al/to/al/0`. */
struct span origin_party(struct span origin);

#endif
