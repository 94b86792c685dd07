/* Forms: see message/form.h. What every kind of field does, on a form that has one of each. */
#include "check.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "base/text.h"

static struct problems problems;

enum colour { COLOUR_NONE, COLOUR_RED, COLOUR_BLUE };
static const char *const colour_names[] = {NULL, "red", "blue"};

struct inner {
    int64_t number;
};
struct outer {
    struct span text;
    const struct span *texts;
    size_t text_count;
    int64_t integer;
    uint64_t count;
    uint16_t number;
    const uint64_t *numbers;
    size_t number_count;
    bool is_true;
    enum colour colour;
    uint64_t colours;
    bool has_hex;
    uint8_t hex[4];
    struct span base64;
    int64_t time_ms;
    bool has_uuid;
    uint8_t uuid[UUID_SIZE];
    bool has_inner;
    struct inner inner;
    const struct inner *inners;
    size_t inner_count;
};

static void inner_check(const struct json_object *object, const void *value)
{
    const struct inner *inner = value;
    if (inner->number == 13) {
        form_problem(object, "number", ERROR_RULE, "is unlucky");
        form_problem(object, "number", ERROR_RULE, "is said once");
    }
}

static const struct form_field inner_fields[] = {
    {.name = "number",
     .kind = FORM_INTEGER,
     FORM_AT(struct inner, number),
     .min = -20,
     .max = 20,
     .about = "."},
};
static const struct form inner_form = {.name = "inner",
                                       .about = "Inner.",
                                       .fields = inner_fields,
                                       .count = 1,
                                       .size = sizeof(struct inner),
                                       .check = inner_check};

static const struct form_field outer_fields[] = {
    {.name = "text",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct outer, text),
     .min = 1,
     .max = 9,
     .rule = &form_rule_code,
     .about = "."},
    {.name = "texts",
     .kind = FORM_TEXTS,
     .is_optional = true,
     FORM_LIST_AT(struct outer, texts, text_count),
     .max = 3,
     .text_max = 4,
     .about = "."},
    {.name = "integer",
     .kind = FORM_INTEGER,
     .is_optional = true,
     FORM_AT(struct outer, integer),
     .min = -5,
     .max = 5,
     .about = "."},
    {.name = "count",
     .kind = FORM_COUNT,
     FORM_AT(struct outer, count),
     .min = 0,
     .max = JSON_INTEGER_MAX,
     .about = "."},
    {.name = "number",
     .kind = FORM_NUMBER,
     .is_optional = true,
     FORM_AT(struct outer, number),
     .min = 1,
     .max = 65535,
     .about = "."},
    {.name = "numbers",
     .kind = FORM_NUMBERS,
     .is_optional = true,
     FORM_LIST_AT(struct outer, numbers, number_count),
     .max = 3,
     .about = "."},
    {.name = "is_true",
     .kind = FORM_BOOLEAN,
     .is_optional = true,
     FORM_AT(struct outer, is_true),
     .about = "."},
    {.name = "colour",
     .kind = FORM_CHOICE,
     .is_optional = true,
     FORM_AT(struct outer, colour),
     FORM_NAMES(colour_names),
     .about = "."},
    {.name = "colours",
     .kind = FORM_CHOICES,
     .is_optional = true,
     FORM_AT(struct outer, colours),
     FORM_NAMES(colour_names),
     .about = "."},
    {.name = "hex",
     .kind = FORM_HEX,
     FORM_MAYBE_AT(struct outer, hex, has_hex),
     .max = 4,
     .about = "."},
    {.name = "base64",
     .kind = FORM_BASE64,
     .is_optional = true,
     FORM_AT(struct outer, base64),
     .min = 1,
     .max = 5,
     .about = "."},
    {.name = "time",
     .kind = FORM_TIME,
     .is_optional = true,
     FORM_AT(struct outer, time_ms),
     .about = "."},
    {.name = "uuid", .kind = FORM_UUID, FORM_MAYBE_AT(struct outer, uuid, has_uuid), .about = "."},
    {.name = "inner",
     .kind = FORM_OBJECT,
     .form = &inner_form,
     FORM_MAYBE_AT(struct outer, inner, has_inner),
     .about = "."},
    {.name = "inners",
     .kind = FORM_OBJECTS,
     .is_optional = true,
     .form = &inner_form,
     FORM_LIST_AT(struct outer, inners, inner_count),
     .max = 2,
     .about = "."},
};
static const struct form outer_form = {.name = "outer",
                                       .about = "Outer.",
                                       .fields = outer_fields,
                                       .count = ARRAY_COUNT(outer_fields),
                                       .size = sizeof(struct outer)};

