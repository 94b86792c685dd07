/* Arbitrary bodies of type parts_held. */
#include "fuzz/support/body_fuzz.h"

#include "message/parts_held.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&parts_held_form, data, size);
}
