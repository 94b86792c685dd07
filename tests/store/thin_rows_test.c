/* Witness statements as thinning reads them, and its places, on both engines: see store/thin_rows.h. */
#include "check.h"
#include "store/log_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"
#include "store/thin_rows.h"

#define ROWS_CASE(c)                                                                               \
    ENGINE_CASE(c);                                                                                \
    CHECK_OK(database_migrate((c)->db, schema_migrations, schema_migration_count, &(c)->error),    \
             (c)->error)
#define OK(claim) CHECK_OK(claim, c.error)

static bool put(struct engine_case *c, const char *origin, int64_t size, const char *witness)
{
    struct witness_row row = {.origin = span_text(origin),
                              .size = size,
                              .witness = span_text(witness),
                              .root = span_text("root"),
                              .time_s = 1000 + size,
                              .signature = span_text("signature")};
    struct checkpoint_row checkpoint = {.log = origin[0],
                                        .size = size,
                                        .root = span_text("root"),
                                        .signature = span_text("signature")};

    return witness_insert(c->db, &row, &c->error) &&
           checkpoint_insert(c->db, &checkpoint, &c->error);
}

CHECK_TEST(origins_and_statements_come_in_order_and_go_alone)
{
    struct engine_case c CLEANUP(engine_case_end);
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 16);
    struct thin_row rows[8];
    struct checkpoint_row left;
    struct span origin;
    size_t count = 0;
    ROWS_CASE(&c);

    OK(put(&c, "ro/domestic/0", 128, "al/witness/0") &&
       put(&c, "ro/domestic/0", 64, "al/witness/0"));
    OK(put(&c, "ro/domestic/0", 192, "al/witness/0") &&
       put(&c, "al/domestic/0", 64, "ro/witness/0"));
    OK(thin_origin_next(c.db, &arena, span_text(""), &origin, &c.error));
    CHECK_SPAN(origin, "al/domestic/0");
    OK(thin_origin_next(c.db, &arena, origin, &origin, &c.error));
    CHECK_SPAN(origin, "ro/domestic/0");
    CHECK(!thin_origin_next(c.db, &arena, origin, &origin, &c.error));
    CHECK_INT(c.error.kind, ERROR_MISSING);
    error_clear(&c.error);
    OK(thin_list(c.db, &arena, span_text("ro/domestic/0"), 64, rows, 8, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(rows[0].size, 128);
    CHECK_INT(rows[1].time_s, 1192);
    CHECK_SPAN(rows[1].witness, "al/witness/0");
    OK(thin_statement(c.db, span_text("ro/domestic/0"), &rows[0], &c.error));
    OK(thin_list(c.db, &arena, span_text("ro/domestic/0"), 0, rows, 8, &count, &c.error));
    CHECK_INT(count, 2);
    CHECK_INT(rows[1].size, 192);
    /* 128 has no statement any more; 64 is below the range, 192 has one. */
    OK(thin_checkpoints(c.db, 'r', span_text("ro/domestic/0"), 64, 192, &c.error));
    OK(checkpoint_from(c.db, &arena, 'r', 65, &left, &c.error));
    CHECK_INT(left.size, 192);
    OK(checkpoint_from(c.db, &arena, 'r', 0, &left, &c.error));
    CHECK_INT(left.size, 64);
    OK(checkpoint_from(c.db, &arena, 'a', 0, &left, &c.error));
}

CHECK_TEST(a_place_is_kept_for_each_origin)
{
    struct engine_case c CLEANUP(engine_case_end);
    int64_t place = 7;
    ROWS_CASE(&c);

    OK(thin_place_get(c.db, span_text("ro/domestic/0"), &place, &c.error));
    CHECK_INT(place, 0);
    OK(thin_place_put(c.db, span_text("ro/domestic/0"), 640, &c.error));
    OK(thin_place_put(c.db, span_text("ro/domestic/1"), 64, &c.error));
    OK(thin_place_get(c.db, span_text("ro/domestic/0"), &place, &c.error));
    CHECK_INT(place, 640);
}

int main(void)
{
    RUN_ON_ENGINES(origins_and_statements_come_in_order_and_go_alone);
    RUN_ON_ENGINES(a_place_is_kept_for_each_origin);
    return engines_end(check_end());
}
