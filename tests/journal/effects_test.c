/*
 * Effects of another version, counted in the books: none where nothing changes. More of them: tests/desk/trial_test.c.
 * covers: effects
 */
#include "check.h"
#include "journal/effects.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"

#include <stdio.h>

CHECK_TEST(the_same_rules_change_nothing)
{
    static struct pair pair;
    struct agreement_effects effects;
    char item[UUID_TEXT_SIZE];
    struct error err = {0};

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    for (unsigned i = 1; i <= 3; i++)
        CHECK_OK(pair_request(&pair.nodes[i % 2], i, item, &err), err);
    pair_settle(&pair);
    struct journal_line *line = &pair.nodes[0].journal.lines[0];
    CHECK_OK(journal_effects(&pair.nodes[0].journal, line, &line->agreement, &effects, &err), err);
    CHECK_INT(effects.held, 3);
    CHECK_INT(effects.sooner, 0);
    CHECK_INT(effects.overdue, 0);
    CHECK_INT(effects.waiting, 0);
    CHECK_INT(effects.open, 3);
    CHECK_INT(effects.less_time + effects.more_time, 0);
    CHECK_INT(effects.own, 1);
    CHECK_INT(effects.to_approve + effects.by_one, 0);
    pair_free(&pair);
}

/* Two requests of ours and one of theirs, of which the second of ours is answered. */
static bool three_requests(struct pair *pair)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1u << 20);
    struct answer answer = sample_answer();
    char items[3][UUID_TEXT_SIZE], arguments[96];
    struct error err = {0};

    if (!pair_make(pair))
        return false;
    pair_settle(pair);
    for (unsigned i = 0; i < 3; i++)
        if (!pair_request(&pair->nodes[i % 2], i + 1, items[i], &err))
            return false;
    pair_settle(pair);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", items[2]);
    bool ok = answer_write(&answer, &body) &&
              pair_act(&pair->nodes[1], "answer-send", arguments, buffer_span(&body), &out, &err);
    pair_settle(pair);
    return ok;
}

CHECK_TEST(open_requests_that_would_have_another_limit_are_counted)
{
    static struct pair pair;
    struct agreement_effects effects;
    struct error err = {0};

    CHECK_OR_RETURN(three_requests(&pair));
    struct journal_line *line = &pair.nodes[0].journal.lines[0];
    struct agreement next = line->agreement;
    struct agreement_deadlines *deadlines = &next.deadlines;
    deadlines->urgent_direct_hours--;
    deadlines->other_hours--;
    CHECK_OK(journal_effects(&pair.nodes[0].journal, line, &next, &effects, &err), err);
    CHECK_INT(effects.open, 2); /* what is answered owes nothing any more */
    CHECK_INT(effects.less_time, 2);
    CHECK_INT(effects.more_time, 0);
    deadlines->urgent_direct_hours += 2;
    deadlines->other_hours += 2;
    CHECK_OK(journal_effects(&pair.nodes[0].journal, line, &next, &effects, &err), err);
    CHECK_INT(effects.less_time, 0);
    CHECK_INT(effects.more_time, 2);
    pair_free(&pair);
}

CHECK_TEST(own_messages_that_would_need_a_second_officer_are_counted)
{
    static struct pair pair;
    struct agreement_effects effects;
    struct error err = {0};

    CHECK_OR_RETURN(three_requests(&pair));
    struct journal_line *line = &pair.nodes[0].journal.lines[0];
    struct agreement next = line->agreement;
    next.four_eyes |= UINT64_C(1) << FOUR_EYES_REQUEST;
    /* It begins later than what was sent: counted as if it had been in force. */
    next.valid_from_ms = pair_clock_ms() + SAMPLE_DAY_MS;
    CHECK_OK(journal_effects(&pair.nodes[0].journal, line, &next, &effects, &err), err);
    CHECK_INT(effects.own, 2);
    CHECK_INT(effects.to_approve, 2);
    CHECK_INT(effects.by_one, 0);
    /* And one that waits. */
    pair.is_cut = true;
    char item[UUID_TEXT_SIZE];
    CHECK_OK(pair_request(&pair.nodes[0], 7, item, &err), err);
    CHECK_OK(journal_effects(&pair.nodes[0].journal, line, &next, &effects, &err), err);
    CHECK_INT(effects.own, 3);
    CHECK_INT(effects.to_approve, 3);
    /* The other side's answer goes by one officer where none is asked for any more. */
    line = &pair.nodes[1].journal.lines[0];
    next = line->agreement;
    next.four_eyes = 0;
    CHECK_OK(journal_effects(&pair.nodes[1].journal, line, &next, &effects, &err), err);
    CHECK_INT(effects.own, 2);
    CHECK_INT(effects.by_one, 1);
    pair_free(&pair);
}

int main(void)
{
    CHECK_RUN(the_same_rules_change_nothing);
    CHECK_RUN(open_requests_that_would_have_another_limit_are_counted);
    CHECK_RUN(own_messages_that_would_need_a_second_officer_are_counted);
    return check_end();
}
