/*
 * `besa serve`: the supervisor. It starts the keeper and the node as two processes joined by a socket, and both anew when
 * one of them dies, later each time, or when the node stops moving: a node that serves writes a byte into a pipe about
 * once a second, and only while its writer and its courier both move (service.h); one that begins writes one after each
 * step of its start, and must not stand still either. systemd, where it started us, is told
 * how we stand and hears the same beat. The supervisor holds no key and reads nothing that a partner sent.
 */
#include "cmd/child.h"
#include "cmd/command.h"
#include "cmd/descriptors.h"
#include "cmd/leftovers.h"
#include "cmd/notify.h"
#include "cmd/report.h"
#include "cmd/service.h"
#include "cmd/keeper_place.h"

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
#define TICK_MS        1000
#define FOLLOWED_MS                                                                                \
    2000 /* a keeper that ended well says that its node has; it is seen that much later at most */
#define FOLLOWED_STEP_MS 20
#define STALL_MS                                                                                   \
    120000 /* no beat for so long: longer than any job of the writer, but rebuild, which beats */
/* A step of the start may take that many times as long: SQLite takes up what is left of a write-ahead log of 1 GiB, a name
 * server does not answer. */
#define START_PATIENCE 3
#define BEAT_STEP                                                                                  \
    16u /* bytes from here on: which step of the start begins; below: it serves, and moves */

struct supervisor {
    const struct options *options;
    struct home home;
    struct config config;
    int lock_fd;
    struct child keeper;
    struct child node;
    struct node_ends ends;
    bool was_ready; /* a node came up once: from here on failures are waited out */
    bool is_asked;  /* SIGTERM or SIGINT came */
    bool is_anew;   /* SIGHUP came */
    int64_t backoff_ms;
    struct notify notify;
    bool is_serving;     /* this life's node is ready */
    int64_t beat_ms;     /* of the monotonic clock: when it was last seen to move */
    int64_t stall_ms;    /* a node that is still for so long is ended */
    enum node_step step; /* of a start that goes on */
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

/* Before the node takes files. What cannot be removed stands in nobody's way. */
static bool leftovers_work(struct node *node, void *context, struct error *err)
{
    size_t removed = 0;
    struct error why = {0};
    (void)context;
    (void)err;

    if (!leftovers_remove(node, &removed, &why))
        report(REPORT_NOTICE, NULL, "%s", why.text);
    if (removed > 0)
        report(REPORT_NOTICE, NULL, "%zu files of attachments that a stop left half were removed",
               removed);
    return true;
}

static bool node_begin(const struct supervisor *supervisor, struct node *node,
                       struct service **service, struct error *err)
{
    struct options options = *supervisor->options;

