/*
 * Segments: what is taken in is found at once, who is gone is found no more, merges change no answer, and after a crash at
 * any write the old state or the new one stands. All names are invented.
 * covers: segments segments_file find
 */
#include "match/find.h"
#include "check.h"

#include "base/buffer.h"
#include "match/segments_file.h"
#include "match/support/people.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64];
static struct find_result result;

static void directory_empty(void)
{
    DIR *dir = opendir(directory);
    struct dirent *entry;
    char path[400];

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        unlink(path);
    }
    if (dir != NULL)
        closedir(dir);
}

static size_t files_count(void)
{
    DIR *dir = opendir(directory);
    struct dirent *entry;
    size_t count = 0;

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        count += strstr(entry->d_name, ".index") != NULL;
    if (dir != NULL)
        closedir(dir);
    return count;
}

static struct segments *opened(void)
{
    struct segments *segments = NULL;
    struct error err = {0};

    if (!segments_open(env_real(), directory, &segments, &err))
        printf("%s\n", err.text);
    return segments;
}

static bool apply(struct segments *segments, uint64_t record, const char *name, bool is_new,
                  uint64_t position)
{
    struct error err = {0};
    struct span span = span_text(name == NULL ? "" : name);
    struct segments_change change = {{record, 0}, &span, name == NULL ? 0 : 1, is_new};

    return segments_apply(segments, &change, 1, position, &err);
}

/* The likeness with which the record is found, 0: not at all. */
static float found(struct finder *finder, const char *name, uint64_t record)
{
    struct find_question question = {.name = span_text(name), .limit = 50, .least = 0.5f};
    struct error err = {0};

    if (!find_persons(finder, &question, &result, &err))
        return -1;
    for (size_t i = 0; i < result.count; i++)
        if (result.hits[i].record == record)
            return result.hits[i].like;
    return 0;
}

CHECK_TEST(what_is_taken_in_is_found_and_stays)
{
    struct segments *segments = opened();
    struct finder *finder = NULL;
    struct error err = {0};

    CHECK_OR_RETURN(segments != NULL && finder_make(segments, &finder, &err));
    CHECK(found(finder, "Arben Popaj", 1) == 0);
    CHECK(apply(segments, 1, "Arben Popaj", true, 7));
    CHECK(found(finder, "Popai Arben", 1) > 0.8f);
    CHECK(apply(segments, 2, "Gjergj Hoxha", true, 8));
    CHECK(found(finder, "Gjergji Hodza", 2) > 0.6f);
    finder_free(&finder);
    segments_close(&segments);
    segments = opened();
    CHECK_OR_RETURN(segments != NULL && finder_make(segments, &finder, &err));
    CHECK(found(finder, "Arben Popaj", 1) > 0.99f);
    const struct segments_view *view = segments_hold(segments);
    CHECK_INT(view->position, 8);
    CHECK_INT(view->count, 2);
    segments_release(segments, view);
    finder_free(&finder);
    segments_close(&segments);
}

CHECK_TEST(who_is_gone_or_changed_is_found_no_more)
{
    struct segments *segments = opened();
    struct finder *finder = NULL;
    struct error err = {0};

    CHECK_OR_RETURN(segments != NULL && finder_make(segments, &finder, &err));
    CHECK(apply(segments, 1, NULL, false, 9));
    CHECK(found(finder, "Arben Popaj", 1) == 0);
    CHECK(apply(segments, 2, "Gjergj Marku", false, 10)); /* has another name now */
    CHECK(found(finder, "Gjergj Hoxha", 2) < 0.99f);
    CHECK(found(finder, "Gjergj Marku", 2) > 0.99f);
    CHECK(apply(segments, 1, "Arben Popaj", false, 11)); /* is back */
    CHECK(found(finder, "Arben Popaj", 1) > 0.99f);
    bool was_needed = false;
    CHECK_OK(segments_merge(segments, true, &was_needed, &err), err);
    CHECK(was_needed);
    CHECK(found(finder, "Arben Popaj", 1) > 0.99f);
    CHECK(found(finder, "Gjergj Marku", 2) > 0.99f);
    const struct segments_view *view = segments_hold(segments);
    CHECK_INT(view->count, 1);
    CHECK_INT(view->gone_count, 0);
    CHECK_INT(view->segments[0]->index->person_count, 2);
    CHECK_INT(view->position, 11);
    segments_release(segments, view);
    CHECK_INT(files_count(), 1);
    CHECK_OK(segments_merge(segments, true, &was_needed, &err), err);
    CHECK(!was_needed || files_count() == 1);
    finder_free(&finder);
    segments_close(&segments);
}

