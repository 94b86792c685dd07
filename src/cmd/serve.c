/*
 * `besa serve`: the supervisor. It starts the keeper and the node as two processes joined by a socket, and both anew when
 * one of them dies, later each time, or when the node stops moving: a node that serves writes a byte into a pipe about
 * once a second, and only while its writer and its courier both move (service.h). systemd, where it started us, is told
 * how we stand and hears the same beat. The supervisor holds no key and reads nothing that a partner sent.
 */
#include "cmd/command.h"
#include "cmd/notify.h"
#include "cmd/report.h"
#include "cmd/service.h"

#include "base/text.h"
#include "crypto/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define BACKOFF_MIN_MS 500
#define BACKOFF_MAX_MS 30000
#define STEADY_MS      60000 /* who ran this long begins again with the shortest wait */
#define STOP_WAIT_MS   30000
#define NODE_LOST      (-1)
#define TICK_MS        1000
#define STALL_MS                                                                                   \
    120000 /* no beat for so long: longer than any job of the writer, but rebuild, which beats */

struct supervisor {
    const struct options *options;
    struct home home;
    struct config config;
    int lock_fd;
    pid_t keeper;
    pid_t node;
    bool was_ready; /* a node came up once: from here on failures are waited out */
    bool is_asked;  /* SIGTERM or SIGINT came */
    bool is_anew;   /* SIGHUP came */
    int64_t backoff_ms;
    struct notify notify;
    bool is_serving;  /* this life's node is ready */
    int64_t beat_ms;  /* of the monotonic clock: when it was last seen to move */
    int64_t stall_ms; /* a node that is still for so long is ended */
};

static int64_t ticks_ms(void)
{
    return env_real()->monotonic_ms(env_real()->context);
}

/* --- the node's process --- */

static void signals_set(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGCHLD);
}

/* Ports of the partners that we call; of a database server we know none. */
static bool sandbox_begin(struct service *service, struct error *err)
{
    uint16_t ports[SANDBOX_PORT_MAX];
    char host[CONF_ADDRESS_SIZE];
    char copy[CONF_PATH_SIZE + 8] = "";
    struct sandbox_options options = {
        .home = service->node->home.path,
        .written = {service->node->config.metrics_file, service->node->config.audit_stream, copy},
        .ports = ports,
        .may_connect_anywhere = database_kind(service->node->db) == DATABASE_POSTGRES,
    };

    if (service->node->config.audit_copy[0] != '\0') /* its directory is what counts */
        snprintf(copy, sizeof copy, "%s/x", service->node->config.audit_copy);
    for (size_t i = 0; i < service->partner_count; i++)
        if (service->partners[i].address[0] != '\0' &&
            config_address_read(service->partners[i].address, host, &ports[options.port_count]))
            options.port_count++;
    return sandbox_enter(&options, &service->sandbox, err);
}

/* Who began it and why stands in the domestic log, as for any other act. */
static bool start_access(struct node *node, void *context, struct error *err)
{
    const struct options *options = context;
    struct control_request request = {.officer = span_text(options->officer),
                                      .reason = span_text(options->reason)};
    struct act act = {.officer = span_text("node"),
                      .unit = span_text("node"),
                      .reason = span_text("start of the service"),
                      .act = span_text("serve"),
                      .outcome = span_text("done")};

    if (request.officer.size > 0)
        return node_access(node, &request, "serve", NULL, 0, err);
    return journal_access(&node->journal, &act, err); /* by the machine's own start */
}

static bool node_begin(const struct supervisor *supervisor, struct node *node,
                       struct service **service, struct error *err)
{
    struct options options = *supervisor->options;

    return service_make(node, service, err) && sandbox_begin(*service, err) &&
           node_job(node, true, start_access, &options, err) && service_start(*service, err);
}

static void wait_for_end(void)
{
    sigset_t set;
    int found = 0;

    signals_set(&set);
    sigdelset(&set, SIGCHLD);
    sigdelset(&set, SIGHUP);
    while (sigwait(&set, &found) != 0)
        ;
}

static int node_fail(const struct error *err)
{
    report(REPORT_START_FAILED, NULL, "%s", err->text);
    return error_exit_code(err->kind);
}

