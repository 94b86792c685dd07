/* Arbitrary bodies of type clock_dispute. */
#include "fuzz/support/body_fuzz.h"

#include "message/clock_dispute.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&clock_dispute_form, data, size);
}
