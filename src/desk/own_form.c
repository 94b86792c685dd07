/* Forms of the own index: see own_form.h. */
#include "desk/own_form.h"

#include "message/form.h"

bool own_person_read(struct span body, struct arena *arena, struct person *out,
                     struct problems *problems)
{
    return form_read(&person_form, body, arena, out, problems);
}

bool own_person_write(const struct person *person, struct buffer *buffer)
{
    return form_write(&person_form, person, buffer);
}
