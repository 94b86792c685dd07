/*
 * Retention under the agreement: a stricter version counts for what is held, a looser one does not; the end of an agreement
 * stops sending and, where it says so, erases all that is held on both nodes; an item's day is the earliest that binds it.
 */
#include "check.h"
#include "desk/retention.h"
#include "journal/private.h"
#include "journal/support/amend.h"
#include "journal/support/hostile.h"
#include "message/support/samples.h"
#include "base/text.h"

#define DAY_MS SAMPLE_DAY_MS

static struct pair pair;
static struct buffer out;
static struct error err;

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

/* The samples have dates: each test begins on the same day. */
static bool begin(void)
{
    static int64_t first_ms;

    err = (struct error){0};
    if (first_ms == 0)
        first_ms = pair_clock_ms();
    pair_wait(first_ms - pair_clock_ms());
    bool ok = pair_make(&pair);
    pair_settle(&pair);
    return ok;
}

static bool act(size_t side, const char *name, const char *arguments, struct span body)
{
    error_clear(&err);
    return pair_act(&pair.nodes[side], name, arguments, body, &out, &err);
}

static void time_pass(int days)
{
    pair_wait(days * DAY_MS);
    CHECK_OK(act(0, "agreement-list", "{}", span_text("")) &&
                 act(1, "agreement-list", "{}", span_text("")),
             err);
    pair_run(&pair, 3 * 60 * 1000);
    pair_settle(&pair);
}

static bool step_run(struct journal *journal, void *context, struct error *error)
{
    return desk_retention_step(journal, context, error);
}

static int64_t pass(size_t side)
{
    struct desk_retention_pass state = {.line = 0};

    while (!state.is_over)
        if (!hostile_run(&pair.nodes[side], step_run, &state, &err)) {
            printf("%s\n", err.text);
            return -1;
        }
    return (int64_t)state.erased;
}

/* A request of `side`, answered by the other; the entry ids on node `at`. */
struct asked {
    char request[UUID_TEXT_SIZE];
    char answer[UUID_TEXT_SIZE];
};

static bool ask(size_t side, unsigned number, struct asked *asked)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct answer sample = sample_answer();
    char arguments[96];

    error_clear(&err);
    if (!pair_request(&pair.nodes[side], number, asked->request, &err))
        return false;
    pair_settle(&pair);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", asked->request);
    if (!answer_write(&sample, &body) ||
        !act(1 - side, "answer-send", arguments, buffer_span(&body)))
        return false;
    snprintf(asked->answer, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)out.data + 9);
    pair_settle(&pair);
    return true;
}

static bool row_of(size_t at, const char *item, struct arena *arena, struct entry_row *row)
{
    uint8_t id[UUID_SIZE];
    struct span span = span_make(id, sizeof id);
    struct error ignored = {0};

    return uuid_read(span_text(item), id) &&
           (entry_find_message(pair.nodes[at].db, arena, line(at)->in.id, span, row, &ignored) ||
            entry_find_message(pair.nodes[at].db, arena, line(at)->out.id, span, row, &ignored));
}

static enum body_state state_of(size_t at, const char *item)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row = {.body_state = BODY_NONE};
    return row_of(at, item, &arena, &row) ? row.body_state : BODY_NONE;
}

/* How long until an item's first day, in days from now. */
static int64_t days_left(size_t at, const char *item)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;
    int64_t due_ms = 0;

    if (!row_of(at, item, &arena, &row) ||
        !journal_retention_due(&pair.nodes[at].journal, line(at), row.id, &due_ms, &err))
        return -1;
    return due_ms == RETENTION_OPEN ? -1 : (due_ms - pair_clock_ms() + DAY_MS / 2) / DAY_MS;
}

static void amend(amend_change *change)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(16);

    CHECK_OK(amend_propose(&pair.nodes[0], change, &once, &err), err);
    pair_settle(&pair);
    CHECK_OK(amend_accept(&pair.nodes[1], buffer_span(&once), &err), err);
    pair_settle(&pair);
}

static void requests_of_30_days(struct agreement *agreement)
{
    agreement->retention_other.request_days = 30;
}

static void requests_of_250_days(struct agreement *agreement)
{
    agreement->retention_other.request_days = 250;
}

//= dir-2016-680 art 5
CHECK_TEST(a_stricter_version_counts_for_what_is_held_and_a_looser_one_does_not)
{
    struct asked first, second;

    CHECK_OR_RETURN(begin());
    CHECK_OK(ask(0, 1, &first), err);
    for (size_t at = 0; at < 2; at++)
        CHECK_INT(days_left(at, first.request), 183);
    amend(requests_of_250_days);
    CHECK_INT(line(1)->agreement.version, 2);
    CHECK_OK(ask(0, 2, &second), err);
    for (size_t at = 0; at < 2; at++) {
        CHECK_INT(days_left(at, first.request), 183); /* it keeps its version */
        CHECK_INT(days_left(at, second.request), 250);
    }
    amend(requests_of_30_days);
    for (size_t at = 0; at < 2; at++) {
        CHECK_INT(days_left(at, first.request), 30);
        CHECK_INT(days_left(at, second.request), 30);
    }
    CHECK_INT(pass(0) + pass(1), 0);
    time_pass(31);
    CHECK_INT(pass(0), 2);
    CHECK_INT(pass(1), 2);
    for (size_t at = 0; at < 2; at++) {
        CHECK_INT(state_of(at, first.request), BODY_ERASED);
        CHECK_INT(state_of(at, second.request), BODY_ERASED);
        CHECK_INT(state_of(at, first.answer), BODY_HELD);
    }
    pair_free(&pair);
}

