/*
 * Jobs: what waits for the writer, the one thread that owns the write connection. Threads meet only here. The queue is
 * bounded: when it is full the caller hears BUSY at once, so that nothing waits without an end.
 */
#ifndef BESA_JOURNAL_JOB_H
#define BESA_JOURNAL_JOB_H

#include <pthread.h>

#include "base/error.h"
#include "base/span.h"

struct journal;
struct job {
    /* Runs in the writer, inside a savepoint; false undoes it alone. */
    bool (*run)(struct journal *journal, struct job *job, struct error *err);
    /* Runs in the writer after commit and signature, or after failure (ok false, with the error). The job is its
     * owner's again: done usually frees it. Must not block. */
    void (*done)(struct journal *journal, struct job *job, bool ok, const struct error *err);
    size_t size;      /* bytes it brings, for the batch's limit */
    struct job *next; /* the queue's */
    bool has_failed;  /* the writer's */
    struct error error;
};

struct job_queue {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct job *first;
    struct job *last;
    size_t count;
    bool is_woken;  /* someone asked for a round without a job */
    bool is_closed; /* no further jobs: BUSY */
};

void job_queue_start(struct job_queue *queue);
void job_queue_end(struct job_queue *queue);
/* False with BUSY when the queue is full or closed; the job stays the caller's and `done` will not run. */
bool job_queue_put(struct job_queue *queue, struct job *job, struct error *err);
/* Wakes the writer without a job. */
void job_queue_wake(struct job_queue *queue);
void job_queue_close(struct job_queue *queue);
/* Takes at most JOB_COUNT_MAX jobs or JOB_SIZE_MAX bytes, as a list; NULL when there are none. */
struct job *job_queue_take(struct job_queue *queue);
/* Waits until there is a job, a wake or `timeout_ms` passed. */
void job_queue_wait(struct job_queue *queue, int64_t timeout_ms);

#endif
