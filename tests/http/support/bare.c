/* Bare TLS ends for the tests of http: they send whatever bytes they are given. */
#include "http/support/ground.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void credentials_make(struct bare *bare, const struct identity *identity)
{
    gnutls_certificate_allocate_credentials(&bare->credentials);
    if (identity == NULL)
        return;
    gnutls_datum_t key = {identity->key_pem.data, (unsigned)identity->key_pem.size};
    gnutls_datum_t certificate = {identity->certificate_pem.data,
                                  (unsigned)identity->certificate_pem.size};
    gnutls_certificate_set_x509_key_mem2(bare->credentials, &certificate, &key, GNUTLS_X509_FMT_PEM,
                                         NULL, 0);
}

static void handshake(struct bare *bare, const struct identity *identity, const char *priority,
                      unsigned flags)
{
    credentials_make(bare, identity);
    gnutls_init(&bare->session, flags | GNUTLS_NO_SIGNAL);
    gnutls_priority_set_direct(bare->session, priority, NULL);
    gnutls_credentials_set(bare->session, GNUTLS_CRD_CERTIFICATE, bare->credentials);
    gnutls_transport_set_int(bare->session, bare->fd);
    gnutls_handshake_set_timeout(bare->session, 5000);
    do
        bare->handshake = gnutls_handshake(bare->session);
    while (bare->handshake < 0 && gnutls_error_is_fatal(bare->handshake) == 0);
}

int socket_open_from(const char *from, uint16_t port)
{
    struct sockaddr_in name = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in own = {.sin_family = AF_INET};
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (inet_pton(AF_INET, from, &own.sin_addr) != 1 ||
        bind(fd, (struct sockaddr *)&own, sizeof own) != 0 ||
        connect(fd, (struct sockaddr *)&name, sizeof name) != 0) {
        perror("test ground: connect");
        exit(1);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes); /* as browsers do */
    return fd;
}

void bare_open_from(struct bare *bare, const char *from, uint16_t port,
                    const struct identity *identity, const char *priority)
{
    memset(bare, 0, sizeof *bare);
    bare->fd = socket_open_from(from, port);
    handshake(bare, identity, priority, GNUTLS_CLIENT);
}

void bare_open(struct bare *bare, uint16_t port, const struct identity *identity,
               const char *priority)
{
    bare_open_from(bare, "127.0.0.1", port, identity, priority);
}

bool bare_send(struct bare *bare, struct span bytes)
{
    if (bare->handshake < 0)
        return false;
    while (bytes.size > 0) {
        ssize_t sent = gnutls_record_send(bare->session, bytes.data, bytes.size);
        if (sent < 0)
            return false;
        bytes = span_part(bytes, (size_t)sent, bytes.size);
    }
    return true;
}

void bare_receive(struct bare *bare, struct buffer *out, const char *until, int wait)
{
    if (bare->handshake < 0)
        return;
    gnutls_record_set_timeout(bare->session, (unsigned)wait);
    for (;;) {
        uint8_t bytes[16384];
        ssize_t size = gnutls_record_recv(bare->session, bytes, sizeof bytes);
        if (size == GNUTLS_E_AGAIN || size == GNUTLS_E_INTERRUPTED)
            continue;
        bare->last = (int)size;
        if (size <= 0 || !buffer_add(out, span_make(bytes, (size_t)size)))
            return;
        if (until != NULL && memmem(out->data, out->size, until, strlen(until)) != NULL)
            return;
    }
}

void bare_close(struct bare *bare)
{
    close(bare->fd);
    gnutls_deinit(bare->session);
    gnutls_certificate_free_credentials(bare->credentials);
}

void bare_ask(uint16_t port, const struct identity *identity, struct span bytes, char *answer,
              size_t answer_size, int wait)
{
    struct bare bare;
    struct buffer got = buffer_make(1 << 20);
    bare_open(&bare, port, identity, BARE_TLS_1_3);
    bare_send(&bare, bytes);
    bare_receive(&bare, &got, NULL, wait);
    snprintf(answer, answer_size, "%.*s", (int)got.size, got.data == NULL ? "" : (char *)got.data);
    buffer_free(&got);
    bare_close(&bare);
}

static void serve(struct bare_server *server, struct bare *bare)
{
    uint8_t bytes[4096];
    if (bare->handshake < 0)
        return;
    gnutls_record_set_timeout(bare->session, 5000);
    ssize_t size = gnutls_record_recv(bare->session, bytes, sizeof bytes);
    while (server->is_silent && size > 0)
        size = gnutls_record_recv(bare->session, bytes, sizeof bytes);
    for (size_t i = 0; size > 0 && i < server->repeat; i++) {
        if (!bare_send(bare, server->answer))
            return;
    }
}

static void *bare_server_run(void *context)
{
    struct bare_server *server = context;
    struct bare bare = {.fd = accept(server->listener, NULL, NULL)};
    if (bare.fd < 0)
        return NULL;
    handshake(&bare, server->identity, server->priority, GNUTLS_SERVER);
    if (bare.handshake < 0)
        gnutls_alert_send_appropriate(bare.session, bare.handshake);
    serve(server, &bare);
    /* What was read in part must not turn the end into a reset. */
    shutdown(bare.fd, SHUT_WR);
    uint8_t rest[4096];
    struct pollfd ready = {.fd = bare.fd, .events = POLLIN};
    while (poll(&ready, 1, 500) > 0 && read(bare.fd, rest, sizeof rest) > 0)
        continue;
    bare_close(&bare);
    return NULL;
}

void bare_server_open(struct bare_server *server)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof name;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server->listener, (struct sockaddr *)&name, size) != 0 ||
        listen(server->listener, 4) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&name, &size) != 0) {
        perror("test ground: listen");
        exit(1);
    }
    server->port = ntohs(name.sin_port);
    snprintf(server->address, sizeof server->address, "127.0.0.1:%u", server->port);
    pthread_create(&server->thread, NULL, bare_server_run, server);
}

void bare_server_close(struct bare_server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
}
