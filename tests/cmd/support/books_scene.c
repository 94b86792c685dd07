/* Books made by hand: see books_scene.h. */
#include "cmd/support/books_scene.h"

#include "agreement/signed.h"
#include "cmd/demo_data.h"
#include "cmd/demo_run.h"
#include "base/attributes.h"
#include "crypto/aead.h"
#include "crypto/cms.h"
#include "crypto/id.h"
#include "journal/attachment.h"
#include "message/head.h"
#include "message/request.h"
#include "store/part_rows.h"
#include "store/schema.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW_MS         INT64_C(1800000000000)
#define DAY_MS         INT64_C(86400000)
#define FILE_SIZE      (3 * (int64_t)SEGMENT_SIZE / 2)
#define SCENE_SIGNED   3
#define BODY_ROOM_TEST 65536

static const uint64_t signed_sizes[SCENE_SIGNED] = {1, 300, SCENE_COUNT};
static const struct span languages[] = {{(const uint8_t *)"en", 2}};
static const struct agreement_authority authorities[2][1] = {
    {{{(const uint8_t *)"spoc-ro", 7}, {(const uint8_t *)"Desk of the one", 15}}},
    {{{(const uint8_t *)"spoc-al", 7}, {(const uint8_t *)"Desk of the other", 17}}}};

const char *scene_path(struct scene *scene, const char *relative)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", scene->directory, relative);
    return path;
}

static void keys_make(struct scene_keys *keys, uint8_t seed_byte)
{
    uint8_t seed[SIGNATURE_SEED_SIZE];
    memset(seed, seed_byte, sizeof seed);
    signature_keys(seed, keys->public_key, keys->secret);
}

static bool party_make(struct scene *scene, size_t at, struct span certificate, struct pairing *out)
{
    uint8_t private_key[AGREE_PRIVATE_SIZE];
    struct agreement_party *party = &out->party;

    if (!agree_make(env_real(), private_key, scene->sealing[at], &scene->error))
        return false;
    keys_make(&scene->log[at], (uint8_t)(1 + 10 * at));
    keys_make(&scene->custody[at], (uint8_t)(2 + 10 * at));
    keys_make(&scene->witness[at], (uint8_t)(3 + 10 * at));
    *out = (struct pairing){.party = {.party = span_text(at == 0 ? "ro" : "al"),
                                      .state = span_text(at == 0 ? "Romania" : "Albania"),
                                      .status = at == 0 ? PARTY_EU_MEMBER : PARTY_THIRD_COUNTRY,
                                      .certificate_pem = certificate,
                                      .time_zone = span_text("Etc/UTC"),
                                      .contact = span_text("telephone of an exercise"),
                                      .languages = languages,
                                      .language_count = 1,
                                      .authorities = authorities[at],
                                      .authority_count = 1},
                            .tls_name = span_text(at == 0 ? "ro.besa.invalid" : "al.besa.invalid"),
                            .address = span_text("127.0.0.1:8443"),
                            .is_training = true};
    memcpy(party->log_key, scene->log[at].public_key, SIGNATURE_PUBLIC_SIZE);
    memcpy(party->custody_key, scene->custody[at].public_key, SIGNATURE_PUBLIC_SIZE);
    memcpy(party->witness_key, scene->witness[at].public_key, SIGNATURE_PUBLIC_SIZE);
    memcpy(party->sealing_key, scene->sealing[at], AGREE_PUBLIC_SIZE);
    return true;
}

static bool pairing_store(struct scene *scene, const struct pairing *pairing, const char *relative)
{
    struct buffer file = buffer_make(PAIRING_SIZE_MAX);
    bool ok =
        pairing_write(pairing, &file) &&
        env_write_file(env_real(), scene_path(scene, relative), buffer_span(&file), &scene->error);
    buffer_free(&file);
    return ok;
}

