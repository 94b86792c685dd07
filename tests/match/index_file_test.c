/*
 * Index file: an index that was written is the same when it is opened; one that is cut anywhere, or has any byte changed,
 * is refused; a writer that fails leaves what stood before.
 * covers: index_file
 */
#include "match/index.h"
#include "check.h"

#include "base/buffer.h"
#include "match/search.h"
#include "match/support/people.h"

#include <sys/stat.h>
#include <unistd.h>

static char directory[64];
static char path[128];

static bool bytes_read(struct buffer *out)
{
    struct error err = {0};

    return env_read_file(env_real(), path, 1u << 24, out, &err);
}

static void bytes_write(struct span bytes)
{
    FILE *file = fopen(path, "we");

    CHECK_OR_RETURN(file != NULL);
    CHECK_INT(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
    fclose(file);
}

static bool opens(struct error *err)
{
    struct index *index = NULL;
    bool ok = index_open(path, &index, err);

    index_free(&index);
    return ok;
}

CHECK_TEST(what_was_written_is_found_again)
{
    struct index *index = people_many(3, 4000);
    struct index *opened = NULL;
    struct searcher *searcher = NULL;
    static struct search_result result;
    struct error err = {0};
    struct stat stat_found;

    CHECK_OR_RETURN(index != NULL);
    CHECK_OK(index_write(index, env_real(), path, &err), err);
    CHECK_OR_RETURN(stat(path, &stat_found) == 0);
    CHECK_INT(stat_found.st_mode & 0777, 0600);
    CHECK_OK(index_open(path, &opened, &err), err);
    CHECK_INT(opened->name_count, index->name_count);
    CHECK_INT(index_size(opened), stat_found.st_size);
    CHECK_OK(searcher_make(opened, opened, &searcher, &err), err);
    for (uint32_t i = 0; i < 4000; i += 97) {
        char name[64];
        people_name(3, i, name);
        search_name(searcher, span_text(name), 10, 0.5f, &result);
        CHECK_OR_RETURN(result.count > 0);
        CHECK(result.hits[0].score > 0.999f);
    }
    searcher_free(&searcher);
    index_free(&opened);
    index_free(&index);
}

CHECK_TEST(an_index_that_is_cut_is_refused)
{
    struct buffer bytes = buffer_make(1u << 24);
    struct error err = {0};

    CHECK_OR_RETURN(bytes_read(&bytes));
    struct span whole = buffer_span(&bytes);
    for (size_t size = 0; size < whole.size; size += size < 5000 ? 127 : whole.size / 40) {
        bytes_write((struct span){whole.data, size});
        err = (struct error){0};
        CHECK(!opens(&err));
        CHECK_ERROR(err, ERROR_STORE, "broken");
    }
    bytes_write(whole);
    CHECK_OK(opens(&err), err);
    buffer_free(&bytes);
}

/* Zeros between parts are covered by nothing, and say nothing. */
static bool is_padding(struct span whole, size_t at)
{
    return whole.data[at] == 0 && at + 64 < whole.size;
}

CHECK_TEST(an_index_with_a_changed_byte_is_refused)
{
    struct buffer bytes = buffer_make(1u << 24);
    struct error err = {0};
    size_t tried = 0;

    CHECK_OR_RETURN(bytes_read(&bytes));
    struct span whole = buffer_span(&bytes);
    uint8_t *copy = malloc(whole.size);
    CHECK_OR_RETURN(copy != NULL);
    memcpy(copy, whole.data, whole.size);
    for (size_t at = 0; at < whole.size; at += at < 900 ? 1 : whole.size / 60 + 1) {
        if (is_padding(whole, at))
            continue;
        copy[at] ^= 0x10;
        bytes_write((struct span){copy, whole.size});
        CHECK(!opens(&err));
        copy[at] ^= 0x10;
        tried++;
    }
    CHECK(tried > 500);
    bytes_write(whole);
    free(copy);
    buffer_free(&bytes);
}

CHECK_TEST(no_file_and_no_index_are_told_apart)
{
    struct index *index = NULL;
    struct error err = {0};

    CHECK(!index_open("/nonexistent/index", &index, &err));
    CHECK_ERROR(err, ERROR_MISSING, "no search index");
    CHECK(index == NULL);
}

/* --- a disk that is full at call n --- */

static int calls_left;

static bool write_at_full(void *context, struct env_file *file, int64_t offset, struct span bytes,
                          struct error *err)
{
    if (calls_left-- <= 0)
        return error_set(err, ERROR_STORE, "no space left on device");
    return env_real()->write_at(context, file, offset, bytes, err);
}

CHECK_TEST(a_full_disk_leaves_the_index_that_stood)
{
    struct index *index = people_many(4, 300);
    struct env env = *env_real();
    struct error err = {0};
    char part[160];
    bool ok = false;
    int calls = 0;

    CHECK_OR_RETURN(index != NULL);
    env.write_at = write_at_full;
    snprintf(part, sizeof part, "%s.part", path);
    for (; !ok && calls < 100; calls++) {
        calls_left = calls;
        err = (struct error){0};
        ok = index_write(index, &env, path, &err);
        if (!ok) {
            CHECK_ERROR(err, ERROR_STORE, "search index: no space left");
            CHECK(access(part, F_OK) != 0);
        }
        CHECK(opens(&err));
    }
    CHECK(calls > 10);
    index_free(&index);
}

int main(void)
{
    snprintf(directory, sizeof directory, "/tmp/besa-index-XXXXXX");
    if (mkdtemp(directory) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/index", directory);
    CHECK_RUN(what_was_written_is_found_again);
    CHECK_RUN(an_index_that_is_cut_is_refused);
    CHECK_RUN(an_index_with_a_changed_byte_is_refused);
    CHECK_RUN(no_file_and_no_index_are_told_apart);
    CHECK_RUN(a_full_disk_leaves_the_index_that_stood);
    unlink(path);
    rmdir(directory);
    return check_end();
}
