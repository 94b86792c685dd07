/* Backup file: see backup_file.h. */
#include "cmd/backup_file.h"

#include "base/attributes.h"
#include "base/text.h"
#include "cmd/home.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define PIECE_SIZE   (256u * 1024u)
#define LOCK_MAX     1024u /* bytes of the sealed key */
#define HEADER_FIXED (MAGIC_SIZE + 3u)
#define MAGIC_SIZE   14u
static const char magic[] = "besa-backup/1\n";

/* --- names --- */

static bool is_lower_hex(struct span text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!((text.data[i] >= '0' && text.data[i] <= '9') ||
              (text.data[i] >= 'a' && text.data[i] <= 'f')))
            return false;
    return true;
}

/* attachments/ab/ab... of 32 digits */
static bool is_attachment(struct span name)
{
    size_t head = strlen(HOME_ATTACHMENTS) + 1;
    return name.size == head + 3 + 32 && span_starts_with(name, HOME_ATTACHMENTS "/") &&
           name.data[head + 2] == '/' && is_lower_hex(span_part(name, head, 2)) &&
           is_lower_hex(span_part(name, head + 3, name.size)) &&
           memcmp(name.data + head, name.data + head + 3, 2) == 0;
}

static bool is_of_partner(struct span name, const char *tail)
{
    size_t head = strlen(HOME_PARTNERS) + 1;
    if (name.size <= head + strlen(tail) || !span_starts_with(name, HOME_PARTNERS "/") ||
        !span_is(span_part(name, name.size - strlen(tail), name.size), tail))
        return false;
    return text_is_identifier(span_part(name, head, name.size - head - strlen(tail)),
                              NAME_SIZE_MAX);
}

bool backup_name_is_allowed(struct span name)
{
    static const char *const fixed[] = {HOME_CONF,
                                        HOME_DATABASE,
                                        HOME_KEEPER "/keeper.keys",
                                        HOME_KEEPER "/keeper.record",
                                        HOME_PASSPHRASE,
                                        HOME_TLS_KEY,
                                        HOME_TLS_CERTIFICATE,
                                        HOME_INSTITUTION,
                                        HOME_INSTITUTION_KEY,
                                        "own.pairing"};

    for (size_t i = 0; i < ARRAY_COUNT(fixed); i++)
        if (span_is(name, fixed[i]))
            return true;
    return is_attachment(name) || is_of_partner(name, ".pairing") ||
           is_of_partner(name, ".psk-hash");
}

static bool line_add(struct buffer *lines, const uint8_t sha256[DIGEST_SIZE], const char *name)
{
    char hex[2 * DIGEST_SIZE + 1];
    hex_write(span_make(sha256, DIGEST_SIZE), hex);
    return buffer_format(lines, "%s  %s\n", hex, name);
}

bool backup_about_find(struct span about, const char *name, struct span *out)
{
    size_t size = strlen(name);

    while (about.size > 0) {
        const uint8_t *end = memchr(about.data, '\n', about.size);
        size_t line_size = end == NULL ? about.size : (size_t)(end - about.data);
        struct span line = span_part(about, 0, line_size);
        about = span_part(about, end == NULL ? line_size : line_size + 1, about.size);
        if (line.size > size + 1 && span_is(span_part(line, 0, size), name) &&
            line.data[size] == ':' && line.data[size + 1] == ' ') {
            *out = span_part(line, size + 2, line.size);
            return true;
        }
    }
    return false;
}

/* --- who opens it --- */

static void key_agreed(const uint8_t shared[AGREE_SHARED_SIZE],
                       const uint8_t ephemeral[AGREE_PUBLIC_SIZE],
                       const uint8_t recovery[AGREE_PUBLIC_SIZE], uint8_t key[AEAD_KEY_SIZE])
{
    uint8_t info[MAGIC_SIZE + 2 * AGREE_PUBLIC_SIZE];

    memcpy(info, magic, MAGIC_SIZE);
    memcpy(info + MAGIC_SIZE, ephemeral, AGREE_PUBLIC_SIZE);
    memcpy(info + MAGIC_SIZE + AGREE_PUBLIC_SIZE, recovery, AGREE_PUBLIC_SIZE);
    digest_hkdf(span_make(NULL, 0), span_make(shared, AGREE_SHARED_SIZE),
                span_make(info, sizeof info), key, AEAD_KEY_SIZE);
}

