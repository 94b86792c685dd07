/* Cross-check: see crosscheck.h. */
#include "desk/crosscheck.h"

#include "base/text.h"
#include "desk/own.h"
#include "desk/own_index.h"
#include "desk/protection.h"
#include "desk/roles.h"
#include "store/register_rows.h"

#include <inttypes.h>
#include <stdio.h>

#define NAME_SAME 0.999f

/* --- finding --- */

/* What a keeper is told fills no bound of what the desk is told. */
static void hit_add(struct crosscheck_hits *hits, const struct key_row *row, int kind)
{
    for (size_t i = 0; i < hits->count; i++) {
        struct crosscheck_hit *hit = &hits->list[i];
        if (hit->side == row->side && hit->object == row->object) {
            hit->kinds |= 1u << kind;
            return;
        }
    }
    if (hits->count == CROSSCHECK_SHOWN_MAX) {
        hits->is_cut = true;
        return;
    }
    hits->list[hits->count++] =
        (struct crosscheck_hit){.side = row->side, .object = row->object, .kinds = 1u << kind};
}

typedef bool scope_finder(struct database *db, struct span key, struct span scope,
                          struct key_row *out, size_t limit, size_t *count, struct error *err);

/* Each scope is counted by itself: what one may not see fills no bound of what one may. */
static bool scope_find(struct crosscheck *check, const struct match_key *key, scope_finder *find,
                       struct span scope, int64_t self, struct crosscheck_hits *hits,
                       struct error *err)
{
    struct key_row rows[CROSSCHECK_KEY_CAP + 1];
    struct span bytes = span_make(key->bytes, MATCH_KEY_SIZE);
    size_t count = 0;

    if (!find(check->keys.journal->db, bytes, scope, rows, ARRAY_COUNT(rows), &count, err))
        return false;
    if (count > CROSSCHECK_KEY_CAP) {
        if (!match_kind_is_of_one(key->kind) && key->kind != MATCH_KIND_FOREIGN)
            return true; /* many have it: a hotline, a number typed for want of one */
        count =
            CROSSCHECK_KEY_CAP; /* whoever is asked for most often must not be asked for unseen */
        hits->is_cut = true;
    }
    for (size_t i = 0; i < count; i++)
        if (rows[i].side != KEY_ITEM || rows[i].object != self)
            hit_add(hits, &rows[i], key->kind);
    return true;
}

static void hit_move(const struct crosscheck_hit *hit, struct crosscheck_hits *to)
{
    if (to->count == CROSSCHECK_SHOWN_MAX)
        to->is_cut = true;
    else
        to->list[to->count++] = *hit;
}

/* Whoever is protected in another case is its keeper's to know of in this one, too. */
//= dir-2016-680 art 6
static bool protected_part(struct crosscheck *check, struct error *err)
{
    struct crosscheck_hits *desk = &check->desk;
    size_t kept = 0;

    for (size_t i = 0; i < desk->count; i++) {
        struct case_person_row person;
        enum own_guard guard = OWN_GUARD_OPEN;
        if (desk->list[i].side == KEY_CASE_PERSON &&
            (!case_person_find(check->keys.journal->db, check->keys.arena, desk->list[i].object,
                               &person, err) ||
             !protection_of_case_person(check->keys.journal, &person, &guard, err)))
            return false;
        if (guard > OWN_GUARD_OPEN)
            hit_move(&desk->list[i], &check->keeper);
        else
            desk->list[kept++] = desk->list[i];
    }
    desk->count = kept;
    return true;
}

//= dir-2016-680 art 4(1)(b)
bool crosscheck_find(struct crosscheck *check, struct span agreement, int64_t self,
                     struct error *err)
{
    check->desk.count = check->keeper.count = 0;
    check->desk.is_cut = check->keeper.is_cut = false;
    for (size_t i = 0; i < check->keys.count; i++) {
        const struct match_key *key = &check->keys.list[i];
        if (!scope_find(check, key, key_find, agreement, self, &check->desk, err) ||
            !scope_find(check, key, key_find, span_text(KEY_SCOPE_DESK), self, &check->desk, err) ||
            !scope_find(check, key, key_find_beyond, agreement, self, &check->keeper, err))
            return false;
    }
    return protected_part(check, err);
}

