/*
 * The keeper as a process: start, its errors, many threads, its end, and what its sandbox forbids.
 * covers: filter
 */
#include "check.h"

#include "keeper/filter.h"
#include "keeper/messages.h"
#include "keeper/process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OWN     "ro/ro-al/to/al/0"
#define PARTNER "al/ro-al/to/ro/0"
#define NOW_S   INT64_C(1728000000)

static char directory[64];
static struct keeper_options options;

static bool start(struct keeper_process **process, struct keeper_client *client)
{
    struct error err = {0};

    if (!keeper_process_start(&options, process, &err)) {
        printf("%s: %s\n", check_name, err.text);
        check_failures++;
        return false;
    }
    *client = keeper_process_client(*process);
    return true;
}

static void make_leaves(uint64_t first, struct tlog_hash *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t index = first + i;
        tlog_leaf_hash(span_make(&index, sizeof index), &out[i]);
    }
}

CHECK_TEST(a_wrong_passphrase_or_missing_keys_come_back_from_start)
{
    struct keeper_options wrong = options;
    struct keeper_process *process = NULL;
    struct error err = {0};

    wrong.passphrase = span_text("not this one");
    CHECK(!keeper_process_start(&wrong, &process, &err) && process == NULL);
    CHECK_ERROR(err, ERROR_INPUT, "keeper.keys");
    wrong.directory = "/nonexistent/keeper";
    CHECK(!keeper_process_start(&wrong, &process, &err) && process == NULL);
    CHECK_INT(err.kind, ERROR_MISSING);
}

