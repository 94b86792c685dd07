/* Institutions and their nodes' TLS certificates, as this code and the `openssl` command see them. */
#include "crypto/cms.h"

#include "check.h"
#include "crypto/secret.h"
#include "crypto/support/command.h"
#include "crypto/support/institutions.h"

#define DAY_MS INT64_C(86400000)
#define NODE   "node.police.example"
/* Ten days after everything was made: the command's clock. */
#define AT "-attime 1768089600"

static struct institution ro;

static bool issue(const struct institution *by, const char *name, int64_t now_ms, int days,
                  struct institution *out, struct error *err)
{
    *out = (struct institution){.key = buffer_make(16384), .certificate = buffer_make(16384)};
    error_clear(err);
    return institution_issue_tls(buffer_span(&by->key), by->passphrase,
                                 buffer_span(&by->certificate), name, now_ms, days, &out->key,
                                 &out->certificate, err);
}

static bool write_files(const struct institution *node)
{
    return command_write("ro.pem", buffer_span(&ro.certificate)) &&
           command_write("ro.key", buffer_span(&ro.key)) &&
           command_write("node.pem", buffer_span(&node->certificate)) &&
           command_write("node.key", buffer_span(&node->key));
}

CHECK_TEST(the_openssl_command_accepts_a_node_as_client_and_server)
{
    struct institution node;
    struct error err = {0};

    if (!command_has_openssl())
        CHECK_NOT_RUN("no openssl command");
    CHECK_OK(issue(&ro, NODE, INSTITUTIONS_NOW_MS, 90, &node, &err), err);
    CHECK_OR_RETURN(write_files(&node));
    CHECK(command_openssl("verify " AT " -x509_strict -CAfile ro.pem ro.pem"));
    CHECK(command_openssl("verify " AT " -x509_strict -CAfile ro.pem -purpose sslserver"
                          " -verify_hostname " NODE " node.pem"));
    CHECK(command_openssl("verify " AT " -x509_strict -CAfile ro.pem -purpose sslclient node.pem"));
    CHECK(!command_openssl("verify " AT " -CAfile ro.pem -verify_hostname other.example node.pem"));
    CHECK(!command_openssl("verify -attime 1775174400 -CAfile ro.pem node.pem")); /* day 92 */
    CHECK(command_openssl("pkey -in node.key -check -noout"));
    institution_end(&node);
}

CHECK_TEST(an_address_is_a_name_too)
{
    static const char *const addresses[] = {"127.0.0.1", "2001:db8::5"};
    struct institution node;
    struct error err = {0};

    if (!command_has_openssl())
        CHECK_NOT_RUN("no openssl command");
    for (size_t i = 0; i < ARRAY_COUNT(addresses); i++) {
        CHECK_OK(issue(&ro, addresses[i], INSTITUTIONS_NOW_MS, 90, &node, &err), err);
        CHECK_OR_RETURN(write_files(&node));
        CHECK(command_openssl("verify " AT " -CAfile ro.pem -verify_ip %s node.pem", addresses[i]));
        CHECK(!command_openssl("verify " AT " -CAfile ro.pem -verify_ip 192.0.2.1 node.pem"));
        institution_end(&node);
    }
}

CHECK_TEST(a_node_issues_nothing)
{
    struct institution node, below;
    struct error err = {0};

    CHECK_OK(issue(&ro, NODE, INSTITUTIONS_NOW_MS, 90, &node, &err), err);
    CHECK(!issue(&node, NODE, INSTITUTIONS_NOW_MS, 1, &below, &err));
    CHECK_ERROR(err, ERROR_INPUT, "not an institution's");
    institution_end(&node);
}

CHECK_TEST(a_node_does_not_outlive_its_institution)
{
    struct institution node;
    struct error err = {0};
    int64_t from_ms, to_ms, end_ms = INSTITUTIONS_NOW_MS + 3650 * DAY_MS;

    CHECK_OK(issue(&ro, NODE, end_ms - 5 * DAY_MS, 90, &node, &err), err);
    CHECK_OK(certificate_validity(buffer_span(&node.certificate), &from_ms, &to_ms, &err), err);
    CHECK_INT(from_ms, end_ms - 5 * DAY_MS);
    CHECK_INT(to_ms, end_ms);
    institution_end(&node);
    CHECK(!issue(&ro, NODE, end_ms, 90, &node, &err));
    CHECK_ERROR(err, ERROR_INPUT, "not valid today");
    CHECK(!issue(&ro, NODE, INSTITUTIONS_NOW_MS - 1000, 90, &node, &err));
    CHECK_ERROR(err, ERROR_INPUT, "not valid today");
}

