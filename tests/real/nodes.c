/* Real nodes for a test: see nodes.h. */
#include "real/nodes.h"

#include "base/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAMILY_MAX 64
#define STEP_US    20000
#define START_MS   30000
#define STOP_MS    30000

static bool say(const struct node_run *node, const char *what)
{
    printf("%s: %s\n", node->name, what);
    return false;
}

/* --- processes --- */

static void serve(const struct node_run *node)
{
    char log[HOME_PATH_SIZE + 8];

    snprintf(log, sizeof log, "%s.log", node->home.path);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that is killed leaves no node behind */
    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
        _exit(126);
    execl(node->besa, node->besa, "--home", node->home.path, "serve", (char *)NULL);
    _exit(127);
}

bool node_wait(const struct node_run *node)
{
    for (int waited = 0; waited < START_MS * 1000; waited += STEP_US) {
        if (control_is_running(&node->home))
            return true;
        usleep(STEP_US);
    }
    return say(node, "does not answer");
}

bool node_start(struct node_run *node)
{
    fflush(stdout);
    node->pid = fork();
    if (node->pid == 0)
        serve(node);
    return node->pid > 0 && node_wait(node);
}

/* Children of one process, appended to the list. */
static void children_add(pid_t parent, pid_t list[FAMILY_MAX], size_t *count)
{
    char path[64];
    long child = 0;

    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)parent, (long)parent);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return;
    while (*count < FAMILY_MAX && fscanf(file, "%ld", &child) == 1)
        list[(*count)++] = (pid_t)child;
    fclose(file);
}

/* The process and all below it. */
static size_t family_list(pid_t root, pid_t family[FAMILY_MAX])
{
    size_t count = 0;

    family[count++] = root;
    for (size_t at = 0; at < count; at++)
        children_add(family[at], family, &count);
    return count;
}

/* utime and stime, the 14th and 15th fields; the second is in brackets and may hold anything. */
static double process_cpu_s(pid_t pid)
{
    char path[64];
    char line[1024] = "";
    unsigned long user = 0;
    unsigned long system = 0;

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    const char *rest = fgets(line, sizeof line, file) == NULL ? NULL : strrchr(line, ')');
    fclose(file);
    if (rest == NULL || sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                               &user, &system) != 2)
        return 0;
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

int64_t family_memory_size(pid_t root)
{
    pid_t family[FAMILY_MAX];
    size_t count = family_list(root, family);
    int64_t total = 0;

    for (size_t i = 0; i < count; i++) {
        char path[64];
        long pages = 0;
        snprintf(path, sizeof path, "/proc/%ld/statm", (long)family[i]);
        FILE *file = fopen(path, "r");
        if (file != NULL && fscanf(file, "%*d %ld", &pages) == 1)
            total += (int64_t)pages * sysconf(_SC_PAGESIZE);
        if (file != NULL)
            fclose(file);
    }
    return total;
}

struct memory_kb {
    long resident;
    long own; /* private pages */
};

static void memory_read(pid_t pid, struct memory_kb *out)
{
    char path[64];
    char line[256];
    long kb = 0;

    *out = (struct memory_kb){0, 0};
    snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", (long)pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "Rss: %ld kB", &kb) == 1)
            out->resident = kb;
        if (sscanf(line, "Private_Clean: %ld kB", &kb) == 1 ||
            sscanf(line, "Private_Dirty: %ld kB", &kb) == 1)
            out->own += kb;
    }
    if (file != NULL)
        fclose(file);
}

int64_t family_memory_once(pid_t root)
{
    pid_t family[FAMILY_MAX];
    size_t count = family_list(root, family);
    long own = 0;
    long shared = 0;

    for (size_t i = 0; i < count; i++) {
        struct memory_kb memory;
        memory_read(family[i], &memory);
        own += memory.own;
        if (memory.resident - memory.own > shared)
            shared = memory.resident - memory.own;
    }
    return (int64_t)(own + shared) * 1024;
}

double family_cpu_s(pid_t root, pid_t except)
{
    pid_t family[FAMILY_MAX];
    pid_t left_out[FAMILY_MAX];
    size_t count = family_list(root, family);
    size_t left_out_count = except > 0 ? family_list(except, left_out) : 0;
    double total = 0;

    for (size_t i = 0; i < count; i++)
        total += process_cpu_s(family[i]);
    for (size_t i = 0; i < left_out_count; i++)
        total -= process_cpu_s(left_out[i]);
    return total;
}

