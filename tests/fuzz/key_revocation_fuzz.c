/* Arbitrary bodies of type key_revocation. */
#include "fuzz/support/body_fuzz.h"

#include "message/revocation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&key_revocation_form, data, size);
}
