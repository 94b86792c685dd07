/*
 * Peers: who stands at the other end of a connection. On the partner side a client must show a certificate and it must
 * be believed, both within the handshake; it is checked anew when the trust has changed or its time is over. On the
 * desk side none is asked for.
 *
 * TLS session tickets are never offered, so every connection proves its certificate anew; early data is off.
 */
#include "http/server_parts.h"

#include <stdlib.h>

#include <gnutls/gnutls.h>

static struct connection *connection_of(struct MHD_Connection *line)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(line, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static gnutls_session_t session_of(struct MHD_Connection *line)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(line, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info == NULL ? NULL : info->tls_session;
}

bool line_send(struct MHD_Connection *line, struct span bytes)
{
    gnutls_session_t session = session_of(line);
    while (session != NULL && bytes.size > 0) {
        ssize_t sent = gnutls_record_send(session, bytes.data, bytes.size);
        if (sent <= 0)
            return false;
        bytes = span_part(bytes, (size_t)sent, bytes.size);
    }
    return session != NULL;
}

static bool session_check(gnutls_session_t session, const struct trust *trust, int64_t now_ms,
                          struct http_peer *peer, int64_t *until_ms, struct error *err)
{
    unsigned count = 0;
    const gnutls_datum_t *chain =
        session == NULL ? NULL : gnutls_certificate_get_peers(session, &count);
    if (chain == NULL || count == 0)
        return error_set(err, ERROR_RULE, "no client certificate");
    return trust_check(trust, span_make(chain[0].data, chain[0].size), now_ms, peer, until_ms, err);
}

/* Under the lock. */
static bool peer_is_refused(const struct http_server *server, const struct http_peer *peer)
{
    for (size_t i = 0; i < server->refused_count; i++)
        if (memcmp(server->refused[i].certificate, peer->fingerprint, HTTP_FINGERPRINT_SIZE) == 0 &&
            memcmp(server->refused[i].institution, peer->institution_fingerprint,
                   HTTP_FINGERPRINT_SIZE) == 0)
            return true;
    return false;
}

static void connection_count_desk(struct connection *connection)
{
    if (connection->is_known)
        return;
    connection->is_known = true;
    pthread_mutex_lock(&connection->server->lock);
    connection->server->counts.handshakes_accepted++;
    pthread_mutex_unlock(&connection->server->lock);
}

bool connection_check_peer(struct connection *connection, struct MHD_Connection *line,
                           struct error *err)
{
    struct http_server *server = connection->server;
    int64_t now_ms = server->env->now_ms(server->env->context);

    if (server->is_desk) {
        connection_count_desk(connection);
        return true;
    }
    pthread_mutex_lock(&server->lock);
    uint64_t generation = server->trust_generation;
    bool is_known = connection->is_known && connection->trust_generation == generation &&
                    now_ms <= connection->peer_until_ms;
    struct trust *trust = is_known ? NULL : trust_hold(server->trust);
    pthread_mutex_unlock(&server->lock);
    if (is_known)
        return true;

    bool was_known = connection->is_known;
    connection->is_known = session_check(session_of(line), trust, now_ms, &connection->peer,
                                         &connection->peer_until_ms, err);
    connection->trust_generation = generation;

    pthread_mutex_lock(&server->lock);
    trust_drop(&trust);
    if (connection->is_known && peer_is_refused(server, &connection->peer))
        connection->is_known =
            error_set(err, ERROR_RULE, "certificate of '%s': revoked", connection->peer.name);
    connection->is_known = connection->is_known && share_join(connection, err);
    if (!connection->is_known)
        server->counts.peers_refused++;
    else if (!was_known)
        server->counts.handshakes_accepted++;
    pthread_mutex_unlock(&server->lock);
    return connection->is_known;
}

/* Called by the TLS library in the handshake, when the client's certificate and proof of its key are there. */
static int handshake_verify(gnutls_session_t session)
{
    struct MHD_Connection *line = gnutls_session_get_ptr(session); /* set by libmicrohttpd */
    struct connection *connection = connection_of(line);
    struct error err = {0};

    if (connection != NULL && connection_check_peer(connection, line, &err))
        return 0;
    gnutls_alert_send(session, GNUTLS_AL_FATAL, GNUTLS_A_BAD_CERTIFICATE);
    return GNUTLS_E_CERTIFICATE_ERROR;
}

bool http_server_trust(struct http_server *server, struct span trusted_pem, struct error *err)
{
    struct trust *trust;
    if (!trust_make(trusted_pem, &trust, err))
        return false;
    pthread_mutex_lock(&server->lock);
    struct trust *old = server->trust;
    server->trust = trust;
    server->trust_generation++;
    trust_drop(&old);
    pthread_mutex_unlock(&server->lock);
    return true;
}

bool http_server_refuse(struct http_server *server, const struct http_refused *refused,
                        size_t count, struct error *err)
{
    struct http_refused *copy =
        count > HTTP_REFUSED_COUNT_MAX ? NULL : calloc(count + 1, sizeof *copy);

    if (copy == NULL)
        return error_set(err, ERROR_LIMIT, "%zu revoked certificates do not fit", count);
    if (count > 0)
        memcpy(copy, refused, count * sizeof *copy);
    pthread_mutex_lock(&server->lock);
    struct http_refused *old = server->refused;
    server->refused = copy;
    server->refused_count = count;
    server->trust_generation++;
    pthread_mutex_unlock(&server->lock);
    free(old);
    return true;
}

/* libmicrohttpd gave the session the first identity. */
static void identity_show(struct http_server *server, gnutls_session_t session)
{
    pthread_mutex_lock(&server->lock);
    gnutls_certificate_credentials_t shown =
        server->identity_count == 0 ? NULL : server->identities[server->identity_count - 1];
    pthread_mutex_unlock(&server->lock);
    if (shown != NULL)
        gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, shown);
}