#define WHOLE                                                                                      \
    "{\"text\":\"a-b_9\",\"texts\":[\"Ș\",\"ab\"],\"integer\":-5,\"count\":9007199254740992,\"number\":65535,\"numbers\":[0,7],\"is_true\":true,\"colour\":\"blue\",\"colours\":[\"red\",\"blue\"],\"hex\":\"00ff10ab\",\"base64\":\"AAEC\",\"time\":\"2026-01-31T08:00:00.000Z\",\"uuid\":\"019bb25c-2c00-7a11-8e51-000000000107\",\"inner\":{\"number\":0},\"inners\":[{\"number\":1},{\"number\":2}]}"

CHECK_TEST(every_kind_stands_every_damage)
{
    CHECK_INT(torture_body(&outer_form, span_text(WHOLE)), 0);
    CHECK_INT(torture_missing(&outer_form, span_text(WHOLE)), 0);
}

CHECK_TEST(absent_fields_are_zero_and_stay_absent)
{
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    struct outer outer;

    memset(&outer, 0xFF, sizeof outer);
    CHECK_OR_RETURN(form_read(&outer_form, span_text("{\"count\":0}"), &arena, &outer, &problems));
    CHECK(outer.text.size == 0 && outer.text_count == 0 && outer.integer == 0 && !outer.is_true);
    CHECK(outer.colour == COLOUR_NONE && outer.colours == 0 && !outer.has_hex && !outer.has_uuid);
    CHECK(!outer.has_inner && outer.inner_count == 0 && outer.time_ms == 0 && outer.number == 0);
    CHECK(form_write(&outer_form, &outer, &out));
    CHECK_SPAN(buffer_span(&out), "{\"count\":0}");
}

CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"a-b_9\"", "\"A\"", "text", ERROR_INPUT},
        {"\"a-b_9\"", "\"a-b_9aaaaa\"", "text", ERROR_LIMIT},
        {"\"a-b_9\"", "\"\"", "text", ERROR_INPUT},
        {"\"a-b_9\"", "null", "text", ERROR_INPUT},
        {"[\"Ș\",\"ab\"]", "[\"Ș\",\"abcde\"]", "texts", ERROR_LIMIT},
        {"[\"Ș\",\"ab\"]", "[\"a\",\"a\",\"a\",\"a\"]", "texts", ERROR_LIMIT},
        {"[\"Ș\",\"ab\"]", "\"a\"", "texts", ERROR_INPUT},
        {":-5", ":-6", "integer", ERROR_INPUT},
        {":-5", ":\"5\"", "integer", ERROR_INPUT},
        {"9007199254740992", "-1", "count", ERROR_INPUT},
        {"9007199254740992", "9007199254740993", "", ERROR_INPUT},
        {"9007199254740992", "1.0", "", ERROR_INPUT},
        {"9007199254740992", "1e3", "", ERROR_INPUT},
        {":65535", ":65536", "number", ERROR_INPUT},
        {"[0,7]", "[7,7]", "numbers", ERROR_INPUT},
        {"[0,7]", "[7,0]", "numbers", ERROR_INPUT},
        {"[0,7]", "[-1]", "numbers", ERROR_INPUT},
        {"[0,7]", "[1,2,3,4]", "numbers", ERROR_LIMIT},
        {"\"is_true\":true", "\"is_true\":1", "is_true", ERROR_INPUT},
        {"\"colour\":\"blue\"", "\"colour\":\"\"", "colour", ERROR_INPUT},
        {"[\"red\",\"blue\"]", "[\"red\",\"red\"]", "colours", ERROR_INPUT},
        {"00ff10ab", "00ff10a", "hex", ERROR_INPUT},
        {"00ff10ab", "00FF10AB", "hex", ERROR_INPUT},
        {"\"AAEC\"", "\"AAE\"", "base64", ERROR_INPUT},
        {"\"AAEC\"", "\"\"", "base64", ERROR_LIMIT},
        {"\"AAEC\"", "\"AAECAAEC\"", "base64", ERROR_LIMIT},
        {"2026-01-31T08", "2026-01-31 08", "time", ERROR_INPUT},
        {"2026-01-31T08", "2026-02-31T08", "time", ERROR_INPUT},
        {"019bb25c", "019BB25C", "uuid", ERROR_INPUT},
        {"\"inner\":{\"number\":0}", "\"inner\":{\"number\":13}", "inner.number", ERROR_RULE},
        {"\"inner\":{\"number\":0}", "\"inner\":[]", "inner", ERROR_INPUT},
        {"{\"number\":2}", "{\"number\":13}", "inners[1].number", ERROR_RULE},
        {"{\"number\":2}", "7", "inners[1]", ERROR_INPUT},
        {"{\"number\":2}", "{\"number\":2},{\"number\":2}", "inners", ERROR_LIMIT},
    };
    CHECK_INT(torture_faults(&outer_form, span_text(WHOLE), faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(a_field_has_one_problem_of_a_check)
{
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    struct outer outer;
    problems_clear(&problems);
    CHECK(!form_read(&outer_form, span_text("{\"count\":0,\"inner\":{\"number\":13}}"), &arena,
                     &outer, &problems));
    CHECK_INT(problems.count, 1);
    CHECK_INT(problems.total, 1);
    CHECK(strcmp(problems.list[0].text, "is unlucky") == 0);
}

CHECK_TEST(problems_beyond_the_list_are_counted)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(65536);
    struct outer outer;

    buffer_text(&body, "{\"count\":0");
    for (unsigned i = 0; i < 2 * PROBLEM_COUNT_MAX; i++)
        buffer_format(&body, ",\"x%u\":0", i);
    buffer_text(&body, ",\"inner\":{\"number\":13}}");
    problems_clear(&problems);
    CHECK(!form_read(&outer_form, buffer_span(&body), &arena, &outer, &problems));
    CHECK_INT(problems.count, PROBLEM_COUNT_MAX);
    CHECK(problems.total >= 2 * PROBLEM_COUNT_MAX);
}

/* A value out of its list is a mistake of ours: what is written then is taken by no reader. */
CHECK_TEST(a_wrong_enum_is_not_written_as_another)
{
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    struct buffer out CLEANUP(buffer_free) = buffer_make(65536);
    struct outer outer = {.colour = (enum colour)3};
    struct outer found;
    CHECK(form_write(&outer_form, &outer, &out));
    CHECK(!form_read(&outer_form, buffer_span(&out), &arena, &found, &problems));
}

CHECK_TEST(a_full_buffer_is_told)
{
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    struct outer outer;
    problems_clear(&problems);
    CHECK_OR_RETURN(form_read(&outer_form, span_text(WHOLE), &arena, &outer, &problems));
    for (size_t limit = 1; limit < sizeof WHOLE - 1; limit++) {
        struct buffer out CLEANUP(buffer_free) = buffer_make(limit);
        CHECK(!form_write(&outer_form, &outer, &out));
    }
    struct buffer out CLEANUP(buffer_free) = buffer_make(sizeof WHOLE - 1);
    CHECK(form_write(&outer_form, &outer, &out));
}

int main(void)
{
    CHECK_RUN(every_kind_stands_every_damage);
    CHECK_RUN(absent_fields_are_zero_and_stay_absent);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(a_field_has_one_problem_of_a_check);
    CHECK_RUN(problems_beyond_the_list_are_counted);
    CHECK_RUN(a_wrong_enum_is_not_written_as_another);
    CHECK_RUN(a_full_buffer_is_told);
    return check_end();
}
