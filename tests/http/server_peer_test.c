/* Peers: who shows what, and what becomes of a connection when the trust changes. */
#include "check.h"
#include "http/support/ground.h"

static struct site site;

static unsigned ask(const struct identity *identity, const char *path, bool is_get,
                    struct span body, struct buffer *response, struct error *err)
{
    struct http_target target = site.target;
    struct http_call call = {.target = &target,
                             .path = path,
                             .is_get = is_get,
                             .body = body,
                             .response_size_max = 64u << 20,
                             .deadline_ms = 20000};
    unsigned status = 0;
    target.key_pem = buffer_span(&identity->key_pem);
    target.certificate_pem = buffer_span(&identity->certificate_pem);
    buffer_clear(response);
    http_client_call_blocking(&call, &status, response, err);
    return status;
}

static struct buffer response;

static void raw(const struct identity *identity, const char *head, char *answer, size_t size)
{
    bare_ask(site.port, identity, span_text(head), answer, size, 1500);
}

CHECK_TEST(who_shows_no_certificate_reaches_no_handler)
{
    char answer[1024];
    unsigned before = site_handled(&site);
    struct http_server_counts counts = http_server_counts(site.server);
    raw(NULL, "GET /peer HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer);
    CHECK_SPAN(span_text(answer), "");
    CHECK_INT(site_handled(&site), before);
    CHECK_INT(http_server_counts(site.server).handshakes_accepted, counts.handshakes_accepted);
}

static void refused_identity(const struct identity *identity)
{
    char answer[1024];
    struct error err = {0};
    unsigned before = site_handled(&site);
    struct http_server_counts counts = http_server_counts(site.server);

    raw(identity, "GET /peer HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer);
    CHECK_SPAN(span_text(answer), "");
    CHECK_INT(ask(identity, "/peer", true, (struct span){0}, &response, &err), 0);
    CHECK_INT(err.kind, ERROR_LINK);
    CHECK(strstr(err.text, "does not accept our certificate") != NULL ||
          strstr(err.text, "closed the line without an answer") != NULL);
    CHECK_INT(site_handled(&site), before);
    CHECK_INT(http_server_counts(site.server).peers_refused - counts.peers_refused, 2);
}

CHECK_TEST(a_certificate_of_another_institution_reaches_no_handler)
{
    refused_identity(&ground_get()->foreign);
}

CHECK_TEST(an_expired_certificate_reaches_no_handler)
{
    refused_identity(&ground_get()->expired);
}

CHECK_TEST(a_certificate_that_is_not_yet_valid_reaches_no_handler)
{
    struct identity early;
    identity_make(&early, &ground_get()->al, "node.al.example", IDENTITY_NODE, 3600, 7200);
    refused_identity(&early);
    identity_free(&early);
}

CHECK_TEST(older_tls_is_refused)
{
    struct bare bare;
    unsigned before = site_handled(&site);
    bare_open(&bare, site.port, &ground_get()->client, BARE_TLS_1_2);
    CHECK(bare.handshake < 0);
    bare_close(&bare);
    bare_open(&bare, site.port, &ground_get()->client,
              "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0");
    CHECK(bare.handshake < 0);
    bare_close(&bare);
    CHECK_INT(site_handled(&site), before);
}

static const char kept_request[] = "GET /peer HTTP/1.1\r\nHost: x\r\n\r\n";

CHECK_TEST(a_change_of_trust_ends_an_existing_connection)
{
    struct ground *ground = ground_get();
    struct bare bare;
    struct buffer got = buffer_make(1 << 16);
    struct error err = {0};

    bare_open(&bare, site.port, &ground->client, BARE_TLS_1_3);
    CHECK(bare_send(&bare, span_text(kept_request)));
    bare_receive(&bare, &got, "node.al.example", 2000);
    CHECK(strstr((char *)got.data, "HTTP/1.1 200") != NULL);
    unsigned before = site_handled(&site);

    CHECK_OK(http_server_trust(site.server, buffer_span(&ground->stranger.pem), &err), err);
    buffer_clear(&got);
    CHECK(bare_send(&bare, span_text(kept_request)));
    bare_receive(&bare, &got, NULL, 2000);
    buffer_byte(&got, 0);
    CHECK(strncmp((char *)got.data, "HTTP/1.1 403", 12) == 0);
    CHECK(strstr((char *)got.data, "not issued by a trusted institution") != NULL);
    CHECK_INT(bare.last, 0); /* closed */
    CHECK_INT(site_handled(&site), before);
    bare_close(&bare);

    CHECK_INT(ask(&ground->foreign, "/peer", true, (struct span){0}, &response, &err), 200);
    CHECK_OK(http_server_trust(site.server, buffer_span(&ground->al.pem), &err), err);
    CHECK_INT(ask(&ground->client, "/peer", true, (struct span){0}, &response, &err), 200);
    buffer_free(&got);
}

CHECK_TEST(a_peer_that_stays_trusted_keeps_its_connection)
{
    struct ground *ground = ground_get();
    struct bare bare;
    struct buffer got = buffer_make(1 << 16);
    struct buffer both = buffer_make(1 << 16);
    struct error err = {0};

    bare_open(&bare, site.port, &ground->client, BARE_TLS_1_3);
    CHECK(bare_send(&bare, span_text(kept_request)));
    bare_receive(&bare, &got, "0 node.al.example", 2000);
    buffer_add(&both, buffer_span(&ground->stranger.pem));
    buffer_add(&both, buffer_span(&ground->al.pem));
    CHECK_OK(http_server_trust(site.server, buffer_span(&both), &err), err);
    CHECK(!http_server_trust(site.server, span_text("no certificate"), &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    buffer_clear(&got);
    CHECK(bare_send(&bare, span_text(kept_request)));
    bare_receive(&bare, &got, "1 node.al.example", 2000); /* its place in the list has changed */
    CHECK(got.size > 0 && memmem(got.data, got.size, "1 node.al.example", 17) != NULL);
    bare_close(&bare);
    CHECK_OK(http_server_trust(site.server, buffer_span(&ground->al.pem), &err), err);
    buffer_free(&got);
    buffer_free(&both);
}

/* A long poll that was begun in trust gets nothing after the trust has gone. */
CHECK_TEST(an_answer_is_withheld_from_a_peer_no_longer_trusted)
{
    struct ground *ground = ground_get();
    struct bare bare;
    struct buffer got = buffer_make(1 << 16);
    struct error err = {0};

    bare_open(&bare, site.port, &ground->client, BARE_TLS_1_3);
    CHECK(bare_send(&bare,
                    span_text("POST /never HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")));
    for (int i = 0; i < 200 && site_kept(&site) == 0; i++)
        wait_ms(1);
    CHECK_INT(site_kept(&site), 1);
    CHECK_OK(http_server_trust(site.server, (struct span){0}, &err), err);
    site_release(&site);
    bare_receive(&bare, &got, NULL, 2000);
    buffer_byte(&got, 0);
    CHECK(strncmp((char *)got.data, "HTTP/1.1 403", 12) == 0);
    CHECK(strstr((char *)got.data, "at last") == NULL);
    bare_close(&bare);
    CHECK_OK(http_server_trust(site.server, buffer_span(&ground->al.pem), &err), err);
    buffer_free(&got);
}

/* A thief in the middle of his request when his certificate is revoked: nothing of it is handled. */
static void body_ends_with_the_trust(const char *head, size_t size, bool is_whole)
{
    struct ground *ground = ground_get();
    static char half[2000];
    struct bare bare;
    struct buffer got = buffer_make(1 << 16);
    struct error err = {0};
    unsigned before = site_handled(&site);
    unsigned finished = transfer_state(&site).finished;
    unsigned begun = transfer_state(&site).begun;
    bool is_up = strncmp(head, "PUT", 3) == 0;

    memset(half, 'x', sizeof half);
    bare_open(&bare, site.port, &ground->client, BARE_TLS_1_3);
    CHECK(bare_send(&bare, span_text(head)));
    CHECK(bare_send(&bare, span_make(half, size / 2)));
    for (int i = 0; is_up && i < 200 && transfer_state(&site).begun == begun; i++)
        wait_ms(10);
    wait_ms(100); /* that half is taken */
    CHECK_OK(http_server_trust(site.server, (struct span){0}, &err), err);
    if (is_whole)
        bare_send(&bare, span_make(half, size / 2));
    else
        bare_send(&bare, span_make(half, 1));
    bare_receive(&bare, &got, NULL, 2000);
    buffer_byte(&got, 0);
    CHECK(got.size > 1 && strncmp((char *)got.data, "HTTP/1.1 403", 12) == 0);
    CHECK(strstr((char *)got.data, "trusted institution") != NULL);
    CHECK_INT(site_handled(&site), before);
    CHECK_INT(transfer_state(&site).finished, finished);
    bare_close(&bare);
    CHECK_OK(http_server_trust(site.server, buffer_span(&ground->al.pem), &err), err);
    CHECK_INT(ask(&ground->client, "/peer", true, (struct span){0}, &response, &err), 200);
    buffer_free(&got);
}

CHECK_TEST(a_body_ends_where_the_trust_ends)
{
    static const char echo[] = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n";
    static const char up[] = "PUT /up HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n";

    body_ends_with_the_trust(echo, 4000, false);
    body_ends_with_the_trust(echo, 4000, true);
    unsigned aborted = transfer_state(&site).aborted;
    body_ends_with_the_trust(up, 4000, false);
    body_ends_with_the_trust(up, 4000, true);
    for (int i = 0; i < 200 && transfer_state(&site).aborted < aborted + 2; i++)
        wait_ms(10); /* another thread tells the taker */
    CHECK_INT(transfer_state(&site).aborted, aborted + 2);
}

CHECK_TEST(a_certificate_that_expires_on_an_open_connection_ends_it)
{
    struct bare bare;
    struct buffer got = buffer_make(1 << 16);

    bare_open(&bare, site.port, &ground_get()->client, BARE_TLS_1_3);
    CHECK(bare_send(&bare, span_text(kept_request)));
    bare_receive(&bare, &got, "node.al.example", 2000);
    pthread_mutex_lock(&site.lock);
    site.clock_shift_ms = INT64_C(2) * 24 * 60 * 60 * 1000;
    pthread_mutex_unlock(&site.lock);
    buffer_clear(&got);
    CHECK(bare_send(&bare, span_text(kept_request)));
    bare_receive(&bare, &got, NULL, 2000);
    buffer_byte(&got, 0);
    CHECK(strncmp((char *)got.data, "HTTP/1.1 403", 12) == 0);
    CHECK(strstr((char *)got.data, "expired") != NULL);
    pthread_mutex_lock(&site.lock);
    site.clock_shift_ms = 0;
    pthread_mutex_unlock(&site.lock);
    bare_close(&bare);
    buffer_free(&got);
}

static void fingerprint(gnutls_x509_crt_t certificate, uint8_t out[HTTP_FINGERPRINT_SIZE])
{
    size_t size = HTTP_FINGERPRINT_SIZE;
    CHECK_INT(gnutls_x509_crt_get_fingerprint(certificate, GNUTLS_DIG_SHA256, out, &size), 0);
}

static struct http_refused refusal_of(const struct authority *institution,
                                      const struct identity *identity)
{
    gnutls_datum_t der = identity_der(identity);
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

/* A thief's connection, made before the revocation; his long poll; and his next handshake. */
CHECK_TEST(a_revoked_certificate_ends_its_connections_and_opens_none)
{
    struct ground *ground = ground_get();
    struct http_refused refused = refusal_of(&ground->al, &ground->client);
    struct identity fresh;
    struct bare bare, polling;
    struct buffer got = buffer_make(1 << 16);
    struct error err = {0};

    identity_make(&fresh, &ground->al, "node.al.example", IDENTITY_NODE, -60, 3600);
    bare_open(&bare, site.port, &ground->client, BARE_TLS_1_3);
    CHECK(bare_send(&bare, span_text(kept_request)));
    bare_receive(&bare, &got, "node.al.example", 2000);
    size_t kept = site_kept(&site);
    bare_open(&polling, site.port, &ground->client, BARE_TLS_1_3);
    CHECK(bare_send(&polling,
                    span_text("POST /never HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")));
    for (int i = 0; i < 200 && site_kept(&site) == kept; i++)
        wait_ms(1);
    unsigned before = site_handled(&site);

    CHECK_OK(http_server_refuse(site.server, &refused, 1, &err), err);
    buffer_clear(&got);
    CHECK(bare_send(&bare, span_text(kept_request)));
    bare_receive(&bare, &got, NULL, 2000);
    buffer_byte(&got, 0);
    CHECK(strncmp((char *)got.data, "HTTP/1.1 403", 12) == 0);
    CHECK(strstr((char *)got.data, "revoked") != NULL);
    CHECK_INT(bare.last, 0);
    site_release(&site);
    buffer_clear(&got);
    bare_receive(&polling, &got, NULL, 2000);
    buffer_byte(&got, 0);
    CHECK(strncmp((char *)got.data, "HTTP/1.1 403", 12) == 0);
    refused_identity(&ground->client);
    CHECK_INT(site_handled(&site), before);

    /* The same node with its new certificate is heard. */
    CHECK_INT(ask(&fresh, "/peer", true, (struct span){0}, &response, &err), 200);
    CHECK_OK(http_server_refuse(site.server, NULL, 0, &err), err);
    bare_close(&bare);
    bare_close(&polling);
    identity_free(&fresh);
    buffer_free(&got);
}

CHECK_TEST(nobody_revokes_what_another_institution_issued)
{
    struct ground *ground = ground_get();
    struct http_refused refused = refusal_of(&ground->stranger, &ground->client);
    struct error err = {0};

    CHECK_OK(http_server_refuse(site.server, &refused, 1, &err), err);
    CHECK_INT(ask(&ground->client, "/peer", true, (struct span){0}, &response, &err), 200);
    CHECK(!http_server_refuse(site.server, &refused, HTTP_REFUSED_COUNT_MAX + 1, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
    CHECK_OK(http_server_refuse(site.server, NULL, 0, &err), err);
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    response = buffer_make(64u << 20);
    site_open(&site, (struct http_server_limits){0});
    CHECK_RUN(who_shows_no_certificate_reaches_no_handler);
    CHECK_RUN(a_certificate_of_another_institution_reaches_no_handler);
    CHECK_RUN(an_expired_certificate_reaches_no_handler);
    CHECK_RUN(a_certificate_that_is_not_yet_valid_reaches_no_handler);
    CHECK_RUN(older_tls_is_refused);
    CHECK_RUN(a_change_of_trust_ends_an_existing_connection);
    CHECK_RUN(a_peer_that_stays_trusted_keeps_its_connection);
    CHECK_RUN(an_answer_is_withheld_from_a_peer_no_longer_trusted);
    CHECK_RUN(a_body_ends_where_the_trust_ends);
    CHECK_RUN(a_certificate_that_expires_on_an_open_connection_ends_it);
    CHECK_RUN(a_revoked_certificate_ends_its_connections_and_opens_none);
    CHECK_RUN(nobody_revokes_what_another_institution_issued);
    site_close(&site);
    buffer_free(&response);
    ground_free();
    return check_end();
}