static bool key_for_recovery(const struct env *env, const struct backup_lock *lock,
                             struct buffer *sealed, uint8_t key[AEAD_KEY_SIZE], struct error *err)
{
    uint8_t ephemeral[AGREE_PRIVATE_SIZE];
    uint8_t point[AGREE_PUBLIC_SIZE];
    uint8_t shared[AGREE_SHARED_SIZE];

    bool ok = agree_make(env, ephemeral, point, err) &&
              agree_shared(ephemeral, lock->recovery_public, shared, err);
    if (ok)
        key_agreed(shared, point, lock->recovery_public, key);
    secret_wipe(ephemeral, sizeof ephemeral);
    secret_wipe(shared, sizeof shared);
    return ok && (buffer_add(sealed, span_make(point, sizeof point)) ||
                  error_set(err, ERROR_LIMIT, "out of memory"));
}

static bool key_make(const struct env *env, const struct backup_lock *lock, struct buffer *sealed,
                     uint8_t key[AEAD_KEY_SIZE], struct error *err)
{
    if (lock->has_recovery)
        return key_for_recovery(env, lock, sealed, key, err);
    env->random(env->context, key, AEAD_KEY_SIZE);
    return secret_seal(env, lock->passphrase, lock->cost, span_make(key, AEAD_KEY_SIZE), sealed,
                       err);
}

static bool key_open(const struct backup_lock *lock, enum backup_kind kind, struct span sealed,
                     uint8_t key[AEAD_KEY_SIZE], struct error *err)
{
    struct buffer plain = buffer_make(AEAD_KEY_SIZE);
    uint8_t shared[AGREE_SHARED_SIZE];

    if (kind == BACKUP_RECOVERY) {
        if (!lock->has_recovery)
            return error_set(err, ERROR_INPUT, "it was made for a recovery key: --recovery-key");
        if (sealed.size != AGREE_PUBLIC_SIZE ||
            !agree_shared(lock->recovery_private, sealed.data, shared, err))
            return error_set(err, ERROR_INPUT, "the backup's head was changed");
        key_agreed(shared, sealed.data, lock->recovery_public, key);
        secret_wipe(shared, sizeof shared);
        return true;
    }
    if (lock->passphrase.size == 0)
        return error_set(err, ERROR_INPUT, "it was made under a passphrase: --passphrase-file");
    bool ok = secret_open(lock->passphrase, sealed, &plain, err) &&
              (plain.size == AEAD_KEY_SIZE || error_set(err, ERROR_INPUT, "no key of a backup"));
    if (ok)
        memcpy(key, plain.data, AEAD_KEY_SIZE);
    if (plain.data != NULL)
        secret_wipe(plain.data, plain.capacity);
    buffer_free(&plain);
    return ok;
}

/* --- writing --- */

static bool header_write(struct backup_writer *writer, const struct backup_lock *lock,
                         struct error *err)
{
    struct buffer sealed CLEANUP(buffer_free) = buffer_make(LOCK_MAX);
    struct buffer header CLEANUP(buffer_free) = buffer_make(LOCK_MAX + HEADER_FIXED);
    uint8_t key[AEAD_KEY_SIZE];
    uint8_t digest[DIGEST_SIZE];

    bool ok = key_make(writer->env, lock, &sealed, key, err);
    buffer_text(&header, magic);
    buffer_byte(&header, lock->has_recovery ? BACKUP_RECOVERY : BACKUP_PASSPHRASE);
    buffer_u16(&header, (uint16_t)sealed.size);
    buffer_add(&header, buffer_span(&sealed));
    digest_sha256(buffer_span(&header), digest);
    ok = ok && (!header.failed || error_set(err, ERROR_LIMIT, "out of memory")) &&
         writer->env->write_at(writer->env->context, writer->file, 0, buffer_span(&header), err) &&
         sealed_stream_begin(writer->env, writer->file, (int64_t)header.size, key, digest,
                             &writer->stream, err);
    secret_wipe(key, sizeof key);
    return ok;
}

bool backup_create(const struct env *env, const char *path, const struct backup_lock *lock,
                   struct backup_writer *out, struct error *err)
{
    struct env_file *there = NULL;
    struct error found = {0};
    struct error ignored = {0};

