/*
 * Uploads: bodies that are taken as they come. The server's thread fills one buffer while a worker writes another; when
 * both are full the connection is suspended, so a file of any size costs two pieces of memory and a slow disk makes
 * its own client wait, no other.
 *
 * The library takes an answer before the body and after it, not in the middle. A refusal there is written straight to the client, what it still
 * sends is dropped for a while so that it has time to read it, and the connection ends.
 */
#include "http/server_parts.h"

#include <stdlib.h>

#define UPLOAD_DROP_SIZE ((size_t)1024 * 1024) /* read on after a refusal */

enum upload_step {
    UPLOAD_NONE,
    UPLOAD_BEGIN,
    UPLOAD_WRITE,
    UPLOAD_FINISH,
    UPLOAD_ABORT,
    UPLOAD_FREE,
};

struct upload {
    struct work work; /* first: the worker's pointer is ours */
    struct exchange *exchange;
    const struct http_body_taker *taker;
    int64_t size; /* announced */
    void *taking;
    struct buffer filling; /* under the lock */
    struct buffer writing; /* the worker's */
    bool is_begun;         /* `begin` was true */
    bool is_whole;         /* all has been received */
    bool is_gone;          /* the connection is done */
    bool is_over;          /* no call of the taker is to come */
    bool is_refused;       /* and `refusal` says why */
    struct error refusal;
    unsigned refusal_status;  /* 0: that of its kind */
    struct problems problems; /* that the refusal names */

    /* The server's thread alone. */
    bool is_admitted; /* the library has been told to go on to the body */
    bool is_answered;
    size_t dropped_size;
};

/* ---- the worker's side ---- */

/* Under the lock. */
static enum upload_step upload_next(const struct upload *upload)
{
    if (upload->is_gone && (upload->is_over || !upload->is_begun))
        return UPLOAD_FREE;
    if (upload->is_over)
        return UPLOAD_NONE;
    if (upload->is_gone || upload->is_refused)
        return UPLOAD_ABORT;
    if (!upload->is_begun)
        return UPLOAD_BEGIN;
    if (upload->filling.size >= TRANSFER_PIECE_SIZE / 2 ||
        (upload->is_whole && upload->filling.size > 0))
        return UPLOAD_WRITE;
    return upload->is_whole ? UPLOAD_FINISH : UPLOAD_NONE;
}

/* What the step needs of what the lock guards. */
static void upload_prepare(struct upload *upload, enum upload_step step)
{
    struct exchange *exchange = upload->exchange;
    if (step == UPLOAD_WRITE) {
        struct buffer written = upload->writing;
        upload->writing = upload->filling;
        upload->filling = written;
        buffer_clear(&upload->filling);
        if (!upload->is_whole)
            exchange_wake(exchange); /* there is room again */
    } else if (step == UPLOAD_FINISH) {
        upload->is_over = true;
        exchange->with_handler = true;
        exchange->was_handled = true;
    } else if (step == UPLOAD_ABORT) {
        upload->is_over = true;
    }
}

static bool upload_step_run(struct upload *upload, enum upload_step step, struct error *err)
{
    const struct http_body_taker *taker = upload->taker;
    struct exchange *exchange = upload->exchange;

    switch (step) {
    case UPLOAD_BEGIN:
        return taker->begin(exchange->server->context, &exchange->request, upload->size,
                            &upload->taking, err);
    case UPLOAD_WRITE:
        return taker->write(upload->taking, buffer_span(&upload->writing), err);
    case UPLOAD_FINISH:
        taker->finish(upload->taking, &exchange->request);
        return true;
    case UPLOAD_ABORT:
        taker->abort(upload->taking);
        return true;
    case UPLOAD_NONE:
    case UPLOAD_FREE:
        return true;
    }
    return true;
}

/* Without the lock; false with the refusal. */
static bool upload_do(struct upload *upload, enum upload_step step, struct error *err)
{
    if (upload_step_run(upload, step, err))
        return true;
    if (upload->taker->refuse != NULL && upload->taking != NULL)
        upload->refusal_status = upload->taker->refuse(upload->taking, err, &upload->problems);
    return false;
}

/* Under the lock. */
static void upload_record(struct upload *upload, enum upload_step step, bool is_good,
                          const struct error *err)
{
    struct exchange *exchange = upload->exchange;
    if (step == UPLOAD_BEGIN) {
        upload->is_begun = is_good || upload->taking != NULL;
        upload->is_over = !upload->is_begun;
    }
    if (!is_good) {
        upload->is_refused = true;
        exchange->problems = &upload->problems;
        upload->refusal = *err;
    }
    if (step == UPLOAD_BEGIN || !is_good)
        exchange_wake(exchange);
}

/* Under the lock; gives the server to drop after it, or NULL. */
static struct http_server *upload_free(struct upload *upload)
{
    struct exchange *exchange = upload->exchange;
    transfer_leave(exchange->server);
    exchange->upload = NULL;
    exchange->problems = NULL;
    buffer_free(&upload->filling);
    buffer_free(&upload->writing);
    free(upload);
    return exchange_release(exchange);
}

