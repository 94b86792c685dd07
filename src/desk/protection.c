/* Protection wins across cases: see protection.h. */
#include "desk/protection.h"

#include "base/text.h"
#include "desk/match_key.h"
#include "desk/own_form.h"
#include "desk/own_index.h"

#define NAME_SAME    0.999f
#define NAMESAKE_MAX 20u
#define SCRATCH_SIZE (4u * 1024u * 1024u) /* of one person and their keys */

static void raise(int64_t guard, enum own_guard *out)
{
    if (guard > (int64_t)*out)
        *out = guard == OWN_GUARD_PROTECTED ? OWN_GUARD_PROTECTED : OWN_GUARD_SHIELDED;
}

static bool key_ask(struct journal *journal, const struct match_key *key, enum own_guard *out,
                    struct error *err)
{
    struct own_mark mark = {.kind = key->kind, .key = span_text(key->ident)};
    int64_t guard = 0;

    if (!key_guard(journal->db, span_make(key->bytes, MATCH_KEY_SIZE), &guard, err))
        return false;
    raise(guard, out);
    if (key->ident[0] == '\0')
        return true;
    if (!own_mark_guard(journal->db, &mark, &guard, err))
        return false;
    raise(guard, out);
    return true;
}

static bool record_ask(struct match_keys *keys, int64_t record, enum own_guard *out,
                       struct error *err)
{
    struct own_row row;

    if (own_find(keys->journal->db, keys->arena, record, &row, err)) {
        raise(row.guard, out);
        return true;
    }
    bool is_gone = err->kind == ERROR_MISSING; /* from the books, not yet from the files */
    if (is_gone)
        error_clear(err);
    return is_gone;
}

/* Somebody of the guarded files has one of these names, letter for letter once folded, and the same whole date. */
static bool names_ask(struct match_keys *keys, enum own_guard *out, struct error *err)
{
    struct own_index *index = keys->journal->own_index;

    if (index == NULL || keys->name_count == 0)
        return true;
    struct finder *finder = own_index_finder(index, OWN_SIDE_GUARDED, err);
    struct find_result *result = arena_alloc(keys->arena, sizeof *result);
    if (finder == NULL || result == NULL)
        return finder != NULL && error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < keys->name_count; i++) {
        struct find_question question = {.name = keys->names[i].name,
                                         .birth = birth_unpack(keys->names[i].birth),
                                         .limit = NAMESAKE_MAX,
                                         .least = NAME_SAME};
        if (!find_persons(finder, &question, result, err))
            return false;
        for (size_t k = 0; k < result->count; k++)
            if (result->hits[k].birth_like == BIRTH_SAME &&
                !record_ask(keys, (int64_t)result->hits[k].record, out, err))
                return false;
    }
    return true;
}

//= dir-2016-680 art 6
static bool body_ask(struct journal *journal, struct span body, enum own_guard *out,
                     struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(SCRATCH_SIZE);
    struct match_keys *keys = arena_alloc(&arena, sizeof *keys);
    struct person *person = arena_alloc(&arena, sizeof *person);
    struct problems *problems = arena_alloc(&arena, sizeof *problems);

    if (keys == NULL || person == NULL || problems == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    problems_clear(problems);
    if (!own_person_read(body, &arena, person, problems)) {
        *out = OWN_GUARD_SHIELDED;
        return true;
    }
    if (!match_keys_begin(journal, &arena, keys, err) ||
        !match_keys_of_person(keys, person, 0, err))
        return false;
    for (size_t i = 0; i < keys->count; i++)
        if (match_kind_is_of_one(keys->list[i].kind) && !key_ask(journal, &keys->list[i], out, err))
            return false;
    return names_ask(keys, out, err);
}

bool protection_of_case_person(struct journal *journal, const struct case_person_row *person,
                               enum own_guard *out, struct error *err)
{
    *out = person->is_shielded                ? OWN_GUARD_SHIELDED
           : case_person_is_protected(person) ? OWN_GUARD_PROTECTED
                                              : OWN_GUARD_OPEN;
    return *out == OWN_GUARD_SHIELDED || body_ask(journal, person->body, out, err);
}

bool protection_of_own_person(struct journal *journal, const struct own_row *person,
                              enum own_guard *out, struct error *err)
{
    *out = person->guard;
    return *out == OWN_GUARD_SHIELDED || body_ask(journal, person->body, out, err);
}

/* --- in the case of a call --- */

/* A key that names one person stands in both. */
static bool share_key(const struct match_keys *one, const struct match_keys *other)
{
    for (size_t i = 0; i < one->count; i++)
        for (size_t k = 0; match_kind_is_of_one(one->list[i].kind) && k < other->count; k++)
            if (memcmp(one->list[i].bytes, other->list[k].bytes, MATCH_KEY_SIZE) == 0)
                return true;
    return false;
}

/* The person of a row, with their keys; false in *is_read: nobody can say who it is. */
static bool row_keys(struct journal *journal, const struct case_person_row *row,
                     struct arena *arena, struct match_keys *keys, bool *is_read, struct error *err)
{
    struct person *person = arena_alloc(arena, sizeof *person);
    struct problems *problems = arena_alloc(arena, sizeof *problems);

    if (person == NULL || problems == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    problems_clear(problems);
    *is_read = own_person_read(row->body, arena, person, problems);
    return !*is_read || (match_keys_begin(journal, arena, keys, err) &&
                         match_keys_of_person(keys, person, 0, err));
}

/* One after the other: each in memory of its own, which goes with it. */
static bool is_one_of(struct journal *journal, const struct case_person_row *row,
                      const struct person *const *persons, size_t count, bool *out,
                      struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(SCRATCH_SIZE);
    struct match_keys *theirs = arena_alloc(&arena, sizeof *theirs);
    struct match_keys *keys = arena_alloc(&arena, sizeof *keys);
    bool is_read = false;

    if (theirs == NULL || keys == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!row_keys(journal, row, &arena, theirs, &is_read, err))
        return false;
    *out = !is_read;
    for (size_t i = 0; !*out && i < count; i++) {
        struct arena own CLEANUP(arena_free) = arena_make(SCRATCH_SIZE);
        if (!match_keys_begin(journal, &own, keys, err) ||
            !match_keys_of_person(keys, persons[i], 0, err))
            return false;
        *out = share_key(theirs, keys);
    }
    return true;
}

bool protection_in_own_case(struct journal *journal, const struct desk_call *call,
                            const struct person *const *persons, size_t count, bool *out,
                            struct error *err)
{
    struct case_person_row *rows = arena_array(call->arena, CASE_PEOPLE_MAX, sizeof *rows);
    struct span number;
    size_t row_count = 0;

    *out = false;
    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!case_own_number(journal, call, &number, err))
        return false;
    if (number.size == 0 || count == 0)
        return true;
    if (!case_person_list(journal->db, call->arena, number, rows, CASE_PEOPLE_MAX, &row_count, err))
        return false;
    for (size_t i = 0; i < row_count && !*out; i++)
        if (case_person_is_protected(&rows[i]) &&
            !is_one_of(journal, &rows[i], persons, count, out, err))
            return false;
    return true;
}