/* --- the own index --- */

static void own_add(struct crosscheck *check, int64_t person, int kind)
{
    size_t at = 0;

    while (at < check->own_count && check->own[at].person != person)
        at++;
    if (at == CROSSCHECK_OWN_MAX) {
        check->desk.is_cut = true;
        return;
    }
    if (at == check->own_count)
        check->own[check->own_count++] = (struct crosscheck_own){.person = person};
    check->own[at].kinds |= 1u << kind;
}

static bool own_by_marks(struct crosscheck *check, const struct own_viewer *viewer,
                         struct error *err)
{
    int64_t people[CROSSCHECK_KEY_CAP + 1];

    for (size_t i = 0; i < check->keys.count; i++) {
        const struct match_key *key = &check->keys.list[i];
        struct own_mark mark = {.kind = key->kind, .key = span_text(key->ident)};
        size_t count = 0;
        if (key->ident[0] == '\0')
            continue;
        if (!own_mark_people(check->keys.journal->db, &mark, viewer, people, ARRAY_COUNT(people),
                             &count, err))
            return false;
        for (size_t k = 0; count <= CROSSCHECK_KEY_CAP && k < count; k++)
            own_add(check, people[k], key->kind);
    }
    return true;
}

struct asking {
    struct database *db;
    const struct own_viewer *viewer;
};

static bool may_show(void *context, uint64_t record)
{
    const struct asking *asking = context;
    struct error ignored = {0};
    bool is_shown = false;

    return own_is_shown(asking->db, (int64_t)record, asking->viewer, &is_shown, &ignored) &&
           is_shown;
}

/* The same name, letter for letter once folded, and the same whole date. */
static bool own_by_names(struct crosscheck *check, enum own_side side,
                         const struct own_viewer *viewer, struct error *err)
{
    struct journal *journal = check->keys.journal;
    struct finder *finder = own_index_finder(journal->own_index, side, err);
    struct find_result *result = arena_alloc(check->keys.arena, sizeof *result);
    struct asking asking = {journal->db, viewer};

    if (finder == NULL || result == NULL)
        return finder != NULL && error_set(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < check->keys.name_count; i++) {
        struct find_question question = {.name = check->keys.names[i].name,
                                         .birth = birth_unpack(check->keys.names[i].birth),
                                         .limit = CROSSCHECK_OWN_MAX,
                                         .least = NAME_SAME,
                                         .may_show = may_show,
                                         .context = &asking};
        if (!find_persons(finder, &question, result, err))
            return false;
        for (size_t k = 0; k < result->count; k++)
            if (result->hits[k].like >= NAME_SAME && result->hits[k].birth_like == BIRTH_SAME)
                own_add(check, (int64_t)result->hits[k].record, MATCH_KIND_BIRTH);
    }
    return true;
}

/* Shown in their own case; to others not, when they are protected elsewhere. */
static bool check_sees(void *context, const struct own_row *row, bool *may, struct error *err)
{
    const struct crosscheck *check = context;
    enum own_guard guard = OWN_GUARD_OPEN;
    bool is_own_case =
        row->case_number.size > 0 && span_equal(row->case_number, check->viewer.case_number);

    if (!is_own_case && !protection_of_own_person(check->keys.journal, row, &guard, err))
        return false;
    *may = guard <= check->viewer.most;
    return true;
}

struct own_seeing crosscheck_seeing(struct crosscheck *check)
{
    return (struct own_seeing){check_sees, check};
}

