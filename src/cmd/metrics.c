/* Metrics: see metrics.h. Names follow Prometheus' own advice: base units, _total for counters. */
#include "cmd/metrics.h"

#include "base/attributes.h"

#include <inttypes.h>

const char *const metric_kind_names[] = {
    [METRIC_GAUGE] = "gauge", [METRIC_COUNTER] = "counter", [METRIC_HISTOGRAM] = "histogram"};

const struct metric_row metric_rows[METRIC_COUNT] = {
    [METRIC_INFO] = {"besa_info", METRIC_GAUGE, "version", "Always 1; the label is the version."},
    [METRIC_TRAINING] = {"besa_training", METRIC_GAUGE, NULL,
                         "1 when the node is for training: nothing in it is real."},
    [METRIC_START_SECONDS] = {"besa_start_time_seconds", METRIC_GAUGE, NULL,
                              "When the node began, Unix time."},
    [METRIC_ALARMS] = {"besa_alarms_total", METRIC_COUNTER, NULL,
                       "Alarms of the books since the node began."},
    [METRIC_LOG_ENTRIES] = {"besa_log_entries", METRIC_GAUGE, "log",
                            "Numbered entries of a log, or of a mirror in custody."},
    [METRIC_LOG_SIGNED] = {"besa_log_signed_entries", METRIC_GAUGE, "log",
                           "Size that carries our newest signature."},
    [METRIC_LOG_READ_ONLY] = {"besa_log_read_only", METRIC_GAUGE, "log",
                              "1 when nothing is signed for this log any more."},
    [METRIC_LOG_COSIGNED] = {"besa_log_receipted_entries", METRIC_GAUGE, "log",
                             "Entries of an outgoing log with the partner's receipt."},
    [METRIC_LOG_HANDLED] = {"besa_log_handled_entries", METRIC_GAUGE, "log",
                            "Entries of a mirror that were handled."},
    [METRIC_PARTNER_REACHABLE] = {"besa_partner_reachable", METRIC_GAUGE, "partner",
                                  "1 when the partner's node answers."},
    [METRIC_PARTNER_FAILURES] = {"besa_partner_failures", METRIC_GAUGE, "partner",
                                 "Failed calls in a row."},
    [METRIC_PARTNER_SUSPENDED] = {"besa_partner_suspended", METRIC_GAUGE, "partner",
                                  "1 when the agreement is suspended."},
    [METRIC_PARTNER_STUCK] = {"besa_partner_stuck", METRIC_GAUGE, "partner",
                              "1 when handling of what the partner sent cannot go on."},
    [METRIC_WITNESSED] = {"besa_witnessed_entries", METRIC_GAUGE, "partner",
                          "Entries of our domestic log that the partner witnessed."},
    [METRIC_LAST_WITNESS_SECONDS] = {"besa_last_witness_time_seconds", METRIC_GAUGE, "partner",
                                     "Time of the newest checkpoint of our domestic log that the "
                                     "partner witnessed, Unix time; 0: none. While "
                                     "besa_log_signed_entries of that log is above "
                                     "besa_witnessed_entries it should not be old."},
    [METRIC_LAST_RECEIPT_SECONDS] = {"besa_last_receipt_time_seconds", METRIC_GAUGE, "partner",
                                     "Time of the partner's newest receipt, Unix time; 0: none."},
    [METRIC_RECEIPT_DISPUTES] = {"besa_receipt_time_disputes", METRIC_GAUGE, "partner",
                                 "Receipts of the partner whose time is on record as wrong."},
    [METRIC_EVENTS] = {"besa_events_total", METRIC_COUNTER, "kind",
                       "What happened in the books since the node began, by kind."},
    [METRIC_WRITER_SECONDS] = {"besa_writer_round_seconds", METRIC_HISTOGRAM, NULL,
                               "Rounds of the writer that had work: jobs, commit, signature."},
    [METRIC_WRITER_QUEUE] = {"besa_writer_queue", METRIC_GAUGE, NULL,
                             "Jobs that wait for the writer."},
    [METRIC_STORE_FAILED] = {"besa_store_failed", METRIC_GAUGE, NULL,
                             "1 when the store failed and nothing more is acknowledged."},
    [METRIC_HTTP_CONNECTIONS] = {"besa_http_connections_total", METRIC_COUNTER, NULL,
                                 "Connections taken from partners."},
    [METRIC_HTTP_REQUESTS] = {"besa_http_requests_total", METRIC_COUNTER, NULL,
                              "Partners' requests that reached a handler."},
    [METRIC_HTTP_REFUSED] = {"besa_http_refused_total", METRIC_COUNTER, NULL,
                             "Partners' requests refused before a handler."},
    [METRIC_HTTP_SLOW] = {"besa_http_too_slow_total", METRIC_COUNTER, NULL,
                          "Partners' connections closed because they were too slow."},
    [METRIC_HTTP_TOO_OFTEN] = {"besa_http_too_often_total", METRIC_COUNTER, NULL,
                               "Connections closed and requests answered 429 because one "
                               "partner or address made too many."},
    [METRIC_HTTP_PEERS_REFUSED] = {"besa_http_peers_refused_total", METRIC_COUNTER, NULL,
                                   "Connections without a certificate that is trusted."},
    [METRIC_DESK_CONNECTIONS] = {"besa_desk_connections_total", METRIC_COUNTER, NULL,
                                 "Connections taken from officers and their systems; 0, as the "
                                 "next seven, without an API."},
    [METRIC_DESK_REQUESTS] = {"besa_desk_requests_total", METRIC_COUNTER, NULL,
                              "Requests of the API that reached a handler."},
    [METRIC_DESK_REFUSED] = {"besa_desk_refused_total", METRIC_COUNTER, NULL,
                             "Requests of the API refused before a handler: no sound HTTP, no "
                             "such path, too large, no room."},
    [METRIC_DESK_SLOW] = {"besa_desk_too_slow_total", METRIC_COUNTER, NULL,
                          "Connections of the API closed because they were too slow."},
    [METRIC_DESK_TOO_OFTEN] = {"besa_desk_too_often_total", METRIC_COUNTER, NULL,
                               "Connections of the API closed and requests answered 429 because "
                               "one address made too many."},
    [METRIC_DESK_PROBLEMS] = {"besa_desk_problems_total", METRIC_COUNTER, "kind",
                              "Requests that a handler of the API refused or failed at, by the "
                              "kind of the problem."},
    [METRIC_DESK_STREAMS] = {"besa_desk_event_streams", METRIC_GAUGE, NULL,
                             "Streams of events that are open."},
    [METRIC_DESK_TRANSFERS] = {"besa_desk_transfers", METRIC_GAUGE, NULL,
                               "Files that come in or go out."},
    [METRIC_DISK_FREE_BYTES] = {"besa_disk_free_bytes", METRIC_GAUGE, NULL,
                                "Free on the home's volume."},
    [METRIC_DATABASE_BYTES] = {"besa_database_bytes", METRIC_GAUGE, NULL,
                               "Size of the database's file; 0 on PostgreSQL."},
    [METRIC_CERTIFICATE_END_SECONDS] = {"besa_certificate_end_time_seconds", METRIC_GAUGE, NULL,
                                        "When our TLS certificate ends, Unix time."},
    [METRIC_KEY_END_SECONDS] = {"besa_key_end_time_seconds", METRIC_GAUGE, "key",
                                "When each key that has an end of its own ends, Unix time."},
    [METRIC_KEY_LEVEL] = {"besa_key_level", METRIC_GAUGE, "key",
                          "How near: 0 good, 1 notice, 2 ends soon, 3 ends now, 4 ended or "
                          "missing."},
    [METRIC_BACKUP_SECONDS] = {"besa_backup_time_seconds", METRIC_GAUGE, NULL,
                               "When the newest backup that passed its drill was made, Unix time; "
                               "0: never."},
    [METRIC_HELD] = {"besa_held", METRIC_GAUGE, "partner",
                     "1 when entries of the partner are held because their kind is not known."},
    [METRIC_UNREAD] = {"besa_unread", METRIC_GAUGE, "partner",
                       "Messages of the partner in a type that only an upgrade reads."},
    [METRIC_UNREAD_ERASED_SECONDS] = {"besa_unread_erased_time_seconds", METRIC_GAUGE, "partner",
                                      "When the first of them is erased unread, Unix time; 0: "
                                      "there is none."},
    [METRIC_RETENTION_OVERDUE] = {"besa_retention_overdue", METRIC_GAUGE, "partner",
                                  "Items held longer than the agreement allows, without a hold; "
                                  "must be 0."},
    [METRIC_RETENTION_SOON] = {"besa_retention_soon", METRIC_GAUGE, "partner",
                               "Items that are erased within 30 days; 1000 stands for more."},
    [METRIC_RETENTION_ERASED] = {"besa_retention_erased_total", METRIC_COUNTER, NULL,
                                 "Items that the hourly pass erased since the start."},
    [METRIC_OWN_OVERDUE] = {"besa_own_overdue", METRIC_GAUGE, NULL,
                            "People in the own index beyond their day; must be 0; 1000 stands for "
                            "more."},
    [METRIC_OWN_REVIEW] = {"besa_own_review", METRIC_GAUGE, NULL,
                           "People of the own index who are to be reviewed; 1000 stands for more."},
    [METRIC_OWN_GONE] = {"besa_own_gone", METRIC_GAUGE, NULL,
                         "Former names in the search files of the own index; 0 again within six "
                         "hours."},
    [METRIC_LIMITS_OVERDUE_HERE] = {"besa_answers_overdue_here", METRIC_GAUGE, "partner",
                                    "Our answers that are overdue, and no judicial "
                                    "authorisation is awaited."},
    [METRIC_LIMITS_OVERDUE_THERE] = {"besa_answers_overdue_there", METRIC_GAUGE, "partner",
                                     "The partner's answers that are overdue, in the same way."},
    [METRIC_LIMITS_AUTHORISATION] = {"besa_answers_overdue_authorisation", METRIC_GAUGE, "partner",
                                     "Answers of both sides that are overdue, told as waiting for "
                                     "a judicial authorisation until a day to come."},
    [METRIC_LIMITS_SOON] = {"besa_answers_due_soon", METRIC_GAUGE, "partner",
                            "Answers of both sides in the last quarter of their limit."},
    [METRIC_LIMITS_NO_CUSTODY] = {"besa_urgent_without_custody", METRIC_GAUGE, "partner",
                                  "Urgent requests, answers to them and what is given of an "
                                  "immediate threat that the partner does not hold after 15 "
                                  "minutes; must be 0."},
    [METRIC_LOGIN_GUESSING] =
        {"besa_login_guessing_total", METRIC_COUNTER, NULL,
         "Times that failed log-ins looked like guessing: one officer from many "
         "addresses, or many officers from one."},
    [METRIC_AUDIT_STREAM_BEHIND] = {"besa_audit_stream_behind", METRIC_GAUGE, NULL,
                                    "Domestic entries not yet in the audit stream; 0 without one."},
};

