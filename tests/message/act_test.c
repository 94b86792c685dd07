/* Bodies of type act: see message/act.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"
#include "base/limits.h"

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_ACT, &body));
    CHECK_INT(torture_body(&act_form, buffer_span(&body)), 0);
}

CHECK_TEST(a_required_field_left_out_is_named)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_ACT, &body));
    CHECK_INT(torture_missing(&act_form, buffer_span(&body)), 0);
}

//= dir-2016-680 art 25(1)
CHECK_TEST(each_fault_is_refused_at_its_field)
{
    static const struct fault faults[] = {
        {"\"irina-m\"", "\"Irina M\"", "officer", ERROR_INPUT},
        {"\"assigned_case\"", "\"\"", "reason", ERROR_INPUT},
        {"\"request_send\"", "\"request send\"", "act", ERROR_INPUT},
        {"\"done\"", "\"Done\"", "outcome", ERROR_INPUT},
        {"\"case C-9\"", "7", "objects", ERROR_INPUT},
        {"\"case C-9\"]", "\"case C-9\"],\"objects_total\":60", "objects_total", ERROR_INPUT},
        {"\"case C-9\"]",
         "\"case C-9\"],\"objects_digest\":\"abababababababababababababababababababababababababababababababab\",\"objects_total\":60",
         "objects_digest", ERROR_INPUT},
        {"\"objects\":[\"request RO-2026-000017\",\"case C-9\"]",
         "\"objects_digest\":\"abababababababababababababababababababababababababababababababab\",\"objects_total\":50",
         "objects_total", ERROR_INPUT},
        {"\"objects\":[\"request RO-2026-000017\",\"case C-9\"]",
         "\"objects_digest\":\"ababababababababababababababababababababababababababababababab\",\"objects_total\":60",
         "objects_digest", ERROR_INPUT},
        {"\"leaves\":\"", "\"leaves\":\"AAAA", "leaves", ERROR_INPUT},
        {"\"leaves\":\"", "\"leaves\":\"!", "leaves", ERROR_INPUT},
    };
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    CHECK(sample_body(MESSAGE_ACT, &body));
    CHECK_INT(torture_faults(&act_form, buffer_span(&body), faults, ARRAY_COUNT(faults)), 0);
}

CHECK_TEST(what_is_written_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct act wanted = sample_act();
    struct act found;

    CHECK(act_write(&wanted, &body));
    CHECK_OR_RETURN(act_read(buffer_span(&body), &arena, &found, &problems));
    CHECK_SPAN(found.officer, "irina-m");
    CHECK_SPAN(found.case_id, "C-2026-0042");
    CHECK_INT(found.object_count, 2);
    CHECK_SPAN(found.objects[1], "case C-9");
    CHECK(span_equal(found.leaves, wanted.leaves));
}

/* Beyond 50 objects the entry holds their digest, which anyone can make again from the list. */
CHECK_TEST(many_objects_become_a_digest)
{
    static struct span objects[ACT_OBJECT_COUNT_MAX + 1];
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer lines CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    static struct problems problems;
    struct act wanted = sample_act();
    struct act found;
    uint8_t digest[DIGEST_SIZE];

    for (size_t i = 0; i <= ACT_OBJECT_COUNT_MAX; i++) {
        objects[i] = span_text(i % 2 == 0 ? "person P-2" : "person P-1");
        buffer_add(&lines, objects[i]);
        buffer_text(&lines, "\n");
    }
    CHECK(act_set_objects(&wanted, objects, ACT_OBJECT_COUNT_MAX));
    CHECK(!wanted.has_objects_digest && wanted.object_count == ACT_OBJECT_COUNT_MAX);
    CHECK(act_set_objects(&wanted, objects, ACT_OBJECT_COUNT_MAX + 1));
    CHECK(act_write(&wanted, &body));
    CHECK_OR_RETURN(act_read(buffer_span(&body), &arena, &found, &problems));
    digest_sha256(buffer_span(&lines), digest);
    CHECK(found.has_objects_digest && digest_is_equal(found.objects_digest, digest));
    CHECK_INT((int64_t)found.objects_total, ACT_OBJECT_COUNT_MAX + 1);
    CHECK_INT(found.object_count, 0);
}

int main(void)
{
    CHECK_RUN(the_reader_stands_every_damage);
    CHECK_RUN(a_required_field_left_out_is_named);
    CHECK_RUN(each_fault_is_refused_at_its_field);
    CHECK_RUN(what_is_written_is_read);
    CHECK_RUN(many_objects_become_a_digest);
    return check_end();
}
