/*
 * `besa restore FILE --home NEW`: a node from its backup. It is unpacked beside its place and gets its name only when it
 * is whole. The books then know that they were restored: nothing is numbered, signed or taken into custody until each
 * partner has shown what it holds, and it is not more than is here (journal, contact.c).
 */
#include "cmd/backup.h"
#include "cmd/node.h"

#include "base/attributes.h"
#include "base/json.h"
#include "base/text.h"
#include "journal/journal.h"
#include "store/local_rows.h"
#include "store/migrate.h"
#include "store/schema.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define ABOUT_SIZE (1024u * 1024u)

struct restoring {
    struct options *options;
    char target[HOME_PATH_SIZE];
    struct home home; /* the place beside it */
    struct buffer about;
    uint8_t manifest[DIGEST_SIZE];
    struct progress progress;
    bool is_made;
    struct config config; /* the restored one */
    const char *copy;     /* --audit-copy; NULL: what besa.conf names */
    bool has_copy;
    struct audit_replayed replayed;
};

static bool is_empty(const char *path)
{
    DIR *directory = opendir(path);
    size_t count = 0;

    if (directory == NULL)
        return false;
    for (struct dirent *found; (found = readdir(directory)) != NULL;)
        count += strcmp(found->d_name, ".") != 0 && strcmp(found->d_name, "..") != 0;
    closedir(directory);
    return count == 0;
}

/* A node is never written over: what is in its place may be the newer one. */
static bool target_check(struct restoring *restoring, struct error *err)
{
    struct stat st;
    const char *name = restoring->options->home;

    if (name == NULL || name[0] == '\0')
        return error_set(err, ERROR_INPUT, "say where: --home NEW");
    size_t size = strlen(name);
    while (size > 1 && name[size - 1] == '/')
        size--;
    if (size + 16 > sizeof restoring->target)
        return error_set(err, ERROR_LIMIT, "the home's path is too long");
    snprintf(restoring->target, sizeof restoring->target, "%.*s", (int)size, name);
    snprintf(restoring->home.path, sizeof restoring->home.path, "%.*s.restoring", (int)size, name);
    if (lstat(restoring->target, &st) == 0 &&
        (!S_ISDIR(st.st_mode) || !is_empty(restoring->target)))
        return error_set(err, ERROR_CONFLICT,
                         "%s is not empty; a node is restored to a new place only",
                         restoring->target);
    if (lstat(restoring->home.path, &st) == 0)
        return error_set(err, ERROR_CONFLICT,
                         "%s is there: a restore that was broken off, or one that runs; remove it "
                         "if none runs",
                         restoring->home.path);
    restoring->is_made = mkdir(restoring->home.path, 0700) == 0;
    return restoring->is_made ||
           error_set(err, ERROR_STORE, "cannot make %s: %s", restoring->home.path, strerror(errno));
}

static bool directories_make(const struct restoring *restoring, struct error *err)
{
    static const char *const names[] = {HOME_KEEPER,      "tls",   "institution", HOME_PARTNERS,
                                        HOME_ATTACHMENTS, HOME_RUN};
    char path[HOME_PATH_SIZE];

    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (!home_path(&restoring->home, names[i], path, err) ||
            !env_real()->make_dir(env_real()->context, path, err))
            return false;
    return true;
}

static bool marker_put(struct database *db, const struct restoring *restoring, struct error *err)
{
    char text[64];
    struct span made = {NULL, 0};

    backup_about_find(buffer_span(&restoring->about), "made_ms", &made);
    int size = snprintf(text, sizeof text, "%" PRId64 " %.*s",
                        env_real()->now_ms(env_real()->context), SPAN_ARG(made));
    if (size < 0 || size >= (int)sizeof text)
        return error_set(err, ERROR_INPUT, "the manifest does not say when it was made");
    if (!database_begin(db, DATABASE_FULL, err))
        return false;
    bool ok = setting_put(db, JOURNAL_RESTORED_SETTING, span_make(text, (size_t)size), err) &&
              database_commit(db, err);
    if (!ok)
        database_rollback(db);
    return ok;
}

static bool books_mark(const struct restoring *restoring, struct error *err)
{
    char place[HOME_PATH_SIZE];
    struct database_options options = {.place = place, .env = env_real()};
    struct database *db CLEANUP(database_close) = NULL;

    return home_path(&restoring->home, HOME_DATABASE, place, err) &&
           database_open(&options, &db, err) &&
           database_migrate(db, schema_migrations, schema_migration_count, err) &&
           marker_put(db, restoring, err);
}

static bool copy_job(struct node *node, void *context, struct error *err)
{
    struct restoring *restoring = context;

    return audit_copy_replay(&node->journal, restoring->copy, &restoring->replayed, err);
}

