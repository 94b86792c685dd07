/*
 * Held entries and the number of apply: a node that does not know a message type holds it with its thread; opened by a
 * program that knows it, the entry is handled, in order, and its sender is told. Another number of apply builds the
 * derived tables anew, also when the first try is killed.
 */
#include "check.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "store/derived_rows.h"
#include "store/held_rows.h"
#include "store/schema.h"

#include <sys/wait.h>
#include <unistd.h>

static struct pair pair;
static char items[4][UUID_TEXT_SIZE]; /* requests of Romania */

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

static bool act(size_t side, const char *name, const char *item, const char *rest)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 16);
    struct error err = {0};
    char arguments[200];

    snprintf(arguments, sizeof arguments, item == NULL ? "{}" : "{\"item\":\"%s\"%s}", item, rest);
    if (pair_act(&pair.nodes[side], name, arguments, span_text(""), &out, &err))
        return true;
    printf("%s: %s\n", name, err.text);
    return false;
}

static bool refuse(const char *item)
{
    return act(1, "refuse-send", item, ",\"grounds\":[\"a\"],\"reason_text\":\"not available\"");
}

static int64_t held(size_t side)
{
    struct error err = {0};
    int64_t count = -1;
    return held_count(pair.nodes[side].db, line(side)->in.id, &count, &err) ? count : -1;
}

/* The newest journal row of index `index` of Albania's log at Romania. */
static struct sequence_row verdict(uint64_t index, struct arena *arena)
{
    struct sequence_row row = {.n = 0};
    if (!hostile_verdict(&pair.nodes[0], index, arena, &row))
        printf("index %" PRIu64 " was not handled\n", index);
    return row;
}

/* What Albania was told of it. */
static int64_t told(uint64_t index)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct entry_row entry;
    struct result_row result;
    struct error err = {0};

    return entry_find_index(pair.nodes[1].db, &arena, line(1)->out.id, (int64_t)index, &entry,
                            &err) &&
                   result_find(pair.nodes[1].db, &arena, entry.id, &result, &err)
               ? result.outcome
               : -1;
}

static bool digest_row(void *context, const char *table, struct span text)
{
    digest_add(context, span_text(table));
    digest_add(context, text);
    return true;
}

static void derived_digest(struct database *db, uint8_t out[DIGEST_SIZE])
{
    struct error err = {0};
    struct digest *digest = digest_begin();
    if (!schema_walk_derived(db, digest_row, digest, &err))
        printf("%s\n", err.text);
    digest_end(digest, out);
}

static bool rebuild_run(struct journal *journal, void *context, struct error *err)
{
    (void)context;
    return journal_rebuild(journal, NULL, NULL, err);
}

static bool rebuild_equals_live(size_t side)
{
    struct error err = {0};
    uint8_t live[DIGEST_SIZE];
    uint8_t rebuilt[DIGEST_SIZE];

    derived_digest(pair.nodes[side].db, live);
    if (!hostile_run(&pair.nodes[side], rebuild_run, NULL, &err)) {
        printf("%s\n", err.text);
        return false;
    }
    derived_digest(pair.nodes[side].db, rebuilt);
    return digest_is_equal(live, rebuilt);
}

static uint64_t answer_at; /* index of the first held answer; a notice of its thread follows */

CHECK_TEST(a_type_that_is_not_known_yet_holds_its_thread_and_no_other)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct error err = {0};

    for (unsigned i = 0; i < 4; i++)
        CHECK_OK(pair_request(&pair.nodes[0], 700 + i, items[i], &err), err);
    pair_settle(&pair);
    pair.nodes[0].hidden_types = UINT64_C(1) << MESSAGE_ANSWER;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    answer_at = line(1)->out.size;
    CHECK(refuse(items[0]));
    CHECK(act(1, "assign", items[0], ",\"unit\":\"border-3\""));
    CHECK(act(1, "assign", items[1], ",\"unit\":\"border-3\""));
    pair_settle(&pair);
    CHECK_SPAN(verdict(answer_at, &arena).ground, "type");
    CHECK_INT(verdict(answer_at + 1, &arena).outcome, OUTCOME_HELD);
    CHECK_SPAN(verdict(answer_at + 1, &arena).ground, "thread");
    CHECK_INT(verdict(answer_at + 2, &arena).outcome, OUTCOME_ACCEPTED);
    CHECK_INT(told(answer_at), OUTCOME_HELD);
    CHECK_INT(told(answer_at + 1), OUTCOME_HELD);
    CHECK_INT(held(0), 2);
    CHECK(rebuild_equals_live(0));
    CHECK_INT(held(0), 2);
}

