/*
 * The keeper's process: see process.h. The child says nothing by itself: it answers the first request once it is ready, or
 * with the error that kept it from opening.
 */
#include "keeper/process.h"

#include "keeper/filter.h"
#include "keeper/frame.h"
#include "keeper/messages.h"
#include "keeper/token_process.h"
#include "keeper/wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SERVE_FD       3  /* where the child keeps its socket; everything above is closed */
#define LOCK_TRIES_MAX 20 /* a keeper whose node just ended needs a moment to end too */
#define LOCK_PAUSE_MS  50

struct keeper_process {
    int fd;
    pid_t pid; /* 0 when attached */
    pthread_mutex_t mutex;
    bool is_broken; /* a frame was cut: what follows on the socket means nothing */
};

/* The child's end */

/* Only the socket stays. Standard descriptors lead nowhere. Signals to the node's group must not take its keeper away
 * while it is shutting down: the keeper ends when the socket closes. */
static int isolate(int socket_fd)
{
    const int ignored[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE};
    for (size_t i = 0; i < ARRAY_COUNT(ignored); i++)
        signal(ignored[i], SIG_IGN);
    if (socket_fd != SERVE_FD && dup2(socket_fd, SERVE_FD) < 0)
        _exit(1);
    int nowhere = open("/dev/null", O_RDWR);
    if (nowhere < 0)
        _exit(1);
    for (int fd = 0; fd < SERVE_FD; fd++)
        if (dup2(nowhere, fd) < 0)
            _exit(1);
    if (close_range(SERVE_FD + 1, ~0U, 0) != 0)
        for (int fd = SERVE_FD + 1, end = (int)sysconf(_SC_OPEN_MAX); fd < end; fd++)
            close(fd);
    /* Neither a core file nor a debugger of the same user sees the keys. */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        _exit(1);
    return SERVE_FD;
}

/* Two keepers over one record would each sign its own history: the directory stays locked as long as this process
 * lives. An absent directory is for keeper_open to report. */
static bool lock_directory(const char *directory, struct error *err)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ||
               error_set(err, ERROR_STORE, "cannot open %s: %s", directory, strerror(errno));
    for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; tries++) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return error_set(err, ERROR_STORE, "cannot lock %s: %s", directory, strerror(errno));
        if (tries == LOCK_TRIES_MAX)
            return error_set(err, ERROR_BUSY, "another keeper works in %s", directory);
        poll(NULL, 0, LOCK_PAUSE_MS);
    }
    return true;
}

/* The libraries load and allocate on first use: use everything once before the filter stands. Outcomes do not matter
 * (nothing is registered or stored by these calls). */
static void rehearse(struct keeper *keeper)
{
    struct keeper_client client = keeper_client_direct(keeper);
    struct keeper_keys keys;
    struct keeper_wrapped wrapped;
    struct keeper_seal seal;
    struct error ignored = {0};

    if (!keeper_public_keys(&client, &keys, &ignored))
        return;
    if (keeper_make_keys(&client, &wrapped, 1, &ignored))
        keeper_unwrap(&client, wrapped.wrapped, wrapped.key, &ignored);
    if (keeper_seal_key(&client, span_text("rehearsal"), keys.sealing, &seal, &ignored))
        keeper_open_key(&client, span_text("rehearsal"), &seal, &ignored);
    secret_wipe(&wrapped, sizeof wrapped);
    secret_wipe(&seal, sizeof seal);
}

/* The token's process is forked before any key is here. */
static bool prepare(struct keeper_options *options, int fd, struct keeper **keeper,
                    struct error *err)
{
    int token_fd = -1;

    crypto_start();
    if (options->token != NULL && !token_process_start(options, fd, &token_fd, err))
        return false;
    if (token_fd >= 0)
        options->signer = token_process_signer(token_fd);
    if (!lock_directory(options->directory, err) || !keeper_open(options, keeper, err))
        return false;
    rehearse(*keeper);
    /* Best effort, since the keys lie in locked memory of their own: each page from its first use on. Without ONFAULT all
     * that is mapped would be loaded, the data of every library that only the node uses among it. */
    mlockall(MCL_CURRENT | MCL_ONFAULT);
    return keeper_filter_install(fd, token_fd, err);
}

