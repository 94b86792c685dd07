/*
 * Books: a node's logs as they are read to be shown, exported and verified: which logs there are, who signs each of them,
 * and under which key. Reads only; works on a reader connection beside a running node.
 */
#ifndef BESA_CMD_BOOKS_H
#define BESA_CMD_BOOKS_H

#include "agreement/signed.h"
#include "base/env.h"
#include "cmd/pairing.h"
#include "journal/journal.h"
#include "keeper/client.h"
#include "message/reference.h"
#include "store/log_rows.h"
#include "tlog/note.h"

#define BOOKS_LOG_MAX                                                                              \
    ((2 * PARTNER_COUNT_MAX + 1) * (CHAIN_COUNT_MAX + 1)) /* with those that ended */
#define BOOKS_WITNESS_MAX (4 * PARTNER_COUNT_MAX)         /* keys, over their changes */
#define BOOKS_ARENA_SIZE  (32u * 1024u * 1024u)           /* every agreement of 16 partners */

struct books {
    const struct env *env;
    const char *home;
    struct database *db;
    const struct keeper_client *keeper; /* NULL: sealed bodies are not opened */
    struct keeper_keys keys;            /* our public keys */
    char party[NAME_SIZE_MAX + 1];
    struct arena arena;
    struct agreement_row agreement_rows[PARTNER_COUNT_MAX];
    struct agreement agreements[PARTNER_COUNT_MAX];
    size_t agreement_count;
    struct log_row *logs; /* in the arena, by id: each behind those that it follows */
    size_t log_count;
};

/* Loads agreements and logs. `keeper` may be NULL. Close in every case. */
bool books_open(struct books *books, const struct env *env, const char *home, struct span party,
                const struct keeper_keys *keys, struct database *db,
                const struct keeper_client *keeper, struct error *err);
void books_close(struct books *books);
/* MISSING when there is no log of that origin. */
const struct log_row *books_log(const struct books *books, struct span origin, struct error *err);

/* The keys under which a log is signed, cosigned and witnessed. */
struct log_signers {
    struct note_key log;
    struct note_key custody; /* of the other party, as it counts for the newest receipt */
    bool has_custody;        /* the domestic log has none */
};
bool books_signers(const struct books *books, const struct log_row *log, struct log_signers *out,
                   struct error *err);
/* The custody key that counts for the receipt of this size (age 0), or the one that did not any more (age 1 and above);
 * MISSING when there is no older one. */
bool books_custody(const struct books *books, const struct log_row *log, int64_t size, size_t age,
                   struct note_key *out, struct error *err);
/* The witness keys of all partners, for the domestic logs; at most BOOKS_WITNESS_MAX. */
bool books_witnesses(const struct books *books, struct note_key *out, size_t *count,
                     struct error *err);

/* Our own pairing file, made by `besa init`: DIR/own.pairing. */
bool books_own_pairing(const struct env *env, const char *home, struct arena *arena,
                       struct pairing *out, struct error *err);
/* A pinned partner's: DIR/partners/<party>.pairing. */
bool books_partner_pairing(const struct env *env, const char *home, struct span party,
                           struct arena *arena, struct pairing *out, struct error *err);
/* Public keys out of a pairing file. */
void books_keys_of(const struct pairing *pairing, struct keeper_keys *out);

#endif
