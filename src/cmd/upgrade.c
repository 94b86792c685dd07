/*
 * `besa upgrade`: brings the books of a stopped node to this program: shows what will change, asks for a verified backup
 * that holds all that was exchanged, migrates, builds the tables anew, verifies everything, says the next step. There is no
 * way back but that backup: a message that is missing in it would be a fork at the partner. Its age says nothing; a node
 * that was stopped before it has nothing newer. It never stops a node by itself, and makes no backup by itself either: the
 * drill needs a key that should not lie on this machine.
 */
#include "cmd/backup.h"
#include "cmd/node.h"
#include "cmd/second.h"
#include "cmd/upgrade_order.h"

#include "base/attributes.h"
#include "base/json.h"
#include "base/text.h"
#include "desk/roles.h"
#include "message/type.h"
#include "store/local_rows.h"
#include "store/migrate.h"
#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>

#define RESULT_SIZE (512u * 1024u)
#define ACTS_AFTER_MAX                                                                             \
    8 /* what looking and drilling between the backup and the upgrade leave in the domestic log */

struct upgrade {
    struct options *options;
    bool is_check;
    bool is_without_backup;
    struct home home;
    char place[NODE_PLACE_SIZE];
    int lock_fd;
    int64_t schema;
    int64_t apply;
    struct backup_known backup;
    int64_t exchanged_after; /* entries that are not in that backup */
    int64_t acts_after;
    bool is_training;
    struct progress rebuilding;
};

static bool is_due(const struct upgrade *upgrade)
{
    return upgrade->schema < (int64_t)schema_migration_count ||
           upgrade->apply != JOURNAL_APPLY_NUMBER;
}

/* --- what is there --- */

/* The word of someone who may order it, or approve; read from the old books, before anything is changed. */
static bool officer_check(struct database *db, const char *id, const char *option,
                          bool (*role)(struct span name, const char *act, struct error *err),
                          struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct officer_row row;

    if (id == NULL)
        return error_set(err, ERROR_INPUT, "say who acts (%s)", option);
    if (!officer_find(db, &arena, span_text(id), &row, err))
        return error_add(err, "%s %s", option, id);
    if (!row.is_active)
        return error_set(err, ERROR_RULE, "%s %s: not active here", option, id);
    return role(row.role, "upgrade", err) || error_add(err, "%s %s", option, id);
}

/* The act that records the upgrade asks the same once the books are new, which would be too late. */
static bool reason_check(const char *reason, struct error *err)
{
    struct span text = span_text(reason);

    return (text.size > 0 && text.size <= DESK_REASON_SIZE_MAX && text_is_plain(text)) ||
           error_set(err, ERROR_INPUT, "a reason of 1 to %d bytes is required (--reason)",
                     DESK_REASON_SIZE_MAX);
}

static bool orders_check(struct upgrade *upgrade, struct database *db, struct error *err)
{
    const struct options *options = upgrade->options;

    if (!officer_check(db, options->officer, "--officer", role_check, err))
        return false;
    if (!upgrade->is_check && !reason_check(options->reason, err))
        return false;
    if (!upgrade->is_without_backup)
        return true;
    if (options->approver != NULL && strcmp(options->approver, options->officer) == 0)
        return error_set(err, ERROR_RULE, "--without-backup takes two officers");
    return officer_check(db, options->approver, "--approver", role_check_approver, err);
}

static bool books_look(struct upgrade *upgrade, struct error *err)
{
    struct node *reader = NULL;

    bool ok = node_open_reader(&upgrade->home, &reader, err) &&
              database_version(reader->db, &upgrade->schema, err);
    if (ok && upgrade->schema > (int64_t)schema_migration_count)
        ok =
            error_set(err, ERROR_RULE,
                      "the books are of schema %" PRId64 ", this program knows %zu: they were made "
                      "by a newer besa; install that one",
                      upgrade->schema, schema_migration_count);
    ok = ok && journal_apply_number(reader->db, &upgrade->apply, err) &&
         backup_known_read(reader->db, &upgrade->backup, err) &&
         entry_count_since(reader->db, upgrade->backup.last_entry, MESSAGE_ACT,
                           &upgrade->exchanged_after, &upgrade->acts_after, err) &&
         orders_check(upgrade, reader->db, err);
    if (ok) {
        upgrade->is_training = reader->config.is_training;
        snprintf(upgrade->place, sizeof upgrade->place, "%s", reader->place);
    }
    node_close(&reader);
    return ok;
}

