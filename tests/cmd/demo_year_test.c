/*
 * The demonstration's year: its people, its stories, what is drawn for each case, the clock of the past, and a short year
 * lived by three real nodes in one process.
 * covers: demo_past demo_world demo_case demo_case_draw demo_names demo_texts program
 */
#include "check.h"

#include "base/attributes.h"
#include "cmd/books.h"
#include "cmd/demo_case.h"
#include "cmd/demo_run.h"
#include "cmd/demo_year.h"
#include "crypto/secret.h"
#include "store/derived_rows.h"
#include "store/inbox_rows.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the past runs as a person would. */
const struct command commands[] = {
    {"init", "", "", command_init},           {"pair", "", "", command_pair},
    {"agreement", "", "", command_agreement}, {"officer", "", "", command_officer},
    {"case", "", "", command_case},           {"own", "", "", command_own},
    {"keys", "", "", command_keys},           {.name = NULL}};

static char directory[] = "/tmp/besa-year-XXXXXX";

#define SEED  7
#define CASES 160u
#define DAY   INT64_C(86400000)

/* --- people --- */

CHECK_TEST(a_seed_gives_the_same_people_and_another_gives_others)
{
    struct demo_cast one, same, other;

    demo_cast_make(SEED, &one);
    demo_cast_make(SEED, &same);
    demo_cast_make(SEED + 1, &other);
    CHECK(memcmp(&one, &same, sizeof one) == 0);
    CHECK(memcmp(&one, &other, sizeof one) != 0);
    for (size_t i = 0; i < DEMO_CAST_SIZE; i++) {
        const struct demo_person *person = &one.people[i];
        CHECK(strncmp(person->document, "ZZ", 2) == 0); /* no state gives these out */
        CHECK_INT(strlen(person->born), 10);
        CHECK(person->family[0] != '\0' && person->given[0] != '\0');
    }
}

static bool is_spelled(enum demo_spelling how, const char *family, enum name_script script)
{
    static const struct demo_person gjoka = {.family = "Gjinçë", .given = "Shpresa"};
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct person_name name;

    return demo_person_spell(&gjoka, how, &arena, &name) && name.script == script &&
           (span_is(name.family, family) ||
            (printf("spelled %.*s\n", SPAN_ARG(name.family)), false));
}

CHECK_TEST(a_name_has_other_spellings_in_other_scripts)
{
    CHECK(is_spelled(DEMO_AS_IS, "Gjinçë", SCRIPT_LATIN));
    CHECK(is_spelled(DEMO_PLAIN, "Gjince", SCRIPT_LATIN));
    CHECK(is_spelled(DEMO_MISHEARD, "Djincha", SCRIPT_LATIN));
    CHECK(is_spelled(DEMO_CYRILLIC, "ѓинче", SCRIPT_CYRILLIC));
    CHECK(is_spelled(DEMO_GREEK, "γκιντσε", SCRIPT_GREEK));
}

/* --- stories --- */

static bool text_is_whole(const char *pattern)
{
    static const struct demo_words words = {"Giurgiu", "Durrës", "AA 001 ZZ", "Ion Vrăjescu", 7, 3};
    struct arena arena CLEANUP(arena_free) = arena_make(16384);
    struct span text;

    return demo_text(pattern, &words, &arena, &text) && text.size > 0 &&
           memchr(text.data, '{', text.size) == NULL;
}

CHECK_TEST(every_story_is_an_exercise_and_knows_its_words)
{
    for (size_t i = 0; i < DEMO_KIND_COUNT; i++)
        for (size_t k = 0; k < DEMO_PLOT_MAX && demo_subjects[i].plots[k].title != NULL; k++) {
            const struct demo_plot *plot = &demo_subjects[i].plots[k];
            CHECK(text_is_whole(plot->title) && text_is_whole(plot->facts));
            CHECK(text_is_whole(plot->asked) && text_is_whole(plot->answer));
            CHECK(strncmp(plot->facts, "Exercise. ", 10) == 0);
            CHECK(strncmp(plot->answer, "Exercise. ", 10) == 0);
        }
    for (size_t i = 0; demo_calls[i] != NULL; i++)
        CHECK(text_is_whole(demo_calls[i]));
    CHECK(!text_is_whole("a {wrong} word"));
}

