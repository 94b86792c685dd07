/*
 * What a signature costs: by libsodium, as the keeper signs with the keys of its sealed file, and by a PKCS#11 token.
 * usage: token_figures URI PIN-FILE [COUNT]     prints both, and how many times dearer the token is
 */
#include "cmd/command.h"
#include "crypto/secret.h"
#include "crypto/token_signer.h"

#include "base/attributes.h"
#include "base/env.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The program's own table is in main.c, which a library cannot hold. */
const struct command commands[] = {{.name = NULL}};

#define MESSAGE_SIZE 200 /* a checkpoint with its time */

static uint8_t message[MESSAGE_SIZE] = "besa";

static int64_t file_us(int64_t count)
{
    uint8_t seed[SIGNATURE_SEED_SIZE] = {1};
    uint8_t public_key[SIGNATURE_PUBLIC_SIZE];
    uint8_t secret[SIGNATURE_SECRET_SIZE];
    uint8_t signature[SIGNATURE_SIZE];

    signature_keys(seed, public_key, secret);
    int64_t began_ms = env_real()->monotonic_ms(NULL);
    for (int64_t i = 0; i < count; i++) {
        message[100] = (uint8_t)i;
        signature_sign(secret, span_make(message, sizeof message), signature);
    }
    return (env_real()->monotonic_ms(NULL) - began_ms) * 1000;
}

static int64_t token_us(struct token_signer *signer, const struct token_key *key, int64_t count,
                        struct error *err)
{
    uint8_t signature[SIGNATURE_SIZE];
    int64_t began_ms = env_real()->monotonic_ms(NULL);

    for (int64_t i = 0; i < count; i++) {
        message[100] = (uint8_t)i;
        if (!token_signer_sign(signer, key, span_make(message, sizeof message), signature, err))
            return -1;
    }
    return (env_real()->monotonic_ms(NULL) - began_ms) * 1000;
}

int main(int argc, char **argv)
{
    struct buffer pin CLEANUP(buffer_free) = buffer_make(256);
    struct token_signer *signer CLEANUP(token_signer_close) = NULL;
    struct token_key key;
    struct error err = {0};
    int64_t count = argc > 3 ? atoll(argv[3]) : 5000;

    crypto_start();
    if (argc < 3 || count < 1) {
        fprintf(stderr, "usage: token_figures URI PIN-FILE [COUNT]\n");
        return 2;
    }
    bool ok = env_read_file(env_real(), argv[2], pin.limit, &pin, &err);
    while (ok && pin.size > 0 && pin.data[pin.size - 1] == '\n')
        pin.size--;
    ok = ok && token_signer_open(span_text(argv[1]), buffer_span(&pin), &signer, &err);
    if (ok && !token_signer_find(signer, "figures", &key, &err)) {
        error_clear(&err);
        ok = token_signer_make(signer, "figures", &key, &err);
    }
    int64_t in_token = ok ? token_us(signer, &key, count, &err) : -1;
    int64_t in_file = file_us(count);
    if (in_token < 0) {
        fprintf(stderr, "token_figures: %s\n", err.text);
        return 1;
    }
    in_token += in_token == 0;
    in_file += in_file == 0;
    printf("signatures %" PRId64 "\nfile_per_s %" PRId64 "\ntoken_per_s %" PRId64
           "\ntoken_us %" PRId64 "\ntoken_costs_times %.1f\n",
           count, count * 1000000 / in_file, count * 1000000 / in_token, in_token / count,
           (double)in_token / (double)in_file);
    return 0;
}