static bool own_protected_part(struct crosscheck *check, struct error *err)
{
    size_t kept = 0;

    for (size_t i = 0; i < check->own_count; i++) {
        struct own_row row;
        bool may = false;
        if (!own_find(check->keys.journal->db, check->keys.arena, check->own[i].person, &row,
                      err)) {
            if (err->kind != ERROR_MISSING)
                return false;
            error_clear(err); /* gone from the books, not yet from the files */
            continue;
        }
        if (!check_sees(check, &row, &may, err))
            return false;
        if (may)
            check->own[kept++] = check->own[i];
    }
    check->own_count = kept;
    return true;
}

bool crosscheck_own(struct crosscheck *check, const struct own_viewer *viewer, struct error *err)
{
    check->own_count = 0;
    check->viewer = *viewer;
    if (!own_by_marks(check, viewer, err))
        return false;
    /* Names are searched by the running node. */
    if (check->keys.journal->own_index != NULL &&
        (!own_by_names(check, OWN_SIDE_OPEN, viewer, err) ||
         !own_by_names(check, OWN_SIDE_GUARDED, viewer, err)))
        return false;
    return own_protected_part(check, err);
}

/* --- who keeps what others may not see --- */

static bool units_of_case_person(struct journal *journal, int64_t id, struct arena *arena,
                                 struct case_row *out, size_t *count, struct error *err)
{
    struct case_person_row person;

    if (!case_person_find(journal->db, arena, id, &person, err) ||
        !case_read(journal->db, arena, person.number, out, err))
        return false;
    *count = 1;
    return true;
}

bool crosscheck_keepers(struct journal *journal, const struct crosscheck_hit *hit,
                        struct arena *arena, struct case_row out[CROSSCHECK_KEEPER_MAX],
                        size_t *count, struct error *err)
{
    *count = 0;
    if (hit->side == KEY_ITEM)
        return case_list_of_item(journal->db, arena, hit->object, out, CROSSCHECK_KEEPER_MAX, count,
                                 err);
    if (hit->side == KEY_CASE_PERSON)
        return units_of_case_person(journal, hit->object, arena, out, count, err);
    struct register_row registered;
    if (!register_find(journal->db, arena, hit->object, &registered, err) ||
        !case_read(journal->db, arena, registered.case_number, out, err))
        return false;
    *count = 1;
    return true;
}

/* --- notes for them --- */

#define FOLLOW_STEP 64u

bool crosscheck_touch_note(struct journal *journal, const struct touch_row *touch, struct span unit,
                           struct error *err)
{
    struct touch_row row = *touch;

    row.unit = unit;
    return counter_next(journal->db, "touch", &row.id, err) && touch_put(journal->db, &row, err);
}

/* What stands in another case of the unit that had it stays with that unit, too. */
static bool touch_follow(struct journal *journal, const struct touch_row *touch,
                         struct arena *arena, struct error *err)
{
    struct crosscheck_hit hit = {.side = touch->side, .object = touch->object};
    struct case_row keepers[CROSSCHECK_KEEPER_MAX];
    bool is_kept = false;
    size_t count = 0;

    if (!crosscheck_keepers(journal, &hit, arena, keepers, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool is_same = span_equal(keepers[i].unit, touch->unit);
        is_kept = is_kept || is_same;
        if (!is_same && !crosscheck_touch_note(journal, touch, keepers[i].unit, err))
            return false;
    }
    return is_kept || touch_drop(journal->db, touch->id, err);
}

bool crosscheck_touches_follow(struct journal *journal, struct span number, struct span before,
                               struct arena *arena, struct error *err)
{
    struct touch_row *rows = arena_array(arena, FOLLOW_STEP, sizeof *rows);
    size_t count = FOLLOW_STEP;
    int64_t after = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    while (count == FOLLOW_STEP) {
        if (!touch_list_case(journal->db, arena, number, before, after, rows, FOLLOW_STEP, &count,
                             err))
            return false;
        for (size_t i = 0; i < count; i++) {
            after = rows[i].id;
            if (!touch_follow(journal, &rows[i], arena, err))
                return false;
        }
    }
    return true;
}
