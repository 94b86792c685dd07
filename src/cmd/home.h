/*
 * Home: the directory of one node: what lies where, its configuration, its lock, its passphrase.
 */
#ifndef BESA_CMD_HOME_H
#define BESA_CMD_HOME_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/limits.h"

#define HOME_PATH_SIZE        4096
#define HOME_CONF             "besa.conf"
#define HOME_DATABASE         "besa.db"
#define HOME_KEEPER           "keeper"
#define HOME_PASSPHRASE       "keeper.pass"
#define HOME_TOKEN_PIN        "keeper.pin"
#define HOME_TLS_KEY          "tls/key.pem"
#define HOME_TLS_CERTIFICATE  "tls/cert.pem"
#define HOME_TLS_NEW          "tls/new.pem" /* key and certificate on their way to the two above */
#define HOME_TLS_STAGED       "tls/staged.pem"   /* the same, before the node was told */
#define HOME_TLS_NEXT_KEY     "tls/next-key.pem" /* of a request whose certificate is still to come */
#define HOME_INSTITUTION      "institution/cert.pem"
#define HOME_INSTITUTION_KEY  "institution/key.pem"
#define HOME_DESK_KEY         "tls/desk.key" /* of the API, where it has its own */
#define HOME_DESK_CERTIFICATE "tls/desk.pem"
#define HOME_DESK_REVOKED     "tls/desk.revoked.pem"
#define HOME_PARTNERS         "partners"
#define PARTNER_INSTITUTION   ".institution.pem" /* as the agreement in force names them */
#define HOME_ATTACHMENTS      "attachments"
#define HOME_INDEX            "index" /* search files of the own index: made from the books */
#define HOME_RUN              "run"
#define HOME_SOCKET           "run/control.sock"
#define HOME_LOCK             "lock"

#define CONF_SIZE_MAX         (64u * 1024u)
#define CONF_LINE_SIZE_MAX    1024u
#define CONF_ADDRESS_SIZE     320 /* host:port with NUL */
#define CONF_DATABASE_SIZE    1024
#define PASSPHRASE_SIZE_MAX   1024u
#define CONF_TLS_NAME_SIZE    254
#define CONF_PATH_SIZE        1024
#define CONF_DEFAULT_DATABASE "sqlite"

/* Which side opens the connection to a partner. */
enum config_connect {
    CONNECT_AUTO, /* we call it where it has an address; when it pulls, our calls go that way */
    CONNECT_CALL, /* we call it; its pulls are refused */
    CONNECT_PULL, /* we never call it: our calls wait for its pulls */
};

struct config_partner {
    char party[NAME_SIZE_MAX + 1];
    char address[CONF_ADDRESS_SIZE]; /* host:port; [::1]:port; empty: its pairing file's */
    enum config_connect connect;
    bool says_connect; /* it stands in the file */
};

/* besa.conf: lines `key = value`; '#' begins a comment line. */
struct config {
    char party[NAME_SIZE_MAX + 1];
    char listen[CONF_ADDRESS_SIZE];      /* ip:port; port 0: any */
    char desk_listen[CONF_ADDRESS_SIZE]; /* the same for the API; empty: no API */
    char tls_name[CONF_TLS_NAME_SIZE];
    bool is_training;
    bool is_unreachable;               /* partners cannot call us: we pull their calls */
    char database[CONF_DATABASE_SIZE]; /* "sqlite" or "postgres:..." */
    char metrics_file[CONF_PATH_SIZE]; /* empty: no metrics are written */
    char audit_stream[CONF_PATH_SIZE]; /* empty: no stream */
    char audit_copy[CONF_PATH_SIZE];   /* directory; empty: no copy */
    char keeper_key[CONF_PATH_SIZE];   /* the token for keys of logs (RFC 7512); empty: the file */
    char keeper_key_files
        [CONF_PATH_SIZE]; /* what its module may change, ':' between paths; may be empty */
    struct config_partner partners[PARTNER_COUNT_MAX];
    size_t partner_count;
};

/* Reads the text of a configuration. INPUT names line and key: unknown, twice, malformed, missing. */
bool config_read(struct span text, struct config *out, struct error *err);
/* The text that config_read reads. False when the buffer failed. */
bool config_write(const struct config *config, struct buffer *out);
/* NULL when the configuration says nothing of the party. */
const struct config_partner *config_partner_find(const struct config *config, struct span party);
/* Sets or replaces a partner's address. LIMIT above PARTNER_COUNT_MAX, INPUT when malformed. */
bool config_partner_set(struct config *config, struct span party, struct span address,
                        struct error *err);
/* "host:port" with a port of 0 to 65535; splits into host (without brackets) and port. */
bool config_address_read(const char *address, char host[CONF_ADDRESS_SIZE], uint16_t *port);

struct home {
    char path[HOME_PATH_SIZE]; /* absolute */
};

/* The home that --home or BESA_HOME names (`name` is options->home); must exist with mode 0700 and belong to us. INPUT
 * when none was named. */
bool home_find(const char *name, struct home *out, struct error *err);
/* For init: makes the directory (0700), which may exist only when it is empty or holds no besa.conf. CONFLICT. */
bool home_make(const char *name, struct home *out, struct error *err);
/* DIR/relative. LIMIT when the path is too long. */
bool home_path(const struct home *home, const char *relative, char out[HOME_PATH_SIZE],
               struct error *err);
bool home_config_load(const struct home *home, struct config *out, struct error *err);
bool home_config_save(const struct home *home, const struct config *config, struct error *err);

/* Takes the home for this process: *fd is closed by home_unlock (or at the end of the process). BUSY when another
 * process has it. */
bool home_lock(const struct home *home, int *fd, struct error *err);
void home_unlock(int *fd);

/* The keeper's passphrase: $CREDENTIALS_DIRECTORY/besa-keeper, the file BESA_PASSPHRASE_FILE names, or DIR/keeper.pass,
 * the first of these that is there. One line end at its end is not part of it. RULE when others may read the file. The
 * caller wipes and frees `out`. */
bool home_passphrase(const struct home *home, struct buffer *out, struct error *err);
/* Which of these it is; *is_own: keeper.pass, which this program may write. */
bool home_passphrase_place(const struct home *home, char out[HOME_PATH_SIZE], bool *is_own,
                           struct error *err);
/* The PIN of the token that keeper_key names: $CREDENTIALS_DIRECTORY/besa-token-pin, the file BESA_TOKEN_PIN_FILE names, or
 * DIR/keeper.pin; else as home_passphrase. */
bool home_token_pin(const struct home *home, struct buffer *out, struct error *err);
/* The passphrase in a file that nobody else may read. */
bool home_passphrase_read(const char *path, struct buffer *out, struct error *err);

#endif
