/*
 * The request of c2sp.org/tlog-witness `add-checkpoint`: "old <size>\n", consistency proof lines in base64, a blank line,
 * the checkpoint as a signed note.
 */
#ifndef BESA_TLOG_WITNESS_H
#define BESA_TLOG_WITNESS_H

#include "base/arena.h"
#include "base/error.h"
#include "tlog/tree.h"

#define WITNESS_PROOF_MAX        63
#define WITNESS_REQUEST_SIZE_MAX (16u * 1024u)

struct witness_request {
    uint64_t old_size;
    const struct tlog_hash *proof;
    size_t proof_count; /* at most WITNESS_PROOF_MAX */
    struct span checkpoint;
};
bool witness_request_write(const struct witness_request *request, struct buffer *out);
/* `proof` is in the arena, `checkpoint` points into `bytes`. */
bool witness_request_read(struct span bytes, struct arena *arena, struct witness_request *out,
                          struct error *err);

#endif
