/* Arbitrary bodies of type succession. */
#include "fuzz/support/body_fuzz.h"

#include "message/succession.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&succession_form, data, size);
}
