/*
 * Verification of logs that follow one another: what belongs together verifies, and a receipt beyond the end of its log or of
 * its key, an end that is told otherwise, and a successor that shows nothing are each named. All keys are made here.
 * covers: verify_chain
 */
#include "check.h"

#include "agreement/succession.h"
#include "base/attributes.h"
#include "cmd/log_export.h"
#include "cmd/verify_chain.h"
#include "crypto/cms.h"
#include "crypto/id.h"
#include "crypto/secret.h"
#include "message/head.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"
#include "tlog/tile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOW_MS INT64_C(1768200000000)
#define RO     "ro/ro-al/to/al"
#define AL     "al/ro-al/to/ro"

struct pair_keys {
    uint8_t secret[SIGNATURE_SECRET_SIZE];
    uint8_t public_key[SIGNATURE_PUBLIC_SIZE];
};
enum { RO_0, RO_1, AL_0, AL_1, LOG_COUNT };
static const char *const origins[LOG_COUNT] = {RO "/0", RO "/1", AL "/0", AL "/1"};
static struct pair_keys log_keys[LOG_COUNT], custody_keys[2]; /* al's, by number */
static struct note_key notes[LOG_COUNT];
static struct verify_custody custody[2];
static struct buffer institution_keys[2], certificates[2];
static char directory[64];
static struct tlog_hash roots[LOG_COUNT][4]; /* of each size */
static struct verify_link links[VERIFY_CHAIN_MAX];
static struct verify_report report;

static void keys_make(struct pair_keys *keys, uint8_t seed)
{
    uint8_t bytes[SIGNATURE_SEED_SIZE] = {seed};
    signature_keys(bytes, keys->public_key, keys->secret);
}

static const char *path_of(size_t log, const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s/%s", directory, origins[log], name);
    return path;
}

static bool file_put(const char *path, struct span bytes)
{
    char folder[512];
    struct error err = {0};

    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    bool ok =
        directory_make(env_real(), folder, &err) && env_write_file(env_real(), path, bytes, &err);
    if (!ok)
        printf("%s: %s\n", path, err.text);
    return ok;
}

/* Entries, the lowest tile and a signed checkpoint. */
static bool log_put(size_t log, const struct span *entries, unsigned count)
{
    struct buffer bundle CLEANUP(buffer_free) = buffer_make(65536);
    struct buffer tile CLEANUP(buffer_free) = buffer_make(65536);
    struct buffer note CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    struct compact_range range = compact_range_empty();
    struct checkpoint checkpoint = {.origin = span_text(origins[log]), .size = count};
    struct tlog_hash leaves[4];
    uint8_t signature[SIGNATURE_SIZE];
    char name[64];

    for (unsigned i = 0; i < count; i++) {
        tlog_leaf_hash(entries[i], &leaves[i]);
        compact_range_append(&range, &leaves[i]);
        compact_range_root(&range, &roots[log][i]);
        bundle_add(entries[i], &bundle);
    }
    checkpoint.root = roots[log][count - 1];
    if (!checkpoint_write(&checkpoint, &text))
        return false;
    signature_sign(log_keys[log].secret, buffer_span(&text), signature);
    buffer_add(&note, buffer_span(&text));
    buffer_byte(&note, '\n');
    note_signature_line_write(&notes[log], span_make(signature, sizeof signature), &note);
    tile_write(leaves, count, &tile);
    snprintf(name, sizeof name, "tile/entries/000.p/%u", count);
    if (!file_put(path_of(log, name), buffer_span(&bundle)))
        return false;
    snprintf(name, sizeof name, "tile/0/000.p/%u", count);
    return file_put(path_of(log, name), buffer_span(&tile)) &&
           file_put(path_of(log, "checkpoint"), buffer_span(&note));
}

/* Receipts of sizes 1, 2, ...: each by al's key of this number, from size `first` on. */
static bool receipts_put(size_t log, const unsigned *numbers, unsigned count, unsigned first)
{
    struct buffer lines CLEANUP(buffer_free) = buffer_make(16384);

    for (unsigned i = 0; i < count; i++) {
        struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
        struct buffer message CLEANUP(buffer_free) = buffer_make(4096);
        struct checkpoint seen = {.origin = span_text(origins[log]),
                                  .size = first + i,
                                  .root = roots[log][first + i - 1]};
        uint8_t signature[SIGNATURE_SIZE];
        int64_t time_s = 1800000000 + i;
        if (!checkpoint_write(&seen, &text) ||
            !cosignature_message_write(time_s, buffer_span(&text), &message))
            return false;
        signature_sign(custody_keys[numbers[i]].secret, buffer_span(&message), signature);
        struct receipt_row row = {.size = first + i,
                                  .time_s = time_s,
                                  .root = span_make(seen.root.bytes, TLOG_HASH_SIZE),
                                  .signature = span_make(signature, sizeof signature)};
        if (!receipt_line_write(&custody[numbers[i]].key, &row, &lines))
            return false;
    }
    return file_put(path_of(log, "receipts"), buffer_span(&lines));
}