size_t node_kill(struct node_run *node)
{
    pid_t family[FAMILY_MAX];

    if (node->pid <= 0)
        return 0;
    size_t count = family_list(node->pid, family);
    for (size_t i = 0; i < count; i++) /* the supervisor first: it starts nothing again */
        kill(family[i], SIGKILL);
    waitpid(node->pid, NULL, 0);
    node->pid = 0;
    return count;
}

bool node_stop(struct node_run *node)
{
    int status = 0;

    if (node->pid <= 0)
        return true;
    kill(node->pid, SIGTERM);
    for (int waited = 0; waited < STOP_MS * 1000; waited += STEP_US) {
        if (waitpid(node->pid, &status, WNOHANG) == node->pid) {
            node->pid = 0;
            return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
                   say(node, "did not end with 0");
        }
        usleep(STEP_US);
    }
    node_kill(node);
    return say(node, "did not end in time");
}

/* --- asking --- */

bool node_ask(const struct node_run *node, const char *act, struct span arguments, struct span body,
              int fd, struct buffer *result, struct error *err)
{
    static _Thread_local struct problems problems;
    struct control_request request = {.act = span_text(act),
                                      .officer = span_text(node->officer),
                                      .reason = span_text("exercise with real records"),
                                      .case_number =
                                          span_text(strcmp(act, "case-put") == 0 ? "" : "c-1"),
                                      .arguments = arguments,
                                      .body = body};

    problems_clear(&problems);
    buffer_clear(result);
    error_clear(err);
    if (control_call(&node->home, &request, fd, NULL, NULL, result, &problems, err))
        return true;
    if (problems.count > 0)
        error_add(err, "%s: %s", problems.list[0].path, problems.list[0].text);
    return false;
}

/* --- books --- */

static bool view_logs(struct books_view *view, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u * 1024 * 1024);
    struct log_row logs[8];
    struct entry_row waiting[1];
    struct part_row wanted[64];
    struct receipt_row receipt;
    size_t count = 0;

    if (!log_list(view->db, &arena, logs, ARRAY_COUNT(logs), &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (logs[i].kind == LOG_OUTGOING) {
            view->out = logs[i].id;
            view->out_size = logs[i].size;
        } else if (logs[i].kind == LOG_MIRROR) {
            view->in = logs[i].id;
            view->in_size = logs[i].size;
            view->in_handled = logs[i].handled;
        }
    }
    if (receipt_newest(view->db, &arena, view->out, &receipt, err))
        view->receipted = receipt.size;
    else if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    return entry_list_waiting(view->db, &arena, view->out, waiting, 1, &view->waiting, err) &&
           part_list_wanted(view->db, &arena, view->in, wanted, ARRAY_COUNT(wanted), &view->wanted,
                            err);
}

bool view_open(const struct node_run *node, struct books_view *out, struct error *err)
{
    char place[HOME_PATH_SIZE];
    struct database_options options = {.place = place, .is_reader = true, .env = env_real()};

    *out = (struct books_view){.db = NULL};
    error_clear(err);
    if (home_path(&node->home, HOME_DATABASE, place, err) &&
        database_open(&options, &out->db, err) && view_logs(out, err))
        return true;
    view_close(out);
    return false;
}

void view_close(struct books_view *view)
{
    database_close(&view->db);
}

static bool receipts_equal(const struct receipt_row *a, const struct receipt_row *b)
{
    return a->size == b->size && a->time_s == b->time_s && span_equal(a->root, b->root) &&
           span_equal(a->signature, b->signature);
}

bool view_compare_receipts(struct books_view *writer, struct books_view *reader, size_t *count,
                           struct error *err)
{
    enum { PAGE = 64 };
    int64_t above = 0;

    for (;;) {
        struct arena arena CLEANUP(arena_free) = arena_make(4u * 1024 * 1024);
        struct receipt_row a[PAGE];
        struct receipt_row b[PAGE];
        size_t a_count = 0;
        size_t b_count = 0;
        if (!receipt_list(writer->db, &arena, writer->out, above, a, PAGE, &a_count, err) ||
            !receipt_list(reader->db, &arena, reader->in, above, b, PAGE, &b_count, err))
            return false;
        if (a_count != b_count)
            return error_set(err, ERROR_STORE, "%zu receipts here, %zu there", a_count, b_count);
        for (size_t i = 0; i < a_count; i++)
            if (!receipts_equal(&a[i], &b[i]))
                return error_set(err, ERROR_STORE, "receipt of size %" PRId64 " differs",
                                 a[i].size);
        *count += a_count;
        if (a_count == 0)
            return true;
        above = a[a_count - 1].size;
    }
}
