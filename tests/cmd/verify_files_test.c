/*
 * Export and verification of files: what is exported verifies with keys alone, and each single change of a file is
 * reported by name.
 * covers: log log_export
 */
#include "check.h"

#include "base/attributes.h"
#include "base/text.h"
#include "cmd/demo_run.h"
#include "cmd/log_export.h"
#include "cmd/support/books_scene.h"
#include "cmd/verify.h"

#include <unistd.h>

#define BUNDLE "out/tile/entries/000"
#define TILE   "out/tile/0/000"
#define UPPER  "out/tile/1/000.p/2"
#define LAST   "out/tile/entries/002.p/88"

static struct scene scene;
static struct verify_report report;
static struct verify_files_result result;

static bool run(struct span other)
{
    static struct verify_custody custody; /* what is found names it */
    struct verify_files files = {
        .env = env_real(), .custody = &custody, .custody_count = 1, .other_checkpoint = other};
    char directory[256];

    snprintf(directory, sizeof directory, "%s/out", scene.directory);
    files.directory = directory;
    report = (struct verify_report){.logs = 0};
    error_clear(&scene.error);
    return scene_vkeys(&scene, &files.log, &custody.key) &&
           verify_directory(&files, &report, &result, &scene.error);
}

static void expect_other(struct span other, enum finding_kind kind, const char *part)
{
    CHECK_OK(run(other), scene.error);
    CHECK_INT(report.finding_total, 1);
    if (report.finding_count == 0)
        return;
    CHECK_INT(report.findings[0].kind, kind);
    if (strstr(report.findings[0].text, part) == NULL)
        printf("found: %s\n", report.findings[0].text);
    CHECK(strstr(report.findings[0].text, part) != NULL);
}

static void expect(enum finding_kind kind, const char *part)
{
    expect_other(span_make(NULL, 0), kind, part);
}

/* Flips a bit, looks, flips it back. */
static void change(const char *file, int64_t offset, enum finding_kind kind, const char *part)
{
    CHECK(scene_flip_file(&scene, file, offset));
    expect(kind, part);
    CHECK(scene_flip_file(&scene, file, offset));
}

/* Takes a file away, looks, puts it back. */
static void remove_file(const char *file, enum finding_kind kind, const char *part)
{
    char from[512], to[512];

    snprintf(from, sizeof from, "%s", scene_path(&scene, file));
    snprintf(to, sizeof to, "%s", scene_path(&scene, "away"));
    CHECK(rename(from, to) == 0);
    expect(kind, part);
    CHECK(rename(to, from) == 0);
}

/* Position of `text` in a file. */
static int64_t position(const char *file, const char *text)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(1024 * 1024);

    if (!env_read_file(env_real(), scene_path(&scene, file), bytes.limit, &bytes, &scene.error))
        return -1;
    const uint8_t *found = memmem(bytes.data, bytes.size, text, strlen(text));
    return found == NULL ? -1 : found - bytes.data;
}

CHECK_TEST(an_exported_log_verifies_with_keys_alone)
{
    CHECK_OK(run(span_make(NULL, 0)), scene.error);
    for (size_t i = 0; i < report.finding_count; i++)
        printf("found: %s\n", report.findings[i].text);
    CHECK_INT(report.finding_total, 0);
    CHECK_INT(result.size, SCENE_COUNT);
    CHECK_INT(result.receipt_size, SCENE_COUNT);
    CHECK_INT(result.receipt_time_s, 1800000000 + SCENE_COUNT);
    CHECK_INT(report.entries, SCENE_COUNT);
    CHECK_INT(report.receipts, 3);
    CHECK_INT(report.tiles, 4);
}

CHECK_TEST(export_into_a_used_directory_is_refused)
{
    struct export_result exported;
    char directory[256];

    snprintf(directory, sizeof directory, "%s/out", scene.directory);
    CHECK(!log_export(&scene.books, &scene.books.logs[0], directory, NULL, NULL, &exported,
                      &scene.error));
    CHECK_ERROR(scene.error, ERROR_CONFLICT, "stands already");
}

