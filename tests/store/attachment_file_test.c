/* Attachment files: in order, resumed after a stop, whole under their final name. */
#include "check.h"

#include "store/attachment_file.h"
#include "store/support/engines.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t id_bytes[ATTACHMENT_ID_SIZE] = {0xab, 0xcd, 1, 2,  3,  4,  5,  6,
                                                     7,    8,    9, 10, 11, 12, 13, 14};
#define ID span_make(id_bytes, sizeof id_bytes)

static char home[ENGINE_PATH_SIZE];
static uint8_t segment[ATTACHMENT_SEGMENT_SIZE];

/* A fresh home for each test. */
static void home_make(void)
{
    static unsigned count;
    snprintf(home, sizeof home, "%s/home%u", engine_directory(), count++);
    CHECK(mkdir(home, 0700) == 0);
}

static struct span segment_of(uint8_t value, size_t size)
{
    memset(segment, value, sizeof segment);
    return span_make(segment, size);
}

static int64_t size_in_home(const char *name)
{
    char path[2 * ENGINE_PATH_SIZE];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", home, name);
    return stat(path, &st) == 0 ? st.st_size : -1;
}

#define PART_NAME "attachments/ab/abcd0102030405060708090a0b0c0d0e.part"
#define DONE_NAME "attachments/ab/abcd0102030405060708090a0b0c0d0e"

CHECK_TEST(segments_come_back_after_finish)
{
    struct error err = {0};
    struct attachment_file *file CLEANUP(attachment_file_close) = NULL;
    static uint8_t back[ATTACHMENT_SEGMENT_SIZE];
    int64_t size = 0;
    home_make();

    CHECK_OK(attachment_file_begin(env_real(), home, ID, &file, &err), err);
    CHECK_OK(attachment_file_write(file, 0, segment_of(1, ATTACHMENT_SEGMENT_SIZE), &err), err);
    CHECK_OK(attachment_file_write(file, 1, segment_of(2, ATTACHMENT_SEGMENT_SIZE), &err), err);
    CHECK_OK(attachment_file_write(file, 2, segment_of(3, 17), &err), err);
    CHECK_INT(size_in_home(DONE_NAME), -1);
    CHECK_OK(attachment_file_finish(&file, &err), err);
    CHECK(file == NULL);
    CHECK_INT(size_in_home(PART_NAME), -1);
    CHECK_INT(size_in_home(DONE_NAME), 2 * (int64_t)ATTACHMENT_SEGMENT_SIZE + 17);

    CHECK_OK(attachment_file_open(env_real(), home, ID, &file, &err), err);
    CHECK_OK(attachment_file_size(file, &size, &err), err);
    CHECK_INT(size, 2 * (int64_t)ATTACHMENT_SEGMENT_SIZE + 17);
    CHECK_OK(attachment_file_read(file, 1, back, ATTACHMENT_SEGMENT_SIZE, &err), err);
    CHECK(span_equal(span_make(back, sizeof back), segment_of(2, ATTACHMENT_SEGMENT_SIZE)));
    CHECK_OK(attachment_file_read(file, 2, back, 17, &err), err);
    CHECK(span_equal(span_make(back, 17), segment_of(3, 17)));
    CHECK(!attachment_file_read(file, 2, back, 18, &err));
    CHECK_INT(err.kind, ERROR_STORE);
    CHECK(!attachment_file_read(file, 3, back, 1, &err));
    CHECK(!attachment_file_write(file, 3, segment_of(4, 1), &err));
    CHECK_INT(err.kind, ERROR_BUG);
}

