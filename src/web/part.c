/*
 * An attachment that goes out: the act that found it has left its access entry; its bytes follow as the client takes them,
 * and break off when the officer's session ends. Of the job only what is watched is kept.
 */
#include "web/private.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

struct part_reading {
    struct web_job *job; /* watched until the end */
    struct desk_part *part;
    char etag[2 * 32 + 3];
};

static bool part_read(void *context, int64_t offset, uint8_t *out, size_t size, struct error *err)
{
    struct part_reading *reading = context;

    if (__atomic_load_n(&reading->job->has_ended, __ATOMIC_ACQUIRE))
        return error_set(err, ERROR_SESSION, "the session is over");
    return desk_part_read(reading->part, offset, out, size, err);
}

static void part_done(void *context)
{
    struct part_reading *reading = context;

    desk_part_end(&reading->part);
    job_free(reading->job);
    free(reading);
}

static bool reading_make(struct web_job *job, struct part_reading **out, struct error *err)
{
    struct part_reading *reading = calloc(1, sizeof *reading);
    char hex[2 * 32 + 1];

    *out = reading;
    if (reading == NULL)
        return error_set(err, ERROR_BUSY, "memory is out");
    if (!desk_part_open(&job->web->options.files, buffer_span(&job->out), &reading->part, err))
        return false;
    reading->job = job;
    hex_write(desk_part_sha256(reading->part), hex);
    snprintf(reading->etag, sizeof reading->etag, "\"%s\"", hex);
    return true;
}

void part_answer(struct web_job *job)
{
    struct part_reading *reading = NULL;
    struct error err = {0};
    bool ok = job->call.request != NULL || error_set(&err, ERROR_BUSY, "this way gives no files");

    if (!ok || !reading_make(job, &reading, &err)) {
        free(reading);
        job_fail(job, job_status(job, &err), &err);
        return;
    }
    struct http_file file = {.name = desk_part_name(reading->part),
                             .etag = reading->etag,
                             .size = desk_part_size(reading->part),
                             .read = part_read,
                             .done = part_done,
                             .context = reading};
    watch_add(job);
    http_respond_file(job->call.request, &file); /* its end frees the job */
}
