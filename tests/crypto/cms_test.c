/*
 * CMS: what both institutions signed verifies against exactly their two certificates, here and with the `openssl`
 * command; whatever is missing, added, changed, cut or of another form is refused and said.
 */
#include "crypto/cms.h"

#include "check.h"
#include "crypto/secret.h"
#include "crypto/support/command.h"
#include "crypto/support/institutions.h"

#include <pthread.h>

#define DOCUMENT_SIZE_MAX 65536

static const char agreement[] = "{\"agreement\":\"ro-al\",\"version\":3}";
static struct institution ro, al, foreign;

static struct buffer sign(struct span content, const struct institution *by)
{
    struct buffer out = buffer_make(DOCUMENT_SIZE_MAX);
    struct error err = {0};

    if (!cms_sign(content, buffer_span(&by->key), by->passphrase, buffer_span(&by->certificate),
                  &out, &err)) {
        printf("%s\n", err.text);
        exit(1);
    }
    return out;
}

static bool try_join(struct span cms, const struct institution *by, struct buffer *out,
                     struct error *err)
{
    *out = buffer_make(DOCUMENT_SIZE_MAX);
    return cms_add_signer(cms, buffer_span(&by->key), by->passphrase, buffer_span(&by->certificate),
                          out, err);
}

static struct buffer join(struct buffer cms, const struct institution *by)
{
    struct buffer out;
    struct error err = {0};

    if (!try_join(buffer_span(&cms), by, &out, &err)) {
        printf("%s\n", err.text);
        exit(1);
    }
    buffer_free(&cms);
    return out;
}

/* Verifies against ro and, when `count` is 2, al. */
static bool verify(struct span cms, size_t count, struct buffer *content, struct error *err)
{
    struct span certificates[2] = {buffer_span(&ro.certificate), buffer_span(&al.certificate)};

    error_clear(err);
    buffer_clear(content);
    return cms_verify(cms, certificates, count, content, err);
}

static struct buffer content;

CHECK_TEST(what_one_signed_verifies)
{
    struct buffer cms = sign(span_text(agreement), &ro);
    size_t signers = 0;
    struct error err = {0};

    CHECK_OK(verify(buffer_span(&cms), 1, &content, &err), err);
    CHECK_SPAN(buffer_span(&content), agreement);
    buffer_clear(&content);
    CHECK_OK(cms_look(buffer_span(&cms), &signers, &content, &err), err);
    CHECK_INT(signers, 1);
    CHECK_SPAN(buffer_span(&content), agreement);
    buffer_free(&cms);
}

CHECK_TEST(what_both_signed_verifies_in_either_order)
{
    struct buffer first = join(sign(span_text(agreement), &ro), &al);
    struct buffer second = join(sign(span_text(agreement), &al), &ro);
    size_t signers = 0;
    struct error err = {0};

    CHECK_OK(verify(buffer_span(&first), 2, &content, &err), err);
    CHECK_SPAN(buffer_span(&content), agreement);
    CHECK_OK(verify(buffer_span(&second), 2, &content, &err), err);
    CHECK_SPAN(buffer_span(&content), agreement);
    buffer_clear(&content);
    CHECK_OK(cms_look(buffer_span(&second), &signers, &content, &err), err);
    CHECK_INT(signers, 2);
    buffer_free(&first);
    buffer_free(&second);
}

CHECK_TEST(empty_and_binary_contents_verify)
{
    uint8_t bytes[1000];
    struct error err = {0};

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i % 3 == 0 ? '\n' : i % 3 == 1 ? '\r' : i);
    for (size_t size = 0; size <= sizeof bytes; size += 250) {
        struct buffer cms = join(sign(span_make(bytes, size), &ro), &al);
        CHECK_OK(verify(buffer_span(&cms), 2, &content, &err), err);
        CHECK(span_equal(buffer_span(&content), span_make(bytes, size)));
        buffer_free(&cms);
    }
}

CHECK_TEST(a_missing_signature_is_named)
{
    struct buffer cms = sign(span_text(agreement), &ro);
    struct error err = {0};

    CHECK(!verify(buffer_span(&cms), 2, &content, &err));
    CHECK_ERROR(err, ERROR_INPUT, "the signature of Institution of al is missing");
    CHECK_INT(content.size, 0);
    buffer_free(&cms);
}

