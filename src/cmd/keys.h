/*
 * Keys: every key of a node, of which kind, where it is, when it was made and when it ends; warnings ahead. One table of
 * kinds stands behind `besa keys` and docs/keys.md (a test compares the two). Reads the home only: no store, no secret.
 */
#ifndef BESA_CMD_KEYS_H
#define BESA_CMD_KEYS_H

#include "cmd/home.h"

enum key_kind {
    KEY_LOG,
    KEY_CUSTODY,
    KEY_WITNESS,
    KEY_SEALING,
    KEY_MASTER,
    KEY_PSK,
    KEY_TLS,
    KEY_DESK_TLS,
    KEY_INSTITUTION,
    KEY_PARTNER_INSTITUTION,
    KEY_PASSPHRASE,
    KEY_KIND_COUNT
};

struct key_kind_row {
    const char *name; /* "log" */
    const char *used_for;
    const char *rotated_by; /* the command */
};
extern const struct key_kind_row key_kinds[KEY_KIND_COUNT];

/* How near the end is. A key that lives 120 days or longer: 60, 30 and 7 days ahead. A shorter one: when a half, a quarter
 * and a tenth of its life is left, since 60 days ahead would be before its birth. */
enum key_level { KEY_GOOD, KEY_NOTICE, KEY_ENDS_SOON, KEY_ENDS_NOW, KEY_ENDED, KEY_LEVEL_COUNT };
extern const char *const key_level_names[KEY_LEVEL_COUNT];
enum key_level key_level(int64_t from_ms, int64_t until_ms, int64_t now_ms);

#define KEY_LIST_MAX   (KEY_KIND_COUNT + 2 * PARTNER_COUNT_MAX)
#define KEY_WHERE_SIZE 96
struct key_entry {
    enum key_kind kind;
    char partner[NAME_SIZE_MAX + 1]; /* empty: our own */
    char where[KEY_WHERE_SIZE];
    char fingerprint[65]; /* SHA-256 of a certificate in hex; empty: none */
    int64_t made_ms;      /* 0: unknown */
    int64_t until_ms;     /* 0: has no end of its own */
    enum key_level level;
    bool is_missing; /* where it should be there is nothing, or nothing that can be read */
};
/* At most KEY_LIST_MAX. Never fails: what cannot be read is in the list as missing. */
size_t keys_list(const struct home *home, int64_t now_ms, struct key_entry *out);

#define KEY_WARNING_MAX KEY_LIST_MAX
struct key_warning {
    enum key_kind kind;
    char partner[NAME_SIZE_MAX + 1]; /* empty: our own */
    enum key_level level;
    int64_t until_ms;
    bool is_missing;
    char text[256]; /* "TLS key: ends in 3 days; besa keys tls renew" */
};
/* What ends soon, ended or is missing, KEY_NOTICE and above, in the list's order. Gives how many, at most `max`. */
size_t keys_warnings(const struct home *home, int64_t now_ms, struct key_warning *out, size_t max);

/* Lays a new TLS key and its certificate ready, in one file: nothing uses them yet. */
bool keys_tls_stage(const struct home *home, struct span key_pem, struct span certificate_pem,
                    struct error *err);
/* Away with what was laid ready, when nobody took it. */
void keys_tls_unstage(const struct home *home);
/* Puts what was laid ready in place of the old pair: a crash leaves the old one or the new one. MISSING: nothing lies ready. */
bool keys_tls_take(const struct home *home, struct error *err);
/* Ends an installation that a crash cut off. Nothing when there is none. */
bool keys_tls_settle(const struct home *home, struct error *err);

/* The next certificate of our institution in place of the present one; RULE unless every agreement in force names it. In the
 * writer. (service_trust.c) */
struct node;
bool keys_institution_install(struct node *node, struct span pem, struct error *err);

/* `besa keys institution` (keys_institution.c), `besa keys revoke` (keys_revoke.c), `besa keys passphrase` (keys_passphrase.c). */
struct options;
int keys_institution(struct options *options, int argc, char **argv);
int keys_revoke(struct options *options, int argc, char **argv);
int keys_passphrase(struct options *options, int argc, char **argv);

#define KEYS_TLS_DAYS 30 /* short-lived: a stolen one ends by itself within a month */

#endif
