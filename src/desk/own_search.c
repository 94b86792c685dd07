/*
 * Search of the own index: one line as an officer types it (match/query.h), people by their numbers and by their names, each
 * with its reasons in words. Who asked for what, why, in which case and who was shown stands in the log before the answer
 * leaves. What is found is a candidate: nothing is written into any case.
 */
#include "desk/own.h"

#include "agreement/agreement.h"
#include "base/text.h"
#include "desk/case.h"
#include "desk/own_filter.h"
#include "desk/own_form.h"
#include "desk/own_index.h"
#include "desk/own_score.h"
#include "match/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define OWN_FOUND_MAX 50 /* people of one answer */
#define SHOWN_USUAL   20
#define FOUND_MAX     300 /* candidates that are looked at */
#define MARK_CAP      50  /* a number that more people have tells nothing of one */
#define NAME_LEAST    0.55f
#define REASON_SIZE   120
#define SCORE_SIZE    8 /* "0.973", with room */
#define COUNTRY_COUNT 8

_Static_assert(OWN_QUERY_SIZE_MAX == QUERY_SIZE_MAX && OWN_QUERY_NAME_MAX == QUERY_NAME_MAX &&
                   OWN_NUMBERS_MAX == QUERY_IDENT_MAX && OWN_NUMBER_SIZE_MAX == IDENT_VALUE_MAX,
               "told to those who do not see match/");

struct found {
    int64_t id;
    float like;       /* of the name; 0: not found by it */
    unsigned marks;   /* numbers of the query that are the person's */
    unsigned mark_of; /* bits of query.idents */
    struct own_row row;
    struct person person;
    struct score score;
};

struct search {
    struct journal *journal;
    const struct desk_call *call;
    struct query query;
    struct own_filter filter;
    struct own_facets facets;
    struct own_viewer viewer;
    size_t limit;
    struct found *found;
    size_t found_count;
    bool is_cut;
    unsigned shared; /* bits of query.idents: more than MARK_CAP people who are shown have it */
    struct error *err;
};

//= dir-2016-680 art 6
enum own_guard own_guard_of(const struct own_row *row)
{
    if (row->is_shielded)
        return OWN_GUARD_SHIELDED;
    return row->is_minor || person_category_is_protected((enum person_category)row->category)
               ? OWN_GUARD_PROTECTED
               : OWN_GUARD_OPEN;
}

struct own_viewer own_viewer_of(struct span case_number, enum purpose purpose)
{
    bool is_in_need = purpose == PURPOSE_MISSING_PERSONS || purpose == PURPOSE_IMMEDIATE_THREAT;

    return (struct own_viewer){.most = is_in_need ? OWN_GUARD_PROTECTED : OWN_GUARD_OPEN,
                               .case_number = case_number};
}

bool own_may_see(const struct own_row *row, const struct own_viewer *viewer)
{
    bool is_own_case =
        row->case_number.size > 0 && span_equal(row->case_number, viewer->case_number);

    return is_own_case || row->guard <= viewer->most;
}

/* --- the question --- */

/* Plates and telephones without a country are our own first, then the partners'. */
static size_t countries_of(const struct journal *journal, char out[COUNTRY_COUNT][3])
{
    size_t count = 0;

    for (size_t i = 0; i < journal->line_count + 1 && count < COUNTRY_COUNT; i++) {
        struct span party =
            i == 0 ? span_text(journal->party) : span_text(journal->lines[i - 1].partner);
        if (party.size != 2)
            continue;
        bool is_known = false;
        char code[3] = {(char)(party.data[0] - 'a' + 'A'), (char)(party.data[1] - 'a' + 'A'), 0};
        for (size_t k = 0; k < count; k++)
            is_known = is_known || strcmp(out[k], code) == 0;
        if (!is_known)
            memcpy(out[count++], code, sizeof code);
    }
    return count;
}

static unsigned year_of(int64_t now_ms)
{
    time_t now = (time_t)(now_ms / 1000);
    struct tm day;

    return gmtime_r(&now, &day) == NULL ? 2100u : (unsigned)day.tm_year + 1900u;
}

