/*
 * The checks of the books, run by the node itself: keeper, logs, forks, agreements, lines to the partners, queues, store.
 */
#include "cmd/backup_known.h"
#include "cmd/doctor.h"
#include "cmd/service.h"
#include "web/web.h"

#include "base/attributes.h"
#include "journal/version.h"
#include "store/key_rows.h"
#include "store/local_rows.h"
#include "store/migrate.h"
#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    (24 * 60 * MINUTE_MS)
#define WAITING_LATE_MS                                                                            \
    (15 * MINUTE_MS) /* an urgent request without custody for so long is an alarm */
#define AGREEMENT_WARN_MS (60 * DAY_MS)
#define LOOK_MAX          256
#define CLOCK_WARN_MS                                                                              \
    2000 /* kept clocks differ by less than 0.1 s; a receipt's time has whole seconds */
#define DISPUTE_WARN_MS (7 * DAY_MS)
#define ENDS_MANY       3 /* ends of a process since the service began */
#define BACKUP_LATE_MS  (7 * DAY_MS)
#define RECOVERY        "docs/recovery.md: what this means and how the log goes on"

static int64_t now_ms(const struct node *node)
{
    return node->env->now_ms(node->env->context);
}

/* --- keeper --- */

static void keeper_look(struct doctor *doctor, struct node *node)
{
    struct error err = {0};

    if (keeper_status(&node->keeper, &err))
        doctor_find(doctor, DOCTOR_OK, NULL, "the keeper signs");
    else if (err.kind == ERROR_BUSY)
        doctor_find(doctor, DOCTOR_WARNING,
                    "wait for contact with the partner; if posts are refused: besa pair; "
                    "docs/recovery.md has the steps",
                    "the keeper waits: %s", err.text);
    else
        doctor_find(doctor, DOCTOR_FAILURE, RECOVERY, "the keeper signs nothing: %s", err.text);
}

/* --- logs --- */

static void log_forks_look(struct doctor *doctor, struct node *node, const struct journal_log *log,
                           unsigned *found)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct fork_row rows[8];
    struct error err = {0};
    size_t count = 0;

    if (!fork_list(node->db, &arena, log->id, rows, ARRAY_COUNT(rows), &count, &err)) {
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
        return;
    }
    *found += (unsigned)count;
    for (size_t i = 0; i < count; i++)
        doctor_find(doctor, DOCTOR_FAILURE,
                    "tell your head of desk and the partner's: both signed checkpoints are kept "
                    "as proof (docs/recovery.md)",
                    "the partner signed two different histories of log %s, at size %" PRId64,
                    log->origin, rows[i].size);
}

static void forks_look(struct doctor *doctor, struct node *node)
{
    unsigned found = 0;

    for (size_t i = 0; i < node->journal.line_count; i++)
        log_forks_look(doctor, node, &node->journal.lines[i].in, &found);
    if (found == 0)
        doctor_find(doctor, DOCTOR_OK, NULL, "no partner showed two histories");
}

/* --- agreements --- */

/* A termination is what its parties want: told, and no fault. The end of a period that nobody wrote on is one. */
static void period_look(struct doctor *doctor, const struct journal_line *line, int64_t now)
{
    int64_t left_ms = journal_over_ms(line) - now;
    bool is_terminated = journal_ends_ms(line) == journal_over_ms(line);
    const char *step = is_terminated ? NULL : "a new version has to be signed by both";

    if (left_ms <= 0)
        doctor_find(doctor, is_terminated ? DOCTOR_NOTICE : DOCTOR_FAILURE, step,
                    "agreement %s %s: nothing new passes", line->agreement_id,
                    is_terminated ? "was terminated and has ended" : "has ended");
    else if (is_terminated || left_ms < AGREEMENT_WARN_MS)
        doctor_find(doctor, is_terminated ? DOCTOR_NOTICE : DOCTOR_WARNING, step,
                    "agreement %s %sends in %" PRId64 " days", line->agreement_id,
                    is_terminated ? "is terminated and " : "", left_ms / DAY_MS);
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "agreement %s version %" PRId64 " is in force",
                    line->agreement_id, line->agreement.version);
}

