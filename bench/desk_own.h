/* The own index of a desk under measure: invented people with their numbers, and the search files over them. */
#ifndef BESA_BENCH_DESK_OWN_H
#define BESA_BENCH_DESK_OWN_H

#include "journal/support/pair.h"
#include "message/person.h"

/* One person of the own index in so many has the passport of `like`, as an old record of the same person would. */
#define DESK_OWN_ALIKE 20000

/* Puts `count` people into the node's books and opens the search files over them, all of them taken in. The node's
 * journal holds the index until desk_own_close. */
bool desk_own_fill(struct pair_node *node, int64_t count, const struct person *like,
                   struct error *err);
/* The search files over those who are in the books. */
bool desk_own_open(struct pair_node *node, struct error *err);
void desk_own_close(struct pair_node *node);

#endif
