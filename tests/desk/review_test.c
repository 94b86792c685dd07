/*
 * What is about a victim, a minor or somebody who is protected goes on, forwarded or exported, only when a second officer has
 * approved it, as answers about them do; nothing is told before that, and what other units protect no refusal tells.
 * covers: protection
 */
#include "check.h"
#include "desk/own_form.h"
#include "desk/support/asked.h"
#include "desk/support/passed.h"
#include "message/support/samples.h"
#include "store/log_rows.h"

#include <stdio.h>

static struct pair pair;
static struct error err;
static struct buffer out;
static char item[UUID_TEXT_SIZE];

static const char export_more[] =
    ",\"channel\":\"siena\",\"recipient\":\"Desk of Athens (test)\",\"recipient_kind\":\"police\","
    "\"reference\":\"S-2026-118\",\"within_union\":true";
static const char forward_more[] = ",\"authority\":\"spoc-ro\",\"use\":\"police\"";

static const struct way {
    const char *act;
    const char *more;
} ways[] = {{"item-forward", forward_more}, {"item-export", export_more}};

struct
try {
    const char *officer;
    const char *case_number;
    const char *approver; /* NULL: alone */
    bool is_asking;
};

static bool pass(const struct way *way, const struct try *try)
{
    char arguments[600];
    struct asked asked = {try->officer, way->act, arguments, try->case_number, {NULL, 0}};

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"%s}", item, way->more);
    return asked_run_two(&pair.nodes[0], &asked, try->approver, try->is_asking, &out, &err);
}

static bool alone(const struct way *way)
{
    return pass(way, &(struct try){"ana", "c-1", NULL, false});
}

/* One's own, so that no consent is wanted. */
static bool give(const struct passed *passed)
{
    return passed_give(&pair, 0, passed, item, &err);
}

/* How often an act stands in the domestic log. */
static size_t entries(const char *act)
{
    struct arena arena CLEANUP(arena_free) = arena_make(16u << 20);
    struct journal *journal = &pair.nodes[0].journal;
    struct error missing = {0};
    size_t count = 0;
    char found[80];

    snprintf(found, sizeof found, "\"act\":\"%s\"", act);
    for (int64_t id = journal->next_entry - 1; id > 0; id--) {
        struct entry_row row;
        struct span body;
        if (entry_find(journal->db, &arena, id, &row, &missing) && row.type == MESSAGE_ACT &&
            journal_body(journal, &row, &arena, &body, &missing))
            count += memmem(body.data, body.size, found, strlen(found)) != NULL;
    }
    return count;
}

CHECK_TEST(who_needs_protection_does_not_go_on_by_one_officer)
{
    static const struct passed protected[] = {
        {.category = PERSON_VICTIM}, {.category = PERSON_SMUGGLED_MIGRANT}, {.is_minor = true}};

    for (size_t i = 0; i < ARRAY_COUNT(protected); i++)
        for (size_t k = 0; k < ARRAY_COUNT(ways); k++) {
            size_t before = entries(ways[k].act);
            CHECK_OK(give(&protected[i]), err);
            CHECK(!alone(&ways[k]));
            CHECK_ERROR(err, ERROR_RULE, "a second officer must approve that it goes on");
            CHECK(!pass(&ways[k], &(struct try){"ana", "c-1", "ana", false}));
            CHECK_ERROR(err, ERROR_RULE, "nobody approves their own draft");
            CHECK(!pass(&ways[k], &(struct try){"ana", "c-1", "other", false}));
            CHECK_ERROR(err, ERROR_RULE, "does not approve");
            CHECK_INT(entries(ways[k].act), before);
            CHECK_OK(pass(&ways[k], &(struct try){"ana", "c-1", "second", false}), err);
            CHECK(answer_has(&out, "besa-handover/1"));
            CHECK_INT(entries(ways[k].act), before + 1);
        }
}

/* The draft discloses nothing; the confirmation does, once. */
CHECK_TEST(as_a_draft_it_is_told_to_whoever_confirms)
{
    for (size_t k = 0; k < ARRAY_COUNT(ways); k++) {
        size_t before = entries(ways[k].act);
        CHECK_OK(give(&(struct passed){.category = PERSON_VICTIM}), err);
        CHECK_OK(pass(&ways[k], &(struct try){"ana", "c-1", NULL, true}), err);
        CHECK(answer_has(&out, "waits for a second officer") && answer_lacks(&out, "handover"));
        CHECK_INT(entries(ways[k].act), before);
        CHECK_OK(asked_confirm(&pair.nodes[0], "second", "c-1", &out, &err), err);
        CHECK(answer_has(&out, "besa-handover/1"));
        CHECK_INT(entries(ways[k].act), before + 1);
    }
}

