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

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PARTNER_PEM_MAX (64u * 1024u)

/* --- institutions --- */

static bool certificate_take(struct span pem, struct partner *out, struct error *err)
{
    if (pem.size == 0)
        return true;
    if (!certificate_fingerprint(pem, out->fingerprints[out->fingerprint_count], err))
        return false;
    out->fingerprint_count++;
    return (buffer_add(&out->certificate_pem, pem) && buffer_byte(&out->certificate_pem, '\n')) ||
           error_set(err, ERROR_LIMIT, "out of memory");
}

bool partner_trust_read(const struct agreement_party *party, struct partner *out, struct error *err)
{
    out->fingerprint_count = 0;
    return certificate_take(party->certificate_pem, out, err) &&
           certificate_take(party->next_certificate_pem, out, err);
}

bool service_trust_write(struct service *service, struct buffer *out)
{
    for (size_t i = 0; i < service->partner_count; i++)
        buffer_add(out, buffer_span(&service->partners[i].certificate_pem));
    return !out->failed;
}

/* Calls under way may still read the old text. */
static bool trust_swap(struct service *service, struct partner *partner, struct partner *fresh,
                       struct error *err)
{
    pthread_mutex_lock(&service->mutex);
    bool has_room = service->retired_trust_count < ARRAY_COUNT(service->retired_trust);
    if (has_room) {
        service->retired_trust[service->retired_trust_count++] = partner->certificate_pem;
        partner->certificate_pem = fresh->certificate_pem;
        memcpy(partner->fingerprints, fresh->fingerprints, sizeof partner->fingerprints);
        partner->fingerprint_count = fresh->fingerprint_count;
        partner->target.institution_pem = buffer_span(&partner->certificate_pem);
        fresh->certificate_pem = buffer_make(1);
    }
    pthread_mutex_unlock(&service->mutex);
    return has_room || error_set(err, ERROR_LIMIT,
                                 "partners' certificates changed too often since the start: begin "
                                 "anew");
}

/* The next look at the keys goes by what is in force, not by the pairing of long ago. */
static bool trust_keep(struct service *service, const struct partner *partner, struct error *err)
{
    char name[sizeof HOME_PARTNERS + NAME_SIZE_MAX + 32];

    snprintf(name, sizeof name, HOME_PARTNERS "/%s" PARTNER_INSTITUTION, partner->party);
    return setup_write(&service->node->home, name, buffer_span(&partner->certificate_pem), err);
}

void service_trust_settle(struct service *service, const struct partner *partner)
{
    struct buffer kept CLEANUP(buffer_free) = buffer_make(PARTNER_PEM_MAX);
    struct report_about about = {.partner = partner->party, .entry = -1};
    char name[sizeof HOME_PARTNERS + NAME_SIZE_MAX + 32];
    struct error err = {0};

    snprintf(name, sizeof name, HOME_PARTNERS "/%s" PARTNER_INSTITUTION, partner->party);
    bool is_kept = setup_read(&service->node->home, name, PARTNER_PEM_MAX, &kept, &err) &&
                   span_equal(buffer_span(&kept), buffer_span(&partner->certificate_pem));
    if (!is_kept && !trust_keep(service, partner, &err))
        report(REPORT_NOTICE, &about, "the certificate of %s cannot be noted for `besa keys`: %s",
               partner->party, err.text);
}

