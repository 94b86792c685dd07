/* A file sealed as it comes, in pieces of any size; what one officer may have waiting. Over the line: tests/web/upload_test.c. */
#include "desk/upload.h"

#include "base/attributes.h"
#include "check.h"
#include "crypto/digest.h"
#include "journal/support/pair.h"
#include "store/part_rows.h"

#include <stdlib.h>
#include <unistd.h>

#define FILE_SIZE 2500000u

static struct pair pair;
static struct error err;
static struct desk_files files;
static uint8_t *bytes;

static struct keeper_client keeper;

CHECK_TEST(pieces_of_any_size_are_one_file)
{
    uint8_t wanted[DIGEST_SIZE];
    static const size_t sizes[] = {1, 1048576, 1048575, 262144, FILE_SIZE};

    digest_sha256(span_make(bytes, FILE_SIZE), wanted);
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        struct desk_upload *upload = NULL;
        CHECK_OK(desk_upload_begin(&files, span_text("a.bin"), &upload, &err), err);
        size_t step = sizes[i] == 1 ? 997 : sizes[i];
        for (size_t at = 0; at < FILE_SIZE; at += step)
            CHECK_OK(
                desk_upload_write(upload, span_part(span_make(bytes, FILE_SIZE), at, step), &err),
                err);
        CHECK_OK(desk_upload_finish(upload, &err), err);
        CHECK_INT(desk_upload_size(upload), FILE_SIZE);
        CHECK(span_equal(desk_upload_sha256(upload), span_make(wanted, sizeof wanted)));
        desk_upload_end(&upload);
        CHECK(upload == NULL);
    }
}

CHECK_TEST(an_empty_file_and_a_bad_name_are_refused)
{
    struct desk_upload *upload = NULL;

    CHECK(!desk_upload_begin(&files, span_text(""), &upload, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!desk_upload_begin(&files, span_text("a\x01"), &upload, &err));
    CHECK(upload == NULL);
    CHECK_OK(desk_upload_begin(&files, span_text("a"), &upload, &err), err);
    CHECK(!desk_upload_finish(upload, &err));
    CHECK_ERROR(err, ERROR_INPUT, "empty");
    desk_upload_end(&upload);
}

struct check {
    const char *officer;
    const char *agreement;
    int64_t size;
};

static bool check_run(struct journal *journal, void *context, struct error *e)
{
    struct check *check = context;
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    struct desk_access access = {.officer = span_text(check->officer), .reason = span_text("test")};

    return desk_upload_check(journal, &access, span_text(check->agreement), check->size, &arena, e);
}

static bool check(const char *officer, const char *agreement, int64_t size)
{
    struct check check = {officer, agreement, size};

    return pair_work(&pair.nodes[0], check_run, &check, &err);
}

CHECK_TEST(size_is_judged_by_agreement_and_node)
{
    struct agreement_limits *limits = &pair.nodes[0].journal.lines[0].agreement.limits;

    CHECK(check("ana", "", ATTACHMENT_SIZE_MAX));
    CHECK(!check("ana", "", ATTACHMENT_SIZE_MAX + 1));
    CHECK_INT(err.kind, ERROR_LIMIT);
    limits->attachment_size = 1000;
    CHECK(check("ana", "ro-al", 1000));
    CHECK(!check("ana", "ro-al", 1001));
    CHECK_ERROR(err, ERROR_LIMIT, "agreement ro-al/");
    CHECK(!check("ana", "", 1001));
    CHECK(!check("ana", "ro-xx", 1));
    CHECK_INT(err.kind, ERROR_MISSING);
    CHECK(!check("second", "", 1)); /* an approver gives no files */
    CHECK_INT(err.kind, ERROR_RULE);
    limits->attachment_size = ATTACHMENT_SIZE_MAX;
}

static bool row_run(struct journal *journal, void *context, struct error *e)
{
    const int64_t *size = context;
    uint8_t id[16] = {(uint8_t)(*size & 0xff), 7};
    struct upload_row row = {.id = span_make(id, sizeof id),
                             .officer = span_text("ana"),
                             .name = span_text("a"),
                             .size = *size,
                             .sha256 = span_make(id, sizeof id),
                             .segments = span_make(id, sizeof id),
                             .part_key = span_make(id, sizeof id)};

    return upload_insert(journal->db, &row, e);
}

CHECK_TEST(what_waits_is_counted_with_what_comes)
{
    int64_t size = UPLOAD_WAITING_SIZE_MAX - 100;

    CHECK_OK(pair_work(&pair.nodes[0], row_run, &size, &err), err);
    CHECK(check("ana", "", 100));
    CHECK(!check("ana", "", 101));
    CHECK_ERROR(err, ERROR_LIMIT, "wait for a message");
}

int main(void)
{
    bytes = malloc(FILE_SIZE);
    for (size_t i = 0; i < FILE_SIZE; i++)
        bytes[i] = (uint8_t)(i * 7 + (i >> 12));
    if (!pair_make(&pair))
        return 1;
    keeper = keeper_client_direct(pair.nodes[0].keeper);
    files = (struct desk_files){.env = env_real(), .home = pair.nodes[0].home, .keeper = &keeper};
    CHECK_RUN(pieces_of_any_size_are_one_file);
    CHECK_RUN(an_empty_file_and_a_bad_name_are_refused);
    CHECK_RUN(size_is_judged_by_agreement_and_node);
    CHECK_RUN(what_waits_is_counted_with_what_comes);
    pair_free(&pair);
    free(bytes);
    return check_end();
}
