/* Forms of the own index: see own_form.h. */
#include "desk/own_form.h"

#include "message/form.h"

static const struct form_field entry_fields[] = {
    {.name = "external",
     .kind = FORM_TEXT,
     FORM_AT(struct own_entry, external),
     .min = 1,
     .max = OWN_EXTERNAL_SIZE_MAX,
     .about = "The person's number in the register."},
    {.name = "case",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct own_entry, case_number),
     .min = 1,
     .max = OWN_CASE_SIZE_MAX,
     .about = "The case for which the person is kept."},
    {.name = "shielded",
     .kind = FORM_BOOLEAN,
     .is_optional = true,
     FORM_AT(struct own_entry, is_shielded),
     .about = "Shown in that case only."},
    {.name = "person",
     .kind = FORM_OBJECT,
     .form = &person_form,
     FORM_AT(struct own_entry, person),
     .about = "As in a message."},
};

const struct form own_entry_form = {
    .name = "own person",
    .about = "A person of the state's own cases.",
    .fields = entry_fields,
    .count = ARRAY_COUNT(entry_fields),
    .size = sizeof(struct own_entry),
};

static const struct form_field list_fields[] = {
    {.name = "people",
     .kind = FORM_OBJECTS,
     .form = &own_entry_form,
     FORM_LIST_AT(struct own_list, entries, count),
     .max = OWN_LIST_MAX,
     .about = "A slice of a file."},
};

const struct form own_list_form = {
    .name = "own people",
    .about = "People of the state's own cases.",
    .fields = list_fields,
    .count = ARRAY_COUNT(list_fields),
    .size = sizeof(struct own_list),
};

bool own_list_read(struct span body, struct arena *arena, struct own_list *out,
                   struct problems *problems)
{
    return form_read(&own_list_form, body, arena, out, problems);
}

bool own_list_write(const struct own_list *list, struct buffer *buffer)
{
    return form_write(&own_list_form, list, buffer);
}

bool own_entry_write(const struct own_entry *entry, struct buffer *buffer)
{
    return form_write(&own_entry_form, entry, buffer);
}

bool own_person_read(struct span body, struct arena *arena, struct person *out,
                     struct problems *problems)
{
    return form_read(&person_form, body, arena, out, problems);
}

bool own_person_write(const struct person *person, struct buffer *buffer)
{
    return form_write(&person_form, person, buffer);
}
