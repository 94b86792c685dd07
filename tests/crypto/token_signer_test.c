/*
 * Ed25519 keys in a PKCS#11 token (SoftHSM here): made inside, they sign what libsodium verifies, the same bytes each time, and
 * cannot be read out; a key that could be is refused. A wrong PIN is tried once and then no more, so that it never locks.
 */
#include "crypto/token_signer.h"

#include "check.h"
#include "base/attributes.h"
#include "crypto/secret.h"
#include "crypto/support/command.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#define MODULE      "/usr/lib/softhsm/libsofthsm2.so"
#define PIN         "2468"
#define URI(object) "pkcs11:token=besa;object=" object "?module-path=" MODULE

/* SoftHSM 2.6.1 never gives back an OCTET STRING of each signature, about 40 bytes. Ours would be found by their own names. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:CRYPTO_zalloc\nleak:ASN1_STRING_set\n";
}

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
    snprintf(line, sizeof line, "cd '%s' && { %s; } >said.txt 2>&1 </dev/null", command_directory(),
             arguments);
    return system(line) == 0;
}

static bool tool(const char *words)
{
    return shell("pkcs11-tool --module " MODULE " --token-label besa --login --pin " PIN " %s",
                 words);
}

static bool token_make(void)
{
    char conf[512];

    snprintf(conf, sizeof conf, "directories.tokendir = %s\n", command_directory());
    if (access(MODULE, R_OK) != 0 || !command_write("softhsm.conf", span_text(conf)))
        return false;
    snprintf(conf, sizeof conf, "%s/softhsm.conf", command_directory());
    setenv("SOFTHSM2_CONF", conf, 1);
    return shell("softhsm2-util --init-token --free --label besa --so-pin 1357 --pin " PIN);
}

static struct token_signer *opened(const char *uri, const char *pin, struct error *err)
{
    struct token_signer *signer = NULL;

    error_clear(err);
    return token_signer_open(span_text(uri), span_text(pin), &signer, err) ? signer : NULL;
}

#define OPEN(signer, uri)                                                                          \
    struct token_signer *(signer)CLEANUP(token_signer_close) = NULL;                               \
    if (!has_token)                                                                                \
        CHECK_NOT_RUN("no SoftHSM");                                                               \
    (signer) = opened(uri, PIN, &err);                                                             \
    CHECK_OR_RETURN((signer) != NULL)

CHECK_TEST(a_key_made_inside_signs_what_libsodium_verifies)
{
    struct error err = {0};
    struct token_key made;
    struct token_key found;
    uint8_t signature[SIGNATURE_SIZE];
    uint8_t again[SIGNATURE_SIZE];

    OPEN(signer, URI("keeper"));
    CHECK_OK(token_signer_make(signer, "log 0", &made, &err), err);
    CHECK_OK(token_signer_find(signer, "log 0", &found, &err), err);
    CHECK(memcmp(made.public_key, found.public_key, sizeof made.public_key) == 0);
    for (size_t size = 0; size < 4; size++) {
        struct span message = span_make("abc", size);
        CHECK_OK(token_signer_sign(signer, &found, message, signature, &err), err);
        CHECK(signature_verify(made.public_key, message, signature));
        CHECK_OK(token_signer_sign(signer, &found, message, again, &err), err);
        CHECK(memcmp(signature, again, sizeof again) == 0);
    }
    signature[0] ^= 1;
    CHECK(!signature_verify(made.public_key, span_text("abc"), signature));
    CHECK(!token_signer_make(signer, "log 0", &made, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "holds a key 'keeper log 0' already");
}

CHECK_TEST(another_process_finds_it_and_it_is_not_another_key)
{
    struct error err = {0};
    struct token_key log;
    struct token_key custody;
    uint8_t signature[SIGNATURE_SIZE];

    OPEN(signer, URI("keeper"));
    CHECK_OK(token_signer_find(signer, "log 0", &log, &err), err);
    CHECK_OK(token_signer_make(signer, "custody 0", &custody, &err), err);
    CHECK_OK(token_signer_sign(signer, &custody, span_text("abc"), signature, &err), err);
    CHECK(!signature_verify(log.public_key, span_text("abc"), signature));
    struct token_key mixed = {.private_handle = log.private_handle};
    memcpy(mixed.public_key, custody.public_key, sizeof mixed.public_key);
    CHECK(!token_signer_sign(signer, &mixed, span_text("abc"), signature, &err));
    CHECK_ERROR(err, ERROR_BUG, "does not hold under its key");
}

CHECK_TEST(no_key_leaves_the_token)
{
    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    CHECK(tool("--list-objects --type privkey | grep -A6 'keeper log 0' | grep 'always sensitive, "
               "never extract'"));
    tool("--read-object --type privkey --label 'keeper log 0' --output-file out.key");
    CHECK(shell("! test -s out.key"));
    CHECK(tool("--read-object --type pubkey --label 'keeper log 0' --output-file out.pub"));
}

CHECK_TEST(a_key_that_was_outside_or_can_go_there_is_refused)
{
    struct error err = {0};
    struct token_key key;

    OPEN(signer, URI("keeper"));
    CHECK_OR_RETURN(shell("openssl genpkey -algorithm ed25519 -out outside.pem"));
    CHECK_OR_RETURN(
        shell("softhsm2-util --import outside.pem --token besa --label 'keeper outside' "
              "--id 04 --pin " PIN));
    CHECK(!token_signer_find(signer, "outside", &key, &err));
    CHECK_ERROR(err, ERROR_RULE, "can be read out of it, or once could");
    CHECK_OR_RETURN(tool("--keypairgen --key-type EC:edwards25519 --extractable --label 'keeper "
                         "open' --id 05"));
    error_clear(&err);
    CHECK(!token_signer_find(signer, "open", &key, &err));
    CHECK_ERROR(err, ERROR_RULE, "can be read out of it, or once could");
}

CHECK_TEST(keys_of_other_kinds_and_doubles_are_refused)
{
    struct error err = {0};
    struct token_key key;

    OPEN(signer, URI("keeper"));
    CHECK_OR_RETURN(tool("--keypairgen --key-type EC:prime256v1 --label 'keeper curve' --id 01"));
    CHECK(!token_signer_find(signer, "curve", &key, &err) && err.kind == ERROR_INPUT);
    CHECK_OR_RETURN(tool("--keypairgen --key-type EC:edwards25519 --label 'keeper twin' --id 02") &&
                    tool("--keypairgen --key-type EC:edwards25519 --label 'keeper twin' --id 03"));
    error_clear(&err);
    CHECK(!token_signer_find(signer, "twin", &key, &err));
    CHECK_ERROR(err, ERROR_INPUT, "several keys 'keeper twin'");
    error_clear(&err);
    CHECK(!token_signer_find(signer, "nobody", &key, &err));
    CHECK_ERROR(err, ERROR_MISSING, "no key 'keeper nobody'");
}

CHECK_TEST(what_cannot_be_opened_is_named)
{
    struct error err = {0};

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    CHECK(opened("pkcs11:token=gone;object=keeper?module-path=" MODULE, PIN, &err) == NULL);
    CHECK_ERROR(err, ERROR_MISSING, "is it plugged in?");
    CHECK(opened("pkcs11:token=besa;object=keeper?module-path=/nowhere.so", PIN, &err) == NULL);
    CHECK_ERROR(err, ERROR_LINK, "cannot be loaded");
    CHECK(opened(URI("keeper") "&pin-value=2468", PIN, &err) == NULL);
    CHECK_ERROR(err, ERROR_INPUT, "must not carry its PIN");
    CHECK(opened("pkcs11:token=besa;id=%01?module-path=" MODULE, PIN, &err) == NULL);
    CHECK_ERROR(err, ERROR_INPUT, "object=");
    CHECK(opened(URI("keeper"), "", &err) == NULL && err.kind == ERROR_INPUT);
}

CHECK_TEST(a_wrong_pin_is_tried_once)
{
    struct error err = {0};

    if (!has_token)
        CHECK_NOT_RUN("no SoftHSM");
    CHECK(opened(URI("keeper"), "9999", &err) == NULL);
    CHECK_ERROR(err, ERROR_INPUT, "refuses the PIN");
    for (int i = 0; i < 20; i++) { /* a node that is started again and again */
        CHECK(opened(URI("keeper"), "9999", &err) == NULL);
        CHECK_ERROR(err, ERROR_RULE, "leaves it alone");
    }
    CHECK(tool("--list-objects")); /* a person logs in: it was not locked */
    struct token_signer *signer = opened(URI("keeper"), PIN, &err);
    CHECK_OK(signer != NULL, err);
    token_signer_close(&signer);
}

int main(void)
{
    crypto_start();
    has_token = token_make();
    CHECK_RUN(a_key_made_inside_signs_what_libsodium_verifies);
    CHECK_RUN(another_process_finds_it_and_it_is_not_another_key);
    CHECK_RUN(no_key_leaves_the_token);
    CHECK_RUN(a_key_that_was_outside_or_can_go_there_is_refused);
    CHECK_RUN(keys_of_other_kinds_and_doubles_are_refused);
    CHECK_RUN(what_cannot_be_opened_is_named);
    CHECK_RUN(a_wrong_pin_is_tried_once);
    return check_end();
}
