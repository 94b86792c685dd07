/* Delay notice: see delay_notice.h. */
#include "message/delay_notice.h"

#include "message/form.h"

const char *const delay_stage_names[DELAY_STAGE_COUNT] = {"applied", "prolonged", "granted"};

const char *const delay_reason_names[DELAY_REASON_COUNT] = {
    [DELAY_REASON_AUTHORISATION_NEEDED] = "authorisation_needed",
    [DELAY_REASON_PENDING] = "pending_at_authority",
    [DELAY_REASON_OTHER] = "other",
};

static void delay_notice_check(const struct json_object *object, const void *value)
{
    const struct delay_notice *notice = value;

    if ((notice->reason == DELAY_REASON_OTHER) != (notice->reason_text.size > 0))
        form_problem(object, "reason_text", ERROR_INPUT, "stands exactly with reason 'other'");
}

//= dir-2023-977 art 5(2)
static const struct form_field delay_notice_fields[] = {
    {.name = "authorisation",
     .kind = FORM_CHOICE,
     FORM_AT(struct delay_notice, stage),
     FORM_NAMES(delay_stage_names),
     .about = "How the judicial authorisation stands."},
    {.name = "reason",
     .kind = FORM_CHOICE,
     .is_optional = true,
     FORM_AT(struct delay_notice, reason),
     FORM_NAMES(delay_reason_names),
     .about =
         "Why the answer comes later, at every stage; absent only in what older nodes wrote, which "
         "is read."},
    {.name = "reason_text",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct delay_notice, reason_text),
     .min = 1,
     .max = DELAY_REASON_SIZE_MAX,
     .about = "In words, never about a person; exactly with `other`."},
    {.name = "authority",
     .kind = FORM_TEXT,
     FORM_AT(struct delay_notice, authority),
     .min = 1,
     .max = DELAY_AUTHORITY_SIZE_MAX,
     .about = "The court or prosecutor's office that decides, never a person."},
    {.name = "expected_by",
     .kind = FORM_TIME,
     FORM_AT(struct delay_notice, expected_ms),
     .about = "When the answer is expected."},
};

const struct form delay_notice_form = {
    .name = "delay_notice",
    .about = "The answer to the request named in in-reply-to waits for a judicial authorisation "
             "(clause 8.4).",
    .fields = delay_notice_fields,
    .count = ARRAY_COUNT(delay_notice_fields),
    .size = sizeof(struct delay_notice),
    .check = delay_notice_check,
};

bool delay_notice_read(struct span body, struct arena *arena, struct delay_notice *out,
                       struct problems *problems)
{
    return form_read(&delay_notice_form, body, arena, out, problems);
}

bool delay_notice_write(const struct delay_notice *notice, struct buffer *buffer)
{
    return form_write(&delay_notice_form, notice, buffer);
}