CHECK_TEST(others_go_on_as_before)
{
    for (size_t k = 0; k < ARRAY_COUNT(ways); k++) {
        CHECK_OK(give(&(struct passed){.category = PERSON_SUSPECT}), err);
        CHECK_OK(alone(&ways[k]), err);
    }
}

/* The same human being, a suspect in the item. */
static bool protect(const char *officer, const char *number, enum person_category category,
                    bool is_shielded)
{
    char arguments[100];
    struct person person = sample_answer().items[0].person;
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct asked asked = {officer, "case-person-put", arguments, NULL, {NULL, 0}};

    snprintf(arguments, sizeof arguments, "{\"number\":\"%s\"%s}", number,
             is_shielded ? ",\"shielded\":true" : "");
    person.category = category;
    passed_plain(&person);
    if (!own_person_write(&person, &body))
        return false;
    asked.body = buffer_span(&body);
    return asked_run(&pair.nodes[0], &asked, &out, &err);
}

static bool open_case(const char *officer, const char *number)
{
    char arguments[100];
    struct asked asked = {officer, "case-put", arguments, NULL, {NULL, 0}};

    snprintf(arguments, sizeof arguments, "{\"number\":\"%s\",\"title\":\"Test\"}", number);
    return asked_run(&pair.nodes[0], &asked, &out, &err);
}

CHECK_TEST(a_mark_in_the_own_case_counts_and_one_of_another_unit_is_not_told)
{
    CHECK_OK(give(&(struct passed){.category = PERSON_SUSPECT}), err);
    CHECK_OK(open_case("other", "k-1"), err);
    CHECK_OK(open_case("other", "k-2"), err);
    CHECK_OK(open_case("other", "k-3"), err);
    CHECK_OK(protect("other", "k-1", PERSON_VICTIM, false), err);
    CHECK_OK(protect("other", "k-2", PERSON_SUSPECT, true), err);
    CHECK_OK(protect("other", "k-3", PERSON_SUSPECT, false), err);
    for (size_t k = 0; k < ARRAY_COUNT(ways); k++) {
        CHECK(!pass(&ways[k], &(struct try){"other", "k-1", NULL, false}));
        CHECK_ERROR(err, ERROR_RULE, "a second officer must approve");
        CHECK(!pass(&ways[k], &(struct try){"other", "k-2", NULL, false}));
        CHECK_ERROR(err, ERROR_RULE, "a second officer must approve");
        CHECK_OK(pass(&ways[k], &(struct try){"other", "k-2", "second", false}), err);
        CHECK_OK(pass(&ways[k], &(struct try){"other", "k-3", NULL, false}), err);
        /* Who is not of the case reads the same as if it protected nobody. */
        CHECK_OK(pass(&ways[k], &(struct try){"third", "k-1", NULL, false}), err);
        CHECK_OK(pass(&ways[k], &(struct try){"third", "k-2", NULL, false}), err);
        CHECK_OK(pass(&ways[k], &(struct try){"third", "k-3", NULL, false}), err);
    }
}

int main(void)
{
    static const char *const officers[][3] = {{"second", "desk", "approver"},
                                              {"other", "narcotics", "investigator"},
                                              {"third", "ports", "investigator"}};
    out = buffer_make(4u << 20);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    for (size_t i = 0; i < ARRAY_COUNT(officers); i++)
        if (!asked_officer(&pair.nodes[0], officers[i][0], officers[i][1], officers[i][2], &out,
                           &err))
            printf("%s: %s\n", officers[i][0], err.text);
    CHECK_RUN(who_needs_protection_does_not_go_on_by_one_officer);
    CHECK_RUN(as_a_draft_it_is_told_to_whoever_confirms);
    CHECK_RUN(others_go_on_as_before);
    CHECK_RUN(a_mark_in_the_own_case_counts_and_one_of_another_unit_is_not_told);
    pair_free(&pair);
    buffer_free(&out);
    return check_end();
}
