/*
 * Days of the own index: who is due is erased by the hourly pass and named in the log, not on a clock that leapt; who is to
 * be reviewed is listed until somebody looked; and a name that is gone leaves the search files within hours.
 * covers: own_dates
 */
#include "check.h"
#include "desk/own_dates.h"
#include "desk/own_form.h"
#include "desk/own_index.h"
#include "desk/own_slice.h"
#include "desk/retention.h"
#include "journal/private.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY_MS  SAMPLE_DAY_MS
#define HOUR_MS INT64_C(3600000)

static struct pair pair;
static char directory[600];
static struct buffer answer;
static struct error err;
static int line;

static struct journal *journal(void)
{
    return &pair.nodes[0].journal;
}

static bool act(const char *name, const char *arguments, struct span body)
{
    error_clear(&err);
    buffer_clear(&answer);
    return pair_act(&pair.nodes[0], name, arguments, body, &answer, &err);
}

static bool said(const char *text)
{
    bool is_there = memmem(answer.data, answer.size, text, strlen(text)) != NULL;

    if (!is_there)
        printf("  %s is not in %.*s\n", text, (int)answer.size, (const char *)answer.data);
    return is_there;
}

#define DIGEST "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"

static bool begin(void)
{
    bool was_reset = false;
    bool ok = pair_make(&pair);

    line = 0;
    error_clear(&err);
    pair_settle(&pair);
    snprintf(directory, sizeof directory, "%s/index", pair.nodes[0].home);
    return ok &&
           own_index_open(env_real(), directory, journal()->db, &journal()->own_index, &was_reset,
                          &err) &&
           act("own-import-begin", "{\"digest\":\"" DIGEST "\",\"source\":\"register\"}",
               span_text(""));
}

static void end(void)
{
    own_index_close(&journal()->own_index);
    pair_free(&pair);
}

static void follow(void)
{
    size_t taken = 1;

    while (taken > 0)
        CHECK_OK(own_index_follow(journal()->own_index, journal()->db, &taken, &err), err);
}

/* `count` people of this family name, for so many days of review and erasure from now. */
static bool people_put(const char *family, int count, int review_days, int erase_days)
{
    struct own_entry usual = {.person = {.marking = sample_persons[0].marking,
                                         .category = PERSON_SUSPECT,
                                         .link_to_purpose = span_text("test")}};
    char arguments[200];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);

    usual.person.marking.review_at_ms = pair_clock_ms() + review_days * DAY_MS;
    usual.person.marking.erase_at_ms = pair_clock_ms() + erase_days * DAY_MS;
    own_slice_begin(&body, &usual);
    for (int i = 0; i < count; i++)
        buffer_format(&body, "a3:%03db%zu:%sc5:Ardit\n", line + i, strlen(family), family);
    snprintf(arguments, sizeof arguments,
             "{\"digest\":\"" DIGEST "\",\"from\":%d,\"to\":%d,\"refused\":0}", line, line + count);
    line += count;
    return !body.failed && act("own-import-take", arguments, buffer_span(&body));
}

static bool step_work(struct journal *journal, void *context, struct error *error)
{
    return desk_retention_step(journal, context, error);
}

static size_t pass_run(void)
{
    struct desk_retention_pass pass = {.line = 0};

    error_clear(&err);
    for (int i = 0; i < 50 && !pass.is_over; i++)
        CHECK(pair_work(&pair.nodes[0], step_work, &pass, &err));
    CHECK(pass.is_over);
    return pass.people_erased;
}

static int64_t people_count(void)
{
    int64_t count = -1;

    CHECK(own_count(journal()->db, &count, &err));
    return count;
}

static bool newest_entry(struct journal *journal, void *context, struct error *error)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;
    struct span body;
    (void)context;

    buffer_clear(&answer);
    return entry_find(journal->db, &arena, journal->next_entry - 1, &row, error) &&
           journal_body(journal, &row, &arena, &body, error) && buffer_add(&answer, body);
}

