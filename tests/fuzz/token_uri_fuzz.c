/* Arbitrary text as a token's URI: refused with a reason that does not repeat it, or it names a module and a key. */
#include "crypto/cms.h"
#include "crypto/secret.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 7512 2.3: attributes of the query are apart by '&'; in the path that is a letter like others. The library takes
 * capitals in their names, too, and passes over white space. */
static bool query_has(const uint8_t *data, size_t size, const char *attribute)
{
    const uint8_t *query = memchr(data, '?', size);
    size_t left = query == NULL ? 0 : size - (size_t)(query - data);
    char *text = malloc(left + 1);
    size_t count = 0;

    if (text == NULL)
        abort();
    for (size_t i = 0; i < left; i++)
        if (query[i] != '\0' && isspace(query[i]) == 0)
            text[count++] = (char)query[i];
    text[count] = '\0';
    bool has = strcasestr(text, attribute) != NULL;
    free(text);
    return has;
}

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
    if (ok && (!query_has(data, size, "module-path=") || query_has(data, size, "&pin-value=") ||
               query_has(data, size, "&pin-source=")))
        abort();
    return 0;
}
