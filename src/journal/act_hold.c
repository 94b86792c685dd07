/* Holds over access entries: see act_hold.h. */
#include "journal/act_hold.h"

#include "journal/private.h"

#define HOLDS_ROOM (512u * 1024) /* each names an officer, an item, two cases and a reason */

bool journal_act_holds_load(struct journal *journal, int64_t now_ms, struct act_holds *out,
                            struct error *err)
{
    out->arena = arena_make(HOLDS_ROOM);
    return act_hold_list(journal->db, &out->arena, now_ms > 0 ? now_ms : 0, ACT_HOLD_NEWEST,
                         out->rows, ACT_HOLD_COUNT_MAX, &out->count, err);
}

void journal_act_holds_free(struct act_holds *holds)
{
    arena_free(&holds->arena);
}

/* --- what a hold names --- */

static bool is_in_time(const struct act_hold_row *hold, int64_t created_ms)
{
    return created_ms >= hold->from_ms && created_ms < hold->to_ms;
}

static bool object_is(struct span object, struct span word, struct span name)
{
    return object.size == word.size + name.size &&
           span_equal(span_part(object, 0, word.size), word) &&
           span_equal(span_part(object, word.size, name.size), name);
}

/* It acted, or let another's act pass. */
static bool is_of_officer(const struct act *act, struct span officer)
{
    bool is_found =
        officer.size == 0 || span_equal(act->officer, officer) || act->has_objects_digest;

    for (size_t i = 0; !is_found && i < act->object_count; i++)
        is_found = object_is(act->objects[i], span_text("approved-by "), officer);
    return is_found;
}

/* An object is "<origin> <id>", with its part behind it. */
static bool is_about_item(const struct act *act, struct span item)
{
    bool is_found = item.size == 0 || act->has_objects_digest;

    for (size_t i = 0; !is_found && i < act->object_count; i++)
        is_found = act->objects[i].size >= item.size &&
                   memmem(act->objects[i].data, act->objects[i].size, item.data, item.size) != NULL;
    return is_found;
}

static bool is_in_case(const struct act *act, struct span number)
{
    return number.size == 0 || span_equal(act->case_id, number);
}

//= dir-2016-680 art 25(3)
bool act_hold_names(const struct act_hold_row *hold, const struct act *act, int64_t created_ms)
{
    return is_in_time(hold, created_ms) && is_of_officer(act, hold->about_officer) &&
           is_about_item(act, hold->about_item) && is_in_case(act, hold->about_case);
}

/* --- an entry whose time is over --- */

static bool has_in_time(const struct act_holds *holds, int64_t created_ms)
{
    bool is_found = false;

    for (size_t i = 0; !is_found && i < holds->count; i++)
        is_found = is_in_time(&holds->rows[i], created_ms);
    return is_found;
}

/* *is_read false: the body is not what it was, or not of its form. */
static bool act_open(struct journal *journal, int64_t entry, struct arena *arena, struct act *act,
                     bool *is_read, struct error *err)
{
    static struct problems problems; /* the writer alone prunes */
    struct entry_row row;
    struct span body;

    *is_read = false;
    problems_clear(&problems);
    if (!entry_find(journal->db, arena, entry, &row, err))
        return false;
    if (!journal_body(journal, &row, arena, &body, err)) {
        bool is_changed = err->kind == ERROR_STORE;
        if (is_changed)
            error_clear(err);
        return is_changed;
    }
    *is_read = act_read(body, arena, act, &problems);
    return true;
}

bool journal_act_hold_of(struct journal *journal, const struct act_holds *holds, int64_t entry,
                         int64_t created_ms, int64_t *hold, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    struct act act;
    bool is_read = false;

    *hold = 0;
    if (!has_in_time(holds, created_ms))
        return true;
    if (!act_open(journal, entry, &arena, &act, &is_read, err))
        return error_add(err, "asking whether an access entry is on hold");
    for (size_t i = 0; *hold == 0 && i < holds->count; i++)
        if (is_read ? act_hold_names(&holds->rows[i], &act, created_ms)
                    : is_in_time(&holds->rows[i], created_ms))
            *hold = holds->rows[i].id;
    return true;
}
