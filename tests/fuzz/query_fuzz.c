/* Arbitrary bytes as an officer's query: all texts end in their room, all numbers are of a kind, the same twice is the same. */
#include "match/query.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char countries[][3] = {"RO", "AL"};
    static struct query query;
    static struct query again;
    struct error err = {0};

    if (!query_read((struct span){data, size}, countries, 2, 2026, &query, &err)) {
        if (err.kind != ERROR_INPUT && err.kind != ERROR_LIMIT)
            abort();
        return 0;
    }
    if (memchr(query.name, 0, sizeof query.name) == NULL || query.ident_count > QUERY_IDENT_MAX ||
        memchr(query.country, 0, sizeof query.country) == NULL)
        abort();
    for (size_t i = 0; i < query.ident_count; i++)
        if (query.idents[i].reading.kind == IDENT_NONE ||
            query.idents[i].other_count >= IDENT_GUESS_MAX ||
            memchr(query.idents[i].text, 0, sizeof query.idents[i].text) == NULL)
            abort();
    if (!query_read((struct span){data, size}, countries, 2, 2026, &again, &err) ||
        strcmp(again.name, query.name) != 0 || again.ident_count != query.ident_count)
        abort();
    return 0;
}