/* The domestic entries since the backup, before the node has its name. A path that besa.conf names may be lost with the
 * machine; one that the administrator names must be there. */
static bool copy_replay(struct restoring *restoring, struct error *err)
{
    struct node_options options = {.home = restoring->home, .lock_fd = -1, .keeper_fd = -1};
    struct node *node CLEANUP(node_close) = NULL;
    char first[HOME_PATH_SIZE];
    bool is_named = restoring->copy != NULL;
    struct stat st;

    if (!is_named)
        restoring->copy = restoring->config.audit_copy;
    if (restoring->copy[0] == '\0' || strcmp(restoring->copy, "none") == 0)
        return true;
    int size = snprintf(first, sizeof first, "%s/audit-000000.copy", restoring->copy);
    if (size >= (int)sizeof first || lstat(first, &st) != 0)
        return !is_named || error_set(err, ERROR_INPUT, "--audit-copy: no %s", first);
    restoring->has_copy = true;
    return (node_open(&options, &node, err) && node_job(node, true, copy_job, restoring, err)) ||
           error_add(err, "(--audit-copy none restores without the copy)");
}

static bool parent_sync(const char *path, struct error *err)
{
    char parent[HOME_PATH_SIZE];
    const char *slash = strrchr(path, '/');

    snprintf(parent, sizeof parent, "%.*s",
             slash == NULL   ? 1
             : slash == path ? 1
                             : (int)(slash - path),
             slash == NULL ? "." : path);
    return env_real()->sync_dir(env_real()->context, parent, err);
}

static bool restore_run(struct restoring *restoring, const char *path,
                        const struct backup_lock *lock, struct error *err)
{
    if (!target_check(restoring, err))
        return false;
    bool ok = backup_unpack(path, lock, restoring->home.path, &restoring->progress,
                            &restoring->about, restoring->manifest, err);
    progress_end(&restoring->progress);
    if (!ok || !directories_make(restoring, err) ||
        !home_config_load(&restoring->home, &restoring->config, err) ||
        !books_mark(restoring, err) || !copy_replay(restoring, err) ||
        !env_real()->sync_dir(env_real()->context, restoring->home.path, err))
        return false;
    /* An empty directory in its place gives way. */
    if (!env_real()->rename(env_real()->context, restoring->home.path, restoring->target, err))
        return false;
    restoring->is_made = false;
    return parent_sync(restoring->target, err);
}

static void restored_write(const struct restoring *restoring, struct json_writer *out)
{
    struct span made = span_text("");

    backup_about_find(buffer_span(&restoring->about), "made", &made);
    json_begin_object(out);
    json_string_field(out, "home", restoring->target);
    json_text_field(out, "state_of", made);
    json_hex_field(out, "manifest", span_make(restoring->manifest, DIGEST_SIZE));
    json_string_field(out, "audit_copy", restoring->has_copy ? restoring->copy : "none was found");
    json_integer_field(out, "domestic_entries_back", (int64_t)restoring->replayed.back);
    json_integer_field(out, "domestic_entries_of_a_later_log",
                       (int64_t)restoring->replayed.unplaced);
    json_integer_field(out, "audit_copy_torn_bytes", restoring->replayed.torn);
    json_string_field(out, "signs", "nothing, until each partner has shown what it holds");
    json_string_field(out, "next",
                      "make sure that the old node never starts again; then besa serve. The daily "
                      "keys are not in a backup: pair again in person (besa pair)");
    json_end_object(out);
}

int command_restore(struct options *options, int argc, char **argv)
{
    struct backup_words files = {.passphrase_file = NULL};
    struct restoring restoring = {.options = options, .about = buffer_make(ABOUT_SIZE)};
    const struct command_option own[] = {
        {.name = "passphrase-file", .value = &files.passphrase_file},
        {.name = "recovery-key", .value = &files.recovery_key},
        {.name = "audit-copy", .value = &restoring.copy}};
    struct buffer text CLEANUP(buffer_free) = buffer_make(ABOUT_SIZE);
    struct json_writer out = json_writer_make(&text);
    struct backup_lock lock;
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    restoring.progress = (struct progress){.options = options, .what = "restoring"};
    bool ok = backup_lock_open(&files, &lock, &err) &&
              restore_run(&restoring, words.words[0], &lock, &err);
    if (ok)
        restored_write(&restoring, &out);
    if (restoring.is_made)
        directory_remove(restoring.home.path);
    buffer_free(&restoring.about);
    backup_lock_end(&files, &lock);
    return ok ? command_show(options, buffer_span(&text)) : command_fail(options, &err);
}