_Noreturn static void serve(struct keeper *keeper, int fd, struct buffer *request,
                            struct buffer *reply)
{
    while (keeper_frame_receive(fd, request)) {
        keeper_answer(keeper, buffer_span(request), reply);
        bool ok = keeper_frame_send(fd, buffer_span(reply));
        secret_wipe(request->data, request->size);
        secret_wipe(reply->data, reply->size);
        if (!ok)
            break;
    }
    _exit(0);
}

_Noreturn void keeper_process_serve(const struct keeper_options *options, int socket_fd)
{
    struct keeper_options own = *options;
    struct keeper *keeper = NULL;
    struct error err = {0};

    int fd = isolate(socket_fd);
    struct buffer request = buffer_whole(KEEPER_REQUEST_SIZE_MAX);
    struct buffer reply = buffer_whole(KEEPER_REPLY_SIZE_MAX);
    if (request.failed || reply.failed)
        _exit(1);
    if (prepare(&own, fd, &keeper, &err))
        serve(keeper, fd, &request, &reply);
    keeper_reply_error(&reply, &err, 0);
    if (keeper_frame_receive(fd, &request))
        keeper_frame_send(fd, buffer_span(&reply));
    _exit(1);
}

/* The node's end */

static bool process_call(void *context, struct span request, struct buffer *reply,
                         struct error *err)
{
    struct keeper_process *process = context;

    pthread_mutex_lock(&process->mutex);
    bool ok = !process->is_broken && keeper_frame_send(process->fd, request) &&
              keeper_frame_receive(process->fd, reply);
    process->is_broken = !ok;
    pthread_mutex_unlock(&process->mutex);
    return ok || error_set(err, ERROR_STORE, "the keeper process has ended");
}

struct keeper_client keeper_process_client(struct keeper_process *process)
{
    return (struct keeper_client){process, process_call};
}

pid_t keeper_process_pid(const struct keeper_process *process)
{
    return process->pid;
}

void keeper_process_stop(struct keeper_process **process)
{
    if (*process == NULL)
        return;
    close((*process)->fd);
    if ((*process)->pid > 0)
        while (waitpid((*process)->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    pthread_mutex_destroy(&(*process)->mutex);
    free(*process);
    *process = NULL;
}

/* Asks until the keeper is open: a record that does not check is no reason not to start (its signatures are refused,
 * request by request), a wrong passphrase is. */
static bool wait_ready(struct keeper_process *process, struct error *err)
{
    struct keeper_client client = keeper_process_client(process);
    struct keeper_keys keys;

    return keeper_public_keys(&client, &keys, err);
}

/* Owns `fd` and the child from here on, also when it fails. */
static bool adopt(int fd, pid_t pid, struct keeper_process **out, struct error *err)
{
    struct keeper_process *process = malloc(sizeof *process);

    if (process == NULL) {
        close(fd);
        if (pid > 0)
            waitpid(pid, NULL, 0);
        return error_set(err, ERROR_LIMIT, "out of memory");
    }
    *process = (struct keeper_process){.fd = fd, .pid = pid};
    pthread_mutex_init(&process->mutex, NULL);
    if (!wait_ready(process, err)) {
        keeper_process_stop(&process);
        return error_add(err, "keeper");
    }
    *out = process;
    return true;
}

bool keeper_process_attach(int socket_fd, struct keeper_process **out, struct error *err)
{
    *out = NULL;
    return adopt(socket_fd, 0, out, err);
}

bool keeper_process_start(const struct keeper_options *options, struct keeper_process **out,
                          struct error *err)
{
    int pair[2];

    *out = NULL;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return error_set(err, ERROR_LIMIT, "cannot make a socketpair: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0)
        keeper_process_serve(options, pair[1]);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return error_set(err, ERROR_LIMIT, "cannot fork: %s", strerror(errno));
    }
    return adopt(pair[0], pid, out, err);
}
