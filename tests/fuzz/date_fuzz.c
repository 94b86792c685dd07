/* Arbitrary bytes as a birth date: what is read packs and unpacks to itself, and is like itself. */
#include "match/date.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct date date;
    struct error err = {0};

    if (!date_read((struct span){data, size}, &date, &err))
        return 0;
    struct date again = date_unpack(date_pack(&date));
    if (date_pack(&again) != date_pack(&date))
        abort();
    enum date_like like = date_compare(&date, &again);
    if (date.year != 0 && like < DATE_SAME_YEAR)
        abort();
    return 0;
}
