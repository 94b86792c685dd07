/* Arbitrary bodies of type request. */
#include "fuzz/support/body_fuzz.h"

#include "message/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&request_form, data, size);
}
