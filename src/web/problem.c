/* What goes wrong, as application/problem+json (RFC 9457). */
#include "web/private.h"

static const char *title_of(unsigned status)
{
    switch (status) {
    case 400:
        return "The request cannot be read";
    case 401:
        return "Log in first";
    case 403:
        return "Not allowed";
    case 404:
        return "There is no such thing";
    case 409:
        return "It stands already, differently";
    case 413:
        return "Too large or too many";
    case 415:
        return "Another type of body is wanted";
    case 422:
        return "Fields are wrong";
    case 429:
        return "Too many attempts";
    case 503:
        return "Try again later";
    default:
        return "The node failed";
    }
}

void problem_write(struct buffer *out, unsigned status, const struct error *err,
                   const struct problems *problems)
{
    struct json_writer writer = json_writer_make(out);

    json_begin_object(&writer);
    json_string_field(&writer, "type", "about:blank");
    json_string_field(&writer, "title", title_of(status));
    json_integer_field(&writer, "status", status);
    json_string_field(&writer, "kind", error_kind_name(err->kind));
    json_string_field(&writer, "detail", err->text);
    json_key(&writer, "problems");
    json_begin_array(&writer);
    for (size_t i = 0; problems != NULL && i < problems->count; i++) {
        json_begin_object(&writer);
        json_string_field(&writer, "field", problems->list[i].path);
        json_string_field(&writer, "kind", error_kind_name(problems->list[i].kind));
        json_string_field(&writer, "text", problems->list[i].text);
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
}
