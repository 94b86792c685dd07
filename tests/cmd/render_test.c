/* Results for people: see cmd/render.h. */
#include "check.h"

#include "cmd/render.h"

static struct buffer shown;
static struct error err;

static void show(const char *json)
{
    buffer_free(&shown);
    shown = buffer_make(65536);
    buffer_byte(&shown, ' ');
    shown.size = 0;
    error_clear(&err);
    CHECK(render(span_text(json), &shown, &err));
}

CHECK_TEST(an_object_is_aligned_lines)
{
    show("{\"item\":\"a\",\"received\":\"b\",\"n\":-3,\"ok\":true,\"no\":false,\"nil\":null}");
    CHECK_SPAN(buffer_span(&shown), "item:     a\n"
                                    "received: b\n"
                                    "n:        -3\n"
                                    "ok:       yes\n"
                                    "no:       no\n"
                                    "nil:      -\n");
}

CHECK_TEST(a_list_of_objects_is_a_table)
{
    show("[{\"id\":\"x\",\"n\":1},{\"id\":\"Ștefan\",\"more\":true},{\"n\":1234}]");
    CHECK_SPAN(buffer_span(&shown), "id      n     more\n"
                                    "x       1     \n"
                                    "Ștefan        yes\n"
                                    "        1234  \n");
}

CHECK_TEST(nested_things_are_set_in)
{
    show("{\"a\":{\"b\":[\"x\",\"y\"],\"c\":[]},\"d\":[{\"e\":{\"f\":1}}],\"g\":[[1,2]]}");
    CHECK_SPAN(buffer_span(&shown), "a:\n"
                                    "  b: x, y\n"
                                    "  c: none\n"
                                    "d:\n"
                                    "  (1)\n"
                                    "    e:\n"
                                    "      f: 1\n"
                                    "g:\n"
                                    "  (1)\n"
                                    "    1, 2\n");
}

CHECK_TEST(no_text_moves_the_cursor)
{
    show("{\"a\":\"\\u001b[2J\\rx\",\"b\":\"\\u009b1m\\u007f\",\"c\":\"x\\u202ey\\u2066z\"}");
    CHECK_SPAN(buffer_span(&shown), "a: ?[2J?x\n"
                                    "b: ?1m?\n"
                                    "c: x?y?z\n");
    for (size_t i = 0; i < shown.size; i++)
        CHECK(shown.data[i] >= 0x20 || shown.data[i] == '\n');
}

/* A line feed within a text is set in: it cannot forge a line of its own. */
CHECK_TEST(no_text_forges_a_line)
{
    show("{\"facts\":\"one\\nstate: received\",\"state\":\"waits\"}");
    CHECK_SPAN(buffer_span(&shown), "facts: one\n"
                                    "       state: received\n"
                                    "state: waits\n");
    show("[{\"a\":\"one\\ntwo\",\"b\":1}]");
    CHECK_SPAN(buffer_span(&shown), "a        b\n"
                                    "one?two  1\n");
    show("{\"x\\ny\":1}");
    CHECK_SPAN(buffer_span(&shown), "x?y: 1\n");
}

CHECK_TEST(what_is_no_json_is_refused)
{
    static const char *const wrong[] = {"", "{", "{\"a\":1,\"a\":2}", "[1.5]", "[1]x"};

    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        buffer_free(&shown);
        shown = buffer_make(65536);
        error_clear(&err);
        CHECK(!render(span_text(wrong[i]), &shown, &err));
        CHECK_INT(err.kind, ERROR_INPUT);
    }
}

CHECK_TEST(a_result_beyond_the_buffer_is_refused)
{
    buffer_free(&shown);
    shown = buffer_make(8);
    error_clear(&err);
    CHECK(!render(span_text("{\"item\":\"0123456789\"}"), &shown, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
}

int main(void)
{
    CHECK_RUN(an_object_is_aligned_lines);
    CHECK_RUN(a_list_of_objects_is_a_table);
    CHECK_RUN(nested_things_are_set_in);
    CHECK_RUN(no_text_moves_the_cursor);
    CHECK_RUN(no_text_forges_a_line);
    CHECK_RUN(what_is_no_json_is_refused);
    CHECK_RUN(a_result_beyond_the_buffer_is_refused);
    buffer_free(&shown);
    return check_end();
}