CHECK_TEST(all_requests_work_inside_the_sandbox)
{
    static struct keeper_wrapped wrapped[KEEPER_KEYS_MAX];
    static struct tlog_hash leaves[KEEPER_LEAVES_MAX];
    struct keeper_process *process;
    struct keeper_client client;
    struct error err = {0};
    struct keeper_keys keys;
    struct keeper_state state;
    struct keeper_seal seal;
    uint8_t key[AEAD_KEY_SIZE];
    uint8_t psk[32] = {3};

    CHECK_OR_RETURN(start(&process, &client));
    CHECK_OK(keeper_status(&client, &err), err);
    CHECK_OK(keeper_public_keys(&client, &keys, &err), err);
    CHECK_OK(keeper_register(&client, KEEPER_LOG, span_text(OWN), &err), err);
    CHECK_OK(keeper_register(&client, KEEPER_CUSTODY, span_text(PARTNER), &err), err);
    CHECK_OK(keeper_register(&client, KEEPER_WITNESS, span_text("al/domestic/0"), &err), err);
    make_leaves(0, leaves, KEEPER_LEAVES_MAX);
    struct keeper_step step = {.kind = KEEPER_LOG,
                               .origin = span_text(OWN),
                               .leaves = leaves,
                               .count = KEEPER_LEAVES_MAX,
                               .is_signed = true};
    CHECK_OK(keeper_advance(&client, &step, 1, &err), err);
    CHECK_INT(step.size, KEEPER_LEAVES_MAX);
    CHECK(!keeper_advance(&client, &step, 1, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "holds size 4096");
    struct keeper_step custody = {.kind = KEEPER_CUSTODY,
                                  .origin = span_text(PARTNER),
                                  .leaves = leaves,
                                  .count = 9,
                                  .is_signed = true,
                                  .time_s = NOW_S};
    CHECK_OK(keeper_advance(&client, &custody, 1, &err), err);
    struct keeper_witness witness = {
        .origin = span_text("al/domestic/0"), .size = 1, .root = leaves[0], .time_s = NOW_S};
    CHECK_OK(keeper_witness(&client, &witness, &err), err);
    CHECK_OK(keeper_make_keys(&client, wrapped, KEEPER_KEYS_MAX, &err), err);
    CHECK_OK(keeper_unwrap(&client, wrapped[KEEPER_KEYS_MAX - 1].wrapped, key, &err), err);
    CHECK(memcmp(key, wrapped[KEEPER_KEYS_MAX - 1].key, sizeof key) == 0);
    CHECK_OK(keeper_pair(&client, span_text("ro-al"), psk, env_real()->now_ms(NULL), &err), err);
    CHECK_OK(keeper_seal_key(&client, span_text("ro-al"), keys.sealing, &seal, &err), err);
    CHECK_INT(seal.suite, KEEPER_SUITE_PSK);
    memcpy(key, seal.key, sizeof key);
    CHECK_OK(keeper_open_key(&client, span_text("ro-al"), &seal, &err), err);
    CHECK(memcmp(key, seal.key, sizeof key) == 0);
    keeper_process_stop(&process);
    CHECK(process == NULL);

    /* The next process goes on where this one ended. */
    CHECK_OR_RETURN(start(&process, &client));
    CHECK_OK(keeper_state(&client, KEEPER_LOG, span_text(OWN), &state, &err), err);
    CHECK_INT(state.size, KEEPER_LEAVES_MAX);
    CHECK_OK(keeper_state(&client, KEEPER_CUSTODY, span_text(PARTNER), &state, &err), err);
    CHECK_INT(state.time_s, NOW_S);
    CHECK_OK(keeper_open_key(&client, span_text("ro-al"), &seal, &err), err);
    keeper_process_stop(&process);
}

CHECK_TEST(a_killed_keeper_is_said_and_its_record_stands)
{
    struct tlog_hash leaves[2];
    struct keeper_process *process;
    struct keeper_client client;
    struct error err = {0};
    struct keeper_state state;

    make_leaves(0, leaves, 2);
    CHECK_OR_RETURN(start(&process, &client));
    CHECK_OK(keeper_register(&client, KEEPER_LOG, span_text("ro/seven/to/al/0"), &err), err);
    for (uint64_t size = 0; size < 20; size += 2) {
        struct keeper_step step = {.kind = KEEPER_LOG,
                                   .origin = span_text("ro/seven/to/al/0"),
                                   .size_before = size,
                                   .leaves = leaves,
                                   .count = 2,
                                   .is_signed = true};
        CHECK_OK(keeper_advance(&client, &step, 1, &err), err);
        CHECK_INT(kill(keeper_process_pid(process), SIGKILL), 0);
        CHECK(!keeper_state(&client, KEEPER_LOG, span_text("ro/seven/to/al/0"), &state, &err));
        CHECK_ERROR(err, ERROR_STORE, "has ended");
        CHECK(!keeper_status(&client, &err));
        keeper_process_stop(&process);
        CHECK_OR_RETURN(start(&process, &client));
        CHECK_OK(keeper_state(&client, KEEPER_LOG, span_text("ro/seven/to/al/0"), &state, &err),
                 err);
        CHECK_INT(state.size, size + 2);
    }
    keeper_process_stop(&process);
}

CHECK_TEST(signals_of_the_nodes_group_do_not_end_it)
{
    struct keeper_process *process;
    struct keeper_client client;
    struct error err = {0};
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

    CHECK_OR_RETURN(start(&process, &client));
    for (size_t i = 0; i < ARRAY_COUNT(signals); i++) {
        CHECK_INT(kill(keeper_process_pid(process), signals[i]), 0);
        CHECK_OK(keeper_status(&client, &err), err);
    }
    keeper_process_stop(&process);
}

CHECK_TEST(two_keepers_never_share_a_directory)
{
    struct keeper_process *first, *second = NULL;
    struct keeper_client client;
    struct error err = {0};

    CHECK_OR_RETURN(start(&first, &client));
    CHECK(!keeper_process_start(&options, &second, &err) && second == NULL);
    CHECK_ERROR(err, ERROR_BUSY, "another keeper");
    CHECK_OK(keeper_status(&client, &err), err);
    keeper_process_stop(&first);
    CHECK_OR_RETURN(start(&second, &client));
    keeper_process_stop(&second);
}

CHECK_TEST(a_node_attaches_to_its_supervisors_keeper)
{
    struct keeper_process *process = NULL;
    struct error err = {0};
    int pair[2];

    CHECK_OR_RETURN(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    pid_t pid = fork();
    if (pid == 0)
        keeper_process_serve(&options, pair[1]);
    close(pair[1]);
    CHECK_OK(keeper_process_attach(pair[0], &process, &err), err);
    CHECK_INT(keeper_process_pid(process), 0);
    struct keeper_client client = keeper_process_client(process);
    CHECK_OK(keeper_status(&client, &err), err);
    keeper_process_stop(&process);
    int status = -1;
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* A frame beyond the limit, and one that is cut: the keeper ends, and its end is clean. */
CHECK_TEST(frames_that_lie_about_their_size_end_the_keeper)
{
    static const uint8_t frames[][8] = {{0xff, 0xff, 0xff, 0xff, 1, 1}, {0, 0, 0, 9, 1, 1}, {0, 0}};

    for (size_t i = 0; i < ARRAY_COUNT(frames); i++) {
        int pair[2];
        CHECK_OR_RETURN(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
        pid_t pid = fork();
        if (pid == 0)
            keeper_process_serve(&options, pair[1]);
        close(pair[1]);
        CHECK(send(pair[0], frames[i], i == 2 ? 2 : 6, MSG_NOSIGNAL) > 0);
        shutdown(pair[0], SHUT_WR);
        uint8_t answer[64];
        CHECK(recv(pair[0], answer, sizeof answer, 0) <= 0);
        int status = -1;
        CHECK(waitpid(pid, &status, 0) == pid);
        CHECK(WIFEXITED(status));
        close(pair[0]);
    }
}

#define THREAD_COUNT 8
#define ROUND_COUNT  60

struct worker {
    pthread_t thread;
    struct keeper_client client;
    char origin[32];
    bool ok;
    struct error err;
};

static void *work(void *context)
{
    struct worker *worker = context;
    struct tlog_hash leaves[5];
    struct keeper_wrapped wrapped[3];
    uint8_t key[AEAD_KEY_SIZE];

    worker->ok =
        keeper_register(&worker->client, KEEPER_LOG, span_text(worker->origin), &worker->err);
    for (uint64_t i = 0; i < ROUND_COUNT && worker->ok; i++) {
        make_leaves(i * 5, leaves, 5);
        struct keeper_step step = {.kind = KEEPER_LOG,
                                   .origin = span_text(worker->origin),
                                   .size_before = i * 5,
                                   .leaves = leaves,
                                   .count = 5,
                                   .is_signed = true};
        worker->ok = keeper_advance(&worker->client, &step, 1, &worker->err) &&
                     step.size == (i + 1) * 5 &&
                     keeper_make_keys(&worker->client, wrapped, 3, &worker->err) &&
                     keeper_unwrap(&worker->client, wrapped[2].wrapped, key, &worker->err) &&
                     memcmp(key, wrapped[2].key, sizeof key) == 0;
    }
    return NULL;
}

CHECK_TEST(many_threads_share_one_client)
{
    struct keeper_process *process;
    struct keeper_client client;
    static struct worker workers[THREAD_COUNT];

    CHECK_OR_RETURN(start(&process, &client));
    for (int i = 0; i < THREAD_COUNT; i++) {
        workers[i].client = client;
        snprintf(workers[i].origin, sizeof workers[i].origin, "ro/thread-%d/to/al/0", i);
        CHECK(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    }
    for (int i = 0; i < THREAD_COUNT; i++) {
        pthread_join(workers[i].thread, NULL);
        CHECK_OK(workers[i].ok, workers[i].err);
    }
    keeper_process_stop(&process);
}

/* /proc of the serving process: no debugger, no new privileges, a filter, and no descriptor beyond its own. */
/* A number of kB in /proc/PID/status; -1: it is not said. */
static long status_kb(pid_t pid, const char *name)
{
    char path[64], line[256];
    long kb = -1;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && kb < 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            kb = strtol(line + strlen(name), NULL, 10);
    if (file != NULL)
        fclose(file);
    return kb;
}

/* What it uses never goes to a swap partition; what it only has mapped (ICU's 30 MB, in a node) takes no memory. */
CHECK_TEST(what_the_keeper_uses_is_locked_and_what_it_never_touches_is_not_loaded)
{
    const size_t size = (size_t)64 << 20;
    void *untouched = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct keeper_process *process = NULL;
    struct keeper_client client;

    CHECK_OR_RETURN(untouched != MAP_FAILED);
    bool ok = start(&process, &client);
    munmap(untouched, size);
    CHECK_OR_RETURN(ok);
    long resident = status_kb(keeper_process_pid(process), "VmRSS:");
    CHECK(resident > 0 && resident < 48 * 1024);
    if (status_kb(keeper_process_pid(process), "VmLck:") == 0)
        printf("the limit of locked memory is too small here: nothing is locked\n");
    keeper_process_stop(&process);
}

CHECK_TEST(the_serving_process_is_confined)
{
    struct keeper_process *process;
    struct keeper_client client;
    char path[64], text[4096] = "";

    CHECK_OR_RETURN(start(&process, &client));
    snprintf(path, sizeof path, "/proc/%d/status", (int)keeper_process_pid(process));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK_OR_RETURN(fd >= 0);
    CHECK(read(fd, text, sizeof text - 1) > 0);
    close(fd);
    CHECK(strstr(text, "NoNewPrivs:\t1") != NULL);
    CHECK(strstr(text, "Seccomp:\t2") != NULL);
    CHECK(strstr(text, "Threads:\t1\n") != NULL);
    /* What is not dumpable belongs to root in /proc: nobody else reads its memory. */
    struct stat st;
    snprintf(path, sizeof path, "/proc/%d/mem", (int)keeper_process_pid(process));
    CHECK_INT(stat(path, &st), 0);
    CHECK_INT(st.st_uid, 0);
    int extra = 0;
    for (int other = 6; other < 64; other++) { /* 0-2, socket, directory, record */
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)keeper_process_pid(process), other);
        extra += lstat(path, &st) == 0;
    }
    CHECK_INT(extra, 0);
    keeper_process_stop(&process);
}

/* Each forbidden act in a child of its own that stands behind the same filter: SIGSYS, not an error that code could
 * ignore. */
static void try_open(void)
{
    open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}
static void try_socket(void)
{
    socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}
static void try_execve(void)
{
    char *const none[] = {NULL};
    execve("/bin/true", none, none);
}
static void try_fork(void)
{
    if (fork() == 0)
        _exit(0);
}
static void try_kill(void)
{
    kill(getppid(), 0);
}
static void try_executable_memory(void)
{
    mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void try_make_executable(void)
{
    static uint8_t page[8192];
    mprotect((void *)(((uintptr_t)page + 4095) & ~(uintptr_t)4095), 4096, PROT_READ | PROT_EXEC);
}
static void try_file_mapping(void)
{
    mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 0, 0);
}
static void try_ptrace_me(void)
{
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}
static void try_other_descriptor(void)
{
    send(0, "x", 1, 0);
}
static void try_rename(void)
{
    rename("/tmp/besa-a", "/tmp/besa-b");
}

static void try_read_file(void)
{
    uint8_t byte;
    if (pread(0, &byte, 1, 0) < 0)
        _exit(6);
}

static int filter_fd;

static void try_what_is_allowed(void)
{
    uint8_t bytes[8];
    env_real()->random(NULL, bytes, sizeof bytes);
    if (env_real()->now_ms(NULL) <= 0 || send(filter_fd, "x", 1, MSG_NOSIGNAL) != 1)
        _exit(9);
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    _exit(page == MAP_FAILED || munmap(page, 4096) != 0 ? 9 : 0);
}

/* The child's wait status. */
static int run_behind_filter(void (*act)(void))
{
    int pair[2];
    int status = -1;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -1;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        struct error err = {0};
        filter_fd = pair[1];
        if (!keeper_filter_install(pair[1], -1, &err))
            _exit(8);
        act();
        _exit(7);
    }
    close(pair[0]);
    close(pair[1]);
    waitpid(pid, &status, 0);
    return status;
}

CHECK_TEST(forbidden_calls_end_the_process)
{
    static void (*const acts[])(void) = {
        try_open,
        try_socket,
        try_execve,
        try_fork,
        try_kill,
        try_executable_memory,
        try_make_executable,
        try_file_mapping,
        try_ptrace_me,
        try_other_descriptor,
        try_rename,
        try_read_file,
    };

    for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
        int status = run_behind_filter(acts[i]);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
            printf("act %zu: status %#x\n", i, (unsigned)status);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
    }
    int status = run_behind_filter(try_what_is_allowed);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) != 9);
}

