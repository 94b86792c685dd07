/* Arbitrary bytes as a machine-readable zone: all texts end in their room, all dates are dates or unknown. */
#include "match/mrz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void text_is_whole(const char *text, size_t room)
{
    size_t size = strnlen(text, room);

    if (size == room || (size > 0 && (text[0] == ' ' || text[size - 1] == ' ')))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mrz zone;
    struct error err = {0};

    if (!mrz_read((struct span){data, size}, 2026, &zone, &err))
        return 0;
    text_is_whole(zone.code, sizeof zone.code);
    text_is_whole(zone.issuer, sizeof zone.issuer);
    text_is_whole(zone.nationality, sizeof zone.nationality);
    text_is_whole(zone.number, sizeof zone.number);
    text_is_whole(zone.optional, sizeof zone.optional);
    text_is_whole(zone.surname, sizeof zone.surname);
    text_is_whole(zone.given, sizeof zone.given);
    if (zone.birth.year > 2026 || zone.birth.month > 12 || zone.birth.day > 31 ||
        zone.expiry_month > 12)
        abort();
    if (strlen(mrz_country(zone.issuer)) > 2)
        abort();
    return 0;
}
