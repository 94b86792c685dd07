/*
 * Records: a file of real, messy person records (id, name, date of birth, country, source; tab-separated, one header
 * line), each as one request. What a field of the message cannot hold as it is goes along as text: nothing is dropped.
 */
#ifndef BESA_TESTS_RECORDS_H
#define BESA_TESTS_RECORDS_H

#include "base/buffer.h"
#include "base/text.h"
#include "crypto/digest.h"

#include <stdatomic.h>

enum record_state { RECORD_WAITING, RECORD_UNSURE, RECORD_SENT };

struct record {
    struct span id;
    struct span name;
    struct span dob;
    struct span country;
    struct span source;
    _Atomic enum record_state state;
    char item[UUID_TEXT_SIZE]; /* of its request, once sent */
    bool has_file;
    uint8_t sha256[DIGEST_SIZE]; /* of the file, as it was sent */
};

struct records {
    struct record *list;
    size_t count;
    struct buffer text; /* that the spans point into */
    size_t odd_dates;   /* not YYYY, YYYY-MM, YYYY-MM-DD */
    size_t no_dates;
    size_t odd_countries; /* not two capital letters */
    size_t not_ascii;     /* names with letters beyond ASCII */
};

/* False says why on standard output. */
bool records_load(struct records *records, const char *path);
void records_free(struct records *records);

/* The request about this record, as an officer's form would give it. False when it does not fit. */
bool record_request(const struct record *record, int64_t now_ms, struct buffer *out);
/* Whether a message body, as the receiver shows it, says what the record says, byte for byte. False tells what differs. */
bool record_matches(const struct record *record, struct span shown, char *why, size_t why_size);

/* A descriptor of a file of `size` bytes that depend on `seed` alone; -1 when there is no memory. */
int record_file(uint64_t seed, size_t size, uint8_t sha256[DIGEST_SIZE]);
/* Digest of all that a descriptor holds; its size. */
bool file_digest(int fd, size_t *size, uint8_t sha256[DIGEST_SIZE]);

#endif
