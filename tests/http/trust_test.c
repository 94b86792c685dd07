/* Which certificate is believed, and on which institution it stands. */
#include "http/trust.h"

#include "check.h"
#include "http/support/ground.h"

static int64_t now_ms(void)
{
    return env_real()->now_ms(env_real()->context);
}

static bool judge(struct span trusted, const struct identity *identity, int64_t at_ms,
                  struct http_peer *peer, int64_t *until_ms, struct error *err)
{
    struct trust *trust;
    if (!trust_make(trusted, &trust, err))
        return false;
    gnutls_datum_t der = identity_der(identity);
    bool is_good = trust_check(trust, span_make(der.data, der.size), at_ms, peer, until_ms, err);
    gnutls_free(der.data);
    trust_drop(&trust);
    return is_good;
}

static struct buffer joined(const struct authority *a, const struct authority *b)
{
    struct buffer out = buffer_make(1 << 20);
    buffer_add(&out, buffer_span(&a->pem));
    buffer_add(&out, buffer_span(&b->pem));
    return out;
}

CHECK_TEST(the_issuing_institution_is_named_even_among_equal_names)
{
    struct ground *ground = ground_get();
    struct buffer both = joined(&ground->stranger, &ground->al);
    struct http_peer peer;
    struct http_peer other;
    int64_t until_ms;
    struct error err = {0};

    CHECK_OK(judge(buffer_span(&both), &ground->client, now_ms(), &peer, &until_ms, &err), err);
    CHECK_INT(peer.institution, 1);
    CHECK_SPAN(span_text(peer.name), "node.al.example");
    CHECK(until_ms > now_ms());
    CHECK_OK(judge(buffer_span(&both), &ground->foreign, now_ms(), &other, &until_ms, &err), err);
    CHECK_INT(other.institution, 0);
    CHECK(memcmp(peer.fingerprint, other.fingerprint, HTTP_FINGERPRINT_SIZE) != 0);
    CHECK(memcmp(peer.institution_fingerprint, other.institution_fingerprint,
                 HTTP_FINGERPRINT_SIZE) != 0);
    buffer_free(&both);
}

CHECK_TEST(a_certificate_of_no_trusted_institution_is_refused)
{
    struct ground *ground = ground_get();
    struct http_peer peer;
    int64_t until_ms;
    struct error err = {0};
    CHECK(!judge(buffer_span(&ground->al.pem), &ground->foreign, now_ms(), &peer, &until_ms, &err));
    CHECK_ERROR(err, ERROR_RULE, "not issued by a trusted institution");
    CHECK(!judge((struct span){0}, &ground->client, now_ms(), &peer, &until_ms, &err));
    CHECK_ERROR(err, ERROR_RULE, "not issued by a trusted institution");
}

CHECK_TEST(validity_follows_the_clock_given)
{
    struct ground *ground = ground_get();
    struct span trusted = buffer_span(&ground->al.pem);
    struct http_peer peer;
    int64_t until_ms;
    struct error err = {0};
    const int64_t day_ms = INT64_C(24) * 60 * 60 * 1000;

    CHECK(!judge(trusted, &ground->expired, now_ms(), &peer, &until_ms, &err));
    CHECK_ERROR(err, ERROR_RULE, "expired");
    CHECK_OK(judge(trusted, &ground->expired, now_ms() - 120000, &peer, &until_ms, &err), err);
    CHECK(!judge(trusted, &ground->client, now_ms() - 120000, &peer, &until_ms, &err));
    CHECK_ERROR(err, ERROR_RULE, "not yet valid");
    CHECK(!judge(trusted, &ground->client, now_ms() + 2 * day_ms, &peer, &until_ms, &err));
    CHECK_ERROR(err, ERROR_RULE, "expired");
}

CHECK_TEST(an_expired_institution_is_no_longer_believed)
{
    struct authority old;
    struct identity node;
    struct http_peer peer;
    int64_t until_ms;
    struct error err = {0};
    authority_make(&old, "Institution (fictitious)", -1000, -10);
    identity_make(&node, &old, "node.al.example", IDENTITY_NODE, -900, 9000);
    CHECK(!judge(buffer_span(&old.pem), &node, now_ms(), &peer, &until_ms, &err));
    CHECK_ERROR(err, ERROR_RULE, "expired");
    identity_free(&node);
    authority_free(&old);
}

