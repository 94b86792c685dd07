/* AES-256-GCM over OpenSSL: see aead.h. */
#include "crypto/aead.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

/* Each thread keeps its context; fetching the cipher costs more than sealing 2 KB. */
static EVP_CIPHER_CTX *thread_context(EVP_CIPHER **cipher_out)
{
    static _Thread_local EVP_CIPHER_CTX *context;
    static EVP_CIPHER *cipher;

    EVP_CIPHER *found = __atomic_load_n(&cipher, __ATOMIC_ACQUIRE);
    if (found == NULL) {
        found = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
        __atomic_store_n(&cipher, found, __ATOMIC_RELEASE);
    }
    if (context == NULL)
        context = EVP_CIPHER_CTX_new();
    if (context == NULL || found == NULL)
        abort();
    *cipher_out = found;
    return context;
}

/* EVP takes int sizes. */
static bool update(EVP_CIPHER_CTX *context, int is_sealing, uint8_t *out, struct span in)
{
    while (in.size > 0) {
        size_t take = in.size > INT_MAX / 2 ? INT_MAX / 2 : in.size;
        int size = 0;
        int ok = is_sealing ? EVP_EncryptUpdate(context, out, &size, in.data, (int)take)
                            : EVP_DecryptUpdate(context, out, &size, in.data, (int)take);
        if (ok != 1)
            return false;
        if (out != NULL)
            out += take;
        in = span_part(in, take, in.size);
    }
    return true;
}

void aead_seal(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
               struct span associated, struct span plain, uint8_t *out)
{
    EVP_CIPHER *cipher = NULL;
    EVP_CIPHER_CTX *context = thread_context(&cipher);
    int size = 0;

    if (EVP_EncryptInit_ex2(context, cipher, key, nonce, NULL) != 1 ||
        !update(context, 1, NULL, associated) || !update(context, 1, out, plain) ||
        EVP_EncryptFinal_ex(context, out + plain.size, &size) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_SIZE, out + plain.size) != 1)
        abort();
}

bool aead_open(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
               struct span associated, struct span sealed, uint8_t *out)
{
    EVP_CIPHER *cipher = NULL;
    EVP_CIPHER_CTX *context = thread_context(&cipher);
    uint8_t tag[AEAD_TAG_SIZE];
    int size = 0;

    if (sealed.size < AEAD_TAG_SIZE)
        return false;
    size_t plain_size = sealed.size - AEAD_TAG_SIZE;
    memcpy(tag, sealed.data + plain_size, sizeof tag);
    bool ok = EVP_DecryptInit_ex2(context, cipher, key, nonce, NULL) == 1 &&
              update(context, 0, NULL, associated) &&
              update(context, 0, out, span_make(sealed.data, plain_size)) &&
              EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_SIZE, tag) == 1 &&
              EVP_DecryptFinal_ex(context, out + plain_size, &size) == 1;
    if (!ok)
        OPENSSL_cleanse(out, plain_size);
    return ok;
}
