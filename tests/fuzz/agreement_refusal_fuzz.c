/* Arbitrary bodies of type agreement_refusal. */
#include "fuzz/support/body_fuzz.h"

#include "message/amendment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&agreement_refusal_form, data, size);
}
