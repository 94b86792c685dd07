/*
 * Walking a parsed document whose form is not known: for showing it to people. What a message means is never read this
 * way (json.h reads field by field).
 */
#ifndef BESA_BASE_JSON_WALK_H
#define BESA_BASE_JSON_WALK_H

#include "base/json.h"

enum json_kind {
    JSON_KIND_NULL,
    JSON_KIND_BOOLEAN,
    JSON_KIND_INTEGER,
    JSON_KIND_TEXT,
    JSON_KIND_LIST,
    JSON_KIND_OBJECT
};

struct json_value {
    enum json_kind kind;
    bool boolean;
    int64_t integer;
    struct span text; /* lives as long as the document */
    size_t count;     /* elements of a list, members of an object */
};
struct json_value json_look(const struct json_node *node);
/* NULL beyond the end, or when `node` is no list. */
const struct json_node *json_element(const struct json_node *node, size_t index);

struct json_member {
    struct span key;
    const struct json_node *value;
    void *place; /* the walk's */
};
/* Members in the order of the text: begin with a zeroed `member`; false at the end, or when `node` is no object. */
bool json_member_next(const struct json_node *node, struct json_member *member);

#endif
