/*
 * The queue through filters, on both engines: each filter and each pair of them shows what a plain list of all requests
 * says, page by page, in the queue's order; no statement reads all requests or sorts them; and what a filter costs has an
 * end, whatever it finds.
 * covers: inbox_rows
 */
#include "check.h"
#include "store/clock_rows.h"
#include "store/inbox_rows.h"
#include "store/log_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"
#include "store/support/kept_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(8 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

#define COUNT     70
#define PAGE      9
#define NOW_MS    1000
#define FRACTION  4
#define LONGEST   4000
#define FIRST     10 /* entry */

/* Two logs of one partner, the older one ended, and one of another; each outgoing and mirror. */
static const struct {
    int64_t id;
    enum log_kind kind;
    const char *agreement, *partner;
} logs[] = {{1, LOG_MIRROR, "ro-al", "al"},   {2, LOG_MIRROR, "ro-al", "al"},
            {3, LOG_MIRROR, "ro-xk", "xk"},   {4, LOG_OUTGOING, "ro-al", "al"},
            {5, LOG_OUTGOING, "ro-al", "al"}, {6, LOG_OUTGOING, "ro-xk", "xk"}};

/* What a request is, as the test put it there. */
struct known {
    int64_t entry, due_ms, after_ms, delayed_to_ms;
    bool is_own, is_answered, is_urgent, is_training;
    const char *unit, *agreement, *partner;
};
static struct known known[COUNT];

static bool known_put(struct engine_case *c, size_t i)
{
    static const char *const units[] = {"", "border", "narcotics"};
    struct known *k = &known[i];
    size_t log = (i * 5 + i / 7) % 6;
    char id[16];

    *k = (struct known){.entry = FIRST + (int64_t)i,
                        .due_ms = i % 6 == 0 ? CLOCK_DUE_OPEN : (int64_t)(i * 137) % 3000,
                        .after_ms = i % 2 == 0 ? 80 : LONGEST,
                        .delayed_to_ms = i % 3 != 1 ? 500 + (int64_t)(i * 211) % 1500 : 0,
                        .is_own = logs[log].kind == LOG_OUTGOING,
                        .is_answered = i % 4 == 1,
                        .is_urgent = i % 3 == 0,
                        .is_training = i % 5 == 2,
                        .unit = units[(i / 2) % 3],
                        .agreement = logs[log].agreement,
                        .partner = logs[log].partner};
    snprintf(id, sizeof id, "id-%zu", i);
    struct entry_row entry = {.id = k->entry,
                              .log = logs[log].id,
                              .index = (int64_t)i,
                              .message_id = span_text(id),
                              .head = span_text("head"),
                              .leaf = span_text("leaf"),
                              .type = 1,
                              .created_ms = 5};
    struct request_row request = {.entry = k->entry,
                                  .log = logs[log].id,
                                  .message_id = span_text(id),
                                  .is_own = k->is_own,
                                  .reference = span_text("RO-1"),
                                  .urgency = k->is_urgent ? 2 : 0,
                                  .is_training = k->is_training,
                                  .language = span_text("en"),
                                  .due_after_ms = k->after_ms};
    struct answer_row answer = {.entry = 500 + k->entry, .target = k->entry};
    struct notice_row before = {.entry = 1000 + k->entry,
                                .target = k->entry,
                                .kind = NOTICE_KIND_ASSIGNED,
                                .unit = span_text("elsewhere")};
    struct notice_row notice = {.entry = 2000 + k->entry,
                                .target = k->entry,
                                .kind = NOTICE_KIND_ASSIGNED,
                                .unit = span_text(k->unit)};
    struct notice_row opened = {
        .entry = 3000 + k->entry, .target = k->entry, .kind = 3, .unit = span_text("front")};
    struct due_row due = {.due_ms = k->due_ms, .delayed_to_ms = k->delayed_to_ms};
    return entry_insert(c->db, &entry, &c->error) && request_insert(c->db, &request, &c->error) &&
           (k->due_ms == CLOCK_DUE_OPEN || (due_insert(c->db, k->entry, 1, k->due_ms, &c->error) &&
                                            due_set(c->db, k->entry, &due, &c->error))) &&
           (!k->is_answered || answer_insert(c->db, &answer, &c->error)) &&
           (k->unit[0] == '\0' || (notice_insert(c->db, &before, &c->error) &&
                                   notice_insert(c->db, &notice, &c->error))) &&
           notice_insert(c->db, &opened, &c->error);
}

