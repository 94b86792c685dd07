/*
 * A third node beside a pair: Greece, with an agreement of its own with Romania. It has keeper and books but no exchange: a
 * test carries its posts by hand, and may bend them before.
 */
#ifndef BESA_TESTS_THIRD_H
#define BESA_TESTS_THIRD_H

#include "journal/support/pair.h"

struct third {
    struct pair_node node;
    struct buffer key;
    struct buffer certificate;
    struct buffer cms;
};
/* After the pair has settled. Romania has a second line from now on. False prints why. */
bool third_make(struct pair *pair, struct third *out);
/* Before the pair. */
void third_free(struct third *third);
/* Romania's line to Greece. */
struct journal_line *third_line(struct pair *pair);
/* All that one of the two has to post, with its receipts; both sides handle it. */
bool third_deliver(struct pair *pair, struct third *third, bool to_greece, struct error *err);

#endif
