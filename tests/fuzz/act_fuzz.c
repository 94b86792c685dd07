/* Arbitrary bodies of type act. */
#include "fuzz/support/body_fuzz.h"

#include "message/act.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&act_form, data, size);
}
