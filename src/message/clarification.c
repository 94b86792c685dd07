/* Clarification and its reply: see clarification.h. */
#include "message/clarification.h"

#include "message/form.h"

static const struct form_field clarification_fields[] = {
    {.name = "question",
     .kind = FORM_TEXT,
     FORM_AT(struct clarification, question),
     .min = 1,
     .max = CLARIFICATION_SIZE_MAX,
     .about = "What must be known before the request can be answered."},
    {.name = "language",
     .kind = FORM_TEXT,
     FORM_AT(struct clarification, language),
     .min = 2,
     .max = 2,
     .rule = &form_rule_language,
     .about = "Language of the question."},
    {.name = "officer",
     .kind = FORM_TEXT,
     FORM_AT(struct clarification, officer),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Pseudonym of the officer who asks."},
    {.name = "approved_by",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct clarification, approved_by),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Pseudonym of the second officer, where one approved."},
    {.name = "by_head_of_desk",
     .kind = FORM_BOOLEAN,
     .is_optional = true,
     FORM_AT(struct clarification, is_by_head_of_desk),
     .about = "The head of desk asks; required from the third question about one request on."},
    {.name = "training",
     .kind = FORM_BOOLEAN,
     .is_optional = true,
     FORM_AT(struct clarification, is_training),
     .about = "Fictional data of an exercise."},
};

//= dir-2023-977 art 6(3)
const struct form clarification_form = {
    .name = "clarification",
    .about = "A question about the request named in in-reply-to. It suspends the time limit until "
             "its reply; one is open at a time (clause 8.3).",
    .fields = clarification_fields,
    .count = ARRAY_COUNT(clarification_fields),
    .size = sizeof(struct clarification),
};

static const struct form_field reply_fields[] = {
    {.name = "reply",
     .kind = FORM_TEXT,
     FORM_AT(struct clarification_reply, reply),
     .min = 1,
     .max = CLARIFICATION_REPLY_SIZE_MAX,
     .about = "What was asked."},
    {.name = "language",
     .kind = FORM_TEXT,
     FORM_AT(struct clarification_reply, language),
     .min = 2,
     .max = 2,
     .rule = &form_rule_language,
     .about = "Language of the reply."},
    {.name = "officer",
     .kind = FORM_TEXT,
     FORM_AT(struct clarification_reply, officer),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Pseudonym of the officer who replies."},
    {.name = "approved_by",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct clarification_reply, approved_by),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Pseudonym of the second officer, where one approved."},
    {.name = "training",
     .kind = FORM_BOOLEAN,
     .is_optional = true,
     FORM_AT(struct clarification_reply, is_training),
     .about = "Fictional data of an exercise."},
};

const struct form clarification_reply_form = {
    .name = "clarification_reply",
    .about = "The reply to the clarification named in in-reply-to; the time limit goes on.",
    .fields = reply_fields,
    .count = ARRAY_COUNT(reply_fields),
    .size = sizeof(struct clarification_reply),
};

bool clarification_read(struct span body, struct arena *arena, struct clarification *out,
                        struct problems *problems)
{
    return form_read(&clarification_form, body, arena, out, problems);
}

bool clarification_write(const struct clarification *clarification, struct buffer *buffer)
{
    return form_write(&clarification_form, clarification, buffer);
}

bool clarification_reply_read(struct span body, struct arena *arena,
                              struct clarification_reply *out, struct problems *problems)
{
    return form_read(&clarification_reply_form, body, arena, out, problems);
}

bool clarification_reply_write(const struct clarification_reply *reply, struct buffer *buffer)
{
    return form_write(&clarification_reply_form, reply, buffer);
}
