/*
 * Verification of the books: whole books are clean, and each single change is reported by name.
 * covers: books node_verify verify verify_bodies
 */
#include "check.h"

#include "base/attributes.h"
#include "base/text.h"
#include "cmd/support/books_scene.h"
#include "cmd/verify.h"

static struct scene scene;
static struct verify_report report;

static bool run(void)
{
    report = (struct verify_report){.logs = 0};
    error_clear(&scene.error);
    return verify_books(&scene.books, &report, &scene.error);
}

static bool run_rename(struct scene *of, const char *from, const char *to)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", of->directory, from);
    return env_real()->rename(env_real()->context, path, scene_path(of, to), &of->error);
}

/* Exactly one thing is wrong, of this kind, and its text names it. */
static void expect(enum finding_kind kind, const char *part)
{
    CHECK(run());
    CHECK_INT(report.finding_total, 1);
    if (report.finding_count == 0)
        return;
    CHECK_INT(report.findings[0].kind, kind);
    if (strstr(report.findings[0].text, part) == NULL)
        printf("found: %s\n", report.findings[0].text);
    CHECK(strstr(report.findings[0].text, part) != NULL);
}

/* A change in a transaction that is undone. */
static void change(const char *select, const char *update, enum finding_kind kind, const char *part)
{
    CHECK(database_begin(scene.db, DATABASE_NORMAL, &scene.error));
    CHECK(scene_flip(&scene, select, update));
    expect(kind, part);
    database_rollback(scene.db);
    CHECK(scene_books(&scene));
}

static void change_sql(const char *sql, enum finding_kind kind, const char *part)
{
    CHECK(database_begin(scene.db, DATABASE_NORMAL, &scene.error));
    CHECK(scene_sql(&scene, sql));
    expect(kind, part);
    database_rollback(scene.db);
    CHECK(scene_books(&scene));
}

CHECK_TEST(whole_books_are_clean)
{
    CHECK_OK(run(), scene.error);
    for (size_t i = 0; i < report.finding_count; i++)
        printf("found: %s\n", report.findings[i].text);
    CHECK_INT(report.finding_total, 0);
    CHECK_INT(report.entries, SCENE_COUNT);
    CHECK_INT(report.bodies, SCENE_COUNT);
    CHECK_INT(report.checkpoints, 3);
    CHECK_INT(report.receipts, 3);
    CHECK_INT(report.attachments, 1);
    CHECK_INT(report.attachment_bytes, 3 * 1024 * 1024 / 2);
    CHECK_INT(report.agreements, 1);
}

CHECK_TEST(without_a_keeper_bodies_are_counted_as_not_opened)
{
    scene.books.keeper = NULL;
    CHECK_OK(run(), scene.error);
    CHECK_INT(report.finding_total, 0);
    CHECK_INT(report.unreadable, SCENE_COUNT);
    CHECK(scene_books(&scene));
}

CHECK_TEST(a_flipped_bit_in_a_head_is_named)
{
    change("select head from entries where id = 103", "update entries set head = $1 where id = 103",
           FINDING_HEAD, SCENE_LOG ", index 3: the head was changed");
}

CHECK_TEST(a_flipped_bit_in_a_body_or_its_key_is_named)
{
    change("select body from entries where id = 104", "update entries set body = $1 where id = 104",
           FINDING_BODY, SCENE_LOG ", index 4, body");
    change("select body_key from entries where id = 699",
           "update entries set body_key = $1 where id = 699", FINDING_BODY, "index 599, body");
}

CHECK_TEST(a_flipped_bit_in_a_salt_is_named)
{
    change("select salt from entries where id = 105", "update entries set salt = $1 where id = 105",
           FINDING_BODY, SCENE_LOG ", index 5, body");
}

CHECK_TEST(a_flipped_bit_in_a_signature_is_named)
{
    change("select signature from checkpoints where size = 300",
           "update checkpoints set signature = $1 where size = 300", FINDING_SIGNATURE,
           "the checkpoint of size 300");
    change("select root from checkpoints where size = 300",
           "update checkpoints set root = $1 where size = 300", FINDING_SIGNATURE,
           "the checkpoint of size 300");
}

CHECK_TEST(a_flipped_bit_in_a_receipt_is_named)
{
    change("select signature from receipts where size = 1",
           "update receipts set signature = $1 where size = 1", FINDING_RECEIPT,
           "the receipt of size 1 by al/custody/0");
    change_sql("update receipts set time_s = time_s + 1 where size = 600", FINDING_RECEIPT,
               "the receipt of size 600 by al/custody/0");
}

