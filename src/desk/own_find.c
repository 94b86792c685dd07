/* Own find: see own_find.h. */
#include "desk/own_find.h"

#include "desk/own.h"
#include "desk/own_form.h"
#include "desk/own_index.h"
#include "desk/own_object.h"

#include <stdio.h>
#include <stdlib.h>

#define MARK_CAP   50 /* a number that more people have tells nothing of one */
#define NAME_LEAST 0.55f
#define SCORE_SIZE 8 /* "0.973", with room */

bool own_finding_begin(struct journal *journal, struct arena *arena,
                       const struct own_viewer *viewer, struct own_finding *out, struct error *err)
{
    *out = (struct own_finding){.journal = journal, .arena = arena, .viewer = *viewer};
    out->list = arena_array(arena, OWN_CANDIDATE_MAX, sizeof *out->list);
    return out->list != NULL || error_set(err, ERROR_LIMIT, "out of memory");
}

/* --- asking --- */

static struct own_candidate *candidate_put(struct own_finding *finding, int64_t id)
{
    for (size_t i = 0; i < finding->count; i++)
        if (finding->list[i].id == id)
            return &finding->list[i];
    if (finding->count == OWN_CANDIDATE_MAX) {
        finding->is_cut = true;
        return NULL;
    }
    struct own_candidate *candidate = &finding->list[finding->count++];
    *candidate = (struct own_candidate){.id = id};
    return candidate;
}

bool own_find_number(struct own_finding *finding, const struct ident *ident, size_t at,
                     struct error *err)
{
    struct own_mark mark = {.kind = (int64_t)ident->kind, .key = span_text(ident->key)};
    int64_t people[MARK_CAP + 1];
    size_t count = 0;

    if (!own_mark_people(finding->journal->db, &mark, &finding->viewer, people, MARK_CAP + 1,
                         &count, err))
        return false;
    if (count > MARK_CAP) {
        finding->shared |= 1u << at;
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        struct own_candidate *candidate = candidate_put(finding, people[i]);
        if (candidate != NULL)
            candidate->mark_of |= 1u << at;
    }
    return true;
}

/* A failure of the books is found again when who was found is loaded. */
static bool may_show(void *context, uint64_t record)
{
    struct own_finding *finding = context;
    struct error ignored = {0};
    bool is_shown = false;

    return own_is_shown(finding->journal->db, (int64_t)record, &finding->viewer, &is_shown,
                        &ignored) &&
           is_shown;
}

static bool side_find(struct own_finding *finding, enum own_side side,
                      struct find_question *question, struct error *err)
{
    struct finder *finder = own_index_finder(finding->journal->own_index, side, err);
    struct find_result *result = arena_alloc(finding->arena, sizeof *result);

    question->may_show = side == OWN_SIDE_GUARDED ? may_show : NULL;
    question->context = finding;
    if (result == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (finder == NULL || !find_persons(finder, question, result, err))
        return false;
    finding->is_cut = finding->is_cut || result->is_cut;
    for (size_t i = 0; i < result->count; i++) {
        struct own_candidate *candidate = candidate_put(finding, (int64_t)result->hits[i].record);
        if (candidate != NULL && candidate->like < result->hits[i].like)
            candidate->like = result->hits[i].like;
    }
    return true;
}

bool own_find_name(struct own_finding *finding, struct span name, struct birth birth, size_t limit,
                   struct error *err)
{
    struct find_question question = {
        .name = name, .birth = birth, .limit = limit, .least = NAME_LEAST};

    if (finding->journal->own_index == NULL)
        return error_set(err, ERROR_BUSY, "names are searched by the running node: besa serve");
    return side_find(finding, OWN_SIDE_OPEN, &question, err) &&
           side_find(finding, OWN_SIDE_GUARDED, &question, err);
}

/* --- who is shown --- */

/* Fills the candidate from the books; *is_shown false when it went meanwhile, or is not for this officer's question. */
static bool candidate_fill(struct own_finding *finding, const struct own_sieve *sieve,
                           struct own_candidate *candidate, bool *is_shown, struct error *err)
{
    struct problems problems = {0};
    struct own_row *row = &candidate->row;

