/* Query: what officers type is taken apart in any order; fields are exact; what is not understood is name. */
#include "match/query.h"
#include "base/attributes.h"
#include "check.h"

static const char countries[][3] = {"RO", "AL"};

static struct query query_of(const char *box)
{
    static struct query query;
    struct error err = {0};

    CHECK(query_read(span_text(box), countries, ARRAY_COUNT(countries), 2026, &query, &err));
    if (err.kind != ERROR_NONE)
        printf("  %s\n", err.text);
    return query;
}

static void is_refused(const char *box, const char *why)
{
    struct query query;
    struct error err = {0};

    CHECK(!query_read(span_text(box), countries, ARRAY_COUNT(countries), 2026, &query, &err));
    CHECK_ERROR(err, ERROR_INPUT, why);
}

CHECK_TEST(a_name_year_and_country_in_any_order)
{
    static const char *const boxes[] = {"popaj gjergj 1984 alb", "1984 popaj gjergj alb",
                                        "popaj gjergj alb 1984", "  popaj,  gjergj; 1984 Albania "};

    for (size_t i = 0; i < ARRAY_COUNT(boxes); i++) {
        struct query query = query_of(boxes[i]);
        CHECK_SPAN(span_text(query.name), "popaj gjergj");
        CHECK_INT(query.birth.year, 1984);
        CHECK_SPAN(span_text(query.country), "AL");
        CHECK_INT(query.ident_count, 0);
    }
    CHECK_INT(query_of("popaj 3.5.1984").birth.day, 3);
    CHECK_INT(query_of("popaj 3 5 1984").birth.month, 5);
    CHECK_INT(query_of("popaj 1984-05-03").birth.day, 3);
    CHECK_SPAN(span_text(query_of("alb").name), "alb"); /* alone it is a name */
    CHECK_SPAN(span_text(query_of("\"alb\" popaj").name), "alb popaj");
    CHECK_SPAN(span_text(query_of("Γεώργιος Παπαδόπουλος").name), "Γεώργιος Παπαδόπουλος");
    CHECK_SPAN(span_text(query_of("محمد ١٩٨٤").name), "محمد");
    CHECK_INT(query_of("محمد ١٩٨٤").birth.year, 1984);
}

struct ident_case {
    const char *box;
    enum ident_kind kind;
    const char *value;
    const char *name;
};

