/*
 * `besa backup FILE`: a sealed copy of the node while it runs. The order makes it one state: the keeper's record first (it
 * may lag behind the books, never lead them), then one snapshot of the database, then the attachments that the snapshot
 * names. What was erased between the snapshot and its turn is left out and counted.
 */
#include "cmd/backup.h"
#include "cmd/session.h"
#include "cmd/setup.h"

#include "base/attributes.h"
#include "base/json.h"
#include "base/text.h"
#include "journal/journal.h"
#include "keeper/keeper.h"
#include "store/attachment_file.h"
#include "store/local_rows.h"
#include "store/migrate.h"
#include "store/part_rows.h"
#include "store/schema.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ABOUT_SIZE 65536u
#define COPY_NAME  "run/backup.db"
#define FILE_STEP  256u
#define SMALL_MAX  (1024u * 1024u)

/* --- what was recorded --- */

bool backup_record(struct session *session, const char *act, const struct backup_drilled *drilled,
                   struct error *err)
{
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(1024);
    struct buffer result CLEANUP(buffer_free) = buffer_make(CONTROL_REPLY_SIZE_MAX);
    struct problems problems = {.count = 0};
    struct json_writer out = json_writer_make(&arguments);

    json_begin_object(&out);
    if (drilled != NULL) {
        json_integer_field(&out, "made_ms", drilled->made_ms);
        json_integer_field(&out, "last_entry", drilled->last_entry);
        json_hex_field(&out, "manifest", span_make(drilled->manifest, DIGEST_SIZE));
    }
    json_end_object(&out);
    return session_ask(session, act, buffer_span(&arguments), span_make(NULL, 0), -1, NULL, &result,
                       &problems, err);
}

bool backup_books_old(const struct home *home, bool *is_old, struct error *err)
{
    struct node *reader = NULL;
    int64_t schema = 0;

    *is_old = false;
    if (control_is_running(home))
        return true;
    bool ok = node_open_reader(home, &reader, err) && database_version(reader->db, &schema, err);
    *is_old = ok && !reader->config.is_training && schema < (int64_t)schema_migration_count;
    node_close(&reader);
    return ok;
}

/* Old books cannot take an act; `besa upgrade`, which reads this, is one. */
static bool old_record(const struct home *home, const struct backup_drilled *drilled,
                       struct error *err)
{
    struct database *db CLEANUP(database_close) = NULL;
    struct config *config = calloc(1, sizeof *config);
    char place[NODE_PLACE_SIZE];
    struct database_options options = {.place = place, .env = env_real()};
    char text[BACKUP_SETTING_SIZE];
    struct backup_known known;
    int lock_fd = -1;

    backup_setting_write(drilled, env_real()->now_ms(env_real()->context), text);
    bool ok =
        (config != NULL || error_set(err, ERROR_LIMIT, "out of memory")) &&
        home_lock(home, &lock_fd, err) && home_config_load(home, config, err) &&
        node_place(home, config->database, place, err) && database_open(&options, &db, err) &&
        backup_known_read(db, &known, err) &&
        (drilled->made_ms < known.made_ms || setting_put(db, BACKUP_SETTING, span_text(text), err));
    home_unlock(&lock_fd);
    free(config);
    return ok;
}

bool backup_record_verified(struct options *options, const struct backup_drilled *drilled,
                            struct error *err)
{
    struct session session = {.options = options};
    struct home home;
    bool is_old = false;

    if (!home_find(options->home, &home, err) || !backup_books_old(&home, &is_old, err))
        return false;
    if (is_old)
        return old_record(&home, drilled, err);
    bool ok = session_open(options, &session, err) &&
              backup_record(&session, "backup-verified", drilled, err);
    session_close(&session);
    return ok;
}

/* --- making --- */

struct making {
    struct options *options;
    struct session session; /* holds the home's lock when no node runs */
    bool is_old; /* books of an older program, before `besa upgrade`: no act can be written */
    int lock_fd; /* of such */
    struct home home;
    struct node *reader;
    struct backup_writer writer;
    struct database *copy;
    char copy_path[HOME_PATH_SIZE];
    struct progress copying;
    struct progress sealing;
    int64_t made_ms;
    uint64_t files;
    uint64_t erased; /* attachments that went between the snapshot and their turn */
    int64_t bytes;
};

static bool home_file_add(struct making *making, const char *name, bool is_needed,
                          struct error *err)
{
    struct buffer text CLEANUP(buffer_wipe) = buffer_make(SMALL_MAX);

