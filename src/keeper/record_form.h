/*
 * The record's blocks as bytes: see record.h for what stands where. Writers fill a whole area with its check value (or
 * seal it); readers give nothing of an area that does not check, or that stands elsewhere than its sequence says.
 */
#ifndef BESA_KEEPER_RECORD_FORM_H
#define BESA_KEEPER_RECORD_FORM_H

#include "keeper/record.h"

#define RECORD_DIRECTORY_BLOCKS 5u
#define RECORD_DIRECTORY_SIZE   (RECORD_DIRECTORY_BLOCKS * RECORD_BLOCK_SIZE)
#define RECORD_LOG_BLOCK_FIRST  (2 * RECORD_DIRECTORY_BLOCKS)
#define RECORD_PSK_BLOCK_FIRST  (RECORD_LOG_BLOCK_FIRST + 2 * KEEPER_SLOT_COUNT_MAX)
#define RECORD_BLOCK_COUNT      (RECORD_PSK_BLOCK_FIRST + 2 * RECORD_CHAIN_COUNT_MAX)

/* Where a sequence number's copy stands. */
uint32_t record_directory_block(uint64_t sequence);
uint32_t record_log_block(size_t index, uint64_t sequence);
uint32_t record_psk_block(size_t index, uint64_t sequence);

bool record_area_checks(const struct keys *keys, uint32_t block, struct span area);

bool record_directory_write(const struct record *record, uint64_t sequence, struct buffer *out);
/* Of an area that checks: its sequence; names and counts into *out. */
uint64_t record_directory_sequence(struct span area);
bool record_directory_read(struct span area, struct record *out);

bool record_log_write(const struct record *record, const struct record_log *log,
                      const struct record_head *head, uint64_t sequence, struct buffer *out);
/* True when the slot checks and is this log's. */
bool record_log_read(const struct record *record, size_t index, uint32_t block, struct span area,
                     uint64_t *sequence, struct record_head *head);

/* Sealed; a fresh nonce from the env. */
bool record_chain_write(const struct record *record, const struct psk_chain *chain,
                        uint64_t sequence, uint32_t block, struct buffer *out);
bool record_chain_read(const struct record *record, size_t index, uint32_t block, struct span area,
                       uint64_t *sequence, struct psk_chain *out);

#endif
