/*
 * The audit copy: what a restore gets back of the domestic log, and what it refuses.
 * covers: audit_copy audit_copy_forget
 */
#include "check.h"
#include "journal/audit_copy.h"
#include "journal/support/pair.h"

#include <sys/stat.h>
#include <unistd.h>

static struct pair pair;
static char directory[400];

static bool begin(void)
{
    if (!pair_make(&pair))
        return false;
    snprintf(directory, sizeof directory, "%s/copy", pair.home);
    return mkdir(directory, 0700) == 0;
}

static struct pair_node *ro(void)
{
    return &pair.nodes[0];
}

static struct journal_log *domestic(void)
{
    return &ro()->journal.domestic;
}

static void copy_begin(void)
{
    snprintf(ro()->journal.audit_copy.directory, sizeof ro()->journal.audit_copy.directory, "%s",
             directory);
}

static void acts(int count)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};

    for (int i = 0; i < count; i++)
        CHECK_OK(pair_act(ro(), "officer-list", "{}", span_text(""), &out, &err), err);
}

static const char *file_path(void)
{
    static char path[500];
    snprintf(path, sizeof path, "%s/audit-000000.copy", directory);
    return path;
}

static int64_t file_size(void)
{
    struct stat st;
    return stat(file_path(), &st) == 0 ? (int64_t)st.st_size : -1;
}

static bool copy_files(const char *from, const char *to)
{
    char command[4200];
    snprintf(command, sizeof command, "rm -f %s/besa.db* && cp -a %s/besa.db* %s/", to, from, to);
    return system(command) == 0;
}

static bool backup(bool is_restore)
{
    char old[1024];
    char command[1200];

    snprintf(old, sizeof old, "%s.old", ro()->home);
    snprintf(command, sizeof command, "mkdir -p %s", old);
    pair_close_node(ro());
    bool ok = system(command) == 0 &&
              (is_restore ? copy_files(old, ro()->home) : copy_files(ro()->home, old));
    return ok && pair_reopen(ro());
}

struct replaying {
    const char *directory;
    struct audit_replayed found;
};

static bool replay_run(struct journal *journal, void *context, struct error *err)
{
    struct replaying *replaying = context;
    return audit_copy_replay(journal, replaying->directory, &replaying->found, err);
}

CHECK_TEST(each_entry_is_copied_after_its_commit)
{
    copy_begin();
    acts(3);
    CHECK_INT(ro()->journal.audit_copy.next, domestic()->size);
    CHECK(file_size() > 0);
    int64_t before = file_size();
    acts(1);
    CHECK(file_size() > before);
    CHECK(pair_reopen(ro()));
    copy_begin();
    acts(1);
    CHECK_INT(ro()->journal.audit_copy.next, domestic()->size);
    CHECK_INT(ro()->journal.audit_copy.failed[0], 0);
}

CHECK_TEST(a_restored_database_gets_its_acts_back_and_goes_on)
{
    struct error err = {0};
    struct replaying replaying = {.directory = directory};

    CHECK_OR_RETURN(backup(false));
    copy_begin();
    acts(20);
    uint64_t size = domestic()->size;
    struct compact_range range = domestic()->range;
    CHECK_OR_RETURN(backup(true));
    CHECK_INT(domestic()->size, size - 20);
    CHECK(domestic()->read_only[0] != '\0'); /* the keeper knows better */
    CHECK_OK(pair_work(ro(), replay_run, &replaying, &err), err);
    CHECK_INT(replaying.found.back, 20);
    CHECK_INT(domestic()->size, size);
    CHECK(memcmp(&domestic()->range, &range, sizeof range) == 0);
    journal_pump(&ro()->journal);
    CHECK_INT(domestic()->read_only[0], 0);
    copy_begin();
    acts(2);
    CHECK_INT(domestic()->size, size + 2);
    CHECK_OK(pair_work(ro(), replay_run, &replaying, &err), err);
    CHECK_INT(replaying.found.back, 0); /* all of it is there */
    CHECK(pair_reopen(ro()));
    CHECK_INT(domestic()->read_only[0], 0);
}

CHECK_TEST(a_copy_that_was_changed_gives_nothing_back)
{
    struct error err = {0};
    struct replaying replaying = {.directory = directory};
    int64_t size = file_size();
    FILE *file = NULL;

    CHECK_OR_RETURN(backup(false));
    copy_begin();
    acts(5);
    CHECK_OR_RETURN(backup(true));
    uint64_t held = domestic()->size;
    /* One bit of what was added since. */
    file = fopen(file_path(), "r+b");
    CHECK_OR_RETURN(file != NULL);
    fseek(file, (long)size + 60, SEEK_SET);
    int byte = fgetc(file);
    fseek(file, (long)size + 60, SEEK_SET);
    fputc(byte ^ 1, file);
    fclose(file);
    CHECK(!pair_work(ro(), replay_run, &replaying, &err));
    CHECK(strstr(err.text, "audit copy") != NULL);
    CHECK_INT(domestic()->size, held);
    file = fopen(file_path(), "r+b");
    fseek(file, (long)size + 60, SEEK_SET);
    fputc(byte, file);
    fclose(file);
    /* A torn end is what a crash leaves: everything before it comes back. */
    error_clear(&err);
    CHECK(truncate(file_path(), file_size() - 7) == 0);
    CHECK_OK(pair_work(ro(), replay_run, &replaying, &err), err);
    CHECK_INT(replaying.found.back, 4);
    CHECK(replaying.found.torn > 0);
    journal_pump(&ro()->journal);
    CHECK(domestic()->read_only[0] != '\0'); /* one act is missing, and the keeper says so */
}