/* A model of who is there by which name. */
#define MODEL_SIZE 400

CHECK_TEST(any_order_of_changes_and_merges_gives_the_same_answers)
{
    struct segments *segments = NULL;
    struct finder *finder = NULL;
    struct error err = {0};
    uint32_t names[MODEL_SIZE] = {0}; /* number of the name, 0: gone */
    bool was_there[MODEL_SIZE] = {false};
    uint32_t state = 12345;
    char name[64];

    directory_empty();
    segments = opened();
    CHECK_OR_RETURN(segments != NULL && finder_make(segments, &finder, &err));
    for (uint32_t step = 1; step <= 300; step++) {
        struct segments_change changes[8];
        char texts[8][64];
        struct span spans[8];
        size_t count = 1 + step % 8;
        for (size_t i = 0; i < count; i++) {
            state = state * UINT32_C(1664525) + UINT32_C(1013904223);
            uint32_t record = (state >> 10) % MODEL_SIZE;
            bool is_gone = was_there[record] && (state >> 28) % 3 == 0;
            names[record] = is_gone ? 0 : step * 8 + (uint32_t)i;
            people_name(9, names[record], texts[i]);
            spans[i] = span_text(texts[i]);
            changes[i] = (struct segments_change){
                {record, names[record]}, &spans[i], is_gone ? 0 : 1, !was_there[record]};
            was_there[record] = true;
        }
        CHECK_OK(segments_apply(segments, changes, count, step, &err), err);
        bool was_needed = true;
        while (was_needed && step % 3 == 0)
            CHECK_OK(segments_merge(segments, step % 60 == 0, &was_needed, &err), err);
        if (step % 50 == 0) {
            finder_free(&finder);
            segments_close(&segments);
            segments = opened();
            CHECK_OR_RETURN(segments != NULL && finder_make(segments, &finder, &err));
        }
    }
    for (uint32_t record = 0; record < MODEL_SIZE; record++) {
        if (names[record] == 0)
            continue;
        people_name(9, names[record], name);
        CHECK(found(finder, name, record) > 0.99f);
        for (size_t i = 0; i < result.count; i++) /* nobody is found as she was */
            CHECK_INT(result.hits[i].birth, names[result.hits[i].record]);
    }
    const struct segments_view *view = segments_hold(segments);
    CHECK(view->count < SEGMENTS_MAX / 2);
    CHECK_INT(files_count(), view->count);
    segments_release(segments, view);
    finder_free(&finder);
    segments_close(&segments);
}

CHECK_TEST(namesakes_come_in_the_order_of_their_birth_dates)
{
    struct segments *segments = NULL;
    struct finder *finder = NULL;
    struct error err = {0};
    struct birth births[3] = {{.year = 1990}, {.year = 1984, .month = 5, .day = 3}, {.year = 0}};
    struct span name = span_text("Ion Popescu");

    directory_empty();
    segments = opened();
    CHECK_OR_RETURN(segments != NULL && finder_make(segments, &finder, &err));
    for (size_t i = 0; i < 3; i++) {
        struct segments_change change = {{i, birth_pack(&births[i])}, &name, 1, true};
        CHECK_OK(segments_apply(segments, &change, 1, i, &err), err);
    }
    struct find_question question = {.name = name, .birth = births[1], .limit = 10, .least = 0.5f};
    CHECK_OK(find_persons(finder, &question, &result, &err), err);
    CHECK_INT(result.count, 3);
    CHECK_INT(result.hits[0].record, 1);
    CHECK_INT(result.hits[0].birth_like, BIRTH_SAME);
    CHECK_INT(result.hits[1].record, 2); /* not known is better than different */
    CHECK(!result.is_cut);
    question.limit = 2;
    CHECK_OK(find_persons(finder, &question, &result, &err), err);
    CHECK_INT(result.count, 2);
    CHECK_INT(result.hits[0].record, 1);
    CHECK(result.is_cut);
    finder_free(&finder);
    segments_close(&segments);
}