/* The day's turn with a clock of our own, inside the sandbox. */
static int64_t *shared_now_ms;
static int64_t shared_clock(void *context)
{
    (void)context;
    return __atomic_load_n(shared_now_ms, __ATOMIC_SEQ_CST);
}

CHECK_TEST(the_daily_key_goes_on_inside_the_sandbox)
{
    struct env env = *env_real();
    struct keeper_options with_clock = options;
    struct keeper_process *process;
    struct error err = {0};
    struct keeper_keys keys;
    struct keeper_seal seal, first;
    uint8_t psk[32] = {4};
    int64_t start_ms = env_real()->now_ms(NULL);

    shared_now_ms = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK_OR_RETURN(shared_now_ms != MAP_FAILED);
    *shared_now_ms = start_ms;
    env.now_ms = shared_clock;
    with_clock.env = &env;
    CHECK_OK(keeper_process_start(&with_clock, &process, &err), err);
    struct keeper_client client = keeper_process_client(process);
    CHECK_OK(keeper_public_keys(&client, &keys, &err), err);
    CHECK_OK(keeper_pair(&client, span_text("ro-days"), psk, start_ms, &err), err);
    CHECK_OK(keeper_seal_key(&client, span_text("ro-days"), keys.sealing, &first, &err), err);
    for (uint32_t day = 1; day <= 20; day++) {
        __atomic_store_n(shared_now_ms, start_ms + day * INT64_C(86400000), __ATOMIC_SEQ_CST);
        CHECK_OK(keeper_seal_key(&client, span_text("ro-days"), keys.sealing, &seal, &err), err);
        CHECK_INT(seal.psk_day, day);
        CHECK(keeper_open_key(&client, span_text("ro-days"), &first, &err) == (day <= 14));
    }
    keeper_process_stop(&process);
    munmap(shared_now_ms, 4096);
}

