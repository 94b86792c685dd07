/*
 * Paired: what two nodes know of each other after `besa pair import`, read from the home: both pairing files and the digest
 * of the key that they share.
 */
#ifndef BESA_CMD_PAIRED_H
#define BESA_CMD_PAIRED_H

#include "cmd/books.h"
#include "cmd/home.h"

struct paired {
    struct pairing own;
    struct pairing partner;
    uint8_t psk_hash[DIGEST_SIZE];
};
/* MISSING when this partner is not paired. Texts live in `arena`. */
bool paired_load(const struct home *home, struct span partner, struct arena *arena,
                 struct paired *out, struct error *err);

struct node_file;
/* The acts `agreement-import` (agreement_import.c: {"signed": base64}) and `pair-import` (pair_import.c: {"fingerprint",
 * "address"}, with the partner's files laid ready), in the running node or in a command's own. The writer writes the access
 * entry; an agreement's line opens at once. */
bool node_agreement_import(const struct node_file *file, struct error *err);
bool node_pair_import(const struct node_file *file, struct error *err);

/* What the command lays into the home for pair-import; the act takes it away. */
#define HOME_INCOMING_PAIRING HOME_PARTNERS "/incoming.pairing"
#define HOME_INCOMING_SECRET  HOME_PARTNERS "/incoming.secret"
void paired_incoming_remove(const struct home *home);
#define HOME_OWN_SECRET HOME_PARTNERS "/own.secret" /* our half, until the partner's has come */

#endif
