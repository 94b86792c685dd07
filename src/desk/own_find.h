/*
 * Own find: who of the own index may be whom somebody asks for: by numbers, by names over both sides of the search files, those
 * alone whom the viewer may see, each with a score and its reasons. The one door for the search and for all that asks of
 * people as it does. What is found is a candidate: nothing is written. In the writer. Private to desk.
 */
#ifndef BESA_DESK_OWN_FIND_H
#define BESA_DESK_OWN_FIND_H

#include "desk/own_joined.h"
#include "desk/own_score.h"
#include "desk/private.h"
#include "match/find.h"
#include "match/ident.h"
#include "store/own_rows.h"

#define OWN_CANDIDATE_MAX    300 /* of one finding */
#define OWN_ASKED_NUMBER_MAX 32  /* numbers of one finding: bits of a mask */

struct own_candidate {
    int64_t id;
    float like;       /* of the name; 0: not found by it */
    unsigned mark_of; /* bits of the numbers asked that are the person's */
    struct own_row row;
    struct person person;
    struct score score;
    struct own_joined joined; /* own_find_joined */
};

/* Begun, asked by numbers and names, loaded, scored; each step once but asking. */
struct own_finding {
    struct journal *journal;
    struct arena *arena;
    struct own_viewer viewer;
    struct own_candidate *list; /* once scored: the likeliest first */
    size_t count;
    bool is_cut; /* there may be more: a bound of the search, or OWN_CANDIDATE_MAX */
    unsigned
        shared; /* bits of the numbers asked that too many people who are shown have: they lead to nobody */
    enum ident_kind kinds[OWN_ASKED_NUMBER_MAX];
};

/* All that is found lives in the arena; the viewer's texts must stay. */
bool own_finding_begin(struct journal *journal, struct arena *arena,
                       const struct own_viewer *viewer, struct own_finding *out, struct error *err);
/* `at`, below OWN_ASKED_NUMBER_MAX: which of the numbers asked this is a reading of. */
bool own_find_number(struct own_finding *finding, const struct ident *ident, size_t at,
                     struct error *err);
/* At most `limit`, up to FIND_HIT_MAX, of each side. BUSY when there are no search files: names are searched by the running node. */
bool own_find_name(struct own_finding *finding, struct span name, struct birth birth, size_t limit,
                   struct error *err);

/* Who else is kept out: asked of the row, then with the person read, who counts when it says true. */
struct own_sieve {
    bool (*row)(void *context, const struct own_row *row);
    bool (*person)(void *context, const struct own_row *row, const struct person *person);
    void *context;
};
/* Fills who was found from the books; who went meanwhile, may not be seen, or is kept out is found no more. `sieve` NULL: no
 * other is kept out. */
bool own_find_load(struct own_finding *finding, const struct own_sieve *sieve, struct error *err);
/* Scores and orders who was loaded. */
bool own_find_score(struct own_finding *finding, const struct record_input *question,
                    struct error *err);

/* Who else each of the first `shown` is, as officers said and as far as the viewer may see. */
bool own_find_joined(struct own_finding *finding, size_t shown, struct error *err);
/* Those who are shown with a candidate, as the access entry names them: 1 + OWN_JOINED_MAX at most are added to *count. */
bool own_candidate_objects(const struct own_candidate *candidate, struct arena *arena,
                           struct span *objects, size_t *count, struct error *err);

/* How likely the person is and why, and who else it is: "score", "name_likeness_percent", "reasons", "joined" of an object. */
void own_candidate_write(const struct own_finding *finding, const struct own_candidate *candidate,
                         struct json_writer *out);
/* The field "newest_not_searchable_yet", when it is so. */
bool own_late_write(struct journal *journal, struct json_writer *out, struct error *err);

#endif
