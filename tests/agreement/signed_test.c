/*
 * The co-signed agreement: two signatures, theirs and no others, over the canonical document; and the openssl program
 * agrees. Institutions are fictional and made here.
 */
#include "agreement/signed.h"
#include "base/attributes.h"
#include "base/env.h"
#include "check.h"
#include "crypto/cms.h"
#include "crypto/secret.h"
#include "support/scene.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PEM_SIZE_MAX 16384
#define CMS_SIZE     (512 * 1024)

struct office {
    struct buffer key, certificate;
    struct institution institution;
};
static struct office offices[3]; /* ro, al, and a stranger */
static struct scene scene;
static int64_t now_ms;

static const struct institution *office(size_t index)
{
    return &offices[index].institution;
}

static void offices_make(void)
{
    static const char *const names[] = {"Fictional Institution RO", "Fictional Institution AL",
                                        "Fictional Stranger"};
    for (size_t i = 0; i < ARRAY_COUNT(offices); i++) {
        struct error err = {.kind = ERROR_NONE};
        struct span passphrase = i == 0 ? span_text("fictional passphrase") : span_text(NULL);
        offices[i].key = buffer_make(PEM_SIZE_MAX);
        offices[i].certificate = buffer_make(PEM_SIZE_MAX);
        if (!institution_make(names[i], "Fictional", now_ms, 365, passphrase, &offices[i].key,
                              &offices[i].certificate, &err)) {
            fprintf(stderr, "%s\n", err.text);
            abort();
        }
        offices[i].institution = (struct institution){buffer_span(&offices[i].key), passphrase,
                                                      buffer_span(&offices[i].certificate)};
    }
}

static void offices_free(void)
{
    for (size_t i = 0; i < ARRAY_COUNT(offices); i++) {
        buffer_free(&offices[i].key);
        buffer_free(&offices[i].certificate);
    }
}

/* A draft that names the first two offices. */
static struct buffer document_make(void)
{
    struct buffer document = buffer_make(AGREEMENT_SIZE_MAX);
    struct error err = {.kind = ERROR_NONE};
    scene_make(&scene);
    for (size_t i = 0; i < 2; i++)
        scene.parties[i].certificate_pem = office(i)->certificate_pem;
    CHECK(agreement_write(&scene.agreement, &document, &err));
    scene_free(&scene);
    return document;
}

static struct buffer signed_by(struct span document, size_t index)
{
    struct arena arena CLEANUP(arena_free) = arena_make(AGREEMENT_ARENA_SIZE);
    struct buffer cms = buffer_make(CMS_SIZE);
    struct error err = {.kind = ERROR_NONE};
    if (!agreement_sign(document, office(index), now_ms, &arena, &cms, &err)) {
        printf("%s: %s\n", check_name, err.text);
        check_failures++;
    }
    return cms;
}

