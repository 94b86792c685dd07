/*
 * Arbitrary text as what a request asks and tells: whatever is found in it stays within its bounds, and the same text gives
 * the same keys. First byte: whose plates are meant.
 */
#include "desk/match_key.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_text(struct match_keys *keys, struct span text, const char *const *countries)
{
    keys->secret = span_text("0123456789abcdef0123456789abcdef");
    match_keys_of_text(keys, text, countries, 3);
    if (keys->count > MATCH_KEY_MAX)
        abort();
    for (size_t i = 0; i < keys->count; i++) {
        const struct match_key *key = &keys->list[i];
        if (key->kind <= (int)IDENT_NONE || key->kind >= MATCH_KIND_BIRTH || key->part != 3 ||
            memchr(key->ident, '\0', sizeof key->ident) == NULL)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const both[] = {"RO", "AL", NULL};
    static const char *const far[] = {"IT", "GR", "RS", NULL};
    static const char *const none[] = {NULL};
    static struct match_keys once, again;
    const char *const *countries;

    if (size == 0)
        return 0;
    countries = data[0] % 3 == 0 ? both : data[0] % 3 == 1 ? far : none;
    once = again = (struct match_keys){.count = 0};
    read_text(&once, span_make(data + 1, size - 1), countries);
    read_text(&again, span_make(data + 1, size - 1), countries);
    if (once.count != again.count || once.is_cut != again.is_cut)
        abort();
    for (size_t i = 0; i < once.count; i++)
        if (memcmp(once.list[i].bytes, again.list[i].bytes, MATCH_KEY_SIZE) != 0)
            abort();
    return 0;
}
