/*
 * Pairing files: one reading, one fingerprint, and a key that both sides compute alike and nobody else.
 */
#include "check.h"

#include "base/attributes.h"
#include "cmd/pairing.h"
#include "crypto/agree.h"
#include "crypto/cms.h"
#include "crypto/secret.h"
#include "message/form.h"

#define NOW_MS INT64_C(1800000000000)

static struct buffer certificates[2];
static struct buffer valid; /* ro's pairing file */
static struct pairing pairings[2];
static struct pairing_secret secrets[2];
static const struct span languages[] = {{(const uint8_t *)"en", 2}, {(const uint8_t *)"ro", 2}};
static const struct agreement_authority authorities[] = {
    {{(const uint8_t *)"spoc-1", 6}, {(const uint8_t *)"Desk of an exercise", 19}}};

static bool pairing_make(size_t at)
{
    struct buffer key CLEANUP(buffer_free) = buffer_make(8192);
    uint8_t private_key[AGREE_PRIVATE_SIZE];
    struct error err = {0};

    certificates[at] = buffer_make(8192);
    pairings[at] =
        (struct pairing){.party = {.party = span_text(at == 0 ? "ro" : "al"),
                                   .state = span_text(at == 0 ? "Romania" : "Albania"),
                                   .status = at == 0 ? PARTY_EU_MEMBER : PARTY_THIRD_COUNTRY,
                                   .time_zone = span_text("Europe/Bucharest"),
                                   .contact = span_text("telephone of an exercise"),
                                   .languages = languages,
                                   .language_count = 2,
                                   .authorities = authorities,
                                   .authority_count = 1},
                         .tls_name = span_text("ro.besa.invalid"),
                         .address = span_text("127.0.0.1:8443"),
                         .is_training = true};
    secrets[at] = (struct pairing_secret){.party = pairings[at].party.party,
                                          .half = {(uint8_t)(at + 1)},
                                          .made_at_ms = NOW_MS + (int64_t)at};
    memset(pairings[at].party.log_key, (int)(1 + 3 * at), SIGNATURE_PUBLIC_SIZE);
    memset(pairings[at].party.custody_key, (int)(2 + 3 * at), SIGNATURE_PUBLIC_SIZE);
    memset(pairings[at].party.witness_key, (int)(3 + 3 * at), SIGNATURE_PUBLIC_SIZE);
    if (!agree_make(env_real(), private_key, pairings[at].party.sealing_key, &err) ||
        !institution_make("Institution of an exercise", "Exercise", NOW_MS, 30, span_make(NULL, 0),
                          &key, &certificates[at], &err))
        return false;
    pairings[at].party.certificate_pem = buffer_span(&certificates[at]);
    return true;
}

static bool is_read(struct span file)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct problems problems = {.count = 0};
    struct pairing read;

    return pairing_read(file, &arena, &read, &problems);
}

/* The first problem's path; "read" when there is none. */
static const char *problem_of(struct span file)
{
    static struct problems problems;
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct pairing read;

    problems_clear(&problems);
    if (pairing_read(file, &arena, &read, &problems))
        return "read";
    return problems.count == 0 ? "nothing said" : problems.list[0].path;
}

/* The valid file with its first `from` as `to`. */
static bool replaced(const char *from, const char *to, struct buffer *out)
{
    const uint8_t *at = memmem(valid.data, valid.size, from, strlen(from));
    size_t before = at == NULL ? 0 : (size_t)(at - valid.data);

    buffer_clear(out);
    return at != NULL && buffer_add(out, span_make(valid.data, before)) && buffer_text(out, to) &&
           buffer_add(out, span_part(buffer_span(&valid), before + strlen(from), valid.size));
}

CHECK_TEST(what_is_written_is_read_back)
{
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct buffer again CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct problems problems = {.count = 0};
    struct pairing read;

    CHECK_OR_RETURN(pairing_read(buffer_span(&valid), &arena, &read, &problems));
    CHECK_SPAN(read.party.party, "ro");
    CHECK_SPAN(read.tls_name, "ro.besa.invalid");
    CHECK_SPAN(read.address, "127.0.0.1:8443");
    CHECK(read.is_training);
    CHECK(pairing_write(&read, &again));
    CHECK(span_equal(buffer_span(&valid), buffer_span(&again)));
}

CHECK_TEST(a_file_cut_at_any_byte_is_refused)
{
    for (size_t size = 0; size < valid.size; size++)
        CHECK(!is_read(span_make(valid.data, size)));
}

