/*
 * Arenas, buffers, errors and problems keep to their limits.
 * covers: arena buffer error problems json_read json_write
 * covers: json_walk
 */
#include "base/arena.h"
#include "base/attributes.h"
#include "base/buffer.h"
#include "base/cursor.h"
#include "base/json.h"
#include "base/problems.h"
#include "check.h"

#include <stdint.h>

CHECK_TEST(a_trimmed_buffer_keeps_little_memory)
{
    struct buffer buffer CLEANUP(buffer_free) = buffer_make(10000);

    CHECK(buffer_room(&buffer, 100) != NULL);
    buffer_trim(&buffer, 512);
    CHECK(buffer.size == 0 && buffer.data != NULL && buffer.capacity <= 512);
    CHECK(buffer_room(&buffer, 9000) != NULL);
    CHECK(buffer_room(&buffer, 9000) == NULL);
    buffer_trim(&buffer, 512);
    CHECK(buffer.data == NULL && buffer.capacity == 0 && !buffer.failed);
    CHECK_INT(buffer.limit, 10000);
    CHECK(buffer_text(&buffer, "again"));
}

CHECK_TEST(an_arena_ends_at_its_limit)
{
    struct arena arena = arena_make(1000);
    struct span copy;

    CHECK(arena_alloc(&arena, 900) != NULL);
    CHECK(arena_alloc(&arena, 200) == NULL);
    CHECK(arena_array(&arena, SIZE_MAX / 2, 4) == NULL);
    CHECK(arena_alloc(&arena, SIZE_MAX) == NULL);
    arena_free(&arena);
    CHECK(arena_copy(&arena, span_text("x"), &copy) && copy.data[1] == '\0');
    arena_free(&arena);
}

CHECK_TEST(a_buffer_that_failed_stays_failed)
{
    struct buffer buffer = buffer_make(4);

    CHECK(buffer_text(&buffer, "abcd"));
    CHECK(!buffer_byte(&buffer, 'e'));
    CHECK(buffer.failed && buffer.size == 4);
    CHECK(!buffer_text(&buffer, ""));
    buffer_clear(&buffer);
    CHECK(buffer_u32(&buffer, 0x01020304));
    CHECK(span_equal(buffer_span(&buffer), span_make("\x01\x02\x03\x04", 4)));
    CHECK(buffer_room(&buffer, 1) == NULL);
    buffer_free(&buffer);
    buffer = buffer_make(2000);
    CHECK(buffer_format(&buffer, "%1500d", 7));
    CHECK_INT(buffer.size, 1500);
    buffer_free(&buffer);
}

CHECK_TEST(a_cursor_never_passes_the_end)
{
    struct cursor cursor = cursor_make(span_make("\x01\x02\x03", 3));

    CHECK_INT(cursor_u16(&cursor), 0x0102);
    CHECK_INT(cursor_u16(&cursor), 0);
    CHECK(cursor.failed);
    CHECK_INT(cursor_u8(&cursor), 0);
    CHECK(!cursor_is_done(&cursor));
}

CHECK_TEST(errors_carry_kind_context_and_exit_code)
{
    struct error err = {0};

    CHECK(!error_set(&err, ERROR_RULE, "clause %d", 4));
    CHECK(!error_add(&err, "request %s", "X"));
    CHECK_ERROR(err, ERROR_RULE, "request X: clause 4");
    CHECK_INT(error_exit_code(ERROR_RULE), 77);
    CHECK_INT(error_http_status(ERROR_BUSY), 503);
    CHECK(!error_set(NULL, ERROR_BUG, "nobody listens"));
}

CHECK_TEST(problems_are_kept_up_to_a_number_and_all_counted)
{
    static struct problems problems;
    struct error err = {0};

    problems_clear(&problems);
    CHECK(problems_to_error(&problems, &err));
    for (int i = 0; i < 100; i++)
        problems_add(&problems, "a.b", ERROR_INPUT, "is wrong");
    CHECK_INT(problems.count, PROBLEM_COUNT_MAX);
    CHECK_INT(problems.total, 100);
    CHECK(!problems_to_error(&problems, &err));
    CHECK_ERROR(err, ERROR_INPUT, "a.b: is wrong (and 99 more)");
}

CHECK_TEST(a_wrong_choice_is_not_repeated_to_anyone)
{
    static struct problems problems;
    static const char *const colours[] = {"red"};
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct error err = {0};

    problems_clear(&problems);
    CHECK_OK(json_parse(span_text("{\"c\":\"Gjergj\"}"), &json, &err), err);
    json_object_begin(&object, json_root(json), &arena, &problems);
    json_get_choice(&object, "c", colours, 1);
    CHECK(strstr(problems.list[0].text, "Gjergj") == NULL);
}

int main(void)
{
    CHECK_RUN(a_trimmed_buffer_keeps_little_memory);
    CHECK_RUN(an_arena_ends_at_its_limit);
    CHECK_RUN(a_buffer_that_failed_stays_failed);
    CHECK_RUN(a_cursor_never_passes_the_end);
    CHECK_RUN(errors_carry_kind_context_and_exit_code);
    CHECK_RUN(problems_are_kept_up_to_a_number_and_all_counted);
    CHECK_RUN(a_wrong_choice_is_not_repeated_to_anyone);
    return check_end();
}
