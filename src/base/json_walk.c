/* Walking a document: see json_walk.h. */
#include "base/json_walk.h"

#include <jansson.h>

/* jansson's iterators want a document that they may change; these functions change none. */
static json_t *inner(const struct json_node *node)
{
    return (json_t *)(uintptr_t)node;
}

struct json_value json_look(const struct json_node *node)
{
    const json_t *json = inner(node);
    struct json_value value = {.kind = JSON_KIND_NULL};

    if (json_is_object(json)) {
        value.kind = JSON_KIND_OBJECT;
        value.count = json_object_size(json);
    } else if (json_is_array(json)) {
        value.kind = JSON_KIND_LIST;
        value.count = json_array_size(json);
    } else if (json_is_string(json)) {
        value.kind = JSON_KIND_TEXT;
        value.text = span_make(json_string_value(json), json_string_length(json));
    } else if (json_is_integer(json)) {
        value.kind = JSON_KIND_INTEGER;
        value.integer = json_integer_value(json);
    } else if (json_is_boolean(json)) {
        value.kind = JSON_KIND_BOOLEAN;
        value.boolean = json_is_true(json);
    }
    return value;
}

const struct json_node *json_element(const struct json_node *node, size_t index)
{
    return (const struct json_node *)json_array_get(inner(node), index);
}

bool json_member_next(const struct json_node *node, struct json_member *member)
{
    json_t *json = inner(node);

    member->place =
        member->place == NULL ? json_object_iter(json) : json_object_iter_next(json, member->place);
    if (member->place == NULL)
        return false;
    const char *key = json_object_iter_key(member->place);
    member->key = span_text(key);
    member->value = (const struct json_node *)json_object_iter_value(member->place);
    return true;
}
