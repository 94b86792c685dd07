/* Urgency doubted, given up or kept: see urgency.h. */
#include "message/urgency.h"

#include "message/form.h"

const char *const urgency_doubt_names[URGENCY_DOUBT_COUNT] = {
    "ground_does_not_fit", "facts_do_not_show_it", "time_is_over_or_far_off"};
const char *const urgency_decision_names[URGENCY_DECISION_COUNT] = {"given_up", "kept"};

static const struct form_field urgency_not_shared_fields[] = {
    {.name = "doubt",
     .kind = FORM_CHOICE,
     FORM_AT(struct urgency_not_shared, doubt),
     FORM_NAMES(urgency_doubt_names),
     .about = "Why the request is not found urgent."},
};

const struct form urgency_not_shared_form = {
    .name = "urgency_not_shared",
    .about = "The requested party does not find the request named in in-reply-to urgent; the short "
             "limit runs on until the requesting party agrees (clause 8.2).",
    .fields = urgency_not_shared_fields,
    .count = ARRAY_COUNT(urgency_not_shared_fields),
    .size = sizeof(struct urgency_not_shared),
};

static const struct form_field urgency_reply_fields[] = {
    {.name = "urgency",
     .kind = FORM_CHOICE,
     FORM_AT(struct urgency_reply, decision),
     FORM_NAMES(urgency_decision_names),
     .about = "Given up: the ordinary limit runs, from the receipt of the request."},
};

const struct form urgency_reply_form = {
    .name = "urgency_reply",
    .about = "What the requesting party says to the doubt named in in-reply-to.",
    .fields = urgency_reply_fields,
    .count = ARRAY_COUNT(urgency_reply_fields),
    .size = sizeof(struct urgency_reply),
};

bool urgency_not_shared_read(struct span body, struct arena *arena, struct urgency_not_shared *out,
                             struct problems *problems)
{
    return form_read(&urgency_not_shared_form, body, arena, out, problems);
}

bool urgency_not_shared_write(const struct urgency_not_shared *doubt, struct buffer *buffer)
{
    return form_write(&urgency_not_shared_form, doubt, buffer);
}

bool urgency_reply_read(struct span body, struct arena *arena, struct urgency_reply *out,
                        struct problems *problems)
{
    return form_read(&urgency_reply_form, body, arena, out, problems);
}

bool urgency_reply_write(const struct urgency_reply *reply, struct buffer *buffer)
{
    return form_write(&urgency_reply_form, reply, buffer);
}