CHECK_TEST(names_with_a_second_meaning_are_refused)
{
    static const char *const bad[] = {
        "",          "a,DNS:b",
        "*.example", "Node.example",
        "a b",       "a\n",
        "e\xc3\xa9", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct institution node;
    struct error err = {0};

    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        CHECK(!issue(&ro, bad[i], INSTITUTIONS_NOW_MS, 90, &node, &err));
        CHECK_ERROR(err, ERROR_INPUT, "a node's name");
    }
}

static bool make(const char *name, const char *organisation, int days, struct error *err)
{
    struct buffer key = buffer_make(16384);
    struct buffer certificate = buffer_make(16384);

    error_clear(err);
    bool done = institution_make(name, organisation, INSTITUTIONS_NOW_MS, days, span_text(""), &key,
                                 &certificate, err);
    CHECK(done || (key.size == 0 && certificate.size == 0));
    buffer_free(&key);
    buffer_free(&certificate);
    return done;
}

CHECK_TEST(bounds_of_names_and_days_are_said)
{
    char name[66];
    struct error err = {0};

    memset(name, 'n', sizeof name);
    name[64] = '\0';
    CHECK(make(name, "Fictional police", 1, &err));
    name[64] = 'n';
    name[65] = '\0';
    CHECK(!make(name, "Fictional police", 1, &err));
    CHECK_ERROR(err, ERROR_INPUT, "name of a certificate");
    CHECK(!make("Institution", "", 1, &err));
    CHECK_ERROR(err, ERROR_INPUT, "organisation of a certificate");
    CHECK(!make("Insti\x01tution", "Fictional police", 1, &err));
    CHECK(make("Institu\xc8\x9b"
               "ia fictiv\xc4\x83",
               "Fictional police", 1, &err));
    CHECK(!make("Institution", "Fictional police", 0, &err));
    CHECK_ERROR(err, ERROR_INPUT, "1 to 36500 days");
    CHECK(!make("Institution", "Fictional police", 36501, &err));
    CHECK_ERROR(err, ERROR_INPUT, "1 to 36500 days");
}

CHECK_TEST(only_the_institution_s_own_key_issues)
{
    struct institution al = institution_start("Institution of al", "");
    struct institution mixed = {.key = al.key, .certificate = ro.certificate};
    struct institution node;
    struct error err = {0};

    CHECK(!issue(&mixed, NODE, INSTITUTIONS_NOW_MS, 90, &node, &err));
    CHECK_ERROR(err, ERROR_INPUT, "does not belong to the certificate");
    institution_end(&al);
}

CHECK_TEST(two_institutions_of_one_name_differ)
{
    struct institution again = institution_start("Institution of ro", "");
    uint8_t a[32];
    uint8_t b[32];
    struct error err = {0};

    CHECK_OK(certificate_fingerprint(buffer_span(&ro.certificate), a, &err), err);
    CHECK_OK(certificate_fingerprint(buffer_span(&again.certificate), b, &err), err);
    CHECK(memcmp(a, b, sizeof a) != 0);
    institution_end(&again);
}

CHECK_TEST(a_locked_key_opens_with_its_passphrase_alone)
{
    struct institution locked = institution_start("Institution of xx", "fictional passphrase");
    struct institution node;
    struct error err = {0};

    CHECK(memmem(locked.key.data, locked.key.size, "BEGIN ENCRYPTED PRIVATE KEY", 27) != NULL);
    CHECK_OK(issue(&locked, NODE, INSTITUTIONS_NOW_MS, 90, &node, &err), err);
    institution_end(&node);
    locked.passphrase = span_text("fictional passphrasf");
    CHECK(!issue(&locked, NODE, INSTITUTIONS_NOW_MS, 90, &node, &err));
    CHECK_ERROR(err, ERROR_INPUT, "wrong passphrase");
    if (!command_has_openssl())
        CHECK_NOT_RUN("no openssl command");
    CHECK_OR_RETURN(command_write("locked.key", buffer_span(&locked.key)));
    CHECK(command_openssl("pkey -in locked.key -passin 'pass:fictional passphrase' -noout"));
    CHECK(!command_openssl("pkey -in locked.key -passin 'pass:another' -noout"));
    institution_end(&locked);
}

int main(void)
{
    crypto_start();
    ro = institution_start("Institution of ro", "");
    CHECK_RUN(the_openssl_command_accepts_a_node_as_client_and_server);
    CHECK_RUN(an_address_is_a_name_too);
    CHECK_RUN(a_node_issues_nothing);
    CHECK_RUN(a_node_does_not_outlive_its_institution);
    CHECK_RUN(names_with_a_second_meaning_are_refused);
    CHECK_RUN(bounds_of_names_and_days_are_said);
    CHECK_RUN(only_the_institution_s_own_key_issues);
    CHECK_RUN(two_institutions_of_one_name_differ);
    CHECK_RUN(a_locked_key_opens_with_its_passphrase_alone);
    institution_end(&ro);
    return check_end();
}