static void agreements_look(struct doctor *doctor, struct node *node)
{
    for (size_t i = 0; i < node->journal.line_count; i++) {
        const struct journal_line *line = &node->journal.lines[i];
        struct error demand = {0};
        if (!version_permits(version_own(&node->journal), &line->agreement, &demand))
            doctor_find(doctor, DOCTOR_FAILURE,
                        "besa upgrade to a version that speaks it; nothing passes before", "%s",
                        demand.text);
        else if (line->is_suspended_by_us)
            doctor_find(doctor, DOCTOR_WARNING, "the head of desk lifts it: besa agreement resume",
                        "agreement %s is suspended by us: nothing new is sent or handled",
                        line->agreement_id);
        else if (line->is_suspended)
            doctor_find(doctor, DOCTOR_WARNING, "the partner lifts it: ask its desk",
                        "agreement %s is suspended by %s: nothing new is sent or handled",
                        line->agreement_id, line->partner);
        if (!line->is_suspended || journal_over_ms(line) <= now_ms(node))
            period_look(doctor, line, now_ms(node));
    }
    if (node->journal.line_count == 0)
        doctor_find(doctor, DOCTOR_NOTICE, "besa pair, then besa agreement",
                    "no agreement is in the books yet: nothing can be exchanged");
}

/* --- lines and queues --- */

static void line_look(struct doctor *doctor, struct node *node, size_t at)
{
    const struct journal_line *line = &node->journal.lines[at];
    const struct agreement_party *partner = &line->agreement.parties[line->partner_side];
    struct exchange_state state = {.is_reachable = false};
    char next[DOCTOR_TEXT_SIZE];

    exchange_state(node->exchange, at, &state);
    if (state.is_reachable) {
        doctor_find(doctor, DOCTOR_OK, NULL, "%s answers", line->partner);
    } else {
        snprintf(next, sizeof next, "look at the network, then call its desk: %.*s",
                 SPAN_ARG(partner->contact));
        doctor_find(doctor, DOCTOR_FAILURE, next, "%s does not answer (%u times in a row): %s",
                    line->partner, state.failures,
                    state.last_error[0] == '\0' ? "not tried yet" : state.last_error);
    }
    if (!line->has_met)
        doctor_find(doctor, DOCTOR_WARNING,
                    "what was exchanged, or erased, after these books is not in them if an older "
                    "state of this machine was put back: wait for its answer",
                    "%s was not met since the start: nothing says yet that the books of %s are "
                    "the newest",
                    line->partner, line->agreement_id);
    if (state.refused[0] != '\0')
        doctor_find(doctor, DOCTOR_FAILURE, "its node says why: speak with its desk",
                    "%s takes nothing from us: %s", line->partner, state.refused);
    if (state.contact_error[0] != '\0')
        doctor_find(doctor, DOCTOR_FAILURE,
                    "what it shows does not fit our books: docs/recovery.md", "contact with %s: %s",
                    line->partner, state.contact_error);
    if (state.pull_error[0] != '\0')
        doctor_find(doctor, DOCTOR_WARNING, "look at the network and at its address",
                    "our pulls from %s fail: %s", line->partner, state.pull_error);
    if (line->is_stuck)
        doctor_find(doctor, DOCTOR_FAILURE,
                    "it is tried again; if it stays, report it with this text",
                    "handling of what %s sent is stuck at entry %" PRIu64 ": %s", line->partner,
                    line->handled, line->stuck_reason);
}

static void lines_look(struct doctor *doctor, struct node *node)
{
    if (node->exchange == NULL) {
        doctor_find(doctor, DOCTOR_WARNING, "besa serve",
                    "no node runs: nothing is sent or received");
        return;
    }
    for (size_t i = 0; i < node->journal.line_count; i++)
        line_look(doctor, node, i);
}

/* Receipts that count, and whose time is on record as wrong (journal/deliver.c). */
static void disputes_look(struct doctor *doctor, const struct node *node,
                          const struct journal_line *line)
{
    if (line->disputed_ms == 0 || now_ms(node) - line->disputed_ms > DISPUTE_WARN_MS)
        return;
    doctor_find(
        doctor, DOCTOR_WARNING,
        "see which clock is wrong (row `clock` here and there); if ours is right, the "
        "partner's node chooses times of receipts at will: tell its desk, and keep both "
        "logs. The receipts count as they are",
        "%s gave %" PRIu64 " receipts whose time is disputed%s, the newest within %" PRId64 " days",
        line->partner, line->disputes,
        line->has_fallen ? ", and one of them lies before the receipt that it gave earlier" : "",
        (now_ms(node) - line->disputed_ms) / DAY_MS + 1);
}

/* By the time in its newest receipt. A partner whose clock is off by more than the agreement's bound gives none: the line
 * says so, and here it is seen coming. */
