/*
 * Gauges: what the writer publishes of the books for whoever wants to know how the node does. The writer takes a picture
 * at most once a second; any thread reads the last one, and no reader ever waits for the writer or makes it wait.
 */
#ifndef BESA_CMD_GAUGES_H
#define BESA_CMD_GAUGES_H

#include "cmd/metrics.h"
#include "journal/journal.h"

struct service;

struct gauges_log {
    char origin[ORIGIN_SIZE_MAX + 1];
    int64_t size;
    int64_t signed_size;
    bool is_read_only;
};

struct gauges_line {
    char partner[NAME_SIZE_MAX + 1];
    struct gauges_log out;
    struct gauges_log in;
    int64_t cosigned;
    int64_t handled;
    int64_t witnessed;
    int64_t last_witness_s;
    int64_t last_receipt_s;
    int64_t disputes;
    bool is_suspended;
    bool is_stuck;
    bool has_held;
};

struct gauges_picture {
    struct gauges_log domestic;
    struct gauges_line lines[PARTNER_COUNT_MAX];
    size_t line_count;
    uint64_t events[JOURNAL_EVENT_COUNT]; /* by enum journal_event_kind */
    struct histogram rounds;
    int64_t queue_count;
    bool is_store_failed;
};

struct gauges {
    pthread_mutex_t mutex; /* shown */
    struct gauges_picture shown;
    struct gauges_picture next; /* the writer's */
    int64_t taken_ms;           /* of the monotonic clock; the writer's */
};

void gauges_start(struct gauges *gauges);
void gauges_end(struct gauges *gauges);
/* The writer's three. */
void gauges_count_event(struct gauges *gauges, enum journal_event_kind kind);
void gauges_count_round(struct gauges *gauges, int64_t us);
void gauges_take(struct gauges *gauges, struct journal *journal);
/* All metrics as text. The background thread: it has a database connection of its own. */
/* The ends of this home's keys, without a node. */
struct home;
void gauges_keys_write(const struct home *home, int64_t now_ms, struct buffer *out);
bool gauges_write(struct service *service, struct buffer *out);

/* Size of the domestic log in the last picture. Any thread. */
uint64_t gauges_domestic_size(struct gauges *gauges);

#define METRICS_SIZE_MAX (512u * 1024u) /* all partners at once need about 90 KiB */
/* Replaces the file at `path`, readable by all: nothing in it is secret. Not synced: it is worth nothing after a crash. */
bool metrics_file_write(const char *path, struct span text, struct error *err);

#endif
