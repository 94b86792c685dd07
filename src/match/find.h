/*
 * Find: the persons of a node's search index whose names are most like a name, over all its segments, without those who are
 * gone. A person who has several names is found once, by the best of them.
 */
#ifndef BESA_MATCH_FIND_H
#define BESA_MATCH_FIND_H

#include "match/birth.h"
#include "match/search.h"
#include "match/segments.h"

#define FIND_HIT_MAX 200  /* persons of one answer */
#define FIND_ASK_MAX 5000 /* records that one question asks of */

struct find_question {
    struct span name;
    struct birth birth; /* year 0: not asked; only orders namesakes, keeps nobody out */
    size_t limit;       /* at most FIND_HIT_MAX */
    float least;        /* likeness of the name, 0 to 1 */
    /*
     * May this record be shown? NULL: all may. Asked of each namesake before anything is counted, FIND_ASK_MAX times at most:
     * who may not be shown takes nobody's place, and is_cut says nothing of them, nor of a bound that they filled.
     */
    bool (*may_show)(void *context, uint64_t record);
    void *context;
};

struct find_hit {
    uint64_t record;
    uint32_t birth; /* packed */
    float like;     /* of the name, 0 to 1 */
    enum birth_like birth_like;
};

struct find_result {
    struct find_hit hits[FIND_HIT_MAX]; /* best first: by name, then birth date */
    size_t count;
    bool is_cut; /* there may be more: a bound of the search, or more namesakes than the limit */
};

struct finder;
/* One for each thread. Follows the segments: each question sees the state that stands when it is asked. */
bool finder_make(struct segments *segments, struct finder **out, struct error *err);
/* The same, where `base` says what words weigh, so that none of `segments` moves a likeness. Both must outlive it. */
bool finder_make_beside(struct segments *segments, struct segments *base, struct finder **out,
                        struct error *err);
/* Before segments_close. */
void finder_free(struct finder **finder);
bool find_persons(struct finder *finder, const struct find_question *question,
                  struct find_result *out, struct error *err);

#endif
