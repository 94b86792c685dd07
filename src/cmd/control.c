/* The control socket, both ends: see control.h. */
#include "cmd/control.h"

#include "base/attributes.h"
#include "cmd/node.h"
#include "cmd/setup.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define REQUEST_WAIT_S 10 /* a client that does not finish its line is left */
#define STOP_POLL_MS   200
#define READ_SIZE      65536u

static bool address_make(const struct home *home, struct sockaddr_un *out, struct error *err)
{
    char path[HOME_PATH_SIZE];

    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (!home_path(home, HOME_SOCKET, path, err))
        return false;
    if (strlen(path) >= sizeof out->sun_path)
        return error_set(err, ERROR_LIMIT, "the home's path is too long for a socket (%zu bytes)",
                         sizeof out->sun_path - 1);
    memcpy(out->sun_path, path, strlen(path) + 1);
    return true;
}

static bool bytes_send(int fd, struct span bytes)
{
    while (bytes.size > 0) {
        ssize_t put = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes = span_part(bytes, (size_t)put, bytes.size);
    }
    return true;
}

/* --- the client's end --- */

static int client_connect(const struct home *home, struct error *err)
{
    struct sockaddr_un address;

    if (!address_make(home, &address, err))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    error_set(err, ERROR_LINK, "no node runs at %s", home->path);
    if (fd >= 0)
        close(fd);
    return -1;
}

bool control_is_running(const struct home *home)
{
    struct error ignored = {0};
    int fd = client_connect(home, &ignored);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* The first byte carries the descriptor. */
static bool first_send(int socket_fd, struct span line, int fd)
{
    union {
        struct cmsghdr header; /* for its alignment */
        char room[CMSG_SPACE(sizeof(int))];
    } control = {{0}};
    uint8_t first = line.data[0];
    struct iovec part = {&first, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (fd >= 0) {
        message.msg_control = control.room;
        message.msg_controllen = sizeof control.room;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    return sendmsg(socket_fd, &message, MSG_NOSIGNAL) == 1;
}

/* What was received beyond one line. */
struct incoming {
    int fd;
    struct buffer bytes;
    size_t taken; /* of them */
};

/* The next line, without its '\n'; it lives until the next call. */
static bool line_receive(struct incoming *in, struct span *line, struct error *err)
{
    memmove(in->bytes.data, in->bytes.data + in->taken, in->bytes.size - in->taken);
    in->bytes.size -= in->taken;
    in->taken = 0;
    for (;;) {
        const uint8_t *end =
            in->bytes.size == 0 ? NULL : memchr(in->bytes.data, '\n', in->bytes.size);
        if (end != NULL) {
            *line = span_make(in->bytes.data, (size_t)(end - in->bytes.data));
            in->taken = line->size + 1;
            return true;
        }
        uint8_t block[READ_SIZE / 2];
        ssize_t got = recv(in->fd, block, sizeof block, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return error_set(err, ERROR_LINK, "the node went away before it answered");
        if (!buffer_add(&in->bytes, span_make(block, (size_t)got)))
            return error_set(err, ERROR_LIMIT, "the node's answer is too long");
    }
}

static bool answer_receive(struct incoming *in, control_progress *progress, void *context,
                           struct buffer *result, struct problems *problems, struct error *err)
{
    for (;;) {
        struct span line;
        bool is_last = false;
        int64_t done = 0;
        int64_t total = 0;
        if (!line_receive(in, &line, err))
            return false;
        bool ok = control_answer_read(line, &is_last, &done, &total, result, problems, err);
        if (!ok || is_last)
            return ok;
        if (progress != NULL)
            progress(context, done, total);
    }
}

bool control_call(const struct home *home, const struct control_request *request, int fd,
                  control_progress *progress, void *context, struct buffer *result,
                  struct problems *problems, struct error *err)
{
    struct buffer line CLEANUP(buffer_wipe) = buffer_make(2 * CONTROL_LINE_SIZE_MAX);

    if (!control_request_write(request, &line) || !buffer_byte(&line, '\n'))
        return error_set(err, ERROR_LIMIT, "the message is longer than %u bytes",
                         CONTROL_LINE_SIZE_MAX);
    int socket_fd = client_connect(home, err);
    if (socket_fd < 0)
        return false;
    struct incoming in = {.fd = socket_fd, .bytes = buffer_make(2 * CONTROL_REPLY_SIZE_MAX)};
    struct span bytes = buffer_span(&line);
    /* A node that refuses at once (too many clients) answers before it has read all. */
    bool is_sent =
        first_send(socket_fd, bytes, fd) && bytes_send(socket_fd, span_part(bytes, 1, bytes.size));
    bool ok = buffer_room(&in.bytes, 1) != NULL;
    buffer_clear(&in.bytes);
    ok = ok && answer_receive(&in, progress, context, result, problems, err);
    if (!is_sent && !ok && err->kind == ERROR_LINK)
        error_set(err, ERROR_LINK, "the node did not take the request");
    buffer_free(&in.bytes);
    close(socket_fd);
    return ok;
}

/* --- the node's end --- */

struct control_server {
    struct node *node;
    int fd;
    char path[HOME_PATH_SIZE];
    pthread_t thread;
    bool is_started;
    pthread_mutex_t mutex;
    pthread_cond_t quiet;
    unsigned workers;
    bool is_stopping;
};

struct worker {
    struct control_server *server;
    int fd;      /* the client */
    int file_fd; /* that came along, -1 */
    int64_t told_percent;
    struct buffer line;
};

/* The line, and the descriptor that came with its first byte. Further ones are closed. */
static bool request_receive(struct worker *worker, struct error *err)
{
    uint8_t block[READ_SIZE / 2];

    for (;;) {
        union {
            struct cmsghdr header;
            char room[CMSG_SPACE(4 * sizeof(int))];
        } control = {{0}};
        struct iovec part = {block, sizeof block};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control.room,
                                 .msg_controllen = sizeof control.room};
        ssize_t got = recvmsg(worker->fd, &message, MSG_CMSG_CLOEXEC);
        if (got < 0 && errno == EINTR)
            continue;
        for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); got >= 0 && header != NULL;
             header = CMSG_NXTHDR(&message, header)) {
            if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
                continue;
            size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (size_t i = 0; i < count; i++) {
                int fd = -1;
                memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
                if (worker->file_fd < 0)
                    worker->file_fd = fd;
                else
                    close(fd);
            }
        }
        if (got <= 0)
            return error_set(err, ERROR_LINK, "the request was cut");
        const uint8_t *end = memchr(block, '\n', (size_t)got);
        size_t size = end == NULL ? (size_t)got : (size_t)(end - block);
        if (!buffer_add(&worker->line, span_make(block, size)))
            return error_set(err, ERROR_LIMIT, "a request is longer than %u bytes",
                             CONTROL_LINE_SIZE_MAX);
        if (end != NULL)
            return true;
    }
}

/* Only our own user and root: whoever else got hold of the socket is not heard. */
static bool peer_check(int fd, struct error *err)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t size = sizeof peer;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return error_set(err, ERROR_RULE, "who asks is not known");
    return peer.uid == geteuid() || peer.uid == 0 ||
           error_set(err, ERROR_RULE, "only the node's own user may ask");
}

