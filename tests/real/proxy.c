/* A TCP line that can be cut: see proxy.h. One thread drives all connections by poll. */
#include "real/proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTION_MAX 64
#define ROOM           (256u * 1024u)
#define TICK_MS        20 /* how soon a cut is seen */
#define SHAPED_TICK_MS 4
#define CHUNK_SIZE     2048u
#define CHUNK_COUNT    128u
#define LINE_AHEAD_US  100000 /* the line takes no more before what it has is nearly out */

/* What one side said and the other has not taken yet. */
struct pipe_room {
    uint8_t *data;
    size_t from;
    size_t to;
    bool is_ended; /* nothing more comes */
    bool is_told;  /* the other side knows */
    struct {
        size_t end;
        int64_t due_us; /* when it arrives */
    } chunks[CHUNK_COUNT];
    size_t chunk_first;
    size_t chunk_count;
};

struct connection {
    int fds[2]; /* [0] who called, [1] the target; -1: free */
    struct pipe_room said[2];
    bool is_stranded;
    int64_t asked_us; /* when the caller's first byte came in; 0: not yet */
    bool is_answered;
};

/* What went out one way since the window began. */
struct window {
    int64_t began_us;
    uint64_t bytes;
};

struct proxy {
    uint16_t port;
    uint16_t target;
    int listener;
    pthread_t thread;
    atomic_bool is_cut;
    atomic_bool is_ending;
    atomic_uint_fast64_t bytes;
    atomic_uint_fast64_t connections;
    struct connection open[CONNECTION_MAX];
    atomic_int_fast64_t delay_ms;
    atomic_int_fast64_t bytes_per_s;
    atomic_int_fast64_t drop_ms;
    atomic_bool is_deaf;
    atomic_bool must_strand;
    int64_t line_free_us[2]; /* when the line has room again, each way */
    struct window windows[2];
    atomic_uint_fast64_t drops;
    atomic_uint_fast64_t answers;
    atomic_int_fast64_t round_trip_min_us;
    atomic_uint_fast64_t window_bytes_max;
    int64_t next_drop_us;
    uint64_t random;
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool is_shaped(struct proxy *proxy)
{
    return proxy->delay_ms > 0 || proxy->bytes_per_s > 0;
}

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int listen_on(uint16_t port)
{
    struct sockaddr_in address = loopback(port);
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 32) == 0)
        return fd;
    close(fd);
    return -1;
}

uint16_t proxy_free_port(void)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int fd = listen_on(0);
    bool ok = fd >= 0 && getsockname(fd, (struct sockaddr *)&address, &size) == 0;

    if (fd >= 0)
        close(fd);
    return ok ? ntohs(address.sin_port) : 0;
}

static void connection_drop(struct connection *connection)
{
    for (size_t i = 0; i < 2; i++) {
        if (connection->fds[i] >= 0)
            close(connection->fds[i]);
        connection->fds[i] = -1;
        free(connection->said[i].data);
        connection->said[i] = (struct pipe_room){.data = NULL};
    }
    connection->is_stranded = false;
    connection->is_answered = false;
    connection->asked_us = 0;
}

static void connection_accept(struct proxy *proxy)
{
    struct sockaddr_in address = loopback(proxy->target);
    int caller = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC);

    if (caller < 0)
        return;
    int target = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    for (size_t i = 0; target >= 0 && i < CONNECTION_MAX; i++) {
        struct connection *connection = &proxy->open[i];
        if (connection->fds[0] >= 0)
            continue;
        if (connect(target, (struct sockaddr *)&address, sizeof address) != 0)
            break;
        *connection = (struct connection){.fds = {caller, target},
                                          .said = {{.data = malloc(ROOM)}, {.data = malloc(ROOM)}}};
        fcntl(caller, F_SETFL, O_NONBLOCK);
        fcntl(target, F_SETFL, O_NONBLOCK);
        if (connection->said[0].data == NULL || connection->said[1].data == NULL)
            connection_drop(connection);
        else
            proxy->connections++;
        return;
    }
    if (target >= 0)
        close(target);
    close(caller); /* as a node that is not there */
}

/* How many bytes the line takes of side `from` now. */
static size_t line_room(struct proxy *proxy, const struct pipe_room *room, size_t from)
{
    size_t left = ROOM - room->to;

    if (!is_shaped(proxy))
        return left;
    if (room->chunk_count == CHUNK_COUNT || proxy->line_free_us[from] > now_us() + LINE_AHEAD_US)
        return 0;
    return left < CHUNK_SIZE ? left : CHUNK_SIZE;
}

