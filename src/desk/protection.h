/*
 * Protection wins: the same human being can be a victim in one case and a suspect in another. Whoever is protected in one
 * (victims, witnesses, smuggled migrants, minors, shielded people), there or in the own index, is protected in all: shown
 * to each record's own unit, and to others not at all. That two records are of one being is a matter of match keys that
 * name one person: a document, a state's number, a name with its whole date of birth; not of a telephone or plate, which
 * two may share. Private to desk.
 */
#ifndef BESA_DESK_PROTECTION_H
#define BESA_DESK_PROTECTION_H

#include "desk/case.h"
#include "store/own_rows.h"

/* The strictest guard of the human being, by this record or another one. What cannot be read counts as shielded. In the
 * writer. */
bool protection_of_case_person(struct journal *journal, const struct case_person_row *person,
                               enum own_guard *out, struct error *err);
bool protection_of_own_person(struct journal *journal, const struct own_row *person,
                              enum own_guard *out, struct error *err);
/* Is one of these persons of a message somebody who is protected in the case that the call is made for? Of that case alone, and
 * when the officer is of it: what other units protect is not told by any answer. In the writer. */
bool protection_in_own_case(struct journal *journal, const struct desk_call *call,
                            const struct person *const *persons, size_t count, bool *out,
                            struct error *err);

#endif
