/* A slice of an import: see own_slice.h. */
#include "desk/own_slice.h"

#include "base/text.h"
#include "message/form.h"

#define DIGITS_MAX 5 /* of a size: no field is longer than OWN_LINE_SIZE_MAX */

/* --- what holds for everybody --- */

static const struct form_field usual_fields[] = {
    {.name = "marking",
     .kind = FORM_OBJECT,
     .form = &marking_form,
     FORM_AT(struct own_entry, person.marking),
     .about = "The id is each person's own."},
    {.name = "category",
     .kind = FORM_CHOICE,
     FORM_AT(struct own_entry, person.category),
     FORM_NAMES(person_category_names),
     .about = "Of who says no other."},
    {.name = "link_to_purpose",
     .kind = FORM_TEXT,
     FORM_AT(struct own_entry, person.link_to_purpose),
     .min = 1,
     .max = PERSON_LINK_SIZE_MAX,
     .about = "Why they are kept."},
};

static const struct form usual_form = {
    .name = "own usual",
    .about = "What a file says of everybody.",
    .fields = usual_fields,
    .count = ARRAY_COUNT(usual_fields),
    .size = sizeof(struct own_entry),
};

bool own_slice_begin(struct buffer *out, const struct own_entry *usual)
{
    return form_write(&usual_form, usual, out) && buffer_byte(out, '\n');
}

bool own_slice_open(struct own_slice *slice, struct span body, struct span source,
                    struct arena *arena, struct problems *problems, struct error *err)
{
    const uint8_t *end = body.size == 0 ? NULL : memchr(body.data, '\n', body.size);

    if (end == NULL)
        return error_set(err, ERROR_INPUT, "a slice begins with what holds for everybody");
    size_t size = (size_t)(end - body.data);
    slice->rest = span_part(body, size + 1, body.size);
    slice->source = source;
    slice->build.text = NULL;
    if (!form_read(&usual_form, span_part(body, 0, size), arena, &slice->usual, problems))
        return problems_to_error(problems, err);
    return slice->usual.person.marking.type == ENTITY_PERSON ||
           error_set(err, ERROR_INPUT, "marking: must have type 'person'");
}

/* --- people --- */

static bool broken(struct error *err)
{
    return error_set(err, ERROR_INPUT, "a person of the slice is cut or of another form");
}

/* "b4:Popa" from the front of *rest. */
static bool field_take(struct span *rest, enum own_field *field, struct span *value,
                       struct error *err)
{
    size_t size = 0, at = 1;

    if (rest->data[0] < 'a' || rest->data[0] >= 'a' + OWN_FIELD_COUNT)
        return broken(err);
    *field = (enum own_field)(rest->data[0] - 'a');
    for (; at < rest->size && at <= DIGITS_MAX && rest->data[at] >= '0' && rest->data[at] <= '9';
         at++)
        size = size * 10 + (size_t)(rest->data[at] - '0');
    if (at == 1 || at >= rest->size || rest->data[at] != ':' || size == 0 ||
        size > rest->size - at - 1)
        return broken(err);
    *value = span_part(*rest, at + 1, size);
    *rest = span_part(*rest, at + 1 + size, rest->size);
    return true;
}

bool own_slice_next(struct own_slice *slice, struct own_entry *out, bool *is_end, struct error *err)
{
    enum own_field field = OWN_FIELD_COUNT;
    struct span value = {NULL, 0};

    *is_end = slice->rest.size == 0;
    if (*is_end)
        return true;
    own_build_begin(&slice->build, &slice->usual);
    while (slice->rest.size > 0 && slice->rest.data[0] != '\n')
        if (!field_take(&slice->rest, &field, &value, err) ||
            !own_build_add(&slice->build, field, value, err))
            return false;
    if (slice->rest.size == 0)
        return broken(err);
    slice->rest = span_part(slice->rest, 1, slice->rest.size);
    return own_build_end(&slice->build, slice->source, out, err);
}