/* A changed byte is refused, or gives another fingerprint: it never passes for the same file. */
CHECK_TEST(a_changed_byte_never_passes_for_the_same_file)
{
    char wanted[PAIRING_FINGERPRINT_SIZE], found[PAIRING_FINGERPRINT_SIZE];
    struct error err = {0};

    CHECK_OK(pairing_fingerprint(&pairings[0], wanted, &err), err);
    for (size_t i = 0; i < valid.size; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
        struct problems problems = {.count = 0};
        struct pairing read;
        valid.data[i] ^= 1;
        if (pairing_read(buffer_span(&valid), &arena, &read, &problems)) {
            CHECK_OK(pairing_fingerprint(&read, found, &err), err);
            CHECK(strcmp(wanted, found) != 0);
        }
        valid.data[i] ^= 1;
    }
}

CHECK_TEST(a_doubled_or_unknown_field_is_refused)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);

    CHECK(replaced("\"training\":true", "\"training\":true,\"training\":true", &bytes));
    CHECK(!is_read(buffer_span(&bytes)));
    CHECK(replaced("\"training\":true", "\"training\":true,\"secret\":true", &bytes));
    CHECK(!is_read(buffer_span(&bytes)));
}

CHECK_TEST(a_file_that_is_too_long_is_refused)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX + 8);
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct problems problems = {.count = 0};
    struct pairing read;

    CHECK(buffer_add(&bytes, buffer_span(&valid)));
    CHECK(buffer_room(&bytes, PAIRING_SIZE_MAX + 1 - valid.size) != NULL);
    memset(bytes.data + valid.size, ' ', bytes.size - valid.size);
    CHECK(!pairing_read(buffer_span(&bytes), &arena, &read, &problems));
    CHECK_INT(problems.list[0].kind, ERROR_LIMIT);
}

CHECK_TEST(each_single_fault_is_named)
{
    static const struct {
        const char *from;
        const char *to;
        const char *path;
    } faults[] = {
        {"besa-pairing/1", "besa-pairing/2", "format"},
        {"\"party\":\"ro\"", "\"party\":\"Ro\"", "party"},
        {"eu_member", "member", "status"},
        {"ro.besa.invalid", "ro..invalid", "tls_name"},
        {"ro.besa.invalid", "RO.invalid", "tls_name"},
        {"127.0.0.1:8443", "127.0.0.1", "address"},
        {"127.0.0.1:8443", "127.0.0.1:0", "address"},
        {"127.0.0.1:8443", "127.0.0.1:65536", "address"},
        {"127.0.0.1:8443", "a b:1", "address"},
        {"BEGIN CERTIFICATE", "BEGIN CERTIFICAT", "certificate"},
        {"\"log_key\":\"01", "\"log_key\":\"zz", "log_key"},
        {"\"sealing_key\":\"04", "\"sealing_key\":\"05", "sealing_key"},
        {"\"custody_key\":\"02020202020202020202020202020202020202020202020202020202020202"
         "02\"",
         "\"custody_key\":\"01010101010101010101010101010101010101010101010101010101010101"
         "01\"",
         "log_key"},
        {"\"languages\":[\"en\",\"ro\"]", "\"languages\":[\"EN\"]", "languages"},
        {"\"code\":\"spoc-1\"", "\"code\":\"spoc 1\"", "authorities[0].code"},
    };
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);

    for (size_t i = 0; i < ARRAY_COUNT(faults); i++) {
        CHECK(replaced(faults[i].from, faults[i].to, &bytes));
        const char *path = problem_of(buffer_span(&bytes));
        if (strncmp(path, faults[i].path, strlen(faults[i].path)) != 0)
            printf("fault %zu: '%s', wanted '%s'\n", i, path, faults[i].path);
        CHECK(strncmp(path, faults[i].path, strlen(faults[i].path)) == 0);
    }
}