static bool all_put(struct engine_case *c)
{
    bool ok = true;

    for (size_t i = 0; ok && i < sizeof logs / sizeof logs[0]; i++) {
        char origin[8];
        snprintf(origin, sizeof origin, "o%zu", i);
        struct log_row log = {.id = logs[i].id,
                              .origin = span_text(origin),
                              .kind = logs[i].kind,
                              .agreement = span_text(logs[i].agreement),
                              .partner = span_text(logs[i].partner),
                              .frontier = span_text("f")};
        ok = log_insert(c->db, &log, &c->error);
    }
    for (size_t i = 0; ok && i < COUNT; i++)
        ok = known_put(c, i);
    return ok;
}

/* --- what the plain list says --- */

static bool state_is(const struct known *k, enum inbox_state state)
{
    bool is_over = k->due_ms <= NOW_MS;

    switch (state) {
    case INBOX_OPEN:
        return !k->is_answered;
    case INBOX_OVERDUE:
        return !k->is_answered && is_over && k->delayed_to_ms <= NOW_MS;
    case INBOX_AUTHORISATION:
        return !k->is_answered && is_over && k->delayed_to_ms > NOW_MS;
    case INBOX_SOON:
        return !k->is_answered && !is_over && k->due_ms - k->after_ms / FRACTION <= NOW_MS;
    case INBOX_ANSWERED:
        return k->is_answered;
    case INBOX_ALL:
        break;
    }
    return true;
}

static bool is_wanted(bool is_so, enum inbox_wanted wanted)
{
    return wanted == INBOX_ANY || is_so == (wanted == INBOX_YES);
}

static bool is_let_through(const struct known *k, const struct inbox_filter *filter)
{
    return k->is_own == filter->is_own && state_is(k, filter->state) &&
           is_wanted(k->is_urgent, filter->urgent) && is_wanted(k->is_training, filter->training) &&
           (!filter->by_unit || span_is(filter->unit, k->unit)) &&
           (filter->partner.size == 0 || span_is(filter->partner, k->partner)) &&
           (filter->agreement.size == 0 || span_is(filter->agreement, k->agreement));
}

static int known_compare(const void *left, const void *right)
{
    const struct known *a = *(const struct known *const *)left;
    const struct known *b = *(const struct known *const *)right;

    if (a->is_answered != b->is_answered)
        return a->is_answered ? 1 : -1;
    if (a->due_ms != b->due_ms)
        return a->due_ms < b->due_ms ? -1 : 1;
    return a->entry < b->entry ? -1 : 1;
}

/* --- the filters --- */

/* True when the pages of the filter hold what the plain list says. */
static bool pages_are_right(struct engine_case *c, const struct inbox_filter *filter)
{
    const struct known *expected[COUNT];
    struct inbox_row rows[PAGE];
    struct inbox_place place, last;
    size_t wanted = 0, seen = 0, count = 0;
    bool ends = false;

    for (size_t i = 0; i < COUNT; i++)
        if (is_let_through(&known[i], filter))
            expected[wanted++] = &known[i];
    qsort(expected, wanted, sizeof expected[0], known_compare);
    do {
        struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
        if (!inbox_find(c->db, &arena, filter, seen == 0 ? NULL : &last, rows, PAGE, &count, &ends,
                        &place, &c->error))
            return false;
        for (size_t i = 0; i < count; i++, seen++)
            if (seen >= wanted || rows[i].request.entry != expected[seen]->entry ||
                !span_is(rows[i].unit, expected[seen]->unit))
                return false;
        if (count > 0)
            last = rows[count - 1].place;
    } while (count == PAGE);
    return seen == wanted && !ends;
}

