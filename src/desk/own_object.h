/* Own object: what stands in the access entry of an act upon the own index. Private to desk. */
#ifndef BESA_DESK_OWN_OBJECT_H
#define BESA_DESK_OWN_OBJECT_H

#include "base/arena.h"

#include <stdint.h>

/* "asked popaj gjergj 1984": whoever looks for misuse has to see the question (docs/safeguards.md j8). Cut at a whole character.
 * False when memory is out, as below. */
bool own_object_asked(struct arena *arena, struct span asked, struct span *out);
/* "own-person 17" */
bool own_object_person(struct arena *arena, int64_t person, struct span *out);

#endif
