/*
 * Verification of exported files, without a node: the checkpoint's signature under a key that came another way, the tree
 * recomputed from the entries and from the tiles, and every receipt. One bundle and one tile per level are in memory.
 *
 * An entry and its hash in the tile may differ; the signed root tells which of the two was changed.
 */
#include "cmd/verify.h"

#include "base/attributes.h"
#include "base/text.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"
#include "tlog/tile.h"

#include <inttypes.h>
#include <stdio.h>

#define PATH_SIZE            4096
#define LEVELS               8u
#define DIFFERENCE_COUNT_MAX 32u
#define RECEIPT_LINE_MAX     1024u
#define TILE_SIZE_MAX        (TILE_WIDTH * TLOG_HASH_SIZE)

/* The tree as it grows from one source of leaves. */
struct growing {
    struct compact_range range;
    bool is_whole; /* no leaf was missing */
};

struct reading {
    const struct verify_files *files;
    struct verify_report *report;
    struct verify_files_result *out;
    struct checkpoint checkpoint;
    struct buffer body; /* of the checkpoint: its text */
    struct buffer note; /* the file */
    struct growing entries;
    struct growing tiles;
    uint64_t differing[DIFFERENCE_COUNT_MAX]; /* indexes where entry and tile differ */
    size_t difference_count;
    struct tlog_hash level[LEVELS][TILE_WIDTH];  /* the tiles that grow from the entries */
    struct tlog_hash level2[LEVELS][TILE_WIDTH]; /* and from the hashes in the lowest tiles */
    unsigned widths[LEVELS];
    uint64_t indexes[LEVELS];
    struct buffer receipts; /* the part of the file not yet consumed */
    struct env_file *receipts_file;
    int64_t receipts_offset, receipts_size;
    uint64_t receipt_size; /* of the next line; 0: none */
    struct tlog_hash receipt_root;
    char receipt_line[RECEIPT_LINE_MAX + 1];
    uint64_t receipt_doubt;  /* size of the first receipt over another tree; 0: none */
    struct checkpoint other; /* seen elsewhere */
    struct buffer other_body;
    bool has_other;
    uint64_t minimum_index; /* below it the exporter pruned bundles, and their hashes stand alone */
};

/* Entries or tiles, as far as read, have this root: the one of the two that was changed has not. */
static bool root_is_here(const struct reading *reading, const struct tlog_hash *wanted)
{
    struct tlog_hash of_entries, of_tiles;

    if (!reading->entries.is_whole)
        return true; /* nothing can be told any more, and that is said already */
    compact_range_root(&reading->entries.range, &of_entries);
    compact_range_root(&reading->tiles.range, &of_tiles);
    return tlog_hash_is_equal(&of_entries, wanted) || tlog_hash_is_equal(&of_tiles, wanted);
}

static bool file_read(const struct reading *reading, const char *name, size_t limit,
                      struct buffer *out, struct error *err)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof path, "%s/%s", reading->files->directory, name);
    return env_read_file(reading->files->env, path, limit, out, err);
}

static bool tile_file_read(const struct reading *reading, const struct tile_path *path,
                           size_t limit, struct buffer *out, struct error *err)
{
    struct buffer name CLEANUP(buffer_free) = buffer_make(TILE_PATH_SIZE_MAX + 1);

    return (tile_path_write(path, &name) && buffer_byte(&name, 0) &&
            file_read(reading, (const char *)name.data, limit, out, err)) ||
           error_add(err, "tile");
}

/* "tile/0/000", for people. */
static void tile_name(const struct tile_path *path, char out[TILE_PATH_SIZE_MAX + 1])
{
    struct buffer name CLEANUP(buffer_free) = buffer_make(TILE_PATH_SIZE_MAX + 1);

    tile_path_write(path, &name);
    snprintf(out, TILE_PATH_SIZE_MAX + 1, "%.*s", SPAN_ARG(buffer_span(&name)));
}

/* --- receipts: rising by size, checked as the tree reaches each --- */