CHECK_TEST(each_filter_alone_and_with_another_shows_what_a_plain_list_says)
{
    static const char *const units[] = {NULL, "", "border", "elsewhere"};
    static const char *const lines[][2] = {{"", ""}, {"al", ""}, {"", "ro-xk"}, {"al", "ro-xk"}};
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    unsigned wrong = 0, tried = 0;

    OK(all_put(&c));
    for (unsigned at = 0; at < 2 * 6 * 3 * 3 * 4 * 4; at++) {
        unsigned rest = at;
        struct inbox_filter filter = {
            .now_ms = NOW_MS, .soon_fraction = FRACTION, .soon_most_ms = LONGEST / FRACTION};
        filter.is_own = rest % 2 == 1;
        filter.state = (enum inbox_state)((rest /= 2) % 6);
        filter.urgent = (enum inbox_wanted)((rest /= 6) % 3);
        filter.training = (enum inbox_wanted)((rest /= 3) % 3);
        const char *unit = units[(rest /= 3) % 4];
        filter.partner = span_text(lines[rest / 4][0]);
        filter.agreement = span_text(lines[rest / 4][1]);
        filter.by_unit = unit != NULL;
        filter.unit = span_text(unit != NULL ? unit : "");
        if (filter.is_own && filter.by_unit)
            continue; /* a filter of requests to us */
        tried++;
        if (pages_are_right(&c, &filter))
            continue;
        wrong++;
        printf("filter %u: own %d state %d urgent %d training %d unit %s line %s/%s: %s\n", at,
               filter.is_own, (int)filter.state, (int)filter.urgent, (int)filter.training,
               unit != NULL ? unit : "any", lines[rest / 4][0], lines[rest / 4][1], c.error.text);
        error_clear(&c.error);
    }
    CHECK_INT(wrong, 0);
    CHECK_INT(tried, 216 * 4 + 216);
}

CHECK_TEST(the_tiles_count_what_the_plain_list_says)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);

    OK(all_put(&c));
    for (int own = 0; own < 2; own++) {
        struct inbox_filter filter = {.is_own = own == 1,
                                      .state = INBOX_ANSWERED, /* of the whole queue all the same */
                                      .urgent = INBOX_NO,
                                      .now_ms = NOW_MS,
                                      .soon_fraction = FRACTION,
                                      .soon_most_ms = LONGEST / FRACTION};
        struct inbox_counts counts, wanted = {.open = 0};
        for (size_t i = 0; i < COUNT; i++) {
            const struct known *k = &known[i];
            if (k->is_own != filter.is_own || k->is_answered)
                continue;
            wanted.open++;
            wanted.overdue += state_is(k, INBOX_OVERDUE);
            wanted.authorisation += state_is(k, INBOX_AUTHORISATION);
            wanted.soon += state_is(k, INBOX_SOON);
            wanted.urgent += k->is_urgent;
            wanted.unassigned += !filter.is_own && k->unit[0] == '\0';
        }
        OK(inbox_count(c.db, &filter, &counts, &c.error));
        CHECK_INT(counts.open, wanted.open);
        CHECK_INT(counts.overdue, wanted.overdue);
        CHECK_INT(counts.authorisation, wanted.authorisation);
        CHECK_INT(counts.soon, wanted.soon);
        CHECK_INT(counts.urgent, wanted.urgent);
        CHECK_INT(counts.unassigned, wanted.unassigned);
        CHECK(counts.overdue > 0 && counts.authorisation > 0 && counts.soon > 0 &&
              counts.urgent > 0);
    }
}

/* --- the unit of a request --- */

