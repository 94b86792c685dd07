/*
 * besa own import: a file of people, slice by slice. What a line lacks comes from the options; a line that is wrong is told
 * and passed over; the same command again goes on where it was cut.
 */
#ifndef BESA_CMD_OWN_H
#define BESA_CMD_OWN_H

#include "cmd/command.h"

command_run own_import;

#endif
