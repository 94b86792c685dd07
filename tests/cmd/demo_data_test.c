/*
 * What the demonstration sends is training data that the readers accept, and what it does to directories and processes.
 * covers: demo demo_run demo_ask demo_home demo_login demo_exchange demo_third demo_check
 */
#include "check.h"

#include "base/attributes.h"
#include "base/env.h"
#include "base/text.h"
#include "cmd/demo_data.h"
#include "cmd/demo_run.h"
#include "crypto/secret.h"
#include "message/answer.h"
#include "message/request.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW_MS INT64_C(1800000000000)

static char directory[] = "/tmp/besa-demo-XXXXXX";

static const char *at(const char *name)
{
    static char paths[4][256];
    static size_t next;
    char *path = paths[next++ % 4];

    snprintf(path, 256, "%s/%s", directory, name);
    return path;
}

CHECK_TEST(request_and_answer_are_training_data_that_is_read)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct problems problems = {.count = 0};
    struct request request;
    struct answer answer;
    struct error err = {0};

    CHECK_OK(demo_request("RO-1", NOW_MS, &body, &err), err);
    CHECK_OR_RETURN(request_read(buffer_span(&body), &arena, &request, &problems));
    CHECK(request.is_training);
    CHECK_SPAN(request.reference, "RO-1");
    buffer_clear(&body);
    CHECK_OK(demo_answer("RO-1", NOW_MS, &body, &err), err);
    CHECK_OR_RETURN(answer_read(buffer_span(&body), &arena, &answer, &problems));
    CHECK(answer.is_training);
    CHECK_SPAN(answer.request_reference, "RO-1");
}

CHECK_TEST(the_large_file_is_the_same_on_every_run)
{
    uint8_t written[DIGEST_SIZE], read[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1];
    int64_t size = 0;
    struct error err = {0};

    CHECK_OK(demo_large_write(at("large"), written, &err), err);
    CHECK_OK(demo_digest(at("large"), read, &size, &err), err);
    CHECK_INT(size, DEMO_LARGE_SIZE);
    CHECK(digest_is_equal(written, read));
    hex_write(span_make(read, sizeof read), hex);
    CHECK(strncmp(hex, "5b2fa42fbe7e004d", 16) == 0);
    CHECK(!demo_large_write(at("large"), written, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "large");
    CHECK(!demo_digest(at("absent"), read, &size, &err));
}

CHECK_TEST(removing_a_directory_follows_no_link)
{
    struct error err = {0};

    CHECK(mkdir(at("kept"), 0700) == 0 && mkdir(at("gone"), 0700) == 0);
    CHECK(env_write_file(env_real(), at("kept/file"), span_text("x"), &err));
    CHECK(symlink(at("kept"), at("gone/link")) == 0);
    CHECK_OK(run_remove(at("gone"), &err), err);
    CHECK(!run_exists(at("gone")));
    CHECK(run_exists(at("kept/file")));
    CHECK_OK(run_remove(at("gone"), &err), err);
}

CHECK_TEST(free_ports_differ)
{
    unsigned ports[4] = {0};
    struct error err = {0};

    CHECK_OK(run_free_ports(ports, 4, &err), err);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < i; k++)
            CHECK(ports[i] != 0 && ports[i] != ports[k]);
}

CHECK_TEST(a_child_that_ends_is_seen_and_one_that_runs_is_stopped)
{
    pid_t pid = fork();

    if (pid == 0) {
        pause();
        _exit(0);
    }
    CHECK(run_is_alive(&pid));
    run_stop(&pid);
    CHECK_INT(pid, 0);
    CHECK(!run_is_alive(&pid));
    pid = fork();
    if (pid == 0)
        _exit(0);
    for (int i = 0; i < 500 && run_is_alive(&pid); i++)
        run_sleep_ms(10);
    CHECK(!run_is_alive(&pid));
    run_stop(&pid);
}

int main(void)
{
    struct error err = {0};

    crypto_start();
    if (mkdtemp(directory) == NULL)
        return 1;
    CHECK_RUN(request_and_answer_are_training_data_that_is_read);
    CHECK_RUN(the_large_file_is_the_same_on_every_run);
    CHECK_RUN(removing_a_directory_follows_no_link);
    CHECK_RUN(free_ports_differ);
    CHECK_RUN(a_child_that_ends_is_seen_and_one_that_runs_is_stopped);
    run_remove(directory, &err);
    return check_end();
}
