/* Arbitrary bodies of type termination. */
#include "fuzz/support/body_fuzz.h"

#include "message/suspension.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&termination_form, data, size);
}
