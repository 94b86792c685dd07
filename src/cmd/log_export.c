/* Export: see log_export.h. */
#include "cmd/log_export.h"

#include "cmd/training.h"

#include "base/attributes.h"
#include "base/text.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"
#include "tlog/tile.h"

#include <inttypes.h>
#include <stdio.h>

#define PATH_SIZE     4096
#define EXPORT_LEVELS 8u /* 256^8 leaves: more than a log can have */
#define EXPORT_ARENA  (8u * 1024u * 1024u)
#define RECEIPT_STEP  64
#define BODY_ROOM     (TILE_WIDTH * (BODY_SIZE_MAX + 4096u)) /* rows come with their bodies */

bool directory_make(const struct env *env, const char *path, struct error *err)
{
    char part[PATH_SIZE];
    size_t size = strlen(path);

    if (size == 0 || size >= sizeof part)
        return error_set(err, ERROR_INPUT, "a directory's path has 1 to %d bytes", PATH_SIZE - 1);
    memcpy(part, path, size + 1);
    for (size_t i = 1; i < size; i++) {
        if (part[i] != '/')
            continue;
        part[i] = '\0';
        if (!env->make_dir(env->context, part, err))
            return false;
        part[i] = '/';
    }
    return env->make_dir(env->context, part, err);
}

/* What is being written. */
struct export
{
    const struct books *books;
    const struct log_row *log;
    const char *directory;
    struct log_signers signers;
    struct checkpoint_row target;
    struct compact_range range;
    struct tlog_hash tiles[EXPORT_LEVELS][TILE_WIDTH];
    uint64_t minimum_index;          /* below it bundles were pruned; 0: none */
    unsigned widths[EXPORT_LEVELS];  /* hashes in the tile that grows */
    uint64_t indexes[EXPORT_LEVELS]; /* its number */
};

/* A new file, with the directories that it needs. */
static bool file_write(const struct env *env, const char *path, struct span bytes,
                       struct error *err)
{
    char directory[PATH_SIZE];
    struct env_file *file = NULL;
    const char *slash = strrchr(path, '/');

    snprintf(directory, sizeof directory, "%.*s", slash == NULL ? 1 : (int)(slash - path),
             slash == NULL ? "." : path);
    if (!directory_make(env, directory, err) ||
        !env->open(env->context, path, ENV_OPEN_CREATE, &file, err))
        return false;
    bool ok =
        env->write_at(env->context, file, 0, bytes, err) && env->sync(env->context, file, err);
    env->close(env->context, file);
    return ok && env->sync_dir(env->context, directory, err);
}

static bool tile_file_write(struct export *export, const struct tile_path *path, struct span bytes,
                            struct error *err)
{
    struct buffer name CLEANUP(buffer_free) = buffer_make(TILE_PATH_SIZE_MAX + 1);
    char full[PATH_SIZE];

    if (!tile_path_write(path, &name))
        return error_set(err, ERROR_BUG, "a tile has no path");
    snprintf(full, sizeof full, "%s/%.*s", export->directory, SPAN_ARG(buffer_span(&name)));
    return file_write(export->books->env, full, bytes, err);
}

/* Writes the tile that grows at `level`, full or partial. */
static bool tile_flush(struct export *export, unsigned level, struct error *err)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(TILE_WIDTH * TLOG_HASH_SIZE);
    struct tile_path path = {
        .level = level, .index = export->indexes[level], .width = export->widths[level]};

    if (path.width == 0)
        return true;
    return (tile_write(export->tiles[level], path.width, &bytes) ||
            error_set(err, ERROR_LIMIT, "out of memory")) &&
           tile_file_write(export, &path, buffer_span(&bytes), err);
}

