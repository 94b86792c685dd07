/*
 * Segments file: what stands in the directory of a search index, as one small text that is replaced whole.
 *
 *     besa-segments/1
 *     position 81230               changes of the store that are taken in
 *     next 12                      name of the next file
 *     file 11 9                    name and number of each file, ascending by number
 *     gone 4711 8                  records that are gone from files up to this number, ascending
 *     sha256 <64 digits>           of all lines before
 */
#ifndef BESA_MATCH_SEGMENTS_FILE_H
#define BESA_MATCH_SEGMENTS_FILE_H

#include "match/segments.h"

#define SEGMENTS_FILE_SIZE_MAX (64 + 40 * (SEGMENTS_MAX + SEGMENTS_GONE_MAX) + 256)

struct segments_list {
    uint64_t position;
    uint32_t next;
    uint32_t names[SEGMENTS_MAX];
    uint32_t numbers[SEGMENTS_MAX];
    size_t count;
    const struct segments_gone *gone;
    size_t gone_count;
};
struct buffer;
/* Writes the lines; a full buffer is marked. */
void segments_list_write(const struct segments_list *list, struct buffer *out);
/* `gone` holds SEGMENTS_GONE_MAX. STORE when the text is not exactly what segments_list_write writes. */
bool segments_list_read(struct span text, struct segments_gone *gone, struct segments_list *out,
                        struct error *err);

#endif
