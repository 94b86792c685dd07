/*
 * Text: UTF-8, hexadecimal, base64, numbers, UUIDs and times as text. All readers are strict: one spelling per value.
 */
#ifndef BESA_BASE_TEXT_H
#define BESA_BASE_TEXT_H

#include "base/arena.h"
#include "base/span.h"

/* Strict UTF-8: no overlong forms, surrogates or values above U+10FFFF. */
bool text_is_utf8(struct span text);
/* Free text as people write it: UTF-8 without control characters but tab and line feed. */
bool text_is_plain(struct span text);
/* Identifiers: 1 to `size_max` of a-z 0-9 and hyphen. */
bool text_is_identifier(struct span text, size_t size_max);

/* Lower-case hexadecimal. `out` holds 2 * bytes.size + 1 characters (NUL-terminated). */
void hex_write(struct span bytes, char *out);
/* Reads exactly 2 * size lower-case digits into `out`. */
bool hex_read(struct span text, uint8_t *out, size_t size);

#define BASE64_SIZE(n) (((n) + 2) / 3 * 4)
/* Standard base64 with padding; `out` holds BASE64_SIZE(bytes.size) + 1 characters (NUL-terminated). */
void base64_write(struct span bytes, char *out);
/* Strict: padding required, no white space, unused bits zero. *size: in: room of `out`; out: bytes read. */
bool base64_read(struct span text, uint8_t *out, size_t *size);

/* Decimal without sign, leading zeros or spaces. */
bool number_read(struct span text, uint64_t *out);

/* UUID in lower-case 8-4-4-4-12 form. */
#define UUID_SIZE      16
#define UUID_TEXT_SIZE 37 /* with NUL */
void uuid_write(const uint8_t uuid[UUID_SIZE], char out[UUID_TEXT_SIZE]);
bool uuid_read(struct span text, uint8_t out[UUID_SIZE]);

/* RFC 3339, UTC, milliseconds: 2026-01-31T23:59:59.000Z */
#define TIME_TEXT_SIZE 25 /* with NUL */
void time_write(int64_t time_ms, char out[TIME_TEXT_SIZE]);
/* Reads a full date, 2026-01-31, as its midnight UTC. */
bool date_read(struct span text, int64_t *out_ms);
/* Reads RFC 3339 UTC with or without milliseconds. */
bool time_read(struct span text, int64_t *out_ms);

/* The text up to the next '\n', which is skipped; false at the end or when the last line lacks its '\n'. */
bool line_take(struct span *rest, struct span *line);

#endif
