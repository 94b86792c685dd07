/* References and origins of logs: see message/reference.h. */
#include "check.h"
#include "message/support/samples.h"
#include "message/support/torture.h"

#include "base/attributes.h"

CHECK_TEST(origins_have_two_forms)
{
    static const char *const right[] = {"ro/ro-al/to/al/0", "al/ro-al/to/ro/12", "ro/domestic/0",
                                        "x/domestic/18446744073709551615"};
    static const char *const wrong[] = {"",
                                        "/",
                                        "ro",
                                        "ro/domestic",
                                        "ro/domestic/",
                                        "ro/domestic/01",
                                        "ro/domestic/x",
                                        "ro/other/0",
                                        "/domestic/0",
                                        "Ro/domestic/0",
                                        "ro/ro-al/to/al",
                                        "ro/ro-al/to/al/-1",
                                        "ro/ro-al/from/al/0",
                                        "ro/ro-al/to/al/0/0",
                                        "ro/ro-al/to/al/0/",
                                        "ro/ro al/to/al/0",
                                        "ro//to/al/0",
                                        "ro/domestic/18446744073709551616"};
    char longest[ORIGIN_SIZE_MAX + 64];

    for (size_t i = 0; i < ARRAY_COUNT(right); i++)
        CHECK(origin_is_valid(span_text(right[i])));
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++)
        CHECK(!origin_is_valid(span_text(wrong[i])));
    snprintf(longest, sizeof longest, "%060d/%060d/to/%d/0", 0, 0, 7);
    CHECK(origin_is_valid(span_text(longest)));
    CHECK_INT(strlen(longest), ORIGIN_SIZE_MAX);
    snprintf(longest, sizeof longest, "%060d/%060d/to/%d/10", 0, 0, 7);
    CHECK(!origin_is_valid(span_text(longest)));
}

CHECK_TEST(the_reader_stands_every_damage)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(1024);
    struct erased erased = sample_erased();
    CHECK(form_write(&reference_form, &erased.item, &body));
    CHECK_INT(torture_body(&reference_form, buffer_span(&body)), 0);
    CHECK_INT(torture_missing(&reference_form, buffer_span(&body)), 0);
}

int main(void)
{
    CHECK_RUN(origins_have_two_forms);
    CHECK_RUN(the_reader_stands_every_damage);
    return check_end();
}