/* More bytes of the file behind what is left of them. */
static bool receipts_fill(struct reading *reading, struct error *err)
{
    const struct env *env = reading->files->env;
    int64_t left = reading->receipts_size - reading->receipts_offset;
    size_t wanted = left > (int64_t)RECEIPT_LINE_MAX ? RECEIPT_LINE_MAX : (size_t)left;

    if (wanted == 0)
        return true;
    uint8_t *room = buffer_room(&reading->receipts, wanted);
    if (room == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!env->read_at(env->context, reading->receipts_file, reading->receipts_offset, room, wanted,
                      err))
        return false;
    reading->receipts_offset += (int64_t)wanted;
    return true;
}

/* "<size> <base64 root> <note signature line>" */
static bool receipt_line_read(struct reading *reading, struct span line)
{
    const uint8_t *first = memchr(line.data, ' ', line.size);
    size_t at = first == NULL ? 0 : (size_t)(first - line.data);
    struct span rest = span_part(line, at + 1, line.size);
    size_t root_size = BASE64_SIZE(TLOG_HASH_SIZE);

    if (at == 0 || rest.size <= root_size || rest.data[root_size] != ' ' ||
        !number_read(span_part(line, 0, at), &reading->receipt_size) ||
        !tlog_hash_text_read(span_part(rest, 0, root_size), &reading->receipt_root))
        return false;
    snprintf(reading->receipt_line, sizeof reading->receipt_line, "%.*s",
             SPAN_ARG(span_part(rest, root_size + 1, rest.size)));
    return true;
}

static bool receipt_next(struct reading *reading, struct error *err)
{
    uint64_t before = reading->receipt_size;
    struct span rest, line;

    reading->receipt_size = 0;
    if (reading->receipts_file == NULL)
        return true;
    if (reading->receipts.size < RECEIPT_LINE_MAX && !receipts_fill(reading, err))
        return false;
    rest = buffer_span(&reading->receipts);
    if (rest.size == 0)
        return true;
    if (!line_take(&rest, &line) || !receipt_line_read(reading, line) ||
        reading->receipt_size <= before) {
        finding_add(reading->report, FINDING_RECEIPT,
                    "receipts: the line behind size %" PRIu64 " is no receipt", before);
        reading->receipt_size = 0;
        reading->receipts.size = 0;
        reading->receipts_offset = reading->receipts_size;
        return true;
    }
    memmove(reading->receipts.data, rest.data, rest.size);
    reading->receipts.size = rest.size;
    return true;
}

static bool receipts_open(struct reading *reading, struct error *err)
{
    const struct env *env = reading->files->env;
    char path[PATH_SIZE];

    if (reading->files->custody_count == 0)
        return true;
    snprintf(path, sizeof path, "%s/receipts", reading->files->directory);
    if (!env->open(env->context, path, ENV_OPEN_READ, &reading->receipts_file, err)) {
        reading->receipts_file = NULL;
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err);
        return true;
    }
    return env->size(env->context, reading->receipts_file, &reading->receipts_size, err) &&
           receipt_next(reading, err);
}

/* The key that made this line, by its name. */
static const struct verify_custody *receipt_signer(const struct reading *reading, struct span text,
                                                   int64_t *time_s)
{
    uint8_t signature[SIGNATURE_SIZE];

    for (size_t i = 0; i < reading->files->custody_count; i++)
        if (cosignature_line_verify(&reading->files->custody[i].key, text,
                                    span_text(reading->receipt_line), time_s, signature))
            return &reading->files->custody[i];
    return NULL;
}

/* Beyond the end of its log, or of its key, a signature proves nothing: whoever stole the key makes such receipts. */
static bool receipt_counts(struct reading *reading, const struct verify_custody *signer)
{
    const struct verify_files *files = reading->files;
    uint64_t size = reading->receipt_size;

    if (files->has_end && size > files->end_size) {
        finding_add(reading->report, FINDING_RECEIPT,
                    "receipts: the receipt of size %" PRIu64 " lies beyond the end of log %s at "
                    "%" PRIu64 ": it counts for nothing",
                    size, files->log.name, files->end_size);
        return false;
    }
    if (!signer->has_end || files->base + size <= signer->end)
        return true;
    finding_add(reading->report, FINDING_RECEIPT,
                "receipts: the receipt of size %" PRIu64 " is backdated: %s ended at position "
                "%" PRIu64 " of these logs, this is position %" PRIu64,
                size, signer->key.name, signer->end, files->base + size);
    return false;
}