static void progress_send(void *context, int64_t done, int64_t total)
{
    struct worker *worker = context;
    int64_t percent = total <= 0 ? 100 : done * 100 / total;
    char line[96];

    if (percent <= worker->told_percent)
        return;
    worker->told_percent = percent;
    int size = snprintf(line, sizeof line, "{\"progress\":%" PRId64 ",\"total\":%" PRId64 "}\n",
                        done, total);
    bytes_send(worker->fd, span_make(line, (size_t)size));
}

static void answer_send(int fd, bool ok, struct span result, const struct error *error,
                        const struct problems *problems)
{
    struct buffer answer CLEANUP(buffer_free) = buffer_make(2 * CONTROL_REPLY_SIZE_MAX);

    if (control_answer_write(ok, result, error, problems, &answer) && buffer_byte(&answer, '\n'))
        bytes_send(fd, buffer_span(&answer));
}

static void worker_serve(struct worker *worker)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(CONTROL_REPLY_SIZE_MAX);
    struct control_reading *reading = calloc(1, sizeof *reading);
    struct error err = {0};

    if (reading == NULL)
        return;
    bool ok = peer_check(worker->fd, &err) && request_receive(worker, &err);
    if (ok) {
        struct node_file file = {.node = worker->server->node,
                                 .reading = reading,
                                 .fd = worker->file_fd,
                                 .progress = progress_send,
                                 .context = worker,
                                 .result = &result};
        ok = control_request_read(buffer_span(&worker->line), reading, &err) &&
             node_request_read(&file, &err);
    }
    answer_send(worker->fd, ok, buffer_span(&result), &err, &reading->problems);
    control_reading_end(reading);
    free(reading);
}

