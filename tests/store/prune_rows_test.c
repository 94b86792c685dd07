/* Entries as retention of the books reads them, and its places, on both engines: see store/prune_rows.h. */
#include "check.h"
#include "store/local_rows.h"
#include "store/prune_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"

#include <stdio.h>

#define ROWS_CASE(c)                                                                               \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

static bool put(struct engine_case *c, int64_t id, int64_t log, int64_t index)
{
    struct entry_row row = {.id = id,
                            .log = log,
                            .index = index,
                            .message_id = span_text("0123456789abcdef"),
                            .head = span_text("head"),
                            .leaf = span_text("leaf"),
                            .type = 7,
                            .created_ms = 1000 + id,
                            .salt = span_text("salt"),
                            .body = span_text("body"),
                            .body_key = span_text("key"),
                            .body_size = 4,
                            .body_state = BODY_HELD};
    return entry_insert(c->db, &row, &c->error);
}

CHECK_TEST(entries_come_in_the_order_of_their_log)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct prune_row rows[4];
    size_t count = 0;
    ROWS_CASE(&c);

    OK(put(&c, 1, 3, 1) && put(&c, 2, 3, 0) && put(&c, 3, 4, 0) && put(&c, 4, 3, 2) &&
       put(&c, 5, 3, ENTRY_WAITING));
    OK(entry_erase_body(c.db, 1, BODY_ERASED, &c.error));
    OK(prune_list(c.db, 3, 0, rows, 4, &count, &c.error));
    CHECK_INT(count, 3); /* what waits has no place yet */
    CHECK_INT(rows[0].id, 2);
    CHECK_INT(rows[1].id, 1);
    CHECK_INT(rows[1].body_state, BODY_ERASED);
    CHECK_INT(rows[2].created_ms, 1004);
    CHECK_INT(rows[2].type, 7);
    OK(prune_list(c.db, 3, 1, rows, 1, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].id, 1);
}

CHECK_TEST(a_place_is_kept_for_each_log)
{
    struct engine_case c CLEANUP(engine_case_end);
    int64_t place = 9;
    ROWS_CASE(&c);

    OK(prune_place_get(c.db, 3, &place, &c.error));
    CHECK_INT(place, 0);
    OK(prune_place_put(c.db, 3, 512, &c.error) && prune_place_put(c.db, 4, 7, &c.error) &&
       prune_place_put(c.db, 3, 768, &c.error));
    OK(prune_place_get(c.db, 3, &place, &c.error));
    CHECK_INT(place, 768);
    OK(setting_put(c.db, "retention-place-3", span_text("all"), &c.error));
    CHECK(!prune_place_get(c.db, 3, &place, &c.error));
    CHECK_INT(c.error.kind, ERROR_STORE);
}

int main(void)
{
    RUN_ON_ENGINES(entries_come_in_the_order_of_their_log);
    RUN_ON_ENGINES(a_place_is_kept_for_each_log);
    return engines_end(check_end());
}