/* The file has its length, and of the last write some sectors only. */
static void tail_blank(long size)
{
    static const uint8_t zeros[64];
    FILE *file = fopen(file_path(), "r+b");

    CHECK_OR_RETURN(file != NULL);
    fseek(file, (long)file_size() - size, SEEK_SET);
    CHECK(fwrite(zeros, 1, sizeof zeros, file) == sizeof zeros);
    fclose(file);
}

CHECK_TEST(a_write_that_lost_its_power_is_no_change)
{
    struct error err = {0};
    struct replaying replaying = {.directory = directory};

    CHECK_OR_RETURN(backup(false));
    copy_begin();
    acts(4);
    tail_blank(90);
    CHECK_OR_RETURN(pair_reopen(ro()));
    copy_begin();
    acts(1);
    CHECK_INT(ro()->journal.audit_copy.failed[0], 0);
    CHECK_INT(ro()->journal.audit_copy.next, domestic()->size);
    tail_blank(90);
    CHECK_OR_RETURN(backup(true));
    CHECK_OK(pair_work(ro(), replay_run, &replaying, &err), err);
    CHECK_INT(replaying.found.back, 4);
    CHECK(replaying.found.torn > 90);
}

CHECK_TEST(the_copy_of_another_node_is_refused)
{
    struct error err = {0};
    struct replaying replaying = {.directory = directory};
    uint64_t size = pair.nodes[1].journal.domestic.size;

    CHECK(!pair_work(&pair.nodes[1], replay_run, &replaying, &err));
    CHECK(strstr(err.text, "another node") != NULL);
    CHECK_INT(err.kind, ERROR_CONFLICT);
    CHECK_INT(pair.nodes[1].journal.domestic.size, size);
}

CHECK_TEST(a_lost_path_is_an_alarm_and_stops_nothing)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct error err = {0};
    uint64_t size = pair.nodes[1].journal.domestic.size;

    snprintf(pair.nodes[1].journal.audit_copy.directory,
             sizeof pair.nodes[1].journal.audit_copy.directory, "%s/absent", directory);
    CHECK_OK(pair_act(&pair.nodes[1], "inbox-list", "{}", span_text(""), &out, &err), err);
    CHECK_INT(pair.nodes[1].journal.domestic.size, size + 1);
    CHECK(pair.nodes[1].journal.audit_copy.failed[0] != '\0');
}

CHECK_TEST(a_record_is_read_as_it_was_written_and_no_other)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
    uint8_t salt[SALT_SIZE] = {3};
    uint8_t start[DIGEST_SIZE] = {0};
    uint8_t chain[DIGEST_SIZE] = {0};
    struct audit_record record = {.origin = span_text("ro/domestic/0"),
                                  .index = 7,
                                  .head = span_text("head"),
                                  .salt = span_make(salt, sizeof salt),
                                  .key = span_text("key"),
                                  .body = span_text("body")};
    struct audit_record found;
    struct error err = {0};
    size_t size = 0;

    CHECK(audit_record_write(&record, chain, &bytes));
    CHECK_OK(audit_record_read(buffer_span(&bytes), start, &found, &size, &err), err);
    CHECK_INT(size, bytes.size);
    CHECK_INT(found.index, 7);
    CHECK_SPAN(found.body, "body");
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t again[DIGEST_SIZE] = {0};
        error_clear(&err);
        CHECK(!audit_record_read(span_make(bytes.data, i), again, &found, &size, &err));
        CHECK_INT(err.kind, ERROR_MISSING);
        memset(again, 0, sizeof again);
        bytes.data[i] ^= 1;
        CHECK(!audit_record_read(buffer_span(&bytes), again, &found, &size, &err));
        bytes.data[i] ^= 1;
    }
}

static bool full_run(struct journal *journal, void *context, struct error *err)
{
    return audit_copy_full_files(journal, pair_clock_ms() + 1, context, err);
}

/* Access entries among the newest `count` of the domestic log, in this state. */
static int newest_acts(uint64_t count, enum body_state state)
{
    int found = 0;

    for (uint64_t at = domestic()->size - count; at < domestic()->size; at++) {
        struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
        struct entry_row row;
        struct error err = {0};
        if (entry_find_index(ro()->db, &arena, domestic()->id, (int64_t)at, &row, &err))
            found += row.type == MESSAGE_ACT && row.body_state == state;
    }
    return found;
}

