/* Items, and the small parts that hold one: see message/item.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

static struct problems problems;

CHECK_TEST(the_reader_stands_every_damage)
{
    struct answer answer = sample_answer();
    for (size_t i = 0; i < answer.item_count; i++) {
        struct buffer body CLEANUP(buffer_free) = buffer_make(PART_SIZE_MAX);
        CHECK(item_write(&answer.items[i], &body));
        CHECK_INT(torture_body(&item_form, buffer_span(&body)), 0);
    }
}

CHECK_TEST(a_small_part_holds_one_item)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(PART_SIZE_MAX);
    struct answer answer = sample_answer();
    struct item found;

    CHECK(item_write(&answer.items[1], &body));
    CHECK_OR_RETURN(item_read(buffer_span(&body), &arena, &found, &problems));
    CHECK(span_equal(found.text.text, answer.items[1].text.text));
    CHECK_INT(found.source_kind, SOURCE_KIND_CASE_FILE);
}

CHECK_TEST(neither_and_both_are_refused)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(PART_SIZE_MAX);
    struct item both = sample_answer().items[0];
    struct item found;

    CHECK(!item_read(span_text("{\"source_kind\":\"register\"}"), &arena, &found, &problems));
    CHECK(strstr(problems.list[0].text, "exactly one") != NULL);
    both.has_text = true;
    both.text = sample_answer().items[1].text;
    CHECK(item_write(&both, &body));
    problems_clear(&problems);
    CHECK(!item_read(buffer_span(&body), &arena, &found, &problems));
    CHECK(strstr(problems.list[0].text, "exactly one") != NULL);
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(a_small_part_holds_one_item);
    CHECK_RUN(neither_and_both_are_refused);
    return check_end();
}
