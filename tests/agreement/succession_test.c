/*
 * Succession documents: canonical, signed by exactly the institutions that must, and refused otherwise. Institutions are
 * fictional and made here.
 */
#include "agreement/succession.h"
#include "base/attributes.h"
#include "check.h"
#include "crypto/cms.h"
#include "crypto/secret.h"

#define NOW_MS INT64_C(1768200000000)

struct office {
    struct buffer key, certificate;
    struct institution institution;
};
static struct office offices[3]; /* ro, al, and a stranger */

static void offices_make(void)
{
    for (size_t i = 0; i < ARRAY_COUNT(offices); i++) {
        struct error err = {.kind = ERROR_NONE};
        offices[i].key = buffer_make(16384);
        offices[i].certificate = buffer_make(16384);
        CHECK_OK(institution_make("Fictional", "Fictional", NOW_MS, 30, span_text(""),
                                  &offices[i].key, &offices[i].certificate, &err),
                 err);
        offices[i].institution =
            (struct institution){.key_pem = buffer_span(&offices[i].key),
                                 .certificate_pem = buffer_span(&offices[i].certificate)};
    }
}

static struct succession_document sample(const char *origin)
{
    return (struct succession_document){.origin = span_text(origin),
                                        .size = 812,
                                        .root = {1, 2},
                                        .reason = SUCCESSION_KEY_THEFT,
                                        .keys = {.number = 3, .log = {4}, .sealing = {4, 5}},
                                        .made_ms = NOW_MS};
}

static bool sign(const char *origin, size_t first, int second, struct buffer *out,
                 struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer text CLEANUP(buffer_free) = buffer_make(SUCCESSION_DOCUMENT_MAX);
    struct buffer once CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct succession_document document = sample(origin);

    buffer_clear(out);
    return succession_document_write(&document, &text) &&
           succession_sign(buffer_span(&text), &offices[first].institution, NOW_MS, &arena,
                           second < 0 ? out : &once, err) &&
           (second < 0 || succession_countersign(buffer_span(&once), &offices[second].institution,
                                                 NOW_MS, &arena, out, err));
}

static bool verify(const struct buffer *cms, size_t count, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct span certificates[2] = {buffer_span(&offices[0].certificate),
                                   buffer_span(&offices[1].certificate)};
    struct succession_document found;

    return succession_verify(buffer_span(cms), certificates, count, &arena, &found, err);
}

CHECK_TEST(what_is_written_is_read_and_any_other_spelling_is_not_what_was_signed)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer text CLEANUP(buffer_free) = buffer_make(SUCCESSION_DOCUMENT_MAX);
    struct succession_document document = sample("ro/ro-al/to/al/0"), found;
    struct error err = {0};

    CHECK(succession_document_write(&document, &text));
    CHECK_OK(succession_document_read(buffer_span(&text), &arena, &found, &err), err);
    CHECK_INT(found.size, 812);
    CHECK_INT(found.reason, SUCCESSION_KEY_THEFT);
    CHECK_INT(found.keys.number, 3);
    CHECK(memcmp(&found.keys, &document.keys, sizeof found.keys) == 0);
    CHECK(!succession_document_read(span_text("{\"format\":\"besa-succession/1\"}"), &arena, &found,
                                    &err));
    CHECK_INT(err.kind, ERROR_INPUT);
    /* Signed over a space more: the CMS holds, the document does not. */
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct buffer spaced CLEANUP(buffer_free) = buffer_make(SUCCESSION_DOCUMENT_MAX);
    buffer_byte(&spaced, ' ');
    buffer_add(&spaced, buffer_span(&text));
    CHECK_OK(cms_sign(buffer_span(&spaced), offices[0].institution.key_pem, span_text(""),
                      offices[0].institution.certificate_pem, &cms, &err),
             err);
    CHECK(!verify(&cms, 1, &err));
    CHECK_ERROR(err, ERROR_INPUT, "canonical");
}

CHECK_TEST(an_outgoing_log_ends_by_both_signatures_and_a_domestic_one_by_its_writers)
{
    struct buffer cms CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct error err = {0};

    CHECK_OK(sign("ro/ro-al/to/al/0", 0, 1, &cms, &err), err);
    CHECK_OK(verify(&cms, 2, &err), err);
    CHECK_OK(sign("ro/domestic/0", 0, -1, &cms, &err), err);
    CHECK_OK(verify(&cms, 1, &err), err);
    CHECK_OK(sign("ro/ro-al/to/al/0", 0, -1, &cms, &err), err);
    CHECK(!verify(&cms, 1, &err)); /* the writer's alone */
    CHECK_ERROR(err, ERROR_RULE, "both institutions");
    CHECK(!verify(&cms, 2, &err));
    CHECK_OK(sign("ro/ro-al/to/al/0", 0, 2, &cms, &err), err);
    CHECK(!verify(&cms, 2, &err)); /* a stranger's */
    CHECK(!sign("ro/ro-al/to/al/0", 0, 0, &cms, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "signed already");
    CHECK(!sign("ro/domestic/0", 0, 1, &cms, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "needs no other");
}

CHECK_TEST(the_next_origin_has_the_next_number)
{
    char next[ORIGIN_SIZE_MAX + 1];
    struct error err = {0};

    CHECK_OK(succession_next(span_text("ro/ro-al/to/al/9"), next, &err), err);
    CHECK(strcmp(next, "ro/ro-al/to/al/10") == 0);
    CHECK_OK(succession_next(span_text("ro/domestic/0"), next, &err), err);
    CHECK(strcmp(next, "ro/domestic/1") == 0);
    CHECK(!succession_next(span_text("ro/domestic"), next, &err));
    CHECK(!succession_next(span_text("ro/domestic/4294967295"), next, &err));
}

int main(void)
{
    crypto_start();
    offices_make();
    CHECK_RUN(what_is_written_is_read_and_any_other_spelling_is_not_what_was_signed);
    CHECK_RUN(an_outgoing_log_ends_by_both_signatures_and_a_domestic_one_by_its_writers);
    CHECK_RUN(the_next_origin_has_the_next_number);
    for (size_t i = 0; i < ARRAY_COUNT(offices); i++) {
        buffer_free(&offices[i].key);
        buffer_free(&offices[i].certificate);
    }
    return check_end();
}
