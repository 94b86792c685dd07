/*
 * Revoked TLS certificates: each party says in its outgoing log which of its own node's certificates counts no more. The
 * list is read from the books whenever it is wanted, so it survives restart, rebuild and restore like everything there.
 */
#ifndef BESA_JOURNAL_REVOCATION_H
#define BESA_JOURNAL_REVOCATION_H

#include "journal/journal.h"
#include "message/revocation.h"

/* Of one line; older ones are forgotten. A certificate lives 30 days, at most 398: nobody loses so many keys in that
 * time, and a partner that floods the list forgets its own revocations alone. */
#define REVOKED_COUNT_MAX 64

struct revoked_key {
    uint8_t certificate[DIGEST_SIZE];
    bool is_own; /* else the partner's */
    int64_t at_ms;
    enum revocation_reason reason;
};

/* Tells the partner of this line that a certificate of ours counts no more. CONFLICT when it was told already. */
bool journal_revoke_key(struct journal *journal, struct journal_line *line,
                        const uint8_t certificate[DIGEST_SIZE], enum revocation_reason reason,
                        struct appended *out, struct error *err);
/* What both parties of the line revoked, newest first; at most REVOKED_COUNT_MAX. In the writer. */
bool journal_revoked(struct journal *journal, const struct journal_line *line,
                     struct revoked_key out[REVOKED_COUNT_MAX], size_t *count, struct error *err);

#endif
