/*
 * An institution's key in a PKCS#11 token (SoftHSM here): what it signs holds here and for the `openssl` command; a wrong
 * PIN, a token that is gone, a name that two keys bear, and a token that signs wrongly are refused and named.
 */
#include "crypto/token.h"

#include "check.h"
#include "crypto/cms.h"
#include "crypto/secret.h"
#include "crypto/support/command.h"
#include "crypto/support/institutions.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#define MODULE   "/usr/lib/softhsm/libsofthsm2.so"
#define PIN      "2468"
#define URI(key) "pkcs11:token=besa;" key "?module-path=" MODULE

static struct institution al;
static bool has_token;

static bool shell(const char *format, ...) PRINTF_LIKE(1, 2);
static bool shell(const char *format, ...)
{
    char arguments[1024];
    char line[2048];
    va_list list;

    va_start(list, format);
    vsnprintf(arguments, sizeof arguments, format, list);
    va_end(list);
    snprintf(line, sizeof line, "cd '%s' && %s >said.txt 2>&1 </dev/null", command_directory(),
             arguments);
    return system(line) == 0;
}

static bool tool(const char *words)
{
    return shell("pkcs11-tool --module " MODULE " --token-label besa --login --pin " PIN " %s",
                 words);
}

/* A token of its own for this program, with a key `office` and two keys that are both called `twin`. */
static bool token_make(void)
{
    char conf[512];

    snprintf(conf, sizeof conf, "directories.tokendir = %s\n", command_directory());
    if (access(MODULE, R_OK) != 0 || !command_write("softhsm.conf", span_text(conf)))
        return false;
    snprintf(conf, sizeof conf, "%s/softhsm.conf", command_directory());
    setenv("SOFTHSM2_CONF", conf, 1);
    return shell("softhsm2-util --init-token --free --label besa --so-pin 1357 --pin " PIN) &&
           tool("--keypairgen --key-type EC:prime256v1 --label office --id 01") &&
           tool("--keypairgen --key-type EC:prime256v1 --label twin --id 02") &&
           tool("--keypairgen --key-type EC:prime256v1 --label twin --id 03");
}

static struct buffer certificate_of(const char *uri)
{
    struct buffer out = buffer_make(16384);
    struct error err = {0};

    if (!institution_certify("Office of Besa", "Romania", INSTITUTIONS_NOW_MS, 3650, span_text(uri),
                             span_text(PIN), &out, &err)) {
        printf("%s\n", err.text);
        exit(1);
    }
    return out;
}

static bool sign(const char *uri, const char *pin, struct span certificate, struct buffer *out,
                 struct error *err)
{
    error_clear(err);
    buffer_clear(out);
    return cms_sign(span_text("{\"agreement\":\"ro-al\"}"), span_text(uri), span_text(pin),
                    certificate, out, err);
}

CHECK_TEST(a_document_signed_by_token_and_file_holds_here_and_for_openssl)
{
    struct buffer once = buffer_make(65536), both = buffer_make(65536), seen = buffer_make(65536);
    struct error err = {0};

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    struct buffer certificate = certificate_of(URI("object=office"));
    CHECK_OK(sign(URI("object=office"), PIN, buffer_span(&certificate), &once, &err), err);
    CHECK_OK(cms_add_signer(buffer_span(&once), buffer_span(&al.key), al.passphrase,
                            buffer_span(&al.certificate), &both, &err),
             err);
    struct span list[] = {buffer_span(&certificate), buffer_span(&al.certificate)};
    CHECK_OK(cms_verify(buffer_span(&both), list, 2, &seen, &err), err);
    CHECK(span_is(buffer_span(&seen), "{\"agreement\":\"ro-al\"}"));

    CHECK_OR_RETURN(command_write("both.der", buffer_span(&both)) &&
                    command_write("ro.pem", buffer_span(&certificate)) &&
                    command_write("al.pem", buffer_span(&al.certificate)));
    CHECK(shell("{ cat ro.pem al.pem > all.pem; }"));
    CHECK(command_openssl("cms -verify -inform DER -in both.der -CAfile all.pem -purpose any"
                          " -binary -out seen.txt"));
    CHECK(!command_openssl("cms -verify -inform DER -in both.der -CAfile al.pem -purpose any"));

    /* The other way round: the file first, the token joins. */
    buffer_clear(&once);
    buffer_clear(&both);
    CHECK_OK(cms_sign(span_text("{}"), buffer_span(&al.key), al.passphrase,
                      buffer_span(&al.certificate), &once, &err),
             err);
    CHECK_OK(cms_add_signer(buffer_span(&once), span_text(URI("id=%01")), span_text(PIN),
                            buffer_span(&certificate), &both, &err),
             err);
    buffer_clear(&seen);
    CHECK_OK(cms_verify(buffer_span(&both), list, 2, &seen, &err), err);
    buffer_free(&once);
    buffer_free(&both);
    buffer_free(&seen);
    buffer_free(&certificate);
}