static void clocks_look(struct doctor *doctor, struct node *node)
{
    for (size_t i = 0; i < node->journal.line_count; i++) {
        const struct journal_line *line = &node->journal.lines[i];
        int64_t off_ms = line->clock_ahead_ms < 0 ? -line->clock_ahead_ms : line->clock_ahead_ms;
        bool is_off = line->has_clock && off_ms > CLOCK_WARN_MS;
        disputes_look(doctor, node, line);
        if (!line->has_clock)
            doctor_find(doctor, DOCTOR_OK, NULL, "no receipt of %s since the start tells its clock",
                        line->partner);
        else if (is_off)
            doctor_find(doctor,
                        off_ms > line->agreement.clock_bound_s * 500 ? DOCTOR_FAILURE
                                                                     : DOCTOR_WARNING,
                        "see which clock is wrong: row `clock` here, the same row there "
                        "(timedatectl, chronyc tracking)",
                        "the clock of %s is %" PRId64 " ms %s ours; posts are refused from %" PRId64
                        " s on",
                        line->partner, off_ms, line->clock_ahead_ms > 0 ? "ahead of" : "behind",
                        line->agreement.clock_bound_s);
        else
            doctor_find(doctor, DOCTOR_OK, NULL, "the clock of %s agrees with ours", line->partner);
    }
}

static void queue_look(struct doctor *doctor, struct node *node, const struct journal_line *line)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u * 1024 * 1024);
    struct entry_row *rows = arena_array(&arena, LOOK_MAX, sizeof *rows);
    struct error err = {0};
    struct entry_row oldest = {.created_ms = now_ms(node)};
    size_t count = 0;

    if (rows == NULL ||
        !entry_list_waiting(node->db, &arena, line->out.id, rows, LOOK_MAX, &count, &err) ||
        (count > 0 && !entry_find(node->db, &arena, rows[0].id, &oldest, &err))) {
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s",
                    rows == NULL ? "out of memory" : err.text);
        return;
    }
    uint64_t unreceipted = line->out.size - line->cosigned;
    int64_t age_ms = now_ms(node) - oldest.created_ms;
    bool is_late = age_ms > WAITING_LATE_MS;
    doctor_find(doctor, is_late ? DOCTOR_WARNING : DOCTOR_OK,
                is_late ? "the line to the partner has to come back: see above" : NULL,
                "to %s: %zu%s wait (the oldest for %" PRId64 " min), %" PRIu64
                " without receipt; from it %" PRIu64 " not handled yet",
                line->partner, count, count == LOOK_MAX ? " or more" : "", age_ms / MINUTE_MS,
                unreceipted, journal_unhandled(line));
}

static void queues_look(struct doctor *doctor, struct node *node)
{
    for (size_t i = 0; i < node->journal.line_count; i++)
        queue_look(doctor, node, &node->journal.lines[i]);
}

/* They may be about people, so they are kept no longer than anything else. */
static void unread_look(struct doctor *doctor, const struct node *node,
                        const struct journal_line *line, const struct unread *unread)
{
    char day[TIME_TEXT_SIZE];

    time_write(unread->first_ms, day);
    doctor_find(doctor,
                unread->first_ms - now_ms(node) < UNREAD_SOON_MS ? DOCTOR_FAILURE : DOCTOR_WARNING,
                "upgrade to a version that reads them (besa upgrade); besa held lists them",
                "%" PRId64 " messages of %s are of a type that this version cannot read; the first "
                "is erased unread on %.10s",
                unread->count, line->partner, day);
}

static void held_look(struct doctor *doctor, struct node *node)
{
    for (size_t i = 0; i < node->journal.line_count; i++) {
        struct journal_line *line = &node->journal.lines[i];
        struct error err = {0};
        struct unread unread;
        int64_t count = 0;
        if (!journal_held_count(node->db, line, &count, &err) ||
            !journal_unread(&node->journal, line, &unread, &err)) {
            doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
            continue;
        }
        if (unread.count > 0)
            unread_look(doctor, node, line, &unread);
        if (count > unread.count)
            doctor_find(doctor, DOCTOR_WARNING, "besa held lists them and says what each waits for",
                        "%" PRId64 " further entries of %s are held", count - unread.count,
                        line->partner);
        if (count == 0)
            doctor_find(doctor, DOCTOR_OK, NULL, "nothing of %s is held", line->partner);
    }
}

#define UNCHECKED_SHOWN 5u

