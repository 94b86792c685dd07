/*
 * The search files in the running node: a thread of its own takes in what changed in the books, and takes the names of those
 * who are gone out of the files, since merging the files of ten million people takes a minute and nobody waits for it.
 */
#include "cmd/service.h"

#include "cmd/report.h"
#include "desk/own_index.h"

#include <string.h>
#include <time.h>

#define FOLLOW_WAIT_MS 200  /* an addition is searchable within a second */
#define FAILED_WAIT_MS 5000 /* a full disk is no faster for being asked again */

bool service_index_make(struct service *service, struct error *err)
{
    struct service_index *index = &service->index;
    struct database_options options = {.place = service->node->place, .env = service->node->env};
    char path[HOME_PATH_SIZE];
    bool was_reset = false;

    if (!database_open(&options, &index->db, err) ||
        !home_path(&service->node->home, HOME_INDEX, path, err) ||
        !own_index_open(service->node->env, path, index->db, &index->index, &was_reset, err))
        return false;
    if (was_reset)
        report(REPORT_NOTICE, NULL,
               "the search files were broken or newer than the books; they are made again");
    service->node->journal.own_index = index->index;
    return true;
}

static bool is_stopping(struct service *service)
{
    return __atomic_load_n(&service->stop, __ATOMIC_ACQUIRE) != 0;
}

static void wait_ms(struct service *service, int64_t ms)
{
    struct timespec pause = {.tv_nsec = FOLLOW_WAIT_MS * 1000000};

    for (int64_t waited = 0; waited < ms && !is_stopping(service); waited += FOLLOW_WAIT_MS)
        nanosleep(&pause, NULL);
}

static void *index_run(void *context)
{
    struct service *service = context;
    struct service_index *index = &service->index;

    while (!is_stopping(service)) {
        const struct env *env = service->node->env;
        struct error err = {0};
        size_t taken = 0;
        bool was_due = false;
        bool ok = own_index_follow(index->index, index->db, &taken, &err) &&
                  (taken > 0 ||
                   own_index_settle_due(index->index, env->now_ms(env->context), &was_due, &err));
        if (!ok && !index->is_failing)
            report(REPORT_ALARM, NULL, "the search files do not follow the books: %s", err.text);
        index->is_failing = !ok;
        if (!ok)
            wait_ms(service, FAILED_WAIT_MS);
        else if (taken == 0)
            wait_ms(service, FOLLOW_WAIT_MS);
    }
    return NULL;
}

bool service_index_start(struct service *service, struct error *err)
{
    int failure = pthread_create(&service->index.thread, NULL, index_run, service);

    service->index.has_thread = failure == 0;
    return failure == 0 ||
           error_set(err, ERROR_LIMIT, "a thread cannot be started: %s", strerror(failure));
}

void service_index_end(struct service *service)
{
    struct service_index *index = &service->index;

    if (index->has_thread)
        pthread_join(index->thread, NULL);
    index->has_thread = false;
    service->node->journal.own_index = NULL;
    own_index_close(&index->index);
    database_close(&index->db);
}
