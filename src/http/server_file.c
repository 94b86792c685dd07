/*
 * Files: answers that are read as the client takes them. A worker reads one piece ahead while another goes out; with
 * nothing to send the connection is suspended. So a file of any size costs two pieces of memory.
 *
 * It is always an attachment of bytes: a browser saves it and never shows or runs it, whatever a partner put in it.
 */
#include "http/range.h"
#include "http/server_parts.h"

#include "base/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct download {
    struct work work; /* first: the worker's pointer is ours */
    struct exchange *exchange;
    struct http_file file;
    int64_t next;     /* to be read next */
    int64_t until;    /* one past the last */
    uint8_t *sending; /* the server's thread */
    size_t sending_size;
    size_t sent_size; /* of it */
    uint8_t *reading; /* the worker's, while is_reading */
    size_t reading_size;
    bool is_reading;
    bool is_read; /* `reading` waits to be sent */
    bool has_failed;
    bool is_gone;
};

/* ---- the worker's side ---- */

static void download_free(struct download *download)
{
    free(download->sending);
    free(download->reading);
    free(download);
}

/* The connection is done and nothing is being read. */
static void download_leave(struct download *download)
{
    struct exchange *exchange = download->exchange;
    struct http_server *server = exchange->server;

    download->file.done(download->file.context);
    pthread_mutex_lock(&server->lock);
    transfer_leave(server);
    exchange->tail.download = NULL;
    struct http_server *dropped = exchange_release(exchange);
    pthread_mutex_unlock(&server->lock);
    download_free(download);
    if (dropped != NULL)
        server_drop(dropped);
}

static void download_run(struct work *work)
{
    struct download *download = (struct download *)work;
    struct http_server *server = download->exchange->server;
    struct error err = {0};

    pthread_mutex_lock(&server->lock);
    bool is_gone = download->is_gone;
    pthread_mutex_unlock(&server->lock);
    if (!is_gone) {
        const struct http_file *file = &download->file;
        bool is_good = file->read(file->context, download->next, download->reading,
                                  download->reading_size, &err);
        pthread_mutex_lock(&server->lock);
        work->is_queued = false;
        download->is_reading = false;
        download->is_read = is_good;
        download->has_failed = !is_good;
        download->next += (int64_t)download->reading_size;
        is_gone = download->is_gone;
        if (!is_gone)
            exchange_wake(download->exchange);
        pthread_mutex_unlock(&server->lock);
    }
    if (is_gone)
        download_leave(download);
}

/* The next piece, ahead of need. Under the lock. */
static void download_read_on(struct download *download)
{
    int64_t left = download->until - download->next;
    if (left <= 0 || download->is_reading || download->is_read)
        return;
    download->reading_size =
        left < (int64_t)TRANSFER_PIECE_SIZE ? (size_t)left : TRANSFER_PIECE_SIZE;
    download->is_reading = true;
    work_add(download->exchange->server, &download->work);
}

void download_end(struct download *download)
{
    download->is_gone = true;
    work_add(download->exchange->server, &download->work);
}

/* ---- the server's side ---- */

/* Under the lock. */
static void download_swap(struct download *download)
{
    uint8_t *sent = download->sending;
    if (!download->is_read || download->sent_size < download->sending_size)
        return;
    download->sending = download->reading;
    download->sending_size = download->reading_size;
    download->sent_size = 0;
    download->reading = sent;
    download->is_read = false;
}

