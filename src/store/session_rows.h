/*
 * Rows of the LOCAL class that the log-in needs: credentials, sessions, and the answers kept for requests that come
 * twice.
 */
#ifndef BESA_STORE_SESSION_ROWS_H
#define BESA_STORE_SESSION_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

/* Stored: numbers are never reused. Tokens, passkeys and client certificates take the next ones. */
enum credential_kind { CREDENTIAL_PASSWORD = 0 };

struct credential_row {
    struct span officer;
    enum credential_kind kind;
    struct span secret; /* a password's hash as text */
    int64_t made_ms;
    struct span set_by;       /* officer; empty: before this was kept */
    struct span confirmed_by; /* the second officer; empty: none */
};
/* One of each kind an officer; a new one replaces it. */
bool credential_put(struct database *db, const struct credential_row *row, struct error *err);
/* All that the officer proves himself with. */
bool credential_remove_officer(struct database *db, struct span officer, struct error *err);
/* MISSING when the officer has none of this kind. */
bool credential_find(struct database *db, struct arena *arena, struct span officer,
                     enum credential_kind kind, struct credential_row *out, struct error *err);

struct session_row {
    struct span token_hash; /* SHA-256 of the cookie's token; the token itself is nowhere */
    struct span officer;
    struct span csrf; /* 32 bytes */
    int64_t made_ms;
    int64_t used_ms;
    struct span client; /* address */
    bool is_limited;    /* may change the password and nothing else */
};
bool session_insert(struct database *db, const struct session_row *row, struct error *err);
/* MISSING when there is none. */
bool session_find(struct database *db, struct arena *arena, struct span token_hash,
                  struct session_row *out, struct error *err);
bool session_touch(struct database *db, struct span token_hash, int64_t used_ms, struct error *err);
bool session_remove(struct database *db, struct span token_hash, struct error *err);
bool session_remove_officer(struct database *db, struct span officer, struct error *err);
/* The officer's sessions from one address. */
bool session_remove_client(struct database *db, struct span officer, struct span client,
                           struct error *err);
/* All of the officer's but one. */
bool session_remove_others(struct database *db, struct span officer, struct span token_hash,
                           struct error *err);
bool session_unlimit(struct database *db, struct span token_hash, struct error *err);
/* Those not used since `used_before_ms` or made before `made_before_ms`. */
bool session_remove_old(struct database *db, int64_t used_before_ms, int64_t made_before_ms,
                        struct error *err);
/* All of them. *count: how many. */
bool session_remove_all(struct database *db, int64_t *count, struct error *err);

/* The place of a session among all, by officer and begin; the mark is the beginning of the token's hash. */
#define SESSION_MARK_SIZE 4
struct session_place {
    struct span officer;
    int64_t made_ms;
    uint8_t mark[SESSION_MARK_SIZE];
};
/* At most `limit` behind `after`; NULL: from the first. */
bool session_list(struct database *db, struct arena *arena, const struct session_place *after,
                  struct session_row *out, size_t limit, size_t *count, struct error *err);

struct once_row {
    struct span officer;
    struct span key;
    struct span digest; /* SHA-256 of the request */
    int64_t status;
    struct span answer;
    int64_t made_ms;
};
bool once_insert(struct database *db, const struct once_row *row, struct error *err);
/* MISSING when the officer has not used this key. */
bool once_find(struct database *db, struct arena *arena, struct span officer, struct span key,
               struct once_row *out, struct error *err);
/* How many answers are kept for the officer, and the bytes of these answers. Reads all of them. */
bool once_count(struct database *db, struct span officer, int64_t *count, int64_t *bytes,
                struct error *err);
bool once_remove(struct database *db, struct span officer, struct span key, struct error *err);
/* At most `limit`, the oldest first. */
bool once_remove_old(struct database *db, int64_t made_before_ms, size_t limit, struct error *err);

#endif