    if (!setup_read(&making->reader->home, name, SMALL_MAX, &text, err)) {
        bool is_absent = !is_needed && err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    return backup_add_bytes(&making->writer, name, buffer_span(&text), err);
}

static bool partners_add(struct making *making, struct error *err)
{
    char path[HOME_PATH_SIZE];
    char name[BACKUP_NAME_MAX + 1];

    if (!home_path(&making->reader->home, HOME_PARTNERS, path, err))
        return false;
    DIR *directory = opendir(path);
    if (directory == NULL)
        return errno == ENOENT || error_set(err, ERROR_STORE, "%s: %s", path, strerror(errno));
    bool ok = true;
    for (struct dirent *found; ok && (found = readdir(directory)) != NULL;) {
        int size = snprintf(name, sizeof name, HOME_PARTNERS "/%s", found->d_name);
        if (size > 0 && (size_t)size < sizeof name && backup_name_is_allowed(span_text(name)))
            ok = home_file_add(making, name, false, err);
    }
    closedir(directory);
    return ok;
}

static bool keeper_add(struct making *making, struct error *err)
{
    struct buffer record CLEANUP(buffer_free) = buffer_make(8u * 1024 * 1024);
    char directory[HOME_PATH_SIZE];

    return home_path(&making->reader->home, HOME_KEEPER, directory, err) &&
           keeper_record_copy(env_real(), directory, &record, err) &&
           backup_add_bytes(&making->writer, HOME_KEEPER "/keeper.record", buffer_span(&record),
                            err) &&
           home_file_add(making, HOME_KEEPER "/keeper.keys", true, err);
}

static bool small_files_add(struct making *making, struct error *err)
{
    return keeper_add(making, err) && home_file_add(making, HOME_CONF, true, err) &&
           home_file_add(making, HOME_PASSPHRASE, false, err) &&
           home_file_add(making, HOME_TLS_KEY, false, err) &&
           home_file_add(making, HOME_TLS_CERTIFICATE, false, err) &&
           home_file_add(making, HOME_INSTITUTION, false, err) &&
           home_file_add(making, HOME_INSTITUTION_KEY, false, err) &&
           home_file_add(making, "own.pairing", false, err) && partners_add(making, err);
}

static void copy_remove(const struct making *making)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    char path[HOME_PATH_SIZE + 16];

    for (size_t i = 0; i < ARRAY_COUNT(tails) && making->copy_path[0] != '\0'; i++) {
        snprintf(path, sizeof path, "%s%s", making->copy_path, tails[i]);
        unlink(path);
    }
}

static bool database_add(struct making *making, struct error *err)
{
    const struct env *env = env_real();
    struct env_file *file = NULL;
    int64_t size = 0;

    if (!env->open(env->context, making->copy_path, ENV_OPEN_READ, &file, err))
        return false;
    bool ok = env->size(env->context, file, &size, err) &&
              backup_add(&making->writer, HOME_DATABASE, file, size, err);
    env->close(env->context, file);
    making->files++;
    return ok;
}

static bool snapshot_take(struct making *making, struct error *err)
{
    struct database_options options = {.place = making->copy_path, .env = env_real()};
    struct stat st;
    int64_t attachments = 0;

    copy_remove(making); /* of a run that was killed */
    if (!database_copy(making->reader->db, making->copy_path, progress_show, &making->copying, err))
        return false;
    progress_end(&making->copying);
    making->made_ms = env_real()->now_ms(env_real()->context);
    if (stat(making->copy_path, &st) == 0)
        making->writer.expected = st.st_size;
    if (!database_add(making, err) || !database_open(&options, &making->copy, err) ||
        !file_total(making->copy, &attachments, err))
        return false;
    making->writer.expected += attachments;
    return true;
}

/* Absent because it was erased since: the live row says so. Else a file is lost, and that is said. */
static bool erased_check(struct making *making, const struct file_row *row, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct part_row part;
    struct upload_row upload;
    struct error found = {0};

    bool is_there =
        row->entry == 0
            ? upload_find(making->reader->db, &arena, row->file, &upload, &found)
            : part_find(making->reader->db, &arena, row->entry, row->number, &part, &found) &&
                  part.state == PART_HELD;
    if (!is_there && (found.kind == ERROR_NONE || found.kind == ERROR_MISSING)) {
        making->erased++;
        error_clear(err);
        return true;
    }
    /* An upload that was sent meanwhile has its file under the same name: then it is there. */
    return false;
}

static bool file_add(struct making *making, const struct file_row *row, struct error *err)
{
    const struct env *env = env_real();
    struct env_file *file = NULL;
    char hex[2 * ATTACHMENT_ID_SIZE + 1];
    char name[BACKUP_NAME_MAX + 1];
    char path[HOME_PATH_SIZE];
    int64_t size = 0;

    if (row->file.size != ATTACHMENT_ID_SIZE)
        return error_set(err, ERROR_STORE, "an attachment's file has a malformed name");
    hex_write(row->file, hex);
    snprintf(name, sizeof name, HOME_ATTACHMENTS "/%.2s/%s", hex, hex);
    if (!home_path(&making->reader->home, name, path, err))
        return false;
    if (!env->open(env->context, path, ENV_OPEN_READ, &file, err))
        return err->kind == ERROR_MISSING && erased_check(making, row, err);
    bool ok = env->size(env->context, file, &size, err) &&
              backup_add(&making->writer, name, file, size, err);
    env->close(env->context, file);
    making->files++;
    return ok;
}

