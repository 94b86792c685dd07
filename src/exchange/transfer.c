/* What an answer leads to where one job of the books takes several calls: attachments, and resumes in pieces. */
#include "exchange/private.h"

#include "exchange/denial.h"

#include <stdio.h>

/* --- attachments --- */

static void failure_tell(struct operation *operation, const struct error *err)
{
    struct courier_partner *partner = operation->partner;

    pthread_mutex_lock(&operation->exchange->mutex);
    snprintf(partner->last_error, sizeof partner->last_error, "%s", err->text);
    pthread_mutex_unlock(&operation->exchange->mutex);
}

static void fetch_failed(struct operation *operation, const struct error *err)
{
    failure_tell(operation, err);
    fetch_end(&operation->fetch);
    operation->fetch.failed_entry = operation->fetch.wanted.entry;
    operation->fetch.failed_number = operation->fetch.wanted.number;
    if (err->kind == ERROR_INPUT) { /* not the file that was named: never asked for again */
        operation->ok = false;
        completion_put(operation);
        return;
    }
    operation->failures++;
    operation_back_off(operation, backoff_ms(operation->exchange->journal->env, operation->failures,
                                             BACKOFF_MAX_MS));
}

static void fetch_whole(struct operation *operation)
{
    struct fetch *fetch = &operation->fetch;
    struct error err = {0};
    uint8_t sha256[DIGEST_SIZE];

    bool ok = attachment_finish(&fetch->writer, sha256, &err);
    fetch_end(fetch);
    if (!ok) {
        fetch_failed(operation, &err);
        return;
    }
    operation->ok = digest_is_equal(sha256, fetch->wanted.sha256);
    completion_put(operation);
}

void fetch_go_on(struct operation *operation)
{
    struct error err = {0};
    bool is_whole = false;

    if (!fetch_next(operation, &is_whole, &err))
        fetch_failed(operation, &err);
    else if (is_whole)
        fetch_whole(operation);
    else
        call_begin(operation);
}

void fetch_answered(struct operation *operation)
{
    struct error err = {0};

    if (operation->status == 0)
        fetch_unanswered(&operation->fetch);
    if (operation->status != 200) {
        error_set(&err, ERROR_LINK, "%s answered %u to a question for an attachment",
                  operation->partner->name, operation->status);
        fetch_failed(operation, &err);
        return;
    }
    if (!fetch_take(operation, &err)) {
        fetch_failed(operation, &err);
        return;
    }
    operation->failures = 0;
    fetch_go_on(operation);
}

/* --- resumes --- */

void resume_answered(struct operation *operation)
{
    struct gather *gather = &operation->gather;
    struct error err = {0};
    bool is_whole = false;

    gather_pace(gather, operation->status == 200, operation->took_ms);
    if (operation->status == 0) {
        operation_back_off(operation, 0);
        return;
    }
    operation->is_nothing = false;
    if (operation->status == 404) {
        struct denial denial;
        denial_read(operation->status, buffer_span(&operation->answer), &denial);
        operation->is_nothing = gather_missed(gather, denial.has_held);
    }
    if (operation->status != 200) {
        completion_put(operation); /* it says why in the status */
        return;
    }
    if (!gather_take(gather, &operation->answer, &is_whole, &err)) {
        failure_tell(operation, &err);
        operation_back_off(operation, RESUME_RETRY_MS);
        return;
    }
    if (is_whole) {
        completion_put(operation);
        return;
    }
    buffer_clear(&operation->body);
    buffer_add(&operation->body, buffer_span(&gather->question));
    if (gather_ask(gather, &operation->body, &err)) {
        call_begin(operation);
        return;
    }
    failure_tell(operation, &err);
    operation_back_off(operation, RESUME_RETRY_MS);
}