static bool backup_check(const struct upgrade *upgrade, struct error *err)
{
    static const char next[] = "stop the node, then besa backup, besa backup verify, besa upgrade "
                               "(or --without-backup with --approver)";
    char made[TIME_TEXT_SIZE];

    if (upgrade->is_without_backup)
        return true;
    if (upgrade->backup.made_ms == 0)
        return error_set(err, ERROR_RULE, "no verified backup is recorded: %s", next);
    time_write(upgrade->backup.made_ms, made);
    if (upgrade->backup.last_entry < 0)
        return error_set(err, ERROR_RULE,
                         "the drill of the backup of %s was an older program's, which does not "
                         "say how far it goes: %s",
                         made, next);
    return (upgrade->exchanged_after == 0 && upgrade->acts_after <= ACTS_AFTER_MAX) ||
           error_set(err, ERROR_RULE,
                     "after the last verified backup (%s) came %" PRId64
                     " entries of exchange and %" PRId64 " acts (at most %d may): %s",
                     made, upgrade->exchanged_after, upgrade->acts_after, ACTS_AFTER_MAX, next);
}

static void plan_write(const struct upgrade *upgrade, struct json_writer *out)
{
    json_string_field(out, "software", BESA_VERSION);
    json_integer_field(out, "schema_from", upgrade->schema);
    json_integer_field(out, "schema_to", (int64_t)schema_migration_count);
    json_integer_field(out, "apply_from", upgrade->apply);
    json_integer_field(out, "apply_to", JOURNAL_APPLY_NUMBER);
    json_boolean_field(out, "rebuilds", upgrade->apply != JOURNAL_APPLY_NUMBER);
    json_string_field(out, "configuration", "read as it is; no key changes");
    if (upgrade->backup.made_ms > 0)
        json_time_field(out, "backup", upgrade->backup.made_ms);
}

/* --- doing it --- */

struct asking {
    struct node *node;
    control_progress *progress;
    void *context;
    struct buffer *result;
    struct problems problems;
};

static bool request_send(void *context, const struct control_request *request, struct error *err)
{
    struct asking *asking = context;

    return node_request(asking->node, request, -1, true, asking->progress, asking->context,
                        asking->result, &asking->problems, err);
}

static bool node_ask(struct node *node, const struct upgrade *upgrade, const char *act,
                     struct span arguments, control_progress *progress, void *context,
                     struct buffer *result, struct error *err)
{
    const struct options *options = upgrade->options;
    struct asking asking = {
        .node = node, .progress = progress, .context = context, .result = result};
    struct control_request request = {.act = span_text(act),
                                      .officer = span_text(options->officer),
                                      .reason = span_text(options->reason),
                                      .approver = span_text(options->approver),
                                      .arguments = arguments};

    return second_ask(&request, options->typed, request_send, &asking, err) ||
           (asking.problems.count > 0 && problems_to_error(&asking.problems, err));
}

/* Before anything is changed: whoever is killed from here on leaves word of who ordered it. */
static bool order_put(const struct upgrade *upgrade, struct error *err)
{
    const struct options *options = upgrade->options;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(1024);
    struct json_writer out = json_writer_make(&arguments);
    struct database_options database = {.place = upgrade->place, .env = env_real()};
    struct database *db CLEANUP(database_close) = NULL;

    json_begin_object(&out);
    json_integer_field(&out, "schema_from", upgrade->schema);
    json_integer_field(&out, "apply_from", upgrade->apply);
    json_boolean_field(&out, "without_backup", upgrade->is_without_backup);
    json_end_object(&out);
    struct control_request request = {.act = span_text("upgrade"),
                                      .officer = span_text(options->officer),
                                      .reason = span_text(options->reason),
                                      .approver = span_text(options->approver),
                                      .arguments = buffer_span(&arguments)};
    return database_open(&database, &db, err) && upgrade_order_put(db, &request, err);
}