CHECK_TEST(authorities_nameless_and_server_only_certificates_are_refused)
{
    struct ground *ground = ground_get();
    struct span trusted = buffer_span(&ground->al.pem);
    struct {
        enum identity_kind kind;
        const char *name;
        const char *text;
    } cases[] = {
        {IDENTITY_AUTHORITY, "node.al.example", "an authority's"},
        {IDENTITY_NAMELESS, "", "no DNS name"},
        {IDENTITY_SERVER, "node.al.example", "not issued by a trusted"},
        {IDENTITY_NODE, "node al", "no DNS name"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct identity node;
        struct http_peer peer;
        int64_t until_ms;
        struct error err = {0};
        identity_make(&node, &ground->al, cases[i].name, cases[i].kind, -60, 900);
        CHECK(!judge(trusted, &node, now_ms(), &peer, &until_ms, &err));
        CHECK_ERROR(err, ERROR_RULE, cases[i].text);
        identity_free(&node);
    }
    /* The institution's own certificate is not a node's. */
    struct identity self = {.certificate_pem = ground->al.pem};
    struct http_peer peer;
    int64_t until_ms;
    struct error err = {0};
    CHECK(!judge(trusted, &self, now_ms(), &peer, &until_ms, &err));
}

CHECK_TEST(trusted_certificates_are_read_strictly)
{
    struct ground *ground = ground_get();
    struct trust *trust = NULL;
    struct error err = {0};

    CHECK(!trust_make(span_text("no certificate"), &trust, &err));
    CHECK_ERROR(err, ERROR_INPUT, "trusted certificates");
    CHECK(trust == NULL);
    CHECK(!trust_make(buffer_span(&ground->client.certificate_pem), &trust, &err));
    CHECK_ERROR(err, ERROR_INPUT, "not an authority's");

    struct buffer many = buffer_make(1 << 20);
    for (unsigned i = 0; i < HTTP_INSTITUTION_COUNT_MAX; i++)
        buffer_add(&many, buffer_span(&ground->al.pem));
    CHECK_OK(trust_make(buffer_span(&many), &trust, &err), err);
    trust_drop(&trust);
    buffer_add(&many, buffer_span(&ground->al.pem));
    CHECK(!trust_make(buffer_span(&many), &trust, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "at most 32");
    buffer_free(&many);
}

CHECK_TEST(a_certificate_cut_or_changed_anywhere_is_refused)
{
    struct ground *ground = ground_get();
    struct trust *trust;
    struct http_peer peer;
    int64_t until_ms;
    struct error err = {0};
    unsigned believed = 0;

    CHECK_OK(trust_make(buffer_span(&ground->al.pem), &trust, &err), err);
    gnutls_datum_t der = identity_der(&ground->client);
    for (unsigned size = 0; size < der.size; size++)
        believed += trust_check(trust, span_make(der.data, size), now_ms(), &peer, &until_ms, &err);
    CHECK_INT(believed, 0);
    for (unsigned at = 0; at < der.size; at++) {
        der.data[at] ^= 0x20;
        believed +=
            trust_check(trust, span_make(der.data, der.size), now_ms(), &peer, &until_ms, &err);
        der.data[at] ^= 0x20;
    }
    CHECK_INT(believed, 0);
    CHECK(trust_check(trust, span_make(der.data, der.size), now_ms(), &peer, &until_ms, &err));
    gnutls_free(der.data);
    trust_drop(&trust);
}

int main(void)
{
    struct error err;
    if (!http_init(&err))
        return 1;
    CHECK_RUN(the_issuing_institution_is_named_even_among_equal_names);
    CHECK_RUN(a_certificate_of_no_trusted_institution_is_refused);
    CHECK_RUN(validity_follows_the_clock_given);
    CHECK_RUN(an_expired_institution_is_no_longer_believed);
    CHECK_RUN(authorities_nameless_and_server_only_certificates_are_refused);
    CHECK_RUN(trusted_certificates_are_read_strictly);
    CHECK_RUN(a_certificate_cut_or_changed_anywhere_is_refused);
    ground_free();
    return check_end();
}