/* Places are folded as names are. */
static bool filter_read(struct search *search)
{
    struct own_index *index = search->journal->own_index;
    struct folder *folder = NULL;

    if (search->query.place[0] != 0 && index == NULL)
        return error_set(search->err, ERROR_BUSY,
                         "places are searched by the running node: besa serve");
    return (index == NULL || own_index_folder(index, &folder, search->err)) &&
           own_filter_make(&search->query, folder, &search->filter, search->err);
}

static bool question_read(struct search *search)
{
    struct json_object *arguments = search->call->arguments;
    struct journal *journal = search->journal;
    char countries[COUNTRY_COUNT][3];
    size_t country_count = countries_of(journal, countries);
    struct span text = json_get_text(arguments, "query", 1, QUERY_SIZE_MAX);

    struct span own_case;

    if (!case_own_number(journal, search->call, &own_case, search->err))
        return false;
    search->viewer =
        own_viewer_of(own_case, (enum purpose)json_get_choice(arguments, "purpose", purpose_names,
                                                              PURPOSE_COUNT));
    search->limit =
        (size_t)json_get_integer_optional(arguments, "limit", 1, OWN_FOUND_MAX, SHOWN_USUAL);
    if (!problems_to_error(search->call->problems, search->err))
        return false;
    return query_read(text, (const char(*)[3])countries, country_count,
                      year_of(journal->env->now_ms(journal->env->context)), &search->query,
                      search->err) &&
           filter_read(search);
}

/* --- candidates --- */

static struct found *found_put(struct search *search, int64_t id)
{
    for (size_t i = 0; i < search->found_count; i++)
        if (search->found[i].id == id)
            return &search->found[i];
    if (search->found_count == FOUND_MAX) {
        search->is_cut = true;
        return NULL;
    }
    struct found *found = &search->found[search->found_count++];
    *found = (struct found){.id = id};
    return found;
}

static bool mark_find(struct search *search, const struct ident *ident, size_t at)
{
    struct own_mark mark = {.kind = (int64_t)ident->kind, .key = span_text(ident->key)};
    int64_t people[MARK_CAP + 1];
    size_t count = 0;

    if (!own_mark_people(search->journal->db, &mark, &search->viewer, people, MARK_CAP + 1, &count,
                         search->err))
        return false;
    if (count > MARK_CAP) {
        search->shared |= 1u << at;
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        struct found *found = found_put(search, people[i]);
        if (found != NULL && (found->mark_of >> at & 1) == 0) {
            found->mark_of |= 1u << at;
            found->marks++;
        }
    }
    return true;
}

static bool marks_find(struct search *search)
{
    for (size_t i = 0; i < search->query.ident_count; i++) {
        const struct query_ident *asked = &search->query.idents[i];
        if (!mark_find(search, &asked->reading, i))
            return false;
        for (size_t k = 0; k < asked->other_count; k++)
            if (!mark_find(search, &asked->others[k], i))
                return false;
    }
    return true;
}

/* A failure of the books is found again when who was found is loaded. */
static bool may_show(void *context, uint64_t record)
{
    struct search *search = context;
    struct error ignored = {0};
    bool is_shown = false;

    return own_is_shown(search->journal->db, (int64_t)record, &search->viewer, &is_shown,
                        &ignored) &&
           is_shown;
}

