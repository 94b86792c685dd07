/*
 * XML of people, as UMF-shaped exports have it: which element is a person, and which elements and attributes inside it are which
 * field, is said by a mapping; names of elements count without their namespace. No document type is read, so no entity can
 * grow, and nothing outside the file is ever opened.
 */
#ifndef BESA_DESK_OWN_XML_H
#define BESA_DESK_OWN_XML_H

#include "base/error.h"
#include "desk/own_build.h"

#include <stdio.h>

#define OWN_XML_SIZE_MAX  65536 /* bytes of the texts of one person */
#define OWN_XML_VALUE_MAX 64    /* values of one person */
#define OWN_XML_RULE_MAX  96    /* lines of a mapping */
#define OWN_XML_PATH_SIZE 160   /* of one line, with NUL */

struct own_xml_rule {
    char path
        [OWN_XML_PATH_SIZE]; /* "PersonName/FamilyName", "@id": the last parts of where it stands */
    enum own_field field;
};

struct own_xml_mapping {
    char record[OWN_XML_PATH_SIZE]; /* the element that is a person */
    struct own_xml_rule rules[OWN_XML_RULE_MAX];
    size_t count;
};

/* Lines "record<TAB>ELEMENT" once, and "PATH<TAB>FIELD"; # begins a comment. INPUT names the line. */
bool own_xml_mapping_read(struct span text, struct own_xml_mapping *out, struct error *err);
/* The names that UMF and its relatives use. */
extern const char own_xml_mapping_usual[];

struct own_xml;
/* Both must outlive the reader. */
bool own_xml_open(FILE *file, const struct own_xml_mapping *mapping, struct own_xml **out,
                  struct error *err);
/* NULL is fine. */
void own_xml_close(struct own_xml **xml);

enum own_xml_step {
    OWN_XML_RECORD,
    OWN_XML_FAULT, /* this person is too long; go on */
    OWN_XML_END,
    OWN_XML_BROKEN, /* no XML from here on: err names line and cause */
    OWN_XML_FAILED, /* the disk */
};
enum own_xml_step own_xml_next(struct own_xml *xml, struct error *err);
/* Of the record at hand; they live until the next step. */
size_t own_xml_count(const struct own_xml *xml);
struct span own_xml_value(const struct own_xml *xml, size_t at, enum own_field *field);

#endif
