/* The node's own acts: see node.h. */
#include "cmd/doctor.h"
#include "cmd/keys.h"
#include "cmd/node_verify.h"
#include "cmd/service.h"
#include "cmd/verifying.h"
#include "web/web.h"

#include "crypto/cms.h"
#include "desk/roles.h"
#include "journal/unread.h"
#include "store/held_rows.h"
#include "store/local_rows.h"
#include "store/key_rows.h"
#include "store/migrate.h"
#include "store/session_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define WAITING_SHOWN_MAX 256
#define DISPUTE_SHOWN_MS  INT64_C(86400000)
#define ALARM_SIZE        (ERROR_TEXT_SIZE + 256)

/* --- status --- */

static int64_t now_ms(const struct node *node)
{
    return node->env->now_ms(node->env->context);
}

static void log_write(struct json_writer *out, const struct journal_log *log, const char *kind,
                      uint64_t cosigned)
{
    json_begin_object(out);
    json_string_field(out, "log", log->origin);
    json_string_field(out, "kind", kind);
    json_integer_field(out, "size", (int64_t)log->size);
    json_integer_field(out, "signed", (int64_t)log->signed_size);
    json_integer_field(out, "cosigned", (int64_t)cosigned);
    json_string_field(out, "state",
                      log->read_only[0] != '\0'       ? "read-only"
                      : log->awaits_fresh > 0         ? "waits for a fresh receipt"
                      : journal_is_behind_keeper(log) ? "behind the keeper"
                                                      : "open");
    json_end_object(out);
}

static void logs_write(struct json_writer *out, const struct journal *journal)
{
    json_key(out, "logs");
    json_begin_array(out);
    if (journal->domestic.id != 0) {
        uint64_t witnessed = 0;
        for (size_t i = 0; i < journal->line_count; i++)
            if (journal->lines[i].witnessed > witnessed)
                witnessed = journal->lines[i].witnessed;
        log_write(out, &journal->domestic, "domestic", witnessed);
    }
    for (size_t i = 0; i < journal->line_count; i++) {
        const struct journal_line *line = &journal->lines[i];
        log_write(out, &line->out, "outgoing", line->cosigned);
        log_write(out, &line->in, "mirror", line->in.signed_size);
    }
    json_end_array(out);
}

static bool partner_write(struct node *node, size_t at, struct json_writer *out, struct error *err)
{
    struct journal_line *line = &node->journal.lines[at];
    struct exchange_state state = {.is_reachable = false};
    struct unread unread;
    size_t waiting = 0;
    int64_t held = 0;

    if (node->exchange != NULL)
        exchange_state(node->exchange, at, &state);
    if (!entry_count_waiting(node->db, line->out.id, WAITING_SHOWN_MAX, &waiting, err) ||
        !journal_held_count(node->db, line, &held, err) ||
        !journal_unread(&node->journal, line, &unread, err))
        return false;
    json_begin_object(out);
    json_string_field(out, "partner", line->partner);
    json_string_field(out, "agreement", line->agreement_id);
    json_integer_field(out, "version", line->agreement.version);
    json_string_field(out, "state",
                      line->is_suspended_by_us        ? "suspended by us"
                      : line->is_suspended_by_partner ? "suspended by them"
                      : line->is_suspended_there      ? "suspended by them"
                      : node->exchange == NULL        ? "no node runs"
                      : state.is_reachable
                          ? (state.is_pulled ? "reachable by its pulls" : "reachable")
                          : "not reachable");
    json_time_field(out, "ends", journal_over_ms(line));
    json_boolean_field(out, "ended", now_ms(node) >= journal_over_ms(line));
    json_boolean_field(out, "met_since_start", line->has_met);
    if (line->protocol != 0)
        json_integer_field(out, "protocol", line->protocol);
    json_integer_field(out, "failures", state.failures);
    json_integer_field(out, "waiting", (int64_t)waiting);
    json_integer_field(out, "without_receipt", (int64_t)(line->out.size - line->cosigned));
    json_integer_field(out, "unhandled", (int64_t)journal_unhandled(line));
    json_integer_field(out, "held", held);
    json_integer_field(out, "unread", unread.count);
    if (unread.count > 0)
        json_time_field(out, "unread_erased_on", unread.first_ms);
    if (line->cosigned_time_s > 0)
        json_time_field(out, "last_receipt", line->cosigned_time_s * 1000);
    if (line->has_clock)
        json_integer_field(out, "clock_ahead_ms", line->clock_ahead_ms);
    json_end_object(out);
    return true;
}

static bool partners_write(struct node *node, struct json_writer *out, struct error *err)
{
    json_key(out, "partners");
    json_begin_array(out);
    for (size_t i = 0; i < node->journal.line_count; i++)
        if (!partner_write(node, i, out, err))
            return false;
    json_end_array(out);
    return true;
}

