/* Find: see find.h. */
#include "match/find.h"

#include <stdlib.h>
#include <string.h>

struct finder {
    struct segments *segments;
    const struct segments_view *view;
    struct segments *base; /* or NULL: the segments say what words weigh */
    const struct segments_view *base_view;
    struct searcher *searchers[SEGMENTS_MAX]; /* of the view's segments */
    struct search_result names;
    size_t asked; /* records of the question at hand, whether they may be shown */
};

bool finder_make_beside(struct segments *segments, struct segments *base, struct finder **out,
                        struct error *err)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    (*out)->segments = segments;
    (*out)->base = base;
    return true;
}

bool finder_make(struct segments *segments, struct finder **out, struct error *err)
{
    return finder_make_beside(segments, NULL, out, err);
}

static void view_leave(struct finder *finder)
{
    for (size_t i = 0; i < SEGMENTS_MAX; i++)
        searcher_free(&finder->searchers[i]);
    if (finder->view != NULL)
        segments_release(finder->segments, finder->view);
    if (finder->base_view != NULL)
        segments_release(finder->base, finder->base_view);
    finder->view = NULL;
    finder->base_view = NULL;
}

void finder_free(struct finder **finder)
{
    if (*finder == NULL)
        return;
    view_leave(*finder);
    free(*finder);
    *finder = NULL;
}

static bool searchers_make(struct finder *finder, struct error *err)
{
    const struct segments_view *view = finder->view;
    const struct index *base = finder->base_view != NULL ? finder->base_view->base : NULL;

    for (size_t i = 0; i < view->count; i++)
        if (!searcher_make(view->segments[i]->index, base != NULL ? base : view->base,
                           &finder->searchers[i], err))
            return false;
    return true;
}

static bool view_follow(struct finder *finder, struct error *err)
{
    const struct segments_view *view = segments_hold(finder->segments);
    const struct segments_view *base = finder->base != NULL ? segments_hold(finder->base) : NULL;

    if (view == finder->view && base == finder->base_view) {
        segments_release(finder->segments, view);
        if (base != NULL)
            segments_release(finder->base, base);
        return true;
    }
    view_leave(finder);
    finder->view = view;
    finder->base_view = base;
    if (searchers_make(finder, err))
        return true;
    view_leave(finder);
    return false;
}

/* --- hits --- */

static bool is_before(const struct find_hit *a, const struct find_hit *b)
{
    if (a->like > b->like || a->like < b->like)
        return a->like > b->like;
    if (a->birth_like != b->birth_like)
        return a->birth_like > b->birth_like;
    return a->record < b->record;
}

static void hit_remove(struct find_result *result, size_t at)
{
    memmove(&result->hits[at], &result->hits[at + 1],
            (result->count - at - 1) * sizeof result->hits[0]);
    result->count--;
}

static void hit_put(struct find_result *result, size_t limit, const struct find_hit *hit)
{
    size_t at;

    for (size_t i = 0; i < result->count; i++)
        if (result->hits[i].record == hit->record) { /* by another of her names */
            if (!is_before(hit, &result->hits[i]))
                return;
            hit_remove(result, i);
            break;
        }
    for (at = result->count; at > 0 && is_before(hit, &result->hits[at - 1]); at--)
        ;
    if (result->count == limit) {
        result->is_cut = true;
        if (at == limit)
            return;
        result->count--;
    }
    memmove(&result->hits[at + 1], &result->hits[at],
            (result->count - at) * sizeof result->hits[0]);
    result->hits[at] = *hit;
    result->count++;
}

static bool is_shown(struct finder *finder, const struct find_question *question, uint64_t record)
{
    if (question->may_show == NULL)
        return true;
    return finder->asked++ < FIND_ASK_MAX && question->may_show(question->context, record);
}

static void persons_put(struct finder *finder, const struct segment *segment,
                        const struct search_hit *name, const struct find_question *question,
                        size_t limit, struct find_result *out)
{
    const struct index *index = segment->index;
    const struct index_lists *persons = &index->name_persons;

    for (uint32_t i = persons->starts[name->name]; i < persons->starts[name->name + 1]; i++) {
        uint32_t person = persons->items[i];
        struct birth birth = birth_unpack(index->births[person]);
        struct find_hit hit = {
            .record = index->records[person],
            .birth = index->births[person],
            .like = name->score,
            .birth_like = birth_compare(&birth, &question->birth),
        };
        if (!segments_is_gone(finder->view, hit.record, segment->number) &&
            is_shown(finder, question, hit.record))
            hit_put(out, limit, &hit);
    }
}

bool find_persons(struct finder *finder, const struct find_question *question,
                  struct find_result *out, struct error *err)
{
    size_t limit = question->limit < FIND_HIT_MAX ? question->limit : FIND_HIT_MAX;

    out->count = 0;
    out->is_cut = false;
    finder->asked = 0;
    if (!view_follow(finder, err))
        return false;
    if (limit == 0)
        return true;
    for (size_t i = 0; i < finder->view->count; i++) {
        search_name(finder->searchers[i], question->name, SEARCH_HIT_MAX, question->least,
                    &finder->names);
        out->is_cut = out->is_cut || (question->may_show == NULL && finder->names.is_cut);
        for (size_t k = 0; k < finder->names.count; k++)
            persons_put(finder, finder->view->segments[i], &finder->names.hits[k], question, limit,
                        out);
    }
    return true;
}
