/*
 * Proof files: c2sp.org/tlog-proof, `.tlog-proof`. That an entry stands in a log, for whoever holds the entry and the keys,
 * without any node: index, inclusion path, checkpoint with its signatures.
 */
#ifndef BESA_TLOG_BUNDLE_PROOF_H
#define BESA_TLOG_BUNDLE_PROOF_H

#include "base/arena.h"
#include "base/error.h"
#include "tlog/checkpoint.h"
#include "tlog/proof.h"

#define BUNDLE_PROOF_EXTRA_MAX 4096u /* bytes of extra data; Besa writes none or a few digests */
#define BUNDLE_PROOF_SIZE_MAX  (32u * 1024u)

struct bundle_proof {
    struct span extra; /* opaque and not authenticated; empty when there is none */
    uint64_t index;
    const struct tlog_hash *proof; /* from the leaf's sibling up */
    size_t proof_count;            /* at most PROOF_COUNT_MAX */
    struct span checkpoint;        /* the signed note, word for word */
};

bool bundle_proof_write(const struct bundle_proof *proof, struct buffer *out);
/* `extra` and `proof` are in the arena, `checkpoint` points into `bytes`. Verifies nothing. */
bool bundle_proof_read(struct span bytes, struct arena *arena, struct bundle_proof *out,
                       struct error *err);
/* The checkpoint is signed by the log's key and the leaf stands at the index under its root. Cosignatures: note_read and
 * cosignature_verify over proof->checkpoint. The checkpoint's text goes to `body`, into which `out` points. */
bool bundle_proof_verify(const struct bundle_proof *proof, const struct tlog_hash *leaf,
                         const struct note_key *log_key, struct checkpoint *out,
                         struct buffer *body, struct error *err);

#endif
