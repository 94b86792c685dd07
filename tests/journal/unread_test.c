/*
 * What came in a type that this program does not know: nobody can say whom it is about, so it has the shortest time of its
 * agreement, is counted and named ahead, goes unread, and lets its thread go on; its sender hears both. An upgrade that
 * comes too late finds nothing to handle, and a rebuild says the same.
 */
#include "check.h"
#include "desk/retention.h"
#include "journal/private.h"
#include "journal/unread.h"
#include "journal/support/amend.h"
#include "journal/support/hostile.h"
#include "message/support/samples.h"
#include "store/derived_rows.h"
#include "store/held_rows.h"
#include "store/schema.h"

#define DAY_MS SAMPLE_DAY_MS

static struct pair pair;
static struct buffer out;
static struct error err;
static char asked[UUID_TEXT_SIZE]; /* Romania's request */
static uint64_t
    answer_at; /* in Albania's log: the answer that Romania cannot read; a notice follows */

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

static bool act(size_t side, const char *name, const char *arguments)
{
    error_clear(&err);
    if (pair_act(&pair.nodes[side], name, arguments, span_text(""), &out, &err))
        return true;
    printf("%s: %s\n", name, err.text);
    return false;
}

static bool has(const char *word)
{
    return memmem(out.data, out.size, word, strlen(word)) != NULL;
}

/* An answer and a notice of one thread, which Romania cannot read. */
static bool begin(unsigned number)
{
    static int64_t first_ms; /* the samples have dates: each test begins on the same day */
    char arguments[160];

    err = (struct error){0};
    if (first_ms == 0)
        first_ms = pair_clock_ms();
    pair_wait(first_ms - pair_clock_ms());
    if (!pair_make(&pair))
        return false;
    pair_settle(&pair);
    pair.nodes[0].hidden_types = UINT64_C(1) << MESSAGE_ANSWER;
    if (!pair_reopen(&pair.nodes[0]) || !pair_request(&pair.nodes[0], number, asked, &err))
        return false;
    pair_settle(&pair);
    answer_at = line(1)->out.size;
    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"grounds\":[\"a\"],\"reason_text\":\"not available\"}", asked);
    bool ok = act(1, "refuse-send", arguments);
    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"unit\":\"border-3\"}", asked);
    ok = ok && act(1, "assign", arguments);
    pair_settle(&pair);
    return ok;
}

static void time_pass(int days)
{
    pair_wait(days * DAY_MS);
    CHECK(act(0, "agreement-list", "{}") && act(1, "agreement-list", "{}"));
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
    pair_settle(&pair);
    return (int64_t)state.erased;
}

static int64_t days_left(struct unread *unread)
{
    if (!journal_unread(&pair.nodes[0].journal, line(0), unread, &err))
        return -1;
    return unread->count == 0 ? -1 : (unread->first_ms - pair_clock_ms() + DAY_MS / 2) / DAY_MS;
}

static int64_t held(void)
{
    int64_t count = -1;
    return held_count(pair.nodes[0].db, line(0)->in.id, &count, &err) ? count : -1;
}

static struct sequence_row verdict(uint64_t index, struct arena *arena)
{
    struct sequence_row row = {.n = 0};
    hostile_verdict(&pair.nodes[0], index, arena, &row);
    return row;
}

static struct entry_row entry(size_t side, uint64_t index, struct arena *arena)
{
    struct entry_row row = {.id = 0};
    int64_t log = side == 0 ? line(0)->in.id : line(1)->out.id;
    entry_find_index(pair.nodes[side].db, arena, log, (int64_t)index, &row, &err);
    return row;
}

static bool was_told(uint64_t index, enum outcome_kind outcome, const char *ground)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct entry_row row = entry(1, index, &arena);
    struct result_row result;

    return result_find(pair.nodes[1].db, &arena, row.id, &result, &err) &&
           result.outcome == (int64_t)outcome && span_is(result.ground, ground);
}

static bool digest_row(void *context, const char *table, struct span text)
{
    digest_add(context, span_text(table));
    digest_add(context, text);
    return true;
}

static void derived_digest(struct database *db, uint8_t digest_out[DIGEST_SIZE])
{
    struct digest *digest = digest_begin();
    CHECK_OK(schema_walk_derived(db, digest_row, digest, &err), err);
    digest_end(digest, digest_out);
}

static bool rebuild_run(struct journal *journal, void *context, struct error *error)
{
    (void)context;
    return journal_rebuild(journal, NULL, NULL, error);
}

static bool rebuild_equals_live(size_t side)
{
    uint8_t live[DIGEST_SIZE], rebuilt[DIGEST_SIZE];

    derived_digest(pair.nodes[side].db, live);
    if (!hostile_run(&pair.nodes[side], rebuild_run, NULL, &err))
        return false;
    derived_digest(pair.nodes[side].db, rebuilt);
    return digest_is_equal(live, rebuilt);
}

static void minors_of_40_days(struct agreement *agreement)
{
    agreement->retention_other.minor_days = 40;
}

static void amend(amend_change *change)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(16);

    CHECK_OK(amend_propose(&pair.nodes[0], change, &once, &err), err);
    pair_settle(&pair);
    CHECK_OK(amend_accept(&pair.nodes[1], buffer_span(&once), &err), err);
    pair_settle(&pair);
}

