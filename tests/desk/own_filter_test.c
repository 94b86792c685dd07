/*
 * Filters and facets of the own index: each field keeps out who does not fit and nobody else; a wrong code or day names its
 * field; what people have in common is counted, the commonest first.
 */
#include "check.h"
#include "desk/own_filter.h"

#include "base/attributes.h"

static struct query query;
static struct own_filter filter;
static struct folder *folder;
static struct error err;

#define DAY_MS INT64_C(86400000)
#define PUT_MS (20500 * DAY_MS + 1000) /* 2026-02-16 */

static struct span addresses[] = {{NULL, 0}};
static struct own_row row;
static struct person person;

static void someone_make(void)
{
    addresses[0] = span_text("Rruga e Dibrës 3, Tiranë");
    row = (struct own_row){.category = PERSON_SUSPECT,
                           .case_number = span_text("c-1"),
                           .source = span_text("register"),
                           .put_ms = PUT_MS};
    person = (struct person){.birth_place = span_text("Durrës"),
                             .addresses = addresses,
                             .address_count = 1,
                             .marking = {.offences = OFFENCE_BIT(OFFENCE_MIGRANT_SMUGGLING),
                                         .handling = HANDLING_BIT(HANDLING_H1),
                                         .origin_party = span_text("ro"),
                                         .source_partner = span_text("al")}};
}

static bool fits(const char *text)
{
    error_clear(&err);
    bool ok = query_read(span_text(text), NULL, 0, 2026, &query, &err) &&
              own_filter_make(&query, folder, &filter, &err);
    CHECK(ok);
    return ok && own_filter_row_fits(&filter, &row) && own_filter_person_fits(&filter, &person);
}

CHECK_TEST(each_field_keeps_out_who_does_not_fit)
{
    static const char *const fitting[] = {"popaj",
                                          "category:suspect",
                                          "offence:migrant_smuggling",
                                          "handling:H1",
                                          "case:c-1",
                                          "source:register",
                                          "party:ro",
                                          "party:al",
                                          "place:durres",
                                          "place:Tirana place:tirane",
                                          "place:\"dibres tirane\"",
                                          "since:2026-02-16",
                                          "until:2026-02-16",
                                          "since:2026-01-01 until:2026-12-31 category:suspect"};
    static const char *const others[] = {"category:victim",
                                         "offence:murder",
                                         "handling:H0",
                                         "case:c-2",
                                         "source:other",
                                         "party:gr",
                                         "place:vlore",
                                         "place:\"durres tirane\"",
                                         "since:2026-02-17",
                                         "until:2026-02-15",
                                         "category:suspect case:c-2"};

    someone_make();
    for (size_t i = 0; i < ARRAY_COUNT(fitting); i++)
        if (!fits(fitting[i])) {
            CHECK(false);
            printf("  %s\n", fitting[i]);
        }
    for (size_t i = 0; i < ARRAY_COUNT(others); i++)
        if (fits(others[i])) {
            CHECK(false);
            printf("  %s\n", others[i]);
        }
}

CHECK_TEST(a_wrong_code_or_day_names_its_field)
{
    static const char *const wrong[][2] = {{"category:robber", "category"},
                                           {"offence:parking", "offence"},
                                           {"handling:H9", "handling"},
                                           {"since:yesterday", "since"},
                                           {"until:2026-02-30", "until"}};

    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        error_clear(&err);
        CHECK(query_read(span_text(wrong[i][0]), NULL, 0, 2026, &query, &err));
        CHECK(!own_filter_make(&query, folder, &filter, &err));
        CHECK_ERROR(err, ERROR_INPUT, wrong[i][1]);
    }
}

CHECK_TEST(what_people_have_in_common_is_counted)
{
    static struct own_facets facets;
    struct buffer text CLEANUP(buffer_free) = buffer_make(1 << 16);
    struct json_writer out = json_writer_make(&text);
    char numbers[OWN_FACET_VALUES + 5][8];

    someone_make();
    row.case_number = span_text("");
    own_facets_add(&facets, &row, &person);
    row.category = PERSON_VICTIM;
    for (size_t i = 0; i < OWN_FACET_VALUES + 5; i++) {
        snprintf(numbers[i], sizeof numbers[i], "c-%zu", i);
        row.case_number = span_text(numbers[i]);
        own_facets_add(&facets, &row, &person);
    }
    json_begin_object(&out);
    own_facets_write(&facets, &out);
    json_end_object(&out);
    buffer_byte(&text, '\0');
    const char *said = (const char *)text.data;
    CHECK(strstr(said, "{\"facets\":{\"category\":[{\"value\":\"victim\",\"people\":25},"
                       "{\"value\":\"suspect\",\"people\":1}]") == said);
    CHECK(strstr(said, "\"source\":[{\"value\":\"register\",\"people\":26}]") != NULL);
    CHECK(strstr(said, "\"offence\":[{\"value\":\"migrant_smuggling\",\"people\":26}]") != NULL);
    CHECK(strstr(said, "{\"value\":\"c-0\",\"people\":1}") != NULL);
    CHECK(strstr(said, "c-24") == NULL); /* beyond the values of one facet */
}

int main(void)
{
    if (!folder_make(&folder, &err))
        return 1;
    CHECK_RUN(each_field_keeps_out_who_does_not_fit);
    CHECK_RUN(a_wrong_code_or_day_names_its_field);
    CHECK_RUN(what_people_have_in_common_is_counted);
    folder_free(&folder);
    return check_end();
}
