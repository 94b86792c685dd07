/* Keeper place: what a process that opens a home's keeper gives it: directory, passphrase, and the token of besa.conf. */
#ifndef BESA_CMD_KEEPER_PLACE_H
#define BESA_CMD_KEEPER_PLACE_H

#include "cmd/home.h"
#include "keeper/keeper.h"

struct keeper_place {
    char directory[HOME_PATH_SIZE];
    struct buffer passphrase;
    struct buffer pin;
    struct keeper_token token;
};

/* `out` stands on `place` and `config`, which stay where they are meanwhile. Drop `place` also on failure. */
bool keeper_place_find(const struct home *home, const struct config *config,
                       struct keeper_place *place, struct keeper_options *out, struct error *err);
/* Without the passphrase, which init makes: the token alone. */
bool keeper_place_token(const struct home *home, const struct config *config,
                        struct keeper_place *place, struct keeper_options *out, struct error *err);
/* Wipes. For CLEANUP; a place that was never found is {.directory = ""}. */
void keeper_place_drop(struct keeper_place *place);

#endif