static bool files_add(struct making *making, struct error *err)
{
    int64_t entry = 0;
    int64_t number = 0;
    size_t count = 0;

    do {
        struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
        struct file_row rows[FILE_STEP];
        if (!file_list(making->copy, &arena, entry, number, rows, FILE_STEP, &count, err))
            return false;
        for (size_t i = 0; i < count; i++) {
            if (!file_add(making, &rows[i], err))
                return false;
            entry = rows[i].entry;
            number = rows[i].number;
        }
    } while (count == FILE_STEP);
    return true;
}

static bool uploads_add(struct making *making, struct error *err)
{
    uint8_t above[ATTACHMENT_ID_SIZE] = {0};
    size_t above_size = 0;
    size_t count = 0;

    do {
        struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
        struct file_row rows[FILE_STEP];
        if (!file_list_uploads(making->copy, &arena, span_make(above, above_size), rows, FILE_STEP,
                               &count, err))
            return false;
        for (size_t i = 0; i < count; i++) {
            if (!file_add(making, &rows[i], err))
                return false;
            memcpy(above, rows[i].file.data, sizeof above);
            above_size = sizeof above;
        }
    } while (count == FILE_STEP);
    return true;
}

static bool about_write(struct making *making, struct buffer *about, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(8u * 1024 * 1024);
    struct log_row *logs = arena_array(&arena, BOOKS_LOG_MAX, sizeof *logs);
    char at[TIME_TEXT_SIZE];
    size_t count = 0;
    int64_t schema = 0;
    int64_t number = 0;

    if (logs == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!database_version(making->copy, &schema, err) ||
        !journal_apply_number(making->copy, &number, err) ||
        !log_list_heads(making->copy, &arena, logs, BOOKS_LOG_MAX, &count, err))
        return false;
    time_write(making->made_ms, at);
    buffer_format(about, "besa-manifest/1\nparty: %s\nmade: %s\nmade_ms: %" PRId64 "\n",
                  making->reader->config.party, at, making->made_ms);
    buffer_format(about, "software: %s\nschema: %" PRId64 "\napply: %" PRId64 "\n", BESA_VERSION,
                  schema, number);
    for (size_t i = 0; i < count; i++) {
        struct compact_range range;
        struct tlog_hash root;
        char hex[2 * TLOG_HASH_SIZE + 1];
        if (!compact_range_read(logs[i].frontier, &range))
            return error_set(err, ERROR_STORE, "log %.*s: its frontier is damaged",
                             SPAN_ARG(logs[i].origin));
        compact_range_root(&range, &root);
        hex_write(span_make(root.bytes, sizeof root.bytes), hex);
        buffer_format(about, "log: %.*s %" PRId64 " %s\n", SPAN_ARG(logs[i].origin), logs[i].size,
                      hex);
    }
    return !about->failed || error_set(err, ERROR_LIMIT, "the manifest is too long");
}

/* FILE, or in a directory `besa-<party>-<time>.backup`. */
static bool path_make(struct making *making, const char *word, char out[HOME_PATH_SIZE],
                      struct error *err)
{
    char at[TIME_TEXT_SIZE];
    char name[NAME_SIZE_MAX + TIME_TEXT_SIZE + 32];
    struct stat st;

    if (stat(word, &st) != 0 || !S_ISDIR(st.st_mode))
        return snprintf(out, HOME_PATH_SIZE, "%s", word) < HOME_PATH_SIZE ||
               error_set(err, ERROR_LIMIT, "the path is too long");
    time_write(env_real()->now_ms(env_real()->context), at);
    snprintf(name, sizeof name, "besa-%s-%.19s.backup", making->reader->config.party, at);
    for (char *c = name; *c != '\0'; c++)
        if (*c == ':')
            *c = '-';
    return snprintf(out, HOME_PATH_SIZE, "%s/%s", word, name) < HOME_PATH_SIZE ||
           error_set(err, ERROR_LIMIT, "the path is too long");
}

static bool backup_write(struct making *making, const char *path, const struct backup_lock *lock,
                         struct buffer *about, uint8_t manifest[DIGEST_SIZE], struct error *err)
{
    struct buffer whole CLEANUP(buffer_free) = buffer_make(BACKUP_MANIFEST_MAX + ABOUT_SIZE);

