/*
 * `besa restore FILE --home NEW`: a node from its backup. It is unpacked beside its place and gets its name only when it
 * is whole. The books then know that they were restored: nothing is numbered, signed or taken into custody until each
 * partner has shown what it holds, and it is not more than is here (journal, contact.c). Sessions and drafts of the backup
 * end: whom an officer let in or asked since, and what was refused, is not known here. All work is done in the file that
 * the backup holds; books that belong into a server's database go there last, in one transaction (restoring.h).
 */
#include "cmd/backup.h"
#include "cmd/node.h"
#include "cmd/restoring.h"

#include "base/attributes.h"
#include "base/json.h"
#include "base/text.h"
#include "journal/journal.h"
#include "store/approval_rows.h"
#include "store/local_rows.h"
#include "store/migrate.h"
#include "store/schema.h"
#include "store/session_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ABOUT_SIZE (1024u * 1024u)

struct restoring {
    struct options *options;
    struct restoring_place place;
    struct home home; /* the place beside it */
    struct buffer about;
    uint8_t manifest[DIGEST_SIZE];
    struct progress progress;
    struct progress loading;
    const char *database; /* --database; NULL: what besa.conf names */
    struct config config; /* the restored one */
    const char *copy;     /* --audit-copy; NULL: what besa.conf names */
    bool has_copy;
    struct audit_replayed replayed;
    int64_t sessions; /* that ended, */
    int64_t drafts;   /* and drafts that waited for a second officer */
    struct restoring_keeper keeper;
};

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

static bool marker_put(struct database *db, struct restoring *restoring, struct error *err)
{
    int64_t now_ms = env_real()->now_ms(env_real()->context);
    char text[64];
    struct span made = {NULL, 0};

    backup_about_find(buffer_span(&restoring->about), "made_ms", &made);
    int size = snprintf(text, sizeof text, "%" PRId64 " %.*s", now_ms, SPAN_ARG(made));
    if (size < 0 || size >= (int)sizeof text)
        return error_set(err, ERROR_INPUT, "the manifest does not say when it was made");
    if (!database_begin(db, DATABASE_FULL, err))
        return false;
    bool ok = setting_put(db, JOURNAL_RESTORED_SETTING, span_make(text, (size_t)size), err) &&
              session_remove_all(db, &restoring->sessions, err) &&
              approval_end_all(db, now_ms, &restoring->drafts, err) && database_commit(db, err);
    if (!ok)
        database_rollback(db);
    return ok;
}

