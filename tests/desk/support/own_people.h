/* People of an own index for the tests of acts: entered as an import enters them, or handed over as a list. */
#ifndef BESA_TESTS_DESK_OWN_PEOPLE_H
#define BESA_TESTS_DESK_OWN_PEOPLE_H

#include "journal/support/pair.h"
#include "message/person.h"

struct own_someone {
    const char *external;
    const char *given;
    const char *family;
    const char *birth;
    const char *document; /* Albanian; NULL: none */
    const char *phone;
    enum person_category category;
    bool is_shielded;
    const char *case_number;
};

/* Opens the search files of the first node, under its home. */
bool own_people_open(struct pair *pair, struct error *err);
void own_people_close(struct pair *pair);
/* A slice of an import or of a list. */
bool own_people_slice(const struct own_someone *from, size_t count, struct buffer *out);
/* As `ana` of the first node imports them into a register of this name (one file, which goes on with each call), searchable at
 * once. Their numbers go up from 1, over all registers. */
bool own_people_put(struct pair *pair, const char *source, const struct own_someone *from,
                    size_t count, struct error *err);
/* The files follow the books. */
bool own_people_follow(struct pair *pair, struct error *err);

#endif
