/*
 * A file that comes in: its head is judged in the writer before the first byte (session, token, role, reason, agreement,
 * what the officer has waiting); its bytes are sealed as they come, on a thread of the server that may wait; its row, access
 * entry and kept answer are one transaction at the end. A line that drops, a session that ends, a disk that fills leave
 * nothing behind but the officer's choice to try again.
 */
#include "web/private.h"

#include "message/part.h"

/* A file on its way is a session in use: it is looked up this often. */
#define LOOK_MS LOGIN_TOUCH_MS

static int64_t monotonic_ms(const struct web_job *job)
{
    const struct env *env = job->web->options.env;

    return env->monotonic_ms(env->context);
}

static bool look_run(struct journal *journal, struct job *base, struct error *err)
{
    struct web_job *job = (struct web_job *)base;

    return web_session_check(job, journal, err);
}

static bool begin_run(struct journal *journal, struct job *base, struct error *err)
{
    struct web_job *job = (struct web_job *)base;

    if (!web_session_check(job, journal, err))
        return false;
    return job->is_over ||
           desk_upload_check(journal, &job->access, job->agreement, job->size, &job->arena, err);
}

/* A job of the writer; a session that is over is committed as such, and refuses here. */
static bool session_step(struct web_job *job,
                         bool (*run)(struct journal *, struct job *, struct error *),
                         struct error *err)
{
    if (!job_step(job, run, err))
        return false;
    return !job->is_over || error_set(err, job->over.kind, "%s", job->over.text);
}

static bool arguments_read(struct web_job *job, struct error *err)
{
    if (!call_read(job, err))
        return false;
    job->name = json_get_text(&job->arguments, "name", 1, ATTACHMENT_NAME_SIZE_MAX);
    job->agreement = json_get_text_optional(&job->arguments, "agreement", NAME_SIZE_MAX);
    json_object_end(&job->arguments);
    if (!problems_to_error(&job->problems, err))
        return false;
    return job->size > 0 || error_set(err, ERROR_INPUT, "the file is empty");
}

/* The officer's session holds the file: what is in `call` lives as long as the request does. */
static bool upload_begin(void *context, const struct http_request *request, int64_t size,
                         void **taking, struct error *err)
{
    struct web *web = context;
    struct web_call call = call_of_request(web, (struct http_request *)(uintptr_t)request);
    struct web_job *job = job_make(web, &call);

    *taking = job;
    if (job == NULL)
        return error_set(err, ERROR_BUSY, "memory is out");
    job->size = size;
    job->checked_ms = monotonic_ms(job);
    if (!arguments_read(job, err) || !session_step(job, begin_run, err) ||
        !desk_upload_begin(&web->options.files, job->name, &job->upload, err))
        return false;
    watch_add(job);
    return true;
}

static bool upload_write(void *taking, struct span bytes, struct error *err)
{
    struct web_job *job = taking;
    int64_t now_ms = monotonic_ms(job);

    if (__atomic_load_n(&job->has_ended, __ATOMIC_ACQUIRE))
        return error_set(err, ERROR_SESSION, "the session is over");
    if (now_ms - job->checked_ms >= LOOK_MS) {
        job->checked_ms = now_ms;
        if (!session_step(job, look_run, err))
            return false;
    }
    return desk_upload_write(job->upload, bytes, err);
}

static void upload_finish(void *taking, struct http_request *request)
{
    struct web_job *job = taking;
    struct error err = {0};

    job->call.request = request;
    job->call.context = request;
    if (desk_upload_finish(job->upload, &err))
        job_submit(job);
    else
        job_fail(job, job_status(job, &err), &err);
}

static void upload_abort(void *taking)
{
    job_free(taking);
}

static unsigned upload_refuse(void *taking, const struct error *err, struct problems *problems)
{
    struct web_job *job = taking;

    *problems = job->problems;
    return job_status(job, err);
}

const struct http_body_taker web_upload_taker = {.begin = upload_begin,
                                                 .write = upload_write,
                                                 .finish = upload_finish,
                                                 .abort = upload_abort,
                                                 .refuse = upload_refuse};

bool upload_enter(struct web_job *job, struct journal *journal, struct error *err)
{
    struct json_writer writer = json_writer_make(&job->out);
    struct desk_call call = {
        .access = job->access, .problems = &job->problems, .arena = &job->arena};

    return desk_upload_check(journal, &job->access, job->agreement, job->size, &job->arena, err) &&
           desk_upload_enter(journal, job->upload, &call, &writer, err);
}
