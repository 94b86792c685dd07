/* Arbitrary bodies of type clarification_reply. */
#include "fuzz/support/body_fuzz.h"

#include "message/clarification.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&clarification_reply_form, data, size);
}
