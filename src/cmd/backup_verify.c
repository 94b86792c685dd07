/*
 * `besa backup verify FILE`: the drill. The backup is restored into a scratch directory, brought to this program's schema,
 * and every log, receipt, body, part and attachment there is verified, as `besa verify` does with a node's own; its logs
 * must end where the manifest says. Nothing is signed there. What passed is recorded in the books.
 */
#include "cmd/backup.h"
#include "cmd/setup.h"

#include "base/attributes.h"
#include "base/json.h"
#include "base/text.h"
#include "keeper/keeper.h"
#include "store/log_rows.h"
#include "store/migrate.h"
#include "store/schema.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define ABOUT_SIZE  (1024u * 1024u)
#define RESULT_SIZE (256u * 1024u)

struct drill {
    struct options *options;
    struct home home; /* the scratch directory */
    struct config config;
    struct keeper *keeper;
    struct database *db;
    struct buffer about;
    struct backup_drilled drilled;
    struct verify_report report;
    struct progress unpacking;
    struct progress verifying;
    struct tlog_hash
        first; /* leaf of the first domestic entry: salted, so no two nodes have the same */
    bool has_first;
    bool is_recorded;
    int lock_fd; /* of the scratch directory: who has it works there */
    pthread_t watcher;
    bool has_watcher;
    sigset_t signals; /* before the watcher */
};

/* --- the heads that the manifest names --- */

static bool root_is(const struct log_row *log, struct span hex)
{
    struct compact_range range;
    struct tlog_hash root;
    char found[2 * TLOG_HASH_SIZE + 1];

    if (!compact_range_read(log->frontier, &range))
        return false;
    compact_range_root(&range, &root);
    hex_write(span_make(root.bytes, sizeof root.bytes), found);
    return span_is(hex, found);
}

/* "log: <origin> <size> <root>" */
static bool head_is(const struct log_row *log, struct span line)
{
    char wanted[ORIGIN_SIZE_MAX + 64];
    int size =
        snprintf(wanted, sizeof wanted, "log: %.*s %" PRId64 " ", SPAN_ARG(log->origin), log->size);

    return size > 0 && span_starts_with(line, wanted) &&
           root_is(log, span_part(line, (size_t)size, line.size));
}

static bool head_find(struct span about, const struct log_row *log)
{
    while (about.size > 0) {
        const uint8_t *end = memchr(about.data, '\n', about.size);
        size_t size = end == NULL ? about.size : (size_t)(end - about.data);
        if (head_is(log, span_part(about, 0, size)))
            return true;
        about = span_part(about, end == NULL ? size : size + 1, about.size);
    }
    return false;
}

static void heads_compare(struct drill *drill, const struct books *books)
{
    for (size_t i = 0; i < books->log_count; i++)
        if (!head_find(buffer_span(&drill->about), &books->logs[i]))
            finding_add(&drill->report, FINDING_CHANGED,
                        "log %.*s: size and root are not those that the manifest names",
                        SPAN_ARG(books->logs[i].origin));
}

/* --- whose it is --- */

