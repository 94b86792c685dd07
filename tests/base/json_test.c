/* JSON: what must be refused is refused, and what is written is read back. */
#include "base/json.h"
#include "check.h"

static bool parses(const char *text)
{
    struct json *json = NULL;
    struct error err = {0};
    bool ok = json_parse(span_text(text), &json, &err);
    json_free(&json);
    return ok;
}

CHECK_TEST(loose_json_is_refused)
{
    static const char *const loose[] = {"",
                                        "{\"a\":1,\"a\":2}",
                                        "{\"a\":1e999}",
                                        "{\"a\":1.5}",
                                        "[1,]",
                                        "[01]",
                                        "{\"a\":1} x",
                                        "[\"\\ud800\"]",
                                        "[\"\xff\"]",
                                        "[9007199254740993]",
                                        "[\"a\\u0000b\"]",
                                        "{'a':1}",
                                        "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"};
    for (size_t i = 0; i < ARRAY_COUNT(loose); i++)
        CHECK(!parses(loose[i]));
    CHECK(parses("{\"a\":9007199254740992}"));
}

static const char *const colours[] = {"red", "green"};

CHECK_TEST(a_value_is_written_as_text_again)
{
    const char *text = "{\"b\":[1,true,\"\\u0001 \xc8\x99\"],\"a\":{}}";
    struct buffer out CLEANUP(buffer_free) = buffer_make(64);
    struct buffer small CLEANUP(buffer_free) = buffer_make(8);
    struct json *json = NULL;
    struct error err = {0};

    CHECK_OK(json_parse(span_text(text), &json, &err), err);
    CHECK(json_node_write(json_root(json), &out));
    CHECK_SPAN(buffer_span(&out), text); /* order and letters are kept */
    CHECK(!json_node_write(json_root(json), &small));
    json_free(&json);
}

CHECK_TEST(problems_name_their_paths)
{
    static struct problems problems;
    struct arena arena = arena_make(65536);
    struct json *json = NULL;
    struct error err = {0};
    struct json_object root, child;

    problems_clear(&problems);
    CHECK_OK(json_parse(span_text("{\"n\":5,\"list\":[{\"c\":\"blue\",\"zzz\":1}]}"), &json, &err),
             err);
    json_object_begin(&root, json_root(json), &arena, &problems);
    CHECK_INT(json_get_integer(&root, "n", 0, 4), 0);
    json_get_text(&root, "absent", 1, 9);
    struct json_list list = json_get_array(&root, "list", 1, 3);
    CHECK_INT(list.count, 1);
    CHECK_OR_RETURN(json_array_object(&list, 0, &child));
    json_get_choice(&child, "c", colours, 2);
    json_object_end(&child);
    json_object_end(&root);
    CHECK_INT(problems.count, 4);
    CHECK(strcmp(problems.list[0].path, "n") == 0);
    CHECK(strcmp(problems.list[1].path, "absent") == 0);
    CHECK(strcmp(problems.list[2].path, "list[0].c") == 0);
    CHECK(strcmp(problems.list[3].text, "unknown field 'zzz'") == 0);
    json_free(&json);
    arena_free(&arena);
}

CHECK_TEST(what_is_written_is_read_back)
{
    static struct problems problems;
    struct buffer buffer = buffer_make(4096);
    struct json_writer writer = json_writer_make(&buffer);
    struct arena arena = arena_make(65536);
    struct json *json = NULL;
    struct error err = {0};
    struct json_object root;

    problems_clear(&problems);
    json_begin_object(&writer);
    json_string_field(&writer, "t", "Ș\"\\\n\tملف");
    json_integer_field(&writer, "i", -7);
    json_boolean_field(&writer, "b", true);
    json_choices_field(&writer, "c", colours, 2, 2);
    json_time_field(&writer, "when", 1700000000123);
    json_base64_field(&writer, "x", span_text("hello"));
    json_end_object(&writer);
    CHECK(!buffer.failed);
    CHECK_OK(json_parse(buffer_span(&buffer), &json, &err), err);
    json_object_begin(&root, json_root(json), &arena, &problems);
    CHECK_SPAN(json_get_text(&root, "t", 1, 99), "Ș\"\\\n\tملف");
    CHECK_INT(json_get_integer(&root, "i", -9, 9), -7);
    CHECK(json_get_boolean(&root, "b"));
    CHECK_INT(json_get_choices(&root, "c", colours, 2, 1), 2);
    CHECK_INT(json_get_time(&root, "when"), 1700000000123);
    CHECK_SPAN(json_get_base64(&root, "x", 1, 9), "hello");
    json_object_end(&root);
    CHECK_INT(problems.total, 0);
    json_free(&json);
    buffer_free(&buffer);
    arena_free(&arena);
}

int main(void)
{
    CHECK_RUN(loose_json_is_refused);
    CHECK_RUN(a_value_is_written_as_text_again);
    CHECK_RUN(problems_name_their_paths);
    CHECK_RUN(what_is_written_is_read_back);
    return check_end();
}
