/* Arbitrary bodies of type answer. */
#include "fuzz/support/body_fuzz.h"

#include "message/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&answer_form, data, size);
}
