/* Views: the same look again leaves no entry for a while, any other look does, and no answer goes without one. */
#include "check.h"
#include "desk/private.h"
#include "journal/private.h"
#include "journal/support/pair.h"

static struct pair pair;

/* Domestic entries that these words of an act, as `ana`, leave behind. */
static int64_t left_by(const char *act, const char *arguments)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct journal *journal = &pair.nodes[0].journal;
    struct error err = {0};
    int64_t before = journal->next_entry;

    if (!pair_act(&pair.nodes[0], act, arguments, span_text(""), &out, &err)) {
        printf("  %s: %s\n", act, err.text);
        return -1;
    }
    CHECK(out.size > 0);
    return journal->next_entry - before;
}

/* No beat of the domestic log in between: nothing is pumped but the act. */
CHECK_TEST(the_same_look_again_leaves_no_entry_for_a_quarter_of_an_hour)
{
    CHECK_INT(left_by("inbox-list", "{}"), 1);
    CHECK_INT(left_by("inbox-list", "{}"), 0);
    pair_wait(VIEW_MS - 1000);
    CHECK_INT(left_by("inbox-list", "{}"), 0);
    pair_wait(2000);
    CHECK_INT(left_by("inbox-list", "{}"), 1); /* the span does not move with the looks */
    CHECK_INT(left_by("inbox-list", "{}"), 0);
}

CHECK_TEST(another_act_or_officer_is_another_look)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct journal *journal = &pair.nodes[0].journal;
    struct error err = {0};

    CHECK_INT(left_by("sent-list", "{}"), 1);
    CHECK_INT(left_by("sent-list", "{}"), 0);
    int64_t before = journal->next_entry;
    CHECK_OK(pair_act_as(&pair.nodes[0], "ana", "sent-list", "{}", &out, &err), err); /* no case */
    CHECK_INT(journal->next_entry - before, 1);
}

CHECK_TEST(other_objects_are_another_look)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    CHECK_INT(left_by("sent-list", "{}"), 0);
    CHECK_OK(pair_request(&pair.nodes[0], 1, item, &err), err);
    CHECK_INT(left_by("sent-list", "{}"), 1);
    CHECK_INT(left_by("sent-list", "{}"), 0);
}

CHECK_TEST(an_opening_that_tells_the_partner_is_an_entry)
{
    struct error err = {0};
    char item[UUID_TEXT_SIZE];
    char arguments[80];

    CHECK_OK(pair_request(&pair.nodes[1], 2, item, &err), err);
    pair_settle(&pair);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    int64_t first =
        left_by("item-show", arguments); /* the entry, and `opened` where it is agreed */
    CHECK(first >= 1);
    CHECK_INT(left_by("item-show", arguments), 0);
}

/* The job that wrote the entry fails after it: the next look must write one, though memory knows of the first. */
static bool look_and_fail(struct journal *journal, void *context, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct desk_call call = {.access = {.officer = span_text("ana"),
                                        .reason = span_text("a look that fails"),
                                        .case_number = span_text("c-1")},
                             .arena = &arena};

    return access_view(journal, &call, "inbox-list", NULL, 0, err) &&
           (*(bool *)context || error_set(err, ERROR_CONFLICT, "and then it fails"));
}

CHECK_TEST(an_entry_whose_job_failed_covers_nothing)
{
    struct journal *journal = &pair.nodes[0].journal;
    struct error err = {0};
    bool succeeds = false;

    CHECK(!pair_work(&pair.nodes[0], look_and_fail, &succeeds, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "and then it fails");
    error_clear(&err);
    /* Its number is taken by another entry. */
    CHECK_INT(left_by("officer-list", "{}"), 1);
    int64_t before = journal->next_entry;
    succeeds = true;
    CHECK_OK(pair_work(&pair.nodes[0], look_and_fail, &succeeds, &err), err);
    CHECK_INT(journal->next_entry - before, 1);
    before = journal->next_entry;
    CHECK_OK(pair_work(&pair.nodes[0], look_and_fail, &succeeds, &err), err);
    CHECK_INT(journal->next_entry - before, 0);
}

CHECK_TEST(after_a_restart_the_first_look_is_an_entry)
{
    left_by("inbox-list", "{}");
    CHECK_INT(left_by("inbox-list", "{}"), 0);
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    CHECK_INT(left_by("inbox-list", "{}"), 1);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(the_same_look_again_leaves_no_entry_for_a_quarter_of_an_hour);
    CHECK_RUN(another_act_or_officer_is_another_look);
    CHECK_RUN(other_objects_are_another_look);
    CHECK_RUN(an_opening_that_tells_the_partner_is_an_entry);
    CHECK_RUN(an_entry_whose_job_failed_covers_nothing);
    CHECK_RUN(after_a_restart_the_first_look_is_an_entry);
    pair_free(&pair);
    return check_end();
}