/* Runs the node until it is told to end. Gives the exit code. */
static int node_run(const struct supervisor *supervisor, struct node *node, int beat_fd)
{
    struct service *service = NULL;
    struct error err = {0};
    int exit_code = EX_OK;

    if (node_begin(supervisor, node, &service, &err)) {
        report(REPORT_READY, NULL, "ready; partners reach port %u; %s",
               http_server_port(service->server), service->sandbox.text);
        if (service_beat(service, beat_fd))
            wait_for_end();
        int asked = __atomic_load_n(&service->main_stop, __ATOMIC_ACQUIRE);
        exit_code = asked == 0 ? EX_OK : asked - 1;
        report(REPORT_ENDING, NULL, "ending");
    } else {
        exit_code = node_fail(&err);
    }
    service_end(&service);
    close(beat_fd);
    return exit_code;
}

/* Temporary files of the database stay in the home, which is all that the node may write. */
static bool environment_set(const struct home *home, struct error *err)
{
    char path[HOME_PATH_SIZE];

    return home_path(home, HOME_RUN, path, err) &&
           ((setenv("SQLITE_TMPDIR", path, 1) == 0 && setenv("TMPDIR", path, 1) == 0) ||
            error_set(err, ERROR_LIMIT, "out of memory"));
}

/* A new program builds the tables anew before it serves: whoever waits reads how long. */
struct rebuilding {
    int64_t began_ms;
    int64_t next_percent;
};

static void rebuild_say(void *context, int64_t done, int64_t total)
{
    struct rebuilding *rebuilding = context;
    int64_t percent = total <= 0 ? 100 : done * 100 / total;

    if (rebuilding->began_ms == 0)
        rebuilding->began_ms = ticks_ms();
    if (percent < rebuilding->next_percent)
        return;
    rebuilding->next_percent = percent / 10 * 10 + 10;
    report(REPORT_NOTICE, NULL,
           "building the tables of this version: %" PRId64 " %%, %" PRId64 " s left", percent,
           progress_left_ms(rebuilding->began_ms, ticks_ms(), done, total) / 1000);
}

_Noreturn static void node_process(const struct supervisor *supervisor, int keeper_fd, int beat_fd)
{
    struct rebuilding rebuilding = {.began_ms = 0};
    struct node_options options = {.home = supervisor->home,
                                   .lock_fd = supervisor->lock_fd,
                                   .keeper_fd = keeper_fd,
                                   .event = service_event,
                                   .progress = rebuild_say,
                                   .progress_context = &rebuilding};
    struct node *node = NULL;
    struct error err = {0};

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    bool ok = environment_set(&supervisor->home, &err) && http_init(&err) &&
              node_open(&options, &node, &err);
    int exit_code = ok ? node_run(supervisor, node, beat_fd) : node_fail(&err);
    node_close(&node);
#ifdef NODE_SANITIZED
    fflush(NULL);
    _exit(exit_code);
#endif
    exit(exit_code);
}

/* --- the supervisor --- */

static bool keeper_fork(struct supervisor *supervisor, int socket_fd, struct error *err)
{
    struct buffer passphrase = buffer_make(PASSPHRASE_SIZE_MAX);
    char directory[HOME_PATH_SIZE];

    bool ok = home_path(&supervisor->home, HOME_KEEPER, directory, err) &&
              home_passphrase(&supervisor->home, &passphrase, err);
    if (ok) {
        struct keeper_options options = {
            .env = env_real(), .directory = directory, .passphrase = buffer_span(&passphrase)};
        supervisor->keeper = fork();
        if (supervisor->keeper == 0)
            keeper_process_serve(&options, socket_fd);
        ok = supervisor->keeper > 0 ||
             error_set(err, ERROR_LIMIT, "cannot fork: %s", strerror(errno));
    }
    if (passphrase.data != NULL)
        secret_wipe(passphrase.data, passphrase.capacity);
    buffer_free(&passphrase);
    return ok;
}

static bool node_fork(struct supervisor *supervisor, int keeper_fd, int beat[2], struct error *err)
{
    supervisor->node = fork();
    if (supervisor->node == 0) {
        close(beat[0]);
        node_process(supervisor, keeper_fd, beat[1]);
    }
    return supervisor->node > 0 || error_set(err, ERROR_LIMIT, "cannot fork: %s", strerror(errno));
}

