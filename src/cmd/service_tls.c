/* The running node's TLS key and certificate, and how they are renewed under its feet: see service.h. */
#include "cmd/service.h"

#include "base/attributes.h"
#include "crypto/secret.h"

#include <unistd.h>

#define PEM_READ_MAX (64u * 1024u)

static void pem_drop(struct buffer *pem)
{
    if (pem->data != NULL)
        secret_wipe(pem->data, pem->capacity);
    buffer_free(pem);
}

static bool pem_load(struct service *service, const char *name, struct buffer *out,
                     struct error *err)
{
    char path[HOME_PATH_SIZE];

    return home_path(&service->node->home, name, path, err) &&
           env_read_file(service->node->env, path, PEM_READ_MAX, out, err);
}

/* Under the mutex. libcurl reads the old bytes until the calls that were given them have their connection. */
static void identity_swap(struct service *service, struct buffer *key, struct buffer *certificate)
{
    service->retired_pem[service->retired_count++] = service->key_pem;
    service->retired_pem[service->retired_count++] = service->certificate_pem;
    service->key_pem = *key;
    service->certificate_pem = *certificate;
    *key = *certificate = buffer_make(1);
    for (size_t i = 0; i < service->partner_count; i++) {
        service->partners[i].target.key_pem = buffer_span(&service->key_pem);
        service->partners[i].target.certificate_pem = buffer_span(&service->certificate_pem);
    }
}

/* The desk's door shows the node's certificate only where it has none of its own. */
static bool desk_renew(struct service *service, struct span key, struct span certificate,
                       struct error *err)
{
    char path[HOME_PATH_SIZE];

    if (service->desk_server == NULL ||
        (home_path(&service->node->home, HOME_DESK_KEY, path, err) && access(path, F_OK) == 0))
        return true;
    return http_server_identity(service->desk_server, key, certificate, err);
}

bool service_tls_renew(struct service *service, struct error *err)
{
    struct buffer key CLEANUP(pem_drop) = buffer_make(PEM_READ_MAX);
    struct buffer certificate CLEANUP(buffer_free) = buffer_make(PEM_READ_MAX);

    if (!pem_load(service, HOME_TLS_KEY, &key, err) ||
        !pem_load(service, HOME_TLS_CERTIFICATE, &certificate, err) ||
        !http_server_identity(service->server, buffer_span(&key), buffer_span(&certificate), err) ||
        !desk_renew(service, buffer_span(&key), buffer_span(&certificate), err))
        return error_add(err, "renewing the TLS key");
    pthread_mutex_lock(&service->mutex);
    bool has_room = service->retired_count + 2 <= ARRAY_COUNT(service->retired_pem);
    if (has_room)
        identity_swap(service, &key, &certificate);
    pthread_mutex_unlock(&service->mutex);
    return has_room || error_set(err, ERROR_LIMIT,
                                 "the TLS key was renewed too often since the "
                                 "start: begin anew");
}

void service_tls_free(struct service *service)
{
    pem_drop(&service->key_pem);
    buffer_free(&service->certificate_pem);
    for (size_t i = 0; i < service->retired_count; i++)
        pem_drop(&service->retired_pem[i]);
    for (size_t i = 0; i < service->retired_trust_count; i++)
        buffer_free(&service->retired_trust[i]);
}
