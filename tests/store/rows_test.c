/*
 * Rows: every row function says the same on both engines, under the node's own schema.
 * covers: log_rows entry_rows held_rows receipt_rows part_rows derived_rows local_rows session_rows approval_rows own_rows rows schema
 */
#include "check.h"

#include "store/derived_rows.h"
#include "store/inbox_rows.h"
#include "store/held_rows.h"
#include "store/case_rows.h"
#include "store/local_rows.h"
#include "store/log_rows.h"
#include "store/own_rows.h"
#include "store/part_rows.h"
#include "store/schema.h"
#include "store/approval_rows.h"
#include "store/session_rows.h"
#include "store/support/engines.h"

static const uint8_t h1[32] = {1}, h2[32] = {2}, id1[16] = {0x11}, id2[16] = {0x22};
#define H1  span_make(h1, sizeof h1)
#define H2  span_make(h2, sizeof h2)
#define ID1 span_make(id1, sizeof id1)
#define ID2 span_make(id2, sizeof id2)

static bool schema_make(struct engine_case *c)
{
    return database_migrate(c->db, schema_migrations, schema_migration_count, &c->error);
}

#define ROWS_CASE(c)                                                                               \
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);                                  \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(schema_make(c), (c)->error)

#define OK(claim) CHECK_OK(claim, c.error)
#define NONE(claim)                                                                                \
    do {                                                                                           \
        CHECK(!(claim));                                                                           \
        CHECK_INT(c.error.kind, ERROR_MISSING);                                                    \
        error_clear(&c.error);                                                                     \
    } while (0)

static struct entry_row entry_of(int64_t id, int64_t log, int64_t index, struct span message)
{
    return (struct entry_row){.id = id,
                              .log = log,
                              .index = index,
                              .message_id = message,
                              .head = span_text("head"),
                              .leaf = H1,
                              .type = 1,
                              .created_ms = 1000 + id,
                              .salt = H2,
                              .body = span_text("sealed"),
                              .body_key = span_text("key"),
                              .body_size = 10,
                              .body_state = BODY_HELD};
}

static bool entries_put(struct engine_case *c)
{
    struct entry_row rows[] = {entry_of(1, 2, 0, ID1), entry_of(2, 2, 1, ID2),
                               entry_of(3, 2, ENTRY_WAITING, ID1),
                               entry_of(4, 2, ENTRY_WAITING, ID2), entry_of(5, 3, 0, ID1)};
    bool ok = true;
    for (size_t i = 0; ok && i < ARRAY_COUNT(rows); i++)
        ok = entry_insert(c->db, &rows[i], &c->error);
    return ok;
}

CHECK_TEST(agreements_show_their_newest_version)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct agreement_row row = {.agreement = span_text("ro-al"),
                                .version = 1,
                                .cms = span_text("signed"),
                                .fingerprint = H1,
                                .imported_ms = 7};
    struct agreement_row rows[4];
    size_t count = 0;

    OK(agreement_insert(c.db, &row, &c.error));
    row.version = 2;
    row.fingerprint = H2;
    OK(agreement_insert(c.db, &row, &c.error));
    row.agreement = span_text("ro-gr");
    OK(agreement_insert(c.db, &row, &c.error));
    OK(agreement_suspend(c.db, span_text("ro-al"), 99, &c.error));
    OK(agreement_list(c.db, &arena, rows, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_SPAN(rows[0].agreement, "ro-al");
    CHECK_INT(rows[0].version, 2);
    CHECK_INT(rows[0].imported_ms, 7);
    CHECK_INT(rows[0].suspended_ms, 99);
    CHECK(span_equal(rows[0].fingerprint, H2));
    CHECK_SPAN(rows[0].cms, "signed");
    CHECK_INT(rows[1].suspended_ms, 0);
    OK(agreement_suspend(c.db, span_text("ro-al"), 0, &c.error));
    OK(agreement_list(c.db, &arena, rows, 4, &count, &c.error));
    CHECK_INT(rows[0].suspended_ms, 0);
    CHECK(!agreement_insert(c.db, &row, &c.error));
    CHECK_INT(c.error.kind, ERROR_CONFLICT);
}

CHECK_TEST(logs_grow_are_handled_and_stop)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct log_row row = {.id = 2,
                          .origin = span_text("ro/ro-al/to/al/0"),
                          .kind = LOG_MIRROR,
                          .agreement = span_text("ro-al"),
                          .partner = span_text("al"),
                          .size = 0,
                          .frontier = span_text("f"),
                          .handled = 0};
    struct log_row rows[4];
    size_t count = 0;

    OK(log_insert(c.db, &row, &c.error));
    OK(log_grow(c.db, 2, 5, span_text("g"), &c.error));
    OK(log_set_handled(c.db, 2, 4, 9, &c.error));
    OK(log_set_read_only(c.db, 2, span_text("forked"), &c.error));
    OK(log_list(c.db, &arena, rows, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].id, 2);
    CHECK_INT(rows[0].kind, LOG_MIRROR);
    CHECK_INT(rows[0].size, 5);
    CHECK_INT(rows[0].handled, 4);
    CHECK_SPAN(rows[0].origin, "ro/ro-al/to/al/0");
    CHECK_SPAN(rows[0].agreement, "ro-al");
    CHECK_SPAN(rows[0].partner, "al");
    CHECK_SPAN(rows[0].frontier, "g");
    CHECK_SPAN(rows[0].read_only, "forked");
    OK(log_set_read_only(c.db, 2, span_text(""), &c.error));
    OK(log_list(c.db, &arena, rows, 4, &count, &c.error));
    CHECK_INT(rows[0].read_only.size, 0);
    row.id = 3;
    CHECK(!log_insert(c.db, &row, &c.error)); /* one origin, one log */
    CHECK_INT(c.error.kind, ERROR_CONFLICT);
}

