/*
 * Training: whether a node works with invented data only. It is settled once, by `besa init`: it stands in the node's own
 * pairing file, whose fingerprint the partner compared, and in every agreement that both institutions signed. besa.conf
 * repeats it, and a node whose configuration says otherwise does not open. What a training node shows says so.
 */
#ifndef BESA_CMD_TRAINING_H
#define BESA_CMD_TRAINING_H

#include "cmd/home.h"
#include "cmd/pairing.h"
#include "journal/journal.h"

#define TRAINING_WORDS "TRAINING. Nothing here is real."
#define TRAINING_FILE  "TRAINING" /* in an exported directory */

/* The configuration against the node's own pairing file. RULE names both values. A node without that
 * file passes: it has no partner either. */
bool training_check(const struct home *home, const struct config *config, struct error *err);
/* The configuration against every agreement of the open books. RULE names the first that differs. */
bool training_check_agreements(const struct journal *journal, const struct config *config,
                               struct error *err);
/* Two nodes before they are paired: both for training, or neither. RULE says which is. */
bool training_check_pair(const struct pairing *own, const struct pairing *partner,
                         struct error *err);
/* True when the home of this name is one of a training node. A home that cannot be read is none. */
bool training_is_home(const char *name);

#endif
