/*
 * What is published about the document, from the tables that read it: docs/agreement.schema.json and docs/agreement.md.
 * The schema says all that one field can say of itself; the rules over several fields are listed in agreement_check.
 */
#include "agreement/agreement.h"

#include "base/attributes.h"
#include "message/form.h"

#include <inttypes.h>
#include <stdio.h>

/* Forms inside forms, deepest last; the agreement has fewer. */
#define FORM_COUNT_MAX 16

static void type_write(struct json_writer *writer, const char *type)
{
    json_string_field(writer, "type", type);
}

static void enum_write(const struct form_field *field, struct json_writer *writer)
{
    json_key(writer, "enum");
    json_begin_array(writer);
    for (size_t i = 0; i < field->name_count; i++)
        if (field->names[i] != NULL)
            json_write_text(writer, span_text(field->names[i]));
    json_end_array(writer);
}

static void list_write(const struct form_field *field, struct json_writer *writer)
{
    type_write(writer, "array");
    json_integer_field(writer, "minItems", field->min);
    if (field->kind == FORM_CHOICES)
        json_boolean_field(writer, "uniqueItems", true);
    else
        json_integer_field(writer, "maxItems", field->max);
    json_key(writer, "items");
}

static void text_write(const struct form_field *field, struct json_writer *writer, size_t size_max)
{
    type_write(writer, "string");
    json_integer_field(writer, "minLength", field->min > 0 ? 1 : 0);
    json_integer_field(writer, "maxLength",
                       (int64_t)size_max); /* bytes: never fewer than characters */
    if (field->rule == &form_rule_identifier)
        json_string_field(writer, "pattern", "^[a-z0-9-]+$");
    else if (field->rule == &form_rule_language)
        json_string_field(writer, "pattern", "^[a-z]{2}$");
}

static void hex_schema(const struct form_field *field, struct json_writer *writer)
{
    char pattern[48];
    snprintf(pattern, sizeof pattern, "^[0-9a-f]{%" PRId64 "}$", 2 * field->max);
    type_write(writer, "string");
    json_string_field(writer, "pattern", pattern);
}

static void integer_schema(const struct form_field *field, struct json_writer *writer)
{
    type_write(writer, "integer");
    json_integer_field(writer, "minimum", field->min);
    json_integer_field(writer, "maximum", field->max);
}

static void time_schema(struct json_writer *writer)
{
    type_write(writer, "string");
    json_string_field(writer, "format", "date-time");
    json_string_field(writer, "pattern", "Z$");
}

static void reference_write(const struct form *form, struct json_writer *writer)
{
    char path[64];
    snprintf(path, sizeof path, "#/$defs/%s", form->name);
    json_string_field(writer, "$ref", path);
}

/* The keys that say which values a field takes, into the object that is open. */
static void value_schema(const struct form_field *field, struct json_writer *writer)
{
    switch (field->kind) {
    case FORM_TEXT:
        text_write(field, writer, (size_t)field->max);
        return;
    case FORM_TEXTS:
        list_write(field, writer);
        json_begin_object(writer);
        text_write(field, writer, field->text_max);
        json_end_object(writer);
        return;
    case FORM_INTEGER:
    case FORM_COUNT:
    case FORM_NUMBER:
        integer_schema(field, writer);
        return;
    case FORM_BOOLEAN:
        type_write(writer, "boolean");
        return;
    case FORM_CHOICE:
        enum_write(field, writer);
        return;
    case FORM_CHOICES:
        list_write(field, writer);
        json_begin_object(writer);
        enum_write(field, writer);
        json_end_object(writer);
        return;
    case FORM_HEX:
        hex_schema(field, writer);
        return;
    case FORM_TIME:
        time_schema(writer);
        return;
    case FORM_OBJECT:
        reference_write(field->form, writer);
        return;
    case FORM_OBJECTS:
        list_write(field, writer);
        json_begin_object(writer);
        reference_write(field->form, writer);
        json_end_object(writer);
        return;
    case FORM_NUMBERS:
    case FORM_BASE64:
    case FORM_UUID:
        break; /* no field of an agreement is of these; one that became so would fail the schema's test */
    }
}

