/*
 * A new passphrase for the key file. The file and whatever holds the passphrase cannot be replaced in one step, so the keys
 * first lie twice: as they were, and beside it under the new passphrase. Whoever opens them with the new one puts that
 * file in place; from then on the old passphrase opens nothing. Until then the old one goes on opening what it opened.
 */
#ifndef BESA_KEEPER_RESEAL_H
#define BESA_KEEPER_RESEAL_H

#include "keeper/keeper.h"

/* Lays the keys ready under `next`; options->passphrase opens them now. Beside a running keeper. INPUT for a wrong or an
 * equal passphrase. */
bool keeper_seal_anew(const struct keeper_options *options, struct span next, struct error *err);
/* The whole change: as keeper_seal_anew, then `next` into the file that holds the old one, then keeper_seal_settle.
 * `pass_path` NULL: the passphrase is kept elsewhere, and the keys only lie ready. After a crash at any point the keys
 * open with what that file holds. */
bool keeper_passphrase_change(const struct keeper_options *options, const char *pass_path,
                              struct span next, struct error *err);
/* Opens the keys with options->passphrase and puts in place what lay ready under it. Nothing when nothing does. */
bool keeper_seal_settle(const struct keeper_options *options, struct error *err);
/* Away with what lies ready; the passphrase stays as it was. MISSING when nothing does. */
bool keeper_seal_abandon(const struct keeper_options *options, struct error *err);
/* Something lies ready. */
bool keeper_seal_is_ready(const struct keeper_options *options);

#endif
