/*
 * What commands that read a file of people share: what the options say of everybody, how elements are named, and the lines
 * that are wrong. Private to own_*.c.
 */
#ifndef BESA_CMD_OWN_USUAL_H
#define BESA_CMD_OWN_USUAL_H

#include "cmd/command.h"
#include "cmd/home.h"
#include "desk/own_file.h"

#include <stdio.h>

/* As the options have it. */
struct usual_texts {
    const char *source, *format, *category, *evaluation, *purpose, *offences, *review, *erase,
        *link, *errors, *mapping;
};
/* Of everybody in the file. The officer does not leave the node under the own name; still, the marking wants a name.
 * Texts and config must stay. */
bool usual_make(const struct usual_texts *texts, const struct config *config, struct own_entry *out,
                struct error *err);
bool usual_format(const char *text, enum own_file_format *out, struct error *err);
/* --mapping FILE; NULL: the usual element names. */
bool usual_mapping(const char *path, struct own_xml_mapping *out, struct error *err);

/* Lines that are wrong: the first are told, all stand in the file of --errors. */
struct faults {
    const struct options *options;
    FILE *file; /* NULL: none */
    uint64_t count;
};
void fault_tell(struct faults *faults, uint64_t line, const char *why);

#endif