static void alarm_write(struct json_writer *out, const char *what, const char *why)
{
    char text[ALARM_SIZE];

    snprintf(text, sizeof text, "%s: %s", what, why);
    json_write_text(out, span_text(text));
}

static void log_alarm_write(struct json_writer *out, const struct journal_log *log)
{
    char what[ORIGIN_SIZE_MAX + 32];

    snprintf(what, sizeof what, "log %s is %s", log->origin,
             log->read_only[0] != '\0' ? "read-only" : "behind our keeper");
    if (log->read_only[0] != '\0')
        alarm_write(out, what, log->read_only);
    else if (journal_is_behind_keeper(log))
        alarm_write(
            out, what,
            "an older database was restored; custody goes on when its writer sends the same "
            "entries again");
}

static void line_alarms_write(struct node *node, size_t at, struct json_writer *out)
{
    const struct journal_line *line = &node->journal.lines[at];
    struct exchange_state state = {.is_reachable = true};
    char what[NAME_SIZE_MAX + 96];

    log_alarm_write(out, &line->out);
    log_alarm_write(out, &line->in);
    if (line->disputed_ms > 0 && now_ms(node) - line->disputed_ms < DISPUTE_SHOWN_MS) {
        snprintf(what, sizeof what, "%" PRIu64 " receipts of %s", line->disputes, line->partner);
        alarm_write(out, what,
                    line->has_fallen ? "their time is disputed; one lies before an earlier receipt"
                                     : "their time is disputed: besa doctor");
    }
    if (line->is_stuck) {
        snprintf(what, sizeof what, "handling of what %s sent is stuck at entry %" PRIu64,
                 line->partner, line->handled);
        alarm_write(out, what, line->stuck_reason);
    }
    if (node->exchange != NULL)
        exchange_state(node->exchange, at, &state);
    if (state.last_error[0] != '\0') {
        snprintf(what, sizeof what, "partner %s", line->partner);
        alarm_write(out, what, state.last_error);
    }
    if (state.refused[0] != '\0') {
        snprintf(what, sizeof what, "partner %s takes no posts", line->partner);
        alarm_write(out, what, state.refused);
    }
    if (state.contact_error[0] != '\0') {
        snprintf(what, sizeof what, "partner %s is refused here", line->partner);
        alarm_write(out, what, state.contact_error);
    }
    if (state.pull_error[0] != '\0') {
        snprintf(what, sizeof what, "pulling the calls of %s", line->partner);
        alarm_write(out, what, state.pull_error);
    }
}

/* Keys that end soon (keys.h); a notice is no alarm, and stands in `keys`. */
static void key_alarms_write(struct node *node, struct json_writer *out)
{
    struct key_warning warnings[KEY_WARNING_MAX];
    size_t count = keys_warnings(&node->home, now_ms(node), warnings, KEY_WARNING_MAX);

    for (size_t i = 0; i < count; i++)
        if (warnings[i].level >= KEY_ENDS_SOON)
            json_write_text(out, span_text(warnings[i].text));
}

/* Whoever may have the node looked over sees each key from its first warning on: 60 days ahead there is time to act. */
static bool may_see_keys(struct node *node, const struct desk_call *call)
{
    struct officer_row officer;
    struct error ignored = {0};
    enum role role;

    return officer_find(node->db, call->arena, call->access.officer, &officer, &ignored) &&
           role_read(officer.role, &role) && role_permits(role, "doctor");
}

static void key_write(const struct key_warning *warning, struct json_writer *out)
{
    json_begin_object(out);
    json_string_field(out, "key", key_kinds[warning->kind].name);
    if (warning->partner[0] != '\0')
        json_string_field(out, "partner", warning->partner);
    json_string_field(out, "level",
                      warning->is_missing ? "missing" : key_level_names[warning->level]);
    if (!warning->is_missing)
        json_time_field(out, "ends", warning->until_ms);
    json_string_field(out, "text", warning->text);
    json_string_field(out, "next", key_kinds[warning->kind].rotated_by);
    json_end_object(out);
}

static void keys_write(struct node *node, const struct desk_call *call, struct json_writer *out)
{
    struct key_warning warnings[KEY_WARNING_MAX];
    size_t count = keys_warnings(&node->home, now_ms(node), warnings, KEY_WARNING_MAX);

    if (!may_see_keys(node, call))
        return;
    json_key(out, "keys");
    json_begin_array(out);
    for (size_t i = 0; i < count; i++)
        key_write(&warnings[i], out);
    json_end_array(out);
}

static void revoked_alarm_write(struct node *node, struct json_writer *out)
{
    bool is_revoked = false;
    struct error err = {0};

    if (node_own_is_revoked(node, &is_revoked, &err) && is_revoked)
        alarm_write(out, "the TLS certificate of this node is revoked",
                    "no partner lets it through; besa keys tls renew");
}

