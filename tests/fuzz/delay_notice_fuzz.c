/* Arbitrary bodies of type delay_notice. */
#include "fuzz/support/body_fuzz.h"

#include "message/delay_notice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_fuzz(&delay_notice_form, data, size);
}
