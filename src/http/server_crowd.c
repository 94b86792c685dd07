/*
 * Crowd: whose connection gives way to a new one. A stranger is a connection that has not shown who it is: on the partner
 * side no certificate, on the desk side no session. On the partner side strangers have a few places of their own. On the
 * desk side they have all that nobody else needs; when places run short they are thinned to those few, and where they
 * are no more than that, the oldest unused connection of whoever has the most of them goes. So a session that works
 * keeps its place, and there is always one for the next to come.
 */
#include "http/server_parts.h"

#include "crypto/digest.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#define CROWD_PLACE_COUNT 1024u

/* The library takes up to ten new connections before it closes those that were cut. */
static unsigned places_kept(const struct http_server *server)
{
    unsigned kept = server->limits.connection_count / 16;

    return kept > 0 ? kept : 1;
}

void connection_cut(struct connection *connection)
{
    connection->is_cut = true;
    connection->server->counts.too_often++;
    shutdown(connection->fd, SHUT_RDWR);
}

static bool is_stranger(const struct connection *connection)
{
    return !connection->is_cut && connection->share == NULL && connection->who == 0;
}

void client_read(const struct sockaddr *address, struct client *out)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    const uint8_t *number = NULL;
    int family = address == NULL ? AF_UNSPEC : address->sa_family;

    memset(out, 0, sizeof *out);
    if (family == AF_INET)
        number = (const uint8_t *)&((const struct sockaddr_in *)(const void *)address)->sin_addr;
    else if (family == AF_INET6)
        number = (const uint8_t *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    if (family == AF_INET6 && memcmp(number, mapped, sizeof mapped) == 0) {
        family = AF_INET;
        number += sizeof mapped;
    }
    if (number == NULL || inet_ntop(family, number, out->text, sizeof out->text) == NULL) {
        snprintf(out->text, sizeof out->text, "?");
        return;
    }
    /* Whoever has an IPv6 address has the 2^64 beside it. */
    out->key_size = family == AF_INET ? 4 : 8;
    memcpy(out->key, number, out->key_size);
}

bool client_is_same(const struct client *a, const struct client *b)
{
    return a->key_size == b->key_size && memcmp(a->key, b->key, sizeof a->key) == 0;
}

bool crowd_admits(struct http_server *server, const struct client *client)
{
    unsigned count = 0;

    pthread_mutex_lock(&server->lock);
    for (const struct connection *at = server->connections; at != NULL; at = at->next)
        count += !at->is_cut && client_is_same(&at->client, client);
    bool is_admitted = count < server->limits.address_count;
    if (!is_admitted)
        server->counts.too_often++;
    pthread_mutex_unlock(&server->lock);
    return is_admitted;
}

/* ---- who gives way ---- */

/* How many connections stand in the place of each address, or of each officer. Two may share a place, seldom and never by
 * their own choice; then they count as one. */
struct crowd {
    unsigned count;
    unsigned strangers;
    unsigned asking;
    uint16_t of_client[CROWD_PLACE_COUNT]; /* strangers */
    uint16_t of_who[CROWD_PLACE_COUNT];    /* of the others */
};

static size_t place_of(const struct http_server *server, uint64_t key)
{
    return (size_t)(((key ^ server->crowd_seed) * UINT64_C(0x9e3779b97f4a7c15)) >> 54);
}
_Static_assert(CROWD_PLACE_COUNT == 1u << (64 - 54), "the ten highest bits say the place");

static size_t place_of_client(const struct connection *connection)
{
    uint64_t key;

    memcpy(&key, connection->client.key, sizeof key);
    return place_of(connection->server, key);
}

static size_t place_of_who(const struct connection *connection)
{
    return place_of(connection->server, connection->who);
}

/* What waits for an answer of ours: a log-in, above all. */
static bool is_asking(const struct connection *connection)
{
    return is_stranger(connection) && connection->pace.phase == PACE_ANSWER;
}

static void crowd_count(const struct http_server *server, struct crowd *crowd)
{
    memset(crowd, 0, sizeof *crowd);
    for (const struct connection *at = server->connections; at != NULL; at = at->next) {
        if (at->is_cut)
            continue;
        crowd->count++;
        crowd->strangers += is_stranger(at);
        crowd->asking += is_asking(at);
        if (is_stranger(at))
            crowd->of_client[place_of_client(at)]++;
        else
            crowd->of_who[place_of_who(at)]++;
    }
}

/* One of the address with the most of them; who asks keeps its place unless too many do. NULL: there is none. */
static struct connection *stranger_choose(const struct http_server *server,
                                          const struct crowd *crowd)
{
    bool spares_asking = crowd->asking <= server->limits.stranger_count;
    struct connection *chosen = NULL;
    unsigned most = 0;

    for (struct connection *at = server->connections; at != NULL; at = at->next) {
        if (!is_stranger(at) || (spares_asking && is_asking(at)))
            continue;
        unsigned beside = crowd->of_client[place_of_client(at)];
        if (beside < most)
            continue;
        most = beside;
        chosen = at; /* of equals the oldest */
    }
    return chosen;
}

/* Of whoever has the most. A browser opens it again when it wants it. NULL: every one is in use. */
static struct connection *unused_choose(const struct http_server *server, const struct crowd *crowd)
{
    struct connection *chosen = NULL;
    unsigned most = 0;

    for (struct connection *at = server->connections; at != NULL; at = at->next) {
        if (at->is_cut || at->who == 0 || at->pace.phase != PACE_IDLE)
            continue;
        unsigned beside = crowd->of_who[place_of_who(at)];
        if (beside < most)
            continue;
        most = beside;
        chosen = at;
    }
    return chosen;
}

void crowd_thin(struct http_server *server)
{
    const struct http_server_limits *limits = &server->limits;
    struct connection *chosen = NULL;
    struct crowd crowd;

    crowd_count(server, &crowd);
    if (server->is_desk && crowd.count + places_kept(server) <= limits->connection_count)
        return;
    if (crowd.strangers > limits->stranger_count)
        chosen = stranger_choose(server, &crowd);
    else if (server->is_desk)
        chosen = unused_choose(server, &crowd);
    if (chosen != NULL)
        connection_cut(chosen);
}

void http_request_known(struct http_request *request, struct span who)
{
    struct exchange *exchange = (struct exchange *)request;
    struct http_server *server = exchange->server;
    uint8_t digest[DIGEST_SIZE];
    uint64_t number;

    digest_sha256(who, digest);
    memcpy(&number, digest, sizeof number);
    pthread_mutex_lock(&server->lock);
    if (server->is_desk && exchange->connection != NULL)
        exchange->connection->who = number == 0 ? 1 : number;
    pthread_mutex_unlock(&server->lock);
}