int main(void)
{
    struct error err = {0};
    const char *base = getenv("TMPDIR");

    snprintf(directory, sizeof directory, "%.40s/besa-keeper-XXXXXX", base == NULL ? "/tmp" : base);
    if (mkdtemp(directory) == NULL)
        return 1;
    crypto_start();
    options = (struct keeper_options){.env = env_real(),
                                      .directory = directory,
                                      .passphrase = span_text("a passphrase for tests"),
                                      .cost = SECRET_COST_FAST};
    if (!keeper_create(&options, span_text("ro"), &err)) {
        printf("%s\n", err.text);
        return 1;
    }
    CHECK_RUN(a_wrong_passphrase_or_missing_keys_come_back_from_start);
    CHECK_RUN(all_requests_work_inside_the_sandbox);
    CHECK_RUN(a_killed_keeper_is_said_and_its_record_stands);
    CHECK_RUN(signals_of_the_nodes_group_do_not_end_it);
    CHECK_RUN(two_keepers_never_share_a_directory);
    CHECK_RUN(a_node_attaches_to_its_supervisors_keeper);
    CHECK_RUN(frames_that_lie_about_their_size_end_the_keeper);
    CHECK_RUN(many_threads_share_one_client);
    CHECK_RUN(what_the_keeper_uses_is_locked_and_what_it_never_touches_is_not_loaded);
    CHECK_RUN(the_serving_process_is_confined);
    CHECK_RUN(forbidden_calls_end_the_process);
    CHECK_RUN(the_daily_key_goes_on_inside_the_sandbox);

    char path[128];
    snprintf(path, sizeof path, "%s/keeper.keys", directory);
    unlink(path);
    snprintf(path, sizeof path, "%s/keeper.record", directory);
    unlink(path);
    rmdir(directory);
    return check_end();
}
