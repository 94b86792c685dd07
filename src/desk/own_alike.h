/*
 * Own alike: who of the own index may be this person: by all numbers and spellings that the record has, scored field by field,
 * as own_find does for a line that an officer typed. Private to desk.
 */
#ifndef BESA_DESK_OWN_ALIKE_H
#define BESA_DESK_OWN_ALIKE_H

#include "desk/own_find.h"

#define OWN_ALIKE_NAME_MAX 4 /* spellings that are asked; all of them are compared */

/* Asks, loads and scores what own_finding_begin began. `limit`: people of one spelling and side. `person` must stay. BUSY when it
 * has a name and there are no search files. */
bool own_alike(struct own_finding *finding, const struct person *person, size_t limit,
               struct error *err);

#endif
