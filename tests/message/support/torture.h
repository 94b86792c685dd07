/*
 * Torture: what every reader of a body must stand: cut, changed, doubled, too long, without memory. And a table of single
 * faults, each refused at its path.
 */
#ifndef BESA_TESTS_MESSAGE_TORTURE_H
#define BESA_TESTS_MESSAGE_TORTURE_H

#include "message/form.h"
#include "message/type.h"

/* One change of a valid body: the first `from` becomes `to`; the reader must then name `path`. */
struct fault {
    const char *from;
    const char *to;
    const char *path;
    enum error_kind kind;
};

/* Each counts and prints its failures; 0 when all is well. `valid` is canonical. */
int torture_body(const struct form *form, struct span valid);
int torture_faults(const struct form *form, struct span valid, const struct fault *faults,
                   size_t count);
/* Every required field of the outermost object is missed when it is left out. */
int torture_missing(const struct form *form, struct span valid);

#endif