/* Whether the reader takes the object without the field. */
static bool may_lack(const struct form_field *field)
{
    bool is_list = field->kind == FORM_TEXTS || field->kind == FORM_CHOICES ||
                   field->kind == FORM_OBJECTS || field->kind == FORM_NUMBERS;
    return field->is_optional || (is_list && field->min == 0);
}

/* The keys of one object. */
static void form_schema(const struct form *form, struct json_writer *writer)
{
    type_write(writer, "object");
    json_string_field(writer, "description", form->about);
    json_boolean_field(writer, "additionalProperties", false);
    json_key(writer, "required");
    json_begin_array(writer);
    for (size_t i = 0; i < form->count; i++)
        if (!may_lack(&form->fields[i]))
            json_write_text(writer, span_text(form->fields[i].name));
    json_end_array(writer);
    json_key(writer, "properties");
    json_begin_object(writer);
    for (size_t i = 0; i < form->count; i++) {
        json_key(writer, form->fields[i].name);
        json_begin_object(writer);
        json_string_field(writer, "description", form->fields[i].about);
        value_schema(&form->fields[i], writer);
        json_end_object(writer);
    }
    json_end_object(writer);
}

/* The forms reachable from `root`, each once, `root` first. */
static size_t forms_collect(const struct form *root, const struct form *list[FORM_COUNT_MAX])
{
    size_t count = 1;
    list[0] = root;
    for (size_t at = 0; at < count; at++) {
        for (size_t i = 0; i < list[at]->count; i++) {
            const struct form *child = list[at]->fields[i].form;
            bool is_known = child == NULL;
            for (size_t j = 0; j < count && !is_known; j++)
                is_known = list[j] == child;
            if (!is_known && count < FORM_COUNT_MAX)
                list[count++] = child;
        }
    }
    return count;
}

/* One line a value, two spaces a level: the schema is read by people and compared by git. */
static void indent_write(struct span json, struct buffer *out)
{
    bool is_text = false;
    int depth = 0;

    for (size_t i = 0; i < json.size; i++) {
        char c = (char)json.data[i];
        bool is_escaped = is_text && i > 0 && json.data[i - 1] == '\\';
        if (c == '"' && !is_escaped)
            is_text = !is_text;
        if (!is_text && (c == '}' || c == ']'))
            buffer_format(out, "\n%*s", 2 * --depth, "");
        buffer_byte(out, (uint8_t)c);
        if (!is_text && (c == '{' || c == '['))
            buffer_format(out, "\n%*s", 2 * ++depth, "");
        if (!is_text && c == ',')
            buffer_format(out, "\n%*s", 2 * depth, "");
        if (!is_text && c == ':')
            buffer_byte(out, ' ');
    }
    buffer_byte(out, '\n');
}

