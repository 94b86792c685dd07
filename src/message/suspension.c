/* Suspension and termination: see suspension.h. */
#include "message/suspension.h"

#include "message/form.h"

const char *const suspension_reason_names[SUSPENSION_REASON_COUNT] = {
    [SUSPENSION_RIGHTS] = "rights",     [SUSPENSION_LAW] = "law",
    [SUSPENSION_SECURITY] = "security", [SUSPENSION_RECORDS] = "records",
    [SUSPENSION_ORDER] = "order",       [SUSPENSION_OTHER] = "other",
};

bool suspension_reason_find(struct span name, enum suspension_reason *out)
{
    for (unsigned i = 0; i < SUSPENSION_REASON_COUNT; i++)
        if (span_is(name, suspension_reason_names[i])) {
            *out = (enum suspension_reason)i;
            return true;
        }
    return false;
}

static const struct form_field suspension_fields[] = {
    {.name = "suspended_for",
     .kind = FORM_CHOICE,
     FORM_AT(struct suspension, reason),
     FORM_NAMES(suspension_reason_names),
     .about = "Why."},
    {.name = "suspended_at",
     .kind = FORM_TIME,
     FORM_AT(struct suspension, suspended_at_ms),
     .about = "From when it holds at the writer."},
};

const struct form suspension_form = {
    .name = "suspension",
    .about = "The writer suspends the agreement, at once (clause 1.4).",
    .fields = suspension_fields,
    .count = ARRAY_COUNT(suspension_fields),
    .size = sizeof(struct suspension),
};

static const struct form_field lifted_fields[] = {
    {.name = "lifted_at",
     .kind = FORM_TIME,
     FORM_AT(struct suspension_lifted, lifted_at_ms),
     .about = "From when it no longer holds at the writer."},
};

const struct form suspension_lifted_form = {
    .name = "suspension_lifted",
    .about = "The writer lifts its own suspension; the other party's, if there is one, stays.",
    .fields = lifted_fields,
    .count = ARRAY_COUNT(lifted_fields),
    .size = sizeof(struct suspension_lifted),
};

static const struct form_field termination_fields[] = {
    {.name = "ends_at",
     .kind = FORM_TIME,
     FORM_AT(struct termination, ends_at_ms),
     .about = "From when nothing new is sent; not before the agreed notice is over."},
    {.name = "terminated_for",
     .kind = FORM_CHOICE,
     FORM_AT(struct termination, reason),
     FORM_NAMES(suspension_reason_names),
     .about = "Why."},
};

const struct form termination_form = {
    .name = "termination",
    .about = "The writer ends the agreement at a day (clause 1.5).",
    .fields = termination_fields,
    .count = ARRAY_COUNT(termination_fields),
    .size = sizeof(struct termination),
};

bool suspension_write(const struct suspension *suspension, struct buffer *buffer)
{
    return form_write(&suspension_form, suspension, buffer);
}

bool suspension_lifted_write(const struct suspension_lifted *lifted, struct buffer *buffer)
{
    return form_write(&suspension_lifted_form, lifted, buffer);
}

bool termination_write(const struct termination *termination, struct buffer *buffer)
{
    return form_write(&termination_form, termination, buffer);
}
