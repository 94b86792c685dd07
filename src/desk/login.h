/*
 * Log-in: how an officer proves who they are, and the session that follows. Each log-in, failure, log-out and revocation
 * leaves an entry in the domestic log. The functions run in the writer, in a job; the slow hashing of a password is the
 * caller's, between two jobs.
 *
 * A session is a random token of which only the SHA-256 is stored. It ends 15 minutes after its last use and 8 hours after
 * its beginning, when its officer leaves, and when an administrator says so. A log-in ends the officer's former sessions
 * from the same address: a token that was seen elsewhere does not live on.
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

#define LOGIN_PASSWORD_SIZE_MAX 256

struct desk_session {
    struct span officer;
    struct span name;
    struct span unit;
    struct span role;
    uint8_t csrf[LOGIN_CSRF_SIZE];
    int64_t until_ms; /* ends then without further use */
};

/* The officer's password hash; empty for one that is unknown, inactive or has no password. */
bool desk_login_hash(struct journal *journal, struct span officer, struct arena *arena,
                     struct span *hash, struct error *err);
/* What came of comparing: a new session, or an entry of the failure (is_right false). */
bool desk_login_end(struct journal *journal, struct span officer, struct span client, bool is_right,
                    struct arena *arena, uint8_t token[LOGIN_TOKEN_SIZE], struct desk_session *out,
                    struct error *err);
/* The session of a token; *is_valid false when there is none any more. */
bool desk_session_find(struct journal *journal, struct span token, struct arena *arena,
                       bool *is_valid, struct desk_session *out, struct error *err);
/* Whether the officer has a session that still holds. */
bool desk_is_logged_in(struct journal *journal, struct span officer, bool *is_logged_in,
                       struct error *err);
/* Whether the text is the session's CSRF token, in hexadecimal. */
bool desk_csrf_is(const struct desk_session *session, struct span text);
/* The slow comparison, for a thread that may take its time; an empty hash costs the same and is never right. */
bool desk_password_verify(struct span hash, struct span password);
bool desk_logout(struct journal *journal, struct span token, struct arena *arena,
                 struct error *err);

#endif
