/* Arbitrary bytes as a name: tokens of plain letters within their limits, and the same when they are folded again. */
#include "base/env.h"
#include "match/fold.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void tokens_check(const struct folded *folded)
{
    if (folded->count > FOLD_TOKEN_MAX)
        abort();
    for (size_t i = 0; i < folded->count; i++) {
        const struct fold_token *token = &folded->tokens[i];
        if (token->size == 0 || token->size > FOLD_TOKEN_SIZE_MAX ||
            strlen(token->text) != token->size)
            abort();
        for (size_t k = 0; k < token->size; k++)
            if (!((token->text[k] >= 'a' && token->text[k] <= 'z') ||
                  (token->text[k] >= '0' && token->text[k] <= '9')))
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct folder *folder;
    struct error err = {0};
    struct folded folded;
    struct folded again;

    if (folder == NULL && !folder_make(&folder, &err))
        abort();
    fold_name(folder, (struct span){data, size}, &folded);
    tokens_check(&folded);
    for (size_t i = 0; i < folded.count; i++) {
        struct span token = {(const uint8_t *)folded.tokens[i].text, folded.tokens[i].size};
        fold_name(folder, token, &again);
        tokens_check(&again);
    }
    return 0;
}
