/*
 * Holds over access entries: what is named stays beyond its time, the rest goes; a hold ends by its day or by a release, and
 * what it kept goes then, unless another hold names it; who may order and who may end; a clock that leaps ends no hold.
 * covers: act_hold act_hold_rows
 */
#include "check.h"
#include "desk/private.h"
#include "desk/retention.h"
#include "journal/act_hold.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "message/support/samples.h"
#include "store/prune_rows.h"

#define DAY_MS SAMPLE_DAY_MS
#define ITEM   "01890a5d-ac96-774b-bcce-b302099a8057"

static struct pair pair;
static struct buffer out;
static struct error err;

static struct pair_node *ro(void)
{
    return &pair.nodes[0];
}

static bool act_of(const char *officer, const char *name, const char *arguments)
{
    error_clear(&err);
    return pair_act_as(ro(), officer, name, arguments, &out, &err);
}

static bool enter(const char *id, const char *role)
{
    char arguments[160];

    snprintf(arguments, sizeof arguments,
             "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"%s\"}", id, role);
    return pair_act(ro(), "officer-put", arguments, span_text(""), &out, &err);
}

/* dora and vera look over, emil audits, bob and carl work. The samples have dates: each test begins on the same day. */
static bool begin(void)
{
    static int64_t first_ms;

    err = (struct error){0};
    if (first_ms == 0)
        first_ms = pair_clock_ms();
    pair_wait(first_ms - pair_clock_ms());
    bool ok = pair_make(&pair);
    pair_settle(&pair);
    return ok && enter("dora", "dpo") && enter("vera", "supervisory_authority") &&
           enter("emil", "auditor") && enter("bob", "duty_officer") &&
           enter("carl", "duty_officer");
}

static bool says(const char *text)
{
    return memmem(out.data, out.size, text, strlen(text)) != NULL;
}

static bool said(const char *text)
{
    bool is_there = says(text);
    if (!is_there)
        printf("%.*s\n", (int)out.size, (const char *)out.data);
    return is_there;
}

/* Time passes while the line is up: receipts and witnesses confirm it. */
static void time_pass(int days)
{
    pair_wait(days * DAY_MS);
    CHECK_OK(act_of("ana", "agreement-list", "{}"), err);
    CHECK_OK(pair_act(&pair.nodes[1], "agreement-list", "{}", span_text(""), &out, &err), err);
    pair_run(&pair, 3 * 60 * 1000);
    pair_settle(&pair);
}

static bool step_run(struct journal *journal, void *context, struct error *error)
{
    return desk_retention_step(journal, context, error);
}

/* A whole pass, as the background makes it; how many access entries went. */
static size_t pass(void)
{
    struct desk_retention_pass state = {.line = 0};

    for (int i = 0; !state.is_over && i < 1000; i++)
        if (!hostile_run(ro(), step_run, &state, &err))
            printf("%s\n", err.text);
    CHECK(state.is_over);
    pair_settle(&pair);
    return state.acts_erased;
}

/* Acts of this officer whose bodies are here. */
struct counted {
    const char *officer;
    size_t held;
};

static bool count_run(struct journal *journal, void *context, struct error *error)
{
    static struct problems problems;
    struct counted *counted = context;
    struct prune_row rows[PRUNE_STEP];
    size_t count = PRUNE_STEP;

    counted->held = 0;
    for (int64_t at = 0; count == PRUNE_STEP; at += PRUNE_STEP) {
        if (!prune_list(journal->db, journal->domestic.id, at, rows, PRUNE_STEP, &count, error))
            return false;
        for (size_t i = 0; i < count; i++) {
            struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
            struct entry_row row;
            struct span body;
            struct act act;
            if (rows[i].type != MESSAGE_ACT || rows[i].body_state != BODY_HELD)
                continue;
            if (!entry_find(journal->db, &arena, rows[i].id, &row, error) ||
                !journal_body(journal, &row, &arena, &body, error) ||
                !act_read(body, &arena, &act, &problems))
                return false;
            counted->held += span_is(act.officer, counted->officer);
        }
    }
    return true;
}

static size_t held_of(const char *officer)
{
    struct counted counted = {.officer = officer};

    CHECK(pair_work(ro(), count_run, &counted, &err));
    return counted.held;
}

static void work(const char *officer, int count)
{
    for (int i = 0; i < count; i++)
        CHECK_OK(act_of(officer, "agreement-list", "{}"), err);
}

/* A day as the acts take it. */
static const char *day_in(int days)
{
    static char texts[4][TIME_TEXT_SIZE];
    static size_t at;
    char *text = texts[at++ % 4];

    time_write(pair_clock_ms() + days * DAY_MS, text);
    text[10] = '\0';
    return text;
}

