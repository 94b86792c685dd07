/*
 * A node put together, its acts and files: see cmd/node.h.
 * covers: node_acts node_files
 */
#include "check.h"
#include "cmd/support/node_home.h"

#include "base/attributes.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

static struct node_home home;
static struct buffer result;
static struct problems problems;
static struct error err;

static bool act(const char *name, const char *arguments)
{
    return node_home_act(&home, name, arguments, &result, &err);
}

static bool ask(const struct control_request *request)
{
    error_clear(&err);
    buffer_clear(&result);
    problems_clear(&problems);
    return node_act(home.node, request, true, &result, &problems, &err);
}

static bool result_has(const char *text)
{
    return memmem(result.data, result.size, text, strlen(text)) != NULL;
}

CHECK_TEST(acts_of_the_desk_run)
{
    CHECK_OK(act("officer-list", ""), err);
    CHECK(result_has("\"id\":\"ana\""));
    CHECK_OK(act("inbox-list", "{\"limit\":5}"), err);
    CHECK(result_has("{\"list\":[],\"counts\":{\"open\":0,"));
}

CHECK_TEST(an_unknown_act_is_said)
{
    CHECK(!act("officer-shoot", ""));
    CHECK_ERROR(err, ERROR_MISSING, "officer-shoot");
    CHECK(!act("attachment-find", "{\"item\":\"x\",\"part\":1}"));
    CHECK_ERROR(err, ERROR_MISSING, "attachment-get");
}

/* What an act does not know undoes it whole. */
CHECK_TEST(an_unknown_argument_undoes_the_act)
{
    struct control_request request = {
        .act = span_text("officer-put"),
        .officer = span_text("admin"),
        .reason = span_text("a test"),
        .arguments = span_text("{\"id\":\"bo\",\"name\":\"Test\",\"unit\":\"desk\","
                               "\"role\":\"analyst\",\"colour\":\"red\"}")};

    CHECK(!ask(&request));
    CHECK_ERROR(err, ERROR_INPUT, "colour");
    CHECK_INT(problems.count, 1);
    CHECK_OK(act("officer-list", ""), err);
    CHECK(!result_has("\"bo\""));
}

CHECK_TEST(arguments_that_are_no_object_are_refused)
{
    CHECK(!act("officer-list", "[]"));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!act("officer-list", "{\"a\":1,\"a\":2}"));
    CHECK_INT(err.kind, ERROR_INPUT);
}

CHECK_TEST(nobody_acts_without_name_and_reason)
{
    static const char *const acts[] = {"status", "officer-list"};

    for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
        struct control_request request = {.act = span_text(acts[i]), .officer = span_text("ana")};
        CHECK(!ask(&request));
        CHECK_ERROR(err, ERROR_INPUT, "reason");
        request.reason = span_text("a test");
        request.officer = span_make(NULL, 0);
        CHECK(!ask(&request));
        CHECK_INT(err.kind, ERROR_INPUT);
        request.officer = span_text("nobody");
        CHECK(!ask(&request));
        CHECK_ERROR(err, ERROR_MISSING, "nobody");
    }
}

CHECK_TEST(a_body_goes_where_it_belongs)
{
    struct control_request request = {.act = span_text("inbox-list"),
                                      .officer = span_text("ana"),
                                      .reason = span_text("a test"),
                                      .body = span_text("{}")};

    CHECK(!ask(&request));
    CHECK_ERROR(err, ERROR_INPUT, "takes no message");
    request.act = span_text("request-send");
    request.body = span_make(NULL, 0);
    CHECK(!ask(&request));
    CHECK_ERROR(err, ERROR_INPUT, "needs a message");
}

//= dir-2016-680 art 25(1)
CHECK_TEST(status_is_an_act_and_leaves_its_entry)
{
    uint64_t before = home.node->journal.domestic.size;
    CHECK_OK(act("status", ""), err);
    CHECK(result_has("\"party\":\"ro\"") && result_has("\"running\":false"));
    CHECK(result_has("\"log\":\"ro/domestic/0\""));
    CHECK(result_has("\"keeper\":\"sealed file\""));
    CHECK_INT(home.node->journal.domestic.size, before + 1);
}

CHECK_TEST(a_home_has_one_node)
{
    struct node_options options = {.home = home.home, .lock_fd = -1, .keeper_fd = -1};
    struct node *second = NULL;

    error_clear(&err);
    CHECK(!node_open(&options, &second, &err));
    CHECK(second == NULL);
    CHECK_ERROR(err, ERROR_BUSY, "in use");
}

CHECK_TEST(a_reader_stands_beside_it)
{
    struct node *reader = NULL;
    int64_t last = 0;

    error_clear(&err);
    CHECK_OK(node_open_reader(&home.home, &reader, &err), err);
    CHECK(entry_last_id(reader->db, &last, &err) && last > 0);
    node_close(&reader);
}

/* --- files --- */

