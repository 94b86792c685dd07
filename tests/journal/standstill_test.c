/*
 * A log that stands still until its institutions signed its end, on two real nodes. The partner goes on meanwhile: what it
 * receipted comes back, what came of its entries and what was said about the agreement waits for the successor.
 * covers: number deliver contact handle governance
 */
#include "check.h"
#include "journal/support/pair.h"

#include "store/derived_rows.h"

#include <stdio.h>

static struct pair pair;

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

/* --- the end of ro's log, step by step --- */

struct ending {
    enum succession_reason reason;
    struct succession_document document;
    struct span cms;
};

static bool prepare_run(struct journal *journal, void *context, struct error *err)
{
    struct ending *ending = context;
    return journal_succession_prepare(journal, span_text(journal->lines[0].out.origin),
                                      ending->reason, NULL, &ending->document, err);
}

static bool allow_run(struct journal *journal, void *context, struct error *err)
{
    const struct ending *ending = context;
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct succession_document document;
    return journal_succession_allow(journal, ending->cms, &arena, &document, err);
}

static bool succeed_run(struct journal *journal, void *context, struct error *err)
{
    const struct ending *ending = context;
    return journal_succeed(journal, ending->cms, err);
}

static bool allow(struct ending *ending, struct buffer *cms, struct error *err)
{
    if (!pair_work(&pair.nodes[0], prepare_run, ending, err) ||
        !pair_sign_succession(&pair, 0, 1, &ending->document, cms, err))
        return false;
    ending->cms = buffer_span(cms);
    return pair_work(&pair.nodes[1], allow_run, ending, err);
}

static bool take_in(struct ending *ending, struct buffer *cms, struct error *err)
{
    if (!pair_sign_succession(&pair, 0, 2, &ending->document, cms, err))
        return false;
    ending->cms = buffer_span(cms);
    return pair_work(&pair.nodes[0], succeed_run, ending, err);
}

static void log_ends(enum succession_reason reason)
{
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct ending ending = {.reason = reason};
    struct error err = {0};

    CHECK_OK(allow(&ending, &cms, &err), err);
    CHECK_OK(take_in(&ending, &cms, &err), err);
    pair_settle(&pair);
}

static bool is_level(void)
{
    for (size_t side = 0; side < 2; side++)
        if (line(side)->out.size != line(side)->cosigned ||
            line(side)->out.size != line(1 - side)->in.size ||
            line(side)->handled != line(side)->in.size || line(side)->has_waiting ||
            line(side)->out.read_only[0] != '\0' || line(side)->in.read_only[0] != '\0') {
            printf("side %zu: %d entries, %d receipted, %d there, stands: %s%s\n", side,
                   (int)line(side)->out.size, (int)line(side)->cosigned,
                   (int)line(1 - side)->in.size, line(side)->out.read_only,
                   line(side)->in.read_only);
            return false;
        }
    return true;
}

static bool act(size_t side, const char *name, const char *item, struct error *err)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    char arguments[100] = "{}";

    if (item != NULL)
        snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    return pair_act(&pair.nodes[side], name, arguments, span_text(""), &out, err);
}

/* Numbers and signs what waits, without the partner. */
static void seal_alone(void)
{
    line(0)->is_reachable = true;
    for (int i = 0; i < 20; i++)
        journal_pump(&pair.nodes[0].journal);
    line(0)->is_reachable = false;
}

