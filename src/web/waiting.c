/*
 * Waiting: one session's share of the writer's queue. Every request waits there for its turn, and the turns are given in
 * order; so whoever sends without end would have all others wait behind it. A session has a few at once and hears at
 * once (429) when it wants more: the others wait behind those few.
 */
#include "web/private.h"

/* Under the lock. */
static size_t waiting_of(const struct web *web, struct span token)
{
    size_t count = 0;

    for (const struct web_job *job = web->acts; job != NULL; job = job->next_act)
        count += span_equal(job->token, token);
    return count;
}

bool waiting_add(struct web_job *job, struct error *err)
{
    struct web *web = job->web;

    pthread_mutex_lock(&web->act_mutex);
    bool has_room = waiting_of(web, job->token) < WEB_WAITING_MAX;
    if (has_room) {
        job->next_act = web->acts;
        web->acts = job;
        job->is_waiting = true;
    }
    pthread_mutex_unlock(&web->act_mutex);
    if (has_room)
        return true;
    job->status = 429;
    return error_set(err, ERROR_BUSY, "%u requests of this session wait already", WEB_WAITING_MAX);
}

void waiting_remove(struct web_job *job)
{
    struct web *web = job->web;

    if (!job->is_waiting)
        return;
    pthread_mutex_lock(&web->act_mutex);
    struct web_job **at = &web->acts;
    while (*at != job)
        at = &(*at)->next_act;
    *at = job->next_act;
    job->is_waiting = false;
    pthread_mutex_unlock(&web->act_mutex);
}