/* A hash more at level 0; full tiles are written and go up. */
static bool tile_add(struct export *export, struct tlog_hash hash, struct error *err)
{
    for (unsigned level = 0; level < EXPORT_LEVELS; level++) {
        export->tiles[level][export->widths[level]++] = hash;
        if (export->widths[level] < TILE_WIDTH)
            return true;
        if (!tile_flush(export, level, err))
            return false;
        tile_root(export->tiles[level], &hash);
        export->widths[level] = 0;
        export->indexes[level]++;
    }
    return error_set(err, ERROR_LIMIT, "the log is too large");
}

/* Entries [from, from + width) as one bundle; without a head whose time was over there is none, only its hashes. */
static bool bundle_export(struct export *export, uint64_t from, unsigned width, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(BODY_ROOM);
    struct buffer bundle CLEANUP(buffer_free) = buffer_make(BUNDLE_SIZE_MAX);
    struct entry_row *rows = arena_array(&arena, TILE_WIDTH, sizeof *rows);
    size_t count = 0;
    bool is_whole = true;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!entry_list_range(export->books->db, &arena, export->log->id, (int64_t)from,
                          (int64_t)(from + width), rows, width, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool is_pruned = rows[i].head.size == 0;
        struct tlog_hash leaf;
        if (is_pruned && rows[i].leaf.size == TLOG_HASH_SIZE)
            memcpy(leaf.bytes, rows[i].leaf.data, TLOG_HASH_SIZE);
        else
            tlog_leaf_hash(rows[i].head, &leaf);
        is_whole = is_whole && !is_pruned;
        if (rows[i].index != (int64_t)(from + i))
            return error_set(err, ERROR_STORE, "log %.*s: entry %" PRIu64 " is missing",
                             SPAN_ARG(export->log->origin), from + i);
        compact_range_append(&export->range, &leaf);
        if ((is_whole && !bundle_add(rows[i].head, &bundle)) || !tile_add(export, leaf, err))
            return false;
    }
    if (count != width)
        return error_set(err, ERROR_STORE, "log %.*s: entry %" PRIu64 " is missing",
                         SPAN_ARG(export->log->origin), from + count);
    if (!is_whole) {
        export->minimum_index = from + width;
        return true;
    }
    struct tile_path path = {.is_entries = true, .index = from / TILE_WIDTH, .width = width};
    return tile_file_write(export, &path, buffer_span(&bundle), err);
}

static bool entries_export(struct export *export, export_progress *progress, void *context,
                           struct error *err)
{
    uint64_t size = (uint64_t) export->target.size;

    for (uint64_t at = 0; at < size; at += TILE_WIDTH) {
        unsigned width = size - at < TILE_WIDTH ? (unsigned)(size - at) : TILE_WIDTH;
        if (!bundle_export(export, at, width, err))
            return false;
        if (progress != NULL)
            progress(context, at + width, size);
    }
    for (unsigned level = 0; level < EXPORT_LEVELS; level++)
        if (!tile_flush(export, level, err))
            return false;
    return true;
}

static bool root_check(const struct export *export, struct error *err)
{
    struct tlog_hash root;

    compact_range_root(&export->range, &root);
    return span_equal(span_make(root.bytes, sizeof root.bytes), export->target.root) ||
           error_set(err, ERROR_STORE,
                     "log %.*s: the entries do not lead to the signed root of size %" PRId64
                     "; `besa verify` says where",
                     SPAN_ARG(export->log->origin), export->target.size);
}

/* As C2SP tlog-tiles prunes: bundles below a minimum index are gone, every hash stays. */
static bool minimum_export(const struct export *export, struct error *err)
{
    char path[PATH_SIZE], text[32];

    if (export->minimum_index == 0)
        return true;
    snprintf(path, sizeof path, "%s/minimum-index", export->directory);
    snprintf(text, sizeof text, "%" PRIu64 "\n", export->minimum_index);
    return file_write(export->books->env, path, span_text(text), err);
}

bool receipt_line_write(const struct note_key *custody, const struct receipt_row *row,
                        struct buffer *out)
{
    char root[BASE64_SIZE(TLOG_HASH_SIZE) + 1];

