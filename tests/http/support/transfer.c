/* Files that come and go, for the tests of http: bytes made from their place, so that none has to be kept. */
#include "http/support/ground.h"

#include <inttypes.h>
#include <stdio.h>

uint8_t transfer_byte(int64_t at)
{
    return (uint8_t)(at * 31 + (at >> 16));
}

void transfer_fill(uint8_t *out, int64_t offset, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = transfer_byte(offset + (int64_t)i);
}

struct site_files transfer_state(struct site *site)
{
    pthread_mutex_lock(&site->lock);
    struct site_files state = site->transfer;
    pthread_mutex_unlock(&site->lock);
    return state;
}

/* ---- in ---- */

static bool up_begin(void *context, const struct http_request *request, int64_t size, void **taking,
                     struct error *err)
{
    struct site *site = context;
    (void)request;
    pthread_mutex_lock(&site->lock);
    struct site_files *transfer = &site->transfer;
    transfer->begun++;
    transfer->announced = size;
    transfer->written = 0;
    transfer->is_right = true;
    bool is_refused = transfer->refuses_begin;
    pthread_mutex_unlock(&site->lock);
    *taking = is_refused ? NULL : site;
    return !is_refused || error_set(err, ERROR_CONFLICT, "such a file stands already");
}

static bool up_write(void *taking, struct span bytes, struct error *err)
{
    struct site *site = taking;
    bool is_right = true;
    pthread_mutex_lock(&site->lock);
    struct site_files *transfer = &site->transfer;
    int64_t offset = transfer->written;
    int delay_ms = transfer->write_ms;
    int64_t refuse_at = transfer->refuse_at;
    pthread_mutex_unlock(&site->lock);
    if (delay_ms > 0)
        wait_ms(delay_ms);
    for (size_t i = 0; i < bytes.size; i++)
        is_right = is_right && bytes.data[i] == transfer_byte(offset + (int64_t)i);
    pthread_mutex_lock(&site->lock);
    transfer->written += (int64_t)bytes.size;
    transfer->is_right = transfer->is_right && is_right;
    if (bytes.size > transfer->largest_piece)
        transfer->largest_piece = bytes.size;
    bool is_refused = refuse_at > 0 && transfer->written > refuse_at;
    pthread_mutex_unlock(&site->lock);
    return !is_refused || error_set(err, ERROR_INPUT, "this is no file we want");
}

static void up_finish(void *taking, struct http_request *request)
{
    struct site *site = taking;
    char text[64];
    pthread_mutex_lock(&site->lock);
    site->transfer.finished++;
    snprintf(text, sizeof text, "%" PRId64 " %s", site->transfer.written,
             site->transfer.is_right ? "right" : "wrong");
    pthread_mutex_unlock(&site->lock);
    http_respond(request, 201, "text/plain", span_text(text));
}

static void up_abort(void *taking)
{
    struct site *site = taking;
    pthread_mutex_lock(&site->lock);
    site->transfer.aborted++;
    pthread_mutex_unlock(&site->lock);
}

const struct http_body_taker transfer_taker = {
    .begin = up_begin, .write = up_write, .finish = up_finish, .abort = up_abort};

/* ---- out ---- */

static bool file_read(void *context, int64_t offset, uint8_t *out, size_t size, struct error *err)
{
    struct site *site = context;
    pthread_mutex_lock(&site->lock);
    int64_t fail_at = site->transfer.fail_at;
    int delay_ms = site->transfer.read_ms;
    if (size > site->transfer.largest_piece)
        site->transfer.largest_piece = size;
    pthread_mutex_unlock(&site->lock);
    if (delay_ms > 0)
        wait_ms(delay_ms);
    if (fail_at > 0 && offset + (int64_t)size > fail_at)
        return error_set(err, ERROR_STORE, "the disk is gone");
    transfer_fill(out, offset, size);
    return true;
}

static void file_done(void *context)
{
    struct site *site = context;
    pthread_mutex_lock(&site->lock);
    site->transfer.files_done++;
    pthread_mutex_unlock(&site->lock);
}

void transfer_file(void *context, struct http_request *request)
{
    struct site *site = context;
    struct http_file file = {.read = file_read, .done = file_done, .context = site};
    pthread_mutex_lock(&site->lock);
    file.size = site->transfer.file_size;
    file.name = site->transfer.file_name;
    file.etag = site->transfer.file_etag;
    site->handled++;
    pthread_mutex_unlock(&site->lock);
    http_respond_file(request, &file);
}

/* ---- memory ---- */

#ifdef __SANITIZE_ADDRESS__
/* What was freed must not hide what is held. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=4";
}
#endif

static int64_t peak_read(const char *path)
{
    char line[256];
    int64_t peak = -1;
    FILE *status = fopen(path, "r");
    if (status == NULL)
        return -1;
    while (fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "VmHWM: %" SCNd64, &peak) == 1)
            break;
    }
    fclose(status);
    return peak;
}

int64_t memory_peak_kib(void)
{
    return peak_read("/proc/self/status");
}

int64_t memory_peak_of_kib(int process)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/status", process);
    return peak_read(path);
}

void memory_mark(void)
{
    FILE *refs = fopen("/proc/self/clear_refs", "w");
    if (refs == NULL)
        return;
    fputs("5", refs);
    fclose(refs);
}