static bool agreement_store(struct scene *scene, const struct pairing pairings[2],
                            const struct institution institutions[2])
{
    struct arena arena CLEANUP(arena_free) = arena_make(8 * AGREEMENT_ARENA_SIZE);
    struct buffer document CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    struct buffer once CLEANUP(buffer_free) = buffer_make(2 * AGREEMENT_SIZE_MAX);
    struct buffer both CLEANUP(buffer_free) = buffer_make(2 * AGREEMENT_SIZE_MAX);
    struct agreement_draft draft = {.valid_from_ms = NOW_MS - DAY_MS,
                                    .valid_to_ms = NOW_MS + 365 * DAY_MS,
                                    .psk_hash = {9},
                                    .parties = {&pairings[0].party, &pairings[1].party}};
    struct agreement agreement;
    struct signed_agreement looked;
    size_t signers = 0;

    if (!agreement_default(&draft, &arena, &agreement, &scene->error) ||
        !agreement_write(&agreement, &document, &scene->error) ||
        !agreement_sign(buffer_span(&document), &institutions[0], NOW_MS, &arena, &once,
                        &scene->error) ||
        !agreement_countersign(buffer_span(&once), &institutions[1], NOW_MS, &arena, &both,
                               &scene->error) ||
        !agreement_look(buffer_span(&both), &arena, &looked, &signers, &scene->error))
        return false;
    struct agreement_row row = {.agreement = span_text("ro-al"),
                                .version = 1,
                                .cms = buffer_span(&both),
                                .fingerprint = span_make(looked.fingerprint, DIGEST_SIZE),
                                .imported_ms = NOW_MS};
    return agreement_insert(scene->db, &row, &scene->error);
}

static bool parties_store(struct scene *scene)
{
    struct buffer pem[2][2];
    struct institution institutions[2];
    struct pairing pairings[2];
    bool ok = true;

    for (size_t i = 0; i < 2; i++) {
        pem[i][0] = buffer_make(8192);
        pem[i][1] = buffer_make(8192);
        ok = ok && institution_make("Institution of an exercise", "Exercise", NOW_MS - DAY_MS, 400,
                                    span_make(NULL, 0), &pem[i][0], &pem[i][1], &scene->error);
        institutions[i] = (struct institution){.key_pem = buffer_span(&pem[i][0]),
                                               .certificate_pem = buffer_span(&pem[i][1])};
        ok = ok && party_make(scene, i, buffer_span(&pem[i][1]), &pairings[i]);
    }
    ok = ok && pairing_store(scene, &pairings[0], "home/own.pairing") &&
         pairing_store(scene, &pairings[1], "home/partners/al.pairing") &&
         agreement_store(scene, pairings, institutions);
    for (size_t i = 0; i < 2; i++) {
        buffer_free(&pem[i][0]);
        buffer_free(&pem[i][1]);
    }
    return ok;
}

/* --- signatures --- */

static bool text_of(uint64_t size, const struct tlog_hash *root, struct buffer *out)
{
    struct checkpoint checkpoint = {.origin = span_text(SCENE_LOG), .size = size, .root = *root};
    return checkpoint_write(&checkpoint, out);
}

void scene_sign(struct scene *scene, uint64_t size, const struct tlog_hash *root,
                uint8_t signature[SIGNATURE_SIZE])
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    text_of(size, root, &text);
    signature_sign(scene->log[0].secret, buffer_span(&text), signature);
}

void scene_cosign(struct scene *scene, uint64_t size, const struct tlog_hash *root, int64_t time_s,
                  uint8_t signature[SIGNATURE_SIZE])
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer message CLEANUP(buffer_free) = buffer_make(4096);
    text_of(size, root, &text);
    cosignature_message_write(time_s, buffer_span(&text), &message);
    signature_sign(scene->custody[1].secret, buffer_span(&message), signature);
}

bool scene_vkeys(struct scene *scene, struct note_key *log, struct note_key *custody)
{
    return note_key_make(span_text(SCENE_LOG), NOTE_ED25519, scene->log[0].public_key, log) &&
           note_key_make(span_text("al/custody/0"), NOTE_COSIGNATURE, scene->custody[1].public_key,
                         custody);
}

bool scene_note(struct scene *scene, uint64_t size, const struct tlog_hash *root,
                struct buffer *out)
{
    uint8_t signature[SIGNATURE_SIZE];
    struct note_key log, custody;

