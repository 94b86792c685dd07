/* Files of people: see own_file.h. */
#include "desk/own_file.h"

#include "base/attributes.h"
#include "base/json.h"
#include "desk/own_build.h"

#include <stdlib.h>

#define COLUMN_MAX  64
#define READ_SIZE   65536
#define VALUE_SPLIT '|'

const char *const own_file_format_names[OWN_FILE_FORMAT_COUNT] = {"csv", "ftm", "xml"};

struct own_file {
    FILE *file;
    enum own_file_format format;
    const struct own_entry *usual;
    struct span source;
    struct own_build build;
    struct buffer text; /* of the person at hand */
    struct arena arena; /* of one JSON line */
    struct own_xml *xml;
    /* What was read and not taken yet. */
    uint8_t block[READ_SIZE];
    size_t block_at;
    size_t block_size;
    uint64_t line;
    /* The record at hand: its fields behind each other. */
    uint8_t row[OWN_LINE_SIZE_MAX];
    size_t row_size;
    size_t ends[COLUMN_MAX]; /* of the fields in `row` */
    size_t field_count;
    enum own_field columns[COLUMN_MAX];
    size_t column_count;
    uint8_t separator;
};

struct span own_file_text(const struct own_file *file)
{
    return buffer_span(&file->text);
}

uint64_t own_file_line(const struct own_file *file)
{
    return file->line;
}

/* The next byte; -1 at the end. */
static int byte_next(struct own_file *file)
{
    if (file->block_at == file->block_size) {
        file->block_size = fread(file->block, 1, READ_SIZE, file->file);
        file->block_at = 0;
        if (file->block_size == 0)
            return -1;
    }
    return file->block[file->block_at++];
}

static int byte_peek(struct own_file *file)
{
    int byte = byte_next(file);

    if (byte >= 0)
        file->block_at--;
    return byte;
}

/* --- records of a table: RFC 4180, with other separators --- */

enum record_state { RECORD_OK, RECORD_LONG, RECORD_COLUMNS, RECORD_QUOTES, RECORD_END };

static void field_end(struct own_file *file, enum record_state *state)
{
    if (file->field_count == COLUMN_MAX)
        *state = RECORD_COLUMNS;
    else
        file->ends[file->field_count++] = file->row_size;
}

static void byte_put(struct own_file *file, int byte, enum record_state *state)
{
    if (file->row_size == sizeof file->row)
        *state = RECORD_LONG;
    else
        file->row[file->row_size++] = (uint8_t)byte;
}

/* Inside quotation marks: two of them are one, and lines end nothing. */
static void quoted_read(struct own_file *file, enum record_state *state)
{
    for (;;) {
        int byte = byte_next(file);
        if (byte < 0) {
            *state = RECORD_QUOTES;
            return;
        }
        file->line += byte == '\n';
        if (byte == '"') {
            if (byte_peek(file) != '"')
                return;
            byte_next(file);
        }
        byte_put(file, byte, state);
    }
}

/* One record, to its end also when it is of no use. */
static enum record_state record_read(struct own_file *file)
{
    enum record_state state = RECORD_OK;
    bool is_begun = false;
    size_t start = 0;

    file->row_size = 0;
    file->field_count = 0;
    if (byte_peek(file) < 0)
        return RECORD_END;
    file->line++;
    for (;;) {
        int byte = byte_next(file);
        if (byte < 0 || byte == '\n')
            break;
        if (byte == '\r' && (byte_peek(file) == '\n' || byte_peek(file) < 0))
            continue;
        if (byte == file->separator) {
            field_end(file, &state);
            start = file->row_size;
        } else if (byte == '"' && file->row_size == start) {
            quoted_read(file, &state);
        } else {
            byte_put(file, byte, &state);
        }
        is_begun = true;
    }
    if (is_begun)
        field_end(file, &state);
    return state;
}

static struct span field_at(const struct own_file *file, size_t at)
{
    size_t start = at == 0 ? 0 : file->ends[at - 1];

    return span_make(file->row + start, file->ends[at] - start);
}

static struct span trimmed(struct span text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = span_part(text, 1, text.size);
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
        text.size--;
    return text;
}

static bool record_fault(enum record_state state, struct error *err)
{
    static const char *const words[] = {
        [RECORD_LONG] = "longer than 64 KiB",
        [RECORD_COLUMNS] = "more than 64 columns",
        [RECORD_QUOTES] = "a quotation mark is not closed before the end of the file",
    };

    return state == RECORD_OK || state == RECORD_END ||
           error_set(err, ERROR_INPUT, "%s", words[state]);
}

/* The separator that the header has most of. */
static void separator_find(struct own_file *file)
{
    size_t counts[3] = {0};
    static const uint8_t separators[3] = {',', ';', '\t'};

    byte_peek(file);
    for (size_t i = file->block_at; i < file->block_size && file->block[i] != '\n'; i++)
        for (size_t k = 0; k < 3; k++)
            counts[k] += file->block[i] == separators[k];
    file->separator = separators[counts[1] > counts[0] ? 1 : 0];
    if (counts[2] > counts[0] && counts[2] > counts[1])
        file->separator = separators[2];
}