/* As retention does it: the access entries [from, to) lose their bodies in the books. */
static bool forget_run(struct journal *journal, void *context, struct error *err)
{
    const uint64_t *range = context;

    for (uint64_t at = range[0]; at < range[1]; at++) {
        struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
        struct entry_row row;
        if (!entry_find_index(journal->db, &arena, journal->domestic.id, (int64_t)at, &row, err) ||
            (row.type == MESSAGE_ACT && !entry_erase_body(journal->db, row.id, BODY_ERASED, err)))
            return false;
    }
    return true;
}

/* The wrapped key of the newest entry stands in the file. */
static bool file_holds(struct span key)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(AUDIT_COPY_FILE_SIZE_MAX);
    struct error err = {0};

    return env_read_file(env_real(), file_path(), bytes.limit, &bytes, &err) &&
           memmem(bytes.data, bytes.size, key.data, key.size) != NULL;
}

//= dir-2016-680 art 4(1)(e)
CHECK_TEST(what_the_books_forget_goes_from_the_copy_too_and_the_rest_comes_back)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct replaying replaying = {.directory = directory};
    struct error err = {0};
    struct entry_row row, kept;
    uint32_t files = 9;
    size_t forgotten = 0;
    bool is_over = false;

    pair_free(&pair); /* the tests before left it damaged */
    CHECK_OR_RETURN(begin());
    CHECK_OR_RETURN(backup(false));
    copy_begin();
    acts(10);
    int64_t noon_ms = pair_clock_ms();
    CHECK_OK(entry_find_index(ro()->db, &arena, domestic()->id, (int64_t)domestic()->size - 1, &row,
                              &err),
             err);
    CHECK(file_holds(row.body_key)); /* the control: the copy has it */
    /* All of them go from the books but one, which a hold keeps. */
    uint64_t noon = domestic()->size;
    CHECK_OK(entry_find_index(ro()->db, &arena, domestic()->id, (int64_t)noon - 2, &kept, &err),
             err);
    CHECK_OK(pair_work(ro(), forget_run, (uint64_t[]){0, noon - 2}, &err) &&
                 pair_work(ro(), forget_run, (uint64_t[]){noon - 1, noon}, &err),
             err);
    pair_wait(1000);
    acts(4);
    CHECK_OK(pair_work(ro(), full_run, &files, &err), err);
    CHECK_INT(files, 1);
    acts(5); /* they open the second file */
    CHECK_OK(audit_copy_forget(env_real(), ro()->db, directory, 0, noon_ms + 1, &forgotten,
                               &is_over, &err),
             err);
    CHECK(forgotten >= 9);
    CHECK(!is_over);
    CHECK(!file_holds(row.body_key));
    CHECK(file_holds(kept.body_key));
    int64_t size = file_size();
    CHECK_OK(audit_copy_forget(env_real(), ro()->db, directory, 0, noon_ms + 1, &forgotten,
                               &is_over, &err),
             err);
    CHECK_INT(forgotten, 0);
    CHECK_INT(file_size(), size);
    uint64_t held = domestic()->size;
    struct compact_range range = domestic()->range;
    CHECK_OR_RETURN(backup(true));
    CHECK(domestic()->size < held);
    CHECK_OK(pair_work(ro(), replay_run, &replaying, &err), err);
    CHECK_INT(domestic()->size, held);
    CHECK(memcmp(&domestic()->range, &range, sizeof range) == 0);
    CHECK_INT(newest_acts(9, BODY_HELD), 9);
    CHECK(newest_acts(19, BODY_ERASED) >= 9);
    CHECK_INT(newest_acts(11, BODY_HELD), 10); /* the one on hold came back whole */
    CHECK_OK(audit_copy_forget(env_real(), ro()->db, directory, 0, pair_clock_ms() + 1, &forgotten,
                               &is_over, &err),
             err);
    CHECK(!is_over); /* the books have some of it: it is looked at again */
    CHECK_INT(forgotten, 0);
    CHECK_OK(pair_work(ro(), forget_run, (uint64_t[]){0, domestic()->size}, &err), err);
    CHECK_OK(audit_copy_forget(env_real(), ro()->db, directory, 0, pair_clock_ms() + 1, &forgotten,
                               &is_over, &err),
             err);
    CHECK(is_over);
    CHECK(!file_holds(kept.body_key));
    CHECK(!audit_copy_forget(env_real(), ro()->db, directory, 7, noon_ms, &forgotten, &is_over,
                             &err));
    CHECK_INT(err.kind, ERROR_MISSING);
}

int main(void)
{
    if (!begin())
        return 1;
    CHECK_RUN(each_entry_is_copied_after_its_commit);
    CHECK_RUN(a_restored_database_gets_its_acts_back_and_goes_on);
    CHECK_RUN(a_copy_that_was_changed_gives_nothing_back);
    CHECK_RUN(the_copy_of_another_node_is_refused);
    CHECK_RUN(a_lost_path_is_an_alarm_and_stops_nothing);
    CHECK_RUN(a_record_is_read_as_it_was_written_and_no_other);
    CHECK_RUN(what_the_books_forget_goes_from_the_copy_too_and_the_rest_comes_back);
    pair_free(&pair);
    if (!begin())
        return 1;
    CHECK_RUN(a_write_that_lost_its_power_is_no_change);
    pair_free(&pair);
    return check_end();
}