    scene_sign(scene, size, root, signature);
    return scene_vkeys(scene, &log, &custody) && text_of(size, root, out) &&
           buffer_byte(out, '\n') &&
           note_signature_line_write(&log, span_make(signature, sizeof signature), out);
}

/* --- entries --- */

static bool attachment_make(struct scene *scene, struct part_row *row, struct attachment *out,
                            uint8_t *segments, uint8_t *digest, uint8_t *key)
{
    struct attachment_place place = {env_real(), scene->home, &scene->client};
    struct attachment_writer writer;
    uint8_t *bytes = calloc(1, SEGMENT_SIZE);
    static const uint8_t salt[SALT_SIZE] = {77};

    if (bytes == NULL || !attachment_begin(&place, &writer, &scene->error)) {
        free(bytes);
        return false;
    }
    memset(bytes, 'a', SEGMENT_SIZE);
    bool ok = attachment_add(&writer, span_make(bytes, SEGMENT_SIZE), &scene->error) &&
              attachment_add(&writer, span_make(bytes, SEGMENT_SIZE / 2), &scene->error) &&
              attachment_finish(&writer, out->sha256, &scene->error);
    free(bytes);
    memcpy(scene->file, writer.id, sizeof scene->file);
    memcpy(key, writer.wrapped, KEEPER_WRAPPED_SIZE);
    memcpy(segments, writer.segments.data, 2 * DIGEST_SIZE);
    attachment_end(&writer);
    out->part = 1;
    out->name = span_text("picture.bin");
    out->mime = span_text("application/octet-stream");
    out->size = FILE_SIZE;
    out->segment_hashes = span_make(segments, 2 * DIGEST_SIZE);
    part_digest_attachment(salt, out, digest);
    *row = (struct part_row){.number = 1,
                             .kind = PART_ROW_ATTACHMENT,
                             .digest = span_make(digest, DIGEST_SIZE),
                             .salt = span_make(salt, SALT_SIZE),
                             .size = FILE_SIZE,
                             .sha256 = span_make(out->sha256, DIGEST_SIZE),
                             .segments = out->segment_hashes,
                             .state = PART_HELD,
                             .part_key = span_make(key, KEEPER_WRAPPED_SIZE),
                             .file = span_make(scene->file, sizeof scene->file)};
    return ok;
}

static bool request_body(struct scene *scene, int64_t entry, struct buffer *out)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer plain CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct problems problems = {.count = 0};
    struct request request;
    struct attachment attachment;
    struct part_row row;
    uint8_t segments[2 * DIGEST_SIZE], digest[DIGEST_SIZE], key[KEEPER_WRAPPED_SIZE];

    if (!demo_request("RO-1", NOW_MS, &plain, &scene->error) ||
        !request_read(buffer_span(&plain), &arena, &request, &problems) ||
        !attachment_make(scene, &row, &attachment, segments, digest, key))
        return false;
    struct part part = {.number = 1, .kind = PART_KIND_ATTACHMENT, .size = FILE_SIZE};
    memcpy(part.digest, digest, DIGEST_SIZE);
    request.parts = (struct part_list){&part, 1};
    request.attachments = (struct attachment_list){&attachment, 1};
    row.entry = entry;
    return request_write(&request, out) && part_insert(scene->db, &row, &scene->error);
}

