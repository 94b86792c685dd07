/*
 * Revoked certificates reach the line: what partners revoked in the books is told to the server and to the client, which
 * let nobody through who shows it, on running connections either; and our own, that this node may say so. See service.h.
 */
#include "cmd/service.h"

#include "base/attributes.h"
#include "cmd/keys.h"
#include "cmd/report.h"
#include "cmd/setup.h"
#include "crypto/cms.h"
#include "journal/revocation.h"

#include <stdlib.h>
#include <unistd.h>

/* A party speaks for the certificates of its own institution alone. */
static bool line_collect(struct journal *journal, const struct journal_line *line,
                         struct http_refused *out, size_t *count, struct error *err)
{
    struct revoked_key keys[REVOKED_COUNT_MAX];
    uint8_t institution[HTTP_FINGERPRINT_SIZE];
    size_t found = 0;

    if (!journal_revoked(journal, line, keys, &found, err) ||
        !certificate_fingerprint(line->agreement.parties[line->partner_side].certificate_pem,
                                 institution, err))
        return false;
    for (size_t i = 0; i < found; i++) {
        if (keys[i].is_own)
            continue;
        struct http_refused *refused = &out[(*count)++];
        memcpy(refused->institution, institution, sizeof institution);
        memcpy(refused->certificate, keys[i].certificate, sizeof refused->certificate);
    }
    return true;
}

bool service_refuse(struct service *service, struct error *err)
{
    struct journal *journal = &service->node->journal;
    struct http_refused *refused =
        calloc((size_t)PARTNER_COUNT_MAX * REVOKED_COUNT_MAX, sizeof *refused);
    size_t count = 0;
    bool ok = refused != NULL || error_set(err, ERROR_LIMIT, "out of memory");

    for (size_t i = 0; ok && i < journal->line_count; i++)
        ok = line_collect(journal, &journal->lines[i], refused, &count, err);
    ok = ok && http_server_refuse(service->server, refused, count, err) &&
         http_client_refuse(service->client, refused, count, err);
    free(refused);
    return ok || error_add(err, "revoked certificates");
}

/* In the writer, after the commit: from here on the certificate opens nothing. */
void service_revoked(struct service *service, size_t line)
{
    const char *partner =
        line < service->node->journal.line_count ? service->node->journal.lines[line].partner : "?";
    struct report_about about = {.partner = partner, .entry = -1};
    struct error err = {0};

    if (service->server == NULL || service->client == NULL)
        return;
    if (service_refuse(service, &err))
        report(REPORT_NOTICE, &about, "a TLS certificate on the line to %s is revoked", partner);
    else
        report(REPORT_ALARM, &about, "a revocation on the line to %s does not hold yet: %s",
               partner, err.text);
}

bool node_own_is_revoked(struct node *node, bool *is_revoked, struct error *err)
{
    struct buffer pem CLEANUP(buffer_free) = buffer_make(PEM_SIZE_MAX);
    struct revoked_key keys[REVOKED_COUNT_MAX];
    uint8_t own[DIGEST_SIZE];

    *is_revoked = false;
    if (!setup_read(&node->home, HOME_TLS_CERTIFICATE, PEM_SIZE_MAX, &pem, err) ||
        !certificate_fingerprint(buffer_span(&pem), own, err))
        return false;
    for (size_t i = 0; i < node->journal.line_count; i++) {
        size_t count = 0;
        if (!journal_revoked(&node->journal, &node->journal.lines[i], keys, &count, err))
            return false;
        for (size_t k = 0; k < count; k++)
            if (keys[k].is_own && digest_is_equal(keys[k].certificate, own))
                *is_revoked = true;
    }
    return true;
}

/* --- the key of the API --- */

bool service_desk_key_drop(struct node *node, struct error *err)
{
    char key[HOME_PATH_SIZE], certificate[HOME_PATH_SIZE], kept[HOME_PATH_SIZE];
    const struct env *env = node->env;
    struct service *service = node->service;

    if (!home_path(&node->home, HOME_DESK_KEY, key, err) ||
        !home_path(&node->home, HOME_DESK_CERTIFICATE, certificate, err) ||
        !home_path(&node->home, HOME_DESK_REVOKED, kept, err))
        return false;
    if (access(key, F_OK) != 0)
        return error_set(err, ERROR_MISSING,
                         "the API has no key of its own: it shows the node's, which `besa keys "
                         "revoke tls` revokes");
    /* The key first: a crash after it leaves a node that shows its other certificate. */
    if (!env->unlink(env->context, key, err) || !env->rename(env->context, certificate, kept, err))
        return false;
    if (service == NULL || service->desk_server == NULL)
        return true;
    pthread_mutex_lock(&service->mutex);
    bool ok = http_server_identity(service->desk_server, buffer_span(&service->key_pem),
                                   buffer_span(&service->certificate_pem), err);
    pthread_mutex_unlock(&service->mutex);
    return ok;
}
