/*
 * Certificates that are believed no more, as a client sees them: a partner's node that shows one is never asked anything,
 * neither on a new connection nor on one that was kept, and calls under way end.
 */
#include "check.h"
#include "http/support/ground.h"

static struct site site;

struct outcome {
    unsigned count;
    unsigned status;
    struct error err;
};

static void outcome_take(void *context, unsigned status, struct span response,
                         const struct error *error)
{
    struct outcome *outcome = context;
    (void)response;
    outcome->count++;
    outcome->status = status;
    outcome->err = error == NULL ? (struct error){0} : *error;
}

static void run_until(struct http_client *client, const struct outcome *outcome)
{
    struct error err = {0};
    int64_t begun_ms = now_monotonic_ms();
    while (outcome->count == 0 && now_monotonic_ms() - begun_ms < 10000)
        CHECK_OK(http_client_run(client, 100, &err), err);
}

static struct http_call call_of(const char *path, struct outcome *outcome)
{
    return (struct http_call){.target = &site.target,
                              .path = path,
                              .is_get = strcmp(path, "/peer") == 0,
                              .response_size_max = 4096,
                              .deadline_ms = 8000,
                              .done = outcome_take,
                              .context = outcome};
}

static struct outcome ask(struct http_client *client)
{
    struct outcome outcome = {0};
    struct http_call call = call_of("/peer", &outcome);
    struct error err = {0};

    if (!http_client_call(client, &call, &err))
        outcome.err = err;
    else
        run_until(client, &outcome);
    return outcome;
}

static void fingerprint(gnutls_x509_crt_t certificate, uint8_t out[HTTP_FINGERPRINT_SIZE])
{
    size_t size = HTTP_FINGERPRINT_SIZE;
    CHECK_INT(gnutls_x509_crt_get_fingerprint(certificate, GNUTLS_DIG_SHA256, out, &size), 0);
}

static struct http_refused refusal_of(const struct authority *institution)
{
    gnutls_datum_t der = identity_der(&ground_get()->server);
    struct http_refused refused;
    gnutls_x509_crt_t certificate;

    gnutls_x509_crt_init(&certificate);
    gnutls_x509_crt_import(certificate, &der, GNUTLS_X509_FMT_DER);
    fingerprint(certificate, refused.certificate);
    fingerprint(institution->certificate, refused.institution);
    gnutls_x509_crt_deinit(certificate);
    gnutls_free(der.data);
    return refused;
}

CHECK_TEST(a_node_that_shows_a_revoked_certificate_is_asked_nothing)
{
    struct http_refused refused = refusal_of(&ground_get()->ro);
    struct http_client *client = NULL;
    struct error err = {0};

    CHECK_OK(http_client_make(4, &client, &err), err);
    CHECK_INT(ask(client).status, 200); /* its connection is kept */
    CHECK_INT(ask(client).status, 200);
    CHECK_INT(http_client_connect_count(client), 1);
    unsigned before = site_handled(&site);

    CHECK_OK(http_client_refuse(client, &refused, 1, &err), err);
    for (int i = 0; i < 3; i++) {
        struct outcome outcome = ask(client);
        CHECK_INT(outcome.status, 0);
        CHECK_ERROR(outcome.err, ERROR_LINK, "showed a certificate that was revoked");
    }
    CHECK_INT(site_handled(&site), before);
    CHECK_OK(http_client_refuse(client, NULL, 0, &err), err);
    CHECK_INT(ask(client).status, 200);
    http_client_free(&client);
}

/* libcurl counts the age of a connection in whole seconds: also later, none from before is used, and none that was refused. */
CHECK_TEST(no_connection_from_before_is_used_later)
{
    struct http_refused other = refusal_of(&ground_get()->al);
    struct http_refused refused = refusal_of(&ground_get()->ro);
    struct http_client *client = NULL;
    struct error err = {0};

    CHECK_OK(http_client_make(4, &client, &err), err);
    CHECK_INT(ask(client).status, 200);
    CHECK_OK(http_client_refuse(client, &other, 1, &err), err);
    CHECK_OK(http_client_run(client, 0, &err), err); /* it holds from here */
    wait_ms(3200);
    uint64_t connects = http_client_connect_count(client);
    CHECK_INT(ask(client).status, 200); /* another institution's refusal counts for nothing */
    CHECK_INT(http_client_connect_count(client), connects + 1);
    CHECK_INT(ask(client).status, 200);
    CHECK_INT(http_client_connect_count(client),
              connects + 1); /* a connection made since is kept */

    unsigned before = site_handled(&site);
    CHECK_OK(http_client_refuse(client, &refused, 1, &err), err);
    CHECK_OK(http_client_run(client, 0, &err), err);
    wait_ms(3200);
    for (int i = 0; i < 3; i++)
        CHECK_INT(ask(client).status, 0);
    CHECK_INT(site_handled(&site), before);
    http_client_free(&client);
}

CHECK_TEST(a_call_under_way_ends)
{
    struct http_refused refused = refusal_of(&ground_get()->ro);
    struct http_client *client = NULL;
    struct outcome outcome = {0};
    struct http_call call = call_of("/never", &outcome);
    struct error err = {0};
    size_t kept = site_kept(&site);

    CHECK_OK(http_client_make(4, &client, &err), err);
    CHECK_OK(http_client_call(client, &call, &err), err);
    for (int i = 0; i < 200 && site_kept(&site) == kept; i++)
        CHECK_OK(http_client_run(client, 5, &err), err);
    CHECK_INT(outcome.count, 0);
    CHECK_OK(http_client_refuse(client, &refused, 1, &err), err);
    CHECK_OK(http_client_run(client, 0, &err), err);
    CHECK_INT(outcome.count, 1);
    CHECK_ERROR(outcome.err, ERROR_LINK, "a certificate was revoked");
    CHECK(!http_client_refuse(client, &refused, HTTP_REFUSED_COUNT_MAX + 1, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
    http_client_free(&client);
    site_release(&site);
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    site_open(&site, (struct http_server_limits){0});
    CHECK_RUN(a_node_that_shows_a_revoked_certificate_is_asked_nothing);
    CHECK_RUN(no_connection_from_before_is_used_later);
    CHECK_RUN(a_call_under_way_ends);
    site_close(&site);
    ground_free();
    return check_end();
}