static int file_of(size_t size)
{
    char name[] = "/tmp/besa-file-XXXXXX";
    uint8_t block[4096];
    int fd = mkstemp(name);

    unlink(name);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (uint8_t)(i * 7 + size);
    for (size_t left = size; left > 0;) {
        size_t part = left < sizeof block ? left : sizeof block;
        if (write(fd, block, part) != (ssize_t)part)
            exit(1);
        left -= part;
    }
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static int64_t last_done;
static void progress_note(void *context, int64_t done, int64_t total)
{
    (void)context;
    CHECK(done >= last_done && done <= total);
    last_done = done;
}

static bool upload(int fd, const char *officer, const char *arguments)
{
    struct control_request request = {.act = span_text("upload"),
                                      .officer = span_text(officer),
                                      .reason = span_text("a test"),
                                      .case_number = span_text("c-1"),
                                      .arguments = span_text(arguments)};

    error_clear(&err);
    buffer_clear(&result);
    last_done = 0;
    return node_request(home.node, &request, fd, true, progress_note, NULL, &result, NULL, &err);
}

/* Sealed files below attachments/. */
static size_t attachments_count(void)
{
    char path[256];
    size_t count = 0;

    snprintf(path, sizeof path, "%s/" HOME_ATTACHMENTS, home.directory);
    DIR *top = opendir(path);
    for (struct dirent *entry = NULL; top != NULL && (entry = readdir(top)) != NULL;)
        count += entry->d_name[0] != '.';
    if (top != NULL)
        closedir(top);
    return count;
}

CHECK_TEST(a_file_is_sealed_and_entered)
{
    static const size_t sizes[] = {1, SEGMENT_SIZE - 1, SEGMENT_SIZE, SEGMENT_SIZE + 1,
                                   2 * SEGMENT_SIZE};
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        char wanted[64];
        int fd = file_of(sizes[i]);
        snprintf(wanted, sizeof wanted, "\"size\":%zu", sizes[i]);
        CHECK(upload(fd, "ana", "{\"name\":\"a picture.png\"}"));
        CHECK(result_has(wanted) && result_has("\"name\":\"a picture.png\""));
        CHECK_INT(last_done, (int64_t)sizes[i]);
        close(fd);
    }
}

CHECK_TEST(what_is_no_file_is_not_taken)
{
    int pipes[2];
    int empty = file_of(0);
    int full = file_of(10);
    size_t before = attachments_count();

    CHECK(!upload(empty, "ana", "{\"name\":\"a\"}"));
    CHECK_ERROR(err, ERROR_INPUT, "empty");
    CHECK(!upload(-1, "ana", "{\"name\":\"a\"}"));
    CHECK_ERROR(err, ERROR_INPUT, "no file came along");
    CHECK(pipe(pipes) == 0);
    CHECK(!upload(pipes[0], "ana", "{\"name\":\"a\"}"));
    CHECK_ERROR(err, ERROR_INPUT, "regular file");
    CHECK(!upload(full, "ana", "{}"));
    CHECK(!upload(full, "ana", "{\"name\":\"a\",\"more\":1}"));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!upload(full, "nobody", "{\"name\":\"a\"}"));
    CHECK_ERROR(err, ERROR_MISSING, "nobody");
    close(empty);
    close(full);
    close(pipes[0]);
    close(pipes[1]);
    CHECK(attachments_count() <= before + 1); /* the empty one was begun */
}

CHECK_TEST(an_attachment_that_is_not_held_is_not_given)
{
    struct control_request request = {
        .act = span_text("attachment-get"),
        .officer = span_text("ana"),
        .reason = span_text("a test"),
        .case_number = span_text("c-1"),
        .arguments = span_text("{\"item\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"part\":1}")};
    int fd = file_of(0);

    error_clear(&err);
    CHECK(!node_request(home.node, &request, fd, true, NULL, NULL, &result, NULL, &err));
    CHECK_INT(err.kind, ERROR_MISSING);
    CHECK_INT(lseek(fd, 0, SEEK_END), 0);
    close(fd);
}

CHECK_TEST(a_node_opens_again_as_it_was)
{
    uint64_t before = home.node->journal.domestic.size;
    struct node_options options = {.home = home.home, .lock_fd = -1, .keeper_fd = -1};

    node_close(&home.node);
    error_clear(&err);
    CHECK_OK(node_open(&options, &home.node, &err), err);
    CHECK_INT(home.node->journal.domestic.size, before);
    CHECK_OK(act("officer-list", ""), err);
}

int main(void)
{
    result = buffer_make(65536);
    node_home_make(&home);
    CHECK_RUN(acts_of_the_desk_run);
    CHECK_RUN(an_unknown_act_is_said);
    CHECK_RUN(an_unknown_argument_undoes_the_act);
    CHECK_RUN(arguments_that_are_no_object_are_refused);
    CHECK_RUN(nobody_acts_without_name_and_reason);
    CHECK_RUN(a_body_goes_where_it_belongs);
    CHECK_RUN(status_is_an_act_and_leaves_its_entry);
    CHECK_RUN(a_home_has_one_node);
    CHECK_RUN(a_reader_stands_beside_it);
    CHECK_RUN(a_file_is_sealed_and_entered);
    CHECK_RUN(what_is_no_file_is_not_taken);
    CHECK_RUN(an_attachment_that_is_not_held_is_not_given);
    CHECK_RUN(a_node_opens_again_as_it_was);
    node_home_free(&home);
    buffer_free(&result);
    return check_end();
}
