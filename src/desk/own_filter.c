/* Own filter: see own_filter.h. */
#include "desk/own_filter.h"

#include "base/attributes.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

/* --- filters --- */

static bool code_read(const char *field, const char *asked, const char *const *names, size_t count,
                      int64_t *out, struct error *err)
{
    *out = -1;
    if (asked[0] == '\0')
        return true;
    for (size_t i = 0; i < count; i++)
        if (names[i] != NULL && strcmp(names[i], asked) == 0)
            *out = (int64_t)i;
    return *out >= 0 || error_set(err, ERROR_INPUT, "%s: no such code", field);
}

static bool day_read(const char *field, const char *asked, int64_t *out, struct error *err)
{
    *out = 0;
    return asked[0] == '\0' || date_read(span_text(asked), out) ||
           error_set(err, ERROR_INPUT, "%s: a day such as 2026-01-31", field);
}

bool own_filter_make(const struct query *query, struct folder *folder, struct own_filter *out,
                     struct error *err)
{
    *out = (struct own_filter){.query = query, .folder = folder};
    if (!code_read("category", query->category, person_category_names, PERSON_CATEGORY_COUNT,
                   &out->category, err) ||
        !code_read("offence", query->offence, offence_names, OFFENCE_COUNT, &out->offence, err) ||
        !code_read("handling", query->handling, handling_names, HANDLING_COUNT, &out->handling,
                   err) ||
        !day_read("since", query->since, &out->since_ms, err) ||
        !day_read("until", query->until, &out->until_ms, err))
        return false;
    if (query->place[0] != '\0')
        fold_name(folder, span_text(query->place), &out->place);
    return true;
}

static bool text_fits(const char *asked, struct span had)
{
    return asked[0] == '\0' || span_is(had, asked);
}

bool own_filter_row_fits(const struct own_filter *filter, const struct own_row *row)
{
    return (filter->category < 0 || row->category == filter->category) &&
           text_fits(filter->query->case_number, row->case_number) &&
           text_fits(filter->query->source, row->source) && row->put_ms >= filter->since_ms &&
           (filter->until_ms == 0 || row->put_ms < filter->until_ms + DAY_MS);
}

static bool has_token(const struct folded *folded, const struct fold_token *token)
{
    for (size_t i = 0; i < folded->count; i++)
        if (strcmp(folded->tokens[i].text, token->text) == 0)
            return true;
    return false;
}

/* Every word that was asked stands in it, whatever the script or the marks on letters. */
static bool place_fits(const struct own_filter *filter, struct span place)
{
    struct folded folded;

    fold_name(filter->folder, place, &folded);
    for (size_t i = 0; i < filter->place.count; i++)
        if (!has_token(&folded, &filter->place.tokens[i]))
            return false;
    return true;
}

static bool any_place_fits(const struct own_filter *filter, const struct person *person)
{
    if (filter->query->place[0] == '\0' || place_fits(filter, person->birth_place))
        return true;
    for (size_t i = 0; i < person->address_count; i++)
        if (place_fits(filter, person->addresses[i]))
            return true;
    return false;
}

bool own_filter_person_fits(const struct own_filter *filter, const struct person *person)
{
    const struct marking *marking = &person->marking;

    return (filter->offence < 0 || (marking->offences >> filter->offence & 1) != 0) &&
           (filter->handling < 0 || (marking->handling >> filter->handling & 1) != 0) &&
           (text_fits(filter->query->party, marking->origin_party) ||
            text_fits(filter->query->party, marking->source_partner)) &&
           any_place_fits(filter, person);
}

/* --- facets --- */

static const char *const facet_names[OWN_FACET_COUNT] = {[OWN_FACET_CATEGORY] = "category",
                                                         [OWN_FACET_CASE] = "case",
                                                         [OWN_FACET_SOURCE] = "source",
                                                         [OWN_FACET_OFFENCE] = "offence"};

static void value_add(struct own_facets *facets, enum own_facet facet, struct span value)
{
    struct own_facet_value *values = facets->values[facet];
    size_t count = facets->counts[facet];

    if (value.size == 0)
        return;
    for (size_t i = 0; i < count; i++)
        if (span_equal(values[i].value, value)) {
            values[i].people++;
            return;
        }
    if (count < OWN_FACET_VALUES)
        values[facets->counts[facet]++] = (struct own_facet_value){value, 1};
}

void own_facets_add(struct own_facets *facets, const struct own_row *row,
                    const struct person *person)
{
    if ((uint64_t)row->category < PERSON_CATEGORY_COUNT)
        value_add(facets, OWN_FACET_CATEGORY, span_text(person_category_names[row->category]));
    value_add(facets, OWN_FACET_CASE, row->case_number);
    value_add(facets, OWN_FACET_SOURCE, row->source);
    for (size_t i = 0; i < OFFENCE_COUNT; i++)
        if ((person->marking.offences >> i & 1) != 0)
            value_add(facets, OWN_FACET_OFFENCE, span_text(offence_names[i]));
}

static int commonest_first(const void *a, const void *b)
{
    const struct own_facet_value *left = a;
    const struct own_facet_value *right = b;

    if (left->people != right->people)
        return left->people > right->people ? -1 : 1;
    size_t size = left->value.size < right->value.size ? left->value.size : right->value.size;
    int order = memcmp(left->value.data, right->value.data, size);
    return order != 0
               ? order
               : (left->value.size > right->value.size) - (left->value.size < right->value.size);
}

void own_facets_write(struct own_facets *facets, struct json_writer *out)
{
    json_key(out, "facets");
    json_begin_object(out);
    for (enum own_facet facet = 0; facet < OWN_FACET_COUNT; facet++) {
        qsort(facets->values[facet], facets->counts[facet], sizeof facets->values[facet][0],
              commonest_first);
        json_key(out, facet_names[facet]);
        json_begin_array(out);
        for (size_t i = 0; i < facets->counts[facet]; i++) {
            json_begin_object(out);
            json_text_field(out, "value", facets->values[facet][i].value);
            json_integer_field(out, "people", facets->values[facet][i].people);
            json_end_object(out);
        }
        json_end_array(out);
    }
    json_end_object(out);
}