/* The library has room for `size` bytes, on the server's thread. */
static ssize_t download_give(void *context, uint64_t position, char *out, size_t size)
{
    struct download *download = context;
    struct exchange *exchange = download->exchange;
    struct http_server *server = exchange->server;
    ssize_t given = 0;
    (void)position;

    pthread_mutex_lock(&server->lock);
    struct pace *pace = &exchange->connection->pace;
    if (pace->phase != PACE_FILE)
        connection_enter(exchange->connection, PACE_FILE, 0);
    download_swap(download);
    size_t left = download->sending_size - download->sent_size;
    if (download->has_failed || exchange->connection->is_cut || server->is_stopping) {
        given = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (left > 0) {
        size_t part = left < size ? left : size;
        memcpy(out, download->sending + download->sent_size, part);
        download->sent_size += part;
        pace->size += part;
        given = (ssize_t)part;
    } else {
        exchange_pause(exchange);
    }
    download_read_on(download);
    pthread_mutex_unlock(&server->lock);
    return given;
}

/* ---- the answer's head ---- */

/* attachment; filename*=UTF-8''...: only letters, digits, '.', '-' and '_' stand for themselves. */
static bool disposition_write(const char *name, struct buffer *out)
{
    buffer_text(out, "attachment");
    if (name != NULL) {
        struct span text = span_text(name);
        if (text.size > HTTP_FILE_NAME_SIZE_MAX || !text_is_utf8(text))
            return false;
        buffer_text(out, "; filename*=UTF-8''");
        for (size_t i = 0; i < text.size; i++) {
            uint8_t c = text.data[i];
            if (c < 0x80 && (isalnum(c) || c == '.' || c == '-' || c == '_'))
                buffer_byte(out, c);
            else
                buffer_format(out, "%%%02X", c);
        }
    }
    return buffer_byte(out, 0);
}

static struct MHD_Response *file_response_make(struct download *download, struct range range,
                                               bool is_part)
{
    struct http_server *server = download->exchange->server;
    struct buffer disposition = buffer_make(64 + 3 * HTTP_FILE_NAME_SIZE_MAX);
    char place[96];
    struct http_header headers[4] = {{"Accept-Ranges", "bytes"}};
    size_t count = 1;

    bool is_good = disposition_write(download->file.name, &disposition);
    headers[count++] = (struct http_header){"Content-Disposition", (const char *)disposition.data};
    if (download->file.etag != NULL)
        headers[count++] = (struct http_header){"ETag", download->file.etag};
    if (is_part) {
        snprintf(place, sizeof place, "bytes %" PRId64 "-%" PRId64 "/%" PRId64, range.from,
                 range.until - 1, download->file.size);
        headers[count++] = (struct http_header){"Content-Range", place};
    }
    struct MHD_Response *response = NULL;
    if (is_good)
        response = MHD_create_response_from_callback(
            (uint64_t)(range.until - range.from), (size_t)64 * 1024, download_give, download, NULL);
    response = response_dress(server, response, "application/octet-stream", headers, count);
    buffer_free(&disposition);
    return response;
}

static struct download *download_make(struct exchange *exchange, const struct http_file *file,
                                      struct range range)
{
    if (!transfer_admit(exchange))
        return NULL;
    struct download *download = calloc(1, sizeof *download);
    if (download != NULL) {
        download->work.run = download_run;
        download->exchange = exchange;
        download->file = *file;
        download->next = range.from;
        download->until = range.until;
        download->sending = malloc(TRANSFER_PIECE_SIZE);
        download->reading = malloc(TRANSFER_PIECE_SIZE);
    }
    if (download != NULL && download->sending != NULL && download->reading != NULL)
        return download;
    if (download != NULL)
        download_free(download);
    pthread_mutex_lock(&exchange->server->lock);
    transfer_leave(exchange->server);
    pthread_mutex_unlock(&exchange->server->lock);
    return NULL;
}

static void file_refuse(struct http_request *request, const struct http_file *file,
                        const struct error *error)
{
    char place[64];
    snprintf(place, sizeof place, "bytes */%" PRId64, file->size);
    struct http_header header = {"Content-Range", place};
    bool is_outside = error->kind == ERROR_LIMIT;

    exchange_respond_error((struct exchange *)request,
                           is_outside ? MHD_HTTP_RANGE_NOT_SATISFIABLE : MHD_HTTP_BAD_REQUEST,
                           error, &header, is_outside ? 1 : 0);
}

static void download_begin(struct http_request *request, struct download *download,
                           struct range range, bool is_part)
{
    struct exchange *exchange = (struct exchange *)request;
    struct http_server *server = exchange->server;
    struct http_file file = download->file;
    struct MHD_Response *response = file_response_make(download, range, is_part);
    bool is_begun = false;

    if (response != NULL)
        is_begun = exchange_respond(exchange, is_part ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK,
                                    response, 0, (struct tail){.download = download});
    if (is_begun)
        return;
    download_free(download);
    if (response == NULL) {
        struct error error;
        pthread_mutex_lock(&server->lock);
        transfer_leave(server);
        pthread_mutex_unlock(&server->lock);
        error_set(&error, ERROR_BUG, "the file's answer cannot be written");
        http_respond_error(request, &error);
    }
    file.done(file.context);
}

void http_respond_file(struct http_request *request, const struct http_file *file)
{
    struct span wanted = http_request_field(request, HTTP_RANGE);
    struct range range = {0, file->size};
    struct error error = {0};

    if (wanted.data != NULL && !range_read(wanted, file->size, &range, &error)) {
        file_refuse(request, file, &error);
        file->done(file->context);
        return;
    }
    struct download *download = download_make((struct exchange *)request, file, range);
    if (download == NULL) {
        error_set(&error, ERROR_BUSY, "too many files at once");
        http_respond_error(request, &error);
        file->done(file->context);
        return;
    }
    download_begin(request, download, range, wanted.data != NULL);
}