CHECK_TEST(an_erasure_passes_even_there)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    uint64_t at = line(1)->out.size;

    CHECK(refuse(items[2]));
    pair_settle(&pair);
    CHECK_INT(verdict(at, &arena).outcome, OUTCOME_HELD);
    CHECK(act(1, "item-erase", items[2], ",\"erase_reason\":\"retention\""));
    uint64_t erased_at = line(1)->out.size;
    pair_settle(&pair);
    bool was_found = false;
    for (uint64_t i = at; i < line(1)->out.size; i++) {
        struct entry_row row;
        struct error err = {0};
        CHECK_OK(entry_find_index(pair.nodes[0].db, &arena, line(0)->in.id, (int64_t)i, &row, &err),
                 err);
        if (row.type == MESSAGE_ERASED) {
            was_found = true;
            CHECK_INT(verdict(i, &arena).outcome, OUTCOME_ACCEPTED);
        }
    }
    CHECK(was_found && erased_at > at);
}

CHECK_TEST(a_restart_without_the_upgrade_changes_nothing)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct sequence_row before = verdict(answer_at, &arena);

    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK_INT(verdict(answer_at, &arena).n, before.n);
    CHECK_INT(held(0), 3);
}

CHECK_TEST(while_suspended_what_is_held_stays_held)
{
    CHECK(act(0, "agreement-suspend", NULL, ""));
    pair.nodes[0].hidden_types = 0;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    pair_settle(&pair);
    CHECK_INT(held(0), 3);
}

CHECK_TEST(after_the_upgrade_it_is_handled_in_order_and_told)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct error err = {0};
    struct entry_row row;

    CHECK(act(0, "agreement-resume", NULL, ""));
    pair_settle(&pair);
    struct sequence_row answer = verdict(answer_at, &arena);
    struct sequence_row notice = verdict(answer_at + 1, &arena);
    CHECK_INT(answer.outcome, OUTCOME_ACCEPTED);
    CHECK_INT(notice.outcome, OUTCOME_ACCEPTED);
    CHECK(answer.n < notice.n);
    CHECK(answer.time_s > 0);
    CHECK_INT(told(answer_at), OUTCOME_ACCEPTED);
    CHECK_INT(told(answer_at + 1), OUTCOME_ACCEPTED);
    CHECK_INT(held(0), 0);
    CHECK_OK(
        entry_find_index(pair.nodes[0].db, &arena, line(0)->in.id, (int64_t)answer_at, &row, &err),
        err);
    CHECK_INT(row.type, MESSAGE_ANSWER);
    CHECK(!line(0)->is_releasing);
}

CHECK_TEST(the_order_by_seen_is_judged_at_the_old_place)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct error err = {0};
    char later[UUID_TEXT_SIZE];

    pair.nodes[0].hidden_types = UINT64_C(1) << MESSAGE_ANSWER;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    uint64_t at = line(1)->out.size;
    CHECK(refuse(items[3]));
    pair_settle(&pair);
    /* Business that saw more comes and is handled while the answer waits. */
    CHECK_OK(pair_request(&pair.nodes[0], 750, later, &err), err);
    pair_settle(&pair);
    CHECK(act(1, "assign", later, ",\"unit\":\"border-3\""));
    pair_settle(&pair);
    uint64_t seen = line(0)->last_seen;
    pair.nodes[0].hidden_types = 0;
    CHECK_OR_RETURN(pair_reopen(&pair.nodes[0]));
    CHECK_INT(line(0)->last_seen, seen);
    pair_settle(&pair);
    CHECK_INT(verdict(at, &arena).outcome, OUTCOME_ACCEPTED);
    CHECK_INT(line(0)->last_seen, seen);
}