static bool entry_make(struct scene *scene, uint64_t index, struct compact_range *range)
{
    static const uint8_t nonce[AEAD_NONCE_SIZE];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(HEAD_SIZE_MAX);
    uint8_t salt[SALT_SIZE] = {(uint8_t)index, (uint8_t)(index >> 8), 1};
    uint8_t sealed[BODY_ROOM_TEST];
    struct keeper_wrapped key;
    struct tlog_hash leaf;
    bool is_request = index == SCENE_ATTACHMENT;
    struct head head = {.type = is_request ? MESSAGE_REQUEST : MESSAGE_ASSIGNED,
                        .type_version = 1,
                        .agreement_id = span_text("ro-al"),
                        .agreement_version = 1,
                        .unit = span_text("spoc-ro"),
                        .created_ms = NOW_MS + (int64_t)index,
                        .has_body = true};

    id_make(env_real(), head.id);
    if (!is_request) {
        head.has_in_reply_to = true;
        head.in_reply_to = (struct reference){.origin = span_text("al/ro-al/to/ro/0")};
        memcpy(head.in_reply_to.id, head.id, UUID_SIZE);
        buffer_format(&body, "body %u", (unsigned)index);
    } else if (!request_body(scene, SCENE_ROW(index), &body)) {
        return false;
    }
    digest_salted(salt, buffer_span(&body), head.body_digest);
    if (!head_write(&head, &bytes) || !keeper_make_keys(&scene->client, &key, 1, &scene->error))
        return false;
    aead_seal(key.key, nonce, span_make(salt, sizeof salt), buffer_span(&body), sealed);
    tlog_leaf_hash(buffer_span(&bytes), &leaf);
    compact_range_append(range, &leaf);
    struct entry_row row = {.id = SCENE_ROW(index),
                            .log = SCENE_LOG_ID,
                            .index = (int64_t)index,
                            .message_id = span_make(head.id, UUID_SIZE),
                            .head = buffer_span(&bytes),
                            .leaf = span_make(leaf.bytes, sizeof leaf.bytes),
                            .type = head.type,
                            .created_ms = head.created_ms,
                            .salt = span_make(salt, sizeof salt),
                            .body = span_make(sealed, body.size + AEAD_TAG_SIZE),
                            .body_key = span_make(key.wrapped, sizeof key.wrapped),
                            .body_size = (int64_t)body.size,
                            .body_state = BODY_HELD};
    return entry_insert(scene->db, &row, &scene->error);
}

static bool size_sign(struct scene *scene, const struct compact_range *range)
{
    uint8_t signature[SIGNATURE_SIZE], receipt[SIGNATURE_SIZE];
    struct tlog_hash root;
    int64_t time_s = NOW_MS / 1000 + (int64_t)range->size;

    compact_range_root(range, &root);
    scene_sign(scene, range->size, &root, signature);
    scene_cosign(scene, range->size, &root, time_s, receipt);
    struct checkpoint_row checkpoint = {.log = SCENE_LOG_ID,
                                        .size = (int64_t)range->size,
                                        .root = span_make(root.bytes, sizeof root.bytes),
                                        .signature = span_make(signature, sizeof signature)};
    struct receipt_row row = {.log = SCENE_LOG_ID,
                              .size = (int64_t)range->size,
                              .root = span_make(root.bytes, sizeof root.bytes),
                              .time_s = time_s,
                              .signature = span_make(receipt, sizeof receipt)};
    return checkpoint_insert(scene->db, &checkpoint, &scene->error) &&
           receipt_insert(scene->db, &row, &scene->error);
}

static bool log_store(struct scene *scene)
{
    struct compact_range range = compact_range_empty();
    struct buffer frontier CLEANUP(buffer_free) = buffer_make(4096);
    size_t next = 0;
    bool ok = true;

    for (uint64_t i = 0; ok && i < SCENE_COUNT; i++) {
        ok = entry_make(scene, i, &range);
        if (ok && next < SCENE_SIGNED && signed_sizes[next] == i + 1) {
            ok = size_sign(scene, &range);
            next++;
        }
    }
    compact_range_write(&range, &frontier);
    struct log_row row = {.id = SCENE_LOG_ID,
                          .origin = span_text(SCENE_LOG),
                          .kind = LOG_OUTGOING,
                          .agreement = span_text("ro-al"),
                          .partner = span_text("al"),
                          .size = SCENE_COUNT,
                          .frontier = buffer_span(&frontier)};
    return ok && log_insert(scene->db, &row, &scene->error);
}

/* --- the whole --- */

static bool places_make(struct scene *scene)
{
    static const char *const names[] = {"home", "home/partners", "home/attachments", "home/keeper"};

    snprintf(scene->directory, sizeof scene->directory, "/tmp/besa-books-XXXXXX");
    if (mkdtemp(scene->directory) == NULL)
        return false;
    snprintf(scene->home, sizeof scene->home, "%s/home", scene->directory);
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (!env_real()->make_dir(env_real()->context, scene_path(scene, names[i]), &scene->error))
            return false;
    return true;
}

