/* Arbitrary text as a token's URI: refused with a reason that does not repeat it, or it names a module and a key. */
#include "crypto/cms.h"
#include "crypto/secret.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_started;
    struct error err = {0};

    if (!is_started)
        crypto_start();
    is_started = true;
    bool ok = institution_token_check(span_make(data, size), &err);
    if (ok != (err.kind == ERROR_NONE) || (!ok && err.text[0] == '\0'))
        abort();
    if (ok && (memmem(data, size, "module-path=", 12) == NULL ||
               memmem(data, size, "&pin-value=", 11) != NULL ||
               memmem(data, size, "&pin-source=", 12) != NULL))
        abort();
    return 0;
}