CHECK_TEST(entries_wait_are_numbered_and_found)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct entry_row rows[8];
    struct entry_row row;
    struct span leaves[8];
    int64_t ids[8];
    int64_t number = 0;
    size_t count = 0;

    OK(entry_last_id(c.db, &number, &c.error));
    CHECK_INT(number, 0);
    OK(entries_put(&c));
    OK(entry_last_id(c.db, &number, &c.error));
    CHECK_INT(number, 5);
    OK(entry_list_waiting(c.db, &arena, 2, rows, 8, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(rows[0].id, 3);
    CHECK_INT(rows[0].index, ENTRY_WAITING);
    CHECK_INT(rows[0].post_size, 10);
    CHECK(span_equal(rows[0].leaf, H1));
    OK(entry_count_waiting(c.db, 2, 8, &count, &c.error));
    CHECK_INT(count, 2);
    OK(entry_count_waiting(c.db, 2, 1, &count, &c.error));
    CHECK_INT(count, 1);
    OK(entry_list_waiting_above(c.db, &arena, 2, 3, rows, 8, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].id, 4);
    OK(entry_number(c.db, 3, 2, &c.error));
    OK(entry_number(c.db, 3, 9, &c.error)); /* has its number: stays */
    OK(entry_find(c.db, &arena, 3, &row, &c.error));
    CHECK_INT(row.index, 2);
    CHECK_INT(row.type, 1);
    CHECK_INT(row.created_ms, 1003);
    CHECK_INT(row.body_state, BODY_HELD);
    CHECK_SPAN(row.head, "head");
    CHECK_SPAN(row.body, "sealed");
    CHECK_SPAN(row.body_key, "key");
    CHECK(span_equal(row.salt, H2));
    NONE(entry_find(c.db, &arena, 77, &row, &c.error));
    OK(entry_find_index(c.db, &arena, 2, 1, &row, &c.error));
    CHECK_INT(row.id, 2);
    NONE(entry_find_index(c.db, &arena, 2, 7, &row, &c.error));
    int64_t log = 0, index = 0;
    OK(entry_find_place(c.db, 2, &log, &index, &c.error));
    CHECK_INT(log * 10 + index, 21);
    OK(entry_find_place(c.db, 4, &log, &index, &c.error));
    CHECK(log == 2 && index == ENTRY_WAITING);
    NONE(entry_find_place(c.db, 99, &log, &index, &c.error));
    OK(entry_find_message(c.db, &arena, 2, ID1, &row, &c.error));
    CHECK_INT(row.id, 1); /* the first use */
    OK(entry_count_message(c.db, 2, ID1, 3, &number, &c.error));
    CHECK_INT(number, 1);
    OK(entry_list_range(c.db, &arena, 2, 1, 3, rows, 8, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(rows[1].id, 3);
    OK(entry_list_leaves(c.db, &arena, 2, 0, 3, leaves, 8, &count, &c.error));
    CHECK_INT(count, 3);
    CHECK(span_equal(leaves[0], H1));
    OK(entry_list_ids(c.db, 2, 1, 9, ids, 8, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(ids[1], 3);
    struct entry_row again = entry_of(9, 2, 1, ID1);
    CHECK(!entry_insert(c.db, &again, &c.error)); /* one index, one entry */
    CHECK_INT(c.error.kind, ERROR_CONFLICT);
}

CHECK_TEST(an_erased_body_is_gone_and_counts_no_more)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct entry_row row;
    int64_t size = 0;
    size_t count = 0;
    struct part_row part = {.entry = 1,
                            .number = 1,
                            .kind = PART_ROW_SMALL,
                            .digest = H1,
                            .salt = H2,
                            .size = 100,
                            .sha256 = H1,
                            .state = PART_HELD,
                            .bytes = span_text("sealed")};

    OK(entries_put(&c));
    OK(part_insert(c.db, &part, &c.error));
    part.number = 2;
    part.kind = PART_ROW_ATTACHMENT;
    part.size = INT64_C(1) << 33;
    OK(part_insert(c.db, &part, &c.error));
    part.entry = 3;
    part.kind = PART_ROW_SMALL;
    part.size = 1000;
    OK(part_insert(c.db, &part, &c.error));
    OK(entry_range_size(c.db, 2, 0, 2, &size, &c.error));
    CHECK_INT(size, 120);
    struct entry_row waiting[4];
    OK(entry_list_waiting(c.db, &arena, 2, waiting, 4, &count, &c.error));
    CHECK_INT(waiting[0].post_size, 1010);
    OK(entry_erase_body(c.db, 1, BODY_ERASED, &c.error));
    OK(entry_find(c.db, &arena, 1, &row, &c.error));
    CHECK_INT(row.body_state, BODY_ERASED);
    CHECK_INT(row.body.size, 0);
    CHECK_INT(row.body_key.size, 0);
    OK(entry_range_size(c.db, 2, 0, 2, &size, &c.error));
    CHECK_INT(size, 10);
    OK(entry_range_left(c.db, 2, 0, 2, &size, &c.error));
    CHECK_INT(size, 1);
    OK(entry_range_left(c.db, 2, 1, 2, &size, &c.error));
    CHECK_INT(size, 0);
    OK(entry_range_size(c.db, 9, 0, 2, &size, &c.error));
    CHECK_INT(size, 0);
    OK(entry_remove_waiting(c.db, 1, &c.error)); /* numbered: stays */
    OK(entry_find(c.db, &arena, 1, &row, &c.error));
    OK(entry_remove_waiting(c.db, 4, &c.error));
    NONE(entry_find(c.db, &arena, 4, &row, &c.error));
}

CHECK_TEST(checkpoints_and_forks_are_kept_once)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct checkpoint_row row = {.log = 2, .size = 5, .root = H1, .signature = span_text("s")};
    struct fork_row fork = {
        .log = 2, .size = 5, .root = H2, .signature = span_text("t"), .noticed_ms = 8};
    struct checkpoint_row found;
    struct fork_row forks[4];
    size_t count = 0;

    NONE(checkpoint_newest(c.db, &arena, 2, &found, &c.error));
    OK(checkpoint_insert(c.db, &row, &c.error));
    row.root = H2;
    OK(checkpoint_insert(c.db, &row, &c.error)); /* the first stays */
    row.size = 9;
    OK(checkpoint_insert(c.db, &row, &c.error));
    OK(checkpoint_newest(c.db, &arena, 2, &found, &c.error));
    CHECK_INT(found.size, 9);
    OK(checkpoint_from(c.db, &arena, 2, 1, &found, &c.error));
    CHECK_INT(found.size, 5);
    CHECK(span_equal(found.root, H1));
    CHECK_SPAN(found.signature, "s");
    NONE(checkpoint_from(c.db, &arena, 2, 10, &found, &c.error));
    OK(checkpoint_upto(c.db, &arena, 2, 8, &found, &c.error));
    CHECK_INT(found.size, 5);
    NONE(checkpoint_upto(c.db, &arena, 2, 4, &found, &c.error));
    OK(fork_insert(c.db, &fork, &c.error));
    OK(fork_insert(c.db, &fork, &c.error));
    OK(fork_list(c.db, &arena, 2, forks, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(forks[0].size, 5);
    CHECK_INT(forks[0].noticed_ms, 8);
    CHECK(span_equal(forks[0].root, H2));
    CHECK_SPAN(forks[0].signature, "t");
}

CHECK_TEST(a_receipt_is_signed_once)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct receipt_row row = {.log = 2, .size = 5, .root = H1, .time_s = 100};
    struct receipt_row rows[4];
    struct receipt_row found;
    int64_t below = 0;
    size_t count = 0;

    NONE(receipt_newest(c.db, &arena, 2, &found, &c.error));
    OK(receipt_insert(c.db, &row, &c.error));
    row.time_s = 200;
    OK(receipt_insert(c.db, &row, &c.error)); /* T is chosen once */
    OK(receipt_newest(c.db, &arena, 2, &found, &c.error));
    CHECK_INT(found.time_s, 100);
    CHECK_INT(found.signature.size, 0);
    struct receipt_row made = row;
    bool has_changed = true;
    made.signature = span_text("s");
    OK(receipt_sign(c.db, &made, &has_changed, &c.error)); /* another time */
    CHECK(!has_changed);
    NONE(receipt_newest_signed(c.db, &arena, 2, &found, &c.error));
    made.time_s = 100;
    OK(receipt_sign(c.db, &made, &has_changed, &c.error));
    CHECK(has_changed);
    made.signature = span_text("t");
    OK(receipt_sign(c.db, &made, &has_changed, &c.error));
    CHECK(!has_changed);
    row.size = 9;
    OK(receipt_insert(c.db, &row, &c.error));
    OK(receipt_list(c.db, &arena, 2, 4, rows, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_SPAN(rows[0].signature, "s");
    OK(receipt_list(c.db, &arena, 2, 5, rows, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].size, 9);
    OK(receipt_size_below(c.db, 2, 9, &below, &c.error));
    CHECK_INT(below, 5);
    OK(receipt_size_below(c.db, 2, 5, &below, &c.error));
    CHECK_INT(below, 0);
}

CHECK_TEST(a_receipt_comes_back_in_place_of_an_unsigned_one)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct receipt_row row = {.log = 2, .size = 5, .root = H1, .time_s = 100};
    struct receipt_row back = {
        .log = 2, .size = 5, .root = H1, .time_s = 93, .signature = span_text("s")};
    struct receipt_row found;
    bool has_changed = false;

    OK(receipt_insert(c.db, &row, &c.error));
    OK(receipt_return(c.db, &back, &has_changed, &c.error));
    CHECK(has_changed);
    back.time_s = 200;
    OK(receipt_return(c.db, &back, &has_changed, &c.error)); /* what is signed stays */
    CHECK(!has_changed);
    row.size = 9;
    OK(receipt_insert(c.db, &row, &c.error));
    OK(receipt_newest_signed(c.db, &arena, 2, &found, &c.error));
    CHECK(found.size == 5 && found.time_s == 93);
    CHECK_SPAN(found.signature, "s");
    OK(receipt_drop_unsigned(c.db, 2, 9, &c.error));
    OK(receipt_newest(c.db, &arena, 2, &found, &c.error));
    CHECK_INT(found.size, 9);
    OK(receipt_drop_unsigned(c.db, 2, 10, &c.error));
    OK(receipt_newest(c.db, &arena, 2, &found, &c.error));
    CHECK_INT(found.size, 5);
    back.size = 7;
    OK(receipt_return(c.db, &back, &has_changed, &c.error));
    CHECK(has_changed);
}

CHECK_TEST(handled_entries_take_the_time_of_their_receipt)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct sequence_row rows[4];
    struct error *err = &c.error;
    bool has_changed = false;
    size_t count = 0;

    for (int64_t i = 0; i < 3; i++) {
        struct sequence_row row = {.n = i + 1,
                                   .kind = SEQUENCE_HANDLED,
                                   .entry = i + 11,
                                   .log = 2,
                                   .time_s = 100,
                                   .version = 1};
        struct entry_row entry = {.id = i + 11,
                                  .log = 2,
                                  .index = i,
                                  .message_id = span_text("id"),
                                  .head = span_text("head"),
                                  .leaf = H1};
        OK(entry_insert(c.db, &entry, err));
        OK(sequence_insert(c.db, &row, err));
    }
    OK(sequence_retime(c.db, 2, 1, 2, 100, &has_changed, err));
    CHECK(!has_changed);
    OK(sequence_retime(c.db, 3, 1, 2, 93, &has_changed, err)); /* of another log */
    CHECK(!has_changed);
    OK(sequence_retime(c.db, 2, 1, 2, 93, &has_changed, err));
    CHECK(has_changed);
    OK(sequence_list(c.db, &arena, 0, rows, 4, &count, err));
    CHECK_INT(count, 3);
    CHECK(rows[0].time_s == 100 && rows[1].time_s == 93 && rows[2].time_s == 100);
}

CHECK_TEST(witness_cosignatures_are_kept_by_witness)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct witness_row row = {.origin = span_text("ro/domestic/0"),
                              .size = 64,
                              .witness = span_text("al/witness/0"),
                              .root = H1,
                              .time_s = 5,
                              .signature = span_text("s")};
    struct witness_row found;

    NONE(witness_newest(c.db, &arena, row.origin, row.witness, &found, &c.error));
    OK(witness_insert(c.db, &row, &c.error));
    OK(witness_insert(c.db, &row, &c.error));
    row.size = 128;
    OK(witness_insert(c.db, &row, &c.error));
    OK(witness_newest(c.db, &arena, row.origin, row.witness, &found, &c.error));
    CHECK_INT(found.size, 128);
    CHECK_INT(found.time_s, 5);
    CHECK_SPAN(found.signature, "s");
    CHECK(span_equal(found.root, H1));
    NONE(witness_newest(c.db, &arena, row.origin, span_text("gr/witness/0"), &found, &c.error));
}

CHECK_TEST(the_journal_sequence_comes_back_in_order)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct sequence_row row = {.n = 1,
                               .kind = SEQUENCE_HANDLED,
                               .entry = 5,
                               .log = 3,
                               .time_s = 9,
                               .version = 1,
                               .outcome = OUTCOME_HELD,
                               .ground = span_text("type"),
                               .ruling = span_text("{}")};
    struct sequence_row rows[4];
    struct sequence_row found;
    struct span head;
    int64_t last = 0;
    size_t count = 0;

    OK(sequence_last(c.db, &last, &c.error));
    CHECK_INT(last, 0);
    OK(entries_put(&c));
    NONE(entry_newest_handled(c.db, &arena, 3, 1, INT64_MAX, &head, &c.error));
    OK(sequence_insert(c.db, &row, &c.error));
    OK(entry_newest_handled(c.db, &arena, 3, 1, INT64_MAX, &head, &c.error));
    CHECK_SPAN(head, "head");
    NONE(entry_newest_handled(c.db, &arena, 2, 1, INT64_MAX, &head, &c.error));
    row = (struct sequence_row){
        .n = 2, .kind = SEQUENCE_RECEIPT, .log = 2, .size = 7, .time_s = 10, .version = 1};
    OK(sequence_insert(c.db, &row, &c.error));
    row = (struct sequence_row){.n = 3,
                                .kind = SEQUENCE_HANDLED,
                                .entry = 5,
                                .log = 3,
                                .outcome = OUTCOME_REFUSED,
                                .ground = span_text("malformed")};
    OK(sequence_insert(c.db, &row, &c.error));
    OK(sequence_last(c.db, &last, &c.error));
    CHECK_INT(last, 3);
    OK(sequence_list(c.db, &arena, 1, rows, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(rows[0].kind, SEQUENCE_RECEIPT);
    CHECK_INT(rows[0].entry, 0);
    CHECK_INT(rows[0].size, 7);
    CHECK_INT(rows[0].ground.size, 0);
    OK(sequence_of_entry(c.db, &arena, 5, &found, &c.error));
    CHECK_INT(found.n, 3);
    CHECK_SPAN(found.ground, "malformed");
    NONE(sequence_of_entry(c.db, &arena, 6, &found, &c.error));
}

CHECK_TEST(parts_are_wanted_fetched_held_and_erased)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct part_row row = {.entry = 5,
                           .number = 1,
                           .kind = PART_ROW_ATTACHMENT,
                           .digest = H1,
                           .salt = H2,
                           .size = 7,
                           .sha256 = H2,
                           .segments = H1,
                           .state = PART_WANTED};
    struct part_row rows[4];
    struct part_row found;
    size_t count = 0;

    OK(entries_put(&c));
    OK(part_insert(c.db, &row, &c.error));
    row.number = 2;
    OK(part_insert(c.db, &row, &c.error));
    OK(part_list_wanted(c.db, &arena, 3, rows, 4, &count, &c.error));
    CHECK_INT(count, 2);
    OK(part_list_wanted(c.db, &arena, 2, rows, 4, &count, &c.error));
    CHECK_INT(count, 0);
    OK(part_list_wanted_after(c.db, &arena, 3, 5, 1, rows, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].number, 2);
    OK(part_list_wanted_after(c.db, &arena, 3, 5, 2, rows, 4, &count, &c.error));
    CHECK_INT(count, 0);
    bool is_wanted = true;
    OK(part_file_is_wanted(c.db, ID1, &is_wanted, &c.error));
    CHECK(!is_wanted);
    OK(part_begin(c.db, 5, 1, span_text("key"), ID1, &c.error));
    OK(part_file_is_wanted(c.db, ID1, &is_wanted, &c.error));
    CHECK(is_wanted);
    OK(part_find(c.db, &arena, 5, 1, &found, &c.error));
    CHECK_SPAN(found.part_key, "key");
    CHECK(span_equal(found.file, ID1));
    CHECK(span_equal(found.segments, H1));
    CHECK_INT(found.kind, PART_ROW_ATTACHMENT);
    OK(part_set_state(c.db, 5, 1, PART_HELD, &c.error));
    OK(part_begin(c.db, 5, 1, span_text("other"), ID2, &c.error)); /* held: stays */
    OK(part_list(c.db, &arena, 5, rows, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_SPAN(rows[0].part_key, "key");
    OK(part_erase(c.db, 5, 1, PART_ERASED, &c.error));
    OK(part_find(c.db, &arena, 5, 1, &found, &c.error));
    CHECK_INT(found.state, PART_ERASED);
    CHECK_INT((int64_t)(found.part_key.size + found.file.size + found.bytes.size), 0);
    CHECK(span_equal(found.digest, H1));
    OK(part_remove(c.db, 5, 1, &c.error));
    NONE(part_find(c.db, &arena, 5, 1, &found, &c.error));
    CHECK(!part_insert(c.db, &row, &c.error));
    CHECK_INT(c.error.kind, ERROR_CONFLICT);
}

CHECK_TEST(uploads_come_and_go)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct upload_row row = {.id = ID1,
                             .officer = span_text("ana"),
                             .name = span_text("film.bin"),
                             .size = 3,
                             .sha256 = H1,
                             .segments = H2,
                             .part_key = span_text("key"),
                             .created_ms = 12};
    struct upload_row found;

    OK(upload_insert(c.db, &row, &c.error));
    OK(upload_find(c.db, &arena, ID1, &found, &c.error));
    CHECK_SPAN(found.officer, "ana");
    CHECK_SPAN(found.name, "film.bin");
    CHECK_INT(found.size, 3);
    CHECK_INT(found.created_ms, 12);
    CHECK(span_equal(found.segments, H2));
    OK(upload_remove(c.db, ID1, &c.error));
    NONE(upload_find(c.db, &arena, ID1, &found, &c.error));
}

static struct request_row request_of(int64_t entry, int64_t log, bool is_own)
{
    return (struct request_row){.entry = entry,
                                .log = log,
                                .message_id = ID1,
                                .is_own = is_own,
                                .reference = span_text("RO-1"),
                                .urgency = 1,
                                .is_training = true,
                                .language = span_text("en"),
                                .persons = 2,
                                .attachments = 1,
                                .due_after_ms = 8 * 3600000,
                                .deadline_row = 1};
}

static bool request_put(struct engine_case *c, int64_t entry, int64_t log, bool is_own)
{
    struct request_row row = request_of(entry, log, is_own);
    return request_insert(c->db, &row, &c->error);
}

CHECK_TEST(requests_are_found_by_entry_message_and_range)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct request_row found;
    struct request_row rows[4];
    int64_t received_s = 1;
    int64_t due_ms = 1;
    size_t count = 0;

    OK(entries_put(&c) && request_put(&c, 1, 2, true) && request_put(&c, 3, 2, true));
    OK(request_find(c.db, &arena, 3, &found, &c.error));
    CHECK(found.is_own && found.is_training);
    CHECK_SPAN(found.reference, "RO-1");
    CHECK_SPAN(found.language, "en");
    CHECK_INT(found.due_after_ms, 8 * 3600000);
    NONE(request_find(c.db, &arena, 2, &found, &c.error));
    OK(request_find_message(c.db, &arena, ID1, &found, &c.error));
    CHECK_INT(found.entry, 1);
    NONE(request_find_message(c.db, &arena, ID2, &found, &c.error));
    OK(request_list_range(c.db, &arena, 2, 0, 9, rows, 4, &count, &c.error));
    CHECK_INT(count, 1); /* a waiting one is in no range */
    OK(due_find(c.db, 1, &received_s, &due_ms, &c.error));
    CHECK_INT(received_s + due_ms, 0);
    OK(due_insert(c.db, 1, 10, 20, &c.error));
    OK(due_insert(c.db, 1, 11, 21, &c.error)); /* one deadline, never two */
    OK(due_find(c.db, 1, &received_s, &due_ms, &c.error));
    CHECK_INT(received_s, 10);
    CHECK_INT(due_ms, 20);
}

static bool derived_put(struct engine_case *c)
{
    struct answer_row answer = {.entry = 2, .target = 1, .outcome = 3, .grounds = span_text("a b")};
    struct notice_row notice = {
        .entry = 4, .target = 1, .kind = 3, .unit = span_text("desk"), .at_ms = 5};
    struct result_row result = {.entry = 5, .target = 1, .outcome = 1, .ground = span_text("seen")};

    return entries_put(c) && request_put(c, 1, 2, true) && due_insert(c->db, 1, 1, 2, &c->error) &&
           answer_insert(c->db, &answer, &c->error) && notice_insert(c->db, &notice, &c->error) &&
           result_insert(c->db, &result, &c->error) && result_insert(c->db, &result, &c->error) &&
           parts_held_insert(c->db, 5, 1, 1, &c->error) &&
           parts_held_insert(c->db, 5, 1, 1, &c->error) &&
           parts_held_insert(c->db, 5, 1, 2, &c->error) &&
           parts_held_insert(c->db, 4, 1, 2, &c->error) &&
           erasure_insert(c->db, 5, 1, 0, false, &c->error) &&
           dispute_insert(c->db, 3, 7, 8, &c->error);
}

static bool row_count(void *context, const char *table, struct span text)
{
    (void)table;
    (void)text;
    ++*(int *)context;
    return true;
}

CHECK_TEST(derived_rows_leave_with_their_entry_and_with_rebuild)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct answer_row answers[4];
    struct notice_row notices[4];
    struct result_row result;
    int64_t number = 0;
    size_t count = 0;
    int rows = 0;

    OK(derived_put(&c));
    OK(answer_list(c.db, &arena, 1, answers, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_SPAN(answers[0].grounds, "a b");
    CHECK_INT(answers[0].outcome, 3);
    CHECK(!answers[0].is_own);
    OK(notice_list(c.db, &arena, 1, notices, 4, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK_SPAN(notices[0].unit, "desk");
    OK(result_find(c.db, &arena, 1, &result, &c.error));
    CHECK_SPAN(result.ground, "seen");
    NONE(result_find(c.db, &arena, 2, &result, &c.error));
    OK(parts_held_count(c.db, 1, &number, &c.error));
    CHECK_INT(number, 2);
    OK(erasure_count(c.db, 1, &number, &c.error));
    CHECK_INT(number, 1);
    OK(dispute_count(c.db, &number, &c.error));
    CHECK_INT(number, 1);
    OK(schema_walk_derived(c.db, row_count, &rows, &c.error));
    CHECK_INT(rows, 10);
    OK(derived_erase_part(c.db, 1, 2, &c.error));
    OK(parts_held_count(c.db, 1, &number, &c.error));
    CHECK_INT(number, 1);
    OK(derived_erase(c.db, 1, &c.error));
    rows = 0;
    OK(schema_walk_derived(c.db, row_count, &rows, &c.error));
    CHECK_INT(rows,
              2); /* the erasure is the fact and stays; so does the dispute of another entry */
    OK(schema_drop_derived(c.db, &c.error));
    rows = 0;
    OK(schema_walk_derived(c.db, row_count, &rows, &c.error));
    CHECK_INT(rows, 0);
}

CHECK_TEST(the_inbox_lists_open_requests_by_deadline)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct log_row log = {.id = 2,
                          .origin = span_text("o"),
                          .kind = LOG_OUTGOING,
                          .agreement = span_text("ro-al"),
                          .partner = span_text("al"),
                          .frontier = span_text("f")};
    struct inbox_row rows[4];
    struct answer_row answer = {.entry = 2, .target = 1};
    struct result_row result = {.entry = 5, .target = 4, .outcome = OUTCOME_REFUSED};
    size_t count = 0;

    OK(log_insert(c.db, &log, &c.error) && entries_put(&c));
    OK(request_put(&c, 1, 2, true) && request_put(&c, 3, 2, true) && request_put(&c, 4, 2, true));
    OK(due_insert(c.db, 1, 1, 2, &c.error) && due_insert(c.db, 4, 100, 200, &c.error));
    OK(answer_insert(c.db, &answer, &c.error) && result_insert(c.db, &result, &c.error));
    OK(inbox_list(c.db, &arena, true, NULL, rows, 4, &count, &c.error));
    CHECK_INT(count, 3);
    CHECK_INT(rows[0].request.entry, 4); /* has a deadline */
    CHECK_INT(rows[0].due_ms, 200);
    CHECK_INT(rows[0].received_s, 100);
    CHECK_INT(rows[0].result, OUTCOME_REFUSED);
    CHECK_INT(rows[0].index, ENTRY_WAITING);
    CHECK_SPAN(rows[0].agreement, "ro-al");
    CHECK_SPAN(rows[0].partner, "al");
    CHECK_INT(rows[1].request.entry, 3); /* none yet */
    CHECK_INT(rows[1].result, -1);
    CHECK_INT(rows[2].request.entry, 1); /* answered */
    CHECK_INT(rows[2].answers, 1);
    CHECK_INT(rows[2].created_ms, 1001);
    OK(inbox_list(c.db, &arena, false, NULL, rows, 4, &count, &c.error));
    CHECK_INT(count, 0);
}

CHECK_TEST(credentials_sessions_and_kept_answers_come_and_go)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct span ana = span_text("ana");
    struct credential_row credential;
    struct session_row session = {.token_hash = H1,
                                  .officer = ana,
                                  .csrf = H2,
                                  .made_ms = 10,
                                  .used_ms = 20,
                                  .client = span_text("192.0.2.7")};
    struct session_row found;
    struct session_row rows[4];
    struct once_row once = {.officer = ana,
                            .key = span_text("0123456789abcdef"),
                            .digest = H1,
                            .status = 201,
                            .answer = span_text("{}"),
                            .made_ms = 5};
    struct once_row kept;
    size_t count = 0;
    int64_t removed = 0;

    NONE(credential_find(c.db, &arena, ana, CREDENTIAL_PASSWORD, &credential, &c.error));
    credential = (struct credential_row){
        .officer = ana, .secret = span_text("old"), .made_ms = 1, .set_by = ana};
    OK(credential_put(c.db, &credential, &c.error));
    credential.secret = span_text("new");
    credential.set_by = span_text("boss");
    credential.confirmed_by = span_text("head");
    OK(credential_put(c.db, &credential, &c.error));
    OK(credential_find(c.db, &arena, ana, CREDENTIAL_PASSWORD, &credential, &c.error));
    CHECK_SPAN(credential.secret, "new");
    CHECK_SPAN(credential.set_by, "boss");
    CHECK_SPAN(credential.confirmed_by, "head");
    OK(session_insert(c.db, &session, &c.error));
    session.token_hash = H2;
    session.client = span_text("192.0.2.8");
    OK(session_insert(c.db, &session, &c.error));
    OK(session_touch(c.db, H2, 30, &c.error));
    OK(session_find(c.db, &arena, H2, &found, &c.error));
    CHECK(found.used_ms == 30 && found.made_ms == 10 && span_equal(found.csrf, H2));
    OK(session_list(c.db, &arena, NULL, rows, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK(!found.is_limited);
    OK(session_remove_old(c.db, 25, 10, &c.error));
    NONE(session_find(c.db, &arena, H1, &found, &c.error));
    OK(session_remove_client(c.db, ana, span_text("192.0.2.7"), &c.error));
    OK(session_find(c.db, &arena, H2, &found, &c.error));
    OK(session_remove(c.db, H2, &c.error));
    NONE(session_find(c.db, &arena, H2, &found, &c.error));
    session.is_limited = true;
    OK(session_insert(c.db, &session, &c.error));
    OK(session_find(c.db, &arena, H2, &found, &c.error));
    CHECK(found.is_limited);
    OK(session_unlimit(c.db, H2, &c.error));
    OK(session_find(c.db, &arena, H2, &found, &c.error));
    CHECK(!found.is_limited);
    session.token_hash = H1;
    OK(session_insert(c.db, &session, &c.error));
    OK(session_remove_others(c.db, ana, H2, &c.error));
    NONE(session_find(c.db, &arena, H1, &found, &c.error));
    OK(session_find(c.db, &arena, H2, &found, &c.error));
    OK(session_remove_officer(c.db, ana, &c.error));
    NONE(session_find(c.db, &arena, H2, &found, &c.error));
    session.used_ms = INT64_MAX / 2;
    OK(session_insert(c.db, &session, &c.error));
    OK(session_remove_all(c.db, &removed, &c.error));
    CHECK_INT(removed, 1);
    NONE(session_find(c.db, &arena, H1, &found, &c.error));
    OK(once_insert(c.db, &once, &c.error));
    OK(once_find(c.db, &arena, ana, once.key, &kept, &c.error));
    CHECK(kept.status == 201 && span_equal(kept.digest, H1));
    CHECK_SPAN(kept.answer, "{}");
    int64_t kept_count = 0, kept_bytes = 0;
    OK(once_count(c.db, ana, &kept_count, &kept_bytes, &c.error));
    CHECK(kept_count == 1 && kept_bytes == 2);
    OK(once_count(c.db, span_text("nobody"), &kept_count, &kept_bytes, &c.error));
    CHECK(kept_count == 0 && kept_bytes == 0);
    OK(once_remove(c.db, ana, span_text("another key"), &c.error));
    OK(once_find(c.db, &arena, ana, once.key, &kept, &c.error));
    OK(once_remove(c.db, ana, once.key, &c.error));
    NONE(once_find(c.db, &arena, ana, once.key, &kept, &c.error));
    OK(once_insert(c.db, &once, &c.error));
    once.key = span_text("a younger key");
    once.made_ms++;
    OK(once_insert(c.db, &once, &c.error));
    OK(once_remove_old(c.db, once.made_ms + 1, 1, &c.error)); /* the older one */
    OK(once_find(c.db, &arena, ana, once.key, &kept, &c.error));
    OK(once_count(c.db, ana, &kept_count, &kept_bytes, &c.error));
    CHECK_INT(kept_count, 1);
    OK(once_remove_old(c.db, once.made_ms + 1, 8, &c.error));
    NONE(once_find(c.db, &arena, ana, once.key, &kept, &c.error));
}

static struct approval_row approval_of(struct span id, const char *officer, int64_t made_ms)
{
    return (struct approval_row){.id = id,
                                 .act = span_text("request-send"),
                                 .officer = span_text(officer),
                                 .approver = span_text("hera"),
                                 .case_number = span_text("c-1"),
                                 .digest = H1,
                                 .sealed = span_text("sealed"),
                                 .salt = span_text("salt"),
                                 .key = span_text("key"),
                                 .made_ms = made_ms,
                                 .until_ms = made_ms + 10};
}

CHECK_TEST(approvals_wait_are_decided_once_expire_and_are_forgotten)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct approval_row one = approval_of(span_text("0123456789abcdef"), "ana", 5);
    struct approval_row two = approval_of(span_text("0123456789abcdeg"), "ion", 6);
    struct approval_row found;
    struct approval_row rows[4];
    size_t count = 0;
    int64_t waiting = 0;

    NONE(approval_find(c.db, &arena, one.id, &found, &c.error));
    OK(approval_insert(c.db, &one, &c.error) && approval_insert(c.db, &two, &c.error));
    OK(approval_find(c.db, &arena, one.id, &found, &c.error));
    CHECK_SPAN(found.sealed, "sealed");
    CHECK_SPAN(found.key, "key");
    CHECK_SPAN(found.approver, "hera");
    CHECK(found.state == APPROVAL_WAITS && found.until_ms == 15);
    OK(approval_list(c.db, &arena, span_text("ana"), NULL, rows, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_SPAN(rows[0].officer, "ion"); /* the newest first */
    OK(approval_decide(c.db, two.id, APPROVAL_REFUSED, span_text("hera"), 9, span_text("no"),
                       &c.error));
    OK(approval_decide(c.db, two.id, APPROVAL_CONFIRMED, span_text("ana"), 9, span_text("yes"),
                       &c.error)); /* too late: nothing */
    OK(approval_find(c.db, &arena, two.id, &found, &c.error));
    CHECK(found.state == APPROVAL_REFUSED && found.sealed.size == 0 && found.key.size == 0);
    CHECK_SPAN(found.decided_reason, "no");
    OK(approval_list(c.db, &arena, span_text("ana"), NULL, rows, 4, &count, &c.error));
    CHECK_INT(count, 1);
    OK(approval_count(c.db, span_text("ana"), &waiting, &c.error));
    CHECK_INT(waiting, 1);
    OK(approval_expire(c.db, 14, &c.error));
    OK(approval_find(c.db, &arena, one.id, &found, &c.error));
    CHECK_INT(found.state, APPROVAL_WAITS);
    OK(approval_expire(c.db, 15, &c.error));
    OK(approval_find(c.db, &arena, one.id, &found, &c.error));
    CHECK(found.state == APPROVAL_EXPIRED && found.sealed.size == 0);
    OK(approval_remove_old(c.db, 6, 0, &c.error));
    NONE(approval_find(c.db, &arena, one.id, &found, &c.error));
    OK(approval_find(c.db, &arena, two.id, &found, &c.error));
    OK(approval_insert(c.db, &one, &c.error));
    OK(approval_end_all(c.db, 7, &waiting, &c.error));
    CHECK_INT(waiting, 1);
    OK(approval_find(c.db, &arena, one.id, &found, &c.error));
    CHECK(found.state == APPROVAL_EXPIRED && found.decided_ms == 7 && found.sealed.size == 0);
    OK(approval_find(c.db, &arena, two.id, &found, &c.error));
    CHECK_INT(found.state, APPROVAL_REFUSED);
}

CHECK_TEST(what_was_refused_stays_barred_when_the_rest_is_forgotten)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct approval_row one = approval_of(span_text("0123456789abcdef"), "ana", 5);
    struct approval_row two = approval_of(span_text("0123456789abcdeg"), "ion", 6);
    struct approval_row found;
    bool is_barred = true;

    OK(approval_insert(c.db, &one, &c.error) && approval_insert(c.db, &two, &c.error));
    OK(approval_bar(c.db, one.id, span_text("content"), &c.error)); /* it waits: nothing */
    OK(approval_is_barred(c.db, span_text("content"), &is_barred, &c.error));
    CHECK(!is_barred);
    OK(approval_decide(c.db, one.id, APPROVAL_REFUSED, span_text("hera"), 9, span_text("no"),
                       &c.error));
    OK(approval_decide(c.db, two.id, APPROVAL_REFUSED, span_text("hera"), 9, span_text("no"),
                       &c.error));
    OK(approval_bar(c.db, one.id, span_text("content"), &c.error));
    OK(approval_is_barred(c.db, span_text("content"), &is_barred, &c.error));
    CHECK(is_barred);
    OK(approval_remove_old(c.db, 7, 5, &c.error));
    NONE(approval_find(c.db, &arena, two.id, &found, &c.error));
    OK(approval_find(c.db, &arena, one.id, &found, &c.error));
    CHECK(found.officer.size + found.approver.size + found.case_number.size +
              found.decided_by.size + found.decided_reason.size ==
          0);
    OK(approval_is_barred(c.db, span_text("content"), &is_barred, &c.error));
    CHECK(is_barred);
    OK(approval_remove_old(c.db, 7, 6, &c.error));
    OK(approval_is_barred(c.db, span_text("content"), &is_barred, &c.error));
    CHECK(!is_barred);
}

static struct own_row own_of(const char *external, int64_t changed)
{
    return (struct own_row){.source = span_text("register"),
                            .external = span_text(external),
                            .case_number = span_text("c-1"),
                            .category = 2,
                            .is_shielded = true,
                            .birth = 0x07c05030,
                            .body = span_text("{}"),
                            .changed = changed,
                            .put_ms = 9};
}

CHECK_TEST(people_of_the_own_index_change_go_and_are_followed)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct own_row one = own_of("a", 1), two = own_of("b", 2), found;
    struct own_change changes[4];
    int64_t id = 0, number = -1;
    size_t count = 0;
    bool is_new = false;

    OK(own_changed(c.db, &number, &c.error));
    CHECK_INT(number, 0);
    OK(own_put(c.db, &one, &id, &is_new, &c.error));
    CHECK(id == 1 && is_new);
    OK(own_put(c.db, &two, &id, &is_new, &c.error));
    CHECK(id == 2 && is_new);
    one.changed = 3;
    one.body = span_text("{\"a\":1}");
    one.is_shielded = false;
    OK(own_put(c.db, &one, &id, &is_new, &c.error));
    CHECK(id == 1 && !is_new);
    OK(own_find(c.db, &arena, 1, &found, &c.error));
    CHECK_SPAN(found.body, "{\"a\":1}");
    CHECK(found.changed == 3 && found.birth == 0x07c05030 && !found.is_shielded &&
          found.category == 2);
    OK(own_find_external(c.db, &arena, one.source, span_text("b"), &found, &c.error));
    CHECK(found.id == 2 && found.is_shielded);
    CHECK_SPAN(found.case_number, "c-1");
    NONE(own_find_external(c.db, &arena, span_text("other"), span_text("b"), &found, &c.error));
    OK(own_remove(c.db, 2, 4, &c.error) && own_remove(c.db, 2, 5, &c.error));
    NONE(own_find(c.db, &arena, 2, &found, &c.error));
    OK(own_changes(c.db, &arena, 1, changes, 4, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK(changes[0].id == 1 && changes[0].changed == 3 && !changes[0].is_gone &&
          !changes[0].has_names);
    CHECK_SPAN(changes[0].body, "{\"a\":1}");
    CHECK(changes[1].id == 2 && changes[1].changed == 4 && changes[1].is_gone);
    OK(own_changes(c.db, &arena, 3, changes, 1, &count, &c.error));
    CHECK(count == 1 && changes[0].is_gone);
    OK(own_changed(c.db, &number, &c.error));
    CHECK_INT(number, 4);
    OK(own_count(c.db, &number, &c.error));
    CHECK_INT(number, 1);
    /* With names the body is not asked. */
    one.changed = 5;
    one.names = span_text("Gjergj Popaj\x1f");
    OK(own_put(c.db, &one, &id, &is_new, &c.error) &&
       own_changes(c.db, &arena, 4, changes, 4, &count, &c.error));
    CHECK(count == 1 && changes[0].has_names && changes[0].body.size == 0);
    CHECK_SPAN(changes[0].names, "Gjergj Popaj\x1f");
    /* An id never comes again. */
    two.changed = 6;
    OK(own_put(c.db, &two, &id, &is_new, &c.error));
    CHECK(id == 6 && is_new);
}

CHECK_TEST(marks_lead_to_people_and_go_with_them)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct own_row one = own_of("a", 1), two = own_of("b", 2);
    struct own_mark plate = {3, span_text("AA012BB")}, other = {4, span_text("AA012BB")};
    struct own_viewer anybody = {.most = OWN_GUARD_SHIELDED};
    int64_t people[4], id = 0;
    size_t count = 0;
    bool is_new = false;

    OK(own_put(c.db, &one, &id, &is_new, &c.error) && own_put(c.db, &two, &id, &is_new, &c.error));
    OK(own_mark_put(c.db, &plate, 1, &c.error) && own_mark_put(c.db, &plate, 1, &c.error));
    OK(own_mark_put(c.db, &plate, 2, &c.error) && own_mark_put(c.db, &other, 2, &c.error));
    OK(own_mark_people(c.db, &plate, &anybody, people, 4, &count, &c.error));
    CHECK(count == 2 && people[0] == 1 && people[1] == 2);
    OK(own_mark_people(c.db, &plate, &anybody, people, 1, &count, &c.error));
    CHECK_INT(count, 1);
    OK(own_remove(c.db, 2, 3, &c.error));
    OK(own_mark_people(c.db, &plate, &anybody, people, 4, &count, &c.error));
    CHECK(count == 1 && people[0] == 1);
    OK(own_mark_people(c.db, &other, &anybody, people, 4, &count, &c.error));
    CHECK_INT(count, 0);
    OK(own_marks_drop(c.db, 1, &c.error));
    OK(own_mark_people(c.db, &plate, &anybody, people, 4, &count, &c.error));
    CHECK_INT(count, 0);
}

/* The limit counts those who are shown. */
CHECK_TEST(who_is_not_shown_takes_no_place)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct own_row rows[] = {own_of("a", 1), own_of("b", 2), own_of("c", 3), own_of("d", 4)};
    struct own_mark plate = {3, span_text("AA012BB")};
    struct own_viewer viewer = {.most = OWN_GUARD_OPEN, .case_number = span_text("c-2")};
    int64_t people[4], id = 0;
    size_t count = 0;
    bool is_new = false, is_shown = false;

    rows[0].guard = OWN_GUARD_SHIELDED;
    rows[1].guard = OWN_GUARD_PROTECTED;
    rows[3].guard = OWN_GUARD_SHIELDED;
    rows[3].case_number = span_text("");
    for (int64_t i = 0; i < 4; i++)
        OK(own_put(c.db, &rows[i], &id, &is_new, &c.error) &&
           own_mark_put(c.db, &plate, i + 1, &c.error));
    OK(own_mark_people(c.db, &plate, &viewer, people, 2, &count, &c.error));
    CHECK(count == 1 && people[0] == 3);
    viewer.most = OWN_GUARD_PROTECTED;
    OK(own_mark_people(c.db, &plate, &viewer, people, 2, &count, &c.error));
    CHECK(count == 2 && people[0] == 2 && people[1] == 3);
    viewer = (struct own_viewer){.most = OWN_GUARD_OPEN, .case_number = span_text("c-1")};
    OK(own_mark_people(c.db, &plate, &viewer, people, 4, &count, &c.error));
    CHECK_INT(count, 3);
    viewer.case_number = span_text(""); /* no case is nobody's case */
    OK(own_is_shown(c.db, 4, &viewer, &is_shown, &c.error));
    CHECK(!is_shown);
    OK(own_is_shown(c.db, 3, &viewer, &is_shown, &c.error));
    CHECK(is_shown);
    OK(own_is_shown(c.db, 9, &viewer, &is_shown, &c.error));
    CHECK(!is_shown);
}

CHECK_TEST(people_are_due_by_their_dates)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct own_row rows[] = {own_of("a", 1), own_of("b", 2), own_of("c", 3)};
    struct own_due due[4], first = {.due_ms = 0};
    int64_t id = 0, number = 0;
    size_t count = 0;
    bool is_new = false;

    for (int64_t i = 0; i < 3; i++) {
        rows[i].review_ms = 100 - 10 * i;
        rows[i].erase_ms = 200;
        OK(own_put(c.db, &rows[i], &id, &is_new, &c.error));
    }
    OK(own_due_list(c.db, &arena, OWN_REVIEW, 90, &first, due, 4, &count, &c.error));
    CHECK(count == 2 && due[0].id == 3 && due[0].due_ms == 80 && due[0].other_ms == 200 &&
          due[1].id == 2);
    CHECK_SPAN(due[0].case_number, "c-1");
    OK(own_due_list(c.db, &arena, OWN_ERASE, 199, &first, due, 4, &count, &c.error));
    CHECK_INT(count, 0);
    OK(own_due_list(c.db, &arena, OWN_ERASE, 200, &first, due, 2, &count, &c.error));
    CHECK(count == 2 && due[1].id == 2);
    OK(own_due_list(c.db, &arena, OWN_ERASE, 200, &due[1], due, 2, &count, &c.error));
    CHECK(count == 1 && due[0].id == 3);
    OK(own_due_count(c.db, OWN_REVIEW, 100, 9, &number, &c.error));
    CHECK_INT(number, 3);
    OK(own_due_count(c.db, OWN_ERASE, 200, 2, &number, &c.error));
    CHECK_INT(number, 2);
}

/* For the search files: only who changed sides since they last looked is taken out of the other side's. */
CHECK_TEST(a_change_of_guard_is_told)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct own_row one = own_of("a", 1);
    struct own_change changes[2];
    int64_t id = 0;
    size_t count = 0;
    bool is_new = false;
    static const struct {
        enum own_guard guard;
        int64_t moved;
    } steps[] = {{OWN_GUARD_OPEN, 0},
                 {OWN_GUARD_OPEN, 0},
                 {OWN_GUARD_PROTECTED, 3},
                 {OWN_GUARD_SHIELDED, 3},
                 {OWN_GUARD_OPEN, 5}};

    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        one.changed = (int64_t)i + 1;
        one.guard = steps[i].guard;
        OK(own_put(c.db, &one, &id, &is_new, &c.error) &&
           own_changes(c.db, &arena, 0, changes, 2, &count, &c.error));
        CHECK(count == 1 && changes[0].guard == steps[i].guard);
        CHECK_INT(changes[0].moved, steps[i].moved);
    }
}

CHECK_TEST(an_import_keeps_where_it_stands)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct own_import_row row = {.digest = H1,
                                 .source = span_text("register"),
                                 .officer = span_text("ana"),
                                 .case_number = span_text("c-1"),
                                 .began_ms = 5};
    struct own_import_row rows[2], found;
    size_t count = 0;

    NONE(own_import_find(c.db, &arena, H1, &found, &c.error));
    OK(own_import_put(c.db, &row, &c.error));
    row.lines = 100;
    row.people = 98;
    row.refused = 2;
    row.began_ms = 6;
    OK(own_import_put(c.db, &row, &c.error));
    OK(own_import_find(c.db, &arena, H1, &found, &c.error));
    CHECK(found.lines == 100 && found.people == 98 && found.refused == 2 && found.ended_ms == 0);
    CHECK_INT(found.began_ms, 5);
    CHECK_SPAN(found.source, "register");
    row.digest = H2;
    row.began_ms = 7;
    row.ended_ms = 8;
    OK(own_import_put(c.db, &row, &c.error));
    OK(own_import_list(c.db, &arena, INT64_MAX, span_text(""), rows, 2, &count, &c.error));
    CHECK(count == 2 && rows[0].began_ms == 7 && rows[0].ended_ms == 8);
    struct own_import_row first = rows[0], second = rows[1];
    OK(own_import_list(c.db, &arena, first.began_ms, first.digest, rows, 2, &count, &c.error));
    CHECK(count == 1 && span_equal(rows[0].digest, second.digest));
    OK(own_import_list(c.db, &arena, second.began_ms, second.digest, rows, 2, &count, &c.error));
    CHECK_INT(count, 0);
}

static int64_t first_in_inbox(struct engine_case *c)
{
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    struct inbox_row rows[4];
    size_t count = 0;
    if (!inbox_list(c->db, &arena, true, NULL, rows, 4, &count, &c->error) || count != 2)
        return -1;
    return rows[0].request.entry;
}

/* A request's place follows from its deadline and its answers, whichever comes first and whatever is erased. */
CHECK_TEST(the_inbox_keeps_its_order_when_deadlines_answers_and_erasures_come)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct log_row log = {.id = 2,
                          .origin = span_text("o"),
                          .kind = LOG_OUTGOING,
                          .agreement = span_text("ro-al"),
                          .partner = span_text("al"),
                          .frontier = span_text("f")};
    struct answer_row answer = {.entry = 2, .target = 1};
    struct answer_row second = {.entry = 5, .target = 1};

    OK(log_insert(c.db, &log, &c.error) && entries_put(&c));
    OK(due_insert(c.db, 3, 1, 50, &c.error)); /* before its request */
    OK(request_put(&c, 1, 2, true) && request_put(&c, 3, 2, true));
    CHECK_INT(first_in_inbox(&c), 3);
    OK(due_insert(c.db, 1, 1, 40, &c.error));
    CHECK_INT(first_in_inbox(&c), 1);
    OK(answer_insert(c.db, &answer, &c.error) && answer_insert(c.db, &second, &c.error));
    CHECK_INT(first_in_inbox(&c), 3);
    OK(derived_erase(c.db, 2, &c.error) && derived_erase(c.db, 5, &c.error));
    CHECK_INT(first_in_inbox(&c), 3); /* what was answered stays so */
    OK(answer_delete(c.db, 2, &c.error));
    CHECK_INT(first_in_inbox(&c), 3); /* the second answer stands */
    OK(answer_delete(c.db, 5, &c.error) && answer_delete(c.db, 5, &c.error));
    CHECK_INT(first_in_inbox(&c), 1); /* waits again */
}

