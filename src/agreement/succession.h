/*
 * Succession document: one log of a party ends, and the next one of the same stem follows it with the keys named here.
 * The party's institution signs it, for an outgoing log the partner's as well: the same act serves yearly closing, change
 * and theft of keys, a lost keeper, a restored or cloned node. `openssl cms -verify` accepts it. docs/protocol.md 1.1.
 *
 * Size and root are where the log stood when the document was written. A planned succession (yearly closing, change of
 * keys) may end the log further on, on the same tree, so that work goes on while two institutions sign; any other ends it
 * exactly there, and nothing beyond counts.
 */
#ifndef BESA_AGREEMENT_SUCCESSION_H
#define BESA_AGREEMENT_SUCCESSION_H

#include "agreement/signed.h"
#include "message/succession.h"

enum succession_reason {
    SUCCESSION_YEARLY_CLOSING,
    SUCCESSION_KEY_CHANGE,
    SUCCESSION_KEY_THEFT,
    SUCCESSION_KEEPER_LOST,
    SUCCESSION_RESTORED,
    SUCCESSION_CLONED,
};
#define SUCCESSION_REASON_COUNT 6
extern const char *const succession_reason_names[SUCCESSION_REASON_COUNT];
bool succession_is_planned(enum succession_reason reason);

/* A node's four keys; `number` is the k of `<party>/custody/<k>` and rises with each set. */
#define SUCCESSION_SEALING_SIZE 65 /* a P-256 point, uncompressed */
#define KEY_NUMBER_MAX          255u
struct succession_keys {
    uint16_t number;
    uint8_t log[32];
    uint8_t custody[32];
    uint8_t witness[32];
    uint8_t sealing[SUCCESSION_SEALING_SIZE];
};

/* As a row of the store holds them: number, then the four keys. */
#define KEYS_ROW_SIZE (2u + 3u * 32u + SUCCESSION_SEALING_SIZE)
void keys_write_row(const struct succession_keys *keys, uint8_t out[KEYS_ROW_SIZE]);
bool keys_read_row(struct span row, struct succession_keys *out);

struct succession_document {
    unsigned format;
    struct span origin; /* of the log that ends */
    uint64_t size;
    uint8_t root[TLOG_HASH_SIZE];
    enum succession_reason reason;
    struct succession_keys keys; /* from the successor on */
    int64_t made_ms;
};

#define SUCCESSION_DOCUMENT_MAX 4096u

/* Canonical bytes; false when the buffer failed. */
bool succession_document_write(const struct succession_document *document, struct buffer *out);
/* Any spelling; INPUT names the first problem. */
bool succession_document_read(struct span text, struct arena *arena,
                              struct succession_document *out, struct error *err);

/* `<stem>/<n + 1>` into `out`. */
bool succession_next(struct span origin, char out[ORIGIN_SIZE_MAX + 1], struct error *err);

/* Signs the canonical bytes. */
bool succession_sign(struct span document, const struct institution *institution, int64_t now_ms,
                     struct arena *arena, struct buffer *cms, struct error *err);
/* Adds the partner's signature. CONFLICT when there are two, or for a domestic log, which needs one only. */
bool succession_countersign(struct span signed_once, const struct institution *institution,
                            int64_t now_ms, struct arena *arena, struct buffer *cms,
                            struct error *err);
/* Reads what may lack signatures, to show it. */
bool succession_look(struct span cms, struct arena *arena, struct succession_document *out,
                     size_t *signer_count, struct error *err);
/* The writer's institution signed, whoever else did not yet: what its partner asks before it signs too. */
bool succession_verify_first(struct span cms, struct span certificate_pem, struct arena *arena,
                             struct succession_document *out, struct error *err);
/* Exactly the institutions of these certificates signed: that of the writer for a domestic log, both for an outgoing
 * one. They are those that the agreement names, never taken from the CMS. */
bool succession_verify(struct span cms, const struct span *certificates_pem, size_t count,
                       struct arena *arena, struct succession_document *out, struct error *err);

#endif
