/* Entries as retention of the books reads them, and its places, on both engines: see store/prune_rows.h. */
#include "check.h"
#include "store/derived_rows.h"
#include "store/held_rows.h"
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

static bool signed_at(struct engine_case *c, int64_t size, int64_t time_s)
{
    struct receipt_row receipt = {.log = 3, .size = size, .root = span_text("r"), .time_s = time_s};
    struct checkpoint_row checkpoint = {
        .log = 3, .size = size, .root = span_text("r"), .signature = span_text("s")};

    return (time_s == 0 || receipt_insert(c->db, &receipt, &c->error)) &&
           checkpoint_insert(c->db, &checkpoint, &c->error);
}

CHECK_TEST(a_head_goes_with_all_rows_of_its_entry_and_of_no_other)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct sequence_row sequence = {.n = 1, .kind = SEQUENCE_HANDLED, .entry = 1, .log = 3};
    struct prune_row rows[4];
    struct entry_row row;
    int64_t erasures = 0;
    size_t count = 0;
    ROWS_CASE(&c);

    OK(put(&c, 1, 3, 0) && put(&c, 2, 3, 1) && sequence_insert(c.db, &sequence, &c.error));
    sequence = (struct sequence_row){.n = 2, .kind = SEQUENCE_HANDLED, .entry = 2, .log = 3};
    OK(sequence_insert(c.db, &sequence, &c.error) &&
       erasure_insert(c.db, 2, 1, 0, false, &c.error) && dispute_insert(c.db, 2, 5, 6, &c.error) &&
       held_insert(c.db,
                   &(struct held_row){.entry = 2,
                                      .log = 3,
                                      .thread_log = 3,
                                      .thread = span_text("0123456789abcdef"),
                                      .ground = span_text("type")},
                   &c.error));
    OK(prune_list_heads(c.db, 3, 0, 9, rows, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK(!rows[0].is_held && rows[1].is_held);
    OK(prune_head(c.db, 1, &c.error));
    OK(entry_find(c.db, &arena, 1, &row, &c.error));
    CHECK_INT(row.head.size + row.salt.size + row.body.size + row.body_key.size, 0);
    CHECK_INT(row.created_ms + row.type + row.body_size, 0);
    CHECK_INT(row.body_state, BODY_ERASED);
    CHECK_INT(row.index, 0);
    CHECK_SPAN(row.leaf, "leaf"); /* the tree stays */
    OK(erasure_count(c.db, 1, &erasures, &c.error));
    CHECK_INT(erasures, 0);
    CHECK(!sequence_of_entry(c.db, &arena, 1, &sequence, &c.error));
    error_clear(&c.error);
    OK(sequence_of_entry(c.db, &arena, 2, &sequence, &c.error));
    OK(prune_list_heads(c.db, 3, 0, 9, rows, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].id, 2);
    OK(prune_list_heads(c.db, 3, 0, 1, rows, 4, &count, &c.error));
    CHECK_INT(count, 0);
}

CHECK_TEST(signatures_go_one_by_one_and_checkpoints_without_a_receipt_in_a_range)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct checkpoint_row checkpoint;
    int64_t sizes[4], upto = 0;
    size_t count = 0;
    ROWS_CASE(&c);

    OK(signed_at(&c, 2, 10) && signed_at(&c, 3, 0) && signed_at(&c, 5, 20) &&
       signed_at(&c, 8, 30) && signed_at(&c, 9, 0));
    OK(prune_receipted(c.db, 3, 29, &upto, &c.error));
    CHECK_INT(upto, 5);
    OK(prune_receipted(c.db, 3, 9, &upto, &c.error));
    CHECK_INT(upto, 0);
    /* A receipt whose time falls back makes nothing before it older. */
    OK(signed_at(&c, 12, 1));
    OK(prune_receipted(c.db, 3, 15, &upto, &c.error));
    CHECK_INT(upto, 2);
    OK(prune_receipt(c.db, 3, 12, &c.error) && prune_checkpoints(c.db, 3, 11, 12, &c.error));
    OK(prune_list_receipts(c.db, 3, 2, 8, sizes, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(sizes[0] + sizes[1], 13);
    OK(prune_receipt(c.db, 3, 2, &c.error) && prune_checkpoints(c.db, 3, 0, 8, &c.error));
    OK(checkpoint_from(c.db, &arena, 3, 1, &checkpoint, &c.error));
    CHECK_INT(checkpoint.size, 5);
    OK(checkpoint_newest(c.db, &arena, 3, &checkpoint, &c.error));
    CHECK_INT(checkpoint.size, 9); /* behind the range */
    OK(prune_list_receipts(c.db, 3, 0, 99, sizes, 4, &count, &c.error));
    CHECK_INT(count, 2);
}

int main(void)
{
    RUN_ON_ENGINES(a_head_goes_with_all_rows_of_its_entry_and_of_no_other);
    RUN_ON_ENGINES(signatures_go_one_by_one_and_checkpoints_without_a_receipt_in_a_range);
    RUN_ON_ENGINES(entries_come_in_the_order_of_their_log);
    RUN_ON_ENGINES(a_place_is_kept_for_each_log);
    return engines_end(check_end());
}
