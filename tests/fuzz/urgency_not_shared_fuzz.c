/* Arbitrary bodies of type urgency_not_shared. */
#include "fuzz/support/body_fuzz.h"

#include "message/urgency.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&urgency_not_shared_form, data, size);
}