static bool header_read(struct own_file *file, struct error *err)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};

    separator_find(file);
    if (file->block_size >= 3 && memcmp(file->block, mark, sizeof mark) == 0)
        file->block_at += sizeof mark;
    enum record_state state = record_read(file);
    if (!record_fault(state, err))
        return error_add(err, "the header");
    for (size_t i = 0; i < file->field_count; i++) {
        struct span name = trimmed(field_at(file, i));
        if (!own_field_of(name, &file->columns[i]))
            return error_set(err, ERROR_INPUT, "column %zu has a name that is not known", i + 1);
    }
    file->column_count = file->field_count;
    return file->column_count > 0 || error_set(err, ERROR_INPUT, "the file has no header");
}

static bool values_add(struct own_file *file, enum own_field field, struct span text,
                       struct error *err)
{
    while (text.size > 0) {
        size_t size = 0;
        while (size < text.size && text.data[size] != VALUE_SPLIT)
            size++;
        if (!own_build_add(&file->build, field, trimmed(span_part(text, 0, size)), err))
            return false;
        text = span_part(text, size + 1, text.size);
    }
    return true;
}

/* Father's and maiden names go with a name that stands already. */
static bool is_late(enum own_field field)
{
    return field == OWN_FATHER || field == OWN_MAIDEN;
}

static enum own_file_step csv_next(struct own_file *file, struct own_entry *out, struct error *err)
{
    enum record_state state = record_read(file);

    if (state == RECORD_END)
        return ferror(file->file) != 0 ? OWN_FILE_FAILED : OWN_FILE_END;
    if (!record_fault(state, err))
        return OWN_FILE_FAULT;
    if (file->row_size == 0 && file->field_count <= 1)
        return OWN_FILE_NOTHING;
    if (file->field_count != file->column_count) {
        error_set(err, ERROR_INPUT, "%zu columns, the header has %zu", file->field_count,
                  file->column_count);
        return OWN_FILE_FAULT;
    }
    own_build_begin(&file->build, file->usual);
    for (int late = 0; late <= 1; late++)
        for (size_t i = 0; i < file->column_count; i++)
            if (is_late(file->columns[i]) == (late == 1) &&
                !values_add(file, file->columns[i], field_at(file, i), err))
                return OWN_FILE_FAULT;
    return own_build_end(&file->build, file->source, out, err) ? OWN_FILE_PERSON : OWN_FILE_FAULT;
}

/* --- FollowTheMoney: one entity a line, properties as lists of texts --- */

struct property {
    const char *name;
    enum own_field field;
};
static const struct property properties[] = {
    {"firstName", OWN_GIVEN},
    {"lastName", OWN_FAMILY},
    {"name", OWN_NAME},
    {"alias", OWN_ALIAS},
    {"weakAlias", OWN_ALIAS},
    {"previousName", OWN_ALIAS},
    {"fatherName", OWN_FATHER},
    {"birthDate", OWN_BIRTH_DATE},
    {"birthPlace", OWN_BIRTH_PLACE},
    {"birthCountry", OWN_BIRTH_COUNTRY},
    {"nationality", OWN_NATIONALITY},
    {"citizenship", OWN_NATIONALITY},
    {"gender", OWN_SEX},
    {"passportNumber", OWN_PASSPORT},
    {"idNumber", OWN_DOCUMENT},
    {"socialSecurityNumber", OWN_PERSONAL_NUMBER},
    {"phone", OWN_PHONE},
    {"address", OWN_ADDRESS},
    {"position", OWN_OCCUPATION},
};

/* Fields of which a person has one: the first value counts. */
static bool is_single(enum own_field field)
{
    return field == OWN_SEX || field == OWN_BIRTH_DATE || field == OWN_BIRTH_PLACE ||
           field == OWN_BIRTH_COUNTRY || field == OWN_OCCUPATION || field == OWN_FATHER;
}

static bool property_add(struct own_file *file, struct json_object *object,
                         const struct property *property, struct error *err)
{
    if (!json_has(object, property->name))
        return true;
    struct json_list list = json_get_array(object, property->name, 0, PERSON_NAME_COUNT_MAX);
    for (size_t i = 0; i < list.count; i++) {
        struct span value = json_array_text(&list, i, 0, PERSON_LINK_SIZE_MAX);
        if (i > 0 && is_single(property->field))
            break;
        /* A whole name beside its parts says nothing new. */
        if (property->field == OWN_NAME && file->build.given_count > 0 && i == 0)
            continue;
        if (!own_build_add(&file->build, property->field, trimmed(value), err))
            return false;
    }
    return true;
}