CHECK_TEST(a_foreign_signature_is_refused)
{
    struct buffer cms = join(join(sign(span_text(agreement), &ro), &al), &foreign);
    struct error err = {0};

    CHECK(!verify(buffer_span(&cms), 2, &content, &err));
    CHECK_ERROR(err, ERROR_INPUT, "by none of the agreed institutions");
    buffer_free(&cms);
    cms = join(sign(span_text(agreement), &ro), &al);
    CHECK(!verify(buffer_span(&cms), 1, &content, &err));
    CHECK_ERROR(err, ERROR_INPUT, "by none of the agreed institutions");
    buffer_free(&cms);
}

CHECK_TEST(an_institution_of_the_same_name_is_another_one)
{
    struct institution impostor = institution_start("Institution of ro", "");
    struct buffer cms = sign(span_text(agreement), &impostor);
    struct error err = {0};

    CHECK(!verify(buffer_span(&cms), 1, &content, &err));
    CHECK_ERROR(err, ERROR_INPUT, "the signature of Institution of ro is missing");
    buffer_free(&cms);
    institution_end(&impostor);
}

CHECK_TEST(the_list_of_certificates_must_make_sense)
{
    struct buffer cms = join(sign(span_text(agreement), &ro), &al);
    struct span twice[2] = {buffer_span(&ro.certificate), buffer_span(&ro.certificate)};
    struct span many[CMS_SIGNER_COUNT_MAX + 1] = {{NULL, 0}};
    struct span broken = span_text("-----BEGIN CERTIFICATE-----\n");
    struct error err = {0};

    buffer_clear(&content);
    CHECK(!cms_verify(buffer_span(&cms), twice, 2, &content, &err));
    CHECK_ERROR(err, ERROR_INPUT, "is given twice");
    CHECK(!cms_verify(buffer_span(&cms), twice, 0, &content, &err));
    CHECK_ERROR(err, ERROR_INPUT, "against 1 to");
    CHECK(!cms_verify(buffer_span(&cms), many, ARRAY_COUNT(many), &content, &err));
    CHECK_ERROR(err, ERROR_INPUT, "against 1 to");
    CHECK(!cms_verify(buffer_span(&cms), &broken, 1, &content, &err));
    CHECK_ERROR(err, ERROR_INPUT, "certificate cannot be read");
    buffer_free(&cms);
}

/* Where the content stands in the DER. */
static size_t content_at(const struct buffer *cms)
{
    const uint8_t *at = memmem(cms->data, cms->size, agreement, strlen(agreement));

    return at == NULL ? 0 : (size_t)(at - cms->data);
}

CHECK_TEST(a_changed_content_is_refused_at_every_byte)
{
    struct buffer cms = join(sign(span_text(agreement), &ro), &al);
    size_t at = content_at(&cms);
    struct error err = {0};

    CHECK_OR_RETURN(at > 0);
    for (size_t i = 0; i < strlen(agreement); i++) {
        cms.data[at + i] ^= 1;
        CHECK(!verify(buffer_span(&cms), 2, &content, &err));
        CHECK_ERROR(err, ERROR_INPUT, "is of another content");
        CHECK_INT(content.size, 0);
        cms.data[at + i] ^= 1;
    }
    CHECK_OK(verify(buffer_span(&cms), 2, &content, &err), err);
    buffer_free(&cms);
}

/* Some bytes are not signed: the certificates that travel along, which nobody looks at. So a change is refused or has
 * changed nothing of what was signed. */
CHECK_TEST(no_changed_byte_gives_another_content)
{
    struct buffer cms = join(sign(span_text(agreement), &ro), &al);
    static const uint8_t masks[] = {0x01, 0x20, 0x80, 0xff};
    size_t refused = 0;
    struct error err = {0};

    for (size_t i = 0; i < cms.size; i++) {
        cms.data[i] ^= masks[i % sizeof masks];
        if (verify(buffer_span(&cms), 2, &content, &err)) {
            CHECK_SPAN(buffer_span(&content), agreement);
        } else {
            CHECK(err.kind == ERROR_INPUT && err.text[0] != '\0');
            refused++;
        }
        cms.data[i] ^= masks[i % sizeof masks];
    }
    CHECK(refused > 300); /* the signed attributes and signatures of two */
    buffer_free(&cms);
}