    *out = (struct backup_writer){.env = env, .manifest = buffer_make(BACKUP_MANIFEST_MAX)};
    if (snprintf(out->path, sizeof out->path, "%s", path) >= (int)sizeof out->path ||
        snprintf(out->part, sizeof out->part, "%s.part", path) >= (int)sizeof out->part)
        return error_set(err, ERROR_LIMIT, "the path is too long");
    if (env->open(env->context, path, ENV_OPEN_READ, &there, &found)) {
        env->close(env->context, there);
        return error_set(err, ERROR_CONFLICT, "%s stands already; name a new file", path);
    }
    env->unlink(env->context, out->part, &ignored); /* of a run that was killed */
    return env->open(env->context, out->part, ENV_OPEN_CREATE, &out->file, err) &&
           header_write(out, lock, err);
}

static bool record_begin(struct backup_writer *writer, const char *name, int64_t size,
                         struct error *err)
{
    struct buffer head CLEANUP(buffer_free) = buffer_make(BACKUP_NAME_MAX + 16);

    if (!backup_name_is_allowed(span_text(name)))
        return error_set(err, ERROR_BUG, "'%s' is no name of a backup", name);
    buffer_byte(&head, 'F');
    buffer_u16(&head, (uint16_t)strlen(name));
    buffer_text(&head, name);
    buffer_u64(&head, (uint64_t)size);
    return (!head.failed || error_set(err, ERROR_LIMIT, "out of memory")) &&
           sealed_stream_write(&writer->stream, buffer_span(&head), err);
}

static bool record_end(struct backup_writer *writer, const char *name,
                       const uint8_t sha256[DIGEST_SIZE], struct error *err)
{
    return (line_add(&writer->manifest, sha256, name) ||
            error_set(err, ERROR_LIMIT, "the manifest exceeds %u bytes", BACKUP_MANIFEST_MAX)) &&
           sealed_stream_write(&writer->stream, span_make(sha256, DIGEST_SIZE), err);
}

static void progress_tell(struct backup_writer *writer, size_t count)
{
    writer->total += (int64_t)count;
    if (writer->progress != NULL && writer->expected > 0)
        writer->progress(writer->context, writer->total,
                         writer->expected > writer->total ? writer->expected : writer->total);
}

static bool pieces_add(struct backup_writer *writer, struct env_file *from, int64_t size,
                       struct digest *digest, uint8_t *piece, struct error *err)
{
    for (int64_t at = 0; at < size;) {
        size_t count = size - at < (int64_t)PIECE_SIZE ? (size_t)(size - at) : PIECE_SIZE;
        if (!writer->env->read_at(writer->env->context, from, at, piece, count, err) ||
            !sealed_stream_write(&writer->stream, span_make(piece, count), err))
            return false;
        digest_add(digest, span_make(piece, count));
        at += (int64_t)count;
        progress_tell(writer, count);
    }
    return true;
}

bool backup_add(struct backup_writer *writer, const char *name, struct env_file *from, int64_t size,
                struct error *err)
{
    struct digest *digest = digest_begin();
    uint8_t *piece = malloc(PIECE_SIZE);
    uint8_t sha256[DIGEST_SIZE];

    bool ok = (digest != NULL && piece != NULL) || error_set(err, ERROR_LIMIT, "out of memory");
    ok = ok && record_begin(writer, name, size, err) &&
         pieces_add(writer, from, size, digest, piece, err);
    if (ok) {
        digest_end(digest, sha256);
        digest = NULL;
        ok = record_end(writer, name, sha256, err);
    }
    digest_drop(&digest);
    free(piece);
    return ok || error_add(err, "%s", name);
}

bool backup_add_bytes(struct backup_writer *writer, const char *name, struct span bytes,
                      struct error *err)
{
    uint8_t sha256[DIGEST_SIZE];

    digest_sha256(bytes, sha256);
    bool ok = record_begin(writer, name, (int64_t)bytes.size, err) &&
              sealed_stream_write(&writer->stream, bytes, err) &&
              record_end(writer, name, sha256, err);
    progress_tell(writer, bytes.size);
    return ok || error_add(err, "%s", name);
}

