/*
 * Ground: what the tests of http stand on: fictitious institutions and their nodes' certificates, a running server with
 * simple routes, a bare TLS client that sends any bytes, a bare TLS server that answers with any bytes.
 */
#ifndef BESA_TESTS_HTTP_GROUND_H
#define BESA_TESTS_HTTP_GROUND_H

#include "http/client.h"
#include "http/server.h"

#include <pthread.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/* ---- certificates ---- */

struct authority {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
    struct buffer pem;
};

struct identity {
    struct buffer key_pem;
    struct buffer certificate_pem;
};

enum identity_kind {
    IDENTITY_NODE,
    IDENTITY_AUTHORITY, /* says that it is an authority */
    IDENTITY_NAMELESS,  /* without a DNS name */
    IDENTITY_SERVER,    /* for TLS servers only */
};

/* Times in seconds from now. Failures end the program: nothing could be tested. */
void authority_make(struct authority *authority, const char *name, int from_s, int until_s);
void authority_free(struct authority *authority);
void identity_make(struct identity *identity, const struct authority *authority,
                   const char *dns_name, enum identity_kind kind, int from_s, int until_s);
void identity_free(struct identity *identity);
/* The certificate's DER, for the caller to free with gnutls_free. */
gnutls_datum_t identity_der(const struct identity *identity);

/* Two institutions that trust each other, a third that nobody trusts, and what they issued. Made once. */
struct ground {
    struct authority ro;       /* of the server */
    struct authority al;       /* of the client, trusted */
    struct authority stranger; /* trusted by no one */
    struct identity server;    /* "node.ro.example" */
    struct identity client;    /* "node.al.example" */
    struct identity expired;
    struct identity foreign; /* issued by the stranger for "node.al.example" */
};
struct ground *ground_get(void);
void ground_free(void);

/* ---- files ---- */

/* What the routes PUT /up and GET /file did and shall do; set before asking. */
struct site_files {
    bool refuses_begin;
    int64_t refuse_at; /* in the write that passes it; 0: never */
    int write_ms;      /* each write takes this long */
    int64_t announced;
    int64_t written;
    bool is_right; /* every byte is the one of its place */
    unsigned begun;
    unsigned finished;
    unsigned aborted;
    size_t largest_piece;

    int64_t file_size;
    int64_t fail_at;
    int read_ms;
    const char *file_name;
    const char *file_etag;
    unsigned files_done;
};

extern const struct http_body_taker transfer_taker;
void transfer_file(void *context, struct http_request *request);
/* The bytes of every file: made from their place. */
uint8_t transfer_byte(int64_t at);
void transfer_fill(uint8_t *out, int64_t offset, size_t size);

/* The process's highest resident size since memory_mark, in KiB; -1 when the system does not say. */
int64_t memory_peak_kib(void);
void memory_mark(void);
int64_t memory_peak_of_kib(int process);
/* More than this is not flat. The sanitizers of addresses and threads need memory of their own. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define MEMORY_GROWTH_KIB (64 * 1024)
#define SERVER_PEAK_KIB   (300 * 1024)
#else
#define MEMORY_GROWTH_KIB (8 * 1024)
#define SERVER_PEAK_KIB   (100 * 1024)
#endif

/* ---- a server ---- */

struct site {
    struct http_server *server;
    struct http_server_limits limits;
    uint16_t port;
    char address[64]; /* "127.0.0.1:port" */
    struct http_target target;
    int64_t clock_shift_ms; /* added to the server's now_ms */
    struct env env;

    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t worker;
    bool is_ending;
    unsigned handled; /* requests that reached a handler */
    struct http_request *waiting[512];
    size_t waiting_count;
    struct http_request *kept[64]; /* of /never */
    size_t kept_count;

    struct site_files transfer;

    struct http_stream *streams[64]; /* of /stream */
    size_t stream_count;
    size_t streams_closed;
    int64_t stream_lifetime_ms; /* set before the first one */
    int64_t stream_heartbeat_ms;
    size_t stream_waiting_size_max; /* 16 KiB */
};

#define SITE_ECHO_SIZE_MAX 4096u
#define SITE_UP_SIZE_MAX   ((size_t)512 << 20)

/* Routes: POST /echo, /large-echo (64 MiB), /later (another thread, 20 ms on), /never (answer_ms 300, kept),
 * GET /peer ("institution name"), /large (1.2 MB), prefix /files/, /fields, /stream, /items/{id},
 * /file, /known?who; POST /with, PUT /up. */
void site_open(struct site *site, struct http_server_limits limits);
/* The same on the desk side. */
void site_open_desk(struct site *site, struct http_server_limits limits);
/* The desk side over IPv6 and IPv4. */
void site_open_six(struct site *site, struct http_server_limits limits);
void site_close(struct site *site);
unsigned site_handled(struct site *site);
size_t site_kept(struct site *site);
struct site_files transfer_state(struct site *site);
/* Sends to every open stream; how many took it. */
size_t site_send(struct site *site, struct span bytes);
void site_end_streams(struct site *site);
size_t site_streams(struct site *site, size_t *closed);
/* Gives the requests of /never back. */
void site_release(struct site *site);

/* ---- bare ends ---- */

struct bare {
    int fd;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    int handshake; /* what gnutls_handshake gave */
    int last; /* what the last read gave when it ended: 0 for a clean end, else a gnutls error */
};

#define BARE_TLS_1_3 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define BARE_TLS_1_2 "NORMAL:-VERS-ALL:+VERS-TLS1.2"

/* Connects; `identity` NULL: shows no certificate. */
void bare_open(struct bare *bare, uint16_t port, const struct identity *identity,
               const char *priority);
/* From another address of this machine: "127.0.0.2". */
void bare_open_from(struct bare *bare, const char *from, uint16_t port,
                    const struct identity *identity, const char *priority);
/* The same without TLS. */
int socket_open_from(const char *from, uint16_t port);
/* Over IPv6, without TLS, to `to` and from `from`; -1 when refused. */
int socket_open_six(const char *from, const char *to, uint16_t port);
/* A network of the process's own, with these IPv6 addresses beside the usual ones. Before any thread. False: the machine does
 * not let us. */
bool network_own(const char *const *addresses, size_t count);
bool bare_send(struct bare *bare, struct span bytes);
/* Appends until the other side ends, `wait_ms` pass without a byte, or `until` has been seen (NULL: do not look). */
void bare_receive(struct bare *bare, struct buffer *out, const char *until, int wait_ms);
void bare_close(struct bare *bare);
/* Sends and receives on a connection of its own; the answer is NUL-terminated text. */
void bare_ask(uint16_t port, const struct identity *identity, struct span bytes, char *answer,
              size_t answer_size, int wait_ms);

struct bare_server {
    int listener;
    uint16_t port;
    char address[64];
    pthread_t thread;
    const struct identity *identity;
    const char *priority;
    struct span
        answer;    /* sent after the first bytes of a request, then closed; empty: closed at once */
    size_t repeat; /* how often the answer is sent */
    bool is_silent; /* never answers, waits for the client to go */
};

/* Serves one connection. */
void bare_server_open(struct bare_server *server);
void bare_server_close(struct bare_server *server);

void wait_ms(int ms);
int64_t now_monotonic_ms(void);
int64_t now_monotonic_us(void);

#endif