static void stream_alarm_write(struct node *node, struct json_writer *out)
{
    char why[ERROR_TEXT_SIZE] = "";

    if (node->service != NULL)
        audit_stream_why(&node->service->audit_stream, why);
    if (why[0] != '\0')
        alarm_write(out, "the audit stream stands still", why);
    if (node->journal.audit_copy.failed[0] != '\0')
        alarm_write(out, "the audit copy stands still", node->journal.audit_copy.failed);
}

static void guessing_alarm_write(struct node *node, struct json_writer *out)
{
    const char *words = "";

    if (node->service != NULL && node->service->web != NULL)
        web_guessing(node->service->web, &words);
    if (words[0] != '\0')
        alarm_write(out, "passwords are being guessed", words);
}

static void unchecked_alarm_write(struct node *node, struct json_writer *out)
{
    struct error err = {0};
    char what[64];
    int64_t count = 0;

    if (!unchecked_count(node->db, &count, &err) || count == 0)
        return;
    snprintf(what, sizeof what, "%" PRId64 " messages could not be cross-checked", count);
    alarm_write(out, what, "they are tried again: besa doctor");
}

static void alarms_write(struct node *node, const struct error *keeper_err, struct json_writer *out)
{
    json_key(out, "alarms");
    json_begin_array(out);
    if (keeper_err->kind != ERROR_NONE)
        alarm_write(out, "keeper", keeper_err->text);
    log_alarm_write(out, &node->journal.domestic);
    for (size_t i = 0; i < node->journal.line_count; i++)
        line_alarms_write(node, i, out);
    key_alarms_write(node, out);
    revoked_alarm_write(node, out);
    stream_alarm_write(node, out);
    guessing_alarm_write(node, out);
    unchecked_alarm_write(node, out);
    json_end_array(out);
}

/* Ends of the node's or the keeper's process that nobody asked for, since `besa serve` began. */
static void ends_write(struct json_writer *out, const struct node_ends *ends)
{
    json_integer_field(out, "ended_unasked", ends->count);
    if (ends->count == 0)
        return;
    json_time_field(out, "last_end", ends->last_ms);
    json_string_field(out, "last_end_how", ends->last);
}

/* The same as fields, for programs. */
static void sandbox_write(struct json_writer *out, const struct sandbox_level *level)
{
    json_key(out, "sandbox_level");
    json_begin_object(out);
    json_integer_field(out, "landlock", level->landlock_abi);
    json_boolean_field(out, "files", level->has_files);
    json_boolean_field(out, "network", level->has_network);
    json_boolean_field(out, "seccomp", level->has_seccomp);
    json_end_object(out);
}

/* Where the newest set of the keeper's keys is. */
static const char *keeper_words(struct node *node, const struct error *keeper_err)
{
    struct keeper_keys keys;
    struct error ignored = {0};
    bool is_in_token = keeper_public_keys(&node->keeper, &keys, &ignored) && keys.is_in_token;

    if (keeper_err->kind != ERROR_NONE)
        return is_in_token ? "token; signs nothing" : "sealed file; signs nothing";
    return is_in_token ? "token" : "sealed file";
}

static void machine_write(struct node *node, const struct error *keeper_err, int64_t schema,
                          struct json_writer *out)
{
    json_string_field(out, "party", node->config.party);
    json_boolean_field(out, "running", node->service != NULL);
    json_boolean_field(out, "training", node->config.is_training);
    json_string_field(out, "software", BESA_VERSION);
    if (node->service != NULL) {
        json_time_field(out, "since", node->service->started_ms);
        ends_write(out, &node->ends);
        json_integer_field(out, "partner_port", http_server_port(node->service->server));
        if (node->service->desk_server != NULL)
            json_integer_field(out, "desk_port", http_server_port(node->service->desk_server));
    }
    json_string_field(out, "database",
                      database_kind(node->db) == DATABASE_SQLITE ? "sqlite" : "postgres");
    json_integer_field(out, "schema", schema);
    json_string_field(out, "keeper", keeper_words(node, keeper_err));
    char key[HOME_PATH_SIZE];
    struct error ignored = {0};
    json_string_field(out, "institution",
                      home_path(&node->home, HOME_INSTITUTION_KEY, key, &ignored) &&
                              access(key, F_OK) == 0
                          ? "key file on this node (training)"
                          : "not on this node: file or token of the institution");
    json_string_field(out, "sandbox",
                      node->service == NULL ? "none: no node runs" : node->service->sandbox.text);
    if (node->service != NULL)
        sandbox_write(out, &node->service->sandbox);
}

static bool act_status(struct node *node, const struct desk_call *call, struct json_writer *out,
                       struct error *err)
{
    struct error keeper_err = {0};
    int64_t schema = 0;