static void ends_erased(struct agreement *agreement)
{
    agreement->has_termination = true;
    agreement->termination = (struct agreement_termination){
        .notice_days = 5, .held = TERMINATION_ERASED, .erase_days = 10};
}

static void ends_kept(struct agreement *agreement)
{
    ends_erased(agreement);
    agreement->termination.held = TERMINATION_KEPT;
}

static void terminate_in(int days)
{
    char arguments[64], day[TIME_TEXT_SIZE];

    time_write(pair_clock_ms() + days * DAY_MS, day);
    day[10] = 0;
    snprintf(arguments, sizeof arguments, "{\"ends\":\"%s\"}", day);
    CHECK_OK(act(0, "agreement-terminate", arguments, span_text("")), err);
    pair_settle(&pair);
}

static bool sending_is_refused(void)
{
    char item[UUID_TEXT_SIZE];
    bool is_refused = true;

    for (size_t side = 0; side < 2; side++) {
        error_clear(&err);
        is_refused = is_refused && !pair_request(&pair.nodes[side], 900, item, &err) &&
                     err.kind == ERROR_RULE && strstr(err.text, "clause 1.5") != NULL;
    }
    return is_refused;
}

CHECK_TEST(the_end_of_an_agreement_erases_all_on_both_nodes_where_it_says_so)
{
    struct asked asked;
    char open[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(begin());
    amend(ends_erased);
    CHECK_OK(ask(0, 1, &asked), err);
    CHECK_OK(pair_request(&pair.nodes[1], 2, open, &err), err); /* nobody answers it */
    pair_settle(&pair);
    terminate_in(7);
    CHECK(days_left(1, asked.answer) >= 16 && days_left(1, asked.answer) <= 17);
    CHECK(days_left(1, asked.answer) == days_left(0, asked.answer));
    time_pass(8);
    CHECK(sending_is_refused());
    CHECK_INT(pass(0) + pass(1), 0);
    time_pass(10);
    for (size_t at = 0; at < 2; at++) {
        CHECK(pass(at) > 0);
        CHECK_INT(state_of(at, asked.request), BODY_ERASED);
        CHECK_INT(state_of(at, asked.answer), BODY_ERASED);
        CHECK_INT(state_of(at, open), BODY_ERASED);
    }
    /* The books go on: each heard what the other erased. */
    pair_settle(&pair);
    for (size_t at = 0; at < 2; at++) {
        CHECK_INT((int64_t)(line(at)->out.size - line(at)->cosigned), 0);
        CHECK_INT((int64_t)(line(at)->in.size - line(at)->handled), 0);
        CHECK_INT(pass(at), 0);
    }
    pair_free(&pair);
}

CHECK_TEST(the_end_of_an_agreement_keeps_what_is_held_until_its_time_otherwise)
{
    struct asked asked;

    CHECK_OR_RETURN(begin());
    amend(ends_kept);
    CHECK_OK(ask(1, 1, &asked), err);
    terminate_in(6);
    CHECK_INT(journal_retention_end_ms(line(0)), 0);
    time_pass(60);
    CHECK(sending_is_refused());
    CHECK_INT(pass(0) + pass(1), 0);
    for (size_t at = 0; at < 2; at++)
        CHECK_INT(state_of(at, asked.request), BODY_HELD);
    time_pass(125);
    for (size_t at = 0; at < 2; at++) {
        CHECK_INT(pass(at), 1);
        CHECK_INT(state_of(at, asked.request), BODY_ERASED);
        CHECK_INT(state_of(at, asked.answer), BODY_HELD);
    }
    pair_free(&pair);
}

/* What was refused stands in custody too, and has its time. */
CHECK_TEST(what_was_refused_has_its_time_too)
{
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(begin());
    CHECK_OK(act(0, "agreement-suspend", "{}", span_text("")), err);
    CHECK_OK(pair_request(&pair.nodes[1], 1, item, &err), err);
    pair_settle(&pair);
    CHECK_OK(act(0, "agreement-resume", "{}", span_text("")), err);
    pair_settle(&pair);
    if (state_of(0, item) == BODY_HELD)
        CHECK(days_left(0, item) > 180);
    time_pass(200);
    pass(0);
    CHECK(state_of(0, item) != BODY_HELD);
    pair_free(&pair);
}

int main(void)
{
    out = buffer_make(1 << 20);
    CHECK_RUN(a_stricter_version_counts_for_what_is_held_and_a_looser_one_does_not);
    CHECK_RUN(the_end_of_an_agreement_erases_all_on_both_nodes_where_it_says_so);
    CHECK_RUN(the_end_of_an_agreement_keeps_what_is_held_until_its_time_otherwise);
    CHECK_RUN(what_was_refused_has_its_time_too);
    buffer_free(&out);
    return check_end();
}