/* The document about `before`, signed by both institutions, as the body of a succession. */
static bool body_make(size_t before, uint64_t size, uint16_t number, uint64_t position,
                      struct buffer *out)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct buffer text CLEANUP(buffer_free) = buffer_make(SUCCESSION_DOCUMENT_MAX);
    struct buffer once CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct buffer both CLEANUP(buffer_free) = buffer_make(SUCCESSION_CMS_MAX);
    struct succession_document document = {.origin = span_text(origins[before]),
                                           .size = size,
                                           .reason = SUCCESSION_KEY_THEFT,
                                           .keys = {.number = number, .sealing = {4, 5}},
                                           .made_ms = NOW_MS};
    size_t first = before < AL_0 ? 0 : 1;
    struct error err = {0};

    memcpy(document.root, roots[before][size - 1].bytes, sizeof document.root);
    memcpy(document.keys.log, log_keys[before + 1].public_key, 32);
    struct institution signers[2] = {{.key_pem = buffer_span(&institution_keys[first]),
                                      .certificate_pem = buffer_span(&certificates[first])},
                                     {.key_pem = buffer_span(&institution_keys[1 - first]),
                                      .certificate_pem = buffer_span(&certificates[1 - first])}};
    if (!succession_document_write(&document, &text) ||
        !succession_sign(buffer_span(&text), &signers[0], NOW_MS, &arena, &once, &err) ||
        !succession_countersign(buffer_span(&once), &signers[1], NOW_MS, &arena, &both, &err)) {
        printf("document: %s\n", err.text);
        return false;
    }
    struct succession told = {.document = buffer_span(&both), .size = size, .custody = position};
    memcpy(told.root, document.root, sizeof told.root);
    return succession_write(&told, out);
}

/* A successor of `before`: entry 0 with its body beside it, and one entry more. */
static bool successor_put(size_t before, uint64_t size, uint16_t number, uint64_t position)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer file CLEANUP(buffer_free) = buffer_make(VERIFY_SUCCESSION_MAX);
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(HEAD_SIZE_MAX);
    const uint8_t salt[SALT_SIZE] = {9};
    struct head head = {.type = MESSAGE_SUCCESSION,
                        .type_version = message_type_version(MESSAGE_SUCCESSION),
                        .agreement_id = span_text("ro-al"),
                        .agreement_version = 1,
                        .unit = span_text("desk"),
                        .created_ms = NOW_MS,
                        .has_body = true};

    if (!body_make(before, size, number, position, &body))
        return false;
    id_make(env_real(), head.id);
    digest_salted(salt, buffer_span(&body), head.body_digest);
    if (!head_write(&head, &bytes))
        return false;
    struct span entries[2] = {buffer_span(&bytes), span_text("a later entry")};
    buffer_add(&file, span_make(salt, sizeof salt));
    buffer_add(&file, buffer_span(&body));
    return log_put(before + 1, entries, 2) &&
           file_put(path_of(before + 1, VERIFY_SUCCESSION_NAME), buffer_span(&file));
}

/* ro: 3 entries, then 2; al: 2, then 2, with new keys: its custody key 0 counts up to position 4 of ro's logs. */
static bool scene_make(void)
{
    static const struct span first[3] = {
        {(const uint8_t *)"one", 3}, {(const uint8_t *)"two", 3}, {(const uint8_t *)"three", 5}};
    static const unsigned old[3] = {0, 0, 0}, changed[2] = {0, 1};

    return log_put(RO_0, first, 3) && log_put(AL_0, first, 2) && successor_put(RO_0, 3, 0, 0) &&
           successor_put(AL_0, 2, 1, 4) && receipts_put(RO_0, old, 3, 1) &&
           receipts_put(RO_1, changed, 2, 1);
}

static bool run(size_t certificate_count)
{
    struct span pems[2] = {buffer_span(&certificates[0]), buffer_span(&certificates[1])};
    struct verify_chain chain = {.env = env_real(),
                                 .directory = directory,
                                 .log = notes,
                                 .log_count = LOG_COUNT,
                                 .custody = custody,
                                 .custody_count = 2,
                                 .certificates = pems,
                                 .certificate_count = certificate_count};
    struct error err = {0};

    report = (struct verify_report){.logs = 0};
    bool ok = verify_chain(&chain, links, &report, &err);
    if (!ok)
        printf("chain: %s\n", err.text);
    return ok;
}

static void expect(enum finding_kind kind, const char *part)
{
    CHECK(run(0));
    CHECK(report.finding_count > 0);
    bool is_found = false;
    for (size_t i = 0; i < report.finding_count; i++)
        is_found = is_found || (report.findings[i].kind == kind &&
                                strstr(report.findings[i].text, part) != NULL);
    CHECK(is_found);
    for (size_t i = 0; !is_found && i < report.finding_count; i++)
        printf("found: %s\n", report.findings[i].text);
}

