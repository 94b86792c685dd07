/* Configurations: what is read is written and read again, the same. */
#include "cmd/home.h"

#include "base/attributes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config config;
    static struct config again;
    struct buffer text CLEANUP(buffer_free) = buffer_make(CONF_SIZE_MAX);
    struct buffer second CLEANUP(buffer_free) = buffer_make(CONF_SIZE_MAX);
    struct error err = {0};

    if (!config_read(span_make(data, size), &config, &err)) {
        if (err.kind == ERROR_NONE || err.kind == ERROR_BUG)
            abort();
        return 0;
    }
    if (!config_write(&config, &text) || !config_read(buffer_span(&text), &again, &err) ||
        !config_write(&again, &second) || !span_equal(buffer_span(&text), buffer_span(&second)))
        abort();
    return 0;
}
