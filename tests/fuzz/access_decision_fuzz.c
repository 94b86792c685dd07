/* Arbitrary bodies of type access_decision. */
#include "fuzz/support/body_fuzz.h"

#include "message/access_decision.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&access_decision_form, data, size);
}