/* The tree has reached the size of the next receipt. */
static void receipt_check(struct reading *reading)
{
    struct checkpoint seen = {.origin = reading->checkpoint.origin,
                              .size = reading->receipt_size,
                              .root = reading->receipt_root};
    struct buffer text CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    const struct verify_custody *signer = NULL;
    int64_t time_s = 0;

    reading->report->receipts++;
    if (checkpoint_write(&seen, &text))
        signer = receipt_signer(reading, buffer_span(&text), &time_s);
    if (signer == NULL) {
        finding_add(reading->report, FINDING_RECEIPT,
                    "receipts: the receipt of size %" PRIu64 " by %s does not hold", seen.size,
                    reading->files->custody_count == 1 ? reading->files->custody[0].key.name
                                                       : "a key that was given");
        return;
    }
    if (!receipt_counts(reading, signer))
        return;
    if (!root_is_here(reading, &seen.root)) {
        if (reading->receipt_doubt == 0)
            reading->receipt_doubt = seen.size;
        return;
    }
    reading->out->receipt_time_s = time_s;
    reading->out->receipt_size = seen.size;
    reading->out->receipt_by = &signer->key;
}

/* --- the end, as the log that follows says it --- */

static void end_check(struct reading *reading)
{
    if (!root_is_here(reading, &reading->files->end_root))
        finding_add(reading->report, FINDING_FORK,
                    "log %s ends at %" PRIu64 " with another tree, says the log that follows it",
                    reading->files->log.name, reading->files->end_size);
}

/* --- tiles --- */

/* The tile that grew from the leaves is the file's. */
static void tile_compare(struct reading *reading, unsigned level)
{
    struct tile_path path = {
        .level = level, .index = reading->indexes[level], .width = reading->widths[level]};
    struct buffer file CLEANUP(buffer_free) = buffer_make(TILE_SIZE_MAX);
    char name[TILE_PATH_SIZE_MAX + 1];
    struct tlog_hash found[TILE_WIDTH];
    struct error err = {0};

    if (path.width == 0 || level == 0)
        return; /* level 0 was compared with the entries */
    tile_name(&path, name);
    reading->report->tiles++;
    if (!tile_file_read(reading, &path, TILE_SIZE_MAX, &file, &err) ||
        !tile_read(buffer_span(&file), path.width, found, &err)) {
        finding_add(reading->report, FINDING_TILE, "%s: %.300s", name, err.text);
        return;
    }
    for (unsigned i = 0; i < path.width; i++) {
        if (tlog_hash_is_equal(&found[i], &reading->level[level][i]) ||
            tlog_hash_is_equal(&found[i], &reading->level2[level][i]))
            continue; /* where entry and hash differ below, the root says which was changed */
        finding_add(reading->report, FINDING_TILE, "%s: hash %u is not that of the tile below",
                    name, i);
        return;
    }
}

static void level_add(struct reading *reading, struct tlog_hash entry, struct tlog_hash tile)
{
    for (unsigned level = 0; level < LEVELS; level++) {
        unsigned at = reading->widths[level]++;
        reading->level[level][at] = entry;
        reading->level2[level][at] = tile;
        if (at + 1 < TILE_WIDTH)
            return;
        tile_compare(reading, level);
        tile_root(reading->level[level], &entry);
        tile_root(reading->level2[level], &tile);
        reading->widths[level] = 0;
        reading->indexes[level]++;
    }
}

/* --- a second checkpoint of the same key, seen elsewhere: the entries must lead to it too --- */

static void other_read(struct reading *reading)
{
    uint8_t signature[SIGNATURE_SIZE];
    struct error refused = {0};

    if (reading->files->other_checkpoint.size == 0)
        return;
    reading->report->checkpoints++;
    reading->has_other =
        checkpoint_open(reading->files->other_checkpoint, &reading->files->log, &reading->other,
                        &reading->other_body, signature, &refused);
    if (!reading->has_other)
        finding_add(reading->report, FINDING_SIGNATURE,
                    "the other checkpoint is not signed by %s: %.200s", reading->files->log.name,
                    refused.text);
    else if (reading->other.size > reading->checkpoint.size)
        finding_add(reading->report, FINDING_ENTRY_MISSING,
                    "the other checkpoint has size %" PRIu64 ", this export ends at %" PRIu64
                    ": whether they are of one log cannot be told here",
                    reading->other.size, reading->checkpoint.size);
}

