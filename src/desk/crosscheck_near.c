/* Cross-check by likeness: see crosscheck_near.h. */
#include "desk/crosscheck_near.h"

#include "desk/own_alike.h"
#include "desk/own_least.h"

#define NAMESAKE_MAX 40                    /* of one spelling and side, that are scored */
#define ONE_ARENA    (16u * 1024u * 1024u) /* of one person and the candidates */

static bool is_told(const struct crosscheck *check, const struct crosscheck_near *near,
                    int64_t person)
{
    for (size_t i = 0; i < check->own_count; i++)
        if (check->own[i].person == person)
            return true;
    for (size_t i = 0; i < near->count; i++)
        if (near->people[i] == person)
            return true;
    return false;
}

static bool candidate_take(struct crosscheck *check, struct crosscheck_near *near,
                           const struct own_finding *finding, struct own_candidate *candidate,
                           struct error *err)
{
    struct own_seeing seeing = crosscheck_seeing(check);
    bool may = false;

    if (near->is_cut || is_told(check, near, candidate->id))
        return true;
    if (!seeing.sees(seeing.context, &candidate->row, &may, err))
        return false;
    if (!may)
        return true;
    if (near->count == CROSSCHECK_NEAR_MAX) {
        near->is_cut = true;
        return true;
    }
    near->people[near->count++] = candidate->id;
    return own_joined_find(finding->journal, candidate->id, &seeing, &candidate->joined, err) &&
           near->tell(near->context, finding, candidate, err);
}

/* Whether the search was cut is not told: who takes a place in it may be one whom the reader may not see. */
static bool person_ask(struct crosscheck *check, struct crosscheck_near *near,
                       const struct person *person, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(ONE_ARENA);
    struct own_finding finding;

    if (!own_finding_begin(check->keys.journal, &arena, &check->viewer, &finding, err) ||
        !own_alike(&finding, person, NAMESAKE_MAX, err))
        return false;
    size_t reached = own_least_reached(&finding, OWN_LEAST_NEAR);
    for (size_t i = 0; i < reached; i++)
        if (!candidate_take(check, near, &finding, &finding.list[i], err))
            return false;
    return true;
}

bool crosscheck_near(struct crosscheck *check, struct crosscheck_near *near, struct error *err)
{
    if (check->keys.journal->own_index == NULL)
        return true;
    for (size_t i = 0; i < check->keys.person_count; i++)
        if (!person_ask(check, near, check->keys.persons[i], err))
            return false;
    near->is_cut = near->is_cut || check->keys.has_more_persons;
    return true;
}