/* Entries 10 to 10 + count - 1, with deadlines that fall together often, some answered, some without a deadline. */
static bool queue_fill(struct engine_case *c, int64_t count)
{
    bool ok = true;

    for (int64_t i = 0; ok && i < count; i++) {
        struct entry_row entry = entry_of(10 + i, 2, ENTRY_WAITING, ID1);
        struct answer_row answer = {.entry = 1000 + i, .target = entry.id};
        ok = entry_insert(c->db, &entry, &c->error) && request_put(c, entry.id, 2, false) &&
             (i % 5 == 0 || due_insert(c->db, entry.id, 1, 100 + i % 7, &c->error)) &&
             (i % 3 != 0 || answer_insert(c->db, &answer, &c->error));
    }
    return ok;
}

static bool is_behind(const struct inbox_place *a, const struct inbox_place *b)
{
    if (a->is_answered != b->is_answered)
        return a->is_answered > b->is_answered;
    return a->due_ms != b->due_ms ? a->due_ms > b->due_ms : a->entry > b->entry;
}

CHECK_TEST(the_queue_comes_page_by_page_each_request_once_and_in_order)
{
    enum { COUNT = 100, PAGE = 7 };
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct log_row log = {.id = 2,
                          .origin = span_text("o"),
                          .kind = LOG_MIRROR,
                          .agreement = span_text("ro-al"),
                          .partner = span_text("al"),
                          .frontier = span_text("f")};
    struct inbox_row rows[PAGE];
    struct inbox_place last = {.is_answered = -1};
    size_t total = 0;
    size_t count = 0;

    OK(log_insert(c.db, &log, &c.error) && queue_fill(&c, COUNT));
    do {
        OK(inbox_list(c.db, &arena, false, total == 0 ? NULL : &last, rows, PAGE, &count,
                      &c.error));
        for (size_t i = 0; i < count; i++) {
            CHECK(is_behind(&rows[i].place, &last));
            last = rows[i].place;
        }
        total += count;
    } while (count == PAGE && total <= COUNT);
    CHECK_INT(total, COUNT);
}