static bool side_find(struct search *search, enum own_side side, struct error *err)
{
    struct finder *finder = own_index_finder(search->journal->own_index, side, err);
    struct find_result *result = arena_alloc(search->call->arena, sizeof *result);
    struct find_question question = {.name = span_text(search->query.name),
                                     .birth = search->query.birth,
                                     .limit = FIND_HIT_MAX,
                                     .least = NAME_LEAST};

    if (side == OWN_SIDE_GUARDED) {
        question.may_show = may_show;
        question.context = search;
    }
    if (result == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (finder == NULL || !find_persons(finder, &question, result, err))
        return false;
    search->is_cut = search->is_cut || result->is_cut;
    for (size_t i = 0; i < result->count; i++) {
        struct found *found = found_put(search, (int64_t)result->hits[i].record);
        if (found != NULL)
            found->like = result->hits[i].like;
    }
    return true;
}

static bool names_find(struct search *search)
{
    if (search->query.name[0] == 0)
        return true;
    if (search->journal->own_index == NULL)
        return error_set(search->err, ERROR_BUSY,
                         "names are searched by the running node: besa serve");
    return side_find(search, OWN_SIDE_OPEN, search->err) &&
           side_find(search, OWN_SIDE_GUARDED, search->err);
}

/* --- who is shown --- */

/* Fills the candidate from the books; *is_shown false when it went meanwhile, or is not for this officer's question. */
static bool found_fill(struct search *search, struct found *found, bool *is_shown)
{
    struct problems problems = {0};

    *is_shown = false;
    if (!own_find(search->journal->db, search->call->arena, found->id, &found->row, search->err)) {
        if (search->err->kind != ERROR_MISSING)
            return false;
        error_clear(search->err);
        return true;
    }
    if (!own_may_see(&found->row, &search->viewer) ||
        !own_filter_row_fits(&search->filter, &found->row))
        return true;
    if (!own_person_read(found->row.body, search->call->arena, &found->person, &problems))
        return error_set(search->err, ERROR_STORE, "a person of the own index cannot be read");
    *is_shown = own_filter_person_fits(&search->filter, &found->person);
    if (*is_shown)
        own_facets_add(&search->facets, &found->row, &found->person);
    return true;
}

static bool found_load(struct search *search)
{
    size_t kept = 0;

    for (size_t i = 0; i < search->found_count; i++) {
        bool is_shown;
        if (!found_fill(search, &search->found[i], &is_shown))
            return false;
        if (is_shown)
            search->found[kept++] = search->found[i];
    }
    search->found_count = kept;
    return true;
}

/* --- the score --- */

static struct own_same same_of(const struct search *search, const struct found *found)
{
    struct own_same same = {.phone = false};

    for (size_t i = 0; i < search->query.ident_count; i++) {
        bool is_phone = search->query.idents[i].reading.kind == IDENT_PHONE;
        bool has = (found->mark_of >> i & 1) != 0;
        same.phone = same.phone || (has && is_phone);
        same.document = same.document || (has && !is_phone);
    }
    return same;
}

static bool found_score(struct search *search)
{
    const struct query *query = &search->query;
    struct record_value values[2] = {{RECORD_WHOLE, 0, span_text(query->name)},
                                     {RECORD_REGION, 0, span_text(query->country)}};
    struct record_input question = {
        .values = values, .value_count = ARRAY_COUNT(values), .birth = query->birth};
    struct own_scorer *scorer = NULL;
    bool ok = own_scorer_make(search->journal->own_index, &question, &scorer, search->err);

    for (size_t i = 0; ok && i < search->found_count; i++)
        ok = own_scorer_add(scorer, &search->found[i].person, search->found[i].row.birth,
                            search->err);
    if (ok)
        own_scorer_weigh(scorer);
    for (size_t i = 0; ok && i < search->found_count; i++)
        own_scorer_score(scorer, i, same_of(search, &search->found[i]), &search->found[i].score);
    own_scorer_free(&scorer);
    return ok;
}

static int best_first(const void *a, const void *b)
{
    const struct found *one = a;
    const struct found *two = b;

    if (one->score.bits < two->score.bits || one->score.bits > two->score.bits)
        return one->score.bits > two->score.bits ? -1 : 1;
    if (one->like < two->like || one->like > two->like)
        return one->like > two->like ? -1 : 1;
    return one->id < two->id ? -1 : one->id > two->id;
}

/* --- the answer --- */

static void reason_text(struct json_writer *out, const char *text)
{
    json_write_text(out, span_text(text));
}

/* Which number it was, before what it says. */
static void number_reasons_write(const struct search *search, const struct found *found,
                                 struct json_writer *out)
{
    char text[REASON_SIZE];

    for (size_t i = 0; i < search->query.ident_count; i++) {
        if ((found->mark_of >> i & 1) == 0)
            continue;
        snprintf(text, sizeof text, "%s is the person's, look-alike characters set aside",
                 ident_kind_name(search->query.idents[i].reading.kind));
        reason_text(out, text);
    }
}

static void reasons_write(const struct search *search, const struct found *found,
                          struct json_writer *out)
{
    char text[SCORE_WORDS_SIZE];

    json_key(out, "reasons");
    json_begin_array(out);
    number_reasons_write(search, found, out);
    for (size_t i = 0; i < found->score.reason_count; i++) {
        score_words(&found->score.reasons[i], text);
        reason_text(out, text);
    }
    json_end_array(out);
}

static void names_write(const struct person *person, struct json_writer *out)
{
    json_key(out, "names");
    json_begin_array(out);
    for (size_t i = 0; i < person->name_count; i++) {
        json_begin_object(out);
        json_text_field_optional(out, "family", person->names[i].family);
        json_text_field_optional(out, "given", person->names[i].given);
        json_text_field_optional(out, "father", person->names[i].father);
        json_text_field_optional(out, "alias", person->names[i].alias);
        json_end_object(out);
    }
    json_end_array(out);
}

static void found_write(const struct search *search, const struct found *found,
                        struct json_writer *out)
{
    char score[SCORE_SIZE];

    json_begin_object(out);
    json_integer_field(out, "person", found->id);
    json_text_field(out, "source", found->row.source);
    json_text_field(out, "external", found->row.external);
    names_write(&found->person, out);
    json_text_field_optional(out, "birth_date", found->person.birth_date);
    json_string_field(out, "category", person_category_names[found->row.category]);
    json_text_field_optional(out, "case", found->row.case_number);
    snprintf(score, sizeof score, "%.3f", (double)found->score.share);
    json_string_field(out, "score", score);
    json_integer_field(out, "name_likeness_percent", (int64_t)(found->like * 100 + 0.5f));
    reasons_write(search, found, out);
    json_end_object(out);
}

/* How the line was understood: an officer sees at once when a plate was taken for a name. */
static void asked_write(const struct search *search, struct json_writer *out)
{
    const struct query *query = &search->query;
    char date[16];

    json_key(out, "understood");
    json_begin_object(out);
    json_text_field_optional(out, "name", span_text(query->name));
    if (query->birth.year != 0) {
        snprintf(date, sizeof date, "%04u%s%02u", query->birth.year, query->birth.month ? "-" : "",
                 query->birth.month);
        if (query->birth.day != 0)
            snprintf(date, sizeof date, "%04u-%02u-%02u", query->birth.year, query->birth.month,
                     query->birth.day);
        else if (query->birth.month == 0)
            date[4] = 0;
        json_string_field(out, "birth_date", date);
    }
    json_text_field_optional(out, "country", span_text(query->country));
    json_key(out, "numbers");
    json_begin_array(out);
    for (size_t i = 0; i < query->ident_count; i++) {
        json_begin_object(out);
        json_string_field(out, "kind", ident_kind_name(query->idents[i].reading.kind));
        json_string_field(out, "value", query->idents[i].reading.value);
        json_boolean_field(out, "check_wrong", query->idents[i].reading.check == IDENT_WRONG);
        json_boolean_field(out, "shared_by_many", (search->shared >> i & 1) != 0);
        json_end_object(out);
    }
    json_end_array(out);
    json_end_object(out);
}

static bool search_access(struct search *search, size_t shown)
{
    struct span *objects = arena_array(search->call->arena, shown + 1, sizeof *objects);
    struct buffer asked CLEANUP(buffer_free) = buffer_make(ACT_OBJECT_SIZE_MAX);
    struct span line = json_get_text(search->call->arguments, "query", 1, QUERY_SIZE_MAX);
    char text[40];

    if (objects == NULL)
        return error_set(search->err, ERROR_LIMIT, "out of memory");
    /* The question itself: whoever looks for misuse has to see it (docs/safeguards.md j8). Cut at a whole character. */
    size_t room = ACT_OBJECT_SIZE_MAX - sizeof "asked ";
    struct span part = span_part(line, 0, room);
    while (part.size < line.size && part.size > 0 && (line.data[part.size] & 0xC0) == 0x80)
        part.size--;
    buffer_text(&asked, "asked ");
    for (size_t i = 0; i < part.size; i++)
        buffer_byte(&asked, part.data[i] < ' ' ? ' ' : part.data[i]);
    objects[0] = buffer_span(&asked);
    for (size_t i = 0; i < shown; i++) {
        snprintf(text, sizeof text, "own-person %" PRId64, search->found[i].id);
        if (!arena_copy(search->call->arena, span_text(text), &objects[i + 1]))
            return error_set(search->err, ERROR_LIMIT, "out of memory");
    }
    return access_view(search->journal, search->call, "own-search", objects, shown + 1,
                       search->err);
}

static bool late_write(struct search *search, struct json_writer *out)
{
    int64_t changed = 0;

    if (search->journal->own_index == NULL)
        return true;
    if (!own_changed(search->journal->db, &changed, search->err))
        return false;
    if ((uint64_t)changed > own_index_position(search->journal->own_index))
        json_boolean_field(out, "newest_not_searchable_yet", true);
    return true;
}

//= dir-2016-680 art 25(1)
bool act_own_search(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    struct search *search = arena_alloc(call->arena, sizeof *search);

    if (search == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    *search = (struct search){.journal = journal, .call = call, .err = err};
    search->found = arena_array(call->arena, FOUND_MAX, sizeof *search->found);
    if (search->found == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!question_read(search) || !marks_find(search) || !names_find(search) ||
        !found_load(search) || !found_score(search))
        return false;
    qsort(search->found, search->found_count, sizeof search->found[0], best_first);
    size_t shown = search->found_count < search->limit ? search->found_count : search->limit;
    if (!search_access(search, shown))
        return false;
    json_begin_object(out);
    asked_write(search, out);
    json_key(out, "list");
    json_begin_array(out);
    for (size_t i = 0; i < shown; i++)
        found_write(search, &search->found[i], out);
    json_end_array(out);
    json_boolean_field(out, "more", search->is_cut || shown < search->found_count);
    own_facets_write(&search->facets, out);
    if (!late_write(search, out))
        return false;
    json_end_object(out);
    return true;
}

/* --- one person --- */

bool own_person_find(struct journal *journal, const struct desk_call *call, struct own_row *row,
                     struct error *err)
{
    int64_t id = json_get_integer(call->arguments, "person", 1, JSON_INTEGER_MAX);
    enum purpose purpose =
        (enum purpose)json_get_choice(call->arguments, "purpose", purpose_names, PURPOSE_COUNT);
    struct own_viewer viewer;
    struct span own_case;

    if (!case_own_number(journal, call, &own_case, err))
        return false;
    viewer = own_viewer_of(own_case, purpose);
    if (!problems_to_error(call->problems, err) ||
        !own_find(journal->db, call->arena, id, row, err))
        return false;
    /* As if there were none: a refusal would tell. */
    return own_may_see(row, &viewer) || error_set(err, ERROR_MISSING, "no such person");
}

static struct span person_object(const struct own_row *row, struct arena *arena)
{
    char text[40];
    struct span object = {NULL, 0};

    snprintf(text, sizeof text, "own-person %" PRId64, row->id);
    arena_copy(arena, span_text(text), &object);
    return object;
}

//= dir-2016-680 art 25(1)
bool act_own_show(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                  struct error *err)
{
    struct own_row row;

    if (!own_person_find(journal, call, &row, err))
        return false;
    struct span object = person_object(&row, call->arena);
    if (!access_view(journal, call, "own-show", &object, 1, err))
        return false;
    json_begin_object(out);
    json_integer_field(out, "person", row.id);
    json_text_field(out, "source", row.source);
    json_text_field(out, "external", row.external);
    json_text_field_optional(out, "case", row.case_number);
    json_time_field(out, "put", row.put_ms);
    json_key(out, "record");
    buffer_add(out->buffer, row.body); /* JSON, read strictly when it came */
    out->needs_comma = true;
    json_end_object(out);
    return true;
}

//= dir-2016-680 art 16(2)
bool act_own_remove(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    int64_t changed = 0;
    struct own_row row;

    if (!own_person_find(journal, call, &row, err) || !own_changed(journal->db, &changed, err) ||
        !own_remove(journal->db, row.id, changed + 1, err))
        return false;
    struct span object = person_object(&row, call->arena);
    if (!access_write(journal, call, "own-remove", &object, 1, err))
        return false;
    json_begin_object(out);
    json_integer_field(out, "removed", row.id);
    json_end_object(out);
    return true;
}
