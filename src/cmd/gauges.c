/* Gauges: see gauges.h. */
#include "cmd/gauges.h"

#include "base/attributes.h"
#include "cmd/backup_known.h"
#include "cmd/keys.h"
#include "cmd/service.h"
#include "desk/own_dates.h"
#include "desk/own_index.h"
#include "web/web.h"
#include "crypto/cms.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PICTURE_MS     1000
#define KEY_LABEL_SIZE (NAME_SIZE_MAX + 40) /* kind, and of a partner's its name */

static const char *const event_names[JOURNAL_EVENT_COUNT] = {
    [JOURNAL_SEALED] = "sealed",     [JOURNAL_RECEIPT] = "receipt", [JOURNAL_ARRIVED] = "arrived",
    [JOURNAL_APPENDED] = "appended", [JOURNAL_PARTS] = "parts",     [JOURNAL_ALARM] = "alarm",
    [JOURNAL_RESUME] = "resume",     [JOURNAL_TRUST] = "trust",
};

void gauges_start(struct gauges *gauges)
{
    pthread_mutex_init(&gauges->mutex, NULL);
}

void gauges_end(struct gauges *gauges)
{
    pthread_mutex_destroy(&gauges->mutex);
}

/* --- the writer's side --- */

void gauges_count_event(struct gauges *gauges, enum journal_event_kind kind)
{
    gauges->next.events[kind]++;
}

void gauges_count_round(struct gauges *gauges, int64_t us)
{
    histogram_add(&gauges->next.rounds, us);
}

static void log_picture(struct gauges_log *out, const struct journal_log *log)
{
    snprintf(out->origin, sizeof out->origin, "%s", log->origin);
    out->size = (int64_t)log->size;
    out->signed_size = (int64_t)log->signed_size;
    out->is_read_only = log->read_only[0] != '\0';
}

static void line_picture(struct gauges_line *out, const struct journal_line *line)
{
    snprintf(out->partner, sizeof out->partner, "%s", line->partner);
    log_picture(&out->out, &line->out);
    log_picture(&out->in, &line->in);
    out->cosigned = (int64_t)line->cosigned;
    out->handled = (int64_t)line->handled;
    out->witnessed = (int64_t)line->witnessed;
    out->last_witness_s = line->witnessed_time_s;
    out->last_receipt_s = line->cosigned_time_s;
    out->disputes = (int64_t)line->disputes;
    out->is_suspended = line->is_suspended;
    out->is_stuck = line->is_stuck;
    out->has_held = line->has_held;
}

void gauges_take(struct gauges *gauges, struct journal *journal)
{
    int64_t now_ms = journal->env->monotonic_ms(journal->env->context);
    struct gauges_picture *next = &gauges->next;

    if (gauges->taken_ms != 0 && now_ms - gauges->taken_ms < PICTURE_MS)
        return;
    gauges->taken_ms = now_ms;
    log_picture(&next->domestic, &journal->domestic);
    for (size_t i = 0; i < journal->line_count; i++)
        line_picture(&next->lines[i], &journal->lines[i]);
    next->line_count = journal->line_count;
    pthread_mutex_lock(&journal->queue.mutex);
    next->queue_count = (int64_t)journal->queue.count;
    pthread_mutex_unlock(&journal->queue.mutex);
    next->is_store_failed = journal->is_dead;
    pthread_mutex_lock(&gauges->mutex);
    gauges->shown = *next;
    pthread_mutex_unlock(&gauges->mutex);
}

/* --- the readers' side --- */

/* One number of every log. */
static void logs_write(const struct gauges_picture *picture, enum metric metric,
                       int64_t (*number)(const struct gauges_log *log), struct buffer *out)
{
    metric_begin(metric, out);
    metric_value(metric, picture->domestic.origin, number(&picture->domestic), out);
    for (size_t i = 0; i < picture->line_count; i++) {
        const struct gauges_line *line = &picture->lines[i];
        metric_value(metric, line->out.origin, number(&line->out), out);
        metric_value(metric, line->in.origin, number(&line->in), out);
    }
}

static int64_t log_size(const struct gauges_log *log)
{
    return log->size;
}
static int64_t log_signed(const struct gauges_log *log)
{
    return log->signed_size;
}
static int64_t log_read_only(const struct gauges_log *log)
{
    return log->is_read_only;
}