/* However many requests there are, a page is a walk along the index from the place on. */
CHECK_TEST(a_page_of_the_queue_is_read_without_scan_and_sort)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    static char sql[4096]; /* the statement cache keeps its address */
    char plan[4096] = "";
    enum statement_step step = STEP_FAILED;

    snprintf(sql, sizeof sql, "explain query plan %s", inbox_list_sql);
    struct statement *s = statement_take(c.db, sql, &c.error);
    CHECK_OR_RETURN(s != NULL);
    while ((step = statement_step(s, &c.error)) == STEP_ROW) {
        struct span line = column_bytes(s, 3);
        size_t used = strlen(plan);
        snprintf(plan + used, sizeof plan - used, "%.*s\n", SPAN_ARG(line));
    }
    CHECK_INT(step, STEP_DONE);
    statement_give(&s);
    CHECK(strstr(plan, "USING INDEX requests_queue (is_own=? AND "
                       "(is_answered,due_ms,entry)>(?,?,?))") != NULL);
    CHECK(strstr(plan, "SCAN") == NULL);
    /* the newest outcome of one request is sorted, never the queue */
    const char *sort = strstr(plan, "TEMP B-TREE FOR ORDER BY");
    CHECK(sort == NULL || strstr(plan, "CORRELATED") < sort);
    CHECK(sort == NULL || strstr(sort + 1, "TEMP B-TREE FOR ORDER BY") == NULL);
    if (strstr(plan, "SCAN") != NULL)
        printf("%s", plan);
}

