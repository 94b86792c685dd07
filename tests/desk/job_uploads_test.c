/* Uploads that nobody sent in time go with their files, in the log; younger ones stay. */
#include "check.h"
#include "desk/private.h"
#include "journal/private.h"
#include "journal/support/hostile.h"
#include "store/attachment_file.h"
#include "store/part_rows.h"

#include <unistd.h>

static struct pair pair;

static bool upload(uint8_t first, int64_t age_ms)
{
    struct pair_node *node = &pair.nodes[0];
    uint8_t id[ATTACHMENT_ID_SIZE] = {first};
    struct attachment_file *file = NULL;
    struct error err = {0};
    struct upload_row row = {.id = span_make(id, sizeof id),
                             .officer = span_text("ana"),
                             .name = span_text("x"),
                             .size = 4,
                             .sha256 = span_make(id, sizeof id),
                             .segments = span_make(id, sizeof id),
                             .part_key = span_make(id, sizeof id),
                             .created_ms = journal_now_ms(&node->journal) - age_ms};

    return attachment_file_begin(node->journal.env, node->home, row.id, &file, &err) &&
           attachment_file_write(file, 0, span_text("data"), &err) &&
           attachment_file_finish(&file, &err) && upload_insert(node->db, &row, &err);
}

static bool has_file(uint8_t first)
{
    char path[600];
    snprintf(path, sizeof path, "%s/attachments/%02x/%02x000000000000000000000000000000",
             pair.nodes[0].home, first, first);
    return access(path, F_OK) == 0;
}

static bool expire(struct journal *journal, void *context, struct error *err)
{
    return desk_uploads_expire(journal, context, err);
}

//= dir-2016-680 art 4(1)(e)
CHECK_TEST(an_upload_that_nobody_sent_is_removed)
{
    struct pair_node *node = &pair.nodes[0];
    struct error err = {0};
    size_t removed = 9;

    CHECK(upload(1, DESK_UPLOAD_AGE_MAX_MS + 1000) && upload(2, DESK_UPLOAD_AGE_MAX_MS - 1000));
    CHECK(has_file(1) && has_file(2));
    uint64_t size = node->journal.domestic.size;
    CHECK_OK(hostile_run(node, expire, &removed, &err), err);
    CHECK_INT(removed, 1);
    CHECK(!has_file(1) && has_file(2));
    CHECK_INT(node->journal.domestic.size, size + 1);
    CHECK_OK(hostile_run(node, expire, &removed, &err), err);
    CHECK_INT(removed, 0);
    CHECK_INT(node->journal.domestic.size, size + 1);
}

int main(void)
{
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    CHECK_RUN(an_upload_that_nobody_sent_is_removed);
    pair_free(&pair);
    return check_end();
}
