/*
 * Log-in: how an officer proves who they are, and the session that follows. Each log-in, failure, log-out and revocation
 * leaves an entry in the domestic log. The functions run in the writer, in a job; the slow hashing of a password is the
 * caller's, between two jobs.
 *
 * A session is a random token of which only the SHA-256 is stored. It ends 15 minutes after its last use and 8 hours after
 * its beginning, when its officer leaves, and when an administrator says so. A log-in ends the officer's former sessions
 * from the same address: a token that was seen elsewhere does not live on.
 *
 * A session is bound to the network that it began in: the first 24 bits of an IPv4 address, the first 64 of an IPv6 one,
 * since an address alone changes behind a translator and with privacy extensions. A token that comes from elsewhere ends
 * its session, and the log says so; its officer logs in again. The desk asks for no client certificate (docs/http.md), so
 * there is none to bind to.
 */
#ifndef BESA_DESK_LOGIN_H
#define BESA_DESK_LOGIN_H

#include "desk/desk.h"

#define LOGIN_TOKEN_SIZE 32
#define LOGIN_CSRF_SIZE  32
#define LOGIN_IDLE_MS    (INT64_C(15) * 60 * 1000)
#define LOGIN_TOTAL_MS   (INT64_C(8) * 3600 * 1000)
/* The last use is stored at most this often: a row is not written for each request. A session may so live this much
 * shorter, never longer. */
#define LOGIN_TOUCH_MS          (INT64_C(30) * 1000)

#define LOGIN_PASSWORD_SIZE_MIN 12
#define LOGIN_PASSWORD_SIZE_MAX 256
#define DESK_PASSWORD_HASH_SIZE 128

/* A password that others set is good for one thing, to set one's own, and not for long. */
#define LOGIN_ONE_TIME_MS (INT64_C(24) * 3600 * 1000)

struct desk_session {
    struct span officer;
    struct span name;
    struct span unit;
    struct span role;
    uint8_t csrf[LOGIN_CSRF_SIZE];
    int64_t made_ms;  /* the log-in: the password was proved then */
    int64_t until_ms; /* ends then without further use */
    bool must_change; /* logged in with a one-time password: may change it and nothing else */
    /* Of the password, at log-in: when and by whom it was set. 0 and empty: it has none, or nobody wrote it down. */
    int64_t password_set_ms;
    struct span password_set_by;
    struct span password_confirmed_by;
};

/* What the officer's password is compared with; empty for one that is unknown, inactive, has no password, or only a one-time
 * one whose time is over. */
bool desk_login_hash(struct journal *journal, struct span officer, struct arena *arena,
                     struct span *hash, struct error *err);
/* What came of comparing: a new session, or an entry of the failure (is_right false). */
bool desk_login_end(struct journal *journal, struct span officer, struct span client, bool is_right,
                    struct arena *arena, uint8_t token[LOGIN_TOKEN_SIZE], struct desk_session *out,
                    struct error *err);
/* The session of a token that came from `client`; *is_valid false when there is none any more. `is_use`: an officer did
 * this, so that its idle time begins anew; what a browser asks by itself keeps no session alive. */
bool desk_session_find(struct journal *journal, struct span token, struct span client, bool is_use,
                       struct arena *arena, bool *is_valid, struct desk_session *out,
                       struct error *err);
/* The part of an address that names its network, as text: 24 bits of an IPv4 one, 64 of an IPv6 one; all of it where it is
 * no address. In `out`, or `client` itself. */
#define DESK_NETWORK_SIZE 50u
struct span desk_network(struct span client, char out[DESK_NETWORK_SIZE]);
/* Whether the text is the session's CSRF token, in hexadecimal. */
bool desk_csrf_is(const struct desk_session *session, struct span text);
/* The slow comparison, for a thread that may take its time; an empty hash costs the same and is never right. */
bool desk_password_verify(struct span hash, struct span password);
/* As slow: the hash of a new one. */
bool desk_password_hash(struct span password, char out[DESK_PASSWORD_HASH_SIZE], struct error *err);
/* The entry of an alarm: failures that look like guessing. The address is that of the last. */
bool desk_login_alarm(struct journal *journal, const char *words, struct span client,
                      struct error *err);
bool desk_logout(struct journal *journal, struct span token, struct span client,
                 struct arena *arena, struct error *err);

/* An officer's own change of password, from the session of `token` (empty: from none, at the command line). What came of
 * comparing the old one: with is_right the new hash stands, all other sessions of the officer end and this one is whole;
 * else only the entry of the failure is written. RULE when the officer's role may not. */
struct desk_password_change {
    struct span officer;
    struct span client;
    struct span token;
    struct span hash; /* Argon2id of the new one, at the cost used here */
    bool is_right;
};
bool desk_password_change(struct journal *journal, const struct desk_password_change *change,
                          struct arena *arena, struct error *err);
/* Background, in the writer: sessions that are over are forgotten. */
bool desk_sessions_expire(struct journal *journal, struct error *err);

#endif