/* Both processes, joined by their socket. *beat_fd tells when the node serves, and that it moves. */
static bool both_start(struct supervisor *supervisor, int *beat_fd, struct error *err)
{
    int pair[2];
    int beat[2];

    *beat_fd = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return error_set(err, ERROR_LIMIT, "cannot make a socketpair: %s", strerror(errno));
    if (pipe2(beat, O_CLOEXEC | O_NONBLOCK) != 0) {
        close(pair[0]);
        close(pair[1]);
        return error_set(err, ERROR_LIMIT, "cannot make a pipe: %s", strerror(errno));
    }
    /* The keeper closes every other descriptor itself; the node must not hold the keeper's end, nor we either. */
    bool ok = keeper_fork(supervisor, pair[1], err);
    close(pair[1]);
    ok = ok && node_fork(supervisor, pair[0], beat, err);
    close(pair[0]);
    close(beat[1]);
    *beat_fd = beat[0];
    return ok;
}

/* Takes one signal that came within `timeout_ms`. */
static void signal_take(struct supervisor *supervisor, int64_t timeout_ms)
{
    struct timespec wait = {.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000};
    sigset_t set;

    signals_set(&set);
    int found = sigtimedwait(&set, NULL, &wait);
    supervisor->is_asked = supervisor->is_asked || found == SIGTERM || found == SIGINT;
    supervisor->is_anew = supervisor->is_anew || found == SIGHUP;
}

/* The exit code of a child that ended; NODE_LOST while it runs. */
static int child_reap(pid_t *pid)
{
    int status = 0;

    if (*pid <= 0)
        return EX_OK;
    if (waitpid(*pid, &status, WNOHANG) != *pid)
        return NODE_LOST;
    *pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE;
}

/* Gives the exit code of the child, which is told to end by `how` (0: it knows already). */
static int child_end(pid_t *pid, int how)
{
    int status = 0;

    if (*pid <= 0)
        return EX_OK;
    kill(*pid, how);
    int64_t until_ms = ticks_ms() + STOP_WAIT_MS;
    int exit_code = NODE_LOST;
    while ((exit_code = child_reap(pid)) == NODE_LOST && ticks_ms() < until_ms)
        poll(NULL, 0, 20);
    if (*pid <= 0)
        return exit_code;
    kill(*pid, SIGKILL);
    waitpid(*pid, &status, 0);
    *pid = 0;
    return EX_SOFTWARE;
}

/* The first byte says that the node serves, each further one that it moves. */
static void beats_take(struct supervisor *supervisor, int beat_fd)
{
    uint8_t bytes[64];

    if (read(beat_fd, bytes, sizeof bytes) <= 0)
        return;
    supervisor->beat_ms = ticks_ms();
    if (supervisor->is_serving)
        return;
    supervisor->is_serving = true;
    supervisor->was_ready = true;
    notify_send(&supervisor->notify, "READY=1\nSTATUS=node %s serves", supervisor->config.party);
}

/* A node that begins may take its time (a rebuild); one that serves has to move. */
static bool node_moves(const struct supervisor *supervisor)
{
    return !supervisor->is_serving || ticks_ms() - supervisor->beat_ms < supervisor->stall_ms;
}

/* Both processes live; is the node still moving? */
static bool beat_look(struct supervisor *supervisor, int beat_fd)
{
    beats_take(supervisor, beat_fd);
    if (node_moves(supervisor)) {
        if (supervisor->notify.watchdog_ms > 0)
            notify_send(&supervisor->notify, "WATCHDOG=1");
        return true;
    }
    report(REPORT_STALLED, NULL,
           "the node has not moved for %" PRId64 " s (its writer or its courier hangs); ending it",
           supervisor->stall_ms / 1000);
    notify_send(&supervisor->notify, "STATUS=node %s hung and begins anew",
                supervisor->config.party);
    kill(supervisor->node, SIGABRT); /* leaves a core where the machine keeps them */
    kill(supervisor->node, SIGCONT); /* a stopped process takes no other signal */
    return false;
}