/* The line without its end; RECORD_LONG is read to its end. */
static enum record_state line_read(struct own_file *file)
{
    enum record_state state = RECORD_OK;
    int byte;

    file->row_size = 0;
    if (byte_peek(file) < 0)
        return RECORD_END;
    file->line++;
    while ((byte = byte_next(file)) >= 0 && byte != '\n')
        byte_put(file, byte, &state);
    return state;
}

static enum own_file_step entity_read(struct own_file *file, const struct json *json,
                                      struct own_entry *out, struct error *err)
{
    struct problems problems = {0};
    struct json_object root;
    struct json_object object;

    json_object_begin(&root, json_root(json), &file->arena, &problems);
    struct span schema = json_get_text(&root, "schema", 1, 64);
    struct span id = json_get_text(&root, "id", 1, OWN_EXTERNAL_SIZE_MAX);
    if (!problems_to_error(&problems, err))
        return OWN_FILE_FAULT;
    if (!span_is(schema, "Person"))
        return OWN_FILE_NOTHING;
    own_build_begin(&file->build, file->usual);
    bool ok = own_build_add(&file->build, OWN_EXTERNAL, id, err);
    if (ok && json_get_child(&root, "properties", &object))
        for (size_t i = 0; ok && i < ARRAY_COUNT(properties); i++)
            ok = property_add(file, &object, &properties[i], err);
    ok = ok && problems_to_error(&problems, err) &&
         own_build_end(&file->build, file->source, out, err);
    return ok ? OWN_FILE_PERSON : OWN_FILE_FAULT;
}

static enum own_file_step ftm_next(struct own_file *file, struct own_entry *out, struct error *err)
{
    struct json *json = NULL;
    enum record_state state = line_read(file);

    if (state == RECORD_END)
        return ferror(file->file) != 0 ? OWN_FILE_FAILED : OWN_FILE_END;
    if (!record_fault(state, err))
        return OWN_FILE_FAULT;
    if (trimmed(span_make(file->row, file->row_size)).size == 0)
        return OWN_FILE_NOTHING;
    if (!json_parse(span_make(file->row, file->row_size), &json, err))
        return OWN_FILE_FAULT;
    arena_free(&file->arena);
    enum own_file_step step = entity_read(file, json, out, err);
    json_free(&json);
    return step;
}

/* --- XML --- */

static enum own_file_step xml_build(struct own_file *file, struct own_entry *out, struct error *err)
{
    own_build_begin(&file->build, file->usual);
    for (int late = 0; late <= 1; late++)
        for (size_t i = 0; i < own_xml_count(file->xml); i++) {
            enum own_field field;
            struct span value = own_xml_value(file->xml, i, &field);
            if (is_late(field) == (late == 1) &&
                !own_build_add(&file->build, field, trimmed(value), err))
                return OWN_FILE_FAULT;
        }
    return own_build_end(&file->build, file->source, out, err) ? OWN_FILE_PERSON : OWN_FILE_FAULT;
}

static enum own_file_step xml_next(struct own_file *file, struct own_entry *out, struct error *err)
{
    enum own_xml_step step = own_xml_next(file->xml, err);

    if (step == OWN_XML_END)
        return OWN_FILE_END;
    if (step == OWN_XML_BROKEN || step == OWN_XML_FAILED)
        return OWN_FILE_FAILED;
    file->line++;
    return step == OWN_XML_FAULT ? OWN_FILE_FAULT : xml_build(file, out, err);
}

/* --- all --- */

bool own_file_open(FILE *from, enum own_file_format format, const struct own_entry *usual,
                   const struct own_xml_mapping *mapping, struct span source, struct own_file **out,
                   struct error *err)
{
    struct own_file *file = calloc(1, sizeof *file);

    *out = file;
    if (file == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    file->file = from;
    file->format = format;
    file->usual = usual;
    file->source = source;
    file->arena = arena_make(4 * OWN_LINE_SIZE_MAX);
    file->text = buffer_make(2 * OWN_LINE_SIZE_MAX);
    file->build.text = &file->text;
    if (format == OWN_FILE_CSV
            ? header_read(file, err)
            : format != OWN_FILE_XML || own_xml_open(from, mapping, &file->xml, err))
        return true;
    own_file_close(out);
    return false;
}

void own_file_close(struct own_file **file)
{
    if (*file != NULL) {
        own_xml_close(&(*file)->xml);
        arena_free(&(*file)->arena);
        buffer_free(&(*file)->text);
    }
    free(*file);
    *file = NULL;
}

enum own_file_step own_file_next(struct own_file *file, struct own_entry *out, struct error *err)
{
    switch (file->format) {
    case OWN_FILE_CSV:
        return csv_next(file, out, err);
    case OWN_FILE_FTM:
        return ftm_next(file, out, err);
    case OWN_FILE_XML:
        return xml_next(file, out, err);
    case OWN_FILE_FORMAT_COUNT:
        break;
    }
    return OWN_FILE_FAILED;
}