static bool books_mark(struct restoring *restoring, struct error *err)
{
    char place[HOME_PATH_SIZE];
    struct database_options options = {.place = place, .env = env_real()};
    struct database *db CLEANUP(database_close) = NULL;

    if (!home_path(&restoring->home, HOME_DATABASE, place, err) ||
        !database_open(&options, &db, err) ||
        !database_migrate(db, schema_migrations, schema_migration_count, err) ||
        !marker_put(db, restoring, err))
        return false;
    restoring_keeper_look(&restoring->home, db, &restoring->keeper);
    return true;
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
    struct node_options options = {
        .home = restoring->home, .lock_fd = -1, .keeper_fd = -1, .database = CONF_DEFAULT_DATABASE};
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

/* --database where it is given, else what the restored besa.conf names. */
static bool database_choose(struct restoring *restoring, struct error *err)
{
    struct config *config = &restoring->config;

    if (!home_config_load(&restoring->home, config, err))
        return false;
    if (restoring->database == NULL || strcmp(restoring->database, config->database) == 0)
        return restoring_books_check(config->database, err);
    if (strlen(restoring->database) >= sizeof config->database)
        return error_set(err, ERROR_INPUT, "--database is too long");
    snprintf(config->database, sizeof config->database, "%s", restoring->database);
    return restoring_books_check(config->database, err) &&
           home_config_save(&restoring->home, config, err);
}

static bool home_fill(struct restoring *restoring, const char *path, const struct backup_lock *lock,
                      struct error *err)
{
    bool ok = backup_unpack(path, lock, restoring->home.path, &restoring->progress,
                            &restoring->about, restoring->manifest, err);

    progress_end(&restoring->progress);
    ok = ok && directories_make(restoring, err) && database_choose(restoring, err) &&
         books_mark(restoring, err) && copy_replay(restoring, err) &&
         restoring_books_load(&restoring->place, &restoring->home, restoring->config.database,
                              progress_show, &restoring->loading, err);
    progress_end(&restoring->loading);
    return ok;
}

/* Books of a server: nobody may take them for what a broken-off restore left any more. */
static bool books_settle(const struct restoring *restoring, struct error *err)
{
    struct database_options options = {.place = restoring->config.database, .env = env_real()};
    struct database *db CLEANUP(database_close) = NULL;

    return strcmp(restoring->config.database, CONF_DEFAULT_DATABASE) == 0 ||
           (database_open(&options, &db, err) && restoring_books_settle(db, err));
}

static bool restore_run(struct restoring *restoring, const char *path,
                        const struct backup_lock *lock, struct error *err)
{
    if (!restoring_begin(&restoring->place, restoring->options->home, err))
        return false;
    snprintf(restoring->home.path, sizeof restoring->home.path, "%s", restoring->place.path);
    if (restoring->place.has_cleared)
        command_note(restoring->options, "%s, left by a restore that was broken off, is removed",
                     restoring->place.path);
    return home_fill(restoring, path, lock, err) && restoring_finish(&restoring->place, err) &&
           books_settle(restoring, err);
}

static void restored_write(const struct restoring *restoring, struct json_writer *out)
{
    char keeper[RESTORING_KEEPER_TEXT_SIZE];
    struct span made = span_text("");

    restoring_keeper_text(&restoring->keeper, keeper);
    backup_about_find(buffer_span(&restoring->about), "made", &made);
    json_begin_object(out);
    json_string_field(out, "home", restoring->place.target);
    json_text_field(out, "state_of", made);
    json_hex_field(out, "manifest", span_make(restoring->manifest, DIGEST_SIZE));
    json_string_field(out, "database",
                      strcmp(restoring->config.database, CONF_DEFAULT_DATABASE) == 0 ? "sqlite"
                                                                                     : "postgres");
    json_boolean_field(out, "broken_off_removed", restoring->place.has_cleared);
    json_string_field(out, "audit_copy", restoring->has_copy ? restoring->copy : "none was found");
    json_integer_field(out, "domestic_entries_back", (int64_t)restoring->replayed.back);
    json_integer_field(out, "domestic_entries_of_a_later_log",
                       (int64_t)restoring->replayed.unplaced);
    json_integer_field(out, "audit_copy_torn_bytes", restoring->replayed.torn);
    json_integer_field(out, "sessions_ended", restoring->sessions);
    json_integer_field(out, "drafts_ended", restoring->drafts);
    json_string_field(out, "keeper_record", keeper);
    json_string_field(out, "signs", "nothing, until each partner has shown what it holds");
    json_string_field(out, "next",
                      "make sure that the old node never starts again; then besa serve. The daily "
                      "keys are not in a backup: pair again in person (besa pair). Officers, roles "
                      "and passwords are those of the backup: end anew what was ended since (besa "
                      "officer)");
    json_end_object(out);
}

int command_restore(struct options *options, int argc, char **argv)
{
    struct backup_words files = {.passphrase_file = NULL};
    struct restoring restoring = {
        .options = options, .place.lock_fd = -1, .about = buffer_make(ABOUT_SIZE)};
    const struct command_option own[] = {
        {.name = "passphrase-file", .value = &files.passphrase_file},
        {.name = "recovery-key", .value = &files.recovery_key},
        {.name = "audit-copy", .value = &restoring.copy},
        {.name = "database", .value = &restoring.database}};
    struct buffer text CLEANUP(buffer_free) = buffer_make(ABOUT_SIZE);
    struct json_writer out = json_writer_make(&text);
    struct backup_lock lock;
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 1, 1, &words, &exit_code))
        return exit_code;
    restoring.progress = (struct progress){.options = options, .what = "restoring"};
    restoring.loading = (struct progress){.options = options, .what = "loading the books"};
    bool ok = backup_lock_open(&files, &lock, &err) &&
              restore_run(&restoring, words.words[0], &lock, &err);
    if (ok)
        restored_write(&restoring, &out);
    restoring_end(&restoring.place);
    buffer_free(&restoring.about);
    backup_lock_end(&files, &lock);
    return ok ? command_show(options, buffer_span(&text)) : command_fail(options, &err);
}
