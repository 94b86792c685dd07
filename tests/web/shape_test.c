/*
 * The tables of what the API takes and gives: each kind of argument refuses what does not fit it, each route that answers
 * JSON has its table, and the schemas of the document name nothing that is not there.
 * covers: shape shapes_governance shapes_item shapes_node shapes_office schema
 */
#include "web/shape.h"

#include "base/attributes.h"
#include "check.h"
#include "web/shape_rows.h"
#include "web/web.h"

static struct arena arena;
static struct problems problems;

/* --- each kind --- */

static const char *const colours[] = {"red", "green", "blue"};
static const struct shape_field all_fields[] = {
    TEXT("text", MAY, 1, 5, NULL),
    IDENTIFIER("name", MAY, NULL),
    TEXTS("texts", MAY, 0, 2, 3, NULL),
    INTEGER("integer", MAY, 2, 4, NULL),
    {.name = "integers", .kind = SHAPE_INTEGERS, .is_optional = true, .max = 2},
    BOOLEAN("boolean", MAY, NULL),
    CHOICE("choice", MAY, colours, NULL),
    CHOICES("choices", MAY, 1, colours, NULL),
    HEX("hex", MAY, 2, NULL),
    BASE64("base64", MAY, 1, 4, NULL),
    TIME("time", MAY, NULL),
    DATE("date", MAY, NULL),
    UUID("uuid", MAY, NULL),
};
static const struct shape all = SHAPE("all", "One of each.", all_fields);
static const struct shape_field needed_fields[] = {BOOLEAN("a", MUST, NULL),
                                                   BOOLEAN("b", MUST, NULL)};
static const struct shape needed = SHAPE("needed", "Two that must be.", needed_fields);

static size_t problems_of(const struct shape *shape, const char *text)
{
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct error err = {0};

    problems_clear(&problems);
    if (!json_parse(span_text(text), &json, &err)) {
        printf("%s: %s\n", text, err.text);
        return SIZE_MAX;
    }
    json_object_begin(&object, json_root(json), &arena, &problems);
    shape_check(shape, &object);
    json_object_end(&object);
    return problems.total;
}

CHECK_TEST(what_fits_each_kind_passes)
{
    CHECK_INT(problems_of(&all, "{}"), 0);
    CHECK_INT(problems_of(&all,
                          "{\"text\":\"12345\",\"name\":\"a-1\",\"texts\":[\"a\",\"abc\"],"
                          "\"integer\":4,\"integers\":[1,2],\"boolean\":false,\"choice\":\"blue\","
                          "\"choices\":[\"red\",\"blue\"],\"hex\":\"00ff\",\"base64\":\"AAAA\","
                          "\"time\":\"2026-01-31T10:00:00.000Z\",\"date\":\"2026-01-31\","
                          "\"uuid\":\"01890a5d-ac96-774b-bcce-b302099a8057\"}"),
              0);
}

CHECK_TEST(what_does_not_fit_is_named)
{
    static const struct {
        const char *field;
        const char *value;
    } wrong[] = {
        {"text", "\"123456\""},
        {"text", "7"},
        {"name", "\"A B\""},
        {"name", "[]"},
        {"texts", "[\"abcd\"]"},
        {"texts", "[\"a\",\"b\",\"c\"]"},
        {"texts", "\"a\""},
        {"texts", "[1]"},
        {"integer", "1"},
        {"integer", "5"},
        {"integer", "\"3\""},
        {"integers", "[1,2,3]"},
        {"integers", "[\"1\"]"},
        {"boolean", "1"},
        {"boolean", "\"true\""},
        {"choice", "\"pink\""},
        {"choice", "0"},
        {"choices", "[]"},
        {"choices", "[\"pink\"]"},
        {"choices", "[\"red\",\"red\"]"},
        {"hex", "\"00f\""},
        {"hex", "\"00FF\""},
        {"hex", "\"00ff00\""},
        {"base64", "\"A\""},
        {"base64", "\"AAAAAAAA\""},
        {"time", "\"2026-01-31\""},
        {"time", "1769853600"},
        {"date", "\"2026-02-30\""},
        {"date", "\"2026-01-31T10:00:00.000Z\""},
        {"uuid", "\"01890A5D-AC96-774B-BCCE-B302099A8057\""},
        {"uuid", "\"0189\""},
        {"text", "null"},
        {"uuid", "null"},
        {"boolean", "null"},
    };
    char text[256];

    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        snprintf(text, sizeof text, "{\"%s\":%s}", wrong[i].field, wrong[i].value);
        if (problems_of(&all, text) == 0)
            printf("%s passes\n", text);
        CHECK(problems.total > 0);
        CHECK(strncmp(problems.list[0].path, wrong[i].field, strlen(wrong[i].field)) == 0);
    }
}

