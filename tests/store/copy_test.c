/* A copy of the database while others write is one state, and a copy that failed leaves no file. */
#include "check.h"

#include "store/part_rows.h"
#include "store/schema.h"
#include "store/support/engines.h"

#include <unistd.h>

static int64_t ask(struct database *db, const char *sql)
{
    struct error err = {0};
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, &err);
    return s != NULL && statement_step(s, &err) == STEP_ROW ? column_integer(s, 0) : -1;
}

struct writing {
    struct database *db;
    unsigned calls;
    int64_t last_done;
    int64_t last_total;
};

/* Each word of progress is a moment at which another connection writes: both rows, or neither. */
static void write_more(void *context, int64_t done, int64_t total)
{
    struct writing *writing = context;
    struct error err = {0};

    writing->calls++;
    writing->last_done = done;
    writing->last_total = total;
    CHECK(database_begin(writing->db, DATABASE_NORMAL, &err) &&
          database_run(writing->db, "insert into a (x) values (zeroblob(10000))", &err) &&
          database_run(writing->db, "insert into b (x) values (zeroblob(10000))", &err) &&
          database_commit(writing->db, &err));
}

CHECK_TEST(a_copy_is_one_state_while_others_write)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);
    char path[ENGINE_PATH_SIZE];
    struct writing writing = {.db = c.db};

    CHECK_OR_RETURN(engine_fresh_place(path));
    CHECK_OK(database_run(c.db, "create table a (x blob); create table b (x blob)", &c.error),
             c.error);
    for (int i = 0; i < 1500; i++)
        write_more(&writing, 0, 0);
    struct database *reader CLEANUP(database_close) = engine_connect(&c, true);
    CHECK_OR_RETURN(reader != NULL);
    writing.calls = 0;
    CHECK_OK(database_copy(reader, path, write_more, &writing, &c.error), c.error);
    CHECK(writing.calls > 2);
    CHECK_INT(writing.last_done, writing.last_total);
    CHECK(ask(c.db, "select count(*) from a") > 1500);
    struct database_options options = {.place = path, .env = env_real()};
    struct database *copy CLEANUP(database_close) = NULL;
    CHECK_OK(database_open(&options, &copy, &c.error), c.error);
    CHECK_INT(ask(copy, "select count(*) from a"), 1500);
    CHECK_INT(ask(copy, "select count(*) from b"), 1500);
    CHECK(!database_copy(reader, path, NULL, NULL, &c.error));
    CHECK_INT(c.error.kind, ERROR_CONFLICT);
    CHECK(access(path, F_OK) == 0);
}

CHECK_TEST(files_of_held_attachments_and_uploads_are_listed)
{
    struct engine_case c CLEANUP(engine_case_end);
    ENGINE_CASE(&c);
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    static const uint8_t id[2][16] = {{1}, {2}};
    struct span digest = span_make(id[0], 16);
    struct file_row rows[4];
    struct span old[4];
    size_t count = 0;
    int64_t total = 0;

    CHECK_OK(database_migrate(c.db, schema_migrations, schema_migration_count, &c.error), c.error);
    for (int64_t number = 1; number <= 3; number++) {
        struct part_row row = {.entry = 4,
                               .number = number,
                               .kind = number == 3 ? PART_ROW_SMALL : PART_ROW_ATTACHMENT,
                               .digest = digest,
                               .salt = digest,
                               .size = 100,
                               .sha256 = digest,
                               .state = number == 2 ? PART_WANTED : PART_HELD,
                               .file = span_make(id[0], 16)};
        CHECK_OK(part_insert(c.db, &row, &c.error), c.error);
    }
    struct upload_row upload = {.id = span_make(id[1], 16),
                                .officer = span_text("ana"),
                                .name = span_text("x"),
                                .size = 30,
                                .sha256 = digest,
                                .segments = digest,
                                .part_key = digest,
                                .created_ms = 50};
    CHECK_OK(upload_insert(c.db, &upload, &c.error), c.error);
    CHECK_OK(file_list(c.db, &arena, 0, 0, rows, 4, &count, &c.error), c.error);
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].number, 1);
    CHECK_OK(file_list(c.db, &arena, 4, 1, rows, 4, &count, &c.error), c.error);
    CHECK_INT(count, 0);
    CHECK_OK(file_list_uploads(c.db, &arena, span_make("", 0), rows, 4, &count, &c.error), c.error);
    CHECK_INT(count, 1);
    CHECK_INT(rows[0].entry, 0);
    CHECK_INT(rows[0].size, 30);
    CHECK_OK(file_list_uploads(c.db, &arena, span_make(id[1], 16), rows, 4, &count, &c.error),
             c.error);
    CHECK_INT(count, 0);
    CHECK_OK(file_total(c.db, &total, &c.error), c.error);
    CHECK_INT(total, 130);
    CHECK_OK(upload_list_old(c.db, &arena, 50, old, 4, &count, &c.error), c.error);
    CHECK_INT(count, 0);
    CHECK_OK(upload_list_old(c.db, &arena, 51, old, 4, &count, &c.error), c.error);
    CHECK_INT(count, 1);
}

int main(void)
{
    CHECK_RUN(a_copy_is_one_state_while_others_write); /* PostgreSQL: books_copy_test */
    RUN_ON_ENGINES(files_of_held_attachments_and_uploads_are_listed);
    return engines_end(check_end());
}