void connection_ask_certificate(struct http_server *server, struct MHD_Connection *line)
{
    gnutls_session_t session = session_of(line);
    identity_show(server, session);
    if (server->is_desk) {
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_IGNORE);
        return;
    }
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
    gnutls_session_set_verify_function(session, handshake_verify);
}

static bool identity_read(struct span key_pem, struct span certificate_pem,
                          gnutls_certificate_credentials_t *out, struct error *err)
{
    gnutls_datum_t key = {(unsigned char *)(uintptr_t)key_pem.data, (unsigned)key_pem.size};
    gnutls_datum_t certificate = {(unsigned char *)(uintptr_t)certificate_pem.data,
                                  (unsigned)certificate_pem.size};

    if (key_pem.size > 1024 * 1024 || certificate_pem.size > 1024 * 1024)
        return error_set(err, ERROR_LIMIT, "own TLS key and certificate: too large");
    if (gnutls_certificate_allocate_credentials(out) < 0)
        return error_set(err, ERROR_LIMIT, "own TLS key: memory is out");
    int failure = gnutls_certificate_set_x509_key_mem2(*out, &certificate, &key,
                                                       GNUTLS_X509_FMT_PEM, NULL, 0);
    if (failure >= 0)
        return true;
    gnutls_certificate_free_credentials(*out);
    return error_set(err, ERROR_INPUT, "own TLS key and certificate: %s", gnutls_strerror(failure));
}

bool keys_check(struct span key_pem, struct span certificate_pem, struct error *err)
{
    gnutls_certificate_credentials_t credentials;

    if (!identity_read(key_pem, certificate_pem, &credentials, err))
        return false;
    gnutls_certificate_free_credentials(credentials);
    return true;
}

bool http_server_identity(struct http_server *server, struct span key_pem,
                          struct span certificate_pem, struct error *err)
{
    gnutls_certificate_credentials_t credentials;

    if (!identity_read(key_pem, certificate_pem, &credentials, err))
        return false;
    pthread_mutex_lock(&server->lock);
    bool has_room = server->identity_count < HTTP_IDENTITY_COUNT_MAX;
    if (has_room)
        server->identities[server->identity_count++] = credentials;
    pthread_mutex_unlock(&server->lock);
    if (has_room)
        return true;
    gnutls_certificate_free_credentials(credentials);
    return error_set(err, ERROR_LIMIT, "%u certificates were shown since the start: begin anew",
                     HTTP_IDENTITY_COUNT_MAX);
}

void identities_free(struct http_server *server)
{
    for (size_t i = 0; i < server->identity_count; i++)
        gnutls_certificate_free_credentials(server->identities[i]);
    server->identity_count = 0;
}
