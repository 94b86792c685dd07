/* Act: see act.h. */
#include "message/act.h"

#include "base/limits.h"
#include "message/form.h"

bool act_set_objects(struct act *act, const struct span *objects, size_t count)
{
    act->objects = objects;
    act->object_count = count;
    act->has_objects_digest = false;
    act->objects_total = 0;
    if (count <= ACT_OBJECT_COUNT_MAX)
        return true;
    struct digest *digest = digest_begin();
    if (digest == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        digest_add(digest, objects[i]);
        digest_add(digest, span_text("\n"));
    }
    digest_end(digest, act->objects_digest);
    act->objects = NULL;
    act->object_count = 0;
    act->has_objects_digest = true;
    act->objects_total = count;
    return true;
}

static void act_check(const struct json_object *object, const void *value)
{
    const struct act *act = value;

    if (act->has_objects_digest && act->object_count > 0)
        form_problem(object, "objects_digest", ERROR_INPUT, "stands instead of the list");
    if (act->has_objects_digest && act->objects_total <= ACT_OBJECT_COUNT_MAX)
        form_problem(object, "objects_total", ERROR_INPUT, "with a digest, more than %d",
                     ACT_OBJECT_COUNT_MAX);
    if (!act->has_objects_digest && act->objects_total > 0)
        form_problem(object, "objects_total", ERROR_INPUT, "stands only with a digest");
    if (act->leaves.size % DIGEST_SIZE != 0)
        form_problem(object, "leaves", ERROR_INPUT, "must hold whole leaf hashes");
}

static const struct form_field act_fields[] = {
    {.name = "officer",
     .kind = FORM_TEXT,
     FORM_AT(struct act, officer),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Identifier of the officer; `node` for the node itself."},
    {.name = "unit",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct act, unit),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "The officer's unit."},
    {.name = "reason",
     .kind = FORM_TEXT,
     FORM_AT(struct act, reason),
     .min = 1,
     .max = ACT_REASON_SIZE_MAX,
     .about = "A code of the coded list, or text for exceptions."},
    {.name = "case_id",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct act, case_id),
     .min = 1,
     .max = ACT_CASE_SIZE_MAX,
     .about = "The case; where a person's data is concerned."},
    {.name = "act",
     .kind = FORM_TEXT,
     FORM_AT(struct act, act),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_code,
     .about = "What was done."},
    {.name = "outcome",
     .kind = FORM_TEXT,
     FORM_AT(struct act, outcome),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_code,
     .about = "How it ended."},
    {.name = "objects",
     .kind = FORM_TEXTS,
     .is_optional = true,
     FORM_LIST_AT(struct act, objects, object_count),
     .max = ACT_OBJECT_COUNT_MAX,
     .text_max = ACT_OBJECT_SIZE_MAX,
     .about = "Upon what, and to whom it was disclosed."},
    {.name = "objects_digest",
     .kind = FORM_HEX,
     .max = DIGEST_SIZE,
     FORM_MAYBE_AT(struct act, objects_digest, has_objects_digest),
     .about = "Instead of more than 50 objects: SHA-256 of them, each followed by a line feed."},
    {.name = "objects_total",
     .kind = FORM_COUNT,
     .is_optional = true,
     FORM_AT(struct act, objects_total),
     .min = 1,
     .max = JSON_INTEGER_MAX,
     .about = "How many; only with the digest."},
    {.name = "leaves",
     .kind = FORM_BASE64,
     .is_optional = true,
     FORM_AT(struct act, leaves),
     .min = DIGEST_SIZE,
     .max = ACT_LEAF_COUNT_MAX * DIGEST_SIZE,
     .about = "Leaf hashes of entries of this act that wait to be numbered."},
};

//= dir-2016-680 art 25(1)
const struct form act_form = {
    .name = "act",
    .about = "One act or access in the node's own domestic log; the head gives its time.",
    .fields = act_fields,
    .count = ARRAY_COUNT(act_fields),
    .size = sizeof(struct act),
    .check = act_check,
};

bool act_read(struct span body, struct arena *arena, struct act *out, struct problems *problems)
{
    return form_read(&act_form, body, arena, out, problems);
}

bool act_write(const struct act *act, struct buffer *buffer)
{
    return form_write(&act_form, act, buffer);
}