static bool parent_sync(const struct env *env, const char *path, struct error *err)
{
    char directory[4096];
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return env->sync_dir(env->context, ".", err);
    snprintf(directory, sizeof directory, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return env->sync_dir(env->context, directory, err);
}

bool backup_finish(struct backup_writer *writer, struct span about, struct error *err)
{
    const struct env *env = writer->env;
    struct buffer head CLEANUP(buffer_free) = buffer_make(16);

    buffer_byte(&head, 'M');
    buffer_u32(&head, (uint32_t)(about.size + 1 + writer->manifest.size));
    if (!sealed_stream_write(&writer->stream, buffer_span(&head), err) ||
        !sealed_stream_write(&writer->stream, about, err) ||
        !sealed_stream_write(&writer->stream, span_text("\n"), err) ||
        !sealed_stream_write(&writer->stream, buffer_span(&writer->manifest), err) ||
        !sealed_stream_finish(&writer->stream, err) || !env->sync(env->context, writer->file, err))
        return false;
    env->close(env->context, writer->file);
    writer->file = NULL;
    if (!env->rename(env->context, writer->part, writer->path, err))
        return false;
    writer->part[0] = '\0';
    return parent_sync(env, writer->path, err);
}

void backup_drop(struct backup_writer *writer)
{
    struct error ignored = {0};

    sealed_stream_end(&writer->stream);
    if (writer->file != NULL) {
        writer->env->close(writer->env->context, writer->file);
        writer->env->unlink(writer->env->context, writer->part, &ignored);
    } else if (writer->part[0] != '\0' && writer->stream.env != NULL) {
        writer->env->unlink(writer->env->context, writer->part, &ignored);
    }
    writer->file = NULL;
    buffer_free(&writer->manifest);
}

/* --- reading --- */

static bool header_read(const struct env *env, struct env_file *file, enum backup_kind *kind,
                        struct buffer *header, struct error *err)
{
    uint8_t fixed[HEADER_FIXED];
    struct error cut = {0};

    if (!env->read_at(env->context, file, 0, fixed, sizeof fixed, &cut) ||
        memcmp(fixed, magic, MAGIC_SIZE) != 0)
        return error_set(err, ERROR_INPUT, "this is no backup of a besa node");
    size_t size = (size_t)fixed[MAGIC_SIZE + 1] << 8 | fixed[MAGIC_SIZE + 2];
    if ((fixed[MAGIC_SIZE] != BACKUP_PASSPHRASE && fixed[MAGIC_SIZE] != BACKUP_RECOVERY) ||
        size == 0 || size > LOCK_MAX)
        return error_set(err, ERROR_INPUT, "the backup's head was changed");
    *kind = (enum backup_kind)fixed[MAGIC_SIZE];
    buffer_add(header, span_make(fixed, sizeof fixed));
    uint8_t *room = buffer_room(header, size);
    if (room == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    return env->read_at(env->context, file, HEADER_FIXED, room, size, &cut) ||
           error_set(err, ERROR_INPUT, "the backup was cut in its head");
}

bool backup_kind_read(const struct env *env, const char *path, enum backup_kind *out,
                      struct error *err)
{
    struct buffer header CLEANUP(buffer_free) = buffer_make(LOCK_MAX + HEADER_FIXED);
    struct env_file *file = NULL;

    if (!env->open(env->context, path, ENV_OPEN_READ, &file, err))
        return false;
    bool ok = header_read(env, file, out, &header, err);
    env->close(env->context, file);
    return ok || error_add(err, "%s", path);
}

bool backup_open(const struct env *env, const char *path, const struct backup_lock *lock,
                 struct backup_reader *out, struct error *err)
{
    struct buffer header CLEANUP(buffer_free) = buffer_make(LOCK_MAX + HEADER_FIXED);
    enum backup_kind kind;
    uint8_t key[AEAD_KEY_SIZE];
    uint8_t digest[DIGEST_SIZE];

    *out = (struct backup_reader){.env = env, .lines = buffer_make(BACKUP_MANIFEST_MAX)};
    if (!env->open(env->context, path, ENV_OPEN_READ, &out->file, err) ||
        !env->size(env->context, out->file, &out->size, err) ||
        !header_read(env, out->file, &kind, &header, err) ||
        !key_open(lock, kind, span_part(buffer_span(&header), HEADER_FIXED, header.size), key, err))
        return error_add(err, "%s", path);
    digest_sha256(buffer_span(&header), digest);
    bool ok =
        sealed_stream_open(env, out->file, (int64_t)header.size, key, digest, &out->stream, err);
    secret_wipe(key, sizeof key);
    return ok || error_add(err, "%s", path);
}

static uint64_t big_endian(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

static bool file_next(struct backup_reader *reader, struct backup_record *out, struct error *err)
{
    uint8_t number[8];

    if (!sealed_stream_read(&reader->stream, number, 2, err))
        return false;
    uint64_t size = big_endian(number, 2);
    if (size == 0 || size > BACKUP_NAME_MAX)
        return error_set(err, ERROR_INPUT, "a name of %" PRIu64 " bytes", size);
    if (!sealed_stream_read(&reader->stream, (uint8_t *)out->name, (size_t)size, err))
        return false;
    out->name[size] = '\0';
    if (!backup_name_is_allowed(span_make(out->name, (size_t)size)))
        return error_set(err, ERROR_INPUT, "it holds a file that no node has");
    if (!sealed_stream_read(&reader->stream, number, 8, err))
        return false;
    uint64_t file_size = big_endian(number, 8);
    if (file_size > (uint64_t)BACKUP_FILE_MAX)
        return error_set(err, ERROR_INPUT, "%s: %" PRIu64 " bytes", out->name, file_size);
    out->size = (int64_t)file_size;
    return true;
}

/* Its `sha256  name` lines must be those of the files that were read, in that order; behind it nothing follows. */
static bool manifest_next(struct backup_reader *reader, struct backup_record *out,
                          struct buffer *manifest, struct error *err)
{
    uint8_t number[4];

    if (!sealed_stream_read(&reader->stream, number, 4, err))
        return false;
    size_t size = (size_t)big_endian(number, 4);
    buffer_clear(manifest);
    uint8_t *room = size > BACKUP_MANIFEST_MAX ? NULL : buffer_room(manifest, size);
    if (room == NULL)
        return error_set(err, ERROR_LIMIT, "a manifest of %zu bytes", size);
    if (!sealed_stream_read(&reader->stream, room, size, err))
        return false;
    struct span text = buffer_span(manifest);
    struct span lines = buffer_span(&reader->lines);
    if (!sealed_stream_is_at_end(&reader->stream) || text.size < lines.size + 1 ||
        !span_equal(span_part(text, text.size - lines.size, text.size), lines) ||
        text.data[text.size - lines.size - 1] != '\n')
        return error_set(err, ERROR_INPUT, "the manifest names other files than are there");
    out->is_manifest = true;
    out->about = span_part(text, 0, text.size - lines.size - 1);
    return true;
}

bool backup_next(struct backup_reader *reader, struct backup_record *out, struct buffer *manifest,
                 struct error *err)
{
    uint8_t tag = 0;

    *out = (struct backup_record){.is_manifest = false};
    if (!sealed_stream_read(&reader->stream, &tag, 1, err))
        return false;
    if (tag == 'F')
        return file_next(reader, out, err);
    return tag == 'M' ? manifest_next(reader, out, manifest, err)
                      : error_set(err, ERROR_INPUT, "a record of unknown kind");
}

static bool pieces_take(struct backup_reader *reader, int64_t size, struct env_file *to,
                        struct digest *digest, uint8_t *piece, struct error *err)
{
    const struct env *env = reader->env;

    for (int64_t at = 0; at < size;) {
        size_t count = size - at < (int64_t)PIECE_SIZE ? (size_t)(size - at) : PIECE_SIZE;
        if (!sealed_stream_read(&reader->stream, piece, count, err) ||
            (to != NULL && !env->write_at(env->context, to, at, span_make(piece, count), err)))
            return false;
        digest_add(digest, span_make(piece, count));
        at += (int64_t)count;
    }
    return true;
}

bool backup_take(struct backup_reader *reader, const struct backup_record *record,
                 struct env_file *to, struct error *err)
{
    struct digest *digest = digest_begin();
    uint8_t *piece = malloc(PIECE_SIZE);
    uint8_t found[DIGEST_SIZE];
    uint8_t said[DIGEST_SIZE];

    bool ok = (digest != NULL && piece != NULL) || error_set(err, ERROR_LIMIT, "out of memory");
    ok = ok && pieces_take(reader, record->size, to, digest, piece, err) &&
         sealed_stream_read(&reader->stream, said, sizeof said, err);
    if (ok) {
        digest_end(digest, found);
        digest = NULL;
        ok = (digest_is_equal(found, said) ||
              error_set(err, ERROR_INPUT, "its digest is not the one named")) &&
             (line_add(&reader->lines, found, record->name) ||
              error_set(err, ERROR_LIMIT, "more files than a manifest can name"));
    }
    digest_drop(&digest);
    free(piece);
    return ok || error_add(err, "%s", record->name);
}

void backup_close(struct backup_reader *reader)
{
    sealed_stream_end(&reader->stream);
    if (reader->file != NULL)
        reader->env->close(reader->env->context, reader->file);
    reader->file = NULL;
    buffer_free(&reader->lines);
}
