/*
 * The `openssl` command as the second opinion: files in a directory of their own, and what the command said.
 */
#ifndef BESA_TESTS_CRYPTO_SUPPORT_COMMAND_H
#define BESA_TESTS_CRYPTO_SUPPORT_COMMAND_H

#include "base/attributes.h"
#include "base/span.h"

#include <stdbool.h>

/* Makes the directory on the first call; gone at the end of the program. */
const char *command_directory(void);
bool command_write(const char *name, struct span bytes);
/* Reads a file of the directory into `out` of `size` bytes. */
struct span command_read(const char *name, uint8_t *out, size_t size);
bool command_has_openssl(void);
/* Runs `openssl <arguments>` in the directory; true when it exits with 0. */
bool command_openssl(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
