/*
 * The control socket: see cmd/control.h. A caller with another user's id is not tried here: the check is the kernel's
 * SO_PEERCRED, and tests run as one user.
 * covers: control_lines
 */
#include "check.h"
#include "cmd/support/node_home.h"

#include "base/attributes.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct control_reading *reading;
static struct problems problems;
static struct error err;

static bool reads(struct span line)
{
    error_clear(&err);
    control_reading_end(reading);
    return control_request_read(line, reading, &err);
}

/* --- lines --- */

static const struct control_request full = {
    .act = {(const uint8_t *)"request-send", 12},
    .officer = {(const uint8_t *)"ana", 3},
    .reason = {(const uint8_t *)"a \"reason\"", 10},
    .case_number = {(const uint8_t *)"c-1", 3},
    .approver = {(const uint8_t *)"iris", 4},
    .ask = {(const uint8_t *)"vera", 4},
    .proof = {(const uint8_t *)"a long secret", 13},
    .arguments = {(const uint8_t *)"{\"limit\":7}", 11},
    .body = {(const uint8_t *)"{\"facts\":\"one\\ntwo\"}\n", 21},
};

CHECK_TEST(a_request_is_read_as_it_was_written)
{
    struct buffer line CLEANUP(buffer_free) = buffer_make(CONTROL_LINE_SIZE_MAX);

    CHECK(control_request_write(&full, &line));
    CHECK(memchr(line.data, '\n', line.size) == NULL);
    CHECK_OK(reads(buffer_span(&line)), err);
    CHECK_SPAN(reading->request.act, "request-send");
    CHECK_SPAN(reading->request.reason, "a \"reason\"");
    CHECK_SPAN(reading->request.approver, "iris");
    CHECK_SPAN(reading->request.ask, "vera");
    CHECK_SPAN(reading->request.proof, "a long secret");
    CHECK(span_equal(reading->request.body, full.body));
    CHECK_INT(json_get_integer(&reading->arguments, "limit", 0, 9), 7);
    CHECK_OK(reads(span_text("{\"act\":\"x\"}")), err);
    CHECK_INT(json_get_integer_optional(&reading->arguments, "limit", 0, 9, 3), 3);
}

CHECK_TEST(a_cut_request_is_refused)
{
    struct buffer line CLEANUP(buffer_free) = buffer_make(CONTROL_LINE_SIZE_MAX);

    CHECK(control_request_write(&full, &line));
    for (size_t size = 0; size < line.size; size++) {
        CHECK(!reads(span_make(line.data, size)));
        CHECK(err.kind == ERROR_INPUT);
    }
}

CHECK_TEST(a_changed_request_is_refused_or_another_one)
{
    struct buffer line CLEANUP(buffer_free) = buffer_make(CONTROL_LINE_SIZE_MAX);
    size_t refused = 0;

    CHECK(control_request_write(&full, &line));
    for (size_t i = 0; i < line.size; i++) {
        line.data[i] ^= 0x80; /* no more ASCII, so no valid UTF-8 */
        refused += !reads(buffer_span(&line));
        line.data[i] ^= 0x80;
    }
    CHECK_INT(refused, line.size);
}

CHECK_TEST(what_is_no_request_is_refused)
{
    static const char *const wrong[] = {
        "",
        "null",
        "[]",
        "{}",
        "{\"act\":1}",
        "{\"act\":\"\"}",
        "{\"act\":\"x\",\"act\":\"x\"}",
        "{\"act\":\"x\",\"colour\":\"red\"}",
        "{\"act\":\"x\",\"arguments\":[]}",
        "{\"act\":\"x\",\"arguments\":\"{}\"}",
        "{\"act\":\"x\",\"body\":{}}",
        "{\"act\":\"x\"}{\"act\":\"x\"}",
        "{\"act\":\"x\",\"arguments\":{\"a\":1.5}}",
    };
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        CHECK(!reads(span_text(wrong[i])));
        CHECK_INT(err.kind, ERROR_INPUT);
    }
}

CHECK_TEST(too_long_a_request_is_neither_written_nor_read)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(2 * CONTROL_LINE_SIZE_MAX);
    struct buffer line CLEANUP(buffer_free) = buffer_make(3 * CONTROL_LINE_SIZE_MAX);
    struct control_request request = full;

    memset(buffer_room(&body, CONTROL_LINE_SIZE_MAX + 1), ' ', CONTROL_LINE_SIZE_MAX + 1);
    CHECK(!reads(buffer_span(&body)));
    CHECK_INT(err.kind, ERROR_LIMIT);
    request.body = buffer_span(&body);
    CHECK(!control_request_write(&request, &line));
    buffer_clear(&line);
    request = full;
    request.arguments = span_text("{\"a\":1}\n{\"b\":2}");
    CHECK(!control_request_write(&request, &line)); /* a second line would be a second request */
}

