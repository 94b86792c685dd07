/* The limit of open files: what the unit asks for is enough by the limits that the code names, and the node takes it. */
#include "check.h"
#include "base/buffer.h"
#include "base/env.h"
#include "cmd/descriptors.h"
#include "http/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNIT BESA_SOURCE_DIR "/packaging/systemd/besa.service"

static struct error err;

CHECK_TEST(the_unit_asks_for_enough_files)
{
    struct buffer text = buffer_make(65536);

    CHECK_OK(env_read_file(env_real(), UNIT, 65536, &text, &err), err);
    buffer_byte(&text, 0);
    const char *line = strstr((const char *)text.data, "\nLimitNOFILE=");
    CHECK(line != NULL);
    unsigned long said = line == NULL ? 0 : strtoul(line + strlen("\nLimitNOFILE="), NULL, 10);
    printf("  %u descriptors at most, the unit gives %lu\n", descriptors_wanted(), said);
    CHECK(said >= descriptors_wanted());
    CHECK(said < 2ul * descriptors_wanted()); /* a leak is noticed */
    buffer_free(&text);
}

CHECK_TEST(both_servers_and_more_are_counted)
{
    CHECK(http_server_files_max(true) > 256); /* docs/http.md: connections at once */
    CHECK(http_server_files_max(false) > 512);
    CHECK(descriptors_wanted() > http_server_files_max(true) + http_server_files_max(false));
}

/* The limits of a child that began with these. */
static struct rlimit limits_after(rlim_t soft, rlim_t hard, char said[ERROR_TEXT_SIZE])
{
    struct rlimit after = {0, 0};
    int ends[2];

    said[0] = '\0';
    if (pipe(ends) != 0)
        return after;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit before = {soft, hard};
        bool is_set = setrlimit(RLIMIT_NOFILE, &before) == 0;
        bool ok = descriptors_raise(&err);
        is_set = is_set && getrlimit(RLIMIT_NOFILE, &after) == 0 &&
                 write(ends[1], &after, sizeof after) == sizeof after;
        snprintf(said, ERROR_TEXT_SIZE, "%s", ok ? "" : err.text);
        _exit(is_set && write(ends[1], said, ERROR_TEXT_SIZE) == (ssize_t)ERROR_TEXT_SIZE ? 0 : 1);
    }
    close(ends[1]);
    CHECK(read(ends[0], &after, sizeof after) == sizeof after);
    CHECK(read(ends[0], said, ERROR_TEXT_SIZE) == (ssize_t)ERROR_TEXT_SIZE);
    close(ends[0]);
    waitpid(child, NULL, 0);
    return after;
}

CHECK_TEST(a_low_limit_is_raised_and_a_hard_one_told)
{
    char said[ERROR_TEXT_SIZE];
    rlim_t wanted = descriptors_wanted();

    CHECK_INT(limits_after(64, wanted + 100, said).rlim_cur, wanted);
    CHECK_SPAN(span_text(said), "");
    CHECK_INT(limits_after(wanted + 50, wanted + 100, said).rlim_cur, wanted + 50);
    CHECK_INT(limits_after(64, 300, said).rlim_cur, 300);
    CHECK(strstr(said, "allows 300 open files") != NULL);
}

int main(void)
{
    CHECK_RUN(the_unit_asks_for_enough_files);
    CHECK_RUN(both_servers_and_more_are_counted);
    CHECK_RUN(a_low_limit_is_raised_and_a_hard_one_told);
    return check_end();
}
