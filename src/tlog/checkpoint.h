/*
 * Checkpoints: c2sp.org/tlog-checkpoint. Origin, size and root, as the text of a signed note. Besa writes no extension
 * lines (cosignatures of later types do not sign them) and refuses them in the logs of its partners.
 */
#ifndef BESA_TLOG_CHECKPOINT_H
#define BESA_TLOG_CHECKPOINT_H

#include "tlog/note.h"
#include "tlog/tree.h"

struct checkpoint {
    struct span origin;
    uint64_t size;
    struct tlog_hash root;
};

/* The text: "<origin>\n<size>\n<base64 root>\n". False when the origin is not one line of text. */
bool checkpoint_write(const struct checkpoint *checkpoint, struct buffer *out);
/* Reads the text. Extension lines are refused unless `allow_extensions` (foreign logs). Points into `text`. */
bool checkpoint_read(struct span text, bool allow_extensions, struct checkpoint *out,
                     struct error *err);
/* A note, signed by the log's key, whose name is its origin: verified and read. The text is copied to `body`, into which
 * `out` points. */
bool checkpoint_open(struct span note, const struct note_key *key, struct checkpoint *out,
                     struct buffer *body, uint8_t signature[SIGNATURE_SIZE], struct error *err);

#endif
