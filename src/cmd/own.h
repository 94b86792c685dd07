/*
 * besa own import and besa own match: a file of people, slice by slice. A line that is wrong is told and passed over. An import
 * enters them; what a line lacks comes from the options; the same command again goes on where it was cut. A match asks for
 * them.
 */
#ifndef BESA_CMD_OWN_H
#define BESA_CMD_OWN_H

#include "cmd/command.h"

command_run own_import, own_match;

/* --least: "0.5", a score as answers have it, to percent; `absent` when it is not given. INPUT names the option. */
bool own_least_option(const char *text, unsigned absent, unsigned *out, struct error *err);

#endif