CHECK_TEST(officers_cases_and_settings_are_put_and_found)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct officer_row row = {.id = span_text("ana"),
                              .name = span_text("Ana Test"),
                              .unit = span_text("desk"),
                              .role = span_text("duty_officer"),
                              .is_active = true};
    struct officer_row found;
    struct officer_row rows[4];
    struct span value;
    bool is_in = true;
    size_t count = 0;

    OK(officer_put(c.db, &row, &c.error));
    row.is_active = false;
    row.unit = span_text("other");
    OK(officer_put(c.db, &row, &c.error));
    OK(officer_find(c.db, &arena, row.id, &found, &c.error));
    CHECK(!found.is_active);
    CHECK_SPAN(found.unit, "other");
    CHECK_SPAN(found.name, "Ana Test");
    CHECK_SPAN(found.role, "duty_officer");
    NONE(officer_find(c.db, &arena, span_text("nobody"), &found, &c.error));
    OK(officer_list(c.db, &arena, span_text(""), rows, 4, &count, &c.error));
    CHECK_INT(count, 1);
    NONE(case_find(c.db, span_text("c-1"), &c.error));
    OK(case_put(c.db, span_text("c-1"), span_text("Title"), 1, &c.error));
    OK(case_put(c.db, span_text("c-1"), span_text("Other"), 2, &c.error));
    OK(case_find(c.db, span_text("c-1"), &c.error));
    OK(case_has_item(c.db, span_text("c-1"), 7, &is_in, &c.error));
    CHECK(!is_in);
    OK(case_add_item(c.db, span_text("c-1"), 7, &c.error));
    OK(case_add_item(c.db, span_text("c-1"), 7, &c.error));
    OK(case_has_item(c.db, span_text("c-1"), 7, &is_in, &c.error));
    CHECK(is_in);
    NONE(setting_get(c.db, &arena, "x", &value, &c.error));
    OK(setting_put(c.db, "x", span_text("1"), &c.error));
    OK(setting_put(c.db, "x", span_text("2"), &c.error));
    OK(setting_get(c.db, &arena, "x", &value, &c.error));
    CHECK_SPAN(value, "2");
}