CHECK_TEST(both_books_rebuild_to_what_they_are)
{
    CHECK(rebuild_equals_live(0));
    CHECK(rebuild_equals_live(1));
}

/* --- the number of apply --- */

static int64_t progress_total;
static unsigned progress_calls;

static void progress_count(void *context, int64_t done, int64_t total)
{
    (void)context;
    progress_calls += done > 0 && done <= total;
    progress_total = total;
}

static void progress_die(void *context, int64_t done, int64_t total)
{
    (void)context;
    (void)done;
    (void)total;
    _exit(7);
}

static bool derived_spoil(struct pair_node *node)
{
    struct error err = {0};
    return database_begin(node->db, DATABASE_FULL, &err) &&
           database_run(node->db, "delete from requests; delete from results", &err) &&
           database_commit(node->db, &err);
}

CHECK_TEST(another_number_of_apply_builds_the_tables_anew)
{
    struct pair_node *node = &pair.nodes[0];
    uint8_t live[DIGEST_SIZE];
    uint8_t now[DIGEST_SIZE];
    struct error err = {0};
    int64_t number = 0;

    derived_digest(node->db, live);
    CHECK(derived_spoil(node));
    node->rebuild_progress = progress_count;
    CHECK_OR_RETURN(pair_reopen(node));
    derived_digest(node->db, now);
    CHECK(!digest_is_equal(live, now)); /* the same number: nothing is built */
    CHECK_INT(progress_calls, 0);
    node->apply_number = JOURNAL_APPLY_NUMBER + 1;
    CHECK_OR_RETURN(pair_reopen(node));
    derived_digest(node->db, now);
    CHECK(digest_is_equal(live, now));
    CHECK(progress_calls > 0);
    CHECK_INT(progress_total, node->journal.next_sequence - 1);
    CHECK_OK(journal_apply_number(node->db, &number, &err), err);
    CHECK_INT(number, JOURNAL_APPLY_NUMBER + 1);
}

CHECK_TEST(a_rebuild_that_is_killed_begins_anew)
{
    struct pair_node *node = &pair.nodes[0];
    uint8_t live[DIGEST_SIZE];
    uint8_t now[DIGEST_SIZE];
    struct error err = {0};
    int64_t number = 0;
    int status = 0;

    derived_digest(node->db, live);
    CHECK(derived_spoil(node));
    pair_close_node(node);
    node->apply_number++;
    node->rebuild_progress = progress_die;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(pair_reopen(node) ? 0 : 1);
    CHECK_OR_RETURN(child > 0 && waitpid(child, &status, 0) == child);
    CHECK_INT(WEXITSTATUS(status), 7);
    node->rebuild_progress = NULL;
    CHECK_OR_RETURN(pair_reopen(node));
    derived_digest(node->db, now);
    CHECK(digest_is_equal(live, now));
    CHECK_OK(journal_apply_number(node->db, &number, &err), err);
    CHECK_INT(number, node->apply_number);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(a_type_that_is_not_known_yet_holds_its_thread_and_no_other);
    CHECK_RUN(an_erasure_passes_even_there);
    CHECK_RUN(a_restart_without_the_upgrade_changes_nothing);
    CHECK_RUN(while_suspended_what_is_held_stays_held);
    CHECK_RUN(after_the_upgrade_it_is_handled_in_order_and_told);
    CHECK_RUN(the_order_by_seen_is_judged_at_the_old_place);
    CHECK_RUN(both_books_rebuild_to_what_they_are);
    CHECK_RUN(another_number_of_apply_builds_the_tables_anew);
    CHECK_RUN(a_rebuild_that_is_killed_begins_anew);
    pair_free(&pair);
    return check_end();
}
