/*
 * Watch: whether what stays open for an officer (a stream of events, a file on its way) may stay open. A session ends with
 * its log-out, when it is revoked or idle too long, when the password changes; an officer's with their leaving, and what was
 * opened in one role is not kept for another. Looking keeps no session in use.
 */
#ifndef BESA_DESK_WATCH_H
#define BESA_DESK_WATCH_H

#include "desk/login.h"

struct desk_watch {
    uint8_t token_hash[DIGEST_SIZE];
    uint64_t role_digest; /* of the role's name at the beginning */
};

struct desk_watch desk_watch_make(struct span token, const struct desk_session *session);
/* In the writer, between transactions. */
bool desk_watch_holds(struct journal *journal, const struct desk_watch *watch, bool *holds,
                      struct error *err);
/* Rises when a session has ended or an officer was changed here: only then, or after a while, is there need to look. */
uint64_t desk_watch_changes(const struct journal *journal);

#endif