/* --- what is drawn --- */

static bool is_in_order(const struct demo_case *one)
{
    const int64_t *at = one->at_ms;

    return at[DEMO_STEP_OPEN] < at[DEMO_STEP_SEND] && at[DEMO_STEP_SEND] < at[DEMO_STEP_RECEIVE] &&
           (at[DEMO_STEP_ANSWER] == 0 || at[DEMO_STEP_ANSWER] > at[DEMO_STEP_RECEIVE]) &&
           (at[DEMO_STEP_REPLY] == 0 || at[DEMO_STEP_REPLY] > at[DEMO_STEP_QUESTION]) &&
           (at[DEMO_STEP_CLOSE] == 0 || at[DEMO_STEP_CLOSE] > at[DEMO_STEP_READ]);
}

CHECK_TEST(a_year_has_cases_of_every_kind_and_end)
{
    static struct demo_case one, same;
    struct demo_cast cast;
    size_t kinds[DEMO_KIND_COUNT] = {0}, outcomes[4] = {0}, urgent = 0, silent = 0, asked = 0;

    demo_cast_make(SEED, &cast);
    for (size_t i = 0; i < CASES; i++) {
        demo_case_draw(SEED, i, CASES, &cast, DAY, &one);
        demo_case_draw(SEED, i, CASES, &cast, DAY, &same);
        CHECK(memcmp(&one.at_ms, &same.at_ms, sizeof one.at_ms) == 0);
        CHECK(strcmp(one.name, same.name) == 0 && one.plot == same.plot);
        CHECK(is_in_order(&one) && one.from != one.to);
        kinds[one.kind]++;
        outcomes[one.outcome]++;
        urgent += one.is_urgent;
        silent += one.at_ms[DEMO_STEP_ANSWER] == 0;
        asked += one.at_ms[DEMO_STEP_QUESTION] > 0;
    }
    for (size_t i = 0; i < DEMO_KIND_COUNT; i++)
        CHECK(kinds[i] >= 5);
    for (size_t i = 0; i < ARRAY_COUNT(outcomes); i++)
        CHECK(outcomes[i] >= 5);
    CHECK(urgent >= 5 && silent >= 1 && asked >= 5);
}

/* --- the clock --- */

/* In a process that ends with it, as in earnest. */
static int past_try(void)
{
    const struct env *env = env_real();
    struct error err = {0};
    int64_t now_ms = env->now_ms(env->context);
    int64_t ticks_ms = env->monotonic_ms(env->context);

    if (env->is_unsynced || !demo_clock_begin(10 * DAY, &err))
        return 1;
    env = env_real();
    if (!env->is_unsynced)
        return 7;
    int64_t past_ms = env->now_ms(env->context);
    if (past_ms > now_ms - 9 * DAY || past_ms < now_ms - 11 * DAY)
        return 2;
    if (env->monotonic_ms(env->context) < ticks_ms)
        return 3;
    demo_clock_to(past_ms + 4 * DAY + DAY / 24); /* ticks go by whole days, and some ms are gone */
    if (env->now_ms(env->context) < past_ms + 4 * DAY ||
        env->monotonic_ms(env->context) < ticks_ms + 4 * DAY)
        return 4;
    int64_t before_ms = env->monotonic_ms(env->context);
    demo_clock_to(env->now_ms(env->context) + DAY / 4); /* within the day the ticks stand */
    if (env->monotonic_ms(env->context) > before_ms + DAY / 8)
        return 8;
    demo_clock_to(past_ms); /* never back */
    if (env->now_ms(env->context) < past_ms + 4 * DAY)
        return 5;
    demo_clock_to(now_ms + 50 * DAY); /* nor beyond now */
    if (env->now_ms(env->context) > now_ms + DAY)
        return 6;
    return 0;
}

CHECK_TEST(the_past_moves_on_to_now_and_not_beyond)
{
    const struct env *env = env_real();
    int64_t now_ms = env->now_ms(env->context);
    int status = 0;

    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(past_try());
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK_INT(status, 0);
    CHECK(env->now_ms(env->context) - now_ms < DAY); /* ours stands in the present */
    CHECK(env_real() == env && !env->is_unsynced);
}

