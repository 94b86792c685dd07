/* Shapes of the own index: what an officer asks, who is found and why, one person, the files that people came from. */
#include "desk/desk.h"
#include "desk/own_form.h"
#include "web/shape_rows.h"

/* --- asking --- */

static const struct shape_field asked_fields[] = {
    TEXT("query", MUST, 1, OWN_QUERY_SIZE_MAX,
         "As typed: names, dates, numbers in any order, or fields."),
    CHOICE("purpose", MUST, purpose_names, "What the search serves; it rules who is shown."),
    INTEGER("limit", MAY, 1, OWN_FOUND_MAX, "People of the answer; absent: 20."),
    INTEGER("least_percent", MAY, 0, 100, "Only people of this score or more; absent: 0, all."),
};
const struct shape shape_own_asked =
    SHAPE("own_search_arguments", "A search of the own index.", asked_fields);

#define JOINED                                                                                     \
    INTEGERS("joined", MAY, 1, OWN_JOINED_MAX,                                                     \
             "Others who are this person, as officers said, of those whom this officer may see.")

/* --- thresholds --- */

static const struct shape_field rates_fields[] = {
    TEXT("found", MUST, 5, 5, "Of people who are in the index, how many were found."),
    TEXT("another", MUST, 5, 5, "Of people who are not, for how many somebody else was."),
};
static const struct shape rates =
    SHAPE("own_rates", "What was measured, 0.000 to 1.000 (docs/search.md).", rates_fields);
static const struct shape *const rates_of[] = {&rates};
static const struct shape_field least_fields[] = {
    INTEGER("percent", MUST, 0, 100, "Nobody of a lower score is shown."),
    INTEGER("measured_percent", MAY, 0, 100,
            "The score at which the following was measured; absent: at none so low."),
    OBJECT("name_and_birth", MAY, rates_of, "Asked with name and date of birth."),
    OBJECT("name_alone", MAY, rates_of, "Asked with the name alone."),
};
static const struct shape least =
    SHAPE("own_least", "The threshold, and how good it is.", least_fields);
const struct shape *const shape_least_of[] = {&least};

/* --- who is found --- */

static const struct shape_field number_fields[] = {
    TEXT("kind", MUST, 1, 32, "plate, phone, document, ..."),
    TEXT("value", MUST, 1, OWN_NUMBER_SIZE_MAX, "In the one form."),
    BOOLEAN("check_wrong", MUST, "Its check character says that it was mistyped."),
    BOOLEAN("shared_by_many", MUST, "True: too many people have it, so it leads to nobody."),
};
static const struct shape number = SHAPE("own_number", "A number in a question.", number_fields);
static const struct shape *const numbers[] = {&number};

static const struct shape_field understood_fields[] = {
    TEXT("name", MAY, 1, OWN_QUERY_NAME_MAX, NULL),
    TEXT("birth_date", MAY, 4, 10, "As precise as asked."),
    TEXT("country", MAY, 2, 2, NULL),
    LIST("numbers", MUST, OWN_NUMBERS_MAX, numbers, NULL),
};
static const struct shape understood =
    SHAPE("own_understood", "How the line was understood.", understood_fields);
static const struct shape *const understood_of[] = {&understood};

static const struct shape_field name_fields[] = {
    TEXT("family", MAY, 1, PERSON_NAME_SIZE_MAX, NULL),
    TEXT("given", MAY, 1, PERSON_NAME_SIZE_MAX, NULL),
    TEXT("father", MAY, 1, PERSON_NAME_SIZE_MAX, NULL),
    TEXT("alias", MAY, 1, PERSON_NAME_SIZE_MAX, NULL),
};
static const struct shape name = SHAPE("own_name", "One spelling of a name.", name_fields);
static const struct shape *const names[] = {&name};

