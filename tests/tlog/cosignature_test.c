/* Cosignatures: a published witness, and that no signature of one kind, name or key passes for another. */
#include "check.h"
#include "tlog/support/tlog_support.h"

#include "base/text.h"

#define TIME_S 1767139200

static const char body[] = "ro/ro-al/to/al/0\n"
                           "1024\n"
                           "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

static uint8_t signature[SIGNATURE_SIZE];
static int64_t time_s;

static struct buffer cosigned_line(const struct signer *signer)
{
    struct buffer line = buffer_make(CHECKPOINT_SIZE_MAX);

    support_cosign(signer, TIME_S, span_text(body), &line);
    return line;
}

/* The witness's key, from the file beside the checkpoint. */
static struct note_key witness_key(void)
{
    struct json *json = support_json("tlog/sunlight-testdata/witness/witness.v0.json");
    static struct problems problems;
    struct arena arena = arena_make(64 * 1024);
    struct json_object wrapped;
    struct json_object file;
    struct note_key key = {0};
    struct error err = {0};

    json_object_begin(&wrapped, json_root(json), &arena, &problems);
    CHECK(json_get_child(&wrapped, "file", &file));
    struct json_list keys = json_get_array(&file, "verifier_keys", 1, 1);
    if (!note_key_read(json_array_text(&keys, 0, 1, 256), &key, &err))
        printf("%s\n", err.text);
    CHECK_INT(key.type, NOTE_COSIGNATURE);
    json_free(&json);
    arena_free(&arena);
    return key;
}

CHECK_TEST(published_witness_holds_beside_an_rfc6962_signature)
{
    struct buffer bytes CLEANUP(buffer_free) =
        support_file("tlog/sunlight-testdata/witness/checkpoint");
    struct note_key key = witness_key();
    struct note note;
    struct checkpoint checkpoint;
    struct error err = {0};

    CHECK_OK(note_read(buffer_span(&bytes), &note, &err), err);
    CHECK_INT(note.signature_count, 2);
    CHECK_SPAN(note.signatures[0].name, "rome2026h1.example.org");
    CHECK_OK(cosignature_verify(&note, &key, &time_s, signature, &err), err);
    CHECK_INT(time_s, TIME_S);
    CHECK_OK(checkpoint_read(note.text, false, &checkpoint, &err), err);
    CHECK_INT(checkpoint.size, 300);
    /* Written anew the line is the published one. */
    struct buffer line CLEANUP(buffer_free) = buffer_make(1024);
    CHECK(cosignature_line_write(&key, time_s, signature, &line));
    CHECK(bytes.size > line.size &&
          span_equal(buffer_span(&line),
                     span_part(buffer_span(&bytes), bytes.size - line.size, line.size)));
}

CHECK_TEST(message_is_the_published_form)
{
    struct buffer message CLEANUP(buffer_free) = buffer_make(1024);

    CHECK(cosignature_message_write(
        1679315147,
        span_text(
            "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"),
        &message));
    CHECK_SPAN(
        buffer_span(&message),
        "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n");
}

CHECK_TEST(line_gives_time_and_signature_back)
{
    struct signer signer = support_signer("al/custody/0", NOTE_COSIGNATURE, 3);
    struct buffer line CLEANUP(buffer_free) = cosigned_line(&signer);
    struct span text = buffer_span(&line);

    CHECK(cosignature_line_verify(&signer.key, span_text(body), text, &time_s, signature));
    CHECK_INT(time_s, TIME_S);
    text.size--; /* without its newline */
    CHECK(cosignature_line_verify(&signer.key, span_text(body), text, &time_s, signature));
}