static void lines_write(const struct gauges_picture *picture, struct buffer *out)
{
    metric_begin(METRIC_LOG_COSIGNED, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_LOG_COSIGNED, picture->lines[i].out.origin, picture->lines[i].cosigned,
                     out);
    metric_begin(METRIC_LOG_HANDLED, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_LOG_HANDLED, picture->lines[i].in.origin, picture->lines[i].handled,
                     out);
    metric_begin(METRIC_PARTNER_SUSPENDED, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_PARTNER_SUSPENDED, picture->lines[i].partner,
                     picture->lines[i].is_suspended, out);
    metric_begin(METRIC_PARTNER_STUCK, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_PARTNER_STUCK, picture->lines[i].partner, picture->lines[i].is_stuck,
                     out);
    metric_begin(METRIC_WITNESSED, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_WITNESSED, picture->lines[i].partner, picture->lines[i].witnessed, out);
    metric_begin(METRIC_LAST_WITNESS_SECONDS, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_LAST_WITNESS_SECONDS, picture->lines[i].partner,
                     picture->lines[i].last_witness_s, out);
    metric_begin(METRIC_LAST_RECEIPT_SECONDS, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_LAST_RECEIPT_SECONDS, picture->lines[i].partner,
                     picture->lines[i].last_receipt_s, out);
    metric_begin(METRIC_RECEIPT_DISPUTES, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_RECEIPT_DISPUTES, picture->lines[i].partner, picture->lines[i].disputes,
                     out);
}

static void partners_write(struct service *service, const struct gauges_picture *picture,
                           struct buffer *out)
{
    struct exchange_state states[PARTNER_COUNT_MAX];

    for (size_t i = 0; i < picture->line_count; i++)
        exchange_state(service->node->exchange, i, &states[i]);
    metric_begin(METRIC_PARTNER_REACHABLE, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_PARTNER_REACHABLE, picture->lines[i].partner, states[i].is_reachable,
                     out);
    metric_begin(METRIC_PARTNER_FAILURES, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_PARTNER_FAILURES, picture->lines[i].partner, states[i].failures, out);
}

static void one_write(enum metric metric, int64_t value, struct buffer *out)
{
    metric_begin(metric, out);
    metric_value(metric, NULL, value, out);
}

static void http_write(struct service *service, struct buffer *out)
{
    struct http_server_counts counts = http_server_counts(service->server);

    one_write(METRIC_HTTP_CONNECTIONS, (int64_t)counts.connections, out);
    one_write(METRIC_HTTP_REQUESTS, (int64_t)counts.requests, out);
    one_write(METRIC_HTTP_REFUSED, (int64_t)counts.refused, out);
    one_write(METRIC_HTTP_SLOW, (int64_t)counts.too_slow, out);
    one_write(METRIC_HTTP_TOO_OFTEN, (int64_t)counts.too_often, out);
    one_write(METRIC_HTTP_PEERS_REFUSED, (int64_t)counts.peers_refused, out);
}

static void problems_write(const struct web *web, struct buffer *out)
{
    metric_begin(METRIC_DESK_PROBLEMS, out);
    for (int kind = ERROR_NONE + 1; kind <= ERROR_BUG; kind++)
        metric_value(METRIC_DESK_PROBLEMS, error_kind_name((enum error_kind)kind),
                     web == NULL ? 0 : (int64_t)web_problems(web, (enum error_kind)kind), out);
}

/* Officers and their systems; counts and kinds, nobody's name or address. */
static void desk_write(struct service *service, struct buffer *out)
{
    struct http_server_counts counts = {.connections = 0};

    if (service->desk_server != NULL)
        counts = http_server_counts(service->desk_server);
    one_write(METRIC_DESK_CONNECTIONS, (int64_t)counts.connections, out);
    one_write(METRIC_DESK_REQUESTS, (int64_t)counts.requests, out);
    one_write(METRIC_DESK_REFUSED, (int64_t)counts.refused, out);
    one_write(METRIC_DESK_SLOW, (int64_t)counts.too_slow, out);
    one_write(METRIC_DESK_TOO_OFTEN, (int64_t)counts.too_often, out);
    problems_write(service->web, out);
    one_write(METRIC_DESK_STREAMS, (int64_t)counts.streams, out);
    one_write(METRIC_DESK_TRANSFERS, (int64_t)counts.transfers, out);
}

static void guessing_write(struct service *service, struct buffer *out)
{
    const char *ignored = "";

    one_write(METRIC_LOGIN_GUESSING,
              service->web == NULL ? 0 : (int64_t)web_guessing(service->web, &ignored), out);
}

