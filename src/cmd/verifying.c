/* Verifying beside the work: see verifying.h. */
#include "cmd/verifying.h"

#include "cmd/node_verify.h"
#include "cmd/verify.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum verifying_state { VERIFYING_NONE, VERIFYING_RUNS, VERIFYING_DONE, VERIFYING_FAILED };
static const char *const state_names[] = {
    [VERIFYING_NONE] = "none",
    [VERIFYING_RUNS] = "runs",
    [VERIFYING_DONE] = "done",
    [VERIFYING_FAILED] = "failed",
};

struct verifying {
    struct node *node;
    pthread_t thread;
    pthread_mutex_t mutex; /* all below but `stop` and `work` */
    pthread_cond_t wake;
    int stop;                  /* atomic */
    struct verify_report work; /* the thread's alone */
    struct verify_report found;
    enum verifying_state state;
    bool is_wanted;
    int64_t began_ms;
    int64_t ended_ms;
    char origin[ORIGIN_SIZE_MAX + 1]; /* where it is */
    uint64_t at, of;
    struct error error;
};

static int64_t now_ms(const struct verifying *verifying)
{
    return verifying->node->env->now_ms(verifying->node->env->context);
}

static void progress_take(void *context, struct span origin, uint64_t done, uint64_t total)
{
    struct verifying *verifying = context;

    pthread_mutex_lock(&verifying->mutex);
    snprintf(verifying->origin, sizeof verifying->origin, "%.*s", SPAN_ARG(origin));
    verifying->at = done;
    verifying->of = total;
    pthread_mutex_unlock(&verifying->mutex);
}

/* A job behind that of the act: when it is done, the act's entry is committed. */
static bool nothing(struct node *node, void *context, struct error *err)
{
    (void)node;
    (void)context;
    (void)err;
    return true;
}

static void work(struct verifying *verifying)
{
    struct error err = {0};

    verifying->work = (struct verify_report){
        .context = verifying, .progress = progress_take, .stop = &verifying->stop};
    bool ok = node_job(verifying->node, false, nothing, NULL, &err) &&
              node_snapshot_verify(verifying->node, &verifying->work, &err);
    pthread_mutex_lock(&verifying->mutex);
    verifying->found = verifying->work;
    verifying->state = ok ? VERIFYING_DONE : VERIFYING_FAILED;
    verifying->error = err;
    verifying->ended_ms = now_ms(verifying);
    pthread_mutex_unlock(&verifying->mutex);
}

static bool is_stopping(struct verifying *verifying)
{
    return __atomic_load_n(&verifying->stop, __ATOMIC_ACQUIRE) != 0;
}

static void *verifying_run(void *context)
{
    struct verifying *verifying = context;

    pthread_mutex_lock(&verifying->mutex);
    while (!is_stopping(verifying)) {
        if (!verifying->is_wanted) {
            pthread_cond_wait(&verifying->wake, &verifying->mutex);
            continue;
        }
        verifying->is_wanted = false;
        pthread_mutex_unlock(&verifying->mutex);
        work(verifying);
        pthread_mutex_lock(&verifying->mutex);
    }
    pthread_mutex_unlock(&verifying->mutex);
    return NULL;
}

bool verifying_make(struct node *node, struct verifying **out, struct error *err)
{
    struct verifying *verifying = calloc(1, sizeof *verifying);

    *out = NULL;
    if (verifying == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    verifying->node = node;
    pthread_mutex_init(&verifying->mutex, NULL);
    pthread_cond_init(&verifying->wake, NULL);
    int failure = pthread_create(&verifying->thread, NULL, verifying_run, verifying);
    if (failure == 0) {
        *out = verifying;
        return true;
    }
    pthread_cond_destroy(&verifying->wake);
    pthread_mutex_destroy(&verifying->mutex);
    free(verifying);
    return error_set(err, ERROR_LIMIT, "a thread cannot be started: %s", strerror(failure));
}

void verifying_end(struct verifying **verifying)
{
    struct verifying *gone = *verifying;

    *verifying = NULL;
    if (gone == NULL)
        return;
    pthread_mutex_lock(&gone->mutex);
    __atomic_store_n(&gone->stop, 1, __ATOMIC_RELEASE);
    pthread_cond_broadcast(&gone->wake);
    pthread_mutex_unlock(&gone->mutex);
    pthread_join(gone->thread, NULL);
    pthread_cond_destroy(&gone->wake);
    pthread_mutex_destroy(&gone->mutex);
    free(gone);
}

/* Under the lock. */
static void state_write(const struct verifying *verifying, struct json_writer *out)
{
    json_begin_object(out);
    json_string_field(out, "state", state_names[verifying->state]);
    if (verifying->state != VERIFYING_NONE)
        json_time_field(out, "began", verifying->began_ms);
    if (verifying->state == VERIFYING_RUNS && verifying->of > 0) {
        json_string_field(out, "log", verifying->origin);
        json_integer_field(out, "at", (int64_t)verifying->at);
        json_integer_field(out, "of", (int64_t)verifying->of);
    }
    if (verifying->state == VERIFYING_DONE || verifying->state == VERIFYING_FAILED)
        json_time_field(out, "ended", verifying->ended_ms);
    if (verifying->state == VERIFYING_FAILED)
        json_string_field(out, "why", verifying->error.text);
    if (verifying->state == VERIFYING_DONE)
        verify_report_write(&verifying->found, out);
    json_end_object(out);
}

static bool is_there(const struct verifying *verifying, struct error *err)
{
    return verifying != NULL ||
           error_set(err, ERROR_MISSING, "no node runs here that verifies beside its work");
}

bool verifying_begin(struct verifying *verifying, struct json_writer *out, struct error *err)
{
    if (!is_there(verifying, err))
        return false;
    pthread_mutex_lock(&verifying->mutex);
    bool is_free = verifying->state != VERIFYING_RUNS;
    if (is_free) {
        verifying->state = VERIFYING_RUNS;
        verifying->began_ms = now_ms(verifying);
        verifying->at = verifying->of = 0;
        verifying->is_wanted = true;
        pthread_cond_signal(&verifying->wake);
        state_write(verifying, out);
    }
    pthread_mutex_unlock(&verifying->mutex);
    return is_free || error_set(err, ERROR_CONFLICT, "a verification runs already");
}

bool verifying_show(struct verifying *verifying, struct json_writer *out, struct error *err)
{
    if (!is_there(verifying, err))
        return false;
    pthread_mutex_lock(&verifying->mutex);
    state_write(verifying, out);
    pthread_mutex_unlock(&verifying->mutex);
    return true;
}
