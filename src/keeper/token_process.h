/*
 * Token process: the only process that loads a PKCS#11 module, and the only one that it runs beside: no key of the keeper and no
 * socket of the node is in it. The keeper forks it before it reads its keys and before its filter stands, and asks it for
 * signatures over a socketpair; so the keeper goes on opening no file and running no code of others. A module may
 * open its own files (token_files.h) and sockets of the machine; what starts programs, looks into other processes or
 * reaches the network is refused to it.
 *
 * It ends with the keeper. When it ends by itself, the keeper says so at each signature, and the node signs nothing until
 * both are started again.
 */
#ifndef BESA_KEEPER_TOKEN_PROCESS_H
#define BESA_KEEPER_TOKEN_PROCESS_H

#include "keeper/keeper.h"

#include <sys/types.h>

/* In the keeper's process, which has one thread: forks, and waits until the token is open. *out_fd: where to ask.
 * `node_fd` is closed in the fork. Passphrase and PIN of the options are wiped where they are not needed. Errors as
 * token_signer_open's. */
bool token_process_start(const struct keeper_options *options, int node_fd, int *out_fd,
                         struct error *err);
/* Asks at `fd`. */
struct keeper_signer token_process_signer(int fd);

/* The same process, which makes keys and ends, for commands that make or renew a keeper's keys; no other file of the command
 * is open in it. *out is what `set` and `role` are asked for. token_maker_end in every case but a failure. */
struct token_maker {
    int fd;
    pid_t pid;
};
bool token_maker_start(const struct keeper_options *options, struct token_maker *out,
                       struct error *err);
struct keeper_signer token_maker_signer(const struct token_maker *maker);
void token_maker_end(struct token_maker *maker);

#endif