static void upload_run(struct work *work)
{
    struct upload *upload = (struct upload *)work;
    struct http_server *server = upload->exchange->server;
    struct http_server *dropped = NULL;
    struct error err = {0};

    pthread_mutex_lock(&server->lock);
    enum upload_step step = upload_next(upload);
    upload_prepare(upload, step);
    pthread_mutex_unlock(&server->lock);
    bool is_good = upload_do(upload, step, &err);
    pthread_mutex_lock(&server->lock);
    upload_record(upload, step, is_good, &err);
    work->is_queued = false;
    step = upload_next(upload);
    if (step == UPLOAD_FREE)
        dropped = upload_free(upload);
    else if (step != UPLOAD_NONE)
        work_add(server, work);
    pthread_mutex_unlock(&server->lock);
    if (dropped != NULL)
        server_drop(dropped);
}

/* ---- the server's side ---- */

bool upload_begin(struct exchange *exchange, int64_t size)
{
    struct http_server *server = exchange->server;
    if (!transfer_admit(exchange))
        return false;
    struct upload *upload = calloc(1, sizeof *upload);
    pthread_mutex_lock(&server->lock);
    if (upload == NULL) {
        transfer_leave(server);
    } else {
        upload->work.run = upload_run;
        upload->exchange = exchange;
        upload->taker = exchange->request.route->taker;
        upload->size = size;
        upload->filling = buffer_make(TRANSFER_PIECE_SIZE);
        upload->writing = buffer_make(TRANSFER_PIECE_SIZE);
        exchange->upload = upload;
        server->counts.requests++;
        exchange_pause(exchange);
        work_add(server, &upload->work);
    }
    pthread_mutex_unlock(&server->lock);
    return upload != NULL;
}

void upload_end(struct upload *upload)
{
    upload->is_gone = true;
    work_add(upload->exchange->server, &upload->work);
}

static enum MHD_Result upload_refuse(struct exchange *exchange, size_t *size)
{
    struct upload *upload = exchange->upload;
    unsigned status = upload->refusal_status != 0 ? upload->refusal_status
                                                  : error_http_status(upload->refusal.kind);

    if (*size == 0) /* before the body, or after it: the usual way */
        return upload->is_answered ? MHD_NO : exchange_refuse(exchange, status, &upload->refusal);
    if (!upload->is_answered) {
        upload->is_answered = true;
        if (!exchange_refuse_early(exchange, status, &upload->refusal))
            return MHD_NO;
    }
    upload->dropped_size += *size;
    *size = 0;
    return upload->dropped_size > UPLOAD_DROP_SIZE ? MHD_NO : MHD_YES;
}

/* As much as there is room for; waits suspended for more room. Under the lock. */
static void upload_fill(struct upload *upload, struct span bytes, size_t *size)
{
    struct exchange *exchange = upload->exchange;
    size_t room = TRANSFER_PIECE_SIZE - upload->filling.size;
    struct span part = span_part(bytes, 0, room);

    if (!buffer_add(&upload->filling, part)) {
        upload->is_refused = true;
        error_set(&upload->refusal, ERROR_BUSY, "memory is out");
    }
    exchange->connection->pace.size += part.size;
    *size -= part.size;
    if (*size > 0 && !upload->is_refused)
        exchange_pause(exchange);
    if (upload_next(upload) != UPLOAD_NONE)
        work_add(exchange->server, &upload->work);
}

/* The library calls for the head once more when `begin` has been, then for each piece, then for the end. */
enum MHD_Result upload_go_on(struct exchange *exchange, struct span bytes, size_t *size)
{
    struct http_server *server = exchange->server;
    struct upload *upload = exchange->upload;
    struct error err = {0};
    bool is_believed = connection_check_peer(exchange->connection, exchange->line, &err);

    pthread_mutex_lock(&server->lock);
    if (!is_believed && !upload->is_refused) { /* since the head was read */
        upload->is_refused = true;
        upload->refusal = err;
        work_add(server, &upload->work);
    }
    bool is_refused = upload->is_refused;
    bool is_stopping = server->is_stopping;
    bool is_admission = !upload->is_admitted;
    upload->is_admitted = true;
    if (!is_refused && !is_stopping && *size > 0) {
        upload_fill(upload, bytes, size);
    } else if (!is_refused && !is_stopping && !is_admission) {
        upload->is_whole = true;
        connection_enter(exchange->connection, PACE_ANSWER, 0);
        exchange->connection->pace.answer_ms = exchange_answer_ms(exchange);
        exchange->is_suspended = true;
        MHD_suspend_connection(exchange->line);
        work_add(server, &upload->work);
    }
    pthread_mutex_unlock(&server->lock);
    if (is_stopping)
        return MHD_NO;
    return is_refused ? upload_refuse(exchange, size) : MHD_YES;
}
