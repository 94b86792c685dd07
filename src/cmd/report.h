/*
 * Report: what happens in a node, told to whoever runs the machine: a line on stderr, or, under systemd, an entry of the
 * journal with fields of its own (systemd.journal-fields(7); the native protocol). Never personal data: events name
 * parties, logs, entries and clauses, and the list of events is closed (docs/operations.md).
 */
#ifndef BESA_CMD_REPORT_H
#define BESA_CMD_REPORT_H

#include "base/attributes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum report_event {
    REPORT_READY,
    REPORT_ENDING,
    REPORT_ENDED,
    REPORT_START_FAILED,
    REPORT_RESTART,
    REPORT_NODE_ENDED,
    REPORT_KEEPER_ENDED,
    REPORT_STALLED,
    REPORT_STORE_FAILED,
    REPORT_LINE_FAILED,
    REPORT_PARTNER_REACHED,
    REPORT_PARTNER_LOST,
    REPORT_PARTNER_ADDRESS,
    REPORT_ALARM,
    REPORT_KEY_ENDS,
    REPORT_NOTICE,
    REPORT_EVENT_COUNT
};

struct report_row {
    const char *name; /* BESA_EVENT: "partner-lost" */
    int priority;     /* syslog's: 2 critical, 3 error, 4 warning, 5 notice, 6 information */
    const char *meaning;
};
extern const struct report_row report_rows[REPORT_EVENT_COUNT];

/* What an event is about; leave out what does not apply. */
struct report_about {
    const char *partner; /* NULL: none */
    const char *log;     /* NULL: none */
    const char *clause;  /* NULL: none */
    int64_t entry;       /* index in `log`; used with it alone, -1: none */
};

#define REPORT_TEXT_SIZE 1024
#define REPORT_JOURNAL   "/run/systemd/journal/socket"

/* Once per process, before its sandbox; `party` is copied. What a training node says is marked, each line and entry. Entries go to the journal at `journal` when stderr is the one
 * that systemd connected to it ($JOURNAL_STREAM names it), else lines go to stderr. */
void report_open(const char *party, bool is_training, const char *journal);
/* Any thread. Text beyond REPORT_TEXT_SIZE is cut. `about` may be NULL. */
void report(enum report_event event, const struct report_about *about, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The entry as the journal's native protocol wants it. Gives its size; 0 when `room` is too small. For tests too. */
size_t report_entry_write(enum report_event event, const struct report_about *about,
                          const char *text, char *out, size_t room);

#endif
