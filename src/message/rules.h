/*
 * Rules that bodies with marked things share (request, answer): ids apart, classification not below that of the contents,
 * and a transfer ground for every person. For the checks of forms only.
 */
#ifndef BESA_MESSAGE_RULES_H
#define BESA_MESSAGE_RULES_H

#include "message/person.h"

struct json_object;

/* The things of a body, wherever they stand in it. */
struct marked_list {
    const void *body;
    size_t count;
    const char *name;  /* field of the list: "persons" */
    const char *inner; /* from an element to the person: "" or ".person" */
    const struct marking *(*marking_at)(const void *body, size_t index);
    bool (*is_person)(const void *body, size_t index);
};

/* `general`: the ground of the whole message, NULL when there is none; `ceiling`: the message's classification. */
void rules_check(const struct json_object *object, const struct marked_list *list,
                 const struct transfer *general, enum classification ceiling);
/* Handling codes of the message itself. */
void rules_handling(const struct json_object *object, uint64_t handling, struct span note);

#endif
