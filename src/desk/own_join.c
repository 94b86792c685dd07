/*
 * Joins: an officer says that two people of the own index are one human being, and one says later that they are not; who, when, why
 * and in which case stays with both. Nothing is merged: each record stays as its register has it, and is protected as it is.
 */
#include "store/own_join_rows.h"

#include "desk/case.h"
#include "desk/own.h"
#include "desk/own_joined.h"
#include "desk/own_object.h"

#define PAGE       32u
#define JOINS_SIZE (64u * 1024u)

/* --- joining and parting --- */

struct two {
    struct own_row one;
    struct own_row other;
};

/* Both, when this officer may see them for this purpose; else as if there were none. */
static bool two_find(struct journal *journal, const struct desk_call *call, struct two *out,
                     struct error *err)
{
    struct own_viewer viewer;

    return own_person_find_as(journal, call, "person", &out->one, &viewer, err) &&
           own_person_find_as(journal, call, "other", &out->other, &viewer, err) &&
           (out->one.id != out->other.id ||
            error_set(err, ERROR_INPUT, "other: is the same record"));
}

static bool two_access(struct journal *journal, const struct desk_call *call, const char *act,
                       const struct two *two, struct error *err)
{
    struct span objects[2];

    return (own_object_person(call->arena, two->one.id, &objects[0]) &&
            own_object_person(call->arena, two->other.id, &objects[1]))
               ? access_write(journal, call, act, objects, 2, err)
               : error_set(err, ERROR_LIMIT, "out of memory");
}

static void two_write(const struct two *two, const char *name, int64_t at_ms,
                      struct json_writer *out)
{
    json_begin_object(out);
    json_integer_field(out, "person", two->one.id);
    json_integer_field(out, "other", two->other.id);
    json_time_field(out, name, at_ms);
    json_end_object(out);
}

//= dir-2016-680 art 4(1)(d)
bool act_own_join(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                  struct error *err)
{
    struct own_join_row join;
    struct two two;

    if (!two_find(journal, call, &two, err))
        return false;
    if (own_join_find(journal->db, call->arena, two.one.id, two.other.id, &join, err))
        return error_set(err, ERROR_CONFLICT, "officer %.*s joined these two already",
                         SPAN_ARG(join.officer));
    if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    join = (struct own_join_row){.one = two.one.id,
                                 .other = two.other.id,
                                 .case_number = call->access.case_number,
                                 .officer = call->access.officer,
                                 .reason = call->access.reason,
                                 .joined_ms = journal->env->now_ms(journal->env->context)};
    if (!counter_next(journal->db, "own-join", &join.id, err) ||
        !own_join_put(journal->db, &join, err) || !two_access(journal, call, "own-join", &two, err))
        return false;
    two_write(&two, "joined_at", join.joined_ms, out);
    return true;
}

//= dir-2016-680 art 16(1)
bool act_own_part(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                  struct error *err)
{
    struct own_join_row join;
    struct two two;

    if (!two_find(journal, call, &two, err) ||
        !own_join_find(journal->db, call->arena, two.one.id, two.other.id, &join, err))
        return false;
    join.parted_case = call->access.case_number;
    join.parted_by = call->access.officer;
    join.parted_reason = call->access.reason;
    join.parted_ms = journal->env->now_ms(journal->env->context);
    if (!own_join_part(journal->db, &join, err) ||
        !two_access(journal, call, "own-part", &two, err))
        return false;
    two_write(&two, "parted_at", join.parted_ms, out);
    return true;
}

/* --- what was said --- */

struct telling {
    struct journal *journal;
    const struct desk_call *call;
    struct officer_row officer;
    const struct own_viewer *viewer;
    struct json_writer *out;
    size_t told;
    struct error *err;
};

/* A reason may say what stands in a case: it is for who may see that. */
static bool saying_write(struct telling *telling, struct span number, struct span officer,
                         struct span reason, int64_t at_ms, struct arena *arena)
{
    struct case_row of;
    bool may = case_read(telling->journal->db, arena, number, &of, telling->err);

    if (!may && telling->err->kind != ERROR_MISSING)
        return false;
    error_clear(telling->err);
    may = may && of.erased_ms == 0 && case_may_see(&of, &telling->officer);
    json_text_field(telling->out, "officer", officer);
    json_time_field(telling->out, "at", at_ms);
    if (may) {
        json_text_field(telling->out, "case", number);
        json_text_field(telling->out, "reason", reason);
    }
    return true;
}

static bool join_write(struct telling *telling, int64_t other, const struct own_join_row *join,
                       struct arena *arena)
{
    struct json_writer *out = telling->out;

    if (telling->told++ == 0) {
        json_key(out, "joins");
        json_begin_array(out);
    }
    json_begin_object(out);
    json_integer_field(out, "person", other);
    if (!saying_write(telling, join->case_number, join->officer, join->reason, join->joined_ms,
                      arena))
        return false;
    if (join->parted_ms > 0) {
        json_key(out, "parted");
        json_begin_object(out);
        if (!saying_write(telling, join->parted_case, join->parted_by, join->parted_reason,
                          join->parted_ms, arena))
            return false;
        json_end_object(out);
    }
    json_end_object(out);
    return true;
}

static bool page_write(struct telling *telling, int64_t person, const struct own_join_row *rows,
                       size_t count, struct arena *arena)
{
    for (size_t i = 0; i < count && telling->told < OWN_JOINS_MAX; i++) {
        int64_t other = rows[i].one == person ? rows[i].other : rows[i].one;
        bool may = false;
        if (!own_is_shown(telling->journal->db, other, telling->viewer, &may, telling->err) ||
            (may && !join_write(telling, other, &rows[i], arena)))
            return false;
    }
    return true;
}

bool own_joins_write(struct journal *journal, const struct desk_call *call, int64_t person,
                     const struct own_viewer *viewer, struct json_writer *out, struct error *err)
{
    struct telling telling = {
        .journal = journal, .call = call, .viewer = viewer, .out = out, .err = err};
    size_t count = PAGE;
    int64_t after = 0;

    if (!access_officer(journal, call->access.officer, call->arena, &telling.officer, err))
        return false;
    while (count == PAGE) {
        struct arena arena CLEANUP(arena_free) = arena_make(JOINS_SIZE + PAGE * JOINS_SIZE);
        struct own_join_row rows[PAGE];
        if (!own_join_list(journal->db, &arena, person, true, after, rows, PAGE, &count, err) ||
            !page_write(&telling, person, rows, count, &arena))
            return false;
        after = count > 0 ? rows[count - 1].id : after;
    }
    if (telling.told > 0)
        json_end_array(out);
    return true;
}
