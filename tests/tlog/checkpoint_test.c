/* Checkpoints: their text, the published ones of one log at every size, and what is refused. */
#include "check.h"
#include "tlog/support/tlog_support.h"

#include "base/text.h"

#include <inttypes.h>

#define TESSERA_KEY "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

static const char sample[] = "ro/ro-al/to/al/0\n"
                             "1024\n"
                             "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

static bool read_text(struct span text, bool allow_extensions)
{
    struct checkpoint checkpoint;
    struct error err = {0};

    return checkpoint_read(text, allow_extensions, &checkpoint, &err);
}

CHECK_TEST(checkpoint_reads_what_it_writes)
{
    struct checkpoint checkpoint;
    struct buffer again CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct tlog_hash empty;
    struct error err = {0};

    tlog_empty_root(&empty);
    CHECK_OK(checkpoint_read(span_text(sample), false, &checkpoint, &err), err);
    CHECK_SPAN(checkpoint.origin, "ro/ro-al/to/al/0");
    CHECK_INT(checkpoint.size, 1024);
    CHECK(tlog_hash_is_equal(&checkpoint.root, &empty));
    CHECK(checkpoint_write(&checkpoint, &again));
    CHECK_SPAN(buffer_span(&again), sample);
}

static void visit_tessera(const char *folder, const char *name)
{
    struct error err = {0};
    struct note_key key;
    struct checkpoint checkpoint;
    uint8_t signature[SIGNATURE_SIZE];
    char path[SUPPORT_PATH_SIZE];
    char number[24];
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct buffer again CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);

    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct buffer bytes CLEANUP(buffer_free) = support_file(path);
    CHECK_OK(note_key_read(span_text(TESSERA_KEY), &key, &err), err);
    CHECK_OK(checkpoint_open(buffer_span(&bytes), &key, &checkpoint, &body, signature, &err), err);
    snprintf(number, sizeof number, "%" PRIu64, checkpoint.size);
    CHECK_SPAN(span_text(strchr(name, '.') + 1), number);
    CHECK(checkpoint_write(&checkpoint, &again));
    CHECK(span_equal(buffer_span(&again), buffer_span(&body)));
}

CHECK_TEST(published_checkpoints_verify)
{
    CHECK(support_each("tlog/tessera-testdata", "checkpoint.", visit_tessera) > 10);
}

CHECK_TEST(checkpoint_cut_at_any_byte_is_refused)
{
    for (size_t size = 0; size < strlen(sample); size++) {
        CHECK(!read_text(span_make(sample, size), false));
        CHECK(!read_text(span_make(sample, size), true));
    }
}

CHECK_TEST(checkpoint_with_any_bit_changed_is_refused)
{
    struct signer signer = support_signer("ro/ro-al/to/al/0", NOTE_ED25519, 1);
    struct tlog_hash root = {{9}};
    struct buffer bytes CLEANUP(buffer_free) = support_checkpoint(&signer, 1024, &root);
    struct checkpoint checkpoint;
    uint8_t signature[SIGNATURE_SIZE];

    for (size_t i = 0; i < bytes.size * 8; i++) {
        struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
        struct error err = {0};
        bytes.data[i / 8] ^= (uint8_t)(1u << i % 8);
        CHECK(!checkpoint_open(buffer_span(&bytes), &signer.key, &checkpoint, &body, signature,
                               &err));
        bytes.data[i / 8] ^= (uint8_t)(1u << i % 8);
    }
}

CHECK_TEST(malformed_checkpoints_are_refused)
{
    static const char *const texts[] = {
        "\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",     /* no origin */
        "a\tb\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", /* control character */
        "a\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",   /* leading zero */
        "a\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",   /* sign */
        "a\n 1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",   /* space */
        "a\n18446744073709551616\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", /* 2^64 */
        "a\n\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",                     /* no size */
        "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n",                    /* 31 bytes */
        "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",                    /* unused bits */
        "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\r\n",                  /* CR LF */
    };

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        CHECK(!read_text(span_text(texts[i]), false));
        CHECK(!read_text(span_text(texts[i]), true));
    }
}

CHECK_TEST(extension_lines_are_for_foreign_logs_only)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);

    buffer_text(&text, sample);
    buffer_text(&text, "extension\n");
    CHECK(!read_text(buffer_span(&text), false));
    CHECK(read_text(buffer_span(&text), true));
    buffer_text(&text, "not ended");
    CHECK(!read_text(buffer_span(&text), true));
    buffer_text(&text, "\n\n");
    CHECK(!read_text(buffer_span(&text), true)); /* an empty one */
}

CHECK_TEST(duplicated_line_is_refused)
{
    static const char *const texts[] = {
        "a\na\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n1\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    };

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        CHECK(!read_text(span_text(texts[i]), false));
}

CHECK_TEST(origin_that_is_no_line_is_not_written)
{
    static const char *const origins[] = {"", "a\nb", "a\x01", "\xff"};
    struct buffer out CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);

    for (size_t i = 0; i < ARRAY_COUNT(origins); i++) {
        struct checkpoint checkpoint = {.origin = span_text(origins[i])};
        CHECK(!checkpoint_write(&checkpoint, &out));
        CHECK_INT(out.size, 0);
    }
}

CHECK_TEST(checkpoint_of_another_origin_is_refused_though_signed)
{
    struct signer signer = support_signer("ro/domestic/0", NOTE_ED25519, 1);
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct checkpoint checkpoint;
    uint8_t signature[SIGNATURE_SIZE];
    struct error err = {0};

    CHECK(note_text_write(span_text(sample), &bytes));
    CHECK(note_sign(&signer.key, signer.secret, span_text(sample), &bytes));
    CHECK(!checkpoint_open(buffer_span(&bytes), &signer.key, &checkpoint, &body, signature, &err));
    CHECK_ERROR(err, ERROR_INPUT, "origin");
}

CHECK_TEST(opening_appends_to_what_the_body_holds)
{
    struct signer signer = support_signer("ro/domestic/0", NOTE_ED25519, 1);
    struct tlog_hash root = {{9}};
    struct buffer bytes CLEANUP(buffer_free) = support_checkpoint(&signer, 7, &root);
    struct buffer body CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct checkpoint checkpoint;
    uint8_t signature[SIGNATURE_SIZE];
    struct error err = {0};

    buffer_text(&body, "held before");
    CHECK_OK(checkpoint_open(buffer_span(&bytes), &signer.key, &checkpoint, &body, signature, &err),
             err);
    CHECK_INT(checkpoint.size, 7);
    CHECK_SPAN(checkpoint.origin, "ro/domestic/0");
}

int main(void)
{
    crypto_start();
    CHECK_RUN(checkpoint_reads_what_it_writes);
    CHECK_RUN(published_checkpoints_verify);
    CHECK_RUN(checkpoint_cut_at_any_byte_is_refused);
    CHECK_RUN(checkpoint_with_any_bit_changed_is_refused);
    CHECK_RUN(malformed_checkpoints_are_refused);
    CHECK_RUN(extension_lines_are_for_foreign_logs_only);
    CHECK_RUN(duplicated_line_is_refused);
    CHECK_RUN(origin_that_is_no_line_is_not_written);
    CHECK_RUN(checkpoint_of_another_origin_is_refused_though_signed);
    CHECK_RUN(opening_appends_to_what_the_body_holds);
    return check_end();
}