static void *worker_run(void *context)
{
    struct worker *worker = context;
    struct control_server *server = worker->server;

    worker_serve(worker);
    if (worker->file_fd >= 0)
        close(worker->file_fd);
    close(worker->fd);
    buffer_wipe(&worker->line); /* passwords come in it */
    free(worker);
    pthread_mutex_lock(&server->mutex);
    server->workers--;
    pthread_cond_signal(&server->quiet);
    pthread_mutex_unlock(&server->mutex);
    return NULL;
}

static bool worker_begin(struct control_server *server, int fd)
{
    struct timeval wait = {.tv_sec = REQUEST_WAIT_S};
    pthread_t thread;
    pthread_attr_t attributes;

    pthread_mutex_lock(&server->mutex);
    bool has_room = server->workers < CONTROL_WORKER_MAX && !server->is_stopping;
    if (has_room)
        server->workers++;
    pthread_mutex_unlock(&server->mutex);
    struct worker *worker = has_room ? calloc(1, sizeof *worker) : NULL;
    if (worker != NULL) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
        *worker = (struct worker){.server = server,
                                  .fd = fd,
                                  .file_fd = -1,
                                  .told_percent = -1,
                                  .line = buffer_make(CONTROL_LINE_SIZE_MAX)};
        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        int failure = pthread_create(&thread, &attributes, worker_run, worker);
        pthread_attr_destroy(&attributes);
        if (failure == 0)
            return true;
        free(worker);
    }
    if (has_room) {
        pthread_mutex_lock(&server->mutex);
        server->workers--;
        pthread_mutex_unlock(&server->mutex);
    }
    return false;
}

static bool server_is_stopping(struct control_server *server)
{
    pthread_mutex_lock(&server->mutex);
    bool is_stopping = server->is_stopping;
    pthread_mutex_unlock(&server->mutex);
    return is_stopping;
}

static void *accept_run(void *context)
{
    struct control_server *server = context;
    struct error busy = {0};

    error_set(&busy, ERROR_BUSY, "the node serves %d commands already; try again in a moment",
              CONTROL_WORKER_MAX);
    while (!server_is_stopping(server)) {
        struct pollfd wait = {.fd = server->fd, .events = POLLIN};
        if (poll(&wait, 1, STOP_POLL_MS) <= 0)
            continue;
        int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
                poll(NULL, 0, STOP_POLL_MS);
            continue;
        }
        if (worker_begin(server, fd))
            continue;
        answer_send(fd, false, span_make(NULL, 0), &busy, NULL);
        close(fd);
    }
    return NULL;
}

/* The lock of the home is ours, so a socket that is still there was left by a node that ended. */
static bool server_listen(struct control_server *server, struct error *err)
{
    struct sockaddr_un address;

    if (!address_make(&server->node->home, &address, err) ||
        !home_path(&server->node->home, HOME_SOCKET, server->path, err))
        return false;
    unlink(server->path);
    server->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (server->fd < 0)
        return error_set(err, ERROR_STORE, "control socket: %s", strerror(errno));
    mode_t before = umask(0177);
    bool ok = bind(server->fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
              listen(server->fd, 2 * CONTROL_WORKER_MAX) == 0;
    umask(before);
    return ok ||
           error_set(err, ERROR_STORE, "control socket %s: %s", server->path, strerror(errno));
}

bool control_server_make(struct node *node, struct control_server **out, struct error *err)
{
    struct control_server *server = calloc(1, sizeof *server);

    *out = server;
    if (server == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    server->node = node;
    server->fd = -1;
    pthread_mutex_init(&server->mutex, NULL);
    pthread_cond_init(&server->quiet, NULL);
    if (server_listen(server, err))
        return true;
    control_server_stop(out);
    return false;
}

bool control_server_start(struct control_server *server, struct error *err)
{
    int failure = pthread_create(&server->thread, NULL, accept_run, server);
    server->is_started = failure == 0;
    return server->is_started ||
           error_set(err, ERROR_LIMIT, "a thread cannot be started: %s", strerror(failure));
}

void control_server_stop(struct control_server **server)
{
    struct control_server *gone = *server;

    *server = NULL;
    if (gone == NULL)
        return;
    pthread_mutex_lock(&gone->mutex);
    gone->is_stopping = true;
    pthread_mutex_unlock(&gone->mutex);
    if (gone->is_started)
        pthread_join(gone->thread, NULL);
    if (gone->fd >= 0) {
        close(gone->fd);
        unlink(gone->path);
    }
    pthread_mutex_lock(&gone->mutex);
    while (gone->workers > 0)
        pthread_cond_wait(&gone->quiet, &gone->mutex);
    pthread_mutex_unlock(&gone->mutex);
    pthread_cond_destroy(&gone->quiet);
    pthread_mutex_destroy(&gone->mutex);
    free(gone);
}
