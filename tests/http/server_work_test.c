/* The queue behind the files: in order, each at most once at a time, and all is run before the end. */
#include "check.h"
#include "http/server_parts.h"
#include "http/support/ground.h"

#include <stdatomic.h>

struct job {
    struct work work;
    struct http_server *server;
    atomic_uint runs;
    atomic_uint running;
    atomic_bool overlapped;
    unsigned more; /* under the lock: how often it comes again */
};

static void job_run(struct work *work)
{
    struct job *job = (struct job *)work;
    if (atomic_fetch_add(&job->running, 1) > 0)
        atomic_store(&job->overlapped, true);
    wait_ms(1);
    atomic_fetch_add(&job->runs, 1);
    atomic_fetch_sub(&job->running, 1);
    pthread_mutex_lock(&job->server->lock);
    work->is_queued = false;
    if (job->more > 0) {
        job->more--;
        work_add(job->server, work);
    }
    pthread_mutex_unlock(&job->server->lock);
}

CHECK_TEST(each_work_is_run_and_never_twice_at_once)
{
    struct http_server server = {0};
    struct job jobs[20] = {0};
    pthread_mutex_init(&server.lock, NULL);
    pthread_cond_init(&server.work_wake, NULL);
    CHECK(work_start(&server));
    CHECK_INT(server.worker_count, WORKER_COUNT);
    pthread_mutex_lock(&server.lock);
    for (size_t i = 0; i < 20; i++) {
        jobs[i].work.run = job_run;
        jobs[i].server = &server;
        jobs[i].more = 3;
        work_add(&server, &jobs[i].work);
        work_add(&server, &jobs[i].work); /* stands there already */
    }
    pthread_mutex_unlock(&server.lock);
    work_stop(&server); /* runs what is queued, and what that queues */
    for (size_t i = 0; i < 20; i++) {
        CHECK_INT(atomic_load(&jobs[i].runs), 4);
        CHECK(!atomic_load(&jobs[i].overlapped));
    }
    CHECK(server.work_first == NULL);
    pthread_cond_destroy(&server.work_wake);
    pthread_mutex_destroy(&server.lock);
}

int main(void)
{
    CHECK_RUN(each_work_is_run_and_never_twice_at_once);
    return check_end();
}
