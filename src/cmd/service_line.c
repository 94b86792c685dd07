/* The line out: how the courier's calls reach a partner, over the client and under the configuration's ways. */
#include "cmd/service.h"

#include <string.h>

size_t service_partner_count(struct service *service)
{
    pthread_mutex_lock(&service->mutex);
    size_t count = service->partner_count;
    pthread_mutex_unlock(&service->mutex);
    return count;
}

static bool line_call(void *context, const char *partner, const char *path, struct span body,
                      size_t response_size_max, int64_t deadline_ms,
                      void (*done)(void *done_context, unsigned status, struct span response,
                                   const struct error *error),
                      void *done_context, struct error *err)
{
    struct service *service = context;
    size_t count = service_partner_count(service);

    for (size_t i = 0; i < count; i++) {
        struct partner *found = &service->partners[i];
        if (strcmp(found->party, partner) != 0)
            continue;
        if (found->address[0] == '\0')
            return error_set(err, ERROR_LINK, "no address of %s is known here", partner);
        struct http_call call = {.target = &found->target,
                                 .path = path,
                                 .body = body,
                                 .response_size_max = response_size_max,
                                 .deadline_ms = deadline_ms,
                                 .done = done,
                                 .context = done_context};
        pthread_mutex_lock(&service->mutex); /* the target's key may be renewed now */
        bool ok = http_client_call(service->client, &call, err);
        pthread_mutex_unlock(&service->mutex);
        return ok;
    }
    return error_set(err, ERROR_MISSING, "no partner %s", partner);
}

static struct exchange_way line_way(void *context, const char *partner)
{
    struct service *service = context;
    struct exchange_way way = {.may_call = false};
    size_t count = service_partner_count(service);

    for (size_t i = 0; i < count; i++) {
        const struct partner *found = &service->partners[i];
        if (strcmp(found->party, partner) != 0)
            continue;
        way.may_call = found->address[0] != '\0' && found->connect != CONNECT_PULL;
        way.may_wait = found->connect != CONNECT_CALL;
        way.must_pull = service->node->config.is_unreachable;
    }
    return way;
}

static int64_t line_retry_ms(void *context)
{
    const struct service *service = context;

    return http_client_retry_ms(service->client);
}

void service_line_wake(void *context)
{
    struct service *service = context;

    pthread_mutex_lock(&service->line_mutex);
    if (service->client != NULL)
        http_client_wake(service->client);
    pthread_mutex_unlock(&service->line_mutex);
}

struct exchange_line service_line(struct service *service)
{
    return (struct exchange_line){.context = service,
                                  .call = line_call,
                                  .wake = service_line_wake,
                                  .retry_ms = line_retry_ms,
                                  .way = line_way};
}
