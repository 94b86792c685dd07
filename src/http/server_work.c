/*
 * Work: a queue and a few threads for what may wait for a disk, so that the server's own thread never does. A transfer
 * stands in the queue once and does one piece at a turn: many large files share the threads piece by piece.
 */
#include "http/server_parts.h"

static void *work_run(void *context)
{
    struct http_server *server = context;

    pthread_mutex_lock(&server->lock);
    for (;;) {
        struct work *work = server->work_first;
        if (work == NULL && server->is_work_ending)
            break;
        if (work == NULL) {
            pthread_cond_wait(&server->work_wake, &server->lock);
            continue;
        }
        server->work_first = work->next;
        if (server->work_first == NULL)
            server->work_last = NULL;
        pthread_mutex_unlock(&server->lock);
        work->run(work);
        pthread_mutex_lock(&server->lock);
    }
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

bool work_start(struct http_server *server)
{
    while (server->worker_count < WORKER_COUNT) {
        if (pthread_create(&server->workers[server->worker_count], NULL, work_run, server) != 0)
            return false;
        server->worker_count++;
    }
    return true;
}

void work_stop(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    server->is_work_ending = true;
    pthread_cond_broadcast(&server->work_wake);
    pthread_mutex_unlock(&server->lock);
    while (server->worker_count > 0)
        pthread_join(server->workers[--server->worker_count], NULL);
}

void work_add(struct http_server *server, struct work *work)
{
    if (work->is_queued)
        return;
    work->is_queued = true;
    work->next = NULL;
    if (server->work_last != NULL)
        server->work_last->next = work;
    else
        server->work_first = work;
    server->work_last = work;
    pthread_cond_signal(&server->work_wake);
}

/* One address may have a quarter of the places, so that a few slow clients leave room for the others. */
static size_t transfers_of(const struct http_server *server, const struct client *client)
{
    size_t count = 0;
    for (const struct connection *at = server->connections; at != NULL; at = at->next) {
        const struct exchange *exchange = at->exchange;
        if (exchange != NULL && (exchange->upload != NULL || exchange->tail.download != NULL) &&
            client_is_same(&at->client, client))
            count++;
    }
    return count;
}

bool transfer_admit(struct exchange *exchange)
{
    struct http_server *server = exchange->server;
    unsigned most = server->limits.transfer_count;

    pthread_mutex_lock(&server->lock);
    bool has_room = !server->is_stopping && server->counts.transfers < most &&
                    exchange->connection != NULL && /* NULL: the client has gone */
                    transfers_of(server, &exchange->connection->client) < (most + 3) / 4;
    if (has_room)
        server->counts.transfers++;
    pthread_mutex_unlock(&server->lock);
    return has_room;
}

void transfer_leave(struct http_server *server)
{
    server->counts.transfers--;
}