static bool answer(struct span line, bool *is_last, struct buffer *result)
{
    int64_t done = 0;
    int64_t total = 0;

    error_clear(&err);
    problems_clear(&problems);
    buffer_clear(result);
    bool ok = control_answer_read(line, is_last, &done, &total, result, &problems, &err);
    CHECK(!ok || *is_last || (done == 5 && total == 10));
    return ok;
}

CHECK_TEST(answers_are_read_as_they_were_written)
{
    struct buffer line CLEANUP(buffer_free) = buffer_make(65536);
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
    struct problems two = {.count = 0};
    struct error refusal = {.kind = ERROR_RULE, .text = "clause 5.3: \"no\""};
    bool is_last = false;

    CHECK(control_answer_write(true, span_text("[{\"a\":1}]"), NULL, NULL, &line));
    CHECK_OK(answer(buffer_span(&line), &is_last, &result), err);
    CHECK(is_last);
    CHECK_SPAN(buffer_span(&result), "[{\"a\":1}]");
    problems_add(&two, "persons[1].category", ERROR_INPUT, "unknown");
    problems_add(&two, "facts", ERROR_LIMIT, "too long");
    buffer_clear(&line);
    CHECK(control_answer_write(false, span_make(NULL, 0), &refusal, &two, &line));
    CHECK(!answer(buffer_span(&line), &is_last, &result));
    CHECK(is_last);
    CHECK_ERROR(err, ERROR_RULE, "clause 5.3: \"no\"");
    CHECK_INT(problems.count, 2);
    CHECK(strcmp(problems.list[0].path, "persons[1].category") == 0);
    CHECK_INT(problems.list[1].kind, ERROR_LIMIT);
    CHECK_OK(answer(span_text("{\"progress\":5,\"total\":10}"), &is_last, &result), err);
    CHECK(!is_last);
}

CHECK_TEST(what_is_no_answer_is_refused)
{
    static const char *const wrong[] = {
        "",
        "x",
        "{}",
        "{\"ok\":true}",
        "{\"ok\":true,\"result\":}",
        "{\"progress\":5}",
        "{\"progress\":-1,\"total\":1}",
        "{\"ok\":false}",
        "{\"ok\":false,\"kind\":\"red\"}",
        "{\"ok\":true,\"kind\":\"input\",\"text\":\"\"}",
    };
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
    bool is_last = false;

    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        CHECK(!answer(span_text(wrong[i]), &is_last, &result));
        CHECK(err.kind != ERROR_NONE);
    }
}

/* --- the socket --- */

static struct node_home home;
static const char *caller = "ana";

static bool call(const char *act, const char *arguments, int fd, struct buffer *result)
{
    struct control_request request = {.act = span_text(act),
                                      .officer = span_text(caller),
                                      .reason = span_text("a test"),
                                      .case_number = span_text("c-1"),
                                      .arguments = span_text(arguments)};

    error_clear(&err);
    problems_clear(&problems);
    buffer_clear(result);
    return control_call(&home.home, &request, fd, NULL, NULL, result, &problems, &err);
}

static int connect_raw(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s/" HOME_SOCKET, home.directory);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        exit(1);
    return fd;
}

/* All that the node says to these bytes, until it closes. */
static size_t say_raw(struct span bytes, char *out, size_t room)
{
    int fd = connect_raw();
    size_t size = 0;

    while (bytes.size > 0) {
        ssize_t put = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        if (put <= 0)
            break;
        bytes = span_part(bytes, (size_t)put, bytes.size);
    }
    shutdown(fd, SHUT_WR);
    for (ssize_t got = 1; got > 0 && size + 1 < room;) {
        got = recv(fd, out + size, room - 1 - size, 0);
        size += got > 0 ? (size_t)got : 0;
    }
    out[size] = '\0';
    close(fd);
    return size;
}

CHECK_TEST(an_act_goes_through_the_socket)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);

    CHECK(control_is_running(&home.home));
    CHECK_OK(call("officer-list", "", -1, &result), err);
    CHECK(memmem(result.data, result.size, "\"ana\"", 5) != NULL);
    CHECK(!call("officer-put", "{\"id\":\"x\"}", -1, &result));
    CHECK_ERROR(err, ERROR_RULE, "officer-put: not for the role head_of_desk");
    caller = "admin";
    CHECK(!call("officer-put", "{\"id\":\"x\"}", -1, &result));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(problems.count >= 2);
    caller = "ana";
}

