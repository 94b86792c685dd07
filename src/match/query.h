/*
 * Query: what an officer types into one box, taken apart: names, birth, numbers of any kind, country, in any order
 * ("popaj gjergj 1984 alb", "AA 123 BB", "069 123 4567", the lines of a passport), and fields where the officer wants to be
 * exact (plate:AA123BB name:"de la cruz"). Nothing is refused but what is too long: what is understood as nothing else is
 * part of the name.
 *
 *     words   anything; "..." keeps words together and is always name
 *     fields  name: born: document: number: plate: phone: account: email: vin: imei: country: category: case: source:
 *             offence: place: handling: party: since: until:
 */
#ifndef BESA_MATCH_QUERY_H
#define BESA_MATCH_QUERY_H

#include "match/ident.h"

#define QUERY_SIZE_MAX  1000 /* bytes of the box */
#define QUERY_NAME_MAX  255
#define QUERY_IDENT_MAX 8
#define QUERY_FIELD_MAX 64 /* bytes of a filter */

struct query_ident {
    struct ident reading;                     /* the likeliest */
    struct ident others[IDENT_GUESS_MAX - 1]; /* what it may be as well */
    size_t other_count;
    char text[QUERY_FIELD_MAX + 1]; /* as typed, for the answer */
};

struct query {
    char name[QUERY_NAME_MAX + 1];
    struct birth birth; /* year 0: not asked */
    char country[3];    /* "": not asked; orders, keeps nobody out */
    struct query_ident idents[QUERY_IDENT_MAX];
    size_t ident_count;
    /* Filters: keep out who does not fit. Empty: not asked. What a code or a day means is the asker's to say. */
    char category[QUERY_FIELD_MAX + 1];
    char case_number[QUERY_FIELD_MAX + 1];
    char source[QUERY_FIELD_MAX + 1];
    char offence[QUERY_FIELD_MAX + 1];
    char place[QUERY_FIELD_MAX + 1];
    char handling[QUERY_FIELD_MAX + 1];
    char party[QUERY_FIELD_MAX + 1];
    char since[QUERY_FIELD_MAX + 1];
    char until[QUERY_FIELD_MAX + 1];
    bool is_cut; /* there was more than is taken */
};

/*
 * `countries`: two-letter codes of the states whose plates and telephones are meant when none is named, likeliest first,
 * `country_count` of them. `year`: of today. INPUT when the box is too long, a field is not known, or its value is of
 * another form; the error names the field.
 */
bool query_read(struct span box, const char (*countries)[3], size_t country_count, unsigned year,
                struct query *out, struct error *err);
/* The country that a word names ("alb", "Romania", "RO", "Shqipëri"); "" when it names none. */
const char *query_country(struct span word);

#endif
