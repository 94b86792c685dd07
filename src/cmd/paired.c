/* Paired: see paired.h. */
#include "cmd/paired.h"

#include "cmd/setup.h"

#include "base/attributes.h"
#include "base/text.h"

#include <stdio.h>

bool paired_load(const struct home *home, struct span partner, struct arena *arena,
                 struct paired *out, struct error *err)
{
    struct buffer hash CLEANUP(buffer_free) = buffer_make(256);
    char name[NAME_SIZE_MAX + 32];

    if (!text_is_identifier(partner, NAME_SIZE_MAX))
        return error_set(err, ERROR_INPUT, "say --partner, a party such as al");
    if (!books_own_pairing(env_real(), home->path, arena, &out->own, err))
        return false;
    if (!books_partner_pairing(env_real(), home->path, partner, arena, &out->partner, err))
        return err->kind == ERROR_MISSING
                   ? error_set(err, ERROR_MISSING, "'%.*s' is not paired: `besa pair import` first",
                               SPAN_ARG(partner))
                   : false;
    snprintf(name, sizeof name, HOME_PARTNERS "/%.*s.psk-hash", SPAN_ARG(partner));
    if (!setup_read(home, name, 256, &hash, err))
        return false;
    return hex_read(buffer_span(&hash), out->psk_hash, sizeof out->psk_hash) ||
           error_set(err, ERROR_STORE, "%s is damaged", name);
}

void paired_incoming_remove(const struct home *home)
{
    static const char *const names[] = {HOME_INCOMING_PAIRING, HOME_INCOMING_SECRET};

    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        struct error ignored = {0};
        char path[HOME_PATH_SIZE];
        if (home_path(home, names[i], path, &ignored))
            (void)env_real()->unlink(env_real()->context, path, &ignored);
    }
}
