/* Children of the supervisor: see child.h. */
#include "cmd/child.h"

#include "base/env.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#define STOP_WAIT_MS 30000 /* a writer commits what it has; longer than its largest group takes */
#define STOP_STEP_MS 20

static int exit_code_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE;
}

int child_reap(struct child *child)
{
    if (child->pid <= 0)
        return exit_code_of(child->status);
    if (waitpid(child->pid, &child->status, WNOHANG) != child->pid)
        return CHILD_RUNNING;
    child->pid = 0;
    return exit_code_of(child->status);
}

int child_end(struct child *child, int how)
{
    const struct env *env = env_real();
    int exit_code = CHILD_RUNNING;

    if (child->pid <= 0)
        return exit_code_of(child->status);
    kill(child->pid, how);
    child->is_told = true;
    int64_t until_ms = env->monotonic_ms(env->context) + STOP_WAIT_MS;
    while ((exit_code = child_reap(child)) == CHILD_RUNNING &&
           env->monotonic_ms(env->context) < until_ms)
        poll(NULL, 0, STOP_STEP_MS);
    if (exit_code != CHILD_RUNNING)
        return exit_code;
    kill(child->pid, SIGKILL);
    waitpid(child->pid, &child->status, 0);
    child->pid = 0;
    return EX_SOFTWARE;
}

void child_end_write(const struct child *child, char out[CHILD_END_SIZE])
{
    if (WIFSIGNALED(child->status))
        snprintf(out, CHILD_END_SIZE, "by signal %d (%s)%s", WTERMSIG(child->status),
                 strsignal(WTERMSIG(child->status)),
                 WCOREDUMP(child->status) ? ", with a core" : "");
    else
        snprintf(out, CHILD_END_SIZE, "with exit code %d", exit_code_of(child->status));
}

void child_end_keep(const struct child *child, const char *name, int64_t now_ms,
                    struct node_ends *ends)
{
    char how[CHILD_END_SIZE];

    child_end_write(child, how);
    ends->count++;
    ends->last_ms = now_ms;
    snprintf(ends->last, sizeof ends->last, "the %s ended %.120s", name, how);
}