    if (row->root.size != TLOG_HASH_SIZE || row->signature.size != SIGNATURE_SIZE)
        return false;
    base64_write(row->root, root);
    return buffer_format(out, "%" PRId64 " %s ", row->size, root) &&
           cosignature_line_write(custody, row->time_s, row->signature.data, out);
}

/* The open `receipts` file: lines are written as they come. */
struct receipts_file {
    struct env_file *file;
    int64_t offset;
};

static bool receipts_step(struct export *export, struct receipts_file *to, int64_t *above,
                          struct export_result *out, struct buffer *cosignature, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(EXPORT_ARENA);
    struct buffer lines CLEANUP(buffer_free) = buffer_make(RECEIPT_STEP * 1024u);
    const struct env *env = export->books->env;
    struct receipt_row rows[RECEIPT_STEP];
    size_t count = 0;

    if (!receipt_list(export->books->db, &arena, export->log->id, *above, rows, RECEIPT_STEP,
                      &count, err))
        return false;
    *above = -1;
    for (size_t i = 0; i < count && rows[i].size <= export->target.size; i++) {
        *above = rows[i].size;
        if (rows[i].signature.size == 0)
            continue; /* custody is given and its signature still being made */
        struct note_key key;
        if (!books_custody(export->books, export->log, rows[i].size, 0, &key, err))
            return false;
        if (!receipt_line_write(&key, &rows[i], &lines))
            return error_set(err, ERROR_STORE, "log %.*s: the receipt of size %" PRId64 " is cut",
                             SPAN_ARG(export->log->origin), rows[i].size);
        out->receipts++;
        if (rows[i].size == export->target.size)
            out->is_cosigned =
                cosignature_line_write(&key, rows[i].time_s, rows[i].signature.data, cosignature);
    }
    if (!env->write_at(env->context, to->file, to->offset, buffer_span(&lines), err))
        return false;
    to->offset += (int64_t)lines.size;
    return true;
}

static bool receipts_export(struct export *export, struct export_result *out,
                            struct buffer *cosignature, struct error *err)
{
    const struct env *env = export->books->env;
    struct receipts_file to = {.offset = 0};
    char path[PATH_SIZE];
    int64_t above = 0;
    bool ok = true;

    if (!export->signers.has_custody)
        return true;
    snprintf(path, sizeof path, "%s/receipts", export->directory);
    if (!env->open(env->context, path, ENV_OPEN_CREATE, &to.file, err))
        return false;
    while (ok && above >= 0)
        ok = receipts_step(export, &to, &above, out, cosignature, err);
    ok = ok && env->sync(env->context, to.file, err);
    env->close(env->context, to.file);
    return ok;
}

/* Cosignatures of the witnesses that saw exactly this size. */
static bool witnesses_export(struct export *export, struct export_result *out,
                             struct buffer *cosignatures, struct error *err)
{
    struct note_key witnesses[BOOKS_WITNESS_MAX];
    size_t count = 0;

    if (export->log->kind != LOG_DOMESTIC)
        return true;
    if (!books_witnesses(export->books, witnesses, &count, err))
        return false;
    for (size_t i = 0; i < count && out->witnesses + 2 < NOTE_SIGNATURE_COUNT_MAX; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
        struct witness_row row;
        struct error absent = {0};
        if (!witness_newest(export->books->db, &arena, export->log->origin,
                            span_text(witnesses[i].name), &row, &absent) ||
            row.size != export->target.size || row.signature.size != SIGNATURE_SIZE)
            continue;
        if (cosignature_line_write(&witnesses[i], row.time_s, row.signature.data, cosignatures))
            out->witnesses++;
    }
    return true;
}

