/*
 * Crowds: strangers keep neither a partner nor an officer out, from however many addresses they come; a session that works
 * keeps its place, and who has the most unused connections loses the oldest.
 */
#include "check.h"
#include "base/limits.h"
#include "http/server_parts.h"
#include "http/support/ground.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static bool socket_is_open(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

/* ---- the partner side ---- */

#define CROWD_COUNT 20

CHECK_TEST(strangers_of_one_address_keep_no_partner_out)
{
    struct site site;
    struct bare good;
    struct buffer got = buffer_make(4096);
    int crowd[CROWD_COUNT];

    site_open(&site, (struct http_server_limits){.stranger_count = 6, .connection_count = 8});
    /* One that is quiet from elsewhere, older than the crowd. */
    int quiet = socket_open_from("127.0.0.3", site.port);
    for (int i = 0; i < CROWD_COUNT; i++) {
        crowd[i] = socket_open_from("127.0.0.2", site.port);
        wait_ms(10);
    }
    wait_ms(100);
    bare_open(&good, site.port, &ground_get()->client, BARE_TLS_1_3);
    CHECK(bare_send(&good, span_text("GET /peer HTTP/1.1\r\nHost: x\r\n\r\n")));
    bare_receive(&good, &got, "node.al.example", 2000);
    CHECK(got.size > 12 && memcmp(got.data, "HTTP/1.1 200", 12) == 0);
    char byte;
    CHECK(recv(quiet, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <
          0); /* still open: its address did not crowd */
    CHECK_INT(recv(crowd[0], &byte, 1, MSG_PEEK | MSG_DONTWAIT), 0);
    CHECK(recv(crowd[CROWD_COUNT - 1], &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0);
    for (int i = 0; i < CROWD_COUNT; i++)
        close(crowd[i]);
    close(quiet);
    bare_close(&good);
    buffer_free(&got);
    site_close(&site);
}

/* ---- the desk side ---- */

#define KNOWN(who) "GET /known?" who " HTTP/1.1\r\nHost: x\r\n\r\n"

/* One request on a connection that stays. */
static bool is_served(struct bare *bare, const char *request)
{
    struct buffer got = buffer_make(4096);

    bool is_good = bare_send(bare, span_text(request));
    if (is_good)
        bare_receive(bare, &got, "known", 2000);
    is_good = is_good && got.size > 12 && memcmp(got.data, "HTTP/1.1 200", 12) == 0;
    buffer_free(&got);
    return is_good;
}

static bool officer_open(struct bare *bare, uint16_t port, const char *request)
{
    bare_open(bare, port, NULL, BARE_TLS_1_3);
    return is_served(bare, request);
}

#define PLACE_COUNT    200u
#define STRANGER_COUNT 300u

/* Each from an address of its own, in one /8. */
static void strangers_open(int strangers[], unsigned count, uint16_t port)
{
    for (unsigned i = 0; i < count; i++) {
        char from[32];
        snprintf(from, sizeof from, "127.1.%u.%u", i / 200, 1 + i % 200);
        strangers[i] = socket_open_from(from, port);
    }
}

static void sockets_close(const int fds[], unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        close(fds[i]);
}

CHECK_TEST(strangers_from_many_addresses_keep_no_officer_out)
{
    static int strangers[STRANGER_COUNT];
    struct site site;
    struct bare before;
    struct bare after;

    site_open_desk(&site, (struct http_server_limits){.connection_count = PLACE_COUNT});
    CHECK(officer_open(&before, site.port, KNOWN("a")));
    strangers_open(strangers, STRANGER_COUNT, site.port);
    wait_ms(200);
    int64_t began_ms = now_monotonic_ms();
    CHECK(officer_open(&after, site.port, KNOWN("b")));
    CHECK(now_monotonic_ms() - began_ms < 2000);
    CHECK(is_served(&before,
                    KNOWN("a"))); /* the oldest of all: a session that works keeps its place */
    CHECK(!socket_is_open(strangers[0]));
    CHECK(socket_is_open(strangers[STRANGER_COUNT - 1]));
    sockets_close(strangers, STRANGER_COUNT);
    bare_close(&before);
    bare_close(&after);
    site_close(&site);
}

/* As long as there is room nobody gives way: all officers of a desk come back at once. */
CHECK_TEST(strangers_stay_while_there_is_room)
{
    static int strangers[100];
    struct site site;

    site_open_desk(&site, (struct http_server_limits){.stranger_count = 10});
    strangers_open(strangers, 100, site.port);
    wait_ms(100);
    for (unsigned i = 0; i < 100; i++)
        CHECK(socket_is_open(strangers[i]));
    CHECK_INT(http_server_counts(site.server).too_often, 0);
    sockets_close(strangers, 100);
    site_close(&site);
}

#define GREEDY_COUNT 30u

CHECK_TEST(who_has_the_most_unused_connections_loses_the_oldest)
{
    struct site site;
    struct bare modest;
    struct bare later;
    struct bare greedy[GREEDY_COUNT];
    unsigned open = 0;

    site_open_desk(&site, (struct http_server_limits){.connection_count = 20, .stranger_count = 4});
    CHECK(officer_open(&modest, site.port, KNOWN("modest")));
    for (unsigned i = 0; i < GREEDY_COUNT; i++)
        CHECK(officer_open(&greedy[i], site.port, KNOWN("greedy")));
    CHECK(officer_open(&later, site.port, KNOWN("later")));
    CHECK(is_served(&modest, KNOWN("modest")));
    for (unsigned i = 0; i < GREEDY_COUNT; i++)
        open += socket_is_open(greedy[i].fd);
    CHECK(open >= 12 && open <= 17);
    CHECK(!socket_is_open(greedy[0].fd));
    CHECK(socket_is_open(greedy[GREEDY_COUNT - 1].fd));
    for (unsigned i = 0; i < GREEDY_COUNT; i++)
        bare_close(&greedy[i]);
    bare_close(&modest);
    bare_close(&later);
    site_close(&site);
}

/* What waits for an answer of ours is not the one that idles. */
CHECK_TEST(a_stranger_whose_answer_is_made_outlasts_those_who_idle)
{
    struct site site;
    struct bare asking;
    struct buffer got = buffer_make(4096);
    int strangers[60];

    site_open_desk(&site, (struct http_server_limits){.connection_count = 20, .stranger_count = 4});
    bare_open(&asking, site.port, NULL, BARE_TLS_1_3);
    CHECK(bare_send(&asking, span_text("POST /never HTTP/1.1\r\nHost: x\r\n"
                                       "Content-Length: 1\r\n\r\nx")));
    for (int i = 0; i < 200 && site_kept(&site) == 0; i++)
        wait_ms(5);
    strangers_open(strangers, 60, site.port);
    for (int i = 0; i < 40 && http_server_counts(site.server).connections < 61; i++)
        wait_ms(5);
    site_release(&site);
    bare_receive(&asking, &got, "at last", 2000);
    CHECK(got.size > 12 && memcmp(got.data, "HTTP/1.1 200", 12) == 0);
    sockets_close(strangers, 60);
    bare_close(&asking);
    buffer_free(&got);
    site_close(&site);
}

/* ---- what counts as one address ---- */

static struct client client_of_six(const char *text)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    struct client client;

    CHECK_INT(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
    client_read((const struct sockaddr *)&six, &client);
    return client;
}

CHECK_TEST(an_ipv6_network_counts_as_one_address)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct client plain;
    struct client one = client_of_six("2001:db8:0:1::1");
    struct client beside = client_of_six("2001:db8:0:1:ffff::2");
    struct client other = client_of_six("2001:db8:0:2::1");
    struct client mapped = client_of_six("::ffff:192.0.2.7");
    struct client nameless;

    inet_pton(AF_INET, "192.0.2.7", &four.sin_addr);
    client_read((const struct sockaddr *)&four, &plain);
    client_read(NULL, &nameless);
    CHECK(client_is_same(&one, &beside));
    CHECK(!client_is_same(&one, &other));
    CHECK(client_is_same(&mapped, &plain));
    CHECK(!client_is_same(&mapped, &one));
    CHECK_SPAN(span_text(mapped.text), "192.0.2.7");
    CHECK_SPAN(span_text(beside.text), "2001:db8:0:1:ffff::2");
    CHECK_SPAN(span_text(nameless.text), "?");
}

static bool has_network;

CHECK_TEST(connections_of_one_ipv6_network_have_one_limit)
{
    struct site site;
    char from[64];
    int fds[8];
    unsigned open = 0;

    if (!has_network)
        CHECK_NOT_RUN("no network of its own may be made here");
    site_open_six(&site, (struct http_server_limits){.address_count = 3});
    for (unsigned i = 0; i < 6; i++) {
        snprintf(from, sizeof from, "2001:db8:0:1::%u", 1 + i);
        fds[i] = socket_open_six(from, "::1", site.port);
    }
    fds[6] = socket_open_six("2001:db8:0:2::1", "::1", site.port);
    fds[7] = socket_open_from("127.0.0.1", site.port);
    wait_ms(200);
    for (unsigned i = 0; i < 6; i++)
        open += socket_is_open(fds[i]);
    CHECK_INT(open, 3);
    CHECK(socket_is_open(fds[6]));
    CHECK(socket_is_open(fds[7]));
    sockets_close(fds, 8);
    site_close(&site);
}

int main(void)
{
    static const char *const addresses[] = {"2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:1::3",
                                            "2001:db8:0:1::4", "2001:db8:0:1::5", "2001:db8:0:1::6",
                                            "2001:db8:0:2::1"};
    struct error err;

    has_network = network_own(addresses, sizeof addresses / sizeof addresses[0]);
    if (!http_init(&err))
        return 1;
    CHECK_RUN(strangers_of_one_address_keep_no_partner_out);
    CHECK_RUN(strangers_from_many_addresses_keep_no_officer_out);
    CHECK_RUN(strangers_stay_while_there_is_room);
    CHECK_RUN(who_has_the_most_unused_connections_loses_the_oldest);
    CHECK_RUN(a_stranger_whose_answer_is_made_outlasts_those_who_idle);
    CHECK_RUN(an_ipv6_network_counts_as_one_address);
    CHECK_RUN(connections_of_one_ipv6_network_have_one_limit);
    ground_free();
    return check_end();
}