/* What one of them says names the fault, never a person. */
static void crosscheck_look(struct doctor *doctor, struct node *node)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64u * 1024);
    struct unchecked_row rows[UNCHECKED_SHOWN];
    struct error err = {0};
    size_t shown = 0;
    int64_t count = 0;

    if (!unchecked_count(node->db, &count, &err) ||
        !unchecked_list(node->db, &arena, INT64_MAX, rows, UNCHECKED_SHOWN, &shown, &err)) {
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
        return;
    }
    if (count == 0)
        doctor_find(doctor, DOCTOR_OK, NULL, "every message was cross-checked");
    for (size_t i = 0; i < shown; i++)
        doctor_find(
            doctor, DOCTOR_WARNING,
            "besa verify names what is damaged; a backup has it whole. It is tried again by "
            "itself",
            "%" PRId64 " messages could not be cross-checked: entry %" PRId64 ", tried %" PRId64
            " times: %.*s",
            count, rows[i].entry, rows[i].tries, SPAN_ARG(rows[i].reason));
}

/* --- backup --- */

static void backup_look(struct doctor *doctor, struct node *node)
{
    struct backup_known known;
    struct error err = {0};

    if (!backup_known_read(node->db, &known, &err)) {
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
        return;
    }
    int64_t age_ms = now_ms(node) - known.made_ms;
    if (known.made_ms == 0)
        doctor_find(doctor, DOCTOR_WARNING, "besa backup, then besa backup verify: docs/backup.md",
                    "no backup of this node was ever restored in a drill");
    else if (age_ms > BACKUP_AGE_MAX_MS)
        doctor_find(doctor, age_ms > BACKUP_LATE_MS ? DOCTOR_FAILURE : DOCTOR_WARNING,
                    "besa backup, then besa backup verify: docs/backup.md",
                    "the newest backup that passed its drill is %" PRId64 " hours old",
                    age_ms / (60 * MINUTE_MS));
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "a backup of %" PRId64 " hours ago passed its drill",
                    age_ms / (60 * MINUTE_MS));
}

/* --- store --- */

static void store_look(struct doctor *doctor, struct node *node)
{
    struct error err = {0};
    int64_t schema = 0;

    if (node->journal.is_dead)
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk, then begin anew",
                    "the store failed: %s", node->journal.dead_reason);
    else if (!database_version(node->db, &schema, &err))
        doctor_find(doctor, DOCTOR_FAILURE, "look at the disk", "%s", err.text);
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "%s, schema %" PRId64 " of %zu",
                    database_kind(node->db) == DATABASE_SQLITE ? "sqlite" : "postgres", schema,
                    schema_migration_count);
}

/* One end is for whoever mends; several on one day are a node that cannot be relied on. */
static void ends_look(struct doctor *doctor, struct node *node)
{
    const struct node_ends *ends = &node->ends;
    bool is_recent = ends->count > 0 && now_ms(node) - ends->last_ms < DAY_MS;

    if (is_recent)
        doctor_find(
            doctor, ends->count >= ENDS_MANY ? DOCTOR_FAILURE : DOCTOR_WARNING,
            "journalctl -u besa BESA_EVENT=node-ended says what came before; report it with "
            "the core (coredumpctl)",
            "since `besa serve` began, %u ends that nobody asked for; %" PRId64 " min ago: %s",
            ends->count, (now_ms(node) - ends->last_ms) / MINUTE_MS, ends->last);
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "no process ended unasked within a day");
}

static void sandbox_look(struct doctor *doctor, struct node *node)
{
    if (node->service == NULL)
        doctor_find(doctor, DOCTOR_NOTICE, NULL, "no node runs");
    else if (!node->service->sandbox.has_files || !node->service->sandbox.has_seccomp)
        doctor_find(doctor, DOCTOR_WARNING, "boot a kernel that has what is missing", "%s",
                    node->service->sandbox.text);
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "%s", node->service->sandbox.text);
}

static void audit_look(struct doctor *doctor, struct node *node)
{
    char why[ERROR_TEXT_SIZE];

    if (node->service == NULL || node->config.audit_stream[0] == '\0') {
        doctor_find(doctor, DOCTOR_OK, NULL, "no audit stream is %s",
                    node->service == NULL ? "written while no node runs" : "configured");
        return;
    }
    audit_stream_why(&node->service->audit_stream, why);
    if (why[0] != '\0')
        doctor_find(doctor, DOCTOR_FAILURE,
                    "give the node's user a file that it can write; nothing is lost, it goes on "
                    "where it stopped",
                    "%s", why);
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "the audit stream is %" PRId64 " entries behind",
                    audit_stream_behind(&node->service->audit_stream));
}