    keeper_status(&node->keeper, &keeper_err);
    if (!database_version(node->db, &schema, err))
        return false;
    json_begin_object(out);
    machine_write(node, &keeper_err, schema, out);
    alarms_write(node, &keeper_err, out);
    keys_write(node, call, out);
    if (!partners_write(node, out, err))
        return false;
    logs_write(out, &node->journal);
    json_end_object(out);
    return true;
}

static bool act_doctor(struct node *node, const struct desk_call *call, struct json_writer *out,
                       struct error *err)
{
    struct doctor *doctor = calloc(1, sizeof *doctor);
    (void)call;

    if (doctor == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    doctor_look_books(doctor, node);
    bool ok = doctor_write(doctor, out) || error_set(err, ERROR_LIMIT, "the findings do not fit");
    free(doctor);
    return ok;
}

/* Through the API; the command's own verification is node_verify. */
static bool act_verify(struct node *node, const struct desk_call *call, struct json_writer *out,
                       struct error *err)
{
    (void)call;
    return verifying_begin(node->service == NULL ? NULL : node->service->verifying, out, err);
}

static bool act_verify_show(struct node *node, const struct desk_call *call,
                            struct json_writer *out, struct error *err)
{
    (void)call;
    return verifying_show(node->service == NULL ? NULL : node->service->verifying, out, err);
}

/* The command laid key and certificate ready; the domestic log says that they were taken. */
static bool act_tls_renew(struct node *node, const struct desk_call *call, struct json_writer *out,
                          struct error *err)
{
    (void)call;
    if (!keys_tls_take(&node->home, err))
        return error_add(err, "renewing the TLS key");
    if (node->service != NULL && !service_tls_renew(node->service, err))
        return false;
    json_begin_object(out);
    json_boolean_field(out, "running", node->service != NULL);
    json_end_object(out);
    return true;
}

/* Whoever listened with the stolen key may know tokens: every session ends. */
static bool act_desk_key_revoke(struct node *node, const struct desk_call *call,
                                struct json_writer *out, struct error *err)
{
    (void)call;
    if (!session_remove_old(node->db, INT64_MAX, INT64_MAX, err) ||
        !service_desk_key_drop(node, err))
        return false;
    json_begin_object(out);
    json_string_field(out, "state",
                      "the API shows the node's certificate, all sessions have ended");
    json_string_field(out, "next",
                      "have the issuer revoke " HOME_DESK_REVOKED "; put a new key and "
                      "certificate in place, then SIGHUP");
    json_end_object(out);
    return true;
}

/* The command does it, where both passphrases are; the domestic log says who and why. */
static bool act_passphrase_change(struct node *node, const struct desk_call *call,
                                  struct json_writer *out, struct error *err)
{
    (void)node;
    (void)call;
    (void)err;
    json_begin_object(out);
    json_string_field(out, "state", "entered");
    json_end_object(out);
    return true;
}

static bool act_institution_install(struct node *node, const struct desk_call *call,
                                    struct json_writer *out, struct error *err)
{
    struct span pem = json_get_base64(call->arguments, "certificate", 1, CERTIFICATE_SIZE_MAX);

    if (!problems_to_error(call->problems, err) || !keys_institution_install(node, pem, err))
        return false;
    json_begin_object(out);
    json_string_field(out, "state", "the institution's certificate of this node is the new one");
    json_string_field(out, "next", "besa keys tls renew, with the new key");
    json_end_object(out);
    return true;
}

const struct node_act node_acts[] = {
    {"institution-install", "Goes over to the institution's next certificate.", true, true,
     act_institution_install},
    {"passphrase-change", "Records that the keeper's passphrase is changed; the command does it.",
     true, true, act_passphrase_change},
    {"desk-key-revoke", "Takes the API's own key out of use and ends all sessions.", true, true,
     act_desk_key_revoke},
    {"tls-renew", "Takes the TLS key and certificate that were laid ready.", true, false,
     act_tls_renew},
    {"doctor", "Looks the books over: what is wrong, and the next step.", true, false, act_doctor},
    {"verify", "Begins to verify the books beside the work.", true, false, act_verify},
    {"verify-show", "How far the verification is, and what the last one found.", true, false,
     act_verify_show},
    {"status", "How the node stands: logs, partners, alarms.", true, false, act_status},
    {"log-export", "Records that logs were exported; the command writes the files.", true, false,
     node_log_export},
    {"backup", "Records that a backup is made; the command writes it.", true, false, node_backup},
    {"backup-verified", "Records that a backup was restored to a scratch node and is sound.", true,
     false, node_backup_verified},
    {"upgrade", "Records that the books were brought to this program.", true, false, node_upgrade},
};
const size_t node_act_count = sizeof node_acts / sizeof node_acts[0];
