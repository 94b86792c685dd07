/*
 * A slice of an import as the command hands it to the node: what holds for everybody once, as JSON, and then each person as
 * the named texts that the file has, so that the node builds and checks the person itself, and neither side writes or reads
 * some eight hundred bytes of JSON that are alike in all.
 *
 *     slice    JSON of what holds for everybody, LF, people
 *     person   fields, LF
 *     field    letter (a: the first of enum own_field, and on), size in decimal, ":", bytes
 */
#ifndef BESA_DESK_OWN_SLICE_H
#define BESA_DESK_OWN_SLICE_H

#include "desk/own_build.h"

#define OWN_SLICE_MAX 1000 /* people: some 20 ms of the writer */

/* The first line, to which the people are added as own_build wrote them. False when the buffer failed. */
bool own_slice_begin(struct buffer *out, const struct own_entry *usual);

struct own_slice {
    struct own_entry usual;
    struct span rest; /* people that were not read yet */
    struct span source;
    struct own_build build;
};
/* The first line. `body` and `source` must stay; texts live in the arena. False with problems, or `err`. */
bool own_slice_open(struct own_slice *slice, struct span body, struct span source,
                    struct arena *arena, struct problems *problems, struct error *err);
/* *out lives until the next. *is_end: there is none. INPUT when a person is wrong. */
bool own_slice_next(struct own_slice *slice, struct own_entry *out, bool *is_end,
                    struct error *err);

#endif
