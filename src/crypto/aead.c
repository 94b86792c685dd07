/*
 * AES-256-GCM by OpenSSL: see aead.h.
 *
 * Each thread keeps one cipher context, because to make one costs more than to seal a head; it is freed when the thread
 * ends. Its key is overwritten with zeros after each use, so that a destroyed key does not live on in an idle thread.
 * OpenSSL can fail here only when memory is out or our own call is wrong: the process ends.
 */
#include "crypto/aead.h"

#include "crypto/secret.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

#define CHUNK_SIZE_MAX ((size_t)1 << 30) /* OpenSSL counts in int */

static pthread_once_t cipher_once = PTHREAD_ONCE_INIT;
static pthread_key_t context_key; /* only to free a thread's context at its end */
static EVP_CIPHER *cipher;
static _Thread_local EVP_CIPHER_CTX *thread_context;

static void demand(bool claim)
{
    if (!claim)
        abort();
}

static void context_free(void *context)
{
    EVP_CIPHER_CTX_free(context);
}

static void cipher_start(void)
{
    cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    demand(cipher != NULL && pthread_key_create(&context_key, context_free) == 0);
}

static EVP_CIPHER_CTX *context_here(void)
{
    if (thread_context != NULL)
        return thread_context;
    demand(pthread_once(&cipher_once, cipher_start) == 0);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    demand(context != NULL && EVP_CipherInit_ex2(context, cipher, NULL, NULL, 1, NULL) == 1);
    demand(pthread_setspecific(context_key, context) == 0);
    thread_context = context;
    return context;
}

static void key_forget(EVP_CIPHER_CTX *context)
{
    static const uint8_t zeros[AEAD_KEY_SIZE];

    demand(EVP_CipherInit_ex2(context, NULL, zeros, NULL, 1, NULL) == 1);
}

/* Runs `in` through the cipher into `out`; `out` NULL: as associated data. */
static void run(EVP_CIPHER_CTX *context, struct span in, uint8_t *out)
{
    while (in.size > 0) {
        struct span part = span_part(in, 0, CHUNK_SIZE_MAX);
        int written = 0;
        demand(EVP_CipherUpdate(context, out, &written, part.data, (int)part.size) == 1);
        in = span_part(in, part.size, in.size);
        if (out != NULL)
            out += part.size;
    }
}

void aead_seal(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
               struct span associated, struct span plain, uint8_t *out)
{
    EVP_CIPHER_CTX *context = context_here();
    int written = 0;

    demand(EVP_CipherInit_ex2(context, NULL, key, nonce, 1, NULL) == 1);
    run(context, associated, NULL);
    run(context, plain, out);
    uint8_t *tag = out + plain.size;
    demand(EVP_CipherFinal_ex(context, tag, &written) == 1);
    demand(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_SIZE, tag) == 1);
    key_forget(context);
}

bool aead_open(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
               struct span associated, struct span sealed, uint8_t *out)
{
    if (sealed.size < AEAD_TAG_SIZE)
        return false;
    EVP_CIPHER_CTX *context = context_here();
    size_t size = sealed.size - AEAD_TAG_SIZE;
    uint8_t tag[AEAD_TAG_SIZE];
    uint8_t nothing[AEAD_TAG_SIZE];
    int written = 0;

    memcpy(tag, sealed.data + size, sizeof tag);
    demand(EVP_CipherInit_ex2(context, NULL, key, nonce, 0, NULL) == 1);
    run(context, associated, NULL);
    run(context, span_part(sealed, 0, size), out);
    demand(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) == 1);
    bool holds = EVP_CipherFinal_ex(context, nothing, &written) == 1;
    key_forget(context);
    if (!holds) {
        secret_wipe(out, size);
        ERR_clear_error();
    }
    return holds;
}
