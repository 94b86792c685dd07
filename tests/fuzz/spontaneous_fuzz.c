/* Arbitrary bodies of type spontaneous. */
#include "fuzz/support/body_fuzz.h"

#include "message/spontaneous.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&spontaneous_form, data, size);
}
