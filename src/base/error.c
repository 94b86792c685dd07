/* Error: see error.h. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const struct {
    const char *name;
    int exit_code;
    unsigned http_status;
    int log_level;
} kinds[] = {
    [ERROR_NONE] = {"none", EX_OK, 200, 6},
    [ERROR_INPUT] = {"input", EX_DATAERR, 400, 6},
    [ERROR_RULE] = {"rule", EX_NOPERM, 403, 5},
    [ERROR_MISSING] = {"missing", EX_NOINPUT, 404, 6},
    [ERROR_CONFLICT] = {"conflict", EX_CANTCREAT, 409, 5},
    [ERROR_LIMIT] = {"limit", EX_DATAERR, 413, 5},
    [ERROR_BUSY] = {"busy", EX_TEMPFAIL, 503, 5},
    [ERROR_STORE] = {"store", EX_IOERR, 500, 3},
    [ERROR_LINK] = {"link", EX_UNAVAILABLE, 502, 4},
    [ERROR_SESSION] = {"session", EX_NOPERM, 401, 5},
    [ERROR_GONE] = {"gone", EX_NOINPUT, 410, 6},
    [ERROR_FULL] = {"full", EX_IOERR, 507, 3},
    [ERROR_BUG] = {"bug", EX_SOFTWARE, 500, 3},
};

bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
    if (err == NULL)
        return false;
    va_list list;
    va_start(list, format);
    err->kind = kind;
    vsnprintf(err->text, sizeof err->text, format, list);
    va_end(list);
    return false;
}

bool error_add(struct error *err, const char *format, ...)
{
    if (err == NULL)
        return false;
    char context[ERROR_TEXT_SIZE];
    char text[ERROR_TEXT_SIZE];
    va_list list;
    va_start(list, format);
    vsnprintf(context, sizeof context, format, list);
    va_end(list);
    memcpy(text, err->text, sizeof text);
    snprintf(err->text, sizeof err->text, "%.250s: %.256s", context, text);
    return false;
}

void error_clear(struct error *err)
{
    if (err == NULL)
        return;
    err->kind = ERROR_NONE;
    err->text[0] = '\0';
}

const char *error_kind_name(enum error_kind kind)
{
    return kinds[kind].name;
}

int error_exit_code(enum error_kind kind)
{
    return kinds[kind].exit_code;
}

unsigned error_http_status(enum error_kind kind)
{
    return kinds[kind].http_status;
}

int error_log_level(enum error_kind kind)
{
    return kinds[kind].log_level;
}