/* --- a short year --- */

static struct demo demo;

static void places_fill(void)
{
    demo = (struct demo){.seed = SEED, .case_count = 12};
    struct place *places[] = {&demo.ro, &demo.al, &demo.gr};
    static const char *const parties[] = {"ro", "al", "gr"};
    static const char *const cases[] = {CASE_RO, CASE_AL, CASE_GR};

    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        *places[i] = (struct place){.party = parties[i],
                                    .city = parties[i],
                                    .institution = "Institution of an exercise",
                                    .contact = "exercise",
                                    .admin = "admin-1",
                                    .admin_name = "Test",
                                    .officer = "officer-1",
                                    .officer_name = "Test",
                                    .approver = "approver-1",
                                    .approver_name = "Test",
                                    .unit = "spoc-1",
                                    .case_number = cases[i]};
        snprintf(places[i]->home, sizeof places[i]->home, "%s/build/demo/%s", directory,
                 parties[i]);
    }
}

/* First and last receipt of what ro sent and still holds: requests are kept for half a year. */
static bool sent_look(size_t *count, int64_t *first_ms, int64_t *last_ms, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(16u * 1024 * 1024);
    struct inbox_row *rows = arena_array(&arena, 200, sizeof *rows);
    struct node *node = NULL;
    struct home home;

    bool ok = home_find(demo.ro.home, &home, err) && node_open_reader(&home, &node, err) &&
              inbox_list(node->db, &arena, true, NULL, rows, 200, count, err);
    node_close(&node);
    *first_ms = INT64_MAX;
    *last_ms = 0;
    for (size_t i = 0; ok && i < *count; i++) {
        int64_t at_ms = rows[i].received_s * 1000;
        *first_ms = at_ms < *first_ms ? at_ms : *first_ms;
        *last_ms = at_ms > *last_ms ? at_ms : *last_ms;
    }
    return ok;
}

CHECK_TEST(a_short_year_is_lived_by_three_nodes)
{
    size_t count = 0;
    int64_t first_ms = 0, last_ms = 0;
    struct error err = {0};

    CHECK(chdir(directory) == 0);
    places_fill();
    CHECK_OK(demo_past_make(&demo, &err), err);
    CHECK_OK(sent_look(&count, &first_ms, &last_ms, &err), err);
    CHECK(count >= 3 && count <= 12); /* the others ask as well */
    CHECK(first_ms < demo_now_ms() - 100 * DAY && first_ms > demo_now_ms() - 366 * DAY);
    CHECK(last_ms > first_ms && last_ms <= demo_now_ms());
}

CHECK_TEST(what_was_lived_verifies)
{
    struct demo_world world;
    const struct place *places[] = {&demo.ro, &demo.al, &demo.gr};
    struct error err = {0};

    CHECK_OK(demo_world_open(&world, places, ARRAY_COUNT(places), &err), err);
    for (size_t i = 0; i < world.count; i++) {
        struct buffer said CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
        struct control_request request = {.act = span_text("verify"),
                                          .officer = span_text("admin-1"),
                                          .reason = span_text("check")};
        CHECK_OK(node_act(world.nodes[i].node, &request, true, &said, NULL, &err), err);
        CHECK(memmem(said.data, said.size, "\"clean\":true", 12) != NULL);
    }
    demo_world_close(&world);
}

int main(void)
{
    struct error err = {0};

    crypto_start();
    if (mkdtemp(directory) == NULL)
        return 1;
    CHECK_RUN(a_seed_gives_the_same_people_and_another_gives_others);
    CHECK_RUN(a_name_has_other_spellings_in_other_scripts);
    CHECK_RUN(every_story_is_an_exercise_and_knows_its_words);
    CHECK_RUN(a_year_has_cases_of_every_kind_and_end);
    CHECK_RUN(the_past_moves_on_to_now_and_not_beyond);
    CHECK_RUN(a_short_year_is_lived_by_three_nodes);
    CHECK_RUN(what_was_lived_verifies);
    run_remove(directory, &err);
    return check_end();
}