/* MISSING when the books have no domestic entry. */
static bool first_find(struct database *db, const char *party, struct tlog_hash *out,
                       struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(BOOKS_ARENA_SIZE);
    struct log_row *logs = arena_array(&arena, BOOKS_LOG_MAX, sizeof *logs);
    char origin[ORIGIN_SIZE_MAX + 1];
    struct entry_row row;
    size_t count = 0;
    size_t found = 0;

    snprintf(origin, sizeof origin, "%s/domestic/0", party);
    if (logs == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!log_list_heads(db, &arena, logs, BOOKS_LOG_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (span_is(logs[i].origin, origin) &&
            !entry_list_range(db, &arena, logs[i].id, 0, 1, &row, 1, &found, err))
            return false;
    if (found == 0)
        return error_set(err, ERROR_MISSING, "%s has no entry", origin);
    if (row.leaf.size != sizeof out->bytes)
        return error_set(err, ERROR_STORE, "%s: the first leaf is damaged", origin);
    memcpy(out->bytes, row.leaf.data, sizeof out->bytes);
    return true;
}

/* RULE unless it is a backup of the node in this home: the drill of another one says nothing for it. */
static bool home_check(const struct drill *drill, struct error *err)
{
    struct node *reader = NULL;
    struct tlog_hash first;
    struct home home;

    bool ok = home_find(drill->options->home, &home, err) && node_open_reader(&home, &reader, err);
    bool is_ours = ok && drill->has_first &&
                   strcmp(reader->config.party, drill->config.party) == 0 &&
                   first_find(reader->db, reader->config.party, &first, err) &&
                   memcmp(&first, &drill->first, sizeof first) == 0;
    node_close(&reader);
    if (ok && !is_ours && err->kind == ERROR_NONE)
        error_set(err, ERROR_RULE, "it is a backup of another node (party %s)",
                  drill->config.party);
    return is_ours;
}

/* --- the scratch node --- */

static bool about_read(struct drill *drill, struct error *err)
{
    struct span made;
    uint64_t number = 0;

    if (!backup_about_find(buffer_span(&drill->about), "made_ms", &made) ||
        !number_read(made, &number) || number > INT64_MAX)
        return error_set(err, ERROR_INPUT, "the manifest does not say when it was made");
    drill->drilled.made_ms = (int64_t)number;
    return true;
}

static bool keeper_begin(struct drill *drill, struct error *err)
{
    struct buffer passphrase CLEANUP(buffer_wipe) = buffer_make(PASSPHRASE_SIZE_MAX);
    char directory[HOME_PATH_SIZE];

    if (!home_path(&drill->home, HOME_KEEPER, directory, err) ||
        !home_passphrase(&drill->home, &passphrase, err))
        return error_add(err, "the keeper's passphrase is not in the backup: give it as to the "
                              "node (BESA_PASSPHRASE_FILE)");
    struct keeper_options options = {
        .env = env_real(), .directory = directory, .passphrase = buffer_span(&passphrase)};
    return keeper_open(&options, &drill->keeper, err);
}

static bool database_begin_scratch(struct drill *drill, struct error *err)
{
    char place[HOME_PATH_SIZE];
    struct database_options options = {.place = place, .env = env_real()};

    return home_path(&drill->home, HOME_DATABASE, place, err) &&
           database_open(&options, &drill->db, err) &&
           database_migrate(drill->db, schema_migrations, schema_migration_count, err);
}

static void verify_progress(void *context, struct span origin, uint64_t done, uint64_t total)
{
    (void)origin;
    progress_show(context, (int64_t)done, (int64_t)total);
}

static bool first_look(struct drill *drill, struct error *err)
{
    drill->has_first = first_find(drill->db, drill->config.party, &drill->first, err);
    bool is_absent = !drill->has_first && err->kind == ERROR_MISSING;
    if (is_absent)
        error_clear(err);
    return drill->has_first || is_absent;
}

static bool books_check(struct drill *drill, struct error *err)
{
    struct keeper_client client = keeper_client_direct(drill->keeper);
    struct books *books = calloc(1, sizeof *books);
    struct keeper_keys keys;

    if (books == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    bool ok =
        keeper_public_keys(&client, &keys, err) && database_begin(drill->db, DATABASE_NORMAL, err);
    if (ok) {
        ok = books_open(books, env_real(), drill->home.path, span_text(drill->config.party), &keys,
                        drill->db, &client, err) &&
             verify_books(books, &drill->report, err);
        if (ok)
            heads_compare(drill, books);
        ok = ok && first_look(drill, err) &&
             entry_last_id(drill->db, &drill->drilled.last_entry, err);
        books_close(books);
        database_rollback(drill->db);
    }
    free(books);
    return ok;
}

#define SCRATCH_NAME "besa-drill-"

/* The scratch of a drill that was killed outright lies there in the clear; of one that runs the lock is held. */
static void stale_remove(const char *base)
{
    DIR *directory = opendir(base);
    char path[HOME_PATH_SIZE];
    struct stat st;

    for (struct dirent *found; directory != NULL && (found = readdir(directory)) != NULL;) {
        if (strncmp(found->d_name, SCRATCH_NAME, strlen(SCRATCH_NAME)) != 0 ||
            snprintf(path, sizeof path, "%s/%s", base, found->d_name) >= (int)sizeof path ||
            lstat(path, &st) != 0 || st.st_uid != geteuid())
            continue;
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
            directory_remove(path);
        if (fd >= 0)
            close(fd);
    }
    if (directory != NULL)
        closedir(directory);
}

static void ending_signals(sigset_t *out)
{
    sigemptyset(out);
    sigaddset(out, SIGINT);
    sigaddset(out, SIGTERM);
    sigaddset(out, SIGHUP);
}

/* Whoever breaks the drill off leaves nothing in the clear. The drill may still make a file meanwhile: so again. */
static void *watch(void *context)
{
    const struct drill *drill = context;
    sigset_t set;
    int found = 0;

    ending_signals(&set);
    while (sigwait(&set, &found) != 0)
        ;
    for (int i = 0; i < 100 && access(drill->home.path, F_OK) == 0; i++)
        directory_remove(drill->home.path);
    _exit(128 + found);
}

static void watch_begin(struct drill *drill)
{
    sigset_t set;

    ending_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, &drill->signals);
    drill->has_watcher = pthread_create(&drill->watcher, NULL, watch, drill) == 0;
    if (!drill->has_watcher)
        pthread_sigmask(SIG_SETMASK, &drill->signals, NULL);
}

static void watch_end(struct drill *drill)
{
    if (!drill->has_watcher)
        return;
    pthread_cancel(drill->watcher);
    pthread_join(drill->watcher, NULL);
    pthread_sigmask(SIG_SETMASK, &drill->signals, NULL);
    drill->has_watcher = false;
}

/* --scratch, else the home's own volume, else where temporary files lie. */
static bool scratch_base(const struct drill *drill, const char *said, char out[HOME_PATH_SIZE],
                         struct error *err)
{
    const char *temporary = getenv("TMPDIR");
    struct home home;

    if (said == NULL && drill->options->home != NULL)
        return home_find(drill->options->home, &home, err) && home_path(&home, HOME_RUN, out, err);
    if (said == NULL)
        said = temporary != NULL ? temporary : "/var/tmp";
    return snprintf(out, HOME_PATH_SIZE, "%s", said) < HOME_PATH_SIZE ||
           error_set(err, ERROR_LIMIT, "the path is too long");
}

static bool scratch_make(struct drill *drill, const char *said, struct error *err)
{
    char base[HOME_PATH_SIZE];

    if (!scratch_base(drill, said, base, err))
        return false;
    stale_remove(base);
    if (snprintf(drill->home.path, sizeof drill->home.path, "%s/" SCRATCH_NAME "XXXXXX", base) >=
        (int)sizeof drill->home.path) {
        drill->home.path[0] = '\0';
        return error_set(err, ERROR_LIMIT, "the path is too long");
    }
    if (mkdtemp(drill->home.path) == NULL) {
        error_set(err, ERROR_STORE, "cannot make %s: %s", drill->home.path, strerror(errno));
        drill->home.path[0] = '\0';
        return false;
    }
    drill->lock_fd = open(drill->home.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    watch_begin(drill);
    return (drill->lock_fd >= 0 && flock(drill->lock_fd, LOCK_EX | LOCK_NB) == 0) ||
           error_set(err, ERROR_STORE, "cannot lock %s: %s", drill->home.path, strerror(errno));
}

static bool drill_run(struct drill *drill, const char *path, const struct backup_lock *lock,
                      struct error *err)
{
    bool ok = backup_unpack(path, lock, drill->home.path, &drill->unpacking, &drill->about,
                            drill->drilled.manifest, err);
    progress_end(&drill->unpacking);
    return ok && about_read(drill, err) && home_config_load(&drill->home, &drill->config, err) &&
           keeper_begin(drill, err) && database_begin_scratch(drill, err) &&
           books_check(drill, err);
}

static void drill_end(struct drill *drill)
{
    progress_end(&drill->verifying);
    database_close(&drill->db);
    if (drill->keeper != NULL)
        keeper_close(&drill->keeper);
    if (drill->home.path[0] != '\0')
        directory_remove(drill->home.path);
    watch_end(drill);
    if (drill->lock_fd >= 0)
        close(drill->lock_fd);
    buffer_free(&drill->about);
}

/* Where the books are at hand: on another machine there are none. */
static bool drill_record(struct drill *drill, struct error *err)
{
    if (drill->options->home == NULL || drill->report.finding_total > 0)
        return true;
    bool ok =
        home_check(drill, err) && backup_record_verified(drill->options, &drill->drilled, err);
    drill->is_recorded = ok;
    return ok || error_add(err, "the backup is sound, but that could not be recorded");
}

static void drill_write(struct drill *drill, const char *path, struct json_writer *out)
{
    json_begin_object(out);
    json_string_field(out, "file", path);
    json_time_field(out, "made", drill->drilled.made_ms);
    json_hex_field(out, "manifest", span_make(drill->drilled.manifest, DIGEST_SIZE));
    verify_report_write(&drill->report, out);
    json_boolean_field(out, "recorded", drill->is_recorded);
    json_end_object(out);
}

int backup_verify(struct options *options, const char *path, const char *scratch,
                  struct backup_words *words)
{
    struct drill *drill = calloc(1, sizeof *drill);
    struct buffer text CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    struct json_writer out = json_writer_make(&text);
    struct backup_lock lock;
    struct error err = {0};

    if (drill == NULL) {
        error_set(&err, ERROR_LIMIT, "out of memory");
        return command_fail(options, &err);
    }
    drill->options = options;
    drill->lock_fd = -1;
    drill->about = buffer_make(ABOUT_SIZE);
    drill->unpacking = (struct progress){.options = options, .what = "restoring to a scratch node"};
    drill->verifying = (struct progress){.options = options, .what = "verifying"};
    drill->report.context = &drill->verifying;
    drill->report.progress = verify_progress;
    bool ok = backup_lock_open(words, &lock, &err) && scratch_make(drill, scratch, &err) &&
              drill_run(drill, path, &lock, &err);
    bool is_clean = ok && drill->report.finding_total == 0;
    ok = ok && drill_record(drill, &err);
    if (ok)
        drill_write(drill, path, &out);
    drill_end(drill);
    free(drill);
    backup_lock_end(words, &lock);
    if (!ok)
        return command_fail(options, &err);
    int shown = command_show(options, buffer_span(&text));
    return shown != 0 ? shown : is_clean ? 0 : EX_DATAERR;
}