CHECK_TEST(logs_that_follow_one_another_verify_with_keys_and_certificates)
{
    CHECK(scene_make());
    CHECK(run(2));
    for (size_t i = 0; i < report.finding_count; i++)
        printf("found: %s\n", report.findings[i].text);
    CHECK_INT(report.finding_total, 0);
    CHECK_INT(report.logs, LOG_COUNT);
    CHECK_INT(report.receipts, 5);
    CHECK(strcmp(links[2].key->name, RO "/0") == 0); /* al's stand first */
    CHECK(links[2].has_end);
    CHECK_INT(links[2].end_size, 3);
    CHECK_INT(links[3].base, 3);
    CHECK(strcmp(links[3].found.receipt_by->name, "al/custody/1") == 0);
}

CHECK_TEST(a_receipt_by_an_old_key_beyond_its_end_is_backdated)
{
    static const unsigned stolen[2] = {0, 0};

    CHECK(scene_make() && receipts_put(RO_1, stolen, 2, 1));
    expect(FINDING_RECEIPT,
           "the receipt of size 2 is backdated: al/custody/0 ended at position 4 of these logs, "
           "this is position 5");
    CHECK_INT(report.finding_total, 1);
}

CHECK_TEST(entries_and_receipts_beyond_the_end_count_for_nothing)
{
    CHECK(scene_make() && successor_put(RO_0, 2, 0, 0));
    expect(FINDING_RECEIPT, "the receipt of size 3 lies beyond the end of log " RO "/0 at 2");
}

CHECK_TEST(an_end_with_another_tree_is_a_fork)
{
    CHECK(scene_make());
    struct tlog_hash kept = roots[RO_0][2];
    roots[RO_0][2].bytes[4] ^= 1;
    CHECK(successor_put(RO_0, 3, 0, 0));
    roots[RO_0][2] = kept;
    expect(FINDING_FORK, "log " RO "/0 ends at 3 with another tree");
}

CHECK_TEST(a_successor_that_does_not_show_what_it_follows_is_named)
{
    char path[512];
    struct buffer file CLEANUP(buffer_free) = buffer_make(VERIFY_SUCCESSION_MAX);
    struct error err = {0};

    CHECK(scene_make());
    snprintf(path, sizeof path, "%s", path_of(RO_1, VERIFY_SUCCESSION_NAME));
    CHECK_OK(env_read_file(env_real(), path, VERIFY_SUCCESSION_MAX, &file, &err), err);
    file.data[SALT_SIZE + 20] ^= 1;
    CHECK(file_put(path, buffer_span(&file)));
    expect(FINDING_SUCCESSION, "it is not the body that entry 0 names");
    CHECK(unlink(path) == 0);
    expect(FINDING_SUCCESSION, "log " RO "/1: what it follows is not shown");
    /* Another institution than those of the certificates signed it. */
    CHECK(scene_make());
    struct buffer kept = certificates[1];
    certificates[1] = certificates[0];
    CHECK(run(2));
    certificates[1] = kept;
    CHECK(report.finding_total > 0);
}

CHECK_TEST(a_log_that_is_missing_between_two_is_refused)
{
    struct note_key two[2];
    struct verify_chain chain = {
        .env = env_real(), .directory = directory, .log = two, .log_count = 2};
    struct error err = {0};

    two[0] = notes[RO_0];
    CHECK(note_key_make(span_text(RO "/2"), NOTE_ED25519, log_keys[RO_1].public_key, &two[1]));
    CHECK(!verify_chain(&chain, links, &report, &err));
    CHECK_ERROR(err, ERROR_INPUT, "one is missing");
}

int main(void)
{
    struct error err = {0};
    char command[128];

    crypto_start();
    snprintf(directory, sizeof directory, "/tmp/besa-chain-XXXXXX");
    if (mkdtemp(directory) == NULL)
        return 1;
    for (size_t i = 0; i < LOG_COUNT; i++) {
        keys_make(&log_keys[i], (uint8_t)(i + 1));
        note_key_make(span_text(origins[i]), NOTE_ED25519, log_keys[i].public_key, &notes[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        char name[32];
        keys_make(&custody_keys[i], (uint8_t)(i + 100));
        snprintf(name, sizeof name, "al/custody/%zu", i);
        note_key_make(span_text(name), NOTE_COSIGNATURE, custody_keys[i].public_key,
                      &custody[i].key);
        institution_keys[i] = buffer_make(16384);
        certificates[i] = buffer_make(16384);
        if (!institution_make("Fictional", "Fictional", NOW_MS, 30, span_text(""),
                              &institution_keys[i], &certificates[i], &err))
            return 1;
    }
    CHECK_RUN(logs_that_follow_one_another_verify_with_keys_and_certificates);
    CHECK_RUN(a_receipt_by_an_old_key_beyond_its_end_is_backdated);
    CHECK_RUN(entries_and_receipts_beyond_the_end_count_for_nothing);
    CHECK_RUN(an_end_with_another_tree_is_a_fork);
    CHECK_RUN(a_successor_that_does_not_show_what_it_follows_is_named);
    CHECK_RUN(a_log_that_is_missing_between_two_is_refused);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command) == 0 ? check_end() : 1;
}