/* What holds is in memory first: that it cannot be written down as well must not let anyone in. */
static bool line_trust(struct service *service, size_t at, bool *is_changed, struct error *err)
{
    const struct journal_line *line = &service->node->journal.lines[at];
    struct partner *partner = &service->partners[at];
    struct partner *fresh = calloc(1, sizeof *fresh);

    *is_changed = false;
    if (fresh == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    fresh->certificate_pem = buffer_make(PARTNER_PEM_MAX);
    bool ok = partner_trust_read(&line->agreement.parties[line->partner_side], fresh, err);
    if (ok &&
        !span_equal(buffer_span(&fresh->certificate_pem), buffer_span(&partner->certificate_pem))) {
        ok = *is_changed = trust_swap(service, partner, fresh, err);
        if (ok)
            service_trust_settle(service, partner);
    }
    buffer_free(&fresh->certificate_pem);
    free(fresh);
    return ok;
}

/* A line that fails keeps no other from what changed on it. */
static bool institutions_take(struct service *service, struct error *err)
{
    struct buffer trusted CLEANUP(buffer_free) = buffer_make(PARTNER_COUNT_MAX * PARTNER_PEM_MAX);
    bool is_changed = false;
    bool ok = true;

    for (size_t i = 0; i < service->partner_count; i++) {
        struct error failure = {0};
        bool is_other = false;
        if (!line_trust(service, i, &is_other, &failure) && ok) {
            *err = failure;
            ok = false;
        }
        is_changed = is_changed || is_other;
    }
    if (!is_changed)
        return ok;
    return (service_trust_write(service, &trusted) ||
            error_set(err, ERROR_LIMIT, "out of memory")) &&
           http_server_trust(service->server, buffer_span(&trusted), err) && ok;
}

/* --- revocations --- */

/* A party speaks for the certificates of its own institution alone, whichever of its two issued them. */
static bool line_collect(struct service *service, size_t at, struct http_refused *out,
                         size_t *count, struct error *err)
{
    const struct partner *partner = &service->partners[at];
    struct revoked_key keys[REVOKED_COUNT_MAX];
    size_t found = 0;

    if (!journal_revoked(&service->node->journal, &service->node->journal.lines[at], keys, &found,
                         err))
        return false;
    for (size_t i = 0; i < found; i++)
        for (size_t k = 0; !keys[i].is_own && k < partner->fingerprint_count; k++) {
            struct http_refused *refused = &out[(*count)++];
            memcpy(refused->institution, partner->fingerprints[k], sizeof refused->institution);
            memcpy(refused->certificate, keys[i].certificate, sizeof refused->certificate);
        }
    return true;
}

bool service_refuse(struct service *service, struct error *err)
{
    struct http_refused *refused =
        calloc((size_t)2 * PARTNER_COUNT_MAX * REVOKED_COUNT_MAX, sizeof *refused);
    size_t count = 0;
    bool ok = refused != NULL || error_set(err, ERROR_LIMIT, "out of memory");

    for (size_t i = 0; ok && i < service->partner_count; i++)
        ok = line_collect(service, i, refused, &count, err);
    ok = ok && http_server_refuse(service->server, refused, count, err) &&
         http_client_refuse(service->client, refused, count, err);
    free(refused);
    return ok || error_add(err, "revoked certificates");
}

/* In the writer, after the commit. The client ends its calls either way: none goes on under what was believed before. */
void service_trust_changed(struct service *service, size_t line)
{
    const char *partner =
        line < service->node->journal.line_count ? service->node->journal.lines[line].partner : "?";
    struct report_about about = {.partner = partner, .entry = -1};
    struct error err = {0};

    if (service->server == NULL || service->client == NULL)
        return;
    bool is_taken = institutions_take(service, &err);
    bool is_refused = service_refuse(service, &err); /* also when the other failed */
    if (!is_taken || !is_refused)
        report(REPORT_ALARM, &about, "a change of trust on the line to %s does not hold yet: %s",
               partner, err.text);
    else
        report(REPORT_NOTICE, &about, "whom the line to %s believes: read anew from the books",
               partner);
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

/* --- the next certificate of our own institution --- */

static bool names(struct span pem, const uint8_t wanted[DIGEST_SIZE])
{
    uint8_t found[DIGEST_SIZE];
    struct error ignored = {0};

    return pem.size > 0 && certificate_fingerprint(pem, found, &ignored) &&
           digest_is_equal(found, wanted);
}

bool keys_institution_install(struct node *node, struct span pem, struct error *err)
{
    uint8_t wanted[DIGEST_SIZE];

    if (!certificate_fingerprint(pem, wanted, err))
        return false;
    for (size_t i = 0; i < node->journal.line_count; i++) {
        const struct journal_line *line = &node->journal.lines[i];
        const struct agreement_party *own = &line->agreement.parties[line->own_side];
        if (!names(own->certificate_pem, wanted) && !names(own->next_certificate_pem, wanted))
            return error_set(err, ERROR_RULE,
                             "agreement %s/%" PRId64 " does not name this certificate: the partner "
                             "would believe nothing that it issues; amend it first (docs/keys.md)",
                             line->agreement_id, line->agreement.version);
    }
    return setup_write(&node->home, HOME_INSTITUTION, pem, err);
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