static bool checkpoint_export(const struct export *export, struct span cosignatures,
                              struct error *err)
{
    struct buffer note CLEANUP(buffer_free) = buffer_make(NOTE_SIZE_MAX);
    struct checkpoint checkpoint = {.origin = export->log->origin,
                                    .size = (uint64_t) export->target.size};
    char path[PATH_SIZE];

    memcpy(checkpoint.root.bytes, export->target.root.data, TLOG_HASH_SIZE);
    if (!checkpoint_write(&checkpoint, &note) || !buffer_byte(&note, '\n') ||
        !note_signature_line_write(&export->signers.log, export->target.signature, &note) ||
        !buffer_add(&note, cosignatures))
        return error_set(err, ERROR_LIMIT, "the checkpoint does not fit");
    snprintf(path, sizeof path, "%s/checkpoint", export->directory);
    return env_write_file(export->books->env, path, buffer_span(&note), err);
}

/* What an exercise made is not taken for evidence: heads alone do not say it. */
static bool training_export(const struct export *export, struct error *err)
{
    const struct books *books = export->books;
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct pairing own = {.is_training = false};
    struct error ignored = {0};
    char path[PATH_SIZE];

    bool is_training =
        books->agreement_count > 0
            ? books->agreements[0].is_training
            : books_own_pairing(books->env, books->home, &arena, &own, &ignored) && own.is_training;
    if (!is_training)
        return true;
    snprintf(path, sizeof path, "%s/" TRAINING_FILE, export->directory);
    return file_write(books->env, path, span_text(TRAINING_WORDS "\n"), err);
}

static bool directory_is_free(const struct env *env, const char *directory, struct error *err)
{
    static const char *const names[] = {"checkpoint", "receipts", "tile/entries/000"};
    char path[PATH_SIZE];

    if (strlen(directory) + TILE_PATH_SIZE_MAX + 16 > sizeof path)
        return error_set(err, ERROR_INPUT, "the directory's path is too long");
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        struct env_file *file = NULL;
        struct error absent = {0};
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        if (!env->open(env->context, path, ENV_OPEN_READ, &file, &absent))
            continue;
        env->close(env->context, file);
        return error_set(err, ERROR_CONFLICT, "%s stands already; export into a new directory",
                         path);
    }
    return true;
}

static bool target_find(struct export *export, struct arena *arena, struct error *err)
{
    if (!checkpoint_newest(export->books->db, arena, export->log->id, &export->target, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        return error_set(err, ERROR_MISSING, "log %.*s: nothing is signed yet",
                         SPAN_ARG(export->log->origin));
    }
    return (export->target.root.size == TLOG_HASH_SIZE &&
            export->target.signature.size == SIGNATURE_SIZE) ||
           error_set(err, ERROR_STORE, "log %.*s: its newest checkpoint is cut",
                     SPAN_ARG(export->log->origin));
}

bool log_export(const struct books *books, const struct log_row *log, const char *directory,
                export_progress *progress, void *context, struct export_result *out,
                struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(EXPORT_ARENA);
    struct buffer cosignatures CLEANUP(buffer_free) = buffer_make(NOTE_SIZE_MAX);
    struct export *export = arena_alloc(&arena, sizeof *export);

    *out = (struct export_result){.size = 0};
    if (export == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    export->books = books;
    export->log = log;
    export->directory = directory;
    export->range = compact_range_empty();
    if (!books_signers(books, log, &export->signers, err) || !target_find(export, &arena, err) ||
        !directory_is_free(books->env, directory, err) ||
        !directory_make(books->env, directory, err) ||
        !entries_export(export, progress, context, err) || !root_check(export, err) ||
        !minimum_export(export, err) || !training_export(export, err) ||
        !receipts_export(export, out, &cosignatures, err) ||
        !witnesses_export(export, out, &cosignatures, err))
        return error_add(err, "exporting");
    out->size = (uint64_t) export->target.size;
    return checkpoint_export(export, buffer_span(&cosignatures), err) ||
           error_add(err, "exporting");
}
