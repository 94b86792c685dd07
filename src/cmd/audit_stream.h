/*
 * Audit stream: the acts of the domestic log as JSON lines in a file that a security system (SIEM) follows: time, log,
 * index, officer, unit, act, outcome, case and objects by their identifiers. Reasons never leave the log: they may name
 * persons. Every act comes at least once and in order: the place up to which lines were written and synced is kept in the
 * store and moves on only afterwards. A file that cannot be written is an alarm and stops nothing.
 */
#ifndef BESA_CMD_AUDIT_STREAM_H
#define BESA_CMD_AUDIT_STREAM_H

#include "journal/journal.h"

#define AUDIT_STREAM_BATCH 64 /* acts read in one round of the writer */

struct node;

struct audit_stream {
    struct job job; /* first; busy while `is_busy` */
    struct node *node;
    const char *path; /* the configuration's; empty: there is no stream */
    struct buffer lines;
    /* Positions over all domestic logs, those that ended first: `from` is behind what was written, `to` behind `lines`. */
    uint64_t from;
    uint64_t to;
    uint64_t stored;    /* `from` as kept in the store */
    uint64_t seen_size; /* of the current domestic log when the writer was last asked */
    bool is_known;      /* `from` was read */
    bool is_busy;       /* atomic: the job is the writer's */
    bool is_failing;
    char why[ERROR_TEXT_SIZE]; /* guarded by mutex, for status and doctor; empty: it goes well */
    pthread_mutex_t mutex;
    uint64_t behind; /* atomic */
};

void audit_stream_start(struct audit_stream *stream, struct node *node, const char *path);
void audit_stream_end(struct audit_stream *stream);
/* Moves the stream on: asks the writer for the next acts, or writes what it gave. The background thread, about each
 * second. */
void audit_stream_pump(struct audit_stream *stream);
/* Domestic entries not written yet, as of the last round. Any thread. */
int64_t audit_stream_behind(const struct audit_stream *stream);
/* Why nothing is written; empty while it goes well. Any thread. */
void audit_stream_why(struct audit_stream *stream, char out[ERROR_TEXT_SIZE]);

/* One act as its line, with line end; `is_training` marks it. */
bool audit_line_write(const char *origin, uint64_t index, int64_t time_ms, const struct act *act,
                      bool is_training, struct buffer *out);

#endif