bool agreement_schema_write(struct buffer *out, struct error *err)
{
    struct buffer compact CLEANUP(buffer_free) = buffer_make(256 * 1024);
    const struct form *forms[FORM_COUNT_MAX];
    size_t count = forms_collect(&agreement_form, forms);
    struct json_writer writer = json_writer_make(&compact);

    json_begin_object(&writer);
    json_string_field(&writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_string_field(&writer, "title", agreement_format_names[AGREEMENT_FORMAT_1]);
    form_schema(&agreement_form, &writer);
    json_key(&writer, "$defs");
    json_begin_object(&writer);
    for (size_t i = 1; i < count; i++) {
        json_key(&writer, forms[i]->name);
        json_begin_object(&writer);
        form_schema(forms[i], &writer);
        json_end_object(&writer);
    }
    json_end_object(&writer);
    json_end_object(&writer);
    indent_write(buffer_span(&compact), out);
    if (!compact.failed && !out->failed)
        return true;
    return error_set(err, ERROR_BUG, "the schema does not fit its buffer");
}

void agreement_document(struct buffer *out)
{
    const struct form *forms[FORM_COUNT_MAX];
    size_t count = forms_collect(&agreement_form, forms);

    buffer_text(
        out,
        "# The agreement\n\n"
        "Two parties co-sign one JSON document. Both nodes ask it, through one function, whether a\n"
        "message may be sent, accepted and kept; each ruling names the clause that decided. The\n"
        "agreement carries out the instruments that it names and is never itself a legal basis: until\n"
        "one of them is in force, only training data passes.\n\n"
        "The document is signed in its canonical spelling (no spaces, fields in the order below) as\n"
        "CMS SignedData by both institutions named in it. Its fingerprint is the SHA-256 of these\n"
        "bytes. `openssl cms -verify -binary -inform DER -in agreement.cms -CAfile both.pem\n"
        "-purpose any` verifies it without Besa.\n\n"
        "## The life of an agreement\n\n"
        "**Version 1** is signed outside the nodes by both institutions and imported by both.\n\n"
        "**A new version** is drafted and signed as a file by one institution, and proposed\n"
        "(`besa agreement propose FILE`). The other side reads `besa agreement diff`: each change as\n"
        "a sentence under its clause, stricter or looser, and its effects counted from its own books.\n"
        "It exports the proposal, countersigns the file and gives it back with `accept`, or refuses.\n"
        "The institutions' keys are on no node. A proposer may ask for its proposal back; the other\n"
        "node then refuses it, unless it was signed already. While its own proposal is open, a party\n"
        "signs no other, so two documents never become the same version.\n\n"
        "**In force** is a matter of position, not of time: an entry is judged by both nodes under\n"
        "the newest version whose second signature lies before it in its own log, or below its\n"
        "`seen` in the other. Business that still waits under an older version goes back to its\n"
        "officer and stands in `besa sent` as `returned`. Parties, keys, certificates and the\n"
        "pre-shared key are no matter of an amendment.\n\n"
        "**Before sending**, `besa agreement try FILE` says what would be ruled of a message, by\n"
        "which clause, due when and erased when; with `--agreement DRAFT` under a draft.\n\n"
        "**Suspension** is one-sided: at once at the side that says so, and at the partner with the\n"
        "custody of that entry. Nothing new is sent or handled, and no part of a file that was sent\n"
        "before is given or fetched; what is about the exchange or the agreement itself goes on. Only\n"
        "the side that suspended lifts its suspension.\n\n"
        "**Termination** names a day, after the notice agreed; two officers of the side that ends it\n"
        "say so, and it is not taken back. From then on nothing new is sent. Custody, outcomes,\n"
        "recalls and erasures go on.\n\n"
        "This page and `agreement.schema.json` (JSON Schema, draft 2020-12) are written from the\n"
        "tables that read the document; a test compares them.\n\n"
        "## Clauses\n\n");
    clauses_write(out);
    buffer_text(out, "\nWhat no agreement may agree to:\n\n");
    for (size_t i = 0; i < PERSON_CATEGORY_COUNT; i++) {
        uint64_t max = person_category_fields_max((enum person_category)i);
        if (max == (UINT64_C(1) << PERSON_FIELD_COUNT) - 1)
            continue;
        buffer_format(out, "- about `%s`, more than:", person_category_names[i]);
        for (size_t j = 0; j < PERSON_FIELD_COUNT; j++)
            if (max & UINT64_C(1) << j)
                buffer_format(out, " `%s`", person_field_names[j]);
        buffer_text(out, "\n");
    }
    buffer_text(out, "- from a Member State to a third country, data from:");
    for (size_t i = 0; i < SOURCE_SYSTEM_COUNT; i++)
        if (!source_system_may_leave_union((enum source_system)i))
            buffer_format(out, " `%s`", source_system_names[i]);
    buffer_text(out, "\n");
    for (size_t i = 0; i < count; i++) {
        buffer_format(out, "\n## %s\n\n%s\n\n", forms[i]->name, forms[i]->about);
        form_document(forms[i], out);
    }
}