CHECK_TEST(line_cut_changed_or_too_long_is_refused)
{
    struct signer signer = support_signer("al/custody/0", NOTE_COSIGNATURE, 3);
    struct buffer line CLEANUP(buffer_free) = cosigned_line(&signer);

    for (size_t size = 0; size + 1 < line.size; size++)
        CHECK(!cosignature_line_verify(&signer.key, span_text(body), span_make(line.data, size),
                                       &time_s, signature));
    for (size_t i = 0; i < (line.size - 1) * 8; i++) {
        line.data[i / 8] ^= (uint8_t)(1u << i % 8);
        CHECK(!cosignature_line_verify(&signer.key, span_text(body), buffer_span(&line), &time_s,
                                       signature));
        line.data[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    CHECK(buffer_byte(&line, '\n'));
    CHECK(!cosignature_line_verify(&signer.key, span_text(body), buffer_span(&line), &time_s,
                                   signature));
}

CHECK_TEST(witness_signature_never_verifies_as_a_receipt)
{
    /* The worst case: one secret key used for both. */
    struct signer custody = support_signer("al/custody/0", NOTE_COSIGNATURE, 3);
    struct signer witness = support_signer("al/witness/0", NOTE_COSIGNATURE, 3);
    struct buffer line CLEANUP(buffer_free) = cosigned_line(&witness);
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct note note;
    struct error err = {0};

    CHECK(cosignature_line_verify(&witness.key, span_text(body), buffer_span(&line), &time_s,
                                  signature));
    CHECK(!cosignature_line_verify(&custody.key, span_text(body), buffer_span(&line), &time_s,
                                   signature));
    CHECK(note_text_write(span_text(body), &bytes));
    CHECK(buffer_add(&bytes, buffer_span(&line)));
    CHECK_OK(note_read(buffer_span(&bytes), &note, &err), err);
    CHECK(!cosignature_verify(&note, &custody.key, &time_s, signature, &err));
    CHECK_ERROR(err, ERROR_MISSING, "al/custody/0");
    /* Nor with the other's name put before it: the id is of the witness. */
    struct buffer renamed CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    buffer_text(&renamed, "\xe2\x80\x94 al/custody/0 ");
    struct span base64 = note.signatures[0].signature;
    buffer_add(&renamed, base64);
    CHECK(!cosignature_line_verify(&custody.key, span_text(body), buffer_span(&renamed), &time_s,
                                   signature));
    /* Keys of their own, as they are in use: not even with name and id. */
    struct signer other = support_signer("al/witness/0", NOTE_COSIGNATURE, 4);
    struct signer forged = other;
    forged.key = custody.key;
    struct buffer forgery CLEANUP(buffer_free) = cosigned_line(&forged);
    CHECK(!cosignature_line_verify(&custody.key, span_text(body), buffer_span(&forgery), &time_s,
                                   signature));
}

CHECK_TEST(log_signature_is_no_cosignature_and_no_cosignature_a_log_signature)
{
    struct signer log = support_signer("ro/ro-al/to/al/0", NOTE_ED25519, 5);
    struct signer same = support_signer("ro/ro-al/to/al/0", NOTE_COSIGNATURE, 5);
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct note note;
    struct error err = {0};

    CHECK(note_text_write(span_text(body), &bytes));
    support_cosign(&same, TIME_S, span_text(body), &bytes);
    CHECK(note_read(buffer_span(&bytes), &note, &err));
    CHECK(cosignature_verify(&note, &same.key, &time_s, signature, &err));
    CHECK(!note_verify(&note, &log.key, signature, &err));
    buffer_clear(&bytes);
    CHECK(note_text_write(span_text(body), &bytes));
    CHECK(note_sign(&log.key, log.secret, span_text(body), &bytes));
    CHECK(note_read(buffer_span(&bytes), &note, &err));
    CHECK(!cosignature_verify(&note, &same.key, &time_s, signature, &err));
    CHECK(!cosignature_verify(&note, &log.key, &time_s, signature, &err));
}

CHECK_TEST(known_cosigner_that_fails_makes_the_note_invalid)
{
    struct signer signer = support_signer("al/custody/0", NOTE_COSIGNATURE, 3);
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    uint8_t wrong[SIGNATURE_SIZE] = {1};
    struct note note;
    struct error err = {0};

    CHECK(note_text_write(span_text(body), &bytes));
    support_cosign(&signer, TIME_S, span_text(body), &bytes);
    support_cosign(&signer, TIME_S + 5, span_text(body), &bytes);
    CHECK(note_read(buffer_span(&bytes), &note, &err));
    CHECK_OK(cosignature_verify(&note, &signer.key, &time_s, signature, &err), err);
    CHECK_INT(time_s, TIME_S);
    CHECK(cosignature_line_write(&signer.key, TIME_S, wrong, &bytes));
    CHECK(note_read(buffer_span(&bytes), &note, &err));
    CHECK(!cosignature_verify(&note, &signer.key, &time_s, signature, &err));
    CHECK_ERROR(err, ERROR_INPUT, "does not hold");
}

CHECK_TEST(cosignature_over_another_text_or_time_is_refused)
{
    struct signer signer = support_signer("al/custody/0", NOTE_COSIGNATURE, 3);
    struct buffer line CLEANUP(buffer_free) = cosigned_line(&signer);
    struct buffer moved CLEANUP(buffer_free) = buffer_make(1024);

    CHECK(!cosignature_line_verify(
        &signer.key,
        span_text("ro/ro-al/to/al/1\n1024\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"),
        buffer_span(&line), &time_s, signature));
    CHECK(cosignature_line_verify(&signer.key, span_text(body), buffer_span(&line), &time_s,
                                  signature));
    CHECK(cosignature_line_write(&signer.key, TIME_S + 1, signature, &moved));
    CHECK(!cosignature_line_verify(&signer.key, span_text(body), buffer_span(&moved), &time_s,
                                   signature));
}

CHECK_TEST(times_that_cannot_be_are_refused)
{
    struct signer signer = support_signer("al/custody/0", NOTE_COSIGNATURE, 3);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1024);

    CHECK(!cosignature_message_write(-1, span_text(body), &out));
    CHECK(!cosignature_message_write(COSIGNATURE_TIME_MAX_S + 1, span_text(body), &out));
    CHECK(!cosignature_line_write(&signer.key, -1, signature, &out));
    CHECK(!cosignature_line_write(&signer.key, INT64_MAX, signature, &out));
    CHECK_INT(out.size, 0);
    support_cosign(&signer, COSIGNATURE_TIME_MAX_S, span_text(body), &out);
    CHECK(cosignature_line_verify(&signer.key, span_text(body), buffer_span(&out), &time_s,
                                  signature));
    CHECK_INT(time_s, COSIGNATURE_TIME_MAX_S);
}

int main(void)
{
    crypto_start();
    CHECK_RUN(published_witness_holds_beside_an_rfc6962_signature);
    CHECK_RUN(message_is_the_published_form);
    CHECK_RUN(line_gives_time_and_signature_back);
    CHECK_RUN(line_cut_changed_or_too_long_is_refused);
    CHECK_RUN(witness_signature_never_verifies_as_a_receipt);
    CHECK_RUN(log_signature_is_no_cosignature_and_no_cosignature_a_log_signature);
    CHECK_RUN(known_cosigner_that_fails_makes_the_note_invalid);
    CHECK_RUN(cosignature_over_another_text_or_time_is_refused);
    CHECK_RUN(times_that_cannot_be_are_refused);
    return check_end();
}
