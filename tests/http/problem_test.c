/* Problems: what the desk side answers when something is wrong, every field by its JSON pointer. */
#include "http/problem.h"

#include "base/attributes.h"
#include "base/json.h"
#include "check.h"

static struct error err;

CHECK_TEST(every_wrong_field_is_named_by_its_pointer)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(8192);
    struct json *json CLEANUP(json_free) = NULL;
    static struct problems problems;

    problems_add(&problems, "persons[1].marking.purpose", ERROR_INPUT, "is missing");
    problems_add(&problems, "a/b~c", ERROR_INPUT, "is unknown");
    problems_add(&problems, "", ERROR_LIMIT, "is too long");
    problems_to_error(&problems, &err);
    problem_write(&out, 422, HTTP_PROBLEM_PLAIN, &err, &problems);
    CHECK_OK(json_parse(buffer_span(&out), &json, &err), err);
    buffer_byte(&out, 0);
    const char *text = (const char *)out.data;
    CHECK(strstr(text, "\"field\":\"/persons/1/marking/purpose\"") != NULL);
    CHECK(strstr(text, "\"field\":\"/a~1b~0c\"") != NULL);
    CHECK(strstr(text, "\"field\":\"\",\"kind\":\"limit\"") != NULL);
    CHECK(strstr(text, "\"title\":\"Fields are wrong\",\"status\":422") != NULL);
}

CHECK_TEST(an_error_without_fields_has_an_empty_list)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(8192);

    error_set(&err, ERROR_FULL, "the disk of \"x\" is full");
    problem_write(&out, error_http_status(err.kind), HTTP_PROBLEM_PLAIN, &err, NULL);
    CHECK_SPAN(buffer_span(&out),
               "{\"type\":\"about:blank\",\"title\":\"The disk is full\",\"status\":507,"
               "\"kind\":\"full\",\"detail\":\"the disk of \\\"x\\\" is full\",\"problems\":[]}");
    error_set(&err, ERROR_GONE, "erased");
    CHECK_INT(error_http_status(err.kind), 410);
    error_set(&err, ERROR_SESSION, "log in");
    CHECK_INT(error_http_status(err.kind), 401);
}

int main(void)
{
    CHECK_RUN(every_wrong_field_is_named_by_its_pointer);
    CHECK_RUN(an_error_without_fields_has_an_empty_list);
    return check_end();
}
