/*
 * Arbitrary bytes as every kind of number: the one form read again is itself, a number is like itself, and no order of two
 * changes how alike they are. First byte: the country.
 */
#include "match/ident.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void reads_itself(const struct ident *ident)
{
    struct ident again;
    struct error err = {0};

    if (!ident_read(ident->kind, span_text(ident->value), ident->country, &again, &err) ||
        strcmp(again.value, ident->value) != 0 || strcmp(again.key, ident->key) != 0)
        abort();
    if (ident_compare(ident, &again) != (ident->is_worthless ? IDENT_UNKNOWN : IDENT_SAME))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const countries[] = {"", "RO", "AL", "RS", "IT", "HU", "DE", "ZZ"};
    struct ident read[IDENT_KINDS];
    struct ident guesses[IDENT_GUESS_MAX];
    struct birth birth;
    const char *country;
    char sex;

    if (size == 0)
        return 0;
    country = countries[data[0] % 8];
    for (enum ident_kind kind = IDENT_NONE; kind < IDENT_KINDS; kind++) {
        struct error err = {0};
        if (ident_read(kind, (struct span){data + 1, size - 1}, country, &read[kind], &err)) {
            reads_itself(&read[kind]);
            ident_bearer(&read[kind], &birth, &sex);
        }
    }
    for (enum ident_kind kind = IDENT_NONE; kind < IDENT_KINDS; kind++)
        if (ident_compare(&read[0], &read[kind]) != ident_compare(&read[kind], &read[0]))
            abort();
    if (ident_guess((struct span){data + 1, size - 1}, country, guesses) > IDENT_GUESS_MAX)
        abort();
    return 0;
}
