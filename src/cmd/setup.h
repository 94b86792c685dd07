/*
 * Setup: what the commands of the first hour share (init, pair, agreement): the officer who does it, files of
 * institutions, files that are made once.
 */
#ifndef BESA_CMD_SETUP_H
#define BESA_CMD_SETUP_H

#include "agreement/signed.h"
#include "cmd/command.h"
#include "cmd/node.h"

#define PEM_SIZE_MAX (16u * 1024u)

/* The files of an institution's key, as options name them; all may be NULL. */
struct institution_files {
    const char *key;
    const char *token; /* instead of `key`: RFC 7512 URI of a key in a PKCS#11 token */
    const char *certificate;
    const char *passphrase; /* file; its last line end is not part of it; of a token: the PIN's */
};
/* What they hold. Wipe and free with institution_drop. */
struct institution_pem {
    struct buffer key;
    struct buffer certificate;
    struct buffer passphrase;
};
/* Reads key (or keeps the token's URI), certificate and, where named, passphrase; a token's PIN that is in no file is asked
 * for at the terminal. INPUT when a name is missing. */
bool institution_load(const struct institution_files *files, struct institution_pem *out,
                      struct error *err);
/* For CLEANUP. */
void institution_drop(struct institution_pem *institution);

/* `FILE --output FILE [--key FILE --cert FILE] [--passphrase-file FILE]`: what an institution signs, from file to file. In
 * a training home the institution's key lies beside the node's. */
typedef bool sign_function(struct span from, const struct institution *institution, int64_t at_ms,
                           struct arena *arena, struct buffer *cms, struct error *err);
int sign_command(struct options *options, int argc, char **argv, sign_function *sign,
                 const char *next);

/* The access entry of a setup act, in the writer: officer and reason of the options, who must be known and active. */
bool setup_access(struct node *node, const struct options *options, const char *act,
                  const struct span *objects, size_t object_count, struct error *err);

/* Writes DIR/relative; its directory is there. */
bool setup_write(const struct home *home, const char *relative, struct span bytes,
                 struct error *err);
bool setup_read(const struct home *home, const char *relative, size_t limit, struct buffer *out,
                struct error *err);
/* A file outside the home; CONFLICT when it stands already. */
bool setup_write_new(const char *path, struct span bytes, struct error *err);
/* Wipes and frees a buffer that held a secret. For CLEANUP. */
void buffer_wipe(struct buffer *buffer);

/* Opens the node for a command that needs its keeper and books. BUSY says to stop the running node first. */
bool setup_open(const struct options *options, struct node **out, struct error *err);

#endif