CHECK_TEST(a_fingerprint_is_read_however_it_is_said)
{
    char fingerprint[PAIRING_FINGERPRINT_SIZE];
    char said[64];
    struct error err = {0};

    CHECK_OK(pairing_fingerprint(&pairings[0], fingerprint, &err), err);
    CHECK_INT(strlen(fingerprint), 24);
    CHECK(pairing_fingerprint_is(fingerprint, span_text(fingerprint)));
    snprintf(said, sizeof said, " %.4s %.4s%.4s-%.4s %.4s ", fingerprint, fingerprint + 5,
             fingerprint + 10, fingerprint + 15, fingerprint + 20);
    for (char *c = said; *c != '\0'; c++) {
        if (*c == '0')
            *c = 'o';
        else if (*c == '1')
            *c = 'l';
        else if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
    CHECK(pairing_fingerprint_is(fingerprint, span_text(said)));
    CHECK(!pairing_fingerprint_is(fingerprint, span_text("")));
    CHECK(!pairing_fingerprint_is(fingerprint, span_make(fingerprint, 23)));
    CHECK(!pairing_fingerprint_is(fingerprint, span_text("7777-7777-7777-7777-7777")));
    snprintf(said, sizeof said, "%s0", fingerprint);
    CHECK(!pairing_fingerprint_is(fingerprint, span_text(said)));
}

CHECK_TEST(both_sides_compute_the_same_key)
{
    struct pairing_result ro, al, other;
    struct pairing_secret changed = secrets[1];
    struct error err = {0};

    CHECK_OK(pairing_join(&pairings[0], &secrets[0], &pairings[1], &secrets[1], &ro, &err), err);
    CHECK_OK(pairing_join(&pairings[1], &secrets[1], &pairings[0], &secrets[0], &al, &err), err);
    CHECK(memcmp(ro.psk, al.psk, sizeof ro.psk) == 0);
    CHECK(strcmp(ro.agreement, "ro-al") == 0 && strcmp(al.agreement, "ro-al") == 0);
    CHECK_INT(ro.paired_at_ms, NOW_MS + 1);
    CHECK_INT(al.paired_at_ms, NOW_MS + 1);
    changed.half[31] ^= 1;
    CHECK_OK(pairing_join(&pairings[0], &secrets[0], &pairings[1], &changed, &other, &err), err);
    CHECK(memcmp(ro.psk, other.psk, sizeof ro.psk) != 0);
}

CHECK_TEST(files_that_do_not_belong_together_are_refused)
{
    struct pairing_result result;
    struct pairing real = pairings[1];
    struct error err = {0};

    CHECK(!pairing_join(&pairings[0], &secrets[0], &pairings[0], &secrets[0], &result, &err));
    CHECK_ERROR(err, ERROR_INPUT, "our own");
    CHECK(!pairing_join(&pairings[0], &secrets[0], &pairings[1], &secrets[0], &result, &err));
    CHECK_ERROR(err, ERROR_INPUT, "the secret file is that of 'ro'");
    real.is_training = false;
    CHECK(!pairing_join(&pairings[0], &secrets[0], &real, &secrets[1], &result, &err));
    CHECK_ERROR(err, ERROR_RULE, "'ro' is a training node and 'al' is not");
    CHECK(!pairing_join(&real, &secrets[1], &pairings[0], &secrets[0], &result, &err));
    CHECK_ERROR(err, ERROR_RULE, "'ro' is a training node and 'al' is not");
}

CHECK_TEST(a_secret_file_is_read_strictly)
{
    struct buffer file CLEANUP(buffer_free) = buffer_make(PAIRING_SECRET_SIZE_MAX);
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct problems problems = {.count = 0};
    struct pairing_secret read;

    CHECK(pairing_secret_write(&secrets[0], &file));
    CHECK_OR_RETURN(pairing_secret_read(buffer_span(&file), &arena, &read, &problems));
    CHECK(memcmp(read.half, secrets[0].half, sizeof read.half) == 0);
    CHECK_INT(read.made_at_ms, NOW_MS);
    for (size_t size = 0; size < file.size; size++) {
        problems_clear(&problems);
        CHECK(!pairing_secret_read(span_make(file.data, size), &arena, &read, &problems));
    }
}

CHECK_TEST(a_member_of_the_union_stands_first_and_then_the_name)
{
    struct pairing other = pairings[1];

    CHECK(pairing_is_first(&pairings[0], &pairings[1]));
    CHECK(!pairing_is_first(&pairings[1], &pairings[0]));
    other.party.status = PARTY_EU_MEMBER;
    CHECK(pairing_is_first(&other, &pairings[0]));
}

int main(void)
{
    crypto_start();
    valid = buffer_make(PAIRING_SIZE_MAX);
    if (!pairing_make(0) || !pairing_make(1) || !pairing_write(&pairings[0], &valid))
        return 1;
    CHECK_RUN(what_is_written_is_read_back);
    CHECK_RUN(a_file_cut_at_any_byte_is_refused);
    CHECK_RUN(a_changed_byte_never_passes_for_the_same_file);
    CHECK_RUN(a_doubled_or_unknown_field_is_refused);
    CHECK_RUN(a_file_that_is_too_long_is_refused);
    CHECK_RUN(each_single_fault_is_named);
    CHECK_RUN(a_fingerprint_is_read_however_it_is_said);
    CHECK_RUN(both_sides_compute_the_same_key);
    CHECK_RUN(files_that_do_not_belong_together_are_refused);
    CHECK_RUN(a_secret_file_is_read_strictly);
    CHECK_RUN(a_member_of_the_union_stands_first_and_then_the_name);
    buffer_free(&valid);
    buffer_free(&certificates[0]);
    buffer_free(&certificates[1]);
    return check_end();
}
