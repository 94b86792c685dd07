/*
 * Own joined: who else of the own index is the same human being, as officers said (own-join). Nothing of the people is merged. Each
 * viewer is told of those alone whom they may see: a join with one who may not be seen is no join, leads nowhere, and is not
 * counted. Private to desk.
 */
#ifndef BESA_DESK_OWN_JOINED_H
#define BESA_DESK_OWN_JOINED_H

#include "desk/own_form.h"
#include "desk/private.h"
#include "store/own_rows.h"

struct own_joined {
    int64_t people[OWN_JOINED_MAX]; /* ascending */
    size_t count;
};
/* Says whether the viewer may see somebody. False with `err`. */
struct own_seeing {
    bool (*sees)(void *context, const struct own_row *row, bool *may, struct error *err);
    void *context;
};
/* What own_may_see says of this viewer; the seeing lives as long as the viewer. */
struct own_seeing own_seeing_of(struct own_viewer *viewer);

/* All who are joined with the person, over others who may be seen. */
bool own_joined_find(struct journal *journal, int64_t person, const struct own_seeing *seeing,
                     struct own_joined *out, struct error *err);
/* The field "joined" of an object; nothing when there is nobody. */
void own_joined_write(const struct own_joined *joined, struct json_writer *out);

#endif