CHECK_TEST(who_is_due_is_erased_and_named_in_the_log)
{
    CHECK_OR_RETURN(begin());
    CHECK_OK(people_put("Hoxha", 3, 1, 2), err);
    CHECK_OK(people_put("Berisha", 1, 1, 30), err);
    CHECK_OK(people_put("Hoxhaj", 1, 1, 2), err);
    follow();
    CHECK_INT(pass_run(), 0);
    pair_wait(2 * DAY_MS + HOUR_MS);
    CHECK_OK(act("retention-status", "{}", span_text("")), err);
    CHECK(said("\"own_index\":{\"due\":4,\"due_within_30_days\":5,\"for_review\":5}"));
    CHECK_INT(pass_run(), 4);
    CHECK_OK(pair_work(&pair.nodes[0], newest_entry, NULL, &err), err);
    CHECK(said("\"act\":\"retention-erase\"") && said("own-people 1-3\"") &&
          said("own-person 5\""));
    CHECK_INT(people_count(), 1);
    follow();
    CHECK_OK(
        act("own-search", "{\"query\":\"hoxha\",\"purpose\":\"investigation\"}", span_text("")),
        err);
    CHECK(said("\"list\":[]"));
    CHECK_INT(pass_run(), 0);
    end();
}

/* Nobody confirmed the time for a month: the pass asks, and goes on once the partner answered. */
CHECK_TEST(a_clock_that_leapt_erases_nobody)
{
    CHECK_OR_RETURN(begin());
    CHECK_OK(people_put("Hoxha", 3, 1, 20), err);
    pair.is_cut = true;
    pair_wait(30 * DAY_MS);
    CHECK_INT(pass_run(), 0);
    CHECK_INT(people_count(), 3);
    pair.is_cut = false;
    pair_settle(&pair);
    CHECK_INT(pass_run(), 3);
    CHECK_INT(people_count(), 0);
    end();
}

struct skip {
    struct own_due after;
    size_t erased;
};

static bool skip_work(struct journal *journal, void *context, struct error *error)
{
    struct skip *skip = context;
    bool is_over = false;
    size_t erased = 1;

    return own_dates_erase(journal, pair_clock_ms(), 1, true, &skip->after, &erased, &is_over,
                           error) &&
           erased == 0 &&
           own_dates_erase(journal, pair_clock_ms(), 9, false, &skip->after, &skip->erased,
                           &is_over, error);
}

CHECK_TEST(one_who_cannot_be_erased_does_not_stop_the_others)
{
    struct skip skip = {.erased = 0};

    CHECK_OR_RETURN(begin());
    CHECK_OK(people_put("Hoxha", 3, 1, 1), err);
    pair_wait(DAY_MS);
    CHECK_OK(pair_work(&pair.nodes[0], skip_work, &skip, &err), err);
    CHECK_INT(skip.erased, 2);
    CHECK_INT(people_count(), 1);
    end();
}

static void own_search_finds_hoxha(void)
{
    CHECK_OK(
        act("own-search", "{\"query\":\"hoxha\",\"purpose\":\"investigation\"}", span_text("")),
        err);
    CHECK(said("\"person\":2"));
}

CHECK_TEST(who_is_to_be_reviewed_is_listed_until_somebody_looked)
{
    char arguments[200];
    char day[TIME_TEXT_SIZE];

    CHECK_OR_RETURN(begin());
    CHECK_OK(people_put("Hoxha", 3, 1, 90), err);
    follow();
    CHECK_OK(act("own-due", "{}", span_text("")), err);
    CHECK(said("{\"list\":[]}"));
    CHECK_OK(act("own-due", "{\"days\":1,\"limit\":2}", span_text("")), err);
    CHECK(said("\"person\":1,\"source\":\"register\",\"review\":") && said("\"person\":2") &&
          said("\"next\":"));
    pair_wait(DAY_MS);
    CHECK_OK(act("own-due", "{}", span_text("")), err);
    CHECK(said("\"person\":3"));
    time_write(pair_clock_ms() + 60 * DAY_MS, day);
    snprintf(arguments, sizeof arguments,
             "{\"person\":2,\"purpose\":\"investigation\",\"next\":\"%.10s\"}", day);
    CHECK_OK(act("own-review", arguments, span_text("")), err);
    CHECK_OK(act("own-due", "{}", span_text("")), err);
    CHECK(said("\"person\":1") && said("\"person\":3"));
    CHECK(memmem(answer.data, answer.size, "\"person\":2", 10) == NULL);
    CHECK_OK(act("own-show", "{\"person\":2,\"purpose\":\"investigation\"}", span_text("")), err);
    snprintf(arguments, sizeof arguments, "\"review_at\":\"%.10s", day);
    CHECK(said(arguments));
    follow();
    own_search_finds_hoxha();
    CHECK_OK(act("own-due", "{\"date\":\"erase\",\"days\":90}", span_text("")), err);
    CHECK(said("\"person\":1") && said("\"person\":2"));
    /* Not beyond the day of erasure, nor for more than a year. */
    time_write(pair_clock_ms() + 100 * DAY_MS, day);
    snprintf(arguments, sizeof arguments,
             "{\"person\":2,\"purpose\":\"investigation\",\"next\":\"%.10s\"}", day);
    CHECK(!act("own-review", arguments, span_text("")));
    CHECK_ERROR(err, ERROR_RULE, "erased before");
    time_write(pair_clock_ms() + 400 * DAY_MS, day);
    snprintf(arguments, sizeof arguments,
             "{\"person\":2,\"purpose\":\"investigation\",\"next\":\"%.10s\"}", day);
    CHECK(!act("own-review", arguments, span_text("")));
    CHECK_ERROR(err, ERROR_INPUT, "next");
    end();
}