CHECK_TEST(a_changed_signature_is_named)
{
    struct buffer cms = sign(span_text(agreement), &ro);
    struct error err = {0};

    cms.data[cms.size - 1] ^= 1; /* the end of the signature's second number */
    CHECK(!verify(buffer_span(&cms), 1, &content, &err));
    CHECK_ERROR(err, ERROR_INPUT, "the signature of Institution of ro does not hold");
    buffer_free(&cms);
}

CHECK_TEST(cuts_tails_and_garbage_are_refused)
{
    struct buffer cms = join(sign(span_text(agreement), &ro), &al);
    uint8_t garbage[300];
    size_t signers;
    struct error err = {0};

    for (size_t size = 0; size < cms.size; size++) {
        struct span cut = span_make(cms.data, size);
        CHECK(!verify(cut, 2, &content, &err) && err.kind == ERROR_INPUT);
        CHECK(!cms_look(cut, &signers, &content, &err) && err.kind == ERROR_INPUT);
    }
    buffer_byte(&cms, 0);
    CHECK(!verify(buffer_span(&cms), 2, &content, &err));
    CHECK_ERROR(err, ERROR_INPUT, "bytes follow");
    for (unsigned seed = 0; seed < 200; seed++) {
        for (size_t i = 0; i < sizeof garbage; i++)
            garbage[i] = (uint8_t)((i * 131 + seed * 7919) >> (seed % 5));
        garbage[0] = seed % 2 == 0 ? 0x30 : garbage[0];
        CHECK(!cms_look(span_make(garbage, sizeof garbage), &signers, &content, &err));
    }
    CHECK(!cms_look(buffer_span(&ro.certificate), &signers, &content, &err));
    CHECK_ERROR(err, ERROR_INPUT, "no signed document");
    CHECK_INT(content.size, 0);
    buffer_free(&cms);
}