static void chunk_add(struct proxy *proxy, struct pipe_room *room, size_t from, size_t size)
{
    int64_t now = now_us();
    int64_t *free_us = &proxy->line_free_us[from];

    if (*free_us < now)
        *free_us = now;
    if (proxy->bytes_per_s > 0)
        *free_us += (int64_t)size * 1000000 / proxy->bytes_per_s;
    size_t at = (room->chunk_first + room->chunk_count++) % CHUNK_COUNT;
    room->chunks[at].end = room->to;
    room->chunks[at].due_us = *free_us + proxy->delay_ms * 1000;
}

/* Up to where what was said has arrived. */
static size_t arrived(struct proxy *proxy, struct pipe_room *room)
{
    size_t end = room->from;

    if (!is_shaped(proxy) && room->chunk_count == 0)
        return room->to;
    for (size_t i = 0; i < room->chunk_count; i++) {
        size_t at = (room->chunk_first + i) % CHUNK_COUNT;
        if (room->chunks[at].due_us > now_us())
            break;
        end = room->chunks[at].end;
    }
    return end;
}

static void chunks_forget(struct pipe_room *room)
{
    while (room->chunk_count > 0 && room->chunks[room->chunk_first].end <= room->from) {
        room->chunk_first = (room->chunk_first + 1) % CHUNK_COUNT;
        room->chunk_count--;
    }
}

/* ---- what is seen ---- */

static void seen_in(struct connection *connection, size_t from)
{
    if (from == 0 && connection->asked_us == 0)
        connection->asked_us = now_us();
}

static void seen_out(struct proxy *proxy, struct connection *connection, size_t from, size_t size)
{
    struct window *window = &proxy->windows[from];
    int64_t now = now_us();

    if (now - window->began_us >= PROXY_WINDOW_MS * 1000)
        *window = (struct window){.began_us = now};
    window->bytes += size;
    if (window->bytes > proxy->window_bytes_max)
        proxy->window_bytes_max = window->bytes;
    if (from == 0 || connection->is_answered || connection->asked_us == 0)
        return;
    connection->is_answered = true;
    int64_t taken_us = now - connection->asked_us;
    if (proxy->answers++ == 0 || taken_us < proxy->round_trip_min_us)
        proxy->round_trip_min_us = taken_us;
}

struct proxy_seen proxy_seen(const struct proxy *proxy)
{
    return (struct proxy_seen){.drops = proxy->drops,
                               .answers = proxy->answers,
                               .round_trip_min_us = proxy->round_trip_min_us,
                               .window_bytes_max = proxy->window_bytes_max};
}

/* ---- carrying ---- */

static void hear(struct proxy *proxy, struct connection *connection, size_t from)
{
    struct pipe_room *room = &connection->said[from];
    size_t most = room->is_ended ? 0 : line_room(proxy, room, from);

    if (most == 0)
        return;
    ssize_t got = recv(connection->fds[from], room->data + room->to, most, 0);
    room->is_ended = got == 0;
    if (got > 0)
        seen_in(connection, from);
    if (got <= 0 || (proxy->is_deaf && from == 1))
        return;
    room->to += (size_t)got;
    if (is_shaped(proxy))
        chunk_add(proxy, room, from, (size_t)got);
}

/* Carries what side `from` said. False when the connection is over. */
static bool carry(struct proxy *proxy, struct connection *connection, size_t from)
{
    struct pipe_room *room = &connection->said[from];
    int to = connection->fds[1 - from];

    hear(proxy, connection, from);
    size_t end = arrived(proxy, room);
    if (room->from < end) {
        ssize_t sent = send(to, room->data + room->from, end - room->from, MSG_NOSIGNAL);
        if (sent > 0) {
            room->from += (size_t)sent;
            proxy->bytes += (uint64_t)sent;
            seen_out(proxy, connection, from, (size_t)sent);
        }
    }
    chunks_forget(room);
    if (room->from < room->to)
        return true;
    room->from = 0;
    room->to = 0;
    if (room->is_ended && !room->is_told) {
        room->is_told = true;
        shutdown(to, SHUT_WR);
    }
    return !connection->said[0].is_told || !connection->said[1].is_told;
}

static short wanted(struct proxy *proxy, struct connection *connection, size_t side)
{
    struct pipe_room *in = &connection->said[side];
    struct pipe_room *out = &connection->said[1 - side];
    if (connection->is_stranded)
        return 0;
    int events = (!in->is_ended && line_room(proxy, in, side) > 0 ? POLLIN : 0) |
                 (out->from < arrived(proxy, out) ? POLLOUT : 0);
    return (short)events;
}

static void all_drop(struct proxy *proxy)
{
    for (size_t i = 0; i < CONNECTION_MAX; i++)
        connection_drop(&proxy->open[i]);
}