static void machine_write(struct service *service, struct buffer *out)
{
    const struct node *node = service->node;
    struct statvfs fs;
    struct stat st;
    struct error ignored = {0};
    int64_t from_ms = 0;
    int64_t to_ms = 0;

    bool has_fs = statvfs(node->home.path, &fs) == 0;
    one_write(METRIC_DISK_FREE_BYTES, has_fs ? (int64_t)(fs.f_bavail * fs.f_frsize) : 0, out);
    bool has_file = database_kind(node->db) == DATABASE_SQLITE && stat(node->place, &st) == 0;
    one_write(METRIC_DATABASE_BYTES, has_file ? (int64_t)st.st_size : 0, out);
    pthread_mutex_lock(&service->mutex); /* it may be renewed now */
    certificate_validity(buffer_span(&service->certificate_pem), &from_ms, &to_ms, &ignored);
    pthread_mutex_unlock(&service->mutex);
    metric_begin(METRIC_CERTIFICATE_END_SECONDS, out);
    metric_seconds(METRIC_CERTIFICATE_END_SECONDS, NULL, to_ms, out);
}

static void key_label(const struct key_entry *entry, char out[KEY_LABEL_SIZE])
{
    snprintf(out, KEY_LABEL_SIZE, "%s%s%s", key_kinds[entry->kind].name,
             entry->partner[0] == '\0' ? "" : ":", entry->partner);
}

void gauges_keys_write(const struct home *home, int64_t now_ms, struct buffer *out)
{
    struct key_entry *entries = calloc(KEY_LIST_MAX, sizeof *entries);
    size_t count = entries == NULL ? 0 : keys_list(home, now_ms, entries);
    char label[KEY_LABEL_SIZE];

    metric_begin(METRIC_KEY_END_SECONDS, out);
    for (size_t i = 0; i < count; i++) {
        key_label(&entries[i], label);
        if (entries[i].until_ms > 0)
            metric_seconds(METRIC_KEY_END_SECONDS, label, entries[i].until_ms, out);
    }
    metric_begin(METRIC_KEY_LEVEL, out);
    for (size_t i = 0; i < count; i++) {
        key_label(&entries[i], label);
        metric_value(METRIC_KEY_LEVEL, label, entries[i].is_missing ? KEY_ENDED : entries[i].level,
                     out);
    }
    free(entries);
}

/* On the background thread's own connection. */
static void backup_write(struct service *service, struct buffer *out)
{
    struct backup_known known = {.made_ms = 0};
    struct error ignored = {0};

    backup_known_read(service->background_db, &known, &ignored);
    metric_begin(METRIC_BACKUP_SECONDS, out);
    metric_seconds(METRIC_BACKUP_SECONDS, NULL, known.made_ms, out);
}

static void retention_write(struct service *service, const struct gauges_picture *picture,
                            struct buffer *out)
{
    struct service_retention_line lines[PARTNER_COUNT_MAX];

    for (size_t i = 0; i < picture->line_count; i++)
        service_retention_shown(service, i, &lines[i]);
    metric_begin(METRIC_UNREAD, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_UNREAD, picture->lines[i].partner, lines[i].unread.count, out);
    metric_begin(METRIC_UNREAD_ERASED_SECONDS, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_seconds(METRIC_UNREAD_ERASED_SECONDS, picture->lines[i].partner,
                       lines[i].unread.first_ms, out);
    metric_begin(METRIC_RETENTION_OVERDUE, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_RETENTION_OVERDUE, picture->lines[i].partner, lines[i].overdue, out);
    metric_begin(METRIC_RETENTION_SOON, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_RETENTION_SOON, picture->lines[i].partner, lines[i].soon, out);
    one_write(METRIC_RETENTION_ERASED, service_retention_erased(service), out);
}

/* On the background thread's own connection. What cannot be counted is not told as 0. */
static void own_write(struct service *service, struct buffer *out)
{
    const struct env *env = service->node->env;
    struct own_dates dates = {.overdue = -1, .review = -1};
    struct error ignored = {0};

    own_dates_count(service->background_db, env->now_ms(env->context), &dates, &ignored);
    one_write(METRIC_OWN_OVERDUE, dates.overdue, out);
    one_write(METRIC_OWN_REVIEW, dates.review, out);
    one_write(METRIC_OWN_GONE,
              service->index.index != NULL ? (int64_t)own_index_gone(service->index.index) : 0,
              out);
}

static void limits_write(struct service *service, const struct gauges_picture *picture,
                         struct buffer *out)
{
    static const enum metric metrics[LIMITS_SHOWN_COUNT] = {
        [LIMITS_OVERDUE_HERE] = METRIC_LIMITS_OVERDUE_HERE,
        [LIMITS_OVERDUE_THERE] = METRIC_LIMITS_OVERDUE_THERE,
        [LIMITS_AUTHORISATION] = METRIC_LIMITS_AUTHORISATION,
        [LIMITS_SOON] = METRIC_LIMITS_SOON,
        [LIMITS_NO_CUSTODY] = METRIC_LIMITS_NO_CUSTODY};

