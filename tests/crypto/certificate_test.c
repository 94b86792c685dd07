/* Looking into certificates: fingerprint and validity of what may come from anywhere. */
#include "crypto/cms.h"

#include "check.h"
#include "crypto/digest.h"
#include "crypto/secret.h"
#include "crypto/support/command.h"
#include "crypto/support/institutions.h"

#define DAY_MS INT64_C(86400000)

static struct institution ro;

CHECK_TEST(the_fingerprint_is_the_digest_of_the_der)
{
    uint8_t der[4096];
    uint8_t wanted[32];
    uint8_t found[32];
    struct error err = {0};

    if (!command_has_openssl())
        CHECK_NOT_RUN("no openssl command");
    CHECK_OR_RETURN(command_write("ro.pem", buffer_span(&ro.certificate)) &&
                    command_openssl("x509 -in ro.pem -outform DER -out ro.der"));
    digest_sha256(command_read("ro.der", der, sizeof der), wanted);
    CHECK_OK(certificate_fingerprint(buffer_span(&ro.certificate), found, &err), err);
    CHECK(memcmp(found, wanted, sizeof found) == 0);
}

CHECK_TEST(validity_is_what_was_asked_for_before_and_after_2050)
{
    static const int days[] = {1, 365, 8765, 9132, 36500};
    int64_t from_ms, to_ms;
    struct error err = {0};

    for (size_t i = 0; i < ARRAY_COUNT(days); i++) {
        struct buffer key = buffer_make(16384);
        struct buffer certificate = buffer_make(16384);
        CHECK_OK(institution_make("Institution", "Fictional police", INSTITUTIONS_NOW_MS, days[i],
                                  span_text(""), &key, &certificate, &err),
                 err);
        CHECK_OK(certificate_validity(buffer_span(&certificate), &from_ms, &to_ms, &err), err);
        CHECK_INT(from_ms, INSTITUTIONS_NOW_MS);
        CHECK_INT(to_ms, INSTITUTIONS_NOW_MS + days[i] * DAY_MS);
        buffer_free(&key);
        buffer_free(&certificate);
    }
}

static bool reads(struct span pem, struct error *err)
{
    uint8_t fingerprint[32];
    int64_t from_ms, to_ms;

    error_clear(err);
    bool has_fingerprint = certificate_fingerprint(pem, fingerprint, err);
    bool has_validity = certificate_validity(pem, &from_ms, &to_ms, err);
    CHECK(has_fingerprint == has_validity);
    CHECK(has_fingerprint || err->kind == ERROR_INPUT);
    return has_fingerprint;
}

CHECK_TEST(cut_certificates_are_refused)
{
    struct span whole = buffer_span(&ro.certificate);
    struct error err = {0};

    /* The last line feed is not missed. */
    for (size_t size = 0; size + 1 < whole.size; size++)
        CHECK(!reads(span_part(whole, 0, size), &err));
    CHECK(reads(whole, &err));
}

/* PEM takes some changes for white space; a change of the certificate shows in the fingerprint. */
CHECK_TEST(changed_certificates_are_refused_or_have_another_fingerprint)
{
    uint8_t kept[32];
    uint8_t found[32];
    struct error err = {0};
    size_t same = 0;

    CHECK_OK(certificate_fingerprint(buffer_span(&ro.certificate), kept, &err), err);
    for (size_t i = 0; i < ro.certificate.size; i++) {
        ro.certificate.data[i] ^= 1;
        if (certificate_fingerprint(buffer_span(&ro.certificate), found, &err))
            same += memcmp(found, kept, sizeof found) == 0;
        ro.certificate.data[i] ^= 1;
    }
    CHECK(same < 40);
}

CHECK_TEST(a_preface_is_passed_over_and_a_second_certificate_is_not)
{
    struct buffer text = buffer_make(65536);
    struct error err = {0};

    buffer_text(&text, "Certificate of a fictional institution\n");
    buffer_add(&text, buffer_span(&ro.certificate));
    CHECK(reads(buffer_span(&text), &err));
    buffer_add(&text, buffer_span(&ro.certificate));
    CHECK(!reads(buffer_span(&text), &err));
    CHECK_ERROR(err, ERROR_INPUT, "more than one certificate");
    buffer_free(&text);
}

CHECK_TEST(what_is_no_certificate_is_refused)
{
    static char large[70000];
    struct error err = {0};

    CHECK(!reads(buffer_span(&ro.key), &err));
    CHECK_ERROR(err, ERROR_INPUT, "cannot be read");
    CHECK(!reads(span_text(""), &err));
    CHECK(
        !reads(span_text("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"), &err));
    memset(large, '\n', sizeof large);
    CHECK(!reads(span_make(large, sizeof large), &err));
    CHECK_ERROR(err, ERROR_INPUT, "a PEM text has 1 to");
}

CHECK_TEST(certificates_of_other_keys_are_refused)
{
    static const char *const others[] = {"rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-384",
                                         "ed25519"};
    uint8_t pem[8192];
    struct error err = {0};

    if (!command_has_openssl())
        CHECK_NOT_RUN("no openssl command");
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        CHECK_OR_RETURN(command_openssl("req -x509 -nodes -subj /CN=other -keyout other.key"
                                        " -out other.pem -newkey %s",
                                        others[i]));
        CHECK(!reads(command_read("other.pem", pem, sizeof pem), &err));
        CHECK_ERROR(err, ERROR_INPUT, "does not hold a P-256 key");
    }
}

int main(void)
{
    crypto_start();
    ro = institution_start("Institution of ro", "");
    CHECK_RUN(the_fingerprint_is_the_digest_of_the_der);
    CHECK_RUN(validity_is_what_was_asked_for_before_and_after_2050);
    CHECK_RUN(cut_certificates_are_refused);
    CHECK_RUN(changed_certificates_are_refused_or_have_another_fingerprint);
    CHECK_RUN(a_preface_is_passed_over_and_a_second_certificate_is_not);
    CHECK_RUN(what_is_no_certificate_is_refused);
    CHECK_RUN(certificates_of_other_keys_are_refused);
    institution_end(&ro);
    return check_end();
}