CHECK_TEST(export_of_changed_entries_is_refused)
{
    struct export_result exported;
    char directory[256];

    snprintf(directory, sizeof directory, "%s/changed", scene.directory);
    CHECK(database_begin(scene.db, DATABASE_NORMAL, &scene.error));
    CHECK(scene_flip(&scene, "select head from entries where id = 103",
                     "update entries set head = $1 where id = 103"));
    CHECK(!log_export(&scene.books, &scene.books.logs[0], directory, NULL, NULL, &exported,
                      &scene.error));
    CHECK_ERROR(scene.error, ERROR_STORE, "do not lead to the signed root");
    CHECK(!run_exists(scene_path(&scene, "changed/checkpoint")));
    database_rollback(scene.db);
    CHECK(scene_books(&scene));
}

CHECK_TEST(export_of_a_log_with_a_gap_names_the_entry)
{
    struct export_result exported;
    char directory[256];

    snprintf(directory, sizeof directory, "%s/gap", scene.directory);
    CHECK(database_begin(scene.db, DATABASE_NORMAL, &scene.error));
    CHECK(scene_sql(&scene, "delete from entries where id = 400"));
    CHECK(!log_export(&scene.books, &scene.books.logs[0], directory, NULL, NULL, &exported,
                      &scene.error));
    CHECK_ERROR(scene.error, ERROR_STORE, "entry 300 is missing");
    database_rollback(scene.db);
    CHECK(scene_books(&scene));
}

CHECK_TEST(a_flipped_bit_in_an_entry_is_named)
{
    change(BUNDLE, 10, FINDING_HEAD, "index 0: the entry was changed");
    change(LAST, 10, FINDING_HEAD, "index 512: the entry was changed");
}

CHECK_TEST(a_flipped_bit_in_a_tile_is_named)
{
    change(TILE, 32 * 9 + 3, FINDING_TILE, "tile/0/000: the hash of entry 9 was changed");
    change(UPPER, 40, FINDING_TILE, "tile/1/000.p/2: hash 1");
}

CHECK_TEST(a_flipped_bit_in_the_checkpoint_is_named)
{
    int64_t at = position("out/checkpoint", "\xE2\x80\x94 " SCENE_LOG);

    CHECK(at > 0);
    change("out/checkpoint", at + 4 + (int64_t)strlen(SCENE_LOG) + 20, FINDING_SIGNATURE,
           "checkpoint: not signed by " SCENE_LOG);
    change("out/checkpoint", (int64_t)strlen(SCENE_LOG) + 8, FINDING_SIGNATURE,
           "checkpoint: not signed");
}

CHECK_TEST(a_flipped_bit_in_a_receipt_is_named)
{
    int64_t at = position("out/receipts", "al/custody/0 ");

    CHECK(at > 0);
    change("out/receipts", at + 40, FINDING_RECEIPT,
           "the receipt of size 1 by al/custody/0 does not hold");
}

CHECK_TEST(a_receipts_file_cut_at_any_byte_is_not_clean_or_ends_on_a_line)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    char path[512];

    snprintf(path, sizeof path, "%s", scene_path(&scene, "out/receipts"));
    CHECK_OK(env_read_file(env_real(), path, bytes.limit, &bytes, &scene.error), scene.error);
    for (size_t size = 0; size < bytes.size; size += 7) {
        CHECK(truncate(path, (off_t)size) == 0);
        CHECK_OK(run(span_make(NULL, 0)), scene.error);
        bool ends_on_a_line = size == 0 || bytes.data[size - 1] == '\n';
        CHECK((report.finding_total == 0) == ends_on_a_line);
        CHECK(env_write_file(env_real(), path, buffer_span(&bytes), &scene.error));
    }
}

CHECK_TEST(a_missing_file_is_named)
{
    remove_file("out/tile/entries/001", FINDING_ENTRY_MISSING,
                "tile/entries/001: entries 256 to 511 are missing");
    remove_file("out/tile/0/001", FINDING_TILE, "tile/0/001");
    remove_file(UPPER, FINDING_TILE, "tile/1/000.p/2");
}

CHECK_TEST(a_cut_bundle_is_named)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    char path[512];

    snprintf(path, sizeof path, "%s", scene_path(&scene, BUNDLE));
    CHECK_OK(env_read_file(env_real(), path, bytes.limit, &bytes, &scene.error), scene.error);
    for (size_t size = 0; size < 600; size += 37) {
        CHECK(truncate(path, (off_t)size) == 0);
        expect(FINDING_ENTRY_MISSING, "tile/entries/000: entries 0 to 255 are missing");
        CHECK(env_write_file(env_real(), path, buffer_span(&bytes), &scene.error));
    }
}

