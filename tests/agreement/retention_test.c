/* Retention classes and what two versions of an agreement say of them. */
#include "check.h"
#include "agreement/retention.h"
#include "agreement/support/scene.h"

#define DAY_MS INT64_C(86400000)

static struct scene scene;
static struct agreement_retention next_rows[PERSON_CATEGORY_COUNT];

/* The version after: a category's days changed, or the category left out (0). */
static struct agreement next_with(enum person_category category, int64_t days)
{
    struct agreement next = scene.agreement;

    next.retention_count = 0;
    next.retention = next_rows;
    for (size_t i = 0; i < scene.agreement.retention_count; i++) {
        struct agreement_retention row = scene.agreement.retention[i];
        if (row.category == category && days == 0)
            continue;
        if (row.category == category)
            row.erase_days = days;
        next_rows[next.retention_count++] = row;
    }
    return next;
}

static int class_of(enum person_category category, bool is_minor)
{
    struct person person = {.category = category, .is_minor = is_minor};
    return retention_class_of(&person);
}

CHECK_TEST(classes_have_their_names_and_numbers)
{
    char name[RETENTION_NAME_SIZE];

    retention_class_name(RETENTION_CLASS_REQUEST, name);
    CHECK_SPAN(span_text(name), "request");
    retention_class_name(RETENTION_CLASS_TEXT, name);
    CHECK_SPAN(span_text(name), "text");
    retention_class_name(class_of(PERSON_SUSPECT, false), name);
    CHECK_SPAN(span_text(name), "suspect");
    retention_class_name(class_of(PERSON_VICTIM, true), name);
    CHECK_SPAN(span_text(name), "victim_minor");
    CHECK_INT(class_of(PERSON_SUSPECT, false), 2); /* stored: stays what it is */
    CHECK(class_of((enum person_category)(PERSON_CATEGORY_COUNT - 1), true) <
          RETENTION_CLASS_COUNT);
}

CHECK_TEST(a_class_is_kept_as_long_as_the_agreement_says)
{
    const struct agreement *agreement = &scene.agreement;

    CHECK_INT(retention_cap_ms(agreement, RETENTION_CLASS_REQUEST),
              agreement->retention_other.request_days * DAY_MS);
    CHECK_INT(retention_cap_ms(agreement, RETENTION_CLASS_TEXT),
              agreement->retention_other.text_days * DAY_MS);
    CHECK_INT(retention_cap_ms(agreement, class_of(PERSON_SUSPECT, false)),
              agreement_erase_after_ms(agreement, PERSON_SUSPECT));
    CHECK_INT(retention_cap_ms(agreement, class_of(PERSON_SUSPECT, true)),
              agreement->retention_other.minor_days * DAY_MS);
    CHECK(agreement->retention_other.minor_days * DAY_MS <
          agreement_erase_after_ms(agreement, PERSON_SUSPECT));
}

//= dir-2016-680 art 5
CHECK_TEST(a_stricter_version_counts_for_what_is_held_a_looser_one_does_not)
{
    int class = class_of(PERSON_SUSPECT, false);
    int64_t cap_ms = retention_cap_ms(&scene.agreement, class);
    struct agreement next = next_with(PERSON_SUSPECT, 10);

    CHECK_INT(retention_keep_ms(&scene.agreement, &scene.agreement, class), cap_ms);
    CHECK_INT(retention_keep_ms(&scene.agreement, &next, class), 10 * DAY_MS);
    next = next_with(PERSON_SUSPECT, 3650);
    CHECK(3650 * DAY_MS > cap_ms);
    CHECK_INT(retention_keep_ms(&scene.agreement, &next, class), cap_ms);
}

CHECK_TEST(a_category_that_a_version_leaves_out_keeps_its_time)
{
    int class = class_of(PERSON_SUSPECT, false);
    struct agreement next = next_with(PERSON_SUSPECT, 0);

    CHECK_INT(retention_cap_ms(&next, class), 0);
    CHECK_INT(retention_keep_ms(&scene.agreement, &next, class),
              retention_cap_ms(&scene.agreement, class));
    CHECK_INT(retention_keep_ms(&next, &next, class),
              retention_cap_ms(&next, RETENTION_CLASS_TEXT));
}

int main(void)
{
    scene_make(&scene);
    CHECK_RUN(classes_have_their_names_and_numbers);
    CHECK_RUN(a_class_is_kept_as_long_as_the_agreement_says);
    CHECK_RUN(a_stricter_version_counts_for_what_is_held_a_looser_one_does_not);
    CHECK_RUN(a_category_that_a_version_leaves_out_keeps_its_time);
    scene_free(&scene);
    return check_end();
}