/* What only this node wrote comes back from there alone (docs/recovery.md). */
static void audit_copy_look(struct doctor *doctor, struct node *node)
{
    const struct audit_copy *copy = &node->journal.audit_copy;
    char next[DOCTOR_TEXT_SIZE];

    if (copy->directory[0] == '\0') {
        doctor_find(doctor, DOCTOR_OK, NULL, "no audit copy is configured");
    } else if (copy->failed[0] != '\0') {
        snprintf(
            next, sizeof next,
            "give the node's user %.300s, a directory that it can write; nothing is lost while "
            "the books stand, it goes on where it stopped (docs/recovery.md)",
            copy->directory);
        doctor_find(doctor, DOCTOR_FAILURE, next, "the audit copy stands still: %.400s",
                    copy->failed);
    } else if (!copy->is_open) {
        doctor_find(doctor, DOCTOR_NOTICE, "ask again: the next entry of the domestic log tries it",
                    "the audit copy was not tried since the start");
    } else {
        doctor_find(doctor, DOCTOR_OK, NULL, "the audit copy is %" PRIu64 " entries behind",
                    node->journal.domestic.size - copy->next);
    }
}

static void revoked_look(struct doctor *doctor, struct node *node)
{
    bool is_revoked = false;
    struct error err = {0};

    if (!node_own_is_revoked(node, &is_revoked, &err))
        doctor_find(doctor, DOCTOR_FAILURE, "besa verify", "%s", err.text);
    else if (is_revoked)
        doctor_find(doctor, DOCTOR_FAILURE, "besa keys tls renew",
                    "the TLS certificate of this node is revoked: no partner lets it through");
    else
        doctor_find(doctor, DOCTOR_OK, NULL, "the TLS certificate in use is not revoked");
}

static void login_look(struct doctor *doctor, struct node *node)
{
    const char *words = "";
    uint64_t count = 0;

    if (node->service == NULL || node->service->web == NULL) {
        doctor_find(doctor, DOCTOR_OK, NULL, "no API runs");
        return;
    }
    count = web_guessing(node->service->web, &words);
    if (words[0] != '\0')
        doctor_find(doctor, DOCTOR_WARNING,
                    "the domestic log has the addresses (log-in-alarm, log-in): close them off "
                    "where the network is kept, and ask the officers concerned",
                    "passwords are being guessed: %s", words);
    else
        doctor_find(doctor, DOCTOR_OK, NULL,
                    "no guessing within the hour, %" PRIu64 " times since the start", count);
}

/* A check of the machine, which the node makes as well: over the API nobody else would. */
static void certificates_look(struct doctor *doctor, struct node *node)
{
    const struct doctor_machine machine = {
        .home = node->home.path, .config = &node->config, .now_ms = now_ms(node)};

    doctor_certificates_look(doctor, &machine);
}

const struct doctor_books_row doctor_books_rows[] = {
    {"keeper", "The keeper may sign.", keeper_look},
    {"logs", "Every log can go on.", doctor_logs_look},
    {"forks", "No partner signed two histories.", forks_look},
    {"witness", "Partners that answer witness our domestic log.", doctor_witness_look},
    {"agreements", "Agreements are in force for a while.", agreements_look},
    {"lines", "Partners answer, and what they sent is handled.", lines_look},
    {"clocks", "Partners' clocks agree with ours.", clocks_look},
    {"queues", "Nothing waits for long.", queues_look},
    {"held", "Nothing is held that this program cannot read or handle.", held_look},
    {"cross-check", "Every message was compared with what is held.", crosscheck_look},
    {"limits", "No answer is overdue, and urgent requests are in custody.", doctor_limits_look},
    {"retention", "Nothing is held longer than the agreement allows.", doctor_retention_look},
    {"backup", "A recent backup passed its drill.", backup_look},
    {"store", "The store works and its schema is known.", store_look},
    {"ends", "No process ended unasked.", ends_look},
    {"audit", "The audit stream is written.", audit_look},
    {"audit copy", "The second copy of the domestic log is written.", audit_copy_look},
    {"certificates", "Own certificates are valid for a while.", certificates_look},
    {"revoked", "The certificate in use counts.", revoked_look},
    {"log-in", "Nobody guesses passwords at the API.", login_look},
    {"sandbox", "The running node is limited.", sandbox_look},
};
const size_t doctor_books_row_count = ARRAY_COUNT(doctor_books_rows);

void doctor_look_books(struct doctor *doctor, struct node *node)
{
    for (size_t i = 0; i < doctor_books_row_count; i++) {
        doctor->check = doctor_books_rows[i].name;
        doctor_books_rows[i].run(doctor, node);
    }
}
