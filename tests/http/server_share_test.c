/*
 * Shares: a partner that spends all of its own connections, bodies and requests takes nothing of another's.
 */
#include "check.h"
#include "http/support/ground.h"

#include <sys/socket.h>
#include <unistd.h>

static struct identity other; /* of a second partner, gr */

static void site_begin(struct site *site, struct http_server_limits limits)
{
    struct buffer both = buffer_make(1 << 16);
    struct error err = {0};

    site_open(site, limits);
    buffer_add(&both, buffer_span(&ground_get()->al.pem));
    buffer_add(&both, buffer_span(&ground_get()->ro.pem));
    CHECK_OK(http_server_trust(site->server, buffer_span(&both), &err), err);
    buffer_free(&both);
}

/* The status of one request on a connection of its own; 0: no answer. */
static int status_of(struct site *site, const struct identity *identity, const char *request)
{
    char answer[1024];

    bare_ask(site->port, identity, span_text(request), answer, sizeof answer, 1500);
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

#define PEER "GET /peer HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static bool is_open(const struct bare *bare)
{
    char byte;
    ssize_t got = recv(bare->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got != 0;
}

/* ---- bodies ---- */

#define HALF "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3000\r\n\r\n"

CHECK_TEST(bodies_of_one_partner_leave_anothers_room)
{
    static char bytes[3000];
    struct site site;
    struct bare held;
    char whole[4096];

    memset(bytes, 'b', sizeof bytes);
    site_begin(&site, (struct http_server_limits){.peer_body_size = 5000});
    snprintf(whole, sizeof whole, "%s%.*s", HALF, (int)sizeof bytes, bytes);
    bare_open(&held, site.port, &ground_get()->client, BARE_TLS_1_3);
    CHECK(bare_send(&held, span_text(HALF)));
    CHECK(bare_send(&held, span_make(bytes, 2900)));
    wait_ms(100);
    CHECK_INT(status_of(&site, &ground_get()->client, whole), 503);
    CHECK_INT(status_of(&site, &other, whole), 200);
    CHECK_INT(status_of(&site, &other, whole), 200); /* given back each time */
    /* Its own body goes on, and is given back too. */
    CHECK(bare_send(&held, span_make(bytes, 100)));
    wait_ms(100);
    bare_close(&held);
    wait_ms(100);
    CHECK_INT(status_of(&site, &ground_get()->client, whole), 200);
    site_close(&site);
}

/* What a handler still has counts for its partner after the connection has gone. */
CHECK_TEST(a_body_counts_until_its_handler_gives_it_back)
{
    static char bytes[3000];
    struct site site;
    struct bare gone;
    char whole[4096];

    memset(bytes, 'b', sizeof bytes);
    site_begin(&site, (struct http_server_limits){.peer_body_size = 5000, .answer_ms = 5000});
    snprintf(whole, sizeof whole,
             "POST /never HTTP/1.1\r\nHost: x\r\nContent-Length: 3000\r\n\r\n%.*s",
             (int)sizeof bytes, bytes);
    bare_open(&gone, site.port, &ground_get()->client, BARE_TLS_1_3);
    CHECK(bare_send(&gone, span_text(whole)));
    for (int i = 0; i < 200 && site_kept(&site) == 0; i++)
        wait_ms(5);
    bare_close(&gone);
    wait_ms(600); /* answered 503 to nobody */
    snprintf(whole, sizeof whole, "%s%.*s", HALF, (int)sizeof bytes, bytes);
    CHECK_INT(status_of(&site, &ground_get()->client, whole), 503);
    CHECK_INT(status_of(&site, &other, whole), 200);
    site_release(&site);
    CHECK_INT(status_of(&site, &ground_get()->client, whole), 200);
    site_close(&site);
}

/* ---- connections ---- */

#define GREEDY_COUNT 12

CHECK_TEST(connections_of_one_partner_push_out_its_own_oldest_alone)
{
    struct site site;
    struct bare good;
    struct bare greedy[GREEDY_COUNT];
    struct buffer got = buffer_make(4096);
    int open = 0;

    site_begin(&site, (struct http_server_limits){.peer_connection_count = 4});
    bare_open(&good, site.port, &other, BARE_TLS_1_3);
    CHECK(bare_send(&good, span_text("GET /peer HTTP/1.1\r\nHost: x\r\n\r\n")));
    bare_receive(&good, &got, "node.gr.example", 2000);
    for (int i = 0; i < GREEDY_COUNT; i++) {
        bare_open(&greedy[i], site.port, &ground_get()->client, BARE_TLS_1_3);
        CHECK(bare_send(&greedy[i], span_text("GET /peer HTTP/1.1\r\nHost: x\r\n\r\n")));
        buffer_clear(&got);
        bare_receive(&greedy[i], &got, "node.al.example", 2000); /* the newest is served */
        CHECK(got.size > 12 && memcmp(got.data, "HTTP/1.1 200", 12) == 0);
    }
    wait_ms(100);
    for (int i = 0; i < GREEDY_COUNT; i++)
        open += is_open(&greedy[i]);
    CHECK_INT(open, 4);
    for (int i = GREEDY_COUNT - 4; i < GREEDY_COUNT; i++)
        CHECK(is_open(&greedy[i]));
    buffer_clear(&got);
    CHECK(bare_send(&good, span_text("GET /peer HTTP/1.1\r\nHost: x\r\n\r\n")));
    bare_receive(&good, &got, "node.gr.example", 2000);
    CHECK(got.size > 12 && memcmp(got.data, "HTTP/1.1 200", 12) == 0);
    CHECK_INT(http_server_counts(site.server).too_often, GREEDY_COUNT - 4);
    for (int i = 0; i < GREEDY_COUNT; i++)
        bare_close(&greedy[i]);
    bare_close(&good);
    buffer_free(&got);
    site_close(&site);
}

/* ---- requests ---- */

CHECK_TEST(requests_of_one_partner_are_paced_alone)
{
    struct site site;
    struct bare greedy;
    struct buffer got = buffer_make(1 << 16);
    int too_many = 0;

    site_begin(&site, (struct http_server_limits){.peer_rate = {2, 5}});
    for (int i = 0; i < 8; i++)
        too_many += status_of(&site, &ground_get()->client, PEER) == 429;
    CHECK(too_many >= 2 && too_many <= 3);
    bare_open(&greedy, site.port, &ground_get()->client, BARE_TLS_1_3);
    CHECK(bare_send(&greedy, span_text(PEER)));
    bare_receive(&greedy, &got, NULL, 1000);
    buffer_byte(&got, 0);
    CHECK(strncmp((char *)got.data, "HTTP/1.1 429", 12) == 0);
    CHECK(strstr((char *)got.data, "\r\nRetry-After: 1\r\n") != NULL);
    bare_close(&greedy);
    for (int i = 0; i < 5; i++)
        CHECK_INT(status_of(&site, &other, PEER), 200);
    CHECK_INT(http_server_counts(site.server).too_often, too_many + 1);
    buffer_free(&got);
    site_close(&site);
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    identity_make(&other, &ground_get()->ro, "node.gr.example", IDENTITY_NODE, -60, 3600);
    CHECK_RUN(bodies_of_one_partner_leave_anothers_room);
    CHECK_RUN(a_body_counts_until_its_handler_gives_it_back);
    CHECK_RUN(connections_of_one_partner_push_out_its_own_oldest_alone);
    CHECK_RUN(requests_of_one_partner_are_paced_alone);
    identity_free(&other);
    ground_free();
    return check_end();
}
