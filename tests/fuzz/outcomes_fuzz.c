/* Arbitrary bodies of type outcomes. */
#include "fuzz/support/body_fuzz.h"

#include "message/outcomes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&outcomes_form, data, size);
}
