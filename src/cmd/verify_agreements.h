/*
 * Verifying an agreement in all its versions: each carries both institutions' signatures, under the certificates pinned at
 * pairing or under those that an earlier version introduced.
 */
#ifndef BESA_CMD_VERIFY_AGREEMENTS_H
#define BESA_CMD_VERIFY_AGREEMENTS_H

#include "cmd/books.h"

#define VERIFY_VERSION_MAX 256 /* of one agreement; a year has few */

struct agreement_pins {
    struct span party[2]; /* names: ours, theirs */
    struct span certificate_pem[2];
};
/* `row`: the version in force, whose fingerprint must be that of its document. */
bool agreement_versions_verify(struct database *db, const struct agreement_row *row,
                               const struct agreement_pins *pins, struct error *err);

/* The shortest time, in days, for which any version of the agreement keeps heads. */
bool agreement_head_days(struct database *db, const struct agreement_row *row, int64_t *out,
                         struct error *err);

#endif
