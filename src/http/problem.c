/* What goes wrong, as application/problem+json: see problem.h. */
#include "http/problem.h"

#include "base/json.h"

static const struct {
    unsigned status;
    const char *title;
} titles[] = {
    {400, "The request cannot be read"},
    {401, "Log in first"},
    {403, "Not allowed"},
    {404, "There is no such thing"},
    {405, "The path does not know this method"},
    {409, "It stands already, differently"},
    {410, "It was erased"},
    {411, "A body must say its size"},
    {413, "Too large or too many"},
    {414, "The path is too long"},
    {415, "Another type of body is wanted"},
    {416, "There is no such range"},
    {422, "Fields are wrong"},
    {429, "Too many attempts"},
    {503, "Try again later"},
    {507, "The disk is full"},
};

static const char *title_of(unsigned status)
{
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "The node failed";
}

/* "persons[1].category" as "/persons/1/category". Names of fields need no escape: what a stranger names may, so '~' and
 * '/' get theirs. */
static void pointer_write(const char *path, struct buffer *out)
{
    if (path[0] != '\0')
        buffer_byte(out, '/');
    for (const char *c = path; *c != '\0'; c++) {
        if (*c == ']')
            continue;
        if (*c == '.' || *c == '[')
            buffer_byte(out, '/');
        else if (*c == '~' || *c == '/')
            buffer_text(out, *c == '~' ? "~0" : "~1");
        else
            buffer_byte(out, (uint8_t)*c);
    }
}

static void field_write(struct json_writer *out, const struct problem *problem)
{
    struct buffer pointer CLEANUP(buffer_free) = buffer_make((size_t)3 * PROBLEM_PATH_SIZE);

    pointer_write(problem->path, &pointer);
    json_begin_object(out);
    json_text_field(out, "field", buffer_span(&pointer));
    json_string_field(out, "kind", error_kind_name(problem->kind));
    json_string_field(out, "text", problem->text);
    json_end_object(out);
}

void problem_write(struct buffer *out, unsigned status, const char *type, const struct error *err,
                   const struct problems *problems)
{
    struct json_writer writer = json_writer_make(out);

    json_begin_object(&writer);
    json_string_field(&writer, "type", type);
    json_string_field(&writer, "title", title_of(status));
    json_integer_field(&writer, "status", status);
    json_string_field(&writer, "kind", error_kind_name(err->kind));
    json_string_field(&writer, "detail", err->text);
    json_key(&writer, "problems");
    json_begin_array(&writer);
    for (size_t i = 0; problems != NULL && i < problems->count; i++)
        field_write(&writer, &problems->list[i]);
    json_end_array(&writer);
    json_end_object(&writer);
}
