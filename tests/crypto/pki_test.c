/* Reading keys and names at OpenSSL's door: only P-256, no terminal, nothing left in OpenSSL's error queue. */
#include "crypto/pki.h"

#include "check.h"
#include "crypto/secret.h"
#include "crypto/support/command.h"
#include "crypto/support/institutions.h"

#include <openssl/err.h>

static bool reads(struct span pem, const char *passphrase, struct error *err)
{
    EVP_PKEY *key CLEANUP(pki_free_key) = pki_read_key(pem, span_text(passphrase), err);

    CHECK(ERR_peek_error() == 0);
    return key != NULL;
}

CHECK_TEST(keys_of_other_kinds_are_refused)
{
    static const char *const others[] = {"-algorithm rsa -pkeyopt rsa_keygen_bits:2048",
                                         "-algorithm ec -pkeyopt ec_paramgen_curve:P-384",
                                         "-algorithm ed25519"};
    uint8_t pem[8192];
    struct error err = {0};

    if (!command_has_openssl())
        CHECK_NOT_RUN("no openssl command");
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        CHECK_OR_RETURN(command_openssl("genpkey -out other.key %s", others[i]));
        CHECK(!reads(command_read("other.key", pem, sizeof pem), "", &err));
        CHECK_ERROR(err, ERROR_INPUT, "not a P-256 key");
    }
    CHECK_OR_RETURN(command_openssl("ecparam -name prime256v1 -genkey -noout -out plain.key"));
    CHECK(reads(command_read("plain.key", pem, sizeof pem), "", &err));
    CHECK_OR_RETURN(command_openssl("pkcs8 -topk8 -in plain.key -passout pass:p -out locked.key"));
    CHECK(reads(command_read("locked.key", pem, sizeof pem), "p", &err));
    CHECK(!reads(command_read("locked.key", pem, sizeof pem), "q", &err));
    CHECK(!reads(command_read("locked.key", pem, sizeof pem), "", &err));
}

CHECK_TEST(cut_keys_are_refused)
{
    struct institution one = institution_start("Institution", "");
    struct error err = {0};

    for (size_t size = 0; size + 1 < one.key.size; size++)
        CHECK(!reads(span_make(one.key.data, size), "", &err) && err.kind == ERROR_INPUT);
    CHECK(reads(buffer_span(&one.key), "", &err));
    institution_end(&one);
}

CHECK_TEST(a_too_long_passphrase_is_refused)
{
    EVP_PKEY *key CLEANUP(pki_free_key) = EVP_EC_gen("P-256");
    struct buffer pem = buffer_make(4096);
    char passphrase[1026];
    struct error err = {0};

    memset(passphrase, 'p', sizeof passphrase);
    passphrase[1025] = '\0';
    CHECK(!pki_write_key(key, span_text(passphrase), &pem, &err));
    CHECK_ERROR(err, ERROR_INPUT, "longer than 1024");
    passphrase[1024] = '\0';
    CHECK_OK(pki_write_key(key, span_text(passphrase), &pem, &err), err);
    CHECK(reads(buffer_span(&pem), passphrase, &err));
    buffer_free(&pem);
}

CHECK_TEST(names_that_may_not_be_shown_are_unnamed)
{
    X509 *certificate CLEANUP(pki_free_certificate) = X509_new();
    X509_NAME *subject = X509_get_subject_name(certificate);
    char name[PKI_NAME_SIZE];

    pki_name(certificate, name);
    CHECK(strcmp(name, "unnamed") == 0);
    CHECK(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC,
                                     span_text("a\x1b[31m").data, -1, -1, 0) == 1);
    pki_name(certificate, name);
    CHECK(strcmp(name, "unnamed") == 0);
    CHECK(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                     span_text("Institution").data, -1, 0, 0) == 1);
    pki_name(certificate, name);
    CHECK(strcmp(name, "Institution") == 0);
    CHECK(ERR_peek_error() == 0);
}

CHECK_TEST(times_are_read_to_the_second)
{
    static const int64_t seconds[] = {0, -1, 1767225600, 2524607999, 2524608000, 4102444800};
    int64_t found_ms;

    for (size_t i = 0; i < ARRAY_COUNT(seconds); i++) {
        ASN1_TIME *when = ASN1_TIME_set(NULL, (time_t)seconds[i]);
        CHECK(pki_time_ms(when, &found_ms));
        CHECK_INT(found_ms, seconds[i] * 1000);
        ASN1_TIME_free(when);
    }
    ASN1_TIME *broken = ASN1_TIME_new();
    CHECK(ASN1_STRING_set(broken, "not a time", -1) == 1);
    CHECK(!pki_time_ms(broken, &found_ms));
    ASN1_TIME_free(broken);
}

CHECK_TEST(a_failure_carries_a_short_reason_and_empties_the_queue)
{
    struct error err = {0};

    ERR_raise(ERR_LIB_X509, ERR_R_MALLOC_FAILURE);
    CHECK(!pki_failed(&err, ERROR_LIMIT, "cannot"));
    CHECK_ERROR(err, ERROR_LIMIT, "cannot (malloc failure)");
    CHECK(ERR_peek_error() == 0);
    CHECK(!pki_failed(&err, ERROR_INPUT, "cannot"));
    CHECK(strcmp(err.text, "cannot") == 0);
}

int main(void)
{
    crypto_start();
    CHECK_RUN(keys_of_other_kinds_are_refused);
    CHECK_RUN(cut_keys_are_refused);
    CHECK_RUN(a_too_long_passphrase_is_refused);
    CHECK_RUN(names_that_may_not_be_shown_are_unnamed);
    CHECK_RUN(times_are_read_to_the_second);
    CHECK_RUN(a_failure_carries_a_short_reason_and_empties_the_queue);
    return check_end();
}