/* The partner's log ended with its keys; up to `custody` the receipts of its older custody key count. */
static bool keys_end_at(int64_t custody)
{
    char keys[2 * (2 + 3 * 32 + 65) + 1];
    char sql[1400];

    memset(keys, '3', sizeof keys - 1);
    keys[sizeof keys - 1] = '\0';
    memcpy(keys, "0001", 4);
    snprintf(
        sql, sizeof sql,
        "insert into logs (id, origin, kind, agreement, partner, size, frontier, handled, ends)"
        " values (91, 'al/ro-al/to/ro/0', 2, 'ro-al', 'al', 0, x'0000000000000000', 0, 0);"
        "insert into logs (id, origin, kind, agreement, partner, size, frontier, handled,"
        " before, keys, custody) values (92, 'al/ro-al/to/ro/1', 2, 'ro-al', 'al', 0,"
        " x'0000000000000000', 0, 91, x'%s', %d)",
        keys, (int)custody);
    return scene_sql(&scene, sql) && scene_books(&scene);
}

CHECK_TEST(a_receipt_made_with_an_old_key_is_named)
{
    CHECK(database_begin(scene.db, DATABASE_NORMAL, &scene.error));
    CHECK(keys_end_at(SCENE_COUNT));
    CHECK_OK(run(), scene.error);
    CHECK_INT(report.finding_total, 0);
    database_rollback(scene.db);
    CHECK(database_begin(scene.db, DATABASE_NORMAL, &scene.error));
    CHECK(keys_end_at(SCENE_COUNT - 1));
    expect(FINDING_RECEIPT, "made with an old key");
    CHECK(strstr(report.findings[0].text, "al/custody/0") != NULL);
    CHECK(strstr(report.findings[0].text, "only al/custody/1 counts") != NULL);
    database_rollback(scene.db);
    CHECK(scene_books(&scene));
}

CHECK_TEST(a_changed_attachment_is_named)
{
    change("select salt from parts", "update parts set salt = $1", FINDING_ATTACHMENT,
           "index 7, attachment 1");
    change("select digest from parts", "update parts set digest = $1", FINDING_PART,
           "index 7, part 1");
}

CHECK_TEST(a_missing_part_is_named)
{
    change_sql("delete from parts", FINDING_PART, "index 7, part 1: named by the body, not here");
}

CHECK_TEST(a_missing_entry_is_named)
{
    change_sql("delete from entries where id = 108", FINDING_ENTRY_MISSING,
               SCENE_LOG ", index 8: the entry is missing");
    change_sql("delete from entries where id >= 132 and id < 140", FINDING_ENTRY_MISSING,
               "index 32 to 39: the entries are missing");
}

CHECK_TEST(a_cut_log_is_named)
{
    struct compact_range range = compact_range_empty();
    struct buffer frontier CLEANUP(buffer_free) = buffer_make(4096);
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct entry_row row;

    CHECK(database_begin(scene.db, DATABASE_NORMAL, &scene.error));
    for (int64_t i = 0; i < 300; i++) {
        struct tlog_hash leaf;
        CHECK_OK(entry_find(scene.db, &arena, SCENE_ROW(i), &row, &scene.error), scene.error);
        tlog_leaf_hash(row.head, &leaf);
        compact_range_append(&range, &leaf);
    }
    compact_range_write(&range, &frontier);
    CHECK(log_grow(scene.db, SCENE_LOG_ID, 300, buffer_span(&frontier), &scene.error));
    CHECK(scene_sql(&scene, "delete from entries where id >= 400"));
    expect(FINDING_ENTRY_MISSING, "size 600 was signed, the log ends at 300");
    database_rollback(scene.db);
    CHECK(scene_books(&scene));
}

/* Head and leaf are both rewritten, so that they agree with each other. */
static void head_rewrite(int64_t id)
{
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    struct entry_row row;
    struct tlog_hash leaf;
    static const char sql[] = "update entries set head = $1, leaf = $2 where id = $3";
    struct statement *s CLEANUP(statement_give) = statement_take(scene.db, sql, &scene.error);
    uint8_t head[HEAD_SIZE_MAX];

    CHECK_OR_RETURN(s != NULL && entry_find(scene.db, &arena, id, &row, &scene.error));
    memcpy(head, row.head.data, row.head.size);
    memcpy(head + 5, "x", 1);
    struct span changed = span_make(head, row.head.size);
    tlog_leaf_hash(changed, &leaf);
    statement_bytes(s, 1, changed);
    statement_bytes(s, 2, span_make(leaf.bytes, sizeof leaf.bytes));
    statement_integer(s, 3, id);
    CHECK(statement_run(s, &scene.error));
}

CHECK_TEST(entries_that_were_never_signed_are_named)
{
    bool is_changed = false, is_fork = false;

    CHECK(database_begin(scene.db, DATABASE_NORMAL, &scene.error));
    head_rewrite(SCENE_ROW(450));
    CHECK(scene_sql(&scene, "update entries set body_state = 3, body = null, body_key = null where "
                            "id = 550"));
    CHECK(run());
    for (size_t i = 0; i < report.finding_count; i++) {
        const char *text = report.findings[i].text;
        is_changed =
            is_changed || (report.findings[i].kind == FINDING_CHANGED &&
                           strstr(text, "entries from index 300 to 599 are not those that were "
                                        "signed at size 600") != NULL);
        is_fork = is_fork || (report.findings[i].kind == FINDING_FORK &&
                              strstr(text, "the receipt of size 600") != NULL);
    }
    CHECK(is_changed);
    CHECK(is_fork);
    CHECK_INT(report.finding_total, 2);
    database_rollback(scene.db);
    CHECK(scene_books(&scene));
}

