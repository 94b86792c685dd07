/* Passwords: see password.h. */
#include "crypto/password.h"

#include <sodium.h>
#include <string.h>

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "libsodium's text form fits");

/* What is worked on when there is no such officer: the hash of a password that was thrown away. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

bool password_hash(struct span password, char out[PASSWORD_HASH_SIZE], struct error *err)
{
    if (password.size < PASSWORD_SIZE_MIN || password.size > PASSWORD_SIZE_MAX)
        return error_set(err, ERROR_INPUT, "a password has %d to %d bytes", PASSWORD_SIZE_MIN,
                         PASSWORD_SIZE_MAX);
    return crypto_pwhash_str_alg(out, (const char *)password.data, password.size, PASSWORD_PASSES,
                                 PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13) == 0 ||
           error_set(err, ERROR_LIMIT, "no memory to hash a password");
}

bool password_verify(struct span hash, struct span password)
{
    char text[PASSWORD_HASH_SIZE] = "";
    bool is_known = hash.size > 0 && hash.size < sizeof text;

    if (password.size > PASSWORD_SIZE_MAX)
        return false;
    if (is_known)
        memcpy(text, hash.data, hash.size);
    else
        memcpy(text, nobody, sizeof nobody);
    bool is_right = crypto_pwhash_str_verify(text, (const char *)password.data, password.size) == 0;
    sodium_memzero(text, sizeof text);
    return is_right && is_known;
}
