/* Which access entries a hold names, and what is done with one that nobody can read: see journal/act_hold.h. */
#include "check.h"
#include "journal/act_hold.h"
#include "journal/private.h"
#include "journal/support/pair.h"

#define ITEM "01890a5d-ac96-774b-bcce-b302099a8057"

static struct pair pair;
static struct buffer out;
static struct error err;

static struct pair_node *ro(void)
{
    return &pair.nodes[0];
}

/* --- what a hold names --- */

static struct act_hold_row row_of(void)
{
    return (struct act_hold_row){.id = 1, .from_ms = 100, .to_ms = 200};
}

CHECK_TEST(all_that_a_hold_names_counts_together)
{
    const struct span objects[] = {span_text("ro/ro-al/to/al/0 " ITEM " part 2"),
                                   span_text("approved-by carl")};
    struct act act = {.officer = span_text("bob"),
                      .case_id = span_text("c-1"),
                      .objects = objects,
                      .object_count = 2};
    struct act_hold_row row = row_of();

    CHECK(act_hold_names(&row, &act, 100) && act_hold_names(&row, &act, 199));
    CHECK(!act_hold_names(&row, &act, 99) && !act_hold_names(&row, &act, 200));
    row.about_officer = span_text("bob");
    CHECK(act_hold_names(&row, &act, 100));
    row.about_officer = span_text("carl"); /* approved it */
    CHECK(act_hold_names(&row, &act, 100));
    row.about_officer = span_text("car");
    CHECK(!act_hold_names(&row, &act, 100));
    row.about_officer = span_text("approved-by carl");
    CHECK(!act_hold_names(&row, &act, 100));
    row = row_of();
    row.about_item = span_text(ITEM);
    CHECK(act_hold_names(&row, &act, 100));
    row.about_case = span_text("c-1");
    CHECK(act_hold_names(&row, &act, 100));
    row.about_case = span_text("c-2");
    CHECK(!act_hold_names(&row, &act, 100));
    row = row_of();
    row.about_item = span_text("01890a5d-ac96-774b-bcce-b302099a8058");
    CHECK(!act_hold_names(&row, &act, 100));
    /* Fifty objects and more stand as a digest: nobody can say that this one is not among them. */
    act.has_objects_digest = true;
    act.object_count = 0;
    CHECK(act_hold_names(&row, &act, 100));
}

/* Over all times, and an officer who did nothing. */
static bool hold_run(struct journal *journal, void *context, struct error *error)
{
    struct act_hold_row row = {.id = 1,
                               .about_officer = span_text("carl"),
                               .about_item = span_text(""),
                               .about_case = span_text(""),
                               .to_ms = INT64_C(1) << 53,
                               .officer = span_text("dora"),
                               .role = span_text("dpo"),
                               .case_number = span_text(""),
                               .reason = span_text("complaint 12"),
                               .until_ms = INT64_C(1) << 53};
    (void)context;

    return act_hold_insert(journal->db, &row, error);
}

struct asked {
    bool is_damaged; /* the body does not open any more */
    int64_t hold;
};

/* The newest access entry, asked whether a hold over its time and another officer keeps it. */
static bool ask_run(struct journal *journal, void *context, struct error *error)
{
    struct asked *asked = context;
    struct act_holds holds CLEANUP(journal_act_holds_free) = {.count = 0};
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;

    if (!journal_act_holds_load(journal, pair_clock_ms(), &holds, error))
        return false;
    for (uint64_t at = journal->domestic.size; at > 0; at--) {
        arena_free(&arena);
        if (!entry_find_index(journal->db, &arena, journal->domestic.id, (int64_t)at - 1, &row,
                              error))
            return false;
        if (row.type == MESSAGE_ACT)
            break;
    }
    cache_forget(journal->cache, row.id);
    if (asked->is_damaged &&
        !database_run(journal->db, "update entries set salt = substr(body, 1, 32)", error))
        return false;
    return journal_act_hold_of(journal, &holds, row.id, row.created_ms, &asked->hold, error);
}

CHECK_TEST(an_entry_that_no_longer_reads_is_kept_by_what_names_its_time)
{
    struct asked asked = {.is_damaged = false};

    out = buffer_make(1u << 20);
    CHECK_OR_RETURN(pair_make(&pair));
    pair_settle(&pair);
    CHECK_OK(pair_work(ro(), hold_run, NULL, &err), err);
    CHECK_OK(pair_act_as(ro(), "ana", "agreement-list", "{}", &out, &err), err);
    pair_settle(&pair);
    CHECK_OK(pair_work(ro(), ask_run, &asked, &err), err);
    CHECK_INT(asked.hold, 0);
    asked.is_damaged = true;
    CHECK_OK(pair_work(ro(), ask_run, &asked, &err), err);
    CHECK_INT(asked.hold, 1);
    buffer_free(&out);
    pair_free(&pair);
}

int main(void)
{
    CHECK_RUN(all_that_a_hold_names_counts_together);
    CHECK_RUN(an_entry_that_no_longer_reads_is_kept_by_what_names_its_time);
    return check_end();
}
