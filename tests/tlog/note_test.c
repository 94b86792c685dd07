/* Signed notes: the published example, names, verifier keys, and which lines count. */
#include "check.h"
#include "tlog/support/tlog_support.h"

#include "base/text.h"

#define LONG_SIGNATURE_SIZE 5000u /* a post-quantum one */

static uint8_t signature[SIGNATURE_SIZE];

static struct span without_newline(struct span text)
{
    if (text.size > 0 && text.data[text.size - 1] == '\n')
        text.size--;
    return text;
}

/* Read and verified by the key. */
static bool open_note(struct span bytes, const struct note_key *key, struct error *err)
{
    struct note note;

    return note_read(bytes, &note, err) && note_verify(&note, key, signature, err);
}

static struct buffer signed_note(const struct signer *signer, const char *text)
{
    struct buffer out = buffer_make(NOTE_SIZE_MAX + 1024);

    CHECK(note_text_write(span_text(text), &out));
    CHECK(note_sign(&signer->key, signer->secret, span_text(text), &out));
    return out;
}

CHECK_TEST(published_note_verifies_with_its_published_key)
{
    struct buffer bytes CLEANUP(buffer_free) = support_file("tlog/signed-note/example.note");
    struct buffer vkey CLEANUP(buffer_free) = support_file("tlog/signed-note/example.vkey");
    struct buffer again CLEANUP(buffer_free) = buffer_make(256);
    struct note_key key;
    struct note note;
    struct error err = {0};

    CHECK_OK(note_key_read(without_newline(buffer_span(&vkey)), &key, &err), err);
    CHECK(note_key_write(&key, &again));
    CHECK(span_equal(buffer_span(&again), without_newline(buffer_span(&vkey))));
    CHECK_OK(note_read(buffer_span(&bytes), &note, &err), err);
    CHECK_SPAN(note.text, "This is an example message.\n");
    CHECK_OK(note_verify(&note, &key, signature, &err), err);
    /* Written anew from its parts it is the same. */
    buffer_clear(&again);
    struct buffer whole CLEANUP(buffer_free) = buffer_make(1024);
    CHECK(note_text_write(note.text, &whole));
    CHECK(note_signature_line_write(&key, span_make(signature, sizeof signature), &whole));
    CHECK(span_equal(buffer_span(&whole), buffer_span(&bytes)));
}

CHECK_TEST(note_cut_at_any_byte_is_refused)
{
    struct signer signer = support_signer("ro/domestic/0", NOTE_ED25519, 1);
    struct buffer bytes CLEANUP(buffer_free) = signed_note(&signer, "one\n\ntwo\n");

    for (size_t size = 0; size < bytes.size; size++) {
        struct error err = {0};
        CHECK(!open_note(span_make(bytes.data, size), &signer.key, &err));
        CHECK_INT(err.kind, ERROR_INPUT);
    }
}

