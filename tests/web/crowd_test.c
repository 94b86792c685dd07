/*
 * A crowd before the desk of a whole node: whoever has a session gets in and is answered as if the crowd were not there.
 */
#include "check.h"
#include "web/support/crowd.h"
#include "web/support/live.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct live live;

/* One look into the inbox, on a connection that is kept as browsers do; microseconds, -1: not answered. */
static int64_t inbox_look(struct bare *bare, const struct live_session *session)
{
    struct buffer got = buffer_make(1 << 16);
    char request[512];
    int64_t began_us = now_monotonic_us();

    snprintf(request, sizeof request,
             "GET /api/v1/inbox HTTP/1.1\r\nHost: node.ro.example\r\nCookie: %s\r\n"
             "X-Besa-Reason: a%%20test\r\nX-Besa-Case: c-1\r\n\r\n",
             session->cookie);
    bool is_good = bare_send(bare, span_text(request));
    if (is_good)
        bare_receive(bare, &got, "}", 5000);
    int64_t taken_us = now_monotonic_us() - began_us;
    is_good = is_good && got.size > 12 && memcmp(got.data, "HTTP/1.1 200", 12) == 0;
    if (!is_good && got.size > 0)
        printf("%.*s\n", SPAN_ARG(buffer_span(&got)));
    buffer_free(&got);
    return is_good ? taken_us : -1;
}

/* ---- strangers that only stand there ---- */

#define PLACE_COUNT    256
#define STRANGER_COUNT 400
#define BOUND_US       2000000

static bool socket_is_open(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

CHECK_TEST(idle_strangers_from_many_addresses_keep_no_officer_out)
{
    static int strangers[STRANGER_COUNT];
    struct live_session session;
    struct bare before;
    struct bare after;
    char from[32];

    CHECK_OR_RETURN(live_login(&live, "duty-officer", "127.0.0.1", &session));
    bare_open(&before, live.port, NULL, BARE_TLS_1_3);
    CHECK(inbox_look(&before, &session) >= 0);
    for (int i = 0; i < STRANGER_COUNT; i++) {
        snprintf(from, sizeof from, "127.1.%d.%d", i / 200, 1 + i % 200);
        strangers[i] = socket_open_from(from, live.port);
    }
    int64_t began_us = now_monotonic_us();
    bare_open(&after, live.port, NULL, BARE_TLS_1_3);
    CHECK(inbox_look(&after, &session) >= 0);
    CHECK(now_monotonic_us() - began_us < BOUND_US);
    CHECK(inbox_look(&before, &session) >= 0); /* the oldest of all keeps its place */
    CHECK(!socket_is_open(strangers[0]));
    for (int i = 0; i < STRANGER_COUNT; i++)
        close(strangers[i]);
    bare_close(&before);
    bare_close(&after);
}

/* ---- hostile clients of every kind, and an officer who measures ---- */

#define ROUND_COUNT 3  /* a shared machine has bad moments: one good round is enough */
#define PAIR_COUNT  5  /* quiet and crowded by turns, so that a busy machine is busy for both */
#define LOOK_COUNT  20 /* of one turn */
#define LOOK_GAP_MS 8  /* within the rate of one address */
/* Beside twice the quiet median: what the crowd's own handshakes cost the machine, where it has other things to do. An
 * officer behind a crowd that is let in waits for its deadlines, seconds. */
#if defined(__SANITIZE_ADDRESS__)
#define SLACK_US 60000
#else
#define SLACK_US 20000
#endif

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int64_t median(int64_t *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

static int64_t turn_measure(const struct live_session *session, bool with_crowd)
{
    int64_t taken_us[LOOK_COUNT];
    struct bare bare;

    crowd_let(with_crowd);
    bare_open(&bare, live.port, NULL, BARE_TLS_1_3);
    for (int i = 0; i < LOOK_COUNT; i++) {
        taken_us[i] = inbox_look(&bare, session);
        CHECK(taken_us[i] >= 0);
        wait_ms(LOOK_GAP_MS);
    }
    bare_close(&bare);
    return median(taken_us, LOOK_COUNT);
}

/* The median answer in the crowd stays within twice the quiet one, and a little. */
static bool round_is_calm(const struct live_session *session)
{
    int64_t quiet_us[PAIR_COUNT];
    int64_t crowd_us[PAIR_COUNT];

    for (int i = 0; i < PAIR_COUNT; i++) {
        quiet_us[i] = turn_measure(session, false);
        crowd_us[i] = turn_measure(session, true);
    }
    int64_t quiet = median(quiet_us, PAIR_COUNT);
    int64_t crowd = median(crowd_us, PAIR_COUNT);
    printf("  inbox: quiet %" PRId64 " us, in the crowd %" PRId64 " us, ratio %.2f; %u attempts\n",
           quiet, crowd, (double)crowd / (double)quiet, crowd_attempts());
    return crowd <= 2 * quiet + SLACK_US;
}

CHECK_TEST(an_officer_does_not_feel_a_hostile_crowd)
{
    struct live_session session;
    struct live_session greedy;
    bool is_calm = false;

    CHECK_OR_RETURN(live_login(&live, "duty-officer", "127.0.0.1", &session));
    CHECK_OR_RETURN(live_login(&live, "analyst", "127.0.0.1", &greedy));
    crowd_aim(live.port, greedy.cookie);
    turn_measure(&session, false); /* all is warm */
    for (int round = 0; round < ROUND_COUNT && !is_calm; round++)
        is_calm = round_is_calm(&session);
    crowd_let(false);
    CHECK(is_calm);
    CHECK(crowd_attempts() > 100);
    CHECK_INT(crowd_wins(), 0);
}

int main(void)
{
    struct http_server_limits limits = {.connection_count = PLACE_COUNT};

    if (!crowd_begin() || !live_open(&live, limits))
        return 1;
    CHECK_RUN(idle_strangers_from_many_addresses_keep_no_officer_out);
    CHECK_RUN(an_officer_does_not_feel_a_hostile_crowd);
    crowd_end();
    live_close(&live);
    ground_free();
    return check_end();
}
