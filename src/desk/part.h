/*
 * Part: a held attachment, found by an act in the writer and then read in any range, on any thread. Each segment is opened
 * and checked as it comes; one is kept, since a reader takes it in smaller pieces. An erasure in between takes the file
 * away: the next segment cannot be read, and the reading breaks off.
 */
#ifndef BESA_DESK_PART_H
#define BESA_DESK_PART_H

#include "desk/upload.h"
#include "message/part.h"

struct desk_part;

/* From the result of the act attachment-find. */
bool desk_part_open(const struct desk_files *files, struct span found, struct desk_part **out,
                    struct error *err);
int64_t desk_part_size(const struct desk_part *part);
struct span desk_part_sha256(const struct desk_part *part);
/* The file's name as a name to save it under: no folder, no leading dot, nothing that steers a screen or a shell. */
const char *desk_part_name(const struct desk_part *part);
/* Exactly `size` bytes from `offset` on. One thread at a time. */
bool desk_part_read(struct desk_part *part, int64_t offset, uint8_t *out, size_t size,
                    struct error *err);
/* NULL is fine. */
void desk_part_end(struct desk_part **part);

/* A partner's name for a file as one that is safe to save under; `out` has ATTACHMENT_NAME_SIZE_MAX + 1 bytes. */
void desk_name_make_safe(struct span name, char *out);

#endif