CHECK_TEST(a_token_issues_the_certificate_of_a_nodes_request)
{
    struct buffer key = buffer_make(16384), request = buffer_make(16384);
    struct buffer certificate = buffer_make(16384);
    struct error err = {0};

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    struct buffer own = certificate_of(URI("object=office"));
    CHECK_OK(tls_request_make("ro.besa.invalid", &key, &request, &err), err);
    CHECK_OK(institution_issue_request(span_text(URI("object=office")), span_text(PIN),
                                       buffer_span(&own), buffer_span(&request), "ro.besa.invalid",
                                       INSTITUTIONS_NOW_MS, 30, &certificate, &err),
             err);
    CHECK_OK(tls_pair_check(buffer_span(&key), buffer_span(&certificate), buffer_span(&own),
                            "ro.besa.invalid", &err),
             err);
    CHECK(!tls_pair_check(buffer_span(&key), buffer_span(&certificate), buffer_span(&own),
                          "al.besa.invalid", &err));
    CHECK(!tls_pair_check(buffer_span(&key), buffer_span(&certificate),
                          buffer_span(&al.certificate), "ro.besa.invalid", &err));
    CHECK(!institution_issue_request(span_text(URI("object=office")), span_text(PIN),
                                     buffer_span(&own), buffer_span(&request), "al.besa.invalid",
                                     INSTITUTIONS_NOW_MS, 30, &certificate, &err));
    CHECK(strstr(err.text, "another node's") != NULL);
    buffer_free(&key);
    buffer_free(&request);
    buffer_free(&certificate);
    buffer_free(&own);
}

CHECK_TEST(what_a_token_refuses_is_named)
{
    static const struct {
        const char *uri;
        const char *pin;
        const char *says;
    } cases[] = {
        {URI("object=office"), "9999", "refuses the PIN"},
        {URI("object=office"), "", "PIN has 1 to"},
        {URI("object=twin"), PIN, "several keys"},
        {URI("object=nobody"), PIN, "no private key"},
        {"pkcs11:token=gone;object=office?module-path=" MODULE, PIN, "is not there"},
        {"pkcs11:token=besa;object=office?module-path=/nowhere.so", PIN, "cannot be loaded"},
        {"pkcs11:token=besa;object=office", PIN, "module-path"},
        {"pkcs11:token=besa?module-path=" MODULE, PIN, "must name the key"},
        {URI("object=office") "&pin-value=" PIN, PIN, "must not carry its PIN"},
        {URI("object=office") "&pin-source=file:/pin", PIN, "must not carry its PIN"},
        {"pkcs11:token=be%zz", PIN, "malformed"},
    };
    struct buffer out = buffer_make(65536);
    struct error err = {0};

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    struct buffer certificate = certificate_of(URI("object=office"));
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CHECK(!sign(cases[i].uri, cases[i].pin, buffer_span(&certificate), &out, &err));
        CHECK(strstr(err.text, cases[i].says) != NULL);
        CHECK(strstr(err.text, PIN) == NULL);
        CHECK(out.size == 0);
    }
    /* Named by its id, a twin is one key. */
    struct buffer twin = certificate_of(URI("object=twin;id=%02"));
    CHECK_OK(sign(URI("object=twin;id=%02"), PIN, buffer_span(&twin), &out, &err), err);
    CHECK(!sign(URI("object=twin;id=%03"), PIN, buffer_span(&twin), &out, &err));
    CHECK(strstr(err.text, "does not belong") != NULL);
    buffer_free(&twin);
    buffer_free(&certificate);
    buffer_free(&out);
}

CHECK_TEST(a_token_that_signs_wrongly_is_noticed)
{
    struct buffer out = buffer_make(65536);
    struct error err = {0};

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    /* A public key that is not the private key's, under the same id: the token then signs with the one what its
     * certificate says of the other. */
    CHECK_OR_RETURN(tool("--keypairgen --key-type EC:prime256v1 --label odd --id 04") &&
                    tool("--delete-object --type pubkey --id 04") &&
                    tool("--read-object --type pubkey --id 01 -o other.der") &&
                    tool("--write-object other.der --type pubkey --id 04 --label odd"));
    struct buffer certificate = certificate_of(URI("object=office"));
    CHECK(!sign(URI("object=odd"), PIN, buffer_span(&certificate), &out, &err));
    CHECK(strstr(err.text, "does not hold") != NULL);
    CHECK(out.size == 0);
    CHECK(!institution_certify("Odd", "Romania", INSTITUTIONS_NOW_MS, 365,
                               span_text(URI("object=odd")), span_text(PIN), &out, &err));
    CHECK(strstr(err.text, "does not hold") != NULL);
    buffer_free(&certificate);
    buffer_free(&out);
}

int main(void)
{
    crypto_start();
    al = institution_start("Office of Albania", "");
    has_token = token_make();
    CHECK_RUN(a_document_signed_by_token_and_file_holds_here_and_for_openssl);
    CHECK_RUN(a_token_issues_the_certificate_of_a_nodes_request);
    CHECK_RUN(what_a_token_refuses_is_named);
    CHECK_RUN(a_token_that_signs_wrongly_is_noticed);
    institution_end(&al);
    return check_end();
}
