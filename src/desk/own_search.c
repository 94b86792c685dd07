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
#include "desk/own_find.h"
#include "desk/own_form.h"
#include "desk/own_index.h"
#include "desk/own_least.h"
#include "desk/own_object.h"
#include "match/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define SHOWN_USUAL   20
#define COUNTRY_COUNT 8

_Static_assert(OWN_QUERY_SIZE_MAX == QUERY_SIZE_MAX && OWN_QUERY_NAME_MAX == QUERY_NAME_MAX &&
                   OWN_NUMBERS_MAX == QUERY_IDENT_MAX && OWN_NUMBER_SIZE_MAX == IDENT_VALUE_MAX,
               "told to those who do not see match/");
_Static_assert(QUERY_IDENT_MAX <= OWN_ASKED_NUMBER_MAX, "each number of a query has a bit");

struct search {
    struct journal *journal;
    const struct desk_call *call;
    struct query query;
    struct own_filter filter;
    struct own_facets facets;
    size_t limit;
    unsigned least; /* percent */
    struct own_finding finding;
    struct error *err;
};

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
    struct own_viewer viewer;
    struct span own_case;

    if (!case_own_number(journal, search->call, &own_case, search->err))
        return false;
    viewer = own_viewer_of(own_case, (enum purpose)json_get_choice(arguments, "purpose",
                                                                   purpose_names, PURPOSE_COUNT));
    search->limit =
        (size_t)json_get_integer_optional(arguments, "limit", 1, OWN_FOUND_MAX, SHOWN_USUAL);
    search->least =
        (unsigned)json_get_integer_optional(arguments, "least_percent", 0, 100, OWN_LEAST_SEARCH);
    if (!problems_to_error(search->call->problems, search->err))
        return false;
    return query_read(text, (const char(*)[3])countries, country_count,
                      year_of(journal->env->now_ms(journal->env->context)), &search->query,
                      search->err) &&
           filter_read(search) &&
           own_finding_begin(journal, search->call->arena, &viewer, &search->finding, search->err);
}

/* --- people --- */

static bool numbers_find(struct search *search)
{
    for (size_t i = 0; i < search->query.ident_count; i++) {
        const struct query_ident *asked = &search->query.idents[i];
        search->finding.kinds[i] = asked->reading.kind;
        if (!own_find_number(&search->finding, &asked->reading, i, search->err))
            return false;
        for (size_t k = 0; k < asked->other_count; k++)
            if (!own_find_number(&search->finding, &asked->others[k], i, search->err))
                return false;
    }
    return true;
}

static bool row_fits(void *context, const struct own_row *row)
{
    struct search *search = context;

    return own_filter_row_fits(&search->filter, row);
}

/* Row and person stay where they are read until the facets are written: only the candidate moves. */
static bool person_fits(void *context, const struct own_row *row, const struct person *person)
{
    struct search *search = context;
    bool fits = own_filter_person_fits(&search->filter, person);

    if (fits)
        own_facets_add(&search->facets, row, person);
    return fits;
}

static bool people_score(struct search *search)
{
    const struct query *query = &search->query;
    struct record_value values[2] = {{RECORD_WHOLE, 0, span_text(query->name)},
                                     {RECORD_REGION, 0, span_text(query->country)}};
    struct record_input question = {
        .values = values, .value_count = ARRAY_COUNT(values), .birth = query->birth};

    return own_find_score(&search->finding, &question, search->err);
}

static bool people_find(struct search *search)
{
    const struct query *query = &search->query;
    struct own_sieve sieve = {row_fits, person_fits, search};

    return numbers_find(search) &&
           (query->name[0] == 0 || own_find_name(&search->finding, span_text(query->name),
                                                 query->birth, FIND_HIT_MAX, search->err)) &&
           own_find_load(&search->finding, &sieve, search->err) && people_score(search);
}

/* --- the answer --- */

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

static void found_write(const struct search *search, const struct own_candidate *found,
                        struct json_writer *out)
{
    json_begin_object(out);
    json_integer_field(out, "person", found->id);
    json_text_field(out, "source", found->row.source);
    json_text_field(out, "external", found->row.external);
    names_write(&found->person, out);
    json_text_field_optional(out, "birth_date", found->person.birth_date);
    json_string_field(out, "category", person_category_names[found->row.category]);
    json_text_field_optional(out, "case", found->row.case_number);
    own_candidate_write(&search->finding, found, out);
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
        json_boolean_field(out, "shared_by_many", (search->finding.shared >> i & 1) != 0);
        json_end_object(out);
    }
    json_end_array(out);
    json_end_object(out);
}

static bool search_access(struct search *search, size_t shown)
{
    struct arena *arena = search->call->arena;
    struct span *objects = arena_array(arena, 1 + shown * (1 + OWN_JOINED_MAX), sizeof *objects);
    struct span line = json_get_text(search->call->arguments, "query", 1, QUERY_SIZE_MAX);
    size_t count = 1;

    if (objects == NULL || !own_object_asked(arena, line, &objects[0]))
        return error_set(search->err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; i < shown; i++)
        if (!own_candidate_objects(&search->finding.list[i], arena, objects, &count, search->err))
            return false;
    return access_view(search->journal, search->call, "own-search", objects, count, search->err);
}

//= dir-2016-680 art 25(1)
bool act_own_search(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                    struct error *err)
{
    struct search *search = arena_alloc(call->arena, sizeof *search);

    if (search == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    *search = (struct search){.journal = journal, .call = call, .err = err};
    if (!question_read(search) || !people_find(search))
        return false;
    size_t found = own_least_reached(&search->finding, search->least);
    size_t shown = found < search->limit ? found : search->limit;
    if (!own_find_joined(&search->finding, shown, err) || !search_access(search, shown))
        return false;
    json_begin_object(out);
    asked_write(search, out);
    json_key(out, "list");
    json_begin_array(out);
    for (size_t i = 0; i < shown; i++)
        found_write(search, &search->finding.list[i], out);
    json_end_array(out);
    json_boolean_field(out, "more", search->finding.is_cut || shown < found);
    own_facets_write(&search->facets, out);
    own_least_write(search->least, out);
    if (!own_late_write(journal, out, err))
        return false;
    json_end_object(out);
    return true;
}
