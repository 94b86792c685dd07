/* The page of a form in docs/messages.md: see form.h. */
#include "message/form.h"

#include <inttypes.h>

static void names_document(const struct form_field *field, struct buffer *out)
{
    const char *separator = "";
    for (size_t i = 0; i < field->name_count; i++) {
        if (field->names[i] == NULL)
            continue;
        buffer_format(out, "%s`%s`", separator, field->names[i]);
        separator = ", ";
    }
}

static void rule_document(const struct form_field *field, struct buffer *out)
{
    if (field->rule != NULL)
        buffer_format(out, ": %s", field->rule->what);
}

static void range_document(const struct form_field *field, const char *what, struct buffer *out)
{
    if (field->min == field->max)
        buffer_format(out, "%s, %" PRId64, what, field->min);
    else
        buffer_format(out, "%s, %" PRId64 " to %" PRId64, what, field->min, field->max);
}

static void kind_document(const struct form_field *field, struct buffer *out)
{
    switch (field->kind) {
    case FORM_TEXT:
        range_document(field, "text", out);
        buffer_text(out, " bytes");
        rule_document(field, out);
        return;
    case FORM_TEXTS:
        range_document(field, "list of texts", out);
        buffer_format(out, ", each up to %zu bytes", field->text_max);
        rule_document(field, out);
        return;
    case FORM_INTEGER:
    case FORM_COUNT:
    case FORM_NUMBER:
        range_document(field, "integer", out);
        return;
    case FORM_NUMBERS:
        range_document(field, "list of rising integers", out);
        return;
    case FORM_BOOLEAN:
        buffer_text(out, field->is_optional ? "true or false; false when absent" : "true or false");
        return;
    case FORM_CHOICE:
        buffer_text(out, "one of ");
        names_document(field, out);
        return;
    case FORM_CHOICES:
        buffer_format(out, "list of distinct values%s: ", field->min > 0 ? ", at least one" : "");
        names_document(field, out);
        return;
    case FORM_HEX:
        buffer_format(out, "%" PRId64 " hexadecimal digits", 2 * field->max);
        return;
    case FORM_BASE64:
        buffer_format(out, "base64 of %" PRId64 " to %" PRId64 " bytes", field->min, field->max);
        return;
    case FORM_TIME:
        buffer_text(out, "time, UTC");
        return;
    case FORM_UUID:
        buffer_text(out, "UUID");
        return;
    case FORM_OBJECT:
        buffer_format(out, "[%s](#%s)", field->form->name, field->form->name);
        return;
    case FORM_OBJECTS:
        range_document(field, "list", out);
        buffer_format(out, ", of [%s](#%s)", field->form->name, field->form->name);
        return;
    }
}

void form_document(const struct form *form, struct buffer *out)
{
    buffer_text(out, "| field | | value | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < form->count; i++) {
        const struct form_field *field = &form->fields[i];
        bool is_list = field->count_offset > 0 || field->kind == FORM_CHOICES;
        bool may_lack = field->is_optional || (is_list && field->min == 0);
        buffer_format(out, "| `%s` | %s | ", field->name, may_lack ? "optional" : "required");
        kind_document(field, out);
        buffer_format(out, " | %s |\n", field->about);
    }
    buffer_text(out, "\n");
}