static const struct shape_field found_fields[] = {
    INTEGER("person", MUST, 1, JSON_INTEGER_MAX, NULL),
    IDENTIFIER("source", MUST, "The register."),
    TEXT("external", MUST, 1, OWN_EXTERNAL_SIZE_MAX, "The person's number there."),
    LIST("names", MUST, PERSON_NAME_COUNT_MAX, names, NULL),
    TEXT("birth_date", MAY, 4, 10, NULL),
    CHOICE("category", MUST, person_category_names, NULL),
    TEXT("case", MAY, 1, OWN_CASE_SIZE_MAX, "For which the person is kept."),
    TEXT("score", MUST, 5, 5,
         "0.000 to 1.000: of candidates with these reasons, how many were the person sought."),
    INTEGER("name_likeness_percent", MUST, 0, 100, "0: not found by the name."),
    TEXTS("reasons", MUST, 0, OWN_REASON_COUNT, OWN_REASON_SIZE, "Why this person was found."),
    JOINED,
};
static const struct shape found =
    SHAPE("own_found_person", "A candidate, nothing more.", found_fields);
static const struct shape *const founds[] = {&found};

static const struct shape_field facet_value_fields[] = {
    TEXT("value", MUST, 1, OWN_SOURCE_SIZE_MAX, NULL),
    COUNT("people", MUST, "Of all that were found, not of the list alone."),
};
static const struct shape facet_value =
    SHAPE("own_facet_value", "A value, and how many have it.", facet_value_fields);
static const struct shape *const facet_values[] = {&facet_value};
static const struct shape_field facets_fields[] = {
    LIST("category", MUST, OWN_FACET_VALUES, facet_values, "The commonest first, as the others."),
    LIST("case", MUST, OWN_FACET_VALUES, facet_values, NULL),
    LIST("source", MUST, OWN_FACET_VALUES, facet_values, NULL),
    LIST("offence", MUST, OWN_FACET_VALUES, facet_values, NULL),
};
static const struct shape facets =
    SHAPE("own_facets", "What those who were found have in common.", facets_fields);
static const struct shape *const facets_of[] = {&facets};

static const struct shape_field answer_fields[] = {
    OBJECT("understood", MUST, understood_of, NULL),
    LIST("list", MUST, OWN_FOUND_MAX, founds, "The likeliest first."),
    BOOLEAN("more", MUST, "There may be others: ask more precisely."),
    OBJECT("facets", MUST, facets_of, NULL),
    OBJECT("least", MUST, shape_least_of, NULL),
    BOOLEAN("newest_not_searchable_yet", MAY, "Who was entered last is not found by name yet."),
};
const struct shape shape_own_found = SHAPE("own_found", "People of the own index.", answer_fields);

/* --- one person --- */

static const struct shape_field undone_fields[] = {
    IDENTIFIER("officer", MUST, NULL),
    TIME("at", MUST, NULL),
    TEXT("case", MAY, 1, OWN_CASE_SIZE_MAX, "For who may see that case."),
    TEXT("reason", MAY, 1, DESK_REASON_SIZE_MAX, "The same."),
};
static const struct shape undone = SHAPE("own_undone", "Who undid a join, and why.", undone_fields);
static const struct shape *const undone_of[] = {&undone};
static const struct shape_field said_fields[] = {
    INTEGER("person", MUST, 1, JSON_INTEGER_MAX, "The other."),
    IDENTIFIER("officer", MUST, "Who said that the two are one."),
    TIME("at", MUST, NULL),
    TEXT("case", MAY, 1, OWN_CASE_SIZE_MAX, "For who may see that case."),
    TEXT("reason", MAY, 1, DESK_REASON_SIZE_MAX, "The same."),
    OBJECT("parted", MAY, undone_of, "Absent: the join stands."),
};
static const struct shape said = SHAPE("own_said", "A join with another record.", said_fields);
static const struct shape *const said_of[] = {&said};

static const struct shape_field shown_fields[] = {
    INTEGER("person", MUST, 1, JSON_INTEGER_MAX, NULL),
    IDENTIFIER("source", MUST, NULL),
    TEXT("external", MUST, 1, OWN_EXTERNAL_SIZE_MAX, NULL),
    TEXT("case", MAY, 1, OWN_CASE_SIZE_MAX, NULL),
    TIME("put", MUST, "When this state of it came."),
    JOINED,
    LIST("joins", MAY, OWN_JOINS_MAX, said_of, "What officers said, the oldest first."),
    ANY("record", MUST, "A person as in messages (docs/messages.md)."),
};
const struct shape shape_own_person =
    SHAPE("own_person", "A person of the own index.", shown_fields);

