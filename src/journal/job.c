/* Jobs: see job.h. */
#include "journal/job.h"

#include "base/limits.h"

#include <time.h>

void job_queue_start(struct job_queue *queue)
{
    pthread_condattr_t attributes;

    *queue = (struct job_queue){0};
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&queue->wake, &attributes);
    pthread_condattr_destroy(&attributes);
}

void job_queue_end(struct job_queue *queue)
{
    pthread_cond_destroy(&queue->wake);
    pthread_mutex_destroy(&queue->mutex);
}

bool job_queue_put(struct job_queue *queue, struct job *job, struct error *err)
{
    pthread_mutex_lock(&queue->mutex);
    bool is_refused = queue->is_closed || queue->count >= QUEUE_COUNT_MAX;
    if (!is_refused) {
        job->next = NULL;
        if (queue->last == NULL)
            queue->first = job;
        else
            queue->last->next = job;
        queue->last = job;
        queue->count++;
        pthread_cond_signal(&queue->wake);
    }
    pthread_mutex_unlock(&queue->mutex);
    return !is_refused ||
           error_set(err, ERROR_BUSY, "the node has too much to do; try again in a moment");
}

void job_queue_wake(struct job_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->is_woken = true;
    pthread_cond_signal(&queue->wake);
    pthread_mutex_unlock(&queue->mutex);
}

void job_queue_close(struct job_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->is_closed = true;
    pthread_cond_broadcast(&queue->wake);
    pthread_mutex_unlock(&queue->mutex);
}

struct job *job_queue_take(struct job_queue *queue)
{
    size_t size = 0;
    size_t count = 0;
    struct job *last = NULL;

    pthread_mutex_lock(&queue->mutex);
    struct job *first = queue->first;
    for (struct job *job = first; job != NULL && count < JOB_COUNT_MAX; job = job->next) {
        if (count > 0 && size + job->size > JOB_SIZE_MAX)
            break;
        size += job->size;
        count++;
        last = job;
    }
    if (last != NULL) {
        queue->first = last->next;
        if (queue->first == NULL)
            queue->last = NULL;
        last->next = NULL;
        queue->count -= count;
    }
    pthread_mutex_unlock(&queue->mutex);
    return first;
}

void job_queue_wait(struct job_queue *queue, int64_t timeout_ms)
{
    struct timespec until = {0};

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&queue->mutex);
    while (queue->first == NULL && !queue->is_woken && !queue->is_closed)
        if (pthread_cond_timedwait(&queue->wake, &queue->mutex, &until) != 0)
            break;
    queue->is_woken = false;
    pthread_mutex_unlock(&queue->mutex);
}