static void other_check(struct reading *reading)
{
    if (!root_is_here(reading, &reading->other.root))
        finding_add(reading->report, FINDING_FORK,
                    "log %s forked: its key signed another tree of size %" PRIu64
                    " than the one exported here",
                    reading->files->log.name, reading->other.size);
}

/* --- entries --- */

static bool minimum_read(struct reading *reading, struct error *err)
{
    struct buffer file CLEANUP(buffer_free) = buffer_make(32);

    if (!file_read(reading, "minimum-index", 32, &file, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    struct span text = buffer_span(&file);
    if (text.size > 0 && text.data[text.size - 1] == '\n' &&
        number_read(span_part(text, 0, text.size - 1), &reading->minimum_index))
        return true;
    finding_add(reading->report, FINDING_ENTRY_MISSING, "minimum-index: it is no number");
    return true;
}

static bool leaves_of_bundle(struct reading *reading, const struct tile_path *path,
                             struct tlog_hash leaves[TILE_WIDTH])
{
    struct buffer file CLEANUP(buffer_free) = buffer_make(BUNDLE_SIZE_MAX);
    struct error err = {0};
    char name[TILE_PATH_SIZE_MAX + 1];

    if (tile_file_read(reading, path, BUNDLE_SIZE_MAX, &file, &err) &&
        bundle_read_leaves(buffer_span(&file), path->width, leaves, &err))
        return true;
    if (err.kind == ERROR_MISSING &&
        path->index * TILE_WIDTH + path->width <= reading->minimum_index) {
        reading->report->pruned += path->width;
        return false;
    }
    tile_name(path, name);
    finding_add(reading->report, FINDING_ENTRY_MISSING,
                "%s: entries %" PRIu64 " to %" PRIu64 " are missing: %.200s", name,
                path->index * TILE_WIDTH, path->index * TILE_WIDTH + path->width - 1, err.text);
    return false;
}

static bool leaves_of_tile(struct reading *reading, const struct tile_path *path,
                           struct tlog_hash leaves[TILE_WIDTH])
{
    struct buffer file CLEANUP(buffer_free) = buffer_make(TILE_SIZE_MAX);
    struct error err = {0};
    char name[TILE_PATH_SIZE_MAX + 1];

    reading->report->tiles++;
    if (tile_file_read(reading, path, TILE_SIZE_MAX, &file, &err) &&
        tile_read(buffer_span(&file), path->width, leaves, &err))
        return true;
    tile_name(path, name);
    finding_add(reading->report, FINDING_TILE, "%s: %.300s", name, err.text);
    return false;
}

/* Appends entry and tile hash number `index`. */
static bool leaf_add(struct reading *reading, uint64_t index, const struct tlog_hash *entry,
                     const struct tlog_hash *tile, struct error *err)
{
    const struct tlog_hash *either = entry != NULL ? entry : tile;

    if (entry != NULL && tile != NULL && !tlog_hash_is_equal(entry, tile) &&
        reading->difference_count < DIFFERENCE_COUNT_MAX)
        reading->differing[reading->difference_count++] = index;
    if (either == NULL)
        return true;
    compact_range_append(&reading->entries.range, either);
    compact_range_append(&reading->tiles.range, tile != NULL ? tile : entry);
    level_add(reading, *either, tile != NULL ? *tile : *entry);
    if (reading->has_other && reading->other.size == index + 1)
        other_check(reading);
    if (reading->files->has_end && reading->files->end_size == index + 1)
        end_check(reading);
    if (reading->receipt_size != index + 1)
        return true;
    receipt_check(reading);
    return receipt_next(reading, err);
}

static bool bundle_check(struct reading *reading, uint64_t from, unsigned width, struct error *err)
{
    struct tile_path entries = {.is_entries = true, .index = from / TILE_WIDTH, .width = width};
    struct tile_path hashes = {.level = 0, .index = from / TILE_WIDTH, .width = width};
    struct tlog_hash of_entries[TILE_WIDTH], of_tile[TILE_WIDTH];
    bool has_entries = leaves_of_bundle(reading, &entries, of_entries);
    bool has_tile = leaves_of_tile(reading, &hashes, of_tile);

    if (has_entries)
        reading->report->entries += width;
    reading->entries.is_whole = reading->entries.is_whole && (has_entries || has_tile);
    reading->tiles.is_whole = reading->tiles.is_whole && (has_entries || has_tile);
    for (unsigned i = 0; i < width; i++)
        if (!leaf_add(reading, from + i, has_entries ? &of_entries[i] : NULL,
                      has_tile ? &of_tile[i] : NULL, err))
            return false;
    return true;
}

/* Entries and tile hashes differ: the signed root says which were changed. */
static void differences_name(struct reading *reading, bool entries_hold, bool tiles_hold)
{
    for (size_t i = 0; i < reading->difference_count; i++) {
        uint64_t index = reading->differing[i];
        struct tile_path path = {.index = index / TILE_WIDTH,
                                 .width =
                                     tile_width(reading->checkpoint.size, 0, index / TILE_WIDTH)};
        char name[TILE_PATH_SIZE_MAX + 1];
        tile_name(&path, name);
        if (entries_hold)
            finding_add(reading->report, FINDING_TILE,
                        "%s: the hash of entry %" PRIu64
                        " was changed: the entry leads to the signed root, the hash does not",
                        name, index);
        else if (tiles_hold)
            finding_add(reading->report, FINDING_HEAD,
                        "index %" PRIu64 ": the entry was changed: the hash in %s leads to the "
                        "signed root, the entry does not",
                        index, name);
        else
            finding_add(reading->report, FINDING_HEAD,
                        "index %" PRIu64 ": entry and hash in %s differ", index, name);
    }
}

static void root_check(struct reading *reading)
{
    struct tlog_hash of_entries, of_tiles;
    bool is_whole = reading->entries.is_whole;

    compact_range_root(&reading->entries.range, &of_entries);
    compact_range_root(&reading->tiles.range, &of_tiles);
    bool entries_hold = is_whole && tlog_hash_is_equal(&of_entries, &reading->checkpoint.root);
    bool tiles_hold = is_whole && tlog_hash_is_equal(&of_tiles, &reading->checkpoint.root);
    differences_name(reading, entries_hold, tiles_hold);
    if (is_whole && !entries_hold && !tiles_hold)
        finding_add(reading->report, FINDING_CHANGED,
                    "checkpoint: entries 0 to %" PRIu64
                    " are not those that were signed at size %" PRIu64,
                    reading->checkpoint.size - 1, reading->checkpoint.size);
    if (reading->receipt_doubt == 0)
        return;
    if (entries_hold || tiles_hold)
        finding_add(reading->report, FINDING_FORK,
                    "log %s forked: %s cosigned another tree of size %" PRIu64
                    " than the one exported here",
                    reading->files->log.name,
                    reading->files->custody_count == 1 ? reading->files->custody[0].key.name
                                                       : "its partner",
                    reading->receipt_doubt);
    else
        finding_add(reading->report, FINDING_RECEIPT,
                    "receipts: the receipt of size %" PRIu64 " is not over these entries",
                    reading->receipt_doubt);
}

/* --- the checkpoint --- */

static bool checkpoint_check(struct reading *reading, struct error *err)
{
    const struct verify_files *files = reading->files;
    uint8_t signature[SIGNATURE_SIZE];
    struct error refused = {0};

    if (!file_read(reading, "checkpoint", NOTE_SIZE_MAX, &reading->note, err))
        return error_add(err, "no exported log");
    reading->report->checkpoints++;
    if (checkpoint_open(buffer_span(&reading->note), &files->log, &reading->checkpoint,
                        &reading->body, signature, &refused))
        return true;
    finding_add(reading->report, FINDING_SIGNATURE, "checkpoint: not signed by %s: %.200s",
                files->log.name, refused.text);
    return false;
}

/* The cosignature on the checkpoint itself, where there is one. */
static void cosignature_check(struct reading *reading)
{
    uint8_t signature[SIGNATURE_SIZE];
    struct error refused = {0};
    struct note note;
    int64_t time_s = 0;

    if (reading->files->custody_count == 0)
        return;
    if (!note_read(buffer_span(&reading->note), &note, &refused))
        return;
    for (size_t i = 0; i < reading->files->custody_count; i++) {
        const struct verify_custody *custody = &reading->files->custody[i];
        bool has_ended =
            (custody->has_end && reading->files->base + reading->checkpoint.size > custody->end) ||
            (reading->files->has_end && reading->checkpoint.size > reading->files->end_size);
        error_clear(&refused);
        if (cosignature_verify(&note, &custody->key, &time_s, signature, &refused)) {
            if (has_ended)
                continue; /* the receipts say so */
            reading->out->receipt_time_s = time_s;
            reading->out->receipt_size = reading->checkpoint.size;
            reading->out->receipt_by = &custody->key;
            return;
        }
        if (refused.kind != ERROR_MISSING)
            finding_add(reading->report, FINDING_RECEIPT,
                        "checkpoint: the cosignature by %s does not hold: %.200s",
                        custody->key.name, refused.text);
    }
}

static bool entries_check(struct reading *reading, struct error *err)
{
    uint64_t size = reading->checkpoint.size;

    /* Behind a gap no root says anything any more, and a size that was signed in error could be endless. */
    for (uint64_t at = 0; at < size && reading->entries.is_whole; at += TILE_WIDTH) {
        uint64_t end = size - at < TILE_WIDTH ? size : at + TILE_WIDTH;
        if (!bundle_check(reading, at, (unsigned)(end - at), err))
            return false;
        if (reading->report->progress != NULL)
            reading->report->progress(reading->report->context, reading->checkpoint.origin, end,
                                      size);
    }
    for (unsigned level = 0; level < LEVELS && reading->entries.is_whole; level++)
        tile_compare(reading, level);
    return true;
}

static bool directory_verify(struct reading *reading, struct error *err)
{
    bool ok = true;

    if (checkpoint_check(reading, err)) {
        other_read(reading);
        cosignature_check(reading);
        ok = receipts_open(reading, err) && minimum_read(reading, err) &&
             entries_check(reading, err);
        if (ok) {
            root_check(reading);
            if (reading->files->has_end && reading->files->end_size > reading->checkpoint.size)
                finding_add(reading->report, FINDING_ENTRY_MISSING,
                            "log %s ends at %" PRIu64 ", says the log that follows it; this export "
                            "ends at %" PRIu64,
                            reading->files->log.name, reading->files->end_size,
                            reading->checkpoint.size);
            reading->out->size = reading->checkpoint.size;
            reading->out->root = reading->checkpoint.root;
        }
        if (ok && reading->receipt_size != 0 && reading->entries.is_whole)
            finding_add(reading->report, FINDING_ENTRY_MISSING,
                        "receipts: size %" PRIu64 " was cosigned, this export ends at %" PRIu64,
                        reading->receipt_size, reading->checkpoint.size);
    } else {
        ok = err == NULL || err->kind == ERROR_NONE;
    }
    return ok;
}

bool verify_directory(const struct verify_files *files, struct verify_report *report,
                      struct verify_files_result *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct reading *reading = arena_alloc(&arena, sizeof *reading);
    const struct env *env = files->env;

    *out = (struct verify_files_result){.size = 0};
    error_clear(err);
    if (reading == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (strlen(files->directory) + TILE_PATH_SIZE_MAX + 16 > PATH_SIZE)
        return error_set(err, ERROR_INPUT, "the directory's path is too long");
    reading->files = files;
    reading->report = report;
    reading->out = out;
    reading->body = buffer_make(NOTE_SIZE_MAX);
    reading->note = buffer_make(NOTE_SIZE_MAX);
    reading->receipts = buffer_make(4 * RECEIPT_LINE_MAX);
    reading->other_body = buffer_make(NOTE_SIZE_MAX);
    reading->entries = (struct growing){compact_range_empty(), true};
    reading->tiles = (struct growing){compact_range_empty(), true};
    bool ok = directory_verify(reading, err);
    report->logs++;
    if (reading->receipts_file != NULL)
        env->close(env->context, reading->receipts_file);
    buffer_free(&reading->body);
    buffer_free(&reading->note);
    buffer_free(&reading->receipts);
    buffer_free(&reading->other_body);
    return ok;
}