CHECK_TEST(an_interrupted_file_goes_on_after_its_whole_segments)
{
    struct error err = {0};
    struct attachment_file *file CLEANUP(attachment_file_close) = NULL;
    static uint8_t back[ATTACHMENT_SEGMENT_SIZE];
    uint64_t count = 0;
    char path[2 * ENGINE_PATH_SIZE];
    home_make();

    CHECK_OK(attachment_file_begin(env_real(), home, ID, &file, &err), err);
    CHECK_OK(attachment_file_write(file, 0, segment_of(1, ATTACHMENT_SEGMENT_SIZE), &err), err);
    CHECK_OK(attachment_file_write(file, 1, segment_of(2, ATTACHMENT_SEGMENT_SIZE), &err), err);
    CHECK_OK(attachment_file_sync(file, &err), err);
    attachment_file_close(&file);
    snprintf(path, sizeof path, "%s/%s", home, PART_NAME);
    CHECK(truncate(path, ATTACHMENT_SEGMENT_SIZE + 500) == 0); /* half of the second was lost */

    CHECK_OK(attachment_file_resume(env_real(), home, ID, &file, &count, &err), err);
    CHECK_INT(count, 1);
    CHECK_INT(size_in_home(PART_NAME), ATTACHMENT_SEGMENT_SIZE);
    CHECK_OK(attachment_file_read(file, 0, back, ATTACHMENT_SEGMENT_SIZE, &err), err);
    CHECK_INT(back[ATTACHMENT_SEGMENT_SIZE - 1], 1);
    CHECK_OK(attachment_file_write(file, 1, segment_of(9, 5), &err), err);
    CHECK_OK(attachment_file_finish(&file, &err), err);
    CHECK_INT(size_in_home(DONE_NAME), ATTACHMENT_SEGMENT_SIZE + 5);
}

CHECK_TEST(segments_out_of_order_are_bugs)
{
    struct error err = {0};
    struct attachment_file *file CLEANUP(attachment_file_close) = NULL;
    home_make();

    CHECK_OK(attachment_file_begin(env_real(), home, ID, &file, &err), err);
    CHECK(!attachment_file_write(file, 1, segment_of(1, 5), &err));
    CHECK_INT(err.kind, ERROR_BUG);
    CHECK(!attachment_file_write(file, 0, segment_of(1, 0), &err));
    CHECK(!attachment_file_write(file, 0, span_make(segment, ATTACHMENT_SEGMENT_SIZE + 1), &err));
    CHECK_OK(attachment_file_write(file, 0, segment_of(1, 5), &err), err);
    CHECK(!attachment_file_write(file, 1, segment_of(1, 5), &err)); /* a short one is the last */
    CHECK_INT(err.kind, ERROR_BUG);
}

CHECK_TEST(an_id_is_used_once)
{
    struct error err = {0};
    struct attachment_file *file CLEANUP(attachment_file_close) = NULL;
    struct attachment_file *other CLEANUP(attachment_file_close) = NULL;
    home_make();

    CHECK_OK(attachment_file_begin(env_real(), home, ID, &file, &err), err);
    CHECK(!attachment_file_begin(env_real(), home, ID, &other, &err));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    CHECK_OK(attachment_file_write(file, 0, segment_of(1, 5), &err), err);
    CHECK_OK(attachment_file_finish(&file, &err), err);
    CHECK(!attachment_file_begin(env_real(), home, ID, &other, &err));
    CHECK_INT(err.kind, ERROR_CONFLICT);
    CHECK(!attachment_file_begin(env_real(), home, span_make(id_bytes, 15), &other, &err));
    CHECK_INT(err.kind, ERROR_BUG);
    CHECK(other == NULL);
}

