/*
 * Files of people, as other systems write them, one person at a time: a table with named columns (CSV), or FollowTheMoney
 * entities, one JSON a line, or XML as UMF-shaped exports have it (own_xml.h). A line that is wrong is told with its number and the field that is wrong, never its value, and
 * the next one is read.
 *
 *     columns  external family given father maiden alias name sex birth_date birth_place birth_country nationality
 *              passport id_card document personal_number phone address occupation description category minor shielded
 *              case evaluation
 *
 * Several values of one field stand apart by |. The separator (, ; or tab) is that of the header.
 */
#ifndef BESA_DESK_OWN_FILE_H
#define BESA_DESK_OWN_FILE_H

#include "desk/own_form.h"
#include "desk/own_xml.h"

#include <stdio.h>

#define OWN_LINE_SIZE_MAX 65536 /* bytes of one person in a file */

enum own_file_format { OWN_FILE_CSV, OWN_FILE_FTM, OWN_FILE_XML, OWN_FILE_FORMAT_COUNT };
extern const char *const own_file_format_names[OWN_FILE_FORMAT_COUNT];

struct own_file;

/* Reads from `file`, which stays the caller's; so does `mapping`, for XML. `usual`: what holds for every person whose line does not say otherwise; its
 * marking is everybody's but for the id. `source`: the register, for those ids. INPUT when the header is of no use. */
bool own_file_open(FILE *file, enum own_file_format format, const struct own_entry *usual,
                   const struct own_xml_mapping *mapping, struct span source, struct own_file **out,
                   struct error *err);
/* NULL is fine. */
void own_file_close(struct own_file **file);

enum own_file_step {
    OWN_FILE_PERSON,  /* *out: lives until the next step */
    OWN_FILE_NOTHING, /* a line that is no person, and no fault: empty, another entity */
    OWN_FILE_FAULT,   /* err says what; go on */
    OWN_FILE_END,
    OWN_FILE_FAILED, /* the disk, or a file that is broken from here on: err says it */
};
enum own_file_step own_file_next(struct own_file *file, struct own_entry *out, struct error *err);
/* The person of the last step as a slice has it (own_slice.h); lives until the next. */
struct span own_file_text(const struct own_file *file);
/* The line that the last step ended with, from 1; of XML, whose lines say nothing, the number of the person. */
uint64_t own_file_line(const struct own_file *file);

#endif