const int64_t histogram_bounds_us[HISTOGRAM_BOUND_COUNT] = {
    500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000, 5000000};

void histogram_add(struct histogram *histogram, int64_t us)
{
    size_t at = 0;

    while (at < HISTOGRAM_BOUND_COUNT && us > histogram_bounds_us[at])
        at++;
    histogram->counts[at]++;
    histogram->sum_us += us < 0 ? 0 : (uint64_t)us;
}

void metric_begin(enum metric metric, struct buffer *out)
{
    const struct metric_row *row = &metric_rows[metric];

    buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name,
                  metric_kind_names[row->kind]);
}

/* Values of labels are identifiers of ours: none has a quote, a backslash or a line end. */
static void name_write(const struct metric_row *row, const char *label, struct buffer *out)
{
    if (row->label == NULL || label == NULL)
        buffer_format(out, "%s ", row->name);
    else
        buffer_format(out, "%s{%s=\"%s\"} ", row->name, row->label, label);
}

void metric_value(enum metric metric, const char *label, int64_t value, struct buffer *out)
{
    name_write(&metric_rows[metric], label, out);
    buffer_format(out, "%" PRId64 "\n", value);
}

void metric_seconds(enum metric metric, const char *label, int64_t ms, struct buffer *out)
{
    name_write(&metric_rows[metric], label, out);
    buffer_format(out, "%" PRId64 ".%03" PRId64 "\n", ms / 1000, ms % 1000);
}

void metric_histogram(enum metric metric, const struct histogram *histogram, struct buffer *out)
{
    const char *name = metric_rows[metric].name;
    uint64_t count = 0;

    for (size_t i = 0; i < HISTOGRAM_BOUND_COUNT; i++) {
        count += histogram->counts[i];
        buffer_format(out, "%s_bucket{le=\"%" PRId64 ".%06" PRId64 "\"} %" PRIu64 "\n", name,
                      histogram_bounds_us[i] / 1000000, histogram_bounds_us[i] % 1000000, count);
    }
    count += histogram->counts[HISTOGRAM_BOUND_COUNT];
    buffer_format(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
    buffer_format(out, "%s_sum %" PRIu64 ".%06" PRIu64 "\n", name, histogram->sum_us / 1000000,
                  histogram->sum_us % 1000000);
    buffer_format(out, "%s_count %" PRIu64 "\n", name, count);
}