    struct backup_lock copy = *lock;
    if (making->reader->config.is_training)
        copy.cost = SECRET_COST_FAST; /* an exercise guards nothing */
    bool is_created = backup_create(env_real(), path, &copy, &making->writer, err);
    secret_wipe(&copy, sizeof copy);
    if (!is_created)
        return false;
    making->writer.progress = progress_show;
    making->writer.context = &making->sealing;
    if (!small_files_add(making, err) || !snapshot_take(making, err) || !files_add(making, err) ||
        !uploads_add(making, err) || !about_write(making, about, err))
        return false;
    buffer_add(&whole, buffer_span(about));
    buffer_text(&whole, "\n");
    buffer_add(&whole, buffer_span(&making->writer.manifest));
    digest_sha256(buffer_span(&whole), manifest);
    making->bytes = making->writer.total;
    return backup_finish(&making->writer, buffer_span(about), err);
}

static bool making_begin(struct making *making, struct error *err)
{
    making->copying = (struct progress){.options = making->options, .what = "copying the books"};
    making->sealing = (struct progress){.options = making->options, .what = "sealing"};
    if (!home_find(making->options->home, &making->home, err) ||
        !backup_books_old(&making->home, &making->is_old, err))
        return false;
    bool ok = making->is_old ? home_lock(&making->home, &making->lock_fd, err)
                             : session_open(making->options, &making->session, err);
    return ok && node_open_reader(&making->home, &making->reader, err) &&
           home_path(&making->home, COPY_NAME, making->copy_path, err) &&
           (making->is_old || backup_record(&making->session, "backup", NULL, err));
}

static void making_end(struct making *making)
{
    progress_end(&making->copying);
    progress_end(&making->sealing);
    database_close(&making->copy);
    copy_remove(making);
    backup_drop(&making->writer);
    node_close(&making->reader);
    session_close(&making->session);
    home_unlock(&making->lock_fd);
}

static void made_write(const struct making *making, const char *path,
                       const uint8_t manifest[DIGEST_SIZE], struct json_writer *out)
{
    json_begin_object(out);
    json_string_field(out, "file", path);
    json_time_field(out, "made", making->made_ms);
    json_integer_field(out, "files", (int64_t)making->files);
    json_integer_field(out, "bytes", making->bytes);
    json_integer_field(out, "erased_meanwhile", (int64_t)making->erased);
    json_hex_field(out, "manifest", span_make(manifest, DIGEST_SIZE));
    json_string_field(out, "next",
                      "besa backup verify FILE: a backup that was never restored is "
                      "none");
    json_end_object(out);
}

static int backup_make(struct options *options, const char *word, struct backup_words *words)
{
    struct making *making = calloc(1, sizeof *making);
    struct buffer about CLEANUP(buffer_free) = buffer_make(ABOUT_SIZE);
    struct buffer text CLEANUP(buffer_free) = buffer_make(ABOUT_SIZE);
    struct json_writer out = json_writer_make(&text);
    struct backup_lock lock;
    uint8_t manifest[DIGEST_SIZE];
    char path[HOME_PATH_SIZE];
    struct error err = {0};

    if (making == NULL) {
        error_set(&err, ERROR_LIMIT, "out of memory");
        return command_fail(options, &err);
    }
    making->options = options;
    making->lock_fd = -1;
    bool ok = backup_lock_make(words, &lock, &err) && making_begin(making, &err) &&
              path_make(making, word, path, &err) &&
              backup_write(making, path, &lock, &about, manifest, &err);
    if (ok)
        made_write(making, path, manifest, &out);
    making_end(making);
    free(making);
    backup_lock_end(words, &lock);
    if (!ok)
        error_add(&err, "no backup was made");
    return ok ? command_show(options, buffer_span(&text)) : command_fail(options, &err);
}

/* --- the command --- */

int command_backup(struct options *options, int argc, char **argv)
{
    struct backup_words files = {.passphrase_file = NULL};
    const char *scratch = NULL;
    const struct command_option own[] = {
        {.name = "passphrase-file", .value = &files.passphrase_file},
        {.name = "recovery", .value = &files.recovery},
        {.name = "recovery-key", .value = &files.recovery_key},
        {.name = "scratch", .value = &scratch}};
    struct word_list words;
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 2, &words, &exit_code))
        return exit_code;
    if (words.count == 2 && strcmp(words.words[0], "verify") == 0)
        return backup_verify(options, words.words[1], scratch, &files);
    if (words.count == 2 && strcmp(words.words[0], "key") == 0)
        return backup_recovery_make(options, words.words[1], &files);
    if (words.count == 1)
        return backup_make(options, words.words[0], &files);
    return command_usage(options, "FILE, verify FILE or key FILE is wanted");
}
