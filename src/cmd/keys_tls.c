/*
 * Installing a TLS key with its certificate: see keys.h. Two files cannot be replaced in one step, so both first stand
 * together in one file of their own; from then on whoever comes by ends the work.
 */
#include "cmd/keys.h"

#include "base/attributes.h"
#include "base/env.h"
#include "cmd/setup.h"

static const char certificate_begin[] = "-----BEGIN CERTIFICATE-----";

/* The key comes first, then the certificate. */
static bool pair_split(struct span both, struct span *key, struct span *certificate,
                       struct error *err)
{
    const uint8_t *at =
        memmem(both.data, both.size, certificate_begin, sizeof certificate_begin - 1);

    if (at == NULL || at == both.data)
        return error_set(err, ERROR_STORE, "%s is damaged: remove it", HOME_TLS_NEW);
    *key = span_make(both.data, (size_t)(at - both.data));
    *certificate = span_part(both, key->size, both.size);
    return true;
}

bool keys_tls_settle(const struct home *home, struct error *err)
{
    struct buffer both CLEANUP(buffer_wipe) = buffer_make(2 * PEM_SIZE_MAX);
    struct span key, certificate;
    char path[HOME_PATH_SIZE];

    if (!setup_read(home, HOME_TLS_NEW, 2 * PEM_SIZE_MAX, &both, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        return true;
    }
    return pair_split(buffer_span(&both), &key, &certificate, err) &&
           setup_write(home, HOME_TLS_KEY, key, err) &&
           setup_write(home, HOME_TLS_CERTIFICATE, certificate, err) &&
           home_path(home, HOME_TLS_NEW, path, err) &&
           env_real()->unlink(env_real()->context, path, err);
}

bool keys_tls_stage(const struct home *home, struct span key_pem, struct span certificate_pem,
                    struct error *err)
{
    struct buffer both CLEANUP(buffer_wipe) = buffer_make(2 * PEM_SIZE_MAX);

    buffer_add(&both, key_pem);
    if (!buffer_add(&both, certificate_pem))
        return error_set(err, ERROR_LIMIT, "TLS key and certificate are too long");
    return setup_write(home, HOME_TLS_STAGED, buffer_span(&both), err);
}

void keys_tls_unstage(const struct home *home)
{
    struct error ignored = {0};
    char path[HOME_PATH_SIZE];

    if (home_path(home, HOME_TLS_STAGED, path, &ignored))
        (void)env_real()->unlink(env_real()->context, path, &ignored);
}

bool keys_tls_take(const struct home *home, struct error *err)
{
    char from[HOME_PATH_SIZE];
    char to[HOME_PATH_SIZE];

    return home_path(home, HOME_TLS_STAGED, from, err) && home_path(home, HOME_TLS_NEW, to, err) &&
           env_real()->rename(env_real()->context, from, to, err) && keys_tls_settle(home, err);
}