    for (size_t what = 0; what < LIMITS_SHOWN_COUNT; what++) {
        metric_begin(metrics[what], out);
        for (size_t i = 0; i < picture->line_count; i++)
            metric_value(metrics[what], picture->lines[i].partner,
                         service_limits_shown(service, (enum limits_shown)what, i), out);
    }
}

uint64_t gauges_domestic_size(struct gauges *gauges)
{
    pthread_mutex_lock(&gauges->mutex);
    int64_t size = gauges->shown.domestic.size;
    pthread_mutex_unlock(&gauges->mutex);
    return (uint64_t)size;
}

bool gauges_write(struct service *service, struct buffer *out)
{
    struct gauges *gauges = &service->gauges;
    struct gauges_picture *picture = calloc(1, sizeof *picture);

    if (picture == NULL)
        return false;
    pthread_mutex_lock(&gauges->mutex);
    *picture = gauges->shown;
    pthread_mutex_unlock(&gauges->mutex);
    metric_begin(METRIC_INFO, out);
    metric_value(METRIC_INFO, BESA_VERSION, 1, out);
    one_write(METRIC_TRAINING, service->node->config.is_training, out);
    metric_begin(METRIC_START_SECONDS, out);
    metric_seconds(METRIC_START_SECONDS, NULL, service->started_ms, out);
    one_write(METRIC_ALARMS, (int64_t)picture->events[JOURNAL_ALARM], out);
    logs_write(picture, METRIC_LOG_ENTRIES, log_size, out);
    logs_write(picture, METRIC_LOG_SIGNED, log_signed, out);
    logs_write(picture, METRIC_LOG_READ_ONLY, log_read_only, out);
    partners_write(service, picture, out);
    lines_write(picture, out);
    metric_begin(METRIC_EVENTS, out);
    for (size_t i = 0; i < JOURNAL_EVENT_COUNT; i++)
        metric_value(METRIC_EVENTS, event_names[i], (int64_t)picture->events[i], out);
    metric_begin(METRIC_WRITER_SECONDS, out);
    metric_histogram(METRIC_WRITER_SECONDS, &picture->rounds, out);
    one_write(METRIC_WRITER_QUEUE, picture->queue_count, out);
    one_write(METRIC_STORE_FAILED, picture->is_store_failed, out);
    http_write(service, out);
    desk_write(service, out);
    guessing_write(service, out);
    machine_write(service, out);
    gauges_keys_write(&service->node->home, service->node->env->now_ms(service->node->env->context),
                      out);
    one_write(METRIC_AUDIT_STREAM_BEHIND, audit_stream_behind(&service->audit_stream), out);
    backup_write(service, out);
    metric_begin(METRIC_HELD, out);
    for (size_t i = 0; i < picture->line_count; i++)
        metric_value(METRIC_HELD, picture->lines[i].partner, picture->lines[i].has_held, out);
    retention_write(service, picture, out);
    own_write(service, out);
    limits_write(service, picture, out);
    free(picture);
    return !out->failed;
}

bool metrics_file_write(const char *path, struct span text, struct error *err)
{
    char beside[HOME_PATH_SIZE + 8];

    snprintf(beside, sizeof beside, "%s.new", path);
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return error_set(err, ERROR_STORE, "metrics file %s: %s", beside, strerror(errno));
    bool ok = fchmod(fd, 0644) == 0 && write(fd, text.data, text.size) == (ssize_t)text.size;
    ok = close(fd) == 0 && ok && rename(beside, path) == 0;
    return ok || error_set(err, ERROR_STORE, "metrics file %s: %s", path, strerror(errno));
}