CHECK_TEST(what_lacks_and_what_is_unknown_is_named_each)
{
    CHECK_INT(problems_of(&needed, "{}"), 2);
    CHECK(strcmp(problems.list[0].path, "a") == 0 && strcmp(problems.list[1].path, "b") == 0);
    CHECK_INT(problems_of(&needed, "{\"a\":true,\"b\":false}"), 0);
    CHECK_INT(problems_of(&needed, "{\"a\":true,\"b\":false,\"colour\":1}"), 1);
    CHECK(strstr(problems.list[0].text, "colour") != NULL);
}

/* --- the routes --- */

static bool is_flat(const struct shape *shape)
{
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].kind == SHAPE_OBJECT || shape->fields[i].kind == SHAPE_LIST ||
            shape->fields[i].kind == SHAPE_ANY)
            return false;
    return true;
}

CHECK_TEST(every_route_has_its_tables)
{
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        bool gives_json = route->status != 204 && route->kind != WEB_PAGE &&
                          route->kind != WEB_CONSOLE && route->kind != WEB_EVENTS &&
                          route->kind != WEB_PART;
        bool takes_object = route->body == WEB_BODY_ARGUMENTS || route->body == WEB_BODY_DOCUMENT;
        /* A trial is of either message that is sent. */
        bool has_form = route->body == WEB_BODY_MESSAGE && strcmp(route->act, "agreement-try") != 0;
        bool is_whole = (route->gives != NULL) == gives_json &&
                        (route->takes != NULL) == takes_object && (route->form != NULL) == has_form;
        if (!is_whole)
            printf("%s %s lacks a table, or has one too many\n", route->method, route->path);
        CHECK(is_whole);
        CHECK(route->takes == NULL || is_flat(route->takes)); /* shape_check goes no deeper */
    }
}

static bool is_parameter(const char *name)
{
    for (size_t i = 0; i < shape_parameters.count; i++)
        if (strcmp(shape_parameters.fields[i].name, name) == 0)
            return true;
    printf("no parameter %s\n", name);
    return false;
}

CHECK_TEST(every_argument_of_path_and_query_has_its_schema)
{
    for (size_t i = 0; i < web_route_count; i++) {
        const struct web_route *route = &web_routes[i];
        CHECK(route->id == NULL || is_parameter(route->id));
        CHECK(route->number == NULL || is_parameter(route->number));
        for (size_t k = 0; k < ARRAY_COUNT(route->query) && route->query[k] != NULL; k++)
            CHECK(is_parameter(route->query[k]));
    }
}

/* Every "$ref" of the document is there. */
CHECK_TEST(the_document_names_no_schema_that_is_not_there)
{
    static const char mark[] = "\"$ref\":\"#/components/schemas/";
    struct buffer text CLEANUP(buffer_free) = buffer_make(1u << 20);
    char wanted[128];
    unsigned count = 0;

    CHECK_OR_RETURN(web_document(&text) && buffer_byte(&text, 0));
    const char *schemas = strstr((const char *)text.data, "\"schemas\":{");
    CHECK_OR_RETURN(schemas != NULL);
    for (const char *at = (const char *)text.data; (at = strstr(at, mark)) != NULL; count++) {
        at += strlen(mark);
        snprintf(wanted, sizeof wanted, "\"%.*s\":{\"type\":\"object\"", (int)strcspn(at, "\""),
                 at);
        if (strstr(schemas, wanted) == NULL)
            printf("no schema %s\n", wanted);
        CHECK(strstr(schemas, wanted) != NULL);
    }
    CHECK(count > 300);
}

int main(void)
{
    arena = arena_make(1u << 20);
    CHECK_RUN(what_fits_each_kind_passes);
    CHECK_RUN(what_does_not_fit_is_named);
    CHECK_RUN(what_lacks_and_what_is_unknown_is_named_each);
    CHECK_RUN(every_route_has_its_tables);
    CHECK_RUN(every_argument_of_path_and_query_has_its_schema);
    CHECK_RUN(the_document_names_no_schema_that_is_not_there);
    arena_free(&arena);
    return check_end();
}
