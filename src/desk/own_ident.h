/*
 * Own ident: the numbers and the birth of a person in the forms that are compared (match/ident.h, match/birth.h): as they are
 * put into the own index, and as it is asked for somebody. Private to desk.
 */
#ifndef BESA_DESK_OWN_IDENT_H
#define BESA_DESK_OWN_IDENT_H

#include "match/ident.h"
#include "message/person.h"

#define OWN_IDENT_MAX (2 * PERSON_LIST_COUNT_MAX) /* documents and telephones of a person */

/* How many; a number that is of no form, or that many share, leads to nobody and is left out. */
size_t own_idents(const struct person *person, struct ident out[OWN_IDENT_MAX]);
/* birth_pack; 0: unknown. */
uint32_t own_birth(const struct person *person);

#endif