static bool result_is_clean(struct span result)
{
    static const char clean[] = "\"clean\":true";
    return memmem(result.data, result.size, clean, sizeof clean - 1) != NULL;
}

static bool upgrade_run(struct upgrade *upgrade, struct buffer *verified, struct error *err)
{
    struct progress verifying = {.options = upgrade->options, .what = "verifying"};
    struct node_options options = {.home = upgrade->home,
                                   .lock_fd = upgrade->lock_fd,
                                   .keeper_fd = -1,
                                   .may_migrate = true,
                                   .progress = progress_show,
                                   .progress_context = &upgrade->rebuilding};
    struct node *node = NULL;

    if (!order_put(upgrade, err))
        return false;
    bool ok = node_open(&options, &node, err);
    upgrade->lock_fd = -1; /* the node's, or given back with it */
    progress_end(&upgrade->rebuilding);
    ok = ok && upgrade_order_settle(node, err) && /* done by node_open, or it says why not */
         node_ask(node, upgrade, "verify", span_text("{}"), progress_show, &verifying, verified,
                  err);
    progress_end(&verifying);
    node_close(&node);
    return ok;
}

static int upgrade_show(struct upgrade *upgrade, struct span verified)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    struct json_writer out = json_writer_make(&text);
    bool is_clean = verified.size == 0 || result_is_clean(verified);

    json_begin_object(&out);
    plan_write(upgrade, &out);
    json_string_field(&out, "next",
                      !is_due(upgrade)    ? "nothing to do: besa serve"
                      : upgrade->is_check ? "besa upgrade"
                      : is_clean          ? "besa serve"
                                          : "do not serve: besa verify names what is wrong; the "
                                            "backup is as the books were");
    if (verified.size > 0)
        json_boolean_field(&out, "clean", is_clean);
    json_end_object(&out);
    int shown = command_show(upgrade->options, buffer_span(&text));
    return shown != 0 ? shown : is_clean ? 0 : EX_DATAERR;
}

static bool upgrade_begin(struct upgrade *upgrade, struct error *err)
{
    if (!home_find(upgrade->options->home, &upgrade->home, err))
        return false;
    if (control_is_running(&upgrade->home))
        return error_set(err, ERROR_BUSY, "a node runs here: stop `besa serve` first");
    return home_lock(&upgrade->home, &upgrade->lock_fd, err) && books_look(upgrade, err);
}

int command_upgrade(struct options *options, int argc, char **argv)
{
    struct upgrade upgrade = {.options = options, .lock_fd = -1};
    const struct command_option own[] = {
        {.name = "check", .flag = &upgrade.is_check},
        {.name = "without-backup", .flag = &upgrade.is_without_backup}};
    struct buffer verified CLEANUP(buffer_free) = buffer_make(CONTROL_REPLY_SIZE_MAX);
    struct word_list words;
    struct error err = {0};
    int exit_code = 0;

    if (!command_parse(options, argc, argv, own, ARRAY_COUNT(own), 0, 0, &words, &exit_code))
        return exit_code;
    upgrade.rebuilding = (struct progress){.options = options, .what = "building the tables"};
    bool ok = upgrade_begin(&upgrade, &err);
    if (ok && is_due(&upgrade) && !upgrade.is_check) {
        command_note(options, "schema %" PRId64 " to %zu, tables %" PRId64 " to %d", upgrade.schema,
                     schema_migration_count, upgrade.apply, JOURNAL_APPLY_NUMBER);
        ok = backup_check(&upgrade, &err) && upgrade_run(&upgrade, &verified, &err);
    }
    home_unlock(&upgrade.lock_fd);
    return ok ? upgrade_show(&upgrade, buffer_span(&verified)) : command_fail(options, &err);
}
