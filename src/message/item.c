/* Item: see item.h. */
#include "message/item.h"

#include "message/form.h"

const char *const source_kind_names[SOURCE_KIND_COUNT] = {
    [SOURCE_KIND_REGISTER] = "register",
    [SOURCE_KIND_CASE_FILE] = "case_file",
    [SOURCE_KIND_OFFICER_REPORT] = "officer_report",
    [SOURCE_KIND_STATEMENT] = "statement",
    [SOURCE_KIND_TECHNICAL] = "technical",
    [SOURCE_KIND_OPEN] = "open_source",
    [SOURCE_KIND_PRIVATE_PARTY] = "private_party",
};

const struct marking *item_marking(const struct item *item)
{
    return item->has_person ? &item->person.marking : &item->text.marking;
}

static void text_item_check(const struct json_object *object, const void *value)
{
    const struct text_item *text = value;
    if (text->marking.type != ENTITY_TEXT)
        form_problem(object, "marking", ERROR_INPUT, "must have type 'text'");
}

static const struct form_field text_item_fields[] = {
    {.name = "marking",
     .kind = FORM_OBJECT,
     .form = &marking_form,
     FORM_AT(struct text_item, marking),
     .about = "Its type is `text`."},
    {.name = "text",
     .kind = FORM_TEXT,
     FORM_AT(struct text_item, text),
     .min = 1,
     .max = ITEM_TEXT_SIZE_MAX,
     .about = "One fact, or one assessment."},
};

const struct form text_item_form = {
    .name = "text",
    .about = "Information in words, facts apart from assessments.",
    .fields = text_item_fields,
    .count = ARRAY_COUNT(text_item_fields),
    .size = sizeof(struct text_item),
    .check = text_item_check,
};

static void item_check(const struct json_object *object, const void *value)
{
    const struct item *item = value;
    if (item->has_person == item->has_text)
        form_problem(object, NULL, ERROR_INPUT, "needs exactly one of 'person' and 'text'");
}

static const struct form_field item_fields[] = {
    {.name = "source_kind",
     .kind = FORM_CHOICE,
     FORM_AT(struct item, source_kind),
     FORM_NAMES(source_kind_names),
     .about = "The kind of source it comes from."},
    {.name = "person",
     .kind = FORM_OBJECT,
     .form = &person_form,
     FORM_MAYBE_AT(struct item, person, has_person),
     .about = "A person."},
    {.name = "text",
     .kind = FORM_OBJECT,
     .form = &text_item_form,
     FORM_MAYBE_AT(struct item, text, has_text),
     .about = "A text."},
};

const struct form item_form = {
    .name = "item",
    .about = "One thing that is given: exactly one of person and text. A small part holds one "
             "item alone.",
    .fields = item_fields,
    .count = ARRAY_COUNT(item_fields),
    .size = sizeof(struct item),
    .check = item_check,
};

bool item_read(struct span bytes, struct arena *arena, struct item *out, struct problems *problems)
{
    return form_read(&item_form, bytes, arena, out, problems);
}

bool item_write(const struct item *item, struct buffer *buffer)
{
    return form_write(&item_form, item, buffer);
}