CHECK_TEST(nobody_joins_another_content_or_twice)
{
    struct buffer cms = sign(span_text(agreement), &ro);
    struct buffer out;
    struct error err = {0};

    CHECK(!try_join(buffer_span(&cms), &ro, &out, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "has signed the document already");
    /* The document that is shown is not the one whose digest the first signer wrote down. */
    cms.data[content_at(&cms)] ^= 1;
    CHECK(!try_join(buffer_span(&cms), &al, &out, &err));
    CHECK_ERROR(err, ERROR_INPUT, "is of another content");
    CHECK_INT(out.size, 0);
    buffer_free(&cms);
}

CHECK_TEST(only_the_right_key_and_passphrase_sign)
{
    struct institution locked = institution_start("Institution of xx", "fictional passphrase");
    struct buffer out = buffer_make(DOCUMENT_SIZE_MAX);
    struct error err = {0};

    CHECK(!cms_sign(span_text(agreement), buffer_span(&ro.key), ro.passphrase,
                    buffer_span(&al.certificate), &out, &err));
    CHECK_ERROR(err, ERROR_INPUT, "does not belong to the certificate");
    CHECK(!cms_sign(span_text(agreement), buffer_span(&locked.key), span_text("another"),
                    buffer_span(&locked.certificate), &out, &err));
    CHECK_ERROR(err, ERROR_INPUT, "wrong passphrase");
    CHECK(!cms_sign(span_text(agreement), buffer_span(&locked.key), span_text(""),
                    buffer_span(&locked.certificate), &out, &err));
    CHECK_ERROR(err, ERROR_INPUT, "wrong passphrase");
    CHECK_INT(out.size, 0);
    CHECK_OK(cms_sign(span_text(agreement), buffer_span(&locked.key), locked.passphrase,
                      buffer_span(&locked.certificate), &out, &err),
             err);
    buffer_free(&out);
    institution_end(&locked);
}

CHECK_TEST(limits_are_kept)
{
    struct buffer cms = sign(span_text(agreement), &ro);
    struct buffer small = buffer_make(10);
    struct error err = {0};
    size_t signers;

    CHECK(!verify(buffer_span(&cms), 1, &small, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "larger than 10 bytes");
    buffer_clear(&small);
    CHECK(!cms_sign(span_text(agreement), buffer_span(&ro.key), ro.passphrase,
                    buffer_span(&ro.certificate), &small, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "no room");
    CHECK(!cms_look(span_make(agreement, (size_t)CMS_SIZE_MAX + 1), &signers, &small, &err));
    CHECK_ERROR(err, ERROR_INPUT, "a signed document has 1 to");
    for (int i = 0; i < CMS_SIGNER_COUNT_MAX - 1; i++) {
        struct institution one = institution_start("Institution of yy", "");
        cms = join(cms, &one);
        institution_end(&one);
    }
    struct buffer out;
    CHECK(!try_join(buffer_span(&cms), &al, &out, &err));
    CHECK_ERROR(err, ERROR_INPUT, "no more may be added");
    buffer_free(&cms);
    buffer_free(&small);
}

static bool write_files(const struct buffer *cms)
{
    struct buffer both = buffer_make(DOCUMENT_SIZE_MAX);

    buffer_add(&both, buffer_span(&ro.certificate));
    buffer_add(&both, buffer_span(&al.certificate));
    bool done = command_write("cms.der", buffer_span(cms)) &&
                command_write("agreement", span_text(agreement)) &&
                command_write("ro.pem", buffer_span(&ro.certificate)) &&
                command_write("ro.key", buffer_span(&ro.key)) &&
                command_write("al.pem", buffer_span(&al.certificate)) &&
                command_write("both.pem", buffer_span(&both));
    buffer_free(&both);
    return done;
}

CHECK_TEST(the_openssl_command_accepts_what_is_signed_here)
{
    struct buffer one = sign(span_text(agreement), &ro);
    struct buffer both = join(sign(span_text(agreement), &ro), &al);
    uint8_t read[200];

    if (!command_has_openssl())
        CHECK_NOT_RUN("no openssl command");
    CHECK_OR_RETURN(write_files(&one));
    CHECK(command_openssl("cms -verify -inform DER -in cms.der -CAfile ro.pem -purpose any"
                          " -binary -out content"));
    CHECK(span_is(command_read("content", read, sizeof read), agreement));
    CHECK(!command_openssl("cms -verify -inform DER -in cms.der -CAfile al.pem -purpose any"));
    CHECK_OR_RETURN(write_files(&both));
    CHECK(command_openssl("cms -verify -inform DER -in cms.der -CAfile both.pem -purpose any"
                          " -binary -out content"));
    CHECK(span_is(command_read("content", read, sizeof read), agreement));
    CHECK(!command_openssl("cms -verify -inform DER -in cms.der -CAfile ro.pem -purpose any"));
    both.data[content_at(&both)] ^= 1;
    CHECK_OR_RETURN(write_files(&both));
    CHECK(!command_openssl("cms -verify -inform DER -in cms.der -CAfile both.pem -purpose any"));
    buffer_free(&one);
    buffer_free(&both);
}

struct foreign_form {
    const char *options;
    const char *why; /* NULL: accepted */
};

CHECK_TEST(of_what_the_openssl_command_signs_only_one_form_is_accepted)
{
    static const struct foreign_form forms[] = {
        {"-nodetach", NULL},
        {"-nodetach -nosmimecap -nocerts", NULL},
        {"-nodetach -stream", NULL},
        {"-nodetach -keyid", NULL},
        {"-nodetach -noattr", "no signed attributes"},
        {"-nodetach -md sha512", "not ECDSA with SHA-256"},
        {"-nodetach -econtent_type 1.2.3.4", "not plain data"},
        {"", "does not carry its content"},
    };
    uint8_t read[8192];
    struct buffer none = buffer_make(1);
    struct error err = {0};

    if (!command_has_openssl())
        CHECK_NOT_RUN("no openssl command");
    CHECK_OR_RETURN(write_files(&none));
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        CHECK_OR_RETURN(command_openssl("cms -sign -binary -md sha256 -in agreement -signer ro.pem"
                                        " -inkey ro.key -outform DER -out theirs.der %s",
                                        forms[i].options));
        struct span theirs = command_read("theirs.der", read, sizeof read);
        bool holds = verify(theirs, 1, &content, &err);
        if (forms[i].why == NULL)
            CHECK_OK(holds, err);
        else
            CHECK_ERROR(err, ERROR_INPUT, forms[i].why);
        CHECK(holds == (forms[i].why == NULL));
        if (holds)
            CHECK_SPAN(buffer_span(&content), agreement);
    }
    CHECK_OR_RETURN(
        command_openssl("cms -encrypt -binary -in agreement -outform DER -out theirs.der"
                        " ro.pem"));
    CHECK(!verify(command_read("theirs.der", read, sizeof read), 1, &content, &err));
    CHECK_ERROR(err, ERROR_INPUT, "another kind than signed data");
    buffer_free(&none);
}

CHECK_TEST(a_streamed_document_of_the_openssl_command_can_be_joined)
{
    uint8_t read[8192];
    struct buffer none = buffer_make(1);
    struct buffer out;
    struct error err = {0};

    if (!command_has_openssl())
        CHECK_NOT_RUN("no openssl command");
    CHECK_OR_RETURN(write_files(&none));
    CHECK_OR_RETURN(
        command_openssl("cms -sign -binary -md sha256 -in agreement -signer ro.pem"
                        " -inkey ro.key -outform DER -out theirs.der -nodetach -stream"));
    CHECK_OK(try_join(command_read("theirs.der", read, sizeof read), &al, &out, &err), err);
    CHECK_OK(verify(buffer_span(&out), 2, &content, &err), err);
    CHECK_SPAN(buffer_span(&content), agreement);
    CHECK_OR_RETURN(write_files(&out));
    CHECK(command_openssl("cms -verify -inform DER -in cms.der -CAfile both.pem -purpose any"));
    buffer_free(&out);
}

static void *verify_many(void *cms)
{
    struct span certificates[2] = {buffer_span(&ro.certificate), buffer_span(&al.certificate)};
    struct buffer found = buffer_make(DOCUMENT_SIZE_MAX);
    struct error err;
    size_t held = 0;

    for (int i = 0; i < 50; i++) {
        buffer_clear(&found);
        held += cms_verify(buffer_span(cms), certificates, 2, &found, &err) &&
                span_is(buffer_span(&found), agreement) &&
                !cms_verify(buffer_span(cms), certificates, 1, &found, &err);
    }
    buffer_free(&found);
    return held == 50 ? cms : NULL;
}

CHECK_TEST(threads_verify_the_same_document)
{
    struct buffer cms = join(sign(span_text(agreement), &ro), &al);
    pthread_t threads[4];

    for (size_t i = 0; i < ARRAY_COUNT(threads); i++)
        CHECK_OR_RETURN(pthread_create(&threads[i], NULL, verify_many, &cms) == 0);
    for (size_t i = 0; i < ARRAY_COUNT(threads); i++) {
        void *fine = NULL;
        pthread_join(threads[i], &fine);
        CHECK(fine == &cms);
    }
    buffer_free(&cms);
}

int main(void)
{
    crypto_start();
    ro = institution_start("Institution of ro", "");
    al = institution_start("Institution of al", "");
    foreign = institution_start("Institution of zz", "");
    content = buffer_make(DOCUMENT_SIZE_MAX);
    CHECK_RUN(what_one_signed_verifies);
    CHECK_RUN(what_both_signed_verifies_in_either_order);
    CHECK_RUN(empty_and_binary_contents_verify);
    CHECK_RUN(a_missing_signature_is_named);
    CHECK_RUN(a_foreign_signature_is_refused);
    CHECK_RUN(an_institution_of_the_same_name_is_another_one);
    CHECK_RUN(the_list_of_certificates_must_make_sense);
    CHECK_RUN(a_changed_content_is_refused_at_every_byte);
    CHECK_RUN(no_changed_byte_gives_another_content);
    CHECK_RUN(a_changed_signature_is_named);
    CHECK_RUN(cuts_tails_and_garbage_are_refused);
    CHECK_RUN(nobody_joins_another_content_or_twice);
    CHECK_RUN(only_the_right_key_and_passphrase_sign);
    CHECK_RUN(limits_are_kept);
    CHECK_RUN(the_openssl_command_accepts_what_is_signed_here);
    CHECK_RUN(of_what_the_openssl_command_signs_only_one_form_is_accepted);
    CHECK_RUN(a_streamed_document_of_the_openssl_command_can_be_joined);
    CHECK_RUN(threads_verify_the_same_document);
    buffer_free(&content);
    institution_end(&ro);
    institution_end(&al);
    institution_end(&foreign);
    return check_end();
}
