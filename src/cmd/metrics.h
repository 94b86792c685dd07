/*
 * Metrics: how a node does, in the text form that Prometheus reads (exposition format 0.0.4). One table names them all
 * and generates docs/metrics.md. Labels are origins of logs, parties and fixed words: nothing personal, nothing that a
 * partner wrote. The node writes them to a file (`metrics_file` in besa.conf) that a collector on the same machine reads:
 * no port is opened for them.
 */
#ifndef BESA_CMD_METRICS_H
#define BESA_CMD_METRICS_H

#include "base/buffer.h"

#include <stdint.h>

enum metric {
    METRIC_INFO,
    METRIC_TRAINING,
    METRIC_START_SECONDS,
    METRIC_ALARMS,
    METRIC_LOG_ENTRIES,
    METRIC_LOG_SIGNED,
    METRIC_LOG_READ_ONLY,
    METRIC_LOG_COSIGNED,
    METRIC_LOG_HANDLED,
    METRIC_PARTNER_REACHABLE,
    METRIC_PARTNER_FAILURES,
    METRIC_PARTNER_SUSPENDED,
    METRIC_PARTNER_STUCK,
    METRIC_WITNESSED,
    METRIC_LAST_WITNESS_SECONDS,
    METRIC_LAST_RECEIPT_SECONDS,
    METRIC_RECEIPT_DISPUTES,
    METRIC_EVENTS,
    METRIC_WRITER_SECONDS,
    METRIC_WRITER_QUEUE,
    METRIC_STORE_FAILED,
    METRIC_HTTP_CONNECTIONS,
    METRIC_HTTP_REQUESTS,
    METRIC_HTTP_REFUSED,
    METRIC_HTTP_SLOW,
    METRIC_HTTP_TOO_OFTEN,
    METRIC_HTTP_PEERS_REFUSED,
    METRIC_DESK_CONNECTIONS,
    METRIC_DESK_REQUESTS,
    METRIC_DESK_REFUSED,
    METRIC_DESK_SLOW,
    METRIC_DESK_TOO_OFTEN,
    METRIC_DESK_PROBLEMS,
    METRIC_DESK_STREAMS,
    METRIC_DESK_TRANSFERS,
    METRIC_DISK_FREE_BYTES,
    METRIC_DATABASE_BYTES,
    METRIC_CERTIFICATE_END_SECONDS,
    METRIC_KEY_END_SECONDS,
    METRIC_KEY_LEVEL,
    METRIC_AUDIT_STREAM_BEHIND,
    METRIC_BACKUP_SECONDS,
    METRIC_HELD,
    METRIC_UNREAD,
    METRIC_UNREAD_ERASED_SECONDS,
    METRIC_RETENTION_OVERDUE,
    METRIC_RETENTION_SOON,
    METRIC_RETENTION_ERASED,
    METRIC_OWN_OVERDUE,
    METRIC_OWN_REVIEW,
    METRIC_OWN_GONE,
    METRIC_LIMITS_OVERDUE_HERE,
    METRIC_LIMITS_OVERDUE_THERE,
    METRIC_LIMITS_AUTHORISATION,
    METRIC_LIMITS_SOON,
    METRIC_LIMITS_NO_CUSTODY,
    METRIC_LOGIN_GUESSING,
    METRIC_COUNT
};

enum metric_kind { METRIC_GAUGE, METRIC_COUNTER, METRIC_HISTOGRAM };

struct metric_row {
    const char *name; /* "besa_log_entries" */
    enum metric_kind kind;
    const char *label; /* NULL: none */
    const char *help;  /* one sentence */
};
extern const struct metric_row metric_rows[METRIC_COUNT];
extern const char *const metric_kind_names[];

/* Upper bounds in microseconds; the last bucket has none. */
#define HISTOGRAM_BOUND_COUNT 12
struct histogram {
    uint64_t counts[HISTOGRAM_BOUND_COUNT + 1];
    uint64_t sum_us;
};
extern const int64_t histogram_bounds_us[HISTOGRAM_BOUND_COUNT];
void histogram_add(struct histogram *histogram, int64_t us);

/* The two lines before a metric's samples, once. */
void metric_begin(enum metric metric, struct buffer *out);
/* One sample; `label` is the label's value, NULL where the metric has none. */
void metric_value(enum metric metric, const char *label, int64_t value, struct buffer *out);
/* The same, of a time in milliseconds, shown in seconds. */
void metric_seconds(enum metric metric, const char *label, int64_t ms, struct buffer *out);
void metric_histogram(enum metric metric, const struct histogram *histogram, struct buffer *out);

#endif
