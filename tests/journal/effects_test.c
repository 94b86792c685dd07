/*
 * Effects of another version, counted in the books: none where nothing changes. More of them: tests/desk/trial_test.c.
 * covers: effects
 */
#include "check.h"
#include "journal/effects.h"
#include "journal/support/pair.h"

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
    pair_free(&pair);
}

int main(void)
{
    CHECK_RUN(the_same_rules_change_nothing);
    return check_end();
}
