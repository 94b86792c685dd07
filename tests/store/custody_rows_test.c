/* What is urgent and in no custody, on both engines: see store/custody_rows.h. */
#include "store/custody_rows.h"

#include "check.h"
#include "store/clock_rows.h"
#include "store/derived_rows.h"
#include "store/log_rows.h"
#include "store/schema.h"
#include "store/spontaneous_rows.h"
#include "store/support/engines.h"

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

#define LOG       2

static bool entry_put(struct engine_case *c, int64_t id, int64_t log, int64_t index, int64_t type)
{
    struct entry_row entry = {.id = id,
                              .log = log,
                              .index = index,
                              .message_id = span_text("id"),
                              .head = span_text("head"),
                              .leaf = span_text("leaf"),
                              .type = type,
                              .created_ms = 100 + id,
                              .body_state = BODY_HELD};
    return entry_insert(c->db, &entry, &c->error);
}

static bool request_put(struct engine_case *c, int64_t id, int64_t log, int64_t index,
                        int64_t urgency)
{
    struct request_row row = {.entry = id,
                              .log = log,
                              .message_id = span_text("id"),
                              .reference = span_text("RO-7"),
                              .urgency = urgency,
                              .language = span_text("en")};
    return entry_put(c, id, log, index, 1) && request_insert(c->db, &row, &c->error);
}

static bool answer_put(struct engine_case *c, int64_t id, int64_t index, int64_t target)
{
    struct answer_row row = {.entry = id, .target = target, .is_own = true};

    return entry_put(c, id, LOG, index, 2) && answer_insert(c->db, &row, &c->error);
}

static bool question_put(struct engine_case *c, int64_t id, int64_t index, int64_t target)
{
    struct clock_row row = {.entry = id, .target = target, .kind = 21, .is_own = true};

    return entry_put(c, id, LOG, index, 21) && clock_insert(c->db, &row, &c->error);
}

static bool given_put(struct engine_case *c, int64_t id, int64_t index, int64_t purpose)
{
    struct spontaneous_row row = {.entry = id,
                                  .log = LOG,
                                  .message_id = span_text("id"),
                                  .is_own = true,
                                  .reference = span_text("G-1"),
                                  .language = span_text("en"),
                                  .purpose = purpose};
    return entry_put(c, id, LOG, index, 27) && spontaneous_insert(c->db, &row, &c->error);
}

/* Ids of what is found from `place` on, at most 3. */
static bool found(struct engine_case *c, struct custody_place place, int64_t created_to_ms,
                  const int64_t wanted[3])
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct custody_question question = {.log = LOG, .cosigned = 4, .created_to_ms = created_to_ms};
    struct custody_row rows[3];
    size_t count = 0;
    bool ok = custody_list_urgent(c->db, &arena, &question, &place, rows, 3, &count, &c->error);

    for (size_t i = 0; ok && i < 3; i++)
        ok = (i < count ? rows[i].entry : 0) == wanted[i];
    return ok;
}

CHECK_TEST(what_is_urgent_is_found_in_its_order_and_nothing_else)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct custody_place first = {.at = -1};
    ROWS_CASE(&c);

    /* the partner's: urgent, not, and one whose urgency was given up */
    OK(request_put(&c, 11, 3, 0, 2) && request_put(&c, 12, 3, 1, 0) &&
       request_put(&c, 13, 3, 2, 2));
    struct due_row given_up = {.due_ms = 5, .deadline_row = 3};
    OK(due_insert(c.db, 13, 1, 5, &c.error) && due_set(c.db, 13, &given_up, &c.error));
    /* ours: in custody below index 4, on their way, waiting */
    OK(request_put(&c, 20, LOG, 3, 2));
    OK(given_put(&c, 21, 4, 4) && answer_put(&c, 22, 5, 12) && answer_put(&c, 23, 6, 11));
    OK(given_put(&c, 24, ENTRY_WAITING, 2) && answer_put(&c, 25, ENTRY_WAITING, 13) &&
       question_put(&c, 26, ENTRY_WAITING, 11) && request_put(&c, 27, LOG, ENTRY_WAITING, 1) &&
       request_put(&c, 28, LOG, ENTRY_WAITING, 0) && entry_put(&c, 29, LOG, ENTRY_WAITING, 5));
    CHECK(found(&c, first, 200, (const int64_t[]){21, 23, 26}));
    CHECK(found(&c, (struct custody_place){false, 4}, 200, (const int64_t[]){23, 26, 27}));
    CHECK(found(&c, (struct custody_place){false, 6}, 200, (const int64_t[]){26, 27, 0}));
    CHECK(found(&c, (struct custody_place){true, 26}, 200, (const int64_t[]){27, 0, 0}));
    CHECK(found(&c, (struct custody_place){true, 27}, 200, (const int64_t[]){0, 0, 0}));
    CHECK(found(&c, first, 123, (const int64_t[]){21, 23, 0})); /* the others are too young */
    OK(entry_erase_body(c.db, 21, BODY_WITHDRAWN, &c.error));
    CHECK(found(&c, first, 200, (const int64_t[]){23, 26, 27}));
}

/* However long the log is, it is not walked from its beginning. */
CHECK_TEST(each_look_is_along_an_index)
{
    static char sqls[2][4096]; /* the statement cache keeps their addresses */
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);

    for (size_t i = 0; i < 2; i++) {
        bool is_walk = false, has_scan = false;
        snprintf(sqls[i], sizeof sqls[0], "explain query plan %s",
                 i == 0 ? custody_numbered_sql : custody_waiting_sql);
        struct statement *s CLEANUP(statement_give) = statement_take(c.db, sqls[i], &c.error);
        CHECK_OR_RETURN(s != NULL);
        while (statement_step(s, &c.error) == STEP_ROW) {
            char text[512];
            struct span line = column_bytes(s, 3);
            snprintf(text, sizeof text, "%.*s", SPAN_ARG(line));
            is_walk = is_walk ||
                      strstr(text, i == 0 ? "(log=? AND idx>?)" : "(log=? AND rowid>?)") ||
                      strstr(text, "entries_waiting (log=? AND id>?)");
            has_scan = has_scan || strstr(text, "SCAN") != NULL || strstr(text, "B-TREE") != NULL;
            if (!is_walk || has_scan)
                printf("%s\n", text);
        }
        CHECK(is_walk && !has_scan);
    }
}

int main(void)
{
    RUN_ON_ENGINES(what_is_urgent_is_found_in_its_order_and_nothing_else);
    engine_kind = DATABASE_SQLITE; /* its words */
    CHECK_RUN(each_look_is_along_an_index);
    return engines_end(check_end());
}