    if (!service_make(node, service, err))
        return false;
    node_step(node, NODE_STEP_THREADS);
    return node_job(node, true, leftovers_work, NULL, err) && sandbox_begin(*service, err) &&
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
        node->step = NULL; /* from here on it moves or does not */
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
struct starting {
    int beat_fd;
    int64_t began_ms; /* of a rebuild */
    int64_t next_percent;
};

/* For the supervisor. A pipe that is full says enough. */
static void step_say(void *context, enum node_step begins)
{
    const struct starting *starting = context;
    uint8_t byte = (uint8_t)(BEAT_STEP + begins);

    ssize_t ignored = write(starting->beat_fd, &byte, 1);
    (void)ignored;
}

static void rebuild_say(void *context, int64_t done, int64_t total)
{
    struct starting *rebuilding = context;
    int64_t percent = total <= 0 ? 100 : done * 100 / total;

    step_say(context, NODE_STEP_REBUILD);
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
    struct starting starting = {.beat_fd = beat_fd};
    struct node_options options = {.home = supervisor->home,
                                   .lock_fd = supervisor->lock_fd,
                                   .keeper_fd = keeper_fd,
                                   .event = service_event,
                                   .progress = rebuild_say,
                                   .step = step_say,
                                   .progress_context = &starting};
    struct node *node = NULL;
    struct error err = {0};

    step_say(&starting, NODE_STEP_FILES);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (!descriptors_raise(&err))
        report(REPORT_NOTICE, NULL, "%s", err.text);
    error_clear(&err);
    bool ok = environment_set(&supervisor->home, &err) && http_init(&err) &&
              node_open(&options, &node, &err);
    if (ok)
        node->ends = supervisor->ends;
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
    struct keeper_place place CLEANUP(keeper_place_drop) = {.directory = ""};
    struct keeper_options options;

    if (!keeper_place_find(&supervisor->home, &supervisor->config, &place, &options, err))
        return false;
    supervisor->keeper = (struct child){.pid = fork()};
    if (supervisor->keeper.pid == 0)
        keeper_process_serve(&options, socket_fd);
    return supervisor->keeper.pid > 0 ||
           error_set(err, ERROR_LIMIT, "cannot fork: %s", strerror(errno));
}

static bool node_fork(struct supervisor *supervisor, int keeper_fd, int beat[2], struct error *err)
{
    supervisor->node = (struct child){.pid = fork()};
    if (supervisor->node.pid == 0) {
        close(beat[0]);
        node_process(supervisor, keeper_fd, beat[1]);
    }
    return supervisor->node.pid > 0 ||
           error_set(err, ERROR_LIMIT, "cannot fork: %s", strerror(errno));
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

static void serving_begin(struct supervisor *supervisor)
{
    supervisor->is_serving = true;
    supervisor->was_ready = true;
    notify_send(&supervisor->notify, "READY=1\nSTATUS=node %s serves", supervisor->config.party);
}

/* Steps of the start; then the first byte that is none says that the node serves, each further one that it moves. */
static void beats_take(struct supervisor *supervisor, int beat_fd)
{
    uint8_t bytes[64];
    ssize_t count = read(beat_fd, bytes, sizeof bytes);

    if (count <= 0)
        return;
    supervisor->beat_ms = ticks_ms();
    for (ssize_t i = 0; i < count && !supervisor->is_serving; i++) {
        if (bytes[i] >= BEAT_STEP && bytes[i] < BEAT_STEP + NODE_STEP_COUNT)
            supervisor->step = (enum node_step)(bytes[i] - BEAT_STEP);
        else
            serving_begin(supervisor);
    }
}

static int64_t still_limit(const struct supervisor *supervisor)
{
    return supervisor->is_serving ? supervisor->stall_ms : START_PATIENCE * supervisor->stall_ms;
}

static void stall_report(const struct supervisor *supervisor)
{
    int64_t still_s = still_limit(supervisor) / 1000;

    if (supervisor->is_serving)
        report(REPORT_STALLED, NULL,
               "the node has not moved for %" PRId64
               " s (its writer or its courier hangs); ending it",
               still_s);
    else
        report(REPORT_STALLED, NULL,
               "the node's start has stood still for %" PRId64 " s while %s; ending it", still_s,
               node_step_names[supervisor->step]);
    notify_send(&supervisor->notify, "STATUS=node %s hung%s and begins anew",
                supervisor->config.party, supervisor->is_serving ? "" : " at its start");
}

/* Both processes live; is the node still moving? systemd is told so only then. */
static bool beat_look(struct supervisor *supervisor, int beat_fd)
{
    beats_take(supervisor, beat_fd);
    if (ticks_ms() - supervisor->beat_ms < still_limit(supervisor)) {
        if (supervisor->notify.watchdog_ms > 0)
            notify_send(&supervisor->notify, "WATCHDOG=1");
        return true;
    }
    stall_report(supervisor);
    kill(supervisor->node.pid, SIGABRT); /* leaves a core where the machine keeps them */
    kill(supervisor->node.pid, SIGCONT); /* a stopped process takes no other signal */
    return false;
}

/* An end that nobody asked for, while the node served or after it once did: the next life tells it. */
static void end_tell(struct supervisor *supervisor, const struct child *child, const char *name,
                     enum report_event event)
{
    child_end_keep(child, name, env_real()->now_ms(env_real()->context), &supervisor->ends);
    report(event, NULL, "%s", supervisor->ends.last);
}

/* The one that ends takes the other along: a keeper whose node is gone ends well, by itself; a node whose keeper is gone
 * ends because of that. On a busy machine the keeper's end may be seen before that of the node that it followed: it is the
 * node's, then, and its code is in `node_code`. */
static bool keeper_ended(struct supervisor *supervisor, int *node_code)
{
    int exit_code = child_reap(&supervisor->keeper);

    if (exit_code == CHILD_RUNNING || exit_code != EX_OK)
        return exit_code != CHILD_RUNNING;
    for (int waited_ms = 0; *node_code == CHILD_RUNNING && waited_ms < FOLLOWED_MS;
         waited_ms += FOLLOWED_STEP_MS) {
        *node_code = child_reap(&supervisor->node);
        if (*node_code == CHILD_RUNNING)
            poll(NULL, 0, FOLLOWED_STEP_MS);
    }
    return *node_code == CHILD_RUNNING;
}

/* A first start that fails says why itself; what a signal ended cannot. */
static void ends_look(struct supervisor *supervisor, int node_code, bool is_keeper)
{
    if (is_keeper && supervisor->was_ready)
        end_tell(supervisor, &supervisor->keeper, "keeper", REPORT_KEEPER_ENDED);
    else if (!is_keeper && node_code != CHILD_RUNNING &&
             (supervisor->was_ready || node_code == EX_SOFTWARE))
        end_tell(supervisor, &supervisor->node, "node", REPORT_NODE_ENDED);
}

/* One life of the two processes. Gives the node's exit code. */
static int life(struct supervisor *supervisor, struct error *err)
{
    int beat_fd = -1;
    int exit_code = CHILD_RUNNING;
    bool is_keeper = false;

    supervisor->is_serving = false;
    supervisor->step = NODE_STEP_FILES;
    supervisor->beat_ms = ticks_ms();
    if (!both_start(supervisor, &beat_fd, err)) {
        child_end(&supervisor->keeper, SIGKILL);
        return error_exit_code(err->kind);
    }
    while (!supervisor->is_asked && !supervisor->is_anew) {
        signal_take(supervisor, TICK_MS);
        exit_code = child_reap(&supervisor->node);
        is_keeper = keeper_ended(supervisor, &exit_code);
        if (exit_code != CHILD_RUNNING || is_keeper)
            break;
        if (!beat_look(supervisor, beat_fd)) {
            exit_code = child_end(&supervisor->node, 0); /* told by beat_look */
            break;
        }
    }
    beats_take(supervisor, beat_fd);
    ends_look(supervisor, exit_code, is_keeper);
    if (exit_code == CHILD_RUNNING) {
        if (supervisor->is_asked)
            notify_send(&supervisor->notify, "STOPPING=1");
        exit_code = child_end(&supervisor->node, SIGTERM);
    }
    /* It ends by itself when the node's end of the socket is closed; it ignores SIGTERM. */
    child_end(&supervisor->keeper, 0);
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
    report_open(supervisor.config.party, supervisor.config.is_training, REPORT_JOURNAL);
    notify_open(&supervisor.notify);
    supervisor.stall_ms = stall_limit(&supervisor.notify);
    exit_code = supervise(&supervisor);
    report(REPORT_ENDED, NULL, "ended");
    notify_close(&supervisor.notify);
    home_unlock(&supervisor.lock_fd);
    return exit_code;
}
