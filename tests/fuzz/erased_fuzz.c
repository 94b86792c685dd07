/* Arbitrary bodies of type erased. */
#include "fuzz/support/body_fuzz.h"

#include "message/erased.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&erased_form, data, size);
}
