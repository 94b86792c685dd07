/* Access decision: see access_decision.h. */
#include "message/access_decision.h"

#include "message/form.h"

const char *const access_kind_names[ACCESS_KIND_COUNT] = {"directly", "indirectly"};
const char *const access_holder_names[ACCESS_HOLDER_COUNT] = {
    [ACCESS_HOLDER_PUBLIC_AUTHORITY] = "public_authority",
    [ACCESS_HOLDER_PRIVATE_PARTY] = "private_party"};

/* The longer limit has a reason: who holds it. */
//= dir-2023-977 art 5(1)(b)
static void access_decision_check(const struct json_object *object, const void *value)
{
    const struct access_decision *decision = value;
    bool is_indirect = decision->access == ACCESS_INDIRECTLY;

    if (is_indirect != (decision->held_by != ACCESS_HOLDER_NONE))
        form_problem(object, "held_by", ERROR_INPUT, "is named exactly when indirectly accessible");
    if (is_indirect != (decision->source.size > 0))
        form_problem(object, "source", ERROR_INPUT, "is named exactly when indirectly accessible");
}

static const struct form_field access_decision_fields[] = {
    {.name = "access",
     .kind = FORM_CHOICE,
     FORM_AT(struct access_decision, access),
     FORM_NAMES(access_kind_names),
     .about = "Directly: in databases that the desk or authority queries itself."},
    {.name = "held_by",
     .kind = FORM_CHOICE,
     .is_optional = true,
     FORM_AT(struct access_decision, held_by),
     FORM_NAMES(access_holder_names),
     .about = "Why not directly; exactly when indirectly accessible."},
    {.name = "source",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct access_decision, source),
     .min = 1,
     .max = ACCESS_SOURCE_SIZE_MAX,
     .about = "The institution or its register, never a person; exactly when indirectly "
              "accessible."},
};

const struct form access_decision_form = {
    .name = "access_decision",
    .about = "Which limit of an urgent request runs (clause 8.1): said once, and before the short "
             "one ends.",
    .fields = access_decision_fields,
    .count = ARRAY_COUNT(access_decision_fields),
    .size = sizeof(struct access_decision),
    .check = access_decision_check,
};

bool access_decision_read(struct span body, struct arena *arena, struct access_decision *out,
                          struct problems *problems)
{
    return form_read(&access_decision_form, body, arena, out, problems);
}

bool access_decision_write(const struct access_decision *decision, struct buffer *buffer)
{
    return form_write(&access_decision_form, decision, buffer);
}
