/*
 * Forms of the own index: a person of the state's own cases as a file brings it, and as the books keep it.
 */
#ifndef BESA_DESK_OWN_FORM_H
#define BESA_DESK_OWN_FORM_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/problems.h"
#include "message/person.h"

#define OWN_EXTERNAL_SIZE_MAX 80
#define OWN_SOURCE_SIZE_MAX   64
#define OWN_CASE_SIZE_MAX     64

/* Of a search: match/query.h and match/ident.h, for those who do not see them. */
#define OWN_QUERY_SIZE_MAX  1000
#define OWN_QUERY_NAME_MAX  255
#define OWN_NUMBERS_MAX     8
#define OWN_NUMBER_SIZE_MAX 64
#define OWN_FOUND_MAX       50 /* people of one answer */
#define OWN_FACET_VALUES    20 /* values of one facet */
#define OWN_REASON_SIZE     120
#define OWN_REASON_COUNT    48 /* of one candidate: numbers of the question, and fields */
#define OWN_JOINED_MAX      20 /* others who are told with one person: the smallest numbers */
#define OWN_JOINS_MAX       50 /* joins that are shown of one person: the oldest */

struct own_entry {
    struct span external;    /* the person's number in the register */
    struct span case_number; /* for which the person is kept; empty: none yet */
    /* Asylum (g3) or a protected role (g6): shown in the own case only, and never said of whom and why. */
    bool is_shielded;
    struct person person;
};

bool own_person_read(struct span body, struct arena *arena, struct person *out,
                     struct problems *problems);
bool own_person_write(const struct person *person, struct buffer *buffer);

#endif