CHECK_TEST(what_is_absent_is_missing_and_may_be_dropped)
{
    struct error err = {0};
    struct attachment_file *file CLEANUP(attachment_file_close) = NULL;
    uint64_t count = 7;
    home_make();

    CHECK(!attachment_file_open(env_real(), home, ID, &file, &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    CHECK(!attachment_file_resume(env_real(), home, ID, &file, &count, &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    CHECK_INT(count, 0);
    CHECK_OK(attachment_file_drop(env_real(), home, ID, &err), err);
}

CHECK_TEST(dropping_removes_part_and_file)
{
    struct error err = {0};
    struct attachment_file *file CLEANUP(attachment_file_close) = NULL;
    home_make();

    for (int finished = 0; finished < 2; finished++) {
        CHECK_OK(attachment_file_begin(env_real(), home, ID, &file, &err), err);
        CHECK_OK(attachment_file_write(file, 0, segment_of(1, 5), &err), err);
        if (finished == 1)
            CHECK_OK(attachment_file_finish(&file, &err), err);
        attachment_file_close(&file);
        CHECK_INT(size_in_home(finished == 1 ? DONE_NAME : PART_NAME), 5);
        CHECK_OK(attachment_file_drop(env_real(), home, ID, &err), err);
        CHECK_INT(size_in_home(PART_NAME), -1);
        CHECK_INT(size_in_home(DONE_NAME), -1);
    }
}

/* A disk on which call n fails, for every n: nothing may stand under the final name unless finish said so. */
static int calls_left;

static bool call_fails(struct error *err)
{
    if (calls_left-- > 0)
        return false;
    error_set(err, ERROR_STORE, "the disk failed");
    return true;
}

static bool failing_open(void *context, const char *path, enum env_open how, struct env_file **out,
                         struct error *err)
{
    return !call_fails(err) && env_real()->open(context, path, how, out, err);
}

static bool failing_write_at(void *context, struct env_file *file, int64_t offset,
                             struct span bytes, struct error *err)
{
    return !call_fails(err) && env_real()->write_at(context, file, offset, bytes, err);
}

static bool failing_sync(void *context, struct env_file *file, struct error *err)
{
    return !call_fails(err) && env_real()->sync(context, file, err);
}

static bool failing_rename(void *context, const char *from, const char *to, struct error *err)
{
    return !call_fails(err) && env_real()->rename(context, from, to, err);
}

static bool failing_sync_dir(void *context, const char *path, struct error *err)
{
    return !call_fails(err) && env_real()->sync_dir(context, path, err);
}

static bool failing_make_dir(void *context, const char *path, struct error *err)
{
    return !call_fails(err) && env_real()->make_dir(context, path, err);
}

/* Writes two segments; once a write or sync failed, tries again what must not be tried again. */
static bool write_whole(const struct env *env, struct error *err)
{
    struct attachment_file *file CLEANUP(attachment_file_close) = NULL;

    if (!attachment_file_begin(env, home, ID, &file, err))
        return false;
    if (attachment_file_write(file, 0, segment_of(1, ATTACHMENT_SEGMENT_SIZE), err) &&
        attachment_file_write(file, 1, segment_of(2, 5), err) && attachment_file_sync(file, err))
        return attachment_file_finish(&file, err);
    struct error again = {0};
    calls_left = 100;
    CHECK(!attachment_file_write(file, 0, segment_of(1, 5), &again));
    CHECK(!attachment_file_sync(file, &again));
    CHECK_ERROR(again, ERROR_STORE, "before");
    CHECK(!attachment_file_finish(&file, &again));
    return false;
}

CHECK_TEST(a_disk_that_fails_at_any_call_leaves_no_half_file)
{
    struct env env = *env_real();
    env.open = failing_open;
    env.write_at = failing_write_at;
    env.sync = failing_sync;
    env.rename = failing_rename;
    env.sync_dir = failing_sync_dir;
    env.make_dir = failing_make_dir;
    int failures = 0;

    for (int calls = 0; calls < 40; calls++) {
        struct error err = {0};
        home_make();
        calls_left = calls;
        bool ok = write_whole(&env, &err);
        int64_t size = size_in_home(DONE_NAME);
        CHECK(size == -1 || size == (int64_t)ATTACHMENT_SEGMENT_SIZE + 5);
        CHECK(!ok || size != -1);
        CHECK(ok || err.kind == ERROR_STORE);
        failures += !ok;
    }
    CHECK(failures >= 12 && failures < 40); /* every call was the failing one once */
}

int main(void)
{
    CHECK_RUN(segments_come_back_after_finish);
    CHECK_RUN(an_interrupted_file_goes_on_after_its_whole_segments);
    CHECK_RUN(segments_out_of_order_are_bugs);
    CHECK_RUN(an_id_is_used_once);
    CHECK_RUN(what_is_absent_is_missing_and_may_be_dropped);
    CHECK_RUN(dropping_removes_part_and_file);
    CHECK_RUN(a_disk_that_fails_at_any_call_leaves_no_half_file);
    return engines_end(check_end());
}
