/* The keeper's record of a restored home, beside its books: see restoring.h. */
#include "cmd/restoring.h"

#include "base/attributes.h"
#include "cmd/books.h"
#include "cmd/setup.h"
#include "keeper/client.h"
#include "keeper/keeper.h"
#include "store/log_rows.h"

#include <inttypes.h>
#include <stdio.h>

/* An open log: one that ended may have no place in the record any more. */
static bool log_compare(const struct keeper_client *client, const struct log_row *log,
                        struct restoring_keeper *out, struct error *err)
{
    struct keeper_state state = {.size = 0};
    enum keeper_slot slot = log->kind == LOG_MIRROR ? KEEPER_CUSTODY : KEEPER_LOG;

    if (log->ends != LOG_OPEN)
        return true;
    if (!keeper_state(client, slot, log->origin, &state, err)) {
        if (err->kind != ERROR_MISSING)
            return false;
        error_clear(err); /* it never heard of the log */
    }
    if (state.is_lost)
        return error_set(err, ERROR_STORE, "its record of log %.*s does not check",
                         SPAN_ARG(log->origin));
    if ((uint64_t)log->size > state.size) {
        out->logs++;
        out->entries += (uint64_t)log->size - state.size;
    }
    return true;
}

static bool logs_compare(const struct keeper_client *client, struct database *db,
                         struct restoring_keeper *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(BOOKS_ARENA_SIZE);
    struct log_row *logs = arena_array(&arena, BOOKS_LOG_MAX, sizeof *logs);
    size_t count = 0;

    if (logs == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!log_list(db, &arena, logs, BOOKS_LOG_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!log_compare(client, &logs[i], out, err))
            return false;
    return true;
}

static bool keeper_begin(const struct home *home, struct keeper **out, struct error *err)
{
    struct buffer passphrase CLEANUP(buffer_wipe) = buffer_make(PASSPHRASE_SIZE_MAX);
    char directory[HOME_PATH_SIZE];

    if (!home_path(home, HOME_KEEPER, directory, err) || !home_passphrase(home, &passphrase, err))
        return false;
    struct keeper_options options = {
        .env = env_real(), .directory = directory, .passphrase = buffer_span(&passphrase)};
    return keeper_open(&options, out, err);
}

void restoring_keeper_look(const struct home *home, struct database *db,
                           struct restoring_keeper *out)
{
    struct keeper *keeper CLEANUP(keeper_close) = NULL;
    struct error err = {0};

    *out = (struct restoring_keeper){.is_compared = false};
    if (keeper_begin(home, &keeper, &err)) {
        struct keeper_client client = keeper_client_direct(keeper);
        out->is_compared = logs_compare(&client, db, out, &err);
    }
    snprintf(out->why, sizeof out->why, "%s", err.text);
}

void restoring_keeper_text(const struct restoring_keeper *keeper,
                           char out[RESTORING_KEEPER_TEXT_SIZE])
{
    if (!keeper->is_compared)
        snprintf(out, RESTORING_KEEPER_TEXT_SIZE, "not compared with the books: %s", keeper->why);
    else if (keeper->logs == 0)
        snprintf(out, RESTORING_KEEPER_TEXT_SIZE, "as new as the books");
    else
        snprintf(out, RESTORING_KEEPER_TEXT_SIZE,
                 "older than the books (entries that it lacks: %" PRIu64 ", in logs: %zu): it is "
                 "told of them, and signs nothing before each partner has shown what it holds",
                 keeper->entries, keeper->logs);
}