//= dir-2016-680 art 4(1)(e)
CHECK_TEST(what_nobody_could_read_goes_first_and_its_thread_goes_on)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct unread unread;

    CHECK_OR_RETURN(begin(1));
    CHECK_INT(held(), 2);
    CHECK_SPAN(verdict(answer_at, &arena).ground, "type");
    CHECK_SPAN(verdict(answer_at + 1, &arena).ground, "thread");
    CHECK_INT(days_left(&unread), 183);
    CHECK_INT(unread.count, 1);
    amend(minors_of_40_days);
    CHECK_INT(days_left(&unread), 40);
    CHECK(act(0, "held-list", "{}"));
    CHECK(has("\"erased_on\":"));
    CHECK(rebuild_equals_live(0));
    CHECK_INT(pass(0), 0);
    time_pass(39);
    CHECK_INT(pass(0), 0);
    CHECK_INT(held(), 2);
    time_pass(2);
    CHECK_INT(pass(0), 1);
    CHECK_INT(entry(0, answer_at, &arena).body_state, BODY_ERASED);
    CHECK_INT(entry(1, answer_at, &arena).body_state, BODY_HELD);
    CHECK_INT(days_left(&unread), -1);
    CHECK_INT(held(), 0);
    CHECK_SPAN(verdict(answer_at, &arena).ground, "not_permitted 5.3");
    CHECK_INT(verdict(answer_at + 1, &arena).outcome, OUTCOME_ACCEPTED);
    CHECK(was_told(answer_at, OUTCOME_REFUSED, "not_permitted 5.3"));
    CHECK(was_told(answer_at + 1, OUTCOME_ACCEPTED, ""));
    CHECK(rebuild_equals_live(0));
    CHECK(rebuild_equals_live(1));
}

CHECK_TEST(an_upgrade_that_comes_too_late_changes_nothing)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    int64_t before = verdict(answer_at, &arena).n;

    pair.nodes[0].hidden_types = 0;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK_INT(verdict(answer_at, &arena).n, before);
    CHECK(rebuild_equals_live(0));
    pair_free(&pair);
}

/* While the agreement is suspended nothing is released: the upgrade comes between the erasure and the release. */
CHECK_TEST(an_upgrade_between_erasure_and_release_finds_nothing_to_handle)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);

    CHECK_OR_RETURN(begin(2));
    CHECK(act(0, "agreement-suspend", "{}"));
    pair_settle(&pair);
    time_pass(185);
    CHECK(pass(0) > 0);
    CHECK_INT(entry(0, answer_at, &arena).body_state, BODY_ERASED);
    CHECK_INT(held(), 2);
    CHECK(rebuild_equals_live(0));
    pair.nodes[0].hidden_types = 0;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    CHECK(act(0, "agreement-resume", "{}"));
    pair_settle(&pair);
    CHECK_INT(held(), 0);
    CHECK_SPAN(verdict(answer_at, &arena).ground, "not_permitted 5.3");
    CHECK_INT(entry(0, answer_at, &arena).type, MESSAGE_ANSWER);
    CHECK(was_told(answer_at, OUTCOME_REFUSED, "not_permitted 5.3"));
    CHECK(rebuild_equals_live(0));
    pair_free(&pair);
}

CHECK_TEST(an_upgrade_in_time_reads_it_and_it_has_the_time_of_its_own_class)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct unread unread;

    CHECK_OR_RETURN(begin(3));
    amend(minors_of_40_days);
    time_pass(30);
    pair.nodes[0].hidden_types = 0;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK_INT(held(), 0);
    CHECK_INT(days_left(&unread), -1);
    time_pass(20);
    CHECK_INT(pass(0), 0);
    CHECK_INT(entry(0, answer_at, &arena).body_state, BODY_HELD);
    CHECK(was_told(answer_at, OUTCOME_ACCEPTED, ""));
    CHECK(rebuild_equals_live(0));
    pair_free(&pair);
}

/* One more request of Romania's, refused by Albania: another answer that cannot be read. */
static bool unread_more(unsigned number, int64_t *at)
{
    char item[UUID_TEXT_SIZE], arguments[160];

    if (!pair_request(&pair.nodes[0], number, item, &err))
        return false;
    pair_settle(&pair);
    *at = (int64_t)line(1)->out.size;
    snprintf(arguments, sizeof arguments,
             "{\"item\":\"%s\",\"grounds\":[\"a\"],\"reason_text\":\"not available\"}", item);
    bool ok = act(1, "refuse-send", arguments);
    pair_settle(&pair);
    return ok;
}

/* What cannot be read is the last class of a walk; a page that ends inside it is gone on with. */
CHECK_TEST(a_walk_page_by_page_meets_all_that_cannot_be_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct retention_walk walk = {.step = 0};
    int64_t at[3] = {0}, met = 0;

    CHECK_OR_RETURN(begin(4));
    at[0] = (int64_t)answer_at;
    CHECK_OR_RETURN(unread_more(5, &at[1]) && unread_more(6, &at[2]));
    time_pass(185);
    for (int page = 0; page < 200 && !walk.is_over; page++) {
        struct retention_item item;
        size_t count = 0;
        CHECK_OK(journal_retention_next(&pair.nodes[0].journal, line(0), pair_clock_ms(), &walk,
                                        &item, 1, &count, &err),
                 err);
        for (size_t i = 0; count > 0 && i < 3; i++)
            met += item.entry == entry(0, (uint64_t)at[i], &arena).id;
    }
    CHECK(walk.is_over);
    CHECK_INT(met, 3);
    pair_free(&pair);
}

int main(void)
{
    out = buffer_make(1 << 20);
    CHECK_RUN(what_nobody_could_read_goes_first_and_its_thread_goes_on);
    CHECK_RUN(an_upgrade_that_comes_too_late_changes_nothing);
    CHECK_RUN(an_upgrade_between_erasure_and_release_finds_nothing_to_handle);
    CHECK_RUN(an_upgrade_in_time_reads_it_and_it_has_the_time_of_its_own_class);
    CHECK_RUN(a_walk_page_by_page_meets_all_that_cannot_be_read);
    buffer_free(&out);
    return check_end();
}