CHECK_TEST(a_gap_in_entries_and_tiles_ends_the_reading)
{
    char from[512], to[512];

    snprintf(from, sizeof from, "%s", scene_path(&scene, "out/tile/0/000"));
    snprintf(to, sizeof to, "%s", scene_path(&scene, "away-tile"));
    CHECK(rename(from, to) == 0);
    snprintf(from, sizeof from, "%s", scene_path(&scene, BUNDLE));
    CHECK(rename(from, scene_path(&scene, "away-bundle")) == 0);
    CHECK_OK(run(span_make(NULL, 0)), scene.error);
    CHECK_INT(report.finding_total, 2);
    CHECK_INT(report.findings[0].kind, FINDING_ENTRY_MISSING);
    CHECK_INT(report.findings[1].kind, FINDING_TILE);
    CHECK(rename(scene_path(&scene, "away-bundle"), from) == 0);
    snprintf(from, sizeof from, "%s", scene_path(&scene, "out/tile/0/000"));
    CHECK(rename(to, from) == 0);
}

CHECK_TEST(another_key_is_refused)
{
    struct verify_files files = {.env = env_real()};
    struct note_key custody;
    char directory[256];

    snprintf(directory, sizeof directory, "%s/out", scene.directory);
    files.directory = directory;
    report = (struct verify_report){.logs = 0};
    CHECK(scene_vkeys(&scene, &files.log, &custody));
    CHECK(note_key_make(span_text(SCENE_LOG), NOTE_ED25519, scene.log[1].public_key, &files.log));
    CHECK_OK(verify_directory(&files, &report, &result, &scene.error), scene.error);
    CHECK_INT(report.finding_total, 1);
    CHECK_INT(report.findings[0].kind, FINDING_SIGNATURE);
}

CHECK_TEST(a_forked_log_is_named_by_a_checkpoint_seen_elsewhere)
{
    static const struct tlog_hash other = {.bytes = {5}};
    struct buffer note CLEANUP(buffer_free) = buffer_make(4096);

    CHECK(scene_note(&scene, 301, &other, &note));
    expect_other(buffer_span(&note), FINDING_FORK, "log " SCENE_LOG " forked");
    buffer_clear(&note);
    CHECK(scene_note(&scene, 900, &other, &note));
    expect_other(buffer_span(&note), FINDING_ENTRY_MISSING, "the other checkpoint has size 900");
}

CHECK_TEST(an_earlier_checkpoint_of_the_same_log_holds)
{
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    struct buffer note CLEANUP(buffer_free) = buffer_make(4096);
    struct checkpoint_row row;
    struct tlog_hash root;

    CHECK_OK(checkpoint_from(scene.db, &arena, SCENE_LOG_ID, 2, &row, &scene.error), scene.error);
    memcpy(root.bytes, row.root.data, sizeof root.bytes);
    CHECK(scene_note(&scene, (uint64_t)row.size, &root, &note));
    CHECK_OK(run(buffer_span(&note)), scene.error);
    CHECK_INT(report.finding_total, 0);
}

CHECK_TEST(a_receipt_over_another_tree_is_a_fork)
{
    static const struct tlog_hash other = {.bytes = {6}};
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct buffer lines CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    uint8_t signature[SIGNATURE_SIZE];
    struct note_key log, custody;
    char path[512];

    snprintf(path, sizeof path, "%s", scene_path(&scene, "out/receipts"));
    CHECK_OK(env_read_file(env_real(), path, bytes.limit, &bytes, &scene.error), scene.error);
    scene_cosign(&scene, 2, &other, 1800000002, signature);
    struct receipt_row row = {.size = 2,
                              .root = span_make(other.bytes, sizeof other.bytes),
                              .time_s = 1800000002,
                              .signature = span_make(signature, sizeof signature)};
    struct span rest = buffer_span(&bytes), first;
    CHECK(scene_vkeys(&scene, &log, &custody) && line_take(&rest, &first));
    buffer_add(&lines, first);
    buffer_byte(&lines, '\n');
    CHECK(receipt_line_write(&custody, &row, &lines));
    buffer_add(&lines, rest);
    CHECK(env_write_file(env_real(), path, buffer_span(&lines), &scene.error));
    expect(FINDING_FORK, "al/custody/0 cosigned another tree of size 2");
    CHECK(env_write_file(env_real(), path, buffer_span(&bytes), &scene.error));
}