static bool keeper_make(struct scene *scene)
{
    char directory[256];
    snprintf(directory, sizeof directory, "%s/keeper", scene->home);
    struct keeper_options options = {.env = env_real(),
                                     .directory = directory,
                                     .passphrase = span_text("exercise"),
                                     .cost = SECRET_COST_FAST};
    if (!keeper_create(&options, span_text("ro"), &scene->error) ||
        !keeper_open(&options, &scene->keeper, &scene->error))
        return false;
    scene->client = keeper_client_direct(scene->keeper);
    return true;
}

static bool store_make(struct scene *scene)
{
    char place[256];
    snprintf(place, sizeof place, "%s/besa.db", scene->home);
    struct database_options options = {.place = place, .env = env_real()};

    return database_open(&options, &scene->db, &scene->error) &&
           database_migrate(scene->db, schema_migrations, schema_migration_count, &scene->error) &&
           database_begin(scene->db, DATABASE_FULL, &scene->error) && parties_store(scene) &&
           log_store(scene) && database_commit(scene->db, &scene->error);
}

bool scene_begin(struct scene *scene)
{
    *scene = (struct scene){.db = NULL};
    crypto_start();
    if (places_make(scene) && keeper_make(scene) && store_make(scene) && scene_books(scene))
        return true;
    printf("the scene cannot be made: %s\n", scene->error.text);
    return false;
}

void scene_end(struct scene *scene)
{
    if (scene->has_books)
        books_close(&scene->books);
    database_rollback(scene->db);
    database_close(&scene->db);
    keeper_close(&scene->keeper);
    run_remove(scene->directory, &scene->error);
}

bool scene_books(struct scene *scene)
{
    struct keeper_keys keys;

    if (scene->has_books)
        books_close(&scene->books);
    scene->has_books = true;
    memcpy(keys.log, scene->log[0].public_key, sizeof keys.log);
    memcpy(keys.custody, scene->custody[0].public_key, sizeof keys.custody);
    memcpy(keys.witness, scene->witness[0].public_key, sizeof keys.witness);
    memcpy(keys.sealing, scene->sealing[0], sizeof keys.sealing);
    return books_open(&scene->books, env_real(), scene->home, span_text("ro"), &keys, scene->db,
                      &scene->client, &scene->error);
}

bool scene_sql(struct scene *scene, const char *sql)
{
    return database_run(scene->db, sql, &scene->error) && scene_books(scene);
}

bool scene_flip(struct scene *scene, const char *select, const char *update)
{
    uint8_t bytes[65536];
    struct statement *read CLEANUP(statement_give) =
        statement_take(scene->db, select, &scene->error);
    struct statement *write CLEANUP(statement_give) =
        statement_take(scene->db, update, &scene->error);

    if (read == NULL || write == NULL || statement_step(read, &scene->error) != STEP_ROW)
        return false;
    struct span value = column_bytes(read, 0);
    if (value.size == 0 || value.size > sizeof bytes)
        return false;
    memcpy(bytes, value.data, value.size);
    bytes[value.size / 2] ^= 1;
    statement_bytes(write, 1, span_make(bytes, value.size));
    bool ok = statement_run(write, &scene->error) && statement_changes(write) == 1;
    statement_give(&read);
    statement_give(&write);
    return ok && scene_books(scene);
}

bool scene_flip_file(struct scene *scene, const char *relative, int64_t offset)
{
    const struct env *env = env_real();
    struct env_file *file = NULL;
    uint8_t byte = 0;

    if (!env->open(env->context, scene_path(scene, relative), ENV_OPEN_WRITE, &file, &scene->error))
        return false;
    bool ok = env->read_at(env->context, file, offset, &byte, 1, &scene->error);
    byte ^= 1;
    ok = ok && env->write_at(env->context, file, offset, span_make(&byte, 1), &scene->error);
    env->close(env->context, file);
    return ok;
}
