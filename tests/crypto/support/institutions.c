/* Fictional institutions: see institutions.h. */
#include "crypto/support/institutions.h"

#include "crypto/cms.h"

#include <stdio.h>
#include <stdlib.h>

#define PEM_SIZE_MAX 16384

struct institution institution_start(const char *name, const char *passphrase)
{
    struct institution made = {.key = buffer_make(PEM_SIZE_MAX),
                               .certificate = buffer_make(PEM_SIZE_MAX),
                               .passphrase = span_text(passphrase)};
    struct error err = {0};

    if (!institution_make(name, "Fictional police", INSTITUTIONS_NOW_MS, 3650, made.passphrase,
                          &made.key, &made.certificate, &err)) {
        printf("%s\n", err.text);
        exit(1);
    }
    return made;
}

void institution_end(struct institution *institution)
{
    buffer_free(&institution->key);
    buffer_free(&institution->certificate);
}