static void drops_follow(struct proxy *proxy)
{
    int64_t now = now_us();

    if (proxy->must_strand) {
        proxy->must_strand = false;
        for (size_t i = 0; i < CONNECTION_MAX; i++)
            proxy->open[i].is_stranded = proxy->open[i].fds[0] >= 0;
    }
    if (proxy->drop_ms == 0 || proxy->next_drop_us > now)
        return;
    for (size_t i = 0; proxy->next_drop_us > 0 && i < CONNECTION_MAX; i++) {
        proxy->drops += proxy->open[i].fds[0] >= 0;
        connection_drop(&proxy->open[i]);
    }
    proxy->random = proxy->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    proxy->next_drop_us =
        now + proxy->drop_ms * 500 + (int64_t)(proxy->random >> 33) % (proxy->drop_ms * 1000);
}

/* Follows the order to cut or to restore. */
static void line_follow(struct proxy *proxy)
{
    if (proxy->is_cut && proxy->listener >= 0) {
        close(proxy->listener);
        proxy->listener = -1;
        all_drop(proxy);
    }
    if (!proxy->is_cut && proxy->listener < 0)
        proxy->listener = listen_on(proxy->port);
}

static void round_run(struct proxy *proxy)
{
    struct pollfd polled[2 * CONNECTION_MAX + 1];

    polled[0] = (struct pollfd){.fd = proxy->listener, .events = POLLIN};
    for (size_t i = 0; i < CONNECTION_MAX; i++)
        for (size_t side = 0; side < 2; side++)
            polled[1 + 2 * i + side] = (struct pollfd){
                .fd = proxy->open[i].fds[side], .events = wanted(proxy, &proxy->open[i], side)};
    if (poll(polled, 2 * CONNECTION_MAX + 1, is_shaped(proxy) ? SHAPED_TICK_MS : TICK_MS) <= 0)
        return;
    for (size_t i = 0; i < CONNECTION_MAX; i++) {
        struct connection *connection = &proxy->open[i];
        short events = (short)(polled[1 + 2 * i].revents | polled[2 + 2 * i].revents);
        if (connection->fds[0] < 0 || connection->is_stranded || events == 0)
            continue;
        bool goes_on = (events & (POLLERR | POLLNVAL)) == 0;
        goes_on = carry(proxy, connection, 0) && goes_on;
        goes_on = carry(proxy, connection, 1) && goes_on;
        if (!goes_on)
            connection_drop(connection);
    }
    if ((polled[0].revents & POLLIN) != 0)
        connection_accept(proxy);
}

static void *proxy_run(void *context)
{
    struct proxy *proxy = context;

    while (!proxy->is_ending) {
        line_follow(proxy);
        drops_follow(proxy);
        round_run(proxy);
    }
    all_drop(proxy);
    return NULL;
}

struct proxy *proxy_make(uint16_t port, uint16_t target)
{
    struct proxy *proxy = calloc(1, sizeof *proxy);

    if (proxy == NULL)
        return NULL;
    proxy->port = port;
    proxy->target = target;
    for (size_t i = 0; i < CONNECTION_MAX; i++)
        proxy->open[i].fds[0] = proxy->open[i].fds[1] = -1;
    proxy->listener = listen_on(port);
    if (proxy->listener >= 0 && pthread_create(&proxy->thread, NULL, proxy_run, proxy) == 0)
        return proxy;
    if (proxy->listener >= 0)
        close(proxy->listener);
    free(proxy);
    return NULL;
}

void proxy_cut(struct proxy *proxy, bool is_cut)
{
    proxy->is_cut = is_cut;
}

void proxy_shape(struct proxy *proxy, const struct proxy_shape *shape)
{
    proxy->delay_ms = shape->delay_ms;
    proxy->bytes_per_s = shape->bytes_per_s;
    proxy->drop_ms = shape->drop_ms;
}

void proxy_deafen(struct proxy *proxy, bool is_deaf)
{
    proxy->is_deaf = is_deaf;
}

void proxy_strand(struct proxy *proxy)
{
    proxy->must_strand = true;
}

uint64_t proxy_bytes(const struct proxy *proxy)
{
    return proxy->bytes;
}

uint64_t proxy_connections(const struct proxy *proxy)
{
    return proxy->connections;
}

void proxy_free(struct proxy **proxy)
{
    if (*proxy == NULL)
        return;
    (*proxy)->is_ending = true;
    pthread_join((*proxy)->thread, NULL);
    if ((*proxy)->listener >= 0)
        close((*proxy)->listener);
    free(*proxy);
    *proxy = NULL;
}
