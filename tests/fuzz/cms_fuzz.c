/*
 * Arbitrary bytes as a signed document. The two institutions of the corpus signed one content only: whatever else
 * verifies is a forgery. A third institution joins whatever can be joined, and the result must be readable.
 */
#include "crypto/cms.h"
#include "crypto/secret.h"

#include <stdio.h>
#include <stdlib.h>

#define DOCUMENT_SIZE_MAX (1u << 20)
#define NOW_MS            INT64_C(1767225600000)

static const char signed_content[] = "{\"agreement\":\"ro-al\"}";

static const char ro_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIB1DCCAXqgAwIBAgIQYnin2iOk+i2120uoJJ5cPjAKBggqhkjOPQQDAjA3MRkw\n"
    "FwYDVQQKDBBGaWN0aW9uYWwgcG9saWNlMRowGAYDVQQDDBFJbnN0aXR1dGlvbiBv\n"
    "ZiBybzAgFw0yNjAxMDEwMDAwMDBaGA8yMTI1MTIwODAwMDAwMFowNzEZMBcGA1UE\n"
    "CgwQRmljdGlvbmFsIHBvbGljZTEaMBgGA1UEAwwRSW5zdGl0dXRpb24gb2Ygcm8w\n"
    "WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATztSjlJhjrdXOzGgxM7Z5OWeAOeb5y\n"
    "/boJy9NcLuYF4ncY7nsfylHVJ2gBK3VNbFjiSg6ss6cbN4kWN6Gzm9vXo2YwZDAS\n"
    "BgNVHRMBAf8ECDAGAQH/AgEAMA4GA1UdDwEB/wQEAwIBhjAdBgNVHQ4EFgQUoz5U\n"
    "3+DQkCpPvFu4xqcEDF7ddZYwHwYDVR0jBBgwFoAUoz5U3+DQkCpPvFu4xqcEDF7d\n"
    "dZYwCgYIKoZIzj0EAwIDSAAwRQIgWsdErAQvB8tLu8qFu5X0Qvw1ux4oq0IDvlli\n"
    "yJ4ib58CIQCqbw31TlJjNr4yxtMTo6dWbP73p6nQy0nnKHpk7S6KLg==\n"
    "-----END CERTIFICATE-----\n";

static const char al_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIB1DCCAXqgAwIBAgIQdijHVgGHBpqzRS8nF4C38zAKBggqhkjOPQQDAjA3MRkw\n"
    "FwYDVQQKDBBGaWN0aW9uYWwgcG9saWNlMRowGAYDVQQDDBFJbnN0aXR1dGlvbiBv\n"
    "ZiBhbDAgFw0yNjAxMDEwMDAwMDBaGA8yMTI1MTIwODAwMDAwMFowNzEZMBcGA1UE\n"
    "CgwQRmljdGlvbmFsIHBvbGljZTEaMBgGA1UEAwwRSW5zdGl0dXRpb24gb2YgYWww\n"
    "WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAThSa3Rq5SBP7fJHo+70d0g7jGMr/fU\n"
    "EQ184VxhstpIiPDUE35PgNLpG7YzqfLouuPwvATaZQf7n9Xdbn5o4FZUo2YwZDAS\n"
    "BgNVHRMBAf8ECDAGAQH/AgEAMA4GA1UdDwEB/wQEAwIBhjAdBgNVHQ4EFgQUJywP\n"
    "zjXJwmH8e9ogUc2f8dWELTYwHwYDVR0jBBgwFoAUJywPzjXJwmH8e9ogUc2f8dWE\n"
    "LTYwCgYIKoZIzj0EAwIDSAAwRQIgGtxiT7PefwG2TSrDzvo+VWmUJtdt2ZGWoaFw\n"
    "KbqRgKwCIQCH/+SZOg7YH4kagC/NnpqsZEGZC/y37BkHgcarDonA2w==\n"
    "-----END CERTIFICATE-----\n";

static void must(bool claim, const char *what)
{
    if (claim)
        return;
    fprintf(stderr, "not so: %s\n", what);
    abort();
}

static struct buffer third_key;
static struct buffer third_certificate;

static void third_once(void)
{
    struct error err;

    if (third_key.size > 0)
        return;
    crypto_start();
    third_key = buffer_make(DOCUMENT_SIZE_MAX);
    third_certificate = buffer_make(DOCUMENT_SIZE_MAX);
    must(institution_make("Institution of zz", "Fictional police", NOW_MS, 3650, span_text(""),
                          &third_key, &third_certificate, &err),
         "a third institution is made");
}

/* What can be joined carries one more signature, over the content that was there. */
static void join(struct span cms, size_t signer_count, struct span content)
{
    struct buffer joined = buffer_make(DOCUMENT_SIZE_MAX);
    struct buffer found = buffer_make(DOCUMENT_SIZE_MAX);
    size_t count = 0;
    struct error err;

    if (cms_add_signer(cms, buffer_span(&third_key), span_text(""), buffer_span(&third_certificate),
                       &joined, &err)) {
        must(cms_look(buffer_span(&joined), &count, &found, &err), "the joined document is read");
        must(count == signer_count + 1 && span_equal(buffer_span(&found), content),
             "one signature more over the same content");
    }
    buffer_free(&joined);
    buffer_free(&found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span certificates[2] = {span_text(ro_certificate), span_text(al_certificate)};
    struct buffer seen = buffer_make(DOCUMENT_SIZE_MAX);
    struct buffer content = buffer_make(DOCUMENT_SIZE_MAX);
    struct span cms = span_make(data, size);
    size_t signer_count = 0;
    struct error err;

    third_once();
    bool is_document = cms_look(cms, &signer_count, &seen, &err);
    for (size_t count = 1; count <= 2; count++) {
        buffer_clear(&content);
        if (!cms_verify(cms, certificates, count, &content, &err))
            continue;
        must(is_document && signer_count == count, "as many signers as certificates");
        must(span_is(buffer_span(&content), signed_content), "only the signed content verifies");
    }
    if (is_document)
        join(cms, signer_count, buffer_span(&seen));
    buffer_free(&seen);
    buffer_free(&content);
    return 0;
}
