/* Clock dispute: see clock_dispute.h. */
#include "message/clock_dispute.h"

#include "message/form.h"

static void clock_dispute_check(const struct json_object *object, const void *value)
{
    const struct clock_dispute *dispute = value;

    if (dispute->answered_ms < dispute->posted_ms)
        form_problem(object, "answered_at", ERROR_INPUT, "lies before posted_at");
    else if (dispute->their_time_s * 1000 >= dispute->posted_ms &&
             dispute->their_time_s * 1000 <= dispute->answered_ms)
        form_problem(object, "their_time_s", ERROR_INPUT,
                     "lies between posted_at and answered_at: nothing is disputed");
}

static const struct form_field clock_dispute_fields[] = {
    {.name = "size",
     .kind = FORM_COUNT,
     FORM_AT(struct clock_dispute, size),
     .min = 1,
     .max = JSON_INTEGER_MAX,
     .about = "The cosigned size of the writer's log."},
    {.name = "their_time_s",
     .kind = FORM_INTEGER,
     FORM_AT(struct clock_dispute, their_time_s),
     .min = 0,
     .max = INT64_C(253402300799),
     .about = "Time in the cosignature, Unix seconds."},
    {.name = "posted_at",
     .kind = FORM_TIME,
     FORM_AT(struct clock_dispute, posted_ms),
     .about = "The writer's clock when the post went out."},
    {.name = "answered_at",
     .kind = FORM_TIME,
     FORM_AT(struct clock_dispute, answered_ms),
     .about = "The writer's clock when the answer came."},
};

const struct form clock_dispute_form = {
    .name = "clock_dispute",
    .about = "The writer accepts this receipt and disputes the time in it.",
    .fields = clock_dispute_fields,
    .count = ARRAY_COUNT(clock_dispute_fields),
    .size = sizeof(struct clock_dispute),
    .check = clock_dispute_check,
};

bool clock_dispute_read(struct span body, struct arena *arena, struct clock_dispute *out,
                        struct problems *problems)
{
    return form_read(&clock_dispute_form, body, arena, out, problems);
}

bool clock_dispute_write(const struct clock_dispute *dispute, struct buffer *buffer)
{
    return form_write(&clock_dispute_form, dispute, buffer);
}