    *is_shown = false;
    if (!own_find(finding->journal->db, finding->arena, candidate->id, row, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        return true;
    }
    if (!own_may_see(row, &finding->viewer) || (sieve != NULL && !sieve->row(sieve->context, row)))
        return true;
    if (!own_person_read(row->body, finding->arena, &candidate->person, &problems))
        return error_set(err, ERROR_STORE, "a person of the own index cannot be read");
    *is_shown = sieve == NULL || sieve->person(sieve->context, row, &candidate->person);
    return true;
}

bool own_find_load(struct own_finding *finding, const struct own_sieve *sieve, struct error *err)
{
    size_t kept = 0;

    for (size_t i = 0; i < finding->count; i++) {
        bool is_shown;
        if (!candidate_fill(finding, sieve, &finding->list[i], &is_shown, err))
            return false;
        if (is_shown)
            finding->list[kept++] = finding->list[i];
    }
    finding->count = kept;
    return true;
}

/* --- the score --- */

static struct own_same same_of(const struct own_finding *finding,
                               const struct own_candidate *candidate)
{
    struct own_same same = {.phone = false};

    for (size_t i = 0; i < OWN_ASKED_NUMBER_MAX; i++) {
        bool has = (candidate->mark_of >> i & 1) != 0;
        bool is_phone = finding->kinds[i] == IDENT_PHONE;
        same.phone = same.phone || (has && is_phone);
        same.document = same.document || (has && !is_phone);
    }
    return same;
}

static int best_first(const void *a, const void *b)
{
    const struct own_candidate *one = a;
    const struct own_candidate *two = b;

    if (one->score.bits < two->score.bits || one->score.bits > two->score.bits)
        return one->score.bits > two->score.bits ? -1 : 1;
    if (one->like < two->like || one->like > two->like)
        return one->like > two->like ? -1 : 1;
    return one->id < two->id ? -1 : one->id > two->id;
}

bool own_find_score(struct own_finding *finding, const struct record_input *question,
                    struct error *err)
{
    struct own_scorer *scorer = NULL;
    bool ok = own_scorer_make(finding->journal->own_index, question, &scorer, err);

    for (size_t i = 0; ok && i < finding->count; i++)
        ok = own_scorer_add(scorer, &finding->list[i].person, finding->list[i].row.birth, err);
    if (ok)
        own_scorer_weigh(scorer);
    for (size_t i = 0; ok && i < finding->count; i++)
        own_scorer_score(scorer, i, same_of(finding, &finding->list[i]), &finding->list[i].score);
    own_scorer_free(&scorer);
    if (ok)
        qsort(finding->list, finding->count, sizeof finding->list[0], best_first);
    return ok;
}

/* --- who is shown with them --- */

bool own_find_joined(struct own_finding *finding, size_t shown, struct error *err)
{
    struct own_seeing seeing = own_seeing_of(&finding->viewer);

    for (size_t i = 0; i < shown; i++)
        if (!own_joined_find(finding->journal, finding->list[i].id, &seeing,
                             &finding->list[i].joined, err))
            return false;
    return true;
}

bool own_candidate_objects(const struct own_candidate *candidate, struct arena *arena,
                           struct span *objects, size_t *count, struct error *err)
{
    bool ok = own_object_person(arena, candidate->id, &objects[(*count)++]);

    for (size_t i = 0; ok && i < candidate->joined.count; i++)
        ok = own_object_person(arena, candidate->joined.people[i], &objects[(*count)++]);
    return ok || error_set(err, ERROR_LIMIT, "out of memory");
}

/* --- in words --- */

/* Which number it was, before what it says. */
static void number_reasons_write(const struct own_finding *finding,
                                 const struct own_candidate *candidate, struct json_writer *out)
{
    char text[OWN_REASON_SIZE];

    for (size_t i = 0; i < OWN_ASKED_NUMBER_MAX; i++) {
        if ((candidate->mark_of >> i & 1) == 0)
            continue;
        snprintf(text, sizeof text, "%s is the person's, look-alike characters set aside",
                 ident_kind_name(finding->kinds[i]));
        json_write_text(out, span_text(text));
    }
}

static void reasons_write(const struct own_finding *finding, const struct own_candidate *candidate,
                          struct json_writer *out)
{
    char text[SCORE_WORDS_SIZE];

    json_key(out, "reasons");
    json_begin_array(out);
    number_reasons_write(finding, candidate, out);
    for (size_t i = 0; i < candidate->score.reason_count; i++) {
        score_words(&candidate->score.reasons[i], text);
        json_write_text(out, span_text(text));
    }
    json_end_array(out);
}

void own_candidate_write(const struct own_finding *finding, const struct own_candidate *candidate,
                         struct json_writer *out)
{
    char score[SCORE_SIZE];

    snprintf(score, sizeof score, "%.3f", (double)candidate->score.share);
    json_string_field(out, "score", score);
    json_integer_field(out, "name_likeness_percent", (int64_t)(candidate->like * 100 + 0.5f));
    reasons_write(finding, candidate, out);
    own_joined_write(&candidate->joined, out);
}

bool own_late_write(struct journal *journal, struct json_writer *out, struct error *err)
{
    int64_t changed = 0;

    if (journal->own_index == NULL)
        return true;
    if (!own_changed(journal->db, &changed, err))
        return false;
    if ((uint64_t)changed > own_index_position(journal->own_index))
        json_boolean_field(out, "newest_not_searchable_yet", true);
    return true;
}
