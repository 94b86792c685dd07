/* Keeper place: see keeper_place.h. */
#include "cmd/keeper_place.h"

#include "crypto/secret.h"

static void wipe(struct buffer *buffer)
{
    if (buffer->data != NULL)
        secret_wipe(buffer->data, buffer->capacity);
    buffer_free(buffer);
}

void keeper_place_drop(struct keeper_place *place)
{
    wipe(&place->passphrase);
    wipe(&place->pin);
}

bool keeper_place_token(const struct home *home, const struct config *config,
                        struct keeper_place *place, struct keeper_options *out, struct error *err)
{
    if (config->keeper_key[0] == '\0')
        return true;
    place->pin = buffer_make(PASSPHRASE_SIZE_MAX);
    if (!home_token_pin(home, &place->pin, err))
        return false;
    place->token = (struct keeper_token){.uri = span_text(config->keeper_key),
                                         .pin = buffer_span(&place->pin),
                                         .files = span_text(config->keeper_key_files)};
    out->token = &place->token;
    return true;
}

bool keeper_place_find(const struct home *home, const struct config *config,
                       struct keeper_place *place, struct keeper_options *out, struct error *err)
{
    place->passphrase = buffer_make(PASSPHRASE_SIZE_MAX);
    *out = (struct keeper_options){.env = env_real(), .directory = place->directory};
    if (!home_path(home, HOME_KEEPER, place->directory, err) ||
        !home_passphrase(home, &place->passphrase, err))
        return false;
    out->passphrase = buffer_span(&place->passphrase);
    return keeper_place_token(home, config, place, out, err);
}