static const struct shape_field removed_fields[] = {
    INTEGER("removed", MUST, 1, JSON_INTEGER_MAX, NULL)};
const struct shape shape_own_removed = SHAPE("own_removed", "Who was removed.", removed_fields);

/* --- joins --- */

static const struct shape_field two_fields[] = {
    INTEGER("person", MUST, 1, JSON_INTEGER_MAX, NULL),
    INTEGER("other", MUST, 1, JSON_INTEGER_MAX, NULL),
    CHOICE("purpose", MUST, purpose_names, "It rules who is seen; both must be."),
};
const struct shape shape_own_two = SHAPE("own_two_arguments", "Two records.", two_fields);
static const struct shape_field joined_fields[] = {
    INTEGER("person", MUST, 1, JSON_INTEGER_MAX, NULL),
    INTEGER("other", MUST, 1, JSON_INTEGER_MAX, NULL),
    TIME("joined_at", MUST, NULL),
};
const struct shape shape_own_joined = SHAPE("own_joined", "Who was joined.", joined_fields);
static const struct shape_field parted_fields[] = {
    INTEGER("person", MUST, 1, JSON_INTEGER_MAX, NULL),
    INTEGER("other", MUST, 1, JSON_INTEGER_MAX, NULL),
    TIME("parted_at", MUST, NULL),
};
const struct shape shape_own_parted = SHAPE("own_parted", "Who was parted.", parted_fields);

/* --- dates --- */

static const struct shape_field own_dated_fields[] = {
    INTEGER("person", MUST, 1, JSON_INTEGER_MAX, NULL),
    IDENTIFIER("source", MUST, "The register."),
    TEXT("case", MAY, 1, OWN_CASE_SIZE_MAX, "For which the person is kept."),
    TIME("review", MUST, "An officer looks by then whether the person is kept."),
    TIME("erase", MUST, "The node erases the person from then on."),
};
static const struct shape own_dated =
    SHAPE("own_dated", "When a person is reviewed, and goes.", own_dated_fields);
static const struct shape *const own_dateds[] = {&own_dated};
static const struct shape_field own_dates_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, own_dateds, "The earliest first; no names."), NEXT};
const struct shape shape_own_dates =
    SHAPE("own_dates", "A page of people whose day has come.", own_dates_fields);

static const struct shape_field review_fields[] = {
    CHOICE("purpose", MUST, purpose_names, "For which the person is kept."),
    DATE("next", MUST, "The next day of review, within a year and before the day of erasure."),
};
const struct shape shape_own_review =
    SHAPE("own_review_arguments", "The person is kept.", review_fields);

static const struct shape_field reviewed_fields[] = {
    INTEGER("person", MUST, 1, JSON_INTEGER_MAX, NULL),
    TIME("review", MUST, NULL),
    TIME("erase", MUST, NULL),
};
const struct shape shape_own_reviewed =
    SHAPE("own_reviewed", "The next day of review.", reviewed_fields);

/* --- files --- */

static const struct shape_field import_fields[] = {
    HEX("digest", MUST, SHA256_SIZE, "SHA-256 of the file."),
    IDENTIFIER("source", MUST, NULL),
    IDENTIFIER("officer", MUST, "Who began it."),
    TEXT("case", MUST, 1, OWN_CASE_SIZE_MAX, NULL),
    COUNT("lines", MUST, "That are done."),
    COUNT("people", MUST, NULL),
    COUNT("refused", MUST, "Lines that were wrong."),
    TIME("began", MUST, NULL),
    TIME("ended", MAY, NULL),
};
static const struct shape import = SHAPE("own_import", "A file of people.", import_fields);
static const struct shape *const imports[] = {&import};
static const struct shape_field imports_fields[] = {
    COUNT("people", MUST, "In the own index now."),
    LIST("list", MUST, DESK_LIST_MAX, imports, "The newest first."),
    NEXT,
};
const struct shape shape_own_imports =
    SHAPE("own_imports", "A page of where the own index came from.", imports_fields);