CHECK_TEST(a_planned_end_waits_for_what_explains_a_body_that_left)
{
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct ending ending = {.reason = SUCCESSION_YEARLY_CLOSING};
    struct error err = {0};
    char item[UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    pair.is_cut = true;
    CHECK_OK(pair_request(&pair.nodes[0], 1, item, &err), err);
    seal_alone();
    CHECK_OK(act(0, "item-withdraw", item, &err), err);
    CHECK(line(0)->owes_withdrawn);
    CHECK_OK(allow(&ending, &cms, &err), err);
    CHECK(!take_in(&ending, &cms, &err));
    CHECK_ERROR(err, ERROR_BUSY, "ask again in a moment");
    pair.is_cut = false;
    line(0)->is_reachable = true;
    pair_run(&pair, 30000); /* within the pause */
    error_clear(&err);
    CHECK_OK(take_in(&ending, &cms, &err), err);
    pair_settle(&pair);
    CHECK(is_level());
    pair_free(&pair);
}

CHECK_TEST(receipts_come_to_a_log_that_stands_still_and_owes_an_explanation)
{
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct ending ending = {.reason = SUCCESSION_RESTORED};
    struct error err = {0};
    char items[2][UUID_TEXT_SIZE];

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    /* The partner has it in custody, and its receipt is lost; meanwhile it is withdrawn. */
    pair.withholds = true;
    CHECK_OK(pair_request(&pair.nodes[0], 1, items[0], &err), err);
    pair_settle(&pair);
    CHECK(line(1)->in.size > line(0)->cosigned);
    pair.is_cut = true;
    line(0)->is_reachable = false;
    CHECK_OK(pair_request(&pair.nodes[0], 2, items[1], &err), err);
    seal_alone();
    CHECK_OK(act(0, "item-withdraw", items[1], &err), err);
    CHECK_OK(act(0, "item-withdraw", items[0], &err), err);
    CHECK(!allow(&ending, &cms, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "it must fetch what we hold");
    pair.withholds = false;
    pair.is_cut = false;
    pair_run(&pair, 120000);
    CHECK_INT(line(0)->cosigned, line(1)->in.size);
    error_clear(&err);
    CHECK_OK(allow(&ending, &cms, &err), err);
    CHECK_OK(take_in(&ending, &cms, &err), err);
    /* What explains the first of them stands in another log than the entry itself. */
    CHECK(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK(!pair.nodes[0].journal.is_dead);
    CHECK(is_level());
    pair_free(&pair);
}

CHECK_TEST(what_came_of_entries_is_told_by_the_successor)
{
    struct ending ending = {.reason = SUCCESSION_RESTORED};
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct error err = {0};
    struct request_row request;
    struct result_row result;
    struct entry_row row;
    char item[UUID_TEXT_SIZE];
    uint8_t id[UUID_SIZE];

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    CHECK_OK(pair_work(&pair.nodes[0], prepare_run, &ending, &err), err);
    CHECK_OK(pair_request(&pair.nodes[1], 1, item, &err), err);
    pair_settle(&pair);
    CHECK(uuid_read(span_text(item), id));
    /* Its desk sees it at once. */
    CHECK_OK(
        request_find_message(pair.nodes[0].db, &arena, span_make(id, UUID_SIZE), &request, &err),
        err);
    CHECK_OK(entry_find_message(pair.nodes[1].db, &arena, line(1)->out.id, span_make(id, UUID_SIZE),
                                &row, &err),
             err);
    CHECK(!result_find(pair.nodes[1].db, &arena, row.id, &result, &err));
    error_clear(&err);
    log_ends(SUCCESSION_RESTORED);
    CHECK_OK(result_find(pair.nodes[1].db, &arena, row.id, &result, &err), err);
    CHECK_INT(result.outcome, OUTCOME_ACCEPTED);
    CHECK(is_level());
    pair_free(&pair);
}

CHECK_TEST(a_suspension_and_its_end_are_told_by_the_successor)
{
    struct ending ending = {.reason = SUCCESSION_RESTORED};
    struct error err = {0};

    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    CHECK_OK(act(0, "agreement-suspend", NULL, &err), err);
    pair_settle(&pair);
    CHECK(line(1)->is_suspended_by_partner);
    CHECK_OK(pair_work(&pair.nodes[0], prepare_run, &ending, &err), err);
    CHECK_OK(act(0, "agreement-resume", NULL, &err), err);
    pair_settle(&pair);
    log_ends(SUCCESSION_RESTORED);
    CHECK(!line(1)->is_suspended_by_partner);
    CHECK_OK(pair_work(&pair.nodes[0], prepare_run, &ending, &err), err);
    CHECK_OK(act(0, "agreement-suspend", NULL, &err), err);
    CHECK(line(0)->is_suspended);
    pair_settle(&pair);
    log_ends(SUCCESSION_RESTORED);
    CHECK(line(1)->is_suspended_by_partner);
    CHECK(is_level());
    pair_free(&pair);
}

int main(void)
{
    CHECK_RUN(a_planned_end_waits_for_what_explains_a_body_that_left);
    CHECK_RUN(receipts_come_to_a_log_that_stands_still_and_owes_an_explanation);
    CHECK_RUN(what_came_of_entries_is_told_by_the_successor);
    CHECK_RUN(a_suspension_and_its_end_are_told_by_the_successor);
    return check_end();
}