static bool export_scene(void)
{
    struct export_result exported = {.size = 0};
    char directory[256];

    snprintf(directory, sizeof directory, "%s/out", scene.directory);
    bool ok = log_export(&scene.books, &scene.books.logs[0], directory, NULL, NULL, &exported,
                         &scene.error) &&
              exported.size == SCENE_COUNT && exported.is_cosigned && exported.receipts == 3;
    if (!ok)
        printf("the log cannot be exported: %s\n", scene.error.text);
    return ok;
}

CHECK_TEST(what_an_exercise_exports_says_so)
{
    CHECK(run_exists(scene_path(&scene, "out/TRAINING")));
    for (size_t i = 0; i < scene.books.agreement_count; i++)
        scene.books.agreements[i].is_training = false;
    char directory[256];
    struct export_result exported;
    snprintf(directory, sizeof directory, "%s/earnest", scene.directory);
    CHECK_OK(log_export(&scene.books, &scene.books.logs[0], directory, NULL, NULL, &exported,
                        &scene.error),
             scene.error);
    CHECK(!run_exists(scene_path(&scene, "earnest/TRAINING")));
    CHECK(scene_books(&scene));
}

/* Heads below index 300 were pruned: bundles 0 and 1 are gone, their hashes are not, and it is said how far. */
CHECK_TEST(a_pruned_log_is_exported_and_verifies)
{
    struct export_result exported;

    CHECK(database_begin(scene.db, DATABASE_NORMAL, &scene.error));
    CHECK(scene_sql(&scene, "update entries set head = x'' where idx < 300 and idx <> 7"));
    char away[512];
    snprintf(away, sizeof away, "%s.whole", scene_path(&scene, "out"));
    CHECK(rename(scene_path(&scene, "out"), away) == 0);
    CHECK_OK(log_export(&scene.books, &scene.books.logs[0], scene_path(&scene, "out"), NULL, NULL,
                        &exported, &scene.error),
             scene.error);
    database_rollback(scene.db);
    CHECK_OK(run(span_make(NULL, 0)), scene.error);
    CHECK_INT(report.finding_total, 0);
    CHECK_INT(report.pruned, 512);
    CHECK_INT(report.entries, SCENE_COUNT - 512);
    CHECK_INT(result.size, SCENE_COUNT);
    remove_file(LAST, FINDING_ENTRY_MISSING, "tile/entries/002.p/88");
    /* Without a word of it a bundle is missing. */
    CHECK(unlink(scene_path(&scene, "out/minimum-index")) == 0);
    CHECK_OK(run(span_make(NULL, 0)), scene.error);
    CHECK_INT(report.finding_total, 2);
    CHECK_INT(report.findings[0].kind, FINDING_ENTRY_MISSING);
}

int main(void)
{
    if (!scene_begin(&scene) || !export_scene())
        return 1;
    CHECK_RUN(an_exported_log_verifies_with_keys_alone);
    CHECK_RUN(export_into_a_used_directory_is_refused);
    CHECK_RUN(export_of_changed_entries_is_refused);
    CHECK_RUN(export_of_a_log_with_a_gap_names_the_entry);
    CHECK_RUN(a_flipped_bit_in_an_entry_is_named);
    CHECK_RUN(a_flipped_bit_in_a_tile_is_named);
    CHECK_RUN(a_flipped_bit_in_the_checkpoint_is_named);
    CHECK_RUN(a_flipped_bit_in_a_receipt_is_named);
    CHECK_RUN(a_receipts_file_cut_at_any_byte_is_not_clean_or_ends_on_a_line);
    CHECK_RUN(a_missing_file_is_named);
    CHECK_RUN(a_cut_bundle_is_named);
    CHECK_RUN(a_gap_in_entries_and_tiles_ends_the_reading);
    CHECK_RUN(another_key_is_refused);
    CHECK_RUN(a_forked_log_is_named_by_a_checkpoint_seen_elsewhere);
    CHECK_RUN(an_earlier_checkpoint_of_the_same_log_holds);
    CHECK_RUN(a_receipt_over_another_tree_is_a_fork);
    CHECK_RUN(what_an_exercise_exports_says_so);
    CHECK_RUN(a_pruned_log_is_exported_and_verifies);
    scene_end(&scene);
    return check_end();
}