CHECK_TEST(the_socket_is_for_its_owner)
{
    struct stat st;
    char path[128];

    snprintf(path, sizeof path, "%s/" HOME_SOCKET, home.directory);
    CHECK(stat(path, &st) == 0);
    CHECK_INT(st.st_mode & 0777, 0600);
}

CHECK_TEST(a_file_goes_along)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
    char name[] = "/tmp/besa-file-XXXXXX";
    int fd = mkstemp(name);

    unlink(name);
    CHECK(ftruncate(fd, 3 * SEGMENT_SIZE + 5) == 0);
    CHECK_OK(call("upload", "{\"name\":\"zeros\"}", fd, &result), err);
    CHECK(memmem(result.data, result.size, "\"size\":3145733", 14) != NULL);
    CHECK(!call("upload", "{\"name\":\"zeros\"}", -1, &result));
    CHECK_ERROR(err, ERROR_INPUT, "no file came along");
    close(fd);
}

CHECK_TEST(garbage_and_cut_lines_are_answered_with_words)
{
    static char said[65536];

    CHECK(say_raw(span_text("garbage\n"), said, sizeof said) > 0);
    CHECK(strstr(said, "\"ok\":false,\"kind\":\"input\"") != NULL);
    CHECK(say_raw(span_text("{\"act\":\"status\""), said, sizeof said) > 0);
    CHECK(strstr(said, "\"kind\":\"link\"") != NULL);
    CHECK(say_raw(span_text("\n"), said, sizeof said) > 0);
    CHECK(strstr(said, "\"ok\":false") != NULL);
}

CHECK_TEST(too_long_a_line_is_cut_off)
{
    struct buffer line CLEANUP(buffer_free) = buffer_make(4 * CONTROL_LINE_SIZE_MAX);
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
    static char said[65536];

    memset(buffer_room(&line, 3 * CONTROL_LINE_SIZE_MAX), 'x', 3 * CONTROL_LINE_SIZE_MAX);
    say_raw(buffer_span(&line), said, sizeof said);
    CHECK_OK(call("officer-list", "", -1, &result), err); /* and the node goes on */
}

CHECK_TEST(more_clients_than_workers_hear_busy)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
    int idle[CONTROL_WORKER_MAX];
    bool was_busy = false;

    for (size_t i = 0; i < CONTROL_WORKER_MAX; i++)
        idle[i] = connect_raw();
    CHECK(!call("officer-list", "", -1, &result));
    was_busy = err.kind == ERROR_BUSY;
    CHECK(was_busy);
    for (size_t i = 0; i < CONTROL_WORKER_MAX; i++)
        close(idle[i]);
    bool ok = false;
    for (int i = 0; i < 100 && !ok; i++) {
        usleep(10000);
        ok = call("officer-list", "", -1, &result);
    }
    CHECK(ok);
}

CHECK_TEST(without_a_node_there_is_no_answer)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);

    CHECK(!control_is_running(&home.home));
    CHECK(!call("officer-list", "", -1, &result));
    CHECK_ERROR(err, ERROR_LINK, "no node runs");
}

int main(void)
{
    struct control_server *server = NULL;

    reading = calloc(1, sizeof *reading);
    if (reading == NULL)
        return 1;
    CHECK_RUN(a_request_is_read_as_it_was_written);
    CHECK_RUN(a_cut_request_is_refused);
    CHECK_RUN(a_changed_request_is_refused_or_another_one);
    CHECK_RUN(what_is_no_request_is_refused);
    CHECK_RUN(too_long_a_request_is_neither_written_nor_read);
    CHECK_RUN(answers_are_read_as_they_were_written);
    CHECK_RUN(what_is_no_answer_is_refused);
    control_reading_end(reading);
    free(reading);

    node_home_make(&home);
    if (!control_server_make(home.node, &server, &err) || !control_server_start(server, &err))
        return 1;
    node_home_write(&home);
    CHECK_RUN(an_act_goes_through_the_socket);
    CHECK_RUN(the_socket_is_for_its_owner);
    CHECK_RUN(a_file_goes_along);
    CHECK_RUN(garbage_and_cut_lines_are_answered_with_words);
    CHECK_RUN(too_long_a_line_is_cut_off);
    CHECK_RUN(more_clients_than_workers_hear_busy);
    control_server_stop(&server);
    CHECK_RUN(without_a_node_there_is_no_answer);
    node_home_free(&home);
    return check_end();
}
