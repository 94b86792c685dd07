/* Own joined: see own_joined.h. */
#include "desk/own_joined.h"

#include "desk/own.h"
#include "store/own_join_rows.h"

#include <stdlib.h>

#define PAGE         32u /* joins that are read at once */
#define SCRATCH_SIZE (512u * 1024u)
#define REACHED_MAX  256u /* who can be seen, of one human being */

static bool viewer_sees(void *context, const struct own_row *row, bool *may, struct error *err)
{
    const struct own_viewer *viewer = context;
    (void)err;

    *may = own_may_see(row, viewer);
    return true;
}

struct own_seeing own_seeing_of(struct own_viewer *viewer)
{
    return (struct own_seeing){viewer_sees, viewer};
}

/* The person asked for first, then who is reached, each followed in turn. */
struct walk {
    struct journal *journal;
    const struct own_seeing *seeing;
    int64_t reached[REACHED_MAX];
    size_t count;
    struct error *err;
};

static bool is_reached(const struct walk *walk, int64_t person)
{
    for (size_t i = 0; i < walk->count; i++)
        if (walk->reached[i] == person)
            return true;
    return false;
}

static bool person_reach(struct walk *walk, int64_t person, struct arena *arena)
{
    struct own_row row;
    bool may = false;

    if (walk->count == REACHED_MAX || is_reached(walk, person))
        return true;
    if (!own_find(walk->journal->db, arena, person, &row, walk->err)) {
        if (walk->err->kind != ERROR_MISSING)
            return false;
        error_clear(walk->err); /* their joins went with them: none is left behind */
        return true;
    }
    if (!walk->seeing->sees(walk->seeing->context, &row, &may, walk->err))
        return false;
    if (may)
        walk->reached[walk->count++] = person;
    return true;
}

/* The joins of one person, page after page: those that lead to nobody whom one may see fill no bound. */
static bool person_follow(struct walk *walk, int64_t person)
{
    int64_t after = 0;
    size_t count = PAGE;

    while (count == PAGE) {
        struct arena arena CLEANUP(arena_free) = arena_make(SCRATCH_SIZE + PAGE * BODY_SIZE_MAX);
        struct own_join_row rows[PAGE];
        if (!own_join_list(walk->journal->db, &arena, person, false, after, rows, PAGE, &count,
                           walk->err))
            return false;
        for (size_t i = 0; i < count; i++) {
            after = rows[i].id;
            if (!person_reach(walk, rows[i].one == person ? rows[i].other : rows[i].one, &arena))
                return false;
        }
    }
    return true;
}

static int number_compare(const void *a, const void *b)
{
    const int64_t *one = a;
    const int64_t *two = b;

    return (*one > *two) - (*one < *two);
}

bool own_joined_find(struct journal *journal, int64_t person, const struct own_seeing *seeing,
                     struct own_joined *out, struct error *err)
{
    struct walk walk = {
        .journal = journal, .seeing = seeing, .reached = {person}, .count = 1, .err = err};

    for (size_t i = 0; i < walk.count; i++)
        if (!person_follow(&walk, walk.reached[i]))
            return false;
    qsort(walk.reached + 1, walk.count - 1, sizeof walk.reached[0], number_compare);
    out->count = walk.count - 1 < OWN_JOINED_MAX ? walk.count - 1 : OWN_JOINED_MAX;
    memcpy(out->people, walk.reached + 1, out->count * sizeof out->people[0]);
    return true;
}

void own_joined_write(const struct own_joined *joined, struct json_writer *out)
{
    if (joined->count == 0)
        return;
    json_key(out, "joined");
    json_begin_array(out);
    for (size_t i = 0; i < joined->count; i++)
        json_write_integer(out, joined->people[i]);
    json_end_array(out);
}
