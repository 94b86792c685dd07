/*
 * Pairing: what two nodes tell each other before there is an agreement. The pairing file is public: who we are, our
 * institution's certificate, our keys, where we are reached. Its fingerprint is read over the telephone, so that what
 * arrived is what was sent. The secret file holds one side's half of psk(0) and travels apart from it.
 */
#ifndef BESA_CMD_PAIRING_H
#define BESA_CMD_PAIRING_H

#include "agreement/agreement.h"
#include "base/buffer.h"

#define PAIRING_SIZE_MAX         (64u * 1024u)  /* a party with many authorities stays below */
#define PAIRING_ARENA_SIZE       (512u * 1024u) /* enough to read any pairing file */
#define PAIRING_ADDRESS_SIZE_MAX 255            /* host:port */
#define PAIRING_FINGERPRINT_SIZE 25             /* "7GQX-01AF-..." with NUL: 5 groups of 4 */
#define PAIRING_FINGERPRINT_BITS 100
#define PAIRING_SECRET_SIZE_MAX  1024u
#define PAIRING_HALF_SIZE        32

enum pairing_format { PAIRING_FORMAT_1, PAIRING_FORMAT_COUNT };
enum pairing_secret_format { PAIRING_SECRET_FORMAT_1, PAIRING_SECRET_FORMAT_COUNT };

struct pairing {
    enum pairing_format format;
    struct agreement_party
        party; /* all but source_systems and minimum_protocol, which the agreement fixes */
    struct span tls_name; /* DNS name in the TLS certificate: "ro.besa.invalid" */
    struct span address;  /* host:port; empty for a node that opens every connection itself */
    bool is_training;     /* keys of an exercise: no agreement about real data */
};

extern const struct form pairing_form;

/* Reads a pairing file: every field, the certificate, the point of the sealing key. */
bool pairing_read(struct span file, struct arena *arena, struct pairing *out,
                  struct problems *problems);
/* The canonical bytes. False when the buffer failed. */
bool pairing_write(const struct pairing *pairing, struct buffer *out);
/* The first 100 bits of SHA-256 over the canonical bytes, in an alphabet without look-alikes. */
bool pairing_fingerprint(const struct pairing *pairing, char out[PAIRING_FINGERPRINT_SIZE],
                         struct error *err);
/* What a person typed is this fingerprint: case, spaces, hyphens and look-alikes do not matter. */
bool pairing_fingerprint_is(const char *fingerprint, struct span typed);

/* One side's half of psk(0). */
struct pairing_secret {
    enum pairing_secret_format format;
    struct span party;
    uint8_t half[PAIRING_HALF_SIZE];
    int64_t made_at_ms;
};
extern const struct form pairing_secret_form;
bool pairing_secret_read(struct span file, struct arena *arena, struct pairing_secret *out,
                         struct problems *problems);
bool pairing_secret_write(const struct pairing_secret *secret, struct buffer *out);

/* Which of two parties stands first in their agreement and its name: a member of the Union before a third country, else
 * by name. True when it is `a`. */
bool pairing_is_first(const struct pairing *a, const struct pairing *b);
/* What both sides compute from both files: the agreement's name, psk(0), and the time from which its days count. */
struct pairing_result {
    char agreement[2 * NAME_SIZE_MAX + 2];
    uint8_t psk[32];
    int64_t paired_at_ms; /* when the later half was made */
};
/* INPUT when the files do not belong together. The caller wipes *out. */
bool pairing_join(const struct pairing *own, const struct pairing_secret *own_secret,
                  const struct pairing *partner, const struct pairing_secret *partner_secret,
                  struct pairing_result *out, struct error *err);

#endif
