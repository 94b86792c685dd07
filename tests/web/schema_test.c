/* The reader of schemas that holds the API to its document: each keyword lets pass what fits and refuses what does not. */
#include "web/support/schema.h"

#include "base/attributes.h"
#include "check.h"

static char why[SCHEMA_WHY_SIZE];

/* A schema "probe" beside others. */
static bool probe(const char *schema, const char *value)
{
    char text[2048];

    snprintf(text, sizeof text,
             "{\"components\":{\"schemas\":{\"probe\":%s,\"small\":{\"type\":\"integer\","
             "\"maximum\":9},\"word\":{\"type\":\"string\"}}}}",
             schema);
    json_t *document = schema_document_read(span_text(text));
    json_t *read = json_loads(value, JSON_DECODE_ANY, NULL);
    bool is_so = document != NULL && read != NULL &&
                 schema_fits(document, schema_find(document, "probe"), read, why);
    json_decref(read);
    json_decref(document);
    return is_so;
}

static const struct {
    const char *schema;
    const char *good;
    const char *bad;
    const char *word; /* in what is said of the bad one */
} cases[] = {
    {"{\"type\":\"object\"}", "{}", "[]", "is no object"},
    {"{\"type\":\"array\"}", "[]", "{}", "is no array"},
    {"{\"type\":\"string\"}", "\"\"", "1", "is no string"},
    {"{\"type\":\"integer\"}", "1", "\"1\"", "is no integer"},
    {"{\"type\":\"integer\"}", "1", "1.5", "is no integer"},
    {"{\"type\":\"boolean\"}", "true", "null", "is no boolean"},
    {"{\"enum\":[\"a\",\"b\"]}", "\"b\"", "\"c\"", "enum"},
    {"{\"minLength\":2}", "\"\\u00e9\\u00e9\"", "\"\\u00e9\"", "minLength"},
    {"{\"maxLength\":2}", "\"\\u00e9\\u00e9\"", "\"abc\"", "maxLength"},
    {"{\"pattern\":\"^[0-9a-f]{4}$\"}", "\"00ff\"", "\"00f\"", "pattern"},
    {"{\"minimum\":3}", "3", "2", "minimum"},
    {"{\"maximum\":3}", "3", "4", "maximum"},
    {"{\"minItems\":1}", "[1]", "[]", "minItems"},
    {"{\"maxItems\":1}", "[1]", "[1,2]", "maxItems"},
    {"{\"uniqueItems\":true}", "[1,2]", "[1,2,1]", "uniqueItems"},
    {"{\"format\":\"date-time\"}", "\"2026-01-31T10:00:00.000Z\"", "\"2026-01-31\"", "date-time"},
    {"{\"format\":\"date\"}", "\"2026-01-31\"", "\"2026-02-30\"", "date"},
    {"{\"format\":\"uuid\"}", "\"01890a5d-ac96-774b-bcce-b302099a8057\"", "\"01890a5d\"", "uuid"},
    {"{\"contentEncoding\":\"base64\"}", "\"AAAA\"", "\"A\"", "base64"},
    {"{\"items\":{\"type\":\"integer\"}}", "[1,2]", "[1,\"2\"]", "/1: is no integer"},
    {"{\"properties\":{\"a\":{\"type\":\"integer\"}}}", "{\"a\":1,\"b\":2}", "{\"a\":\"1\"}",
     "/a: is no integer"},
    {"{\"required\":[\"a\"]}", "{\"a\":1}", "{\"b\":1}", "required a"},
    {"{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"a\":1}", "{\"a\":1,\"b\":2}",
     "additionalProperties"},
    {"{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"boolean\"}]}", "true", "\"a\"", "anyOf"},
    {"{\"$ref\":\"#/components/schemas/small\"}", "9", "10", "maximum"},
    {"{\"items\":{\"anyOf\":[{\"$ref\":\"#/components/schemas/small\"},{\"$ref\":"
     "\"#/components/schemas/word\"}]}}",
     "[\"a\",9]", "[\"a\",10]", "/1"},
};

CHECK_TEST(each_keyword_lets_pass_and_refuses)
{
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        if (!probe(cases[i].schema, cases[i].good))
            printf("%s: %s\n", cases[i].schema, why);
        CHECK(probe(cases[i].schema, cases[i].good));
        CHECK(!probe(cases[i].schema, cases[i].bad));
        if (strstr(why, cases[i].word) == NULL)
            printf("%s: %s\n", cases[i].schema, why);
        CHECK(strstr(why, cases[i].word) != NULL);
    }
}

CHECK_TEST(what_is_not_known_is_a_fault)
{
    CHECK(!probe("{\"multipleOf\":2}", "4"));
    CHECK(!probe("{\"type\":\"number\"}", "4"));
    CHECK(!probe("{\"format\":\"email\"}", "\"a\""));
    CHECK(!probe("{\"contentEncoding\":\"base32\"}", "\"a\""));
    CHECK(!probe("{\"additionalProperties\":true}", "{}"));
    CHECK(!probe("{\"$ref\":\"#/components/schemas/none\"}", "4"));
    CHECK(!probe("true", "4"));
    CHECK(probe("{\"description\":\"words\"}", "4"));
}

static const char document_text[] =
    "{\"paths\":{\"/a/{id}\":{\"get\":{\"responses\":{\"200\":{\"content\":{\"application/json\":"
    "{\"schema\":{\"type\":\"object\"}}}},\"204\":{},\"206\":{\"content\":"
    "{\"application/octet-stream\":{}}}}},\"put\":{\"requestBody\":{\"content\":"
    "{\"application/json\":{\"schema\":{\"type\":\"object\"}}}}}}}}";

CHECK_TEST(an_answer_is_one_of_those_of_its_route)
{
    static const struct {
        unsigned status;
        const char *type;
        const char *body;
        bool is_fit;
    } answers[] = {
        {200, "application/json", "{}", true},
        {200, "application/json; charset=utf-8", "{}", true},
        {200, "application/json", "[]", false},
        {200, "application/json", "{\"a\":1,\"a\":1}", false},
        {200, "application/json", "", false},
        {200, "text/html", "{}", false},
        {200, "", "{}", false},
        {201, "application/json", "{}", false},
        {204, "", "", true},
        {204, "", "{}", false},
        {206, "application/octet-stream", "bytes", true},
        {206, "application/json", "{}", false},
    };
    json_t *document = schema_document_read(span_text(document_text));

    CHECK_OR_RETURN(document != NULL);
    for (size_t i = 0; i < ARRAY_COUNT(answers); i++) {
        bool is_fit = schema_answer_fits(document, "GET", "/a/{id}", answers[i].status,
                                         answers[i].type, span_text(answers[i].body), why);
        if (is_fit != answers[i].is_fit)
            printf("%u %s %s: %s\n", answers[i].status, answers[i].type, answers[i].body, why);
        CHECK(is_fit == answers[i].is_fit);
    }
    CHECK(!schema_answer_fits(document, "POST", "/a/{id}", 200, "application/json", span_text("{}"),
                              why));
    CHECK(
        !schema_answer_fits(document, "GET", "/b", 200, "application/json", span_text("{}"), why));
    CHECK(schema_of_body(document, "PUT", "/a/{id}") != NULL);
    CHECK(schema_of_body(document, "GET", "/a/{id}") == NULL);
    json_decref(document);
}

int main(void)
{
    CHECK_RUN(each_keyword_lets_pass_and_refuses);
    CHECK_RUN(what_is_not_known_is_a_fault);
    CHECK_RUN(an_answer_is_one_of_those_of_its_route);
    return check_end();
}
