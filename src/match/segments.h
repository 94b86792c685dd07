/*
 * Segments: the search index of a node, as a directory of index files, of which one is large and a few are small. Changes
 * become a new small file and are found at once; small files are merged now and then; who is erased is left out of every
 * answer from that moment, and is gone from the files with the next merge.
 *
 *     segments           what stands: the position in the store up to which it was taken in, the files, who is gone
 *     00000001.index     index_file.c
 *
 * `segments` is replaced whole, so that after a crash either all of a change stands or none of it, and `position` says
 * what to take in again. A broken or foreign file is named, and the directory is to be built again from the store.
 */
#ifndef BESA_MATCH_SEGMENTS_H
#define BESA_MATCH_SEGMENTS_H

#include "base/env.h"
#include "match/index_builder.h"

#define SEGMENTS_MAX      16    /* files; a merge keeps them below half of it */
#define SEGMENTS_GONE_MAX 20000 /* gone, not yet merged away */

struct segments;

struct segment {
    struct index *index;
    uint32_t name;   /* of its file */
    uint32_t number; /* what a later file says of a record holds, not what an earlier one says */
    unsigned views;  /* that have it; guarded by the segments' lock */
};

struct segments_gone {
    uint64_t record;
    uint32_t until; /* gone from files of this number and below */
};

/* One state of the segments, for as long as it is held: files that were merged away stay mapped. */
struct segments_view {
    struct segment *segments[SEGMENTS_MAX];
    size_t count;
    const struct index
        *base; /* the largest, which says what words weigh; NULL when there is none */
    struct segments_gone *gone; /* ascending by record */
    size_t gone_count;
    uint64_t position;
    unsigned holders; /* guarded by the segments' lock */
};

/* Opens what stands in the directory, or begins with nothing at position 0. STORE when a file is broken. */
bool segments_open(const struct env *env, const char *directory, struct segments **out,
                   struct error *err);
/* No view may be held any more. */
void segments_close(struct segments **segments);

/* A record's new state: with names it is found by them from now on, without it is gone. */
struct segments_change {
    struct index_person person;
    const struct span *names;
    size_t name_count;
    bool is_new; /* the record was never taken in before */
};
/* Takes the changes in, in one step, and stands at `position`. One caller at a time. On failure nothing has changed. BUSY
 * when so many are gone, or so many files stand, that segments_merge must come first. */
bool segments_apply(struct segments *segments, const struct segments_change *changes, size_t count,
                    uint64_t position, struct error *err);
/* Merges what is worth it: small files of like size, or all when many are gone. *was_needed: something was merged; call
 * again. `all`: merge everything into one, so that nobody who is gone is left in any file. One caller at a time, and not
 * beside segments_apply; views may be held and taken. */
bool segments_merge(struct segments *segments, bool all, bool *was_needed, struct error *err);

const struct segments_view *segments_hold(struct segments *segments);
void segments_release(struct segments *segments, const struct segments_view *view);
/* Was the record taken out, or changed, after the file of this number? */
bool segments_is_gone(const struct segments_view *view, uint64_t record, uint32_t number);

#endif
