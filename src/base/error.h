/*
 * Error: the one error type. The kind says what the caller can do; the text names object, clause and found value, and
 * never personal data. One table maps a kind to HTTP status, exit code (sysexits) and log level.
 */
#ifndef BESA_BASE_ERROR_H
#define BESA_BASE_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

enum error_kind {
    ERROR_NONE,
    ERROR_INPUT,    /* correct the input */
    ERROR_RULE,     /* agreement or law forbids it; the text carries the clause */
    ERROR_MISSING,  /* no such object (or none that you may see) */
    ERROR_CONFLICT, /* it stands already, differently */
    ERROR_LIMIT,    /* too large, too many */
    ERROR_BUSY,     /* try again later */
    ERROR_STORE,    /* disk or database failed */
    ERROR_LINK,     /* partner or line failed */
    ERROR_SESSION,  /* log in first, or anew */
    ERROR_GONE,     /* it was here and was erased: asking again does not help */
    ERROR_FULL,     /* the disk is full: room must be made */
    ERROR_BUG,      /* our own mistake */
};

#define ERROR_TEXT_SIZE 512

struct error {
    enum error_kind kind;
    char text[ERROR_TEXT_SIZE]; /* NUL-terminated, cut at the end when too long */
};

/* Sets kind and text; always false, so that `return error_set(...)` reads well. `err` may be NULL. */
bool error_set(struct error *err, enum error_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);
/* Puts context before the text: "context: text". Always false. Once per layer. */
bool error_add(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);
void error_clear(struct error *err);

/* "input", "rule", ...: the word of the API and the log. */
const char *error_kind_name(enum error_kind kind);
/* Exit code of <sysexits.h>. */
int error_exit_code(enum error_kind kind);
/* HTTP status. */
unsigned error_http_status(enum error_kind kind);
/* syslog(3) priority, 3 (error) to 6 (information). */
int error_log_level(enum error_kind kind);

#endif