CHECK_TEST(a_forked_log_is_named)
{
    static const struct tlog_hash other = {.bytes = {1, 2, 3}};
    uint8_t signature[SIGNATURE_SIZE];

    CHECK(database_begin(scene.db, DATABASE_NORMAL, &scene.error));
    scene_sign(&scene, 200, &other, signature);
    struct checkpoint_row row = {.log = SCENE_LOG_ID,
                                 .size = 200,
                                 .root = span_make(other.bytes, sizeof other.bytes),
                                 .signature = span_make(signature, sizeof signature)};
    CHECK_OK(checkpoint_insert(scene.db, &row, &scene.error), scene.error);
    expect(FINDING_FORK, SCENE_LOG " forked: its key signed sizes 200 and 300");
    database_rollback(scene.db);
    CHECK(scene_books(&scene));
}

CHECK_TEST(an_agreement_with_another_fingerprint_is_named)
{
    change("select fingerprint from agreements", "update agreements set fingerprint = $1",
           FINDING_AGREEMENT, "agreement ro-al/1");
}

CHECK_TEST(an_agreement_without_its_pinned_partner_is_named)
{
    CHECK(run_rename(&scene, "home/partners/al.pairing", "home/partners/al.away"));
    expect(FINDING_AGREEMENT, "agreement ro-al/1");
    CHECK(run_rename(&scene, "home/partners/al.away", "home/partners/al.pairing"));
}

static int64_t much_later_ms(void *context)
{
    return env_real()->now_ms(context) + INT64_C(40) * 366 * 86400 * 1000;
}

/* A pruned head is one whose receipt is as old as the agreement keeps heads: else somebody emptied it. */
CHECK_TEST(a_head_that_is_gone_before_its_time_is_named)
{
    static const char empty[] =
        "update entries set head = x'', salt = null, body = null, body_key = null, body_state = 3"
        " where id = 103";
    struct env later = *env_real();

    change_sql(empty, FINDING_HEAD, SCENE_LOG ", index 3: the head is gone before its time");
    later.now_ms = much_later_ms;
    CHECK(database_begin(scene.db, DATABASE_NORMAL, &scene.error));
    CHECK(scene_sql(&scene, empty));
    scene.books.env = &later;
    CHECK_OK(run(), scene.error);
    CHECK_INT(report.finding_total, 0);
    CHECK_INT(report.pruned, 1);
    scene.books.env = env_real();
    database_rollback(scene.db);
    CHECK(scene_books(&scene));
}

/* Last: the file stays changed. */
CHECK_TEST(a_flipped_bit_in_an_attachment_file_is_named)
{
    char name[128];
    char hex[33];

    hex_write(span_make(scene.file, sizeof scene.file), hex);
    snprintf(name, sizeof name, "home/attachments/%.2s/%s", hex, hex);
    CHECK(scene_flip_file(&scene, name, 1024 * 1024 + 4000));
    expect(FINDING_ATTACHMENT, "index 7, attachment 1");
}

int main(void)
{
    if (!scene_begin(&scene))
        return 1;
    CHECK_RUN(whole_books_are_clean);
    CHECK_RUN(without_a_keeper_bodies_are_counted_as_not_opened);
    CHECK_RUN(a_flipped_bit_in_a_head_is_named);
    CHECK_RUN(a_flipped_bit_in_a_body_or_its_key_is_named);
    CHECK_RUN(a_flipped_bit_in_a_salt_is_named);
    CHECK_RUN(a_flipped_bit_in_a_signature_is_named);
    CHECK_RUN(a_flipped_bit_in_a_receipt_is_named);
    CHECK_RUN(a_receipt_made_with_an_old_key_is_named);
    CHECK_RUN(a_changed_attachment_is_named);
    CHECK_RUN(a_missing_part_is_named);
    CHECK_RUN(a_missing_entry_is_named);
    CHECK_RUN(a_cut_log_is_named);
    CHECK_RUN(entries_that_were_never_signed_are_named);
    CHECK_RUN(a_forked_log_is_named);
    CHECK_RUN(an_agreement_with_another_fingerprint_is_named);
    CHECK_RUN(an_agreement_without_its_pinned_partner_is_named);
    CHECK_RUN(a_head_that_is_gone_before_its_time_is_named);
    CHECK_RUN(a_flipped_bit_in_an_attachment_file_is_named);
    scene_end(&scene);
    return check_end();
}
