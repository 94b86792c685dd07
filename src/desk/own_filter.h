/*
 * Own filter: the fields of a question that keep people out (category:suspect offence:migrant_smuggling place:durres
 * since:2026-01-01), and what those who are found have in common: facets, to ask more precisely by. Both see only people who
 * are shown.
 */
#ifndef BESA_DESK_OWN_FILTER_H
#define BESA_DESK_OWN_FILTER_H

#include "base/json.h"
#include "desk/own_form.h"
#include "match/fold.h"
#include "match/query.h"
#include "message/person.h"
#include "store/own_rows.h"

struct own_filter {
    const struct query *query;
    struct folder *folder;
    struct folded place;
    int64_t category; /* -1: not asked, as below */
    int64_t offence;
    int64_t handling;
    int64_t since_ms; /* 0: not asked, as below */
    int64_t until_ms; /* the day is in it */
};
/* Reads codes and days; INPUT names the field that is wrong. `folder` and `query` must stay. */
bool own_filter_make(const struct query *query, struct folder *folder, struct own_filter *out,
                     struct error *err);
/* What the row says; then what the person's body does. */
bool own_filter_row_fits(const struct own_filter *filter, const struct own_row *row);
bool own_filter_person_fits(const struct own_filter *filter, const struct person *person);

/* How many people have which value; values beyond OWN_FACET_VALUES are left out. */
enum own_facet {
    OWN_FACET_CATEGORY,
    OWN_FACET_CASE,
    OWN_FACET_SOURCE,
    OWN_FACET_OFFENCE,
    OWN_FACET_COUNT
};
struct own_facets {
    struct own_facet_value {
        struct span value;
        int64_t people;
    } values[OWN_FACET_COUNT][OWN_FACET_VALUES];
    size_t counts[OWN_FACET_COUNT];
};
/* Row and person must stay until own_facets_write. */
void own_facets_add(struct own_facets *facets, const struct own_row *row,
                    const struct person *person);
/* The key "facets" and an object of lists, the commonest value first. */
void own_facets_write(struct own_facets *facets, struct json_writer *out);

#endif
