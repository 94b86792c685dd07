/*
 * Prompt: a password is asked for, at a terminal without being shown, else taken as one line of standard input. Never from the
 * command line, which every process of the machine can read.
 */
#ifndef BESA_CMD_PROMPT_H
#define BESA_CMD_PROMPT_H

#include "base/buffer.h"
#include "base/error.h"

/* Into `out`, which holds PASSWORD_SIZE_MAX bytes and is the caller's to wipe. */
bool prompt_password(const char *prompt, struct buffer *out, struct error *err);

#endif
