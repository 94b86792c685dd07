/*
 * Shares: what one partner may take of the partner side. Each institution has connections, bodies and a rate of its own,
 * so that a partner that spends all of its share takes nothing of another's. Strangers are server_crowd.c's.
 */
#include "http/server_parts.h"

/* Its place, or a free one. NULL: none is free. */
static struct share *share_find(struct http_server *server, const struct http_peer *peer)
{
    struct share *unused = NULL;

    for (size_t i = 0; i < SHARE_COUNT_MAX; i++) {
        struct share *share = &server->shares[i];
        if (share->holders == 0)
            unused = unused == NULL ? share : unused;
        else if (memcmp(share->institution, peer->institution_fingerprint, HTTP_FINGERPRINT_SIZE) ==
                 0)
            return share;
    }
    if (unused == NULL)
        return NULL;
    *unused = (struct share){.body_size = 0};
    memcpy(unused->institution, peer->institution_fingerprint, HTTP_FINGERPRINT_SIZE);
    return unused;
}

/* The list begins with the newest: the last that fits is the oldest. A partner that lost its line comes back while its
 * old connections still stand here, so the oldest gives way, and not the newest. */
static void oldest_cut(struct http_server *server, const struct share *share)
{
    struct connection *oldest = NULL;
    unsigned count = 0;

    for (struct connection *at = server->connections; at != NULL; at = at->next) {
        if (at->share != share || at->is_cut)
            continue;
        oldest = at;
        count++;
    }
    if (count > server->limits.peer_connection_count)
        connection_cut(oldest);
}

bool share_join(struct connection *connection, struct error *err)
{
    struct http_server *server = connection->server;

    if (connection->share != NULL)
        return true;
    connection->share = share_find(server, &connection->peer);
    if (connection->share == NULL)
        return error_set(err, ERROR_LIMIT, "too many partners at once");
    connection->share->holders++;
    if (server->limits.peer_connection_count > 0)
        oldest_cut(server, connection->share);
    return true;
}

void share_leave(struct share **share)
{
    if (*share != NULL)
        (*share)->holders--;
    *share = NULL;
}

/* ---- bodies ---- */

bool share_fits(const struct exchange *exchange, size_t size)
{
    const struct http_server *server = exchange->server;
    const struct http_server_limits *limits = &server->limits;

    if (server->body_total_size + size > limits->body_total_size)
        return false;
    return exchange->share == NULL || limits->peer_body_size == 0 ||
           exchange->share->body_size + size <= limits->peer_body_size;
}

void share_add(struct exchange *exchange, size_t size)
{
    exchange->server->body_total_size += size;
    if (exchange->share != NULL)
        exchange->share->body_size += size;
}

void share_give_back(struct exchange *exchange, size_t size)
{
    exchange->server->body_total_size -= size;
    if (exchange->share != NULL)
        exchange->share->body_size -= size;
}

/* ---- requests ---- */

bool share_take(struct connection *connection, int64_t *retry_ms)
{
    struct http_server *server = connection->server;
    uint8_t key[1 + HTTP_FINGERPRINT_SIZE] = {'p'};

    if (server->is_desk)
        return true;
    memcpy(key + 1, connection->peer.institution_fingerprint, HTTP_FINGERPRINT_SIZE);
    return server_take(server, span_make(key, sizeof key), server->limits.peer_rate, retry_ms);
}
