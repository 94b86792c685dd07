/* XML of people: see own_xml.h. */
#include "desk/own_xml.h"

#include "base/text.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX  64
#define NAME_SIZE  64
#define CHUNK_SIZE 65536

const char own_xml_mapping_usual[] = "record\tPerson\n"
                                     "@id\texternal\n"
                                     "ReferenceNumber\texternal\n"
                                     "FamilyName\tfamily\n"
                                     "LastName\tfamily\n"
                                     "Surname\tfamily\n"
                                     "FirstName\tgiven\n"
                                     "GivenName\tgiven\n"
                                     "FatherName\tfather\n"
                                     "MaidenName\tmaiden\n"
                                     "BirthName\tmaiden\n"
                                     "AliasName\talias\n"
                                     "Alias\talias\n"
                                     "FullName\tname\n"
                                     "Sex\tsex\n"
                                     "Gender\tsex\n"
                                     "DateOfBirth\tbirth_date\n"
                                     "BirthDate\tbirth_date\n"
                                     "PlaceOfBirth\tbirth_place\n"
                                     "BirthPlace\tbirth_place\n"
                                     "CountryOfBirth\tbirth_country\n"
                                     "BirthCountry\tbirth_country\n"
                                     "Nationality\tnationality\n"
                                     "NationalityCode\tnationality\n"
                                     "PassportNumber\tpassport\n"
                                     "IdentityCardNumber\tid_card\n"
                                     "DocumentNumber\tdocument\n"
                                     "PersonalNumber\tpersonal_number\n"
                                     "NationalIdentificationNumber\tpersonal_number\n"
                                     "PhoneNumber\tphone\n"
                                     "Address\taddress\n"
                                     "Occupation\toccupation\n"
                                     "Profession\toccupation\n"
                                     "Description\tdescription\n"
                                     "PersonCategory\tcategory\n";

struct value {
    enum own_field field;
    size_t start;
    size_t size;
};

struct own_xml {
    FILE *file;
    const struct own_xml_mapping *mapping;
    XML_Parser parser;
    bool is_over;          /* the last chunk was given */
    bool is_paused;        /* at the end of a record */
    unsigned depth;        /* of elements; beyond DEPTH_MAX they are not looked at */
    unsigned record_depth; /* 0: outside of any */
    char names[DEPTH_MAX][NAME_SIZE];
    uint8_t text[OWN_XML_SIZE_MAX];
    size_t text_size;
    struct value values[OWN_XML_VALUE_MAX];
    size_t value_count;
    bool is_open; /* the last value's element is: its text goes on */
    unsigned open_depth;
    bool is_long;
    bool has_doctype;
};

/* --- mapping --- */

bool own_xml_mapping_read(struct span text, struct own_xml_mapping *out, struct error *err)
{
    struct span line;

    *out = (struct own_xml_mapping){.count = 0};
    for (size_t number = 1; line_take(&text, &line); number++) {
        const uint8_t *tab = line.size == 0 ? NULL : memchr(line.data, '\t', line.size);
        if (line.size == 0 || line.data[0] == '#')
            continue;
        size_t size = tab == NULL ? 0 : (size_t)(tab - line.data);
        struct span right = span_part(line, size + 1, line.size);
        if (size == 0 || size >= OWN_XML_PATH_SIZE || right.size == 0 ||
            right.size >= OWN_XML_PATH_SIZE || memchr(line.data, 0, line.size) != NULL)
            return error_set(err, ERROR_INPUT, "mapping, line %zu: PATH, a tab, a field", number);
        if (span_is(span_part(line, 0, size), "record")) {
            memcpy(out->record, right.data, right.size);
            out->record[right.size] = 0;
            continue;
        }
        if (out->count == OWN_XML_RULE_MAX)
            return error_set(err, ERROR_LIMIT, "mapping: more than %d lines", OWN_XML_RULE_MAX);
        struct own_xml_rule *rule = &out->rules[out->count++];
        memcpy(rule->path, line.data, size);
        rule->path[size] = 0;
        if (!own_field_of(right, &rule->field))
            return error_set(err, ERROR_INPUT, "mapping, line %zu: no such field", number);
    }
    if (text.size > 0)
        return error_set(err, ERROR_INPUT, "mapping: the last line has no end");
    return out->record[0] != 0 ||
           error_set(err, ERROR_INPUT, "mapping: which element is a person?");
}

/* --- where the parser stands --- */

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon == NULL ? name : colon + 1;
}

/* Do the last parts of where we stand, and `attribute` behind them where it is not NULL, spell `path`? */
static bool path_fits(const struct own_xml *xml, const char *path, const char *attribute)
{
    size_t size = strlen(path);
    unsigned depth = xml->depth;

    if (attribute != NULL) {
        size_t last = strlen(attribute);
        if (size < last + 1 || path[size - last - 1] != '@' ||
            strcmp(path + size - last, attribute) != 0)
            return false;
        size -= last + 1;
        if (size == 0)
            return depth == xml->record_depth; /* "@id": of the person's own element */
        if (path[--size] != '/')
            return false;
    }
    while (size > 0) {
        if (depth == 0)
            return false;
        const char *name = xml->names[--depth];
        size_t part = strlen(name);
        if (size < part || memcmp(path + size - part, name, part) != 0)
            return false;
        size -= part;
        if (size > 0 && path[--size] != '/')
            return false;
    }
    return true;
}

static const struct own_xml_rule *rule_of(const struct own_xml *xml, const char *attribute)
{
    for (size_t i = 0; i < xml->mapping->count; i++)
        if (path_fits(xml, xml->mapping->rules[i].path, attribute))
            return &xml->mapping->rules[i];
    return NULL;
}

