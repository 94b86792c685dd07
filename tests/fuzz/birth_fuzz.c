/* Arbitrary bytes as a birth date: what is read packs and unpacks to itself, and is like itself. */
#include "match/birth.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct birth date;
    struct error err = {0};

    if (!birth_read((struct span){data, size}, &date, &err))
        return 0;
    struct birth again = birth_unpack(birth_pack(&date));
    if (birth_pack(&again) != birth_pack(&date))
        abort();
    enum birth_like like = birth_compare(&date, &again);
    if (date.year != 0 && like < BIRTH_SAME_YEAR)
        abort();
    return 0;
}