CHECK_TEST(note_with_any_bit_changed_is_refused)
{
    struct signer signer = support_signer("ro/domestic/0", NOTE_ED25519, 1);
    struct buffer bytes CLEANUP(buffer_free) = signed_note(&signer, "one\n\ntwo\n");

    for (size_t i = 0; i < bytes.size * 8; i++) {
        struct error err = {0};
        bytes.data[i / 8] ^= (uint8_t)(1u << i % 8);
        CHECK(!open_note(buffer_span(&bytes), &signer.key, &err));
        bytes.data[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    struct error err = {0};
    CHECK_OK(open_note(buffer_span(&bytes), &signer.key, &err), err);
}

CHECK_TEST(note_with_a_byte_more_or_too_long_is_refused)
{
    struct signer signer = support_signer("ro/domestic/0", NOTE_ED25519, 1);
    struct buffer bytes CLEANUP(buffer_free) = signed_note(&signer, "one\n");
    struct error err = {0};

    CHECK(buffer_byte(&bytes, 'x'));
    CHECK(!open_note(buffer_span(&bytes), &signer.key, &err));
    bytes.size--;
    CHECK(buffer_byte(&bytes, '\n'));
    CHECK(!open_note(buffer_span(&bytes), &signer.key, &err));
    struct buffer text CLEANUP(buffer_free) = buffer_make(NOTE_SIZE_MAX + 1024);
    while (text.size < NOTE_SIZE_MAX)
        buffer_text(&text, "a line of 20 bytes.\n");
    struct buffer whole CLEANUP(buffer_free) = buffer_make(2 * NOTE_SIZE_MAX);
    CHECK(note_text_write(buffer_span(&text), &whole));
    CHECK(note_sign(&signer.key, signer.secret, buffer_span(&text), &whole));
    CHECK(!open_note(buffer_span(&whole), &signer.key, &err));
    CHECK_INT(err.kind, ERROR_LIMIT);
}

CHECK_TEST(line_of_unknown_name_or_id_is_passed_over)
{
    struct signer known = support_signer("ro/domestic/0", NOTE_ED25519, 1);
    struct signer same_name = support_signer("ro/domestic/0", NOTE_ED25519, 2);
    struct signer same_key = support_signer("ro/domestic/1", NOTE_ED25519, 1);
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
    struct span text = span_text("text\n");
    struct error err = {0};

    CHECK(note_text_write(text, &bytes));
    CHECK(note_sign(&same_name.key, same_name.secret, text, &bytes));
    CHECK(note_sign(&same_key.key, same_key.secret, text, &bytes));
    CHECK(!open_note(buffer_span(&bytes), &known.key, &err));
    CHECK_ERROR(err, ERROR_INPUT, "not signed by ro/domestic/0");
    CHECK(note_sign(&known.key, known.secret, text, &bytes));
    CHECK_OK(open_note(buffer_span(&bytes), &known.key, &err), err);
}

CHECK_TEST(known_key_that_fails_makes_the_note_invalid_beside_one_that_holds)
{
    struct signer known = support_signer("ro/domestic/0", NOTE_ED25519, 1);
    struct span text = span_text("text\n");
    uint8_t wrong[SIGNATURE_SIZE] = {1};

    for (int is_first = 0; is_first < 2; is_first++) {
        struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
        struct error err = {0};
        CHECK(note_text_write(text, &bytes));
        if (is_first == 1)
            CHECK(note_signature_line_write(&known.key, span_make(wrong, sizeof wrong), &bytes));
        CHECK(note_sign(&known.key, known.secret, text, &bytes));
        if (is_first == 0)
            CHECK(note_signature_line_write(&known.key, span_make(wrong, sizeof wrong), &bytes));
        CHECK(!open_note(buffer_span(&bytes), &known.key, &err));
        CHECK_ERROR(err, ERROR_INPUT, "does not hold");
    }
}

CHECK_TEST(same_line_twice_is_one_signature)
{
    struct signer known = support_signer("ro/domestic/0", NOTE_ED25519, 1);
    struct buffer bytes CLEANUP(buffer_free) = signed_note(&known, "text\n");
    struct error err = {0};

    CHECK(note_sign(&known.key, known.secret, span_text("text\n"), &bytes));
    CHECK_OK(open_note(buffer_span(&bytes), &known.key, &err), err);
}

CHECK_TEST(note_takes_16_signatures_of_post_quantum_length_and_no_17)
{
    struct signer known = support_signer("ro/domestic/0", NOTE_ED25519, 1);
    struct buffer bytes CLEANUP(buffer_free) = signed_note(&known, "text\n");
    static uint8_t raw[4 + LONG_SIGNATURE_SIZE] = {0xff};
    static char line[BASE64_SIZE(sizeof raw) + 1];
    struct error err = {0};

    base64_write(span_make(raw, sizeof raw), line);
    for (int i = 0; i < 15; i++)
        CHECK(buffer_format(&bytes, "\xe2\x80\x94 cosigner.example/%d %s\n", i, line));
    CHECK_OK(open_note(buffer_span(&bytes), &known.key, &err), err);
    CHECK(buffer_text(&bytes, "\xe2\x80\x94 a AAAAAAA=\n"));
    CHECK(!open_note(buffer_span(&bytes), &known.key, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "more than 16");
}

CHECK_TEST(malformed_signature_lines_are_refused_even_of_unknown_keys)
{
    static const char *const lines[] = {
        "- a AAAAAAA=",                     /* no em dash */
        "\xe2\x80\x94 a",                   /* no signature */
        "\xe2\x80\x94  AAAAAAA=",           /* no name */
        "\xe2\x80\x94 a+b AAAAAAA=",        /* plus */
        "\xe2\x80\x94 a\xc2\xa0z AAAAAAA=", /* no-break space */
        "\xe2\x80\x94 a  AAAAAAA=",         /* two spaces */
        "\xe2\x80\x94 a AAAAAAA= ",         /* space behind */
        "\xe2\x80\x94 a AAAAAA==",          /* key id and nothing else */
        "\xe2\x80\x94 a AAAAAAA",           /* no padding */
        "\xe2\x80\x94 a AAAAAAB=",          /* unused bits */
        "\xe2\x80\x94 a AAAAAAA=AAAA",      /* padding within */
        "\xe2\x80\x94 a AAAA-AAA",          /* not this alphabet */
        "\xe2\x80\x94 a\x7f AAAAAAA=",      /* delete */
        "\xe2\x80\x94 a "
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=AAAA", /* padding after 64 */
        "",
    };

    for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
        struct note_signature line;
        struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
        struct note note;
        struct error err = {0};
        CHECK(!note_signature_line_read(span_text(lines[i]), &line));
        buffer_format(&bytes, "text\n\n\xe2\x80\x94 a AAAAAAA=\n%s\n", lines[i]);
        CHECK(!note_read(buffer_span(&bytes), &note, &err));
    }
    struct note_signature line;
    CHECK(note_signature_line_read(span_text("\xe2\x80\x94 a AAAAAAA="), &line));
    CHECK(note_signature_line_read(span_text("\xe2\x80\x94 stație/1 AAAAAAA="), &line));
}

CHECK_TEST(text_with_control_characters_or_bad_utf8_is_neither_read_nor_written)
{
    static const char *const texts[] = {"a\tb\n", "a\rb\n", "a\x01\n", "a\xff\n", "no newline", ""};
    struct signer known = support_signer("ro/domestic/0", NOTE_ED25519, 1);

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
        struct note note;
        struct error err = {0};
        CHECK(!note_text_write(span_text(texts[i]), &bytes));
        CHECK(!note_sign(&known.key, known.secret, span_text(texts[i]), &bytes));
        CHECK_INT(bytes.size, 0);
        buffer_format(&bytes, "%s\n\xe2\x80\x94 a AAAAAAA=\n", texts[i]);
        CHECK(!note_read(buffer_span(&bytes), &note, &err));
    }
}

CHECK_TEST(key_names_follow_the_rule)
{
    static const char *const bad[] = {"",
                                      "a b",
                                      "a+b",
                                      "a\nb",
                                      "a\xe2\x80\xa8"
                                      "b",
                                      "a\xe3\x80\x80",
                                      "\xc2\x85",
                                      "a\x7f",
                                      "\xff"};
    char longest[NOTE_KEY_NAME_MAX + 2];
    uint8_t public_key[SIGNATURE_PUBLIC_SIZE] = {1};
    struct note_key key;

    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        CHECK(!note_key_make(span_text(bad[i]), NOTE_ED25519, public_key, &key));
    CHECK(note_key_make(span_text("al/custody/0"), NOTE_COSIGNATURE, public_key, &key));
    CHECK(note_key_make(span_text("polici\xc3\xab.example"), NOTE_ED25519, public_key, &key));
    memset(longest, 'a', sizeof longest);
    CHECK(note_key_make(span_make(longest, NOTE_KEY_NAME_MAX), NOTE_ED25519, public_key, &key));
    CHECK(
        !note_key_make(span_make(longest, NOTE_KEY_NAME_MAX + 1), NOTE_ED25519, public_key, &key));
}

CHECK_TEST(verifier_key_cut_changed_or_too_long_is_refused)
{
    struct signer signer = support_signer("al/witness/0", NOTE_COSIGNATURE, 7);
    struct buffer text CLEANUP(buffer_free) = buffer_make(256);
    struct note_key key;
    struct error err = {0};

    CHECK(note_key_write(&signer.key, &text));
    CHECK_OK(note_key_read(buffer_span(&text), &key, &err), err);
    CHECK_INT(key.type, NOTE_COSIGNATURE);
    CHECK(key.id == signer.key.id && strcmp(key.name, signer.key.name) == 0);
    for (size_t size = 0; size < text.size; size++)
        CHECK(!note_key_read(span_make(text.data, size), &key, &err));
    for (size_t i = 0; i < text.size * 8; i++) {
        text.data[i / 8] ^= (uint8_t)(1u << i % 8);
        CHECK(!note_key_read(buffer_span(&text), &key, &err));
        text.data[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    CHECK(buffer_text(&text, "AAAA"));
    CHECK(!note_key_read(buffer_span(&text), &key, &err));
    CHECK(!note_key_read(span_text("a+00000000+BQ=="), &key, &err));
}

CHECK_TEST(key_id_depends_on_name_type_and_key)
{
    struct signer a = support_signer("ro/custody/0", NOTE_COSIGNATURE, 1);
    struct signer b = support_signer("ro/witness/0", NOTE_COSIGNATURE, 1);
    struct signer c = support_signer("ro/custody/0", NOTE_ED25519, 1);
    struct signer d = support_signer("ro/custody/0", NOTE_COSIGNATURE, 2);

    CHECK(a.key.id != b.key.id && a.key.id != c.key.id && a.key.id != d.key.id);
}

CHECK_TEST(cosigners_key_signs_and_verifies_no_note)
{
    struct signer signer = support_signer("ro/custody/0", NOTE_COSIGNATURE, 1);
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(4096);
    struct span text = span_text("text\n");
    struct error err = {0};

    CHECK(note_text_write(text, &bytes));
    CHECK(!note_sign(&signer.key, signer.secret, text, &bytes));
    /* A plain Ed25519 signature under that very name and id is none either. */
    signature_sign(signer.secret, text, signature);
    CHECK(note_signature_line_write(&signer.key, span_make(signature, SIGNATURE_SIZE), &bytes));
    CHECK(!open_note(buffer_span(&bytes), &signer.key, &err));
}

int main(void)
{
    crypto_start();
    CHECK_RUN(published_note_verifies_with_its_published_key);
    CHECK_RUN(note_cut_at_any_byte_is_refused);
    CHECK_RUN(note_with_any_bit_changed_is_refused);
    CHECK_RUN(note_with_a_byte_more_or_too_long_is_refused);
    CHECK_RUN(line_of_unknown_name_or_id_is_passed_over);
    CHECK_RUN(known_key_that_fails_makes_the_note_invalid_beside_one_that_holds);
    CHECK_RUN(same_line_twice_is_one_signature);
    CHECK_RUN(note_takes_16_signatures_of_post_quantum_length_and_no_17);
    CHECK_RUN(malformed_signature_lines_are_refused_even_of_unknown_keys);
    CHECK_RUN(text_with_control_characters_or_bad_utf8_is_neither_read_nor_written);
    CHECK_RUN(key_names_follow_the_rule);
    CHECK_RUN(verifier_key_cut_changed_or_too_long_is_refused);
    CHECK_RUN(key_id_depends_on_name_type_and_key);
    CHECK_RUN(cosigners_key_signs_and_verifies_no_note);
    return check_end();
}