/* One life of the two processes. Gives the node's exit code. */
static int life(struct supervisor *supervisor, struct error *err)
{
    int beat_fd = -1;
    int exit_code = NODE_LOST;

    supervisor->is_serving = false;
    if (!both_start(supervisor, &beat_fd, err)) {
        child_end(&supervisor->keeper, SIGKILL);
        return error_exit_code(err->kind);
    }
    while (!supervisor->is_asked && !supervisor->is_anew) {
        signal_take(supervisor, TICK_MS);
        exit_code = child_reap(&supervisor->node);
        if (exit_code != NODE_LOST)
            break;
        if (child_reap(&supervisor->keeper) != NODE_LOST) {
            if (supervisor->was_ready)
                report(REPORT_KEEPER_ENDED, NULL, "the keeper ended");
            break;
        }
        if (!beat_look(supervisor, beat_fd))
            break;
    }
    if (exit_code == NODE_LOST) {
        if (supervisor->is_asked)
            notify_send(&supervisor->notify, "STOPPING=1");
        exit_code = child_end(&supervisor->node, SIGTERM);
    }
    /* It ends by itself when the node's end of the socket is closed; it ignores SIGTERM. */
    child_end(&supervisor->keeper, 0);
    beats_take(supervisor, beat_fd);
    close(beat_fd);
    return exit_code;
}

static void wait_before_next(struct supervisor *supervisor, int64_t lived_ms)
{
    if (lived_ms > STEADY_MS)
        supervisor->backoff_ms = BACKOFF_MIN_MS;
    notify_send(&supervisor->notify, "STATUS=node %s begins anew", supervisor->config.party);
    report(REPORT_RESTART, NULL, "beginning anew in %" PRId64 " ms", supervisor->backoff_ms);
    int64_t until_ms = ticks_ms() + supervisor->backoff_ms;
    for (int64_t left_ms; !supervisor->is_asked && (left_ms = until_ms - ticks_ms()) > 0;) {
        signal_take(supervisor, left_ms < TICK_MS ? left_ms : TICK_MS);
        if (supervisor->notify.watchdog_ms > 0)
            notify_send(&supervisor->notify, "WATCHDOG=1");
    }
    supervisor->backoff_ms *= 2;
    if (supervisor->backoff_ms > BACKOFF_MAX_MS)
        supervisor->backoff_ms = BACKOFF_MAX_MS;
}

/* On SIGHUP; systemd wants the time of the request, to tell it from an earlier one. READY=1 ends it. */
static void reloading_tell(const struct supervisor *supervisor)
{
    report(REPORT_RESTART, NULL, "beginning anew as asked");
    notify_send(&supervisor->notify, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, ticks_ms() * 1000);
}

/* Lives until it is asked to end, or until the first life fails before the node ever served. */
static int supervise(struct supervisor *supervisor)
{
    struct error err = {0};

    for (;;) {
        int64_t began_ms = ticks_ms();
        int exit_code = life(supervisor, &err);
        if (supervisor->is_asked)
            return EX_OK;
        if (err.kind != ERROR_NONE)
            report(REPORT_START_FAILED, NULL, "%s", err.text);
        if (!supervisor->was_ready)
            return exit_code == EX_OK ? EX_SOFTWARE : exit_code;
        error_clear(&err);
        if (supervisor->is_anew)
            reloading_tell(supervisor);
        else
            wait_before_next(supervisor, ticks_ms() - began_ms);
        supervisor->is_anew = false;
        if (supervisor->is_asked)
            return EX_OK;
    }
}

/* Well before systemd would end the whole service, of which the node is only a part. */
static int64_t stall_limit(const struct notify *notify)
{
    int64_t half_ms = notify->watchdog_ms / 2;

    return half_ms > 0 && half_ms < STALL_MS ? half_ms : STALL_MS;
}

int command_serve(struct options *options, int argc, char **argv)
{
    struct supervisor supervisor = {
        .options = options, .lock_fd = -1, .backoff_ms = BACKOFF_MIN_MS};
    struct word_list words;
    struct error err = {0};
    sigset_t set;
    int exit_code;

    if (!command_parse(options, argc, argv, NULL, 0, 0, 0, &words, &exit_code))
        return exit_code;
    if (!home_find(options->home, &supervisor.home, &err) ||
        !home_config_load(&supervisor.home, &supervisor.config, &err) ||
        !home_lock(&supervisor.home, &supervisor.lock_fd, &err))
        return command_fail(options, &err);
    signals_set(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    setvbuf(stderr, NULL, _IOLBF, 0);
    report_open(supervisor.config.party, REPORT_JOURNAL);
    notify_open(&supervisor.notify);
    supervisor.stall_ms = stall_limit(&supervisor.notify);
    exit_code = supervise(&supervisor);
    report(REPORT_ENDED, NULL, "ended");
    notify_close(&supervisor.notify);
    home_unlock(&supervisor.lock_fd);
    return exit_code;
}