CHECK_TEST(rows_beyond_the_limit_or_the_arena_do_not_come)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct arena tiny CLEANUP(arena_free) = arena_make(64);
    struct entry_row rows[2];
    size_t count = 0;

    OK(entries_put(&c));
    OK(entry_list_range(c.db, &arena, 2, 0, 9, rows, 1, &count, &c.error));
    CHECK_INT(count, 1);
    CHECK(!entry_list_range(c.db, &tiny, 2, 0, 9, rows, 2, &count, &c.error));
    CHECK_INT(c.error.kind, ERROR_LIMIT);
    error_clear(&c.error);
    /* It was no failed statement: the connection goes on. */
    OK(entry_list_range(c.db, &arena, 2, 0, 9, rows, 2, &count, &c.error));
    CHECK_INT(count, 2);
}

CHECK_TEST(what_is_held_holds_its_thread)
{
    struct engine_case c CLEANUP(engine_case_end);
    ROWS_CASE(&c);
    struct held_row row = {
        .entry = 5, .log = 3, .thread_log = 2, .thread = H1, .ground = span_text("type")};
    struct held_row rows[2];
    bool is_held = true;
    int64_t count = 0;
    size_t found = 0;

    OK(held_has_thread(c.db, 2, H1, 9, &is_held, &c.error));
    CHECK(!is_held);
    OK(held_insert(c.db, &row, &c.error));
    row.ground = span_text("failed");
    OK(held_insert(c.db, &row, &c.error));
    OK(held_has_thread(c.db, 2, H1, 6, &is_held, &c.error));
    CHECK(is_held);
    OK(held_has_thread(c.db, 2, H1, 5, &is_held, &c.error)); /* not by itself */
    CHECK(!is_held);
    OK(held_has_thread(c.db, 3, H1, 6, &is_held, &c.error));
    CHECK(!is_held);
    OK(held_list(c.db, &arena, 3, 0, rows, 2, &found, &c.error));
    CHECK_INT(found, 1);
    CHECK_SPAN(rows[0].ground, "failed");
    OK(held_list(c.db, &arena, 3, 5, rows, 2, &found, &c.error));
    CHECK_INT(found, 0);
    OK(held_count(c.db, 3, &count, &c.error));
    CHECK_INT(count, 1);
    OK(held_delete(c.db, 5, &c.error));
    OK(held_count(c.db, 3, &count, &c.error));
    CHECK_INT(count, 0);
}