static bool hold(const char *officer, const char *fields, int days)
{
    char arguments[400];

    snprintf(arguments, sizeof arguments, "{%s,\"until\":\"%s\"}", fields, day_in(days));
    return act_of(officer, "acts-hold", arguments);
}

/* --- what stays, and until when --- */

//= dir-2016-680 art 16(3)
//= dir-2016-680 art 25(3)
CHECK_TEST(what_a_hold_names_stays_beyond_its_time_and_the_rest_goes)
{
    CHECK_OR_RETURN(begin());
    work("bob", 3);
    work("carl", 4);
    time_pass(1000); /* their time is 1096 days by the sample agreement */
    CHECK_OK(hold("dora", "\"about_officer\":\"bob\"", 300), err);
    CHECK(said("\"hold\":1,\"about_officer\":\"bob\",\"ordered_by\":\"dora\",\"role\":\"dpo\""));
    CHECK(said("\"is_over\":false,\"keeps\":0"));
    time_pass(100);
    CHECK(pass() >= 4);
    CHECK_INT(held_of("carl"), 0);
    CHECK_INT(held_of("bob"), 3);
    CHECK_OK(act_of("emil", "acts-holds", "{}"), err);
    CHECK(said("\"reason\":\"test\"") && said("\"keeps\":3"));
    CHECK_OK(act_of("emil", "retention-status", "{}"), err);
    CHECK(said("\"on_hold\":3,\"due\":false}"));
    CHECK_INT(pass(), 0); /* it stays so */
    CHECK(pair_reopen(ro()));
    CHECK_INT(held_of("bob"), 3);
    /* Its day comes: what it kept goes, and the hold with it. */
    time_pass(199);
    pass();
    CHECK_INT(held_of("bob"), 3);
    time_pass(2);
    CHECK(pass() >= 3);
    CHECK_INT(held_of("bob"), 0);
    CHECK_OK(act_of("emil", "acts-holds", "{}"), err);
    CHECK(said("\"list\":[]"));
    CHECK_OK(act_of("emil", "retention-status", "{}"), err);
    CHECK(said("\"on_hold\":0,"));
    CHECK_INT(ro()->journal.domestic.read_only[0], 0);
    pair_free(&pair);
}

CHECK_TEST(a_release_ends_a_hold_and_another_one_goes_on)
{
    CHECK_OR_RETURN(begin());
    work("bob", 3);
    work("carl", 2);
    time_pass(1000);
    CHECK_OK(hold("dora", "\"about_officer\":\"bob\"", 300), err);
    CHECK_OK(hold("vera", "\"about_officer\":\"bob\"", 300), err);
    CHECK_OK(hold("dora", "\"about_officer\":\"carl\"", 300), err);
    time_pass(100);
    pass();
    CHECK_INT(held_of("bob") + held_of("carl"), 5);
    /* The authority's is the newest of bob's and kept them; the other one takes them over. */
    CHECK_OK(act_of("vera", "acts-release", "{\"hold\":2}"), err);
    CHECK(said("\"is_over\":true"));
    CHECK_OK(act_of("dora", "acts-release", "{\"hold\":3}"), err);
    CHECK(pass() >= 2);
    CHECK_INT(held_of("carl"), 0);
    CHECK_INT(held_of("bob"), 3);
    CHECK_OK(act_of("emil", "acts-holds", "{}"), err);
    CHECK(said("\"hold\":1,") && said("\"keeps\":3") && !says("\"hold\":2,"));
    CHECK_OK(act_of("dora", "acts-release", "{\"hold\":1}"), err);
    CHECK(!act_of("dora", "acts-release", "{\"hold\":1}")); /* before the pass */
    CHECK_INT(err.kind, ERROR_CONFLICT);
    pass();
    CHECK_INT(held_of("bob"), 0);
    CHECK(!act_of("dora", "acts-release", "{\"hold\":1}"));
    CHECK_INT(err.kind, ERROR_MISSING);
    pair_free(&pair);
}

CHECK_TEST(a_clock_that_leaps_ends_no_hold)
{
    CHECK_OR_RETURN(begin());
    work("bob", 3);
    time_pass(1000);
    CHECK_OK(hold("dora", "\"about_officer\":\"bob\"", 300), err);
    time_pass(100);
    pass();
    CHECK_INT(held_of("bob"), 3);
    pair.is_cut = true; /* nobody confirms the time */
    pair_wait(400 * DAY_MS);
    pass();
    CHECK_INT(held_of("bob"), 3);
    pair_free(&pair);
}

/* More entries than one step goes through, of two holds that end in one pass. */
CHECK_TEST(many_entries_are_kept_and_go_in_steps)
{
    CHECK_OR_RETURN(begin());
    work("bob", 300);
    work("carl", 300);
    time_pass(1000);
    CHECK_OK(hold("dora", "\"about_officer\":\"bob\"", 300), err);
    CHECK_OK(hold("dora", "\"about_officer\":\"carl\"", 299), err);
    time_pass(100);
    pass();
    CHECK_INT(held_of("bob") + held_of("carl"), 600);
    time_pass(202);
    CHECK(pass() >= 600);
    CHECK_INT(held_of("bob") + held_of("carl"), 0);
    pair_free(&pair);
}

