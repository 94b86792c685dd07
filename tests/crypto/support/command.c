/* The `openssl` command: see command.h. */
#include "crypto/support/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define PATH_SIZE 512

static char directory[PATH_SIZE];

static void directory_remove(void)
{
    char line[PATH_SIZE + 16];

    snprintf(line, sizeof line, "rm -rf '%s'", directory);
    if (system(line) != 0)
        printf("cannot remove %s\n", directory);
}

const char *command_directory(void)
{
    const char *place = getenv("TMPDIR");

    if (directory[0] != '\0')
        return directory;
    snprintf(directory, sizeof directory, "%s/besa-crypto-XXXXXX", place == NULL ? "/tmp" : place);
    if (mkdtemp(directory) == NULL) {
        perror(directory);
        exit(1);
    }
    atexit(directory_remove);
    return directory;
}

static FILE *open_file(const char *name, const char *mode)
{
    char path[PATH_SIZE + 64];

    snprintf(path, sizeof path, "%s/%s", command_directory(), name);
    return fopen(path, mode);
}

bool command_write(const char *name, struct span bytes)
{
    FILE *file = open_file(name, "wb");

    if (file == NULL)
        return false;
    bool done = bytes.size == 0 || fwrite(bytes.data, bytes.size, 1, file) == 1;
    return fclose(file) == 0 && done;
}

struct span command_read(const char *name, uint8_t *out, size_t size)
{
    FILE *file = open_file(name, "rb");

    if (file == NULL)
        return (struct span){NULL, 0};
    size_t got = fread(out, 1, size, file);
    fclose(file);
    return span_make(out, got);
}

bool command_has_openssl(void)
{
    return command_openssl("version");
}

bool command_openssl(const char *format, ...)
{
    char arguments[2048];
    char line[3072];
    va_list list;

    va_start(list, format);
    vsnprintf(arguments, sizeof arguments, format, list);
    va_end(list);
    snprintf(line, sizeof line, "cd '%s' && openssl %s >said.txt 2>&1 </dev/null",
             command_directory(), arguments);
    return system(line) == 0;
}