CHECK_TEST(numbers_are_found_among_names)
{
    static const struct ident_case cases[] = {
        {"popaj AA 123 BB", IDENT_PLATE, "AA123BB", "popaj"},
        {"AA123BB", IDENT_PLATE, "AA123BB", ""},
        {"B 123 ABC ionescu", IDENT_PLATE, "B123ABC", "ionescu"},
        {"+355 69 123 4567 popaj", IDENT_PHONE, "+355691234567", "popaj"},
        {"popaj 0712 345 679", IDENT_PHONE, "+40712345679", "popaj"},
        {"1630615123457", IDENT_NUMBER, "1630615123457", ""},
        {"RO49 AAAA 1B31 0075 9384 0000", IDENT_ACCOUNT, "RO49AAAA1B31007593840000", ""},
        {"arben@example.org", IDENT_EMAIL, "arben@example.org", ""},
        {"BX 1034567 popaj", IDENT_DOCUMENT, "BX1034567", "popaj"},
        {"popaj BX1034567", IDENT_DOCUMENT, "BX1034567", "popaj"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct query query = query_of(cases[i].box);
        bool is_found = false;
        CHECK_INT(query.ident_count, 1);
        CHECK_SPAN(span_text(query.name), cases[i].name);
        is_found = query.idents[0].reading.kind == cases[i].kind &&
                   strcmp(query.idents[0].reading.value, cases[i].value) == 0;
        for (size_t k = 0; k < query.idents[0].other_count; k++)
            is_found = is_found || (query.idents[0].others[k].kind == cases[i].kind &&
                                    strcmp(query.idents[0].others[k].value, cases[i].value) == 0);
        CHECK(is_found);
        if (!is_found)
            printf("  %s: %s %s\n", cases[i].box, ident_kind_name(query.idents[0].reading.kind),
                   query.idents[0].reading.value);
    }
    struct query two = query_of("popaj 1984 AA 123 BB 0712345679 alb");
    CHECK_INT(two.ident_count, 2);
    CHECK_INT(two.birth.year, 1984);
    CHECK_SPAN(span_text(two.name), "popaj");
}

CHECK_TEST(fields_are_exact)
{
    struct query query = query_of("name:\"de la cruz\" born:1984-05 plate:CJ01ABC country:gr "
                                  "category:suspect case:RO-1/26 source:register");

    CHECK_SPAN(span_text(query.name), "de la cruz");
    CHECK(query.birth.year == 1984 && query.birth.month == 5);
    CHECK_INT(query.ident_count, 1);
    CHECK_INT(query.idents[0].reading.kind, IDENT_PLATE);
    CHECK_SPAN(span_text(query.country), "GR");
    CHECK_SPAN(span_text(query.category), "suspect");
    CHECK_SPAN(span_text(query.case_number), "RO-1/26");
    CHECK_SPAN(span_text(query.source), "register");
    CHECK_SPAN(span_text(query_of("number:J05910121C").idents[0].reading.country), "AL");
    is_refused("colour:red", "colour: no such field");
    is_refused("born:yesterday", "born:");
    is_refused("plate:", "plate:");
    is_refused("country:nowhere", "country:");
    is_refused("popaj phone:abc", "phone:");
    CHECK_SPAN(span_text(query_of("12:30 popaj").name), "12:30 popaj");
}

CHECK_TEST(the_lines_of_a_passport_are_understood)
{
    struct query query = query_of("P<ALBPOPAJ<<GJERGJ<<<<<<<<<<<<<<<<<<<<<<<<<<\n"
                                  "BX10345676ALB8405031M3104159J40503012C<<<<46");

    CHECK_SPAN(span_text(query.name), "POPAJ GJERGJ");
    CHECK_INT(query.birth.year, 1984);
    CHECK_SPAN(span_text(query.country), "AL");
    CHECK_INT(query.ident_count, 2);
    CHECK_SPAN(span_text(query.idents[0].reading.value), "BX1034567");
    CHECK_INT(query.idents[1].reading.kind, IDENT_NUMBER);
}

CHECK_TEST(too_much_is_cut_and_told_or_refused)
{
    char box[QUERY_SIZE_MAX + 2];
    struct query query;
    struct error err = {0};

    memset(box, 'a', sizeof box);
    CHECK(!query_read(span_make(box, sizeof box), countries, 2, 2026, &query, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "longer than");
    error_clear(&err);
    CHECK(query_read(span_make(box, QUERY_SIZE_MAX), countries, 2, 2026, &query, &err));
    CHECK(query.is_cut);
    CHECK_INT(strlen(query.name), QUERY_NAME_MAX);
    for (size_t i = 1; i < QUERY_SIZE_MAX; i += 2)
        box[i] = ' ';
    CHECK(query_read(span_make(box, QUERY_SIZE_MAX), countries, 2, 2026, &query, &err));
    CHECK(query.is_cut);
    CHECK(query_read(span_make(NULL, 0), countries, 2, 2026, &query, &err));
    CHECK(query.name[0] == 0 && query.ident_count == 0 && !query.is_cut);
}

int main(void)
{
    CHECK_RUN(a_name_year_and_country_in_any_order);
    CHECK_RUN(numbers_are_found_among_names);
    CHECK_RUN(fields_are_exact);
    CHECK_RUN(the_lines_of_a_passport_are_understood);
    CHECK_RUN(too_much_is_cut_and_told_or_refused);
    return check_end();
}