static bool unit_shows(struct engine_case *c, int64_t entry, const char *unit)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct inbox_filter filter = {.by_unit = true, .unit = span_text(unit), .soon_fraction = 1};
    struct inbox_row rows[COUNT];
    struct inbox_place place;
    size_t count = 0;
    bool ends = false, is_there = false;

    if (!inbox_find(c->db, &arena, &filter, NULL, rows, COUNT, &count, &ends, &place, &c->error))
        return false;
    for (size_t i = 0; i < count; i++)
        is_there = is_there || rows[i].request.entry == entry;
    return is_there;
}

CHECK_TEST(a_request_whose_assignment_is_erased_is_of_the_unit_before)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    size_t at = 0;

    OK(all_put(&c));
    while (at < COUNT && (known[at].is_own || strcmp(known[at].unit, "border") != 0))
        at++;
    CHECK_OR_RETURN(at < COUNT);
    CHECK(unit_shows(&c, known[at].entry, "border"));
    OK(derived_erase(c.db, 2000 + known[at].entry, &c.error));
    CHECK(!unit_shows(&c, known[at].entry, "border"));
    CHECK(unit_shows(&c, known[at].entry, "elsewhere"));
    OK(derived_erase(c.db, 1000 + known[at].entry, &c.error));
    CHECK(unit_shows(&c, known[at].entry, ""));
}

CHECK_TEST(older_books_have_the_unit_of_the_newest_assignment_after_the_migration)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct buffer sql CLEANUP(buffer_free) = buffer_make(1 << 20);
    ENGINE_CASE(&c);

    CHECK_OR_RETURN(kept_schema_read(20, &sql));
    OK(database_run(c.db, (const char *)sql.data, &c.error));
    OK(database_run(c.db,
                    "insert into notices (entry, target, kind, unit, at_ms) values"
                    " (71, 7, 4, 'older', 1), (72, 7, 4, 'newer', 2), (73, 7, 3, 'front', 3);",
                    &c.error));
    OK(database_migrate(c.db, schema_migrations, schema_migration_count, &c.error));
    CHECK(unit_shows(&c, 7, "newer"));
}

/* --- what it costs --- */

/* So many urgent ones, and behind them the one that is not. */
static bool many_put(struct engine_case *c, int64_t count)
{
    bool ok = database_begin(c->db, DATABASE_NORMAL, &c->error);

    for (int64_t i = 0; ok && i < count; i++) {
        struct request_row request = {.entry = 10000 + i,
                                      .log = 1,
                                      .message_id = span_text("id"),
                                      .reference = span_text("RO-1"),
                                      .urgency = i + 1 < count,
                                      .language = span_text("en")};
        struct entry_row entry = {.id = request.entry,
                                  .log = 1,
                                  .index = 100 + i,
                                  .message_id = span_text("id"),
                                  .head = span_text("head"),
                                  .leaf = span_text("leaf"),
                                  .type = 1};
        ok = entry_insert(c->db, &entry, &c->error) && request_insert(c->db, &request, &c->error) &&
             due_insert(c->db, request.entry, 1, 100000 + i, &c->error);
    }
    return ok && database_commit(c->db, &c->error);
}

CHECK_TEST(a_filter_that_finds_nothing_ends_after_so_many_and_goes_on_from_there)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct inbox_filter filter = {
        .urgent = INBOX_NO, .now_ms = 50000, .state = INBOX_OPEN, .soon_fraction = 1};
    struct log_row log = {.id = 1,
                          .origin = span_text("o"),
                          .kind = LOG_MIRROR,
                          .agreement = span_text("ro-al"),
                          .partner = span_text("al"),
                          .frontier = span_text("f")};
    struct inbox_place place = {-1, 0, 0}, after;
    struct inbox_row rows[PAGE];
    struct inbox_counts counts;
    size_t count = 0, calls = 0;
    bool ends = false;

    OK(log_insert(c.db, &log, &c.error) && many_put(&c, 2 * INBOX_WALK_MAX + 5));
    do {
        after = place;
        OK(inbox_find(c.db, &arena, &filter, calls == 0 ? NULL : &after, rows, PAGE, &count, &ends,
                      &place, &c.error));
        CHECK(count == 0 || calls == 2);
        calls++;
    } while (ends && calls < 9);
    CHECK_INT(calls, 3);
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].request.entry, 10000 + 2 * INBOX_WALK_MAX + 4);
    OK(inbox_count(c.db, &filter, &counts, &c.error));
    CHECK_INT(counts.open, INBOX_COUNT_MOST);
    CHECK_INT(counts.unassigned, INBOX_COUNT_MOST);
    CHECK_INT(counts.overdue, 0);
}

