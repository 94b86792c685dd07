/* The running node's threads in this process: do they move, and does a beat say so. */
#include "cmd/service.h"
#include "check.h"
#include "cmd/support/node_home.h"
#include "http/client.h"

#include <fcntl.h>
#include <unistd.h>

static struct node_home home;

/* Bytes that came into the pipe within `wait_ms`. */
static int beats(int fd, int wait_ms)
{
    char bytes[64];
    int count = 0;

    usleep((useconds_t)wait_ms * 1000);
    ssize_t got = read(fd, bytes, sizeof bytes);
    count += got > 0 ? (int)got : 0;
    return count;
}

static bool hang(struct node *node, void *context, struct error *err)
{
    (void)node;
    (void)context;
    (void)err;
    usleep(3300 * 1000);
    return true;
}

static bool hang_but_move(struct node *node, void *context, struct error *err)
{
    (void)context;
    (void)err;
    for (int i = 0; i < 33; i++) {
        usleep(100 * 1000);
        service_moved(node->service);
    }
    return true;
}

static int beats_during(bool (*work)(struct node *, void *, struct error *), int pipe_fd)
{
    struct error err = {0};

    beats(pipe_fd, 1100); /* what was on its way */
    CHECK(node_job(home.node, false, work, NULL, &err));
    return beats(pipe_fd, 0);
}

CHECK_TEST(a_writer_that_hangs_misses_its_beats)
{
    struct service *service = NULL;
    struct error err = {0};
    int ends[2];

    CHECK_OR_RETURN(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    CHECK_OK(service_make(home.node, &service, &err), err);
    CHECK_OK(service_start(service, &err), err);
    CHECK(service_beat(service, ends[1]));
    CHECK(beats(ends[0], 3300) >= 2);
    /* One beat may still be owed for what moved before; the next are missing. */
    CHECK(beats_during(hang, ends[0]) <= 1);
    CHECK(beats_during(hang_but_move, ends[0]) >= 2);
    CHECK(beats(ends[0], 2200) >= 1);
    service_end(&service);
    close(ends[0]);
    close(ends[1]);
}

CHECK_TEST(a_beat_into_a_closed_pipe_says_so)
{
    struct service service = {.beat_fd = -1};
    int ends[2];

    CHECK_OR_RETURN(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    close(ends[0]);
    CHECK(!service_beat(&service, ends[1]));
    close(ends[1]);
}

int main(void)
{
    struct error err = {0};

    if (!http_init(&err)) {
        printf("service_test: %s\n", err.text);
        return 1;
    }
    node_home_make(&home);
    node_home_tls(&home);
    CHECK_RUN(a_beat_into_a_closed_pipe_says_so);
    CHECK_RUN(a_writer_that_hangs_misses_its_beats);
    node_home_free(&home);
    return check_end();
}
