/*
 * Token files: what the token's process may still open once its module is to be loaded. Libraries and their settings can be
 * read; of SoftHSM its own configuration, and its tokens changed; of any other module what the node's configuration names.
 * Everything else is forbidden to it: the home with the sealed keys and the passphrase, the database, other people's files.
 */
#ifndef BESA_KEEPER_TOKEN_FILES_H
#define BESA_KEEPER_TOKEN_FILES_H

#include "keeper/keeper.h"

/* For this process, never to be undone (Landlock; where the kernel has none, nothing is limited). no_new_privs must be set.
 * STORE: a path that the configuration names is not there. */
bool token_files_limit(const struct env *env, const struct keeper_token *token, struct error *err);

#endif