/* --- who orders what --- */

CHECK_TEST(only_those_who_look_over_order_a_hold_and_the_authority_alone_ends_its_own)
{
    CHECK_OR_RETURN(begin());
    CHECK(!hold("ana", "\"about_officer\":\"bob\"", 30));
    CHECK_INT(err.kind, ERROR_RULE);
    CHECK(
        !hold("emil", "\"about_officer\":\"bob\"", 30)); /* an auditor looks, and orders nothing */
    CHECK_INT(err.kind, ERROR_RULE);
    CHECK_OK(hold("vera", "\"about_case\":\"c-1\"", 30), err);
    CHECK(!act_of("dora", "acts-release", "{\"hold\":1}"));
    CHECK_INT(err.kind, ERROR_RULE);
    CHECK(strstr(err.text, "supervisory authority") != NULL);
    CHECK(!act_of("ana", "acts-release", "{\"hold\":1}"));
    CHECK(!act_of("bob", "acts-holds", "{}"));
    CHECK_OK(act_of("vera", "acts-release", "{\"hold\":1}"), err);
    pair_free(&pair);
}

static void refused(const char *fields, int days, const char *word)
{
    CHECK(!hold("dora", fields, days));
    CHECK_INT(err.kind, ERROR_INPUT);
    if (strstr(err.text, word) == NULL)
        printf("%s\n", err.text);
    CHECK(strstr(err.text, word) != NULL);
}

CHECK_TEST(a_hold_names_something_and_ends_within_a_year)
{
    CHECK_OR_RETURN(begin());
    refused("\"from\":\"2020-01-01\"", 30, "name an officer");
    refused("\"to\":\"2020-01-01\"", 30, "name an officer");
    refused("\"from\":\"2020-01-02\",\"to\":\"2020-01-01\"", 30, "from");
    refused("\"from\":\"yesterday\"", 30, "from");
    refused("\"about_item\":\"it\"", 30, "about_item");
    refused("\"about_officer\":\"Bob!\"", 30, "about_officer");
    refused("\"about_officer\":\"bob\"", 368, "until");
    refused("\"about_officer\":\"bob\"", -1, "until");
    CHECK(!act_of("dora", "acts-hold", "{\"about_officer\":\"bob\"}"));
    CHECK_OK(hold("dora", "\"from\":\"2020-01-01\",\"to\":\"2020-01-01\"", 30), err);
    CHECK(said("\"from\":\"2020-01-01T00:00:00.000Z\",\"before\":\"2020-01-02T00:00:00.000Z\""));
    CHECK_OK(hold("dora", "\"about_item\":\"" ITEM "\"", 30), err);
    pair_free(&pair);
}

CHECK_TEST(so_many_holds_stand_at_a_time_and_are_listed_by_pages)
{
    CHECK_OR_RETURN(begin());
    for (unsigned i = 0; i < ACT_HOLD_COUNT_MAX; i++)
        CHECK_OK(hold("dora", "\"about_officer\":\"bob\"", 30), err);
    CHECK(!hold("dora", "\"about_officer\":\"bob\"", 30));
    CHECK_INT(err.kind, ERROR_LIMIT);
    CHECK_OK(act_of("emil", "acts-holds", "{\"limit\":2}"), err);
    CHECK(said("\"hold\":64,") && said("\"hold\":63,") && said("\"next\":"));
    CHECK_OK(act_of("emil", "acts-holds", "{\"limit\":2,\"after\":\"63\"}"), err);
    CHECK(said("\"hold\":62,") && said("\"hold\":61,"));
    CHECK_OK(act_of("dora", "acts-release", "{\"hold\":1}"), err);
    CHECK_OK(hold("dora", "\"about_officer\":\"bob\"", 30), err);
    pair_free(&pair);
}

int main(void)
{
    out = buffer_make(1u << 20);
    CHECK_RUN(what_a_hold_names_stays_beyond_its_time_and_the_rest_goes);
    CHECK_RUN(a_release_ends_a_hold_and_another_one_goes_on);
    CHECK_RUN(a_clock_that_leaps_ends_no_hold);
    CHECK_RUN(many_entries_are_kept_and_go_in_steps);
    CHECK_RUN(only_those_who_look_over_order_a_hold_and_the_authority_alone_ends_its_own);
    CHECK_RUN(a_hold_names_something_and_ends_within_a_year);
    CHECK_RUN(so_many_holds_stand_at_a_time_and_are_listed_by_pages);
    buffer_free(&out);
    return check_end();
}