/* Does any file below the directory of the search files hold this text? */
static bool files_hold(const char *side, const char *text)
{
    char path[1024];
    bool is_there = false;

    snprintf(path, sizeof path, "%s/%s", directory, side);
    DIR *files = opendir(path);
    CHECK(files != NULL);
    for (const struct dirent *entry; files != NULL && (entry = readdir(files)) != NULL;) {
        struct buffer bytes CLEANUP(buffer_free) = buffer_make(16 << 20);
        struct error ignored = {0};
        snprintf(path, sizeof path, "%s/%s/%s", directory, side, entry->d_name);
        if (entry->d_name[0] != '.' && env_read_file(env_real(), path, 16 << 20, &bytes, &ignored))
            is_there = is_there || memmem(bytes.data, bytes.size, text, strlen(text)) != NULL;
    }
    if (files != NULL)
        closedir(files);
    return is_there;
}

static bool settle(int64_t at_ms)
{
    bool was_due = false;

    CHECK(own_index_settle_due(journal()->own_index, at_ms, &was_due, &err));
    return was_due;
}

CHECK_TEST(a_name_that_is_gone_leaves_the_files_within_hours)
{
    int64_t now_ms = pair_clock_ms();
    bool was_reset = false;

    CHECK_OR_RETURN(begin());
    CHECK_OK(people_put("Zvonimirq", 1, 1, 90), err);
    CHECK_OK(people_put("Hoxha", 1, 1, 90), err);
    follow();
    CHECK(!settle(now_ms + 100 * HOUR_MS)); /* nobody is gone */
    CHECK_OK(act("own-remove", "{\"person\":1,\"purpose\":\"investigation\"}", span_text("")), err);
    follow();
    CHECK(files_hold("open", "zvonimirq"));
    CHECK_INT(own_index_gone(journal()->own_index), 1);
    CHECK(!settle(now_ms));
    CHECK(!settle(now_ms + OWN_SETTLE_MS - 1) && files_hold("open", "zvonimirq"));
    CHECK(!own_index_is_late(journal()->own_index, now_ms + 2 * OWN_SETTLE_MS));
    CHECK(own_index_is_late(journal()->own_index, now_ms + 2 * OWN_SETTLE_MS + 1));
    CHECK(settle(now_ms + OWN_SETTLE_MS));
    CHECK(!files_hold("open", "zvonimirq") && files_hold("open", "hoxha"));
    CHECK_INT(own_index_gone(journal()->own_index), 0);
    CHECK(!own_index_is_late(journal()->own_index, now_ms + 100 * HOUR_MS));
    /* After a start nobody knows since when: at once. */
    CHECK_OK(people_put("Hoxhaj", 1, 1, 90), err);
    follow();
    CHECK_OK(act("own-remove", "{\"person\":2,\"purpose\":\"investigation\"}", span_text("")), err);
    follow();
    own_index_close(&journal()->own_index);
    CHECK_OK(own_index_open(env_real(), directory, journal()->db, &journal()->own_index, &was_reset,
                            &err),
             err);
    CHECK(settle(now_ms) && !settle(now_ms));
    CHECK_INT(own_index_gone(journal()->own_index), 0);
    end();
}

int main(void)
{
    answer = buffer_make(4 << 20);
    CHECK_RUN(who_is_due_is_erased_and_named_in_the_log);
    CHECK_RUN(a_clock_that_leapt_erases_nobody);
    CHECK_RUN(one_who_cannot_be_erased_does_not_stop_the_others);
    CHECK_RUN(who_is_to_be_reviewed_is_listed_until_somebody_looked);
    CHECK_RUN(a_name_that_is_gone_leaves_the_files_within_hours);
    buffer_free(&answer);
    return check_end();
}
