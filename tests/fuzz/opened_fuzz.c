/* Arbitrary bodies of type opened. */
#include "fuzz/support/body_fuzz.h"

#include "message/opened.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&opened_form, data, size);
}