/* --- a disk that fails at call n, and a crash there --- */

static int calls_left;

static bool call_fails(struct error *err)
{
    return calls_left-- <= 0 && !error_set(err, ERROR_STORE, "no space left on device");
}

static bool write_failing(void *context, struct env_file *file, int64_t offset, struct span bytes,
                          struct error *err)
{
    return !call_fails(err) && env_real()->write_at(context, file, offset, bytes, err);
}

static bool rename_failing(void *context, const char *from, const char *to, struct error *err)
{
    return !call_fails(err) && env_real()->rename(context, from, to, err);
}

static bool sync_failing(void *context, struct env_file *file, struct error *err)
{
    return !call_fails(err) && env_real()->sync(context, file, err);
}

CHECK_TEST(a_disk_that_fails_anywhere_leaves_the_old_state_or_the_new)
{
    struct env env = *env_real();
    struct error err = {0};
    uint64_t position = 0;
    int calls = 0;
    bool ok = false;

    env.write_at = write_failing;
    env.rename = rename_failing;
    env.sync = sync_failing;
    directory_empty();
    for (; !ok && calls < 200; calls++) {
        struct segments *segments = NULL;
        struct finder *finder = NULL;
        bool was_needed;
        calls_left = calls;
        CHECK_OK(segments_open(&env, directory, &segments, &err), err);
        ok = apply(segments, 1, "Arben Popaj", true, 1) &&
             apply(segments, 2, "Gjergj Hoxha", true, 2) && apply(segments, 1, NULL, false, 3) &&
             segments_merge(segments, true, &was_needed, &err);
        segments_close(&segments);
        segments = opened();
        CHECK_OR_RETURN(segments != NULL && finder_make(segments, &finder, &err));
        const struct segments_view *view = segments_hold(segments);
        position = view->position;
        segments_release(segments, view);
        CHECK((found(finder, "Arben Popaj", 1) > 0.99f) == (position == 1 || position == 2));
        CHECK((found(finder, "Gjergj Hoxha", 2) > 0.99f) == (position >= 2));
        finder_free(&finder);
        segments_close(&segments);
        if (!ok)
            directory_empty();
    }
    CHECK(calls > 20);
    CHECK_INT(position, 3);
}

CHECK_TEST(a_list_that_is_not_exactly_itself_is_refused)
{
    static struct segments_gone gone[SEGMENTS_GONE_MAX];
    static const struct segments_gone some[] = {{5, 1}, {9, 2}};
    struct segments_list list = {.position = 3,
                                 .next = 4,
                                 .names = {1, 3},
                                 .numbers = {1, 2},
                                 .count = 2,
                                 .gone = some,
                                 .gone_count = 2};
    struct segments_list again;
    struct buffer text = buffer_make(SEGMENTS_FILE_SIZE_MAX);
    struct error err = {0};

    segments_list_write(&list, &text);
    struct span whole = buffer_span(&text);
    CHECK_OK(segments_list_read(whole, gone, &again, &err), err);
    CHECK_INT(again.count, 2);
    CHECK_INT(again.gone[1].record, 9);
    for (size_t size = 0; size < whole.size; size++)
        CHECK(!segments_list_read((struct span){whole.data, size}, gone, &again, &err));
    for (size_t at = 0; at < whole.size; at++) {
        text.data[at] ^= 1;
        CHECK(!segments_list_read(whole, gone, &again, &err));
        CHECK_ERROR(err, ERROR_STORE, "list of files");
        text.data[at] ^= 1;
    }
    buffer_free(&text);
}

int main(void)
{
    snprintf(directory, sizeof directory, "/tmp/besa-segments-XXXXXX");
    if (mkdtemp(directory) == NULL)
        return 1;
    CHECK_RUN(what_is_taken_in_is_found_and_stays);
    CHECK_RUN(who_is_gone_or_changed_is_found_no_more);
    CHECK_RUN(any_order_of_changes_and_merges_gives_the_same_answers);
    CHECK_RUN(namesakes_come_in_the_order_of_their_birth_dates);
    CHECK_RUN(a_disk_that_fails_anywhere_leaves_the_old_state_or_the_new);
    CHECK_RUN(a_list_that_is_not_exactly_itself_is_refused);
    directory_empty();
    rmdir(directory);
    return check_end();
}