static void text_add(struct own_xml *xml, const char *text, size_t size)
{
    if (xml->is_long || size > sizeof xml->text - xml->text_size) {
        xml->is_long = true;
        return;
    }
    memcpy(xml->text + xml->text_size, text, size);
    xml->text_size += size;
    xml->values[xml->value_count - 1].size += size;
}

static bool value_begin(struct own_xml *xml, enum own_field field)
{
    if (xml->value_count == OWN_XML_VALUE_MAX) {
        xml->is_long = true;
        return false;
    }
    xml->values[xml->value_count++] = (struct value){field, xml->text_size, 0};
    return true;
}

static void attributes_look(struct own_xml *xml, const char **attributes)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        const struct own_xml_rule *rule = rule_of(xml, local_name(attributes[i]));
        if (rule != NULL && value_begin(xml, rule->field))
            text_add(xml, attributes[i + 1], strlen(attributes[i + 1]));
    }
}

static void on_start(void *context, const char *name, const char **attributes)
{
    struct own_xml *xml = context;

    if (xml->depth++ >= DEPTH_MAX)
        return;
    snprintf(xml->names[xml->depth - 1], NAME_SIZE, "%s", local_name(name));
    if (xml->record_depth == 0) {
        if (strcmp(xml->names[xml->depth - 1], xml->mapping->record) != 0)
            return;
        xml->record_depth = xml->depth;
        xml->text_size = 0;
        xml->value_count = 0;
        xml->is_open = false;
        xml->is_long = false;
    }
    attributes_look(xml, attributes);
    const struct own_xml_rule *rule = rule_of(xml, NULL);
    if (rule == NULL)
        return;
    xml->is_open = value_begin(xml, rule->field);
    xml->open_depth = xml->depth;
}

/* Only the element's own text: of "<Alias>a<Note>b</Note></Alias>" it is "a". */
static void on_text(void *context, const char *text, int size)
{
    struct own_xml *xml = context;

    if (xml->record_depth > 0 && xml->is_open && xml->depth == xml->open_depth)
        text_add(xml, text, (size_t)size);
}

static void on_end(void *context, const char *name)
{
    struct own_xml *xml = context;
    (void)name;

    if (xml->is_open && xml->depth == xml->open_depth)
        xml->is_open = false;
    if (xml->depth == xml->record_depth && xml->record_depth > 0) {
        xml->record_depth = 0;
        xml->is_paused = true;
        XML_StopParser(xml->parser, XML_TRUE);
    }
    xml->depth--;
}

static void on_doctype(void *context, const char *name, const char *system_id,
                       const char *public_id, int has_internal_subset)
{
    struct own_xml *xml = context;
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;

    xml->has_doctype = true;
    XML_StopParser(xml->parser, XML_FALSE);
}

/* --- reading --- */

bool own_xml_open(FILE *file, const struct own_xml_mapping *mapping, struct own_xml **out,
                  struct error *err)
{
    struct own_xml *xml = calloc(1, sizeof *xml);

    *out = xml;
    if (xml != NULL) {
        xml->file = file;
        xml->mapping = mapping;
        xml->parser = XML_ParserCreate(NULL);
    }
    if (xml == NULL || xml->parser == NULL) {
        own_xml_close(out);
        return error_set(err, ERROR_LIMIT, "out of memory");
    }
    XML_SetUserData(xml->parser, xml);
    XML_SetElementHandler(xml->parser, on_start, on_end);
    XML_SetCharacterDataHandler(xml->parser, on_text);
    XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
    return true;
}

void own_xml_close(struct own_xml **xml)
{
    if (*xml != NULL && (*xml)->parser != NULL)
        XML_ParserFree((*xml)->parser);
    free(*xml);
    *xml = NULL;
}

static enum own_xml_step broken(struct own_xml *xml, struct error *err)
{
    error_set(err, ERROR_INPUT, "XML, line %lu: %s",
              (unsigned long)XML_GetCurrentLineNumber(xml->parser),
              xml->has_doctype ? "a document type is not read"
                               : XML_ErrorString(XML_GetErrorCode(xml->parser)));
    return OWN_XML_BROKEN;
}

/* The next bytes; false at the end or on a failure of the disk. */
static enum XML_Status chunk_parse(struct own_xml *xml)
{
    void *room = XML_GetBuffer(xml->parser, CHUNK_SIZE);
    size_t got = room == NULL ? 0 : fread(room, 1, CHUNK_SIZE, xml->file);

    xml->is_over = got == 0;
    return room == NULL ? XML_STATUS_ERROR : XML_ParseBuffer(xml->parser, (int)got, xml->is_over);
}

enum own_xml_step own_xml_next(struct own_xml *xml, struct error *err)
{
    enum XML_Status status = xml->is_paused ? XML_ResumeParser(xml->parser) : XML_STATUS_OK;

    for (xml->is_paused = false;; xml->is_paused = false) {
        if (status == XML_STATUS_SUSPENDED) {
            xml->is_paused = true;
            if (!xml->is_long)
                return OWN_XML_RECORD;
            error_set(err, ERROR_INPUT, "a person has more than %d bytes or %d values",
                      OWN_XML_SIZE_MAX, OWN_XML_VALUE_MAX);
            return OWN_XML_FAULT;
        }
        if (status == XML_STATUS_ERROR)
            return ferror(xml->file) != 0 ? OWN_XML_FAILED : broken(xml, err);
        if (xml->is_over)
            return OWN_XML_END;
        status = chunk_parse(xml);
    }
}

size_t own_xml_count(const struct own_xml *xml)
{
    return xml->value_count;
}

struct span own_xml_value(const struct own_xml *xml, size_t at, enum own_field *field)
{
    *field = xml->values[at].field;
    return span_make(xml->text + xml->values[at].start, xml->values[at].size);
}
