/*
 * Which lines of a list lead to which people of the own index, in groups: lines that lead to the same person stand together,
 * with the weakest tie of each group (match/cluster.h), and are written as CSV or JSON. Private to own_match.c.
 */
#ifndef BESA_CMD_OWN_LINKS_H
#define BESA_CMD_OWN_LINKS_H

#include "base/arena.h"
#include "base/json.h"

#include <stdio.h>

#define OWN_LINKS_SIZE_MAX ((size_t)512 << 20) /* of all texts */
#define OWN_LINK_COUNT_MAX 4000000

struct own_links {
    struct arena texts;
    struct own_line {
        uint64_t line;
        struct span external;
    } * lines; /* of the list, that were asked */
    size_t line_count, line_room;
    struct own_linked {
        uint32_t line; /* in lines */
        int64_t person;
        struct span source, external, category, case_number, score, reasons, joined;
    } * links;
    size_t link_count, link_room;
    size_t cut; /* lines with more people than were told */
};

void own_links_make(struct own_links *out);
void own_links_free(struct own_links *links);
/* A line of the list; its links follow it. */
bool own_links_line(struct own_links *links, uint64_t line, struct span external,
                    struct error *err);
/* An element of the act's answer: those who may be the person of the last line. False with problems, or `err`. */
bool own_links_take(struct own_links *links, struct json_object *element, struct error *err);

/* *groups: how many. `least`: percent, told with what was measured (JSON). */
bool own_links_write(const struct own_links *links, bool is_json, unsigned least,
                     struct buffer *out, size_t *groups, struct error *err);

#endif
