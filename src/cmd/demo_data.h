/*
 * What the demonstration sends: one request and one answer between two training nodes, and two attachments. Every person,
 * number and place detail is invented, and the messages say so (`training`).
 */
#ifndef BESA_CMD_DEMO_DATA_H
#define BESA_CMD_DEMO_DATA_H

#include "base/buffer.h"
#include "base/error.h"
#include "crypto/digest.h"

#define DEMO_LARGE_SIZE (INT64_C(60) * 1024 * 1024)

/* Bodies as the acts request-send and answer-send take them. `reference` names the request on both. */
bool demo_request(const char *reference, int64_t now_ms, struct buffer *out, struct error *err);
bool demo_answer(const char *reference, int64_t now_ms, struct buffer *out, struct error *err);

/* Writes the attachments: a short statement, and DEMO_LARGE_SIZE bytes that are the same on every run. */
bool demo_statement_write(const char *path, uint8_t sha256[DIGEST_SIZE], struct error *err);
bool demo_large_write(const char *path, uint8_t sha256[DIGEST_SIZE], struct error *err);
/* SHA-256 of a file. */
bool demo_digest(const char *path, uint8_t sha256[DIGEST_SIZE], int64_t *size, struct error *err);

#endif