/* Signed by ro, then al. */
static struct buffer signed_by_both(void)
{
    struct arena arena CLEANUP(arena_free) = arena_make(AGREEMENT_ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer once CLEANUP(buffer_free) = signed_by(buffer_span(&document), 0);
    struct buffer cms = buffer_make(CMS_SIZE);
    struct error err = {.kind = ERROR_NONE};
    if (!agreement_countersign(buffer_span(&once), office(1), now_ms, &arena, &cms, &err)) {
        printf("%s: %s\n", check_name, err.text);
        check_failures++;
    }
    return cms;
}

static bool verifies(struct span cms, size_t first, size_t second, struct arena *arena,
                     struct signed_agreement *out, struct error *err)
{
    const struct span pinned[2] = {office(first)->certificate_pem, office(second)->certificate_pem};
    *err = (struct error){.kind = ERROR_NONE};
    return agreement_verify(cms, pinned, arena, out, err);
}

CHECK_TEST(an_agreement_signed_by_both_verifies)
{
    struct arena arena CLEANUP(arena_free) = arena_make(2 * AGREEMENT_ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer cms CLEANUP(buffer_free) = signed_by_both();
    struct signed_agreement found;
    struct error err;
    uint8_t wanted[DIGEST_SIZE];

    CHECK_OK(verifies(buffer_span(&cms), 0, 1, &arena, &found, &err), err);
    CHECK_SPAN(found.agreement.id, "ro-al");
    CHECK(span_equal(found.document, buffer_span(&document)));
    digest_sha256(buffer_span(&document), wanted);
    CHECK(digest_is_equal(found.fingerprint, wanted));
    CHECK_OK(verifies(buffer_span(&cms), 1, 0, &arena, &found, &err), err);
}

CHECK_TEST(one_signature_binds_no_one)
{
    struct arena arena CLEANUP(arena_free) = arena_make(2 * AGREEMENT_ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer once CLEANUP(buffer_free) = signed_by(buffer_span(&document), 0);
    struct signed_agreement found;
    struct error err;
    size_t signer_count = 0;

    CHECK(!verifies(buffer_span(&once), 0, 1, &arena, &found, &err));
    CHECK(err.kind != ERROR_NONE);
    CHECK_OK(agreement_look(buffer_span(&once), &arena, &found, &signer_count, &err), err);
    CHECK_INT(signer_count, 1);
    CHECK_INT(found.agreement.version, 1);
}

CHECK_TEST(a_stranger_cannot_sign)
{
    struct arena arena CLEANUP(arena_free) = arena_make(2 * AGREEMENT_ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer once CLEANUP(buffer_free) = signed_by(buffer_span(&document), 0);
    struct buffer cms CLEANUP(buffer_free) = buffer_make(CMS_SIZE);
    struct error err = {.kind = ERROR_NONE};

    CHECK(!agreement_sign(buffer_span(&document), office(2), now_ms, &arena, &cms, &err));
    CHECK_ERROR(err, ERROR_RULE, "clause 1.1");
    CHECK(!agreement_countersign(buffer_span(&once), office(2), now_ms, &arena, &cms, &err));
    CHECK_ERROR(err, ERROR_RULE, "clause 1.1");
}

CHECK_TEST(a_third_signature_is_refused)
{
    struct arena arena CLEANUP(arena_free) = arena_make(2 * AGREEMENT_ARENA_SIZE);
    struct buffer both CLEANUP(buffer_free) = signed_by_both();
    struct buffer three CLEANUP(buffer_free) = buffer_make(CMS_SIZE);
    struct signed_agreement found;
    struct error err = {.kind = ERROR_NONE};

    CHECK_OK(cms_add_signer(buffer_span(&both), office(2)->key_pem, span_text(NULL),
                            office(2)->certificate_pem, &three, &err),
             err);
    CHECK(!verifies(buffer_span(&three), 0, 1, &arena, &found, &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    CHECK(!verifies(buffer_span(&three), 0, 2, &arena, &found, &err));
}

CHECK_TEST(a_stranger_in_the_place_of_a_party_is_refused)
{
    struct arena arena CLEANUP(arena_free) = arena_make(2 * AGREEMENT_ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer once CLEANUP(buffer_free) = signed_by(buffer_span(&document), 0);
    struct buffer twice CLEANUP(buffer_free) = buffer_make(CMS_SIZE);
    struct signed_agreement found;
    struct error err = {.kind = ERROR_NONE};

    CHECK_OK(cms_add_signer(buffer_span(&once), office(2)->key_pem, span_text(NULL),
                            office(2)->certificate_pem, &twice, &err),
             err);
    CHECK(!verifies(buffer_span(&twice), 0, 1, &arena, &found, &err));
    /* Even a node that pinned the stranger: the document does not name it. */
    CHECK(!verifies(buffer_span(&twice), 0, 2, &arena, &found, &err));
    CHECK_ERROR(err, ERROR_RULE, "none of the two");
}

CHECK_TEST(a_second_countersignature_is_refused)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer once CLEANUP(buffer_free) = signed_by(buffer_span(&document), 0);
    struct buffer both CLEANUP(buffer_free) = signed_by_both();
    struct buffer cms CLEANUP(buffer_free) = buffer_make(CMS_SIZE);
    struct error err = {.kind = ERROR_NONE};

    CHECK(!agreement_countersign(buffer_span(&both), office(1), now_ms, &arena, &cms, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "2 signatures");
    err = (struct error){.kind = ERROR_NONE};
    CHECK(!agreement_countersign(buffer_span(&once), office(0), now_ms, &arena, &cms, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "signed already");
}

CHECK_TEST(an_expired_certificate_does_not_sign)
{
    struct arena arena CLEANUP(arena_free) = arena_make(AGREEMENT_ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer cms CLEANUP(buffer_free) = buffer_make(CMS_SIZE);
    struct error err = {.kind = ERROR_NONE};

    CHECK(!agreement_sign(buffer_span(&document), office(0), now_ms + 400 * SCENE_DAY_MS, &arena,
                          &cms, &err));
    CHECK_ERROR(err, ERROR_RULE, "certificate of party ro is not valid now");
}

CHECK_TEST(a_document_with_a_fault_is_not_signed)
{
    struct arena arena CLEANUP(arena_free) = arena_make(AGREEMENT_ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer cms CLEANUP(buffer_free) = buffer_make(CMS_SIZE);
    struct error err = {.kind = ERROR_NONE};

    buffer_byte(&document, 'x');
    CHECK(!agreement_sign(buffer_span(&document), office(0), now_ms, &arena, &cms, &err));
    CHECK_ERROR(err, ERROR_INPUT, "agreement");
    CHECK_INT(cms.size, 0);
}

/* A fingerprint compared over the phone must mean one text: another spelling of the same rules is refused. */
CHECK_TEST(another_spelling_is_signed_as_the_canonical_one_and_never_accepted_itself)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * AGREEMENT_ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer loose CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct buffer raw CLEANUP(buffer_free) = buffer_make(CMS_SIZE);
    struct buffer both CLEANUP(buffer_free) = buffer_make(CMS_SIZE);
    struct signed_agreement found;
    struct error err = {.kind = ERROR_NONE};
    size_t signer_count;

    buffer_text(&loose, " ");
    buffer_add(&loose, buffer_span(&document));
    struct buffer once CLEANUP(buffer_free) = signed_by(buffer_span(&loose), 0);
    CHECK_OK(agreement_look(buffer_span(&once), &arena, &found, &signer_count, &err), err);
    CHECK(span_equal(found.document, buffer_span(&document)));

    CHECK_OK(cms_sign(buffer_span(&loose), office(0)->key_pem, office(0)->passphrase,
                      office(0)->certificate_pem, &raw, &err),
             err);
    CHECK_OK(cms_add_signer(buffer_span(&raw), office(1)->key_pem, span_text(NULL),
                            office(1)->certificate_pem, &both, &err),
             err);
    CHECK(!verifies(buffer_span(&both), 0, 1, &arena, &found, &err));
    CHECK_ERROR(err, ERROR_INPUT, "canonical");
}

CHECK_TEST(a_changed_byte_breaks_the_signature)
{
    struct buffer cms CLEANUP(buffer_free) = signed_by_both();
    struct buffer document CLEANUP(buffer_free) = document_make();
    size_t tried = 0;

    /* The document stands in the CMS as it is: find it and change every 97th byte. */
    uint8_t *at = memmem(cms.data, cms.size, document.data, document.size);
    CHECK_OR_RETURN(at != NULL);
    for (size_t i = 0; i < document.size; i += 97, tried++) {
        struct arena arena CLEANUP(arena_free) = arena_make(2 * AGREEMENT_ARENA_SIZE);
        struct signed_agreement found;
        struct error err;
        at[i] ^= 1;
        CHECK(!verifies(buffer_span(&cms), 0, 1, &arena, &found, &err));
        at[i] ^= 1;
    }
    CHECK(tried > 50);
}

static void file_write(const char *folder, const char *name, struct span bytes, char *path,
                       size_t size)
{
    struct error err = {.kind = ERROR_NONE};
    snprintf(path, size, "%s/%s", folder, name);
    CHECK_OK(env_write_file(env_real(), path, bytes, &err), err);
}

/* Runs the openssl program on the signed document; its exit code, or -1. */
static int openssl_verify(const char *cms_path, const char *certificates_path, const char *out_path)
{
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDERR_FILENO);
        execlp("openssl", "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", cms_path,
               "-CAfile", certificates_path, "-purpose", "any", "-out", out_path, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

CHECK_TEST(the_openssl_program_accepts_it)
{
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer cms CLEANUP(buffer_free) = signed_by_both();
    struct buffer certificates CLEANUP(buffer_free) = buffer_make(2 * PEM_SIZE_MAX);
    struct buffer content CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct error err = {.kind = ERROR_NONE};
    char folder[] = "/tmp/besa-agreement-XXXXXX";
    char cms_path[64], certificates_path[64], out_path[64];

    CHECK_OR_RETURN(mkdtemp(folder) != NULL);
    for (size_t i = 0; i < 2; i++)
        buffer_add(&certificates, office(i)->certificate_pem);
    file_write(folder, "agreement.cms", buffer_span(&cms), cms_path, sizeof cms_path);
    file_write(folder, "both.pem", buffer_span(&certificates), certificates_path,
               sizeof certificates_path);
    snprintf(out_path, sizeof out_path, "%s/agreement.json", folder);
    int code = openssl_verify(cms_path, certificates_path, out_path);
    if (code == 0 && env_read_file(env_real(), out_path, content.limit, &content, &err))
        CHECK(span_equal(buffer_span(&content), buffer_span(&document)));
    unlink(cms_path);
    unlink(certificates_path);
    unlink(out_path);
    rmdir(folder);
    if (code == 127)
        CHECK_NOT_RUN("the openssl program is not installed");
    CHECK_INT(code, 0);
    CHECK(content.size > 0);
}

int main(void)
{
    crypto_start();
    now_ms = env_real()->now_ms(env_real()->context);
    offices_make();
    CHECK_RUN(an_agreement_signed_by_both_verifies);
    CHECK_RUN(one_signature_binds_no_one);
    CHECK_RUN(a_stranger_cannot_sign);
    CHECK_RUN(a_third_signature_is_refused);
    CHECK_RUN(a_stranger_in_the_place_of_a_party_is_refused);
    CHECK_RUN(a_second_countersignature_is_refused);
    CHECK_RUN(an_expired_certificate_does_not_sign);
    CHECK_RUN(a_document_with_a_fault_is_not_signed);
    CHECK_RUN(another_spelling_is_signed_as_the_canonical_one_and_never_accepted_itself);
    CHECK_RUN(a_changed_byte_breaks_the_signature);
    CHECK_RUN(the_openssl_program_accepts_it);
    offices_free();
    return check_end();
}
