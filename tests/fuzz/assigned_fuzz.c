/* Arbitrary bodies of type assigned. */
#include "fuzz/support/body_fuzz.h"

#include "message/assigned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&assigned_form, data, size);
}