/* However many requests there are, a page is a walk along an index, from its place on to where it must end. */
static void plan_check(struct engine_case *c, size_t at, const char *of)
{
    static char sqls[32][4096]; /* the statement cache keeps their addresses */
    static char plan[4096];
    char *sql = sqls[at % 32];
    enum statement_step step = STEP_FAILED;
    bool is_walk = false, is_sound = true;

    snprintf(sql, sizeof sqls[0], "explain query plan %s", of);
    plan[0] = '\0';
    {
        struct statement *s CLEANUP(statement_give) = statement_take(c->db, sql, &c->error);
        CHECK_OR_RETURN(s != NULL);
        while ((step = statement_step(s, &c->error)) == STEP_ROW) {
            struct span line = column_bytes(s, 3);
            size_t used = strlen(plan);
            char text[512];
            snprintf(text, sizeof text, "%.*s", SPAN_ARG(line));
            snprintf(plan + used, sizeof plan - used, "%s\n", text);
            is_walk = is_walk || (strstr(text, "SEARCH r USING") != NULL &&
                                  strstr(text, "INDEX requests_") != NULL &&
                                  strstr(text, "(is_answered,due_ms,entry)>(?,?,?) AND "
                                               "(is_answered,due_ms,entry)<(?,?,?)") != NULL);
            /* of a derived table, as many as are counted */
            is_sound =
                is_sound && (strstr(text, "SCAN") == NULL || strcmp(text, "SCAN counted") == 0 ||
                             strstr(text, "SCAN (subquery") != NULL);
        }
    }
    CHECK_INT(step, STEP_DONE);
    /* the newest outcome of one request is sorted, never the queue */
    const char *sort = strstr(plan, "TEMP B-TREE FOR ORDER BY");
    is_sound = is_sound && (sort == NULL || (strstr(plan, "CORRELATED") != NULL &&
                                             strstr(plan, "CORRELATED") < sort &&
                                             strstr(sort + 1, "TEMP B-TREE FOR ORDER BY") == NULL));
    CHECK(is_walk);
    CHECK(is_sound);
    if (!is_walk || !is_sound)
        printf("%s\n%s", of, plan);
}

CHECK_TEST(no_statement_of_a_filter_reads_all_requests_or_sorts_them)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    unsigned checked = 0;

    for (size_t i = 0; inbox_sql(i) != NULL; i++)
        if (inbox_sql(i)[0] != '\0') {
            plan_check(&c, i, inbox_sql(i));
            checked++;
        }
    CHECK_INT(checked, 15);
}

int main(void)
{
    RUN_ON_ENGINES(each_filter_alone_and_with_another_shows_what_a_plain_list_says);
    RUN_ON_ENGINES(the_tiles_count_what_the_plain_list_says);
    RUN_ON_ENGINES(a_request_whose_assignment_is_erased_is_of_the_unit_before);
    RUN_ON_ENGINES(older_books_have_the_unit_of_the_newest_assignment_after_the_migration);
    RUN_ON_ENGINES(a_filter_that_finds_nothing_ends_after_so_many_and_goes_on_from_there);
    engine_kind = DATABASE_SQLITE; /* its words */
    CHECK_RUN(no_statement_of_a_filter_reads_all_requests_or_sorts_them);
    return engines_end(check_end());
}