int main(void)
{
    RUN_ON_ENGINES(what_is_held_holds_its_thread);
    RUN_ON_ENGINES(agreements_show_their_newest_version);
    RUN_ON_ENGINES(logs_grow_are_handled_and_stop);
    RUN_ON_ENGINES(entries_wait_are_numbered_and_found);
    RUN_ON_ENGINES(an_erased_body_is_gone_and_counts_no_more);
    RUN_ON_ENGINES(checkpoints_and_forks_are_kept_once);
    RUN_ON_ENGINES(a_receipt_is_signed_once);
    RUN_ON_ENGINES(a_receipt_comes_back_in_place_of_an_unsigned_one);
    RUN_ON_ENGINES(handled_entries_take_the_time_of_their_receipt);
    RUN_ON_ENGINES(witness_cosignatures_are_kept_by_witness);
    RUN_ON_ENGINES(the_journal_sequence_comes_back_in_order);
    RUN_ON_ENGINES(parts_are_wanted_fetched_held_and_erased);
    RUN_ON_ENGINES(uploads_come_and_go);
    RUN_ON_ENGINES(requests_are_found_by_entry_message_and_range);
    RUN_ON_ENGINES(derived_rows_leave_with_their_entry_and_with_rebuild);
    RUN_ON_ENGINES(the_inbox_lists_open_requests_by_deadline);
    RUN_ON_ENGINES(credentials_sessions_and_kept_answers_come_and_go);
    RUN_ON_ENGINES(approvals_wait_are_decided_once_expire_and_are_forgotten);
    RUN_ON_ENGINES(what_was_refused_stays_barred_when_the_rest_is_forgotten);
    RUN_ON_ENGINES(people_of_the_own_index_change_go_and_are_followed);
    RUN_ON_ENGINES(marks_lead_to_people_and_go_with_them);
    RUN_ON_ENGINES(who_is_not_shown_takes_no_place);
    RUN_ON_ENGINES(people_are_due_by_their_dates);
    RUN_ON_ENGINES(a_change_of_guard_is_told);
    RUN_ON_ENGINES(an_import_keeps_where_it_stands);
    RUN_ON_ENGINES(the_inbox_keeps_its_order_when_deadlines_answers_and_erasures_come);
    RUN_ON_ENGINES(the_queue_comes_page_by_page_each_request_once_and_in_order);
    engine_kind = DATABASE_SQLITE; /* whose plan it is */
    CHECK_RUN(a_page_of_the_queue_is_read_without_scan_and_sort);
    RUN_ON_ENGINES(officers_cases_and_settings_are_put_and_found);
    RUN_ON_ENGINES(rows_beyond_the_limit_or_the_arena_do_not_come);
    return engines_end(check_end());
}
